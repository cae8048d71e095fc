//! `--save-evidence`: every answer at its place in the layout, and the list of all of them. Written
//! through a temporary name, so that a cut-off run leaves no half file.

use super::{Body, Gap, Origin, Resource, is_safe_path};
use crate::error::Error;
use crate::hosts::Endpoints;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write;
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
                entry.sha256 = Some(crate::digest::sha256(&body.bytes));
                entry.bytes = Some(body.bytes.len());
                entry.commit.clone_from(&body.commit);
                entry.kept = body.kept;
                let written = no_link_below(&self.root, &resource.path).and_then(|()| write(&self.root.join(&resource.path), &body.bytes));
                if let Err(e) = written {
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

    /// As [`Recorder::keep`], where nothing was kept for the resource.
    pub fn keep_unless_there(&self, resource: &Resource, answer: &Result<Arc<Body>, Gap>, origin: Origin) {
        if !lock(&self.entries).contains_key(&resource.path) {
            self.keep(resource, answer, origin);
        }
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

/// Writes a file whole or not at all, also where the power fails: what stands at `path` is either the old
/// content or the new one. A link at `path` is replaced, not followed.
///
/// # Errors
/// Where a directory or the file cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    replace(path, bytes, true)
}

/// As [`write()`] for what can be had again and is checked when it is read: nothing waits for the disk.
///
/// # Errors
/// As [`write()`].
pub fn write_for_now(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    replace(path, bytes, false)
}

/// As [`write()`] for a path that the user named: a device or a pipe is written to, not replaced.
///
/// # Errors
/// As [`write()`].
pub fn write_out(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if std::fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
        let mut file = std::fs::OpenOptions::new().write(true).open(path)?;
        return file.write_all(bytes).and_then(|()| file.flush());
    }
    write(path, bytes)
}

fn replace(path: &Path, bytes: &[u8], durable: bool) -> std::io::Result<()> {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
    if let Some(parent) = parent {
        std::fs::create_dir_all(parent)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = fill(&temporary, bytes, durable).and_then(|()| std::fs::rename(&temporary, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    written?;
    // The name is on the disk only when its directory is. Some file systems cannot be asked for that.
    #[cfg(unix)]
    if durable && let Ok(dir) = std::fs::File::open(parent.unwrap_or(Path::new("."))) {
        let _ = dir.sync_all();
    }
    Ok(())
}

/// Writes a file that must not be there yet: what an interrupted run left is removed, and a link that
/// somebody planted is not followed.
fn fill(path: &Path, bytes: &[u8], durable: bool) -> std::io::Result<()> {
    let open = || std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = match open() {
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
            std::fs::remove_file(path)?;
            open()?
        }
        other => other?,
    };
    file.write_all(bytes)?;
    if durable { file.sync_all() } else { Ok(()) }
}

/// Refuses a place below `root` on whose way a link stands: it leads out of the directory that was named.
fn no_link_below(root: &Path, path: &str) -> std::io::Result<()> {
    let mut at = root.to_path_buf();
    for part in path.split('/') {
        at.push(part);
        if at.symlink_metadata().is_ok_and(|m| m.file_type().is_symlink()) {
            return Err(std::io::Error::other(format!("{part} is a link, which may lead anywhere")));
        }
    }
    Ok(())
}

/// A poisoned lock still holds usable data here: every writer only inserts.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
