//! License expressions, with the text or address of those that the SPDX list does not have.

use super::graph::Graph;
use crate::report::texts::ids;
use crate::report::{Model, Report};
use serde_json::{Value, json};

pub const NONE: &str = "https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoneLicense";
pub const NO_ASSERTION: &str = "https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense";

/// The version of the SPDX list that ids are from.
const LIST: &str = spdx::identifiers::VERSION;

/// The element of an expression.
pub fn expression(graph: &mut Graph, report: &Report, expression: &str) -> String {
    let custom: Vec<Value> = ids(expression)
        .filter(|id| id.starts_with("LicenseRef-"))
        .map(|id| {
            let uri = text(graph, report, id);
            json!({"type": "DictionaryEntry", "key": id, "value": uri})
        })
        .collect();
    let fields = json!({
        "simplelicensing_licenseExpression": expression,
        "simplelicensing_licenseListVersion": LIST,
        "simplelicensing_customIdToUri": (!custom.is_empty()).then_some(custom),
    });
    graph.add("simplelicensing_LicenseExpression", expression, fields)
}

/// The text of a license of our own naming, or where it is published.
fn text(graph: &mut Graph, report: &Report, id: &str) -> String {
    let known = report.licenses.get(id);
    let text = known.and_then(|k| k.text.as_ref()).and_then(|d| report.texts.get(d));
    let fields = match (text, known.and_then(|k| k.source.as_ref())) {
        (Some(text), _) => json!({"simplelicensing_licenseText": text}),
        (None, Some(source)) => {
            json!({"simplelicensing_licenseText": format!("The text of this license is published at {source}"), "comment": "no copy of the text was in the evidence"})
        }
        (None, None) => {
            json!({"simplelicensing_licenseText": format!("A license that the author names {id}; its text is not known"), "comment": "no copy of the text was in the evidence"})
        }
    };
    let name = known.map_or(id, |k| k.name.as_str());
    let mut fields = fields;
    if let Value::Object(map) = &mut fields {
        map.insert("name".into(), name.into());
    }
    graph.add("simplelicensing_SimpleLicensingText", id, fields)
}

/// What the author declares: SPDX ids where they are known, names otherwise.
pub fn declared(graph: &mut Graph, report: &Report, model: &Model, had_record: bool) -> String {
    let license = &model.license;
    let mut parts: Vec<String> = Vec::new();
    for (i, value) in license.declared.iter().enumerate() {
        let id = license.declared_ids.get(i).cloned().flatten().unwrap_or_else(|| reference(value));
        if !parts.contains(&id) {
            parts.push(id);
        }
    }
    match parts.as_slice() {
        [] if had_record => NONE.into(),
        [] => NO_ASSERTION.into(),
        parts => expression(graph, report, &parts.join(" AND ")),
    }
}

/// A `LicenseRef-…` from a name of any kind.
fn reference(name: &str) -> String {
    let slug: String =
        crate::text::fold_name(name).chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).take(60).collect();
    format!("LicenseRef-{}", if slug.is_empty() { "unnamed" } else { &slug })
}
