//! Strangers' text made harmless once, before any renderer sees it, so that no renderer can forget:
//! characters that steer a terminal or a reader are shown as escapes. What is left to a renderer is
//! the escaping of its own medium.

use crate::report::Report;
use crate::text;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::borrow::Cow;

/// A report in which every string is harmless.
pub struct Harmless<'r>(Cow<'r, Report>);

impl std::ops::Deref for Harmless<'_> {
    type Target = Report;

    fn deref(&self) -> &Report {
        &self.0
    }
}

/// The report with every string harmless; the report itself where all are.
pub fn harmless(report: &Report) -> Harmless<'_> {
    let mut buffer = Vec::new();
    let steers: Vec<bool> = report.models.iter().map(|m| steers(m, &mut buffer)).collect();
    let around = without_models(report);
    let around_steers = self::steers(&around, &mut buffer);
    if !around_steers && !steers.contains(&true) {
        return Harmless(Cow::Borrowed(report));
    }
    let around = if around_steers { cleaned(&around) } else { around };
    let models = report.models.iter().zip(steers).map(|(m, bad)| if bad { cleaned(m) } else { m.clone() }).collect();
    Harmless(Cow::Owned(Report { models, inventory: report.inventory, ..around }))
}

/// Everything but the models.
fn without_models(report: &Report) -> Report {
    Report {
        schema_version: report.schema_version.clone(),
        tool: report.tool.clone(),
        models: Vec::new(),
        names: report.names.clone(),
        strict: report.strict,
        inventory: report.inventory,
        generated: report.generated.clone(),
        subject: report.subject.clone(),
        policy: report.policy.clone(),
        licenses: report.licenses.clone(),
        terms: report.terms.clone(),
        texts: report.texts.clone(),
    }
}

/// Whether a string in it holds a character that steers. Line breaks of license texts do not count.
fn steers(part: &impl Serialize, buffer: &mut Vec<u8>) -> bool {
    buffer.clear();
    // Serialising these structs cannot fail. Control characters are escaped in JSON.
    let _ = serde_json::to_writer(&mut *buffer, part);
    let json = std::str::from_utf8(buffer).unwrap_or_default();
    let mut escaped = false;
    json.chars().any(|c| {
        let after = escaped;
        escaped = !after && c == '\\';
        (after && matches!(c, 'u' | 'b' | 'f' | 'r' | 't')) || text::is_steering(c)
    })
}

/// The part with every string harmless. Only the report's `texts` have several lines.
fn cleaned<T: Serialize + DeserializeOwned + Clone>(part: &T) -> T {
    let mut value = serde_json::to_value(part).unwrap_or_default();
    if let Value::Object(document) = &mut value {
        for (key, part) in document.iter_mut() {
            clean(part, if key == "texts" { text::block } else { |s| text::line(s) });
        }
    }
    serde_json::from_value(value).unwrap_or_else(|_| part.clone())
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
