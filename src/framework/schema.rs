//! The shapes of `rules/frameworks/*.toml`. Unknown keys are refused everywhere.

use crate::rules::schema::{Id, MofKind, Requirement};
use crate::vocabulary::ComponentId;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A framework: a set of questions that others agreed on, and how each is answered from an audit.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FrameworkRule {
    pub id: Id,
    pub title: String,
    pub publisher: String,
    pub form: Form,
    pub means: String,
    pub decided: String,
    /// What it does not say, or what our reading leaves to a person.
    pub limits: String,
    pub source: String,
    /// The name and words of a checklist's outcome.
    pub outcome: Option<Outcome>,
    /// The questions of a checklist.
    #[serde(default)]
    pub line: Vec<Line>,
    /// The dimensions of a score.
    #[serde(default)]
    pub dimension: Vec<Dimension>,
    /// What the Model Openness Framework needs besides `components.toml`.
    pub mof: Option<MofRule>,
}

/// How a framework is evaluated.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Lines that are met, unmet or open; the outcome follows from the required ones.
    Checklist,
    /// Dimensions that are open, partial or closed; the outcome is their mean.
    Score,
    /// The classes of the Model Openness Framework.
    Mof,
}

/// What a checklist comes to.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Outcome {
    /// The name under which it is explained.
    pub id: String,
    pub title: String,
    /// The words where all required lines are met, one is unmet, or one is open.
    pub met: String,
    pub unmet: String,
    pub open: String,
}

/// One line of a checklist.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Line {
    pub id: Id,
    pub title: String,
    /// A heading under which lines stand together.
    #[serde(default)]
    pub group: String,
    /// The outcome hangs on it.
    #[serde(default = "yes")]
    pub required: bool,
    /// A reviewer may answer it (`[model.answers]` in reviewed evidence).
    #[serde(default)]
    pub reviewable: bool,
    pub means: String,
    pub source: String,
    pub test: Requirement,
}

fn yes() -> bool {
    true
}

/// One dimension of a score: `open` where its test is met, else `partial` where that one is, else `closed`.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Dimension {
    pub id: Id,
    pub title: String,
    pub group: String,
    pub means: String,
    pub open: Requirement,
    pub partial: Requirement,
}

/// Tables of the Model Openness Framework's evaluation.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MofRule {
    /// What the three classes are called, highest first.
    pub classes: Vec<MofClass>,
    /// Open besides what the SPDX list says OSI or FSF approve, for every kind of content.
    pub open: Vec<String>,
    /// Kinds of content that a license is made for.
    pub fits: BTreeMap<String, Vec<MofKind>>,
    /// The words of each component in the tool's own files.
    pub descriptions: BTreeMap<ComponentId, String>,
    /// Remarks in the place of a license by which curators say that a component is not there.
    pub absent: Vec<String>,
    /// Where the tool differs from the framework.
    pub tool: MofTool,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MofClass {
    /// 1, 2 or 3; 3 is the lowest.
    pub class: u8,
    pub title: String,
    pub means: String,
}

/// What `--mot-compatible` reproduces.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MofTool {
    /// Open licenses that the tool's tables do not have as open.
    pub not_open: Vec<String>,
    /// Kinds of content where the tool's tables differ.
    pub fits: BTreeMap<String, Vec<MofKind>>,
    /// The component that an unknown name becomes.
    pub unknown_name_is: ComponentId,
    pub source: String,
}
