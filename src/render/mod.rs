//! Renderers: a report in, bytes out. They decide nothing.
//!
//! To add a format: one file here and one line in [`FORMATS`].

pub mod check;
pub mod evidence;
pub mod json;
pub mod mof;
pub mod scan;
pub mod table;

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
];

/// The format of a name.
pub fn by_name(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|f| f.name == name)
}

/// The names of all formats of all commands; which of them a command has, it says itself.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&'static str> = FORMATS.iter().map(|f| f.name).chain(check::FORMATS.iter().map(|f| f.name)).collect();
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|n| seen.insert(*n));
    names
}
