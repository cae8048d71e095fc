//! Hubs: what they call things and where they keep them. A hub turns names into resources and
//! answers into records; it fetches nothing itself.
//!
//! To add a hub: one file here that implements [`Hub`], one row in [`table::HUBS`], and its hosts in
//! [`crate::hosts`].

pub mod github;
pub mod github_home;
pub mod huggingface;
pub mod local;
pub mod modelscope;
pub mod ollama;
pub mod record;
pub mod table;

pub use table::{Facts, HUBS, by_name, default};

use crate::card::Card;
use crate::digest::BlobDigest;
use crate::hosts::Endpoints;
use crate::ids::{encode_path, is_repo_id, is_revision};
use crate::net::{Body, Gap, Resource};
use crate::rules::Rules;
use record::ModelRecord;
use std::sync::Arc;

/// A model as a target names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub id: String,
    /// Branch, tag or commit.
    pub revision: Option<String>,
}

/// Why a text names no model of a hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotNamed {
    /// What is wrong with it.
    Wrong(String),
    /// It is another kind of thing: `dataset`, `space`.
    Other(String),
}

/// A model that is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub at: &'a Endpoints,
    pub id: &'a str,
    pub revision: Option<&'a str>,
}

/// The answer to a request.
pub type Answer = Result<Arc<Body>, Gap>;

/// A place where models are published.
pub trait Hub: Sync {
    /// The name in targets (`NAME:…`), JSON and the evidence layout.
    fn name(&self) -> &'static str;

    /// Reads a name as it stands behind the hub's prefix.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read_name(&self, name: &str) -> Result<Named, NotNamed>;

    /// Reads the path of a page for people or of the API, split at `/` and decoded.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read_page(&self, path: &[&str]) -> Result<Named, NotNamed>;

    /// What a record is read from, asked for at once. The first answer says whether there is such a model.
    fn record(&self, asked: &Asked<'_>) -> Vec<Resource>;

    /// What the first answers name and the record needs as well.
    fn record_rest(&self, asked: &Asked<'_>, first: &[Answer]) -> Vec<Resource> {
        let _ = (asked, first);
        Vec::new()
    }

    /// Reads a record from the answers to [`Hub::record`] and [`Hub::record_rest`], in their order.
    ///
    /// # Errors
    /// Why there is none.
    fn read_record(&self, asked: &Asked<'_>, answers: &[Answer], rules: &Rules) -> Result<ModelRecord, Gap>;

    /// The card, asked for together with the record; `None` where models of this hub have none.
    fn card(&self, asked: &Asked<'_>) -> Option<Resource>;

    /// Adds to a record what the hub leaves to the reader of the card.
    fn with_card(&self, record: &mut ModelRecord, card: &Card, rules: &Rules) {
        let _ = (record, card, rules);
    }

    /// A file of a model at a revision.
    fn file(&self, at: &Endpoints, record: &ModelRecord, revision: &str, path: &str) -> Resource;

    /// The page of a model for people.
    fn model_page(&self, at: &Endpoints, id: &str) -> String;

    /// The page of a model's file at a revision for people.
    fn file_page(&self, at: &Endpoints, id: &str, revision: &str, path: &str, digest: Option<&BlobDigest>) -> String;
}

/// Why a model of a hub without cards has none.
pub const NO_CARD: &str = "the registry keeps no cards and names no originals";

/// Whether a gap only says that models of the hub never have a card.
pub fn is_without_cards(gap: &Gap) -> bool {
    matches!(gap, Gap::NotFetched(why) if why == NO_CARD)
}

/// The first answer of a record.
///
/// # Errors
/// The reason why it could not be had.
fn first(answers: &[Answer]) -> Result<&Body, Gap> {
    match answers.first() {
        Some(Ok(body)) => Ok(body),
        Some(Err(gap)) => Err(gap.clone()),
        None => Err(Gap::NotFetched("nothing was asked for".into())),
    }
}

/// `OWNER/NAME` or `NAME`, with or without `@REVISION`.
///
/// # Errors
/// What is wrong with it.
fn repository(name: &str, with_owner: bool) -> Result<Named, NotNamed> {
    let (id, revision) = name.split_once('@').map_or((name, None), |(id, revision)| (id, Some(revision)));
    checked_id(id, revision, with_owner)
}

/// An id and revision as hubs allow them.
///
/// # Errors
/// What is wrong with them.
pub fn checked_id(id: &str, revision: Option<&str>, with_owner: bool) -> Result<Named, NotNamed> {
    let id = id.trim_end_matches('/');
    let slashes = id.matches('/').count();
    if slashes > 1 || !is_repo_id(id) || (with_owner && slashes == 0) {
        return Err(NotNamed::Wrong(match slashes {
            0 if with_owner && is_repo_id(id) => "it has no owner (OWNER/NAME)".into(),
            0 | 1 => "hubs allow letters, digits, `.`, `_` and `-` in a name, up to 96 a part".into(),
            _ => "it has more than one `/`".into(),
        }));
    }
    if revision.is_some_and(|r| !is_revision(r)) {
        return Err(NotNamed::Wrong("the revision after `@` is no branch, tag or commit".into()));
    }
    Ok(Named { id: id.to_string(), revision: revision.map(str::to_string) })
}

/// A revision as one part of a path.
fn encode_revision(revision: &str) -> String {
    encode_path(revision).replace('/', "%2F")
}

/// The text of a JSON object's field that is not empty.
fn field<'v>(value: &'v serde_json::Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(serde_json::Value::as_str).filter(|s| !s.is_empty())
}

/// Reads JSON.
///
/// # Errors
/// Where it is none, by kind and line.
fn json(bytes: &[u8]) -> Result<serde_json::Value, Gap> {
    serde_json::from_slice(bytes).map_err(|e| Gap::Malformed(format!("not JSON: line {}", e.line())))
}
