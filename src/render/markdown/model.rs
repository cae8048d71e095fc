//! The section of one model.

use super::escape::{cell, code, link, text};
use super::sign;
use crate::render::{names, view};
use crate::report::{Evidence, Model, Report};
use std::fmt::Write as _;

/// Writes it.
pub fn section(out: &mut String, report: &Report, m: &Model, number: usize) {
    let _ = writeln!(out, "## {number}. {}\n", text(&m.target));
    let revision = m.source.revision.as_ref().map_or(String::new(), |r| format!(" at `{}`", code(r)));
    let _ = writeln!(out, "**{}**: {}.\n", names::verdict(m.verdict), names::verdict_means(m.verdict));
    if m.verdict_possible != m.verdict {
        let _ = writeln!(
            out,
            "It could still turn out as *{}*, if every open question were answered in its favour.\n",
            names::verdict(m.verdict_possible)
        );
    }
    let _ = writeln!(out, "{}{revision} on {}, license {}.\n", link(&m.source.id, &m.source.url), m.source.hub, text(view::license(m)));
    if !m.reasons.is_empty() {
        out.push_str("Why not higher:\n\n");
        for reason in &m.reasons {
            let _ = writeln!(out, "- {}", text(&reason.text));
        }
        out.push('\n');
    }
    out.push_str("| question | answer | because |\n| --- | --- | --- |\n");
    for (pillar, answer) in &m.pillars {
        let _ = writeln!(out, "| {} | {} | {} |", names::pillar(*pillar), sign(answer.status), cell(&answer.summary));
    }
    out.push('\n');
    license(out, report, m);
    components(out, m);
    lineage(out, m);
    datasets_and_code(out, m);
    frameworks(out, m);
    findings(out, m);
}

/// The first places, as links.
pub fn evidence(evidence: &[Evidence]) -> String {
    let one = |e: &Evidence| {
        let place = match (&e.path, e.lines) {
            (Some(path), Some([a, _])) => format!("{path}:{a}"),
            (Some(path), None) => path.clone(),
            (None, _) => "record".into(),
        };
        e.url.as_ref().map_or_else(|| text(&place), |u| link(&place, u))
    };
    let shown: Vec<String> = evidence.iter().take(3).map(one).collect();
    let more = evidence.len().saturating_sub(3);
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

fn components(out: &mut String, m: &Model) {
    out.push_str(
        "### Components\n\n| component | available | basis | license | what was seen | evidence |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for c in &m.components {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            names::component(c.id),
            c.availability,
            c.basis,
            c.license.expression.as_deref().map_or_else(|| c.license.openness.to_string(), cell),
            cell(&c.summary),
            evidence(&c.evidence)
        );
    }
    out.push('\n');
}

fn license(out: &mut String, report: &Report, m: &Model) {
    let l = &m.license;
    out.push_str("### License and obligations\n\n");
    let declared =
        if l.declared.is_empty() { "nothing".to_string() } else { l.declared.iter().map(|d| text(d)).collect::<Vec<_>>().join(", ") };
    let _ = writeln!(
        out,
        "Declared: {declared}. Concluded: {} ({}). What binds, with its bases: {} ({}).\n",
        text(l.concluded.as_deref().unwrap_or("not known")),
        l.openness,
        text(view::license(m)),
        l.effective_openness
    );
    if !l.terms.is_empty() {
        let terms: Vec<String> = l.terms.iter().map(|t| text(view::term(report, t))).collect();
        let _ = writeln!(out, "Terms: {}.\n", terms.join("; "));
    }
    for o in &l.obligations {
        let _ = writeln!(out, "- [ ] {} *({}; {})*", text(&o.text), names::when(&o.when), link(&o.license, &o.source));
    }
    if !l.obligations.is_empty() {
        out.push('\n');
    }
    for t in &l.texts {
        let place = t.url.as_ref().map_or_else(|| text(&t.path), |u| link(&t.path, u));
        let _ = writeln!(out, "- {place}: {} (score {})", text(&t.identified), t.score);
    }
    if !l.texts.is_empty() {
        out.push('\n');
    }
}

fn lineage(out: &mut String, m: &Model) {
    if m.lineage.is_empty() {
        return;
    }
    let _ = writeln!(out, "### Made from\n\n- **{}**", text(&m.source.id));
    for (depth, a) in view::lineage(m) {
        let name = a.url.as_ref().map_or_else(|| text(&a.id), |u| link(&a.id, u));
        let _ = writeln!(
            out,
            "{}- {}: {name}, {}, {}",
            "  ".repeat(depth + 1),
            text(&a.relation),
            text(a.license.as_deref().unwrap_or("license not known")),
            names::verdict(a.verdict)
        );
    }
    out.push('\n');
}

fn datasets_and_code(out: &mut String, m: &Model) {
    let yes = |b: Option<bool>| b.map_or("unknown", |b| if b { "yes" } else { "no" });
    if !m.datasets.is_empty() {
        out.push_str("### Datasets\n\n| dataset | for | found | gated | license |\n| --- | --- | --- | --- | --- |\n");
        for d in &m.datasets {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                link(&d.id, &d.url),
                d.role,
                yes(d.found),
                yes(d.gated),
                cell(d.license.as_deref().unwrap_or("not known"))
            );
        }
        out.push('\n');
    }
    if !m.code.is_empty() {
        out.push_str("### Code\n\n| repository | found | training code | license |\n| --- | --- | --- | --- |\n");
        for c in &m.code {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} |",
                link(c.url.trim_start_matches("https://"), &c.url),
                yes(c.found),
                c.training,
                cell(c.license.as_deref().unwrap_or("not known"))
            );
        }
        out.push('\n');
    }
}

fn frameworks(out: &mut String, m: &Model) {
    if m.frameworks.is_empty() {
        return;
    }
    out.push_str("### Frameworks\n\n| framework | | |\n| --- | --- | --- |\n");
    for (id, result) in &m.frameworks {
        for (name, values) in view::pairs(result) {
            let _ = writeln!(out, "| {} | {} | {} |", cell(names::framework(id)), cell(&name), cell(&values.join(", ")));
        }
    }
    out.push('\n');
}

fn findings(out: &mut String, m: &Model) {
    if !m.findings.is_empty() {
        out.push_str("### Findings\n\n");
        for f in &m.findings {
            let cites = evidence(&f.evidence);
            let cites = if cites.is_empty() { cites } else { format!(" ({cites})") };
            let _ = writeln!(out, "- **{}** {}: {}{cites}", f.severity, text(&f.rule), text(&f.message));
        }
        out.push('\n');
    }
    if !m.incomplete.is_empty() {
        out.push_str("### Could not be looked at\n\n");
        for i in &m.incomplete {
            let _ = writeln!(out, "- {}: {}", text(&i.what), text(&i.detail));
        }
        out.push('\n');
    }
}
