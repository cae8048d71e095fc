//! Each bound of `src/net/limits.rs` and of the local readers that no other test reaches: it is named in
//! `incomplete`, and the verdict is no better. Record, card, front matter, names, file lists, base models and
//! datasets: `tests/hostile.rs`; license and redirect bounds of HTTP: `tests/http/faults.rs`.

use crate::support::{HubServer, Run, TempHub, Tool, gaps, list, only_wider, rung, text};
use serde_json::{Value, json};
use std::time::Duration;
use trulyopen::audit::Options;
use trulyopen::census::input::hub::{read as list_of, records as owners_list};
use trulyopen::census::input::{Chunk, Records, Watch};
use trulyopen::net::budget::Budget;
use trulyopen::net::limits;
use trulyopen::rules::Rules;
use trulyopen::session::{Access, Surroundings, audit_all, fetcher};
use trulyopen::target::Target;

/// A model, its card and a chain of base models below it.
fn chain(length: usize) -> TempHub {
    let hub = TempHub::new();
    for i in 0..length {
        let front = match i + 1 < length {
            true => json!({"license": "mit", "base_model": format!("owner{}/n{}", i + 1, i + 1)}),
            false => json!({"license": "mit"}),
        };
        hub.model(&format!("owner{i}/n{i}"), &front, "A model.", &[]);
    }
    hub
}

fn audit(hub: &TempHub, id: &str) -> Run {
    Tool::json().arg(id).dir(hub.path()).run()
}

fn with_budget(hub: &TempHub, budget: Budget, rules: &Rules) -> Value {
    let access = Access { hub: Some(hub.path().to_string_lossy().into_owned()), ..Access::default() };
    let mut fetcher = fetcher(&access, &Surroundings::default()).expect("a fetcher");
    fetcher.budgets.target = budget;
    let target = Target::parse("owner0/n0", &fetcher.endpoints).expect("a target");
    let outcome = audit_all(&fetcher, rules, &Options::default(), &[target], 1).expect("an audit");
    serde_json::to_value(&outcome.models[0]).expect("JSON")
}

#[test]
fn what_one_target_may_use() {
    let rules = Rules::load(None).expect("the built-in rules load");
    let hub = chain(4);
    let all = Budget::TARGET;
    assert_eq!((all.bytes, all.requests, all.time), (limits::TARGET_BYTES, limits::TARGET_REQUESTS, limits::TARGET_TIME));
    let whole = with_budget(&hub, all, &rules);
    assert_eq!((text(&whole, "verdict"), gaps(&whole).len()), ("open-weights", 0));
    let mut names = std::collections::BTreeSet::new();
    let mut check = |budget: Budget, bound: String| {
        let less = with_budget(&hub, budget, &rules);
        assert_eq!(only_wider(&whole, &less), Ok(()), "{budget:?}");
        let said = list(&less, "incomplete").iter().any(|i| text(i, "why") == "not-fetched");
        assert!(said, "{budget:?}: {}", less["incomplete"]);
        assert!(text(&less, "verdict") != "open-weights", "{budget:?}: what was not looked at proves nothing");
        names.insert(less.to_string().contains(&bound));
    };
    for requests in 0..8 {
        check(Budget { requests, ..all }, format!("one audit may use {requests} answers"));
    }
    for bytes in [0, 1, 100, 1_000] {
        check(Budget { bytes, ..all }, format!("one audit may use {bytes} bytes"));
    }
    check(Budget { time: Duration::ZERO, ..all }, "one audit may use 0 s".into());
    assert!(names.contains(&true), "the bound is named");
}

/// A list that is cut off says so, and by which bound: what was listed before is judged, and the rest is no silent absence.
#[test]
fn what_one_list_may_use() {
    let server = HubServer::fixtures();
    server.page_size(1);
    let with = |change: &dyn Fn(&mut Budget)| {
        let access = Access { hub: Some(server.base().to_string()), no_cache: true, ..Access::default() };
        let mut fetcher = fetcher(&access, &Surroundings::default()).expect("a fetcher");
        change(&mut fetcher.budgets.list);
        change(&mut fetcher.budgets.owner_list);
        fetcher
    };
    let watch = Watch { progress: &|_| {}, say: &|_| {} };
    let listed = |change: &dyn Fn(&mut Budget)| {
        let (mut models, mut broken) = (0, Vec::new());
        let mut sink = |chunk: Chunk| {
            match chunk.records {
                Records::Lines(lines) => models += lines.iter().filter(|b| **b == b'\n').count(),
                Records::Broken(why) => broken.push(why),
                Records::Rows(_) => {}
            }
            true
        };
        list_of(&with(change), None, &mut sink, &mut 0, &watch).expect("it is read");
        (models, broken.join("; "))
    };
    let owner = |change: &dyn Fn(&mut Budget)| owners_list(&with(change), "allenai", &watch).expect("a runtime");
    let (all, gaps) = listed(&|_| {});
    assert!(all > 20 && gaps.is_empty(), "{all} {gaps}");
    assert!(owner(&|_| {}).is_ok_and(|records| records.len() > 1));
    for (change, bound) in [
        (&(|b: &mut Budget| b.requests = 2) as &dyn Fn(&mut Budget), "2 answers"),
        (&|b| b.bytes = 1_500, "1500 bytes"),
        (&|b| b.time = Duration::ZERO, "0 s"),
    ] {
        let (some, why) = listed(change);
        assert!(some < all && why.contains(&format!("one list may use {bound}")), "{some}: {why}");
        let Err(gap) = owner(change) else { panic!("{bound}: the owner's list is whole") };
        assert!(gap.words().contains(&format!("one owner's list may use {bound}")), "{}", gap.words());
    }
}

/// Whoever made both models may license them anew; a base that could not be looked at may be somebody else's.
#[test]
fn a_base_of_the_same_owner_that_is_not_seen_hides_nothing() {
    let rules = Rules::load(None).expect("the built-in rules load");
    let hub = TempHub::new();
    hub.model("owner0/n0", &json!({"license": "mit", "base_model": "owner0/n1"}), "A model.", &[]);
    hub.model("owner0/n1", &json!({"license": "mit", "base_model": "meta-llama/Llama-3.1-8B"}), "A model.", &[]);
    let whole = with_budget(&hub, Budget::TARGET, &rules);
    assert_eq!(text(&whole, "verdict"), "weights-available");
    for requests in 0..8 {
        let less = with_budget(&hub, Budget { requests, ..Budget::TARGET }, &rules);
        assert_eq!(only_wider(&whole, &less), Ok(()), "{requests} answers");
    }
}

#[test]
fn what_a_budget_cut_off_is_saved_as_such() {
    let rules = Rules::load(None).expect("the built-in rules load");
    let (hub, saved) = (chain(3), tempfile::TempDir::new().expect("a directory"));
    let access =
        Access { hub: Some(hub.path().to_string_lossy().into_owned()), save: Some(saved.path().to_path_buf()), ..Access::default() };
    let mut fetcher = fetcher(&access, &Surroundings::default()).expect("a fetcher");
    fetcher.budgets.target = Budget { requests: 3, ..Budget::TARGET };
    let target = Target::parse("owner0/n0", &fetcher.endpoints).expect("a target");
    let outcome = audit_all(&fetcher, &rules, &Options::default(), std::slice::from_ref(&target), 1).expect("an audit");
    let first = serde_json::to_value(&outcome.models[0]).expect("JSON");
    let again = Tool::json().arg("owner0/n0").dir(saved.path()).run().code(3).model();
    assert_eq!(gaps(&first), gaps(&again), "a repeat does not take it for something that is not there");
    assert_eq!(text(&first, "verdict"), text(&again, "verdict"));
}

#[test]
fn lineage_is_followed_so_far() {
    let depth = limits::LINEAGE_DEPTH;
    assert_eq!(text(&audit(&chain(depth + 1), "owner0/n0").code(0).model(), "verdict"), "open-weights");
    let run = audit(&chain(depth + 2), "owner0/n0").code(3);
    assert!(gaps(&run.model()).iter().any(|(_, why)| why == "not-fetched"), "{:?}", gaps(&run.model()));
    assert!(rung(text(&run.model(), "verdict")) < rung("open-weights"), "{}", run.model()["verdict"]);
}

#[test]
fn base_models_of_base_models_of_base_models() {
    // Eight each, eight generations: sixteen million, were there no bound on the whole.
    let hub = TempHub::new();
    let bases = |level: usize, i: usize| -> Vec<String> {
        (0..8).map(|j| format!("owner{}/n{}-{}", level + 1, level + 1, (i * 8 + j) % 400)).collect()
    };
    for level in 0..8 {
        for i in 0..if level == 0 { 1 } else { 400 } {
            hub.model(&format!("owner{level}/n{level}-{i}"), &json!({"license": "mit", "base_model": bases(level, i)}), "A model.", &[]);
        }
    }
    let run = audit(&hub, "owner0/n0-0").code(3);
    assert!(rung(text(&run.model(), "verdict")) < rung("open-weights"));
    assert!(run.stdout.len() < 4 << 20, "{} bytes", run.stdout.len());
}

#[test]
fn legal_texts_of_one_model() {
    let mit = std::fs::read_to_string(crate::support::root().join("tests/data/MIT.txt")).expect("read");
    let hub = TempHub::new();
    let names: Vec<String> = (0..=limits::LICENSE_FILES).map(|i| format!("LICENSE-{i}.txt")).collect();
    let files = |n: usize| -> Vec<(&str, &str)> { names.iter().take(n).map(|f| (f.as_str(), mit.as_str())).collect() };
    hub.model("o/few", &json!({"license": "mit"}), "A model.", &files(limits::LICENSE_FILES));
    hub.model("o/many", &json!({"license": "mit"}), "A model.", &files(limits::LICENSE_FILES + 1));
    assert_eq!(text(&audit(&hub, "o/few").code(0).model(), "verdict"), "open-weights");
    let run = audit(&hub, "o/many").code(3);
    assert!(gaps(&run.model()).iter().any(|(what, why)| what.contains("LICENSE-8") && why == "not-fetched"), "{:?}", gaps(&run.model()));
    assert_eq!(text(&run.model(), "verdict"), "weights-available");
}

#[test]
fn trees_and_configurations() {
    let hub = TempHub::new();
    hub.model("o/n", &json!({"license": "mit"}), "Training code: https://github.com/o/n\n", &[]);
    hub.write("github/o/n/repo.json", r#"{"full_name": "o/n", "license": {"spdx_id": "MIT"}}"#);
    hub.write("github/o/n/tree.json", vec![b' '; limits::TREE_BYTES + 1]);
    let run = audit(&hub, "o/n").code(3);
    assert!(gaps(&run.model()).iter().any(|(_, why)| why == "too-large"), "{:?}", gaps(&run.model()));
    std::fs::remove_dir_all(hub.path().join("github")).expect("remove");
    hub.write("huggingface/models/o/n/config.json", vec![b' '; limits::CONFIG_BYTES + 1]);
    let run = audit(&hub, "o/n").code(3);
    assert!(gaps(&run.model()).iter().any(|(what, why)| what.contains("config.json") && why == "too-large"), "{:?}", gaps(&run.model()));
}

fn string(s: &str) -> Vec<u8> {
    [(s.len() as u64).to_le_bytes().as_slice(), s.as_bytes()].concat()
}

/// Weight files whose license stands behind the bound of what is read of a head.
#[test]
fn a_license_behind_what_is_read_of_a_head() {
    let dir = tempfile::TempDir::new().expect("a directory");
    // Safetensors: 512 entries of metadata.
    let metadata: String = (0..600).map(|i| format!("\"a{i}\": \"x\", ")).collect();
    let head = format!(
        "{{\"__metadata__\": {{{metadata}\"license\": \"cc-by-nc-4.0\"}}, \"w\": {{\"dtype\": \"F16\", \"shape\": [1], \"data_offsets\": [0, 2]}}}}"
    );
    std::fs::write(dir.path().join("m.safetensors"), [string(&head), vec![0; 2]].concat()).expect("write");
    // ONNX: 512 properties.
    let field = |tag: u8, content: &[u8]| [vec![tag, content.len() as u8], content.to_vec()].concat();
    let property = |key: &str, value: &str| field(0x72, &[field(0x0a, key.as_bytes()), field(0x12, value.as_bytes())].concat());
    let mut onnx = vec![8, 9];
    (0..600).for_each(|i| onnx.extend(property(&format!("a{i}"), "x")));
    onnx.extend(property("license", "cc-by-nc-4.0"));
    std::fs::write(dir.path().join("m.onnx"), onnx).expect("write");
    // GGUF: 64 strings of an array.
    let licenses: Vec<u8> = (0..70).flat_map(|i| string(if i < 69 { "mit" } else { "cc-by-nc-4.0" })).collect();
    let gguf = [
        b"GGUF".as_slice(),
        &3u32.to_le_bytes(),
        &0u64.to_le_bytes(),
        &1u64.to_le_bytes(),
        &string("general.license"),
        &9u32.to_le_bytes(),
        &8u32.to_le_bytes(),
        &70u64.to_le_bytes(),
        &licenses,
        &[0; 64],
    ]
    .concat();
    std::fs::write(dir.path().join("m.gguf"), gguf).expect("write");
    for file in ["m.safetensors", "m.onnx", "m.gguf"] {
        let run = Tool::json().arg(format!("./{file}")).cwd(dir.path()).arg("--offline").run().code(3);
        let model = run.model();
        assert!(gaps(&model).iter().any(|(what, why)| what.contains("(header)") && why == "not-fetched"), "{file}: {:?}", gaps(&model));
        assert!(rung(text(&model, "verdict")) < rung("open-weights"), "{file}");
    }
    let many: String = (0..9).map(|_| "LICENSE MIT\n").collect();
    std::fs::write(dir.path().join("Modelfile"), format!("FROM llama3.2\n{many}")).expect("write");
    let run = Tool::json().args(["./Modelfile", "--offline"]).cwd(dir.path()).run().code(3);
    assert_eq!(text(&run.model(), "verdict"), "unknown");
}
