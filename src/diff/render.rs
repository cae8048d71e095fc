//! A difference for the terminal, as Markdown and as JSON.

use super::{Change, Diff, Direction, ModelDiff, Side, TextDiff};
use crate::render::Style;
use crate::render::markdown::escape::{cell, text as md};
use crate::text::{block, cut, json_safe, line};
use anstyle::{AnsiColor, Style as Paint};
use std::fmt::Write as _;

/// One document.
pub fn json(diff: &Diff) -> String {
    format!("{}\n", json_safe(&serde_json::to_string_pretty(diff).unwrap_or_default()))
}

/// The sign and word of a direction; of what is only on one side, whether it came or went.
fn sign(change: &Change) -> (&'static str, &'static str) {
    match (change.direction, &change.from, &change.to) {
        (Direction::MoreOpen, _, None) => ("▲", "gone, more open"),
        (Direction::LessOpen, None, _) => ("▼", "new, less open"),
        (Direction::MoreOpen, _, _) => ("▲", "more open"),
        (Direction::LessOpen, _, _) => ("▼", "less open"),
        (Direction::Changed, None, _) => ("+", "new"),
        (Direction::Changed, _, None) => ("-", "gone"),
        (Direction::Changed, _, _) => ("~", "changed"),
    }
}

fn name(side: &Side) -> String {
    let revision = side.revision.as_deref().map_or(String::new(), |r| format!("@{}", r.get(..10).unwrap_or(r)));
    format!("{}{revision}", side.id)
}

/// For people.
pub fn terminal(diff: &Diff, style: Style) -> String {
    let mut out = String::new();
    let paint = |words: &str, colour: Option<AnsiColor>| match colour {
        Some(colour) if style.colour => {
            let p = Paint::new().fg_color(Some(colour.into()));
            format!("{}{words}{}", p.render(), p.render_reset())
        }
        _ => words.to_string(),
    };
    let colour_of = |c: &Change| match sign(c).0 {
        "▲" | "+" => Some(AnsiColor::Green),
        "▼" | "-" => Some(AnsiColor::Red),
        _ => Some(AnsiColor::Yellow),
    };
    if !diff.same_rules {
        out.push_str("note: the two sides were judged by different rules\n");
    }
    for m in &diff.models {
        let _ = writeln!(out, "{} → {}", line(&name(&m.a)), line(&name(&m.b)));
        if m.changes.is_empty() && m.texts.is_empty() {
            out.push_str("  no difference\n");
        }
        for change in &m.changes {
            let _ = writeln!(out, "  {} {}", paint(sign(change).0, colour_of(change)), sentence(change, style.width));
        }
        for t in &m.texts {
            let _ = writeln!(out, "\n  {} → {}: {}", line(&t.a), line(&t.b), likeness(t));
            for l in block(&t.unified).lines().skip(2) {
                let colour = match l.as_bytes().first() {
                    Some(b'+') => Some(AnsiColor::Green),
                    Some(b'-') => Some(AnsiColor::Red),
                    Some(b'@') => Some(AnsiColor::Cyan),
                    _ => None,
                };
                let _ = writeln!(out, "  {}", paint(l, colour));
            }
            if t.cut {
                out.push_str("  … more differences are not shown\n");
            }
        }
    }
    for (mark, sides, colour) in [("-", &diff.only_a, AnsiColor::Red), ("+", &diff.only_b, AnsiColor::Green)] {
        for side in sides {
            let _ = writeln!(out, "{} {} ({})", paint(mark, Some(colour)), line(&name(side)), side.verdict);
        }
    }
    if diff.models.is_empty() && diff.only_a.is_empty() && diff.only_b.is_empty() {
        out.push_str("no model on either side\n");
    }
    out
}

fn likeness(t: &TextDiff) -> String {
    if t.unified.is_empty() {
        "the texts have little in common".into()
    } else {
        format!("{:.0} % of the lines are the same", t.alike * 100.0)
    }
}

fn sentence(change: &Change, width: usize) -> String {
    let most = width.saturating_sub(30).max(40);
    let short = |s: &Option<String>| s.as_deref().map_or("–".to_string(), |s| cut(&line(s), most).into_owned());
    let what = if change.kind == change.what { String::new() } else { format!(" {}", line(&change.what)) };
    match (&change.from, &change.to) {
        (Some(_), Some(_)) | (None, None) => {
            format!("{}{what}: {} → {} ({})", change.kind, short(&change.from), short(&change.to), sign(change).1)
        }
        (from, to) => {
            let value = if from.is_some() { short(from) } else { short(to) };
            let value = if value == change.what { String::new() } else { format!(": {value}") };
            format!("{}{what} {}{value}", change.kind, sign(change).1)
        }
    }
}

/// For a pull request.
pub fn markdown(diff: &Diff) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "# What changed: {} → {}\n", md(&line(&diff.a)), md(&line(&diff.b)));
    if !diff.same_rules {
        out.push_str("The two sides were judged by different rules.\n\n");
    }
    for m in &diff.models {
        section(&mut out, m);
    }
    for (title, sides) in [("Only before", &diff.only_a), ("Only after", &diff.only_b)] {
        if !sides.is_empty() {
            let _ = writeln!(out, "## {title}\n");
            for side in sides {
                let _ = writeln!(out, "- {} ({})", md(&line(&name(side))), side.verdict);
            }
            out.push('\n');
        }
    }
    out
}

fn section(out: &mut String, m: &ModelDiff) {
    let _ = writeln!(out, "## {} → {}\n", md(&line(&name(&m.a))), md(&line(&name(&m.b))));
    if m.changes.is_empty() && m.texts.is_empty() {
        out.push_str("No difference.\n\n");
        return;
    }
    if !m.changes.is_empty() {
        out.push_str("| | what | before | after |\n| --- | --- | --- | --- |\n");
        let value = |s: &Option<String>| s.as_deref().map_or("–".to_string(), |s| cell(&line(s)));
        for c in &m.changes {
            let (sign, word) = sign(c);
            let what = if c.what == *c.to.as_ref().or(c.from.as_ref()).unwrap_or(&c.what) { "" } else { c.what.as_str() };
            let _ = writeln!(out, "| {sign} {word} | {} {} | {} | {} |", c.kind, cell(&line(what)), value(&c.from), value(&c.to));
        }
        out.push('\n');
    }
    for t in &m.texts {
        let _ = writeln!(out, "### {} → {}\n\n{}.\n", md(&line(&t.a)), md(&line(&t.b)), likeness(t));
        if t.unified.is_empty() {
            continue;
        }
        let text = block(&t.unified);
        // A fence longer than any in the text.
        let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let _ = writeln!(out, "{fence}diff\n{text}\n{fence}\n");
        if t.cut {
            out.push_str("More differences are not shown.\n\n");
        }
    }
}
