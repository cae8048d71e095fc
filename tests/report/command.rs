//! `trulyopen report` and `trulyopen diff` as a user runs them.

use crate::support::{Run, TempHub, Tool, copy_tree, files_below, list, text};
use std::path::Path;
use tempfile::TempDir;

const MODELS: [&str; 3] = ["deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "allenai/OLMo-2-1124-7B", "TheBloke/Llama-2-7B-Chat-GGUF"];

fn write(dir: &Path) -> Run {
    Tool::new().arg("report").args(MODELS).fixtures().arg("-o").arg(dir).run()
}

fn verify(dir: &Path) -> Run {
    Tool::new().args(["report", "--verify"]).arg(dir).run()
}

#[test]
fn a_report_has_every_file_and_follows_from_its_evidence() {
    let dir = TempDir::new().expect("a directory");
    let run = write(dir.path()).code(0);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("report on 3 models"));
    let files = files_below(dir.path());
    for name in [
        "NOTICE.txt",
        "audit.json",
        "badge.json",
        "badge.svg",
        "bom.cdx.json",
        "bom.spdx.json",
        "index.html",
        "report.csv",
        "report.md",
        "statement.intoto.json",
        "evidence/evidence.json",
        "evidence/huggingface/models/allenai/OLMo-2-1124-7B/README.md",
    ] {
        assert!(files.iter().any(|f| f == name), "{name} is missing from {files:?}");
    }
    let run = verify(dir.path()).code(0);
    assert!(run.stdout.starts_with("verified: the report on 3 models"), "{}", run.stdout);
}

#[test]
fn the_statement_is_about_the_files() {
    let dir = TempDir::new().expect("a directory");
    write(dir.path()).code(0);
    let read = |name: &str| std::fs::read(dir.path().join(name)).expect(name);
    let statement: serde_json::Value = serde_json::from_slice(&read("statement.intoto.json")).expect("JSON");
    assert_eq!(text(&statement, "_type"), "https://in-toto.io/Statement/v1");
    let subjects = list(&statement, "subject");
    assert_eq!(subjects.len(), 10);
    for subject in subjects {
        assert_eq!(text(&subject["digest"], "sha256"), trulyopen::digest::sha256(&read(text(subject, "name"))));
    }
}

#[test]
fn what_was_changed_afterwards_does_not_hold() {
    let made = TempDir::new().expect("a directory");
    write(made.path()).code(0);
    let card = "evidence/huggingface/models/allenai/OLMo-2-1124-7B/README.md";
    type Change = fn(&Path);
    let changes: [(&str, Change, &str); 6] = [
        ("a page", |d| append(d, "index.html", " "), "index.html is not what the evidence gives"),
        (
            "an answer",
            |d| append(d, "evidence/huggingface/models/allenai/OLMo-2-1124-7B/README.md", " "),
            "is not what the list of evidence says",
        ),
        ("a file more", |d| append(d, "evidence/huggingface/models/allenai/OLMo-2-1124-7B/LICENSE", "MIT"), "is in no list of evidence"),
        (
            "a file less",
            |d| std::fs::remove_file(d.join("evidence/huggingface/models/allenai/OLMo-2-1124-7B/README.md")).expect("removed"),
            "is missing",
        ),
        (
            "a verdict",
            |d| replace(d, "audit.json", "\"verdict\": \"weights-available\"", "\"verdict\": \"open-source\""),
            "the report says open-source, the evidence says weights-available",
        ),
        ("a statement", |d| append(d, "statement.intoto.json", " "), "statement.intoto.json is not about these files"),
    ];
    assert!(made.path().join(card).is_file());
    for (what, change, message) in changes {
        let dir = TempDir::new().expect("a directory");
        copy_tree(made.path(), dir.path());
        change(dir.path());
        let run = verify(dir.path()).code(1);
        assert!(run.stdout.contains(message), "{what}: {}", run.stdout);
        assert!(run.stdout.contains("not verified"), "{what}: {}", run.stdout);
    }
}

fn append(dir: &Path, name: &str, more: &str) {
    let path = dir.join(name);
    let mut bytes = std::fs::read(&path).unwrap_or_default();
    bytes.extend_from_slice(more.as_bytes());
    std::fs::write(path, bytes).expect("written");
}

fn replace(dir: &Path, name: &str, from: &str, to: &str) {
    let path = dir.join(name);
    let text = std::fs::read_to_string(&path).expect("text");
    assert!(text.contains(from), "{name} has no {from}");
    std::fs::write(path, text.replacen(from, to, 1)).expect("written");
}

#[test]
fn two_reports_on_the_same_evidence_are_the_same_bytes() {
    let (one, two) = (TempDir::new().expect("a directory"), TempDir::new().expect("a directory"));
    for dir in [&one, &two, &two] {
        // The second time over an earlier report: nothing of it stays.
        write(dir.path()).code(0);
    }
    let files = files_below(one.path());
    assert_eq!(files, files_below(two.path()));
    for file in files {
        let bytes = |d: &TempDir| std::fs::read(d.path().join(&file)).expect("a file");
        assert!(bytes(&one) == bytes(&two), "{file} differs");
    }
}

#[test]
fn times_come_from_source_date_epoch_alone() {
    let dir = TempDir::new().expect("a directory");
    let tool = Tool::new().arg("report").args(MODELS).fixtures().arg("-o").arg(dir.path());
    tool.env("SOURCE_DATE_EPOCH", "1735689600").run().code(0);
    for name in ["index.html", "report.md", "bom.cdx.json", "bom.spdx.json", "audit.json", "statement.intoto.json"] {
        let text = std::fs::read_to_string(dir.path().join(name)).expect("text");
        assert!(text.contains("2025-01-01T00:00:00Z"), "{name}");
    }
    // It is part of the report: verifying it needs no such variable.
    verify(dir.path()).code(0);
}

#[test]
fn evidence_of_an_earlier_report_is_gone() {
    let dir = TempDir::new().expect("a directory");
    write(dir.path()).code(0);
    std::fs::write(dir.path().join("mine.txt"), "kept").expect("written");
    Tool::new().args(["report", "deepseek-ai/DeepSeek-R1"]).fixtures().arg("-o").arg(dir.path()).run().code(0);
    let files = files_below(dir.path());
    assert!(!files.iter().any(|f| f.contains("OLMo-2")), "{files:?}");
    assert!(files.iter().any(|f| f == "mine.txt"));
    verify(dir.path()).code(0);
}

#[test]
fn a_report_does_not_eat_the_evidence_that_it_reads() {
    let dir = TempDir::new().expect("a directory");
    write(dir.path()).code(0);
    let evidence = dir.path().join("evidence");
    let run = Tool::new().arg("report").args(MODELS).dir(&evidence).arg("-o").arg(dir.path()).run().code(2);
    assert!(run.stderr.contains("would replace"), "{}", run.stderr);
    verify(dir.path()).code(0);
    let other = TempDir::new().expect("a directory");
    Tool::new().arg("report").args(MODELS).dir(&evidence).arg("-o").arg(other.path()).run().code(0);
}

#[test]
fn what_could_not_be_had_is_exit_code_three_and_still_a_report() {
    let dir = TempDir::new().expect("a directory");
    Tool::new().args(["report", "nobody/no-such-model", "allenai/OLMo-2-1124-7B"]).fixtures().arg("-o").arg(dir.path()).run().code(3);
    verify(dir.path()).code(0);
    let page = std::fs::read_to_string(dir.path().join("index.html")).expect("a page");
    assert!(page.contains("does not exist or is private"));
}

#[test]
fn one_format_goes_to_standard_output() {
    let run = Tool::new().args(["report", "allenai/OLMo-2-1124-7B", "--format", "markdown"]).fixtures().run().code(0);
    assert!(run.stdout.starts_with("# Openness of AI models: allenai/OLMo-2-1124-7B"));
}

#[test]
fn mistakes_are_told_before_anything_is_written() {
    let empty = TempDir::new().expect("a directory");
    let run = Tool::new().args(["report", "--verify"]).arg(empty.path()).run().code(2);
    assert!(run.stderr.contains("audit.json"));
    let run = Tool::new().args(["report", "a/b", "--save-evidence", "x"]).fixtures().run().code(2);
    assert!(run.stderr.contains("its own directory"));
    let run = Tool::new().args(["diff", "a/b", "c/d", "--format", "csv"]).fixtures().run().code(2);
    assert!(run.stderr.contains("table, markdown and json"));
    std::fs::write(empty.path().join("audit.json"), "{\"schema_version\": \"2\"}").expect("written");
    Tool::new().args(["report", "--verify"]).arg(empty.path()).run().code(2);
}

#[test]
fn a_difference_begins_with_what_a_reviewer_must_know() {
    let hub = TempHub::new();
    let license = |cap: &str| format!("ACME LICENSE\n\nYou may use the model.\n{cap}\nNo warranty.\n");
    let front = serde_json::json!({"license": "apache-2.0"});
    hub.model("acme/m", &front, "# M\n\nA model.", &[]);
    let saved = hub.path().join("before.json");
    let audit = |out: &Path| Tool::json().arg("acme/m").dir(hub.path()).arg("-o").arg(out).run().code(0);
    audit(&saved);
    let front = serde_json::json!({"license": "llama3.1"});
    hub.model("acme/m", &front, "# M\n\nA model.", &[("LICENSE", &license("Up to 700 million users."))]);
    let run = Tool::new().arg("diff").arg(&saved).arg("acme/m").dir(hub.path()).run().code(0);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert!(lines[1].starts_with("  ▼ verdict proven: open-weights → weights-available (less open)"), "{}", run.stdout);
    let place = |what: &str| lines.iter().position(|l| l.contains(what)).unwrap_or_else(|| panic!("no {what} in {}", run.stdout));
    assert!(place("license binding") < place("term user-cap") && place("term user-cap") < place("obligation ask-above-cap"));
    assert!(place("obligation ask-above-cap") < place("pillar license"));
    assert!(run.stdout.contains("▼ term user-cap new, less open"), "{}", run.stdout);

    let between = hub.path().join("between.json");
    audit(&between);
    hub.model("acme/m", &front, "# M\n\nA model.", &[("LICENSE", &license("Up to 5 users."))]);
    let run = Tool::new().arg("diff").arg(&between).arg("acme/m").dir(hub.path()).args(["--format", "markdown"]).run().code(0);
    assert!(run.stdout.contains("\n-Up to 700 million users.\n+Up to 5 users.\n"), "{}", run.stdout);

    let run = Tool::new().arg("diff").arg("acme/m").arg("acme/m").dir(hub.path()).run().code(0);
    assert!(run.stdout.contains("no difference"), "{}", run.stdout);
    let document = Tool::new().arg("diff").arg(&saved).arg(&between).args(["--format", "json"]).run().code(0).document();
    assert_eq!(text(&list(&list(&document, "models")[0], "changes")[0], "direction"), "less-open");
}

#[test]
fn a_project_is_reported_with_places_and_what_its_policy_says() {
    let project = TempDir::new().expect("a directory");
    let source = "from transformers import AutoModel\nAutoModel.from_pretrained(\"deepseek-ai/DeepSeek-R1\")\n\
                  AutoModel.from_pretrained(\"meta-llama/Llama-3.2-3B-Instruct\")\nAutoModel.from_pretrained(name())\n";
    std::fs::write(project.path().join("app.py"), source).expect("written");
    let report_on = |dir: &Path| Tool::new().arg("report").arg(project.path()).fixtures().arg("-o").arg(dir).run();
    let read = |dir: &Path| -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(dir.join("audit.json")).expect("audit.json")).expect("JSON")
    };

    let dir = TempDir::new().expect("a directory");
    let run = report_on(dir.path()).code(0);
    assert!(run.stderr.contains("app.py:4"), "an unresolved name is said: {}", run.stderr);
    let report = read(dir.path());
    assert!(report["policy"].is_null());
    let used: Vec<(&str, u64)> =
        list(&report, "models").iter().map(|m| (text(m, "target"), m["used_in"][0]["line"].as_u64().unwrap_or(0))).collect();
    assert_eq!(used, [("deepseek-ai/DeepSeek-R1", 2), ("meta-llama/Llama-3.2-3B-Instruct", 3)]);

    std::fs::write(project.path().join("trulyopen.toml"), "[require]\nverdict = \"open-weights\"\n").expect("written");
    let dir = TempDir::new().expect("a directory");
    report_on(dir.path()).code(0);
    let report = read(dir.path());
    let violations = list(&report["policy"], "violations");
    assert!(
        violations.iter().any(|v| text(v, "target") == "meta-llama/Llama-3.2-3B-Instruct" && text(v, "rule") == "policy/verdict"),
        "{violations:?}"
    );
    assert!(!violations.iter().any(|v| text(v, "target") == "deepseek-ai/DeepSeek-R1" && v["severity"] == "error"), "{violations:?}");
    let page = std::fs::read_to_string(dir.path().join("index.html")).expect("a page");
    assert!(page.contains("app.py:3"), "the place is in the page");
    verify(dir.path()).code(0);
}
