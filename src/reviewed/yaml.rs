//! YAML that people hand in: bounded before and while it is parsed.

use crate::yaml::{self, Bounds, Repeated};
use serde_json::Value;

/// Bytes of a reviewed file (the largest seen has 20 kB).
pub const MAX_BYTES: usize = 1 << 20;

/// How much of one is taken.
const BOUNDS: Bounds = Bounds { events: 100_000, anchors: 200, replayed: 20_000 };

/// Parses a file into a JSON value. A key that is repeated is an error: a reviewer has to say which is meant.
///
/// # Errors
/// The line (from 1, or 0 where none is known) and what is wrong there.
pub fn parse(text: &str) -> Result<Value, (usize, String)> {
    if text.len() > MAX_BYTES {
        return Err((0, format!("more than {MAX_BYTES} bytes")));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    yaml::parse(text, BOUNDS, Repeated::Wrong)
}

/// A scalar as text; `None` for null and for what is no scalar.
pub fn scalar(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    }
}

/// A scalar as text, trimmed; `None` where it says nothing.
pub fn said(value: Option<&Value>) -> Option<String> {
    scalar(value).map(|s| crate::text::squeeze(&s)).filter(|s| !s.is_empty())
}

/// One scalar or a list of them.
pub fn list(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(items)) => items.iter().take(200).filter_map(|i| said(Some(i))).collect(),
        other => said(other).into_iter().collect(),
    }
}

/// The line (from 1) on which a text first stands, after another one.
pub fn line_of(text: &str, after: &str, wanted: &str) -> Option<u32> {
    let from = if after.is_empty() { 0 } else { text.lines().position(|l| l.contains(after))? };
    let at = text.lines().skip(from).position(|l| l.contains(wanted))?;
    u32::try_from(from + at + 1).ok()
}
