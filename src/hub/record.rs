//! The hub's records of models and datasets, read leniently: a field of an odd type is as good as
//! absent, and what matters for judging says which of the two it is.

use crate::card::front_matter::strings;
use crate::digest::BlobDigest;
use crate::files::FileEntry;
use crate::ids::is_commit;
use crate::net::{Gap, limits};
use serde_json::Value;

/// How access to a repository is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Anyone, at once.
    None,
    /// Anyone who accepts terms.
    Automatic,
    /// Whom the owner lets in.
    Manual,
    /// The record does not say.
    Unknown,
}

/// A model's record.
#[derive(Debug, Clone)]
pub struct ModelRecord {
    /// The id that the hub answers with, which differs from the one asked for after a rename.
    pub id: String,
    /// The commit that the record is of.
    pub commit: Option<String>,
    pub gate: Gate,
    pub private: bool,
    pub disabled: bool,
    pub pipeline_tag: Option<String>,
    pub library: Option<String>,
    pub tags: Vec<String>,
    /// Front matter as the hub read it.
    pub card_data: Value,
    /// `config` as the hub extracts it: architectures, model_type.
    pub config: Value,
    /// The complete file list; `None` where the record has none that can be used.
    pub files: Option<Vec<FileEntry>>,
    /// Inference providers that serve it, where the record says.
    pub providers: Option<usize>,
    pub extra: Extra,
}

/// What a record says besides, for reports; nothing is judged by it but the gaps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extra {
    /// Parts of the record that could not be had: what, and why.
    pub gaps: Vec<(String, Gap)>,
    /// The family of architectures, as a registry names it (`llama`).
    pub family: Option<String>,
    /// The number of parameters, as a registry writes it (`8.0B`).
    pub size: Option<String>,
    /// How the weights are quantised, as a registry names it (`Q4_K_M`).
    pub quantisation: Option<String>,
    pub author: Option<String>,
    /// When the repository was made, as the hub says it (RFC 3339, UTC).
    pub created: Option<String>,
    /// When this revision was made, likewise.
    pub modified: Option<String>,
    pub description: Option<String>,
    pub downloads: Option<u64>,
    pub likes: Option<u64>,
    /// Bytes of the whole repository with its history.
    pub storage: Option<u64>,
    /// Number of parameters as the hub counted them in the weight files.
    pub parameters: Option<u64>,
}

impl Extra {
    fn read(o: &serde_json::Map<String, Value>) -> Extra {
        let number = |key: &str| o.get(key).and_then(Value::as_u64);
        Extra {
            author: text(o, "author"),
            created: text(o, "createdAt").and_then(|t| utc_second(&t)),
            modified: text(o, "lastModified").and_then(|t| utc_second(&t)),
            description: text(o, "description"),
            downloads: number("downloads"),
            likes: number("likes"),
            storage: number("usedStorage"),
            parameters: o.get("safetensors").and_then(|s| s.get("total")).and_then(Value::as_u64),
            ..Extra::default()
        }
    }
}

/// `2025-01-06T19:25:03.000Z` as `2025-01-06T19:25:03Z`; `None` where it is no such time.
pub fn utc_second(time: &str) -> Option<String> {
    let (head, tail) = time.split_at_checked(19)?;
    let shaped = head.bytes().enumerate().all(|(i, b)| match i {
        4 | 7 => b == b'-',
        10 => b == b'T',
        13 | 16 => b == b':',
        _ => b.is_ascii_digit(),
    });
    let number = |from: usize| head.get(from..from + 2).and_then(|n| n.parse::<u8>().ok());
    let within = number(5).is_some_and(|m| (1..=12).contains(&m))
        && number(8).is_some_and(|d| (1..=31).contains(&d))
        && number(11).is_some_and(|h| h < 24)
        && number(14).is_some_and(|m| m < 60)
        && number(17).is_some_and(|s| s < 60);
    let zone = tail.strip_prefix('.').map_or(tail, |t| t.trim_start_matches(|c: char| c.is_ascii_digit()));
    (shaped && within && matches!(zone, "Z" | "+00:00")).then(|| format!("{head}Z"))
}

impl ModelRecord {
    /// One with nothing in it but an id and files: what a place without records of its own begins with.
    pub fn bare(id: &str, files: Vec<FileEntry>) -> ModelRecord {
        ModelRecord {
            id: id.to_string(),
            commit: None,
            gate: Gate::None,
            private: false,
            disabled: false,
            pipeline_tag: None,
            library: None,
            tags: Vec::new(),
            card_data: Value::Null,
            config: Value::Null,
            files: Some(files),
            providers: None,
            extra: Extra::default(),
        }
    }

    /// Reads a record.
    ///
    /// # Errors
    /// Where it is not the JSON object of a model.
    pub fn parse(bytes: &[u8]) -> Result<ModelRecord, String> {
        let value: Value = serde_json::from_slice(bytes).map_err(|e| format!("not JSON: {}", e.classify_words()))?;
        let Value::Object(mut o) = value else {
            return Err("not a JSON object".into());
        };
        let id = text(&o, "id").or_else(|| text(&o, "modelId")).ok_or("it has no id")?;
        if !crate::ids::is_repo_id(&id) {
            return Err("its id is no model name".into());
        }
        let providers = o.get("inferenceProviderMapping").and_then(|v| match v {
            Value::Object(m) => Some(m.len()),
            Value::Array(a) => Some(a.len()),
            _ => None,
        });
        let gate = match o.get("gated") {
            Some(Value::Bool(false)) => Gate::None,
            Some(Value::String(s)) if s == "auto" => Gate::Automatic,
            Some(Value::String(s)) if s == "manual" => Gate::Manual,
            Some(Value::Bool(true)) => Gate::Manual,
            _ => Gate::Unknown,
        };
        Ok(ModelRecord {
            extra: Extra::read(&o),
            commit: text(&o, "sha").filter(|s| is_commit(s)),
            gate,
            private: o.get("private").and_then(Value::as_bool).unwrap_or(false),
            disabled: o.get("disabled").and_then(Value::as_bool).unwrap_or(false),
            pipeline_tag: text(&o, "pipeline_tag"),
            library: text(&o, "library_name"),
            tags: strings(o.get("tags")),
            files: o.get("siblings").and_then(files),
            card_data: bounded(o.remove("cardData").unwrap_or(Value::Null)),
            config: o.remove("config").unwrap_or(Value::Null),
            providers,
            id,
        })
    }

    /// The values of `license`, without those that say nothing.
    pub fn licenses(&self) -> Vec<String> {
        let front = strings(self.card_data.get("license"));
        let values = if front.is_empty() {
            self.tags.iter().filter_map(|t| t.strip_prefix("license:")).map(str::to_string).collect()
        } else {
            front
        };
        let mut out: Vec<String> = Vec::new();
        for value in values {
            if !out.contains(&value) {
                out.push(value);
            }
            if out.len() > limits::LICENSES {
                out.pop();
                out.push("more-than-are-read".to_string());
                break;
            }
        }
        out
    }

    /// The file of a path.
    pub fn file(&self, path: &str) -> Option<&FileEntry> {
        self.files.as_ref()?.iter().find(|f| f.path == path)
    }
}

/// A dataset's record.
#[derive(Debug, Clone)]
pub struct DatasetRecord {
    pub id: String,
    pub commit: Option<String>,
    pub gate: Gate,
    pub private: bool,
    pub disabled: bool,
    pub tags: Vec<String>,
    pub card_data: Value,
    /// Number of files beside card and repository settings, where the record says.
    pub data_files: Option<usize>,
    pub extra: Extra,
}

impl DatasetRecord {
    /// Reads a record.
    ///
    /// # Errors
    /// Where it is not the JSON object of a dataset.
    pub fn parse(bytes: &[u8]) -> Result<DatasetRecord, String> {
        let model = ModelRecord::parse(bytes)?;
        let is_data = |f: &&FileEntry| !matches!(f.path.as_str(), "README.md" | ".gitattributes" | ".gitignore" | "LICENSE");
        Ok(DatasetRecord {
            data_files: model.files.as_ref().map(|f| f.iter().filter(is_data).count()),
            id: model.id,
            commit: model.commit,
            gate: model.gate,
            private: model.private,
            disabled: model.disabled,
            tags: model.tags,
            card_data: model.card_data,
            extra: model.extra,
        })
    }
}

/// A string field that is not empty.
fn text(o: &serde_json::Map<String, Value>, key: &str) -> Option<String> {
    o.get(key).and_then(Value::as_str).filter(|s| !s.is_empty()).map(str::to_string)
}

/// Front matter whose top-level strings are no longer than any prompt at a gate is.
fn bounded(mut front: Value) -> Value {
    for value in front.as_object_mut().into_iter().flat_map(|o| o.values_mut()) {
        if let Value::String(s) = value
            && s.len() > limits::VALUE_CHARS
        {
            *s = crate::text::cut(s, limits::VALUE_CHARS).into_owned();
        }
    }
    front
}

/// A file list, or `None` where it is no list of files or longer than what is read.
fn files(value: &Value) -> Option<Vec<FileEntry>> {
    let list = value.as_array()?;
    if list.len() > limits::LISTED_FILES {
        return None;
    }
    list.iter()
        .map(|entry| {
            let lfs = entry.get("lfs").and_then(|l| l.get("sha256").or_else(|| l.get("oid"))).and_then(Value::as_str);
            let digest = match (lfs, entry.get("blobId").and_then(Value::as_str)) {
                (Some(hex), _) => Some(BlobDigest::Sha256(hex.to_string())),
                (None, Some(id)) => Some(BlobDigest::GitBlob(id.to_string())),
                (None, None) => None,
            };
            Some(FileEntry {
                path: entry.get("rfilename").and_then(Value::as_str)?.to_string(),
                size: entry.get("size").and_then(Value::as_u64),
                digest,
            })
        })
        .collect()
}

trait Classify {
    fn classify_words(&self) -> String;
}

impl Classify for serde_json::Error {
    /// The kind and place of the error, without any of the stranger's text.
    fn classify_words(&self) -> String {
        let kind = match self.classify() {
            serde_json::error::Category::Io => "unreadable",
            serde_json::error::Category::Syntax => "syntax",
            serde_json::error::Category::Data => "shape",
            serde_json::error::Category::Eof => "it ends too early",
        };
        format!("{kind} at line {}", self.line())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_types_are_as_good_as_absent() {
        let r = ModelRecord::parse(br#"{"id":"o/n","sha":7,"gated":[],"tags":"x","siblings":{"a":1},"cardData":3}"#).unwrap();
        assert_eq!((r.commit, r.gate, r.files), (None, Gate::Unknown, None));
        assert_eq!(r.tags, ["x"]);
    }

    #[test]
    fn times_are_those_of_a_calendar_or_none() {
        assert_eq!(utc_second("2025-01-06T19:25:03.000Z").as_deref(), Some("2025-01-06T19:25:03Z"));
        assert_eq!(utc_second("2025-01-06T19:25:03Z").as_deref(), Some("2025-01-06T19:25:03Z"));
        for bad in ["", "2025-01-06", "2025-13-06T19:25:03Z", "2025-01-06T19:25:03+02:00", "2025-01-06T25:25:03Z", "<b>5-01-06T19:25:03Z"] {
            assert_eq!(utc_second(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_list_with_one_odd_file_is_not_a_complete_list() {
        let r = ModelRecord::parse(br#"{"id":"o/n","siblings":[{"rfilename":"a"},{"name":"b"}]}"#).unwrap();
        assert_eq!(r.files, None);
    }

    #[test]
    fn what_is_no_record_is_refused() {
        for bad in [&b""[..], b"<html>", b"[]", b"{}", br#"{"id":"../../etc"}"#, br#"{"id":1}"#] {
            assert!(ModelRecord::parse(bad).is_err(), "{bad:?}");
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(ModelRecord::parse(deep.as_bytes()).is_err());
    }
}
