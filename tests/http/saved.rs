//! `--save-evidence` and its replay: the same bytes, also of what could not be had, and no tampering.

use crate::support::{Fault, HubServer, TempHub, Tool, files_below, fixture_models, gaps, text};
use serde_json::json;
use std::path::Path;
use tempfile::TempDir;

/// Audits live, keeps the evidence, and gives back what was printed.
fn live(server: &HubServer, targets: &[&str], dir: &Path) -> String {
    Tool::json().args(targets).hub(server).arg("--save-evidence").arg(dir).run().stdout
}

fn replay(targets: &[&str], dir: &Path) -> String {
    Tool::json().args(targets).dir(dir).run().stdout
}

#[test]
fn a_replay_prints_the_same_bytes() {
    let server = HubServer::fixtures();
    let ids = fixture_models();
    let targets: Vec<&str> = ids.iter().map(String::as_str).collect();
    let saved = TempDir::new().expect("a directory");
    let printed = live(&server, &targets, saved.path());
    assert!(printed.contains(r#""fetched_from": "live""#));
    assert!(replay(&targets, saved.path()) == printed);
    // The copy of the copy too, and it is the same directory.
    let again = TempDir::new().expect("a directory");
    Tool::json().args(&targets).dir(saved.path()).arg("--save-evidence").arg(again.path()).run();
    assert!(replay(&targets, again.path()) == printed);
    let files = files_below(saved.path());
    assert_eq!(files, files_below(again.path()));
    for file in files {
        assert!(std::fs::read(saved.path().join(&file)).ok() == std::fs::read(again.path().join(&file)).ok(), "{file}");
    }
    // Formats for people as well.
    let table = |tool: Tool| tool.args(["allenai/OLMo-2-1124-7B", "microsoft/phi-4", "-v"]).run().stdout;
    assert_eq!(table(Tool::audit().dir(saved.path())), table(Tool::audit().hub(&server)));
}

#[test]
fn what_could_not_be_had_is_repeated_too() {
    let model = "deepseek-ai/DeepSeek-R1";
    for (path, fault) in [
        ("/api/models/", Fault::limited(1800)),
        ("/api/models/", Fault::html()),
        ("/README.md", Fault::broken()),
        ("/LICENSE", Fault::Body(b"another text".to_vec())),
        ("/LICENSE", Fault::status(404)),
        ("/gh/repos/", Fault::Status(403, vec![("X-RateLimit-Remaining", "0".into()), ("Retry-After", "60".into())])),
        ("/raw/", Fault::Redirect("ftp://example.org/x".into())),
        ("/", Fault::Status(403, vec![("X-Error-Code", "GatedRepo".into())])),
    ] {
        let server = HubServer::fixtures();
        server.always(path, fault.clone());
        let saved = TempDir::new().expect("a directory");
        let printed = live(&server, &[model], saved.path());
        assert!(replay(&[model], saved.path()) == printed, "{path} {fault:?}");
    }
}

#[test]
fn revisions_are_repeated_too() {
    let server = HubServer::fixtures();
    server.revision("v1").revision("refs/pr/7");
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let known = text(&Tool::json().arg("microsoft/phi-4").fixtures().run().model()["source"], "revision").to_string();
    for (revision, code) in [("main", 0), ("v1", 0), ("refs/pr/7", 0), (known.as_str(), 0), (&known[..12], 3), ("v2", 3), (commit, 3)] {
        let target = format!("microsoft/phi-4@{revision}");
        let saved = TempDir::new().expect("a directory");
        let run = Tool::json().arg(&target).hub(&server).arg("--save-evidence").arg(saved.path()).run().code(code);
        assert!(replay(&[&target], saved.path()) == run.stdout, "{target}");
        let why = gaps(&run.model());
        assert_eq!(why.first().map(|(_, why)| why.as_str()), (code == 3).then_some("no-such-revision"), "{target}");
    }
}

#[test]
fn two_runs_share_a_directory() {
    let server = HubServer::fixtures();
    let saved = TempDir::new().expect("a directory");
    let models = ["microsoft/phi-4", "openai/whisper-large-v3"];
    let printed = models.map(|m| live(&server, &[m], saved.path()));
    assert_eq!(models.map(|m| replay(&[m], saved.path())), printed);
}

#[test]
fn tampering_is_found() {
    let hub = TempHub::new();
    let text = std::fs::read_to_string(crate::support::root().join("tests/data/MIT.txt")).expect("read");
    hub.model("o/n", &json!({"license": "mit"}), "# Name\n", &[("LICENSE", &text)]);
    let server = HubServer::serve(hub.path());
    let clean = Tool::json().arg("o/n").hub(&server).run().code(0).model();
    for name in ["info.json", "README.md", "LICENSE", "config.json"] {
        for remove in [false, true] {
            let saved = TempDir::new().expect("a directory");
            live(&server, &["o/n"], saved.path());
            let path = saved.path().join("huggingface/models/o/n").join(name);
            let mut bytes = std::fs::read(&path).expect("it was saved");
            bytes.push(b' ');
            if remove {
                std::fs::remove_file(&path).expect("remove")
            } else {
                std::fs::write(&path, bytes).expect("write")
            }
            let model = Tool::json().arg("o/n").dir(saved.path()).run().code(3).model();
            let found = gaps(&model);
            assert_eq!(found.iter().map(|(_, why)| why.as_str()).collect::<Vec<_>>(), ["digest-mismatch"], "{name} {found:?}");
            assert_eq!(crate::support::only_wider(&clean, &model), Ok(()), "{name}");
        }
    }
}

#[test]
fn a_directory_that_cannot_be_used_is_refused_before_anything_is_fetched() {
    let server = HubServer::fixtures();
    let dir = TempDir::new().expect("a directory");
    std::fs::write(dir.path().join("file"), "x").expect("write");
    let save = Tool::json().arg("microsoft/phi-4").hub(&server).arg("--save-evidence").arg(dir.path().join("file/below")).run().code(2);
    assert!(save.stderr.contains("file/below"), "{}", save.stderr);
    assert_eq!(server.paths(), [""; 0]);
    for list in ["", "[]", r#"{"schema_version":"9","fetched_from":"live","endpoints":{},"entries":{}}"#] {
        std::fs::write(dir.path().join("evidence.json"), list).expect("write");
        let run = Tool::json().arg("microsoft/phi-4").dir(dir.path()).run().code(2);
        assert!(run.stderr.contains("evidence.json"), "{}", run.stderr);
    }
}
