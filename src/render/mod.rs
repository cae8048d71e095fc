//! Renderers: a report in, bytes out. They decide nothing.
//!
//! To add a format: one file here and one line in [`FORMATS`].

pub mod alternatives;
pub mod badge;
pub mod check;
mod columns;
pub mod csv;
pub mod cyclonedx;
pub mod evidence;
mod harmless;
pub mod html;
pub mod issue;
pub mod json;
pub mod markdown;
pub mod mof;
pub mod names;
pub mod notice;
pub mod scan;
pub mod spdx3;
pub mod table;
pub mod view;

pub use harmless::{Harmless, harmless};

use crate::report::Report;

/// How the output looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal.
    pub width: usize,
    pub colour: bool,
    /// 0, or more for `-v`.
    pub verbosity: u8,
}

/// A format.
pub struct Format {
    pub name: &'static str,
    pub about: &'static str,
    pub render: fn(&Report, Style) -> String,
}

/// Every format, the one for people first.
pub static FORMATS: &[Format] = &[
    Format { name: "table", about: "for people: a scorecard, after a summary where there are several models", render: table::render },
    Format { name: "json", about: "one document", render: json::render },
    Format { name: "jsonl", about: "one model a line", render: json::render_lines },
    Format { name: "mof", about: "YAML of the Model Openness Tool, a document a model", render: mof::render },
    Format { name: "evidence", about: "a skeleton of what a person still has to look at, for --evidence", render: evidence::render },
    Format { name: "html", about: "one self-contained page", render: html::render },
    Format { name: "markdown", about: "a report that renders well on GitHub", render: markdown::render },
    Format { name: "csv", about: "one model a line, for spreadsheets", render: csv::render },
    Format { name: "notice", about: "licenses, what they ask for and their texts, to go with a product", render: notice::render },
    Format { name: "cyclonedx", about: "CycloneDX 1.6 ML-BOM (JSON)", render: cyclonedx::render },
    Format { name: "cyclonedx-1.7", about: "CycloneDX 1.7 ML-BOM (JSON)", render: cyclonedx::render_1_7 },
    Format { name: "spdx", about: "SPDX 3.0.1 with the AI and Dataset profiles (JSON-LD)", render: spdx3::render },
    Format { name: "issue", about: "Markdown for an issue on a verdict that is wrong", render: issue::render },
    Format { name: "badge", about: "SVG, 20 pixels high", render: badge::render },
    Format { name: "shields", about: "JSON of a shields.io endpoint", render: badge::render_endpoint },
];

/// The format of a name.
pub fn by_name(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|f| f.name == name)
}

/// The names of all formats of all commands; which of them a command has, it says itself.
pub fn all_names() -> Vec<&'static str> {
    let mut names: Vec<&'static str> =
        FORMATS.iter().map(|f| f.name).chain(check::FORMATS.iter().map(|f| f.name)).chain(["parquet"]).collect();
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|n| seen.insert(*n));
    names
}

/// A JSON text as it is printed: nothing in it steers a terminal, and it ends its line.
fn printed(mut json: String) -> String {
    if let std::borrow::Cow::Owned(safe) = crate::text::json_safe(&json) {
        json = safe;
    }
    json.push('\n');
    json
}
