//! What people and programs are shown, as it is. `INSTA_UPDATE=always cargo test --test snapshots` writes
//! the snapshots anew; read each as its reader would.

mod support;

use support::{TempHub, Tool, fixture_models};
use unicode_width::UnicodeWidthStr;

const R1: &str = "deepseek-ai/DeepSeek-R1";
const OLMO: &str = "allenai/OLMo-2-1124-7B";
const LLAMA: &str = "meta-llama/Llama-3.2-3B-Instruct";
const DISTILL: &str = "deepseek-ai/DeepSeek-R1-Distill-Llama-8B";
const SEVERAL: [&str; 6] = [R1, OLMO, LLAMA, "trulyopen-fixtures/no-weights", "trulyopen-fixtures/modified-mit", "nobody/nothing"];

/// Both streams and the exit code, without what changes with every build.
fn shown(tool: Tool) -> String {
    let run = tool.run();
    let mut out = run.stdout;
    if !run.stderr.is_empty() {
        out += &format!("── standard error ──\n{}", run.stderr);
    }
    if run.code != 0 {
        out += &format!("── exit code {} ──\n", run.code);
    }
    let digest = out.split_once("\"rules_digest\": \"").and_then(|(_, rest)| rest.split_once('"')).map(|(digest, _)| digest.to_string());
    let out = digest.map_or(out.clone(), |digest| out.replace(&digest, "sha256:RULES"));
    out.replace(env!("CARGO_PKG_VERSION"), "VERSION").replace(&support::root().display().to_string(), "ROOT")
}

fn table(models: &[&str], width: &str, flags: &[&str]) -> String {
    shown(Tool::audit().args(models).args(flags).fixtures().env("COLUMNS", width))
}

#[test]
fn tables() {
    for (name, models, width, flags) in [
        ("several_80", &SEVERAL[..], "80", &[][..]),
        ("several_200", &SEVERAL, "200", &[]),
        ("r1_80", &[R1], "80", &[]),
        ("olmo_80", &[OLMO], "80", &[]),
        ("llama_80", &[LLAMA], "80", &[]),
        ("distill_80", &[DISTILL], "80", &[]),
        ("adapter_80", &["trulyopen-fixtures/adapter-only"], "80", &[]),
        ("hostile_80", &["trulyopen-fixtures/hostile"], "80", &[]),
        ("r1_200", &[R1], "200", &[]),
        ("r1_loud", &[R1], "100", &["-v"]),
        ("llama_strict", &["microsoft/phi-4"], "100", &["--strict"]),
        ("colour", &["microsoft/phi-4"], "80", &["--color", "always"]),
    ] {
        insta::assert_snapshot!(format!("table_{name}"), table(models, width, flags).replace('\u{1b}', "␛"));
    }
}

/// Cells that a text takes on a terminal that knows its colours.
fn cells(line: &str) -> usize {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().map_or(0, UnicodeWidthStr::width);
    parts.fold(first, |sum, part| sum + part.split_once('m').map_or(part, |(_, rest)| rest).width())
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let models = fixture_models();
    let ids: Vec<&str> = models.iter().map(String::as_str).collect();
    // Names as long as hubs allow them, and text without a place to break.
    let hub = TempHub::new();
    let long = format!("{}/{}", "o".repeat(96), "n".repeat(96));
    hub.model(
        &long,
        &serde_json::json!({"license": "x".repeat(200), "base_model": long}),
        &format!("# {}\n\nTrained on 训练数据{}.", "h".repeat(300), "数".repeat(300)),
        &[],
    );
    for width in [70, 80, 100, 109, 110, 200] {
        for flags in [&[][..], &["--color", "always"]] {
            let out = table(&ids, &width.to_string(), flags)
                + &shown(Tool::audit().args([&long, &long]).dir(hub.path()).args(flags).env("COLUMNS", width.to_string()));
            let wide: Vec<&str> = out.lines().filter(|l| cells(l) > width).collect();
            assert!(wide.is_empty(), "wider than {width}: {wide:#?}");
            assert!(!out.lines().any(|l| l.ends_with(' ')), "blanks at the end of a line");
        }
    }
}

#[test]
fn documents() {
    insta::assert_snapshot!("json", shown(Tool::json().args([R1, LLAMA]).fixtures()));
    insta::assert_snapshot!("jsonl", shown(Tool::audit().args([R1, "nobody/nothing", "--format", "jsonl"]).fixtures()));
}

#[test]
fn help() {
    for (name, arguments) in [
        ("all", &["--help"][..]),
        ("audit", &["audit", "--help"]),
        ("license", &["license", "--help"]),
        ("explain", &["explain", "--help"]),
        ("short", &["-h"]),
        ("none", &[]),
    ] {
        insta::assert_snapshot!(format!("help_{name}"), shown(Tool::new().args(arguments)));
    }
}

#[test]
fn explanations() {
    for id in ["open-weights", "training-code", "LicenseRef-llama-3.1", "user-cap", "license/text-modified", "quantized"] {
        insta::assert_snapshot!(format!("explain_{}", id.replace('/', "_")), shown(Tool::new().args(["explain", id])));
    }
    insta::assert_snapshot!("explain_json", shown(Tool::new().args(["explain", "user-cap", "--format", "json"])));
}

#[test]
fn licenses() {
    let modified = std::fs::read_to_string(support::root().join("tests/data/MIT.txt"))
        .expect("read")
        .replace("without restriction", "without restriction, except for services with more than a million users");
    for (name, tool) in [
        ("of_an_id", Tool::new().args(["license", "llama3.1"])),
        ("of_an_id_json", Tool::new().args(["license", "Apache-2.0", "--format", "json"])),
        ("of_a_text", Tool::new().args(["license", "tests/data/MIT.txt"])),
        ("of_a_text_json", Tool::new().args(["license", "tests/data/MIT.txt", "--format", "json"])),
        ("of_a_changed_text", Tool::new().args(["license", "-"]).stdin(&modified)),
        ("of_no_license", Tool::new().args(["license", "-"]).stdin("Do what you like, as long as it is good.\n")),
    ] {
        insta::assert_snapshot!(format!("license_{name}"), shown(tool));
    }
}

#[test]
fn errors() {
    let rules = tempfile::TempDir::new().expect("a directory");
    std::fs::write(rules.path().join("terms.toml"), "schema = 1\n\n[[term]]\nid = \"x\"\ntitel = \"X\"\n").expect("write");
    let rules = rules.path().to_str().expect("UTF-8");
    let mut all = String::new();
    for arguments in [
        &["audit"][..],
        &["audit", "two words"],
        &["audit", "a/b/c"],
        &["audit", "./nowhere"],
        &["audit", "https://huggingface.co/datasets/a/b"],
        &["audit", "https://example.org/a/b"],
        &["audit", "ollama:a/b/c"],
        &["audit", R1, "--hub", "nowhere"],
        &["audit", R1, "--fail-under", "great"],
        &["audit", R1, "--rules", rules],
        &["audit", "--from", "nowhere.txt"],
        &["explain", "open-wieghts"],
        &["explain", "zzzzzz"],
        &["license", "apahce-2.0"],
        &["aduit", R1],
        &["audit", R1, "--jbos", "3"],
    ] {
        all += &format!("$ trulyopen {}\n{}\n", arguments.join(" "), shown(Tool::new().args(arguments))).replace(rules, "RULES");
    }
    insta::assert_snapshot!(all);
}
