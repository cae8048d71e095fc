//! What `trulyopen scan` prints.

use super::Style;
use crate::report::Tool;
use crate::rules::Rules;
use crate::scan::{Kind, Reference, Role, Scan, Skipped};
use crate::text::{count, cut, json_safe, line};
use anstyle::{AnsiColor, Style as Paint};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// Renders an inventory.
pub type Render = fn(&Scan, &Rules, Style) -> String;

/// The renderer of a format.
pub fn by_name(name: &str) -> Option<Render> {
    Some(match name {
        "table" => table,
        "json" => document,
        "jsonl" => lines,
        _ => return None,
    })
}

/// The document of `trulyopen scan --format json`.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Serialize)]
pub struct Document<'s> {
    schema_version: &'static str,
    tool: Tool,
    /// What the project uses; sorted by file, line, column.
    references: Vec<ReferenceOut<'s>>,
    /// The same in comments and documents, which nothing runs.
    mentions: Vec<ReferenceOut<'s>>,
    skipped: Vec<SkippedOut<'s>>,
    /// Files that were looked at.
    files: usize,
    lines: usize,
}

/// One place where a model or dataset is named.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Serialize)]
pub struct ReferenceOut<'s> {
    /// `model`, `dataset` or `hosted` (behind an API).
    kind: &'static str,
    /// As `trulyopen audit` takes it; `null` where it cannot be resolved.
    target: Option<&'s str>,
    /// As it stands in the file.
    written: &'s str,
    revision: Option<&'s str>,
    /// A commit is named, in every use of this name.
    pinned: bool,
    file: &'s str,
    /// From 1; columns in characters.
    line: u32,
    column: u32,
    end_column: u32,
    snippet: &'s str,
    /// The column at which the snippet begins.
    snippet_column: u32,
    /// What takes the name.
    via: &'s str,
    /// The call, where it stands on another line.
    used_at: Option<PointOut>,
    /// `code`, `config`, `test`, `example`, `comment` or `documentation`.
    role: &'static str,
    /// Why there is no target.
    unresolved: Option<&'s str>,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Serialize)]
struct PointOut {
    line: u32,
    column: u32,
}

/// A file that could not be looked at, or not wholly.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Serialize)]
struct SkippedOut<'s> {
    file: &'s str,
    why: &'s str,
}

/// One document (docs/scan.md).
fn document(scan: &Scan, rules: &Rules, _: Style) -> String {
    let document = Document {
        schema_version: "1",
        tool: Tool::of(rules),
        references: scan.references.iter().map(reference).collect(),
        mentions: scan.mentions.iter().map(reference).collect(),
        skipped: scan.skipped.iter().map(|s| SkippedOut { file: &s.file, why: &s.why }).collect(),
        files: scan.files,
        lines: scan.lines,
    };
    format!("{}\n", json_safe(&serde_json::to_string_pretty(&document).unwrap_or_default()))
}

/// One reference a line, mentions last.
fn lines(scan: &Scan, _: &Rules, _: Style) -> String {
    let all = scan.references.iter().chain(&scan.mentions);
    let one = |r| serde_json::to_string(&reference(r)).map(|json| format!("{}\n", json_safe(&json))).unwrap_or_default();
    all.map(one).collect()
}

/// A reference for machines.
pub fn reference(r: &Reference) -> ReferenceOut<'_> {
    ReferenceOut {
        kind: r.kind.slug(),
        target: r.target.as_deref(),
        written: &r.written,
        revision: r.revision.as_deref(),
        pinned: r.pinned,
        file: &r.location.file,
        line: r.location.line,
        column: r.location.column,
        end_column: r.location.end_column,
        snippet: &r.location.snippet,
        snippet_column: r.location.snippet_column,
        via: &r.via,
        used_at: r.used_at.map(|p| PointOut { line: p.line, column: p.column }),
        role: r.role.slug(),
        unresolved: r.unresolved.as_deref(),
    }
}

/// For people: one block a file.
fn table(scan: &Scan, _: &Rules, style: Style) -> String {
    let mut out = String::new();
    blocks(&scan.references, style, &mut out);
    if style.verbosity > 0 && !scan.mentions.is_empty() {
        let _ = writeln!(out, "{}\n", paint("In comments and documents, which nothing runs:", Paint::new().bold(), style));
        blocks(&scan.mentions, style, &mut out);
    }
    skipped(&scan.skipped, style, &mut out);
    let _ = writeln!(out, "{}", summary(scan));
    if !scan.mentions.is_empty() && style.verbosity == 0 {
        let many = count(scan.mentions.len(), "mention", "mentions");
        let _ = writeln!(out, "{many} in comments and documents, which nothing runs (-v shows them).");
    }
    out
}

fn blocks(references: &[Reference], style: Style, out: &mut String) {
    for block in references.chunk_by(|a, b| a.location.file == b.location.file) {
        let Some(first) = block.first() else { continue };
        let _ = writeln!(out, "{}", paint(&line(&first.location.file), Paint::new().bold(), style));
        let place = |r: &Reference| format!("{}:{}", r.location.line, r.location.column);
        let name = |r: &Reference| match (&r.target, &r.revision) {
            (Some(target), Some(revision)) => format!("{target}@{}", revision.get(..12).unwrap_or(revision)),
            (Some(target), None) => target.clone(),
            (None, _) => format!("? {}", r.written),
        };
        let places = block.iter().map(|r| place(r).len()).max().unwrap_or(0);
        let limit = style.width.saturating_sub(places + 40).max(24);
        let shown: Vec<String> = block.iter().map(|r| cut(&line(&name(r)), limit).into_owned()).collect();
        let names = shown.iter().map(|n| n.width()).max().unwrap_or(0);
        for (r, name) in block.iter().zip(&shown) {
            let gap = " ".repeat(names.saturating_sub(name.width()));
            let colour = match (r.kind, &r.target) {
                (_, None) => AnsiColor::Yellow,
                (Kind::Hosted, _) => AnsiColor::Red,
                (Kind::Dataset, _) => AnsiColor::Blue,
                (Kind::Model, _) => AnsiColor::Green,
            };
            let named = paint(name, colour.on_default(), style);
            let via = match r.role {
                Role::Code | Role::Config => r.via.clone(),
                other => format!("{}, {}", other.slug(), r.via),
            };
            let _ = write!(out, "  {:>places$}  {named}{gap}  {:<7}  {}", place(r), r.kind.slug(), line(&via));
            out.push('\n');
            if let Some(why) = &r.unresolved {
                let _ = writeln!(out, "  {:>places$}  {}", "", line(&format!("not resolved: {why}")));
            }
        }
        out.push('\n');
    }
}

/// Files that were passed over are few, or few of them are shown.
fn skipped(skipped: &[Skipped], style: Style, out: &mut String) {
    if skipped.is_empty() {
        return;
    }
    let shown = if style.verbosity > 0 { skipped.len() } else { 10 };
    let _ = writeln!(out, "{}", paint("Not looked at, or not wholly:", Paint::new().bold(), style));
    for s in skipped.iter().take(shown) {
        let _ = writeln!(out, "  {}: {}", line(&s.file), line(&s.why));
    }
    if skipped.len() > shown {
        let _ = writeln!(out, "  and {} more (-v shows them)", skipped.len() - shown);
    }
    out.push('\n');
}

fn summary(scan: &Scan) -> String {
    let distinct = |wanted: Kind| {
        let all = scan.references.iter().filter(|r| r.kind == wanted);
        all.filter_map(|r| r.target.as_deref()).collect::<BTreeSet<_>>().len()
    };
    let unresolved = scan.references.iter().filter(|r| r.target.is_none()).count();
    let files = scan.references.iter().map(|r| r.location.file.as_str()).collect::<BTreeSet<_>>().len();
    let parts = [
        (distinct(Kind::Model), "model", "models"),
        (distinct(Kind::Hosted), "model behind an API", "models behind an API"),
        (distinct(Kind::Dataset), "dataset", "datasets"),
        (unresolved, "reference that cannot be resolved", "references that cannot be resolved"),
    ];
    let named: Vec<String> = parts.iter().filter(|p| p.0 > 0).map(|(n, one, many)| count(*n, one, many)).collect();
    let looked = count(scan.files, "file", "files");
    match named.as_slice() {
        [] => format!("No model is named in {looked}."),
        some => format!(
            "{} in {} of {looked}.",
            crate::text::list(some),
            count(files, "file", "files").trim_end_matches(" files").trim_end_matches(" file")
        ),
    }
}

fn paint(s: &str, paint: Paint, style: Style) -> String {
    if style.colour { format!("{paint}{s}{paint:#}") } else { s.to_string() }
}
