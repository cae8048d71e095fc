//! Times. The only clock is `SOURCE_DATE_EPOCH`: without it a report has no time of its own.

/// The time of `SOURCE_DATE_EPOCH` (<https://reproducible-builds.org/specs/source-date-epoch/>), RFC
/// 3339 UTC; `None` where it is not set or no number of seconds before the year 10,000.
pub fn source_date() -> Option<String> {
    rfc3339(std::env::var("SOURCE_DATE_EPOCH").ok()?.trim().parse().ok()?)
}

/// Seconds since 1970 as RFC 3339 UTC.
pub fn rfc3339(seconds: u64) -> Option<String> {
    let time = jiff::Timestamp::from_second(i64::try_from(seconds).ok()?).ok()?;
    Some(time.to_string())
}

#[cfg(test)]
mod tests {
    use super::rfc3339;

    #[test]
    fn dates_of_the_calendar() {
        // Checked with `date -u -d @N`.
        for (seconds, date) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (1_735_689_600, "2025-01-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(seconds).as_deref(), Some(date));
        }
        assert_eq!(rfc3339(u64::MAX), None);
    }
}
