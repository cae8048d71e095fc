//! The hubs besides the one of plain names, over real HTTP: what is asked for, what is never read, what each
//! failure becomes, and that saved evidence repeats it.

use crate::support::{Fault, HubServer, OTHER_HUBS as ALL, Tool, gaps, list, text};
use serde_json::Value;
use tempfile::TempDir;

const QWEN: &str = "modelscope:Qwen/Qwen2.5-7B-Instruct";
const LLAMA: &str = "ollama:llama3.1:8b";
const MIDAS: &str = "github:isl-org/MiDaS";
fn audit(server: &HubServer, target: &str) -> Value {
    Tool::json().arg(target).hub(server).run().model()
}

fn findings(model: &Value) -> Vec<&str> {
    list(model, "findings").iter().map(|f| text(f, "rule")).collect()
}

/// Paths of requests that contain a text, without what stands before it.
fn asked(server: &HubServer, prefix: &str) -> Vec<String> {
    server.paths().iter().filter_map(|p| p.strip_prefix(prefix).map(str::to_string)).collect()
}

#[test]
fn modelscope_is_asked_for_record_list_and_small_files() {
    let server = HubServer::fixtures();
    let model = audit(&server, QWEN);
    let commit = text(&model["source"], "revision").to_string();
    assert_eq!((text(&model["source"], "hub"), text(&model["source"], "id")), ("modelscope", "Qwen/Qwen2.5-7B-Instruct"));
    assert_eq!(text(&model["source"], "url"), format!("{}/ms/models/Qwen/Qwen2.5-7B-Instruct", server.base()));
    assert_eq!(commit.len(), 40);
    assert_eq!((text(&model["license"], "concluded"), text(&model["license"], "openness")), ("Apache-2.0", "open"));
    assert_eq!(list(&model["license"], "declared").as_slice(), [Value::from("apache-2.0")], "one license under two names");
    let own = "/ms/api/v1/models/Qwen/Qwen2.5-7B-Instruct";
    assert_eq!(asked(&server, own), ["/repo/files?Revision=master&Recursive=true", "?Revision=master"]);
    let files = asked(&server, "/ms/models/Qwen/Qwen2.5-7B-Instruct/resolve/");
    assert_eq!(files, [format!("{commit}/LICENSE"), format!("{commit}/config.json"), "master/README.md".into()]);
    // Its base is looked up where it is named, its copy on the hub of plain names.
    assert_eq!(asked(&server, "/ms/api/v1/models/Qwen/Qwen2.5-7B?").len(), 1);
    assert!(findings(&model).contains(&"mirror/same-weights"), "{:?}", findings(&model));
    assert!(!findings(&model).contains(&"mirror/license-differs"));
}

#[test]
fn a_copy_under_another_license_is_a_finding() {
    let server = HubServer::fixtures();
    let path = crate::support::fixture_hub().join("huggingface/models/Qwen/Qwen2.5-7B-Instruct/info.json");
    let record = std::fs::read_to_string(path).expect("the fixture").replace("apache-2.0", "cc-by-nc-4.0");
    server.always("/api/models/Qwen/Qwen2.5-7B-Instruct?blobs", Fault::Body(record.into_bytes()));
    let model = audit(&server, QWEN);
    let finding = list(&model, "findings").iter().find(|f| text(f, "rule") == "mirror/license-differs").expect("the finding");
    let message = text(finding, "message");
    assert!(message.contains("Apache-2.0") && message.contains("CC-BY-NC-4.0") && message.contains("the same weights"), "{message}");
    assert_eq!(list(finding, "evidence").len(), 2);
    // A copy that cannot be read is said, and no evidence of this model is missing for it.
    let server = HubServer::fixtures();
    server.always("/api/models/Qwen/Qwen2.5-7B-Instruct?blobs", Fault::limited(900));
    let model = audit(&server, QWEN);
    assert!(findings(&model).contains(&"mirror/not-compared"), "{:?}", findings(&model));
    assert!(gaps(&model).iter().all(|(what, _)| !what.contains("huggingface")), "{:?}", gaps(&model));
}

#[test]
fn an_audit_on_the_hub_of_plain_names_asks_no_other_hub() {
    let server = HubServer::fixtures();
    audit(&server, "Qwen/Qwen2.5-7B-Instruct");
    assert!(server.requests("/ms/").is_empty() && server.requests("/ol/").is_empty());
}

#[test]
fn a_registry_is_asked_for_manifest_configuration_and_license_alone() {
    let server = HubServer::fixtures();
    let model = audit(&server, LLAMA);
    assert_eq!((text(&model["source"], "hub"), text(&model["source"], "id")), ("ollama", "library/llama3.1:8b"));
    assert_eq!(text(&model["source"], "revision").len(), 64);
    let asked = asked(&server, "/ol/v2/library/llama3.1/");
    assert_eq!(asked.iter().filter(|p| p.starts_with("manifests/8b")).count(), 1);
    assert_eq!(asked.len(), 3, "manifest, configuration, one license: {asked:?}");
    assert_eq!(text(&model["license"], "concluded"), "LicenseRef-llama-3.1");
    assert_eq!(list(&model["portability"], "formats").as_slice(), [Value::from("gguf")]);
    // The original that the rules know: what holds for its data and code holds for the copy.
    let original = list(&model, "lineage").first().cloned().expect("the original");
    assert_eq!((text(&original, "id"), text(&original, "relation")), ("meta-llama/Llama-3.1-8B-Instruct", "quantized"));
    assert_eq!(text(&model, "verdict"), "weights-available");
    assert!(findings(&model).contains(&"lineage/original-by-name"), "{:?}", findings(&model));
}

#[test]
fn what_a_registry_does_not_say_is_not_known() {
    let server = HubServer::fixtures();
    let model = audit(&server, "ollama:trulyopen-fixtures/unnamed");
    assert_eq!(text(&model["license"], "openness"), "unknown");
    assert!(findings(&model).contains(&"lineage/original-not-named"), "{:?}", findings(&model));
    assert!(!findings(&model).contains(&"lineage/original-by-name"));
    assert!(!findings(&model).contains(&"license/none"), "a missing layer proves nothing");
    for pillar in ["training-data", "training-code", "license"] {
        assert_eq!(text(&model["pillars"][pillar], "status"), "unknown", "{pillar}");
    }
    assert_eq!(text(&model, "verdict"), "weights-available");
    assert!(gaps(&model).is_empty(), "no card is no gap where none has one: {:?}", gaps(&model));
    // Two texts bind together.
    let both = audit(&server, "ollama:trulyopen-fixtures/two-licenses:1b");
    assert_eq!(text(&both["license"], "concluded"), "Apache-2.0 AND MIT");
    // Both are open, and what binds the original is not known.
    assert_eq!((text(&both["license"], "openness"), text(&both, "verdict")), ("open", "weights-available"));
    assert_eq!(text(&both, "verdict_possible"), "open-source-open-data");
    assert_eq!(list(&both["license"], "texts").len(), 2);
}

#[test]
fn a_code_host_is_asked_three_times() {
    let server = HubServer::fixtures();
    let files = HubServer::fixtures();
    let run = Tool::json()
        .arg(MIDAS)
        .hub(&server)
        .env("TRULYOPEN_GITHUB_RAW", format!("{}/raw", files.base()))
        .env("GITHUB_TOKEN", "gh_fixture")
        .run();
    let model = run.model();
    assert_eq!((text(&model["source"], "hub"), text(&model["source"], "id")), ("github", "isl-org/MiDaS"));
    assert_eq!(asked(&server, "/gh/repos/isl-org/MiDaS"), ["", "/git/trees/HEAD?recursive=1", "/releases?per_page=100"],);
    assert_eq!(text(&model["license"], "concluded"), "MIT");
    let formats: Vec<&str> = list(&model["portability"], "formats").iter().filter_map(Value::as_str).collect();
    assert_eq!(formats, ["pickle"], "the assets of the newest release that has weights");
    // Its own code is inspected: there is code that runs the model, and none that trains it.
    assert_eq!(list(&model, "code").len(), 1);
    let component = |id: &str| list(&model, "components").iter().find(|c| text(c, "id") == id).map(|c| text(c, "availability").to_string());
    assert_eq!(component("training-code").as_deref(), Some("not-found"));
    assert_eq!(component("model-parameters-final").as_deref(), Some("released"));
    // The token goes to the API and nowhere else.
    assert!(server.log().iter().all(|r| r.authorization.as_deref() == Some("Bearer gh_fixture")));
    assert!(!files.log().is_empty() && files.log().iter().all(|r| r.authorization.is_none()));
}

#[test]
fn weights_of_a_code_host_that_are_not_there_may_be_elsewhere() {
    let server = HubServer::fixtures();
    let model = audit(&server, "github:allenai/OLMo");
    assert_eq!(text(&model["pillars"]["weights"], "status"), "unknown");
    assert_ne!(text(&model, "verdict_possible"), "closed");
}

/// Paths at which each hub answers for its model: the record, another part of it, a file.
const PARTS: &[(&str, &str, &str, &str)] = &[
    (QWEN, "/ms/api/v1/models/Qwen/Qwen2.5-7B-Instruct?", "/ms/api/v1/models/Qwen/Qwen2.5-7B-Instruct/repo/files", "/resolve/"),
    (LLAMA, "/ol/v2/library/llama3.1/manifests/", "/blobs/", "/blobs/"),
    (MIDAS, "/gh/repos/isl-org/MiDaS ", "/gh/repos/isl-org/MiDaS/git/trees/", "/raw/isl-org/MiDaS/"),
];

#[test]
fn every_failure_of_a_record_has_its_name() {
    for (target, record, ..) in PARTS {
        for (fault, why) in [
            (Fault::status(404), "missing-or-private"),
            (Fault::limited(1800), "rate-limited"),
            (Fault::html(), "malformed"),
            (Fault::broken(), "server-error"),
            (Fault::Redirect("ftp://example.org/x".into()), "redirect-refused"),
        ] {
            let server = HubServer::fixtures();
            server.always(record, fault.clone());
            let run = Tool::json().arg(target).hub(&server).run().code(3);
            let model = run.model();
            assert_eq!(gaps(&model).first().map(|(_, why)| why.as_str()), Some(why), "{target} {fault:?}");
            assert_eq!(text(&model, "verdict"), "unknown", "{target} {fault:?}");
            if why == "rate-limited" {
                assert_eq!(list(&model, "incomplete")[0]["retry_after_s"], 1800);
            }
        }
        // A short wait is waited for.
        let server = HubServer::fixtures();
        server.fault(record, 1, Fault::limited(1));
        assert_ne!(text(&audit(&server, target), "verdict"), "unknown", "{target}");
    }
}

#[test]
fn a_failure_of_a_part_never_makes_a_verdict_better() {
    let order = ["unknown", "closed", "weights-available", "open-weights", "open-source", "open-source-open-data"];
    let rung = |m: &Value, key: &str| order.iter().position(|v| *v == text(m, key)).expect("a verdict");
    for (target, _, part, file) in PARTS {
        let whole = audit(&HubServer::fixtures(), target);
        for path in [part, file] {
            for fault in [Fault::status(404), Fault::limited(1800), Fault::html(), Fault::Close] {
                let server = HubServer::fixtures();
                server.always(path, fault.clone());
                let model = audit(&server, target);
                assert!(rung(&model, "verdict") <= rung(&whole, "verdict"), "{target} {path} {fault:?}");
                let reasons = &model["reasons"];
                assert!(rung(&model, "verdict_possible") >= rung(&whole, "verdict"), "{target} {path} {fault:?}: {reasons}");
            }
        }
    }
}

#[test]
fn a_list_that_could_not_be_had_is_named_once() {
    for (target, _, part, _) in PARTS.iter().filter(|p| p.0 != LLAMA) {
        let server = HubServer::fixtures();
        server.always(part, Fault::limited(1800));
        let model = Tool::json().arg(target).hub(&server).run().code(3).model();
        let own: Vec<_> = gaps(&model).into_iter().filter(|(what, _)| what.starts_with(target)).collect();
        assert_eq!(own.len(), 1, "{own:?}");
        assert!(own.iter().all(|(what, why)| what.ends_with(".json") && why == "rate-limited"), "{own:?}");
        assert_eq!(text(&model, "verdict"), "unknown");
    }
}

#[test]
fn a_blob_comes_from_elsewhere_and_is_the_one_of_its_digest() {
    // The registry sends clients to a store on another host; no token goes along.
    let store = HubServer::fixtures();
    let server = HubServer::fixtures();
    let manifest = audit(&server, LLAMA);
    let blob = server.paths().iter().filter(|p| p.contains("/blobs/")).cloned().collect::<Vec<_>>();
    for path in &blob {
        server.always(path, Fault::Redirect(format!("{}{path}", store.base())));
    }
    let run = Tool::json().arg(LLAMA).hub(&server).env("GITHUB_TOKEN", "gh_fixture").env("HF_TOKEN", crate::support::server::TOKEN).run();
    assert_eq!(text(&run.model()["license"], "concluded"), text(&manifest["license"], "concluded"));
    assert_eq!(store.log().len(), blob.len());
    assert!(store.log().iter().all(|r| r.authorization.is_none()));
    // Another content is no license.
    let server = HubServer::fixtures();
    server.always("/blobs/", Fault::Body(b"MIT License".to_vec()));
    let model = Tool::json().arg(LLAMA).hub(&server).run().code(3).model();
    assert!(gaps(&model).iter().any(|(_, why)| why == "digest-mismatch"), "{:?}", gaps(&model));
    assert!(findings(&model).contains(&"evidence/digest-mismatch"));
}

#[test]
fn revisions() {
    let server = HubServer::fixtures();
    server.revision("v1.0");
    for (target, why) in [
        ("modelscope:Qwen/Qwen2.5-7B-Instruct@v1.0", None),
        ("modelscope:Qwen/Qwen2.5-7B-Instruct@v9", Some("no-such-revision")),
        ("github:isl-org/MiDaS@v1.0", None),
        ("github:isl-org/MiDaS@v9", Some("no-such-revision")),
        ("ollama:llama3.1:70b", Some("missing-or-private")),
    ] {
        let model = audit(&server, target);
        assert_eq!(gaps(&model).first().map(|(_, why)| why.as_str()), why, "{target}: {:?}", gaps(&model));
    }
}

#[test]
fn saved_evidence_repeats_every_hub() {
    let replay = |dir: &std::path::Path| Tool::json().args(ALL).dir(dir).run().stdout;
    let server = HubServer::fixtures();
    let saved = TempDir::new().expect("a directory");
    let printed = Tool::json().args(ALL).hub(&server).arg("--save-evidence").arg(saved.path()).run().stdout;
    assert!(replay(saved.path()) == printed);
    // What could not be had is repeated too.
    for fault in [Fault::limited(1800), Fault::html(), Fault::status(404)] {
        for (_, record, part, file) in PARTS {
            for path in [record, part, file] {
                let server = HubServer::fixtures();
                server.always(path, fault.clone());
                let saved = TempDir::new().expect("a directory");
                let printed = Tool::json().args(ALL).hub(&server).arg("--save-evidence").arg(saved.path()).run().stdout;
                assert!(replay(saved.path()) == printed, "{path} {fault:?}");
            }
        }
    }
}

#[test]
fn scorecards() {
    for target in ALL {
        let run = Tool::audit().args([target, "-v"]).fixtures().run();
        let name = format!("hub_{}", target.replace([':', '/'], "_"));
        insta::assert_snapshot!(name, run.stdout);
    }
}
