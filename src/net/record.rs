//! `--save-evidence`: every answer at its place in the layout, and the list of all of them. Written
//! through a temporary name, so that a cut-off run leaves no half file.

use super::{Body, Gap, Origin, Resource, is_safe_path};
use crate::error::Error;
use crate::hub::Endpoints;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// The name of the list.
pub const MANIFEST: &str = "evidence.json";

/// What is in a directory of saved evidence, and what could not be had.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    pub schema_version: String,
    /// Where the answers first came from: `live` or `directory`.
    pub fetched_from: String,
    pub endpoints: Endpoints,
    /// By place in the layout.
    pub entries: BTreeMap<String, Entry>,
}

/// One answer: either a digest or a gap.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Entry {
    pub url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Of an answer that came from the cache: when the host gave it, in seconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Manifest {
    /// Reads a list.
    pub fn parse(bytes: &[u8]) -> Result<Manifest, String> {
        let manifest: Manifest = serde_json::from_slice(bytes).map_err(|e| format!("not a list of evidence: {e}"))?;
        if manifest.schema_version != "1" {
            return Err(format!("schema_version {} is not known", manifest.schema_version));
        }
        Ok(manifest)
    }
}

/// Keeps answers in a directory.
pub struct Recorder {
    root: PathBuf,
    entries: Mutex<BTreeMap<String, Entry>>,
    origin: Mutex<Origin>,
    failed: Mutex<Option<(String, std::io::Error)>>,
}

impl Recorder {
    /// A recorder into `root`, which is created.
    ///
    /// # Errors
    /// Where the directory cannot be made.
    pub fn new(root: &Path) -> Result<Recorder, Error> {
        std::fs::create_dir_all(root).map_err(|source| Error::File { action: "create", path: root.display().to_string(), source })?;
        Ok(Recorder { root: root.to_path_buf(), entries: Mutex::default(), origin: Mutex::new(Origin::Live), failed: Mutex::default() })
    }

    /// Writes an answer to its place. A failure is kept for [`Recorder::finish`].
    pub fn keep(&self, resource: &Resource, answer: &Result<Arc<Body>, Gap>, origin: Origin) {
        *lock(&self.origin) = origin;
        let mut entry = Entry { url: resource.url.clone(), ..Entry::default() };
        match answer {
            Ok(body) if is_safe_path(&resource.path) => {
                entry.sha256 = Some(super::sha256(&body.bytes));
                entry.bytes = Some(body.bytes.len());
                entry.commit.clone_from(&body.commit);
                entry.kept = body.kept;
                if let Err(e) = write(&self.root.join(&resource.path), &body.bytes) {
                    lock(&self.failed).get_or_insert((resource.path.clone(), e));
                }
            }
            Ok(_) => entry.gap = Some(Gap::Malformed(String::new()).slug().into()),
            Err(gap) => {
                entry.gap = Some(gap.slug().into());
                entry.detail = gap.detail();
            }
        }
        lock(&self.entries).insert(resource.path.clone(), entry);
    }

    /// Notes that a target did without an answer, unless another one had it.
    pub fn keep_unless_had(&self, resource: &Resource, gap: &Gap) {
        let entry = Entry { url: resource.url.clone(), gap: Some(gap.slug().into()), detail: gap.detail(), ..Entry::default() };
        lock(&self.entries).entry(resource.path.clone()).or_insert(entry);
    }

    /// Writes the list, merged over one that an earlier run left in the same directory.
    ///
    /// # Errors
    /// The first file that could not be written.
    pub fn finish(&self, endpoints: &Endpoints) -> Result<(), Error> {
        let fail = |path: String, source| Error::File { action: "write", path, source };
        if let Some((path, e)) = lock(&self.failed).take() {
            return Err(fail(self.root.join(path).display().to_string(), e));
        }
        let path = self.root.join(MANIFEST);
        let mut entries = std::fs::read(&path).ok().and_then(|b| Manifest::parse(&b).ok()).map(|m| m.entries).unwrap_or_default();
        entries.extend(std::mem::take(&mut *lock(&self.entries)));
        let manifest =
            Manifest { schema_version: "1".into(), fetched_from: lock(&self.origin).slug().into(), endpoints: endpoints.clone(), entries };
        let mut json = serde_json::to_vec_pretty(&manifest).map_err(|e| fail(path.display().to_string(), e.into()))?;
        json.push(b'\n');
        write(&path, &json).map_err(|e| fail(path.display().to_string(), e))
    }
}

/// Writes a file whole or not at all.
pub fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    std::fs::write(&temporary, bytes)?;
    std::fs::rename(&temporary, path).inspect_err(|_| {
        let _ = std::fs::remove_file(&temporary);
    })
}

/// A poisoned lock still holds usable data here: every writer only inserts.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
