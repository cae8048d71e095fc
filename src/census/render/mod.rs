//! The summary for readers: a table on the terminal, JSON, a page.

mod html;
mod table;

pub use html::render as html;
pub use table::render as table;

use super::summary::Census;

/// JSON of the summary.
pub fn json(census: &Census) -> String {
    // No maps with other keys than strings, no NaN: it cannot fail.
    let json = serde_json::to_string_pretty(census).unwrap_or_default();
    format!("{}\n", crate::text::json_safe(&json))
}

/// `12,345,678`
fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A share in percent with one digit.
fn percent(part: u64, whole: u64) -> String {
    if whole == 0 { "–".into() } else { format!("{:.1} %", part as f64 * 100.0 / whole as f64) }
}

/// The dimensions in the order in which they are shown, with their titles.
const TABLES: &[(&str, &str)] =
    &[("license", "License as declared"), ("task", "Task"), ("size", "Parameters"), ("year", "Year"), ("organisation", "Organisation")];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_readers() {
        assert_eq!([0, 999, 1000, 1234567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!((percent(1, 3), percent(1, 0)), ("33.3 %".into(), "–".into()));
    }
}
