//! What `trulyopen check` found, as people, machines and CI services want it. Renderers decide nothing:
//! the exit code was decided before.
//!
//! To add a format: one file here and one line in [`FORMATS`].

pub mod github;
pub mod human;
pub mod json;
pub mod junit;
pub mod sarif;

use super::Style;
use crate::gate::{Excused, Violation};
use crate::report::Tool;
use crate::vocabulary::{Severity, Verdict};
use serde::Serialize;

/// The document of `trulyopen check --format json`.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize)]
pub struct CheckReport {
    pub schema_version: &'static str,
    pub tool: Tool,
    pub policy: PolicyOut,
    /// `no`, `compare` (--locked) or `only` (--locked --offline).
    pub locked: &'static str,
    /// What `--baseline` named.
    pub baseline: Option<String>,
    pub exit: u8,
    pub summary: Summary,
    pub violations: Vec<Violation>,
    pub excused: Vec<Excused>,
    pub excluded: Vec<UseOut>,
    pub models: Vec<ModelOut>,
    pub datasets: Vec<DatasetOut>,
    /// Exceptions ready to fill in, one a model.
    #[serde(skip)]
    pub accept: Vec<String>,
    /// The rules that results are about.
    #[serde(skip)]
    pub rules: Vec<RuleOut>,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize)]
pub struct PolicyOut {
    pub file: String,
    pub digest: String,
    pub profile: Option<String>,
    pub mode: &'static str,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Default, Serialize)]
pub struct Summary {
    pub errors: usize,
    pub warnings: usize,
    pub notes: usize,
    /// Errors that are not proven wrong, but cannot be known.
    pub unknown: usize,
    pub models: usize,
    /// Places where models are used.
    pub places: usize,
    pub files: usize,
    /// Places that the baseline knew.
    pub known: usize,
}

impl Summary {
    /// Counts violations by severity.
    pub fn count(&mut self, violations: &[Violation]) {
        for v in violations {
            match v.severity {
                Severity::Error => self.errors += 1,
                Severity::Warning => self.warnings += 1,
                Severity::Note => self.notes += 1,
            }
            self.unknown += usize::from(v.unknown && v.severity == Severity::Error);
        }
    }
}

/// A place where something is used.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize)]
pub struct UseOut {
    pub name: Option<String>,
    pub revision: Option<String>,
    pub file: String,
    pub line: u32,
    pub column: u32,
    pub role: &'static str,
    pub via: String,
}

/// A dataset that is loaded, at each place. No policy judges it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DatasetOut {
    #[serde(flatten)]
    pub place: UseOut,
    /// Whether the hub has it; null where nobody was asked or could say.
    pub found: Option<bool>,
    pub gated: Option<bool>,
    /// The license that its own card declares.
    pub license: Option<String>,
    pub url: Option<String>,
}

impl DatasetOut {
    /// Its license, or why there is none, in words.
    pub fn license_words(&self) -> &str {
        match (&self.license, self.found) {
            (Some(license), _) => license,
            (None, Some(true)) => "no license",
            (None, Some(false)) => "not on the hub",
            (None, None) => "not known",
        }
    }
}

/// Datasets by name, with their places counted.
pub fn by_name_of(datasets: &[DatasetOut]) -> std::collections::BTreeMap<&str, (&DatasetOut, usize)> {
    let mut out = std::collections::BTreeMap::new();
    for d in datasets {
        if let Some(name) = d.place.name.as_deref() {
            out.entry(name).or_insert((d, 0)).1 += 1;
        }
    }
    out
}

/// A model that is used.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize)]
pub struct ModelOut {
    pub target: String,
    pub requested: Option<String>,
    pub hub: String,
    pub id: String,
    pub revision: Option<String>,
    pub url: String,
    pub verdict: Verdict,
    pub verdict_possible: Verdict,
    pub license: Option<String>,
    pub terms: Vec<String>,
    pub gated: Option<bool>,
    /// `audited`, `locked` or `hosted`.
    pub known_from: &'static str,
    pub places: Vec<UseOut>,
}

/// A rule, for formats that carry descriptions.
#[derive(Debug, Clone)]
pub struct RuleOut {
    pub id: String,
    pub title: String,
    pub means: String,
    pub help: String,
    pub severity: Severity,
    pub source: String,
}

/// A format.
pub struct Format {
    pub name: &'static str,
    pub about: &'static str,
    pub render: fn(&CheckReport, Style) -> String,
}

/// Every format, the one for people first.
pub static FORMATS: &[Format] = &[
    Format { name: "human", about: "for people: diagnostics with the lines they are about", render: human::render },
    Format { name: "json", about: "one document", render: json::render },
    Format { name: "sarif", about: "SARIF 2.1.0, for code scanning", render: sarif::render },
    Format { name: "junit", about: "JUnit XML, for test reports", render: junit::render },
    Format { name: "github", about: "workflow commands; the job summary goes to GITHUB_STEP_SUMMARY", render: github::render },
];

/// The format of a name; what audits call a table is for people here too.
pub fn by_name(name: &str) -> Option<&'static Format> {
    let name = if name == "table" { "human" } else { name };
    FORMATS.iter().find(|f| f.name == name)
}
