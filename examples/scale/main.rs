//! Measures what docs/scale.md says: records a second, memory, growth, audits a second against a server
//! with 50 ms latency, and cold start. It needs the release binary:
//!
//! `cargo build --release && cargo run --release --example scale -- target/release/trulyopen [census|audit|start]`
//!
//! `scale hot [PATH TIMES]` runs one hot path, for counting its instructions (`ci/callgrind.sh`).

use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use trulyopen::audit::Options;
use trulyopen::census::judge::Judge;
use trulyopen::census::names::Tables;
use trulyopen::census::record::Record;
use trulyopen::rules::Rules;

mod hot;
#[path = "../shared/records.rs"]
mod records;
#[allow(dead_code, unreachable_pub, unused_imports)]
#[path = "../../tests/support/server.rs"]
mod server;

/// The server's own folder, which is not used here.
fn fixture_hub() -> PathBuf {
    PathBuf::from("fixtures/hub")
}

/// Nothing here asks for layers.
fn files_below(_: &Path) -> Vec<String> {
    Vec::new()
}

/// Nothing here asks for lists.
fn model_ids(_: &Path) -> Vec<String> {
    Vec::new()
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, rest @ ..] = arguments.as_slice()
        && first == "hot"
    {
        hot::run(rest);
        return;
    }
    let binary = arguments.first().map_or("target/release/trulyopen", String::as_str);
    let only = arguments.get(1).map(String::as_str);
    let dir = tempfile::tempdir().expect("a folder");
    if only.is_none_or(|o| o == "census") {
        parsing();
        growth(binary, dir.path());
    }
    if only.is_none_or(|o| o == "audit") {
        audits(binary, dir.path());
    }
    if only.is_none_or(|o| o == "start") {
        start(binary);
    }
}

/// One thread, nothing but parsing against parsing and judging.
fn parsing() {
    let mut lines = Vec::new();
    for n in 0..100_000 {
        let mut line = String::new();
        records::write(1, n, &mut line);
        lines.push(line);
    }
    let bytes: usize = lines.iter().map(String::len).sum();
    let rules = Rules::load(None).expect("the built-in rules load");
    let tables = Tables::new(&rules);
    let (mut parse, mut judge) = (Duration::MAX, Duration::MAX);
    // Time on a core, since machines are shared; the best of some. A judge that has seen the records before is
    // in the middle of a long input.
    let mut one = Judge::new(&rules, &tables, Options::default(), false);
    let mut first = Duration::ZERO;
    for round in 0..5 {
        let began = on_core();
        let parsed = lines.iter().filter(|l| Record::parse(l.as_bytes()).is_ok()).count();
        parse = parse.min(on_core() - began);
        let began = on_core();
        let records = lines.iter().filter_map(|l| Record::parse(l.as_bytes()).ok());
        let judged = records.filter(|r| one.judge(r).standing.verdict.slug().len() > 3).count();
        let took = on_core() - began;
        judge = judge.min(took);
        if round == 0 {
            first = took;
        }
        assert_eq!(parsed, judged);
    }
    let rate = |t: Duration| lines.len() as f64 / t.as_secs_f64();
    println!("# one thread, {} bytes a record", bytes / lines.len());
    println!("parsing alone          {:>10.0} records/s", rate(parse));
    println!("parsing and judging    {:>10.0} records/s, {:.0} % of parsing alone", rate(judge), 100.0 * rate(judge) / rate(parse));
    println!("the first 100,000      {:>10.0} records/s, with an audit for each new set of facts", rate(first));
}

/// Time that this thread was on a core.
fn on_core() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0))
}

/// Time that all children that have ended were on cores.
fn children() -> Duration {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name, which may hold blanks, in ticks of 10 ms.
    let ticks: u64 =
        text.rsplit(')').next().unwrap_or_default().split_whitespace().skip(13).take(2).filter_map(|n| n.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// Runs a command to its end: the time that it took, its peak memory in MB, its output, and its time on all cores.
fn measured(command: &mut Command) -> (Duration, f64, String, Duration) {
    let (began, before) = (Instant::now(), children());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    let mut stdout = child.stdout.take().expect("stdout");
    let reading = std::thread::spawn(move || {
        let mut out = String::new();
        let _ = stdout.read_to_string(&mut out);
        out
    });
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0f64;
    while child.try_wait().expect("it can be waited for").is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let kb = text.lines().find_map(|l| l.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
        peak = peak.max(kb.unwrap_or(0.0) / 1024.0);
        std::thread::sleep(Duration::from_millis(2));
    }
    (began.elapsed(), peak, reading.join().unwrap_or_default(), children() - before)
}

/// A census of a thousand to a million records: the best time, the mean CPU time, and the line that CPU times lie on.
fn growth(binary: &str, dir: &Path) {
    println!(
        "\n# census, all cores\n{:>10}{:>10}{:>12}{:>14}{:>14}{:>12}",
        "records", "MB", "seconds", "records/s", "CPU seconds", "peak MB"
    );
    let mut points = Vec::new();
    // CPU time comes in steps of 10 ms, so that small inputs are read more often.
    for (count, runs) in [(1_000u64, 20u32), (10_000, 20), (100_000, 5), (1_000_000, 2)] {
        let path = dir.join("records.jsonl");
        let mut out = BufWriter::new(std::fs::File::create(&path).expect("a file"));
        let mut line = String::new();
        for n in 0..count {
            line.clear();
            records::write(1, n, &mut line);
            line.push('\n');
            out.write_all(line.as_bytes()).expect("written");
        }
        out.flush().expect("written");
        let bytes = std::fs::metadata(&path).map_or(0, |m| m.len());
        let (mut best, mut peak, mut cpu) = (Duration::MAX, 0.0f64, Duration::ZERO);
        for _ in 0..runs {
            let (time, mb, _, on_cores) = measured(Command::new(binary).args(["census", "--format", "json"]).arg(&path));
            (best, peak, cpu) = (best.min(time), peak.max(mb), cpu + on_cores / runs);
        }
        points.push((count as f64, cpu.as_secs_f64()));
        println!(
            "{count:>10}{:>10.1}{:>12.3}{:>14.0}{:>14.3}{peak:>12.0}",
            bytes as f64 / 1e6,
            best.as_secs_f64(),
            count as f64 / best.as_secs_f64(),
            cpu.as_secs_f64()
        );
        if count == 1_000_000 {
            for (what, format) in [("jsonl", "jsonl"), ("parquet", "parquet")] {
                let to = dir.join(format!("out.{format}"));
                let (time, peak, _, cpu) = measured(Command::new(binary).args(["census", "--format", format, "-o"]).arg(&to).arg(&path));
                println!(
                    "{what:>10}{:>22.3}{:>14.0}{:>14.3}{peak:>12.0}",
                    time.as_secs_f64(),
                    count as f64 / time.as_secs_f64(),
                    cpu.as_secs_f64()
                );
            }
        }
    }
    let (start, each) = line_through(&points);
    println!("CPU seconds = {start:.3} + {:.2} for each million", each * 1e6);
    for (count, cpu) in &points {
        println!("{count:>10} {:+.1} %", 100.0 * (cpu / (start + each * count) - 1.0));
    }
    if let [.., (fewer, less), (more, most)] = points.as_slice() {
        println!("{:.2} times the CPU time for {:.0} times the records", most / less, more / fewer);
    }
}

/// The line from which points are least away in proportion to their height: where it starts, and how it rises.
fn line_through(points: &[(f64, f64)]) -> (f64, f64) {
    // Weighted least squares, the weight of a point being 1/y².
    let sum = |of: &dyn Fn(f64, f64) -> f64| points.iter().map(|(x, y)| of(*x, *y) / (y * y)).sum::<f64>();
    let (w, wx, wxx, wy, wxy) = (sum(&|_, _| 1.0), sum(&|x, _| x), sum(&|x, _| x * x), sum(&|_, y| y), sum(&|x, y| x * y));
    let each = (w * wxy - wx * wy) / (w * wxx - wx * wx);
    ((wy - each * wx) / w, each)
}

/// Audits against a server that takes 50 ms for each answer.
fn audits(binary: &str, dir: &Path) {
    let hub = dir.join("hub");
    for n in 0..1000 {
        let at = hub.join(format!("huggingface/models/acme/model-{n}"));
        std::fs::create_dir_all(&at).expect("created");
        let info = serde_json::json!({"id": format!("acme/model-{n}"), "sha": format!("{n:040x}"), "gated": false, "private": false, "disabled": false,
            "tags": ["transformers", "license:apache-2.0", "region:us"], "cardData": {"license": "apache-2.0", "datasets": ["acme/data"]}, "library_name": "transformers",
            "siblings": [{"rfilename": "README.md"}, {"rfilename": "LICENSE"}, {"rfilename": "config.json"}, {"rfilename": "model.safetensors", "size": 1000}]});
        std::fs::write(at.join("info.json"), info.to_string()).expect("written");
        std::fs::write(at.join("README.md"), format!("---\nlicense: apache-2.0\ndatasets:\n- acme/data\n---\n# Model {n}\n\nTrained on [data](https://huggingface.co/datasets/acme/data).\n")).expect("written");
        std::fs::write(at.join("config.json"), "{\"architectures\":[\"LlamaForCausalLM\"],\"model_type\":\"llama\"}").expect("written");
        std::fs::copy("LICENSE", at.join("LICENSE")).expect("copied");
    }
    let data = hub.join("huggingface/datasets/acme/data");
    std::fs::create_dir_all(&data).expect("created");
    std::fs::write(
        data.join("info.json"),
        "{\"id\":\"acme/data\",\"gated\":false,\"siblings\":[{\"rfilename\":\"a.parquet\"}],\"cardData\":{\"license\":\"cc-by-4.0\"}}",
    )
    .expect("written");
    std::fs::write(data.join("README.md"), "# Data\n").expect("written");
    println!("\n# audits, 50 ms for each answer\n{:>10}{:>8}{:>12}{:>12}{:>12}", "models", "jobs", "seconds", "audits/s", "peak MB");
    for (count, jobs) in [(100, 1), (100, 8), (100, 16), (100, 64), (1000, 64)] {
        let server = server::HubServer::with_latency(&hub, Duration::from_millis(50));
        let list = dir.join("list.txt");
        let names: String = (0..count).map(|n| format!("acme/model-{n}\n")).collect();
        std::fs::write(&list, names).expect("written");
        let mut command = Command::new(binary);
        command.args(["audit", "--format", "jsonl", "--jobs", &jobs.to_string(), "--hub", server.base(), "--from"]).arg(&list);
        let (time, peak, out, _) = measured(&mut command);
        assert_eq!(out.lines().filter(|l| l.contains("\"verdict\":\"open-weights\"")).count(), count, "audited");
        println!(
            "{count:>10}{jobs:>8}{:>12.3}{:>12.1}{peak:>12.0}",
            time.as_secs_f64(),
            f64::from(u32::try_from(count).unwrap_or(0)) / time.as_secs_f64()
        );
    }
}

/// From the start of the process to its first byte.
fn start(binary: &str) {
    println!("\n# start to first byte, the middle of 31");
    for arguments in [&["--version"][..], &["--help"], &["explain", "open-weights"]] {
        let mut times: Vec<Duration> = (0..31)
            .map(|_| {
                let began = Instant::now();
                let mut child = Command::new(binary).args(arguments).stdout(Stdio::piped()).spawn().expect("it starts");
                let mut byte = [0];
                let _ = child.stdout.as_mut().map(|o| o.read_exact(&mut byte));
                let time = began.elapsed();
                let _ = child.wait();
                time
            })
            .collect();
        times.sort();
        println!("{:<24}{:>8.1} ms", arguments.join(" "), times[15].as_secs_f64() * 1000.0);
    }
}
