//! The four questions of a scorecard: weights, training data, training code, license.

use super::{Judgement, PillarAnswer};
use crate::card::{subject, topics};
use crate::component::{Component, Components};
use crate::lineage::{Judged, Lineage};
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use crate::text;
use crate::vocabulary::{Availability, Basis, ComponentId, Openness, Pillar, PillarStatus, Tri};
use std::collections::BTreeMap;

/// The answers. `judgement` is what the verdict is read off besides the components and the lineage.
pub(super) fn answer(
    components: &Components,
    lineage: &Lineage<'_>,
    judgement: &Judgement<'_>,
    rules: &Rules,
) -> BTreeMap<Pillar, PillarAnswer> {
    let (access, no_record) = (judgement.access.0, judgement.no_record);
    let of = |id: ComponentId| components.get(&id);
    let status = |c: Option<&Component>| match c.map(|c| (c.id, c.availability, c.basis)) {
        Some((_, Availability::Released, basis)) if basis >= Basis::Linked => PillarStatus::Open,
        // Whoever accepts the terms gets in: as far as access goes, anyone can have the weights.
        Some((ComponentId::ModelParametersFinal, Availability::Gated, _)) if access == Tri::Met => PillarStatus::Open,
        Some((_, Availability::Released | Availability::Partial | Availability::Gated, _)) => PillarStatus::Partial,
        // Told of is not handed out.
        Some((_, Availability::Described | Availability::Withheld | Availability::NotFound, _)) => PillarStatus::Closed,
        Some((_, Availability::Unknown, _)) | None => PillarStatus::Unknown,
    };
    let answer = |id: ComponentId| PillarAnswer { status: status(of(id)), summary: of(id).map(|c| c.summary.clone()).unwrap_or_default() };
    let expression = lineage.expression();
    let license = match (lineage.openness, no_record) {
        (_, Some(gap)) => PillarAnswer { status: PillarStatus::Unknown, summary: format!("not known: {}", gap.words()) },
        (Openness::Open, _) => PillarAnswer { status: PillarStatus::Open, summary: format!("{}: open", expression.unwrap_or_default()) },
        (Openness::Restricted, _) => PillarAnswer { status: PillarStatus::Partial, summary: restricted(lineage) },
        (Openness::None, _) => PillarAnswer { status: PillarStatus::Closed, summary: "no license: all rights reserved".into() },
        (Openness::Unknown, _) => {
            let what = match &lineage.suspected {
                Some(base) => format!("{}; the terms of {base} may bind", expression.unwrap_or_else(|| "not named".into())),
                None => format!("{}: not known whether it is open", expression.unwrap_or_else(|| "not named".into())),
            };
            PillarAnswer { status: PillarStatus::Unknown, summary: what }
        }
    };
    BTreeMap::from([
        (Pillar::Weights, answer(ComponentId::ModelParametersFinal)),
        (Pillar::TrainingData, of_all_steps(answer(ComponentId::Datasets), lineage, calls_itself_pretrained(judgement.snapshot, rules))),
        (Pillar::TrainingCode, answer(ComponentId::TrainingCode)),
        (Pillar::License, license),
    ])
}

/// Training data are open where those of every step after the base are: a model tuned with open data on top of
/// another tuned model has a part of its data there. One that calls itself pre-trained counts its base as a step.
fn of_all_steps(own: PillarAnswer, lineage: &Lineage<'_>, pretrained: bool) -> PillarAnswer {
    // What a step declares is not looked up unless the verdict hangs on it: that says nothing against it.
    let lacks = |a: &&Judged| match a.components.as_ref().and_then(|c| c.get(&ComponentId::Datasets)) {
        Some(data) => !matches!(data.availability, Availability::Released | Availability::Unknown),
        None => true,
    };
    let roots = lineage.ancestors.iter().filter(|a| pretrained && lineage.is_root(a));
    let Some(step) = lineage.between().chain(roots).find(lacks).filter(|_| own.status == PillarStatus::Open) else { return own };
    let why = if step.components.is_some() { "are not released" } else { "are not known" };
    let summary = format!("{}; those of {}, on which it was trained, {why}", own.summary, step.id);
    PillarAnswer { status: PillarStatus::Partial, summary }
}

/// The expression, and the terms that restrict.
fn restricted(lineage: &Lineage<'_>) -> String {
    let mut terms: Vec<String> = Vec::new();
    for part in lineage.parts.iter().filter(|p| p.openness == Openness::Restricted) {
        for term in part.known.iter().flat_map(|k| k.terms()) {
            let restricting = !matches!(
                term,
                "attribution"
                    | "display"
                    | "naming"
                    | "notice"
                    | "state-changes"
                    | "share-alike"
                    | "source-disclosure"
                    | "flow-down"
                    | "patent-termination"
                    | "litigation-termination"
            );
            if restricting && !terms.iter().any(|t| t == term) {
                terms.push(term.to_string());
            }
        }
    }
    let expression = lineage.expression().unwrap_or_default();
    if terms.is_empty() { format!("{expression}: restricted") } else { format!("{expression}: restricted ({})", terms.join(", ")) }
}

/// "N is a pretrained language model", said on the card of N: what it was made from is a part of its pre-training.
fn calls_itself_pretrained(snapshot: Option<&Snapshot>, rules: &Rules) -> bool {
    let Some((snapshot, card)) = snapshot.and_then(|s| Some((s, s.parsed.as_ref()?))) else { return false };
    if snapshot.ancestors.is_empty() {
        return false;
    }
    topics::said(card, rules, "calls-itself-pretrained", |t| {
        !matches!(t, Some("citation" | "evaluation" | "usage" | "license" | "base-model"))
    })
    .into_iter()
    .any(|s| {
        let of_another = card.blocks.get(s.block).is_some_and(|b| subject::is_about_another(card, s.block, b, &snapshot.id));
        !of_another && !rules.says(&text::words(&s.sentence), "base-not-own")
    })
}
