//! `trulyopen explain`: a rule in words, made from the rule files alone.

use super::Rules;
use super::schema::{CapKind, Requirement};
use crate::license::{self, Known};
use crate::text;
use crate::vocabulary::Content;
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
        .map(|t| (distance(&wanted, &t.id.to_lowercase()), t.id))
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
        out.push(Topic {
            id: t.id.get_ref().clone(),
            kind: "term",
            title: t.title.clone(),
            parts: vec![part("", &t.rationale), part("Effect", effect)],
            source: t.source.clone(),
        });
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
    out.extend(rules.licenses.iter().map(|l| license_topic(rules, Known::Rule(l))));
    out
}

fn license_topic(rules: &Rules, known: Known<'_>) -> Topic {
    let mut parts = Vec::new();
    let open: Vec<String> = Content::ALL
        .iter()
        .map(|c| {
            let by = match known {
                Known::Rule(l) => l.open.get(c).map(|a| format!(" ({})", a.title())).unwrap_or_default(),
                Known::Listed(_) => String::new(),
            };
            format!("- {c}: {}{by}", known.openness(*c))
        })
        .collect();
    parts.push(("Open for".into(), open.join("\n")));
    let terms: Vec<String> = known.terms().map(|id| format!("- {id}: {}", rules.terms.get(id).map_or("", |t| t.title.as_str()))).collect();
    if !terms.is_empty() {
        parts.push(("Terms".into(), terms.join("\n")));
    }
    if let Known::Rule(l) = known {
        if let Some(cap) = &l.cap {
            let what = match cap.kind {
                CapKind::MonthlyUsers => "users a month",
                CapKind::YearlyRevenueUsd => "US dollars of revenue a year",
                CapKind::Users => "users",
            };
            parts.push(("Cap".into(), format!("{} {what}", cap.value)));
        }
        if !l.obligations.is_empty() {
            parts.push((
                "Obligations".into(),
                l.obligations.iter().map(|o| format!("- {}: {}", o.when.title(), o.text)).collect::<Vec<_>>().join("\n"),
            ));
        }
        if let Some(note) = &l.note {
            parts.push(("Note".into(), note.clone()));
        }
        parts.push(("Looked at".into(), l.checked.to_string()));
    }
    Topic { id: known.id().to_string(), kind: "license", title: known.name().to_string(), parts, source: known.source() }
}

/// A requirement in words.
fn requirement(r: &Requirement) -> String {
    let mut out = String::new();
    if !r.text.is_empty() {
        let _ = write!(out, "{} [{}]", r.text, r.id);
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

/// Edit distance.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut before = i;
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
        for (j, cb) in b.iter().enumerate() {
            let (left, above) = (row.get(j).copied().unwrap_or(0), row.get(j + 1).copied().unwrap_or(0));
            let here = (before + usize::from(ca != *cb)).min(left + 1).min(above + 1);
            before = above;
            if let Some(cell) = row.get_mut(j + 1) {
                *cell = here;
            }
        }
    }
    row.last().copied().unwrap_or(0)
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

    #[test]
    fn distances() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }
}
