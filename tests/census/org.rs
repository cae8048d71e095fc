//! `audit --org`, long lists and `--resume`.

use crate::support;
use serde_json::Value;
use std::time::Duration;
use support::{Fault, HubServer, Run, Tool};
use tempfile::TempDir;

fn rows(run: &Run) -> Vec<Value> {
    run.stdout.lines().map(|l| serde_json::from_str(l).expect("a line of JSON")).collect()
}

fn verdicts(run: &Run) -> Vec<String> {
    rows(run).iter().map(|r| format!("{} {} {}", r["target"], r["verdict"], r["verdict_possible"])).collect()
}

fn owner_with_most() -> (String, Vec<String>) {
    let mut by_owner = std::collections::BTreeMap::<String, Vec<String>>::new();
    for id in support::fixture_models() {
        if let Some((owner, _)) = id.split_once('/') {
            by_owner.entry(owner.to_string()).or_default().push(id.clone());
        }
    }
    by_owner.into_iter().max_by_key(|(_, ids)| ids.len()).expect("models")
}

#[test]
fn an_organisation_is_audited_as_its_models_are() {
    let (owner, ids) = owner_with_most();
    let hub = HubServer::fixtures();
    hub.page_size(1);
    let org = Tool::audit().args(["--org", &owner, "--format", "jsonl"]).hub(&hub).run();
    let each = Tool::audit().args(&ids).args(["--format", "jsonl"]).hub(&HubServer::fixtures()).run();
    assert_eq!(verdicts(&org), verdicts(&each), "{}", org.stderr);
    assert_eq!(hub.requests("/api/models?").len(), ids.len(), "a request a page");
    for id in &ids {
        assert!(hub.requests(&format!("/api/models/{id}?")).is_empty(), "the record of {id} came with the list");
    }
    let saved = Tool::audit().args(["--org", &owner, "--format", "jsonl"]).fixtures().run();
    assert_eq!(verdicts(&saved), verdicts(&each));
}

#[test]
fn cards_are_read_only_where_the_verdict_depends_on_them() {
    let dir = TempDir::new().expect("a folder");
    let model = |name: &str, license: &str, file: &str| {
        let at = dir.path().join("huggingface/models/acme").join(name);
        std::fs::create_dir_all(&at).expect("created");
        let info = serde_json::json!({"id": format!("acme/{name}"), "gated": false, "private": false, "tags": [format!("license:{license}")],
            "cardData": {"license": license}, "config": {"architectures": ["X"]}, "siblings": [{"rfilename": "README.md"}, {"rfilename": file}]});
        std::fs::write(at.join("info.json"), info.to_string()).expect("written");
        std::fs::write(at.join("README.md"), format!("---\nlicense: {license}\n---\n# {name}\n")).expect("written");
    };
    model("bound", "cc-by-nc-4.0", "model.safetensors");
    model("empty", "mit", "notes.txt");
    model("open", "mit", "model.safetensors");
    let hub = HubServer::serve(dir.path());
    let saved = TempDir::new().expect("a folder");
    let run = Tool::audit().args(["--org", "acme", "--format", "jsonl", "--save-evidence"]).arg(saved.path()).hub(&hub).run();
    assert_eq!(hub.requests("/resolve/").iter().filter(|r| r.path.contains("README.md")).count(), 1, "{:?}", hub.paths());
    let got: Vec<(String, String)> = rows(&run).iter().map(|r| (r["target"].to_string(), r["verdict"].to_string())).collect();
    let want = [("bound", "weights-available"), ("empty", "closed"), ("open", "open-weights")];
    assert_eq!(got.len(), 3);
    for ((target, verdict), (name, wanted)) in got.iter().zip(want) {
        assert!(target.contains(name) && verdict.contains(wanted), "{target}: {verdict}");
    }
    assert_eq!(run.code, 0, "what was not asked for is no gap: {}", run.stderr);
    assert!(run.stderr.contains("2 models were decided by the record alone"), "{}", run.stderr);
    // From what was saved, the answer is the same.
    let again = Tool::audit().args(["--org", "acme", "--format", "jsonl"]).dir(saved.path()).run();
    assert_eq!(verdicts(&again), verdicts(&run), "{}", again.stderr);
}

#[test]
fn an_organisation_that_cannot_be_listed_is_a_gap() {
    let hub = HubServer::fixtures();
    let none = Tool::audit().args(["--org", "nobody-at-all", "--format", "jsonl"]).hub(&hub).run();
    assert_eq!((none.code, none.stderr.contains("no models on this hub")), (3, true), "{}", none.stderr);
    hub.always("/api/models?", Fault::broken());
    let broken = Tool::audit().args(["--org", "allenai", "--format", "jsonl"]).hub(&hub).run();
    assert_eq!((broken.code, broken.stderr.contains("could not be listed")), (3, true), "{}", broken.stderr);
    let wrong = Tool::audit().args(["--org", "a/b"]).hub(&hub).run();
    assert_eq!(wrong.code, 2);
}

#[test]
fn a_run_goes_on_where_it_was_stopped() {
    let dir = TempDir::new().expect("a folder");
    let state = dir.path().join("audits.state");
    let list = support::fixture_models().join("\n");
    let whole = |format: &str| Tool::audit().args(["--from", "-", "--format", format]).fixtures().stdin(&list).run();
    let hub = HubServer::fixtures();
    let first: String = support::fixture_models().iter().step_by(2).map(|i| format!("{i}\n")).collect();
    let resume = |input: &str, format: &str| {
        Tool::audit().args(["--from", "-", "--format", format, "--resume"]).arg(&state).dir(&support::fixture_hub()).stdin(input).run()
    };
    resume(&first, "json");
    // The machine stopped in the middle of a line.
    let mut bytes = std::fs::read(&state).expect("a state");
    let lines = bytes.iter().filter(|b| **b == b'\n').count();
    assert_eq!(lines, first.lines().count() + 1);
    bytes.extend_from_slice(b"{\"target\":\"o/half\",\"mod");
    std::fs::write(&state, bytes).expect("written");
    for format in ["json", "notice", "jsonl", "table"] {
        let got = resume(&list, format);
        assert_eq!(got.stdout, whole(format).stdout, "{format}: {}", got.stderr);
    }
    let again = std::fs::read(&state).expect("a state");
    assert_eq!(again.iter().filter(|b| **b == b'\n').count(), list.lines().count() + 1, "nothing is audited twice");
    drop(hub);
    // Other options are another run.
    let other = Tool::audit().args(["--from", "-", "--strict", "--resume"]).arg(&state).fixtures().stdin(&list).run();
    assert_eq!((other.code, other.stderr.contains("other rules, options")), (2, true), "{}", other.stderr);
    // A file of somebody else is left alone.
    let theirs = dir.path().join("notes.txt");
    std::fs::write(&theirs, "my notes").expect("written");
    let refused = Tool::audit().args(["o/n", "--resume"]).arg(&theirs).fixtures().run();
    assert_eq!((refused.code, std::fs::read(&theirs).expect("there")), (2, b"my notes".to_vec()));
}

#[test]
fn what_failed_for_now_is_tried_again() {
    let dir = TempDir::new().expect("a folder");
    let state = dir.path().join("audits.state");
    let hub = HubServer::fixtures();
    hub.fault("/api/models/openai/gpt-oss-20b", 1, Fault::limited(3600));
    let run = || Tool::json().args(["openai/gpt-oss-20b", "--resume"]).arg(&state).hub(&hub).run();
    assert_eq!(run().code, 3);
    let second = run();
    assert!(second.stdout.contains("\"verdict\": \"open-weights\""), "{}", second.stdout);
    let requests = hub.log().len();
    assert_eq!(run().stdout, second.stdout);
    assert_eq!(hub.log().len(), requests, "what is done is not asked for");
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_a_state() {
    let dir = TempDir::new().expect("a folder");
    let state = dir.path().join("audits.state");
    let hub = HubServer::with_latency(&support::fixture_hub(), Duration::from_millis(40));
    let ids = support::fixture_models();
    let tool = || Tool::audit().args(&ids).args(["--format", "jsonl", "--jobs", "1", "--resume"]).arg(&state).hub(&hub);
    let (mut command, _home) = tool().into_command();
    let child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().expect("it starts");
    let lines = || std::fs::read(&state).map_or(0, |b| b.iter().filter(|b| **b == b'\n').count());
    while lines() < 3 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let stopped = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(stopped.success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stderr).contains("goes on from there"));
    let done = lines() - 1;
    assert!(done < ids.len(), "it was stopped on its way");
    let rest = tool().run();
    let whole = Tool::audit().args(&ids).args(["--format", "jsonl"]).hub(&hub).run();
    assert_eq!(rest.stdout, whole.stdout);
}
