//! Measures the frameworks against curated databases, for the models that a corpus has a record of:
//! `cargo run --release --example framework_accuracy -- CORPUS`.
//!
//! - each dimension of the OSAI index: whether the curators' class lies in our interval, and is what we prove;
//! - each component of the Model Openness Framework: whether it counts, for the curators and for us.
//!
//! Curators judge families, versions and points in time other than ours, so this finds misses; it is no truth.

mod shared;

use shared::{CODES, Outcome, Row, audits, table};
use trulyopen::framework::mof::{Mode, is_open};
use trulyopen::framework::mof_rule;
use trulyopen::report::Model;
use trulyopen::rules::Rules;

fn main() -> Outcome<()> {
    let corpus = shared::corpus();
    let rules = Rules::load(None)?;
    let rows = table(&corpus.join("truth/curated.tsv"))?;
    let models = audits(&corpus, &rules)?;
    index(&rows, &models);
    components(&rows, &models, &rules);
    Ok(())
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
