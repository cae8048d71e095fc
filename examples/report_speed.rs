//! How long 1,000 audited models take in each format, and how much memory: `cargo run --release --example
//! report_speed [HTML-FILE]`. The models are those of `fixtures/hub` under other names.

use std::path::Path;
use std::time::Instant;
use trulyopen::audit::Options;
use trulyopen::hosts::Endpoints;
use trulyopen::render::{FORMATS, Style, by_name};
use trulyopen::report::{Model, Report};
use trulyopen::rules::Rules;
use trulyopen::session::{Access, Surroundings, audit_all, fetcher};
use trulyopen::target::Target;

const MODELS: usize = 1_000;

fn main() {
    let rules = Rules::load(None).expect("the built-in rules load");
    let hub = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/hub");
    let mut targets = Vec::new();
    for owner in std::fs::read_dir(hub.join("huggingface/models")).expect("the fixtures are there").flatten() {
        for name in std::fs::read_dir(owner.path()).expect("a folder").flatten() {
            let id = format!("{}/{}", owner.file_name().to_string_lossy(), name.file_name().to_string_lossy());
            targets.push(Target::parse(&id, &Endpoints::default()).expect("a model name"));
        }
    }
    targets.sort_by(|a, b| a.given.cmp(&b.given));
    let access = Access { hub: Some(hub.to_string_lossy().into_owned()), ..Access::default() };
    let fetcher = fetcher(&access, &Surroundings::default()).expect("the fixtures are there");
    let base: Vec<Model> = audit_all(&fetcher, &rules, &Options::default(), &targets, 16).expect("an audit runs").models;
    let models: Vec<Model> = (0..MODELS)
        .filter_map(|i| {
            let mut model = base.get(i % base.len())?.clone();
            let copy = i / base.len();
            if copy > 0 {
                model.target = format!("{}-{copy}", model.target);
                model.source.id = format!("{}-{copy}", model.source.id);
            }
            Some(model)
        })
        .collect();
    let report = Report::new(&rules, models);
    println!("{} models, {} MB in memory before", report.models.len(), peak_megabytes());
    let style = Style { width: 100, colour: false, verbosity: 0 };
    for format in FORMATS {
        let began = cpu_milliseconds();
        let out = (format.render)(&report, style);
        println!("{:14} {:7.0} ms {:9.1} MB", format.name, cpu_milliseconds() - began, out.len() as f64 / 1e6);
    }
    let (began, clock) = (cpu_milliseconds(), Instant::now());
    let bytes: usize = trulyopen::cmd::report::files(&report).map(|(_, bytes)| bytes.len()).sum();
    println!(
        "all files of a report: {:.0} ms on the processor, {:.0} ms by the clock, {:.1} MB; peak memory {} MB",
        cpu_milliseconds() - began,
        clock.elapsed().as_secs_f64() * 1e3,
        bytes as f64 / 1e6,
        peak_megabytes()
    );
    if let (Some(path), Some(html)) = (std::env::args().nth(1), by_name("html")) {
        std::fs::write(path, (html.render)(&report, style)).expect("the file can be written");
    }
}

/// Time on the processor, which other programs do not lengthen as they do the clock's; Linux only.
fn cpu_milliseconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0) / 1e6
}

/// The most memory that the process had, as Linux tells; 0 elsewhere.
fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap_or(0) / 1000
}
