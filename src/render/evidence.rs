//! A skeleton of reviewed evidence: everything about each model that a person still has to look at, as
//! comments to fill in. It states nothing by itself.

use super::Style;
use crate::report::{ComponentOut, Model, Report};
use crate::text::{cut, line};
use crate::vocabulary::{Availability, Basis, Openness};

/// Renders a report.
pub fn render(report: &Report, _: Style) -> String {
    let mut out = String::from(
        "# Reviewed evidence for `trulyopen --evidence FILE.toml`. What is commented out states nothing: look at it, remove the\n# `#`, fill in. `url` is where it was seen, `note` what was seen there; both are needed. It holds for this revision only.\nschema = 1\n",
    );
    for m in &report.models {
        model(m, &mut out);
    }
    out
}

fn model(m: &Model, out: &mut String) {
    let quoted = |s: &str| serde_json::to_string(&*line(s)).unwrap_or_default();
    out.push_str(&format!("\n[[model]]\nid = {}\n", quoted(&m.source.id)));
    out.push_str(&format!("revision = {}\n", quoted(m.source.revision.as_deref().unwrap_or_default())));
    out.push_str("# reviewer = \"\"        # who you are; without it this file is refused\n# date = 2000-01-31      # when you looked\n");
    if m.license.basis < Basis::Verified || !matches!(m.license.effective_openness, Openness::Open | Openness::Restricted) {
        let now = m.license.effective.as_deref().unwrap_or("none is known");
        comment(out, &format!("license of the weights: {now} ({}, {})", m.license.basis, m.license.effective_openness));
        out.push_str("# license = \"\"          # SPDX id, or \"none\"\n");
    }
    for c in m.components.iter().filter(|c| is_open_question(c)) {
        out.push('\n');
        comment(out, &format!("{} ({}): {}", c.availability, c.basis, c.summary));
        let license = c.license.expression.as_deref().unwrap_or(c.license.openness.slug());
        comment(out, &format!("license: {license}"));
        out.push_str(&format!("[[model.component]]\nid = {}\n", quoted(c.id.slug())));
        out.push_str("# availability = \"\"     # released, gated, partial, described, withheld or not-found\n# license = \"\"\n# url = \"\"\n# note = \"\"\n");
    }
    for (id, framework) in &m.frameworks {
        for l in framework.get("lines").and_then(|l| l.as_array()).into_iter().flatten() {
            let text = |key: &str| l.get(key).and_then(|v| v.as_str()).unwrap_or_default();
            let checklist = l.get("reviewable").and_then(|r| r.as_bool()) == Some(true) && text("status") == "needs-a-person";
            let dimension = !text("possible").is_empty() && text("possible") != text("status");
            if checklist || dimension {
                out.push('\n');
                let maybe = if dimension { format!(", at most {}", text("possible")) } else { String::new() };
                comment(out, &format!("{}: {}{maybe} ({})", text("title"), text("status"), text("why")));
                out.push_str(&format!("[[model.answer]]\nline = {}\n", quoted(&format!("{id}/{}", text("id")))));
                let words = if dimension { "open, partial or closed" } else { "met or unmet" };
                out.push_str(&format!("# answer = \"\"           # {words}\n# url = \"\"\n# note = \"\"\n"));
            }
        }
    }
}

/// Whether a person could know more than was seen.
fn is_open_question(c: &ComponentOut) -> bool {
    c.basis < Basis::Verified
        || !matches!(c.availability, Availability::Released | Availability::Gated)
        || matches!(c.license.openness, Openness::Unknown | Openness::None)
}

fn comment(out: &mut String, text: &str) {
    out.push_str(&format!("# {}\n", cut(&line(text), 240)));
}
