//! From what the gate found to the document that is rendered.

use super::project::Project;
use crate::cli::CheckArgs;
use crate::exit::Exit;
use crate::gate::subject::{Key, Origin, Subject};
use crate::gate::{self, Input, Locked, Outcome, Use, hints};
use crate::render::check::{CheckReport, DatasetOut, ModelOut, PolicyOut, RuleOut, Summary, UseOut};
use crate::report::{Dataset, Report};
use crate::scan::{Kind, Scan};
use std::collections::{BTreeMap, BTreeSet};

/// What a check came to.
pub struct Checked<'a> {
    pub outcome: Outcome,
    pub scan: &'a Scan,
    /// By name.
    pub datasets: &'a BTreeMap<String, Dataset>,
    /// Violations that the baseline knew.
    pub known: usize,
    pub exit: Exit,
}

/// Puts together what the renderers get.
pub fn report(project: &Project, args: &CheckArgs, input: &Input<'_>, checked: Checked<'_>) -> CheckReport {
    let Checked { outcome, scan, datasets, known, exit } = checked;
    let policy = &project.policy;
    let mut summary = Summary { files: scan.files, known, ..Summary::default() };
    summary.count(&outcome.violations);
    let mut places: BTreeMap<Key, Vec<UseOut>> = BTreeMap::new();
    for one in input.uses {
        if let Some(key) = one.key() {
            places.entry(key).or_default().push(use_out(one));
        }
    }
    let judged = outcome.judged.iter().filter_map(|key| Some((key, input.subjects.get(key)?)));
    let models: Vec<ModelOut> = judged.map(|(key, s)| model_out(s, places.remove(key).unwrap_or_default())).collect();
    summary.models = outcome.judged.len();
    summary.places = models.iter().map(|m| m.places.len()).sum();
    let datasets = scan.references.iter().filter(|r| r.kind == Kind::Dataset).map(|r| {
        let seen = r.target.as_ref().and_then(|name| datasets.get(name));
        DatasetOut {
            place: UseOut {
                name: r.target.clone(),
                revision: r.revision.clone(),
                file: project.place(r).file,
                line: r.location.line,
                column: r.location.column,
                role: r.role.slug(),
                via: r.via.clone(),
            },
            found: seen.and_then(|d| d.found),
            gated: seen.and_then(|d| d.gated),
            license: seen.and_then(|d| d.license.clone()),
            url: seen.map(|d| d.url.clone()),
        }
    });
    let used: BTreeSet<&str> = outcome.violations.iter().map(|v| v.rule.as_str()).collect();
    let rules = input.rules.findings.iter().filter(|(id, _)| gate::is_gate_rule(id) || used.contains(id.as_str()));
    CheckReport {
        schema_version: "1",
        tool: Report::new(input.rules, Vec::new()).tool,
        policy: PolicyOut {
            file: policy.file.clone(),
            digest: format!("sha256:{}", crate::digest::sha256(policy.text.as_bytes())),
            profile: args.profile.clone(),
            mode: if policy.inventory { "inventory" } else { "enforce" },
        },
        locked: match input.locked {
            Locked::No => "no",
            Locked::Compare(_) => "compare",
            Locked::Only(_) => "only",
        },
        baseline: args.baseline.clone(),
        exit: exit.code(),
        summary,
        accept: hints::skeletons(&outcome.violations, input),
        excluded: outcome.excluded.iter().map(use_out).collect(),
        models,
        datasets: datasets.collect(),
        rules: rules
            .map(|(id, r)| RuleOut {
                id: id.clone(),
                title: r.title.clone(),
                means: r.means.clone(),
                help: r.help.clone(),
                severity: r.severity,
                source: r.source.clone(),
            })
            .collect(),
        violations: outcome.violations,
        excused: outcome.excused,
    }
}

fn model_out(s: &Subject, places: Vec<UseOut>) -> ModelOut {
    ModelOut {
        target: s.target.clone(),
        requested: s.requested.clone(),
        hub: s.hub.clone(),
        id: s.id.clone(),
        revision: s.revision.clone(),
        url: s.url.clone(),
        verdict: s.verdict,
        verdict_possible: s.possible,
        license: s.license.clone(),
        terms: s.terms.iter().cloned().collect(),
        gated: s.gated,
        known_from: match s.origin {
            Origin::Audited => "audited",
            Origin::Beside => "beside",
            Origin::Locked => "locked",
            Origin::Hosted => "hosted",
        },
        places,
    }
}

fn use_out(u: &Use) -> UseOut {
    UseOut {
        name: u.target.clone(),
        revision: u.revision.clone(),
        file: u.place.file.clone(),
        line: u.place.line,
        column: u.place.column,
        role: u.role.slug(),
        via: u.via.clone(),
    }
}
