//! Openness frameworks: sets of questions that others agreed on, answered from an audit. Each is data
//! (`rules/frameworks/*.toml`) read by one of three small evaluators; a framework that only combines what
//! is known already needs no Rust.

pub mod eu_ai_act;
pub mod osaid;
pub mod score;
pub mod wire;

use crate::component::Component;
use crate::mof::{self, Mode, Status, Statuses};
use crate::requirement::{Facts, checklist};
use crate::rules::frameworks::{Form, FrameworkRule, MofRule};
use crate::rules::schema::MofKind;
use crate::vocabulary::{Availability, Basis, ComponentId, Openness, Tri};

/// A framework's answer for one model.
#[derive(Debug, Clone, PartialEq)]
pub enum Evaluated {
    Checklist(checklist::Checklist),
    Score(score::Score),
    Mof(mof::Result),
}

/// Every framework's answer, by the framework's id, in the order of ids.
pub type Evaluations = Vec<(String, Evaluated)>;

/// Evaluates all frameworks. `declared` are the statuses that a file of the Model Openness Tool states, where a
/// model is judged on such a file alone.
pub fn evaluate(facts: &Facts<'_, '_>, mode: Mode, declared: Option<&Statuses>) -> Evaluations {
    let one = |f: &FrameworkRule| match (f.form, &f.mof) {
        (Form::Score, _) => Evaluated::Score(score::evaluate(f, facts)),
        (Form::Mof, Some(rule)) => {
            let statuses = declared.cloned().unwrap_or_else(|| statuses(facts, rule, mode));
            Evaluated::Mof(mof::evaluate(&statuses, facts.rules))
        }
        _ => Evaluated::Checklist(checklist::evaluate(f, facts)),
    };
    facts.rules.frameworks.iter().map(|(id, f)| (id.clone(), one(f))).collect()
}

/// The status of every component in the Model Openness Framework, as far as an audit shows it.
fn statuses(facts: &Facts<'_, '_>, rule: &MofRule, mode: Mode) -> Statuses {
    facts.components.values().map(|c| (c.id, status(c, facts, rule, mode))).collect()
}

fn status(c: &Component, facts: &Facts<'_, '_>, rule: &MofRule, mode: Mode) -> Status {
    let access = match (c.availability, c.id) {
        (Availability::Gated, ComponentId::ModelParametersFinal) => facts.access.0,
        (Availability::Gated, _) => Tri::NotMet,
        _ => Tri::Met,
    };
    let released = c.is_available(&[Availability::Released, Availability::Gated], facts.least.max(Basis::Linked)).min(access);
    match released {
        Tri::NotMet => return Status::Missing,
        Tri::Unknown => return Status::Unknown,
        Tri::Met => {}
    }
    let kind = facts.rules.components.get(&c.id).map(|r| r.kind);
    // What binds the weights is what binds after everything that they are made from.
    if c.id == ComponentId::ModelParametersFinal && facts.lineage.openness != Openness::Open {
        return not_open(facts.lineage.openness);
    }
    match &c.license.expression {
        Some(expression) => licensed(expression, c.license.openness, kind, rule, mode),
        None => not_open(c.license.openness),
    }
}

fn not_open(openness: Openness) -> Status {
    match openness {
        Openness::None => Status::Unlicensed,
        Openness::Restricted => Status::Invalid,
        Openness::Open | Openness::Unknown => Status::Unknown,
    }
}

/// Under an expression: every license in it binds.
fn licensed(expression: &str, openness: Openness, kind: Option<MofKind>, rule: &MofRule, mode: Mode) -> Status {
    let ids: Vec<&str> = expression.split(" AND ").map(|id| id.trim_matches(['(', ')', ' '])).collect();
    if ids.iter().all(|id| mof::is_open(id, rule, mode)) {
        return Status::Included { fit: kind.is_some_and(|k| ids.iter().all(|id| mof::fits(id, k, rule, mode))) };
    }
    if openness == Openness::Unknown { Status::Unknown } else { Status::Invalid }
}

/// The answer of one framework.
pub fn of<'a>(evaluations: &'a Evaluations, id: &str) -> Option<&'a Evaluated> {
    evaluations.iter().find(|(i, _)| i == id).map(|(_, e)| e)
}
