//! Evidence from a directory in the layout of the contract (`--hub DIR`), which is also what
//! `--save-evidence` writes. A saved directory has a list, `evidence.json`, which keeps what a file
//! cannot: the reason for each thing that could not be had, and where everything came from.

use super::record::{Entry, MANIFEST, Manifest};
use super::{Body, Gap, Origin, Resource, is_safe_path, limits};
use crate::error::Error;
use crate::hosts::Endpoints;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A directory of evidence.
pub struct Directory {
    root: PathBuf,
    manifest: Option<Manifest>,
}

impl Directory {
    /// Opens a directory.
    ///
    /// # Errors
    /// Where it is no directory, or its list cannot be read.
    pub fn open(root: &Path) -> Result<Directory, Error> {
        if !root.is_dir() {
            return Err(Error::usage(
                format!("--hub {}: no such directory", root.display()),
                "give the address of a hub (https://…) or a directory in the evidence layout",
            ));
        }
        let path = root.join(MANIFEST);
        let manifest = match std::fs::read(&path) {
            Ok(bytes) => Some(Manifest::parse(&bytes).map_err(|m| Error::wrong(format!("{}: {m}", path.display())))?),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
            Err(source) => return Err(Error::File { action: "read", path: path.display().to_string(), source }),
        };
        Ok(Directory { root: root.to_path_buf(), manifest })
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The addresses that the saved evidence was fetched from.
    pub fn endpoints(&self) -> Option<Endpoints> {
        self.manifest.as_ref().map(|m| m.endpoints.clone())
    }

    /// Where saved evidence came from first; a plain directory is its own origin.
    pub fn origin(&self) -> Origin {
        self.manifest.as_ref().and_then(|m| Origin::from_slug(&m.fetched_from)).unwrap_or(Origin::Directory)
    }

    /// Ids of the models that are there.
    pub fn models(&self) -> Vec<String> {
        let below = |dir: &Path| -> Vec<String> {
            let entries = std::fs::read_dir(dir).into_iter().flatten().flatten().take(limits::LISTED_FILES);
            entries.filter(|e| e.path().is_dir()).filter_map(|e| e.file_name().into_string().ok()).collect()
        };
        let root = self.root.join(crate::hosts::HUGGING_FACE).join("models");
        let mut out = Vec::new();
        for owner in below(&root) {
            let prefix = if owner == "_legacy" { String::new() } else { format!("{owner}/") };
            out.extend(below(&root.join(&owner)).into_iter().map(|name| format!("{prefix}{name}")));
        }
        out.retain(|id| crate::ids::is_repo_id(id));
        out.sort();
        out
    }

    /// Whether the directory's list says that the resource was saved from its own address.
    pub fn was_saved_from(&self, resource: &Resource) -> bool {
        self.manifest.as_ref().and_then(|m| m.entries.get(&resource.path)).is_some_and(|entry| entry.url == resource.url)
    }

    /// The content of a resource. A file that is not there is not found, a record that is not there
    /// is no such repository; where a list was saved, it knows better.
    pub fn get(&self, resource: &Resource) -> Result<Body, Gap> {
        let entry = self.manifest.as_ref().and_then(|m| m.entries.get(&resource.path));
        if let Some(Entry { gap: Some(slug), detail, .. }) = entry {
            return Err(Gap::from_parts(slug, detail.as_deref()).unwrap_or(Gap::Malformed("saved with an unknown reason".into())));
        }
        if !is_safe_path(&resource.path) {
            return Err(Gap::Malformed("a name that no directory can hold".into()));
        }
        let bytes = match read(&self.root.join(&resource.path), resource.limit) {
            // It was saved, and somebody took it away.
            Err(Gap::NotFound) if entry.is_some_and(|e| e.sha256.is_some()) => return Err(Gap::DigestMismatch),
            Err(Gap::NotFound) if is_record(&resource.path) => return Err(Gap::MissingOrPrivate),
            other => other?,
        };
        if let Some(Entry { sha256: Some(saved), .. }) = entry
            && *saved != crate::digest::sha256(&bytes)
        {
            return Err(Gap::DigestMismatch);
        }
        Ok(Body { bytes, commit: entry.and_then(|e| e.commit.clone()), kept: entry.and_then(|e| e.kept), next: None })
    }
}

/// Reads at most `limit` bytes of a regular file.
pub fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Gap> {
    use std::io::ErrorKind;
    let fail = |e: std::io::Error| match e.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Gap::NotFound,
        _ => Gap::Unreadable(e.kind().to_string()),
    };
    let file = std::fs::File::open(path).map_err(fail)?;
    let meta = file.metadata().map_err(fail)?;
    if !meta.is_file() {
        return Err(Gap::NotFound);
    }
    if meta.len() > limit as u64 {
        return Err(Gap::TooLarge(limit));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0));
    file.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() > limit {
        return Err(Gap::TooLarge(limit));
    }
    Ok(bytes)
}

/// Whether a place in the layout is the record of a whole repository, so that its absence means that
/// there is no such repository.
pub fn is_record(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some("info.json" | "repo.json" | "manifest.json"))
}
