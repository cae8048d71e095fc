//! What the commands that measure against the corpus share.
#![allow(dead_code)] // Each of them uses a part of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use trulyopen::audit::Options;
use trulyopen::card::Card;
use trulyopen::card::front_matter::FrontMatter;
use trulyopen::hosts::Endpoints;
use trulyopen::report::Model;
use trulyopen::rules::Rules;
use trulyopen::session::{Access, Surroundings, audit_all, fetcher};
use trulyopen::target::Target;

pub type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// A row of a table, by the names of its columns.
pub type Row = BTreeMap<String, String>;

/// Codes of the components in `truth/curated.tsv`.
pub const CODES: [(&str, &str); 17] = [
    ("ARCH", "model-architecture"),
    ("WF", "model-parameters-final"),
    ("TR", "technical-report"),
    ("EVR", "evaluation-results"),
    ("MC", "model-card"),
    ("DC", "data-card"),
    ("SMP", "sample-model-outputs"),
    ("TRC", "training-code"),
    ("INF", "inference-code"),
    ("EVC", "evaluation-code"),
    ("EVD", "evaluation-data"),
    ("LIB", "supporting-libraries"),
    ("DS", "datasets"),
    ("PRE", "data-preprocessing-code"),
    ("WI", "model-parameters-intermediate"),
    ("RP", "research-paper"),
    ("META", "model-metadata"),
];

/// The corpus: the first argument, `TRULYOPEN_CORPUS`, or `../shared/corpus`.
pub fn corpus() -> PathBuf {
    let named = std::env::args().nth(1).or_else(|| std::env::var("TRULYOPEN_CORPUS").ok());
    PathBuf::from(named.unwrap_or_else(|| "../shared/corpus".into()))
}

/// Rows of a table of tab-separated values; `#` begins its header or a comment.
pub fn table(path: &Path) -> Outcome<Vec<Row>> {
    let text = std::fs::read_to_string(path)?;
    let mut lines = text.lines();
    let header: Vec<String> = lines.next().unwrap_or_default().trim_start_matches(['#', ' ']).split('\t').map(str::to_string).collect();
    Ok(lines
        .filter(|l| !l.trim().is_empty() && !l.starts_with('#'))
        .map(|l| header.iter().cloned().zip(l.split('\t').map(str::to_string)).collect())
        .collect())
}

/// Audits every model record of the corpus.
pub fn audits(corpus: &Path, rules: &Rules) -> Outcome<Vec<Model>> {
    let hub = corpus.join("hub");
    let mut names = Vec::new();
    for owner in std::fs::read_dir(hub.join("huggingface/models"))? {
        let owner = owner?.path();
        for model in std::fs::read_dir(&owner)? {
            let name = format!("{}/{}", owner.file_name().unwrap_or_default().to_string_lossy(), model?.file_name().to_string_lossy());
            names.push(name.trim_start_matches("_legacy/").to_string());
        }
    }
    names.sort();
    audit_names(&hub, &names, rules)
}

/// Writes records of models of which the corpus has the card only into a directory of evidence, beside the
/// corpus' code repositories and dataset records: the front matter, and a file list with the card in it.
pub fn records_of_cards(corpus: &Path, names: &[String], hub: &Path) -> Outcome<()> {
    for id in names {
        let card = std::fs::read(corpus.join("cards").join(id).join("README.md"))?;
        let dir = hub.join("huggingface/models").join(id);
        std::fs::create_dir_all(&dir)?;
        let front = match Card::parse(&card).front {
            FrontMatter::Parsed(front) => front,
            _ => serde_json::Value::Null,
        };
        let info = serde_json::json!({"id": id, "gated": false, "cardData": front, "siblings": [{"rfilename": "README.md"}]});
        std::fs::write(dir.join("info.json"), info.to_string())?;
        std::fs::write(dir.join("README.md"), card)?;
    }
    std::os::unix::fs::symlink(corpus.join("hub/github").canonicalize()?, hub.join("github"))?;
    // Folders of their own with links in them, so that records can be added beside those of the corpus.
    for owner in std::fs::read_dir(corpus.join("hub/huggingface/datasets").canonicalize()?)? {
        let owner = owner?;
        let dir = hub.join("huggingface/datasets").join(owner.file_name());
        std::fs::create_dir_all(&dir)?;
        for dataset in std::fs::read_dir(owner.path())? {
            let dataset = dataset?;
            std::os::unix::fs::symlink(dataset.path(), dir.join(dataset.file_name()))?;
        }
    }
    Ok(())
}

/// Writes a record of each dataset with an owner that was looked for and is not in the directory: as if all that cards name
/// by id could be had. What is measured then is how cards are read, and not which records happen to be at hand.
fn datasets_there(models: &[Model], hub: &Path) -> Outcome<()> {
    let named = models.iter().flat_map(|m| &m.datasets).filter(|d| d.found == Some(false) && d.id.matches('/').count() == 1);
    for dataset in named {
        let dir = hub.join("huggingface/datasets").join(&dataset.id);
        std::fs::create_dir_all(&dir)?;
        let info = serde_json::json!({"id": dataset.id, "gated": false, "cardData": {}, "siblings": [{"rfilename": "data/train.parquet"}]});
        std::fs::write(dir.join("info.json"), info.to_string())?;
    }
    Ok(())
}

/// Audits models of which the corpus has the card only, as if every dataset that they name by id were on the hub.
pub fn audit_cards(corpus: &Path, names: &[String], rules: &Rules) -> Outcome<Vec<Model>> {
    let hub = tempfile::tempdir()?;
    records_of_cards(corpus, names, hub.path())?;
    // Twice: the first time tells which datasets are named.
    datasets_there(&audit_names(hub.path(), names, rules)?, hub.path())?;
    audit_names(hub.path(), names, rules)
}

/// Audits these models from a directory of evidence.
pub fn audit_names(hub: &Path, names: &[String], rules: &Rules) -> Outcome<Vec<Model>> {
    let targets = names.iter().map(|n| Target::parse(n, &Endpoints::default())).collect::<Result<Vec<_>, _>>()?;
    let access = Access { hub: Some(hub.to_string_lossy().into_owned()), ..Access::default() };
    Ok(audit_all(&fetcher(&access, &Surroundings::default())?, rules, &Options::default(), &targets, 8)?.models)
}
