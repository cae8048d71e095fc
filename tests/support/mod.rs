//! What the integration tests share: [`Tool`] runs the real binary in a scrubbed environment,
//! [`HubServer`] is a hub and a code host over real HTTP on 127.0.0.1, [`TempHub`] makes evidence
//! directories for one test.
#![allow(dead_code, unreachable_pub)] // Each test crate uses a part of it.

pub mod front;
pub mod server;
pub mod temp_hub;
pub mod tool;

#[allow(unused_imports)]
pub use server::{Fault, HubServer, Request};
#[allow(unused_imports)]
pub use temp_hub::TempHub;
#[allow(unused_imports)]
pub use tool::{Run, Tool};

use serde_json::Value;
use std::path::{Path, PathBuf};

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `fixtures/hub`.
pub fn fixture_hub() -> PathBuf {
    root().join("fixtures/hub")
}

/// Ids of all models in `fixtures/hub`, sorted.
pub fn fixture_models() -> Vec<String> {
    model_ids(&fixture_hub())
}

/// Models of `fixtures/hub` on the other hubs.
pub const OTHER_HUBS: &[&str] = &[
    "modelscope:Qwen/Qwen2.5-7B-Instruct",
    "modelscope:LLM-Research/Llama-3.2-3B-Instruct",
    "ollama:llama3.1:8b",
    "ollama:qwen2.5:7b",
    "ollama:trulyopen-fixtures/unnamed",
    "ollama:trulyopen-fixtures/two-licenses:1b",
    "github:isl-org/MiDaS",
    "github:snakers4/silero-vad",
];

/// Ids of all models in a directory of evidence, sorted.
pub fn model_ids(hub: &Path) -> Vec<String> {
    let models = hub.join("huggingface/models");
    let mut ids = Vec::new();
    for owner in names(&models) {
        for name in names(&models.join(&owner)) {
            if models.join(&owner).join(&name).join("info.json").is_file() {
                ids.push(if owner == "_legacy" { name } else { format!("{owner}/{name}") });
            }
        }
    }
    ids.sort();
    ids
}

/// Names in a directory, sorted.
pub fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(dir)
        .unwrap_or_else(|e| panic!("{}: {e}", dir.display()))
        .map(|e| e.expect("a directory entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// All files below a directory, relative, `/`-separated, sorted.
pub fn files_below(dir: &Path) -> Vec<String> {
    fn walk(root: &Path, dir: &Path, out: &mut Vec<String>) {
        for name in names(dir) {
            let path = dir.join(name);
            if path.is_dir() {
                walk(root, &path, out);
            } else {
                out.push(path.strip_prefix(root).expect("below").to_string_lossy().replace('\\', "/"));
            }
        }
    }
    let mut out = Vec::new();
    walk(dir, dir, &mut out);
    out.sort();
    out
}

/// Copies a directory tree.
pub fn copy_tree(from: &Path, to: &Path) {
    for file in files_below(from) {
        let target = to.join(&file);
        std::fs::create_dir_all(target.parent().expect("a parent")).expect("create");
        std::fs::copy(from.join(&file), target).expect("copy");
    }
}

/// The string at a place of a document.
pub fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("no string `{key}` in {value}"))
}

/// The list at a place of a document.
pub fn list<'v>(value: &'v Value, key: &str) -> &'v Vec<Value> {
    value[key].as_array().unwrap_or_else(|| panic!("no list `{key}` in {value}"))
}

/// The place of a verdict on the ladder.
pub fn rung(verdict: &str) -> usize {
    let ladder = ["unknown", "closed", "weights-available", "open-weights", "open-source", "open-source-open-data"];
    ladder.iter().position(|v| *v == verdict).unwrap_or_else(|| panic!("`{verdict}` is no verdict"))
}

/// The reasons of a model's `incomplete` list, as `(what, why)`.
pub fn gaps(model: &Value) -> Vec<(String, String)> {
    list(model, "incomplete").iter().map(|i| (text(i, "what").to_string(), text(i, "why").to_string())).collect()
}

/// Characters that steer a terminal or a reader: control characters other than the line break,
/// bidirectional overrides and isolates, zero-width and other invisible ones.
pub fn steering_characters(s: &str) -> Vec<char> {
    let bad = |c: &char| {
        (c.is_control() && *c != '\n')
            || matches!(*c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    s.chars().filter(bad).collect()
}

/// Whether an audit with less evidence says no more than one with all of it: what it proves is no
/// higher, what it holds possible no lower, and the two are in order.
pub fn only_wider(whole: &Value, less: &Value) -> Result<(), String> {
    let rungs = |m: &Value| (rung(text(m, "verdict")), rung(text(m, "verdict_possible")));
    let ((proven, possible), (less_proven, less_possible)) = (rungs(whole), rungs(less));
    if (less_proven, less_possible) == (0, 0) {
        return Ok(()); // Where there is no such model, nothing is said of it.
    }
    let wrong = match () {
        () if less_proven > proven => "better with less evidence",
        () if less_possible < possible => "ruled out with less evidence",
        () if less_possible < less_proven => "possible is below proven",
        () => return Ok(()),
    };
    let shown = |m: &Value| format!("{} (at most {})", text(m, "verdict"), text(m, "verdict_possible"));
    Err(format!("{wrong}: {} became {}", shown(whole), shown(less)))
}

/// Runs cases on a few threads, all of them, and fails where one did.
pub fn in_parallel<T: Send>(cases: Vec<T>, run: impl Fn(T) + Sync) {
    let queue = std::sync::Mutex::new(cases.into_iter());
    let next = || queue.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).next();
    let failed = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(case) = next() {
                    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(case)));
                    failed.fetch_add(usize::from(outcome.is_err()), std::sync::atomic::Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(failed.into_inner(), 0, "cases failed, see above");
}
