//! The table of hubs: every fact about a host that more than one module needs.

use super::{Hub, github_home, huggingface, modelscope, ollama};
use crate::hosts::{self, Service};

/// A hub's row.
pub struct Facts {
    pub hub: &'static dyn Hub,
    /// How people call it.
    pub title: &'static str,
    /// What stands before `:` in a target.
    pub prefixes: &'static [&'static str],
    /// Hosts of addresses as copied from a browser, and of what its own tools write.
    pub hosts: &'static [&'static str],
    /// The branch that a name without a revision means.
    pub branch: &'static str,
    /// The hub on which the base models that its models name are looked up, by name.
    pub bases: &'static str,
    /// What follows a model's page on the page of its files at a revision, `{}`.
    pub tree: &'static str,
    /// It is a registry: its models are asked for by tag alone, and have no cards.
    pub registry: bool,
    /// Headers by which it tells how long to wait.
    pub limits: &'static [&'static str],
}

impl Facts {
    /// Where it is reached; the first is where names and pages are looked up.
    pub fn services(&self) -> impl Iterator<Item = &'static Service> {
        hosts::of(self.hub.name())
    }
}

/// Every hub, the one that plain names mean first.
pub static HUBS: &[Facts] = &[
    Facts {
        hub: &huggingface::HuggingFace,
        title: "Hugging Face",
        prefixes: &["hf", "huggingface"],
        hosts: &["huggingface.co", "www.huggingface.co", "hf.co"],
        branch: "main",
        bases: huggingface::NAME,
        tree: "/tree/{}",
        registry: false,
        limits: &["RateLimit", "Retry-After"],
    },
    Facts {
        hub: &modelscope::CN,
        title: "ModelScope",
        prefixes: &["modelscope"],
        hosts: &["modelscope.cn", "www.modelscope.cn"],
        branch: "master",
        bases: modelscope::NAME,
        tree: "/files",
        registry: false,
        limits: &["Retry-After"],
    },
    // The international site keeps repositories of its own.
    Facts {
        hub: &modelscope::INTL,
        title: "ModelScope (international)",
        prefixes: &["modelscope-intl"],
        hosts: &["modelscope.ai", "www.modelscope.ai"],
        branch: "master",
        bases: "modelscope-intl",
        tree: "/files",
        registry: false,
        limits: &["Retry-After"],
    },
    Facts {
        hub: &ollama::Ollama,
        title: "Ollama",
        prefixes: &["ollama"],
        hosts: &["ollama.com", "www.ollama.com", "registry.ollama.ai"],
        branch: "latest",
        bases: huggingface::NAME,
        tree: "",
        registry: true,
        limits: &["Retry-After"],
    },
    Facts {
        hub: &github_home::GitHub,
        title: "GitHub",
        prefixes: &["github"],
        hosts: &["github.com", "www.github.com"],
        branch: "HEAD",
        bases: huggingface::NAME,
        tree: "/tree/{}",
        registry: false,
        limits: &["X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After"],
    },
];

/// The row of a hub's name.
pub fn row(name: &str) -> Option<&'static Facts> {
    HUBS.iter().find(|h| h.hub.name() == name)
}

/// The hub of a name.
pub fn by_name(name: &str) -> Option<&'static dyn Hub> {
    row(name).map(|r| r.hub)
}

/// The hub that plain names mean.
pub fn default() -> &'static dyn Hub {
    &huggingface::HuggingFace
}

/// The hub on which base models of a hub's models are looked up.
pub fn of_bases(name: &str) -> &'static dyn Hub {
    row(name).and_then(|r| by_name(r.bases)).unwrap_or_else(default)
}

/// The branch that a name without a revision means on a hub.
pub fn branch(name: &str) -> &'static str {
    row(name).map_or("main", |r| r.branch)
}

/// The name of the hub on which base models of a hub's models are looked up.
pub fn bases_of(name: &str) -> &str {
    row(name).map_or(name, |r| r.bases)
}

/// The page of a model's files at a revision, from the model's own page.
pub fn tree_page(name: &str, page: &str, revision: &str) -> String {
    format!("{page}{}", row(name).map_or("/tree/{}", |r| r.tree).replace("{}", revision))
}

/// Whether a hub is a registry, whose models are asked for by tag alone and have no cards.
pub fn is_registry(name: &str) -> bool {
    row(name).is_some_and(|r| r.registry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_hubs_claim_the_same() {
        let mut seen = BTreeSet::new();
        for facts in HUBS {
            let claims = facts.prefixes.iter().chain(facts.hosts).copied().chain(facts.services().map(|s| s.default));
            assert!(claims.into_iter().all(|c| seen.insert(c)), "{}", facts.title);
            assert!(by_name(facts.bases).is_some(), "{}", facts.title);
            assert!(facts.services().next().is_some(), "{}", facts.title);
        }
        assert!(hosts::SERVICES.iter().all(|s| by_name(s.hub).is_some()));
        assert_eq!(HUBS.first().map(|h| h.hub.name()), Some(default().name()));
    }
}
