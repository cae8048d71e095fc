//! `fixtures/hub` is true to itself: digests and sizes hold, it stays small, every model has the verdict
//! that a reader of its facts would give it, and every rung has a model.

mod support;

use serde_json::Value;
use std::collections::BTreeMap;
use support::{Tool, files_below, fixture_hub, fixture_models, list, root, rung, text};
use trulyopen::digest::{git_blob_id, sha256};

/// What is embedded in the binary.
const MOST_BYTES: u64 = 800_000;

fn records(below: &str, name: &str) -> Vec<(std::path::PathBuf, Value)> {
    let dir = fixture_hub().join(below);
    let records = files_below(&dir).into_iter().filter(|f| f.ends_with(&format!("/{name}"))).map(|f| dir.join(f));
    records.map(|path| (path.clone(), serde_json::from_slice(&std::fs::read(path).expect("read")).expect("JSON"))).collect()
}

/// Checks that the files beside a record are in its list, with their true size and digest.
fn check(dir: &std::path::Path, own: &[&str], listed: &BTreeMap<&str, (&str, u64)>) -> usize {
    let on_disk: Vec<String> = files_below(dir).into_iter().filter(|f| !own.contains(&f.as_str())).collect();
    for file in &on_disk {
        let at = dir.join(file);
        let bytes = std::fs::read(&at).expect("read");
        let entry = listed.get(file.as_str()).unwrap_or_else(|| panic!("{} is not in the list", at.display()));
        assert_eq!(*entry, (git_blob_id(&bytes).as_str(), bytes.len() as u64), "{}", at.display());
    }
    on_disk.len()
}

#[test]
fn files_on_disk_are_those_of_the_lists() {
    let mut checked = 0;
    for kind in ["models", "datasets"] {
        for (path, info) in records(&format!("huggingface/{kind}"), "info.json") {
            let dir = path.parent().expect("a parent");
            let id =
                dir.strip_prefix(fixture_hub().join("huggingface").join(kind)).expect("below").to_string_lossy().replace("_legacy/", "");
            assert_eq!(text(&info, "id"), id);
            let siblings = list(&info, "siblings");
            let names: Vec<&str> = siblings.iter().map(|s| text(s, "rfilename")).collect();
            assert!(names.is_sorted(), "{id}: its files are not sorted");
            let listed =
                siblings.iter().map(|s| (text(s, "rfilename"), (text(s, "blobId"), s["size"].as_u64().expect("a size")))).collect();
            checked += check(dir, &["info.json"], &listed);
        }
    }
    for (path, tree) in records("github", "tree.json") {
        let dir = path.parent().expect("a parent");
        let blobs = list(&tree, "tree").iter().filter(|e| e["type"] == "blob");
        let listed = blobs.map(|e| (text(e, "path"), (text(e, "sha"), e["size"].as_u64().expect("a size")))).collect();
        checked += check(dir, &["tree.json", "repo.json", "releases.json"], &listed);
        let repo: Value = serde_json::from_slice(&std::fs::read(dir.join("repo.json")).expect("a record")).expect("JSON");
        assert!(dir.ends_with(text(&repo, "full_name")), "{}", dir.display());
    }
    for (path, list_file) in records("modelscope/models", "files.json") {
        let dir = path.parent().expect("a parent");
        for file in list(&list_file["Data"], "Files") {
            let Ok(bytes) = std::fs::read(dir.join(text(file, "Path"))) else { continue };
            assert_eq!(
                (text(file, "Sha256"), file["Size"].as_u64()),
                (sha256(&bytes).as_str(), Some(bytes.len() as u64)),
                "{}",
                dir.display()
            );
            checked += 1;
        }
    }
    for (path, manifest) in records("ollama", "manifest.json") {
        let dir = path.parent().expect("a parent");
        let layers = list(&manifest, "layers").iter().chain([&manifest["config"]]);
        let digests: Vec<&str> = layers.map(|l| text(l, "digest")).collect();
        for file in files_below(dir).iter().filter(|f| *f != "manifest.json") {
            let digest = format!("sha256:{}", sha256(&std::fs::read(dir.join(file)).expect("read")));
            assert!(digests.contains(&digest.as_str()), "{}/{file}", dir.display());
            checked += 1;
        }
    }
    assert!(checked > 120, "{checked} files were checked");
}

#[test]
fn it_stays_small() {
    let size: u64 = files_below(&fixture_hub()).iter().map(|f| fixture_hub().join(f).metadata().expect("metadata").len()).sum();
    assert!(size < MOST_BYTES, "{size} bytes");
}

/// `tests/data/verdicts.tsv` says what a reader of the facts concludes, and where the program still
/// errs.
#[test]
fn every_model_has_the_verdict_that_its_facts_support() {
    let table = std::fs::read_to_string(root().join("tests/data/verdicts.tsv")).expect("the table");
    let rows: Vec<Vec<&str>> = table.lines().filter(|l| !l.starts_with('#')).map(|l| l.split('\t').collect()).collect();
    let ids: Vec<&str> = rows.iter().map(|r| r[0]).collect();
    assert_eq!(ids, fixture_models(), "one row a model, sorted");
    let models = Tool::json().args(&ids).fixtures().run().models();
    let mut wrong = Vec::new();
    for (row, model) in rows.iter().zip(&models) {
        let [_, verdict, possible, component, why, today] = row[..] else { panic!("six columns: {row:?}") };
        assert!(!why.is_empty() && rung(verdict) <= rung(possible), "{row:?}");
        let about = model["reasons"][0]["components"][0].as_str().unwrap_or("-");
        let is = (text(model, "verdict"), text(model, "verdict_possible"), about);
        let right = [verdict, possible, component].join("/");
        assert_ne!(today, right, "{row:?}");
        let expected = if today.is_empty() { &right } else { today };
        let is = [is.0, is.1, is.2].join("/");
        if is == right && !today.is_empty() {
            wrong.push(format!("{}: the defect is gone, so its note has to go from the table", row[0]));
        } else if is != expected {
            wrong.push(format!("{}: {is}, expected {expected}: {why}; {}", row[0], model["reasons"]));
        }
        // A defect may be too strict, never too open.
        assert!(rung(text(model, "verdict")) <= rung(verdict), "{}: more open than its facts", row[0]);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for verdict in ["closed", "weights-available", "open-weights", "open-source", "open-source-open-data"] {
        assert!(rows.iter().any(|r| r[1] == verdict), "no model is {verdict}");
    }
    assert!(rows.iter().any(|r| r[1] != r[2]), "no open question anywhere");
}

/// What no other tool tells apart.
#[test]
fn r1_and_olmo_2_differ_and_one_line_says_why() {
    let run = Tool::audit().args(["deepseek-ai/DeepSeek-R1", "allenai/OLMo-2-1124-7B"]).fixtures().run().code(0);
    let (r1, olmo) = run.stdout.split_once("open-source-open-data  allenai/OLMo-2-1124-7B").expect("both scorecards");
    let why: Vec<&str> = r1.lines().filter(|l| l.starts_with("Why not open-source: ")).collect();
    assert_eq!(why.len(), 1, "{r1}");
    assert!(why[0].contains("training code"), "{why:?}");
    assert!(!olmo.contains("Why not"), "{olmo}");
}
