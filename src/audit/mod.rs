//! One model judged: a pure function of what was gathered and the rules, so that the same evidence
//! gives the same answer. Everything that is printed is read off an [`Audit`].

pub mod alone;
pub mod overlay;
mod pillars;

use crate::card::Card;
use crate::card::topics::{self, Said};
use crate::component::{self, Components, Context, Reported};
use crate::evidence::Evidence;
use crate::files::Sorted;
use crate::finding::{self, Finding};
use crate::framework::{self, Evaluations};
use crate::hub::record::Gate;
use crate::inspect::Inspection;
use crate::lineage::{self, Base, Lineage};
use crate::mof::Statuses;
use crate::net::Gap;
use crate::requirement::{Attested, Facts};
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use crate::terms::Terms;
use crate::text::contains_phrase;
use crate::verdict::{self, Reason, Standing};
use crate::vocabulary::{Basis, Pillar, PillarStatus, Tri, Verdict};
use crate::{license, mirror, text};
use std::collections::BTreeMap;

/// How to judge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Only verified or attested evidence counts.
    pub strict: bool,
    /// How the Model Openness Framework is evaluated: by its letter, or as the tool does it.
    pub mof: crate::mof::Mode,
    /// Frameworks are left out: nothing but the verdict, and what it rests on, is asked for.
    pub verdict_only: bool,
}

/// One of the four questions, answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PillarAnswer {
    pub status: PillarStatus,
    pub summary: String,
}

/// Something that could not be had.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    pub what: String,
    pub why: &'static str,
    pub words: String,
    pub retry_after_s: Option<u64>,
}

/// A judged model.
#[derive(Debug, Clone)]
pub struct Audit<'r> {
    pub verdict: Verdict,
    pub possible: Verdict,
    pub reasons: Vec<Reason>,
    pub pillars: BTreeMap<Pillar, PillarAnswer>,
    pub components: Components,
    pub terms: Terms<'r>,
    pub lineage: Lineage<'r>,
    pub inspections: Vec<Result<Inspection, Gap>>,
    pub reported: Reported,
    pub benchmarks: Vec<String>,
    pub formats: Vec<String>,
    pub frameworks: Evaluations,
    pub findings: Vec<Finding>,
    pub incomplete: Vec<Missing>,
}

/// Judges a model.
pub fn judge<'r>(snapshot: &Snapshot, rules: &'r Rules, options: &Options) -> Audit<'r> {
    let mut findings = Vec::new();
    let reviews = overlay::current(snapshot, rules, &mut findings);
    let mut terms = crate::terms::conclude(snapshot, rules, &mut findings);
    overlay::terms(&mut terms, &reviews, snapshot, rules, &mut findings);
    let bases = snapshot.ancestors.iter().map(|a| a.snapshot.as_deref().ok().map(|gathered| base(gathered, rules, options))).collect();
    let lineage = lineage::trace(snapshot, &terms, bases, rules, &mut findings);
    mirror::compare(snapshot, rules, &mut findings);
    let cx = Context::new(snapshot, rules, &terms);
    let mut components = component::assess(&cx, &mut findings);
    let formats = cx.files.as_ref().map(formats).unwrap_or_default();
    lineage::inherit(&mut components, &lineage, &snapshot.id, rules);
    overlay::components(&mut components, &reviews, snapshot, rules, &mut findings);
    let answers = overlay::answers(&reviews, rules, &mut findings);
    let judgement = Judgement {
        snapshot: Some(snapshot),
        access: access(snapshot),
        no_record: snapshot.record.as_ref().err(),
        declared: None,
        answers: &answers,
    };
    let inspections = cx.inspections;
    let audit = Audit::of(components, terms, lineage, &judgement, rules, options);
    let (reported, benchmarks, _) = component::evaluation_summary(snapshot, rules);
    if let Some(f) = openwashing(snapshot, rules, audit.verdict, &audit.reasons) {
        findings.push(f);
    }
    if let Ok(record) = &snapshot.record
        && let crate::target::Place::Hub { id, .. } = &snapshot.target.place
        && !record.id.eq_ignore_ascii_case(id)
        && snapshot.hub != crate::hub::local::NAME
    {
        findings.push(Finding::new(rules, "name/moved", format!("{id} is now {}", record.id), vec![snapshot.record_cite.clone()]));
    }
    if let Some(other) = &snapshot.other {
        let message = format!("{} is a {}, not a model", snapshot.id, other.kind);
        let cite = Evidence::page(other.page.clone(), format!("the hub has a {} of this name", other.kind));
        findings.push(Finding::new(rules, "name/other-kind", message, vec![cite]));
    }
    let incomplete = incomplete(snapshot, rules);
    for missing in incomplete.iter().filter(|m| m.why == Gap::DigestMismatch.slug()) {
        findings.push(Finding::new(rules, "evidence/digest-mismatch", missing.what.clone(), vec![snapshot.record_cite.clone()]));
    }
    finding::sort(&mut findings);
    Audit { inspections, reported, benchmarks, formats, findings, incomplete, ..audit }
}

/// What a model comes to of which the audited one is made.
fn base(gathered: &Snapshot, rules: &Rules, options: &Options) -> Base {
    let audit = judge(gathered, rules, options);
    Base {
        license: audit.terms.expression(),
        openness: audit.terms.openness,
        verdict: audit.verdict,
        possible: audit.possible,
        components: audit.components,
    }
}

impl<'r> Audit<'r> {
    /// What components, terms and lineage come to; findings and what only a record can tell are added by
    /// the caller.
    pub fn of(
        components: Components,
        terms: Terms<'r>,
        lineage: Lineage<'r>,
        judgement: &Judgement<'_>,
        rules: &Rules,
        options: &Options,
    ) -> Audit<'r> {
        let (standing, frameworks, pillars) = conclude(&components, &lineage, judgement, rules, options);
        Audit {
            verdict: standing.verdict,
            possible: standing.possible,
            reasons: standing.reasons,
            pillars,
            components,
            terms,
            lineage,
            inspections: Vec::new(),
            reported: Reported::None,
            benchmarks: Vec::new(),
            formats: Vec::new(),
            frameworks,
            findings: Vec::new(),
            incomplete: Vec::new(),
        }
    }
}

/// What a verdict rests on besides components and lineage.
pub struct Judgement<'a> {
    pub snapshot: Option<&'a Snapshot>,
    /// Whether anyone gets the weights; why not.
    pub access: (Tri, String),
    pub no_record: Option<&'a Gap>,
    /// Statuses that a file of the Model Openness Tool states, where it is judged alone.
    pub declared: Option<&'a Statuses>,
    /// What reviewers answered.
    pub answers: &'a BTreeMap<String, Attested>,
}

/// Frameworks, verdict and pillars, from components and lineage.
pub fn conclude(
    components: &Components,
    lineage: &Lineage<'_>,
    judgement: &Judgement<'_>,
    rules: &Rules,
    options: &Options,
) -> (Standing, Evaluations, BTreeMap<Pillar, PillarAnswer>) {
    let facts = Facts {
        rules,
        components,
        lineage,
        snapshot: judgement.snapshot,
        access: judgement.access.clone(),
        least: if options.strict { Basis::Verified } else { Basis::Linked },
        no_record: judgement.no_record,
        answers: judgement.answers,
    };
    let frameworks = if options.verdict_only { Vec::new() } else { framework::evaluate(&facts, options.mof, judgement.declared) };
    let standing = verdict::stand(&facts, rules);
    (standing, frameworks, pillars::answer(components, lineage, judgement, rules))
}

fn formats(sorted: &Sorted) -> Vec<String> {
    sorted.weights.keys().cloned().collect()
}

/// Whether anyone gets the weights without asking a person.
fn access(snapshot: &Snapshot) -> (Tri, String) {
    match snapshot.record.as_ref().map(|r| (r.private, r.gate)) {
        Ok((true, _)) => (Tri::NotMet, "access: the repository is private".into()),
        Ok((_, Gate::Manual)) => (Tri::NotMet, "access: the owner lets people in one by one".into()),
        Ok((_, Gate::None | Gate::Automatic)) => (Tri::Met, String::new()),
        Ok((_, Gate::Unknown)) => (Tri::Unknown, "access: the record does not say who gets it".into()),
        Err(_) => (Tri::Unknown, "access: not known".into()),
    }
}

/// The first sentence of a card that says "open source" of the model itself.
pub fn open_source_claim(card: &Card, rules: &Rules) -> Option<Said> {
    let not_own = rules.phrase_list("claim-not-own");
    topics::said(card, rules, "open-source-claim", |t| !matches!(t, Some("citation" | "evaluation" | "training-data")))
        .into_iter()
        .find(|s| !not_own.iter().any(|p| contains_phrase(&text::words(&s.sentence), p)))
}

/// "Open source" said of the model itself, while it is not.
fn openwashing(snapshot: &Snapshot, rules: &Rules, verdict: Verdict, reasons: &[Reason]) -> Option<Finding> {
    if verdict >= Verdict::OpenSource || verdict == Verdict::Unknown {
        return None;
    }
    let card = snapshot.parsed.as_ref()?;
    let said = open_source_claim(card, rules)?;
    let because = reasons.first().map_or(String::new(), |r| format!("; {}", r.text));
    let cite = snapshot.card.as_ref().ok()?.cite(Some(said.line), text::cut(&said.sentence, 240));
    Some(Finding::new(
        rules,
        "claim/openwashing",
        format!("\"{}\" while it is {verdict}{because}", text::cut(&said.sentence, 120)),
        vec![cite],
    ))
}

/// Everything that could not be had. What the hub said is not there is no gap; neither is what was
/// left out because nothing depends on it.
fn incomplete(snapshot: &Snapshot, rules: &Rules) -> Vec<Missing> {
    let mut out = Vec::new();
    let mut add = |what: String, gap: &Gap| {
        out.push(Missing { what, why: gap.slug(), words: gap.words(), retry_after_s: gap.retry_after_s() });
    };
    let is_gap = |gap: &Gap| !gap.is_absence() && !crate::hub::local::is_by_nature(gap);
    if let Err(gap) = &snapshot.record {
        add(format!("{}:{}", snapshot.hub, snapshot.id), gap);
        return out;
    }
    // Where a part of the record could not be had, it is named below.
    if snapshot.record.as_ref().is_ok_and(|r| r.files.is_none() && r.extra.gaps.is_empty()) {
        add(format!("{}:{} (file list)", snapshot.hub, snapshot.id), &Gap::Malformed("no usable file list".into()));
    }
    // Where no model of the hub has a card, that is no gap of this one.
    if let Some(gap) = snapshot.card.as_ref().err().filter(|g| is_gap(g) && !crate::hub::is_without_cards(g)) {
        add(format!("{}/README.md", snapshot.id), gap);
    }
    for (path, file) in &snapshot.files {
        if let Some(gap) = file.as_ref().err().filter(|g| is_gap(g)) {
            add(format!("{}/{path}", snapshot.id), gap);
        }
    }
    for dataset in snapshot.datasets.iter().filter(|d| !d.elsewhere) {
        // "Missing or private" is an answer about a dataset that others name.
        if let Some(gap) = dataset.record.as_ref().err().filter(|g| is_gap(g) && **g != Gap::MissingOrPrivate) {
            add(format!("dataset:{}", dataset.id), gap);
        } else if let Some(gap) = dataset.record.as_ref().ok().and(dataset.card.as_ref().err()).filter(|g| is_gap(g)) {
            add(format!("dataset:{}/README.md", dataset.id), gap);
        }
    }
    // The repository that the model itself is kept in is told of above.
    for repo in snapshot.repos.iter().chain(&snapshot.data_repo).filter(|r| !r.mention.declared) {
        if let Some(gap) = repo.tree.as_ref().err().or(repo.record.as_ref().err()).filter(|g| is_gap(g) && **g != Gap::MissingOrPrivate) {
            add(format!("github:{}", repo.id), gap);
        } else if repo.tree.is_ok() {
            for (name, file) in [("LICENSE", &repo.license), ("README.md", &repo.readme)] {
                if let Some(gap) = file.as_ref().err().filter(|g| is_gap(g)) {
                    add(format!("github:{}/{name}", repo.id), gap);
                }
            }
        }
    }
    for ancestor in &snapshot.ancestors {
        match &ancestor.snapshot {
            Err(Gap::NotFetched(why)) if why == crate::snapshot::CYCLE => {}
            // The base is gone or hidden, and its terms are known all the same.
            Err(Gap::MissingOrPrivate) if license::of_base(rules, &ancestor.id).is_some() => {}
            Err(gap) => add(format!("base:{}", ancestor.id), gap),
            Ok(base) => {
                let card = base.card.as_ref().err().map(|gap| ("README.md", gap));
                let files = base.files.iter().filter_map(|(path, file)| Some((path.as_str(), file.as_ref().err()?)));
                for (path, gap) in card.into_iter().chain(files).filter(|(_, g)| is_gap(g)) {
                    add(format!("base:{}/{path}", ancestor.id), gap);
                }
            }
        }
    }
    for (what, gap) in &snapshot.skipped {
        add(what.clone(), gap);
    }
    out.sort();
    out.dedup();
    out
}

/// Evidence of a component or finding, in a fixed order.
pub fn sorted(evidence: &[Evidence]) -> Vec<Evidence> {
    let mut out = evidence.to_vec();
    out.sort();
    out.dedup();
    out
}
