//! A reviewed file judged on its own statements, without network: the targets `mof:FILE` and
//! `osai-index:FILE`.

use super::overlay::{self, attested, differences};
use super::{Audit, Judgement, Options};
use crate::component::{Component, Components, Reported};
use crate::finding::{self, Finding};
use crate::license::{self, names_something};
use crate::lineage::Lineage;
use crate::mof::mof_rule;
use crate::net::Gap;
use crate::reviewed::{Content, Review, Said, Statement};
use crate::rules::Rules;
use crate::snapshot::ALONE;
use crate::terms::Terms;
use crate::text;
use crate::vocabulary::{Availability, Basis, ComponentId, Content as Kind, Openness, Tri};

/// Judges it. `peers` are other reviews at hand: where they are of the same system, differences are findings.
pub fn judge<'r>(review: &Review, peers: &[&Review], rules: &'r Rules, options: &Options) -> Audit<'r> {
    let mut findings = Vec::new();
    let statements = review.statements("", rules);
    let terms = terms(review, rules);
    let lineage = Lineage { ancestors: Vec::new(), parts: terms.parts.clone(), openness: terms.openness, suspected: made_from(review) };
    let components = components(review, &statements, rules);
    let declared = match (&review.content, mof_rule(rules)) {
        (Content::Mof(d), Some(rule)) => {
            spelling(review, d, rules, &mut findings);
            Some(d.statuses(rules, rule, options.mof))
        }
        _ => None,
    };
    let answers = overlay::answers(&[review], rules, &mut findings);
    for peer in peers.iter().filter(|p| p.file != review.file && p.same_system(review)) {
        differences(review, peer, "", rules, &mut findings);
    }
    finding::sort(&mut findings);
    let judgement =
        Judgement { snapshot: None, access: (Tri::Met, String::new()), no_record: None, declared: declared.as_ref(), answers: &answers };
    let results = components.get(&ComponentId::EvaluationResults).is_some_and(|c| c.availability == Availability::Released);
    let reported = if results { Reported::SelfReported } else { Reported::None };
    Audit { reported, findings, ..Audit::of(components, terms, lineage, &judgement, rules, options) }
}

/// The license of the weights, as stated.
fn terms<'r>(review: &Review, rules: &'r Rules) -> Terms<'r> {
    let (parts, openness, declared) = match review.license("", rules) {
        Said::Named(name) if names_something(&name) => {
            let parts = overlay::parts(&name, Kind::Weights, rules);
            let openness = parts.iter().fold(Openness::Open, |o, p| o.and(p.openness));
            (parts, openness, vec![text::squeeze(&name)])
        }
        Said::None => (Vec::new(), Openness::None, Vec::new()),
        Said::Nothing | Said::Named(_) => (Vec::new(), Openness::Unknown, Vec::new()),
    };
    Terms {
        declared,
        parts,
        openness,
        basis: Basis::Attested,
        evidence: vec![review.cite(None, None, "the license of the weights")],
        texts: Vec::new(),
        reason: format!("stated by {}", review.by),
        code: None,
        data: None,
        gap: None,
    }
}

/// A model that the file says is made from another one, whose terms may bind.
fn made_from(review: &Review) -> Option<String> {
    match &review.content {
        Content::Mof(d) => {
            let tuned = d.treatment.as_deref().is_some_and(|t| t.contains("fine-tuned"));
            let origin = d.origin.clone().filter(|o| !text::words(&d.name).starts_with(&text::words(o)));
            origin.filter(|_| tuned)
        }
        Content::Index(i) => {
            let (base, end) = (i.base_ids.first()?, i.end_ids.first()?);
            let owner = |id: &str| id.split('/').next().unwrap_or_default().to_lowercase();
            (owner(base) != owner(end)).then(|| base.clone())
        }
        Content::Own(_) => None,
    }
}

/// All 17: what is stated; what a file of the tool does not list is not there; of the rest nothing is known.
fn components(review: &Review, statements: &[Statement], rules: &Rules) -> Components {
    let mut out = Components::new();
    for id in ComponentId::ALL {
        let stated = statements.iter().find(|s| s.component == *id);
        let component = match (stated, &review.content) {
            (Some(s), _) => attested(s, None, &review.by, review.cite(s.line, s.url.as_deref(), &s.note), rules),
            (None, content) => {
                let listed = matches!(content, Content::Mof(_));
                Component {
                    id: *id,
                    availability: if listed { Availability::NotFound } else { Availability::Unknown },
                    basis: if listed { Basis::Attested } else { Basis::None },
                    license: if listed { crate::component::license_none() } else { crate::component::license_unknown() },
                    evidence: Vec::new(),
                    summary: if listed { "not listed".into() } else { "the file does not speak of it".into() },
                    gap: (!listed).then(|| Gap::NotFetched(ALONE.into())),
                }
            }
        };
        out.insert(*id, component);
    }
    out
}

/// What the tool would read otherwise than the curator meant.
fn spelling(review: &Review, declared: &crate::reviewed::mof::Declared, rules: &Rules, findings: &mut Vec<Finding>) {
    for stranger in declared.strangers(rules) {
        let message = format!("`{}` is no component of the framework; it is passed over", text::cut(&text::line(&stranger.name), 60));
        findings.push(Finding::new(rules, "evidence/component-unknown", message, vec![review.cite(stranger.line, None, &stranger.name)]));
    }
    let Some(rule) = mof_rule(rules) else { return };
    let mut seen: Vec<&str> = Vec::new();
    for listed in &declared.components {
        let Some(id) = crate::reviewed::mof::Declared::component(rules, &listed.name) else { continue };
        let Some(name) = declared.license_of(listed, id, rules).filter(|n| !seen.contains(n)) else { continue };
        let folded = text::words(name);
        let remark = rule.absent.iter().any(|a| text::contains_phrase(&folded, &text::words(a)));
        if let Some(known) = license::find(rules, name).filter(|k| k.id() != name && !k.id().starts_with("LicenseRef-") && !remark) {
            seen.push(name);
            let message = format!(
                "`{}` is not the SPDX id {}, so the framework's evaluation does not count it",
                text::cut(&text::line(name), 60),
                known.id()
            );
            findings.push(Finding::new(rules, "evidence/license-spelling", message, vec![review.cite(listed.line, None, name)]));
        }
    }
}
