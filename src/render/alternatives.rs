//! What could take a model's place: for people, as one document, or one model a line.

use super::Style;
use crate::alternatives::{Candidate, FACTOR, NOT_COMPARED, Tally, Wanted, size, told};
use crate::report::{Model, Tool};
use crate::rules::Rules;
use crate::text::{json_safe, line};
use crate::vocabulary::Verdict;
use serde::Serialize;

/// A format of this command.
pub struct Format {
    pub name: &'static str,
    pub render: fn(&Answer, Style) -> String,
}

/// Every format, the one for people first.
pub static FORMATS: &[Format] =
    &[Format { name: "table", render: table }, Format { name: "json", render: json }, Format { name: "jsonl", render: jsonl }];

/// The answer of one run.
pub struct Answer {
    pub rules_digest: String,
    pub id: String,
    pub verdict: Verdict,
    /// What was looked for; `None` where that could not be said.
    pub wanted: Option<Wanted>,
    /// The size is that of the name.
    pub sized_by_name: bool,
    /// Where the candidates are from, in words.
    pub list: String,
    pub tally: Option<Tally>,
    /// How many were audited; `None` where the list is of audits.
    pub audited: Option<usize>,
    pub alternatives: Vec<Shown>,
    /// That are not shown.
    pub more: usize,
    /// Audited, and neither proven to stand high enough nor not to.
    pub undecided: Vec<String>,
    /// What could not be had, and why.
    pub incomplete: Vec<(String, String)>,
    /// Why nothing was looked for.
    pub note: Option<String>,
}

/// One alternative.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    pub id: String,
    pub verdict: Option<Verdict>,
    pub task: Option<String>,
    pub parameters: Option<u64>,
    /// In proportion to the model that is to be replaced, to two places.
    pub size_ratio: Option<f64>,
    pub license: Option<String>,
    /// Whether its terms let it be shipped, where the audit says.
    pub ship: Option<String>,
    pub downloads: Option<u64>,
    pub url: Option<String>,
    /// `audit` of this run, or the `file` that it is from.
    pub proven_by: &'static str,
}

impl Shown {
    pub fn new(c: &Candidate, wanted: &Wanted, audited: bool) -> Shown {
        Shown {
            id: c.id.clone(),
            verdict: c.verdict,
            task: c.task.clone(),
            parameters: c.parameters,
            size_ratio: c.ratio(wanted).map(|r| (r * 100.0).round() / 100.0).filter(|r| r.is_finite()),
            license: c.license.clone(),
            ship: c.ship.clone(),
            downloads: c.downloads,
            url: c.url.clone(),
            proven_by: if audited { "audit" } else { "file" },
        }
    }
}

impl Answer {
    /// Nothing found yet for a model.
    pub fn new(model: &Model, rules: &Rules) -> Answer {
        Answer {
            rules_digest: format!("sha256:{}", rules.digest),
            id: model.source.id.clone(),
            verdict: model.verdict,
            wanted: None,
            sized_by_name: false,
            list: String::new(),
            tally: None,
            audited: None,
            alternatives: Vec::new(),
            more: 0,
            undecided: Vec::new(),
            incomplete: Vec::new(),
            note: None,
        }
    }

    /// The sizes that are comparable, in parameters.
    fn sizes(&self) -> Option<(u64, u64)> {
        let n = self.wanted.as_ref()?.parameters? as f64;
        Some(((n / FACTOR) as u64, (n * FACTOR) as u64))
    }

    /// How they were compared, in sentences.
    fn compared(&self) -> String {
        let Some(wanted) = &self.wanted else { return String::new() };
        let by_name = if self.sized_by_name { " (by its name)" } else { "" };
        let sizes = match (wanted.parameters, self.sizes()) {
            (Some(n), Some((from, to))) => format!("{} to {} parameters around its {}{by_name}", size(from), size(to), size(n)),
            _ => "any size, since its own is not known".into(),
        };
        let audited = match self.audited {
            Some(n) => format!("{n} of these were audited, those that name their data and have the most downloads first"),
            None => "verdicts are those of the file".into(),
        };
        let tally = self.tally.as_ref().map(told).unwrap_or_default();
        format!(
            "Compared: task {}, {sizes}, verdict at least {}. From {}: {tally}; {audited}. Not compared: {}.",
            line(&wanted.task),
            wanted.at_least,
            line(&self.list),
            NOT_COMPARED.join(", ")
        )
    }
}

fn table(a: &Answer, style: Style) -> String {
    let mut out = format!("Alternatives to {} ({})\n\n", line(&a.id), a.verdict);
    if a.alternatives.is_empty() {
        out.push_str(if a.note.is_some() { "None is needed.\n" } else { "None was found.\n" });
    } else {
        let mut rows = vec![["model", "verdict", "size", "×", "downloads", "ship", "license"].map(str::to_string).to_vec()];
        for s in &a.alternatives {
            let or_dash = |s: Option<String>| s.unwrap_or_else(|| "-".into());
            rows.push(vec![
                line(&s.id).into_owned(),
                s.verdict.map_or(String::new(), |v| v.slug().to_string()),
                or_dash(s.parameters.map(size)),
                or_dash(s.size_ratio.map(|r| r.to_string())),
                or_dash(s.downloads.map(|d| d.to_string())),
                or_dash(s.ship.as_deref().map(|s| line(s).into_owned())),
                or_dash(s.license.as_deref().map(|l| line(l).into_owned())),
            ]);
        }
        out.push_str(&super::columns::table(rows, style, true));
        if a.more > 0 {
            out.push_str(&format!("and {} more: --limit\n", a.more));
        }
    }
    out.push('\n');
    let mut say = |text: String| {
        if !text.is_empty() {
            out.push_str(&super::columns::wrap(&text, "  ", style.width));
        }
    };
    if let Some(note) = &a.note {
        say(format!("{}.", line(note)));
    }
    say(a.compared());
    if !a.undecided.is_empty() {
        let names: Vec<String> = a.undecided.iter().map(|u| line(u).into_owned()).collect();
        say(format!("Not proven, and not ruled out: {}.", names.join(", ")));
    }
    for (what, why) in &a.incomplete {
        say(format!("incomplete {}: {}", line(what), line(why)));
    }
    out
}

/// The document of `trulyopen alternatives --format json`.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Serialize)]
pub struct Document<'a> {
    schema_version: &'static str,
    tool: Tool,
    /// What is to be replaced.
    model: ModelOut<'a>,
    at_least: Option<Verdict>,
    compared: Compared<'a>,
    alternatives: &'a [Shown],
    /// That are not shown.
    more: usize,
    /// Audited, and neither proven to stand high enough nor not to.
    undecided: &'a [String],
    /// Why nothing was looked for.
    note: Option<&'a str>,
    incomplete: Vec<IncompleteOut<'a>>,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Serialize)]
struct ModelOut<'a> {
    id: &'a str,
    verdict: Verdict,
    task: Option<&'a str>,
    parameters: Option<u64>,
}

/// How candidates were compared.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Serialize)]
struct Compared<'a> {
    /// Where they are from, in words.
    list: &'a str,
    parameters: Option<Sizes>,
    considered: Option<&'a Tally>,
    /// `null` where the list is of audits.
    audited: Option<usize>,
    not_compared: &'static [&'static str],
}

/// Sizes that are comparable, in parameters.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Serialize)]
struct Sizes {
    from: u64,
    to: u64,
    /// The model's own is that of its name.
    by_name: bool,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Serialize)]
struct IncompleteOut<'a> {
    what: &'a str,
    why: &'a str,
}

fn document(a: &Answer) -> Document<'_> {
    let wanted = a.wanted.as_ref();
    Document {
        schema_version: "1",
        tool: Tool { name: "trulyopen".into(), version: env!("CARGO_PKG_VERSION").into(), rules_digest: a.rules_digest.clone() },
        model: ModelOut {
            id: &a.id,
            verdict: a.verdict,
            task: wanted.map(|w| w.task.as_str()),
            parameters: wanted.and_then(|w| w.parameters),
        },
        at_least: wanted.map(|w| w.at_least),
        compared: Compared {
            list: &a.list,
            parameters: a.sizes().map(|(from, to)| Sizes { from, to, by_name: a.sized_by_name }),
            considered: a.tally.as_ref(),
            audited: a.audited,
            not_compared: NOT_COMPARED,
        },
        alternatives: &a.alternatives,
        more: a.more,
        undecided: &a.undecided,
        note: a.note.as_deref(),
        incomplete: a.incomplete.iter().map(|(what, why)| IncompleteOut { what, why }).collect(),
    }
}

fn json(a: &Answer, _: Style) -> String {
    super::printed(serde_json::to_string_pretty(&document(a)).unwrap_or_default())
}

fn jsonl(a: &Answer, _: Style) -> String {
    let one = |s| serde_json::to_string(s).map(|json| format!("{}\n", json_safe(&json))).unwrap_or_default();
    a.alternatives.iter().map(one).collect()
}
