//! The cache: hosts are asked whether what is kept still holds, kept answers serve without a host only where
//! the user says so, and damage or another user's token leads to a fetch.

use crate::support::{Fault, HubServer, Tool, files_below, gaps, text};
use serde_json::Value;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const MODEL: &str = "allenai/OLMo-2-1124-7B";

/// An audit with this cache.
fn audit(server: &HubServer, cache: &Path) -> Tool {
    Tool::json().arg(MODEL).hub(server).env("TRULYOPEN_CACHE", cache)
}

/// What an audit says, without where it read it.
fn verdicts(mut model: Value) -> Value {
    let source = model["source"].as_object_mut().expect("a source");
    source.remove("fetched_from");
    source.remove("fetched_at");
    model
}

fn files(cache: &Path, part: &str) -> Vec<PathBuf> {
    files_below(&cache.join(part)).into_iter().map(|f| cache.join(part).join(f)).collect()
}

#[test]
fn what_is_kept_is_asked_about_and_not_sent_again() {
    let server = HubServer::fixtures();
    let cache = TempDir::new().expect("a directory");
    let first = audit(&server, cache.path()).run().code(0).model();
    let asked = server.log().len();
    assert!(server.log().iter().all(|r| !r.conditional));
    let second = audit(&server, cache.path()).run().code(0).model();
    assert_eq!(first, second);
    assert_eq!(text(&second["source"], "fetched_from"), "live");
    let again: Vec<_> = server.log().into_iter().skip(asked).collect();
    assert!(again.iter().any(|r| r.conditional), "{again:?}");
    // Files that the record names by digest need no question at all.
    assert!(again.len() < asked, "{} of {asked}", again.len());
    assert!(!again.iter().any(|r| r.path.contains("/LICENSE") && r.path.contains("/resolve/")), "{again:?}");
}

#[test]
fn an_age_that_the_user_accepts_needs_no_host() {
    let server = HubServer::fixtures();
    let cache = TempDir::new().expect("a directory");
    let first = audit(&server, cache.path()).run().code(0).model();
    let asked = server.log().len();
    let kept = audit(&server, cache.path()).args(["--max-age", "1h"]).run().code(0).model();
    assert_eq!(server.log().len(), asked);
    assert_eq!(text(&kept["source"], "fetched_from"), "cache");
    assert!(text(&kept["source"], "fetched_at").ends_with('Z'));
    assert_eq!(verdicts(kept), verdicts(first));
    // Too old for whoever accepts nothing.
    audit(&server, cache.path()).args(["--max-age", "0s"]).run().code(0);
    assert!(server.log().len() > asked);
}

#[test]
fn offline_is_from_the_cache_or_not_at_all() {
    let server = HubServer::fixtures();
    let cache = TempDir::new().expect("a directory");
    let first = audit(&server, cache.path()).run().code(0).model();
    let asked = server.log().len();
    let kept = audit(&server, cache.path()).arg("--offline").run().code(0);
    assert_eq!(text(&kept.model()["source"], "fetched_from"), "cache");
    assert_eq!(verdicts(kept.model()), verdicts(first));
    let table = Tool::audit().arg(MODEL).hub(&server).env("TRULYOPEN_CACHE", cache.path()).arg("--offline").run().code(0);
    assert!(table.stdout.contains("from the cache as it was at"), "{}", table.stdout);
    let other = Tool::json().args(["microsoft/phi-4", "--offline"]).hub(&server).env("TRULYOPEN_CACHE", cache.path()).run().code(3).model();
    assert!(gaps(&other).iter().any(|(_, why)| why == "offline"), "{:?}", gaps(&other));
    for off in [audit(&server, cache.path()).args(["--offline", "--no-cache"]), audit(&server, Path::new("off")).arg("--offline")] {
        assert_eq!(off.run().code(3).model()["verdict"], "unknown");
    }
    assert_eq!(server.log().len(), asked);
}

#[test]
fn a_replay_of_kept_evidence_says_the_same() {
    let server = HubServer::fixtures();
    let (cache, saved) = (TempDir::new().expect("a directory"), TempDir::new().expect("a directory"));
    audit(&server, cache.path()).run().code(0);
    let printed = audit(&server, cache.path()).arg("--offline").arg("--save-evidence").arg(saved.path()).run().code(0).stdout;
    assert_eq!(Tool::json().arg(MODEL).dir(saved.path()).run().code(0).stdout, printed);
}

#[test]
fn damage_is_fetched_again() {
    let server = HubServer::fixtures();
    let cache = TempDir::new().expect("a directory");
    let first = audit(&server, cache.path()).run().code(0).model();
    for spoil in [&b"something else"[..], b""] {
        for file in files(cache.path(), "content").into_iter().chain(files(cache.path(), "index")) {
            std::fs::write(file, spoil).expect("the cache can be spoilt");
        }
        // Offline, damage is as good as nothing.
        assert_eq!(audit(&server, cache.path()).arg("--offline").run().code(3).model()["verdict"], "unknown");
        assert_eq!(audit(&server, cache.path()).run().code(0).model(), first);
        assert_eq!(verdicts(audit(&server, cache.path()).arg("--offline").run().code(0).model()), verdicts(first.clone()));
    }
    // An index that leads to another content than it says.
    for file in files(cache.path(), "content") {
        std::fs::write(file, b"{}").expect("the cache can be spoilt");
    }
    let shown = Tool::new().args(["cache", "verify", "--format", "json"]).env("TRULYOPEN_CACHE", cache.path()).run().code(0).document();
    assert!(shown["damaged"].as_u64() > Some(5), "{shown}");
    let shown = Tool::new().args(["cache", "show", "--format", "json"]).env("TRULYOPEN_CACHE", cache.path()).run().code(0).document();
    assert_eq!(shown["damaged"], 0, "{shown}");
}

#[test]
fn a_changed_answer_replaces_the_kept_one() {
    let server = HubServer::fixtures();
    let cache = TempDir::new().expect("a directory");
    audit(&server, cache.path()).run().code(0);
    server.fault("/api/models/", 1, Fault::status(429));
    let limited = audit(&server, cache.path()).run().code(3).model();
    assert_eq!(limited["verdict"], "unknown", "a kept answer does not stand in for one that could not be had");
    server.fault("/api/models/allenai", 1, Fault::html());
    audit(&server, cache.path()).run().code(3);
    // What was malformed is not kept in its place.
    audit(&server, cache.path()).run().code(0);
}

#[test]
fn an_answer_to_a_token_is_for_that_token() {
    let server = HubServer::fixtures();
    let cache = TempDir::new().expect("a directory");
    let token = crate::support::server::TOKEN;
    audit(&server, cache.path()).env("HF_TOKEN", token).run().code(0);
    let stranger = audit(&server, cache.path()).arg("--offline").run().code(3).model();
    assert_eq!(stranger["verdict"], "unknown");
    audit(&server, cache.path()).env("HF_TOKEN", token).arg("--offline").run().code(0);
    for file in files(cache.path(), "index").into_iter().chain(files(cache.path(), "content")) {
        let bytes = std::fs::read(&file).expect("a file of the cache");
        assert!(!String::from_utf8_lossy(&bytes).contains(token), "{} holds the token", file.display());
    }
}

#[test]
fn many_processes_share_one_cache_within_its_bounds() {
    let server = HubServer::fixtures();
    let cache = TempDir::new().expect("a directory");
    let first = audit(&server, cache.path()).run().code(0).model();
    crate::support::in_parallel((0..6).collect(), |_| {
        assert_eq!(verdicts(audit(&server, cache.path()).run().code(0).model()), verdicts(first.clone()));
    });
    let shown = |tool: Tool| tool.args(["cache", "show", "--format", "json"]).env("TRULYOPEN_CACHE", cache.path()).run().code(0).document();
    let before = shown(Tool::new());
    assert!(before["answers"].as_u64() > Some(5) && before["damaged"] == 0, "{before}");
    // The bound is held at the end of a run that wrote.
    let everything: Vec<String> = crate::support::fixture_models();
    let tiny = || Tool::json().args(&everything).hub(&server).env("TRULYOPEN_CACHE", cache.path()).env("TRULYOPEN_CACHE_SIZE", "0");
    tiny().run();
    assert_eq!(shown(Tool::new())["answers"], 0);
    assert_eq!(Tool::new().args(["cache", "clean"]).env("TRULYOPEN_CACHE", cache.path()).run().code(0).stdout.lines().count(), 1);
    Tool::json().arg(MODEL).hub(&server).env("TRULYOPEN_CACHE_SIZE", "much").run().code(2);
}

#[test]
fn a_cache_that_cannot_be_written_keeps_nothing_and_harms_nothing() {
    let server = HubServer::fixtures();
    let file = TempDir::new().expect("a directory");
    let blocked = file.path().join("a file");
    std::fs::write(&blocked, b"").expect("a file");
    audit(&server, &blocked).run().code(0);
    audit(&server, &blocked.join("below")).run().code(0);
}
