//! JSON: the report as it is. Characters that would steer a terminal are written as escapes.

use super::Style;
use crate::report::Report;
use crate::text::json_safe;

/// One document, indented.
pub fn render(report: &Report, _: Style) -> String {
    // Serialising these structs cannot fail: no maps with other keys than strings, no NaN.
    super::printed(serde_json::to_string_pretty(report).unwrap_or_default())
}

/// One model a line.
pub fn render_lines(report: &Report, _: Style) -> String {
    let line = |m| serde_json::to_string(m).map(|json| format!("{}\n", json_safe(&json))).unwrap_or_default();
    report.models.iter().map(line).collect()
}
