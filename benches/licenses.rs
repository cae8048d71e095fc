//! License identification: `cargo bench --bench licenses`. A text has to take less than 2 ms once the rules are
//! loaded, and making ready what the first text needs less than 20 ms.

use trulyopen::license::names::meaning;
use trulyopen::license::text::identify;
use trulyopen::rules::Rules;

fn main() {
    divan::main();
}

const MIT: &str = include_str!("../tests/data/MIT.txt");
const APACHE: &str = include_str!("../LICENSE");

/// A text and what is done to it.
fn texts(which: &str) -> String {
    match which {
        "exact, short" => MIT.to_string(),
        "exact, long" => APACHE.to_string(),
        "a clause added" => format!("{APACHE}\n\nThe Work may not be used by anybody with more than a million users.\n"),
        "half" => APACHE.get(..APACHE.len() / 2).unwrap_or_default().to_string(),
        "two licenses" => format!("{MIT}\n\n{APACHE}"),
        "a page" => format!("<html><body><p>{}</p></body></html>", APACHE.replace("\n\n", "</p>\n<p>")),
        "by a phrase" => format!("LLAMA 3.1 COMMUNITY LICENSE AGREEMENT\nthe Llama Materials set forth herein\n{APACHE}"),
        "no license" => "Words of which nobody has made a license so far. ".repeat(700),
        _ => "Words of which nobody has made a license so far. ".repeat(200_000),
    }
}

/// One text, with the rules loaded and used before.
#[divan::bench(args = ["exact, short", "exact, long", "a clause added", "half", "two licenses", "a page", "by a phrase", "no license", "10 MB"])]
fn text(bencher: divan::Bencher<'_, '_>, which: &str) {
    let rules = Rules::load(None).unwrap_or_default();
    let text = texts(which);
    let _ = identify(MIT.as_bytes(), &rules);
    bencher.bench_local(|| identify(text.as_bytes(), &rules));
}

/// What the first text and the first name of a run cost more than the others.
#[divan::bench]
fn making_ready(bencher: divan::Bencher<'_, '_>) {
    bencher.with_inputs(|| Rules::load(None).unwrap_or_default()).bench_local_values(|rules| {
        let _ = rules.license_marks();
        meaning(&rules, "Acme Public License 3").parts.len()
    });
}
