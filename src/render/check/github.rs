//! Workflow commands, which become annotations of a pull request, and the job summary in Markdown.
//! Names come from strangers: everything is escaped for the command or the page it stands in.

use super::{CheckReport, Style, by_name_of};
use crate::text::{count, line};
use crate::vocabulary::Severity;
use std::fmt::Write as _;

/// Annotations. A service shows some ten of them a step, so errors come first.
pub fn render(report: &CheckReport, _: Style) -> String {
    let mut out = String::new();
    let mut violations: Vec<_> = report.violations.iter().collect();
    violations.sort_by_key(|v| std::cmp::Reverse(v.severity));
    for v in violations {
        let command = match v.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let mut said = line(&v.message).into_owned();
        for help in &v.help {
            let _ = write!(said, "\nhelp: {}", line(help));
        }
        for fix in v.fixes.iter().filter(|f| f.kind == "swap") {
            let _ = write!(said, "\ninstead: {}", line(&fix.text));
        }
        for p in &v.places {
            let pinned = p.pinned.as_ref().map(|t| format!("\npinned: {}", line(t))).unwrap_or_default();
            let _ = writeln!(
                out,
                "::{command} file={},line={},col={},endColumn={},title={}::{}",
                property(&p.file),
                p.line,
                p.column,
                p.end_column,
                property(&v.rule),
                data(&format!("{said}{pinned}"))
            );
        }
    }
    let s = &report.summary;
    let _ = writeln!(
        out,
        "trulyopen: {}, {}, {} in {}",
        count(s.errors, "error", "errors"),
        count(s.warnings, "warning", "warnings"),
        count(s.models, "model", "models"),
        count(s.places, "place", "places")
    );
    out
}

/// Escapes the message of a command (`toolkit/packages/core/src/command.ts`: `%`, CR, LF).
fn data(s: &str) -> String {
    s.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property, in which `:` and `,` mean something too.
fn property(s: &str) -> String {
    data(&line(s)).replace(':', "%3A").replace(',', "%2C")
}

/// The job summary.
pub fn summary(report: &CheckReport) -> String {
    let s = &report.summary;
    let head = match report.exit {
        0 => "✅ met",
        3 => "❔ not known",
        _ => "❌ violated",
    };
    let mut out = format!("## AI models: policy {head}\n\n");
    let _ = writeln!(
        out,
        "{} in {}: {}, {}.\n",
        count(s.models, "model", "models"),
        count(s.places, "place", "places"),
        count(s.errors, "error", "errors"),
        count(s.warnings, "warning", "warnings")
    );
    if !report.violations.is_empty() {
        out.push_str("| | Rule | What | Where |\n| --- | --- | --- | --- |\n");
        for v in &report.violations {
            let place = v.places.first().map(|p| format!("{}:{}", p.file, p.line)).unwrap_or_default();
            let more = if v.places.len() > 1 { format!(" and {} more", v.places.len() - 1) } else { String::new() };
            let _ = writeln!(out, "| {} | {} | {} | {}{more} |", v.severity, markdown(&v.rule), markdown(&v.message), markdown(&place));
        }
        out.push('\n');
    }
    if !report.models.is_empty() {
        out.push_str("| Model | Verdict | License | Places |\n| --- | --- | --- | --- |\n");
        for m in &report.models {
            let license = m.license.as_deref().unwrap_or("not known");
            let _ = writeln!(out, "| {} | {} | {} | {} |", markdown(&m.target), m.verdict, markdown(license), m.places.len());
        }
    }
    if !report.datasets.is_empty() {
        out.push_str("\n| Dataset | License | Places |\n| --- | --- | --- |\n");
        for (name, (dataset, places)) in by_name_of(&report.datasets) {
            let _ = writeln!(out, "| {} | {} | {places} |", markdown(name), markdown(dataset.license_words()));
        }
    }
    out
}

/// Text in a Markdown table: nothing in it is markup, a link, a mention or a line break.
fn markdown(s: &str) -> String {
    let mut out = String::with_capacity(s.len() + 8);
    for c in line(s).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' => out.push_str("&#124;"),
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '!' | '#' | '~' | '$' => out.extend(['\\', c]),
            // Services make links of bare addresses.
            ':' => out.push_str("&#58;"),
            c => out.push(c),
        }
    }
    out
}
