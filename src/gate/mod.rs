//! The gate: what a project uses, held against its policy. A pure function of references, audited
//! models, policy, lock and day; it reads no file and fetches nothing.
//!
//! Two rules hold everywhere: what is not known never passes, and a stricter policy never lets
//! through what a looser one stopped.

pub mod baseline;
pub mod checks;
pub mod draft;
pub mod drift;
pub mod hints;
pub mod lock;
#[cfg(test)]
mod properties;
pub mod subject;
mod upkeep;
mod user;
mod uses;

use crate::exit::Exit;
use crate::policy::read::At;
use crate::policy::{Action, Policy, Settings};
use crate::report::Evidence;
use crate::rules::Rules;
use crate::scan::Role;
use crate::text::squeeze;
use crate::vocabulary::Severity;
use draft::Draft;
use jiff::civil::Date;
use lock::Lock;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use subject::{Key, Subject};

/// One place where the project uses a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Use {
    pub place: Place,
    /// `None` where it can only be known when the program runs.
    pub target: Option<String>,
    pub revision: Option<String>,
    /// The revision is a full commit id.
    pub pinned: bool,
    pub hosted: bool,
    pub role: Role,
    /// What takes the name, for readers.
    pub via: String,
    /// Why there is no target.
    pub unresolved: Option<String>,
}

/// A place in a file, as people are shown it.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// As it is printed: relative to the current directory where it lies below it.
    pub file: String,
    /// From 1; columns in characters.
    pub line: u32,
    pub column: u32,
    pub end_column: u32,
    pub snippet: String,
    /// The column at which the snippet begins.
    pub snippet_column: u32,
    /// The same violation at the same line of code has the same one, wherever the line moves to.
    pub fingerprint: String,
    /// The line with the commit in the call, where the revision is not pinned and the way to say it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned: Option<String>,
    /// Relative to the policy's directory; `None` for places in the policy and lock themselves.
    #[serde(skip)]
    pub path: Option<String>,
}

/// Something that the policy or lock does not allow.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Violation {
    pub rule: String,
    pub severity: Severity,
    /// It is not proven wrong: what would prove it right could not be had.
    pub unknown: bool,
    pub model: Option<String>,
    pub message: String,
    /// Where in the project; the first is shown with its line.
    pub places: Vec<Place>,
    /// The line of the policy that asks for it.
    pub asked: Option<Place>,
    pub evidence: Vec<Evidence>,
    pub help: Vec<String>,
    /// A way out that is ready to copy: the kind (`pin`, `swap`, `exception`) and the text.
    pub fixes: Vec<Fix>,
    /// Of the violation as a whole, for those without a place.
    pub fingerprint: String,
}

/// A way out.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fix {
    pub kind: &'static str,
    pub text: String,
}

/// A violation that an exception excuses.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Excused {
    pub rule: String,
    pub model: Option<String>,
    pub message: String,
    pub places: Vec<Place>,
    pub reason: String,
    pub owner: String,
    pub expires: String,
}

/// How the lock takes part.
#[derive(Debug, Clone, Copy)]
pub enum Locked<'a> {
    /// Not at all.
    No,
    /// What is audited now has to be what it says.
    Compare(&'a Lock),
    /// Nothing can be audited now; it is all that is known.
    Only(&'a Lock),
}

impl Use {
    /// The key of its model, where it has one.
    pub fn key(&self) -> Option<Key> {
        self.target.as_ref().map(|t| subject::key(t, self.revision.as_deref(), self.hosted))
    }
}

impl<'a> Locked<'a> {
    fn lock(self) -> Option<&'a Lock> {
        match self {
            Locked::No => None,
            Locked::Compare(lock) | Locked::Only(lock) => Some(lock),
        }
    }
}

/// Everything that is judged.
pub struct Input<'a> {
    pub policy: &'a Policy,
    /// The policy's base with the environment's profile laid over it.
    pub environment: &'a Settings,
    pub uses: &'a [Use],
    /// Files that could not be looked at: a place and why.
    pub skipped: &'a [(Place, String)],
    pub subjects: &'a BTreeMap<Key, Subject>,
    /// Models that the project does not use, for whoever looks for others.
    pub others: &'a BTreeMap<Key, Subject>,
    pub locked: Locked<'a>,
    pub rules: &'a Rules,
    pub today: Date,
    /// The whole project was scanned, so that what matches nothing is of no use.
    pub whole: bool,
}

/// What the gate found.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub violations: Vec<Violation>,
    pub excused: Vec<Excused>,
    /// Uses that the policy leaves out.
    pub excluded: Vec<Use>,
    /// Keys of the models that are judged.
    pub judged: BTreeSet<Key>,
}

impl Outcome {
    /// The exit code. It is no business of the output's format.
    pub fn exit(&self) -> Exit {
        let of = |v: &Violation| match (v.severity, v.unknown) {
            (Severity::Error, false) => Exit::Violated,
            (Severity::Error, true) => Exit::Incomplete,
            _ => Exit::Done,
        };
        self.violations.iter().fold(Exit::Done, |exit, v| exit.and(of(v)))
    }
}

/// Rules that say something about the project rather than about a model's audit.
pub fn is_gate_rule(id: &str) -> bool {
    let family = id.split('/').next().unwrap_or(id);
    matches!(family, "policy" | "revision" | "scan" | "exception" | "clarify" | "exclude" | "lock") || id == "evidence/incomplete"
}

/// Judges a project.
pub fn evaluate(input: &Input<'_>) -> Outcome {
    let mut out = Outcome::default();
    let settings: Vec<Settings> = std::iter::once(input.environment.clone())
        .chain(input.policy.profiles.iter().map(|p| p.settings.over(input.environment)))
        .collect();
    let mut drafts: Vec<(Draft, Option<String>, Vec<Place>)> = Vec::new();
    // Model, settings and the most that can come of it → where it is used so.
    let mut groups: BTreeMap<(Key, usize, Action), Vec<&Use>> = BTreeMap::new();
    let mut exclusions = vec![false; input.policy.exclude.len()];
    for one in input.uses {
        if let Some(i) = excluded_by(one, input.policy) {
            if let Some(used) = exclusions.get_mut(i) {
                *used = true;
            }
            out.excluded.push(one.clone());
            continue;
        }
        for index in input.policy.indices_at(one.place.path.as_deref()) {
            let Some(s) = settings.get(index) else { continue };
            let role = match one.role {
                Role::Test => s.tests.as_ref().map_or(Action::Deny, |a| a.value),
                Role::Example => s.examples.as_ref().map_or(Action::Deny, |a| a.value),
                Role::Comment | Role::Documentation => Action::Allow,
                Role::Code | Role::Config => Action::Deny,
            };
            if role == Action::Allow {
                continue;
            }
            match one.key() {
                Some(key) => groups.entry((key, index, role)).or_default().push(one),
                None => {
                    if let Some(draft) = uses::unresolved(one, s) {
                        drafts.push((draft.at_most(role), None, vec![one.place.clone()]));
                    }
                }
            }
        }
    }
    for ((key, index, role), uses) in &groups {
        let Some(s) = settings.get(*index) else { continue };
        let places = || uses.iter().map(|u| u.place.clone()).collect::<Vec<_>>();
        out.judged.insert(key.clone());
        let Some(subject) = input.subjects.get(key) else {
            // Only where nothing could be audited and the lock does not have it.
            let name = uses.first().and_then(|u| u.target.clone());
            drafts.push((drift::unlocked(name.as_deref().unwrap_or_default()).at_most(*role), name, places()));
            continue;
        };
        for draft in checks::model(subject, s, input.rules) {
            drafts.push((draft.at_most(*role), Some(subject.target.clone()), places()));
        }
        let loose: Vec<Place> = uses.iter().filter(|u| !u.hosted && !uses::is_pinned(u, subject)).map(|u| u.place.clone()).collect();
        if !loose.is_empty()
            && let Some(draft) = uses::unpinned(uses.first().copied(), subject, s)
        {
            drafts.push((draft.at_most(*role), Some(subject.target.clone()), loose));
        }
        if let Some(lock) = input.locked.lock() {
            let changes = match lock.get(key) {
                None => vec![drift::unlocked(&subject.target)],
                Some(_) if subject.origin == subject::Origin::Locked => Vec::new(),
                Some(entry) => drift::drift(subject, entry, s),
            };
            drafts.extend(changes.into_iter().map(|d| (d.at_most(*role), Some(subject.target.clone()), places())));
        }
    }
    for (place, why) in input.skipped {
        for index in input.policy.indices_at(place.path.as_deref()) {
            if let Some(s) = settings.get(index) {
                drafts.push((uses::skipped(why, s), None, vec![place.clone()]));
            }
        }
    }
    let mut violations = merge(drafts, input);
    upkeep::excuse(&mut violations, input, &mut out);
    upkeep::housekeeping(&mut violations, &exclusions, input, &out);
    let mut suggestions = hints::Suggestions::new(input, &settings);
    for v in &mut violations {
        suggestions.add(v);
    }
    fingerprints(&mut violations);
    violations.sort_by(|a, b| {
        let at = |v: &Violation| v.places.first().map(|p| (p.file.clone(), p.line, p.column));
        at(a).cmp(&at(b)).then_with(|| b.severity.cmp(&a.severity)).then_with(|| (&a.rule, &a.message).cmp(&(&b.rule, &b.message)))
    });
    out.violations = violations;
    out
}

/// The exclusion that a use falls under.
fn excluded_by(one: &Use, policy: &Policy) -> Option<usize> {
    policy.exclude.iter().position(|e| {
        let model = e.model.as_ref().is_none_or(|m| one.target.as_deref().is_some_and(|t| m.fits_model(t)));
        // What the policy itself includes lies in no directory.
        let path = e.paths.is_empty() || one.place.path.as_deref().is_some_and(|p| e.paths.iter().any(|g| g.fits_path(p)));
        model && path
    })
}

/// One violation for each rule, model and message, with all its places.
fn merge(drafts: Vec<(Draft, Option<String>, Vec<Place>)>, input: &Input<'_>) -> Vec<Violation> {
    let mut by: BTreeMap<(String, Option<String>, String, Severity), Violation> = BTreeMap::new();
    for (draft, model, places) in drafts {
        let key = (draft.rule.clone(), model.as_ref().map(|m| m.to_lowercase()), draft.message.clone(), draft.severity);
        let v = by.entry(key).or_insert_with(|| Violation {
            rule: draft.rule,
            severity: draft.severity,
            unknown: draft.unknown,
            model,
            message: draft.message,
            places: Vec::new(),
            asked: draft.asked.map(|span| place_in_policy(input.policy, &span)),
            evidence: draft.evidence,
            help: draft.help,
            fixes: Vec::new(),
            fingerprint: String::new(),
        });
        v.unknown &= draft.unknown;
        v.places.extend(places);
        v.places.sort();
        v.places.dedup();
    }
    by.into_values().collect()
}

/// A place in the policy.
pub fn place_in_policy(policy: &Policy, span: &Range<usize>) -> Place {
    let (line, column, end_column, snippet) = policy.line_of(span);
    Place {
        file: policy.file.clone(),
        line,
        column,
        end_column,
        snippet,
        snippet_column: 1,
        fingerprint: String::new(),
        pinned: None,
        path: None,
    }
}

/// Gives every violation and place its fingerprint.
fn fingerprints(violations: &mut [Violation]) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for v in violations {
        let model = v.model.as_deref().unwrap_or_default().to_lowercase();
        let mut make = |rest: &[&str]| {
            let parts: Vec<&str> = [v.rule.as_str(), model.as_str()].into_iter().chain(rest.iter().copied()).collect();
            let plain = parts.join("\u{0}");
            let n = seen.entry(plain.clone()).or_insert(0);
            *n += 1;
            crate::digest::sha256(format!("{plain}\u{0}{n}").as_bytes())
        };
        for p in &mut v.places {
            let file = p.path.clone().unwrap_or_else(|| p.file.clone());
            p.fingerprint = make(&[&file, &squeeze(&p.snippet)]);
        }
        v.fingerprint = match v.places.first() {
            Some(p) => p.fingerprint.clone(),
            None => make(&[]),
        };
    }
}

/// A value's place, where there is one.
pub(crate) fn span_of<T>(at: &Option<At<T>>) -> Option<Range<usize>> {
    at.as_ref().map(|a| a.span.clone())
}
