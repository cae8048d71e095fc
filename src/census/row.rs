//! One judged record, as it is written out: a line of JSON or CSV, or a row of columns.

use super::claims::Claims;
use super::judge::Judged;
use super::names::WEIGHTS;
use super::record::Record;
use crate::hub::record::{Gate, utc_second};
use crate::vocabulary::{Openness, Verdict};
use serde::Serialize;

/// A judged record. Keys stay when there is nothing to say.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize)]
pub struct Row<'a> {
    pub id: &'a str,
    /// What is proven from the record alone, and what the model could still be.
    pub verdict: Verdict,
    pub verdict_possible: Verdict,
    /// The license as declared: an SPDX expression, `none`, or `other`.
    pub license: &'a str,
    pub license_openness: Openness,
    /// Of the license after the base models, as far as rules know them.
    pub effective_openness: Openness,
    pub base_models: Vec<&'a str>,
    pub relation: Option<&'a str>,
    /// `no`, `auto`, `manual`, or nothing where the record does not say.
    #[cfg_attr(test, schemars(extend("enum" = ["no", "auto", "manual", null])))]
    pub gated: Option<&'static str>,
    pub task: Option<&'a str>,
    pub library: Option<&'a str>,
    pub parameters: Option<u64>,
    /// RFC 3339, UTC.
    pub created: Option<&'a str>,
    pub organisation: &'a str,
    pub downloads: Option<u64>,
    pub likes: Option<u64>,
    /// A tag, or the card where the dump has it, calls the model open source.
    pub claims_open_source: bool,
    /// Why the record could not be judged.
    pub error: Option<&'a str>,
}

/// Strings of a row that belong to nothing else.
pub struct Owned {
    license: String,
    created: Option<String>,
    claims: bool,
}

impl Owned {
    /// Of a judged record.
    pub fn new(record: &Record<'_>, judged: &Judged<'_>, claims: &Claims<'_>) -> Owned {
        Owned {
            license: judged.license.expression(),
            created: record.created.as_deref().and_then(utc_second),
            claims: claims.open_source(record),
        }
    }

    /// The row.
    pub fn row<'a>(&'a self, record: &'a Record<'_>, judged: &'a Judged<'_>) -> Row<'a> {
        let openness = match (judged.license.ids.is_empty(), judged.license.is_other) {
            (false, _) => judged.license.openness[WEIGHTS],
            (true, true) => Openness::Unknown,
            (true, false) => Openness::None,
        };
        Row {
            id: &record.id,
            verdict: judged.standing.verdict,
            verdict_possible: judged.standing.possible,
            license: &self.license,
            license_openness: openness,
            effective_openness: judged.standing.effective,
            base_models: judged.bases.iter().map(|(id, _)| id.as_ref()).collect(),
            relation: judged.bases.first().map(|(_, relation)| relation.as_ref()),
            gated: match record.gate {
                Some(Gate::None) => Some("no"),
                Some(Gate::Automatic) => Some("auto"),
                Some(Gate::Manual) => Some("manual"),
                Some(Gate::Unknown) | None => None,
            },
            task: record.task.as_deref(),
            library: record.library.as_deref(),
            parameters: record.parameters,
            created: self.created.as_deref(),
            organisation: record.author.as_deref().unwrap_or_else(|| record.owner()),
            downloads: record.downloads,
            likes: record.likes,
            claims_open_source: self.claims,
            error: None,
        }
    }
}

/// One value of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    Text(&'a str),
    OptionalText(Option<&'a str>),
    Texts(&'a [&'a str]),
    Number(Option<u64>),
    Flag(bool),
}

/// A column of the tables that are written: its name, which is the key in JSON, and the value in it, whose kind
/// is the same for every row.
pub struct Column {
    pub name: &'static str,
    pub cell: for<'r> fn(&'r Row<'r>) -> Cell<'r>,
}

/// The columns of CSV and Parquet, in order.
pub static COLUMNS: &[Column] = &[
    Column { name: "id", cell: |r| Cell::Text(r.id) },
    Column { name: "verdict", cell: |r| Cell::Text(r.verdict.slug()) },
    Column { name: "verdict_possible", cell: |r| Cell::Text(r.verdict_possible.slug()) },
    Column { name: "license", cell: |r| Cell::Text(r.license) },
    Column { name: "license_openness", cell: |r| Cell::Text(r.license_openness.slug()) },
    Column { name: "effective_openness", cell: |r| Cell::Text(r.effective_openness.slug()) },
    Column { name: "base_models", cell: |r| Cell::Texts(&r.base_models) },
    Column { name: "relation", cell: |r| Cell::OptionalText(r.relation) },
    Column { name: "gated", cell: |r| Cell::OptionalText(r.gated) },
    Column { name: "task", cell: |r| Cell::OptionalText(r.task) },
    Column { name: "library", cell: |r| Cell::OptionalText(r.library) },
    Column { name: "parameters", cell: |r| Cell::Number(r.parameters) },
    Column { name: "created", cell: |r| Cell::OptionalText(r.created) },
    Column { name: "organisation", cell: |r| Cell::Text(r.organisation) },
    Column { name: "downloads", cell: |r| Cell::Number(r.downloads) },
    Column { name: "likes", cell: |r| Cell::Number(r.likes) },
    Column { name: "claims_open_source", cell: |r| Cell::Flag(r.claims_open_source) },
];

/// Adds a row as a line of JSON that steers no terminal.
pub fn json_line(row: &Row<'_>, out: &mut Vec<u8>) {
    let from = out.len();
    // Strings, numbers and lists of strings: nothing that can fail.
    if serde_json::to_writer(&mut *out, row).is_err() {
        out.truncate(from);
    }
    escape(out, from);
    out.push(b'\n');
}

/// Escapes what would steer a terminal, in the JSON from `from` on.
fn escape(out: &mut Vec<u8>, from: usize) {
    // ASCII needs none: JSON escapes control characters by itself, but for DEL.
    let plain = out.iter().skip(from).all(|b| b.is_ascii() && *b != 0x7f);
    if !plain
        && let Ok(json) = std::str::from_utf8(out.get(from..).unwrap_or_default())
        && let std::borrow::Cow::Owned(safe) = crate::text::json_safe(json)
    {
        out.truncate(from);
        out.extend_from_slice(safe.as_bytes());
    }
}

/// Adds the line for a record that could not be judged, so that a filter puts out as many lines as it
/// takes in.
pub fn broken_line(why: &str, out: &mut Vec<u8>) {
    json_line(&broken(why), out);
}

/// The row of a record that could not be judged: nothing is known of it.
pub(super) fn broken(why: &str) -> Row<'_> {
    Row {
        id: "",
        verdict: Verdict::Unknown,
        verdict_possible: Verdict::OpenSourceOpenData,
        license: "",
        license_openness: Openness::Unknown,
        effective_openness: Openness::Unknown,
        base_models: Vec::new(),
        relation: None,
        gated: None,
        task: None,
        library: None,
        parameters: None,
        created: None,
        organisation: "",
        downloads: None,
        likes: None,
        claims_open_source: false,
        error: Some(why),
    }
}

/// The first line of CSV.
pub fn csv_head() -> String {
    let mut line = String::new();
    crate::render::csv::line(&mut line, &COLUMNS.iter().map(|c| c.name).collect::<Vec<_>>());
    line
}

/// Adds a row as a line of CSV (RFC 4180).
pub fn csv_line(row: &Row<'_>, out: &mut Vec<u8>) {
    let cells: Vec<String> = COLUMNS
        .iter()
        .map(|column| match (column.cell)(row) {
            Cell::Text(text) => crate::text::line(text).into(),
            Cell::OptionalText(text) => crate::text::line(text.unwrap_or_default()).into(),
            Cell::Texts(texts) => crate::text::line(&texts.join(" ")).into(),
            Cell::Number(n) => n.map(|n| n.to_string()).unwrap_or_default(),
            Cell::Flag(flag) => flag.to_string(),
        })
        .collect();
    let mut line = String::new();
    crate::render::csv::line(&mut line, &cells);
    out.extend_from_slice(line.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the tables have is what the lines of JSON have; only these say why a record could not be judged.
    #[test]
    fn columns_are_the_keys() {
        let row = broken("x");
        let mut json = Vec::new();
        json_line(&row, &mut json);
        let keys: Vec<String> = COLUMNS.iter().map(|c| format!("\"{}\":", c.name)).chain(["\"error\":".into()]).collect();
        let text = String::from_utf8(json).unwrap();
        let places: Vec<usize> = keys.iter().map(|k| text.find(k.as_str()).unwrap_or_else(|| panic!("{k} in {text}"))).collect();
        assert!(places.is_sorted(), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Map<_, _>>(&text).unwrap().len(), keys.len(), "{text}");
        assert_eq!(csv_head().trim_end().split(',').count(), COLUMNS.len());
    }
}
