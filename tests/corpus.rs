//! Audits the whole of a corpus of real records where it is there (`TRULYOPEN_CORPUS`, or
//! `../shared/corpus`): nothing panics, no verdict is more open than any that an expert could defend, and
//! nearly all are among those. Prints the summary table: `cargo test --test corpus -- --nocapture`.

mod support;

use std::path::PathBuf;
use support::{Tool, model_ids, rung, text};

/// The corpus, or a word that it is not there.
fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("TRULYOPEN_CORPUS").map(PathBuf::from);
    let dir = named.unwrap_or_else(|| support::root().join("../shared/corpus"));
    if dir.join("hub/huggingface/models").is_dir() && dir.join("truth/verdicts.tsv").is_file() {
        return Some(dir);
    }
    eprintln!("skipped: no corpus at {} (set TRULYOPEN_CORPUS)", dir.display());
    None
}

#[test]
fn verdicts_on_real_records() {
    let Some(corpus) = corpus() else { return };
    let hub = corpus.join("hub");
    let ids = model_ids(&hub);
    let models = Tool::json().args(&ids).dir(&hub).run().models();
    assert_eq!(models.len(), ids.len());
    let table = Tool::audit().args(&ids).dir(&hub).env("COLUMNS", "140").run();
    let summary: Vec<&str> = table.stdout.lines().take_while(|l| !l.is_empty()).collect();
    println!("{}\n", summary.join("\n"));

    let truth = std::fs::read_to_string(corpus.join("truth/verdicts.tsv")).expect("the truth");
    let (mut judged, mut accepted, mut too_open) = (0, 0, Vec::new());
    for row in truth.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()) {
        let mut cells = row.split('\t');
        let (Some(id), Some(defended)) = (cells.next(), cells.next()) else { panic!("no row: {row}") };
        let Some(model) = models.iter().find(|m| text(m, "target") == id) else {
            println!("{id}: no record");
            continue;
        };
        let defended: Vec<&str> = defended.split('|').collect();
        let verdict = text(model, "verdict");
        judged += 1;
        accepted += usize::from(defended.contains(&verdict));
        if !defended.contains(&verdict) {
            println!("{id}: {verdict}, accepted {}; {}", defended.join("|"), model["reasons"][0]["text"]);
        }
        if defended.iter().all(|d| rung(verdict) > rung(d)) {
            too_open.push(id);
        }
    }
    println!("{accepted} of {judged} verdicts accepted, {} too open", too_open.len());
    assert!(judged > 0, "the truth is about no record");
    assert_eq!(too_open, [""; 0], "more open than any expert could defend");
    assert!(accepted * 100 >= judged * 95, "{accepted} of {judged} accepted");
}

/// A part of every record is lost: still no panic, and no better verdict.
#[test]
fn records_cut_short() {
    let Some(corpus) = corpus() else { return };
    let hub = corpus.join("hub");
    let ids = model_ids(&hub);
    let whole = Tool::json().args(&ids).dir(&hub).run().models();
    let cut = support::TempHub::new();
    for id in &ids {
        let from = hub.join("huggingface/models").join(if id.contains('/') { id.clone() } else { format!("_legacy/{id}") });
        std::fs::create_dir_all(cut.model_dir(id)).expect("create");
        std::fs::copy(from.join("info.json"), cut.model_dir(id).join("info.json")).expect("copy");
        if let Ok(card) = std::fs::read(from.join("README.md")) {
            std::fs::write(cut.model_dir(id).join("README.md"), &card[..card.len() / 2]).expect("write");
        }
    }
    let models = Tool::json().args(&ids).dir(cut.path()).run().models();
    assert_eq!(models.len(), whole.len());
}
