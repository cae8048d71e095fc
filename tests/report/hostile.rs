//! One hostile record through every format: shown as text, everywhere.

use crate::support::steering_characters;
use crate::{rendered, report};
use serde_json::Value;
use trulyopen::diff::{self, render as diff_render};

const HOSTILE: &str = "trulyopen-fixtures/hostile";

/// The record, with what a repository cannot smuggle through its own fields put where a saved audit
/// could have it.
fn hostile() -> trulyopen::report::Report {
    let mut report = report(&[HOSTILE, "deepseek-ai/DeepSeek-R1-Distill-Llama-8B"]);
    let evil = "=cmd|'/C calc'!A0 <script>alert(1)</script> \"><img src=x onerror=alert(2)> \u{1b}[31m\u{202e}evil\u{0}\u{85}\u{2028} ]]> --> `x` | [a](javascript:alert(3)) @everybody https://evil.example {{7*7}} ::error::x";
    let model = &mut report.models[0];
    model.about.tags.push(evil.into());
    model.about.description = Some(trulyopen::report::about::Quote { text: evil.into(), line: 1 });
    model.about.demo = Some("javascript:alert(4)".into());
    model.about.developed_by = Some(evil.into());
    model.license.declared.push(evil.into());
    model.lineage.iter_mut().for_each(|a| a.url = Some("javascript:alert(5)".into()));
    for c in &mut model.components {
        c.summary = evil.into();
        c.license.expression = Some(evil.into());
        for e in &mut c.evidence {
            e.note = evil.into();
            e.path = Some(evil.into());
            e.quote = Some(evil.into());
            e.url = Some("javascript:alert(6)//\u{202e}".into());
        }
    }
    for o in &mut model.license.obligations {
        o.text = evil.into();
        o.source = "data:text/html,<script>alert(7)</script>".into();
    }
    model.frameworks.insert(evil.into(), serde_json::json!({ evil: [evil, 1], "n": null }));
    model.findings.iter_mut().for_each(|f| f.message = evil.into());
    report.texts.values_mut().for_each(|t| t.push_str(&format!("\r\n\t{evil}\u{c}\n")));
    report.subject = Some(evil.into());
    report.models[1].target = format!("{evil}\nsecond line");
    report
}

/// What stands in a page outside of its own markup would be markup of a stranger's.
fn no_markup(page: &str, name: &str) {
    let lower = page.to_lowercase();
    for bad in ["<script>alert", "<img", "onerror=alert(2)>", "href=\"javascript", "href=\"data:", "<svg onload"] {
        assert!(!lower.contains(bad), "{name}: {bad}");
    }
}

#[test]
fn every_format_shows_it_as_text() {
    let report = hostile();
    for format in trulyopen::render::FORMATS {
        let out = rendered(&report, format.name);
        let allowed = |c: &char| format.name == "csv" && *c == '\r';
        let steering: Vec<char> = steering_characters(&out).into_iter().filter(|c| !allowed(c)).collect();
        assert_eq!(steering, Vec::<char>::new(), "{}", format.name);
        match format.name {
            "json" | "cyclonedx" | "cyclonedx-1.7" | "spdx" | "shields" => {
                let value: Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{}: {e}", format.name));
                if format.name != "json" {
                    no_steering_inside(&value, format.name);
                }
            }
            "jsonl" => out.lines().for_each(|l| assert!(serde_json::from_str::<Value>(l).is_ok())),
            "html" => no_markup(&out, "html"),
            "badge" => well_formed(&out),
            _ => {}
        }
    }
}

fn no_steering_inside(value: &Value, name: &str) {
    match value {
        Value::String(s) => assert_eq!(steering_characters(s), Vec::<char>::new(), "{name}: {s:?}"),
        Value::Array(items) => items.iter().for_each(|v| no_steering_inside(v, name)),
        Value::Object(map) => map.values().for_each(|v| no_steering_inside(v, name)),
        _ => {}
    }
}

/// Every tag is closed in order, and `&` begins an entity.
fn well_formed(xml: &str) {
    let mut open: Vec<&str> = Vec::new();
    for part in xml.split('<').skip(1) {
        let (tag, _) = part.split_once('>').expect("a tag ends");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap_or_default());
        }
    }
    assert!(open.is_empty());
    assert!(!xml.contains('&'));
}

#[test]
fn documents_stay_valid() {
    let report = hostile();
    for (format, schema) in
        [("cyclonedx", "bom-1.6.schema.json"), ("cyclonedx-1.7", "bom-1.7.schema.json"), ("spdx", "spdx-3.0.1-json-schema.json")]
    {
        if let Some(errors) = crate::schemas::errors(schema, &rendered(&report, format)) {
            assert!(errors.is_empty(), "{format}: {errors:#?}");
        }
    }
}

#[test]
fn no_cell_of_a_spreadsheet_is_a_formula() {
    let csv = rendered(&hostile(), "csv");
    let cells: Vec<&str> = csv.split("\",\"").flat_map(|c| c.split("\"\r\n\"")).collect();
    assert!(cells.len() > 100);
    for cell in cells {
        let cell = cell.trim_start_matches('"').trim_start();
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t']), "{cell}");
    }
    assert!(csv.contains("'=cmd|"));
}

#[test]
fn markdown_has_no_html_link_or_mention_of_strangers() {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    let markdown = rendered(&hostile(), "markdown");
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut text = String::new();
    for event in Parser::new_ext(&markdown, options) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => panic!("HTML: {html}"),
            Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(dest_url.starts_with("https://"), "{dest_url}");
                assert!(!dest_url.contains("evil.example"), "{dest_url}");
            }
            Event::Start(Tag::Image { dest_url, .. }) => panic!("a picture: {dest_url}"),
            Event::Text(t) => text.push_str(&t),
            _ => {}
        }
    }
    assert!(!text.contains("@everybody"), "a mention outside of code");
    assert!(text.contains("<script>alert(1)</script>"), "it is shown as text");
}

#[test]
fn differences_show_it_as_text() {
    let (a, b) = (report(&[HOSTILE]), report(&["deepseek-ai/DeepSeek-R1"]));
    for (x, y) in [(&a, &b), (&b, &a)] {
        let difference = diff::diff(("a\u{1b}[2J", x), ("b\u{202e}", y));
        let style = trulyopen::render::Style { width: 80, colour: false, verbosity: 0 };
        for out in [diff_render::terminal(&difference, style), diff_render::markdown(&difference), diff_render::json(&difference)] {
            assert_eq!(steering_characters(&out), Vec::<char>::new());
            no_markup(&out.replace('\\', ""), "diff");
        }
    }
}
