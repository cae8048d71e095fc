//! The Hugging Face hub: its addresses, its record of a model, and the conventions of its clients
//! (token, cache, endpoint), for which the `hf-hub` crate is used; nothing else names that crate.
//!
//! API: <https://huggingface.co/docs/hub/api>.

use super::record::{DatasetRecord, ModelRecord};
use super::{Answer, Asked, Hub, Named, NotNamed, checked_id, encode_revision, first, repository};
use crate::digest::BlobDigest;
use crate::hosts::Endpoints;
use crate::ids::encode_path;
use crate::net::{Gap, Resource, limits};
use crate::rules::Rules;
use hf_hub::{Cache, Repo, RepoType};
use std::path::{Path, PathBuf};

/// The hub's name in targets, JSON and the evidence layout.
pub const NAME: &str = "huggingface";

/// The hub.
pub struct HuggingFace;

impl Hub for HuggingFace {
    fn name(&self) -> &'static str {
        NAME
    }

    fn read_name(&self, name: &str) -> Result<Named, NotNamed> {
        repository(name, false)
    }

    fn read_page(&self, path: &[&str]) -> Result<Named, NotNamed> {
        let parts = match path {
            ["models", rest @ ..] if rest.len() >= 2 => rest,
            ["api", "models", rest @ ..] => rest,
            [kind @ ("datasets" | "spaces" | "collections" | "papers"), ..] => {
                return Err(NotNamed::Other(kind.trim_end_matches('s').to_string()));
            }
            all => all,
        };
        let verbs = ["tree", "blob", "resolve", "raw", "commit", "commits", "discussions", "revision"];
        let named = |id: String, revision: Option<&str>| checked_id(&id, revision, false);
        match parts {
            [owner, name, verb, revision, ..] if verbs.contains(verb) && *verb != "discussions" => {
                // refs/pr/1 is one revision of three parts.
                let revision = match parts.get(3..) {
                    Some(["refs", kind, n, ..]) => format!("refs/{kind}/{n}"),
                    _ => (*revision).to_string(),
                };
                named(format!("{owner}/{name}"), Some(&revision))
            }
            [owner, name, verb, ..] if verbs.contains(verb) => named(format!("{owner}/{name}"), None),
            [name, verb, revision, ..] if verbs.contains(verb) => named((*name).to_string(), Some(revision)),
            [owner, name] if !owner.is_empty() => named(format!("{owner}/{name}"), None),
            [name] if !name.is_empty() => named((*name).to_string(), None),
            _ => Err(NotNamed::Wrong("the page is not one of a model".into())),
        }
    }

    fn record(&self, asked: &Asked<'_>) -> Vec<Resource> {
        let revision = asked.revision.map_or(String::new(), |r| format!("/revision/{}", encode_revision(r)));
        vec![Resource {
            path: format!("{}/info.json", model_dir(asked.id)),
            url: format!("{}/api/models/{}{revision}?blobs=true", asked.at.get(NAME), asked.id),
            limit: limits::RECORD_BYTES,
            expect: None,
        }]
    }

    fn read_record(&self, _: &Asked<'_>, answers: &[Answer], _: &Rules) -> Result<ModelRecord, Gap> {
        ModelRecord::parse(&first(answers)?.bytes).map_err(Gap::Malformed)
    }

    fn card(&self, asked: &Asked<'_>) -> Option<Resource> {
        Some(file(asked.at, asked.id, asked.revision.unwrap_or("main"), "README.md"))
    }

    fn file(&self, at: &Endpoints, record: &ModelRecord, revision: &str, path: &str) -> Resource {
        file(at, &record.id, revision, path)
    }

    fn model_page(&self, at: &Endpoints, id: &str) -> String {
        format!("{}/{id}", at.get(NAME))
    }

    fn file_page(&self, at: &Endpoints, id: &str, revision: &str, path: &str, _: Option<&BlobDigest>) -> String {
        format!("{}/{id}/blob/{}/{}", at.get(NAME), encode_revision(revision), encode_path(path))
    }
}

/// A file of a model at a revision.
fn file(at: &Endpoints, id: &str, revision: &str, path: &str) -> Resource {
    Resource {
        path: format!("{}/{path}", model_dir(id)),
        url: format!("{}/{id}/resolve/{}/{}", at.get(NAME), encode_revision(revision), encode_path(path)),
        limit: limits::CARD_BYTES,
        expect: None,
    }
}

/// Datasets, which are looked up on this hub alone.
impl HuggingFace {
    /// The record of a dataset.
    pub fn dataset_info(&self, at: &Endpoints, id: &str) -> Resource {
        record_of(at, "datasets", id)
    }

    /// The record of a space.
    pub fn space_info(&self, at: &Endpoints, id: &str) -> Resource {
        record_of(at, "spaces", id)
    }

    /// The card of a dataset.
    pub fn dataset_card(&self, at: &Endpoints, id: &str) -> Resource {
        Resource {
            path: format!("{}/README.md", dataset_dir(id)),
            url: format!("{}/datasets/{id}/resolve/main/README.md", at.get(NAME)),
            limit: limits::CARD_BYTES,
            expect: None,
        }
    }

    /// The page of a dataset for people.
    pub fn dataset_page(&self, at: &Endpoints, id: &str) -> String {
        format!("{}/datasets/{id}", at.get(NAME))
    }

    /// A collection, `owner/title-id` (<https://huggingface.co/docs/hub/api#get-apicollectionsnamespaceslug-id>).
    pub fn collection(&self, at: &Endpoints, slug: &str) -> Resource {
        record_of(at, "collections", slug)
    }

    /// The datasets of a collection, each with what its list says of it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn datasets_of_collection(&self, bytes: &[u8]) -> Result<Vec<DatasetRecord>, String> {
        let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|e| format!("not JSON at line {}", e.line()))?;
        let items = value.get("items").and_then(|i| i.as_array()).ok_or("it has no items")?;
        let is_dataset = |item: &&serde_json::Value| item.get("type").and_then(|t| t.as_str()) == Some("dataset");
        let datasets = items.iter().filter(is_dataset).take(limits::DATASETS_KNOWN);
        datasets.map(|item| DatasetRecord::parse(item.to_string().as_bytes())).collect()
    }

    /// Reads a dataset record.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read_dataset(&self, bytes: &[u8]) -> Result<DatasetRecord, String> {
        DatasetRecord::parse(bytes)
    }
}

/// One page of the hub's list: models of a task, the most downloaded first, each with what tells whether it is
/// worth a look (<https://huggingface.co/docs/hub/api#get-apimodels>).
pub fn models_of_task(at: &Endpoints, task: &str) -> Resource {
    let task: String = task.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).take(60).collect();
    let expand = ["pipeline_tag", "safetensors", "gated", "private", "downloads", "tags"];
    let expand: String = expand.iter().map(|e| format!("&expand[]={e}")).collect();
    Resource {
        path: format!("{NAME}/lists/{task}.json"),
        url: format!("{}/api/models?pipeline_tag={task}&sort=downloads&direction=-1&limit={}{expand}", at.get(NAME), limits::LISTED_MODELS),
        limit: limits::RECORD_BYTES,
        expect: None,
    }
}

fn model_dir(id: &str) -> String {
    dir_of("models", id)
}

fn dataset_dir(id: &str) -> String {
    dir_of("datasets", id)
}

/// A legacy id without an owner has its own folder in the evidence layout.
fn dir_of(kind: &str, id: &str) -> String {
    format!("{NAME}/{kind}/{}{id}", if id.contains('/') { "" } else { "_legacy/" })
}

/// The record of something else than a model.
fn record_of(at: &Endpoints, kind: &str, id: &str) -> Resource {
    Resource {
        path: format!("{}/info.json", dir_of(kind, id)),
        url: format!("{}/api/{kind}/{id}", at.get(NAME)),
        limit: limits::RECORD_BYTES,
        expect: None,
    }
}

/// What the hub's own clients read from the environment. Everything is passed on explicitly from
/// here; no library reads these variables on its own.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `HF_ENDPOINT`.
    pub endpoint: Option<String>,
    /// `HF_HUB_OFFLINE`.
    pub offline: bool,
    /// `HF_TOKEN`, or the content of the token file.
    pub token: Option<String>,
    /// Where the token comes from: the variable, or the file.
    pub token_from: Option<String>,
}

impl Environment {
    /// Reads it.
    pub fn read() -> Environment {
        let var = |name: &str| std::env::var(name).ok().map(|v| v.trim().to_string()).filter(|v| !v.is_empty());
        let on = |name: &str| var(name).is_some_and(|v| matches!(v.to_lowercase().as_str(), "1" | "true" | "yes" | "on"));
        let from_file = || {
            if on("HF_HUB_DISABLE_IMPLICIT_TOKEN") {
                return None;
            }
            match var("HF_TOKEN_PATH") {
                Some(path) => {
                    let token = std::fs::read_to_string(&path).ok().map(|t| t.trim().to_string()).filter(|t| !t.is_empty())?;
                    Some((token, path))
                }
                None => {
                    let cache = Cache::new(cache_dir()?);
                    Some((cache.token()?, cache.token_path().display().to_string()))
                }
            }
        };
        let (token, token_from) = var("HF_TOKEN").map(|t| (t, "HF_TOKEN".to_string())).or_else(from_file).unzip();
        let endpoint = var("HF_ENDPOINT").map(|e| e.trim_end_matches('/').to_string());
        Environment { endpoint, offline: on("HF_HUB_OFFLINE"), token, token_from }
    }
}

/// The hub clients' cache directory: `HF_HUB_CACHE`, `HF_HOME/hub` or `~/.cache/huggingface/hub`.
pub fn cache_dir() -> Option<PathBuf> {
    let var = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    var("HF_HUB_CACHE").or_else(|| var("HF_HOME").map(|h| h.join("hub"))).or_else(|| {
        // `Cache::default` panics without a home directory.
        let home = std::env::home_dir().filter(|h| !h.as_os_str().is_empty())?;
        Some(home.join(".cache/huggingface/hub"))
    })
}

/// The model that a snapshot folder of the clients' cache (`models--ORG--NAME/snapshots/COMMIT`)
/// holds: its id and commit.
pub fn cached_model(dir: &Path) -> Option<(String, String)> {
    let commit = dir.file_name()?.to_str()?;
    let snapshots = dir.parent()?;
    let folder = snapshots.parent()?.file_name()?.to_str()?;
    if snapshots.file_name()? != "snapshots" {
        return None;
    }
    let id = folder.strip_prefix("models--")?.replacen("--", "/", 1);
    let named_so = Repo::new(id.clone(), RepoType::Model).folder_name() == folder;
    (named_so && crate::ids::is_repo_id(&id)).then(|| (id, commit.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_addresses() {
        let at = Endpoints::default();
        let info = |id, revision| HuggingFace.record(&Asked { at: &at, id, revision }).remove(0);
        assert_eq!(info("o/n", Some("refs/pr/1")).path, "huggingface/models/o/n/info.json");
        assert!(info("o/n", Some("refs/pr/1")).url.ends_with("/api/models/o/n/revision/refs%2Fpr%2F1?blobs=true"));
        assert_eq!(info("gpt2", None).path, "huggingface/models/_legacy/gpt2/info.json");
        assert!(file(&at, "o/n", "main", "a b/#c.md").url.ends_with("/o/n/resolve/main/a%20b/%23c.md"));
    }

    #[test]
    fn snapshot_folders_of_the_cache() {
        let dir = Path::new("/x/models--deepseek-ai--DeepSeek-R1/snapshots/abc");
        assert_eq!(cached_model(dir), Some(("deepseek-ai/DeepSeek-R1".into(), "abc".into())));
        assert_eq!(cached_model(Path::new("/x/models--gpt2/snapshots/abc")), Some(("gpt2".into(), "abc".into())));
        assert_eq!(cached_model(Path::new("/x/y/z")), None);
    }
}
