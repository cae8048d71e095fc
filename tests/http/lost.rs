//! For every fixture and every answer that its audit rests on: whatever that answer is lost to, the
//! verdict is not better for it, and nothing is ruled out. The losses are written into the list of a
//! saved audit; that HTTP leads to them is tested with the faults.

use crate::support::{HubServer, fixture_models, gaps, in_parallel, only_wider, rung, text};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use tempfile::TempDir;
use trulyopen::audit::Options;
use trulyopen::rules::Rules;
use trulyopen::session::{Access, Surroundings, audit_all, fetcher};
use trulyopen::target::Target;

/// Audits a model in this process.
fn audit(model: &str, hub: &str, save: Option<&Path>, around: &Surroundings, rules: &Rules, strict: bool) -> Value {
    let access = Access { hub: Some(hub.to_string()), save: save.map(Path::to_path_buf), ..Access::default() };
    let fetcher = fetcher(&access, around).expect("a fetcher");
    let target = Target::parse(model, &fetcher.endpoints).expect("a target");
    let outcome = audit_all(&fetcher, rules, &Options { strict, ..Options::default() }, &[target], 1).expect("an audit");
    serde_json::to_value(&outcome.models[0]).expect("JSON")
}

#[test]
fn no_lost_answer_makes_any_verdict_better() {
    let rules = Rules::load(None).expect("the built-in rules load");
    let server = HubServer::fixtures();
    let around = Surroundings {
        moved: [("github_api", format!("{}/gh", server.base())), ("github_raw", format!("{}/raw", server.base()))].into(),
        ..Surroundings::default()
    };
    in_parallel(fixture_models(), |model| {
        let saved = TempDir::new().expect("a directory");
        let clean = audit(&model, server.base(), Some(saved.path()), &around, &rules, false);
        let list = saved.path().join("evidence.json");
        let manifest: Value = serde_json::from_slice(&std::fs::read(&list).expect("it was saved")).expect("JSON");
        let paths: Vec<String> = manifest["entries"].as_object().expect("entries").keys().cloned().collect();
        let without = |lost: &[&String], gap: &str| {
            let mut manifest = manifest.clone();
            for path in lost {
                manifest["entries"][path] = json!({"url": manifest["entries"][path]["url"], "gap": gap});
            }
            std::fs::write(&list, manifest.to_string()).expect("write");
            audit(&model, &saved.path().to_string_lossy(), None, &around, &rules, false)
        };
        let mut wrong = Vec::new();
        let mut check = |lost: &[&String]| {
            let less = without(lost, "server-error");
            if let Err(why) = only_wider(&clean, &less) {
                wrong.push(format!("lost {lost:?}: {why}"));
            }
            let had: BTreeSet<&String> = lost.iter().copied().filter(|p| manifest["entries"][p]["gap"].is_null()).collect();
            if !had.is_empty() && !gaps(&less).iter().any(|(_, why)| why == "server-error") {
                wrong.push(format!("lost without a word: {lost:?}"));
            }
        };
        // One answer at a time, and whole kinds of them.
        paths.iter().for_each(|p| check(&[p]));
        for kind in ["github/", "huggingface/datasets/", "README.md", "LICENSE", "tree.json"] {
            check(&paths.iter().filter(|p| p.starts_with(kind) || p.ends_with(kind)).collect::<Vec<_>>());
        }
        // That something is not there is an answer: it may rule something out, and proves nothing.
        for path in &paths {
            let less = without(&[path], "not-found");
            if rung(text(&less, "verdict")) > rung(text(&clean, "verdict")) {
                wrong.push(format!("better without {path}: {}", less["verdict"]));
            }
        }
        assert!(wrong.is_empty(), "{model}: {wrong:#?}");
    });
}

#[test]
fn strict_never_makes_a_verdict_better() {
    let rules = Rules::load(None).expect("the built-in rules load");
    let hub = crate::support::fixture_hub().to_string_lossy().into_owned();
    for model in fixture_models() {
        let [plain, strict] = [false, true].map(|strict| audit(&model, &hub, None, &Surroundings::default(), &rules, strict));
        assert_eq!(only_wider(&plain, &strict), Ok(()), "{model}");
    }
}
