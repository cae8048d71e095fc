//! CSV for spreadsheets (RFC 4180), one model a line. Every cell is quoted, and a cell that a
//! spreadsheet would take for a formula begins with an apostrophe.
//! <https://owasp.org/www-community/attacks/CSV_Injection>

use super::{Harmless, Style, view};
use crate::report::Report;
use crate::vocabulary::*;

/// Renders a report.
pub fn render(report: &Report, _: Style) -> String {
    write(&super::harmless(report))
}

/// Renders a report whose strings are harmless.
pub fn write(report: &Harmless<'_>) -> String {
    let mut out = String::new();
    let mut head: Vec<String> = [
        "model",
        "hub",
        "id",
        "revision",
        "url",
        "verdict",
        "verdict_possible",
        "why_not_higher",
        "license_declared",
        "license_concluded",
        "license_effective",
        "license_openness",
        "terms",
        "obligations",
        "base_models",
        "datasets",
        "findings",
        "not_had",
        "mof_class",
    ]
    .map(str::to_string)
    .to_vec();
    head.extend(Pillar::ALL.iter().map(|p| format!("pillar:{p}")));
    head.extend(ComponentId::ALL.iter().flat_map(|c| [c.to_string(), format!("{c}:basis"), format!("{c}:license")]));
    line(&mut out, &head);
    for m in &report.models {
        let join = |items: Vec<String>| items.join("; ");
        let mut cells = vec![
            m.target.clone(),
            m.source.hub.to_string(),
            m.source.id.clone(),
            m.source.revision.clone().unwrap_or_default(),
            m.source.url.clone(),
            m.verdict.to_string(),
            m.verdict_possible.to_string(),
            join(m.reasons.iter().map(|r| r.text.clone()).collect()),
            join(m.license.declared.clone()),
            m.license.concluded.clone().unwrap_or_default(),
            m.license.effective.clone().unwrap_or_default(),
            m.license.effective_openness.to_string(),
            join(m.license.terms.clone()),
            join(m.license.obligations.iter().map(|o| o.text.clone()).collect()),
            join(m.lineage.iter().map(|a| format!("{} ({})", a.id, a.relation)).collect()),
            join(m.datasets.iter().map(|d| format!("{} ({})", d.id, d.license.as_deref().unwrap_or("license not known"))).collect()),
            join(m.findings.iter().map(|f| format!("{}: {}", f.rule, f.message)).collect()),
            join(m.incomplete.iter().map(|i| format!("{}: {}", i.what, i.why)).collect()),
            view::mof_class(m).unwrap_or_default().to_string(),
        ];
        cells.extend(Pillar::ALL.iter().map(|p| m.pillars.get(p).map(|p| p.status.to_string()).unwrap_or_default()));
        for id in ComponentId::ALL {
            match m.components.iter().find(|c| c.id == *id) {
                Some(c) => {
                    cells.extend([c.availability.to_string(), c.basis.to_string(), c.license.expression.clone().unwrap_or_default()]);
                }
                None => cells.extend([String::new(), String::new(), String::new()]),
            }
        }
        line(&mut out, &cells);
    }
    out
}

/// Adds a line.
pub fn line<C: AsRef<str>>(out: &mut String, cells: &[C]) {
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        let cell = cell.as_ref();
        out.push('"');
        // Also the full-width signs, which some spreadsheets read as the plain ones.
        if cell.trim_start().starts_with(['=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠']) {
            out.push('\'');
        }
        for c in cell.chars() {
            if c == '"' {
                out.push('"');
            }
            out.push(c);
        }
        out.push('"');
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::line;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_text() {
        let mut out = String::new();
        line(&mut out, &["=1+1", " @SUM(1)", "a,\"b\"", "-2", "a=b"]);
        assert_eq!(out, "\"'=1+1\",\"' @SUM(1)\",\"a,\"\"b\"\"\",\"'-2\",\"a=b\"\r\n");
    }

    proptest! {
        #[test]
        fn cells_read_back(cells in proptest::collection::vec("[^=+@|%\\-]?.{0,20}", 1..5)) {
            let mut out = String::new();
            line(&mut out, &cells);
            let body = out.strip_suffix("\r\n").unwrap();
            let mut read: Vec<String> = Vec::new();
            let mut rest = body;
            while let Some(open) = rest.strip_prefix('"') {
                let mut cell = String::new();
                let mut chars = open.char_indices().peekable();
                let mut end = open.len();
                while let Some((i, c)) = chars.next() {
                    if c == '"' {
                        if chars.peek().is_some_and(|(_, n)| *n == '"') {
                            chars.next();
                            cell.push('"');
                            continue;
                        }
                        end = i + 1;
                        break;
                    }
                    cell.push(c);
                }
                read.push(cell);
                rest = open[end..].strip_prefix(',').unwrap_or("");
            }
            prop_assert_eq!(read.len(), cells.len());
            for (r, c) in read.iter().zip(&cells) {
                let text = r.strip_prefix('\'').filter(|t| t == c).unwrap_or(r);
                prop_assert_eq!(text, c);
                prop_assert!(!r.trim_start().starts_with(['=', '+', '-', '@']));
            }
        }
    }
}
