//! A folder as the home of a model: its list of files, and the heads of the weight files in it.

use super::header::Header;
use crate::files;
use crate::files::FileEntry;
use crate::hub::record::ModelRecord;
use crate::net::{Gap, is_safe_path, limits};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// Weight files of one folder whose head is read: the first of each sharded set, and of copies in many
/// sizes the first few.
const HEADS: usize = 64;
/// Folders below the folder.
const DEPTH: usize = 6;

/// A record made from the files of a folder, and the links in it that lead nowhere.
///
/// # Errors
/// Where the folder cannot be read.
pub fn record(dir: &Path, id: &str) -> Result<(ModelRecord, Vec<String>), Gap> {
    let mut found = Found::default();
    walk(dir, dir, &mut found, DEPTH)?;
    found.files.sort_by(|a, b| a.path.cmp(&b.path));
    found.dangling.sort();
    let config = crate::net::directory::read(&dir.join("config.json"), limits::CONFIG_BYTES).ok();
    let mut record = ModelRecord::bare(id, found.files);
    record.config = config.and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or(Value::Null);
    Ok((record, found.dangling))
}

#[derive(Default)]
struct Found {
    files: Vec<FileEntry>,
    dangling: Vec<String>,
}

fn walk(root: &Path, dir: &Path, found: &mut Found, depth: usize) -> Result<(), Gap> {
    let fail = |e: std::io::Error| Gap::Unreadable(e.kind().to_string());
    for entry in std::fs::read_dir(dir).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        let below = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        // Follows links, since the cache is made of them; depth and count bound a loop.
        let Ok(meta) = path.metadata() else {
            if found.dangling.len() < HEADS {
                found.dangling.push(below);
            }
            continue;
        };
        if meta.is_dir() {
            if depth > 0 && !below.starts_with(".git") {
                walk(root, &path, found, depth - 1)?;
            }
        } else if is_safe_path(&below) {
            if found.files.len() >= limits::LISTED_FILES {
                return Err(Gap::NotFetched(format!("more than {} files", limits::LISTED_FILES)));
            }
            found.files.push(FileEntry { path: below, size: Some(meta.len()), digest: None });
        }
    }
    Ok(())
}

/// The heads of the weight files that a record lists. One that is broken says so in its place.
pub fn headers(dir: &Path, record: &ModelRecord) -> Vec<Header> {
    let mut sets = BTreeSet::new();
    let mut out = Vec::new();
    for file in record.files.iter().flatten() {
        let Some(format) = super::format_of(&file.path) else { continue };
        // The shards of a set say the same; the first that is there speaks for it.
        if let Some(set) = files::shard_sets([&file.path]).into_iter().next()
            && !sets.insert((set.name, set.total))
        {
            continue;
        }
        if out.len() >= HEADS {
            let cut = Some(format!("the heads of {HEADS} weight files were read, and this is one more"));
            out.push(Header { cut, ..Header::new(&file.path, format) });
            break;
        }
        out.push(super::header(&dir.join(&file.path), &file.path, format).unwrap_or_else(|why| {
            let mut broken = Header::new(&file.path, format);
            broken.broken = Some(why);
            broken
        }));
    }
    out
}
