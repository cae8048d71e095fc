//! Rules on licenses across a lineage: what a model's own statements leave out of what its bases, its
//! training data and the makers of them ask for. Which are asked, of which relations and terms, is data
//! (`rules/lineage.toml`); this is how each kind of question is answered.
//!
//! A check speaks only where both sides are known. "Contradicts the stated terms" is what it shows; what
//! follows from that is for a lawyer.

use super::mention_cite;
use crate::card::BlockKind;
use crate::card::topics::{sentences, topic_of};
use crate::component::license_of_dataset;
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::rules::Rules;
use crate::rules::files::Kind;
use crate::rules::licenses::{Known, When};
use crate::rules::lineage::{CheckKind, LineageCheck};
use crate::snapshot::{Ancestor, Role, Snapshot};
use crate::terms::{Part, Terms};
use crate::text::contains_phrase;
use crate::vocabulary::Openness;
use crate::{files, license, text};

/// A base model whose terms bind, with what they are.
pub(super) struct Bound<'a, 'r> {
    pub ancestor: &'a Ancestor,
    pub relation: String,
    pub parts: Vec<Part<'r>>,
}

/// All checks, in the order of the rules. Of several on the same base that ask the same kind of question
/// the first one that applies speaks.
pub(super) fn run(snapshot: &Snapshot, own: &Terms<'_>, bound: &[Bound<'_, '_>], rules: &Rules, findings: &mut Vec<Finding>) {
    let mut spoken: Vec<(CheckKind, &str)> = Vec::new();
    let mut said: Vec<(String, String)> = Vec::new();
    for check in &rules.lineage_checks {
        let mut say = |message: String, evidence: Vec<Evidence>| {
            // Two bases under one license ask for the same thing once.
            let key = (check.finding.clone(), message.clone());
            if !said.contains(&key) {
                said.push(key);
                findings.push(Finding::new(rules, &check.finding, message, evidence));
            }
        };
        match check.when {
            CheckKind::SeveralBases => {
                if let Some(message) = clash(check, snapshot, bound) {
                    let evidence = bound.iter().flat_map(|b| mention_cite(snapshot, b.ancestor)).collect();
                    say(message, evidence);
                }
            }
            CheckKind::TrainingData => {
                if let Some(message) = data_terms(check, snapshot, own, rules) {
                    say(message, own.evidence.clone());
                }
            }
            CheckKind::DataShipped => {
                if let Some((message, path)) = data_shipped(check, snapshot, own, rules) {
                    say(message, vec![Evidence { path: Some(path), ..snapshot.record_cite.clone() }]);
                }
            }
            CheckKind::Outputs => {
                if let Some((message, evidence)) = outputs(snapshot, rules) {
                    say(message, evidence);
                }
            }
            _ => {
                for base in bound.iter().filter(|b| applies(check, snapshot, b)) {
                    if spoken.contains(&(check.when, base.ancestor.id.as_str())) {
                        continue;
                    }
                    if let Some(message) = of_base(check, snapshot, own, base, rules) {
                        spoken.push((check.when, &base.ancestor.id));
                        say(message, mention_cite(snapshot, base.ancestor));
                    }
                }
            }
        }
    }
}

fn applies(check: &LineageCheck, snapshot: &Snapshot, base: &Bound<'_, '_>) -> bool {
    let relation = check.relations.is_empty() || check.relations.contains(&base.relation);
    let terms = check.base_terms.is_empty() || has_any(&base.parts, &check.base_terms);
    let passes_on = !check.flows_down || has_any(&base.parts, &["flow-down".to_string()]);
    relation && terms && passes_on && (!check.direct || base.ancestor.child == snapshot.id)
}

fn has_any(parts: &[Part<'_>], terms: &[String]) -> bool {
    known(parts).any(|k| k.terms().any(|t| terms.iter().any(|w| w == t)))
}

fn known<'p, 'r>(parts: &'p [Part<'r>]) -> impl Iterator<Item = Known<'r>> + 'p {
    parts.iter().filter_map(|p| p.known).filter(|k| !k.is_ambiguous())
}

fn names(parts: &[Part<'_>]) -> String {
    text::list(&parts.iter().map(|p| p.id.clone()).collect::<Vec<_>>())
}

/// A question about one base: the message, where the check applies.
fn of_base(check: &LineageCheck, snapshot: &Snapshot, own: &Terms<'_>, base: &Bound<'_, '_>, rules: &Rules) -> Option<String> {
    let id = &base.ancestor.id;
    let shared = own.parts.iter().any(|p| base.parts.iter().any(|b| b.id == p.id));
    let theirs = names(&base.parts);
    match check.when {
        CheckKind::OtherLicense => {
            let both_known = known(&own.parts).next().is_some() && known(&base.parts).next().is_some();
            // An open tag on restricted weights has a finding of its own.
            let dropped = own.openness == Openness::Open && base.parts.iter().any(|p| p.openness == Openness::Restricted);
            (both_known && !shared && !dropped)
                .then(|| format!("{}, while {id}, of which it is a copy, is under {theirs}", names(&own.parts)))
        }
        CheckKind::LacksTerms => {
            let restricted = own.openness == Openness::Restricted && known(&own.parts).next().is_some();
            let lost: Vec<String> = check
                .base_terms
                .iter()
                .filter(|t| has_any(&base.parts, &[(*t).clone()]) && !has_any(&own.parts, &[(*t).clone()]))
                .cloned()
                .collect();
            (restricted && !shared && !lost.is_empty())
                .then(|| format!("{} says nothing of {}, which {id} is under ({theirs})", names(&own.parts), text::list(&lost)))
        }
        CheckKind::OtherVersion => {
            let sibling = known(&own.parts).find_map(|o| {
                let theirs = known(&base.parts).find(|b| b.family() == o.family() && b.family().is_some() && b.version() != o.version())?;
                Some((o, theirs))
            });
            sibling.filter(|_| !shared).map(|(o, b)| format!("{}, while {id} is under {}", o.name(), b.name()))
        }
        CheckKind::NoLicense => {
            let nothing = own.parts.is_empty() && own.declared.iter().all(|d| !license::names_something(d));
            (nothing && own.gap.is_none() && known(&base.parts).next().is_some())
                .then(|| format!("{id} is under {theirs}, and this model names no license"))
        }
        CheckKind::NamePrefix => {
            let name = text::words(snapshot.id.rsplit('/').next().unwrap_or_default());
            let asked = quoted(base, |o| o.id == "name-prefix");
            let has = |prefix: &String| {
                let prefix = text::words(prefix);
                // "Llama-3.1" and "Llama3.1" begin alike; the maker's own name may stand before.
                let bare = |s: &str| s.replace(' ', "");
                let name = bare(&name);
                name.starts_with(&bare(&prefix)) || name.starts_with(&format!("meta{}", bare(&prefix)))
            };
            (!asked.is_empty() && !asked.iter().any(has))
                .then(|| format!("{theirs} asks for a name that begins with \"{}\"", asked.first().map_or("", String::as_str)))
        }
        CheckKind::Display => {
            let asked = quoted(base, |o| o.id.starts_with("display") && matches!(o.when, When::Distribute | When::Derive));
            let card = snapshot.parsed.as_ref()?;
            let shown = |phrase: &String| {
                let phrase = text::words(phrase);
                let in_card = card.blocks.iter().map(|b| &b.folded).chain(card.sections.iter().map(|s| &s.heading));
                in_card.into_iter().any(|t| contains_phrase(t, &phrase))
                    || snapshot.files.values().flatten().any(|f| contains_phrase(&text::words(&String::from_utf8_lossy(&f.bytes)), &phrase))
            };
            (!asked.is_empty() && !asked.iter().any(shown))
                .then(|| format!("{theirs} asks to show \"{}\"; neither card nor files do", asked.join("\" or \"")))
        }
        CheckKind::Notice => {
            let files = snapshot.record.as_ref().ok()?.files.as_ref()?;
            let kept = files.iter().any(|f| matches!(files::kind(&f.path, rules), Some(Kind::License | Kind::Notice)));
            (!kept).then(|| format!("{theirs} asks for a copy of it, and there is no license or notice file"))
        }
        CheckKind::Redistributed => {
            Some(format!("{theirs} does not allow to pass {id} on, and this repository holds what was made from it"))
        }
        CheckKind::SeveralBases | CheckKind::TrainingData | CheckKind::DataShipped | CheckKind::Outputs => None,
    }
}

/// What stands in quotes in a license's duties.
fn quoted(base: &Bound<'_, '_>, wanted: impl Fn(&crate::rules::licenses::Obligation) -> bool) -> Vec<String> {
    let mut out = Vec::new();
    for duty in known(&base.parts).flat_map(|k| k.obligations()).filter(|o| wanted(o)) {
        out.extend(duty.text.split('"').skip(1).step_by(2).map(str::to_string));
    }
    out.dedup();
    out
}

/// Bases that each want their own license kept, and not the same one.
fn clash(check: &LineageCheck, snapshot: &Snapshot, bound: &[Bound<'_, '_>]) -> Option<String> {
    let mut ids: Vec<&str> = Vec::new();
    for base in bound.iter().filter(|b| b.ancestor.child == snapshot.id && b.relation == "merge") {
        for k in known(&base.parts).filter(|k| k.terms().any(|t| check.base_terms.iter().any(|w| w == t))) {
            if !ids.contains(&k.id()) {
                ids.push(k.id());
            }
        }
    }
    (ids.len() > 1).then(|| format!("{} each ask for themselves", text::list(&ids.iter().map(|i| (*i).to_string()).collect::<Vec<_>>())))
}

/// All of the training data are under such terms, and the model is not.
fn data_terms(check: &LineageCheck, snapshot: &Snapshot, own: &Terms<'_>, rules: &Rules) -> Option<String> {
    let training: Vec<_> = snapshot.datasets.iter().filter(|d| d.role == Role::Training).collect();
    let bound = training.iter().all(|d| {
        let ids = license_of_dataset(d, rules).expression.unwrap_or_default();
        let mut parts = ids.split(" AND ").filter_map(|id| license::find(rules, id));
        parts.any(|k| k.terms().any(|t| check.base_terms.iter().any(|w| w == t)))
    });
    let allows = own.openness == Openness::Open || (own.openness == Openness::Restricted && !has_any(&own.parts, &check.base_terms));
    let names: Vec<String> = training.iter().take(3).map(|d| d.id.clone()).collect();
    (!training.is_empty() && bound && allows && !own.parts.is_empty()).then(|| {
        format!(
            "trained on {} only, under {}; the model is under {}",
            text::list(&names),
            text::list(&check.base_terms),
            self::names(&own.parts)
        )
    })
}

/// A file of data in the repository, and training data whose terms the model's license lacks: what is said, and the file.
fn data_shipped(check: &LineageCheck, snapshot: &Snapshot, own: &Terms<'_>, rules: &Rules) -> Option<(String, String)> {
    let listed = snapshot.record.as_ref().ok()?.files.as_ref()?;
    let is_data = |path: &str| {
        let (stem, extension) = path.rsplit('/').next().unwrap_or(path).split_once('.').unwrap_or_default();
        let extension = text::words(extension);
        rules.phrase_list("data-file").contains(&extension)
            && text::name_words(stem).iter().any(|w| rules.phrase_list("data-file-name").contains(w))
    };
    let file = listed.iter().map(|f| f.path.as_str()).filter(|p| is_data(p)).min()?;
    snapshot.datasets.iter().filter(|d| d.role == Role::Training).find_map(|dataset| {
        let ids = license_of_dataset(dataset, rules).expression?;
        let known: Vec<_> = ids.split(" AND ").filter_map(|id| license::find(rules, id)).collect();
        let term = known.iter().flat_map(|k| k.terms()).find(|t| check.base_terms.iter().any(|w| w == t))?;
        let same = own.parts.iter().any(|p| ids.split(" AND ").any(|id| id == p.id)) || has_any(&own.parts, &[term.to_string()]);
        (!same && !own.parts.is_empty()).then(|| {
            let message =
                format!("{file} stands in the repository; {} is under {ids} ({term}), the model under {}", dataset.id, names(&own.parts));
            (message, file.to_string())
        })
    })
}

/// The card says that data were made by a model whose terms have a say on what its outputs train.
fn outputs(snapshot: &Snapshot, rules: &Rules) -> Option<(String, Vec<Evidence>)> {
    let card = snapshot.parsed.as_ref()?;
    for block in card.blocks.iter().filter(|b| b.kind != BlockKind::Code) {
        if matches!(topic_of(card, block, rules), Some("evaluation" | "citation" | "usage" | "license")) {
            continue;
        }
        for sentence in sentences(&block.text) {
            let folded = text::words(sentence);
            if !rules.says(&folded, "generated-by") || rules.says(&folded, "data-not-own") || rules.says(&folded, "outputs-not-own") {
                continue;
            }
            let teacher = rules.teachers.iter().find(|t| t.names.iter().any(|n| contains_phrase(&folded, &text::words(n))));
            if let Some(teacher) = teacher {
                let mut evidence =
                    snapshot.card.as_ref().map(|d| vec![d.cite(Some(block.line), text::cut(sentence.trim(), 240))]).unwrap_or_default();
                evidence.push(Evidence::page(teacher.source.clone(), "terms on what outputs may be used for"));
                return Some((format!("the card says that data were made with {}: {}", teacher.title, teacher.terms), evidence));
            }
        }
    }
    None
}
