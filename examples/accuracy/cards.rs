//! Cards that were read by hand, beside what is concluded of them (`fixtures/cards-read.tsv`).
//!
//! Each was judged by one of six readers, who saw no answer: what trained the model, which repository holds its training
//! code, whether a base is named. `inherits` is for copies and merges, whose data are those of their base. `sure` is whether
//! the reader thinks that no other careful reader would say otherwise. `seen` is what was looked at when rules were
//! made: all disagreements, or those only in which we were too open.

use crate::confusion::Confusion;
use crate::shared::{Outcome, audit_cards, table};
use std::path::Path;
use trulyopen::report::Model;
use trulyopen::rules::Rules;
use trulyopen::vocabulary::{Pillar, PillarStatus};

/// Prints all of it.
pub fn all(corpus: &Path, rules: &Rules) -> Outcome<()> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cards-read.tsv");
    let rows = table(&file)?;
    let names: Vec<String> =
        rows.iter().map(|r| r["model"].clone()).filter(|n| corpus.join("cards").join(n).join("README.md").is_file()).collect();
    let models = audit_cards(corpus, &names, rules)?;
    let of = |name: &str| models.iter().find(|m| m.target == name);
    let (mut data, mut sure) = (Confusion::default(), Confusion::default());
    let mut counts = Counts::default();
    for row in &rows {
        let Some(model) = of(&row["model"]) else { continue };
        counts.base(row["names-base"] == "yes", model);
        counts.code(&row["repositories"], model);
        let truth = row["training-data"].as_str();
        if truth == "inherits" {
            continue;
        }
        let answer = model.pillars.get(&Pillar::TrainingData);
        let ours = answer.map_or(PillarStatus::Unknown, |p| p.status);
        let said =
            || format!("{}: {ours}, read as {truth} (lines {}); {}", model.target, row["lines"], answer.map_or("", |p| p.summary.as_str()));
        counts.data(truth, ours, row["sure"] == "y");
        data.add(truth, ours.slug(), truth == ours.slug(), said);
        if row["sure"] == "y" {
            sure.add(truth, ours.slug(), truth == ours.slug(), said);
        }
    }
    data.print("Cards read by hand, training data");
    sure.print("Cards read by hand, training data, where the reader was sure");
    counts.print();
    Ok(())
}

/// What the tables do not show.
#[derive(Default)]
struct Counts {
    too_open: [usize; 2],
    closed: [usize; 2],
    called_open: [usize; 2],
    bases: [usize; 2],
    base_of_none: Vec<String>,
    repositories: [usize; 2],
}

impl Counts {
    fn data(&mut self, truth: &str, ours: PillarStatus, sure: bool) {
        let rank = |slug: &str| ["closed", "partial", "open"].iter().position(|s| *s == slug);
        let too_open = rank(ours.slug()).zip(rank(truth)).is_some_and(|(ours, truth)| ours > truth);
        let closed = truth == "closed";
        for at in [Some(0), sure.then_some(1)].into_iter().flatten() {
            self.too_open[at] += usize::from(too_open);
            self.closed[at] += usize::from(closed);
            self.called_open[at] += usize::from(closed && ours == PillarStatus::Open);
        }
    }

    fn base(&mut self, named: bool, model: &Model) {
        if named {
            self.bases[0] += usize::from(!model.lineage.is_empty());
            self.bases[1] += 1;
        } else if let Some(first) = model.lineage.first() {
            self.base_of_none.push(format!("{}: {}", model.target, first.id));
        }
    }

    fn code(&mut self, repositories: &str, model: &Model) {
        if repositories == "-" {
            return;
        }
        let looked = |repository: &str| model.code.iter().any(|c| c.url.to_lowercase().ends_with(&repository.to_lowercase()));
        self.repositories[0] += usize::from(repositories.split(' ').any(looked));
        self.repositories[1] += 1;
    }

    fn print(&self) {
        for (at, which) in ["all", "where the reader was sure"].iter().enumerate() {
            println!(
                "  {which}: too open {}; open where the reader says closed {} of {}",
                self.too_open[at], self.called_open[at], self.closed[at]
            );
        }
        println!(
            "  a base is found in {} of {} cards that name one; in {} that name none",
            self.bases[0],
            self.bases[1],
            self.base_of_none.len()
        );
        println!("  {}", self.base_of_none.join("\n  "));
        println!("  the own repository that the reader found is looked at in {} of {} cards\n", self.repositories[0], self.repositories[1]);
    }
}
