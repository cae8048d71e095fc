//! Diagnostics as a good compiler writes them.

use super::{CheckReport, Style, by_name_of};
use crate::gate::{Place, Violation};
use crate::text::{count, is_steering, line};
use crate::vocabulary::Severity;
use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

/// Further places that a diagnostic names.
const PLACES: usize = 4;
/// Evidence that a diagnostic cites, unless more is asked for.
const EVIDENCE: usize = 2;
/// Exceptions that are printed ready to fill in, unless more is asked for.
const EXCEPTIONS: usize = 3;

/// Renders a report.
pub fn render(report: &CheckReport, style: Style) -> String {
    let renderer = if style.colour { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    // A suggestion is made once a model, not once a rule.
    let mut suggested = BTreeSet::new();
    for v in &report.violations {
        out.push_str(&diagnostic(v, &renderer, style, &mut suggested));
        out.push_str("\n\n");
    }
    if !report.accept.is_empty() {
        let shown = if style.verbosity > 0 { report.accept.len() } else { EXCEPTIONS };
        let _ = writeln!(out, "To accept a violation for a while, add this to {} and fill it in:\n", line(&report.policy.file));
        for skeleton in report.accept.iter().take(shown) {
            let _ = writeln!(out, "{skeleton}");
        }
        if report.accept.len() > shown {
            let _ = writeln!(out, "(and {} more, with -v)\n", report.accept.len() - shown);
        }
    }
    out.push_str(&summary(report));
    out
}

fn summary(report: &CheckReport) -> String {
    let s = &report.summary;
    let mut found = Vec::new();
    for (n, one, many) in [(s.errors, "error", "errors"), (s.warnings, "warning", "warnings"), (s.notes, "note", "notes")] {
        if n > 0 {
            found.push(count(n, one, many));
        }
    }
    let mut out = match report.exit {
        0 if report.policy.mode == "inventory" => "ok (inventory, nothing is required)".to_string(),
        0 => format!("ok: {} is met", line(&report.policy.file)),
        3 => format!("not known: whether {} is met", line(&report.policy.file)),
        _ => format!("failed: {} is violated", line(&report.policy.file)),
    };
    let _ = write!(out, "; {} in {}", count(s.models, "model", "models"), count(s.places, "place", "places"));
    if !found.is_empty() {
        let _ = write!(out, "; {}", found.join(", "));
    }
    for (n, one, many) in [
        (report.excused.iter().map(|e| e.places.len()).sum(), "place excused by an exception", "places excused by exceptions"),
        (report.excluded.len(), "place excluded", "places excluded"),
        (s.known, "place known to the baseline", "places known to the baseline"),
    ] {
        if n > 0 {
            let _ = write!(out, "; {}", count(n, one, many));
        }
    }
    out.push('\n');
    if report.policy.mode == "inventory" {
        for m in &report.models {
            let license = m.license.as_deref().unwrap_or("no license known");
            let _ =
                writeln!(out, "  {}  {}  {}  ({})", line(&m.target), m.verdict, line(license), count(m.places.len(), "place", "places"));
        }
    }
    for (name, (dataset, places)) in by_name_of(&report.datasets) {
        let _ = writeln!(out, "  dataset {}  {}  ({})", line(name), line(dataset.license_words()), count(places, "place", "places"));
    }
    out
}

fn diagnostic(v: &Violation, renderer: &Renderer, style: Style, suggested: &mut BTreeSet<(Option<String>, String)>) -> String {
    let level = match v.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    // Prepared first, since a group borrows them.
    let first = v.places.first().map(prepare);
    let asked = v.asked.as_ref().map(prepare);
    let mut elements: Vec<Element<'_>> = Vec::new();
    if let (Some(place), Some(shown)) = (v.places.first(), &first) {
        elements.push(snippet(place, shown, AnnotationKind::Primary, ""));
    }
    if let (Some(place), Some(shown)) = (&v.asked, &asked) {
        elements.push(snippet(place, shown, AnnotationKind::Context, "asked here"));
    }
    for note in notes(v, style) {
        elements.push(Level::NOTE.message(note).into());
    }
    for help in helps(v, suggested) {
        elements.push(Level::HELP.message(help).into());
    }
    let group = level.primary_title(line(&v.message).into_owned()).id(v.rule.clone()).elements(elements);
    renderer.render(&[group])
}

fn notes(v: &Violation, style: Style) -> Vec<String> {
    let mut notes = Vec::new();
    if v.places.len() > 1 {
        let list: Vec<String> = v.places.iter().skip(1).take(PLACES).map(|p| format!("{}:{}", line(&p.file), p.line)).collect();
        let more = v.places.len().saturating_sub(1 + PLACES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        notes.push(format!("also at {}{more}", list.join(", ")));
    }
    let shown = if style.verbosity > 0 { v.evidence.len() } else { EVIDENCE };
    for e in v.evidence.iter().take(shown) {
        let mut said = format!("evidence: {}", line(&e.note));
        if let Some(at) = e.url.as_ref().or(e.path.as_ref()) {
            let _ = write!(said, ", {}", line(at));
        }
        if let (Some(digest), true) = (&e.digest, style.verbosity > 0 || v.rule.starts_with("policy/license-unknown")) {
            let _ = write!(said, " ({})", line(digest));
        }
        notes.push(said);
    }
    notes
}

fn helps(v: &Violation, suggested: &mut BTreeSet<(Option<String>, String)>) -> Vec<String> {
    let mut helps: Vec<String> = v.help.iter().map(|h| line(h).into_owned()).collect();
    for fix in &v.fixes {
        match fix.kind {
            "pin" => helps.push(format!("pinned: {}", line(&fix.text))),
            "swap" if suggested.insert((v.model.clone(), fix.text.clone())) => helps.push(format!("instead: {}", line(&fix.text))),
            // Exceptions come at the end, one a model.
            _ => {}
        }
    }
    helps
}

/// A line that is harmless, and the bytes of it that are marked.
struct Shown {
    file: String,
    source: String,
    span: Range<usize>,
}

fn prepare(place: &Place) -> Shown {
    let start = place.column.saturating_sub(place.snippet_column) as usize;
    let end = place.end_column.saturating_sub(place.snippet_column) as usize;
    let mut source = String::with_capacity(place.snippet.len());
    let (mut from, mut to) = (None, None);
    for (i, c) in place.snippet.chars().enumerate() {
        if i == start {
            from = Some(source.len());
        }
        if i == end {
            to = Some(source.len());
        }
        match c {
            '\t' | '\n' | '\r' => source.push(' '),
            c if is_steering(c) => {
                let _ = write!(source, "\\u{{{:x}}}", c as u32);
            }
            c => source.push(c),
        }
    }
    let from = from.unwrap_or(source.len());
    let to = to.unwrap_or(source.len()).max(from);
    Shown { file: line(&place.file).into_owned(), source, span: from..to }
}

fn snippet<'a>(place: &Place, shown: &'a Shown, kind: AnnotationKind, label: &'a str) -> Element<'a> {
    if shown.source.is_empty() {
        return Origin::path(shown.file.as_str()).line(place.line as usize).into();
    }
    let mut annotation = kind.span(shown.span.clone());
    if !label.is_empty() {
        annotation = annotation.label(label);
    }
    Snippet::source(shown.source.as_str()).line_start(place.line as usize).path(shown.file.as_str()).annotation(annotation).into()
}
