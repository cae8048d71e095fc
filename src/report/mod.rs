//! The report: what the contract promises as JSON. The only place where the crate's own types meet
//! the wire format; these structs are frozen by `schema_version`.

use crate::audit::{Audit, sorted};
use crate::component::Reported;
use crate::evidence::{self, Snapshot};
use crate::hub::record::Gate;
use crate::inspect::Extent;
use crate::rules::Rules;
use crate::vocabulary::*;
use serde::Serialize;
use std::collections::BTreeMap;

/// The document of `--format json`.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub schema_version: &'static str,
    pub tool: Tool,
    pub models: Vec<Model>,
    /// Names that formats of other communities use; no part of the JSON.
    #[serde(skip)]
    pub names: BTreeMap<ComponentId, ComponentName>,
}

/// What the Model Openness Framework calls a component.
#[derive(Debug, Clone, Default)]
pub struct ComponentName {
    pub name: String,
    pub description: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Tool {
    pub name: &'static str,
    pub version: &'static str,
    pub rules_digest: String,
}

impl Report {
    /// A report on some models.
    pub fn new(rules: &Rules, models: Vec<Model>) -> Report {
        let described = crate::framework::mof_rule(rules).map(|r| &r.descriptions);
        let name = |c: &crate::rules::schema::ComponentRule| ComponentName {
            name: c.name.clone(),
            description: described.and_then(|d| d.get(c.id.get_ref())).cloned().unwrap_or_default(),
        };
        Report {
            names: rules.components.values().map(|c| (*c.id.get_ref(), name(c))).collect(),
            schema_version: "1",
            tool: Tool { name: "trulyopen", version: env!("CARGO_PKG_VERSION"), rules_digest: format!("sha256:{}", rules.digest) },
            models,
        }
    }
}

/// One audited model.
#[derive(Debug, Clone, Serialize)]
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
}

#[derive(Debug, Clone, Serialize)]
pub struct Source {
    pub hub: &'static str,
    pub id: String,
    pub revision: Option<String>,
    pub url: String,
    pub fetched_from: &'static str,
}

#[derive(Debug, Clone, Serialize)]
pub struct Reason {
    pub text: String,
    pub components: Vec<ComponentId>,
    /// It stands in the way for sure; otherwise an open question does.
    pub certain: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct PillarOut {
    pub status: PillarStatus,
    pub summary: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct ComponentOut {
    pub id: ComponentId,
    pub availability: Availability,
    pub basis: Basis,
    pub summary: String,
    pub license: ComponentLicense,
    pub evidence: Vec<Evidence>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ComponentLicense {
    pub expression: Option<String>,
    pub openness: Openness,
    pub type_appropriate: Option<bool>,
    /// Why it is this one.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    pub url: Option<String>,
    pub path: Option<String>,
    pub lines: Option<[u32; 2]>,
    pub note: String,
    pub digest: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct License {
    pub declared: Vec<String>,
    pub concluded: Option<String>,
    pub openness: Openness,
    pub effective: Option<String>,
    pub effective_openness: Openness,
    pub basis: Basis,
    /// Why it was concluded.
    pub reason: String,
    pub terms: Vec<String>,
    pub obligations: Vec<Obligation>,
    pub texts: Vec<Text>,
    pub evidence: Vec<Evidence>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Obligation {
    pub id: String,
    pub text: String,
    pub source: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Text {
    pub path: String,
    pub identified: String,
    pub score: f64,
}

#[derive(Debug, Clone, Serialize)]
pub struct Ancestor {
    pub id: String,
    pub relation: String,
    pub license: Option<String>,
    pub verdict: Verdict,
    pub of: String,
    pub evidence: Vec<Evidence>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Dataset {
    pub id: String,
    pub found: Option<bool>,
    pub gated: Option<bool>,
    pub license: Option<String>,
    pub role: &'static str,
    pub url: String,
    pub line: Option<u32>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Code {
    pub url: String,
    pub found: Option<bool>,
    pub license: Option<String>,
    pub training: &'static str,
    pub paths: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Evaluation {
    pub results: &'static str,
    pub benchmarks: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Portability {
    pub formats: Vec<String>,
    pub providers: Option<usize>,
    pub gated: Option<bool>,
}

#[derive(Debug, Clone, Serialize)]
pub struct FindingOut {
    pub rule: String,
    pub severity: Severity,
    pub message: String,
    pub evidence: Vec<Evidence>,
    pub help: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Incomplete {
    pub what: String,
    pub why: &'static str,
    pub detail: String,
    pub retry_after_s: Option<u64>,
}

fn cites(evidence: &[evidence::Evidence]) -> Vec<Evidence> {
    sorted(evidence)
        .into_iter()
        .map(|e| Evidence { url: e.url, path: e.path, lines: e.lines.map(|(a, b)| [a, b]), note: e.note, digest: e.digest })
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
        Model {
            target: snapshot.target.given.clone(),
            source: Source {
                hub: snapshot.hub,
                id: snapshot.id.clone(),
                revision: snapshot.revision.clone(),
                url: snapshot.page.clone(),
                fetched_from: snapshot.fetched_from.slug(),
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
            license: license(audit),
            lineage: audit
                .lineage
                .ancestors
                .iter()
                .map(|a| Ancestor {
                    id: a.id.clone(),
                    relation: a.relation.clone(),
                    license: a.license.clone(),
                    verdict: a.verdict,
                    of: a.child.clone(),
                    evidence: cites(&a.evidence),
                })
                .collect(),
            datasets: datasets(snapshot, rules),
            code: code(snapshot, audit),
            evaluation: Evaluation {
                results: match audit.reported {
                    Reported::None => "none",
                    Reported::SelfReported => "self-reported",
                    Reported::Independent => "independent",
                },
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
                .map(|m| Incomplete { what: m.what.clone(), why: m.why, detail: m.words.clone(), retry_after_s: m.retry_after_s })
                .collect(),
        }
    }
}

fn license(audit: &Audit<'_>) -> License {
    let mut terms: Vec<String> = Vec::new();
    let mut obligations: BTreeMap<(String, String), Obligation> = BTreeMap::new();
    for known in audit.lineage.parts.iter().filter_map(|p| p.known) {
        terms.extend(known.terms().map(str::to_string));
        for o in known.obligations() {
            let id = format!("{}/{}", known.id(), o.id);
            obligations.insert((known.id().to_string(), o.id.clone()), Obligation { id, text: o.text.clone(), source: known.source() });
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
            .map(|t| Text { path: t.path.clone(), identified: t.identified.clone(), score: (t.score * 1000.0).round() / 1000.0 })
            .collect(),
        evidence: cites(&audit.terms.evidence),
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
            role: d.role.slug(),
            url: d.page.clone(),
            line: d.mention.line,
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
            training: inspection.as_ref().map_or(Extent::Unknown, |i| i.training.extent).slug(),
            paths: inspection.as_ref().map(|i| i.training.paths.clone()).unwrap_or_default(),
        })
        .collect();
    out.sort_by(|a, b| a.url.cmp(&b.url));
    out
}
