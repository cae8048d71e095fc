//! JSON: the report as it is. Characters that would steer a terminal are written as escapes.

use super::Style;
use crate::report::{Model, Report};
use crate::text::json_safe;

/// One document, indented.
pub fn render(report: &Report, _: Style) -> String {
    // Serialising these structs cannot fail: no maps with other keys than strings, no NaN.
    super::printed(serde_json::to_string_pretty(report).unwrap_or_default())
}

/// One model a line.
pub fn render_lines(report: &Report, _: Style) -> String {
    report.models.iter().map(line).collect()
}

/// The line of a model.
pub fn line(model: &Model) -> String {
    serde_json::to_string(model).map(|json| format!("{}\n", json_safe(&json))).unwrap_or_default()
}
