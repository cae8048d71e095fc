//! One judged record, as it is written out: a line of JSON or CSV, or a row of columns.

use super::claims::Claims;
use super::judge::Judged;
use super::names::WEIGHTS;
use super::record::Record;
use crate::hub::record::{Gate, utc_second};
use crate::vocabulary::{Openness, Verdict};
use serde::Serialize;

/// A judged record. Keys stay when there is nothing to say.
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

/// The names of the columns, in order.
pub const COLUMNS: &[&str] = &[
    "id",
    "verdict",
    "verdict_possible",
    "license",
    "license_openness",
    "effective_openness",
    "base_models",
    "relation",
    "gated",
    "task",
    "library",
    "parameters",
    "created",
    "organisation",
    "downloads",
    "likes",
    "claims_open_source",
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
    let row = Row {
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
    };
    json_line(&row, out);
}

/// Adds a row as a line of CSV (RFC 4180).
pub fn csv_line(row: &Row<'_>, out: &mut Vec<u8>) {
    let number = |n: Option<u64>| n.map(|n| n.to_string()).unwrap_or_default();
    let bases = row.base_models.join(" ");
    let cells: [&str; 17] = [
        row.id,
        row.verdict.slug(),
        row.verdict_possible.slug(),
        row.license,
        row.license_openness.slug(),
        row.effective_openness.slug(),
        &bases,
        row.relation.unwrap_or_default(),
        row.gated.unwrap_or_default(),
        row.task.unwrap_or_default(),
        row.library.unwrap_or_default(),
        &number(row.parameters),
        row.created.unwrap_or_default(),
        row.organisation,
        &number(row.downloads),
        &number(row.likes),
        if row.claims_open_source { "true" } else { "false" },
    ];
    let mut line = String::new();
    crate::render::csv::line(&mut line, &cells.map(crate::text::line));
    out.extend_from_slice(line.as_bytes());
}
