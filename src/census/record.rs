//! A record of the hub read for a census: only the fields that decide or are counted, borrowed from
//! the input. It reads them as [`ModelRecord::parse`] does (a field of an odd type is as good as
//! absent, the last of two equal keys counts); what it passes over, it does not look into.
//!
//! Dumps spell some keys as the hub's Python client does; both spellings are read.

use super::json::{File, Files, Flag, Front, Gated, HubConfig, Number, Safetensors, Strings, Text, skip};
use crate::files::FileEntry;
use crate::hub::record::{Extra, Gate, ModelRecord};
use crate::ids::is_repo_id;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// The fields of a record that a census uses.
#[derive(Debug, Clone, Default)]
pub struct Record<'a> {
    pub id: Cow<'a, str>,
    pub gate: Option<Gate>,
    pub private: bool,
    pub disabled: bool,
    pub task: Option<Cow<'a, str>>,
    pub library: Option<Cow<'a, str>>,
    pub tags: Vec<Cow<'a, str>>,
    pub front: Front<'a>,
    pub config: HubConfig<'a>,
    /// The complete file list; `None` where the record has none that can be used.
    pub files: Option<Vec<File<'a>>>,
    pub author: Option<Cow<'a, str>>,
    pub created: Option<Cow<'a, str>>,
    pub downloads: Option<u64>,
    pub likes: Option<u64>,
    /// Number of parameters, as the hub counted them.
    pub parameters: Option<u64>,
    /// The card's text, which some dumps have; only what it claims is looked for.
    pub card: Option<Cow<'a, str>>,
}

impl<'a> Record<'a> {
    /// Reads a record from one line of JSON.
    ///
    /// # Errors
    /// Why it is none, without any of the stranger's text.
    pub fn parse(line: &'a [u8]) -> Result<Record<'a>, String> {
        let line = std::str::from_utf8(line).map_err(|_| "not UTF-8".to_string())?;
        let mut de = serde_json::Deserializer::from_str(line);
        let record = Record::deserialize(&mut de).and_then(|r| de.end().map(|()| r)).map_err(|e| why(&e))?;
        if record.id.is_empty() {
            return Err("it has no id".into());
        }
        if !is_repo_id(&record.id) {
            return Err("its id is no model name".into());
        }
        Ok(record)
    }

    /// The same facts in the form in which an audit takes them.
    pub fn to_model_record(&self) -> ModelRecord {
        let text = |t: &Option<Cow<'a, str>>| t.as_deref().map(str::to_string);
        ModelRecord {
            id: self.id.to_string(),
            commit: None,
            gate: self.gate.unwrap_or(Gate::Unknown),
            private: self.private,
            disabled: self.disabled,
            pipeline_tag: text(&self.task),
            library: text(&self.library),
            tags: self.tags.iter().map(|t| t.to_string()).collect(),
            card_data: self.front.to_value(),
            config: self.config.to_value(),
            files: self
                .files
                .as_ref()
                .map(|list| list.iter().map(|f| FileEntry { path: f.path.to_string(), size: f.size, digest: None }).collect()),
            providers: None,
            extra: Extra { author: text(&self.author), parameters: self.parameters, ..Extra::default() },
        }
    }

    /// Who owns it: the first half of its id, or nobody for a legacy one.
    pub fn owner(&self) -> &str {
        self.id.split_once('/').map_or("", |(owner, _)| owner)
    }
}

/// The kind and place of an error.
fn why(e: &serde_json::Error) -> String {
    use serde_json::error::Category;
    match e.classify() {
        Category::Io => "unreadable".into(),
        Category::Syntax => format!("not JSON: syntax at byte {}", e.column()),
        Category::Data => "not a JSON object".into(),
        Category::Eof => "not JSON: it ends too early".into(),
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Record<'a> {
    fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
        de.deserialize_map(RecordVisitor)
    }
}

struct RecordVisitor;

impl<'de> Visitor<'de> for RecordVisitor {
    type Value = Record<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record<'de>, A::Error> {
        let mut r = Record::default();
        let mut model_id: Option<Cow<'de, str>> = None;
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match key.0.as_deref().unwrap_or_default() {
                "id" => r.id = map.next_value::<Text>()?.0.unwrap_or_default(),
                "modelId" | "model_id" => model_id = map.next_value::<Text>()?.0,
                "gated" => r.gate = map.next_value::<Gated>()?.0,
                "private" => r.private = map.next_value::<Flag>()?.0,
                "disabled" => r.disabled = map.next_value::<Flag>()?.0,
                "pipeline_tag" => r.task = map.next_value::<Text>()?.0,
                "library_name" => r.library = map.next_value::<Text>()?.0,
                "tags" => r.tags = map.next_value::<Strings>()?.0,
                "cardData" | "card_data" => r.front = map.next_value()?,
                "config" => r.config = map.next_value()?,
                "siblings" => r.files = map.next_value::<Files>()?.0,
                "author" => r.author = map.next_value::<Text>()?.0,
                "createdAt" | "created_at" => r.created = map.next_value::<Text>()?.0,
                "downloads" => r.downloads = map.next_value::<Number>()?.0,
                "likes" => r.likes = map.next_value::<Number>()?.0,
                "safetensors" => r.parameters = map.next_value::<Safetensors>()?.0,
                "card" => r.card = map.next_value::<Text>()?.0,
                _ => skip(&mut map)?,
            }
        }
        if r.id.is_empty() {
            r.id = model_id.unwrap_or_default();
        }
        Ok(r)
    }
}
