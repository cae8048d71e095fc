//! The report: what the contract promises as JSON. The only place where the crate's own types meet
//! the wire format; these structs are frozen by `schema_version`.

use crate::permits::Permits;
use crate::rules::Rules;
use crate::vocabulary::*;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

pub mod about;
mod model;
pub mod quotes;
pub mod texts;

use about::{About, AboutData};

/// A word of a closed vocabulary; a saved report reads back owned ones.
pub type Word = Cow<'static, str>;

/// The document of `--format json`.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    pub schema_version: Word,
    pub tool: Tool,
    pub models: Vec<Model>,
    /// Names that formats of other communities use; no part of the JSON.
    #[serde(skip)]
    pub names: BTreeMap<ComponentId, ComponentName>,
    /// Only verified and attested evidence counted.
    #[serde(default)]
    pub strict: bool,
    /// The time of `SOURCE_DATE_EPOCH`, RFC 3339 UTC; `None` where it is not set.
    #[serde(default)]
    pub generated: Option<String>,
    /// What a machine holds, rather than models that somebody asked about: the table answers what may be shipped.
    #[serde(skip)]
    pub inventory: bool,
    /// What is reported on, where it is a project.
    #[serde(default)]
    pub subject: Option<String>,
    /// What a policy found, where one was applied.
    #[serde(default)]
    pub policy: Option<PolicyOut>,
    /// Every license that is named anywhere in the report, by its SPDX id or `LicenseRef-…`.
    #[serde(default)]
    pub licenses: BTreeMap<String, texts::LicenseOut>,
    /// Terms that these licenses have.
    #[serde(default)]
    pub terms: BTreeMap<String, texts::TermOut>,
    /// License and notice texts, by `sha256:…` of the file.
    #[serde(default)]
    pub texts: BTreeMap<String, String>,
}

/// What the Model Openness Framework calls a component.
#[derive(Debug, Clone, Default)]
pub struct ComponentName {
    pub name: String,
    pub description: String,
}

/// What a policy found.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PolicyOut {
    /// The file that it stands in.
    pub path: String,
    pub violations: Vec<Violation>,
}

/// A model that a policy does not permit.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Violation {
    /// The model, as `Model::target`.
    pub target: String,
    pub rule: String,
    pub severity: Severity,
    pub message: String,
    #[serde(default)]
    pub places: Vec<Place>,
}

/// A line of the project.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub path: String,
    pub line: Option<u32>,
    pub column: Option<u32>,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tool {
    pub name: Word,
    pub version: Word,
    pub rules_digest: String,
}

impl Tool {
    /// This version, with these rules.
    pub fn of(rules: &Rules) -> Tool {
        Tool { name: "trulyopen".into(), version: env!("CARGO_PKG_VERSION").into(), rules_digest: format!("sha256:{}", rules.digest) }
    }
}

impl Report {
    /// A report on some models.
    pub fn new(rules: &Rules, mut models: Vec<Model>) -> Report {
        let described = crate::mof::mof_rule(rules).map(|r| &r.descriptions);
        let name = |c: &crate::rules::schema::ComponentRule| ComponentName {
            name: c.name.clone(),
            description: described.and_then(|d| d.get(c.id.get_ref())).cloned().unwrap_or_default(),
        };
        let texts::Appendix { licenses, terms, texts } = texts::appendix(rules, &mut models);
        Report {
            names: rules.components.values().map(|c| (*c.id.get_ref(), name(c))).collect(),
            schema_version: "1".into(),
            tool: Tool::of(rules),
            models,
            strict: false,
            inventory: false,
            generated: crate::clock::source_date(),
            subject: None,
            policy: None,
            licenses,
            terms,
            texts,
        }
    }

    /// Reads a saved report: what `--format json` prints.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Report, String> {
        let report: Report = serde_json::from_slice(bytes).map_err(|e| format!("not a saved audit: {e}"))?;
        if report.schema_version != "1" {
            return Err(format!("schema_version {} is not known", crate::text::line(&report.schema_version)));
        }
        Ok(report)
    }
}

/// One audited model.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Model {
    pub target: String,
    pub source: Source,
    pub verdict: Verdict,
    pub verdict_possible: Verdict,
    pub reasons: Vec<Reason>,
    pub pillars: BTreeMap<Pillar, PillarOut>,
    pub components: Vec<ComponentOut>,
    pub license: License,
    pub lineage: Vec<Ancestor>,
    pub datasets: Vec<Dataset>,
    pub code: Vec<Code>,
    pub evaluation: Evaluation,
    pub portability: Portability,
    /// Each framework's answer, by its id: the contract's keys, and `title`, `summary` and (where it has them) `lines`.
    pub frameworks: BTreeMap<String, serde_json::Value>,
    pub findings: Vec<FindingOut>,
    pub incomplete: Vec<Incomplete>,
    /// What record and card say besides.
    #[serde(default)]
    pub about: About,
    /// The weight files, with the digests that the hub lists.
    #[serde(default)]
    pub weights: Vec<WeightFile>,
    /// Where the project names the model, where one was scanned.
    #[serde(default)]
    pub used_in: Vec<Place>,
}

/// A weight file.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WeightFile {
    pub path: String,
    pub bytes: Option<u64>,
    /// Lower-case hex, where the hub lists it.
    pub sha256: Option<String>,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Source {
    pub hub: Word,
    pub id: String,
    pub revision: Option<String>,
    pub url: String,
    pub fetched_from: Word,
    /// Of an answer from the cache: when the host gave it (RFC 3339, UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetched_at: Option<String>,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reason {
    pub text: String,
    pub components: Vec<ComponentId>,
    /// It stands in the way for sure; otherwise an open question does.
    #[serde(default = "yes")]
    pub certain: bool,
}

/// Audits saved before reasons said so were of what is certain or began with "open question".
fn yes() -> bool {
    true
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PillarOut {
    pub status: PillarStatus,
    pub summary: String,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ComponentOut {
    pub id: ComponentId,
    pub availability: Availability,
    pub basis: Basis,
    pub summary: String,
    pub license: ComponentLicense,
    pub evidence: Vec<Evidence>,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ComponentLicense {
    pub expression: Option<String>,
    pub openness: Openness,
    pub type_appropriate: Option<bool>,
    /// Why it is this one.
    #[serde(default)]
    pub reason: String,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub url: Option<String>,
    pub path: Option<String>,
    pub lines: Option<[u32; 2]>,
    pub note: String,
    pub digest: Option<String>,
    /// The cited line as it stands in the file.
    #[serde(default)]
    pub quote: Option<String>,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct License {
    pub declared: Vec<String>,
    pub concluded: Option<String>,
    pub openness: Openness,
    pub effective: Option<String>,
    pub effective_openness: Openness,
    pub basis: Basis,
    /// Why it was concluded.
    #[serde(default)]
    pub reason: String,
    pub terms: Vec<String>,
    pub obligations: Vec<Obligation>,
    pub texts: Vec<Text>,
    pub evidence: Vec<Evidence>,
    /// For each declared value the SPDX id or `LicenseRef-…` that it names, where it is known.
    #[serde(default)]
    pub declared_ids: Vec<Option<String>>,
    /// Notice and use-policy files beside the licenses.
    #[serde(default)]
    pub notices: Vec<Text>,
    /// What may be done with the weights, by the terms of everything that binds; audits saved before have none.
    #[serde(default)]
    pub permits: Option<Permits>,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Obligation {
    pub id: String,
    pub text: String,
    pub source: String,
    /// `use`, `modify`, `distribute`, `derive` or `train-on-outputs`.
    #[serde(default)]
    pub when: Word,
    #[serde(default)]
    pub license: String,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Text {
    pub path: String,
    pub identified: String,
    pub score: f64,
    #[serde(default)]
    pub url: Option<String>,
    /// `sha256:…` of the file, under which the report has its text.
    #[serde(default)]
    pub digest: Option<String>,
    #[serde(skip)]
    pub content: Option<std::sync::Arc<str>>,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ancestor {
    pub id: String,
    pub relation: String,
    pub license: Option<String>,
    pub verdict: Verdict,
    pub of: String,
    pub evidence: Vec<Evidence>,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub revision: Option<String>,
    /// When the revision was made, as the hub says.
    #[serde(default)]
    pub modified: Option<String>,
    /// Why it could not be looked at.
    #[serde(default)]
    pub gap: Option<Word>,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Dataset {
    pub id: String,
    pub found: Option<bool>,
    pub gated: Option<bool>,
    pub license: Option<String>,
    pub role: Word,
    pub url: String,
    pub line: Option<u32>,
    #[serde(default)]
    pub about: AboutData,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Code {
    pub url: String,
    pub found: Option<bool>,
    pub license: Option<String>,
    pub training: Word,
    pub paths: Vec<String>,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Evaluation {
    pub results: Word,
    pub benchmarks: Vec<String>,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Portability {
    pub formats: Vec<String>,
    pub providers: Option<usize>,
    pub gated: Option<bool>,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FindingOut {
    pub rule: String,
    pub severity: Severity,
    pub message: String,
    pub evidence: Vec<Evidence>,
    pub help: String,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Incomplete {
    pub what: String,
    pub why: Word,
    pub detail: String,
    pub retry_after_s: Option<u64>,
}
