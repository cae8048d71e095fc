//! Renderers: a report in, bytes out. They decide nothing.
//!
//! To add a format: one file here and one line in [`FORMATS`].

pub mod json;
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
];

/// The format of a name.
pub fn by_name(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|f| f.name == name)
}
