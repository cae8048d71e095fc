//! Measures discovery against projects whose references are known:
//! `cargo run --release --example scan_accuracy -- CORPUS`.
//!
//! `CORPUS/projects/truth.tsv` (or `CORPUS/truth.tsv`) has a file and a model a line, or a project, a file
//! and a model. Whatever else is found is a false positive; datasets, names that the scan says it cannot
//! resolve, and mentions in comments and documents are no claims and are counted apart. A row of the truth whose name does not stand
//! in its file as a whole word contradicts its own file: it is shown, and counted both ways.

mod shared;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Instant;
use trulyopen::rules::Rules;
use trulyopen::scan::{Kind, Options, Scan, scan};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let corpus = shared::corpus();
    let root = if corpus.join("projects/truth.tsv").is_file() { corpus.join("projects") } else { corpus };
    let truth = std::fs::read_to_string(root.join("truth.tsv"))?;
    let mut wanted: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    for row in truth.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()) {
        let columns: Vec<&str> = row.split('\t').map(str::trim).collect();
        let (project, file, name) = match columns.as_slice() {
            [file, name] => (sole_project(&root)?, *file, *name),
            [project, file, name, ..] => ((*project).to_string(), *file, *name),
            _ => continue,
        };
        wanted.entry(project).or_default().insert((file.to_string(), name.to_string()));
    }
    let rules = Rules::load(None)?;
    let mut sum = Sum::default();
    for (project, truth) in &wanted {
        let start = Instant::now();
        let found = scan(&root.join(project), &rules, &Options::default())?;
        println!("{project}: {} files, {} lines, {:.1} ms", found.files, found.lines, start.elapsed().as_secs_f64() * 1e3);
        sum.add(&root.join(project), truth, &found);
    }
    let percent = |a: usize, b: usize| if b == 0 { 100.0 } else { 100.0 * a as f64 / b as f64 };
    println!("recall     {:5.1} %  ({} of {})", percent(sum.right, sum.wanted), sum.right, sum.wanted);
    println!("precision  {:5.1} %  ({} of {})", percent(sum.right, sum.right + sum.wrong), sum.right, sum.right + sum.wrong);
    if sum.doubtful > 0 {
        let (right, all) = (sum.right, sum.wanted - sum.doubtful);
        println!(
            "without {} rows that contradict their file: recall {:.1} % ({right} of {all}), precision {:.1} % ({right} of {})",
            sum.doubtful,
            percent(right, all),
            percent(right, right + sum.wrong - sum.answered),
            right + sum.wrong - sum.answered
        );
    }
    println!("unresolved {}, datasets {}, mentions {}, skipped {}", sum.unresolved, sum.datasets, sum.mentions, sum.skipped);
    Ok(())
}

#[derive(Default)]
struct Sum {
    wanted: usize,
    right: usize,
    wrong: usize,
    doubtful: usize,
    /// False positives that are what a doubtful row should have said.
    answered: usize,
    unresolved: usize,
    datasets: usize,
    mentions: usize,
    skipped: usize,
}

impl Sum {
    fn add(&mut self, project: &Path, truth: &BTreeSet<(String, String)>, found: &Scan) {
        let mut missing = truth.clone();
        let mut seen = BTreeSet::new();
        let mut wrong = Vec::new();
        for r in &found.references {
            let Some(target) = r.target.as_ref() else {
                self.unresolved += 1;
                continue;
            };
            if r.kind == Kind::Dataset {
                self.datasets += 1;
                continue;
            }
            // The truth may have the name as it is written, or as the hub has it.
            let row = [target.clone(), r.written.clone()].into_iter().map(|n| (r.location.file.clone(), n)).find(|row| truth.contains(row));
            match row {
                Some(row) => {
                    missing.remove(&row);
                    seen.insert(row);
                }
                None => {
                    wrong.push((r.location.file.clone(), target.clone(), format!("{}:{} ({})", r.location.file, r.location.line, r.via)))
                }
            }
        }
        wrong.dedup();
        for (file, name) in &missing {
            let text = std::fs::read_to_string(project.join(file)).unwrap_or_default();
            let whole = text
                .match_indices(name.as_str())
                .any(|(i, _)| !text[i + name.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-'));
            let doubt = if whole { "" } else { "  (the name is not in the file)" };
            if !whole {
                self.doubtful += 1;
                self.answered += wrong.iter().filter(|(f, t, _)| f == file && t.starts_with(name.as_str())).count().min(1);
            }
            println!("  missing: {file}: {name}{doubt}");
        }
        for (_, target, place) in &wrong {
            println!("  wrong: {place}: {target}");
        }
        self.wanted += truth.len();
        self.right += seen.len();
        self.wrong += wrong.len();
        self.mentions += found.mentions.len();
        self.skipped += found.skipped.len();
    }
}

/// The one folder beside a truth that names none.
fn sole_project(root: &Path) -> Result<String, std::io::Error> {
    let mut folders: Vec<String> = std::fs::read_dir(root)?
        .filter_map(Result::ok)
        .filter(|e| e.path().is_dir())
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .collect();
    folders.sort();
    Ok(folders.into_iter().next().unwrap_or_default())
}
