//! Draws cards of the corpus at random and prints what is concluded of each, for a person to read beside the
//! card: `cargo run --example card_sample -- CORPUS SEED COUNT`. The same seed draws the same cards; a count
//! of 0 takes all. Cards that say nothing of training are left out: there is nothing to be wrong about.

#[path = "shared/records.rs"]
#[allow(dead_code)] // The stream of numbers is all that is used.
mod records;
#[path = "shared/mod.rs"]
mod shared;

use records::Random;
use shared::{Outcome, audit_cards};
use std::path::Path;
use trulyopen::report::{ComponentOut, Model};
use trulyopen::rules::Rules;
use trulyopen::vocabulary::{ComponentId, Pillar};

fn main() -> Outcome<()> {
    let corpus = shared::corpus();
    let number = |n: usize| std::env::args().nth(n).and_then(|a| a.parse::<u64>().ok());
    let (seed, count) = (number(2).unwrap_or(1), usize::try_from(number(3).unwrap_or(60))?);
    let mut names = model_cards(&corpus)?;
    if count > 0 {
        let mut random = Random::new(seed, 0);
        names.sort_by_cached_key(|_| random.next());
        names.truncate(count);
    }
    names.sort();
    for model in audit_cards(&corpus, &names, &Rules::load(None)?)? {
        print(&model);
    }
    Ok(())
}

/// Ids of models whose card speaks of training.
fn model_cards(corpus: &Path) -> Outcome<Vec<String>> {
    let root = corpus.join("cards");
    let mut out = Vec::new();
    for owner in std::fs::read_dir(&root)? {
        let owner = owner?.path();
        let named = |p: &Path| p.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // Dataset cards and cards from elsewhere.
        if named(&owner) == "datasets" || named(&owner).starts_with('_') {
            continue;
        }
        for model in std::fs::read_dir(&owner)? {
            let model = model?.path();
            let Ok(card) = std::fs::read(model.join("README.md")) else { continue };
            let text = String::from_utf8_lossy(&card).to_lowercase();
            if ["train", "finetun", "fine-tun", "训练", "微调", "学習"].iter().any(|w| text.contains(w)) {
                out.push(format!("{}/{}", named(&owner), named(&model)));
            }
        }
    }
    out.sort();
    Ok(out)
}

fn print(m: &Model) {
    let pillar = |p: Pillar| m.pillars.get(&p).map_or("?", |p| p.status.slug());
    let component = |id: ComponentId| m.components.iter().find(|c| c.id == id);
    println!("### {}", m.target);
    let show = |what: &str, pillar: &str, c: Option<&ComponentOut>| {
        let Some(c) = c else { return };
        println!("  {what}: {pillar} [{}, {}] {}", c.availability, c.basis, c.summary);
        for e in c.evidence.iter().filter(|e| e.lines.is_some()).take(2) {
            println!("      line {}: {}", e.lines.map_or(0, |l| l[0]), e.note);
        }
    };
    show("data", pillar(Pillar::TrainingData), component(ComponentId::Datasets));
    show("code", pillar(Pillar::TrainingCode), component(ComponentId::TrainingCode));
    let bases: Vec<String> = m.lineage.iter().map(|a| format!("{} ({})", a.id, a.relation)).collect();
    println!("  base: {}", bases.join(", "));
    println!(
        "  license: {} {}, effective {:?}",
        pillar(Pillar::License),
        m.license.concluded.as_deref().unwrap_or("none"),
        m.license.effective
    );
    for c in &m.code {
        println!("    code {} [{}]", c.url, c.training);
    }
    for d in &m.datasets {
        println!("    dataset {} [{}] {:?}", d.id, d.role, d.found);
    }
}
