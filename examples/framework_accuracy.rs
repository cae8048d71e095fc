//! Measures the frameworks against curated databases, for the models that a corpus has a record of:
//! `cargo run --release --example framework_accuracy -- CORPUS`.
//!
//! - each dimension of the OSAI index: whether the curators' class lies in our interval, and is what we prove;
//! - each component of the Model Openness Framework: whether it counts, for the curators and for us.
//!
//! Curators judge families, versions and points in time other than ours, so this finds misses; it is no truth.

use std::collections::BTreeMap;
use std::path::PathBuf;
use trulyopen::audit::Options;
use trulyopen::framework::mof::{Mode, is_open};
use trulyopen::framework::mof_rule;
use trulyopen::hub::Endpoints;
use trulyopen::report::Model;
use trulyopen::rules::Rules;
use trulyopen::session::{Access, Surroundings, audit_all, fetcher};
use trulyopen::target::Target;

/// Codes of the components in the truth.
const CODES: [(&str, &str); 17] = [
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

type Row = BTreeMap<String, String>;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let corpus = std::env::args().nth(1).or_else(|| std::env::var("TRULYOPEN_CORPUS").ok()).unwrap_or_else(|| "../shared/corpus".into());
    let corpus = PathBuf::from(corpus);
    let text = std::fs::read_to_string(corpus.join("truth/curated.tsv"))?;
    let mut lines = text.lines().map(|l| l.split('\t').map(str::to_string).collect::<Vec<_>>());
    let header = lines.next().unwrap_or_default();
    let rows: Vec<Row> = lines.map(|l| header.iter().cloned().zip(l).collect()).collect();
    let models = audits(&corpus)?;
    index(&rows, &models);
    components(&rows, &models, &Rules::load(None)?);
    Ok(())
}

/// Audits every model that a row is about and the corpus has a record of.
fn audits(corpus: &std::path::Path) -> Result<Vec<Model>, Box<dyn std::error::Error>> {
    let hub = corpus.join("hub");
    let mut targets = Vec::new();
    for owner in std::fs::read_dir(hub.join("huggingface/models"))? {
        let owner = owner?;
        for model in std::fs::read_dir(owner.path())? {
            let name = format!("{}/{}", owner.file_name().to_string_lossy(), model?.file_name().to_string_lossy());
            targets.push(Target::parse(name.trim_start_matches("_legacy/"), &Endpoints::default())?);
        }
    }
    targets.sort();
    let access = Access { hub: Some(hub.to_string_lossy().into_owned()), ..Access::default() };
    let rules = Rules::load(None)?;
    Ok(audit_all(&fetcher(&access, &Surroundings::default())?, &rules, &Options::default(), &targets, 8)?.models)
}

/// The first row about a model, by any of these columns, that has a value in another one.
fn row_of<'r>(rows: &'r [Row], m: &Model, ids: &[&str], wanted: &str) -> Option<&'r Row> {
    rows.iter().find(|r| {
        ids.iter().any(|c| r.get(*c).is_some_and(|v| v.eq_ignore_ascii_case(&m.source.id))) && r.get(wanted).is_some_and(|v| !v.is_empty())
    })
}

fn index(rows: &[Row], models: &[Model]) {
    let rank = |class: &str| ["closed", "partial", "open"].iter().position(|c| *c == class);
    println!("## OSAI index: curators' class inside our interval; equal to what we prove; below what we prove\n");
    for dimension in trulyopen::reviewed::osai_index::DIMENSIONS {
        let (mut all, mut inside, mut equal) = (0, 0, 0);
        let mut above = Vec::new();
        for m in models {
            let column = format!("eosai_{dimension}");
            let Some(truth) = row_of(rows, m, &["hf_id", "eosai_hf_end", "eosai_hf_base"], &column).and_then(|r| rank(&r[&column])) else {
                continue;
            };
            let ours = |key: &str| m.frameworks["osai-index"][key][dimension].as_str().and_then(rank);
            let (Some(least), Some(most)) = (ours("dimensions"), ours("dimensions_possible")) else { continue };
            all += 1;
            inside += usize::from((least..=most).contains(&truth));
            equal += usize::from(least == truth);
            if least > truth {
                above.push(m.source.id.as_str());
            }
        }
        println!("  {dimension:<22} {inside}/{all}  {equal}/{all}  {} {}", above.len(), above.join(" "));
    }
    println!();
}

fn components(rows: &[Row], models: &[Model], rules: &Rules) {
    let Some(rule) = mof_rule(rules) else { return };
    println!("## MOF components: both count; we alone; the curators alone; neither\n");
    for (code, id) in CODES {
        let (mut both, mut ours, mut theirs, mut neither) = (0, Vec::new(), 0, 0);
        for m in models {
            let Some(row) = row_of(rows, m, &["hf_id"], "mot_components") else { continue };
            let license = row["mot_components"].split("; ").find_map(|c| c.strip_prefix(code)?.strip_prefix('='));
            let open = license.is_some_and(|l| is_open(l, rule, Mode::Letter));
            let counted = m.frameworks["mof"]["included"].as_array().is_some_and(|l| l.iter().any(|v| v == id));
            match (open, counted) {
                (true, true) => both += 1,
                (true, false) => theirs += 1,
                (false, true) => ours.push(m.source.id.as_str()),
                (false, false) => neither += 1,
            }
        }
        println!(
            "  {id:<30} {both:>3} {:>3} {theirs:>3} {neither:>3}  {}",
            ours.len(),
            ours.iter().take(4).copied().collect::<Vec<_>>().join(" ")
        );
    }
}
