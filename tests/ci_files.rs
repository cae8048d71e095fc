//! The files that bring `trulyopen check` into CI services, as far as they can be tried without them: the
//! YAML is read, and the scripts in it are run with the binary of this build.

mod support;

use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};
use support::{TempHub, text};
use tempfile::TempDir;

fn yaml(path: &str) -> Value {
    let content = std::fs::read_to_string(support::root().join(path)).unwrap();
    serde_saphyr::from_str(&content).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// A project that violates its policy, and the hub that says so.
fn violated() -> (TempDir, TempHub) {
    let hub = TempHub::new();
    hub.model("acme/research-7b", &json!({"license": "cc-by-nc-4.0"}), "A model.", &[]);
    let dir = TempDir::new().unwrap();
    std::fs::write(dir.path().join("trulyopen.toml"), "[require]\nverdict = \"open-weights\"\n").unwrap();
    std::fs::write(dir.path().join("app.py"), "m = AutoModel.from_pretrained(\"acme/research-7b\")\n").unwrap();
    (dir, hub)
}

/// Runs a script as runners do, with nothing of this machine's environment but PATH, in front of which
/// stands the binary.
fn bash(script: &str, dir: &Path, env: &[(&str, &str)]) -> Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_trulyopen"));
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap_or_default());
    Command::new("bash")
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
        .current_dir(dir)
        .env_clear()
        .env("PATH", path)
        .env("HOME", dir)
        .envs(env.iter().copied())
        .output()
        .unwrap()
}

#[test]
fn the_action_checks_and_fails_for_the_right_reason() {
    let action = yaml("action.yml");
    assert_eq!(action["runs"]["using"], "composite");
    let steps = support::list(&action["runs"], "steps");
    for step in steps {
        let script = text(step, "run");
        // What a pull request brings in by an input would be run.
        assert!(!script.contains("${{"), "an expression is pasted into a script: {script}");
        assert!(step.get("shell").is_some(), "a composite step names its shell");
        let parsed = Command::new("bash").args(["-n", "-c", script]).output().unwrap();
        assert!(parsed.status.success(), "{}", String::from_utf8_lossy(&parsed.stderr));
        // Every expression is of an input that is declared, or of the runner's own contexts.
        for value in step["env"].as_object().into_iter().flatten().filter_map(|(_, v)| v.as_str()) {
            if let Some(input) = value.strip_prefix("${{ inputs.").and_then(|v| v.strip_suffix(" }}")) {
                assert!(action["inputs"].get(input).is_some(), "no input {input}");
            } else {
                assert_eq!(value, "${{ github.action_path }}");
            }
        }
    }
    let check = steps.iter().find(|s| s["name"] == "Check").unwrap();
    let (dir, hub) = violated();
    let args = format!("--hub {} --color never", hub.path().display());
    let summary = dir.path().join("summary.md");
    let env = [
        ("BINARY", ""),
        ("CHECK_PATH", "."),
        ("CHECK_ARGS", args.as_str()),
        ("CHECK_FORMAT", "github"),
        ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
    ];
    let out = bash(text(check, "run"), dir.path(), &env);
    let stdout = String::from_utf8_lossy(&out.stdout).into_owned();
    assert_eq!(out.status.code(), Some(1), "{stdout}{}", String::from_utf8_lossy(&out.stderr));
    assert!(stdout.starts_with("::error file=app.py,line=1,"), "{stdout}");
    assert!(std::fs::read_to_string(summary).unwrap().contains("acme/research-7b"));
    // An option that would be run, were it pasted.
    let hostile = [("BINARY", ""), ("CHECK_PATH", "."), ("CHECK_ARGS", "$(touch pwned) ; touch pwned"), ("CHECK_FORMAT", "github")];
    assert_eq!(bash(text(check, "run"), dir.path(), &hostile).status.code(), Some(2));
    assert!(!dir.path().join("pwned").exists());
}

#[test]
fn the_hooks_run_commands_that_are_there() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let manifest: toml::Table = toml::from_str(&std::fs::read_to_string(support::root().join("Cargo.toml")).unwrap()).unwrap();
    for hook in hooks.as_array().unwrap() {
        // Such a hook is installed by `cargo install` from the root of the repository.
        assert_eq!(hook["language"], "rust");
        assert_eq!(hook["pass_filenames"], false);
        assert_eq!(text(hook, "entry").split(' ').next(), manifest["package"]["name"].as_str());
        let (dir, _) = violated();
        let out = bash(text(hook, "entry"), dir.path(), &[("HF_ENDPOINT", "http://127.0.0.1:1"), ("COLUMNS", "100")]);
        // Without lock the one is a mistake; without hub the other cannot know.
        let expected = if text(hook, "entry").contains("--locked") { 2 } else { 3 };
        assert_eq!(out.status.code(), Some(expected), "{}", String::from_utf8_lossy(&out.stderr));
    }
}

#[test]
fn the_gitlab_job_leaves_its_report() {
    let jobs = yaml("ci/gitlab.yml");
    let job = &jobs["trulyopen"];
    let script: Vec<&str> = support::list(job, "script").iter().filter_map(Value::as_str).collect();
    let (dir, hub) = violated();
    // The hub is named on the command line here, since there is none to ask.
    let script = script.join("\n").replace("trulyopen check", &format!("trulyopen check --hub {}", hub.path().display()));
    assert_eq!(bash(&script, dir.path(), &[]).status.code(), Some(1));
    let report = std::fs::read_to_string(dir.path().join(text(&job["artifacts"]["reports"], "junit"))).unwrap();
    assert_eq!(quick_junit::Report::deserialize_from_str(&report).unwrap().failures, 1);
    assert_eq!(job["artifacts"]["when"], "always");
}

#[test]
fn the_image_is_built_with_a_compiler_that_can() {
    let recipe = std::fs::read_to_string(support::root().join("ci/Dockerfile")).unwrap();
    let manifest: toml::Table = toml::from_str(&std::fs::read_to_string(support::root().join("Cargo.toml")).unwrap()).unwrap();
    let needed = manifest["package"]["rust-version"].as_str().unwrap();
    assert!(recipe.contains(&format!("FROM rust:{needed}-slim AS build")), "Cargo.toml asks for {needed}");
    assert!(recipe.contains("ENTRYPOINT [\"trulyopen\"]") && recipe.contains("USER check"));
}
