//! The ladder applied: each requirement of `rules/verdicts.toml` answered met, not met or unknown,
//! and from these the proven verdict, the possible one, and what stands between a model and the next
//! rung.

use crate::net::Gap;
use crate::requirement::{Answer, Facts, checklist, test};
use crate::rules::Rules;
use crate::rules::schema::{Requirement, Rung};
use crate::vocabulary::{Availability, ComponentId, Tri, Verdict};

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
        rules.rungs.iter().map(|r| (r, r.require.iter().flat_map(|q| answers(q, facts)).collect())).collect();
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
    // What is certain first, and what a reader asks for first: weights, training code, training data.
    let pillars = [ComponentId::ModelParametersFinal, ComponentId::TrainingCode, ComponentId::Datasets];
    let rank = |r: &Reason| pillars.iter().position(|p| r.components.contains(p)).unwrap_or(pillars.len());
    reasons.sort_by_key(|r| (!r.certain, rank(r)));
    Standing { verdict, possible, reasons }
}

/// Answers one requirement, with the reason in case it is not met; one that asks for a framework is answered
/// line by line.
fn answers(requirement: &Requirement, facts: &Facts<'_, '_>) -> Vec<(Tri, Reason)> {
    let reason = |answer: Answer, text: &str| {
        let certain = answer.tri == Tri::NotMet;
        let lead = if certain { "" } else { "open question: " };
        let what = if answer.why.is_empty() { text } else { &answer.why };
        (answer.tri, Reason { text: format!("{lead}{what}"), components: answer.components, certain })
    };
    match requirement.framework.as_ref().and_then(|id| facts.rules.frameworks.get(id)) {
        Some(framework) => {
            let list = checklist::evaluate(framework, facts);
            list.lines.into_iter().filter(|l| l.required).map(|l| reason(l.answer, &l.title)).collect()
        }
        None => vec![reason(test(requirement, facts), &requirement.text)],
    }
}
