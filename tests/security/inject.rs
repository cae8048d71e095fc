//! Strangers' text through every field that they write, every hub and every local format, into every output:
//! nothing of it steers a terminal, is markup of a page, or is a command to a CI service. What a report can hold
//! beyond that: `tests/report/hostile.rs`; the gate's formats: `tests/gate.rs`.

use crate::support::{Fault, HubServer, Run, TempHub, Tool, fixture_hub, in_parallel, steering_characters};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

const EVIL: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}\u{2066}\u{200b}\u{e0041}\r\n::error file=x::owned\n::set-output name=x::y\n##[error]owned\n=cmd|'/C calc'!A0\n<script>alert(1)</script>\"><img src=x onerror=alert(2)> ]]> --> `x` | [a](javascript:alert(3)) %0A";

/// Fields that have to stay as they are for the record to be that of the model.
const KEEP: &[&str] = &[
    "id",
    "modelId",
    "sha",
    "Sha256",
    "rfilename",
    "Path",
    "Name",
    "Type",
    "type",
    "path",
    "mediaType",
    "digest",
    "Revision",
    "full_name",
    "tag_name",
    "oid",
    "blobId",
    "Code",
    "author",
];

fn poison(value: &mut Value, key: &str, keep: &[&str]) {
    match value {
        Value::String(s) if !keep.contains(&key) => {
            s.push(' ');
            s.push_str(EVIL);
        }
        Value::Array(items) => items.iter_mut().for_each(|v| poison(v, key, keep)),
        Value::Object(map) => map.iter_mut().for_each(|(k, v)| poison(v, k, keep)),
        _ => {}
    }
}

/// The fixtures, with every string of every record poisoned.
fn poisoned(keep: &[&str]) -> TempHub {
    let hub = TempHub::of_fixtures();
    for file in crate::support::files_below(hub.path()) {
        let path = hub.path().join(&file);
        if file.ends_with(".json") {
            let Ok(mut value) = serde_json::from_slice::<Value>(&std::fs::read(&path).expect("read")) else { continue };
            poison(&mut value, "", keep);
            std::fs::write(path, value.to_string()).expect("write");
        } else if file.ends_with(".md") || file.ends_with(".txt") || file.ends_with("LICENSE") {
            let text = String::from_utf8_lossy(&std::fs::read(&path).expect("read")).into_owned();
            std::fs::write(path, format!("{text}\n# Training data {EVIL}\n\nTrained on {EVIL}. License: {EVIL}\n")).expect("write");
        }
    }
    hub
}

/// What an output may not hold, whoever wrote it.
#[track_caller]
fn assert_harmless(run: &Run, format: &str, what: &str) {
    let out = if format == "csv" { run.stdout.replace("\r\n", "\n") } else { run.stdout.clone() };
    assert_eq!(steering_characters(&out), [] as [char; 0], "{what}, {format}");
    assert_eq!(steering_characters(&run.stderr), [] as [char; 0], "{what}, {format}: standard error");
    assert!(
        !run.stderr.lines().any(|l| l.trim_start().strip_prefix("::").is_some_and(|r| r.starts_with(|c: char| c.is_ascii_alphabetic()))),
        "{what}, {format}: {}",
        run.stderr
    );
    assert!(
        !out.lines().any(|l| l.trim_start().strip_prefix("::").is_some_and(|r| r.starts_with(|c: char| c.is_ascii_alphabetic()))),
        "{what}, {format}: {out}"
    );
    let is_json = format.starts_with("json") || matches!(format, "cyclonedx" | "cyclonedx-1.7" | "spdx" | "shields");
    assert!(is_json || !out.contains("##["), "{what}, {format}");
    assert!(!run.stderr.contains("##["), "{what}, {format}: {}", run.stderr);
    match format {
        "json" | "cyclonedx" | "cyclonedx-1.7" | "spdx" | "shields" => {
            serde_json::from_str::<Value>(&out).unwrap_or_else(|e| panic!("{what}, {format}: {e}"));
        }
        "jsonl" => assert!(out.lines().all(|l| serde_json::from_str::<Value>(l).is_ok()), "{what}"),
        "html" | "badge" | "markdown" => {
            let lower = out.to_lowercase();
            // What Markdown makes of it: `tests/report/hostile.rs`.
            for bad in ["<script>alert", "<img src", "href=\"javascript"].into_iter().filter(|_| format != "markdown") {
                assert!(!lower.contains(bad), "{what}, {format}: {bad}");
            }
        }
        "csv" => {
            for cell in out.split("\",\"").flat_map(|c| c.split("\"\n\"")) {
                let cell = cell.trim_start_matches('"').trim_start();
                assert!(!cell.starts_with(['=', '+', '@', '\t']), "{what}: {cell}");
            }
        }
        _ => {}
    }
}

fn formats() -> Vec<&'static str> {
    trulyopen::render::FORMATS.iter().map(|f| f.name).collect()
}

const TARGETS: &[&str] = &[
    "deepseek-ai/DeepSeek-R1",
    "deepseek-ai/DeepSeek-R1-Distill-Llama-8B",
    "allenai/OLMo-2-1124-7B",
    "modelscope:Qwen/Qwen2.5-7B-Instruct",
    "modelscope:LLM-Research/Llama-3.2-3B-Instruct",
    "ollama:llama3.1:8b",
    "ollama:trulyopen-fixtures/unnamed",
    "github:isl-org/MiDaS",
    "github:snakers4/silero-vad",
];

#[test]
fn records_of_every_hub_in_every_format() {
    let hub = poisoned(KEEP);
    let json = Tool::json().args(TARGETS).dir(hub.path()).run();
    // What is shown as escapes was read.
    assert!(json.stdout.contains("owned"), "the poison arrives");
    let read = json.models().iter().filter(|m| m["verdict"] != "unknown").count();
    assert!(read >= 6, "{read} of {} records are still read", TARGETS.len());
    in_parallel(formats(), |format| {
        let run = Tool::audit().args(TARGETS).args(["-vv", "--format", format]).dir(hub.path()).run();
        assert_harmless(&run, format, "records");
    });
    // Where the names are poisoned too, nothing is read, and what is said of it is harmless.
    let all = poisoned(&[]);
    in_parallel(vec!["table", "json", "html", "markdown", "csv"], |format| {
        let run = Tool::audit().args(TARGETS).args(["-vv", "--format", format]).dir(all.path()).run();
        assert_harmless(&run, format, "whole records");
    });
}

#[test]
fn reports_and_differences() {
    let hub = poisoned(KEEP);
    let dir = TempDir::new().expect("a directory");
    let run = Tool::new().arg("report").args(TARGETS).arg("-o").arg(dir.path()).dir(hub.path()).run();
    assert_harmless(&run, "table", "report");
    for file in crate::support::files_below(dir.path()).into_iter().filter(|f| !f.starts_with("evidence/")) {
        let text = String::from_utf8(std::fs::read(dir.path().join(&file)).expect("read")).expect("UTF-8");
        let format = match file.rsplit('.').next() {
            Some("html") => "html",
            Some("csv") => "csv",
            Some("json") => "json",
            Some("md") => "markdown",
            _ => "notice",
        };
        // Files go to no runner.
        let text = trulyopen::text::without_commands(&text).into_owned();
        assert_harmless(&Run { code: 0, stdout: text, stderr: String::new(), took: run.took }, format, &file);
    }
    for format in ["table", "json", "markdown"] {
        let run = Tool::new().args(["diff", TARGETS[0], TARGETS[1], "--format", format]).dir(hub.path()).run();
        assert_harmless(&run, format, "diff");
    }
}

fn string(s: &str) -> Vec<u8> {
    [(s.len() as u64).to_le_bytes().as_slice(), s.as_bytes()].concat()
}

fn gguf(pairs: &[(&str, &str)]) -> Vec<u8> {
    let mut out = [b"GGUF".as_slice(), &3u32.to_le_bytes(), &0u64.to_le_bytes(), &(pairs.len() as u64).to_le_bytes()].concat();
    pairs.iter().for_each(|(key, value)| out.extend([string(key), 8u32.to_le_bytes().to_vec(), string(value)].concat()));
    [out, vec![0xff; 64]].concat()
}

#[test]
fn files_on_this_machine() {
    let dir = TempDir::new().expect("a directory");
    let write = |name: &str, content: &[u8]| std::fs::write(dir.path().join(name), content).expect("write");
    let pairs: Vec<(&str, &str)> = [
        "general.name",
        "general.license",
        "general.license.name",
        "general.license.link",
        "general.architecture",
        "general.tags",
        "general.base_model.0.name",
        "general.base_model.0.organization",
        "general.base_model.0.repo_url",
        "general.source.repo_url",
        "general.dataset.0.repo_url",
    ]
    .map(|k| (k, EVIL))
    .to_vec();
    write("m.gguf", &gguf(&pairs));
    let evil_key = format!("general.{EVIL}");
    write("key.gguf", &gguf(&[(&evil_key, EVIL)]));
    let metadata = json!({"license": EVIL, "title": EVIL, "base_model": EVIL, "dataset": EVIL, EVIL: EVIL, "modelspec.license": EVIL});
    let head = json!({"__metadata__": metadata, "w": {"dtype": EVIL, "shape": [1], "data_offsets": [0, 2]}}).to_string();
    write("m.safetensors", &[string(&head), vec![0; 2]].concat());
    let head = json!({"__metadata__": metadata, "w": {"dtype": "F16", "shape": [1], "data_offsets": [0, 2]}}).to_string();
    write("n.safetensors", &[string(&head), vec![0; 2]].concat());
    write("Modelfile", format!("FROM llama3.2 {EVIL}\nLICENSE \"\"\"{EVIL}\"\"\"\nSYSTEM {EVIL}\n").as_bytes());
    write("Modelfile.from", format!("FROM {}\n", EVIL.replace(['\r', '\n'], " ")).as_bytes());
    write("broken.gguf", b"GGUF\x1b[2J");
    #[cfg(unix)]
    write("\u{1b}[2J\u{202e}\n::error::x.gguf", &gguf(&pairs));
    let files: Vec<String> = crate::support::names(dir.path()).into_iter().map(|n| format!("./{n}")).collect();
    assert!(files.len() >= 7);
    in_parallel(formats(), |format| {
        for file in &files {
            let run = Tool::audit().arg(file).args(["-vv", "--offline", "--format", format]).cwd(dir.path()).run();
            assert_harmless(&run, format, file);
        }
        let run = Tool::audit().arg(dir.path()).args(["-vv", "--offline", "--format", format]).run();
        assert_harmless(&run, format, "the folder");
    });
}

#[test]
fn answers_of_hosts_to_the_doctor_and_to_alternatives() {
    let header: String = EVIL.chars().filter(|c| matches!(*c as u32, 32..=126)).collect();
    let server = HubServer::fixtures();
    server.always("/api/whoami-v2", Fault::Body(json!({"type": "user", "name": EVIL}).to_string().into_bytes()));
    server.always("/gh/rate_limit", Fault::Status(200, vec![("X-RateLimit-Limit", header.clone()), ("X-RateLimit-Remaining", header)]));
    for format in ["table", "json"] {
        let run = Tool::new().args(["doctor", "-v", "--format", format]).hub(&server).env("HF_TOKEN", crate::support::server::TOKEN).run();
        assert_harmless(&run, format, "doctor");
        assert!(run.stdout.contains("owned"), "the poison arrives: {}", run.stdout);
    }
    let page = json!([
        {"id": format!("o/{EVIL}"), "pipeline_tag": EVIL, "downloads": 9, "gated": EVIL, "tags": [EVIL, format!("license:{EVIL}")]},
        {"id": "allenai/OLMo-2-1124-7B", "pipeline_tag": "text-generation", "downloads": 9, "gated": false, "private": false, "tags": ["license:apache-2.0", EVIL]},
    ]);
    server.always("/api/models?", Fault::Body(page.to_string().into_bytes()));
    for format in ["table", "json", "jsonl"] {
        let run = Tool::new().args(["alternatives", "mistralai/Mistral-7B-v0.1", "-v", "--format", format]).hub(&server).run();
        assert_harmless(&run, format, "alternatives");
    }
}

#[test]
fn source_files_and_what_is_said_of_mistakes() {
    let dir = TempDir::new().expect("a directory");
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).expect("write");
    let quoted = EVIL.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "");
    write(
        "a.py",
        &format!(
            "m = AutoModel.from_pretrained(\"o/n\")  # {}\nn = AutoModel.from_pretrained(f\"{{x}}{quoted}\")\n",
            EVIL.replace('\n', " ")
        ),
    );
    write("b.yaml", &format!("model: \"o/n\" # {}\nmodel_name: \"{quoted}\"\n", EVIL.replace(['\n', '\r'], " ")));
    write("Dockerfile", &format!("RUN hf download o/n {}\n", EVIL.replace('\n', " ")));
    for format in ["table", "json", "jsonl"] {
        let run = Tool::new().args(["scan", "-v", "--format", format]).arg(dir.path()).run();
        assert_harmless(&run, format, "scan");
    }
    // Errors that show a line of a file, and arguments.
    write("trulyopen.toml", &format!("[require]\nverdict = \"{quoted}\"\n# {}\nx = 1\n", EVIL.replace(['\n', '\r'], " ")));
    write("mof.yml", &format!("framework: {{name: '{}'}}\n\t{EVIL}\n", EVIL.replace('\'', "''")));
    write("list", &format!("{EVIL}\n"));
    for args in [
        vec!["check", "."],
        vec!["audit", "mof:mof.yml"],
        vec!["audit", "--from", "list"],
        vec!["audit", EVIL],
        vec!["audit", "o/n", "--evidence", "mof.yml", "--offline"],
        vec!["explain", EVIL],
        vec!["license", EVIL],
        vec!["audit", "o/n", "--hub", EVIL],
        vec!["audit", "o/n", "--rules", EVIL],
        vec!["scan", EVIL],
        vec!["diff", EVIL, EVIL, "--offline"],
        vec!["report", EVIL, "--offline"],
    ] {
        let run = Tool::new().args(&args).cwd(Path::new(dir.path())).run();
        assert_harmless(&run, "table", &args.join(" ").chars().take(30).collect::<String>());
    }
    assert!(fixture_hub().is_dir());
}
