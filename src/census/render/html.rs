//! The summary as one page that asks for nothing else: no script, bars as inline SVG, everything escaped
//! by the template.

use super::{TABLES, number, percent};
use crate::census::summary::{Census, Line, Table};
use crate::render::names::{self, LADDER};
use askama::Template;
use std::collections::BTreeMap;

const STYLE: &str = include_str!("../../../templates/census/style.css");

#[derive(Template)]
#[template(path = "census/index.html")]
struct Page<'c> {
    c: &'c Census,
    style: &'static str,
    input: String,
    judged: String,
    ladder: Vec<Rung>,
    tables: Vec<TableView>,
    drift: DriftView,
    wash: WashView,
    broken: String,
}

/// A rung of the ladder.
struct Rung {
    slug: &'static str,
    name: &'static str,
    means: &'static str,
    proven: String,
    share: String,
    possible: String,
    downloads: String,
    /// Widths of the bars, in percent.
    width: String,
    width_possible: String,
}

struct TableView {
    key: &'static str,
    title: &'static str,
    distinct: String,
    lines: Vec<LineView>,
}

struct LineView {
    name: String,
    models: String,
    open: String,
    could: String,
    /// Pieces of the bar: class, left edge and width in percent.
    pieces: Vec<(&'static str, String, String)>,
    spoken: String,
}

struct DriftView {
    derivatives: String,
    found: String,
    links: String,
    same: String,
    loosened: String,
    loosened_share: String,
    tightened: String,
    left_out: String,
    pairs: Vec<PairView>,
}

struct PairView {
    base: String,
    derivative: String,
    loosened: bool,
    models: String,
    width: String,
}

struct WashView {
    claims: String,
    refuted: String,
    refuted_share: String,
    unproven: String,
    unproven_share: String,
}

/// Renders it.
pub fn render(c: &Census) -> String {
    let width = |n: u64, whole: u64| if whole == 0 { "0".to_string() } else { format!("{:.2}", n as f64 * 100.0 / whole as f64) };
    let ladder = LADDER.iter().filter_map(|v| c.verdicts.iter().find(|c| c.verdict == *v)).map(|v| Rung {
        slug: v.verdict.slug(),
        name: names::verdict(v.verdict),
        means: names::verdict_means(v.verdict),
        proven: number(v.proven),
        share: percent(v.proven, c.judged),
        possible: number(v.possible),
        downloads: number(v.downloads),
        width: width(v.proven, c.judged),
        width_possible: width(v.possible, c.judged),
    });
    let tables = TABLES.iter().filter_map(|(key, title)| Some(table_view(key, title, c.by.get(key)?)));
    let d = &c.drift;
    let most = d.pairs.first().map_or(0, |p| p.models);
    let safe = |s: &str| crate::text::line(s).into_owned();
    let page = Page {
        c,
        style: STYLE,
        input: safe(&c.input),
        judged: number(c.judged),
        ladder: ladder.collect(),
        tables: tables.collect(),
        drift: DriftView {
            derivatives: number(d.derivatives),
            found: number(d.found),
            links: number(d.links),
            same: number(d.same),
            loosened: number(d.loosened),
            loosened_share: percent(d.loosened, d.found),
            tightened: number(d.tightened_by_base),
            left_out: number(d.left_out),
            pairs: d
                .pairs
                .iter()
                .take(30)
                .map(|p| PairView {
                    base: safe(&p.base),
                    derivative: safe(&p.derivative),
                    loosened: p.loosened,
                    models: number(p.models),
                    width: width(p.models, most),
                })
                .collect(),
        },
        wash: WashView {
            claims: number(c.openwashing.claims),
            refuted: number(c.openwashing.refuted),
            refuted_share: percent(c.openwashing.refuted, c.openwashing.claims),
            unproven: number(c.openwashing.unproven),
            unproven_share: percent(c.openwashing.unproven, c.openwashing.claims),
        },
        broken: number(c.broken.count),
    };
    let mut out = String::with_capacity(64 << 10);
    // Writing to a string cannot fail.
    let _ = page.render_into(&mut out);
    out
}

fn table_view(key: &'static str, title: &'static str, table: &Table) -> TableView {
    let lines = table.rows.iter().take(25).map(line_view);
    TableView { key, title, distinct: number(table.distinct as u64), lines: lines.collect() }
}

fn line_view(line: &Line) -> LineView {
    let of = |counts: &BTreeMap<&'static str, u64>, slug: &str| counts.get(slug).copied().unwrap_or(0);
    let sum = |counts: &BTreeMap<&'static str, u64>, slugs: &[&str]| slugs.iter().map(|s| of(counts, s)).sum::<u64>();
    let (mut pieces, mut spoken, mut left) = (Vec::new(), Vec::new(), 0.0);
    for verdict in LADDER {
        let n = of(&line.proven, verdict.slug());
        if n > 0 && line.models > 0 {
            let width = n as f64 * 100.0 / line.models as f64;
            pieces.push((verdict.slug(), format!("{left:.2}"), format!("{width:.2}")));
            spoken.push(format!("{} {}", number(n), names::verdict(verdict).to_lowercase()));
            left += width;
        }
    }
    LineView {
        name: crate::text::line(&line.name).into_owned(),
        models: number(line.models),
        open: percent(sum(&line.proven, &["open-weights", "open-source", "open-source-open-data"]), line.models),
        could: percent(sum(&line.possible, &["open-source", "open-source-open-data"]), line.models),
        pieces,
        spoken: spoken.join(", "),
    }
}
