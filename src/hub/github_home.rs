//! A code repository on GitHub as the home of a model. It costs a third call, of its releases
//! (<https://docs.github.com/en/rest/releases/releases>), whose assets have a size and, where they were
//! uploaded since 2025, a `digest`. Weights stand among these assets or in the tree, there often as Git LFS
//! pointers, which `.gitattributes` tells (<https://git-lfs.com/spec/v1>). Files come from the host of raw
//! files, which costs no call.

use super::github::{NAME, RELEASES, RepoId, Tree};
use super::{Answer, Asked, Hub, Named, NotNamed, checked_id, field, first, json, repository};
use super::{record::Extra, record::Gate, record::ModelRecord, record::utc_second};
use crate::digest::BlobDigest;
use crate::files::{self, FileEntry};
use crate::hosts::Endpoints;
use crate::ids::encode_path;
use crate::net::{Gap, Resource, limits};
use crate::rules::Rules;
use crate::rules::files::Kind;
use serde_json::{Value, json};
use wildmatch::WildMatch;

/// The folder under which assets stand in the file list, as in their addresses.
const ASSETS: &str = "releases/download";
/// The file that tells which others are kept by Git LFS.
const ATTRIBUTES: &str = ".gitattributes";

/// Patterns of it that are looked at; the hubs' own template has about 40.
const PATTERNS: usize = 100;

/// The hub.
pub struct GitHub;

impl Hub for GitHub {
    fn name(&self) -> &'static str {
        NAME
    }

    fn read_name(&self, name: &str) -> Result<Named, NotNamed> {
        repository(name, true)
    }

    fn read_page(&self, path: &[&str]) -> Result<Named, NotNamed> {
        let named = |owner: &str, name: &str, revision: Option<&str>| {
            let page = format!("https://github.com/{owner}/{name}");
            match RepoId::from_url(&page) {
                Some(_) => checked_id(&format!("{owner}/{}", name.strip_suffix(".git").unwrap_or(name)), revision, true),
                None => Err(NotNamed::Wrong("the page is not one of a repository".into())),
            }
        };
        match path {
            [owner, name] => named(owner, name, None),
            [owner, name, "releases", "tag", tag] | [owner, name, "releases", "download", tag, _] => named(owner, name, Some(tag)),
            // A branch may have slashes; a path below it has them too, and which is which the page does not say.
            [owner, name, "tree" | "blob" | "raw" | "commit", revision, ..] => named(owner, name, Some(revision)),
            [owner, name, "releases" | "tags" | "branches" | "issues" | "pulls" | "wiki" | "discussions", ..] => named(owner, name, None),
            _ => Err(NotNamed::Wrong("the page is not one of a repository".into())),
        }
    }

    fn record(&self, asked: &Asked<'_>) -> Vec<Resource> {
        let Some(id) = RepoId::from_id(asked.id) else { return Vec::new() };
        vec![id.repo(asked.at), id.tree(asked.at, asked.revision.unwrap_or("HEAD")), id.releases(asked.at)]
    }

    /// `.gitattributes`, which tells the files that are only pointers.
    fn record_rest(&self, asked: &Asked<'_>, first: &[Answer]) -> Vec<Resource> {
        let Some((id, Some(Ok(tree)))) = RepoId::from_id(asked.id).map(|id| (id, first.get(1))) else { return Vec::new() };
        let Ok(tree) = json(&tree.bytes) else { return Vec::new() };
        let listed = blobs(&tree).find(|f| f.path == ATTRIBUTES);
        // Which revision it comes from is of no matter: it has to have the digest that the tree names.
        let revision = asked.revision.unwrap_or("HEAD");
        listed.map(|f| Resource { expect: f.digest, ..id.file(asked.at, revision, ATTRIBUTES, limits::CONFIG_BYTES) }).into_iter().collect()
    }

    fn read_record(&self, asked: &Asked<'_>, answers: &[Answer], rules: &Rules) -> Result<ModelRecord, Gap> {
        let mut record = record(&json(&first(answers)?.bytes)?, asked.id);
        let tree = match answers.get(1) {
            // The repository is there, so it is the revision that is not.
            Some(Err(Gap::NotFound)) if asked.revision.is_some() => return Err(Gap::NoSuchRevision),
            Some(Err(gap)) => {
                record.extra.gaps.push(("tree.json".into(), gap.clone()));
                None
            }
            Some(Ok(body)) => match Tree::parse(&body.bytes) {
                Ok(tree) => {
                    record.commit = tree.commit;
                    (!tree.truncated).then(|| json(&body.bytes)).transpose()?
                }
                Err(why) => {
                    record.extra.gaps.push(("tree.json".into(), Gap::Malformed(why)));
                    None
                }
            },
            None => None,
        };
        let Some(tree) = tree else { return Ok(record) };
        if let Some(Err(gap)) = answers.get(3) {
            record.extra.gaps.push((ATTRIBUTES.into(), gap.clone()));
        }
        let pointers = pointers(answers.get(3));
        let skip = rules.word_list("skip-folders");
        let mut files: Vec<FileEntry> = blobs(&tree)
            .filter(|f| !is_fixture(&f.path, skip, rules))
            .map(|f| if pointers.iter().any(|p| p.is_of(&f.path)) { FileEntry { size: None, digest: None, ..f } } else { f })
            .collect();
        let complete = match answers.get(2) {
            Some(Ok(body)) => match json(&body.bytes).ok().and_then(|list| assets(&list, asked.revision, rules)) {
                Some((assets, complete)) => {
                    files.extend(assets);
                    complete
                }
                None => {
                    record.extra.gaps.push(("releases.json".into(), Gap::Malformed("it is no list of releases".into())));
                    false
                }
            },
            Some(Err(gap)) if gap.is_absence() => true,
            Some(Err(gap)) => {
                record.extra.gaps.push(("releases.json".into(), gap.clone()));
                false
            }
            None => true,
        };
        // What could not be looked at may hold the weights.
        record.files =
            (complete || files.iter().any(|f| is_weights(&f.path, rules))).then_some(files).filter(|f| f.len() <= limits::LISTED_FILES);
        Ok(record)
    }

    fn card(&self, asked: &Asked<'_>) -> Option<Resource> {
        Some(RepoId::from_id(asked.id)?.file(asked.at, asked.revision.unwrap_or("HEAD"), "README.md", limits::CARD_BYTES))
    }

    fn file(&self, at: &Endpoints, record: &ModelRecord, revision: &str, path: &str) -> Resource {
        let id = RepoId::from_id(&record.id).unwrap_or_else(|| RepoId { owner: String::new(), name: record.id.clone() });
        id.file(at, revision, path, limits::CARD_BYTES)
    }

    fn model_page(&self, _: &Endpoints, id: &str) -> String {
        format!("https://github.com/{id}")
    }

    fn file_page(&self, _: &Endpoints, id: &str, revision: &str, path: &str, _: Option<&BlobDigest>) -> String {
        if let Some(page) = asset_page(NAME, id, path) {
            return page;
        }
        format!("https://github.com/{id}/blob/{}/{}", encode_path(revision), encode_path(path))
    }
}

/// The address of a file that is an asset of a release; `None` for files of the tree and other hubs.
pub fn asset_page(hub: &str, id: &str, path: &str) -> Option<String> {
    (hub == NAME && path.starts_with(ASSETS)).then(|| format!("https://github.com/{id}/{}", encode_path(path)))
}

fn record(repo: &Value, asked: &str) -> ModelRecord {
    let number = |key: &str| repo.get(key).and_then(Value::as_u64);
    let flag = |key: &str| repo.get(key).and_then(Value::as_bool);
    let license = repo.get("license").and_then(|l| field(l, "spdx_id")).filter(|s| !matches!(*s, "NOASSERTION" | "NONE"));
    ModelRecord {
        id: field(repo, "full_name").filter(|id| crate::ids::is_repo_id(id)).unwrap_or(asked).to_string(),
        commit: None,
        gate: match flag("private") {
            Some(_) => Gate::None,
            None => Gate::Unknown,
        },
        private: flag("private").unwrap_or(false),
        disabled: flag("disabled").unwrap_or(false),
        pipeline_tag: None,
        library: None,
        tags: repo.get("topics").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_string).collect(),
        // What the host concludes from the license file, which is read besides.
        card_data: license.map_or(Value::Null, |l| json!({ "license": l })),
        config: Value::Null,
        files: None,
        providers: None,
        extra: Extra {
            author: repo.get("owner").and_then(|o| field(o, "login")).map(str::to_string),
            created: field(repo, "created_at").and_then(utc_second),
            modified: field(repo, "pushed_at").and_then(utc_second),
            description: field(repo, "description").map(str::to_string),
            likes: number("stargazers_count"),
            storage: number("size").map(|kb| kb.saturating_mul(1024)),
            ..Extra::default()
        },
    }
}

/// The files of a tree, with size and git's id of each.
fn blobs(tree: &Value) -> impl Iterator<Item = FileEntry> + '_ {
    let list = tree.get("tree").and_then(Value::as_array);
    list.into_iter().flatten().filter(|e| field(e, "type") == Some("blob") && field(e, "mode") != Some("120000")).filter_map(|e| {
        Some(FileEntry {
            path: field(e, "path")?.to_string(),
            size: e.get("size").and_then(Value::as_u64),
            digest: field(e, "sha").map(|sha| BlobDigest::GitBlob(sha.to_string())),
        })
    })
}

fn is_weights(path: &str, rules: &Rules) -> bool {
    matches!(files::kind(path, rules), Some(Kind::Weights | Kind::Adapter))
}

/// A file that looks like weights and stands among tests or somebody else's code.
fn is_fixture(path: &str, skip: &[String], rules: &Rules) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(f, _)| f).to_lowercase();
    folders.split('/').any(|f| skip.iter().any(|s| s == f)) && is_weights(path, rules)
}

/// A pattern of `.gitattributes` whose files are kept by Git LFS.
struct Pattern {
    pattern: WildMatch,
    whole: bool,
}

impl Pattern {
    fn is_of(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.pattern.matches(if self.whole { path } else { name })
    }
}

/// The patterns with `filter=lfs`. One without a slash is about names in any folder
/// (<https://git-scm.com/docs/gitattributes>).
fn pointers(attributes: Option<&Answer>) -> Vec<Pattern> {
    let Some(Ok(body)) = attributes else { return Vec::new() };
    let text = String::from_utf8_lossy(&body.bytes);
    text.lines()
        .filter(|l| l.split_whitespace().skip(1).any(|a| a == "filter=lfs"))
        .take(PATTERNS)
        .filter_map(|l| l.split_whitespace().next())
        .map(|p| {
            let p = p.trim_start_matches('/');
            let p = p.strip_prefix("**/").unwrap_or(p);
            Pattern { pattern: WildMatch::new(&p.replace("**", "*")), whole: p.contains('/') }
        })
        .collect()
}

/// The assets of a release, and whether no other release can have weights: those of the tag that is asked for,
/// or of the newest release that has weights. `None` where it is no list of releases.
fn assets(releases: &Value, tag: Option<&str>, rules: &Rules) -> Option<(Vec<FileEntry>, bool)> {
    let list = releases.as_array()?;
    let of = |release: &Value| -> Vec<FileEntry> {
        let tag = field(release, "tag_name").unwrap_or_default();
        let assets = release.get("assets").and_then(Value::as_array);
        assets
            .into_iter()
            .flatten()
            .filter(|a| field(a, "state").is_none_or(|s| s == "uploaded"))
            .filter_map(|a| {
                let digest = field(a, "digest").and_then(|d| d.strip_prefix("sha256:")).map(|d| BlobDigest::Sha256(d.to_string()));
                let path = format!("{ASSETS}/{tag}/{}", field(a, "name")?);
                Some(FileEntry { path, size: a.get("size").and_then(Value::as_u64), digest })
            })
            .collect()
    };
    let published = || list.iter().filter(|r| r.get("draft").and_then(Value::as_bool) != Some(true));
    if let Some(tag) = tag
        && let Some(release) = published().find(|r| field(r, "tag_name") == Some(tag))
    {
        return Some((of(release), true));
    }
    if tag.is_some() {
        // A branch or commit, whose files are those of its tree, or a tag with a release older than the list.
        return Some((Vec::new(), list.len() < RELEASES));
    }
    let found = published().map(of).find(|assets| assets.iter().any(|a| is_weights(&a.path, rules)));
    Some((found.unwrap_or_default(), list.len() < RELEASES))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Answer {
        Ok(std::sync::Arc::new(crate::net::Body::of(text.as_bytes().to_vec())))
    }

    /// Path and size of a file.
    type Sized = (String, Option<u64>);

    fn files(revision: Option<&str>, releases: Answer, attributes: &str) -> Result<Option<Vec<Sized>>, Gap> {
        let tree = r#"{"sha":"0123456789012345678901234567890123456789","tree":[
            {"path":"weights/a.pt","type":"blob","mode":"100644","size":131,"sha":"aa"},
            {"path":"tests/b.pt","type":"blob","mode":"100644","size":131,"sha":"bb"},
            {"path":"src","type":"tree","mode":"040000"}]}"#;
        let answers = [body(r#"{"full_name":"o/n","private":false,"license":{"spdx_id":"MIT"}}"#), body(tree), releases, body(attributes)];
        let at = Endpoints::default();
        let record = GitHub.read_record(&Asked { at: &at, id: "o/n", revision }, &answers, &Rules::load(None).unwrap())?;
        Ok(record.files.map(|f| f.into_iter().map(|f| (f.path, f.size)).collect()))
    }

    const RELEASES: &str = r#"[{"tag_name":"v2","assets":[{"name":"notes.txt","size":3}]},
        {"tag_name":"v1","assets":[{"name":"n.onnx","size":9,"digest":"sha256:ff"}]}]"#;

    #[test]
    fn weights_stand_in_the_tree_or_in_a_release() {
        let file = |path: &str, size| (path.to_string(), size);
        // A pointer's size is not that of the weights; what stands among tests is none.
        let pointer = file("weights/a.pt", None);
        assert_eq!(
            files(None, body(RELEASES), "*.pt filter=lfs -text").unwrap(),
            Some(vec![pointer.clone(), file("releases/download/v1/n.onnx", Some(9))])
        );
        assert_eq!(files(None, body("[]"), "").unwrap(), Some(vec![file("weights/a.pt", Some(131))]));
        assert_eq!(
            files(Some("v2"), body(RELEASES), "/weights/** filter=lfs").unwrap(),
            Some(vec![pointer, file("releases/download/v2/notes.txt", Some(3))])
        );
    }

    #[test]
    fn what_could_not_be_looked_at_is_not_absent() {
        let at = Endpoints::default();
        let rules = Rules::load(None).unwrap();
        let read = |tree: Answer, releases: Answer, revision| {
            GitHub.read_record(&Asked { at: &at, id: "o/n", revision }, &[body(r#"{"full_name":"o/n"}"#), tree, releases], &rules)
        };
        let empty = || body(r#"{"tree":[]}"#);
        assert_eq!(read(empty(), body("[]"), None).unwrap().files, Some(Vec::new()));
        let limited = read(empty(), Err(Gap::RateLimited(None)), None).unwrap();
        assert_eq!((limited.files, limited.extra.gaps.len()), (None, 1));
        assert_eq!(read(body(r#"{"tree":[],"truncated":true}"#), body("[]"), None).unwrap().files, None);
        assert_eq!(read(Err(Gap::NotFound), body("[]"), Some("v9")).unwrap_err(), Gap::NoSuchRevision);
        assert_eq!(read(body("<html>"), body("[]"), None).unwrap().files, None);
    }

    proptest::proptest! {
        #[test]
        fn any_answer_is_read_or_refused(
            tree in "\\PC{0,40}|\\{\"tree\":(null|1|\\[(\\{\"(path|type|sha|size)\":(1|null|\"blob\"|\"\\.\\./x\")\\},?){0,3}\\])\\}",
            releases in "\\PC{0,40}|\\[(\\{\"(assets|tag_name|draft)\":(1|null|true|\"v1\"|\\[\\{\"name\":1\\}\\])\\},?){0,2}\\]",
            attributes in "\\PC{0,40}|(\\*\\*?/?[a-z.*]{0,6} filter=lfs\\n){0,3}",
        ) {
            let at = Endpoints::default();
            let answers = [body(r#"{"full_name":"o/n"}"#), body(&tree), body(&releases), body(&attributes)];
            let rules = RULES.get_or_init(|| Rules::load(None).unwrap());
            let asked = Asked { at: &at, id: "o/n", revision: None };
            let _ = GitHub.record_rest(&asked, &answers);
            let _ = GitHub.read_record(&asked, &answers, rules);
        }
    }

    static RULES: std::sync::OnceLock<Rules> = std::sync::OnceLock::new();
}
