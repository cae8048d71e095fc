//! Strangers' text made harmless once, before any renderer sees it, so that no renderer can forget:
//! characters that steer a terminal or a reader are shown as escapes. What is left to a renderer is
//! the escaping of its own medium.

use crate::report::Report;
use crate::text;
use serde_json::Value;
use std::borrow::Cow;

/// The report with every string harmless; the report itself where all are.
pub fn harmless(report: &Report) -> Cow<'_, Report> {
    // Serialising these structs cannot fail. Control characters are escaped in JSON as `\u….`.
    let json = serde_json::to_string(report).unwrap_or_default();
    let quiet = !json.contains("\\u") && !json.contains("\\b") && !json.contains("\\f") && !json.chars().any(text::is_steering);
    if quiet && !report.models.iter().any(|m| m.target.contains(['\n', '\r', '\t'])) {
        return Cow::Borrowed(report);
    }
    let mut value: Value = serde_json::from_str(&json).unwrap_or_default();
    if let Value::Object(document) = &mut value {
        for (key, part) in document.iter_mut() {
            clean(part, if key == "texts" { text::block } else { |s| text::line(s) });
        }
    }
    serde_json::from_value(value).map_or(Cow::Borrowed(report), Cow::Owned)
}

fn clean(value: &mut Value, with: fn(&str) -> Cow<'_, str>) {
    match value {
        Value::String(s) => {
            if let Cow::Owned(new) = with(s) {
                *s = new;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|v| clean(v, with)),
        Value::Object(fields) => {
            let steering: Vec<String> = fields.keys().filter(|k| k.chars().any(text::is_steering)).cloned().collect();
            for key in steering {
                if let Some(v) = fields.remove(&key) {
                    fields.insert(text::line(&key).into_owned(), v);
                }
            }
            fields.values_mut().for_each(|v| clean(v, with));
        }
        _ => {}
    }
}
