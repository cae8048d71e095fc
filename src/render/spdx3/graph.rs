//! Elements by id, each once. Ids are made from what an element is about, so that the same model has
//! the same id in every document.

use crate::render::names;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The elements of a document.
#[derive(Default)]
pub struct Graph {
    elements: BTreeMap<String, Value>,
    /// Packages of each profile that lack something the profile requires.
    pub lacking_ai: usize,
    pub lacking_data: usize,
}

/// The id of what a key is about.
pub fn iri(key: &str) -> String {
    format!("urn:uuid:{}", names::uuid(&format!("spdx {key}")))
}

/// A list of strings.
pub fn strings<S: AsRef<str>>(items: &[S]) -> Value {
    items.iter().map(|s| Value::from(s.as_ref())).collect()
}

impl Graph {
    /// Adds an element and returns its id.
    pub fn add(&mut self, kind: &str, key: &str, fields: Value) -> String {
        let id = iri(&format!("{kind} {key}"));
        if !self.elements.contains_key(&id) {
            let mut element = Map::new();
            element.insert("type".into(), kind.into());
            element.insert("spdxId".into(), id.clone().into());
            element.insert("creationInfo".into(), "_:creation".into());
            if let Value::Object(fields) = fields {
                element.extend(fields.into_iter().filter(|(_, v)| !v.is_null()));
            }
            self.elements.insert(id.clone(), Value::Object(element));
        }
        id
    }

    /// Whether an element is there.
    pub fn contains(&self, kind: &str, key: &str) -> Option<String> {
        let id = iri(&format!("{kind} {key}"));
        self.elements.contains_key(&id).then_some(id)
    }

    /// Whether there is an element of a kind.
    pub fn has(&self, kind: &str) -> bool {
        self.elements.values().any(|e| e.get("type").and_then(Value::as_str) == Some(kind))
    }

    /// Relates one element to others.
    pub fn relate(&mut self, from: &str, kind: &str, to: &[String], completeness: Option<&str>, comment: Option<&str>) {
        if to.is_empty() {
            return;
        }
        let mut to = to.to_vec();
        to.sort();
        to.dedup();
        let key = format!("{from} {kind} {} {}", to.join(" "), comment.unwrap_or_default());
        let fields = json!({"from": from, "relationshipType": kind, "to": to, "completeness": completeness, "comment": comment});
        self.add("Relationship", &key, fields);
    }

    /// All elements by id.
    pub fn into_elements(self) -> BTreeMap<String, Value> {
        self.elements
    }
}
