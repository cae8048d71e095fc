//! The scorecard for people: readable at 80 columns and at 200; colour only where it is wanted, and
//! never the only carrier of meaning.

use super::Style;
use crate::report::{Model, Report};
use crate::text::{cut, line};
use crate::vocabulary::*;
use anstyle::{AnsiColor, Style as Paint};
use tabled::builder::Builder;
use tabled::settings::object::{Columns, Object, Rows};
use tabled::settings::peaker::Priority;
use tabled::grid::config::HorizontalLine;
use tabled::settings::themes::Theme;
use tabled::settings::{Modify, Padding, Style as TableStyle, Width};

/// Renders a report.
pub fn render(report: &Report, style: Style) -> String {
    let mut out = String::new();
    if report.models.len() > 1 {
        out.push_str(&summary(&report.models, style));
        out.push('\n');
    }
    for (i, model) in report.models.iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        out.push_str(&scorecard(model, style));
    }
    out
}

/// Several models side by side.
fn summary(models: &[Model], style: Style) -> String {
    let mut b = Builder::default();
    b.push_record(["model", "verdict", "weights", "data", "code", "license"]);
    for m in models {
        let pillar = |p: Pillar| m.pillars.get(&p).map_or(String::new(), |p| mark(p.status, style));
        let license = m.license.effective.as_deref().unwrap_or(match m.license.effective_openness {
            Openness::None => "none",
            _ => "?",
        });
        b.push_record([
            cut(&line(&m.target), 60).into_owned(),
            verdict(m.verdict, style),
            pillar(Pillar::Weights),
            pillar(Pillar::TrainingData),
            pillar(Pillar::TrainingCode),
            cut(&line(license), 48).into_owned(),
        ]);
    }
    table(b, style, true)
}

/// One model.
fn scorecard(m: &Model, style: Style) -> String {
    let mut out = String::new();
    let bold = Paint::new().bold();
    let revision = m.source.revision.as_deref().map_or(String::new(), |r| format!(" @ {}", cut(&line(r), 12)));
    let name = if m.source.id == m.target { line(&m.target).into_owned() } else { format!("{} ({})", line(&m.target), line(&m.source.id)) };
    let maybe = if m.verdict_possible > m.verdict && m.verdict_possible != Verdict::Unknown { format!(" (at most {})", m.verdict_possible) } else { String::new() };
    out.push_str(&format!("{}  {}{maybe}\n", verdict(m.verdict, style), paint(&name, bold, style)));
    out.push_str(&wrap(&format!("{}{revision}", line(&m.source.url)), "", style.width));
    let mut b = Builder::default();
    for p in Pillar::ALL {
        let Some(answer) = m.pillars.get(p) else { continue };
        b.push_record([p.slug().replace('-', " "), mark(answer.status, style), line(&answer.summary).into_owned()]);
    }
    out.push_str(&table(b, style, false));
    let mut b = Builder::default();
    b.push_record(["component", "state", "basis", "license", "what was seen"]);
    for c in &m.components {
        if style.verbosity == 0 && c.availability == Availability::NotFound && !is_telling(c.id) {
            continue;
        }
        let license = match (&c.license.expression, c.license.openness) {
            (Some(e), _) => cut(&line(e), 40).into_owned(),
            (None, Openness::Unknown) => "?".into(),
            (None, _) if matches!(c.availability, Availability::NotFound | Availability::Withheld | Availability::Described) => "-".into(),
            (None, _) => "none".into(),
        };
        b.push_record([c.id.slug().replace('-', " "), availability(c.availability, style), c.basis.to_string(), license, where_seen(c, style)]);
    }
    out.push_str(&table(b, style, true));
    let left_out = m.components.iter().filter(|c| c.availability == Availability::NotFound && !is_telling(c.id)).count();
    if style.verbosity == 0 && left_out > 0 {
        out.push_str(&wrap(&format!("Not found: {}.", m.components.iter().filter(|c| c.availability == Availability::NotFound && !is_telling(c.id)).map(|c| c.id.slug().replace('-', " ")).collect::<Vec<_>>().join(", ")), "", style.width));
    }
    out.push_str(&why(m, style));
    if !m.lineage.is_empty() {
        let each: Vec<String> = m.lineage.iter().map(|a| format!("{} of {} ({}, {})", a.relation, line(&a.id), a.license.as_deref().map_or("license not known".into(), |l| line(l).into_owned()), a.verdict)).collect();
        out.push_str(&wrap(&format!("Made from: {}.", each.join("; ")), "  ", style.width));
    }
    if !m.license.terms.is_empty() {
        out.push_str(&wrap(&format!("License terms: {}.", m.license.terms.join(", ")), "  ", style.width));
    }
    for f in &m.findings {
        let place = f.evidence.iter().find_map(|e| e.path.as_ref().map(|p| (p, e.lines))).map_or(String::new(), |(p, l)| format!(" [{}{}]", line(p), l.map_or(String::new(), |l| format!(":{}", l[0]))));
        out.push_str(&wrap(&format!("{} {}: {}{place}", severity(f.severity, style), f.rule, line(&f.message)), "  ", style.width));
        if style.verbosity > 0 {
            out.push_str(&wrap(&format!("  help: {}", f.help), "    ", style.width));
        }
    }
    for i in &m.incomplete {
        let wait = i.retry_after_s.map_or(String::new(), |s| format!(" (again in {s} s)"));
        out.push_str(&wrap(&format!("incomplete {}: {}{wait}", line(&i.what), line(&i.detail)), "  ", style.width));
    }
    if style.verbosity > 0 {
        out.push_str(&details(m, style));
    }
    out
}

/// Components whose absence is told in the table itself; the others are listed under it.
fn is_telling(id: ComponentId) -> bool {
    matches!(id, ComponentId::ModelParametersFinal | ComponentId::TrainingCode | ComponentId::Datasets | ComponentId::ModelCard | ComponentId::DataPreprocessingCode)
}

/// The shortest honest answer to "why is this not one rung higher?".
fn why(m: &Model, style: Style) -> String {
    let next = Verdict::ALL.iter().find(|v| **v > m.verdict.max(Verdict::Closed));
    let reasons: Vec<String> = m.reasons.iter().map(|r| line(&r.text).into_owned()).collect();
    let text = match next {
        _ if m.verdict == Verdict::Unknown && m.components.iter().all(|c| c.availability == Availability::Unknown || c.availability == Availability::NotFound) && !reasons.is_empty() => format!("Why unknown: {}.", reasons.join("; ")),
        Some(next) if !reasons.is_empty() => format!("Why not {next}: {}.", reasons.join("; ")),
        _ => return String::new(),
    };
    wrap(&text, "  ", style.width)
}

/// Where a component was seen: the clause, and with `-v` the places.
fn where_seen(c: &crate::report::ComponentOut, style: Style) -> String {
    let mut text = line(&c.summary).into_owned();
    let place = c.evidence.iter().find_map(|e| e.lines.map(|l| format!("{}:{}", e.path.as_deref().unwrap_or_default(), l[0])));
    if let Some(place) = place {
        text.push_str(&format!(" [{}]", line(&place)));
    }
    if style.verbosity > 0 {
        for e in &c.evidence {
            let at = e.url.as_deref().or(e.path.as_deref()).unwrap_or_default();
            text.push_str(&format!("\n{} ({})", line(at), line(&e.note)));
        }
    }
    text
}

/// Obligations, with `-v`.
fn details(m: &Model, style: Style) -> String {
    let mut out = String::new();
    if !m.license.obligations.is_empty() {
        out.push_str("Obligations:\n");
        for o in &m.license.obligations {
            out.push_str(&wrap(&format!("  - {} [{}]", line(&o.text), line(&o.source)), "    ", style.width));
        }
    }
    out
}

/// A table that fits the width: the last column gives way.
fn table(builder: Builder, style: Style, headed: bool) -> String {
    let mut t = builder.build();
    let mut theme = Theme::from_style(TableStyle::empty());
    if headed {
        theme.insert_horizontal_line(1, HorizontalLine::new(Some('─'), None, None, None));
    }
    t.with(theme);
    t.with(Padding::new(0, 2, 0, 0));
    t.with(Modify::new(Columns::last().intersect(Rows::new(0..))).with(Padding::zero()));
    t.with(Width::wrap(style.width).priority(Priority::max(true)).keep_words(true));
    // Trailing blanks are of no use to anybody.
    t.to_string().lines().map(|l| format!("{}\n", l.trim_end())).collect()
}

/// Folds text to the width; lines after the first begin with `indent`.
fn wrap(text: &str, indent: &str, width: usize) -> String {
    use unicode_width::UnicodeWidthStr;
    let mut out = String::new();
    let mut at = 0;
    for word in text.split(' ') {
        let length = visible(word).width();
        if at > 0 && at + 1 + length > width {
            out.push('\n');
            out.push_str(indent);
            at = indent.len();
        } else if at > 0 {
            out.push(' ');
            at += 1;
        }
        out.push_str(word);
        at += length;
    }
    out.push('\n');
    out
}

/// A word without the colours that this module put there.
fn visible(word: &str) -> String {
    let mut out = String::new();
    let mut escape = false;
    for c in word.chars() {
        match c {
            '\u{1b}' => escape = true,
            'm' if escape => escape = false,
            c if !escape => out.push(c),
            _ => {}
        }
    }
    out
}

fn paint(s: &str, paint: Paint, style: Style) -> String {
    if style.colour { format!("{paint}{s}{paint:#}") } else { s.to_string() }
}

fn colour(c: AnsiColor) -> Paint {
    Paint::new().fg_color(Some(c.into()))
}

fn verdict(v: Verdict, style: Style) -> String {
    let c = match v {
        Verdict::OpenSource | Verdict::OpenSourceOpenData => AnsiColor::Green,
        Verdict::OpenWeights => AnsiColor::Cyan,
        Verdict::WeightsAvailable => AnsiColor::Yellow,
        Verdict::Closed => AnsiColor::Red,
        Verdict::Unknown => AnsiColor::Magenta,
    };
    paint(v.slug(), colour(c).bold(), style)
}

/// The status in a sign and a word.
fn mark(status: PillarStatus, style: Style) -> String {
    let (sign, c) = match status {
        PillarStatus::Open => ("●", AnsiColor::Green),
        PillarStatus::Partial => ("◐", AnsiColor::Yellow),
        PillarStatus::Closed => ("○", AnsiColor::Red),
        PillarStatus::Unknown => ("?", AnsiColor::Magenta),
    };
    paint(&format!("{sign} {status}"), colour(c), style)
}

fn availability(a: Availability, style: Style) -> String {
    let c = match a {
        Availability::Released => AnsiColor::Green,
        Availability::Gated | Availability::Partial | Availability::Described => AnsiColor::Yellow,
        Availability::Withheld | Availability::NotFound => AnsiColor::Red,
        Availability::Unknown => AnsiColor::Magenta,
    };
    paint(a.slug(), colour(c), style)
}

fn severity(s: Severity, style: Style) -> String {
    let c = match s {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Note => AnsiColor::Blue,
    };
    paint(s.slug(), colour(c).bold(), style)
}
