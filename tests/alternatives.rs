//! `trulyopen alternatives`: over real HTTP against the hub's list, over a directory, and over saved audits.

mod support;

use serde_json::{Value, json};
use support::{Fault, HubServer, TempHub, Tool, list, text};
use tempfile::TempDir;

const MISTRAL: &str = "mistralai/Mistral-7B-v0.1";
const OLMO: &str = "allenai/OLMo-2-1124-7B";
const LIST: &str = "/api/models?pipeline_tag=text-generation&";

fn alternatives() -> Tool {
    Tool::new().args(["alternatives", "--format", "json"])
}

fn ids(answer: &Value) -> Vec<&str> {
    list(answer, "alternatives").iter().map(|a| text(a, "id")).collect()
}

/// An entry of the hub's list, as `expand[]` has it.
fn entry(id: &str, downloads: u64, gated: Value, tags: &[&str]) -> Value {
    json!({"id": id, "pipeline_tag": "text-generation", "downloads": downloads, "gated": gated, "private": false, "tags": tags})
}

fn page() -> Vec<u8> {
    let open = &["license:apache-2.0", "dataset:x/y"][..];
    json!([
        entry("Qwen/Qwen2.5-7B", 900, json!(false), &["license:apache-2.0"]),
        entry("meta-llama/Llama-3.1-8B", 800, json!("manual"), &["license:llama3.1"]),
        entry("bigcode/starcoder2-7b", 700, json!(false), &["license:bigcode-openrail-m"]),
        entry("Qwen/Qwen2.5-72B", 600, json!(false), open),
        entry("EleutherAI/pythia-6.9b", 50, json!(false), open),
        entry(OLMO, 40, json!(false), open),
        entry("nobody/gone-7b", 30, json!(false), open),
        entry("deepseek-ai/DeepSeek-R1", 20, json!(false), open),
        entry(MISTRAL, 10, json!(false), open),
        {"not": "a model"}
    ])
    .to_string()
    .into_bytes()
}

#[test]
fn candidates_of_the_hubs_list_are_audited() {
    let server = HubServer::fixtures();
    server.always(LIST, Fault::Body(page()));
    let answer = alternatives().args([MISTRAL, "--at-least", "open-source-open-data"]).hub(&server).run().code(0).document();
    assert_eq!(ids(&answer), [OLMO]);
    let found = &list(&answer, "alternatives")[0];
    assert_eq!((text(found, "verdict"), text(found, "proven_by"), text(found, "ship")), ("open-source-open-data", "audit", "yes"));
    assert_eq!((found["size_ratio"].as_f64(), text(found, "license")), (Some(1.0), "Apache-2.0"));
    let considered = &answer["compared"]["considered"];
    assert_eq!(
        considered,
        &json!({"listed": 8, "other_task": 0, "other_size": 1, "size_not_known": 1, "closed_off": 1, "license": 1, "lower": 0, "left": 4})
    );
    assert_eq!((answer["compared"]["audited"].as_u64(), text(&answer, "at_least")), (Some(4), "open-source-open-data"));
    // Data whose license is not known; a model that is not there can be nothing.
    assert_eq!(answer["undecided"], json!(["EleutherAI/pythia-6.9b"]));
    // One page, and nobody is asked twice for the model itself.
    assert_eq!(server.requests(LIST).len(), 1);
    let asked = server.requests(LIST)[0].path.clone();
    assert!(asked.contains("sort=downloads") && asked.contains("&limit=1000") && asked.contains("expand[]=safetensors"), "{asked}");
    // What was left out was not audited.
    assert_eq!(server.requests("/api/models/Qwen/Qwen2.5-72B").len(), 0);
    let table = Tool::new().args(["alternatives", MISTRAL, "--at-least", "open-source"]).hub(&server).run().code(0).stdout;
    insta::assert_snapshot!("alternatives_table", table);
    let lines = Tool::new().args(["alternatives", MISTRAL, "--at-least", "open-source", "--format", "jsonl"]).hub(&server).run().stdout;
    let of = |l: &str| serde_json::from_str::<Value>(l).expect("JSON")["id"].clone();
    assert_eq!(lines.lines().map(of).collect::<Vec<_>>(), [json!(OLMO), json!("EleutherAI/pythia-6.9b")]);
}

#[test]
fn one_rung_higher_is_the_default() {
    let server = HubServer::fixtures();
    server.always(LIST, Fault::Body(page()));
    let llama = alternatives().arg("meta-llama/Llama-3.1-8B").hub(&server).run().code(0).document();
    assert_eq!(text(&llama, "at_least"), "open-weights");
    // The most open first; what is restricted is not among them.
    assert_eq!(ids(&llama)[0], OLMO);
    assert!(ids(&llama).contains(&"Qwen/Qwen2.5-7B") && !ids(&llama).contains(&"bigcode/starcoder2-7b"), "{llama}");
    let one = alternatives().args(["meta-llama/Llama-3.1-8B", "--limit", "1"]).hub(&server).run().code(0).document();
    assert_eq!((ids(&one), one["more"].as_u64()), (vec![OLMO], Some(ids(&llama).len() as u64 - 1)));
    // Nothing stands above the highest rung.
    let olmo = alternatives().arg(OLMO).hub(&server).run().code(0).document();
    assert!(text(&olmo, "note").contains("no rung is higher") && ids(&olmo).is_empty());
}

#[test]
fn what_could_not_be_known() {
    // No list: nothing was found, and that is no answer.
    let server = HubServer::fixtures();
    server.always(LIST, Fault::broken());
    let answer = alternatives().args([MISTRAL, "--at-least", "open-source"]).hub(&server).run().code(3).document();
    assert_eq!(text(&list(&answer, "incomplete")[0], "what"), "the hub's list");
    let server = HubServer::fixtures();
    server.always(LIST, Fault::html());
    alternatives().args([MISTRAL, "--at-least", "open-source"]).hub(&server).run().code(3);
    // A list on which nothing fits is an answer.
    let server = HubServer::fixtures();
    server.always(LIST, Fault::Body(b"[]".to_vec()));
    let answer = alternatives().args([MISTRAL, "--at-least", "open-source"]).hub(&server).run().code(0).document();
    assert!(ids(&answer).is_empty());
    // No such model, and a model without a task.
    let answer = alternatives().arg("nobody/nothing").fixtures().run().code(3).document();
    assert_eq!(answer["alternatives"], json!([]));
    let answer = alternatives().arg("mistralai/Mistral-7B-v0.3").fixtures().run().code(3).document();
    assert!(text(&list(&answer, "incomplete")[0], "why").contains("--task"), "{answer}");
    alternatives().args(["mistralai/Mistral-7B-v0.3", "--task", "text-generation", "--at-least", "open-source"]).fixtures().run().code(0);
    // A model that is only sold behind an API has no record at all; what it is for has to be said.
    let sold = ["gpt-4o", "--task", "text-generation", "--size", "7B", "--at-least", "open-source"];
    assert_eq!(ids(&alternatives().args(sold).fixtures().run().code(0).document())[0], OLMO);
    for wrong in
        [&["gpt-4o", "--size", "huge"][..], &["gpt-4o", "--at-least", "great"], &["gpt-4o", "--from", "nowhere.json"], &["two words"]]
    {
        alternatives().args(wrong).args(["--task", "text-generation", "--offline"]).run().code(2);
    }
}

#[test]
fn a_directory_and_saved_audits_are_lists_too() {
    let answer = alternatives().args([MISTRAL, "--at-least", "open-source"]).fixtures().run().code(0).document();
    assert!(ids(&answer).contains(&OLMO), "{answer}");
    let audits = TempDir::new().expect("a directory");
    let (lines, document) = (audits.path().join("a.jsonl"), audits.path().join("a.json"));
    let models = [OLMO, MISTRAL, "Qwen/Qwen2.5-7B", "bigscience/bloom"];
    Tool::audit().args(models).args(["--format", "jsonl", "-o"]).arg(&lines).fixtures().run().code(0);
    Tool::json().args(models).arg("-o").arg(&document).fixtures().run().code(0);
    let flat = audits.path().join("flat.jsonl");
    let line = json!({"id": "a/open-8B", "verdict": "open-source", "task": "text-generation", "license": "MIT", "downloads": 3});
    std::fs::write(&flat, format!("{line}\n{{\"id\": \"x/other\"}}\n")).expect("write");
    for (file, expected) in [(&lines, OLMO), (&document, OLMO), (&flat, "a/open-8B")] {
        let answer = alternatives().args([MISTRAL, "--at-least", "open-source", "--from"]).arg(file).fixtures().run().code(0).document();
        assert_eq!(ids(&answer), [expected], "{}", file.display());
        let found = &list(&answer, "alternatives")[0];
        assert_eq!((text(found, "proven_by"), answer["compared"]["audited"].is_null()), ("file", true));
    }
    for broken in ["{", "[]", "{\"x\": 1}", ""] {
        std::fs::write(&flat, broken).expect("write");
        alternatives().args([MISTRAL, "--at-least", "open-source", "--from"]).arg(&flat).fixtures().run().code(2);
    }
}

#[test]
fn a_hostile_list_steers_nothing() {
    let hub = TempHub::new();
    hub.model("o/n-7b", &json!({"license": "llama2", "pipeline_tag": "text-generation"}), "# N", &[]);
    let server = HubServer::serve(hub.path());
    let evil = json!([
        entry("../../etc/passwd", 1, json!(false), &["license:mit"]),
        entry("a/b-7b\u{1b}[31m", 1, json!(false), &["license:mit"]),
        {"id": "a/deep-7b", "tags": {"x": []}, "downloads": -1, "safetensors": {"total": "many"}, "pipeline_tag": 7}
    ]);
    server.always(LIST, Fault::Body(evil.to_string().into_bytes()));
    let args = ["alternatives", "o/n-7b", "--task", "text-generation", "--at-least", "open-source"];
    let run = Tool::new().args(args).hub(&server).run().code(0);
    assert_eq!(support::steering_characters(&run.stdout), [' '; 0]);
    assert_eq!(server.requests("passwd").len(), 0);
}
