//! What is not as the lock has it.

use super::draft::{Draft, draft, level};
use super::lock::Entry;
use super::span_of;
use super::subject::Subject;
use crate::policy::condition::scalar;
use crate::policy::{Action, Settings};
use crate::text;
use crate::vocabulary::{Openness, Severity};
use std::collections::BTreeSet;

/// A model that the lock does not have.
pub fn unlocked(name: &str) -> Draft {
    draft("lock/unlocked", Severity::Error, format!("{name} is not in the lock"), None)
}

/// What is not as the lock has it. Where evidence is missing that was there when it was locked, a
/// difference may be none: then it is not known.
pub fn drift(subject: &Subject, entry: &Entry, s: &Settings) -> Vec<Draft> {
    let was = &entry.subject;
    let lost = subject.incomplete.iter().any(|(what, _)| !was.incomplete.iter().any(|(w, _)| w == what));
    let certain = |rule: &str| match rule {
        "lock/license-changed" => subject.license.is_some() && subject.openness != Openness::Unknown,
        "lock/verdict-changed" => subject.possible < was.verdict || subject.verdict > was.verdict,
        "lock/weights-changed" => subject.weights.is_some(),
        "lock/access-changed" => subject.gated.is_some(),
        "lock/revision-moved" => subject.revision.is_some(),
        _ => false,
    };
    let (changes, open): (Vec<_>, Vec<_>) =
        changes(was, subject).into_iter().partition(|c| if subject.is_missing() { false } else { !lost || certain(c.rule) });
    let grave = changes.iter().any(|c| c.rule != "lock/revision-moved" && c.rule != "lock/facts-changed");
    let mut out = Vec::new();
    // Where missing evidence fails anyway, it need not be said twice.
    if !open.is_empty() && s.on_unknown() != Action::Deny {
        let message = format!("it cannot be known whether {} is as it was locked: {}", subject.target, subject.gaps());
        out.push(Draft { unknown: true, ..draft("evidence/incomplete", Severity::Error, message, span_of(&s.unknown)) });
    }
    for change in changes {
        // With a graver change the commit has moved too; saying so again would not help.
        if change.rule == "lock/revision-moved" && grave {
            continue;
        }
        let default = if matches!(change.rule, "lock/revision-moved" | "lock/facts-changed") { Severity::Warning } else { Severity::Error };
        let Some(severity) = level(change.rule, default, s) else { continue };
        let message = format!("{}: {} (locked on {})", subject.target, change.text, entry.since);
        let mut d = draft(change.rule, severity, message, None);
        if change.rule == "lock/license-changed" {
            d.evidence = subject.license_evidence.clone();
        }
        out.push(d);
    }
    out
}

/// One difference between lock and now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub rule: &'static str,
    pub text: String,
}

/// What is not as it was, gravest first.
pub fn changes(was: &Subject, is: &Subject) -> Vec<Change> {
    let mut out = Vec::new();
    let mut push = |rule, text: String| out.push(Change { rule, text });
    let or_none = |s: &Option<String>| s.clone().unwrap_or_else(|| "no known license".into());
    if was.license != is.license {
        push("lock/license-changed", format!("its license was {} and is {}", or_none(&was.license), or_none(&is.license)));
    } else if was.openness != is.openness {
        push("lock/license-changed", format!("its license counted as {} and counts as {}", was.openness, is.openness));
    } else if was.terms != is.terms {
        let diff = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>();
        let (gone, new) = (diff(&was.terms, &is.terms), diff(&is.terms, &was.terms));
        let mut said = Vec::new();
        if !new.is_empty() {
            said.push(format!("has new terms ({})", text::list(&new)));
        }
        if !gone.is_empty() {
            said.push(format!("lacks terms that it had ({})", text::list(&gone)));
        }
        push("lock/license-changed", format!("its license {}", said.join(" and ")));
    }
    if was.verdict != is.verdict {
        push("lock/verdict-changed", format!("it was {} and is {}", was.verdict, is.verdict));
    }
    if was.weights != is.weights {
        push("lock/weights-changed", "its weight files are not the ones that were locked".into());
    }
    if was.gated != is.gated {
        let state = |g: Option<bool>| match g {
            Some(true) => "gated",
            Some(false) => "not gated",
            None => "of unknown access",
        };
        push("lock/access-changed", format!("it was {} and is {}", state(was.gated), state(is.gated)));
    }
    let facts = differing_facts(was, is);
    if !facts.is_empty() {
        push("lock/facts-changed", format!("{} changed", text::list(&facts)));
    }
    if was.revision != is.revision {
        let short = |r: &Option<String>| r.as_deref().map_or("none".to_string(), |r| r.chars().take(12).collect());
        push("lock/revision-moved", format!("its commit was {} and is {}", short(&was.revision), short(&is.revision)));
    }
    out
}

fn differing_facts(was: &Subject, is: &Subject) -> Vec<String> {
    const SHOWN: usize = 6;
    let mut out = BTreeSet::new();
    for id in was.components.keys().chain(is.components.keys()) {
        if was.components.get(id).map(|c| (c.availability, c.openness)) != is.components.get(id).map(|c| (c.availability, c.openness)) {
            out.insert(format!("the component {id}"));
        }
    }
    for path in was.frameworks.keys().chain(is.frameworks.keys()) {
        if was.frameworks.get(path).map(scalar) != is.frameworks.get(path).map(scalar) {
            out.insert(format!("the result {path}"));
        }
    }
    let bases = |s: &Subject| s.lineage.iter().map(|b| (b.id.clone(), b.verdict)).collect::<BTreeSet<_>>();
    if bases(was) != bases(is) {
        out.insert("the base models".to_string());
    }
    let more = out.len().saturating_sub(SHOWN);
    let mut out: Vec<String> = out.into_iter().take(SHOWN).collect();
    if more > 0 {
        out.push(format!("{more} more"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::lock::tests::full;
    use super::*;
    use crate::vocabulary::Verdict;

    #[test]
    fn changes_name_what_changed() {
        let was = full("org/a");
        let mut is = full("org/a");
        assert_eq!(changes(&was, &is), []);
        is.revision = None;
        assert_eq!(changes(&was, &is)[0].rule, "lock/revision-moved");
        is.license = Some("CC-BY-NC-4.0".into());
        is.gated = Some(true);
        is.weights = Some("sha256:cc".into());
        is.verdict = Verdict::WeightsAvailable;
        is.lineage.clear();
        let rules: Vec<&str> = changes(&was, &is).iter().map(|c| c.rule).collect();
        assert_eq!(
            rules,
            [
                "lock/license-changed",
                "lock/verdict-changed",
                "lock/weights-changed",
                "lock/access-changed",
                "lock/facts-changed",
                "lock/revision-moved"
            ]
        );
        let mut terms = full("org/a");
        terms.terms.insert("user-cap".into());
        assert_eq!(changes(&was, &terms)[0].text, "its license has new terms (user-cap)");
    }
}
