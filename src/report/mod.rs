//! The report: what the contract promises as JSON. The only place where the crate's own types meet
//! the wire format; these structs are frozen by `schema_version`.

use crate::audit::{Audit, sorted};
use crate::component::Reported;
use crate::evidence::{self, Snapshot};
use crate::hub::record::Gate;
use crate::inspect::Extent;
use crate::permits::{Permits, permits};
use crate::rules::Rules;
use crate::vocabulary::*;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

pub mod about;
pub mod date;
pub mod quotes;
pub mod texts;

use about::{About, AboutData};
use quotes::Pages;

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
        Tool {
            name: "trulyopen".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            rules_digest: format!("sha256:{}", rules.digest),
        }
    }
}

impl Report {
    /// A report on some models.
    pub fn new(rules: &Rules, mut models: Vec<Model>) -> Report {
        let described = crate::framework::mof_rule(rules).map(|r| &r.descriptions);
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
            generated: date::source_date(),
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

fn cites(evidence: &[evidence::Evidence], pages: &Pages<'_>) -> Vec<Evidence> {
    sorted(evidence)
        .into_iter()
        .map(|e| Evidence {
            quote: pages.quote(&e),
            url: e.url,
            path: e.path,
            lines: e.lines.map(|(a, b)| [a, b]),
            note: e.note,
            digest: e.digest,
        })
        .collect()
}

impl Model {
    /// Writes an audit down.
    pub fn new(snapshot: &Snapshot, audit: &Audit<'_>, rules: &Rules) -> Model {
        let gated = snapshot.record.as_ref().ok().and_then(|r| match r.gate {
            Gate::None => Some(r.private),
            Gate::Automatic | Gate::Manual => Some(true),
            Gate::Unknown => None,
        });
        let pages = Pages::of(snapshot);
        let cites = |evidence: &[evidence::Evidence]| cites(evidence, &pages);
        Model {
            target: snapshot.target.given.clone(),
            source: Source {
                hub: snapshot.hub.into(),
                id: snapshot.id.clone(),
                revision: snapshot.revision.clone(),
                url: snapshot.page.clone(),
                fetched_from: snapshot.fetched_from.slug().into(),
                fetched_at: snapshot.fetched_at.and_then(date::rfc3339),
            },
            verdict: audit.verdict,
            verdict_possible: audit.possible,
            reasons: audit
                .reasons
                .iter()
                .map(|r| Reason { text: r.text.clone(), components: r.components.clone(), certain: r.certain })
                .collect(),
            pillars: audit.pillars.iter().map(|(k, p)| (*k, PillarOut { status: p.status, summary: p.summary.clone() })).collect(),
            components: ComponentId::ALL
                .iter()
                .filter_map(|id| audit.components.get(id))
                .map(|c| ComponentOut {
                    id: c.id,
                    availability: c.availability,
                    basis: c.basis,
                    summary: c.summary.clone(),
                    license: ComponentLicense {
                        expression: c.license.expression.clone(),
                        openness: c.license.openness,
                        type_appropriate: c.license.type_appropriate,
                        reason: c.license.reason.clone(),
                    },
                    evidence: cites(&c.evidence),
                })
                .collect(),
            license: license(snapshot, audit, rules, &pages),
            lineage: audit
                .lineage
                .ancestors
                .iter()
                .map(|a| {
                    let gathered =
                        snapshot.ancestors.iter().filter_map(|s| s.snapshot.as_deref().ok()).find(|s| s.id.eq_ignore_ascii_case(&a.id));
                    Ancestor {
                        id: a.id.clone(),
                        relation: a.relation.clone(),
                        license: a.license.clone(),
                        verdict: a.verdict,
                        of: a.child.clone(),
                        evidence: cites(&a.evidence),
                        url: gathered.map(|s| s.page.clone()),
                        revision: gathered.and_then(|s| s.revision.clone()),
                        modified: gathered.and_then(|s| s.record.as_ref().ok()?.extra.modified.clone()),
                        gap: a.gap.as_ref().map(|g| g.slug().into()),
                    }
                })
                .collect(),
            datasets: datasets(snapshot, rules),
            code: code(snapshot, audit),
            evaluation: Evaluation {
                results: match audit.reported {
                    Reported::None => "none",
                    Reported::SelfReported => "self-reported",
                    Reported::Independent => "independent",
                }
                .into(),
                benchmarks: audit.benchmarks.clone(),
            },
            portability: Portability {
                formats: audit.formats.clone(),
                providers: snapshot.record.as_ref().ok().and_then(|r| r.providers),
                gated,
            },
            frameworks: crate::framework::wire::frameworks(&audit.frameworks, rules),
            findings: audit
                .findings
                .iter()
                .map(|f| FindingOut {
                    rule: f.rule.clone(),
                    severity: f.severity,
                    message: f.message.clone(),
                    evidence: cites(&f.evidence),
                    help: f.help.clone(),
                })
                .collect(),
            incomplete: audit
                .incomplete
                .iter()
                .map(|m| Incomplete { what: m.what.clone(), why: m.why.into(), detail: m.words.clone(), retry_after_s: m.retry_after_s })
                .collect(),
            about: about::of_model(snapshot, rules),
            weights: weights(snapshot, rules),
            used_in: Vec::new(),
        }
    }
}

/// Weight files by name, with size and digest where the hub lists them.
fn weights(snapshot: &Snapshot, rules: &Rules) -> Vec<WeightFile> {
    let files = snapshot.record.as_ref().ok().and_then(|r| r.files.as_deref()).unwrap_or_default();
    let mut out: Vec<WeightFile> = files
        .iter()
        .filter(|f| matches!(crate::files::kind(&f.path, rules), Some(crate::files::Kind::Weights | crate::files::Kind::Adapter)))
        .take(2_000)
        .map(|f| WeightFile {
            path: f.path.clone(),
            bytes: f.size,
            sha256: match &f.digest {
                Some(crate::net::BlobDigest::Sha256(hex)) if hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
                    Some(hex.to_ascii_lowercase())
                }
                _ => None,
            },
        })
        .collect();
    out.sort_by(|a, b| a.path.cmp(&b.path));
    out
}

fn license(snapshot: &Snapshot, audit: &Audit<'_>, rules: &Rules, pages: &Pages<'_>) -> License {
    let mut terms: Vec<String> = Vec::new();
    let mut obligations: BTreeMap<(String, String), Obligation> = BTreeMap::new();
    for known in audit.lineage.parts.iter().filter_map(|p| p.known) {
        terms.extend(known.terms().map(str::to_string));
        for o in known.obligations() {
            let id = format!("{}/{}", known.id(), o.id);
            let obligation = Obligation {
                id,
                text: o.text.clone(),
                source: known.source(),
                when: o.when.slug().into(),
                license: known.id().to_string(),
            };
            obligations.insert((known.id().to_string(), o.id.clone()), obligation);
        }
    }
    terms.sort();
    terms.dedup();
    License {
        declared: audit.terms.declared.clone(),
        concluded: audit.terms.expression(),
        openness: audit.terms.openness,
        effective: audit.lineage.expression(),
        effective_openness: audit.lineage.openness,
        basis: audit.terms.basis,
        reason: audit.terms.reason.clone(),
        terms,
        obligations: obligations.into_values().collect(),
        texts: audit
            .terms
            .texts
            .iter()
            .map(|t| texts::of_file(snapshot, &t.path, t.identified.clone(), (t.score * 1000.0).round() / 1000.0))
            .collect(),
        evidence: cites(&audit.terms.evidence, pages),
        declared_ids: audit.terms.declared.iter().map(|d| crate::license::find(rules, d).map(|k| k.id().to_string())).collect(),
        notices: texts::notices(snapshot, rules),
        permits: Some(permits(&audit.lineage, snapshot.record.as_ref().err(), rules)),
    }
}

fn datasets(snapshot: &Snapshot, rules: &Rules) -> Vec<Dataset> {
    let mut out: Vec<Dataset> = snapshot
        .datasets
        .iter()
        .map(|d| Dataset {
            id: d.id.clone(),
            found: match &d.record {
                Ok(_) => Some(true),
                Err(crate::net::Gap::MissingOrPrivate | crate::net::Gap::NotFound) => Some(false),
                Err(_) => None,
            },
            gated: d.record.as_ref().ok().map(|r| !matches!(r.gate, Gate::None) || r.private),
            license: crate::component::license_of_dataset(d, rules).expression,
            role: d.role.slug().into(),
            url: d.page.clone(),
            line: d.mention.line,
            about: about::of_dataset(d, rules),
        })
        .collect();
    out.sort_by(|a, b| a.id.cmp(&b.id));
    out
}

fn code(snapshot: &Snapshot, audit: &Audit<'_>) -> Vec<Code> {
    let mut out: Vec<Code> = snapshot
        .repos
        .iter()
        .zip(&audit.inspections)
        .map(|(repo, inspection)| Code {
            url: repo.id.page(),
            found: match &repo.tree {
                Ok(_) => Some(true),
                Err(crate::net::Gap::MissingOrPrivate | crate::net::Gap::NotFound) => Some(false),
                Err(_) => None,
            },
            license: repo.record.as_ref().ok().and_then(|r| r.spdx_id.clone()),
            training: inspection.as_ref().map_or(Extent::Unknown, |i| i.training.extent).slug().into(),
            paths: inspection.as_ref().map(|i| i.training.paths.clone()).unwrap_or_default(),
        })
        .collect();
    out.sort_by(|a, b| a.url.cmp(&b.url));
    out
}
