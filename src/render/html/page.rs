//! What the templates show, prepared: words, links that may be links, and counts.

use super::digest;
use super::model::{Key, ModelView, key, model, steps};
use crate::render::{markdown, names, view};
use crate::report::{Model, Report};
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

/// The id of a model's section.
pub fn anchor(index: usize) -> String {
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
