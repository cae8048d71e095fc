//! Pages of `docs/` that are made from the rules. `cargo run --example generate_docs` writes them, and
//! `tests/docs.rs` holds them current.

mod frameworks;
mod licenses;
mod vocabulary;

use crate::rules::Rules;

/// Every generated page: its name in `docs/`, and its bytes. A new page is one line here.
pub fn pages(rules: &Rules) -> Vec<(&'static str, String)> {
    vec![
        ("frameworks.md", frameworks::docs(rules)),
        ("licenses.md", licenses::page(rules)),
        ("reference/verdicts.md", vocabulary::verdicts(rules)),
        ("reference/components.md", vocabulary::components(rules)),
        ("reference/terms.md", vocabulary::terms(rules)),
        ("reference/findings.md", vocabulary::findings(rules)),
    ]
}

/// What every generated page begins with.
fn head(title: &str, from: &str) -> String {
    format!("<!-- Made from {from} by `cargo run --example generate_docs`; do not edit. -->\n# {title}\n\n")
}

/// Text in a cell of a Markdown table.
fn cell(s: &str) -> String {
    s.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace(['\n', '\r'], " ")
}
