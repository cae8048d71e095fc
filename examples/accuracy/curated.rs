//! Audits beside what curators say of the same models. Curators judge families, versions and points in
//! time other than ours, and contradict each other. So every reading is printed, the strictest first: see
//! [`Readings`]. The table and the disagreements are those of the most lenient one, agreement with any curator.

use crate::confusion::Confusion;
use crate::shared::{CODES, Outcome, Row, audit_names, records_of_cards, table};
use std::path::Path;
use trulyopen::mof::{Mode, is_open, mof_rule};
use trulyopen::report::Model;
use trulyopen::reviewed::osai_index::DIMENSIONS;
use trulyopen::rules::Rules;
use trulyopen::vocabulary::{Availability, Pillar, PillarStatus};

/// What one database says of one model.
struct Judgement {
    database: &'static str,
    value: String,
    /// The file of the database.
    file: String,
}

/// The values that curators give one pillar of a model.
fn judgements(rows: &[Row], id: &str, pillar: Pillar) -> Vec<Judgement> {
    let mut out: Vec<Judgement> = Vec::new();
    let mut add = |database, row: &Row, value: Option<&String>, file: &str| {
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            out.push(Judgement { database, value: value.clone(), file: row.get(file).cloned().unwrap_or_default() });
        }
    };
    let is = |row: &Row, column: &str| row.get(column).is_some_and(|v| v.eq_ignore_ascii_case(id));
    for row in rows {
        // The index judges a base and an end model apart; the code of both stands in one column, and is
        // the end model's where there is one.
        let (base, end) = (is(row, "eosai_hf_base"), is(row, "eosai_hf_end"));
        let column = match pillar {
            Pillar::Weights if end => "eosai_weights_endmodel",
            Pillar::Weights if base => "eosai_weights_basemodel",
            Pillar::TrainingData if base => "eosai_datasources_basemodel",
            Pillar::TrainingData if end => "eosai_datasources_endmodel",
            Pillar::TrainingCode if end => "eosai_trainingcode",
            _ => continue,
        };
        add("index", row, row.get(column), "eosai_file");
    }
    let short = match pillar {
        Pillar::Weights => "WF",
        Pillar::TrainingData => "DS",
        Pillar::TrainingCode => "TRC",
        Pillar::License => return out,
    };
    for row in rows.iter().filter(|r| is(r, "hf_id") && !r["mot_components"].is_empty()) {
        // The model openness tool lists what is there, and says nothing of parts.
        let there = row["mot_components"].split(';').any(|c| c.trim().split('=').next() == Some(short));
        out.push(Judgement {
            database: "tool",
            value: if there { "open" } else { "closed" }.into(),
            file: row.get("mot_file").cloned().unwrap_or_default(),
        });
    }
    out
}

/// Whether an answer is that of a judgement. What the tool lists is there, in whole or in part.
fn agrees(ours: PillarStatus, j: &Judgement) -> bool {
    ours.slug() == j.value || (j.database == "tool" && j.value == "open" && ours == PillarStatus::Partial)
}

/// In how many models an answer is right, in each way of reading several judgements on one model.
#[derive(Default)]
struct Readings {
    models: usize,
    /// Every curator says the same as we do, word for word.
    all_exactly: usize,
    /// The first in the table says it, word for word.
    first_exactly: usize,
    /// The first in the table, where what the tool lists agrees with open and with partial.
    first: usize,
    /// More than half of the curators, with the same tolerance.
    majority: usize,
    any: usize,
    /// Judgements, each for itself, with the same tolerance.
    judgements: (usize, usize),
    /// Open by ours: closed to every curator, to any of them, and less than open to every one.
    open_closed_to_all: usize,
    open_closed_to_one: usize,
    open_partial_to_all: usize,
}

impl Readings {
    fn add(&mut self, ours: PillarStatus, judged: &[Judgement]) {
        let agreeing = judged.iter().filter(|j| agrees(ours, j)).count();
        let add = |n: &mut usize, yes: bool| *n += usize::from(yes);
        self.models += 1;
        add(&mut self.all_exactly, judged.iter().all(|j| ours.slug() == j.value));
        add(&mut self.first_exactly, judged.first().is_some_and(|j| ours.slug() == j.value));
        add(&mut self.first, judged.first().is_some_and(|j| agrees(ours, j)));
        add(&mut self.majority, agreeing * 2 > judged.len());
        add(&mut self.any, agreeing > 0);
        self.judgements = (self.judgements.0 + agreeing, self.judgements.1 + judged.len());
        let open = ours == PillarStatus::Open;
        add(&mut self.open_closed_to_all, open && judged.iter().all(|j| j.value == "closed"));
        add(&mut self.open_closed_to_one, open && judged.iter().any(|j| j.value == "closed"));
        add(&mut self.open_partial_to_all, open && judged.iter().all(|j| j.value != "open"));
    }

    fn print(&self) {
        let n = self.models;
        let line = |what: &str, k: usize, of: usize| println!("  {what}: {k}/{of} = {:.1} %", 100.0 * k as f64 / of.max(1) as f64);
        line("all curators of the model, word for word", self.all_exactly, n);
        line("the first curator, word for word", self.first_exactly, n);
        line("the first curator, what the tool lists being there in whole or in part", self.first, n);
        line("the majority of curators, likewise", self.majority, n);
        line("any curator, likewise", self.any, n);
        line("judgements, each for itself, likewise", self.judgements.0, self.judgements.1);
        println!("  open where every curator says closed: {}", self.open_closed_to_all);
        println!("  open where one of them says closed: {}", self.open_closed_to_one);
        println!("  open where none says open: {}\n", self.open_partial_to_all);
    }
}

/// Everything that is compared with curators.
pub fn all(corpus: &Path, rules: &Rules, models: &[Model]) -> Outcome<()> {
    let rows = table(&corpus.join("truth/curated.tsv"))?;
    let from_cards = cards_only(corpus, rules, &rows, models)?;
    for pillar in [Pillar::Weights, Pillar::TrainingData, Pillar::TrainingCode] {
        let cards = from_cards.iter().filter(|_| pillar != Pillar::Weights);
        let (mut confusion, mut readings) = (Confusion::default(), Readings::default());
        for m in models.iter().chain(cards) {
            let judged = judgements(&rows, &m.source.id, pillar);
            let (Some(first), Some(ours)) = (judged.first(), m.pillars.get(&pillar)) else { continue };
            readings.add(ours.status, &judged);
            let agreed = judged.iter().find(|j| agrees(ours.status, j));
            let truth = agreed.unwrap_or(first);
            confusion.add(&truth.value, ours.status.slug(), agreed.is_some(), || {
                let said: Vec<String> =
                    judged.iter().map(|j| format!("the {} says {} ({}{})", j.database, j.value, j.file, note(corpus, j, pillar))).collect();
                format!("{}: {} ({}); {}", m.target, ours.status, ours.summary, said.join("; "))
            });
        }
        confusion.print(&format!("Curated, {pillar}"));
        readings.print();
    }
    dimensions(&rows, models, &from_cards);
    components(&rows, models, rules);
    Ok(())
}

/// The index's remark on data.
fn note(corpus: &Path, j: &Judgement, pillar: Pillar) -> String {
    if j.database != "index" || pillar != Pillar::TrainingData {
        return String::new();
    }
    let text = std::fs::read_to_string(corpus.join("osai-index").join(&j.file)).unwrap_or_default();
    let notes = text.split("datasources_").skip(1).take(2).filter_map(|s| s.lines().find_map(|l| l.trim().strip_prefix("notes:")));
    let notes: Vec<String> = notes.map(|n| trulyopen::text::cut(n.trim(), 140).into_owned()).filter(|n| !n.is_empty()).collect();
    if notes.is_empty() { String::new() } else { format!(": base and end \"{}\"", notes.join("\", \"")) }
}

/// Curated models of which the corpus has the card only: for these nothing but data and code can be judged.
fn cards_only(corpus: &Path, rules: &Rules, rows: &[Row], models: &[Model]) -> Outcome<Vec<Model>> {
    let mut names: Vec<String> = Vec::new();
    for row in rows {
        for id in ["hf_id", "eosai_hf_end", "eosai_hf_base"].iter().filter_map(|c| row.get(*c)).filter(|id| !id.is_empty()) {
            let known = models.iter().any(|m| m.source.id.eq_ignore_ascii_case(id)) || names.contains(id);
            if !known && corpus.join("cards").join(id).join("README.md").is_file() {
                names.push(id.clone());
            }
        }
    }
    let hub = tempfile::tempdir()?;
    records_of_cards(corpus, &names, hub.path())?;
    audit_names(hub.path(), &names, rules)
}

/// The first row about a model, by any of these columns, that has a value in another one.
fn row_of<'r>(rows: &'r [Row], m: &Model, ids: &[&str], wanted: &str) -> Option<&'r Row> {
    rows.iter().find(|r| {
        ids.iter().any(|c| r.get(*c).is_some_and(|v| v.eq_ignore_ascii_case(&m.source.id))) && r.get(wanted).is_some_and(|v| !v.is_empty())
    })
}

/// Dimensions of the OSAI index: ours is an interval, from what is proven to what a person could still
/// find; the curators' class has to lie in it.
fn dimensions(rows: &[Row], models: &[Model], from_cards: &[Model]) {
    let rank = |class: &str| ["closed", "partial", "open"].iter().position(|c| *c == class);
    for dimension in DIMENSIONS {
        let column = format!("eosai_{dimension}");
        let (mut confusion, mut equal, mut n) = (Confusion::default(), 0, 0);
        // A card tells nothing of weights, and of licenses not all.
        let cards = from_cards.iter().filter(|_| !dimension.starts_with("weights") && dimension != "licenses");
        for m in models.iter().chain(cards) {
            // What is said of an end model is no judgement on its base.
            let ids: &[&str] = if dimension.ends_with("_basemodel") { &["eosai_hf_end", "eosai_hf_base"] } else { &["eosai_hf_end"] };
            let Some(row) = row_of(rows, m, ids, &column) else { continue };
            let ours = |key: &str| m.frameworks["osai-index"][key][dimension].as_str().map(str::to_string);
            let (Some(least), Some(most), Some(truth)) = (ours("dimensions"), ours("dimensions_possible"), rank(&row[&column])) else {
                continue;
            };
            n += 1;
            equal += usize::from(rank(&least) == Some(truth));
            let inside = rank(&least) <= Some(truth) && Some(truth) <= rank(&most);
            let shown = if least == most { least.clone() } else { format!("{least} to {most}") };
            confusion.add(&row[&column], &shown, inside, || {
                let why = m.components.iter().find(|c| c.id.slug() == component_of(dimension)).map_or("", |c| c.summary.as_str());
                format!("{}: {shown} ({why}), {} says {}", m.target, row["eosai_file"], row[&column])
            });
        }
        confusion.print(&format!("OSAI index, {dimension}"));
        println!("  what is proven is the curators' class: {equal}/{n}\n");
    }
}

/// The component that mostly decides on a dimension.
fn component_of(dimension: &str) -> &'static str {
    match dimension {
        "datasources_basemodel" | "datasources_endmodel" => "datasets",
        "weights_basemodel" | "weights_endmodel" => "model-parameters-final",
        "trainingcode" | "code" => "training-code",
        "preprint" => "technical-report",
        "paper" => "research-paper",
        "modelcard" => "model-card",
        "datasheet" => "data-card",
        _ => "model-metadata",
    }
}

/// Components of the Model Openness Framework: whether the tool lists it and we find it, and whether it
/// counts, that is, with a license that the framework takes for open.
fn components(rows: &[Row], models: &[Model], rules: &Rules) {
    let Some(rule) = mof_rule(rules) else { return };
    for (code, id) in CODES {
        let (mut confusion, mut counted) = (Confusion::default(), Confusion::default());
        for m in models {
            let Some(row) = row_of(rows, m, &["hf_id"], "mot_components") else { continue };
            let listed = row["mot_components"].split("; ").find_map(|c| c.trim().strip_prefix(code)?.strip_prefix('='));
            let Some(c) = m.components.iter().find(|c| c.id.slug() == id) else { continue };
            let there = matches!(c.availability, Availability::Released | Availability::Gated | Availability::Partial);
            let word = |yes: bool, yes_word: &'static str| if yes { yes_word } else { "not" };
            let (truth, ours) = (word(listed.is_some(), "there"), word(there, "there"));
            confusion.add(truth, ours, truth == ours, || {
                format!(
                    "{}: {ours} ({}), {} says {truth}{}",
                    m.target,
                    c.summary,
                    row["mot_file"],
                    listed.map(|l| format!(" under {l}")).unwrap_or_default()
                )
            });
            let open = listed.is_some_and(|l| is_open(l, rule, Mode::Letter));
            let included = m.frameworks["mof"]["included"].as_array().is_some_and(|l| l.iter().any(|v| v == id));
            let (truth, ours) = (word(open, "counts"), word(included, "counts"));
            counted.add(truth, ours, truth == ours, || {
                format!(
                    "{}: {ours} ({}), {} has {}",
                    m.target,
                    c.license.expression.as_deref().unwrap_or("no license"),
                    row["mot_file"],
                    listed.unwrap_or("nothing")
                )
            });
        }
        confusion.print(&format!("Component {id}, whether it is there"));
        counted.print(&format!("Component {id}, whether it counts"));
    }
}
