//! Hubs: what they call things and where they keep them. A hub turns names into resources and
//! answers into records; it fetches nothing itself.
//!
//! To add a hub: one file here that implements [`Hub`], one line in [`HUBS`], and its addresses in
//! [`Endpoints`].

pub mod github;
pub mod huggingface;
pub mod local;
pub mod record;

use crate::net::Resource;
use record::{DatasetRecord, ModelRecord};
use serde::{Deserialize, Serialize};

/// A place where models are published.
pub trait Hub: Sync {
    /// The name in targets (`NAME:…`), JSON and the evidence layout.
    fn name(&self) -> &'static str;
    /// The record of a model.
    fn model_info(&self, at: &Endpoints, id: &str, revision: Option<&str>) -> Resource;
    /// A file of a model at a revision.
    fn model_file(&self, at: &Endpoints, id: &str, revision: &str, path: &str) -> Resource;
    /// The record of a dataset.
    fn dataset_info(&self, at: &Endpoints, id: &str) -> Resource;
    /// The card of a dataset.
    fn dataset_card(&self, at: &Endpoints, id: &str) -> Resource;
    /// The page of a model for people.
    fn model_page(&self, at: &Endpoints, id: &str) -> String;
    /// The page of a model's file at a commit for people.
    fn file_page(&self, at: &Endpoints, id: &str, revision: &str, path: &str) -> String;
    /// The page of a dataset for people.
    fn dataset_page(&self, at: &Endpoints, id: &str) -> String;
    /// Reads a model record.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read_model(&self, bytes: &[u8]) -> Result<ModelRecord, String>;
    /// Reads a dataset record.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read_dataset(&self, bytes: &[u8]) -> Result<DatasetRecord, String>;
}

/// Every hub, the one that plain names mean first.
pub static HUBS: &[&dyn Hub] = &[&huggingface::HuggingFace];

/// The hub of a name.
pub fn by_name(name: &str) -> Option<&'static dyn Hub> {
    HUBS.iter().copied().find(|h| h.name() == name)
}

/// The hub that plain names mean.
pub fn default() -> &'static dyn Hub {
    &huggingface::HuggingFace
}

/// Where each host is. Addresses have no trailing slash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    pub huggingface: String,
    pub github_api: String,
    pub github_raw: String,
}

impl Default for Endpoints {
    fn default() -> Self {
        Endpoints {
            huggingface: "https://huggingface.co".into(),
            github_api: "https://api.github.com".into(),
            github_raw: "https://raw.githubusercontent.com".into(),
        }
    }
}

/// A repository id as hubs allow it: `NAME` or `OWNER/NAME` of letters, digits, `.`, `_`, `-`, no
/// leading or trailing `.` or `-`, no `..` or `--`, at most 96 characters a part.
pub fn is_repo_id(id: &str) -> bool {
    let part = |p: &str| {
        !p.is_empty()
            && p.len() <= 96
            && p.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
            && !p.starts_with(['.', '-'])
            && !p.ends_with(['.', '-'])
            && !p.contains("..")
            && !p.contains("--")
    };
    match id.split_once('/') {
        Some((owner, name)) => part(owner) && part(name),
        None => part(id),
    }
}

/// Percent-encodes everything in a path that is not plainly a name; `/` stays.
pub fn encode_path(path: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(path.len());
    for b in path.bytes() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' | b'~' | b'/' => out.push(b as char),
            _ => {
                let _ = write!(out, "%{b:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repository_ids() {
        for good in ["gpt2", "deepseek-ai/DeepSeek-R1", "a/b.c_d-e", "01-ai/Yi-34B"] {
            assert!(is_repo_id(good), "{good}");
        }
        for bad in ["", "/", "a/", "/b", "a/b/c", "a b", "../x", "a/..", "a/b--c", "a/.b", "ü/x", "a/b\n", &"x".repeat(97)] {
            assert!(!is_repo_id(bad), "{bad:?}");
        }
    }
}
