//! What other programs keep on this machine: the hub clients' cache
//! (<https://huggingface.co/docs/huggingface_hub/guides/manage-cache>), Ollama's store (manifests and blobs as
//! its registry has them), and folders `OWNER/NAME/*.gguf` as LM Studio keeps them.

use crate::hub::huggingface;
use crate::ids::{is_commit, is_repo_id};
use crate::net::directory::read;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Models of one cache.
const MODELS: usize = 10_000;
/// Layers of a manifest.
const LAYERS: usize = 64;
const MANIFEST: usize = 1 << 20;

/// A model in a cache.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entry {
    /// One revision of a model of the hub.
    Snapshot { id: String, commit: String, path: PathBuf, troubles: Vec<String> },
    /// A model of the hub of which there is nothing to look at; why.
    Broken { id: String, why: String },
    /// A model in Ollama's store, by the name that Ollama prints.
    Ollama { name: String, manifest: PathBuf, store: PathBuf },
    /// `OWNER/NAME` with weights in it; of which revision is not known.
    Files { id: String, path: PathBuf },
}

impl Entry {
    /// The name that it goes by in reports.
    pub fn id(&self) -> &str {
        match self {
            Entry::Snapshot { id, .. } | Entry::Broken { id, .. } | Entry::Files { id, .. } => id,
            Entry::Ollama { name, .. } => name,
        }
    }
}

/// An entry as a target is written, and the entry.
pub type Listed = (String, Entry);

/// The caches that programs use where nothing else is said: `HF_HUB_CACHE` or `HF_HOME`, `OLLAMA_MODELS`, and
/// their folders in the home directory. Only those that are there.
pub fn usual() -> Vec<PathBuf> {
    let home = std::env::home_dir().filter(|h| !h.as_os_str().is_empty());
    let below = |path: &str| home.as_ref().map(|h| h.join(path));
    let ollama = std::env::var_os("OLLAMA_MODELS").filter(|v| !v.is_empty()).map(PathBuf::from);
    let mut out: Vec<PathBuf> =
        [huggingface::cache_dir(), ollama.or_else(|| below(".ollama/models")), below(".lmstudio/models"), below(".cache/lm-studio/models")]
            .into_iter()
            .flatten()
            .filter(|p| p.is_dir())
            .collect();
    out.dedup();
    out
}

/// Every model of a cache, whichever kind it is, by name.
///
/// # Errors
/// Where it cannot be read.
pub fn list(dir: &Path) -> std::io::Result<Vec<Listed>> {
    if dir.join("manifests").is_dir() && dir.join("blobs").is_dir() {
        return Ok(ollama(dir));
    }
    let clients = |dir: &Path| -> std::io::Result<bool> { Ok(names(dir)?.iter().any(|n| n.contains("--"))) };
    // `HF_HOME` is the folder above.
    let hub = dir.join("hub");
    if !clients(dir)? && hub.is_dir() && clients(&hub)? {
        return hub_cache(&hub);
    }
    if clients(dir)? {
        return hub_cache(dir);
    }
    plain(dir)
}

/// The names in a folder, sorted; those that are no UTF-8 are passed over.
fn names(dir: &Path) -> std::io::Result<Vec<String>> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(dir)?.take(MODELS * 2) {
        if let Ok(name) = entry?.file_name().into_string() {
            out.push(name);
        }
    }
    out.sort();
    Ok(out)
}

fn hub_cache(dir: &Path) -> std::io::Result<Vec<Listed>> {
    let mut out = Vec::new();
    for folder in names(dir)? {
        // Datasets and spaces are no models.
        let Some(id) = folder.strip_prefix("models--").map(|n| n.replacen("--", "/", 1)) else { continue };
        if is_repo_id(&id) && out.len() < MODELS {
            out.extend(model(&dir.join(&folder), &id));
        }
    }
    Ok(out)
}

/// The revisions of one model: those that a reference names first, `main` before all others.
fn model(dir: &Path, id: &str) -> Vec<Listed> {
    let mut troubles = Vec::new();
    let unfinished = names(&dir.join("blobs")).unwrap_or_default().iter().filter(|n| n.ends_with(".incomplete")).count();
    if unfinished > 0 {
        troubles.push(format!("{} not finished", crate::text::count(unfinished, "download was", "downloads were")));
    }
    let mut refs = BTreeMap::new();
    references(&dir.join("refs"), "", 3, &mut refs);
    let snapshots = dir.join("snapshots");
    let there: Vec<String> =
        names(&snapshots).unwrap_or_default().into_iter().filter(|n| is_commit(n) && snapshots.join(n).is_dir()).collect();
    let mut revisions: Vec<(Option<&str>, &str)> = Vec::new();
    let named = refs.iter().map(|(name, commit)| (name.as_str(), commit.as_str()));
    let (main, others): (Vec<_>, Vec<_>) = named.partition(|(name, _)| *name == "main");
    for (name, commit) in main.into_iter().chain(others) {
        if !there.iter().any(|t| t == commit) {
            troubles.push(format!("{name} is at {commit}, of which nothing is there"));
        } else if !revisions.iter().any(|(_, c)| *c == commit) {
            revisions.push((Some(name), commit));
        }
    }
    for commit in &there {
        if !revisions.iter().any(|(_, c)| c == commit) {
            revisions.push((None, commit));
        }
    }
    if revisions.is_empty() {
        troubles.push("no revision was downloaded".into());
        let why = troubles.join("; ");
        return vec![(id.to_string(), Entry::Broken { id: id.to_string(), why })];
    }
    let first = revisions.first().copied();
    revisions
        .into_iter()
        .map(|(name, commit)| {
            let given = match name {
                Some("main") => id.to_string(),
                Some(name) => format!("{id}@{name}"),
                None => format!("{id}@{commit}"),
            };
            // What is wrong with the model as a whole is said once.
            let troubles = if first == Some((name, commit)) { troubles.clone() } else { Vec::new() };
            (given, Entry::Snapshot { id: id.to_string(), commit: commit.to_string(), path: snapshots.join(commit), troubles })
        })
        .collect()
}

fn references(dir: &Path, prefix: &str, depth: u8, out: &mut BTreeMap<String, String>) {
    for name in names(dir).unwrap_or_default() {
        let path = dir.join(&name);
        let full = format!("{prefix}{name}");
        if path.is_dir() {
            if depth > 0 {
                references(&path, &format!("{full}/"), depth - 1, out);
            }
        } else if let Ok(bytes) = read(&path, 200)
            && let Ok(commit) = String::from_utf8(bytes)
            && is_commit(commit.trim())
        {
            out.insert(full, commit.trim().to_string());
        }
    }
}

/// `manifests/HOST/NAMESPACE/MODEL/TAG`.
fn ollama(store: &Path) -> Vec<Listed> {
    let root = store.join("manifests");
    let mut out = Vec::new();
    for host in names(&root).unwrap_or_default() {
        for namespace in names(&root.join(&host)).unwrap_or_default() {
            for model in names(&root.join(&host).join(&namespace)).unwrap_or_default() {
                for tag in names(&root.join(&host).join(&namespace).join(&model)).unwrap_or_default() {
                    let manifest = root.join(&host).join(&namespace).join(&model).join(&tag);
                    let name = match (host.as_str(), namespace.as_str()) {
                        ("registry.ollama.ai", "library") => format!("{model}:{tag}"),
                        ("registry.ollama.ai", _) => format!("{namespace}/{model}:{tag}"),
                        _ => format!("{host}/{namespace}/{model}:{tag}"),
                    };
                    if manifest.is_file() && out.len() < MODELS {
                        out.push((format!("ollama:{name}"), Entry::Ollama { name, manifest, store: store.to_path_buf() }));
                    }
                }
            }
        }
    }
    out
}

/// `OWNER/NAME` with weights in it.
fn plain(dir: &Path) -> std::io::Result<Vec<Listed>> {
    let mut out = Vec::new();
    for owner in names(dir)? {
        for name in names(&dir.join(&owner)).unwrap_or_default() {
            let path = dir.join(&owner).join(&name);
            let id = format!("{owner}/{name}");
            let weights = || names(&path).unwrap_or_default().iter().any(|n| super::format_of(n).is_some());
            if is_repo_id(&id) && path.is_dir() && weights() && out.len() < MODELS {
                out.push((id.clone(), Entry::Files { id, path }));
            }
        }
    }
    Ok(out)
}

/// A layer of a manifest, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// `model`, `license`, `adapter` …: the end of its media type.
    pub kind: String,
    pub size: Option<u64>,
    /// sha256, lower-case hex.
    pub digest: String,
}

impl Layer {
    /// Where the store keeps it.
    pub fn blob(&self, store: &Path) -> PathBuf {
        store.join("blobs").join(format!("sha256-{}", self.digest))
    }
}

/// Reads the layers of a manifest.
///
/// # Errors
/// What is wrong with it.
pub fn layers(manifest: &Path) -> Result<Vec<Layer>, String> {
    let bytes = read(manifest, MANIFEST).map_err(|gap| gap.words())?;
    let value: Value = serde_json::from_slice(&bytes).map_err(|e| format!("the manifest is no JSON (line {})", e.line()))?;
    let list = value.get("layers").and_then(Value::as_array).ok_or("the manifest has no layers")?;
    if list.len() > LAYERS {
        return Err(format!("a manifest of {} layers", list.len()));
    }
    list.iter()
        .map(|layer| {
            let text = |key: &str| layer.get(key).and_then(Value::as_str);
            let digest = text("digest").and_then(|d| d.strip_prefix("sha256:"));
            // The digest becomes a path.
            let digest = digest.filter(|d| d.len() == 64 && d.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
            Ok(Layer {
                kind: text("mediaType").and_then(|m| m.rsplit('.').next()).unwrap_or_default().to_string(),
                size: layer.get("size").and_then(Value::as_u64),
                digest: digest.ok_or("a layer without a digest")?.to_string(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "1111111111111111111111111111111111111111";
    const TWO: &str = "2222222222222222222222222222222222222222";

    fn write(root: &Path, path: &str, content: &str) {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    #[test]
    fn revisions_of_the_hub_clients_cache() {
        let dir = tempfile::tempdir().unwrap();
        let at = |p: &str, c: &str| write(dir.path(), p, c);
        at("hub/models--o--n/refs/main", ONE);
        at("hub/models--o--n/refs/pr/1", TWO);
        at("hub/models--o--n/refs/gone", "3333333333333333333333333333333333333333");
        at("hub/models--o--n/refs/odd", "../../etc");
        at(&format!("hub/models--o--n/snapshots/{ONE}/config.json"), "{}");
        at(&format!("hub/models--o--n/snapshots/{TWO}/config.json"), "{}");
        at("hub/models--o--n/snapshots/not-a-commit/x", "");
        at("hub/models--o--n/blobs/abc.incomplete", "");
        at("hub/models--gpt2/blobs/x", "");
        at("hub/models--..--x/refs/main", ONE);
        at("hub/datasets--o--d/refs/main", ONE);
        let found = list(dir.path()).unwrap();
        let given: Vec<&str> = found.iter().map(|(g, _)| g.as_str()).collect();
        assert_eq!(given, ["gpt2", "o/n", "o/n@pr/1"]);
        assert!(matches!(&found[0].1, Entry::Broken { why, .. } if why.contains("no revision")));
        let Entry::Snapshot { commit, troubles, .. } = &found[1].1 else { panic!("{found:?}") };
        assert_eq!(commit, ONE);
        assert_eq!(troubles.len(), 2, "{troubles:?}");
    }

    #[test]
    fn manifests_and_folders() {
        let dir = tempfile::tempdir().unwrap();
        let hex = "a".repeat(64);
        let manifest = format!(r#"{{"layers":[{{"mediaType":"application/vnd.ollama.image.license","digest":"sha256:{hex}","size":3}}]}}"#);
        write(dir.path(), "manifests/registry.ollama.ai/library/llama3.2/latest", &manifest);
        write(dir.path(), "manifests/hf.co/o/n/Q4", "[]");
        write(dir.path(), "blobs/x", "");
        let found = list(dir.path()).unwrap();
        assert_eq!(found.iter().map(|(g, _)| g.as_str()).collect::<Vec<_>>(), ["ollama:hf.co/o/n:Q4", "ollama:llama3.2:latest"]);
        let layers_of = |entry: &Entry| match entry {
            Entry::Ollama { manifest, .. } => layers(manifest),
            _ => unreachable!("a store of Ollama"),
        };
        assert_eq!(layers_of(&found[1].1).unwrap(), [Layer { kind: "license".into(), size: Some(3), digest: hex }]);
        assert!(layers_of(&found[0].1).unwrap_err().contains("no layers"));
        let evil = manifest.replace("sha256:", "sha256:../../");
        write(dir.path(), "evil", &evil);
        assert!(layers(&dir.path().join("evil")).unwrap_err().contains("digest"));
        let plain = tempfile::tempdir().unwrap();
        write(plain.path(), "o/n/m.gguf", "");
        write(plain.path(), "o/empty/x.txt", "");
        assert_eq!(list(plain.path()).unwrap().iter().map(|(g, _)| g.as_str()).collect::<Vec<_>>(), ["o/n"]);
    }
}
