//! Ways out of a violation: the pinned call, a model that passes, an exception ready to fill in.

use super::subject::{Origin, Subject};
use super::{Fix, Input, Place, Violation, checks};
use crate::policy::Settings;
use crate::text;
use crate::vocabulary::Severity;
use std::collections::{BTreeMap, BTreeSet};

/// Sizes count as comparable up to this factor.
const COMPARABLE: f64 = 2.0;
/// Suggestions for one violation.
const SWAPS: usize = 3;
/// Days for which a suggested exception holds.
const EXCEPTION_DAYS: i32 = 90;

/// Makes the suggestions of one run.
pub struct Suggestions<'a> {
    input: &'a Input<'a>,
    settings: &'a [Settings],
    /// For each set of settings that was asked about, the models that pass it.
    passing: BTreeMap<usize, Vec<&'a Subject>>,
}

impl<'a> Suggestions<'a> {
    /// Of a run by these settings.
    pub fn new(input: &'a Input<'a>, settings: &'a [Settings]) -> Suggestions<'a> {
        Suggestions { input, settings, passing: BTreeMap::new() }
    }

    /// Adds the help of the rule, and what is ready to copy.
    pub fn add(&mut self, v: &mut Violation) {
        let input = self.input;
        let of = v.model.clone().and_then(|model| input.subjects.values().find(|s| s.target.eq_ignore_ascii_case(&model)));
        if v.rule == "revision/unpinned" && of.is_some_and(|s| crate::hub::table::is_registry(&s.hub)) {
            v.help.push("This registry has tags alone; the lock keeps the digest, and `check --locked` tells when it changed.".into());
            return;
        }
        if let Some(rule) = input.rules.findings.get(&v.rule).filter(|r| !r.help.is_empty()) {
            v.help.push(rule.help.clone());
        }
        let Some(model) = v.model.clone() else { return };
        let subject = input.subjects.values().find(|s| s.target.eq_ignore_ascii_case(&model));
        if v.rule == "revision/unpinned"
            && let Some(commit) = subject.and_then(|s| s.revision.as_deref())
        {
            let asked = subject.and_then(|s| s.requested.as_deref());
            for p in &mut v.places {
                p.pinned = Some(pinned(p, &model, asked, commit).unwrap_or_else(|| format!("{model}@{commit}")));
            }
            v.fixes.extend(v.places.first().and_then(|p| p.pinned.clone()).map(|text| Fix { kind: "pin", text }));
        }
        if v.severity == Severity::Error && (v.rule.starts_with("policy/") || v.rule == "evidence/incomplete") {
            if let Some(subject) = subject {
                let index = v.places.iter().flat_map(|p| input.policy.indices_at(p.path.as_deref())).next().unwrap_or(0);
                v.fixes.extend(swaps(subject, self.passing(index)));
            }
            v.fixes.push(Fix { kind: "exception", text: exception(&model, &[&v.rule], input) });
        }
    }

    /// The models of this run, of the lock and beside both that pass, each once.
    fn passing(&mut self, index: usize) -> &[&'a Subject] {
        let (input, settings) = (self.input, self.settings);
        self.passing.entry(index).or_insert_with(|| {
            let Some(s) = settings.get(index) else { return Vec::new() };
            let locked = input.locked.lock().into_iter().flat_map(|l| l.entries().map(|e| &e.subject));
            let mut seen = BTreeSet::new();
            input
                .subjects
                .values()
                .chain(locked)
                .chain(input.others.values())
                .filter(|o| o.origin != Origin::Hosted && o.task.is_some() && o.bytes.is_some_and(|b| b > 0))
                .filter(|o| checks::model(o, s, input.rules).iter().all(|d| d.severity < Severity::Error))
                .filter(|o| seen.insert(o.id.to_lowercase()))
                .collect()
        })
    }
}

/// The line with the commit in the call, for languages whose way to say it is known. `asked` is the
/// revision that stands there now.
pub fn pinned(place: &Place, name: &str, asked: Option<&str>, commit: &str) -> Option<String> {
    let extension = place.file.rsplit('.').next().unwrap_or_default().to_lowercase();
    let line = place.snippet.trim();
    if let Some(asked) = asked {
        // What stands for the revision is replaced where it is plain to see, or nothing is.
        let forms = [format!("\"{asked}\""), format!("'{asked}'"), format!("--revision {asked}"), format!("{name}@{asked}")];
        let form = forms.iter().find(|f| line.matches(f.as_str()).count() == 1)?;
        return Some(line.replacen(form.as_str(), &form.replace(asked, commit), 1));
    }
    if line.contains("revision") {
        return None;
    }
    let quoted = ['"', '\''].into_iter().find_map(|q| {
        let literal = format!("{q}{name}{q}");
        line.find(&literal).map(|at| (at + literal.len(), q))
    });
    match (extension.as_str(), quoted) {
        ("py" | "ipynb", Some((end, q))) => {
            let (head, tail) = (line.get(..end)?, line.get(end..)?);
            // Only a literal inside a call can be followed by a further argument.
            let inside = head.matches('(').count() > head.matches(')').count();
            inside.then(|| format!("{head}, revision={q}{commit}{q}{tail}"))
        }
        ("sh" | "bash" | "yml" | "yaml", None) if line.split_whitespace().any(|w| w == name) => {
            Some(line.replacen(name, &format!("{name} --revision {commit}"), 1))
        }
        ("txt" | "toml", _) => Some(line.replacen(name, &format!("{name}@{commit}"), 1)),
        _ => None,
    }
}

/// Models that pass, are for the same task and of comparable size, the nearest in size first.
fn swaps(subject: &Subject, passing: &[&Subject]) -> Vec<Fix> {
    let (Some(task), Some(bytes)) = (&subject.task, subject.bytes.filter(|b| *b > 0)) else { return Vec::new() };
    let mut found: Vec<(f64, &Subject, u64)> = Vec::new();
    for other in passing.iter().filter(|o| o.task.as_ref() == Some(task) && !o.id.eq_ignore_ascii_case(&subject.id)) {
        let Some(size) = other.bytes else { continue };
        let ratio = (size as f64 / bytes as f64).ln().abs();
        if ratio <= COMPARABLE.ln() {
            found.push((ratio, other, size));
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.id.cmp(&b.1.id)));
    found
        .into_iter()
        .take(SWAPS)
        .map(|(_, other, size)| {
            let from = match other.origin {
                Origin::Locked => "the lock",
                Origin::Beside => "an audit beside those of the project",
                Origin::Audited | Origin::Hosted => "this run",
            };
            let text = format!(
                "{} ({}, {}) passes this policy; compared by task ({task}) and size of the weights ({} against {}), as known from {from}",
                other.id,
                other.verdict,
                other.license.as_deref().unwrap_or("no license"),
                size_of(size),
                size_of(bytes)
            );
            Fix { kind: "swap", text }
        })
        .collect()
}

fn size_of(bytes: u64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", units.get(unit).unwrap_or(&"B"))
}

/// An exception with everything but reason and owner, which a person has to give: without them the
/// policy is refused.
fn exception(model: &str, rules: &[&str], input: &Input<'_>) -> String {
    let until = input.today.checked_add(jiff::Span::new().days(EXCEPTION_DAYS)).unwrap_or(input.today);
    let rules: Vec<String> = rules.iter().map(|r| text::toml_string(r)).collect();
    format!(
        "[[exception]]\nmodel = {}\nrules = [{}]\nreason = \"\"\nowner = \"\"\nexpires = {until}\n",
        text::toml_string(&pattern(model)),
        rules.join(", ")
    )
}

/// A name as a pattern that fits it alone.
fn pattern(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '*' | '?' | '[' | ']' | '{' | '}' => out.extend(['[', c, ']']),
            '\\' => out.push('?'),
            c => out.push(c),
        }
    }
    out
}

/// One exception a model, for everything that can be excused.
pub fn skeletons(violations: &[Violation], input: &Input<'_>) -> Vec<String> {
    let mut by: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for v in violations.iter().filter(|v| v.fixes.iter().any(|f| f.kind == "exception")) {
        if let Some(model) = &v.model {
            by.entry(model).or_default().insert(&v.rule);
        }
    }
    by.into_iter().map(|(model, rules)| exception(model, &rules.into_iter().collect::<Vec<_>>(), input)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(file: &str, snippet: &str) -> Place {
        Place {
            file: file.into(),
            line: 1,
            column: 1,
            end_column: 2,
            snippet: snippet.into(),
            snippet_column: 1,
            fingerprint: String::new(),
            pinned: None,
            path: None,
        }
    }

    #[test]
    fn the_pinned_call() {
        let pin = |file: &str, line: &str| pinned(&place(file, line), "org/name", None, "abc");
        let again = |file: &str, line: &str| pinned(&place(file, line), "org/name", Some("main"), "abc");
        assert_eq!(again("a.py", "f(\"org/name\", revision=\"main\")").as_deref(), Some("f(\"org/name\", revision=\"abc\")"));
        assert_eq!(again("models.txt", "org/name@main").as_deref(), Some("org/name@abc"));
        assert_eq!(again("a.py", "f(\"org/name\", revision=REVISION)"), None);
        assert_eq!(
            pin("a.py", "    m = AutoModel.from_pretrained(\"org/name\", device=0)").as_deref(),
            Some("m = AutoModel.from_pretrained(\"org/name\", revision=\"abc\", device=0)")
        );
        assert_eq!(pin("a.py", "f('org/name')").as_deref(), Some("f('org/name', revision='abc')"));
        assert_eq!(pin("a.py", "NAME = \"org/name\""), None);
        assert_eq!(pin("a.py", "f(\"org/name\", revision=\"main\")"), None);
        assert_eq!(pin("run.sh", "hf download org/name").as_deref(), Some("hf download org/name --revision abc"));
        assert_eq!(pin("models.txt", "org/name").as_deref(), Some("org/name@abc"));
        assert_eq!(pin("a.rs", "api.model(\"org/name\")"), None);
    }
}
