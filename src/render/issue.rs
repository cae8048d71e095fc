//! A report of a wrong verdict, ready for an issue: what was judged, by which rules, on what, and room for what is
//! right. Markdown; it holds what the audit holds and nothing of the machine but the target as it was named.

use super::markdown::escape::{cell, code, link, text};
use super::markdown::{evidence, sign};
use super::{Harmless, Style, names, view};
use crate::report::{Model, Report};
use std::fmt::Write as _;

/// Renders a report.
pub fn render(report: &Report, _: Style) -> String {
    write(&super::harmless(report))
}

/// Renders a report whose strings are harmless.
pub fn write(report: &Harmless<'_>) -> String {
    let mut out = String::new();
    for (i, model) in report.models.iter().enumerate() {
        if i > 0 {
            out.push_str("---\n\n");
        }
        section(&mut out, report, model);
    }
    out
}

fn section(out: &mut String, report: &Report, m: &Model) {
    let _ = writeln!(out, "# Wrong verdict: {}\n", text(&m.target));
    out.push_str(
        "## What do you expect?\n\n\
         <!-- Which verdict, component or license is right, and where that can be seen: file and line, or address. -->\n\n\
         ## What was judged\n\n| | |\n| --- | --- |\n",
    );
    let mut row = |what: &str, value: String| {
        let _ = writeln!(out, "| {what} | {value} |");
    };
    row("model", format!("{} ({})", link(&m.source.id, &m.source.url), cell(&m.source.hub)));
    row("revision", m.source.revision.as_ref().map_or("not known".into(), |r| format!("`{}`", code(r))));
    row("verdict", m.verdict.to_string());
    row("at most", m.verdict_possible.to_string());
    row("evidence", cell(&m.source.fetched_from));
    row("only verified evidence", if report.strict { "yes" } else { "no" }.into());
    row("version", cell(&format!("{} {}", report.tool.name, report.tool.version)));
    row("rules", format!("`{}`", code(&report.tool.rules_digest)));
    out.push_str("\n## Why\n\n");
    for reason in &m.reasons {
        let _ = writeln!(out, "- {}", text(&reason.text));
    }
    out.push_str("\n| question | answer | because |\n| --- | --- | --- |\n");
    for (pillar, answer) in &m.pillars {
        let _ = writeln!(out, "| {} | {} | {} |", names::pillar(*pillar), sign(answer.status), cell(&answer.summary));
    }
    license(out, m);
    out.push_str("\n## Components\n\n| component | available | basis | what was seen | evidence |\n| --- | --- | --- | --- | --- |\n");
    for c in &m.components {
        let _ = writeln!(out, "| `{}` | {} | {} | {} | {} |", c.id, c.availability, c.basis, cell(&c.summary), evidence(&c.evidence));
    }
    if !m.findings.is_empty() {
        out.push_str("\n## Findings\n\n");
        for f in &m.findings {
            let _ = writeln!(out, "- {} `{}`: {} {}", f.severity, code(&f.rule), text(&f.message), evidence(&f.evidence));
        }
    }
    if !m.incomplete.is_empty() {
        out.push_str("\n## Could not be had\n\n");
        for i in &m.incomplete {
            let _ = writeln!(out, "- {}: {} ({})", text(&i.what), text(&i.detail), cell(&i.why));
        }
    }
    out.push('\n');
}

fn license(out: &mut String, m: &Model) {
    let l = &m.license;
    let declared =
        if l.declared.is_empty() { "nothing".to_string() } else { l.declared.iter().map(|d| text(d)).collect::<Vec<_>>().join(", ") };
    let _ = writeln!(
        out,
        "\n## License\n\nDeclared: {declared}. Concluded: {} ({}, {}). What binds: {} ({}).\n",
        text(l.concluded.as_deref().unwrap_or("not known")),
        l.openness,
        l.basis,
        text(view::license(m)),
        l.effective_openness
    );
    if !l.reason.is_empty() {
        let _ = writeln!(out, "- {}", text(&l.reason));
    }
    for t in &l.texts {
        let place = t.url.as_ref().map_or_else(|| text(&t.path), |u| link(&t.path, u));
        let _ = writeln!(out, "- {place}: {} (score {})", text(&t.identified), t.score);
    }
    for a in &m.lineage {
        let _ = writeln!(
            out,
            "- {} of {}: {}, {}",
            text(&a.relation),
            text(&a.id),
            cell(a.license.as_deref().unwrap_or("not known")),
            a.verdict
        );
    }
}
