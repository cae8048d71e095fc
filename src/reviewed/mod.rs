//! Reviewed evidence: what a person states of a model, in a file. Three formats are read: our own
//! ([`own`]), those of the Model Openness Tool ([`mof`]) and of the European Open Source AI Index
//! ([`osai_index`]).
//!
//! A review is laid over a hub record with `--evidence FILE`, or judged on its own statements
//! as the target `mof:FILE` or `osai-index:FILE`: both are done in `audit`.

pub mod mof;
pub mod osai_index;
pub mod own;
pub mod yaml;

use crate::error::Error;
use crate::evidence::Evidence;
use crate::mof::mof_rule;
use crate::rules::{Rules, diagnose};
use crate::text;
use crate::vocabulary::{Availability, ComponentId};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

/// One model's review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// The file, as it was named.
    pub file: String,
    /// sha256 of the file, lower-case hex.
    pub sha256: String,
    /// Ids on the hub that it is about.
    pub ids: Vec<String>,
    /// Names that it is about, folded.
    pub names: Vec<String>,
    /// The commit that was reviewed.
    pub revision: Option<String>,
    /// Who reviewed, and when, as far as the file says.
    pub by: String,
    /// What is stated of components that every format can speak of.
    pub content: Content,
}

/// What a review says, by format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    Own(own::Model),
    Mof(mof::Declared),
    Index(osai_index::Index),
}

/// A statement on one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub component: ComponentId,
    pub availability: Availability,
    pub license: Said,
    pub url: Option<String>,
    pub line: Option<u32>,
    /// In the reviewer's words, or the format's.
    pub note: String,
}

/// What is said of a license.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Nothing,
    /// There is none.
    None,
    Named(String),
}

/// Formats of a reviewed file, as targets name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    Mof,
    OsaiIndex,
}

impl Format {
    /// The prefix of targets, without the colon.
    pub fn slug(self) -> &'static str {
        match self {
            Format::Mof => "mof",
            Format::OsaiIndex => "osai-index",
        }
    }
}

/// Reads a file of any format: ours is TOML, the others are YAML told apart by their keys.
///
/// # Errors
/// A file that cannot be read, is too large, or is not of a known format, by file and line.
pub fn load(path: &Path) -> Result<Vec<Review>, Error> {
    let shown = path.display().to_string();
    parse(&shown, &read_file(path)?)
}

/// Reads a file of the Model Openness Tool or of the index.
///
/// # Errors
/// As [`load`], and where it is of another format.
pub fn load_as(path: &Path, format: Format) -> Result<Review, Error> {
    let shown = path.display().to_string();
    let text = read_file(path)?;
    let review = parse_yaml(&shown, &text)?;
    let fits = matches!((&review.content, format), (Content::Mof(_), Format::Mof) | (Content::Index(_), Format::OsaiIndex));
    if fits { Ok(review) } else { Err(diagnose::file(&shown, format!("this is no file of format {}", format.slug()))) }
}

fn read_file(path: &Path) -> Result<String, Error> {
    let fail = |source| Error::File { action: "read evidence from", path: path.display().to_string(), source };
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(fail)?.take(yaml::MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(fail)?;
    let shown = path.display().to_string();
    if bytes.len() > yaml::MAX_BYTES {
        return Err(diagnose::file(&shown, "more than 1 MiB of reviewed evidence"));
    }
    String::from_utf8(bytes).map_err(|_| diagnose::file(&shown, "not UTF-8"))
}

/// Reads the text of a file; `shown` is its name.
///
/// # Errors
/// As [`load`].
pub fn parse(shown: &str, text: &str) -> Result<Vec<Review>, Error> {
    if shown.to_lowercase().ends_with(".toml") { own::read(shown, text) } else { parse_yaml(shown, text).map(|r| vec![r]) }
}

fn parse_yaml(shown: &str, text: &str) -> Result<Review, Error> {
    let at_line = |line: usize, message: &str| match line.checked_sub(1).and_then(|l| text.lines().nth(l)) {
        Some(content) => {
            let before: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
            diagnose::at(shown, text, before..before + content.len(), message)
        }
        None => diagnose::file(shown, message),
    };
    let value = yaml::parse(text).map_err(|(line, message)| at_line(line, &message))?;
    let sha256 = crate::digest::sha256(text.as_bytes());
    let made = |ids: Vec<String>, names: Vec<String>, by: String, content| Review {
        file: shown.to_string(),
        sha256: sha256.clone(),
        ids,
        names: names.iter().map(|n| text::words(n)).filter(|n| !n.is_empty()).collect(),
        revision: None,
        by,
        content,
    };
    if mof::is(&value) {
        let declared = mof::read(&value, text).map_err(|m| diagnose::file(shown, m))?;
        let ids = declared.huggingface.iter().filter_map(|u| hub_id(u)).collect();
        let by = format!("MOF file{}", declared.date.as_ref().map_or(String::new(), |d| format!(" of {d}")));
        return Ok(made(ids, vec![declared.name.clone()], by, Content::Mof(declared)));
    }
    if osai_index::is(&value) {
        let index = osai_index::read(&value, text).map_err(|m| diagnose::file(shown, m))?;
        let ids = index.end_ids.iter().chain(&index.base_ids).cloned().collect();
        let names = [&index.end_model, &index.base_model].into_iter().flatten().cloned().collect();
        return Ok(made(ids, names, "OSAI index".into(), Content::Index(index)));
    }
    Err(diagnose::file(
        shown,
        "neither a file of the Model Openness Tool (`release`) nor one of the OSAI index (`system`); our own format is TOML",
    ))
}

/// The id of a model from its page on the hub.
fn hub_id(url: &str) -> Option<String> {
    let folded = text::fold_url(url);
    let rest = folded.strip_prefix("huggingface.co/").or_else(|| folded.strip_prefix("hf.co/"))?;
    let mut parts = rest.split(['/', '?', '#']);
    let (owner, name) = (parts.next()?, parts.next()?);
    let id = format!("{owner}/{name}");
    let other = ["datasets", "spaces", "collections", "papers", "docs", "blog", "models", "api", "organizations"];
    (crate::ids::is_repo_id(&id) && !other.contains(&owner)).then_some(id)
}

impl Review {
    /// Whether it is about a model on the hub: one of its ids, or, where it names none, the name.
    pub fn is_about(&self, id: &str) -> bool {
        if self.ids.is_empty() {
            let name = text::words(id.rsplit('/').next().unwrap_or(id));
            return !matches!(self.content, Content::Own(_)) && self.names.contains(&name);
        }
        self.ids.iter().any(|i| i.eq_ignore_ascii_case(id))
    }

    /// Whether two reviews are about the same system.
    pub fn same_system(&self, other: &Review) -> bool {
        self.ids.iter().any(|a| other.ids.iter().any(|b| a.eq_ignore_ascii_case(b))) || self.names.iter().any(|n| other.names.contains(n))
    }

    /// What it states of components, of the model with this id (a file of the index speaks of two).
    pub fn statements(&self, id: &str, rules: &Rules) -> Vec<Statement> {
        match &self.content {
            Content::Own(model) => model.statements(),
            Content::Mof(declared) => declared.statements(rules, mof_rule(rules)),
            Content::Index(index) => index.statements(index.is_base(id)),
        }
    }

    /// The license that it says binds the weights.
    pub fn license(&self, id: &str, rules: &Rules) -> Said {
        match &self.content {
            Content::Own(model) => model.license.clone().map_or(Said::Nothing, own::named),
            Content::Mof(_) => self
                .statements(id, rules)
                .into_iter()
                .find(|s| s.component == ComponentId::ModelParametersFinal && s.availability == Availability::Released)
                .map_or(Said::Nothing, |s| s.license),
            Content::Index(index) => index.license.clone().filter(|_| !index.is_base(id)).map_or(Said::Nothing, Said::Named),
        }
    }

    /// Its answers to lines and dimensions of frameworks, by `FRAMEWORK/ID`: value and note.
    pub fn answers(&self) -> BTreeMap<String, (String, String)> {
        match &self.content {
            Content::Own(model) => model.answers(),
            Content::Mof(_) => BTreeMap::new(),
            Content::Index(index) => index.answers(),
        }
    }

    /// What it calls the model.
    pub fn subject(&self) -> String {
        match &self.content {
            Content::Mof(d) => d.name.clone(),
            Content::Index(i) => i.end_model.clone().or_else(|| i.name.clone()).unwrap_or_else(|| self.file.clone()),
            Content::Own(m) => m.id.get_ref().clone(),
        }
    }

    /// Cites the file.
    pub fn cite(&self, line: Option<u32>, url: Option<&str>, note: &str) -> Evidence {
        Evidence {
            url: url.map(|u| text::cut(u, 400).into_owned()),
            path: Some(self.file.clone()),
            lines: line.map(|l| (l, l)),
            note: format!("{}: {}", self.by, text::cut(note, 240)),
            digest: Some(format!("sha256:{}", self.sha256)),
        }
    }
}
