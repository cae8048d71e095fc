//! What `trulyopen check --locked --offline` costs besides finding references: reading a lock of 1,000
//! models, and judging 1,000 places by it.

use divan::{Bencher, black_box};
use std::collections::BTreeMap;
use trulyopen::gate::lock::Lock;
use trulyopen::gate::subject::Subject;
use trulyopen::gate::{Input, Locked, Place, Use, evaluate};
use trulyopen::policy::Policy;
use trulyopen::rules::Rules;
use trulyopen::scan::Role;
use trulyopen::vocabulary::{Openness, Verdict};

fn main() {
    divan::main();
}

const N: usize = 1000;

fn lock_text() -> String {
    let subject = |i| Subject {
        hub: "huggingface".into(),
        license: Some("Apache-2.0".into()),
        openness: Openness::Open,
        verdict: Verdict::OpenWeights,
        possible: Verdict::OpenWeights,
        gated: Some(false),
        incomplete: Vec::new(),
        ..Subject::refused(&format!("org/model-{i}"), None, "")
    };
    Lock::of("trulyopen.lock", (0..N).map(subject), None, "2026-11-25").render()
}

#[divan::bench]
fn read_a_lock_of_1000_models(bencher: Bencher<'_, '_>) {
    let text = lock_text();
    bencher.bench(|| Lock::parse("trulyopen.lock", black_box(&text)).expect("a lock"));
}

#[divan::bench]
fn judge_1000_places(bencher: Bencher<'_, '_>) {
    let rules = Rules::load(None).expect("rules");
    let lock = Lock::parse("trulyopen.lock", &lock_text()).expect("a lock");
    let text = "[require]\nverdict = \"open-weights\"\n[licenses]\nallow = [\"permissive\"]\n[terms]\ndeny = [\"non-commercial\"]\n";
    let policy = Policy::parse("trulyopen.toml", text, &rules).expect("a policy");
    let place = |i| Place {
        file: format!("src/m{i}.py"),
        line: 3,
        column: 10,
        end_column: 20,
        snippet: format!("m = f(\"org/model-{i}\")"),
        snippet_column: 1,
        fingerprint: String::new(),
        pinned: None,
        path: Some(format!("src/m{i}.py")),
    };
    let one = |i| Use {
        place: place(i),
        target: Some(format!("org/model-{i}")),
        revision: None,
        pinned: false,
        hosted: false,
        role: Role::Code,
        via: String::new(),
        unresolved: None,
    };
    let uses: Vec<Use> = (0..N).map(one).collect();
    let subjects: BTreeMap<_, _> = lock.entries().map(|e| (e.subject.key(), e.subject.clone())).collect();
    let input = Input {
        policy: &policy,
        environment: &policy.base,
        uses: &uses,
        skipped: &[],
        subjects: &subjects,
        others: &std::collections::BTreeMap::new(),
        locked: Locked::Only(&lock),
        rules: &rules,
        today: jiff::civil::date(2026, 11, 25),
        whole: true,
    };
    bencher.bench(|| evaluate(black_box(&input)));
}
