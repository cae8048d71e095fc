//! The promise of two waves: everything about a model is asked for in two round trips, one API call for
//! its record, and nothing twice.

use crate::support::{HubServer, TempHub, Tool, fixture_hub, fixture_models, list};
use serde_json::json;
use std::time::Duration;

/// Long enough that requests sent together overlap on a busy machine.
const LATENCY: Duration = Duration::from_millis(400);

#[test]
fn a_model_costs_two_waves_and_one_api_call() {
    // (model, waves): with a card and something named in it, with a base model, without a card, behind
    // a gate, of a legacy kind, and one that does not exist.
    for (model, waves) in [
        ("deepseek-ai/DeepSeek-R1", 2),
        ("allenai/OLMo-2-1124-7B", 2),
        ("Qwen/Qwen2.5-7B-Instruct", 2),
        ("EleutherAI/pythia-6.9b", 2),
        ("meta-llama/Llama-3.2-3B-Instruct", 2),
        ("TheBloke/Llama-2-7B-Chat-GGUF", 2),
        ("sentence-transformers/all-MiniLM-L6-v2", 2),
        ("trulyopen-fixtures/no-card", 2),
        // The second wave asks what else has the name, and which names are similar.
        ("trulyopen-fixtures/no-such-model", 2),
    ] {
        let server = HubServer::with_latency(&fixture_hub(), LATENCY);
        Tool::json().arg(model).hub(&server).run();
        assert_eq!(server.waves(), waves, "{model}: {:#?}", server.paths());
        assert_eq!(server.requests(&format!("/api/models/{model}?")).len(), 1, "{model}: {:#?}", server.paths());
    }
}

#[test]
fn a_generation_of_base_models_costs_one_wave_more() {
    let hub = TempHub::new();
    let made_from = |base: &str| json!({"license": "mit", "base_model": base});
    hub.model("o/child", &made_from("o/parent"), "# Child", &[]);
    hub.model("o/parent", &made_from("o/grandparent"), "# Parent", &[]);
    hub.model("o/grandparent", &json!({"license": "mit"}), "# Grandparent", &[]);
    for (model, waves) in [("o/grandparent", 2), ("o/parent", 2), ("o/child", 3)] {
        let server = HubServer::with_latency(hub.path(), LATENCY);
        let run = Tool::json().arg(model).hub(&server).run().code(0);
        assert_eq!(server.waves(), waves, "{model}: {:#?}", server.paths());
        assert_eq!(list(&run.model(), "lineage").len(), waves - if model == "o/grandparent" { 2 } else { 1 });
    }
}

/// Where a card names no dataset and links a place with data, it is looked at in the second wave, and no further.
#[test]
fn linked_data_cost_no_wave_more() {
    let hub = TempHub::new();
    hub.model("o/c", &json!({"license": "mit"}), "Trained on this [collection](https://huggingface.co/collections/o/ruri-data-0123).", &[]);
    let items = json!([{"type": "dataset", "id": "a/b", "gated": false, "private": false}]);
    hub.write("huggingface/collections/o/ruri-data-0123/info.json", json!({"items": items}).to_string());
    hub.model("o/r", &json!({"license": "mit"}), "Trained on the [ruri](https://github.com/acme/ruri) dataset.", &[]);
    for (model, asked) in [("o/c", "/api/collections/o/ruri-data-0123"), ("o/r", "/repos/acme/ruri/git/trees/HEAD?recursive=1")] {
        let server = HubServer::with_latency(hub.path(), LATENCY);
        Tool::json().arg(model).hub(&server).run();
        assert_eq!(server.waves(), 2, "{model}: {:#?}", server.paths());
        assert_eq!(server.requests(asked).len(), 1, "{model}: {:#?}", server.paths());
    }
}

#[test]
fn every_request_of_one_audit() {
    let server = HubServer::fixtures();
    Tool::json().arg("allenai/OLMo-2-1124-7B").hub(&server).run().code(0);
    insta::assert_snapshot!(server.paths().join("\n"));
}

#[test]
fn nothing_is_asked_for_twice_and_every_request_is_a_plain_get() {
    let server = HubServer::fixtures();
    let models = fixture_models();
    let run = Tool::json().args(&models).args(&models).hub(&server).run();
    assert_eq!(run.models().len(), 2 * models.len());
    let log = server.log();
    assert!(log.iter().all(|r| r.method == "GET" && r.authorization.is_none()));
    let paths = server.paths();
    let twice: Vec<_> = paths.windows(2).filter(|w| w[0] == w[1]).map(|w| &w[0]).collect();
    assert!(twice.is_empty(), "{twice:#?}");
    // No weights, and nothing that a stranger's file name could climb to.
    let bad = |p: &&String| p.contains("/../") || p.contains("..%2F") || p.ends_with(".safetensors") || p.ends_with(".gguf");
    assert_eq!(paths.iter().find(bad), None);
}

#[test]
fn jobs_bound_how_many_models_are_in_flight() {
    let models: Vec<String> = fixture_models().into_iter().filter(|m| m.starts_with("trulyopen-fixtures/no-")).collect();
    let took = |jobs: &str| {
        let server = HubServer::with_latency(&fixture_hub(), LATENCY);
        Tool::json().args(&models).args(["--jobs", jobs]).hub(&server).run();
        server.waves()
    };
    assert_eq!(models.len(), 3);
    assert!(took("1") >= 5, "one after the other");
    assert!(took("16") <= 2, "all at once");
}
