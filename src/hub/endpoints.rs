//! Where each host is.

use super::table;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The address of each service of the table, without a trailing slash. Saved evidence keeps the ones that
/// it was fetched from; those that an older list does not name have their public address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Endpoints(BTreeMap<String, String>);

impl Default for Endpoints {
    fn default() -> Self {
        Endpoints(table::services().map(|s| (s.key.to_string(), s.default.to_string())).collect())
    }
}

impl Endpoints {
    /// The address of a service.
    pub fn get(&self, service: &str) -> &str {
        let public = || table::services().find(|s| s.key == service).map_or("", |s| s.default);
        self.0.get(service).map_or_else(public, String::as_str)
    }

    /// Moves a service.
    pub fn set(&mut self, service: &str, address: impl Into<String>) {
        self.0.insert(service.to_string(), address.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_older_versions_are_read() {
        let old = r#"{"huggingface":"https://hub.example","github_api":"https://a.example","github_raw":"https://r.example"}"#;
        let at: Endpoints = serde_json::from_str(old).unwrap();
        assert_eq!(at.get("huggingface"), "https://hub.example");
        assert_eq!(at.get("ollama"), "https://registry.ollama.ai");
        assert_eq!(at.get("no-such-service"), "");
        let all = serde_json::to_string(&Endpoints::default()).unwrap();
        assert!(table::services().all(|s| all.contains(s.default)), "{all}");
    }
}
