//! JSON: the report as it is. Characters that would steer a terminal are written as escapes.

use super::{CheckReport, Style};
use crate::text::json_safe;

/// One document, indented.
pub fn render(report: &CheckReport, _: Style) -> String {
    // Serialising these structs cannot fail: no maps with other keys than strings, no NaN.
    let json = serde_json::to_string_pretty(report).unwrap_or_default();
    format!("{}\n", json_safe(&json))
}
