//! A file of the Model Openness Tool for each model: the components that were found, by the names of the
//! framework, under SPDX ids. It reads back to the class that the report gives.
//! Format: <https://github.com/lfai/model_openness_tool> (`schema/mof_schema.json`).

use super::Style;
use crate::report::{ComponentName, ComponentOut, Model, Report};
use crate::text::line;
use crate::vocabulary::{Availability, ComponentId};
use serde_json::Value;
use std::collections::BTreeMap;

/// Renders a report: one YAML document a model.
pub fn render(report: &Report, _: Style) -> String {
    report.models.iter().map(|m| document(m, &report.names)).collect::<Vec<_>>().join("---\n")
}

fn document(m: &Model, names: &BTreeMap<ComponentId, ComponentName>) -> String {
    let mut out = String::from("framework:\n  name: Model Openness Framework\n  version: '1.0'\n  date: '2024-12-15'\nrelease:\n");
    let (owner, name) = m.source.id.split_once('/').unwrap_or(("", &m.source.id));
    let mut field = |key: &str, value: &str| out.push_str(&format!("  {key}: {}\n", scalar(value)));
    field("name", name);
    field("version", m.source.revision.as_deref().unwrap_or_default());
    field("origin", m.lineage.first().map_or("", |a| &a.id));
    field("producer", owner);
    field("contact", "");
    field("repository", m.code.first().map_or("", |c| &c.url));
    field("huggingface", if m.source.hub == "huggingface" { &m.source.url } else { "" });
    // Each component names its own license, so that nothing is inherited.
    out.push_str("  license: {}\n");
    let listed: Vec<String> = m.components.iter().filter_map(|c| component(c, m, names.get(&c.id)?)).collect();
    if listed.is_empty() {
        out.push_str("  components: []\n");
    } else {
        out.push_str("  components:\n");
        out.extend(listed);
    }
    out
}

/// A component that is there, with its license; nothing where it is missing or nobody could look.
fn component(c: &ComponentOut, m: &Model, name: &ComponentName) -> Option<String> {
    let is = |key: &str| {
        let list = m.frameworks.get("mof").and_then(|f| f.get(key)).and_then(Value::as_array);
        list.is_some_and(|l| l.iter().any(|v| v.as_str() == Some(c.id.slug())))
    };
    let license = match &c.license.expression {
        // All licenses of the expression are open; the tool reads one id.
        Some(e) if is("included") => e.split(" AND ").next().unwrap_or(e).to_string(),
        Some(e) if is("invalid") => e.clone(),
        // What binds the weights is not always what they are tagged with.
        None if is("invalid") => "LicenseRef-restricted".into(),
        _ if is("unlicensed") => "unlicensed".into(),
        // Released, and under a license that is not known.
        _ if is("unknown") && matches!(c.availability, Availability::Released | Availability::Gated) => "unlicensed".into(),
        _ => return None,
    };
    let weights = c.id == ComponentId::ModelParametersFinal && is("invalid");
    let license = m.license.effective.clone().filter(|_| weights).unwrap_or(license);
    let mut out =
        format!("  - name: {}\n    description: {}\n    license: {}\n", scalar(&name.name), scalar(&name.description), scalar(&license));
    // The hub's answer for programs is no page; the model's own is.
    let page = |url: &str| if url.contains("/api/") { m.source.url.clone() } else { url.to_string() };
    if let Some(url) = c.evidence.iter().find_map(|e| e.url.as_deref()).map(page) {
        out.push_str(&format!("    component_path: {}\n", scalar(&url)));
    }
    Some(out)
}

/// A YAML scalar that is a string whatever it holds: JSON strings are YAML.
fn scalar(s: &str) -> String {
    serde_json::to_string(&*line(s)).unwrap_or_default()
}
