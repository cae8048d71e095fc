//! Reviewed evidence in our own format: TOML, one `[[model]]` a model, pinned to the commit that was reviewed.
//!
//! ```toml
//! schema = 1
//!
//! [[model]]
//! id = "ORG/NAME"
//! revision = "0123456789abcdef0123456789abcdef01234567"
//! reviewer = "Jane Doe, Example Ltd"
//! date = 2026-11-24
//! license = "Apache-2.0"                # optional: what binds the weights; "none" where there is none
//!
//! [[model.component]]
//! id = "datasets"
//! availability = "released"
//! license = "ODC-By-1.0"
//! url = "https://example.org/where-it-was-seen"
//! note = "All parts can be downloaded."
//!
//! [[model.answer]]
//! line = "osaid/data-information"
//! answer = "met"
//! url = "https://example.org/where-it-was-seen"
//! note = "Table 2 lists every source."
//! ```

use super::{Content, Review, Said, Statement};
use crate::error::Error;
use crate::placed::{self, Day, Spanned};
use crate::rules::diagnose;
use crate::text;
use crate::vocabulary::{Availability, ComponentId};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The highest `schema` number that this version reads.
const SCHEMA: u32 = 1;

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    schema: Spanned<u32>,
    #[serde(default)]
    model: Vec<Spanned<Model>>,
}

/// A model's review.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Model {
    pub id: Spanned<String>,
    pub revision: Spanned<String>,
    pub reviewer: Spanned<String>,
    pub date: Day,
    pub license: Option<String>,
    #[serde(default)]
    pub component: Vec<ComponentReview>,
    #[serde(default)]
    pub answer: Vec<Answered>,
}

/// A component's review; one without `availability` says nothing.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ComponentReview {
    pub id: Spanned<ComponentId>,
    pub availability: Option<Availability>,
    pub license: Option<String>,
    #[serde(default)]
    pub url: String,
    #[serde(default)]
    pub note: String,
    /// Where it is not the model's reviewer.
    pub reviewer: Option<String>,
    pub date: Option<Day>,
}

/// An answer to a line of a framework.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Answered {
    pub line: Spanned<String>,
    pub answer: Option<Spanned<String>>,
    #[serde(default)]
    pub url: String,
    #[serde(default)]
    pub note: String,
}

/// Reviewed evidence as JSON Schema.
#[cfg(test)]
pub(crate) fn json_schema(generator: schemars::SchemaGenerator) -> schemars::Schema {
    generator.into_root_schema_for::<File>()
}

/// A license as a reviewer names it.
pub fn named(license: String) -> Said {
    match text::fold_name(&license).as_str() {
        "" => Said::Nothing,
        "none" | "unlicensed" => Said::None,
        _ => Said::Named(license),
    }
}

/// Reads a file.
///
/// # Errors
/// Any mistake, by file, line and key.
pub fn read(shown: &str, content: &str) -> Result<Vec<Review>, Error> {
    let fail = |span: std::ops::Range<usize>, message: &str| diagnose::at(shown, content, span, message);
    let file: File = placed::from_toml(content).map_err(|e| fail(e.span().unwrap_or(0..0), e.message()))?;
    if *file.schema.get_ref() != SCHEMA {
        return Err(fail(
            file.schema.span(),
            &format!("schema {} is not known; this version reads schema {SCHEMA}", file.schema.get_ref()),
        ));
    }
    let sha256 = crate::digest::sha256(content.as_bytes());
    let mut out = Vec::new();
    for entry in file.model {
        let model = entry.into_inner();
        if !crate::ids::is_repo_id(model.id.get_ref()) {
            return Err(fail(model.id.span(), "`id` is no model name (ORG/NAME)"));
        }
        let revision = model.revision.get_ref().to_lowercase();
        if revision.len() < 7 || revision.len() > 64 || !revision.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(fail(model.revision.span(), "`revision` is the commit that was reviewed; a branch moves on"));
        }
        if model.reviewer.get_ref().trim().is_empty() {
            return Err(fail(model.reviewer.span(), "`reviewer` is empty; evidence is attested by somebody"));
        }
        for c in model.component.iter().filter(|c| c.availability.is_some()) {
            if c.url.trim().is_empty() || c.note.trim().is_empty() {
                return Err(fail(c.id.span(), "a component that is stated needs `url` and `note`: where it was seen, and what"));
            }
        }
        let says = |s: &str| !s.trim().is_empty();
        if let Some(c) = model
            .component
            .iter()
            .find(|c| c.availability.is_none() && (c.license.as_deref().is_some_and(says) || says(&c.url) || says(&c.note)))
        {
            return Err(fail(c.id.span(), "a component that is stated needs `availability`; without it nothing would be taken from here"));
        }
        for a in &model.answer {
            let Some(answer) = &a.answer else { continue };
            if !matches!(answer.get_ref().as_str(), "met" | "unmet" | "open" | "partial" | "closed") {
                return Err(fail(answer.span(), "an answer is met or unmet, for a dimension open, partial or closed"));
            }
            if a.url.trim().is_empty() || a.note.trim().is_empty() {
                return Err(fail(a.line.span(), "an answer needs `url` and `note`: where it was seen, and what"));
            }
        }
        out.push(Review {
            file: shown.to_string(),
            sha256: sha256.clone(),
            ids: vec![model.id.get_ref().clone()],
            names: Vec::new(),
            revision: Some(revision),
            by: format!("{}, {}", text::squeeze(model.reviewer.get_ref()), model.date),
            content: Content::Own(model),
        });
    }
    Ok(out)
}

impl Model {
    /// What is stated of components.
    pub fn statements(&self) -> Vec<Statement> {
        let statement = |c: &ComponentReview| {
            let who: Vec<String> = c.reviewer.iter().cloned().chain(c.date.iter().map(Day::to_string)).collect();
            let who = if who.is_empty() { String::new() } else { format!(" ({})", who.join(", ")) };
            Some(Statement {
                component: *c.id.get_ref(),
                availability: c.availability?,
                license: c.license.clone().map_or(Said::Nothing, named),
                url: Some(c.url.clone()).filter(|u| !u.trim().is_empty()),
                line: None,
                note: format!("{}{who}", text::squeeze(&c.note)),
            })
        };
        self.component.iter().filter_map(statement).collect()
    }

    /// Answers to lines of frameworks.
    pub fn answers(&self) -> BTreeMap<String, (String, String)> {
        let answer = |a: &Answered| {
            Some((a.line.get_ref().clone(), (a.answer.as_ref()?.get_ref().clone(), format!("{} ({})", text::squeeze(&a.note), a.url))))
        };
        self.answer.iter().filter_map(answer).collect()
    }
}
