//! What the gate needs to know of a model, whether it was audited now, stands in the lock, or is sold
//! behind an API. Nothing here fetches.

use crate::digest::{BlobDigest, sha256};
use crate::files::Sorted;
use crate::hub::record::Gate;
use crate::policy::condition::{Results, flatten};
use crate::report::{self, Model};
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use crate::target::Target;
use crate::vocabulary::{Availability, Basis, ComponentId, Openness, Severity, Verdict};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// One model, as far as the gate is concerned.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// As the project names it.
    pub target: String,
    /// The revision that the project asks for.
    pub requested: Option<String>,
    pub hub: String,
    /// As the hub names it.
    pub id: String,
    /// The commit that was looked at.
    pub revision: Option<String>,
    pub url: String,
    pub origin: Origin,
    pub verdict: Verdict,
    pub possible: Verdict,
    /// Why not one rung higher.
    pub reasons: Vec<String>,
    /// What the first reason rests on.
    pub reason_evidence: Vec<report::Evidence>,
    /// Everything that binds, joined by AND; `None` where nothing is known to.
    pub license: Option<String>,
    pub openness: Openness,
    pub terms: BTreeSet<String>,
    pub gated: Option<bool>,
    pub components: BTreeMap<ComponentId, ComponentState>,
    pub frameworks: Results,
    pub lineage: Vec<Base>,
    pub findings: Vec<Found>,
    /// What could not be had: what, and why.
    pub incomplete: Vec<(String, String)>,
    /// Where the license was read.
    pub license_evidence: Vec<report::Evidence>,
    /// What it is for, as the hub says (`text-generation`).
    pub task: Option<String>,
    /// Bytes of the weights in their largest format.
    pub bytes: Option<u64>,
    /// Digest of names, sizes and digests of the weight files.
    pub weights: Option<String>,
    /// Digest of every document that was read.
    pub evidence: Option<String>,
}

/// Where the facts come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Audited,
    Locked,
    /// Audited beside the models of the project, as something that could be used instead.
    Beside,
    /// Behind an API: known from the rules alone.
    Hosted,
}

/// A component's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ComponentState {
    pub availability: Availability,
    pub basis: Basis,
    pub openness: Openness,
}

/// A model that this one is made from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Base {
    pub id: String,
    pub relation: String,
    pub verdict: Verdict,
}

/// A finding of its audit.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub rule: String,
    pub severity: Severity,
    pub message: String,
    pub evidence: Vec<report::Evidence>,
}

/// What an audit knows that its report does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traits {
    pub task: Option<String>,
    pub bytes: Option<u64>,
    pub weights: Option<String>,
    pub evidence: Option<String>,
}

impl Traits {
    /// Reads them off what was gathered.
    pub fn of(snapshot: &Snapshot, rules: &Rules) -> Traits {
        let Ok(record) = &snapshot.record else { return Traits::default() };
        let mut traits = Traits { task: record.pipeline_tag.clone(), ..Traits::default() };
        if let Some(files) = &record.files {
            let sorted = Sorted::new(files, rules);
            let paths: BTreeSet<&String> = sorted.weights.values().flatten().collect();
            let mut lines: Vec<String> = files
                .iter()
                .filter(|f| paths.contains(&f.path))
                .map(|f| {
                    let digest = match &f.digest {
                        Some(BlobDigest::Sha256(d)) => format!("sha256:{d}"),
                        Some(BlobDigest::GitBlob(d)) => format!("git:{d}"),
                        None => String::new(),
                    };
                    format!("{}\t{}\t{digest}\n", f.path, f.size.map(|n| n.to_string()).unwrap_or_default())
                })
                .collect();
            lines.sort();
            traits.weights = Some(format!("sha256:{}", sha256(lines.concat().as_bytes())));
            let size = |path: &String| record.file(path).and_then(|f| f.size);
            traits.bytes = sorted.weights.values().map(|paths| paths.iter().filter_map(size).sum()).max().filter(|b| *b > 0);
        }
        traits.evidence = Some(evidence_digest(snapshot));
        traits
    }
}

/// sha256 over path and digest of every document that was read. What changes on the hub without anybody
/// touching the model (downloads, likes) is not in it.
fn evidence_digest(snapshot: &Snapshot) -> String {
    fn add(out: &mut String, s: &Snapshot, depth: usize) {
        let documents = s.card.iter().chain(s.files.values().flatten());
        let repos = s.repos.iter().flat_map(|r| r.readme.iter().chain(&r.license).map(|d| (r.id.page(), d)));
        let datasets = s.datasets.iter().flat_map(|d| d.card.iter().map(|c| (d.id.clone(), c)));
        let mut lines: Vec<String> = documents
            .map(|d| (s.id.clone(), d))
            .chain(repos)
            .chain(datasets)
            .map(|(of, d)| format!("{of}\t{}\t{}\n", d.path, d.sha256))
            .collect();
        if let Ok(r) = &s.record {
            let gate = match r.gate {
                Gate::None => "none",
                Gate::Automatic => "auto",
                Gate::Manual => "manual",
                Gate::Unknown => "unknown",
            };
            lines.push(format!("{}\t{gate}\t{}\t{}\n", s.id, r.private, r.card_data));
        }
        lines.sort();
        lines.dedup();
        out.extend(lines);
        if depth > 0 {
            s.ancestors.iter().filter_map(|a| a.snapshot.as_ref().ok()).for_each(|a| add(out, a, depth - 1));
        }
    }
    let mut out = String::new();
    add(&mut out, snapshot, 4);
    format!("sha256:{}", sha256(out.as_bytes()))
}

impl Subject {
    /// An audited model.
    pub fn audited(target: &str, requested: Option<&str>, model: &Model, traits: Traits) -> Subject {
        Subject {
            target: target.to_string(),
            requested: requested.map(str::to_string),
            hub: model.source.hub.to_string(),
            id: model.source.id.clone(),
            revision: model.source.revision.clone(),
            url: model.source.url.clone(),
            origin: Origin::Audited,
            verdict: model.verdict,
            possible: model.verdict_possible,
            reasons: model.reasons.iter().map(|r| r.text.clone()).collect(),
            reason_evidence: reason_evidence(model),
            license: model.license.effective.clone(),
            openness: model.license.effective_openness,
            terms: model.license.terms.iter().cloned().collect(),
            gated: model.portability.gated,
            components: model
                .components
                .iter()
                .map(|c| (c.id, ComponentState { availability: c.availability, basis: c.basis, openness: c.license.openness }))
                .collect(),
            frameworks: flatten(&model.frameworks),
            lineage: {
                let base = |a: &report::Ancestor| Base { id: a.id.clone(), relation: a.relation.clone(), verdict: a.verdict };
                let mut bases: Vec<Base> = model.lineage.iter().map(base).collect();
                bases.sort();
                bases.dedup();
                bases
            },
            findings: model
                .findings
                .iter()
                .map(|f| Found { rule: f.rule.clone(), severity: f.severity, message: f.message.clone(), evidence: f.evidence.clone() })
                .collect(),
            incomplete: model.incomplete.iter().map(|i| (i.what.clone(), format!("{} ({})", i.detail, i.why))).collect(),
            license_evidence: model.license.evidence.clone(),
            task: traits.task,
            bytes: traits.bytes,
            weights: traits.weights,
            evidence: traits.evidence,
        }
    }

    /// A model of which nothing could be learned.
    pub fn refused(target: &str, requested: Option<&str>, why: &str) -> Subject {
        Subject {
            target: target.to_string(),
            requested: requested.map(str::to_string),
            hub: String::new(),
            id: target.to_string(),
            revision: None,
            url: String::new(),
            origin: Origin::Audited,
            verdict: Verdict::Unknown,
            possible: Verdict::OpenSourceOpenData,
            reasons: Vec::new(),
            reason_evidence: Vec::new(),
            license: None,
            openness: Openness::Unknown,
            terms: BTreeSet::new(),
            gated: None,
            components: BTreeMap::new(),
            frameworks: Results::new(),
            lineage: Vec::new(),
            findings: Vec::new(),
            incomplete: vec![(target.to_string(), why.to_string())],
            license_evidence: Vec::new(),
            task: None,
            bytes: None,
            weights: None,
            evidence: None,
        }
    }

    /// A model that is only sold behind an API.
    pub fn hosted(target: &str) -> Subject {
        Subject {
            hub: crate::hosted::HUB.into(),
            origin: Origin::Hosted,
            verdict: Verdict::Closed,
            possible: Verdict::Closed,
            reasons: vec!["it is only sold behind an API, so its weights cannot be downloaded".into()],
            openness: Openness::None,
            gated: Some(false),
            incomplete: Vec::new(),
            ..Subject::refused(target, None, "")
        }
    }

    /// Under which references and lock entries find it.
    pub fn key(&self) -> Key {
        key(&self.target, self.requested.as_deref(), self.origin == Origin::Hosted)
    }

    /// Whether nothing at all is known of it.
    pub fn is_missing(&self) -> bool {
        self.verdict == Verdict::Unknown
    }

    /// What could not be had, in a sentence.
    pub fn gaps(&self) -> String {
        const SHOWN: usize = 3;
        let mut out = String::new();
        for (what, why) in self.incomplete.iter().take(SHOWN) {
            let _ = write!(out, "{}{what}: {why}", if out.is_empty() { "" } else { "; " });
        }
        if self.incomplete.len() > SHOWN {
            let _ = write!(out, "; and {} more", self.incomplete.len() - SHOWN);
        }
        out
    }
}

/// The evidence of the components that the first reason names. Where it names the weights, the license
/// is at issue.
fn reason_evidence(model: &Model) -> Vec<report::Evidence> {
    let named = model.reasons.first().map(|r| r.components.as_slice()).unwrap_or_default();
    if named.contains(&ComponentId::ModelParametersFinal) {
        return model.license.evidence.clone();
    }
    model.components.iter().filter(|c| named.contains(&c.id)).flat_map(|c| c.evidence.clone()).collect()
}

/// Name and revision, folded so that every spelling of a model is one; and whether it is behind an API,
/// so that what is said of that never holds for weights of the same name.
pub type Key = (String, String, bool);

/// The key of a name and revision. Hubs answer to a name in any case, so a case variant is the same
/// model. A revision keeps its case: branches differ by it.
pub fn key(target: &str, requested: Option<&str>, hosted: bool) -> Key {
    let name = target.trim().strip_prefix("hf:").unwrap_or(target.trim());
    let revision = if hosted { "" } else { requested.unwrap_or_default() };
    (name.to_lowercase(), revision.to_string(), hosted)
}

/// The target of a reference, as `trulyopen audit` would take it.
///
/// # Errors
/// Why it cannot be audited, in a clause.
pub fn target_of(name: &str, requested: Option<&str>, endpoints: &crate::hosts::Endpoints) -> Result<Target, String> {
    let spelled = match requested {
        Some(revision) => format!("{name}@{revision}"),
        None => name.to_string(),
    };
    match Target::parse(&spelled, endpoints) {
        // What a file of the project names is never read from this machine's disk.
        Ok(target) if matches!(target.place, crate::target::Place::Hub { .. }) => Ok(target),
        Ok(_) => Err("a local directory is not audited by check".into()),
        Err(e) => Err(e.to_string()),
    }
}
