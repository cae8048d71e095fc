//! Times. The only clock that results are made by is `SOURCE_DATE_EPOCH`: without it a report has no time of
//! its own. What day it is, which exceptions of a policy end by, is asked for here as well.

use crate::error::Error;
use jiff::civil::Date;

/// Seconds since 1970 as the environment has them (<https://reproducible-builds.org/specs/source-date-epoch/>).
fn source_date_epoch() -> Option<String> {
    std::env::var("SOURCE_DATE_EPOCH").ok().map(|s| s.trim().to_string()).filter(|s| !s.is_empty())
}

/// The time of `SOURCE_DATE_EPOCH`, RFC 3339 UTC; `None` where it is not set or no number of seconds before the
/// year 10,000.
pub fn source_date() -> Option<String> {
    rfc3339(source_date_epoch()?.parse().ok()?)
}

/// Today, from `SOURCE_DATE_EPOCH` or the clock (UTC): the only place that asks what day it is.
///
/// # Errors
/// A `SOURCE_DATE_EPOCH` that is no number of seconds.
pub fn today() -> Result<Date, Error> {
    let wrong = || Error::usage("SOURCE_DATE_EPOCH is no number of seconds since 1970", "unset it, or set it as `date +%s` prints it");
    let time = match source_date_epoch() {
        Some(seconds) => jiff::Timestamp::from_second(seconds.parse().map_err(|_| wrong())?).map_err(|_| wrong())?,
        None => jiff::Timestamp::now(),
    };
    Ok(jiff::tz::Offset::UTC.to_datetime(time).date())
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
