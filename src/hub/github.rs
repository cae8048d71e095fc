//! Code repositories on GitHub, in the shape of its REST API
//! (<https://docs.github.com/en/rest/git/trees>). `HEAD` names the default branch, so the tree needs
//! no earlier answer, and a repository costs two calls. As the home of a model: [`super::github_home`].

use super::encode_revision;
use crate::hosts::Endpoints;
use crate::ids::encode_path;
use crate::net::{Resource, limits};
use serde_json::Value;

/// The hub's name in targets, JSON and the evidence layout.
pub const NAME: &str = "github";
/// The service that answers for repositories.
pub const API: &str = "github_api";
/// The service that serves their files.
pub const RAW: &str = "github_raw";
/// Releases asked for, which is as many as one answer can have.
pub(super) const RELEASES: usize = 100;

/// `OWNER/REPO`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoId {
    pub owner: String,
    pub name: String,
}

impl RepoId {
    /// The repository that a link leads to: `https://github.com/OWNER/REPO[/…]`, with or without
    /// `.git`. Pages of the site that are no repository are none.
    pub fn from_url(link: &str) -> Option<RepoId> {
        let rest = crate::text::fold_url(link);
        let rest = rest.strip_prefix("github.com/")?;
        let mut parts = rest.split(['/', '?', '#']);
        let (owner, name) = (parts.next()?, parts.next()?);
        let name = name.strip_suffix(".git").unwrap_or(name);
        let site = [
            "orgs",
            "topics",
            "features",
            "sponsors",
            "about",
            "settings",
            "marketplace",
            "collections",
            "user-attachments",
            "apps",
            "login",
        ];
        let id = RepoId { owner: owner.to_string(), name: name.to_string() };
        (crate::ids::is_repo_id(&id.to_string()) && !site.contains(&owner)).then_some(id)
    }

    /// The repository of an id.
    pub fn from_id(id: &str) -> Option<RepoId> {
        let (owner, name) = id.split_once('/')?;
        Some(RepoId { owner: owner.to_string(), name: name.to_string() })
    }

    /// Repository facts.
    pub fn repo(&self, at: &Endpoints) -> Resource {
        self.resource("repo.json", format!("{}/repos/{self}", at.get(API)), limits::RECORD_BYTES)
    }

    /// The whole tree of a branch, tag or commit; `HEAD` is the default branch.
    pub fn tree(&self, at: &Endpoints, revision: &str) -> Resource {
        let url = format!("{}/repos/{self}/git/trees/{}?recursive=1", at.get(API), encode_revision(revision));
        self.resource("tree.json", url, limits::TREE_BYTES)
    }

    /// The newest releases.
    pub(super) fn releases(&self, at: &Endpoints) -> Resource {
        self.resource("releases.json", format!("{}/repos/{self}/releases?per_page={RELEASES}", at.get(API)), limits::RECORD_BYTES)
    }

    /// A file of a branch, tag or commit.
    pub fn file(&self, at: &Endpoints, revision: &str, path: &str, limit: usize) -> Resource {
        self.resource(path, format!("{}/{self}/{}/{}", at.get(RAW), encode_path(revision), encode_path(path)), limit)
    }

    fn resource(&self, path: &str, url: String, limit: usize) -> Resource {
        Resource { path: format!("github/{self}/{path}"), url, limit, expect: None }
    }

    /// The page for people.
    pub fn page(&self) -> String {
        format!("https://github.com/{self}")
    }
}

impl std::fmt::Display for RepoId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

/// What the API says of a repository.
#[derive(Debug, Clone, Default)]
pub struct RepoRecord {
    pub full_name: String,
    /// The SPDX id that the host concludes; `NOASSERTION` and none are both `None`.
    pub spdx_id: Option<String>,
    /// A license file is there that the host does not recognise.
    pub unrecognised_license: bool,
}

impl RepoRecord {
    /// Reads the record.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<RepoRecord, String> {
        let value: Value = serde_json::from_slice(bytes).map_err(|e| format!("not JSON at line {}", e.line()))?;
        let full_name = value.get("full_name").and_then(Value::as_str).ok_or("it has no full_name")?;
        let spdx = value.get("license").and_then(|l| l.get("spdx_id")).and_then(Value::as_str);
        Ok(RepoRecord {
            full_name: full_name.to_string(),
            spdx_id: spdx.filter(|s| !matches!(*s, "NOASSERTION" | "NONE" | "")).map(str::to_string),
            unrecognised_license: spdx == Some("NOASSERTION"),
        })
    }
}

/// One entry of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    pub path: String,
    pub kind: TreeKind,
    /// Bytes of a file, where the host says.
    pub size: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeKind {
    File,
    Folder,
    Submodule,
    Symlink,
}

/// A tree, with whether the host cut it.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    pub commit: Option<String>,
    pub entries: Vec<TreeEntry>,
    pub truncated: bool,
}

impl Tree {
    /// Reads the tree.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Tree, String> {
        let value: Value = serde_json::from_slice(bytes).map_err(|e| format!("not JSON at line {}", e.line()))?;
        let list = value.get("tree").and_then(Value::as_array).ok_or("it has no tree")?;
        let entries = list
            .iter()
            .filter_map(|e| {
                let kind = match (e.get("type").and_then(Value::as_str)?, e.get("mode").and_then(Value::as_str)) {
                    ("tree", _) => TreeKind::Folder,
                    ("commit", _) => TreeKind::Submodule,
                    (_, Some("120000")) => TreeKind::Symlink,
                    _ => TreeKind::File,
                };
                let size = e.get("size").and_then(Value::as_u64);
                Some(TreeEntry { path: e.get("path").and_then(Value::as_str)?.to_string(), kind, size })
            })
            .collect();
        Ok(Tree {
            commit: value
                .get("sha")
                .and_then(Value::as_str)
                // A host may answer with the id of the tree rather than that of the commit that was asked for.
                .filter(|s| crate::ids::is_commit(s) && tree_id(list).as_deref() != Some(*s))
                .map(str::to_string),
            entries,
            truncated: value.get("truncated").and_then(Value::as_bool).unwrap_or(false),
        })
    }
}

/// Git's id of a tree, from the entries of its first level
/// (<https://git-scm.com/book/en/v2/Git-Internals-Git-Objects>); `None` where one lacks what it takes.
fn tree_id(list: &[Value]) -> Option<String> {
    use sha1::{Digest, Sha1};
    let text = |e: &Value, key: &str| e.get(key).and_then(Value::as_str).map(str::to_string);
    let mut entries: Vec<(String, Vec<u8>)> = Vec::new();
    for entry in list {
        let path = text(entry, "path")?;
        if path.contains('/') {
            continue;
        }
        let (mode, sha) = (text(entry, "mode")?, text(entry, "sha")?);
        let id: Option<Vec<u8>> =
            (0..sha.len()).step_by(2).map(|i| sha.get(i..i + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok())).collect();
        let mut bytes = format!("{} {path}\0", mode.trim_start_matches('0')).into_bytes();
        bytes.extend(id?);
        // Folders are sorted as if their names ended in a slash.
        entries.push((if mode.ends_with("40000") { format!("{path}/") } else { path }, bytes));
    }
    entries.sort();
    let content: Vec<u8> = entries.into_iter().flat_map(|(_, bytes)| bytes).collect();
    let mut hash = Sha1::new();
    hash.update(format!("tree {}\0", content.len()));
    hash.update(&content);
    Some(crate::digest::hex(&hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_tree_is_no_commit() {
        // `git write-tree` of these files.
        let tree = |sha: &str| {
            let entry = |path: &str, mode: &str, sha: &str| serde_json::json!({"path": path, "mode": mode, "type": "blob", "sha": sha});
            let folder = "e31a96220fbfbe7601ecc086a36b96dc27a8867e";
            let entries = [
                entry("a.b", "040000", folder),
                entry("a-c", "040000", folder),
                entry("a-c/x", "100644", "ce013625030ba8dba906f756967f9e9ca394464a"),
                entry("a", "100644", "ce013625030ba8dba906f756967f9e9ca394464a"),
            ];
            Tree::parse(serde_json::json!({"sha": sha, "tree": entries}).to_string().as_bytes()).unwrap().commit
        };
        assert_eq!(tree("4faaf5d91bfadfb9796cc3d4c61a71b338c8ffcb"), None);
        let commit = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(tree(commit).as_deref(), Some(commit));
    }

    #[test]
    fn links_to_repositories() {
        let id = |s: &str| RepoId::from_url(s).map(|r| r.to_string());
        assert_eq!(id("https://github.com/allenai/OLMo"), Some("allenai/OLMo".into()));
        assert_eq!(id("http://www.github.com/a/b.git"), Some("a/b".into()));
        assert_eq!(id("https://github.com/a/b/blob/main/LICENSE#L3"), Some("a/b".into()));
        assert_eq!(id("https://github.com/a"), None);
        assert_eq!(id("https://github.com/orgs/a"), None);
        assert_eq!(id("https://github.com.evil/a/b"), None);
        assert_eq!(id("https://x@github.com/a/b"), None);
        assert_eq!(id("https://github.com/a/.."), None);
    }
}
