//! SPDX 3.0.1 as JSON-LD, with the AI and Dataset profiles. <https://spdx.github.io/spdx-spec/v3.0.1/>
//!
//! What these profiles require of a package stands in the specification's prose only; neither the
//! JSON schema nor the SHACL model enforces it. A base model or dataset whose record could not be had
//! lacks times and supplier, and no time is invented: it is written as a plain `software_Package`. A
//! profile is claimed only where every package has all that it asks for.

mod graph;
mod license;
mod package;

use super::{Harmless, Style, names};
use crate::report::Report;
use graph::{Graph, strings};
use serde::Serialize;
use serde_json::{Value, json};

const CONTEXT: &str = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld";

/// Renders a report.
pub fn render(report: &Report, _: Style) -> String {
    write(&super::harmless(report))
}

/// Renders a report whose strings are harmless.
pub fn write(report: &Harmless<'_>) -> String {
    let mut graph = Graph::default();
    let agent = graph.add("SoftwareAgent", "agent", json!({"name": report.tool.name}));
    let tool = graph.add("Tool", "tool", json!({"name": format!("{} {}", report.tool.name, report.tool.version)}));
    let mut roots: Vec<String> = report.models.iter().map(|m| package::model(&mut graph, report, m)).collect();
    roots.sort();
    roots.dedup();
    let mut profiles = vec!["core", "software", "simpleLicensing"];
    if graph.lacking_ai == 0 && graph.has("ai_AIPackage") {
        profiles.push("ai");
    }
    if graph.lacking_data == 0 && graph.has("dataset_DatasetPackage") {
        profiles.push("dataset");
    }
    profiles.sort_unstable();
    let (created, comment) = created(report);
    let mut info = json!({
        "type": "CreationInfo", "@id": "_:creation", "specVersion": "3.0.1", "created": created,
        "createdBy": [agent], "createdUsing": [tool],
    });
    if let (Some(comment), Value::Object(map)) = (comment, &mut info) {
        map.insert("comment".into(), comment.into());
    }
    let elements = graph.into_elements();
    let ids: Vec<&str> = elements.keys().map(String::as_str).collect();
    let mut document = json!({
        "type": "SpdxDocument",
        "creationInfo": "_:creation",
        "name": report.subject.as_deref().unwrap_or("audited models"),
        "comment": format!("rules {}", report.tool.rules_digest),
        "element": ids,
        "profileConformance": profiles,
    });
    if let (false, Value::Object(map)) = (roots.is_empty(), &mut document) {
        map.insert("rootElement".into(), strings(&roots));
    }
    // The id of the document is made from all that is in it.
    let body: Vec<&Value> = elements.values().collect();
    let content = names::uuid_of(&(&info, &document, &body));
    if let Value::Object(map) = &mut document {
        map.insert("spdxId".into(), graph::iri(&format!("document {content}")).into());
    }
    let mut graph: Vec<&Value> = vec![&info, &document];
    graph.extend(body);
    let text = serde_json::to_string_pretty(&Document { context: CONTEXT, graph }).unwrap_or_default();
    drop(elements);
    super::printed(text)
}

#[derive(Serialize)]
struct Document<'g> {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@graph")]
    graph: Vec<&'g Value>,
}

/// The time that the format demands: `SOURCE_DATE_EPOCH`; without it the newest time that the
/// evidence gives, and without that the start of the epoch, which says that there is none.
fn created(report: &Report) -> (String, Option<&'static str>) {
    if let Some(time) = &report.generated {
        return (time.clone(), None);
    }
    let datasets = report.models.iter().flat_map(|m| m.datasets.iter().filter_map(|d| d.about.modified.as_ref()));
    match report.models.iter().filter_map(|m| m.about.modified.as_ref()).chain(datasets).max() {
        Some(time) => (time.clone(), Some("SOURCE_DATE_EPOCH is not set: this is the newest time that the evidence gives")),
        None => ("1970-01-01T00:00:00Z".into(), Some("neither SOURCE_DATE_EPOCH nor the evidence gives a time")),
    }
}
