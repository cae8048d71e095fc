//! An audit written down: where the crate's own types become those of the report.

use super::quotes::Pages;
use super::*;
use crate::audit::{Audit, sorted};
use crate::component::Reported;
use crate::evidence;
use crate::hub::record::Gate;
use crate::inspect::Extent;
use crate::permits::permits;
use crate::snapshot::Snapshot;

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
                fetched_at: snapshot.fetched_at.and_then(crate::clock::rfc3339),
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
        .filter(|f| {
            matches!(crate::files::kind(&f.path, rules), Some(crate::rules::files::Kind::Weights | crate::rules::files::Kind::Adapter))
        })
        .take(2_000)
        .map(|f| WeightFile {
            path: f.path.clone(),
            bytes: f.size,
            sha256: match &f.digest {
                Some(crate::digest::BlobDigest::Sha256(hex)) if hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
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

impl Dataset {
    /// What was seen of a dataset.
    pub fn new(d: &crate::snapshot::DatasetSnapshot, rules: &Rules) -> Dataset {
        Dataset {
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
        }
    }
}

fn datasets(snapshot: &Snapshot, rules: &Rules) -> Vec<Dataset> {
    let mut out: Vec<Dataset> = snapshot.datasets.iter().map(|d| Dataset::new(d, rules)).collect();
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
