//! The scorecard for people: readable at 80 columns and at 200; colour only where it is wanted, and
//! never the only carrier of meaning.

use super::Style;
use super::columns::{GAP, fold, table, visible, wrap};
use crate::permits::Permit;
use crate::report::{Model, Report};
use crate::text::{cut, line};
use crate::vocabulary::*;
use anstyle::{AnsiColor, Style as Paint};
use std::collections::BTreeMap;
use unicode_width::UnicodeWidthStr;

/// Renders a report.
pub fn render(report: &Report, style: Style) -> String {
    let mut out = String::new();
    if report.inventory {
        out.push_str(&inventory(&report.models, style));
        if style.verbosity == 0 {
            return out;
        }
        out.push('\n');
    } else if report.models.len() > 1 {
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
    // Below this width the four answers are signs with a legend, not signs and words.
    let narrow = style.width < 110;
    let mut rows = vec![["model", "verdict", "weights", "data", "code", "license"].map(str::to_string)];
    for m in models {
        let pillar =
            |p: Pillar| m.pillars.get(&p).map_or(String::new(), |p| if narrow { sign(p.status, style) } else { mark(p.status, style) });
        let license = m.license.effective.as_deref().unwrap_or(match m.license.effective_openness {
            Openness::None => "none",
            _ => "?",
        });
        rows.push([
            line(&m.target).into_owned(),
            verdict(m.verdict, style),
            pillar(Pillar::Weights),
            pillar(Pillar::TrainingData),
            pillar(Pillar::TrainingCode),
            line(license).into_owned(),
        ]);
    }
    // Model and license share what the fixed columns leave.
    let fixed: usize =
        (1..5).map(|i| rows.iter().filter_map(|r| r.get(i)).map(|cell| visible(cell).width()).max().unwrap_or(0) + GAP).sum();
    let model = rows.iter().map(|r| r[0].width()).max().unwrap_or(0).min(style.width.saturating_sub(fixed + GAP + 14)).max(10);
    for r in rows.iter_mut().skip(1) {
        r[0] = fold(&r[0], model);
    }
    let mut out = table(rows.into_iter().map(Vec::from).collect(), style, true);
    if narrow {
        out.push_str("● open  ◐ partial  ○ closed  ? unknown\n");
    }
    out
}

/// Names that one line lists.
const SHOWN: usize = 8;

/// What a machine holds, and what of it may be shipped.
fn inventory(models: &[Model], style: Style) -> String {
    let permit = |m: &Model| m.license.permits.as_ref().map_or(Permit::Unknown, |p| p.ship);
    let mut rows = vec![["model", "ship", "verdict", "license"].map(str::to_string).to_vec()];
    for m in models {
        let license = line(super::view::license(m)).into_owned();
        rows.push(vec![fold(&line(&m.target), (style.width / 3).max(20)), shipped(permit(m), style), verdict(m.verdict, style), license]);
    }
    let mut out = if models.is_empty() { String::new() } else { table(rows, style, true) };
    let count = |wanted: Permit| models.iter().filter(|m| permit(m) == wanted).count();
    let parts =
        [(Permit::Yes, "may be shipped"), (Permit::Conditions, "on conditions"), (Permit::No, "may not"), (Permit::Unknown, "not known")];
    let told: Vec<String> = parts.into_iter().filter(|(p, _)| count(*p) > 0).map(|(p, words)| format!("{} {words}", count(p))).collect();
    if !told.is_empty() {
        out.push('\n');
        out.push_str(&wrap(&format!("{}: {}.", crate::text::count(models.len(), "model", "models"), told.join(", ")), "  ", style.width));
    }
    for m in models {
        let summary = m.license.permits.as_ref().map_or("", |p| p.summary.as_str());
        out.push_str(&wrap(&format!("{}: {}", line(&m.target), line(summary)), "  ", style.width));
    }
    // What the scorecards tell one by one, told together: mostly one reason holds for many.
    let mut why: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for i in models.iter().filter(|_| style.verbosity == 0).flat_map(|m| &m.incomplete) {
        why.entry(&i.detail).or_default().push(line(&i.what).into_owned());
    }
    for (detail, what) in why {
        let more = if what.len() > SHOWN { format!(" and {} more with -v", what.len() - SHOWN) } else { String::new() };
        let what: Vec<String> = what.into_iter().take(SHOWN).collect();
        out.push_str(&wrap(&format!("incomplete, {}: {}{more}", line(detail), what.join(", ")), "  ", style.width));
    }
    out
}

/// One model.
fn scorecard(m: &Model, style: Style) -> String {
    let mut out = String::new();
    let bold = Paint::new().bold();
    let revision = m.source.revision.as_deref().map_or(String::new(), |r| format!(" @ {}", cut(&line(r), 12)));
    let name = if m.source.id == m.target { line(&m.target).into_owned() } else { format!("{} ({})", line(&m.target), line(&m.source.id)) };
    let maybe = if m.verdict_possible > m.verdict && m.verdict_possible != Verdict::Unknown {
        format!(" (at most {})", m.verdict_possible)
    } else {
        String::new()
    };
    if m.verdict.slug().width() + GAP + name.width() + maybe.width() <= style.width {
        out.push_str(&format!("{}  {}{maybe}\n", verdict(m.verdict, style), paint(&name, bold, style)));
    } else {
        out.push_str(&format!("{}{maybe}\n", verdict(m.verdict, style)));
        out.push_str(&wrap(&name, "  ", style.width));
    }
    let kept = m.source.fetched_at.as_deref().map_or(String::new(), |at| format!(", from the cache as it was at {}", line(at)));
    out.push_str(&wrap(&format!("{}{revision}{kept}", line(&m.source.url)), "", style.width));
    let pillars = Pillar::ALL.iter().filter_map(|p| Some((p, m.pillars.get(p)?)));
    out.push_str(&table(
        pillars.map(|(p, a)| vec![p.slug().replace('-', " "), mark(a.status, style), line(&a.summary).into_owned()]).collect(),
        style,
        false,
    ));
    out.push_str(&why(m, style));
    let (shown, hidden): (Vec<_>, Vec<_>) =
        m.components.iter().partition(|c| style.verbosity > 0 || c.availability != Availability::NotFound || is_telling(c.id));
    let mut rows = vec![["component", "state", "basis", "license", "what was seen"].map(str::to_string).to_vec()];
    for c in shown {
        let license = match (&c.license.expression, c.license.openness) {
            (Some(e), _) => fold(&line(e), if style.width < 110 { 14 } else { 28 }),
            (None, Openness::Unknown) => "?".into(),
            (None, _) if matches!(c.availability, Availability::NotFound | Availability::Withheld | Availability::Described) => "-".into(),
            (None, _) => "none".into(),
        };
        rows.push(vec![
            fold(&c.id.slug().replace('-', " "), if style.width < 110 { 16 } else { 32 }),
            availability(c.availability, style),
            c.basis.to_string(),
            license,
            where_seen(c, style),
        ]);
    }
    // Of a model that could not be looked at, the four answers have said it all.
    let nothing_seen = style.verbosity == 0 && m.components.iter().all(|c| c.availability == Availability::Unknown);
    if !nothing_seen {
        out.push('\n');
        out.push_str(&table(rows, style, true));
    }
    if !hidden.is_empty() {
        let names: Vec<String> = hidden.iter().map(|c| c.id.slug().replace('-', " ")).collect();
        out.push_str(&wrap(&format!("Not found: {}.", names.join(", ")), "  ", style.width));
    }
    out.push('\n');
    if !m.lineage.is_empty() {
        let each: Vec<String> = m
            .lineage
            .iter()
            .map(|a| {
                format!(
                    "{} of {} ({}, {})",
                    a.relation,
                    line(&a.id),
                    a.license.as_deref().map_or("license not known".into(), |l| line(l).into_owned()),
                    a.verdict
                )
            })
            .collect();
        out.push_str(&wrap(&format!("Made from: {}.", each.join("; ")), "  ", style.width));
    }
    if !m.license.terms.is_empty() {
        out.push_str(&wrap(&format!("License terms: {}.", m.license.terms.join(", ")), "  ", style.width));
    }
    out.push_str(&frameworks(m, style));
    for f in &m.findings {
        let place = f
            .evidence
            .iter()
            .find_map(|e| e.path.as_ref().map(|p| (p, e.lines)))
            .map_or(String::new(), |(p, l)| format!(" [{}{}]", line(p), l.map_or(String::new(), |l| format!(":{}", l[0]))));
        out.push_str(&wrap(&format!("{} {}: {}{place}", severity(f.severity, style), f.rule, line(&f.message)), "  ", style.width));
        if style.verbosity > 0 {
            out.push_str(&wrap(&format!("  help: {}", f.help), "    ", style.width));
        }
    }
    for i in &m.incomplete {
        out.push_str(&wrap(&format!("incomplete {}: {}", line(&i.what), line(&i.detail)), "  ", style.width));
    }
    if style.verbosity > 0 {
        out.push_str(&details(m, style));
    }
    out
}

/// Components whose absence is told in the table itself; the others are listed under it.
fn is_telling(id: ComponentId) -> bool {
    matches!(
        id,
        ComponentId::ModelParametersFinal
            | ComponentId::TrainingCode
            | ComponentId::Datasets
            | ComponentId::ModelCard
            | ComponentId::DataPreprocessingCode
    )
}

/// The shortest honest answer to "why is this not one rung higher?".
fn why(m: &Model, style: Style) -> String {
    let next = Verdict::ALL.iter().find(|v| **v > m.verdict.max(Verdict::Closed));
    // The shortest answer: what stands in the way for sure, and of that what a reader asks for first.
    let certain = m.reasons.iter().filter(|r| r.certain).count();
    let shown = if certain > 0 && style.verbosity == 0 { certain.min(2) } else { m.reasons.len() };
    let mut reasons: Vec<String> = m.reasons.iter().take(shown).map(|r| line(&r.text).into_owned()).collect();
    if shown < m.reasons.len() {
        reasons.push(format!("{} more with -v", m.reasons.len() - shown));
    }
    let text = match next {
        _ if m.verdict == Verdict::Unknown && !reasons.is_empty() => format!("Why unknown: {}.", reasons.join("; ")),
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
        if let Some(license) = c.license.expression.as_deref().filter(|_| !c.license.reason.is_empty()) {
            text.push_str(&format!("\n{}: {}", line(license), line(&c.license.reason)));
        }
        for e in &c.evidence {
            let at = e.url.as_deref().or(e.path.as_deref()).unwrap_or_default();
            text.push_str(&format!("\n{} ({})", line(at), line(&e.note)));
        }
    }
    text
}

/// One framework a line; with `-v` what it leaves open, and its lines.
fn frameworks(m: &Model, style: Style) -> String {
    let text = |v: &serde_json::Value, key: &str| line(v.get(key).and_then(|t| t.as_str()).unwrap_or_default()).into_owned();
    let mut out = String::new();
    let say = |out: &mut String, depth: usize, what: &str| {
        out.push_str(&" ".repeat(depth));
        out.push_str(&wrap(what, &" ".repeat(depth + 2), style.width.saturating_sub(depth)));
    };
    for (id, framework) in &m.frameworks {
        say(&mut out, 2, &format!("{}: {}", line(id), text(framework, "summary")));
        if style.verbosity == 0 {
            continue;
        }
        for key in ["missing", "invalid", "unlicensed", "unknown", "conditional", "still_due", "needs_review"] {
            // What a checklist leaves to a person stands at its lines, but for the one with duties of its own.
            let shown = key != "needs_review" || framework.get("still_due").is_some();
            let items = framework.get(key).and_then(|l| l.as_array()).filter(|l| shown && !l.is_empty());
            if let Some(items) = items {
                let items: Vec<String> = items.iter().filter_map(|i| i.as_str()).map(|i| line(i).into_owned()).collect();
                let joint = if matches!(key, "still_due" | "needs_review") { "; " } else { ", " };
                say(&mut out, 4, &format!("{}: {}", key.replace('_', " "), items.join(joint)));
            }
        }
        for l in framework.get("lines").and_then(|l| l.as_array()).into_iter().flatten() {
            if l.get("required").and_then(|r| r.as_bool()) != Some(false) {
                let possible = Some(text(l, "possible")).filter(|p| !p.is_empty() && *p != text(l, "status"));
                let maybe = possible.map_or(String::new(), |p| format!(", at most {p}"));
                let why = Some(text(l, "why")).filter(|w| !w.is_empty()).map_or(String::new(), |w| format!(" ({w})"));
                say(&mut out, 4, &format!("{}: {}{maybe}{why}", text(l, "title"), text(l, "status")));
            }
        }
    }
    if !out.is_empty() {
        out.insert_str(0, "Frameworks:\n");
    }
    out
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

fn shipped(p: Permit, style: Style) -> String {
    let c = match p {
        Permit::Yes => AnsiColor::Green,
        Permit::Conditions => AnsiColor::Yellow,
        Permit::No => AnsiColor::Red,
        Permit::Unknown => AnsiColor::Magenta,
    };
    paint(p.slug(), colour(c), style)
}

/// The status in a sign and a word.
fn mark(status: PillarStatus, style: Style) -> String {
    paint(&format!("{} {status}", status.sign()), colour(colour_of(status)), style)
}

/// The status in a sign.
fn sign(status: PillarStatus, style: Style) -> String {
    paint(status.sign(), colour(colour_of(status)), style)
}

fn colour_of(status: PillarStatus) -> AnsiColor {
    match status {
        PillarStatus::Open => AnsiColor::Green,
        PillarStatus::Partial => AnsiColor::Yellow,
        PillarStatus::Closed => AnsiColor::Red,
        PillarStatus::Unknown => AnsiColor::Magenta,
    }
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
