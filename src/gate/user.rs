//! Whether licenses are granted to the user that the policy describes: where they are, and how large.

use super::checks::{Asked, may_have};
use super::subject::Subject;
use crate::policy::Settings;
use crate::policy::licenses::{self, Part};
use crate::policy::read::At;
use crate::rules::Rules;
use crate::rules::licenses::{Cap, CapKind, Known, LicenseRule};
use crate::text;
use crate::vocabulary::{Openness, Severity, Tri};

/// What a license says to one question: the answer, and the reason where it is not "granted".
type Answer = (Tri, String);

/// The questions of `[user]`. Each is asked of every license that binds; the worst answer counts.
pub(super) fn asked(subject: &Subject, s: &Settings, rules: &Rules) -> Vec<Asked> {
    let parts = subject.license.as_deref().map(|l| licenses::parts(l, rules)).unwrap_or_default();
    let mut out = Vec::new();
    let mut ask = |rule: &'static str, whether: String, span, answer: &dyn Fn(&Part<'_>) -> Answer| {
        let mut answers: Vec<Answer> = parts.iter().map(answer).filter(|(tri, _)| *tri != Tri::Met).collect();
        if parts.is_empty() {
            answers.push(match subject.openness {
                Openness::None => (Tri::NotMet, "it has no license, so nothing is granted to anybody".into()),
                _ => (Tri::Unknown, "it is not known which license it is under".into()),
            });
        }
        let Some(tri) = answers.iter().map(|(tri, _)| *tri).min() else { return };
        let why: Vec<String> = answers.into_iter().filter(|(t, _)| *t == tri).map(|(_, why)| why).collect();
        let message = format!("{}: {}", subject.target, text::list(&why));
        let evidence = subject.license_evidence.clone();
        out.push(Asked { rule, severity: Severity::Error, tri, whether, message, span: Some(span), evidence });
    };
    if let Some(place) = &s.place {
        let title = rules.places.get(&place.value).map_or(place.value.as_str(), |g| g.title.as_str());
        ask("policy/place", format!("is licensed in {title}"), place.span.clone(), &|part| granted(part, place, title, subject, rules));
    }
    for (kind, number) in
        [(CapKind::MonthlyUsers, &s.monthly_users), (CapKind::Users, &s.users), (CapKind::YearlyRevenueUsd, &s.yearly_revenue_usd)]
    {
        let Some(number) = number else { continue };
        let size = Cap { kind, value: number.value }.title();
        ask("policy/size", format!("is licensed to users with {size}"), number.span.clone(), &|part| {
            within(part, kind, number.value, &size, s, rules)
        });
    }
    out
}

/// Whether a license is granted in a place.
fn granted(part: &Part<'_>, place: &At<String>, title: &str, subject: &Subject, rules: &Rules) -> Answer {
    let Some(rule) = with_term(part, "territorial") else { return unknown_unless(part, "territorial", "in which places", rules) };
    let Some(places) = &rule.places else {
        return (Tri::Unknown, format!("{} is not granted everywhere, and the rules do not say where", part.id));
    };
    if !places.excludes(&place.value, &rules.places) {
        return (Tri::Met, String::new());
    }
    if !places.multimodal_only {
        return (Tri::NotMet, format!("{} is not granted in {title}", part.id));
    }
    let text_only = |task: &String| rules.words.get("text-only-tasks").is_some_and(|w| w.list.contains(task));
    match &subject.task {
        Some(task) if text_only(task) => (Tri::Met, String::new()),
        Some(task) => {
            (Tri::NotMet, format!("{} is not granted in {title} for models of more than text, and this one is for {task}", part.id))
        }
        None => (Tri::Unknown, format!("{} is not granted in {title} for models of more than text, and no task is known", part.id)),
    }
}

/// Whether a license is granted to users of a size.
fn within(part: &Part<'_>, kind: CapKind, number: u64, size: &str, s: &Settings, rules: &Rules) -> Answer {
    let term = kind.term();
    let Some(rule) = with_term(part, term) else { return unknown_unless(part, term, "to how large users", rules) };
    match &rule.cap {
        Some(cap) if cap.kind == kind && number >= cap.value => {
            (Tri::NotMet, format!("{} has a cap of {}, and the policy gives {size}", part.id, cap.title()))
        }
        Some(cap) if cap.kind == kind => (Tri::Met, String::new()),
        // Of users in a month and users in all, a license counts one; what the policy says of that one answers.
        Some(cap) if cap.kind.term() == term && [&s.users, &s.monthly_users].iter().all(|n| n.is_some()) => (Tri::Met, String::new()),
        _ => (Tri::Unknown, format!("{} has a cap ({term}) that the rules do not give in this unit", part.id)),
    }
}

/// The rule of a license that has a term.
fn with_term<'r>(part: &Part<'r>, term: &str) -> Option<&'r LicenseRule> {
    match part.known {
        Some(Known::Rule(rule)) if rule.terms.iter().any(|t| t.get_ref() == term) => Some(rule),
        _ => None,
    }
}

/// The answer of a license without the term: granted, unless nobody knows its terms.
fn unknown_unless(part: &Part<'_>, term: &str, what: &str, rules: &Rules) -> Answer {
    if may_have(part, term, rules) {
        (Tri::Unknown, format!("no rule knows {what} {} is granted", part.id))
    } else {
        (Tri::Met, String::new())
    }
}
