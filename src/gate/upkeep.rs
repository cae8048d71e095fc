//! Entries of policy and lock: what exceptions excuse, and what is out of date or of no use.

use super::draft::level;
use super::lock::{Entry, Lock};
use super::subject::{Key, Origin};
use super::{Excused, Input, Outcome, Place, Use, Violation, place_in_policy};
use crate::vocabulary::Severity;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Takes out what a valid exception excuses, place by place; adds what is wrong with exceptions.
pub(super) fn excuse(violations: &mut Vec<Violation>, input: &Input<'_>, out: &mut Outcome) {
    let names: BTreeMap<String, &str> = input.subjects.values().map(|s| (s.target.to_lowercase(), s.id.as_str())).collect();
    let ids = |v: &Violation| -> Vec<String> {
        let Some(model) = &v.model else { return vec![String::new()] };
        let found = names.get(&model.to_lowercase());
        std::iter::once(model.clone()).chain(found.map(|id| (*id).to_string())).collect()
    };
    for e in &input.policy.exceptions {
        let fits = |v: &Violation| e.rules.contains(&v.rule) && ids(v).iter().any(|id| e.model.fits_model(id));
        if e.expires.value < input.today {
            let message = format!("the exception for `{}` expired on {}", e.model.text, e.expires.value);
            violations.extend(about_policy("exception/expired", message, &e.expires.span, input));
            continue;
        }
        let mut used = false;
        for v in violations.iter_mut().filter(|v| fits(v)) {
            let here = |p: &Place| e.paths.is_empty() || p.path.as_deref().is_some_and(|path| e.paths.iter().any(|g| g.fits_path(path)));
            let (excused, left): (Vec<Place>, Vec<Place>) = std::mem::take(&mut v.places).into_iter().partition(here);
            v.places = left;
            if excused.is_empty() {
                continue;
            }
            used = true;
            out.excused.push(Excused {
                rule: v.rule.clone(),
                model: v.model.clone(),
                message: v.message.clone(),
                places: excused,
                reason: e.reason.clone(),
                owner: e.owner.clone(),
                expires: e.expires.value.to_string(),
            });
        }
        if !used && input.whole {
            let message = format!("the exception for `{}` matches nothing", e.model.text);
            violations.extend(about_policy("exception/unused", message, &e.span, input));
        }
        violations.retain(|v| !v.places.is_empty());
    }
}

/// Entries of policy and lock that are of no use.
pub(super) fn housekeeping(violations: &mut Vec<Violation>, exclusions: &[bool], input: &Input<'_>, out: &Outcome) {
    if !input.whole {
        return;
    }
    for (e, _) in input.policy.exclude.iter().zip(exclusions).filter(|(_, used)| !**used) {
        violations.extend(about_policy("exclude/unused", "this exclusion leaves nothing out".into(), &e.span, input));
    }
    // The lock does not keep which texts were read, and what could not be had may hold the text.
    let can_tell = input.subjects.values().all(|s| s.origin != Origin::Locked && s.incomplete.is_empty());
    for c in &input.policy.clarifications {
        let digest = format!("sha256:{}", c.digest);
        let seen = input.subjects.values().any(|s| {
            let cited = s.license_evidence.iter().chain(s.findings.iter().flat_map(|f| &f.evidence));
            cited.into_iter().any(|e| e.digest.as_deref() == Some(digest.as_str()))
        });
        if !seen && can_tell {
            let message = format!("no model that is used has the license text that is clarified as {}", c.license);
            violations.extend(about_policy("clarify/unused", message, &c.span, input));
        }
    }
    if let Some(lock) = input.locked.lock() {
        // What is used where the policy does not look is used all the same.
        let used: BTreeSet<Key> = input.uses.iter().filter_map(Use::key).collect();
        for entry in lock.entries().filter(|e| !out.judged.contains(&e.subject.key()) && !used.contains(&e.subject.key())) {
            violations.extend(about_lock("lock/stale", format!("{} is locked and not used", entry.subject.target), entry, lock, input));
        }
    }
}

fn about(rule: &str, message: String, place: Place, input: &Input<'_>) -> Option<Violation> {
    let default = input.rules.findings.get(rule).map_or(Severity::Warning, |f| f.severity);
    let severity = level(rule, default, input.environment)?;
    Some(Violation {
        rule: rule.to_string(),
        severity,
        unknown: false,
        model: None,
        message,
        places: vec![place],
        asked: None,
        evidence: Vec::new(),
        help: Vec::new(),
        fixes: Vec::new(),
        fingerprint: String::new(),
    })
}

/// Something wrong with an entry of the policy.
fn about_policy(rule: &str, message: String, span: &Range<usize>, input: &Input<'_>) -> Option<Violation> {
    about(rule, message, place_in_policy(input.policy, span), input)
}

/// Something wrong with an entry of the lock.
fn about_lock(rule: &str, message: String, entry: &Entry, lock: &Lock, input: &Input<'_>) -> Option<Violation> {
    let place = Place {
        file: lock.file.clone(),
        line: entry.line,
        column: 1,
        end_column: 10,
        snippet: "[[model]]".into(),
        snippet_column: 1,
        fingerprint: String::new(),
        pinned: None,
        path: None,
    };
    about(rule, message, place, input)
}
