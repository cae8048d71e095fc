//! What names in records come to, remembered: license values, base models, file paths. Each is worked
//! out once by the code that an audit uses and then looked up, since a hub repeats the same few names
//! millions of times.

use super::memory::{Memory, Shared};
use super::metadata;
use super::record::Record;
use super::wildcards::Wildcards;
use crate::hosts::Endpoints;
use crate::hub::record::ModelRecord;
use crate::ids::is_repo_id;
use crate::license::find;
use crate::rules::Rules;
use crate::rules::files::Kind;
use crate::terms::{self, Part};
use crate::vocabulary::{Content, Openness};
use foldhash::fast::RandomState;
use std::borrow::Cow;
use std::hash::BuildHasher;
use std::sync::Arc;

/// Openness for each kind of content, in the order of [`Content::ALL`].
pub type ByContent = [Openness; 4];

fn by_content(parts: &[Part<'_>]) -> ByContent {
    let of = |content: Content| parts.iter().fold(Openness::Open, |o, p| o.and(p.known.map_or(p.openness, |k| k.openness(content))));
    [of(Content::Code), of(Content::Data), of(Content::Weights), of(Content::Document)]
}

/// The place of [`Content::Weights`].
pub const WEIGHTS: usize = 2;

/// What the license values of a record come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct License {
    /// SPDX ids and `LicenseRef-…` of everything that binds; none where nothing is named.
    pub ids: Vec<String>,
    pub openness: ByContent,
    /// It is said to be none of the licenses with a tag, and not which.
    pub is_other: bool,
}

impl License {
    /// The SPDX expression; `none` where no license is named, `other` where it only says so.
    pub fn expression(&self) -> String {
        match (self.ids.is_empty(), self.is_other) {
            (false, _) => self.ids.join(" AND "),
            (true, true) => "other".into(),
            (true, false) => "none".into(),
        }
    }
}

/// A well-known base model, by its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownBase {
    pub license: String,
    pub openness: ByContent,
}

/// What the path of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Class {
    pub kind: Kind,
    pub is_gguf: bool,
}

/// A path that means something by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Card,
    PipelineIndex,
    AdapterConfig,
    /// It may be one of a set.
    Shard,
    Other,
}

/// What a path shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathFacts {
    pub class: Option<Class>,
    pub role: Role,
    /// A number for the path with its digits struck out; `None` where it has none. Only numbers of one [`Names`] can
    /// be compared.
    pub shape: Option<u64>,
}

/// Everything remembered by one worker.
pub struct Names<'r> {
    rules: &'r Rules,
    at: Endpoints,
    licenses: Shared<Box<str>, Arc<License>>,
    /// The license values of the record at hand, as a key.
    key: String,
    bases: Memory<Option<u16>>,
    paths: Memory<PathFacts>,
    /// Unknown to whoever names files, so that nobody can make two shapes one.
    shapes: RandomState,
    table: &'r Tables,
}

impl Clone for Names<'_> {
    /// For another worker.
    fn clone(&self) -> Self {
        Names { licenses: self.licenses.clone(), ..Names::new(self.rules, self.table) }
    }
}

/// Patterns of the rules made ready, shared by all workers.
pub struct Tables {
    files: Wildcards,
    /// What each class of files is.
    classes: Vec<Option<Class>>,
    bases: Wildcards,
    hints: Wildcards,
    /// What the licenses of `rules.bases` and of `rules.name_hints` come to; `None` for one that is unknown.
    known_bases: Vec<Option<KnownBase>>,
    known_hints: Vec<Option<KnownBase>>,
    /// Names of libraries in lower case, and a bit for each length among them.
    libraries: Vec<String>,
    library_lengths: u64,
}

impl Tables {
    /// Makes them from rules.
    pub fn new(rules: &Rules) -> Tables {
        let known = |b: &crate::rules::schema::Base| {
            let known = find(rules, b.license.get_ref())?;
            Some(KnownBase { license: known.id().to_string(), openness: by_content(&[Part::known(known, Content::Weights)]) })
        };
        let patterns = |bases: &'_ [crate::rules::schema::Base]| -> Vec<(usize, String)> {
            bases.iter().enumerate().flat_map(|(i, b)| b.patterns().map(move |p| (i, p.to_string()))).collect()
        };
        let ready = |list: Vec<(usize, String)>| Wildcards::new(list.iter().map(|(i, p)| (*i, p.as_str())));
        Tables {
            files: Wildcards::new(rules.file_classes.iter().enumerate().flat_map(|(i, c)| c.patterns.iter().map(move |p| (i, p.as_str())))),
            classes: rules
                .file_classes
                .iter()
                .map(|c| Some(Class { kind: Kind::of_rule(c.id.get_ref())?, is_gguf: c.format.as_deref() == Some("gguf") }))
                .collect(),
            bases: ready(patterns(&rules.bases)),
            hints: ready(patterns(&rules.name_hints)),
            known_bases: rules.bases.iter().map(known).collect(),
            known_hints: rules.name_hints.iter().map(known).collect(),
            libraries: rules.libraries.iter().map(|l| l.id.get_ref().to_ascii_lowercase()).collect(),
            library_lengths: rules.libraries.iter().fold(0, |bits, l| bits | 1 << l.id.get_ref().len().min(63)),
        }
    }

    /// As [`crate::license::of_base`]: the entry of an id in lower case.
    pub fn base(&self, lower: &str) -> Option<u16> {
        let at = self.bases.first(lower)?;
        self.known_bases.get(at)?.as_ref()?;
        u16::try_from(at).ok()
    }

    /// What an entry comes to.
    pub fn known_base(&self, at: u16) -> Option<&KnownBase> {
        self.known_bases.get(usize::from(at))?.as_ref()
    }

    /// As [`crate::license::of_name`]: the family that the name in an id in lower case points to.
    pub fn hint(&self, lower: &str) -> Option<&KnownBase> {
        let name = lower.rsplit('/').next().unwrap_or(lower);
        self.known_hints.get(self.hints.first(name)?)?.as_ref()
    }

    /// The place of a library in the rules, as [`Rules::library`] finds it.
    pub fn library(&self, name: &str) -> Option<usize> {
        let first = name.bytes().next()?.to_ascii_lowercase();
        // Most tags name none: their length or first letter is enough to know.
        let may = self.library_lengths & (1 << name.len().min(63)) != 0;
        if !may {
            return None;
        }
        self.libraries.iter().position(|l| l.bytes().next() == Some(first) && l.eq_ignore_ascii_case(name))
    }
}

impl<'r> Names<'r> {
    pub fn new(rules: &'r Rules, table: &'r Tables) -> Names<'r> {
        Names {
            rules,
            at: Endpoints::default(),
            licenses: Shared::default(),
            key: String::new(),
            bases: Memory::default(),
            paths: Memory::default(),
            shapes: RandomState::default(),
            table,
        }
    }

    /// What a path shows.
    pub fn path(&mut self, path: &str) -> PathFacts {
        let (table, shapes) = (self.table, &self.shapes);
        self.paths.get(path, |p| PathFacts {
            class: table.files.first(&p.to_lowercase()).and_then(|at| *table.classes.get(at)?),
            role: match p {
                "README.md" => Role::Card,
                "model_index.json" => Role::PipelineIndex,
                "adapter_config.json" => Role::AdapterConfig,
                _ if p.contains("-of-") => Role::Shard,
                _ => Role::Other,
            },
            shape: p.bytes().any(|b| b.is_ascii_digit()).then(|| {
                let struck: Vec<u8> = p.bytes().map(|b| if b.is_ascii_digit() { b'0' } else { b }).collect();
                shapes.hash_one(&struck)
            }),
        })
    }

    /// What a record's license values come to.
    pub fn license(&mut self, record: &Record<'_>) -> Arc<License> {
        // The values as `license::tags` takes them: of the front matter, else the hub's tags.
        let mut key = std::mem::take(&mut self.key);
        key.clear();
        let mut add = |value: &str| {
            key.push_str(value);
            key.push('\u{0}');
        };
        let front = &record.front;
        if front.license.0.is_empty() {
            record.tags.iter().filter_map(|t| t.strip_prefix("license:")).for_each(&mut add);
        } else {
            front.license.0.iter().for_each(|v| add(v));
        }
        for (mark, value) in [("\u{1}", &front.license_name), ("\u{2}", &front.license_link)] {
            if let Some(value) = value {
                add(mark);
                add(value);
            }
        }
        let known = self.licenses.get(key.as_str());
        let license = known.unwrap_or_else(|| self.licenses.put(key.as_str().into(), Arc::new(work_out_license(record, self.rules))));
        self.key = key;
        license
    }

    /// The id that a base model is named by.
    pub fn base_id<'n>(&self, name: &'n str) -> Cow<'n, str> {
        let is_host = |owner: &str| matches!(owner, "huggingface.co" | "hf.co" | "www.huggingface.co");
        if is_repo_id(name) && !name.split_once('/').is_some_and(|(owner, _)| is_host(owner)) {
            return Cow::Borrowed(name);
        }
        crate::plan::model_id(name, &self.at).map_or(Cow::Borrowed(name), Cow::Owned)
    }

    /// The entry of an id among the well-known base models.
    pub fn base(&mut self, id: &str) -> Option<u16> {
        let table = self.table;
        self.bases.get(id, |id| table.base(&id.to_lowercase()))
    }

    /// The addresses of the public hosts.
    pub fn at(&self) -> &Endpoints {
        &self.at
    }

    /// The shared tables.
    pub fn table(&self) -> &'r Tables {
        self.table
    }
}

/// Concludes as an audit does, of a model of no family whose only witnesses are these values.
fn work_out_license(record: &Record<'_>, rules: &Rules) -> License {
    let tags: Vec<String> = record.tags.iter().filter(|t| t.starts_with("license:")).map(|t| t.to_string()).collect();
    let model = ModelRecord { tags, card_data: record.front.to_value(), ..ModelRecord::bare("-", Vec::new()) };
    let is_other = model.licenses().iter().any(|v| crate::text::fold_name(v) == "other");
    let snapshot = metadata::bare(model);
    let terms = terms::conclude(&snapshot, rules, &mut Vec::new());
    License { ids: terms.parts.iter().map(|p| p.id.clone()).collect(), openness: by_content(&terms.parts), is_other }
}
