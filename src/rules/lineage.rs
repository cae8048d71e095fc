//! Shapes of `rules/lineage.toml`: what it means to be made from another model, and what is checked then.

use super::schema::Id;
use crate::placed::Day;
use crate::vocabulary::Pillar;
use serde::Deserialize;

/// What it means to be made from another model in some way (`rules/lineage.toml`).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Relation {
    pub id: Id,
    pub title: String,
    /// Pillars in which the child is what its base is.
    pub inherits: Vec<Pillar>,
    #[serde(default)]
    pub suffixes: Vec<String>,
    #[serde(default)]
    pub tags: Vec<String>,
    pub rationale: String,
    pub source: String,
}

/// A check on licenses across a lineage (`rules/lineage.toml`).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LineageCheck {
    pub id: Id,
    /// The kind of finding that it leads to.
    pub finding: String,
    pub when: CheckKind,
    /// Relations to the base for which it is asked; none: all.
    #[serde(default)]
    pub relations: Vec<String>,
    /// Terms of the base (or of the data) of which there is one; none: whatever they are.
    #[serde(default)]
    pub base_terms: Vec<String>,
    /// The base's license has to be passed on.
    #[serde(default)]
    pub flows_down: bool,
    /// Asked of the model's own bases only, and not of theirs.
    #[serde(default)]
    pub direct: bool,
    pub rationale: String,
    pub source: String,
}

/// What a check asks.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckKind {
    /// Is the model under none of the base's licenses?
    OtherLicense,
    /// Does a restricted license of its own leave out terms of the base's?
    LacksTerms,
    /// Is it under another version of the base's license?
    OtherVersion,
    /// Does it name no license?
    NoLicense,
    /// Does its name lack the beginning that the base's license asks for?
    NamePrefix,
    /// Does it not show the words that the base's license asks for?
    Display,
    /// Does it lack a file with license or notice?
    Notice,
    /// Do bases of a merge each ask for their own license?
    SeveralBases,
    /// Are all of its training data under such terms, and the model is not?
    TrainingData,
    /// Do training data under such terms stand in its repository, and the model is not under them?
    DataShipped,
    /// Were its training data made by somebody's model?
    Outputs,
    /// Is the base passed on, which its license forbids?
    Redistributed,
}

/// A model whose makers have terms on what its outputs train (`rules/lineage.toml`).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Teacher {
    pub id: Id,
    pub title: String,
    /// How prose calls its models.
    pub names: Vec<String>,
    /// What the terms say, in a clause.
    pub terms: String,
    pub source: String,
}

/// A base model that its makers put under another license since (`rules/lineage.toml`).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Relicensed {
    pub id: Id,
    /// Over the lower-cased `owner/name`, as in `rules/bases.toml`.
    pub patterns: Vec<String>,
    /// Licenses of its earlier revisions; the first is the one that is told of.
    pub was: Vec<String>,
    pub now: String,
    /// The day of the change, where it is known.
    pub since: Option<Day>,
    pub rationale: String,
    pub source: String,
}
