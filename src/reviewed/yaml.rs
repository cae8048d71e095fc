//! YAML that people hand in: bounded before and while it is parsed.

use serde_json::Value;

/// Bytes of a reviewed file (the largest seen has 20 kB).
pub const MAX_BYTES: usize = 1 << 20;

/// Parses a file into a JSON value.
///
/// # Errors
/// The line (from 1, or 0 where none is known) and what is wrong there.
pub fn parse(text: &str) -> Result<Value, (usize, String)> {
    if text.len() > MAX_BYTES {
        return Err((0, format!("more than {MAX_BYTES} bytes")));
    }
    // As for model cards (src/card/front_matter.rs), but a key that is repeated is an error: a reviewer has
    // to say which of the two is meant.
    let options = serde_saphyr::options! {
        strict_booleans: true,
        underscored_numbers_as_strings: true,
        leading_zero_numbers_as_strings: true,
        non_finite_float_policy: serde_saphyr::NonFiniteFloatPolicy::AsString,
        budget: serde_saphyr::budget! {
            max_events: 100_000,
            max_aliases: 200,
            max_anchors: 200,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 20_000,
        },
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_saphyr::from_str_with_options::<Value>(text, options).map_err(|e| {
        let line = e.location().map_or(0, |l| usize::try_from(l.line()).unwrap_or(0));
        let why = crate::text::squeeze(e.to_string().lines().next().unwrap_or_default());
        (line, crate::text::cut(&why, 160).into_owned())
    })
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
