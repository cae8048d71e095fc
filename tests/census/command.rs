//! The command: every form of input gives the same rows, every form of output tells the same.

use crate::{records, support};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use support::{Fault, HubServer, Run, Tool};
use tempfile::TempDir;

fn lines(n: u64) -> String {
    let mut out = String::new();
    for i in 0..n {
        records::write(3, i, &mut out);
        out.push('\n');
    }
    out
}

fn census(arguments: &[&str]) -> Run {
    Tool::new().arg("census").args(arguments).run()
}

fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|l| serde_json::from_str(l).expect("a line of JSON")).collect()
}

fn file(dir: &TempDir, name: &str, bytes: &[u8]) -> String {
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    path.display().to_string()
}

#[test]
fn a_filter_answers_every_line_in_order() {
    let text = lines(4000);
    let run = Tool::new().args(["census", "--jsonl-in", "-", "--jsonl-out", "-"]).stdin(&text).run();
    let rows = rows(&run.stdout);
    assert_eq!(rows.len(), 4000);
    let mut broken = 0;
    for (line, row) in text.lines().zip(&rows) {
        match serde_json::from_str::<Value>(line).ok().filter(|v| v["id"].as_str().is_some_and(|id| !id.starts_with('.'))) {
            Some(record) => assert_eq!(record["id"], row["id"]),
            None => {
                assert!(row["error"].is_string() && row["verdict"] == "unknown", "{row}");
                broken += 1;
            }
        }
    }
    assert!(broken > 0);
    assert_eq!(run.code, 3, "records could not be judged");
    assert!(run.stderr.contains("standard input, line "), "{}", run.stderr);
    // The number of threads changes nothing.
    let one = Tool::new().args(["census", "--jsonl-in", "-", "--jsonl-out", "-", "--threads", "1"]).stdin(&text).run();
    assert_eq!(one.stdout, run.stdout);
}

#[test]
fn every_form_of_input_gives_the_same_rows() {
    let dir = TempDir::new().expect("a folder");
    let text: String = lines(600).lines().filter(|l| serde_json::from_str::<Value>(l).is_ok()).map(|l| format!("{l}\n")).collect();
    let values: Vec<Value> = rows(&text);
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(text.as_bytes()).expect("written");
    let inputs = [
        file(&dir, "a.jsonl", text.as_bytes()),
        file(&dir, "a.json", serde_json::to_string_pretty(&values).expect("JSON").as_bytes()),
        file(&dir, "a.jsonl.gz", &gz.finish().expect("gzip")),
        file(&dir, "a.jsonl.zst", &zstd::encode_all(text.as_bytes(), 1).expect("zstd")),
    ];
    let all: Vec<Run> = inputs.iter().map(|i| census(&[i, "--format", "jsonl"])).collect();
    assert!(all[0].stdout.lines().count() > 500);
    for (input, run) in inputs.iter().zip(&all) {
        assert_eq!(run.stdout, all[0].stdout, "{input}: {}", run.stderr);
    }
}

#[test]
fn rows_of_parquet_are_those_of_json_lines() {
    let dir = TempDir::new().expect("a folder");
    let input = file(&dir, "a.jsonl", lines(300).as_bytes());
    let out = dir.path().join("out.parquet").display().to_string();
    let direct = census(&[&input, "--format", "jsonl"]);
    census(&[&input, "--format", "parquet", "-o", &out]);
    // What was written is a table of records in turn, of which a census reads the columns that it knows.
    let again = census(&[&out, "--format", "jsonl"]);
    let ids = |run: &Run| -> Vec<String> {
        rows(&run.stdout).iter().map(|r| format!("{} {} {} {}", r["id"], r["task"], r["library"], r["downloads"])).collect()
    };
    assert_eq!(ids(&direct), ids(&again));
    assert!(again.stderr.contains("columns read: id,"), "{}", again.stderr);
}

#[test]
fn a_summary_counts_everything_once() {
    let run = Tool::new().args(["census", "-", "--format", "json"]).stdin(&lines(3000)).run();
    let summary: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let number = |v: &Value| v.as_u64().expect("a number");
    let judged = number(&summary["judged"]);
    assert_eq!(judged + number(&summary["broken"]["count"]), 3000);
    for side in ["proven", "possible"] {
        assert_eq!(summary["verdicts"].as_array().expect("a list").iter().map(|v| number(&v[side])).sum::<u64>(), judged);
    }
    for (key, table) in summary["by"].as_object().expect("dimensions") {
        let shown: u64 = table["rows"].as_array().expect("a list").iter().map(|r| number(&r["models"])).sum();
        assert_eq!(shown + table["rest"]["models"].as_u64().unwrap_or(0), judged, "{key}");
    }
    let drift = &summary["drift"];
    assert!(number(&drift["found"]) > 100 && number(&drift["found"]) == number(&drift["links"]), "{drift}");
    // Nothing is proven to be Open Source AI by metadata.
    assert!(
        summary["verdicts"].as_array().expect("a list").iter().all(|v| !v["verdict"]
            .as_str()
            .expect("a verdict")
            .starts_with("open-source")
            || v["proven"] == 0)
    );
}

#[test]
fn a_page_shows_what_strangers_wrote_as_text() {
    let record = r#"{"id":"o/n","author":"<script>alert(1)</script>","gated":false,"tags":["open-source"],"pipeline_tag":"\"><img src=x>","siblings":[{"rfilename":"model.safetensors"}]}"#;
    let page = Tool::new().args(["census", "-", "--format", "html"]).stdin(record).run();
    assert!(!page.stdout.contains("<script") && !page.stdout.contains("<img"), "{}", page.stdout);
    assert!(page.stdout.contains("&#60;script&#62;"), "{}", page.stdout);
    let csv = Tool::new().args(["census", "-", "--format", "csv"]).stdin("{\"id\":\"o/n\",\"pipeline_tag\":\"=1+1\"}").run();
    assert!(csv.stdout.contains("\"'=1+1\""), "{}", csv.stdout);
}

#[test]
fn nothing_that_is_read_stops_it() {
    let dir = TempDir::new().expect("a folder");
    let good = "{\"id\":\"o/good\",\"gated\":false,\"siblings\":[]}\n";
    let mut cut = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    cut.write_all(lines(3000).as_bytes()).expect("written");
    let cut = cut.finish().expect("gzip");
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("bytes", [good.as_bytes(), b"\xff\xfe\x00\n", good.as_bytes()].concat(), "line 2: not UTF-8"),
        ("deep", [good.as_bytes(), "[".repeat(200_000).as_bytes(), b"\n"].concat(), "line 2: not a JSON object"),
        ("long", [good.as_bytes(), &vec![b'x'; 17 << 20], b"\n", good.as_bytes()].concat(), "line 2: more than 16 MiB"),
        ("cut.gz", cut[..cut.len() / 2].to_vec(), "cannot be read any further"),
        ("array", b"[{\"id\":\"o/n\"},{\"id\":".to_vec(), "element 2: the array ends too early"),
        ("name", b"{\"id\":\"../../etc\"}\n".to_vec(), "line 1: its id is no model name"),
    ];
    for (name, bytes, said) in cases {
        let run = census(&[&file(&dir, name, &bytes), "--format", "json"]);
        assert_eq!(run.code, 3, "{name}: {}", run.stderr);
        assert!(run.stderr.contains(said), "{name}: {}", run.stderr);
        assert!(serde_json::from_str::<Value>(&run.stdout).is_ok(), "{name}");
    }
    let empty = census(&[&file(&dir, "empty", b"\n\n")]);
    assert_eq!((empty.code, empty.stdout.contains("0 models judged")), (0, true), "{}", empty.stdout);
    let run = census(&[&file(&dir, "torn.parquet", b"PAR1 and no more")]);
    assert_eq!(run.code, 2, "{}", run.stderr);
}

#[test]
fn misuse_is_told_before_anything_is_read() {
    for (arguments, said) in [
        (&["-", "--format", "sarif"][..], "has no format"),
        (&["-", "-"], "read once"),
        (&["/does/not/exist"], "cannot read"),
        (&["-", "--evidence", "x.toml"], "judges records alone"),
        (&["-", "--jsonl-out", "-", "--format", "csv"], "JSON lines"),
        (&["-", "--summary", "x"], "--summary goes with"),
    ] {
        let run = census(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(said), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn a_hub_is_read_page_by_page() {
    let hub = HubServer::fixtures();
    hub.page_size(3).fault("/api/models?", 1, Fault::limited(1));
    let live = Tool::new().args(["census", "--format", "jsonl"]).hub(&hub).run();
    let ids: Vec<String> = rows(&live.stdout).iter().map(|r| r["id"].as_str().unwrap_or_default().to_string()).collect();
    assert_eq!(ids, support::fixture_models(), "{}", live.stderr);
    assert_eq!(hub.requests("/api/models?").len(), ids.len().div_ceil(3) + 1);
    assert!(hub.paths().iter().all(|p| p.starts_with("/api/models?")), "nothing but the list is asked for");
    // The directory has the same models.
    let saved = Tool::new().args(["census", "--format", "jsonl"]).fixtures().run();
    let verdicts = |run: &Run| -> BTreeSet<String> {
        rows(&run.stdout).iter().map(|r| format!("{} {} {}", r["id"], r["verdict"], r["license"])).collect()
    };
    assert_eq!(verdicts(&live), verdicts(&saved));
}

#[test]
fn a_list_that_ends_early_is_said() {
    let hub = HubServer::fixtures();
    hub.page_size(4).always("cursor=8", Fault::broken());
    let run = Tool::new().args(["census", "--format", "json"]).hub(&hub).run();
    assert_eq!(run.code, 3);
    let summary: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!((&summary["judged"], &summary["broken"]["count"]), (&Value::from(8), &Value::from(1)));
    assert!(run.stderr.contains("page 3 of the list"), "{}", run.stderr);
}

/// What a census holds possible is what a full audit may come to: it ends up within the interval.
#[test]
fn a_full_audit_ends_up_within() {
    let corpus = std::env::var("TRULYOPEN_CORPUS").map_or_else(|_| support::root().join("../shared/corpus"), Into::into).join("hub");
    for hub in [support::fixture_hub(), corpus] {
        if !Path::new(&hub).is_dir() {
            eprintln!("skipped: there is no {}", hub.display());
            continue;
        }
        let list = support::model_ids(&hub).join("\n");
        let full = Tool::new().args(["audit", "--from", "-", "--format", "jsonl"]).dir(&hub).stdin(&list).run();
        let census = Tool::new().args(["census", "--format", "jsonl"]).dir(&hub).run();
        let full = rows(&full.stdout);
        let mut known: Vec<Value> = rows(&census.stdout);
        let key = |v: &Value| v["id"].as_str().unwrap_or_default().to_lowercase();
        known.sort_by_key(key);
        for audit in &full {
            let id = audit["source"]["id"].as_str().unwrap_or_default().to_lowercase();
            let Ok(at) = known.binary_search_by_key(&id, key) else { continue };
            let rung = |v: &Value, key: &str| support::rung(v[key].as_str().unwrap_or_default());
            let row = &known[at];
            assert!(rung(row, "verdict_possible") >= rung(audit, "verdict_possible"), "{id}: {row} but {}", audit["verdict_possible"]);
        }
    }
}
