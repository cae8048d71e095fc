//! The ladder applied: each requirement of `rules/verdicts.toml` answered met, not met or unknown,
//! and from these the proven verdict, the possible one, and what stands between a model and the next
//! rung.

use crate::component::Components;
use crate::license::conclude::Part;
use crate::lineage::Lineage;
use crate::net::Gap;
use crate::rules::Rules;
use crate::rules::schema::{FactId, LicenseNeed, Requirement, Rung};
use crate::vocabulary::{Availability, Basis, ComponentId, Openness, Tri, Verdict};

/// Everything a requirement can ask about.
pub struct Facts<'a, 'r> {
    pub components: &'a Components,
    pub lineage: &'a Lineage<'r>,
    /// Whether anyone gets access; why not.
    pub access: (Tri, String),
    /// Least basis that counts: linked, or verified under `--strict`.
    pub least: Basis,
    /// The record could not be had at all, for this reason.
    pub no_record: Option<&'a Gap>,
}

/// Why a model is not one rung higher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub text: String,
    pub components: Vec<ComponentId>,
    /// The requirement is not met, as opposed to an open question.
    pub certain: bool,
}

/// Where a model stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub verdict: Verdict,
    pub possible: Verdict,
    /// What the rung above the verdict lacks: what is certain first.
    pub reasons: Vec<Reason>,
}

/// Climbs the ladder.
pub fn stand(facts: &Facts<'_, '_>, rules: &Rules) -> Standing {
    if let Some(gap) = facts.no_record {
        // A name that nothing answers to cannot become anything; an answer that failed could be all.
        let possible = if matches!(gap, Gap::MissingOrPrivate | Gap::NotFound | Gap::NoSuchRevision) {
            Verdict::Unknown
        } else {
            Verdict::OpenSourceOpenData
        };
        let reasons =
            vec![Reason { text: format!("the model could not be looked at: {}", gap.words()), components: Vec::new(), certain: false }];
        return Standing { verdict: Verdict::Unknown, possible, reasons };
    }
    let answers: Vec<(&Rung, Vec<(Tri, Reason)>)> =
        rules.rungs.iter().map(|r| (r, r.require.iter().map(|q| answer(q, facts)).collect())).collect();
    let highest = |least: Tri| {
        let mut at = Verdict::Unknown;
        for (rung, list) in &answers {
            if Tri::all(list.iter().map(|(t, _)| *t)) < least {
                break;
            }
            at = *rung.id.get_ref();
        }
        at
    };
    let (mut verdict, possible) = (highest(Tri::Met), highest(Tri::Unknown));
    // Whether weights are there at all could not be seen: that is unknown, not closed.
    if verdict == Verdict::Closed
        && possible > Verdict::Closed
        && facts.components.get(&ComponentId::ModelParametersFinal).is_none_or(|c| c.availability == Availability::Unknown)
    {
        verdict = Verdict::Unknown;
    }
    let above = answers.iter().find(|(r, _)| *r.id.get_ref() > verdict.max(Verdict::Closed));
    let mut reasons: Vec<Reason> =
        above.map(|(_, list)| list.iter().filter(|(t, _)| *t != Tri::Met).map(|(_, r)| r.clone()).collect()).unwrap_or_default();
    reasons.sort_by_key(|r| !r.certain);
    Standing { verdict, possible, reasons }
}

/// Answers one requirement, with the reason in case it is not met.
fn answer(requirement: &Requirement, facts: &Facts<'_, '_>) -> (Tri, Reason) {
    let (tri, why, components) = test(requirement, facts);
    let lead = if tri == Tri::NotMet { "" } else { "open question: " };
    let text = if why.is_empty() { format!("{lead}{}", requirement.text) } else { format!("{lead}{why}") };
    (tri, Reason { text, components, certain: tri == Tri::NotMet })
}

fn test(requirement: &Requirement, facts: &Facts<'_, '_>) -> (Tri, String, Vec<ComponentId>) {
    if let Some(id) = requirement.component {
        return component(id, requirement, facts);
    }
    if let Some(fact) = requirement.fact {
        let (tri, why) = fact_answer(fact, facts);
        return (tri, why, components_of(fact));
    }
    let (inner, combine): (_, fn(Vec<Tri>) -> Tri) =
        if requirement.any.is_empty() { (&requirement.all, |t| Tri::all(t)) } else { (&requirement.any, |t| Tri::any(t)) };
    let answers: Vec<_> = inner.iter().map(|r| test(r, facts)).collect();
    let tri = combine(answers.iter().map(|a| a.0).collect());
    let open: Vec<_> = answers.into_iter().filter(|a| a.0 != Tri::Met).collect();
    let why = open.iter().map(|a| a.1.as_str()).collect::<Vec<_>>().join("; ");
    (tri, why, open.into_iter().flat_map(|a| a.2).collect())
}

fn component(id: ComponentId, requirement: &Requirement, facts: &Facts<'_, '_>) -> (Tri, String, Vec<ComponentId>) {
    let Some(component) = facts.components.get(&id) else {
        return (Tri::Unknown, format!("{id} was not judged"), vec![id]);
    };
    let available = component.is_available(&requirement.availability, facts.least);
    let open = if requirement.license == Some(LicenseNeed::Open) { component.is_open() } else { Tri::Met };
    let tri = available.min(open);
    let name = id.slug().replace('-', " ");
    let why = if available != Tri::Met {
        let doubt = match available {
            Tri::Unknown if component.availability != Availability::Unknown => format!(" ({} only)", component.basis),
            _ => String::new(),
        };
        format!("{name}: {}{doubt}", component.summary)
    } else {
        match (&component.license.expression, component.license.openness) {
            (_, Openness::None) => format!("{name}: released without a license ({})", component.summary),
            (Some(expression), Openness::Restricted) => format!("{name}: under {expression}, which is not open"),
            (Some(expression), _) => format!("{name}: it is not known whether {expression} is open"),
            (None, _) => format!("{name}: its license is not known"),
        }
    };
    (tri, why, vec![id])
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

fn license_answer(facts: &Facts<'_, '_>) -> (Tri, String) {
    let names = |openness: &[Openness]| {
        let ids: Vec<String> = facts
            .lineage
            .parts
            .iter()
            .filter(|p| openness.contains(&p.openness))
            .map(|p| p.known.map_or_else(|| p.id.clone(), |k| format!("{} ({})", k.name(), p.id)))
            .collect();
        crate::text::list(&ids)
    };
    match facts.lineage.openness {
        Openness::Open => (Tri::Met, String::new()),
        Openness::None => (Tri::NotMet, "license: there is none, so all rights are reserved".into()),
        Openness::Restricted => {
            (Tri::NotMet, format!("license: {} does not allow use by anyone for any purpose", names(&[Openness::Restricted])))
        }
        Openness::Unknown => {
            let named = names(&[Openness::Unknown]);
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
        Availability::Released if data.basis >= facts.least => Tri::Met,
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
        _ => crate::text::list(&below),
    };
    let why = if tri == Tri::NotMet {
        format!("base model: {below} is not {what}")
    } else {
        format!("base model: it is not known whether {below} is {what}")
    };
    (tri, why)
}
