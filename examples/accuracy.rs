//! Measures the audits against a corpus of judged records:
//! `cargo run --release --example accuracy -- CORPUS`.
//!
//! - verdicts against `truth/verdicts.tsv` (several can be defended for one model);
//! - code repositories against `truth/repositories.tsv`: five questions, yes, partial or no;
//! - the four pillars against the curated databases in `truth/curated.tsv`, where they judge a model
//!   that the corpus has a record or a card of.
//!
//! Every disagreement is listed with our side's reason. A false "open" is counted apart: it is the one
//! error that hurts.

mod shared;

use shared::{CODES, Outcome, Row, audit_names, audits, table};
use std::collections::BTreeMap;
use std::path::Path;
use trulyopen::card::Card;
use trulyopen::card::front_matter::FrontMatter;
use trulyopen::hub::Endpoints;
use trulyopen::hub::github::Tree;
use trulyopen::inspect::{Extent, Shown, inspect};
use trulyopen::report::Model;
use trulyopen::rules::Rules;
use trulyopen::vocabulary::{Availability, Pillar, PillarStatus, Verdict};

fn main() -> Outcome<()> {
    let corpus = shared::corpus();
    if !corpus.join("truth").is_dir() {
        return Err(format!("{}: no corpus with truth/ here", corpus.display()).into());
    }
    let rules = Rules::load(None)?;
    let models = audits(&corpus, &rules)?;
    summary(&models);
    verdicts(&corpus, &models)?;
    repositories(&corpus, &rules)?;
    curated(&corpus, &rules, &models)?;
    lineage(&corpus, &rules)?;
    Ok(())
}

fn summary(models: &[Model]) {
    println!("## Every record\n");
    for m in models {
        let sign = |p: Pillar| m.pillars.get(&p).map_or('?', |p| p.status.slug().chars().next().unwrap_or('?'));
        println!(
            "{:<21} {:<21} {}{}{}{} {:<55} {}",
            m.verdict,
            m.verdict_possible,
            sign(Pillar::Weights),
            sign(Pillar::TrainingData),
            sign(Pillar::TrainingCode),
            sign(Pillar::License),
            m.target,
            m.license.effective.as_deref().unwrap_or(m.license.effective_openness.slug())
        );
    }
    println!();
}

/// Counts of (truth, ours), with what is said of the disagreements.
#[derive(Default)]
struct Confusion {
    counts: BTreeMap<(String, String), usize>,
    disagreements: Vec<String>,
}

impl Confusion {
    fn add(&mut self, truth: &str, ours: &str, right: bool, said: impl FnOnce() -> String) {
        *self.counts.entry((truth.into(), ours.into())).or_default() += 1;
        if !right {
            self.disagreements.push(said());
        }
    }

    fn print(&self, title: &str) {
        let total: usize = self.counts.values().sum();
        let wrong = self.disagreements.len();
        println!("## {title}: {}/{total} = {:.1} %\n", total - wrong, 100.0 * (total - wrong) as f64 / total.max(1) as f64);
        let mut classes: Vec<&String> = self.counts.keys().flat_map(|(t, o)| [t, o]).collect();
        classes.sort();
        classes.dedup();
        for class in &classes {
            let sum = |f: &dyn Fn(&(String, String)) -> bool| self.counts.iter().filter(|(k, _)| f(k)).map(|(_, n)| n).sum::<usize>();
            let (hit, said, is) = (sum(&|k| &k.0 == *class && &k.1 == *class), sum(&|k| &k.1 == *class), sum(&|k| &k.0 == *class));
            if is > 0 || said > 0 {
                println!("  {class:<22} precision {hit}/{said}  recall {hit}/{is}");
            }
        }
        for ((truth, ours), n) in &self.counts {
            println!("  truth {truth:<45} ours {ours:<22} {n}");
        }
        println!();
        for d in &self.disagreements {
            println!("  - {d}");
        }
        println!();
    }
}

fn verdicts(corpus: &Path, models: &[Model]) -> Outcome<()> {
    let mut confusion = Confusion::default();
    let mut false_open = 0;
    for row in table(&corpus.join("truth/verdicts.tsv"))? {
        let id = &row["hub id"];
        let accepted: Vec<&str> = row["accepted verdicts (| between those that an expert could defend)"].split('|').collect();
        let Some(m) = models.iter().find(|m| &m.target == id) else {
            println!("{id}: no record");
            continue;
        };
        let right = accepted.contains(&m.verdict.slug());
        let best = accepted.iter().filter_map(|a| Verdict::from_slug(a)).max();
        false_open += usize::from(best.is_some_and(|b| m.verdict > b));
        confusion.add(&accepted.join("|"), m.verdict.slug(), right, || {
            format!(
                "{id}: {} (accepted {}: {}); {}",
                m.verdict,
                accepted.join("|"),
                row.get("why").map_or("", String::as_str),
                m.reasons.first().map_or("", |r| r.text.as_str())
            )
        });
    }
    confusion.print("Verdicts");
    println!("  too open: {false_open}\n");
    Ok(())
}

fn repositories(corpus: &Path, rules: &Rules) -> Outcome<()> {
    let rows = table(&corpus.join("truth/repositories.tsv"))?;
    type Of = fn(&trulyopen::inspect::Inspection) -> &Shown;
    let questions: [(&str, Of); 5] = [
        ("training", |i| &i.training),
        ("data", |i| &i.data),
        ("eval", |i| &i.evaluation),
        ("inference", |i| &i.inference),
        ("architecture", |i| &i.architecture),
    ];
    for (name, of) in questions {
        let mut confusion = Confusion::default();
        for row in &rows {
            let dir = corpus.join("hub/github").join(&row["repo"]);
            let Ok(tree) = std::fs::read(dir.join("tree.json")) else { continue };
            let tree = Tree::parse(&tree)?;
            let readme = std::fs::read(dir.join("README.md")).ok().map(|b| String::from_utf8_lossy(&b).into_owned());
            let inspection = inspect(row["repo"].rsplit('/').next().unwrap_or_default(), &tree, readme.as_deref(), rules);
            let shown = of(&inspection);
            let ours = match shown.extent {
                Extent::Yes => "yes",
                Extent::Partial | Extent::FineTuningOnly => "partial",
                Extent::No | Extent::Unknown => "no",
            };
            confusion.add(&row[name], ours, row[name] == ours, || {
                format!("{}: {ours}, truth {} ({:?}; truth's paths {})", row["repo"], row[name], shown.paths, row["paths"])
            });
        }
        confusion.print(&format!("Repositories, {name}"));
    }
    Ok(())
}

/// The curators' values for one model: (database, pillar, value).
fn judgements(rows: &[Row], id: &str) -> Vec<(&'static str, Pillar, String)> {
    let mut out = Vec::new();
    let mut add = |database, pillar, value: Option<&String>| {
        if let Some(value) = value.filter(|v| !v.is_empty())
            && !out.contains(&(database, pillar, value.clone()))
        {
            out.push((database, pillar, value.clone()));
        }
    };
    let is = |row: &Row, column: &str| row.get(column).is_some_and(|v| v.eq_ignore_ascii_case(id));
    for row in rows {
        // The index judges a base and an end model apart; the code of both stands in one column, and is
        // the end model's where there is one.
        if is(row, "eosai_hf_end") {
            add("index", Pillar::Weights, row.get("eosai_weights_endmodel"));
            let data = if is(row, "eosai_hf_base") { "eosai_datasources_basemodel" } else { "eosai_datasources_endmodel" };
            add("index", Pillar::TrainingData, row.get(data));
            add("index", Pillar::TrainingCode, row.get("eosai_trainingcode"));
        } else if is(row, "eosai_hf_base") {
            add("index", Pillar::Weights, row.get("eosai_weights_basemodel"));
            add("index", Pillar::TrainingData, row.get("eosai_datasources_basemodel"));
        }
    }
    for row in rows.iter().filter(|r| is(r, "hf_id") && !r["mot_components"].is_empty()) {
        // The model openness tool lists what is there, and says nothing of parts.
        let listed = |short: &str| {
            let there = row["mot_components"].split(';').any(|c| c.trim().split('=').next() == Some(short));
            Some(if there { "open".to_string() } else { "closed".to_string() })
        };
        add("tool", Pillar::Weights, listed("WF").as_ref());
        add("tool", Pillar::TrainingData, listed("DS").as_ref());
        add("tool", Pillar::TrainingCode, listed("TRC").as_ref());
    }
    out
}

/// Curated models of which the corpus has the whole record, and those of which it has the card only:
/// for these nothing but data and code can be judged.
fn curated(corpus: &Path, rules: &Rules, models: &[Model]) -> Outcome<()> {
    let rows = table(&corpus.join("truth/curated.tsv"))?;
    let mut cards_only = Vec::new();
    let hub = tempfile::tempdir()?;
    for row in &rows {
        for id in ["hf_id", "eosai_hf_end", "eosai_hf_base"].iter().filter_map(|c| row.get(*c)).filter(|id| !id.is_empty()) {
            let known = models.iter().any(|m| m.source.id.eq_ignore_ascii_case(id)) || cards_only.contains(id);
            if let (false, Ok(card)) = (known, std::fs::read(corpus.join("cards").join(id).join("README.md"))) {
                let dir = hub.path().join("huggingface/models").join(id);
                std::fs::create_dir_all(&dir)?;
                let front = match Card::parse(&card).front {
                    FrontMatter::Parsed(front) => front,
                    _ => serde_json::Value::Null,
                };
                let info = serde_json::json!({"id": id, "gated": false, "cardData": front, "siblings": [{"rfilename": "README.md"}]});
                std::fs::write(dir.join("info.json"), info.to_string())?;
                std::fs::write(dir.join("README.md"), card)?;
                cards_only.push(id.clone());
            }
        }
    }
    std::os::unix::fs::symlink(corpus.join("hub/github").canonicalize()?, hub.path().join("github"))?;
    std::os::unix::fs::symlink(corpus.join("hub/huggingface/datasets").canonicalize()?, hub.path().join("huggingface/datasets"))?;
    let from_cards = audit_names(hub.path(), &cards_only, rules)?;
    for pillar in [Pillar::Weights, Pillar::TrainingData, Pillar::TrainingCode] {
        let mut confusion = Confusion::default();
        let mut false_open = 0;
        let cards = from_cards.iter().filter(|_| pillar != Pillar::Weights);
        for m in models.iter().chain(cards) {
            let Some((database, _, truth)) = judgements(&rows, &m.source.id).into_iter().find(|(_, p, _)| *p == pillar) else { continue };
            let Some(ours) = m.pillars.get(&pillar) else { continue };
            // What the tool lists is there, in whole or in part.
            let listed = database == "tool" && truth == "open" && ours.status == PillarStatus::Partial;
            let right = ours.status.slug() == truth || listed;
            false_open += usize::from(ours.status == PillarStatus::Open && truth == "closed");
            confusion.add(&truth, ours.status.slug(), right, || {
                format!("{}: {} ({}), the {database} says {truth}", m.target, ours.status, ours.summary)
            });
        }
        confusion.print(&format!("Curated, {pillar}"));
        println!("  open where curators say closed: {false_open}\n");
    }
    tool_components(&rows, models);
    Ok(())
}

/// Components of the Model Openness Framework that the tool's curators list, against those that we find.
fn tool_components(rows: &[Row], models: &[Model]) {
    for (short, id) in CODES {
        let mut confusion = Confusion::default();
        for m in models {
            let Some(row) = rows.iter().find(|r| r["hf_id"].eq_ignore_ascii_case(&m.source.id) && !r["mot_components"].is_empty()) else {
                continue;
            };
            let truth = if row["mot_components"].split(';').any(|c| c.trim().split('=').next() == Some(short)) { "there" } else { "not" };
            let Some(c) = m.components.iter().find(|c| c.id.slug() == id) else { continue };
            let there = matches!(c.availability, Availability::Released | Availability::Gated | Availability::Partial);
            let ours = if there { "there" } else { "not" };
            confusion.add(truth, ours, truth == ours, || format!("{}: {ours} ({}), the tool says {truth}", m.target, c.summary));
        }
        confusion.print(&format!("Component {id}"));
    }
}

/// Bases found in prose, against those that the same card declares: the declaration is hidden, and asked
/// for again.
fn lineage(corpus: &Path, rules: &Rules) -> Outcome<()> {
    let at = Endpoints::default();
    let mut confusion = Confusion::default();
    for owner in std::fs::read_dir(corpus.join("cards"))? {
        for model in std::fs::read_dir(owner?.path())? {
            let dir = model?.path();
            let Ok(bytes) = std::fs::read(dir.join("README.md")) else { continue };
            let id = dir.strip_prefix(corpus.join("cards"))?.to_string_lossy().into_owned();
            let mut card = Card::parse(&bytes);
            let plan_of = |card: &Card| -> Result<Vec<String>, String> {
                let info = serde_json::json!({"id": id, "siblings": []}).to_string();
                let record = trulyopen::hub::record::ModelRecord::parse(info.as_bytes())?;
                Ok(trulyopen::plan::plan(&record, Some(card), rules, &at).bases.into_iter().map(|b| b.id.to_lowercase()).collect())
            };
            let declared = plan_of(&card)?;
            let FrontMatter::Parsed(front) = &mut card.front else { continue };
            if front.as_object_mut().and_then(|f| f.remove("base_model")).is_none() {
                continue;
            }
            let told = plan_of(&card)?;
            let ours = match () {
                () if told.is_empty() => "nothing",
                () if told.iter().all(|t| declared.contains(t)) => "declared bases only",
                () if told.iter().any(|t| declared.contains(t)) => "declared bases and others",
                () => "others",
            };
            let right = told.is_empty() || told.iter().all(|t| declared.contains(t));
            confusion.add("declared", ours, right, || format!("{id}: told {told:?}, declared {declared:?}"));
        }
    }
    confusion.print("Bases told in prose, where the card declares one");
    Ok(())
}
