//! CycloneDX 1.6 and 1.7: one `machine-learning-model` component a model, its datasets as `data`
//! components. The two versions differ here in nothing but their number.
//! <https://cyclonedx.org/docs/1.6/json/>

mod card;
mod dataset;
mod license;
mod model;
mod schema;

use super::{Harmless, Style, names};
use crate::report::Report;
use schema::*;
use std::collections::{BTreeMap, BTreeSet};

/// Version 1.6.
pub fn render(report: &Report, _: Style) -> String {
    write(&super::harmless(report))
}

/// Version 1.7.
pub fn render_1_7(report: &Report, _: Style) -> String {
    document(&super::harmless(report), "1.7")
}

/// Version 1.6 of a report whose strings are harmless.
pub fn write(report: &Harmless<'_>) -> String {
    document(report, "1.6")
}

const ROOT: &str = "root";

fn document(report: &Report, version: &'static str) -> String {
    let mut seen = BTreeSet::new();
    let mut texts = BTreeSet::new();
    let mut models = Vec::new();
    let mut data: BTreeMap<String, Component> = BTreeMap::new();
    let mut dependencies = Vec::new();
    let (mut complete, mut incomplete, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for model in &report.models {
        let reference = model::reference(model);
        if !seen.insert(reference.clone()) {
            continue; // Named twice.
        }
        let mut needs: Vec<String> = Vec::new();
        for dataset in &model.datasets {
            let component = dataset::component(report, dataset);
            if let Some(reference) = component.bom_ref.clone() {
                needs.push(reference.clone());
                data.entry(reference).or_insert(component);
            }
        }
        needs.sort();
        needs.dedup();
        match model::aggregate(model) {
            Aggregate::Complete => complete.push(reference.clone()),
            Aggregate::Incomplete => incomplete.push(reference.clone()),
            Aggregate::Unknown => unknown.push(reference.clone()),
        }
        dependencies.push(Dependency { reference: reference.clone(), depends_on: needs });
        models.push(model::component(report, model, &reference, &mut texts));
    }
    let mut roots: Vec<String> = dependencies.iter().map(|d| d.reference.clone()).collect();
    roots.sort();
    dependencies.push(Dependency { reference: ROOT.into(), depends_on: roots });
    dependencies.sort_by(|a, b| a.reference.cmp(&b.reference));
    models.sort_by(|a, b| a.bom_ref.cmp(&b.bom_ref));
    models.extend(data.into_values());
    let composition = |aggregate, mut dependencies: Vec<String>| {
        dependencies.sort();
        (!dependencies.is_empty()).then_some(Composition { aggregate, dependencies })
    };
    let bom = Bom {
        schema: if version == "1.6" {
            "http://cyclonedx.org/schema/bom-1.6.schema.json"
        } else {
            "http://cyclonedx.org/schema/bom-1.7.schema.json"
        },
        bom_format: "CycloneDX",
        spec_version: version,
        serial_number: String::new(),
        version: 1,
        metadata: Metadata {
            timestamp: report.generated.clone(),
            tools: Tools {
                components: vec![Component {
                    kind: "application",
                    name: report.tool.name.to_string(),
                    version: Some(report.tool.version.to_string()),
                    ..Component::default()
                }],
            },
            component: Component {
                kind: "application",
                bom_ref: Some(ROOT.into()),
                name: report.subject.clone().unwrap_or_else(|| "audited models".into()),
                ..Component::default()
            },
            properties: vec![Property::new("trulyopen:rules-digest", &report.tool.rules_digest)],
        },
        components: models,
        dependencies,
        compositions: [composition("complete", complete), composition("incomplete", incomplete), composition("unknown", unknown)]
            .into_iter()
            .flatten()
            .collect(),
    };
    finish(bom)
}

/// Writes the document with a serial number made from everything else in it.
fn finish(mut bom: Bom) -> String {
    bom.serial_number = format!("urn:uuid:{}", names::uuid_of(&bom));
    // Serialising these structs cannot fail: their keys are strings and their numbers finite.
    let text = serde_json::to_string_pretty(&bom).unwrap_or_default();
    drop(bom);
    super::printed(text)
}

/// How complete the list of what a model is made from is.
enum Aggregate {
    Complete,
    Incomplete,
    Unknown,
}
