//! What the templates show, prepared: words, links that may be links, and counts.

use super::digest;
use crate::render::{markdown, names, view};
use crate::report::{Evidence, Model, Report};
use crate::vocabulary::*;
use askama::Template;

#[derive(Template)]
#[template(path = "report/index.html")]
pub struct Page<'r> {
    report: &'r Report,
    title: String,
    heading: String,
    rules: &'r str,
    style: &'static str,
    script: &'static str,
    style_hash: String,
    script_hash: String,
    many: bool,
    plural_models: &'static str,
    violations: usize,
    errors: usize,
    warnings: usize,
    duties: usize,
    ladder: Vec<Rung>,
    worst: Vec<Line<'r>>,
    more_worst: usize,
    unknown: Vec<Line<'r>>,
    availability_key: Vec<Key>,
    component_titles: Vec<&'static str>,
    models: Vec<ModelView<'r>>,
}

struct Rung {
    slug: &'static str,
    title: &'static str,
    means: &'static str,
    steps: &'static str,
    count: usize,
    width: usize,
}

/// A model and what to say of it.
struct Line<'r> {
    anchor: String,
    name: &'r str,
    text: String,
}

/// Availability as a letter, which does not depend on colour.
#[derive(Clone, Copy)]
struct Key {
    letter: &'static str,
    letter_class: &'static str,
    word: &'static str,
}

struct ModelView<'r> {
    m: &'r Model,
    anchor: String,
    url: Option<String>,
    verdict: &'static str,
    verdict_slug: &'static str,
    steps: &'static str,
    rank: usize,
    means: &'static str,
    possible: &'static str,
    open_question: bool,
    facts: Vec<String>,
    license: &'r str,
    declared: String,
    concluded: &'r str,
    pillars: Vec<PillarView<'r>>,
    terms: Vec<TermView<'r>>,
    duties: Vec<Duties<'r>>,
    texts: Vec<TextView<'r>>,
    cells: Vec<Key>,
    components: Vec<ComponentView<'r>>,
    tree: Vec<Branch<'r>>,
    datasets: Vec<Row<'r>>,
    code: Vec<Row<'r>>,
    frameworks: Vec<FrameworkView<'r>>,
    findings: Vec<FindingView<'r>>,
}

struct PillarView<'r> {
    title: &'static str,
    slug: &'static str,
    sign: &'static str,
    rank: usize,
    summary: &'r str,
}

struct TermView<'r> {
    title: &'r str,
    restricts: bool,
}

/// Obligations that are due on one occasion.
struct Duties<'r> {
    when: String,
    items: Vec<Duty<'r>>,
}

struct Duty<'r> {
    text: &'r str,
    license: &'r str,
    url: Option<String>,
}

struct TextView<'r> {
    path: &'r str,
    url: Option<String>,
    words: String,
}

struct ComponentView<'r> {
    title: &'static str,
    letter: &'static str,
    letter_class: &'static str,
    availability: &'static str,
    basis: &'static str,
    license: &'r str,
    summary: &'r str,
    evidence: Vec<Cite<'r>>,
}

struct Cite<'r> {
    url: Option<String>,
    place: String,
    note: &'r str,
    quote: Option<&'r str>,
    digest: Option<&'r str>,
}

/// A base model in the tree: whether its own bases follow, and how many branches end after it.
struct Branch<'r> {
    id: &'r str,
    url: Option<String>,
    relation: &'r str,
    verdict: &'static str,
    verdict_slug: &'static str,
    license: &'r str,
    opens: bool,
    closes: std::ops::Range<usize>,
}

struct Row<'r> {
    id: &'r str,
    url: Option<String>,
    role: &'r str,
    found: &'static str,
    gated: &'static str,
    license: &'r str,
}

struct FrameworkView<'r> {
    title: &'r str,
    pairs: Vec<(String, String)>,
}

struct FindingView<'r> {
    severity: &'static str,
    rule: &'r str,
    message: &'r str,
    help: &'r str,
    evidence: Vec<Cite<'r>>,
}

impl<'r> Page<'r> {
    pub fn new(report: &'r Report, style: &'static str, script: &'static str) -> Page<'r> {
        let counts = view::ladder(report);
        let most = counts.iter().map(|(_, n)| *n).max().unwrap_or(0).max(1);
        let findings = |severity| report.models.iter().flat_map(|m| &m.findings).filter(|f| f.severity == severity).count();
        let mut worst: Vec<Line<'r>> = report
            .models
            .iter()
            .enumerate()
            .flat_map(|(i, m)| {
                let errors = m.findings.iter().filter(|f| f.severity == Severity::Error);
                errors.map(move |f| Line { anchor: anchor(i), name: &m.target, text: f.message.clone() })
            })
            .collect();
        let more_worst = worst.len().saturating_sub(12);
        worst.truncate(12);
        Page {
            report,
            title: markdown::title(report),
            heading: match (&report.subject, report.models.len()) {
                (None, n) if n > 1 => format!("Openness of {n} AI models"),
                _ => format!("Openness of {}", markdown::title(report)),
            },
            rules: report.tool.rules_digest.get(..19).unwrap_or(&report.tool.rules_digest),
            style,
            script,
            style_hash: digest(style),
            script_hash: digest(script),
            many: report.models.len() > 1,
            plural_models: if report.models.len() == 1 { "model" } else { "models" },
            violations: report.policy.as_ref().map_or(0, |p| p.violations.len()),
            errors: findings(Severity::Error),
            warnings: findings(Severity::Warning),
            duties: report.models.iter().map(|m| m.license.obligations.len()).sum(),
            ladder: counts
                .into_iter()
                .map(|(v, count)| Rung {
                    slug: v.slug(),
                    title: names::verdict(v),
                    means: names::verdict_means(v),
                    steps: steps(v),
                    count,
                    width: count * 100 / most,
                })
                .collect(),
            worst,
            more_worst,
            unknown: report.models.iter().enumerate().filter(|(_, m)| view::is_unknown(m)).map(|(i, m)| unknown(i, m)).collect(),
            availability_key: Availability::ALL.iter().map(|a| key(*a)).collect(),
            component_titles: ComponentId::ALL.iter().map(|c| names::component(*c)).collect(),
            models: report.models.iter().enumerate().map(|(i, m)| model(report, i, m)).collect(),
        }
    }
}

fn anchor(index: usize) -> String {
    format!("m{}", index + 1)
}

/// What is open about a model, in a clause.
fn unknown(index: usize, m: &Model) -> Line<'_> {
    let text = match m.incomplete.as_slice() {
        [] => format!("proven {}, possible {}", names::verdict(m.verdict), names::verdict(m.verdict_possible)),
        [one] => format!("{}: {}", one.what, one.detail),
        [one, rest @ ..] => format!("{}: {} (and {} more)", one.what, one.detail, rest.len()),
    };
    Line { anchor: anchor(index), name: &m.target, text }
}

/// The rung as steps that are filled.
fn steps(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Unknown => "?",
        Verdict::Closed => "■□□□□",
        Verdict::WeightsAvailable => "■■□□□",
        Verdict::OpenWeights => "■■■□□",
        Verdict::OpenSource => "■■■■□",
        Verdict::OpenSourceOpenData => "■■■■■",
    }
}

fn key(availability: Availability) -> Key {
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

fn model<'r>(report: &'r Report, index: usize, m: &'r Model) -> ModelView<'r> {
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
        duties: names::WHEN
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
            .collect(),
        texts: license
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
            .collect(),
        cells: ComponentId::ALL
            .iter()
            .map(|id| key(m.components.iter().find(|c| c.id == *id).map_or(Availability::Unknown, |c| c.availability)))
            .collect(),
        components: m
            .components
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
            .collect(),
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
        datasets: m
            .datasets
            .iter()
            .map(|d| Row {
                id: &d.id,
                url: names::web(&d.url),
                role: &d.role,
                found: yes(d.found),
                gated: yes(d.gated),
                license: d.license.as_deref().unwrap_or("not known"),
            })
            .collect(),
        code: m
            .code
            .iter()
            .map(|c| Row {
                id: c.url.trim_start_matches("https://"),
                url: names::web(&c.url),
                role: &c.training,
                found: yes(c.found),
                gated: "",
                license: c.license.as_deref().unwrap_or("not known"),
            })
            .collect(),
        frameworks: m
            .frameworks
            .iter()
            .map(|(id, result)| FrameworkView {
                title: names::framework(id),
                pairs: view::pairs(result)
                    .into_iter()
                    .map(|(name, values)| {
                        (name.replace(['_', ':'], " "), if values.is_empty() { "none".into() } else { values.join(", ") })
                    })
                    .collect(),
            })
            .collect(),
        findings: m
            .findings
            .iter()
            .map(|f| FindingView {
                severity: f.severity.slug(),
                rule: &f.rule,
                message: &f.message,
                help: &f.help,
                evidence: cites(&f.evidence),
            })
            .collect(),
    }
}
