//! One model as the template shows it.

use super::page::anchor;
use crate::render::{markdown, names, view};
use crate::report::{Evidence, License, Model, Report};
use crate::vocabulary::*;

/// Availability as a letter, which does not depend on colour.
#[derive(Clone, Copy)]
pub struct Key {
    pub letter: &'static str,
    pub letter_class: &'static str,
    pub word: &'static str,
}

pub struct ModelView<'r> {
    pub m: &'r Model,
    pub anchor: String,
    pub url: Option<String>,
    pub verdict: &'static str,
    pub verdict_slug: &'static str,
    pub steps: &'static str,
    pub rank: usize,
    pub means: &'static str,
    pub possible: &'static str,
    pub open_question: bool,
    pub facts: Vec<String>,
    pub license: &'r str,
    pub declared: String,
    pub concluded: &'r str,
    pub pillars: Vec<PillarView<'r>>,
    pub terms: Vec<TermView<'r>>,
    pub duties: Vec<Duties<'r>>,
    pub texts: Vec<TextView<'r>>,
    pub cells: Vec<Key>,
    pub components: Vec<ComponentView<'r>>,
    pub tree: Vec<Branch<'r>>,
    pub datasets: Vec<Row<'r>>,
    pub code: Vec<Row<'r>>,
    pub frameworks: Vec<FrameworkView<'r>>,
    pub findings: Vec<FindingView<'r>>,
}

pub struct PillarView<'r> {
    pub title: &'static str,
    pub slug: &'static str,
    pub sign: String,
    pub rank: usize,
    pub summary: &'r str,
}

pub struct TermView<'r> {
    pub title: &'r str,
    pub restricts: bool,
}

/// Obligations that are due on one occasion.
pub struct Duties<'r> {
    pub when: String,
    pub items: Vec<Duty<'r>>,
}

pub struct Duty<'r> {
    pub text: &'r str,
    pub license: &'r str,
    pub url: Option<String>,
}

pub struct TextView<'r> {
    pub path: &'r str,
    pub url: Option<String>,
    pub words: String,
}

pub struct ComponentView<'r> {
    pub title: &'static str,
    pub letter: &'static str,
    pub letter_class: &'static str,
    pub availability: &'static str,
    pub basis: &'static str,
    pub license: &'r str,
    pub summary: &'r str,
    pub evidence: Vec<Cite<'r>>,
}

pub struct Cite<'r> {
    pub url: Option<String>,
    pub place: String,
    pub note: &'r str,
    pub quote: Option<&'r str>,
    pub digest: Option<&'r str>,
}

/// A base model in the tree: whether its own bases follow, and how many branches end after it.
pub struct Branch<'r> {
    pub id: &'r str,
    pub url: Option<String>,
    pub relation: &'r str,
    pub verdict: &'static str,
    pub verdict_slug: &'static str,
    pub license: &'r str,
    pub opens: bool,
    pub closes: std::ops::Range<usize>,
}

pub struct Row<'r> {
    pub id: &'r str,
    pub url: Option<String>,
    pub role: &'r str,
    pub found: &'static str,
    pub gated: &'static str,
    pub license: &'r str,
}

pub struct FrameworkView<'r> {
    pub title: &'r str,
    pub pairs: Vec<(String, String)>,
}

pub struct FindingView<'r> {
    pub severity: &'static str,
    pub rule: &'r str,
    pub message: &'r str,
    pub help: &'r str,
    pub evidence: Vec<Cite<'r>>,
}

/// The rung as steps that are filled.
pub fn steps(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Unknown => "?",
        Verdict::Closed => "■□□□□",
        Verdict::WeightsAvailable => "■■□□□",
        Verdict::OpenWeights => "■■■□□",
        Verdict::OpenSource => "■■■■□",
        Verdict::OpenSourceOpenData => "■■■■■",
    }
}

pub fn key(availability: Availability) -> Key {
    let (letter, letter_class, word) = match availability {
        Availability::Released => ("R", "r", "released"),
        Availability::Gated => ("G", "g", "gated"),
        Availability::Partial => ("P", "p", "partial"),
        Availability::Described => ("D", "d", "described only"),
        Availability::Withheld => ("W", "w", "withheld"),
        Availability::NotFound => ("N", "n", "not found"),
        Availability::Unknown => ("?", "u", "unknown"),
    };
    Key { letter, letter_class, word }
}

fn cites(evidence: &[Evidence]) -> Vec<Cite<'_>> {
    let cite = |e: &Evidence| match (&e.path, e.lines) {
        (Some(path), Some([a, b])) if a == b => format!("{path}:{a}"),
        (Some(path), Some([a, b])) => format!("{path}:{a}-{b}"),
        (Some(path), None) => path.clone(),
        (None, _) => "record".into(),
    };
    evidence
        .iter()
        .map(|e| Cite {
            url: e.url.as_deref().and_then(names::web),
            place: cite(e),
            note: &e.note,
            quote: e.quote.as_deref().filter(|q| !says(&e.note, q)),
            digest: e.digest.as_deref().map(|d| d.get(..19).unwrap_or(d)),
        })
        .collect()
}

/// Whether a note repeats the line that it is about.
fn says(note: &str, quote: &str) -> bool {
    let words = crate::text::words(quote);
    let head: String = words.chars().take(60).collect();
    crate::text::words(note).contains(&head)
}

fn yes(b: Option<bool>) -> &'static str {
    b.map_or("unknown", |b| if b { "yes" } else { "no" })
}

/// Prepares it.
pub fn model<'r>(report: &'r Report, index: usize, m: &'r Model) -> ModelView<'r> {
    let size: Option<u64> = m.weights.iter().map(|f| f.bytes).sum();
    let about = &m.about;
    let facts = [
        about.task.clone(),
        about.parameters.map(|n| format!("{:.1} billion parameters", n as f64 / 1e9)),
        size.filter(|n| *n > 0).map(|n| format!("{} of weights", names::bytes(n))),
        (!m.portability.formats.is_empty()).then(|| m.portability.formats.join(", ")),
        about.modified.as_ref().map(|t| format!("of {}", t.get(..10).unwrap_or(t))),
        m.portability.gated.filter(|g| *g).map(|_| "gated".to_string()),
    ];
    let license = &m.license;
    let tree = view::lineage(m);
    let depths: Vec<usize> = tree.iter().map(|(d, _)| *d).chain([0]).collect();
    ModelView {
        m,
        anchor: anchor(index),
        url: names::web(&m.source.url),
        verdict: names::verdict(m.verdict),
        verdict_slug: m.verdict.slug(),
        steps: steps(m.verdict),
        rank: Verdict::ALL.iter().position(|v| *v == m.verdict).unwrap_or(0),
        means: names::verdict_means(m.verdict),
        possible: names::verdict(m.verdict_possible),
        open_question: m.verdict != m.verdict_possible,
        facts: facts.into_iter().flatten().collect(),
        license: view::license(m),
        declared: if license.declared.is_empty() { "nothing".into() } else { license.declared.join(", ") },
        concluded: license.concluded.as_deref().unwrap_or("not known"),
        pillars: m
            .pillars
            .iter()
            .map(|(p, a)| PillarView {
                title: names::pillar(*p),
                slug: a.status.slug(),
                sign: markdown::sign(a.status),
                rank: PillarStatus::ALL.iter().position(|s| *s == a.status).unwrap_or(0),
                summary: &a.summary,
            })
            .collect(),
        terms: license
            .terms
            .iter()
            .map(|t| TermView { title: view::term(report, t), restricts: report.terms.get(t).is_some_and(|t| t.restricts) })
            .collect(),
        duties: duties(license),
        texts: texts(license),
        cells: ComponentId::ALL
            .iter()
            .map(|id| key(m.components.iter().find(|c| c.id == *id).map_or(Availability::Unknown, |c| c.availability)))
            .collect(),
        components: components(m),
        tree: tree
            .iter()
            .zip(depths.iter().skip(1))
            .map(|((depth, a), next)| Branch {
                id: &a.id,
                url: a.url.as_deref().and_then(names::web),
                relation: &a.relation,
                verdict: names::verdict(a.verdict),
                verdict_slug: a.verdict.slug(),
                license: a.license.as_deref().unwrap_or("license not known"),
                opens: next > depth,
                closes: 0..depth.saturating_sub(*next),
            })
            .collect(),
        datasets: datasets(m),
        code: code(m),
        frameworks: frameworks(m),
        findings: findings(m),
    }
}

/// What is owed, by occasion.
fn duties(license: &License) -> Vec<Duties<'_>> {
    names::WHEN
        .iter()
        .filter_map(|when| {
            let due = license.obligations.iter().filter(|o| o.when == *when);
            let items: Vec<Duty<'_>> = due.map(|o| Duty { text: &o.text, license: &o.license, url: names::web(&o.source) }).collect();
            let mut words = names::when(when).into_owned();
            if let Some(first) = words.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            (!items.is_empty()).then_some(Duties { when: words, items })
        })
        .collect()
}

/// License texts, and notices that go with them.
fn texts(license: &License) -> Vec<TextView<'_>> {
    license
        .texts
        .iter()
        .map(|t| TextView {
            path: &t.path,
            url: t.url.as_deref().and_then(names::web),
            words: format!("{} (score {})", t.identified, t.score),
        })
        .chain(license.notices.iter().map(|t| TextView {
            path: &t.path,
            url: t.url.as_deref().and_then(names::web),
            words: "goes with the license".into(),
        }))
        .collect()
}

/// The 17 components.
fn components(m: &Model) -> Vec<ComponentView<'_>> {
    m.components
        .iter()
        .map(|c| {
            let Key { letter, letter_class, word } = key(c.availability);
            ComponentView {
                title: names::component(c.id),
                letter,
                letter_class,
                availability: word,
                basis: c.basis.slug(),
                license: c.license.expression.as_deref().unwrap_or(match c.license.openness {
                    Openness::None => "no license",
                    _ => "license unknown",
                }),
                summary: &c.summary,
                evidence: cites(&c.evidence),
            }
        })
        .collect()
}

/// Datasets.
fn datasets(m: &Model) -> Vec<Row<'_>> {
    m.datasets
        .iter()
        .map(|d| Row {
            id: &d.id,
            url: names::web(&d.url),
            role: &d.role,
            found: yes(d.found),
            gated: yes(d.gated),
            license: d.license.as_deref().unwrap_or("not known"),
        })
        .collect()
}

/// Code repositories.
fn code(m: &Model) -> Vec<Row<'_>> {
    m.code
        .iter()
        .map(|c| Row {
            id: c.url.trim_start_matches("https://"),
            url: names::web(&c.url),
            role: &c.training,
            found: yes(c.found),
            gated: "",
            license: c.license.as_deref().unwrap_or("not known"),
        })
        .collect()
}

/// Every framework, key by key.
fn frameworks(m: &Model) -> Vec<FrameworkView<'_>> {
    m.frameworks
        .iter()
        .map(|(id, result)| FrameworkView {
            title: names::framework(id),
            pairs: view::pairs(result)
                .into_iter()
                .map(|(name, values)| (name.replace(['_', ':'], " "), if values.is_empty() { "none".into() } else { values.join(", ") }))
                .collect(),
        })
        .collect()
}

/// What was noticed.
fn findings(m: &Model) -> Vec<FindingView<'_>> {
    m.findings
        .iter()
        .map(|f| FindingView {
            severity: f.severity.slug(),
            rule: &f.rule,
            message: &f.message,
            help: &f.help,
            evidence: cites(&f.evidence),
        })
        .collect()
}
