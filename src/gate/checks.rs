//! Single questions of the gate, each with the rule that it belongs to (`rules/gate.toml`).

use super::draft::{Draft, draft, level};
use super::subject::{Origin, Subject};
use super::{is_gate_rule, span_of};
use crate::policy::licenses::{self, LicenseSet, Part};
use crate::policy::{Action, ComponentNeed, Settings};
use crate::report::Evidence;
use crate::rules::Rules;
use crate::text;
use crate::vocabulary::{Availability, Basis, Content, Openness, Severity, Tri, Verdict};
use std::ops::Range;

/// A requirement, answered.
pub(super) struct Asked {
    pub(super) rule: &'static str,
    pub(super) severity: Severity,
    pub(super) tri: Tri,
    /// What is asked, as in "it cannot be known whether …".
    pub(super) whether: String,
    /// What is said where it is not met.
    pub(super) message: String,
    pub(super) span: Option<Range<usize>>,
    pub(super) evidence: Vec<Evidence>,
}

/// Everything that the policy says about one model.
pub fn model(subject: &Subject, s: &Settings, rules: &Rules) -> Vec<Draft> {
    let mut asked = names(subject, s);
    if subject.origin == Origin::Hosted {
        if let Some(severity) = s.on_hosted().severity() {
            asked.push(Asked {
                rule: "policy/hosted",
                severity,
                tri: Tri::NotMet,
                whether: String::new(),
                message: format!("{} is only sold behind an API, so it is closed", subject.target),
                span: span_of(&s.hosted).or_else(|| span_of(&s.verdict)),
                evidence: Vec::new(),
            });
        }
    } else {
        asked.extend(verdict(subject, s));
        asked.extend(license(subject, s, rules));
        asked.extend(super::user::asked(subject, s, rules));
        asked.extend(s.components.iter().flatten().map(|need| component(subject, &need.value, need.span.clone())));
        asked.extend(frameworks(subject, s));
        asked.extend(gated(subject, s));
        asked.extend(lineage(subject, s));
    }
    let mut drafts = findings(subject, s, &mut asked);
    let mut open: Vec<(Asked, Severity)> = Vec::new();
    for a in asked {
        let Some(severity) = level(a.rule, a.severity, s) else { continue };
        match a.tri {
            Tri::Met => {}
            Tri::Unknown if !subject.incomplete.is_empty() => open.push((a, severity)),
            _ => drafts.push(Draft { evidence: a.evidence, ..draft(a.rule, severity, a.message, a.span) }),
        }
    }
    drafts.extend(incomplete(subject, s, open));
    if let Some(warned) = warned_terms(subject, s) {
        drafts.push(warned);
    }
    drafts
}

/// What could not be had. Where a requirement rests on it, no setting makes it pass.
fn incomplete(subject: &Subject, s: &Settings, open: Vec<(Asked, Severity)>) -> Option<Draft> {
    if subject.incomplete.is_empty() {
        return None;
    }
    let needed = open.iter().map(|(_, severity)| *severity).max();
    let severity = needed.max(s.on_unknown().severity())?;
    let whether: Vec<String> = open.iter().map(|(a, _)| a.whether.clone()).filter(|w| !w.is_empty()).collect();
    let name = &subject.target;
    let message = match (subject.is_missing(), whether.is_empty()) {
        (true, _) => format!("{name} could not be audited: {}", subject.gaps()),
        (false, true) => format!("not everything about {name} could be had: {}", subject.gaps()),
        (false, false) => format!("it cannot be known whether {name} {}: {}", text::list(&whether), subject.gaps()),
    };
    let asked = open.into_iter().find_map(|(a, _)| a.span).or_else(|| span_of(&s.unknown));
    Some(Draft { unknown: true, ..draft("evidence/incomplete", severity, message, asked) })
}

fn verdict(subject: &Subject, s: &Settings) -> Option<Asked> {
    let least = s.verdict.as_ref()?;
    let tri = if subject.verdict >= least.value {
        Tri::Met
    } else if subject.is_missing() || (subject.possible >= least.value && !subject.incomplete.is_empty()) {
        Tri::Unknown
    } else {
        Tri::NotMet
    };
    let why = subject.reasons.first().map(|r| format!(": {r}")).unwrap_or_default();
    Some(Asked {
        rule: "policy/verdict",
        severity: Severity::Error,
        tri,
        whether: format!("is {} at least", least.value),
        message: format!("{} is {}, and the policy asks for {} at least{why}", subject.target, subject.verdict, least.value),
        span: Some(least.span.clone()),
        evidence: subject.reason_evidence.clone(),
    })
}

/// All questions about licenses and denied terms.
fn license(subject: &Subject, s: &Settings, rules: &Rules) -> Vec<Asked> {
    let set = |list: &Option<LicenseSet>| list.as_ref().filter(|l| !l.entries.is_empty()).cloned();
    let (allow, deny) = (set(&s.allow), set(&s.deny));
    let denied = s.terms_deny.as_deref().unwrap_or_default();
    if allow.is_none() && deny.is_none() && denied.is_empty() {
        return Vec::new();
    }
    let span = allow.as_ref().or(deny.as_ref()).map(|l| l.span.clone()).or_else(|| denied.first().map(|t| t.span.clone()));
    let make = |rule: &'static str, tri: Tri, message: String, span: Option<Range<usize>>| Asked {
        rule,
        severity: Severity::Error,
        tri,
        whether: "is under a license that is allowed".into(),
        message,
        span,
        evidence: subject.license_evidence.clone(),
    };
    let name = &subject.target;
    let Some(effective) = &subject.license else {
        return vec![match subject.openness {
            Openness::None => make("policy/license-missing", Tri::NotMet, format!("{name} has no license: all rights are reserved"), span),
            _ => make("policy/license-unknown", Tri::Unknown, format!("it is not known which license {name} is under"), span),
        }];
    };
    let parts = licenses::parts(effective, rules);
    let mut out = Vec::new();
    let mut unknown: Vec<String> = parts.iter().filter(|p| p.known.is_none()).map(|p| p.id.clone()).collect();
    if let Some(allow) = &allow {
        let (tri, missing) = allow.allows(&parts);
        if tri == Tri::NotMet {
            let bound = if parts.len() > 1 { format!(" (it is bound by {effective})") } else { String::new() };
            let message = format!("{name} is under {}, which the policy does not allow{bound}", text::list(&missing));
            out.push(make("policy/license-not-allowed", Tri::NotMet, message, Some(allow.span.clone())));
        }
    }
    if let Some(deny) = &deny {
        for (id, span) in deny.denies(&parts).1 {
            out.push(make("policy/license-denied", Tri::NotMet, format!("{name} is under {id}, which the policy denies"), Some(span)));
        }
    }
    for term in denied {
        match has_term(subject, &parts, &term.value, rules) {
            Tri::NotMet => {
                let title = rules.terms.get(&term.value).map_or("", |t| t.title.as_str());
                let message = format!("{name} is under {effective}, whose term `{}` the policy denies: {title}", term.value);
                out.push(make("policy/term", Tri::NotMet, message, Some(term.span.clone())));
            }
            Tri::Unknown => unknown.extend(parts.iter().filter(|p| may_have(p, &term.value, rules)).map(|p| p.id.clone())),
            Tri::Met => {}
        }
    }
    unknown.sort();
    unknown.dedup();
    // A license can be known by name and what binds still not be: a base model that is not declared.
    let undeclared = subject.openness == Openness::Unknown && parts.iter().all(|p| p.known.is_some());
    if !unknown.is_empty() {
        let message = format!("no rule knows what {} asks, which {name} is under", text::list(&unknown));
        out.push(make("policy/license-unknown", Tri::Unknown, message, span));
    } else if undeclared && out.is_empty() {
        let message = format!("{name} is under {effective}, and further terms may bind that are not known");
        out.push(make("policy/license-unknown", Tri::Unknown, message, span));
    }
    out
}

/// Whether no license that binds has a term (`Met`), one has (`NotMet`), or it cannot be told.
fn has_term(subject: &Subject, parts: &[Part<'_>], term: &str, rules: &Rules) -> Tri {
    if subject.terms.contains(term) || parts.iter().any(|p| p.known.is_some_and(|k| k.terms().any(|t| t == term))) {
        return Tri::NotMet;
    }
    if parts.iter().any(|p| may_have(p, term, rules)) { Tri::Unknown } else { Tri::Met }
}

/// Whether the terms of a license are not known well enough to say that it lacks one. Of the SPDX
/// list only the approved licenses are known to lack terms that restrict.
pub(super) fn may_have(part: &Part<'_>, term: &str, rules: &Rules) -> bool {
    match part.known {
        None => true,
        Some(crate::rules::licenses::Known::Rule(_)) => false,
        Some(known) => known.openness(Content::Weights) != Openness::Open || !rules.terms.get(term).is_some_and(|t| t.restricts),
    }
}

fn warned_terms(subject: &Subject, s: &Settings) -> Option<Draft> {
    let found: Vec<_> = s.terms_warn.iter().flatten().filter(|t| subject.terms.contains(&t.value)).collect();
    let severity = level("policy/term-warned", Severity::Warning, s)?;
    let names: Vec<String> = found.iter().map(|t| format!("`{}`", t.value)).collect();
    let license = subject.license.as_deref().unwrap_or("its license");
    let message = format!("{} is under {license}, which has {}", subject.target, text::list(&names));
    let span = found.first()?.span.clone();
    Some(Draft { evidence: subject.license_evidence.clone(), ..draft("policy/term-warned", severity, message, Some(span)) })
}

fn component(subject: &Subject, need: &ComponentNeed, span: Range<usize>) -> Asked {
    let name = need.id.slug().replace('-', " ");
    let (tri, state) = match subject.components.get(&need.id) {
        None => (Tri::Unknown, "is not known".to_string()),
        Some(c) => {
            let there = match c.availability {
                Availability::Unknown => Tri::Unknown,
                a if need.availability.contains(&a) && c.basis >= Basis::Linked => Tri::Met,
                a if need.availability.contains(&a) => Tri::Unknown,
                _ => Tri::NotMet,
            };
            let open = match c.openness {
                _ if !need.open => Tri::Met,
                Openness::Open => Tri::Met,
                Openness::Unknown => Tri::Unknown,
                Openness::Restricted | Openness::None => Tri::NotMet,
            };
            let state = match there {
                Tri::Met => format!(
                    "is {}, under a license that is {}",
                    c.availability,
                    if open == Tri::Unknown { "not known" } else { "not open" }
                ),
                _ => format!("is {} (basis: {})", c.availability, c.basis),
            };
            (there.min(open), state)
        }
    };
    Asked {
        rule: "policy/component",
        severity: Severity::Error,
        tri,
        whether: format!("has its {name}"),
        message: format!("the {name} of {} {state}", subject.target),
        span: Some(span),
        evidence: Vec::new(),
    }
}

fn frameworks(subject: &Subject, s: &Settings) -> Vec<Asked> {
    let ask = |at: &crate::policy::read::At<crate::policy::condition::Condition>| {
        let c = &at.value;
        let found = c.found(&subject.frameworks);
        let is = found.map_or("it is not known".to_string(), |f| format!("it is {}", text::cut(&f, 40)));
        Asked {
            rule: "policy/framework",
            severity: Severity::Error,
            tri: c.holds(&subject.frameworks).map_or(Tri::Unknown, Tri::from),
            whether: format!("meets `{}`", c.text),
            message: format!("{} does not meet `{}`: {is}", subject.target, c.text),
            span: Some(at.span.clone()),
            evidence: Vec::new(),
        }
    };
    s.frameworks.iter().flatten().map(ask).collect()
}

fn gated(subject: &Subject, s: &Settings) -> Option<Asked> {
    let action = s.gated.as_ref()?;
    let severity = action.value.severity()?;
    let tri = match subject.gated {
        Some(true) => Tri::NotMet,
        Some(false) => Tri::Met,
        // Only a denial asks for proof.
        None if action.value == Action::Deny => Tri::Unknown,
        None => Tri::Met,
    };
    let message = match subject.gated {
        Some(_) => format!("{} is gated: it has to be asked for before it can be downloaded", subject.target),
        None => format!("it is not known whether {} is gated", subject.target),
    };
    let whether = "can be had without asking".into();
    Some(Asked { rule: "policy/gated", severity, tri, whether, message, span: Some(action.span.clone()), evidence: Vec::new() })
}

fn lineage(subject: &Subject, s: &Settings) -> Vec<Asked> {
    let make = |tri: Tri, severity: Severity, message: String, span: Range<usize>| Asked {
        rule: "policy/lineage",
        severity,
        tri,
        whether: "is made from models that the policy allows".into(),
        message,
        span: Some(span),
        evidence: Vec::new(),
    };
    let suspect = subject.findings.iter().find(|f| f.rule == "lineage/undeclared-base");
    let mut out = Vec::new();
    if let Some(least) = &s.lineage_verdict {
        for base in subject.lineage.iter().filter(|b| b.verdict < least.value) {
            let tri = if base.verdict == Verdict::Unknown { Tri::Unknown } else { Tri::NotMet };
            let message = format!(
                "{} is made from {} ({}), which is {}, and the policy asks for {} at least",
                subject.target, base.id, base.relation, base.verdict, least.value
            );
            out.push(make(tri, Severity::Error, message, least.span.clone()));
        }
        let hidden = subject.is_missing() || suspect.is_some() || subject.findings.iter().any(|f| f.rule == "lineage/base-unknown");
        if hidden {
            let message = format!("it is not known what {} is made from", subject.target);
            out.push(make(Tri::Unknown, Severity::Error, message, least.span.clone()));
        }
    }
    if let Some(action) = &s.undeclared
        && let Some(severity) = action.value.severity()
    {
        if let Some(found) = suspect {
            let message = format!("{}: {}", subject.target, found.message);
            out.push(make(Tri::NotMet, severity, message, action.span.clone()));
        } else if subject.is_missing() && action.value == Action::Deny {
            out.push(make(Tri::Unknown, severity, format!("it is not known what {} is made from", subject.target), action.span.clone()));
        }
    }
    out
}

/// Models that are denied by name, as the project, the hub and its descendants call them.
fn names(subject: &Subject, s: &Settings) -> Vec<Asked> {
    let mut out = Vec::new();
    for at in s.models_deny.iter().flatten() {
        let make = |tri, message| Asked {
            rule: "policy/model-denied",
            severity: Severity::Error,
            tri,
            whether: format!("is none of the denied models `{}`", at.value.text),
            message,
            span: Some(at.span.clone()),
            evidence: Vec::new(),
        };
        if at.value.fits_model(&subject.target) || at.value.fits_model(&subject.id) {
            let renamed = if subject.id.eq_ignore_ascii_case(&subject.target) { String::new() } else { format!(" ({})", subject.id) };
            out.push(make(Tri::NotMet, format!("{}{renamed} is denied by name", subject.target)));
        } else if let Some(base) = subject.lineage.iter().find(|b| at.value.fits_model(&b.id)) {
            out.push(make(Tri::NotMet, format!("{} is made from {}, which is denied by name", subject.target, base.id)));
        } else if subject.is_missing() {
            out.push(make(Tri::Unknown, String::new()));
        }
    }
    out
}

/// Findings of the audit: those that the policy names at its severity, and grave ones as warnings.
fn findings(subject: &Subject, s: &Settings, asked: &mut Vec<Asked>) -> Vec<Draft> {
    let mut out = Vec::new();
    for found in &subject.findings {
        let default = (found.severity == Severity::Error).then_some(Severity::Warning);
        let at = s.severities.get(&found.rule);
        let Some(severity) = at.map_or(default, |at| at.value) else { continue };
        out.push(Draft {
            evidence: found.evidence.clone(),
            ..draft(&found.rule, severity, format!("{}: {}", subject.target, found.message), at.map(|a| a.span.clone()))
        });
    }
    // What was not found may only not have been seen.
    for (rule, at) in s.severities.iter().filter(|(id, at)| !is_gate_rule(id) && at.value == Some(Severity::Error)) {
        if !subject.incomplete.is_empty() && !subject.findings.iter().any(|f| f.rule == *rule) {
            asked.push(Asked {
                rule: "evidence/incomplete",
                severity: Severity::Error,
                tri: Tri::Unknown,
                whether: format!("is free of `{rule}`"),
                message: String::new(),
                span: Some(at.span.clone()),
                evidence: Vec::new(),
            });
        }
    }
    out
}
