//! Times. The only clock is `SOURCE_DATE_EPOCH`: without it a report has no time of its own.

/// The time of `SOURCE_DATE_EPOCH` (<https://reproducible-builds.org/specs/source-date-epoch/>), RFC
/// 3339 UTC; `None` where it is not set or no number of seconds before the year 10,000.
pub fn source_date() -> Option<String> {
    rfc3339(std::env::var("SOURCE_DATE_EPOCH").ok()?.trim().parse().ok()?)
}

/// Seconds since 1970 as RFC 3339 UTC.
pub fn rfc3339(seconds: u64) -> Option<String> {
    const DAY: u64 = 86_400;
    if seconds >= 253_402_300_800 {
        return None;
    }
    // Days to a date of the Gregorian calendar, counted in eras of 400 years from 1 March of year 0:
    // https://howardhinnant.github.io/date_algorithms.html#civil_from_days
    let days = seconds / DAY + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    let second = seconds % DAY;
    Some(format!("{year:04}-{month:02}-{date:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60))
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
