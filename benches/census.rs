//! The hot paths of a census, each by itself: `cargo bench --bench census`. Read ratios within one run.

use trulyopen::audit::Options;
use trulyopen::census::judge::Judge;
use trulyopen::census::metadata;
use trulyopen::census::names::Tables;
use trulyopen::census::record::Record;
use trulyopen::hub::record::ModelRecord;
use trulyopen::rules::Rules;

#[path = "../examples/shared/records.rs"]
#[allow(dead_code)]
mod records;

fn main() {
    divan::main();
}

fn lines() -> Vec<String> {
    (0..1000)
        .map(|n| {
            let mut line = String::new();
            records::write(1, n, &mut line);
            line
        })
        .collect()
}

/// A thousand records, parsed for what a census uses.
#[divan::bench]
fn parse_thousand(bencher: divan::Bencher) {
    let lines = lines();
    bencher.bench_local(|| lines.iter().filter(|l| Record::parse(l.as_bytes()).is_ok()).count());
}

/// The same, judged as well.
#[divan::bench]
fn parse_and_judge_thousand(bencher: divan::Bencher) {
    let (lines, rules) = (lines(), Rules::load(None).expect("the built-in rules load"));
    let tables = Tables::new(&rules);
    let mut judge = Judge::new(&rules, &tables, Options::default(), false);
    bencher.bench_local(|| {
        lines.iter().filter_map(|l| Record::parse(l.as_bytes()).ok()).map(|r| judge.judge(&r).standing.verdict as usize).sum::<usize>()
    });
}

/// Forty of them in the way that defines the answer: an audit each.
#[divan::bench]
fn audit_forty(bencher: divan::Bencher) {
    let (lines, rules) = (lines(), Rules::load(None).expect("the built-in rules load"));
    bencher.bench_local(|| {
        lines
            .iter()
            .take(40)
            .filter_map(|l| ModelRecord::parse(l.as_bytes()).ok())
            .map(|r| metadata::audit(r, &rules, &Options::default()).verdict as usize)
            .sum::<usize>()
    });
}
