//! The shapes of `rules/frameworks/*.toml`, and what these alone cannot refuse: a shape that does not go with its
//! form, and names that lead nowhere or in a circle. Unknown keys are refused everywhere.

use super::check::check_requirement;
use super::schema::{Id, MofKind, Requirement};
use super::{Rules, diagnose};
use crate::error::Error;
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

/// What the schema alone cannot refuse in a framework.
pub fn check(f: &FrameworkRule) -> Result<(), (std::ops::Range<usize>, String)> {
    let fail = |span: std::ops::Range<usize>, message: &str| Err((span, message.to_string()));
    if f.id.get_ref().is_empty() || !f.id.get_ref().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return fail(f.id.span(), "a framework's id is of lower-case letters, digits and `-`");
    }
    let shape = match f.form {
        Form::Checklist if f.line.is_empty() || f.outcome.is_none() => Some("a checklist needs `line` entries and an `outcome`"),
        Form::Score if f.dimension.is_empty() => Some("a score needs `dimension` entries"),
        Form::Mof if f.mof.is_none() => Some("this form needs the `mof` tables"),
        _ => None,
    };
    if let Some(message) = shape {
        return fail(f.id.span(), message);
    }
    let mut seen: Vec<&str> = f.outcome.iter().map(|o| o.id.as_str()).collect();
    for id in f.line.iter().map(|l| &l.id).chain(f.dimension.iter().map(|d| &d.id)) {
        if seen.contains(&id.get_ref().as_str()) {
            return Err((id.span(), format!("`{}` is here twice", id.get_ref())));
        }
        seen.push(id.get_ref());
    }
    for line in &f.line {
        check_requirement(&line.test, false).map_err(|m| (line.id.span(), m))?;
    }
    for d in &f.dimension {
        check_requirement(&d.open, false).and_then(|()| check_requirement(&d.partial, false)).map_err(|m| (d.id.span(), m))?;
    }
    Ok(())
}

impl Rules {
    /// Requirements name frameworks and terms that are there, and no framework asks for itself.
    pub(super) fn check_references(&self) -> Result<(), Error> {
        for rung in &self.rungs {
            let tests: Vec<&Requirement> = rung.require.iter().collect();
            self.check_tests("rules/verdicts.toml", &tests, &mut Vec::new())?;
        }
        for id in self.frameworks.keys() {
            self.check_tests(&format!("framework `{id}`"), &self.tests_of(id), &mut vec![id.clone()])?;
        }
        Ok(())
    }

    fn tests_of(&self, framework: &str) -> Vec<&Requirement> {
        let Some(f) = self.frameworks.get(framework) else { return Vec::new() };
        f.line.iter().map(|l| &l.test).chain(f.dimension.iter().flat_map(|d| [&d.open, &d.partial])).collect()
    }

    fn check_tests(&self, place: &str, tests: &[&Requirement], above: &mut Vec<String>) -> Result<(), Error> {
        for test in tests {
            if let Some(term) = test.terms_absent.iter().find(|t| !self.terms.contains_key(*t)) {
                return Err(diagnose::file(place, format!("term `{term}` is not in terms.toml")));
            }
            if let Some(id) = &test.framework {
                match self.frameworks.get(id) {
                    Some(f) if f.form == Form::Checklist => {}
                    Some(_) => {
                        return Err(diagnose::file(place, format!("framework `{id}` is no checklist, so it has no outcome to ask for")));
                    }
                    None => return Err(diagnose::file(place, format!("there is no framework `{id}`"))),
                }
                if above.contains(id) {
                    return Err(diagnose::file(place, format!("framework `{id}` asks for itself")));
                }
                above.push(id.clone());
                self.check_tests(place, &self.tests_of(id), above)?;
                above.pop();
            }
            self.check_tests(place, &test.any.iter().chain(&test.all).collect::<Vec<_>>(), above)?;
        }
        Ok(())
    }
}
