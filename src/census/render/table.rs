//! The summary on a terminal.

use super::{TABLES, number, percent};
use crate::census::summary::{Census, Line, Table};
use crate::render::Style;
use crate::render::names::LADDER;
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// Lines of a dimension that are shown.
const LINES: usize = 10;

/// Renders it.
pub fn render(c: &Census, style: Style) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}: {} models judged by metadata alone", crate::text::line(&c.input), number(c.judged));
    let _ = writeln!(out, "\n{:24}{:>14}{:>10}{:>14}", "verdict", "proven", "", "at most");
    for verdict in LADDER {
        let Some(v) = c.verdicts.iter().find(|v| v.verdict == verdict) else { continue };
        let (proven, share) = (number(v.proven), percent(v.proven, c.judged));
        let _ = writeln!(out, "{:24}{proven:>14}{share:>10}{:>14}", verdict.slug(), number(v.possible));
    }
    for (key, title) in TABLES {
        if let Some(table) = c.by.get(key) {
            dimension(&mut out, title, table, style);
        }
    }
    drift(&mut out, c);
    openwashing(&mut out, c);
    if c.broken.count > 0 {
        let _ = writeln!(out, "\n{} of {} records could not be judged:", number(c.broken.count), number(c.records));
        for b in c.broken.first.iter().take(5) {
            let _ = writeln!(out, "  {}: {}", b.at, b.why);
        }
    }
    out
}

fn dimension(out: &mut String, title: &str, table: &Table, style: Style) {
    let lines = if style.verbosity > 0 { table.rows.len() } else { LINES };
    let _ = writeln!(out, "\n{title:32}{:>12}{:>16}{:>16}", "models", "open weights", "could be");
    let _ = writeln!(out, "{:32}{:>12}{:>16}{:>16}", "", "", "or better", "open source");
    for line in table.rows.iter().take(lines) {
        row(out, line);
    }
    let hidden = table.distinct.saturating_sub(lines.min(table.rows.len()));
    if hidden > 0 {
        let _ = writeln!(out, "… and {} more", number(hidden as u64));
    }
}

fn row(out: &mut String, line: &Line) {
    let at_least =
        |counts: &std::collections::BTreeMap<&'static str, u64>, slugs: &[&str]| slugs.iter().filter_map(|s| counts.get(s)).sum();
    let open: u64 = at_least(&line.proven, &["open-weights", "open-source", "open-source-open-data"]);
    let could: u64 = at_least(&line.possible, &["open-source", "open-source-open-data"]);
    let name = crate::text::cut(&line.name, 30);
    let blank = " ".repeat(32usize.saturating_sub(name.width()));
    let _ = writeln!(out, "{name}{blank}{:>12}{:>16}{:>16}", number(line.models), percent(open, line.models), percent(could, line.models));
}

fn drift(out: &mut String, c: &Census) {
    let d = &c.drift;
    let _ = writeln!(
        out,
        "\nlicense drift: {} derivatives name {} bases, {} of them in this input",
        number(d.derivatives),
        number(d.links),
        number(d.found)
    );
    let _ = writeln!(
        out,
        "  {} keep the license, {} are declared open over a base that is not ({})",
        number(d.same),
        number(d.loosened),
        percent(d.loosened, d.found)
    );
    let _ = writeln!(
        out,
        "  {} are declared open and bound, or perhaps bound, by what the rules know of the base",
        number(d.tightened_by_base)
    );
    for pair in d.pairs.iter().filter(|p| p.base != p.derivative).take(LINES) {
        let sign = if pair.loosened { "!" } else { " " };
        let _ = writeln!(
            out,
            "  {sign} {:>10}  {} → {}",
            number(pair.models),
            crate::text::cut(&pair.base, 40),
            crate::text::cut(&pair.derivative, 40)
        );
    }
    if d.left_out > 0 {
        let _ = writeln!(out, "  {} models and links are beyond what is kept and not in these figures", number(d.left_out));
    }
}

fn openwashing(out: &mut String, c: &Census) {
    let o = &c.openwashing;
    let _ = writeln!(
        out,
        "\n\"open source\" in tags or card: {} models; {} of them cannot be ({}), {} are not shown to be ({})",
        number(o.claims),
        number(o.refuted),
        percent(o.refuted, o.claims),
        number(o.unproven),
        percent(o.unproven, o.claims)
    );
}
