//! The Hugging Face hub: its addresses, its record of a model, and the conventions of its clients
//! (token, cache, endpoint), for which the `hf-hub` crate is used; nothing else names that crate.
//!
//! API: <https://huggingface.co/docs/hub/api>.

use super::record::{DatasetRecord, ModelRecord};
use super::{Endpoints, Hub, encode_path};
use crate::net::{Resource, limits};
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

    fn model_info(&self, at: &Endpoints, id: &str, revision: Option<&str>) -> Resource {
        let revision = revision.map_or(String::new(), |r| format!("/revision/{}", encode_path(r).replace('/', "%2F")));
        Resource {
            path: format!("{}/info.json", model_dir(id)),
            url: format!("{}/api/models/{id}{revision}?blobs=true", at.huggingface),
            limit: limits::RECORD_BYTES,
            expect: None,
        }
    }

    fn model_file(&self, at: &Endpoints, id: &str, revision: &str, path: &str) -> Resource {
        Resource {
            path: format!("{}/{path}", model_dir(id)),
            url: format!("{}/{id}/resolve/{}/{}", at.huggingface, encode_path(revision).replace('/', "%2F"), encode_path(path)),
            limit: limits::CARD_BYTES,
            expect: None,
        }
    }

    fn dataset_info(&self, at: &Endpoints, id: &str) -> Resource {
        Resource {
            path: format!("{}/info.json", dataset_dir(id)),
            url: format!("{}/api/datasets/{id}", at.huggingface),
            limit: limits::RECORD_BYTES,
            expect: None,
        }
    }

    fn dataset_card(&self, at: &Endpoints, id: &str) -> Resource {
        Resource {
            path: format!("{}/README.md", dataset_dir(id)),
            url: format!("{}/datasets/{id}/resolve/main/README.md", at.huggingface),
            limit: limits::CARD_BYTES,
            expect: None,
        }
    }

    fn model_page(&self, at: &Endpoints, id: &str) -> String {
        format!("{}/{id}", at.huggingface)
    }

    fn file_page(&self, at: &Endpoints, id: &str, revision: &str, path: &str) -> String {
        format!("{}/{id}/blob/{}/{}", at.huggingface, encode_path(revision).replace('/', "%2F"), encode_path(path))
    }

    fn dataset_page(&self, at: &Endpoints, id: &str) -> String {
        format!("{}/datasets/{id}", at.huggingface)
    }

    fn read_model(&self, bytes: &[u8]) -> Result<ModelRecord, String> {
        ModelRecord::parse(bytes)
    }

    fn read_dataset(&self, bytes: &[u8]) -> Result<DatasetRecord, String> {
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
        url: format!(
            "{}/api/models?pipeline_tag={task}&sort=downloads&direction=-1&limit={}{expand}",
            at.huggingface,
            limits::LISTED_MODELS
        ),
        limit: limits::RECORD_BYTES,
        expect: None,
    }
}

/// A legacy id without an owner has its own folder in the evidence layout.
fn model_dir(id: &str) -> String {
    format!("{NAME}/models/{}{id}", if id.contains('/') { "" } else { "_legacy/" })
}

fn dataset_dir(id: &str) -> String {
    format!("{NAME}/datasets/{}{id}", if id.contains('/') { "" } else { "_legacy/" })
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
}

impl Environment {
    /// Reads it.
    pub fn read() -> Environment {
        let var = |name: &str| std::env::var(name).ok().map(|v| v.trim().to_string()).filter(|v| !v.is_empty());
        let on = |name: &str| var(name).is_some_and(|v| matches!(v.to_lowercase().as_str(), "1" | "true" | "yes" | "on"));
        let token = var("HF_TOKEN").or_else(|| {
            if on("HF_HUB_DISABLE_IMPLICIT_TOKEN") {
                return None;
            }
            match var("HF_TOKEN_PATH") {
                Some(path) => std::fs::read_to_string(path).ok().map(|t| t.trim().to_string()).filter(|t| !t.is_empty()),
                None => Cache::new(cache_dir()?).token(),
            }
        });
        Environment { endpoint: var("HF_ENDPOINT").map(|e| e.trim_end_matches('/').to_string()), offline: on("HF_HUB_OFFLINE"), token }
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
    (named_so && super::is_repo_id(&id)).then(|| (id, commit.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_addresses() {
        let at = Endpoints::default();
        let info = HuggingFace.model_info(&at, "o/n", Some("refs/pr/1"));
        assert_eq!(info.path, "huggingface/models/o/n/info.json");
        assert!(info.url.ends_with("/api/models/o/n/revision/refs%2Fpr%2F1?blobs=true"));
        assert_eq!(HuggingFace.model_info(&at, "gpt2", None).path, "huggingface/models/_legacy/gpt2/info.json");
        assert!(HuggingFace.model_file(&at, "o/n", "main", "a b/#c.md").url.ends_with("/o/n/resolve/main/a%20b/%23c.md"));
    }

    #[test]
    fn snapshot_folders_of_the_cache() {
        let dir = Path::new("/x/models--deepseek-ai--DeepSeek-R1/snapshots/abc");
        assert_eq!(cached_model(dir), Some(("deepseek-ai/DeepSeek-R1".into(), "abc".into())));
        assert_eq!(cached_model(Path::new("/x/models--gpt2/snapshots/abc")), Some(("gpt2".into(), "abc".into())));
        assert_eq!(cached_model(Path::new("/x/y/z")), None);
    }
}
