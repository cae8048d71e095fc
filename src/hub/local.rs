//! A folder on this machine as the home of a model: a checkpoint folder, or a snapshot in the hub
//! clients' cache.

use super::record::{FileEntry, Gate, ModelRecord};
use crate::net::{Gap, is_safe_path, limits};
use serde_json::Value;
use std::path::Path;

/// The hub name in JSON.
pub const NAME: &str = "local";

/// A record made from the files of a folder. Digests are left out: there is no list to check against.
///
/// # Errors
/// Where the folder cannot be read.
pub fn record(dir: &Path, id: &str) -> Result<ModelRecord, Gap> {
    let mut files = Vec::new();
    walk(dir, dir, &mut files, 6)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let config = crate::net::directory::read(&dir.join("config.json"), limits::CONFIG_BYTES).ok();
    Ok(ModelRecord {
        id: id.to_string(),
        commit: None,
        gate: Gate::None,
        private: false,
        disabled: false,
        pipeline_tag: None,
        library: None,
        tags: Vec::new(),
        card_data: Value::Null,
        config: config.and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or(Value::Null),
        files: Some(files),
        providers: None,
        extra: super::record::Extra::default(),
    })
}

fn walk(root: &Path, dir: &Path, files: &mut Vec<FileEntry>, depth: usize) -> Result<(), Gap> {
    let fail = |e: std::io::Error| Gap::Unreadable(e.kind().to_string());
    for entry in std::fs::read_dir(dir).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        // Follows links, since the cache is made of them; depth and count bound a loop.
        let Ok(meta) = path.metadata() else { continue };
        let below = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if meta.is_dir() {
            if depth > 0 && !below.starts_with(".git") {
                walk(root, &path, files, depth - 1)?;
            }
        } else if is_safe_path(&below) {
            if files.len() >= limits::LISTED_FILES {
                return Err(Gap::NotFetched(format!("more than {} files", limits::LISTED_FILES)));
            }
            files.push(FileEntry { path: below, size: Some(meta.len()), digest: None });
        }
    }
    Ok(())
}
