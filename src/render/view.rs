//! Readings of a report that several formats share. They arrange; they decide nothing.

use super::names;
use crate::report::{Ancestor, Model, Report};
use crate::vocabulary::*;
use serde_json::Value;

/// How many models stand at each rung, most open first; rungs without models too.
pub fn ladder(report: &Report) -> Vec<(Verdict, usize)> {
    names::LADDER.iter().map(|v| (*v, report.models.iter().filter(|m| m.verdict == *v).count())).collect()
}

/// The bases of a model as a tree: each with its depth, a base before its own bases.
pub fn lineage(model: &Model) -> Vec<(usize, &Ancestor)> {
    fn below<'m>(model: &'m Model, of: &str, depth: usize, seen: &mut Vec<&'m Ancestor>, out: &mut Vec<(usize, &'m Ancestor)>) {
        for ancestor in model.lineage.iter().filter(|a| a.of == of) {
            if seen.iter().any(|s| std::ptr::eq(*s, ancestor)) {
                continue;
            }
            seen.push(ancestor);
            out.push((depth, ancestor));
            below(model, &ancestor.id, depth + 1, seen, out);
        }
    }
    let mut out = Vec::new();
    let mut seen = Vec::new();
    below(model, &model.source.id, 0, &mut seen, &mut out);
    // What hangs on no branch is shown all the same.
    for ancestor in &model.lineage {
        if !seen.iter().any(|s| std::ptr::eq(*s, ancestor)) {
            out.push((0, ancestor));
        }
    }
    out
}

/// A framework's result as names and values, whatever its shape; equal names stand together.
pub fn pairs(value: &Value) -> Vec<(String, Vec<String>)> {
    fn walk(value: &Value, name: &str, depth: usize, out: &mut Vec<(String, Vec<String>)>) {
        let scalar = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_string);
        match value {
            Value::Null => {}
            Value::Array(items) if items.iter().all(|i| !i.is_object() && !i.is_array()) => {
                out.push((name.to_string(), items.iter().map(scalar).collect()));
            }
            Value::Object(map) if depth < 4 => {
                for (key, v) in map {
                    walk(v, &if name.is_empty() { key.clone() } else { format!("{name}:{key}") }, depth + 1, out);
                }
            }
            other => out.push((name.to_string(), vec![scalar(other)])),
        }
    }
    let mut out = Vec::new();
    walk(value, "", 0, &mut out);
    out
}

/// The class that the Model Openness Framework gives a model, where it was evaluated and reached.
pub fn mof_class(model: &Model) -> Option<&'static str> {
    match model.frameworks.get("mof")?.get("class")?.as_u64()? {
        1 => Some("I"),
        2 => Some("II"),
        3 => Some("III"),
        _ => None,
    }
}

/// The license that binds, for a cell.
pub fn license(model: &Model) -> &str {
    model.license.effective.as_deref().unwrap_or(match model.license.effective_openness {
        Openness::None => "none",
        _ => "not known",
    })
}

/// Questions that are open: components and pillars that are unknown, and what could not be had.
pub fn is_unknown(model: &Model) -> bool {
    model.verdict == Verdict::Unknown || model.verdict != model.verdict_possible || !model.incomplete.is_empty()
}

/// The title of a term.
pub fn term<'r>(report: &'r Report, id: &'r str) -> &'r str {
    report.terms.get(id).map_or(id, |t| t.title.as_str())
}
