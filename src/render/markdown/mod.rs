//! Markdown that renders well on GitHub: a summary, then a section a model.

pub mod escape;
mod model;

use super::{Harmless, Style, names, view};
use crate::report::{Report, Violation};
use crate::text::count;
use crate::vocabulary::*;
use escape::{cell, link, text};
pub(super) use model::evidence;
use std::fmt::Write as _;

/// Renders a report.
pub fn render(report: &Report, _: Style) -> String {
    write(&super::harmless(report))
}

/// Renders a report whose strings are harmless.
pub fn write(report: &Harmless<'_>) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "# Openness of AI models: {}\n", text(&title(report)));
    let time = report.generated.as_ref().map_or(String::new(), |t| format!(" · {t}"));
    let _ = writeln!(out, "{} {} · rules `{}`{time}\n", report.tool.name, report.tool.version, short(&report.tool.rules_digest));
    summary(&mut out, report);
    if let Some(policy) = &report.policy {
        let _ = writeln!(out, "## Policy `{}`\n", escape::code(&policy.path));
        violations(&mut out, &policy.violations);
    }
    table(&mut out, report);
    for (i, model) in report.models.iter().enumerate() {
        model::section(&mut out, report, model, i + 1);
    }
    out
}

/// What is reported on, in words.
pub fn title(report: &Report) -> String {
    match (&report.subject, report.models.as_slice()) {
        (Some(subject), _) => subject.clone(),
        (None, [one]) => one.target.clone(),
        (None, many) => count(many.len(), "model", "models"),
    }
}

fn short(digest: &str) -> &str {
    digest.get(..19).unwrap_or(digest)
}

fn summary(out: &mut String, report: &Report) {
    out.push_str("| verdict | models | means |\n| --- | ---: | --- |\n");
    for (verdict, n) in view::ladder(report).into_iter().filter(|(_, n)| *n > 0) {
        let _ = writeln!(out, "| **{}** | {n} | {} |", names::verdict(verdict), names::verdict_means(verdict));
    }
    out.push('\n');
    let unknown: Vec<String> = report.models.iter().filter(|m| view::is_unknown(m)).map(|m| m.target.clone()).collect();
    if !unknown.is_empty() {
        let verb = if unknown.len() == 1 { "has an open question" } else { "have open questions" };
        let _ = writeln!(out, "{} {verb}; only what is proven counts.\n", count(unknown.len(), "model", "models"));
    }
}

fn violations(out: &mut String, violations: &[Violation]) {
    if violations.is_empty() {
        out.push_str("Nothing violates it.\n\n");
        return;
    }
    out.push_str("| model | rule | what | where |\n| --- | --- | --- | --- |\n");
    for v in violations {
        let places: Vec<String> = v.places.iter().map(|p| p.line.map_or_else(|| p.path.clone(), |l| format!("{}:{l}", p.path))).collect();
        let _ = writeln!(
            out,
            "| {} | {} ({}) | {} | {} |",
            cell(&v.target),
            cell(&v.rule),
            v.severity,
            cell(&v.message),
            cell(&places.join(", "))
        );
    }
    out.push('\n');
}

fn table(out: &mut String, report: &Report) {
    if report.models.len() < 2 {
        return;
    }
    out.push_str(
        "## Models\n\n| model | verdict | weights | training data | training code | license |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for m in &report.models {
        let pillar = |p: Pillar| m.pillars.get(&p).map_or_else(String::new, |p| sign(p.status));
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} {} |",
            link(&m.target, &m.source.url),
            names::verdict(m.verdict),
            pillar(Pillar::Weights),
            pillar(Pillar::TrainingData),
            pillar(Pillar::TrainingCode),
            pillar(Pillar::License),
            cell(view::license(m)),
        );
    }
    out.push('\n');
}

/// A sign with its word, so that the sign alone is never the meaning.
pub fn sign(status: PillarStatus) -> String {
    format!("{} {status}", status.sign())
}
