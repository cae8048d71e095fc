//! `trulyopen explain`: a rule in words, made from the rule files alone.

use crate::rules::Rules;
use crate::rules::frameworks::FrameworkRule;
use crate::rules::licenses::{Known, When};
use crate::rules::schema::{Limit, Requirement, Whose};
use crate::vocabulary::{Content, Openness};
use crate::{license, text};
use std::fmt::Write as _;

/// Something that can be explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    pub id: String,
    pub kind: &'static str,
    pub title: String,
    /// Paragraphs: a heading (may be empty) and its text.
    pub parts: Vec<(String, String)>,
    pub source: String,
}

/// What an id means; several kinds can share one.
pub fn explain(rules: &Rules, id: &str) -> Vec<Topic> {
    let mut found: Vec<Topic> = topics(rules).into_iter().filter(|t| t.id.eq_ignore_ascii_case(id.trim())).collect();
    if let Some(known) = license::find(rules, id)
        && !found.iter().any(|t| t.kind == "license" && t.id == known.id())
    {
        found.push(license_topic(rules, known));
    }
    found
}

/// Ids that resemble one that is not known, nearest first.
pub fn nearest(rules: &Rules, id: &str) -> Vec<String> {
    let wanted = id.to_lowercase();
    let mut scored: Vec<(usize, String)> = topics(rules)
        .into_iter()
        .map(|t| (strsim::levenshtein(&wanted, &t.id.to_lowercase()), t.id))
        .filter(|(d, id)| *d <= wanted.len() / 3 + 1 || id.to_lowercase().contains(&wanted))
        .collect();
    scored.sort();
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(3).map(|(_, id)| id).collect()
}

/// Everything that the rules name, kind by kind.
pub fn topics(rules: &Rules) -> Vec<Topic> {
    let part = |heading: &str, text: &str| (heading.to_string(), text.to_string());
    let mut out = Vec::new();
    for rung in rules.rungs.iter().chain(&rules.unknown_rung) {
        let mut parts = vec![part("", &rung.means), part("Why it is a rung", &rung.rationale)];
        if !rung.require.is_empty() {
            let list: String = rung.require.iter().map(|r| format!("- {}\n", requirement(r))).collect();
            parts.push(part("Requires, besides all that lower rungs require", list.trim_end()));
        }
        out.push(Topic {
            id: rung.id.get_ref().slug().into(),
            kind: "verdict",
            title: rung.title.clone(),
            parts,
            source: rung.source.clone(),
        });
    }
    for c in rules.components.values() {
        let class = format!(
            "{} for MOF class {} and above",
            if c.required { "Required" } else { "Optional" },
            ["", "I", "II", "III"].get(usize::from(c.class)).unwrap_or(&"?")
        );
        let parts = vec![
            part("", &c.means),
            part("How it is decided", &c.decided),
            part("In the Model Openness Framework", &format!("\"{}\" (component {}). {class}.", c.name, c.mof_id)),
        ];
        out.push(Topic { id: c.id.get_ref().slug().into(), kind: "component", title: c.name.clone(), parts, source: c.source.clone() });
    }
    for f in rules.findings.values() {
        let parts = vec![part("", &f.means), part("Severity", f.severity.slug()), part("What to do", &f.help)];
        out.push(Topic { id: f.id.get_ref().clone(), kind: "finding", title: f.title.clone(), parts, source: f.source.clone() });
    }
    for t in rules.terms.values() {
        let effect = if t.restricts { "A license with this term is not open." } else { "A license with this term can be open." };
        let mut parts = vec![part("", &t.rationale), part("Effect", effect)];
        for (act, limit) in [("Commercial use", t.commercial_use), ("Redistribution", t.redistribution)] {
            match limit {
                Some(Limit::No) => parts.push(part(act, "forbidden")),
                Some(Limit::Conditions) => parts.push(part(act, "on conditions")),
                None => {}
            }
        }
        out.push(Topic { id: t.id.get_ref().clone(), kind: "term", title: t.title.clone(), parts, source: t.source.clone() });
    }
    for (id, p) in &rules.places {
        let parts = vec![part("", &p.rationale), part("Members", &p.members.join(", "))];
        out.push(Topic { id: id.clone(), kind: "place", title: p.title.clone(), parts, source: p.source.clone() });
    }
    for r in &rules.relations {
        let inherits = if r.inherits.is_empty() {
            "License terms flow down; data and code have to be shown for the model itself and for its base.".to_string()
        } else {
            format!(
                "License terms flow down, and these are those of the base: {}.",
                text::list(&r.inherits.iter().map(|p| p.slug().replace('-', " ")).collect::<Vec<_>>())
            )
        };
        out.push(Topic {
            id: r.id.get_ref().clone(),
            kind: "relation",
            title: r.title.clone(),
            parts: vec![part("", &r.rationale), part("What flows down", &inherits)],
            source: r.source.clone(),
        });
    }
    for f in rules.frameworks.values() {
        framework_topics(f, &mut out);
    }
    out.extend(rules.licenses.iter().map(|l| license_topic(rules, Known::Rule(l))));
    out
}

/// A framework, its outcome, its classes, lines and dimensions, each under `FRAMEWORK/…`.
fn framework_topics(f: &FrameworkRule, out: &mut Vec<Topic>) {
    let id = f.id.get_ref();
    let part = |heading: &str, text: &str| (heading.to_string(), text.to_string());
    let list = |of: Vec<String>| part("Of it", &of.iter().map(|i| format!("- {id}/{i}")).collect::<Vec<_>>().join("\n"));
    let mut parts = vec![part("", &f.means), part("How it is decided", &f.decided), part("What it does not say", &f.limits)];
    let inside: Vec<String> = match &f.mof {
        Some(mof) => mof.classes.iter().map(|c| format!("class-{}", c.class)).collect(),
        None => {
            let lines = f.line.iter().map(|l| &l.id).chain(f.dimension.iter().map(|d| &d.id));
            f.outcome.iter().map(|o| o.id.clone()).chain(lines.map(|i| i.get_ref().clone())).collect()
        }
    };
    parts.push(list(inside));
    let topic = |of: &str, title: &str, parts: Vec<(String, String)>, source: &str| Topic {
        id: if of.is_empty() { id.clone() } else { format!("{id}/{of}") },
        kind: "framework",
        title: title.to_string(),
        parts,
        source: source.to_string(),
    };
    out.push(topic("", &f.title, parts, &f.source));
    if let Some(o) = &f.outcome {
        let required: Vec<String> =
            f.line.iter().filter(|l| l.required).map(|l| format!("- {} [{id}/{}]", l.title, l.id.get_ref())).collect();
        let words = format!("{}: all of these are met; {}: one is not; {}: one is not known.", o.met, o.unmet, o.open);
        let parts = vec![
            part("", &f.means),
            part("How it is decided", &f.decided),
            part("Requires", &required.join("\n")),
            part("Answers", &words),
            part("What it does not say", &f.limits),
        ];
        out.push(topic(&o.id, &o.title, parts, &f.source));
    }
    for l in &f.line {
        let role = if l.required { "The outcome hangs on it." } else { "The outcome does not hang on it." };
        let review = if l.reviewable { " A reviewer can answer it in a file given with --evidence." } else { "" };
        let parts = vec![part("", &l.means), part("Met where", &test_in_words(&l.test)), part("Role", &format!("{role}{review}"))];
        out.push(topic(l.id.get_ref(), &l.title, parts, &l.source));
    }
    for d in &f.dimension {
        let parts =
            vec![part("", &d.means), part("Open where", &test_in_words(&d.open)), part("Partial where", &test_in_words(&d.partial))];
        out.push(topic(d.id.get_ref(), &d.title, parts, &f.source));
    }
    for c in f.mof.iter().flat_map(|m| &m.classes) {
        let parts = vec![part("", &c.means), part("How it is decided", &f.decided)];
        out.push(topic(&format!("class-{}", c.class), &c.title, parts, &f.source));
    }
}

/// What a requirement tests, in words.
pub fn test_in_words(r: &Requirement) -> String {
    if let Some(c) = r.component {
        let states = r.availability.iter().map(|a| a.slug()).collect::<Vec<_>>().join(" or ");
        let whose = if r.of == Whose::Base { "the base model's " } else { "" };
        let license = if r.license.is_some() { ", under an open license" } else { "" };
        let basis = r.basis.map_or(String::new(), |b| format!(", at least {b}"));
        return format!("{whose}{c} is {states}{license}{basis}");
    }
    if let Some(fact) = r.fact {
        return fact.words().to_string();
    }
    if let Some(framework) = &r.framework {
        return format!("the outcome of {framework} is met");
    }
    if !r.terms_absent.is_empty() {
        return format!("no license that binds has one of the terms {}", r.terms_absent.join(", "));
    }
    if let Some(d) = &r.document {
        let of = |what: &str, list: &[String]| if list.is_empty() { String::new() } else { format!("{what} {}", list.join(", ")) };
        let all = [of("a file named", &d.files), of("a link that says", &d.links), of("a heading that says", &d.headings)];
        return format!("there is {}", all.into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join("; or "));
    }
    if r.person {
        return "a person says so".into();
    }
    let (inner, joint) = if r.any.is_empty() { (&r.all, "and") } else { (&r.any, "or") };
    let bracket = |i: &Requirement| if i.any.is_empty() && i.all.is_empty() { test_in_words(i) } else { format!("({})", test_in_words(i)) };
    inner.iter().map(bracket).collect::<Vec<_>>().join(&format!(" {joint} "))
}

/// A license as a lawyer reads it: what it is open for and who says so, what restricts, what is owed and
/// when, from where that is known.
fn license_topic(rules: &Rules, known: Known<'_>) -> Topic {
    let mut parts = vec![(String::new(), open_for(known))];
    let restricts = |id: &str| rules.terms.get(id).is_some_and(|t| t.restricts);
    let detail = |id: &str| match known {
        Known::Rule(l) => l.detail(id, &rules.places),
        Known::Listed(_) => String::new(),
    };
    for (heading, wanted) in [("Terms that restrict", true), ("Other terms", false)] {
        let list: Vec<String> = known
            .terms()
            .filter(|id| restricts(id) == wanted)
            .map(|id| format!("- {}{} [{id}]", rules.terms.get(id).map_or("", |t| t.title.as_str()), detail(id)))
            .collect();
        if !list.is_empty() {
            parts.push((heading.into(), list.join("\n")));
        }
    }
    for when in When::ALL {
        let list: Vec<String> = known.obligations().iter().filter(|o| o.when == *when).map(|o| format!("- {}", o.text)).collect();
        if !list.is_empty() {
            parts.push((format!("Obligations {}", when.title()), list.join("\n")));
        }
    }
    if let Known::Rule(l) = known {
        if let Some(note) = &l.note {
            parts.push(("Note".into(), note.clone()));
        }
        let names: Vec<&str> = l.aliases.iter().map(|a| a.get_ref().as_str()).collect();
        if !names.is_empty() {
            parts.push(("Also called".into(), names.join(", ")));
        }
        parts.push(("Known from".into(), format!("{}, looked at on {}", l.basis.title(), l.checked)));
    }
    Topic { id: known.id().to_string(), kind: "license", title: known.name().to_string(), parts, source: known.source() }
}

/// "Open for code, data, weights and document (OSI approved)."
fn open_for(known: Known<'_>) -> String {
    let names = |wanted: Openness| -> Vec<String> {
        Content::ALL.iter().filter(|c| known.openness(**c) == wanted).map(|c| c.slug().to_string()).collect()
    };
    let (open, restricted, unknown) = (names(Openness::Open), names(Openness::Restricted), names(Openness::Unknown));
    let mut out = Vec::new();
    if !open.is_empty() {
        let mut by: Vec<&str> = match known {
            Known::Rule(l) => l.open.values().map(|a| a.title()).collect(),
            Known::Listed(l) if l.is_osi_approved() => vec!["OSI approved"],
            Known::Listed(_) => vec!["FSF free"],
        };
        by.dedup();
        out.push(format!("Open for {} ({}).", text::list(&open), by.join(", ")));
    }
    match (open.is_empty(), restricted.is_empty()) {
        (true, false) => out.push("Not open for any kind of content: its terms do not let everybody use it for any purpose.".to_string()),
        (false, false) => out.push(format!("Not counted as open for {}.", text::list(&restricted))),
        _ => {}
    }
    if !unknown.is_empty() {
        let why = match known {
            Known::Rule(_) => "the name stands for several texts, some open and some not",
            Known::Listed(_) => "on the SPDX list, but neither OSI nor FSF approve it, and no rule judges its terms",
        };
        out.push(format!("Not known whether open for {}: {why}.", text::list(&unknown)));
    }
    if let Some(listed) = spdx::license_id(known.id()) {
        let yes = |b: bool| if b { "yes" } else { "no" };
        out.push(format!(
            "SPDX list: OSI approved {}, FSF free {}{}.",
            yes(listed.is_osi_approved()),
            yes(listed.is_fsf_free_libre()),
            if listed.is_deprecated() { ", id deprecated" } else { "" }
        ));
    }
    out.join("\n")
}

/// A requirement in words.
fn requirement(r: &Requirement) -> String {
    let mut out = String::new();
    if !r.text.is_empty() {
        let _ = write!(out, "{} [{}]", r.text, r.id);
    }
    if let Some(framework) = &r.framework {
        let _ = write!(out, ": see {framework}");
    }
    let inner: Vec<String> = r.any.iter().chain(&r.all).filter_map(|i| i.component.map(|c| c.slug().to_string())).collect();
    if let Some(c) = r.component {
        let states = r.availability.iter().map(|a| a.slug()).collect::<Vec<_>>().join(" or ");
        let _ = write!(out, ": {c} is {states}{}", if r.license.is_some() { ", under an open license" } else { "" });
    } else if !inner.is_empty() {
        let _ = write!(out, ": {} of {}", if r.any.is_empty() { "all" } else { "one" }, inner.join(", "));
    }
    out
}

/// A topic as text.
pub fn to_text(topic: &Topic) -> String {
    let mut out = format!("{} ({}): {}\n", topic.id, topic.kind, topic.title);
    for (heading, text) in &topic.parts {
        out.push('\n');
        if !heading.is_empty() {
            let _ = writeln!(out, "{heading}:");
        }
        let _ = writeln!(out, "{text}");
    }
    let _ = writeln!(out, "\nSource: {}", topic.source);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_explained_with_a_source() {
        let rules = Rules::load(None).unwrap();
        for topic in topics(&rules) {
            assert!(topic.source.starts_with("https://") || topic.source.starts_with("http://"), "{}: {}", topic.id, topic.source);
            assert!(!topic.title.is_empty() && !topic.parts.is_empty(), "{}", topic.id);
            assert!(explain(&rules, &topic.id).contains(&topic), "{}", topic.id);
        }
    }
}
