//! Names that no model has: what the hub says of them, and what may have been meant.

use crate::support::{HubServer, TempHub, Tool, fixture_hub, list, text};
use serde_json::json;

/// What is printed for people beside the report.
fn help(tool: Tool) -> String {
    let run = tool.run().code(3);
    run.stderr.lines().find(|l| l.starts_with("help: ")).unwrap_or_default().to_string()
}

#[test]
fn a_hub_is_asked_for_similar_names() {
    let server = HubServer::fixtures();
    let audit = |name: &str| Tool::json().arg(name).hub(&server);
    assert_eq!(help(audit("deepseek-r1")), "help: deepseek-r1 is not known; models of a similar name: deepseek-ai/DeepSeek-R1");
    assert!(help(audit("alenai/OLMo-2-1124-7B")).contains("allenai/OLMo-2-1124-7B"));
    assert!(server.requests("/api/models?search=OLMo-2-1124-7B").len() == 1);
    assert_eq!(help(audit("acme/unheard-of")), "");
    // A name that is there costs no search.
    let server = HubServer::fixtures();
    Tool::json().arg("microsoft/phi-4").hub(&server).run().code(0);
    assert!(server.requests("search=").is_empty());
}

#[test]
fn without_a_hub_the_names_on_this_machine_are_compared() {
    let of = |tool: Tool| help(tool.arg("deepseek-r1"));
    let right = "help: deepseek-r1 is not known; models of a similar name: deepseek-ai/DeepSeek-R1";
    assert_eq!(of(Tool::json().dir(&fixture_hub())), right);
    // The sample is in the binary.
    assert_eq!(of(Tool::json().arg("--offline")), right);
    let (server, cache) = (HubServer::fixtures(), tempfile::TempDir::new().expect("a directory"));
    Tool::json().arg("Qwen/Qwen2.5-7B-Instruct").hub(&server).env("TRULYOPEN_CACHE", cache.path()).run();
    let kept = Tool::json().arg("qwen2.5-7b-instruct").hub(&server).env("TRULYOPEN_CACHE", cache.path()).arg("--offline");
    assert!(help(kept).contains("Qwen/Qwen2.5-7B-Instruct"));
}

#[test]
fn what_is_no_model_is_said_to_be_none() {
    let hub = TempHub::new();
    for kind in ["datasets", "spaces"] {
        hub.write(&format!("huggingface/{kind}/acme/{kind}/info.json"), json!({ "id": format!("acme/{kind}") }).to_string().as_bytes());
    }
    let server = HubServer::serve(hub.path());
    for (name, kind) in [("acme/datasets", "dataset"), ("acme/spaces", "space")] {
        for tool in [Tool::json().hub(&server), Tool::json().dir(hub.path())] {
            let model = tool.arg(name).run().code(3).model();
            assert_eq!(model["verdict"], "unknown");
            let findings = list(&model, "findings");
            let finding = findings.iter().find(|f| f["rule"] == "name/other-kind").unwrap_or_else(|| panic!("{findings:?}"));
            assert_eq!(text(finding, "message"), format!("{name} is a {kind}, not a model"));
        }
    }
}
