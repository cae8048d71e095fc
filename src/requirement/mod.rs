//! One question of a rung or framework, answered from an audit: met, not met or unknown, with the reason
//! where it is not met. Rungs and frameworks share these answers, so that they cannot contradict each
//! other.

pub mod checklist;

use crate::component::{Component, Components};
use crate::lineage::{Judged, Lineage};
use crate::net::Gap;
use crate::rules::Rules;
use crate::rules::schema::{DocumentNeed, FactId, LicenseNeed, Requirement, Whose};
use crate::snapshot::Snapshot;
use crate::terms::Part;
use crate::text;
use crate::vocabulary::{Availability, Basis, ComponentId, Content, Openness, Tri, Verdict};
use std::collections::BTreeMap;
use wildmatch::WildMatch;

/// Everything that a requirement can ask about.
pub struct Facts<'a, 'r> {
    pub rules: &'r Rules,
    pub components: &'a Components,
    pub lineage: &'a Lineage<'r>,
    /// What was gathered, for documents that are looked for by name; `None` where a model is judged on a
    /// reviewer's statements alone.
    pub snapshot: Option<&'a Snapshot>,
    /// Whether anyone gets access; why not.
    pub access: (Tri, String),
    /// Least basis that counts: linked, or verified under `--strict`.
    pub least: Basis,
    /// The record could not be had at all, for this reason.
    pub no_record: Option<&'a Gap>,
    /// What reviewers answered, by `FRAMEWORK/LINE`.
    pub answers: &'a BTreeMap<String, Attested>,
}

/// A reviewer's answer to a line of a framework.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attested {
    /// `met`, `unmet`; `open`, `partial`, `closed` for a dimension.
    pub value: String,
    /// Who says so, and where it stands.
    pub note: String,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub tri: Tri,
    /// What was seen, or what is lacking.
    pub why: String,
    pub components: Vec<ComponentId>,
}

impl Answer {
    fn new(tri: Tri, why: impl Into<String>) -> Answer {
        Answer { tri, why: why.into(), components: Vec::new() }
    }
}

/// Answers a requirement.
pub fn test(requirement: &Requirement, facts: &Facts<'_, '_>) -> Answer {
    if let Some(id) = requirement.component {
        return component(id, requirement, facts);
    }
    if let Some(fact) = requirement.fact {
        let (tri, why) = fact_answer(fact, facts);
        return Answer { tri, why, components: components_of(fact) };
    }
    if let Some(id) = &requirement.framework {
        return facts.rules.frameworks.get(id).map_or_else(
            || Answer::new(Tri::Unknown, format!("there is no framework {id}")),
            |f| {
                let list = checklist::evaluate(f, facts);
                Answer { tri: list.outcome, why: format!("{}: {}", f.title, list.summary()), components: Vec::new() }
            },
        );
    }
    if !requirement.terms_absent.is_empty() {
        return terms_absent(&requirement.terms_absent, facts);
    }
    if let Some(need) = &requirement.document {
        return document(need, facts);
    }
    if requirement.person {
        return Answer::new(Tri::Unknown, "a person has to look at it");
    }
    let any = !requirement.any.is_empty();
    let inner = if any { &requirement.any } else { &requirement.all };
    let answers: Vec<Answer> = inner.iter().map(|r| test(r, facts)).collect();
    let tri = answers.iter().map(|a| a.tri);
    let tri = if any { Tri::any(tri) } else { Tri::all(tri) };
    // What explains the answer: of alternatives that which is met, else everything that is not.
    let telling: Vec<Answer> =
        answers.into_iter().filter(|a| if tri == Tri::Met { a.tri == Tri::Met } else { a.tri != Tri::Met }).collect();
    let telling: Vec<Answer> = if any && tri == Tri::Met { telling.into_iter().take(1).collect() } else { telling };
    let mut why: Vec<String> = telling.iter().map(|a| a.why.clone()).filter(|w| !w.is_empty()).collect();
    why.dedup();
    let mut components: Vec<ComponentId> = Vec::new();
    for id in telling.iter().flat_map(|a| &a.components) {
        if !components.contains(id) {
            components.push(*id);
        }
    }
    Answer { tri, why: why.join("; "), components }
}

fn component(id: ComponentId, requirement: &Requirement, facts: &Facts<'_, '_>) -> Answer {
    if requirement.of == Whose::Base && !(facts.lineage.ancestors.is_empty() && facts.lineage.suspected.is_none()) {
        return of_bases(id, requirement, facts);
    }
    let own = match facts.components.get(&id) {
        Some(component) => judge(component, requirement, facts.least),
        None => Answer { tri: Tri::Unknown, why: format!("{id} was not judged"), components: vec![id] },
    };
    if requirement.of != Whose::End || own.tri == Tri::NotMet {
        return own;
    }
    let between = facts.lineage.between().map(|base| of_base(base, id, requirement, facts));
    std::iter::once(own).chain(between).min_by_key(|a| a.tri).unwrap_or_else(|| Answer::new(Tri::Unknown, "it was not judged"))
}

/// The component of what the model is made from in the end: the weakest of them.
fn of_bases(id: ComponentId, requirement: &Requirement, facts: &Facts<'_, '_>) -> Answer {
    let roots = facts.lineage.ancestors.iter().filter(|a| facts.lineage.is_root(a));
    let mut answers: Vec<Answer> = roots.map(|root| of_base(root, id, requirement, facts)).collect();
    if let Some(base) = &facts.lineage.suspected {
        answers.push(Answer { tri: Tri::Unknown, why: format!("this looks made from {base}"), components: vec![id] });
    }
    answers.into_iter().min_by_key(|a| a.tri).unwrap_or_else(|| Answer::new(Tri::Unknown, "its bases were not looked at"))
}

/// The component of one model that it is made from.
fn of_base(base: &Judged, id: ComponentId, requirement: &Requirement, facts: &Facts<'_, '_>) -> Answer {
    match base.components.as_ref().and_then(|c| c.get(&id)) {
        Some(component) => {
            let answer = judge(component, requirement, facts.least);
            Answer { why: format!("base {}: {}", base.id, answer.why), ..answer }
        }
        None => Answer { tri: Tri::Unknown, why: format!("base {} was not looked at", base.id), components: vec![id] },
    }
}

fn judge(component: &Component, requirement: &Requirement, least: Basis) -> Answer {
    let least = requirement.basis.map_or(least, |b| b.max(least));
    let available = component.is_available(&requirement.availability, least);
    let open = if requirement.license == Some(LicenseNeed::Open) { component.is_open() } else { Tri::Met };
    let name = component.id.slug().replace('-', " ");
    let why = if available != Tri::Met {
        let doubt = match available {
            Tri::Unknown if component.availability != Availability::Unknown => format!(" ({} only)", component.basis),
            _ => String::new(),
        };
        format!("{name}: {}{doubt}", component.summary)
    } else {
        match (&component.license.expression, component.license.openness) {
            _ if open == Tri::Met => format!("{name}: {}", component.summary),
            (_, Openness::None) => format!("{name}: released without a license ({})", component.summary),
            (Some(expression), Openness::Restricted) => format!("{name}: under {expression}, which is not open"),
            (Some(expression), _) => format!("{name}: it is not known whether {expression} is open"),
            (None, _) => format!("{name}: its license is not known"),
        }
    };
    Answer { tri: available.min(open), why, components: vec![component.id] }
}

fn components_of(fact: FactId) -> Vec<ComponentId> {
    match fact {
        FactId::AccessForAnyone | FactId::EffectiveLicenseOpen => vec![ComponentId::ModelParametersFinal],
        FactId::DataInformationComplete | FactId::AncestorsOpenData => vec![ComponentId::Datasets],
        FactId::AncestorsOpenSource => vec![ComponentId::TrainingCode, ComponentId::Datasets],
    }
}

fn fact_answer(fact: FactId, facts: &Facts<'_, '_>) -> (Tri, String) {
    match fact {
        FactId::AccessForAnyone => facts.access.clone(),
        FactId::EffectiveLicenseOpen => license_answer(facts),
        FactId::DataInformationComplete => data_information(facts),
        FactId::AncestorsOpenSource => ancestors(facts, Verdict::OpenSource, "open source"),
        FactId::AncestorsOpenData => ancestors(facts, Verdict::OpenSourceOpenData, "open in its data"),
    }
}

/// The licenses of some opennesses that bind, by name.
fn names(facts: &Facts<'_, '_>, openness: &[Openness]) -> String {
    let ids: Vec<String> = facts
        .lineage
        .parts
        .iter()
        .filter(|p| openness.contains(&p.openness))
        .map(|p| p.known.map_or_else(|| p.id.clone(), |k| format!("{} ({})", k.name(), p.id)))
        .collect();
    text::list(&ids)
}

fn license_answer(facts: &Facts<'_, '_>) -> (Tri, String) {
    match facts.lineage.openness {
        Openness::Open => (Tri::Met, format!("license: {}", names(facts, &[Openness::Open]))),
        Openness::None => (Tri::NotMet, "license: there is none, so all rights are reserved".into()),
        Openness::Restricted => {
            (Tri::NotMet, format!("license: {} does not allow use by anyone for any purpose", names(facts, &[Openness::Restricted])))
        }
        Openness::Unknown => {
            let named = names(facts, &[Openness::Unknown]);
            let why = match &facts.lineage.suspected {
                Some(base) => format!("license: this looks made from {base}, whose terms would bind"),
                None if facts.lineage.parts.iter().any(Part::is_unread) => "license: a license text is there that could not be read".into(),
                None if named.is_empty() => "license: it is not known which terms bind".into(),
                None => format!("license: no rule knows whether {named} is open"),
            };
            (Tri::Unknown, why)
        }
    }
}

/// Complete data information is never read off a pattern: it is met where every dataset that is named
/// as training data was found and nothing is said to be withheld, not met where nothing or only
/// general words are said, and otherwise a question for a person.
fn data_information(facts: &Facts<'_, '_>) -> (Tri, String) {
    let Some(data) = facts.components.get(&ComponentId::Datasets) else {
        return (Tri::Unknown, "training data were not judged".into());
    };
    let tri = match data.availability {
        Availability::Released if data.basis >= facts.least.max(Basis::Linked) => Tri::Met,
        Availability::Withheld | Availability::NotFound => Tri::NotMet,
        _ => Tri::Unknown,
    };
    (tri, format!("training data: {}", data.summary))
}

fn ancestors(facts: &Facts<'_, '_>, rung: Verdict, what: &str) -> (Tri, String) {
    let tri = facts.lineage.all_at_least(rung);
    let below: Vec<String> = facts
        .lineage
        .ancestors
        .iter()
        .filter(|a| a.verdict < rung)
        .map(|a| format!("{} ({})", a.id, if a.gap.is_some() { "not looked at" } else { a.verdict.slug() }))
        .collect();
    let below = match (&facts.lineage.suspected, below.is_empty()) {
        (Some(base), true) => base.clone(),
        _ => text::list(&below),
    };
    let why = match tri {
        Tri::Met if facts.lineage.ancestors.is_empty() => "no base model is named".into(),
        Tri::Met => format!("every base model is {what}"),
        Tri::NotMet => format!("base model: {below} is not {what}"),
        Tri::Unknown => format!("base model: it is not known whether {below} is {what}"),
    };
    (tri, why)
}

/// No license that binds has one of the terms: not met where one has, or where there is no license; met
/// where all are open; otherwise a question for a person.
fn terms_absent(terms: &[String], facts: &Facts<'_, '_>) -> Answer {
    let parts = &facts.lineage.parts;
    let found: Vec<String> = parts
        .iter()
        .filter_map(|p| p.known)
        .flat_map(|k| k.terms().filter(|t| terms.iter().any(|x| x == t)).map(|t| format!("{} ({t})", k.id())).collect::<Vec<_>>())
        .collect();
    let restricted = parts.iter().any(|p| p.known.is_some_and(|k| k.openness(Content::Weights) == Openness::Restricted));
    let (tri, why) = match facts.lineage.openness {
        _ if !found.is_empty() => (Tri::NotMet, text::list(&found)),
        Openness::None => (Tri::NotMet, "there is no license".into()),
        Openness::Open => (Tri::Met, format!("license: {}", names(facts, &[Openness::Open]))),
        _ if restricted => (Tri::Unknown, format!("{} restricts use in other ways", names(facts, &[Openness::Restricted]))),
        _ => (Tri::Unknown, "it is not known which terms bind".into()),
    };
    Answer { tri, why, components: vec![ComponentId::ModelParametersFinal] }
}

/// A document looked for by name. A hit says that there is one.
fn document(need: &DocumentNeed, facts: &Facts<'_, '_>) -> Answer {
    let Some(snapshot) = facts.snapshot else { return Answer::new(Tri::Unknown, "it was not looked for") };
    let files = snapshot.record.as_ref().ok().and_then(|r| r.files.as_ref());
    let patterns: Vec<WildMatch> = need.files.iter().map(|p| WildMatch::new(p)).collect();
    if let Some(file) = files.into_iter().flatten().find(|f| {
        let path = f.path.to_lowercase();
        let name = path.rsplit('/').next().unwrap_or(&path);
        patterns.iter().any(|p| p.matches(name))
    }) {
        return Answer::new(Tri::Met, format!("{} in the repository", text::cut(&file.path, 80)));
    }
    if let Some(card) = &snapshot.parsed {
        let says = |s: &str, phrases: &[String]| {
            let folded = text::words(s);
            phrases.iter().any(|p| text::contains_phrase(&folded, &text::words(p)))
        };
        if let Some(link) = card.links.iter().find(|l| says(&l.text, &need.links) || says(&l.url, &need.links)) {
            return Answer::new(Tri::Met, format!("linked on line {} of the card ({})", link.line, text::cut(&link.url, 120)));
        }
        if let Some(section) = card.sections.iter().find(|s| says(&s.heading, &need.headings)) {
            return Answer::new(Tri::Met, format!("a section of the card on line {}", section.line));
        }
    }
    let card_read = snapshot.card.is_ok() || snapshot.card.as_ref().is_err_and(Gap::is_absence);
    let looked = files.is_some() && card_read;
    if looked {
        Answer::new(need.absent, "none was found in the file list or the card")
    } else {
        Answer::new(Tri::Unknown, "file list or card could not be read")
    }
}
