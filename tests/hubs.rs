//! Every command on models of the other hubs, from `fixtures/hub`.

mod support;

use std::path::Path;
use support::{OTHER_HUBS, Tool, list, text};
use tempfile::TempDir;

fn write(dir: &Path, name: &str, content: &str) {
    std::fs::write(dir.join(name), content).expect("write");
}

/// A project that loads a model from ModelScope and pulls one from Ollama.
fn project() -> TempDir {
    let dir = TempDir::new().expect("a directory");
    write(dir.path(), "app.py", "from modelscope import snapshot_download\nsnapshot_download(\"Qwen/Qwen2.5-7B-Instruct\")\n");
    write(dir.path(), "run.sh", "ollama pull llama3.1:8b\n");
    write(dir.path(), "trulyopen.toml", "schema = 1\n[require]\nverdict = \"open-weights\"\n");
    dir
}

fn check(dir: &Path) -> Tool {
    Tool::new().args(["check", "--format", "json"]).cwd(dir)
}

#[test]
fn a_gate_judges_them_and_the_lock_keeps_them() {
    let dir = project();
    let run = check(dir.path()).fixtures().run().code(1);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let of = |rule: &str| -> Vec<String> {
        list(&report, "violations").iter().filter(|v| text(v, "rule") == rule).map(|v| text(v, "model").to_string()).collect()
    };
    assert_eq!(of("policy/verdict"), ["ollama:llama3.1:8b"]);
    assert!(of("evidence/incomplete").is_empty(), "{}", run.stdout);
    // A commit can be named on one hub and not on the other.
    assert!(run.stdout.contains("modelscope:Qwen/Qwen2.5-7B-Instruct@") && !run.stdout.contains("ollama:llama3.1:8b@"));
    check(dir.path()).fixtures().arg("--update-lock").run();
    let lock = std::fs::read_to_string(dir.path().join("trulyopen.lock")).expect("the lock");
    assert!(lock.contains("hub = \"modelscope\"") && lock.contains("hub = \"ollama\"") && lock.contains("id = \"library/llama3.1:8b\""));
    // From the lock, without any hub.
    let locked = check(dir.path()).args(["--locked", "--offline"]).run().code(1);
    assert!(locked.stdout.contains("policy/verdict") && !locked.stdout.contains("lock/"), "{}", locked.stdout);
}

#[test]
fn a_report_is_recomputed_from_its_evidence() {
    let out = TempDir::new().expect("a directory");
    Tool::new().arg("report").args(OTHER_HUBS).fixtures().arg("-o").arg(out.path()).run();
    for file in [
        "evidence/ollama/library/llama3.1/8b/license-1.txt",
        "evidence/modelscope/models/Qwen/Qwen2.5-7B-Instruct/files.json",
        "evidence/github/isl-org/MiDaS/releases.json",
    ] {
        assert!(out.path().join(file).is_file(), "{file}");
    }
    Tool::new().args(["report", "--verify"]).arg(out.path()).run().code(0);
    let bom = std::fs::read_to_string(out.path().join("bom.cdx.json")).expect("the bill");
    assert!(bom.contains("pkg:github/isl-org/midas@"));
    assert!(!bom.contains("pkg:modelscope") && !bom.contains("pkg:ollama"), "there are no such types");
}

#[test]
fn two_homes_of_a_model_are_compared() {
    let run =
        Tool::new().args(["diff", "modelscope:Qwen/Qwen2.5-7B-Instruct", "Qwen/Qwen2.5-7B-Instruct", "--format", "json"]).fixtures().run();
    assert!(run.stdout.contains("\"modelscope:Qwen/Qwen2.5-7B-Instruct\"") || run.stdout.contains("modelscope"), "{}", run.stdout);
    // The license is the same, whatever each hub calls it.
    assert!(!run.stdout.contains("\"license.effective\""), "{}", run.stdout);
}

#[test]
fn a_plain_directory_answers_for_every_hub() {
    let models = Tool::json().args(OTHER_HUBS).fixtures().run().models();
    let hubs: Vec<&str> = models.iter().map(|m| text(&m["source"], "hub")).collect();
    let prefixes: Vec<&str> = OTHER_HUBS.iter().filter_map(|t| t.split(':').next()).collect();
    assert_eq!(hubs, prefixes);
    assert!(models.iter().all(|m| text(m, "verdict") != "unknown"));
    assert!(models.iter().all(|m| text(&m["source"], "fetched_from") == "directory"));
}
