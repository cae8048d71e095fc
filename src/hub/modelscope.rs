//! ModelScope, in the shape of its public client
//! (<https://github.com/modelscope/modelscope/blob/master/modelscope/hub/api.py>): `get_model` is the record,
//! `get_model_files` the file list, both in an envelope `{Code, Data, Message, Success}`
//! (`modelscope/hub/errors.py`, `is_ok`).
//!
//! What the list says and what it does not: every blob has its sha256, not only large ones; the commit of a
//! file is the last one that changed it; `LatestCommitter.Id` may be empty beside a `ShortId`; a revision that
//! does not exist is answered with `Files: null` and status 200.

use super::{Answer, Asked, Hub, Named, NotNamed, checked_id, encode_revision, field, first, json, repository};
use super::{record::Extra, record::Gate, record::ModelRecord};
use crate::card::Card;
use crate::card::front_matter::{FrontMatter, strings};
use crate::clock::rfc3339;
use crate::digest::BlobDigest;
use crate::files::FileEntry;
use crate::hosts::Endpoints;
use crate::ids::{encode_path, is_commit};
use crate::license;
use crate::net::{Gap, Resource, limits};
use crate::rules::Rules;
use serde_json::{Value, json};

/// The hub's name in targets, JSON and the evidence layout.
pub const NAME: &str = "modelscope";

/// The site in China.
pub static CN: ModelScope = ModelScope { name: NAME, service: NAME };
/// The international site, which keeps repositories of its own.
pub static INTL: ModelScope = ModelScope { name: "modelscope-intl", service: "modelscope_intl" };

/// The branch of a name without a revision (`MASTER_MODEL_BRANCH` of the client).
const BRANCH: &str = "master";

/// One of its sites.
pub struct ModelScope {
    name: &'static str,
    service: &'static str,
}

impl Hub for ModelScope {
    fn name(&self) -> &'static str {
        self.name
    }

    fn read_name(&self, name: &str) -> Result<Named, NotNamed> {
        repository(name, true)
    }

    fn read_page(&self, path: &[&str]) -> Result<Named, NotNamed> {
        let path = match path {
            ["api", "v1", rest @ ..] => rest,
            all => all,
        };
        match path {
            ["models", owner, name, rest @ ..] => {
                let revision = match rest {
                    ["file", "view", revision, ..] | ["resolve", revision, ..] => Some(*revision),
                    _ => None,
                };
                checked_id(&format!("{owner}/{name}"), revision, true)
            }
            [kind @ ("datasets" | "studios" | "collections" | "papers"), ..] => {
                Err(NotNamed::Other(kind.trim_end_matches('s').to_string()))
            }
            _ => Err(NotNamed::Wrong("the page is not one of a model".into())),
        }
    }

    fn record(&self, asked: &Asked<'_>) -> Vec<Resource> {
        let base = format!("{}/api/v1/models/{}", asked.at.get(self.service), asked.id);
        let revision = encode_revision(asked.revision.unwrap_or(BRANCH));
        let resource = |name: &str, url: String| Resource {
            path: format!("{}/{name}", self.dir(asked.id)),
            url,
            limit: limits::RECORD_BYTES,
            expect: None,
        };
        vec![
            resource("info.json", format!("{base}?Revision={revision}")),
            resource("files.json", format!("{base}/repo/files?Revision={revision}&Recursive=true")),
        ]
    }

    fn read_record(&self, asked: &Asked<'_>, answers: &[Answer], _: &Rules) -> Result<ModelRecord, Gap> {
        let data = envelope(&first(answers)?.bytes)?;
        let mut record = record(&data, asked.id);
        match answers.get(1) {
            Some(Ok(body)) => {
                let list = envelope(&body.bytes).unwrap_or_else(|gap| {
                    record.extra.gaps.push(("files.json".into(), gap));
                    Value::Object(serde_json::Map::new())
                });
                record.files = files(&list);
                record.commit = commit(&list);
                // An unknown revision is an empty answer, not a refusal.
                if record.files.is_none() && list.get("Files").is_some_and(Value::is_null) && asked.revision.is_some_and(|r| r != BRANCH) {
                    return Err(Gap::NoSuchRevision);
                }
            }
            Some(Err(gap)) => record.extra.gaps.push(("files.json".into(), gap.clone())),
            None => {}
        }
        Ok(record)
    }

    fn card(&self, asked: &Asked<'_>) -> Option<Resource> {
        Some(self.file_of(asked.at, asked.id, asked.revision.unwrap_or(BRANCH), "README.md"))
    }

    /// The record names a license of its own beside the card's front matter; a name for the same license
    /// is said once, another one binds as well.
    fn with_card(&self, record: &mut ModelRecord, card: &Card, rules: &Rules) {
        let FrontMatter::Parsed(Value::Object(front)) = &card.front else { return };
        let own = std::mem::take(&mut record.card_data);
        let mut data = front.clone();
        let mut licenses = strings(front.get("license"));
        let meant = |name: &str| license::find(rules, name).map(|k| k.id().to_string());
        for name in strings(own.get("license")) {
            let said = licenses.iter().any(|l| l.eq_ignore_ascii_case(&name) || (meant(l).is_some() && meant(l) == meant(&name)));
            // `other` beside a name says nothing more.
            if !said && (licenses.is_empty() || license::names_something(&name)) {
                licenses.push(name);
            }
        }
        if !licenses.is_empty() {
            data.insert("license".into(), json!(licenses));
        }
        for key in ["base_model", "base_model_relation"] {
            if let Some(value) = own.get(key).filter(|_| !front.contains_key(key)) {
                data.insert(key.into(), value.clone());
            }
        }
        record.card_data = Value::Object(data);
        record.library = record.library.take().or_else(|| front.get("library_name").and_then(Value::as_str).map(str::to_string));
    }

    fn file(&self, at: &Endpoints, record: &ModelRecord, revision: &str, path: &str) -> Resource {
        self.file_of(at, &record.id, revision, path)
    }

    fn model_page(&self, at: &Endpoints, id: &str) -> String {
        format!("{}/models/{id}", at.get(self.service))
    }

    fn file_page(&self, at: &Endpoints, id: &str, revision: &str, path: &str, _: Option<&BlobDigest>) -> String {
        format!("{}/models/{id}/file/view/{}/{}", at.get(self.service), encode_revision(revision), encode_path(path))
    }
}

impl ModelScope {
    fn dir(&self, id: &str) -> String {
        format!("{}/models/{id}", self.name)
    }

    fn file_of(&self, at: &Endpoints, id: &str, revision: &str, path: &str) -> Resource {
        Resource {
            path: format!("{}/{path}", self.dir(id)),
            url: format!("{}/models/{id}/resolve/{}/{}", at.get(self.service), encode_revision(revision), encode_path(path)),
            limit: limits::CARD_BYTES,
            expect: None,
        }
    }
}

/// `Data` of an answer that says that it is one.
fn envelope(bytes: &[u8]) -> Result<Value, Gap> {
    let mut value = json(bytes)?;
    let code = value.get("Code").and_then(Value::as_u64);
    match (code, value.get("Success").and_then(Value::as_bool)) {
        (Some(200), Some(true) | None) => {}
        // "get model info failed, err: unauthorized permission": strangers are not told which.
        (Some(_), _) => return Err(Gap::MissingOrPrivate),
        (None, _) => return Err(Gap::Malformed("it has no Code".into())),
    }
    match value.get_mut("Data").map(Value::take) {
        Some(data @ Value::Object(_)) => Ok(data),
        _ => Err(Gap::Malformed("it has no Data".into())),
    }
}

fn record(data: &Value, asked: &str) -> ModelRecord {
    let id = field(data, "Path").zip(field(data, "Name")).map(|(owner, name)| format!("{owner}/{name}"));
    let number = |key: &str| data.get(key).and_then(Value::as_u64);
    // `ModelVisibility` of the client: 1 private, 3 internal, 5 public.
    let private = number("Visibility").is_some_and(|v| v != 5);
    let gate = match (number("Visibility"), number("ProtectedMode")) {
        (Some(5), None | Some(2)) => Gate::None,
        // Some access control that the client does not document.
        _ => Gate::Unknown,
    };
    let names = |key: &str| -> Vec<String> {
        data.get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|v| v.as_str().or_else(|| field(v, "Name")).map(str::to_string))
            .collect()
    };
    let mut card = serde_json::Map::new();
    if let Some(license) = field(data, "License") {
        card.insert("license".into(), json!(strings(Some(&json!(license)))));
    }
    let bases = strings(data.get("BaseModel"));
    if !bases.is_empty() {
        card.insert("base_model".into(), json!(bases));
    }
    if let Some(relation) = field(data, "BaseModelRelation") {
        card.insert("base_model_relation".into(), json!(relation.to_lowercase()));
    }
    ModelRecord {
        id: id.filter(|id| crate::ids::is_repo_id(id)).unwrap_or_else(|| asked.to_string()),
        commit: None,
        gate,
        private,
        disabled: false,
        pipeline_tag: names("Tasks").into_iter().next(),
        library: names("Libraries").into_iter().next().map(|l| l.to_lowercase()),
        tags: names("Tags"),
        card_data: Value::Object(card),
        config: Value::Null,
        files: None,
        providers: None,
        extra: Extra {
            author: field(data, "Path").map(str::to_string),
            created: number("CreatedTime").filter(|t| *t > 0).and_then(rfc3339),
            modified: number("LastUpdatedTime").filter(|t| *t > 0).and_then(rfc3339),
            description: field(data, "Description").map(str::to_string),
            downloads: number("Downloads"),
            likes: number("Stars"),
            storage: number("StorageSize"),
            ..Extra::default()
        },
    }
}

/// The complete file list, or `None` where it is none or longer than what is read.
fn files(data: &Value) -> Option<Vec<FileEntry>> {
    let list = data.get("Files")?.as_array()?;
    if list.len() > limits::LISTED_FILES {
        return None;
    }
    list.iter()
        .filter(|e| field(e, "Type") != Some("tree"))
        .map(|e| {
            Some(FileEntry {
                path: field(e, "Path")?.to_string(),
                size: e.get("Size").and_then(Value::as_u64),
                digest: field(e, "Sha256").filter(|d| is_sha256(d)).map(|d| BlobDigest::Sha256(d.to_string())),
            })
        })
        .collect()
}

/// Whether a text is a sha256 in lower-case hex.
pub fn is_sha256(hex: &str) -> bool {
    hex.len() == 64 && is_commit(hex)
}

/// The commit of the whole list: the latest committer's, or the file's commit that its short form begins.
fn commit(data: &Value) -> Option<String> {
    let latest = data.get("LatestCommitter")?;
    let whole = field(latest, "Id").filter(|id| is_commit(id)).map(str::to_string);
    whole.or_else(|| {
        let short = field(latest, "ShortId").filter(|s| s.len() >= 7)?;
        let commits = data.get("Files")?.as_array()?.iter().filter_map(|f| field(f, "Revision"));
        commits.into_iter().find(|r| is_commit(r) && r.starts_with(short)).map(str::to_string)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Body;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn body(text: &str) -> Answer {
        Ok(Arc::new(Body::of(text.as_bytes().to_vec())))
    }

    fn read(revision: Option<&str>, info: &str, files: &str) -> Result<ModelRecord, Gap> {
        let at = Endpoints::default();
        let rules = Rules::load(None).unwrap();
        CN.read_record(&Asked { at: &at, id: "o/n", revision }, &[body(info), body(files)], &rules)
    }

    const INFO: &str = r#"{"Code":200,"Success":true,"Data":{"Path":"o","Name":"n","License":"Apache License 2.0","Visibility":5,"BaseModel":["a/b"],"Tasks":[{"Name":"text-generation"}],"CreatedTime":1700000000}}"#;

    #[test]
    fn a_record_is_pinned_as_far_as_the_list_allows() {
        let head = "83ee97c66e841048bedc5c02c15ce2f3ed259feb";
        let list = format!(
            r#"{{"Code":200,"Success":true,"Data":{{"LatestCommitter":{{"Id":"","ShortId":"{}"}},"Files":[{{"Path":"a","Type":"tree"}},{{"Path":"a/b.safetensors","Type":"blob","Size":9,"Revision":"{head}","Sha256":"{}"}}]}}}}"#,
            &head[..8],
            "ab".repeat(32)
        );
        let record = read(None, INFO, &list).unwrap();
        assert_eq!(record.commit.as_deref(), Some(head));
        assert_eq!((record.gate, record.pipeline_tag.as_deref()), (Gate::None, Some("text-generation")));
        assert_eq!(record.extra.created.as_deref(), Some("2023-11-14T22:13:20Z"));
        let files = record.files.unwrap();
        assert_eq!((files.len(), files[0].size), (1, Some(9)));
        assert!(matches!(files[0].digest, Some(BlobDigest::Sha256(_))));
    }

    #[test]
    fn what_is_no_answer_is_its_own_gap() {
        let none = r#"{"Code":200,"Success":true,"Data":{"Files":null}}"#;
        assert_eq!(read(Some("v9"), INFO, none).unwrap_err(), Gap::NoSuchRevision);
        assert_eq!(read(None, INFO, none).unwrap().files, None);
        assert_eq!(read(None, r#"{"Code":10010205001,"Success":false}"#, none).unwrap_err(), Gap::MissingOrPrivate);
        for bad in ["", "[]", "{}", "<html>", r#"{"Code":200,"Data":[]}"#] {
            assert!(matches!(read(None, bad, none).unwrap_err(), Gap::Malformed(_)), "{bad}");
        }
    }

    #[test]
    fn one_license_under_two_names_is_said_once() {
        let rules = Rules::load(None).unwrap();
        let merged = |own: &str, front: &str| {
            let info = INFO.replace("Apache License 2.0", own);
            let mut record = record(&envelope(info.as_bytes()).unwrap(), "o/n");
            CN.with_card(&mut record, &Card::parse(format!("---\n{front}\n---\n").as_bytes()), &rules);
            record.licenses()
        };
        assert_eq!(merged("Apache License 2.0", "license: apache-2.0"), ["apache-2.0"]);
        assert_eq!(merged("Apache License 2.0", "license: mit"), ["mit", "Apache License 2.0"]);
        assert_eq!(merged("Apache License 2.0", "tags: [x]"), ["Apache License 2.0"]);
        assert_eq!(merged("other", "license: mit"), ["mit"]);
    }

    proptest! {
        #[test]
        fn any_answer_is_read_or_refused(info in "\\PC{0,80}|\\{\"Code\":200,\"Data\":\\{\"(Path|Name|License|Tags|Tasks|BaseModel)\":(1|null|\\[1\\]|\"x\")\\}\\}") {
            let _ = envelope(info.as_bytes()).map(|d| (record(&d, "o/n"), files(&d), commit(&d)));
        }
    }
}
