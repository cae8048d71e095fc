//! Whole-process and in-process timings: `cargo bench`. Read ratios within one run; machines are noisy.

use std::path::Path;
use std::process::{Command, Stdio};
use trulyopen::audit::Options;
use trulyopen::hosts::Endpoints;
use trulyopen::rules::Rules;
use trulyopen::session::{Access, Surroundings, audit_all, fetcher};
use trulyopen::target::Target;

fn main() {
    divan::main();
}

fn hub() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/hub").to_string_lossy().into_owned()
}

/// The release binary, as a user starts it.
fn process(arguments: &[&str]) {
    let status = Command::new(env!("CARGO_BIN_EXE_trulyopen")).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.is_ok_and(|s| s.success()), "{arguments:?}");
}

/// Cold start: no rules, no hub.
#[divan::bench]
fn process_version() {
    process(&["--version"]);
}

/// Start, load the rules, look one thing up.
#[divan::bench]
fn process_explain() {
    process(&["explain", "open-weights"]);
}

/// One audit from a directory, start included.
#[divan::bench(args = ["deepseek-ai/DeepSeek-R1", "allenai/OLMo-2-1124-7B"])]
fn process_audit_from_directory(model: &str) {
    process(&["audit", model, "--hub", &hub(), "--format", "json"]);
}

#[divan::bench]
fn load_rules() -> Rules {
    Rules::load(None).expect("the built-in rules load")
}

/// Forty audits in one process, rules loaded once.
#[divan::bench]
fn audit_forty_from_directory(bencher: divan::Bencher) {
    let rules = Rules::load(None).expect("the built-in rules load");
    let access = Access { hub: Some(hub()), ..Access::default() };
    let names = ["deepseek-ai/DeepSeek-R1", "allenai/OLMo-2-1124-7B", "meta-llama/Llama-3.2-3B-Instruct", "openai/gpt-oss-20b"];
    let targets: Vec<Target> =
        names.iter().cycle().take(40).map(|n| Target::parse(n, &Endpoints::default()).expect("a model name")).collect();
    bencher.bench_local(|| {
        let fetcher = fetcher(&access, &Surroundings::default()).expect("the fixtures are there");
        audit_all(&fetcher, &rules, &Options::default(), &targets, 16).expect("an audit runs").models.len()
    });
}

/// Identifying license texts, after start.
#[divan::bench(args = ["LICENSE", "tests/data/MIT.txt"])]
fn identify_license(bencher: divan::Bencher, path: &str) {
    let rules = Rules::load(None).expect("the built-in rules load");
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("the text is there");
    bencher.bench_local(|| trulyopen::license::text::identify(&bytes, &rules));
}
