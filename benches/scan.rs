//! Discovery: `cargo bench --bench scan`. Lines a second of one core, and a generated tree of 10,000 files.

use divan::counter::ItemsCount;
use std::fs;
use std::path::Path;
use trulyopen::rules::Rules;
use trulyopen::scan::{Options, scan};

fn main() {
    divan::main();
}

/// A Python file of 200 lines in which something is to be found.
fn python(n: usize) -> String {
    let mut out = format!("from transformers import AutoModel\n\nMODEL_{n} = \"acme/model-{n}\"\n\n");
    for i in 0..48 {
        out.push_str(&format!(
            "def step_{i}(value, size={i}, *, name=\"step {i}\"):\n    result = [v * size for v in range(value)]\n    return {{\"name\": name, \"value\": result, \"model\": None}}\n\n"
        ));
    }
    out.push_str(&format!("model = AutoModel.from_pretrained(MODEL_{n})\n"));
    out
}

fn tree(files: usize) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for n in 0..files {
        let folder = dir.path().join(format!("part{}", n / 100));
        fs::create_dir_all(&folder).expect("a folder");
        let (name, text) = match n % 10 {
            0 => (format!("m{n}.py"), python(n)),
            1 => (format!("m{n}.ts"), format!("export const model{n} = await pipeline('summarization', 'acme/web-{n}');\n").repeat(20)),
            2 => (format!("m{n}.yaml"), format!("service:\n  model: acme/yaml-{n}\n  port: {n}\n")),
            3 => (format!("m{n}.json"), format!("{{\"items\": [{}]}}\n", "{\"a\": 1, \"b\": \"two\"}, ".repeat(50) + "0")),
            4 => (format!("m{n}.sh"), format!("set -e\nvllm serve acme/sh-{n} --port {n}\n")),
            5 => (format!("m{n}.md"), "# Title\n\nSome words and/or others.\n\n".repeat(20)),
            _ => (format!("m{n}.py"), "import os\n\ndef f(x):\n    return os.path.join(x, 'a')\n".repeat(40)),
        };
        fs::write(folder.join(name), text).expect("a file");
    }
    dir
}

fn run(root: &Path, rules: &Rules, threads: usize) -> trulyopen::scan::Scan {
    scan(root, rules, &Options { threads, ignored: true }).expect("a scan")
}

/// Lines of Python that are parsed, one thread.
#[divan::bench]
fn python_lines(bencher: divan::Bencher<'_, '_>) {
    let dir = tempfile::tempdir().expect("a folder");
    for n in 0..100 {
        fs::write(dir.path().join(format!("m{n}.py")), python(n)).expect("a file");
    }
    let rules = Rules::load(None).expect("rules");
    let lines = run(dir.path(), &rules, 1).lines;
    bencher.counter(ItemsCount::new(lines)).bench_local(|| run(dir.path(), &rules, 1));
}

/// 10,000 files, a tenth of them with references, all cores.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn ten_thousand_files(bencher: divan::Bencher<'_, '_>) {
    let dir = tree(10_000);
    let rules = Rules::load(None).expect("rules");
    bencher.counter(ItemsCount::new(10_000usize)).bench_local(|| run(dir.path(), &rules, 0));
}

/// 1,000 files, as a gate in CI sees them.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn thousand_files(bencher: divan::Bencher<'_, '_>) {
    let dir = tree(1_000);
    let rules = Rules::load(None).expect("rules");
    bencher.counter(ItemsCount::new(1_000usize)).bench_local(|| run(dir.path(), &rules, 0));
}
