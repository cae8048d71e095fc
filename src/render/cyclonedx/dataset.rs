//! One dataset as a component.

use super::license::license;
use super::schema::*;
use crate::render::names;
use crate::report::texts::ids;
use crate::report::{Dataset, Report};
use serde_json::{Map, Value, json};

/// The `bom-ref` of a dataset.
pub fn reference(dataset: &Dataset) -> String {
    match &dataset.about.revision {
        Some(revision) => format!("data:{}@{revision}", dataset.id),
        None => format!("data:{}", dataset.id),
    }
}

/// A dataset.
pub fn component(report: &Report, dataset: &Dataset) -> Component {
    let about = &dataset.about;
    let (group, name) = names::owner_and_name(&dataset.id);
    let mut data = Map::new();
    data.insert("type".into(), "dataset".into());
    data.insert("name".into(), about.title.clone().unwrap_or_else(|| dataset.id.clone()).into());
    let mut contents = Map::new();
    if let Some(url) = names::web(&dataset.url) {
        contents.insert("url".into(), url.into());
    }
    if !about.contents.is_empty() {
        contents.insert("attachment".into(), json!({"contentType": "text/plain", "content": about.contents.join("\n")}));
    }
    if !contents.is_empty() {
        data.insert("contents".into(), Value::Object(contents));
    }
    if let Some(description) = &about.description {
        data.insert("description".into(), description.clone().into());
    }
    if !about.sensitive.is_empty() {
        data.insert("sensitiveData".into(), about.sensitive.iter().map(|q| q.text.clone()).collect());
    }
    if let Some(owner) = &about.producer {
        data.insert("governance".into(), json!({"owners": [{"organization": {"name": owner}}]}));
    }
    let mut properties = Vec::new();
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            properties.push(Property::new(format!("trulyopen:{name}"), value));
        }
    };
    let found = |b: Option<bool>| b.map_or("unknown".to_string(), |b| b.to_string());
    add("role", Some(dataset.role.to_string()));
    add("found", Some(found(dataset.found)));
    add("gated", Some(found(dataset.gated)));
    add("hub:created", about.created.clone());
    add("hub:modified", about.modified.clone());
    add("hub:language", (!about.languages.is_empty()).then(|| about.languages.join(" ")));
    add("hub:size", (!about.sizes.is_empty()).then(|| about.sizes.join(" ")));
    Component {
        kind: "data",
        bom_ref: Some(reference(dataset)),
        manufacturer: about.producer.as_ref().map(|p| Organization { name: p.clone(), url: Vec::new() }),
        authors: about.producer.iter().chain(&about.annotators).map(|a| Contact { name: a.clone() }).collect(),
        group: group.map(str::to_string),
        name: name.to_string(),
        version: about.revision.clone(),
        description: about.description.clone(),
        licenses: dataset
            .license
            .iter()
            .flat_map(|e| ids(e))
            .map(|id| LicenseChoice { license: license(report, id, Some("declared")) })
            .collect(),
        external_references: names::web(&dataset.url)
            .map(|url| Reference { kind: "website", url, comment: None, hashes: Vec::new() })
            .into_iter()
            .collect(),
        data: vec![Value::Object(data)],
        properties,
        tags: about.tags.clone(),
        ..Component::default()
    }
}
