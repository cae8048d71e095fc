//! One hot path, run some times and nothing else, for counting its instructions.

use super::records;
use trulyopen::audit::Options;
use trulyopen::card::Card;
use trulyopen::census::judge::Judge;
use trulyopen::census::metadata;
use trulyopen::census::names::Tables;
use trulyopen::census::record::Record;
use trulyopen::hub::record::ModelRecord;
use trulyopen::license::text::identify;
use trulyopen::rules::Rules;

const PATHS: &[&str] = &["load-rules", "parse-record", "judge-record", "audit-record", "identify-license", "parse-card"];

/// `PATH TIMES`; without arguments it prints the names of the paths.
pub fn run(arguments: &[String]) {
    let [path, times] = arguments else {
        println!("{}", PATHS.join("\n"));
        return;
    };
    let times: usize = times.parse().unwrap_or(1);
    let rules = Rules::load(None).expect("the built-in rules load");
    let lines: Vec<String> = (0..200)
        .map(|n| {
            let mut line = String::new();
            records::write(1, n, &mut line);
            line
        })
        .collect();
    let line = |n: usize| lines[n % lines.len()].as_bytes();
    let card = std::fs::read("fixtures/hub/huggingface/models/allenai/OLMo-2-1124-7B/README.md").expect("a card");
    let text = std::fs::read("LICENSE").expect("a license");
    let tables = Tables::new(&rules);
    let mut judge = Judge::new(&rules, &tables, Options::default(), false);
    // What is made on first use is made before anything is counted.
    lines.iter().filter_map(|l| Record::parse(l.as_bytes()).ok()).for_each(|r| drop(judge.judge(&r)));
    let _ = (identify(&text, &rules), Card::parse(&card));
    let mut sum = 0;
    for n in 0..times {
        sum += match path.as_str() {
            "load-rules" => Rules::load(None).expect("the built-in rules load").licenses.len(),
            "parse-record" => Record::parse(line(n)).map_or(0, |r| r.tags.len()),
            "judge-record" => Record::parse(line(n)).map_or(0, |r| judge.judge(&r).standing.verdict as usize),
            "audit-record" => ModelRecord::parse(line(n)).map_or(0, |r| metadata::audit(r, &rules, &Options::default()).verdict as usize),
            "identify-license" => identify(&text, &rules).score as usize,
            "parse-card" => Card::parse(&card).blocks.len(),
            other => panic!("there is no hot path {other}"),
        };
    }
    // So that nothing is found to be of no use.
    println!("{sum}");
}
