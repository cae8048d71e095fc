//! Hosts: where each hub is reached, and how that is changed. What a hub calls things there is told in `hub`.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A host that a hub is reached by.
#[derive(Debug)]
pub struct Service {
    /// The name of the hub.
    pub hub: &'static str,
    /// Its name in saved evidence.
    pub key: &'static str,
    /// The public address.
    pub default: &'static str,
    /// What a look at whether it answers asks for: something small that costs the host nothing.
    pub probe: &'static str,
    /// Where the host tells whose a token is.
    pub identity: Option<&'static str>,
    /// Variables that move it, the first that is set; one that ends in `_DOMAIN` names the host alone.
    pub variables: &'static [&'static str],
}

/// The hub of plain names, and the key of its only host.
pub const HUGGING_FACE: &str = "huggingface";

/// Every host. Of several of one hub, names and pages are looked up at the first.
pub static SERVICES: &[Service] = &[
    Service {
        hub: HUGGING_FACE,
        key: HUGGING_FACE,
        default: "https://huggingface.co",
        probe: "/api/models?limit=1",
        identity: Some("/api/whoami-v2"),
        variables: &["HF_ENDPOINT"],
    },
    Service {
        hub: "modelscope",
        key: "modelscope",
        default: "https://www.modelscope.cn",
        probe: "/",
        identity: None,
        variables: &["MODELSCOPE_ENDPOINT", "MODELSCOPE_DOMAIN"],
    },
    Service {
        hub: "modelscope-intl",
        key: "modelscope_intl",
        default: "https://www.modelscope.ai",
        probe: "/",
        identity: None,
        variables: &["TRULYOPEN_MODELSCOPE_INTL"],
    },
    Service {
        hub: "ollama",
        key: "ollama",
        default: "https://registry.ollama.ai",
        probe: "/v2/",
        identity: None,
        variables: &["TRULYOPEN_OLLAMA_REGISTRY"],
    },
    Service {
        hub: "github",
        key: "github_api",
        default: "https://api.github.com",
        probe: "/rate_limit",
        identity: None,
        variables: &["GITHUB_API_URL"],
    },
    Service {
        hub: "github",
        key: "github_raw",
        default: "https://raw.githubusercontent.com",
        probe: "/",
        identity: None,
        variables: &["TRULYOPEN_GITHUB_RAW"],
    },
];

/// The hosts of a hub, by the hub's name.
pub fn of(hub: &str) -> impl Iterator<Item = &'static Service> {
    SERVICES.iter().filter(move |s| s.hub == hub)
}

/// The address of each service, without a trailing slash. Saved evidence keeps the ones that it was fetched
/// from; those that an older list does not name have their public address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Endpoints(BTreeMap<String, String>);

impl Default for Endpoints {
    fn default() -> Self {
        Endpoints(SERVICES.iter().map(|s| (s.key.to_string(), s.default.to_string())).collect())
    }
}

impl Endpoints {
    /// The address of a service.
    pub fn get(&self, service: &str) -> &str {
        let public = || SERVICES.iter().find(|s| s.key == service).map_or("", |s| s.default);
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
        assert!(SERVICES.iter().all(|s| all.contains(s.default)), "{all}");
    }

    #[test]
    fn no_two_hosts_share_a_key_or_a_variable() {
        let mut seen = std::collections::BTreeSet::new();
        for service in SERVICES {
            let claims = std::iter::once(service.key).chain(service.variables.iter().copied()).chain([service.default]);
            assert!(claims.into_iter().all(|c| seen.insert(c)), "{}", service.key);
            assert!(service.default.starts_with("https://") && !service.default.ends_with('/'), "{}", service.key);
        }
    }
}
