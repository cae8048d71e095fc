//! Each format over one saved report (`tests/data/report.json`: three models of `fixtures/hub`, with
//! results of frameworks and a policy). Read from a file, so that a rule that changes does not touch them.

use crate::rendered;
use trulyopen::report::Report;

/// The saved report.
pub fn saved() -> Report {
    let path = crate::support::root().join("tests/data/report.json");
    Report::parse(&std::fs::read(path).expect("the file is there")).expect("a saved report")
}

#[test]
fn formats_over_a_saved_report() {
    let report = saved();
    for (name, format) in [
        ("report.md", "markdown"),
        ("report.csv", "csv"),
        ("NOTICE.txt", "notice"),
        ("bom.cdx.json", "cyclonedx"),
        ("bom.spdx.json", "spdx"),
        ("badge.svg", "badge"),
        ("badge.json", "shields"),
    ] {
        insta::assert_snapshot!(name, rendered(&report, format).replace("\r\n", "⏎\n"));
    }
}

#[test]
fn the_page_over_a_saved_report() {
    let page = rendered(&saved(), "html");
    // Without style and script, and their digests.
    let (head, rest) = page.split_once("<style>").expect("a style");
    let (_, rest) = rest.split_once("</style>").expect("an end");
    let (body, rest) = rest.split_once("<script>").expect("a script");
    let (_, tail) = rest.split_once("</script>").expect("an end");
    let (head, _) = head.split_once("<meta http-equiv").expect("a policy");
    insta::assert_snapshot!("index.html", format!("{head}…{body}…{tail}"));
}

#[test]
fn a_saved_report_reads_back_as_it_was() {
    let report = saved();
    let again = Report::parse(rendered(&report, "json").as_bytes()).expect("a saved report");
    assert_eq!(rendered(&again, "json"), rendered(&report, "json"));
}

#[test]
fn the_difference_of_two_saved_reports() {
    let mut one = saved();
    let mut two = saved();
    one.models.truncate(2);
    two.models.remove(0);
    one.models[1].verdict = trulyopen::vocabulary::Verdict::OpenWeights;
    let difference = trulyopen::diff::diff(("before.json", &one), ("after.json", &two));
    let style = trulyopen::render::Style { width: 100, colour: false, verbosity: 0 };
    insta::assert_snapshot!("diff.txt", trulyopen::diff::render::terminal(&difference, style));
    insta::assert_snapshot!("diff.md", trulyopen::diff::render::markdown(&difference));
}
