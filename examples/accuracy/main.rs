//! Measures the audits against a corpus of judged records:
//! `cargo run --release --example accuracy -- CORPUS`.
//!
//! - verdicts against `truth/verdicts.tsv` (several can be defended for one model);
//! - code repositories against `truth/repositories.tsv`: five questions, yes, partial or no;
//! - against the curated databases in `truth/curated.tsv`, where they judge a model that the corpus has a
//!   record or a card of: the pillars, each dimension of the OSAI index, each component of the Model
//!   Openness Framework;
//! - bases told in prose, against those that the same cards declare;
//! - cards that were read by hand (`fixtures/cards-read.tsv`): training data, own repositories, bases.
//!
//! Each question has precision and recall by class, the confusion table, and every disagreement with both
//! sides' reasons. A false "open" is counted apart: it is the one error that hurts.

mod cards;
mod confusion;
mod curated;
#[path = "../shared/mod.rs"]
mod shared;

use confusion::Confusion;
use shared::{Outcome, audits, table};
use std::path::Path;
use trulyopen::card::Card;
use trulyopen::card::front_matter::FrontMatter;
use trulyopen::hosts::Endpoints;
use trulyopen::hub::github::Tree;
use trulyopen::inspect::{Extent, Shown, inspect};
use trulyopen::report::Model;
use trulyopen::rules::Rules;
use trulyopen::vocabulary::{Pillar, Verdict};

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
    curated::all(&corpus, &rules, &models)?;
    lineage(&corpus, &rules)?;
    cards::all(&corpus, &rules)?;
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

/// Bases found in prose, against those that the same card declares: the declaration is hidden, and asked
/// for again.
fn lineage(corpus: &Path, rules: &Rules) -> Outcome<()> {
    let at = Endpoints::default();
    let mut confusion = Confusion::default();
    let mut silent = Vec::new();
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
            if told.is_empty() {
                silent.push(format!("{id}: {}", declared.join(", ")));
            }
            let right = told.is_empty() || told.iter().all(|t| declared.contains(t));
            confusion.add("declared", ours, right, || format!("{id}: told {told:?}, declared {declared:?}"));
        }
    }
    confusion.print("Bases told in prose, where the card declares one");
    silent.sort();
    println!("  found nothing:\n    {}\n", silent.join("\n    "));
    Ok(())
}
