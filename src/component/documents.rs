//! Documents: the card, reports, papers, results, samples.

use super::*;
use crate::card::{BlockKind, Card, papers, topics};
use crate::rules::files::Kind;
use crate::text;
use crate::text::contains_phrase;
use serde_json::Value;
use std::collections::BTreeSet;

/// Below this many words a card says nothing.
const CARD_WORDS: usize = 40;

/// All documents.
pub fn all(cx: &Context<'_, '_>, findings: &mut Vec<Finding>) -> Vec<Component> {
    vec![model_card(cx, findings), report(cx), paper(cx), results(cx), evaluation_data(cx), samples(cx)]
}

/// The model card.
fn model_card(cx: &Context<'_, '_>, findings: &mut Vec<Finding>) -> Component {
    let id = ComponentId::ModelCard;
    let document = match &cx.snapshot.card {
        Ok(document) => document,
        Err(gap) if gap.is_absence() => {
            findings.push(Finding::new(cx.rules, "card/missing", "there is no README.md".into(), vec![cx.snapshot.record_cite.clone()]));
            return Component::absent(id, "there is no README.md");
        }
        Err(gap) => return Component::unknown(id, gap.clone(), "README.md"),
    };
    let Some(card) = &cx.snapshot.parsed else {
        findings.push(Finding::new(
            cx.rules,
            "card/missing",
            "README.md is the hub's saved error page".into(),
            vec![document.cite(Some(1), "a saved error page")],
        ));
        return Component::absent(id, "README.md is the hub's saved error page");
    };
    use crate::card::front_matter::FrontMatter;
    match &card.front {
        FrontMatter::Broken { line, why } => findings.push(Finding::new(
            cx.rules,
            "card/front-matter-broken",
            format!("line {line}: {why}"),
            vec![document.cite(Some(*line), "front matter")],
        )),
        FrontMatter::TooLarge => findings.push(Finding::new(
            cx.rules,
            "card/front-matter-broken",
            "larger than 1 MiB".into(),
            vec![document.cite(Some(1), "front matter")],
        )),
        _ => {}
    }
    if let Some(line) = card.misplaced {
        findings.push(Finding::new(
            cx.rules,
            "card/front-matter-misplaced",
            format!("a metadata block at line {line}"),
            vec![document.cite(Some(line), "metadata that the hub ignores")],
        ));
    }
    let words = card.prose_words();
    let (availability, summary) = if words >= CARD_WORDS {
        (Availability::Released, format!("README.md, {words} words"))
    } else {
        (Availability::Partial, format!("README.md says next to nothing ({})", text::count(words, "word", "words")))
    };
    Component::new(id, availability, Basis::Verified, summary)
        .with_evidence(vec![document.cite(None, "the card")])
        .with_license(cx.own_license(Content::Document))
}

/// The model's own preprints.
fn preprints(cx: &Context<'_, '_>) -> Vec<papers::Preprint> {
    let tags = cx.snapshot.record.as_ref().map(|r| r.tags.as_slice()).unwrap_or_default();
    papers::own(cx.snapshot.parsed.as_ref(), tags, cx.rules)
}

/// A report by the makers.
fn report(cx: &Context<'_, '_>) -> Component {
    let id = ComponentId::TechnicalReport;
    if let Some(papers::Preprint { id: arxiv, line }) = preprints(cx).into_iter().next() {
        let mut evidence = vec![Evidence::page(format!("https://arxiv.org/abs/{arxiv}"), "a preprint, not peer review")];
        evidence.extend(line.into_iter().flat_map(|l| cx.cite_card(Some(l), format!("links arXiv {arxiv}"))));
        return Component::new(id, Availability::Released, Basis::Linked, format!("arXiv {arxiv} (preprint)"))
            .with_evidence(evidence)
            .with_license(license_unknown());
    }
    let mut own: Vec<String> = cx.files.as_ref().map(|s| s.of(Kind::Report).to_vec()).unwrap_or_default();
    // Terms come as PDF too.
    own.retain(|path| {
        let folded = text::words(path);
        !cx.rules.says(&folded, "legal-document")
    });
    if let Some(first) = own.first() {
        return Component::new(id, Availability::Released, Basis::Verified, format!("{first} in the repository"))
            .with_evidence(cx.cite_files(&own, "listed in the repository"))
            .with_license(cx.own_license(Content::Document));
    }
    if let Some(card) = &cx.snapshot.parsed
        && let Some(link) = card.links.iter().find(|l| {
            let label = card.blocks.get(l.block).and_then(|b| b.label.as_deref()).unwrap_or_default();
            let said = format!("{label} {}", text::words(&l.text));
            l.url.starts_with("http") && cx.rules.says(&said, "own-report")
        })
    {
        return Component::new(id, Availability::Released, Basis::Linked, format!("a report is linked ({})", text::cut(&link.url, 80)))
            .with_evidence(cx.cite_card(Some(link.line), format!("links {}", text::cut(&link.url, 200))))
            .with_license(license_unknown());
    }
    absent_or_blind(cx, id, "no report or preprint is linked")
}

/// A paper at a venue, or else the preprint.
fn paper(cx: &Context<'_, '_>) -> Component {
    let id = ComponentId::ResearchPaper;
    if let Some(card) = &cx.snapshot.parsed {
        let venue = card.links.iter().find(|l| {
            let folded = text::words(&l.url);
            cx.rules.says(&folded, "peer-reviewed-venue")
        });
        if let Some(link) = venue {
            return Component::new(id, Availability::Released, Basis::Linked, "a paper at a reviewed venue is linked")
                .with_evidence(cx.cite_card(Some(link.line), format!("links {}", text::cut(&link.url, 200))))
                .with_license(license_unknown());
        }
    }
    match preprints(cx).into_iter().next() {
        Some(papers::Preprint { id: arxiv, .. }) => {
            Component::new(id, Availability::Released, Basis::Linked, format!("arXiv {arxiv}, a preprint: not peer review"))
                .with_evidence(vec![Evidence::page(format!("https://arxiv.org/abs/{arxiv}"), "a preprint")])
                .with_license(license_unknown())
        }
        None => absent_or_blind(cx, id, "no paper is linked"),
    }
}

fn absent_or_blind(cx: &Context<'_, '_>, id: ComponentId, summary: &str) -> Component {
    match &cx.snapshot.card {
        Err(gap) if !gap.is_absence() => Component::unknown(id, gap.clone(), "the card"),
        _ => Component::absent(id, summary),
    }
}

/// Whose the results are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reported {
    None,
    SelfReported,
    Independent,
}

/// Results, with who reports them and the benchmarks named.
pub fn evaluation_summary(snapshot: &Snapshot, rules: &Rules) -> (Reported, Vec<String>, Option<u32>) {
    let Some(card) = &snapshot.parsed else { return (Reported::None, Vec::new(), None) };
    let index = card.front.get("model-index").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let results: Vec<&Value> = index.iter().filter_map(|m| m.get("results")?.as_array()).flatten().take(2_000).collect();
    let independent = results.iter().any(|r| {
        let metrics = r.get("metrics").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        metrics.iter().any(|m| m.get("verified") == Some(&Value::Bool(true)))
            || r.get("source").and_then(|s| s.get("url")).and_then(Value::as_str).is_some_and(|u| u.contains("leaderboard"))
    });
    let mut benchmarks: BTreeSet<String> = results
        .iter()
        .filter_map(|r| r.get("dataset")?.get("name")?.as_str())
        .map(|n| text::cut(&text::squeeze(n), 80).into_owned())
        .collect();
    let figures: Vec<(u32, &str)> = result_blocks(card, rules).map(|b| (b.line, b.folded.as_str())).collect();
    for (_, folded) in &figures {
        benchmarks.extend(rules.phrase_list("benchmark").iter().filter(|b| contains_phrase(folded, b)).cloned());
    }
    let line = card.front_line("model-index", None).or_else(|| figures.first().map(|(l, _)| *l));
    let reported = if independent {
        Reported::Independent
    } else if !results.is_empty() || !figures.is_empty() {
        Reported::SelfReported
    } else {
        Reported::None
    };
    (reported, benchmarks.into_iter().take(100).collect(), line)
}

/// Tables and sentences with figures under headings on evaluation.
fn result_blocks<'c>(card: &'c Card, rules: &'c Rules) -> impl Iterator<Item = &'c crate::card::Block> {
    card.blocks.iter().filter(move |b| {
        let figures = b.text.split(|c: char| c.is_whitespace() || c == '|').filter(|w| w.chars().any(|c| c.is_ascii_digit())).count();
        let enough = if b.kind == BlockKind::TableRow { 1 } else { 2 };
        b.kind != BlockKind::Code && figures >= enough && topics::topic_of(card, b, rules) == Some("evaluation")
    })
}

/// Results of evaluating it.
fn results(cx: &Context<'_, '_>) -> Component {
    let id = ComponentId::EvaluationResults;
    let (reported, benchmarks, line) = evaluation_summary(cx.snapshot, cx.rules);
    if reported != Reported::None {
        let who = if reported == Reported::Independent { "independent" } else { "self-reported" };
        let what = if benchmarks.is_empty() { "figures".to_string() } else { text::count(benchmarks.len(), "benchmark", "benchmarks") };
        return Component::new(id, Availability::Released, Basis::Verified, format!("{what}, {who}"))
            .with_evidence(cx.cite_card(line, "evaluation results"))
            .with_license(cx.own_license(Content::Document));
    }
    let own: Vec<String> = cx.files.as_ref().map(|s| s.of(Kind::EvaluationResults).to_vec()).unwrap_or_default();
    if !own.is_empty() {
        return Component::new(id, Availability::Released, Basis::Verified, "result files in the repository")
            .with_evidence(cx.cite_files(&own, "listed in the repository"))
            .with_license(cx.own_license(Content::Document));
    }
    absent_or_blind(cx, id, "no figures under a heading on evaluation, and no model-index")
}

/// The data that the results were measured on.
fn evaluation_data(cx: &Context<'_, '_>) -> Component {
    let id = ComponentId::EvaluationData;
    let (reported, benchmarks, line) = evaluation_summary(cx.snapshot, cx.rules);
    if reported != Reported::None && !benchmarks.is_empty() {
        let some: Vec<String> = benchmarks.iter().take(3).cloned().collect();
        return Component::new(id, Availability::Released, Basis::Linked, format!("public benchmarks are named ({})", text::list(&some)))
            .with_evidence(cx.cite_card(line, "benchmarks named"))
            .with_license(license_unknown());
    }
    absent_or_blind(cx, id, "no benchmark is named")
}

/// Examples of what it puts out.
fn samples(cx: &Context<'_, '_>) -> Component {
    let id = ComponentId::SampleModelOutputs;
    let own: Vec<String> = cx.files.as_ref().map(|s| s.of(Kind::Samples).to_vec()).unwrap_or_default();
    if !own.is_empty() {
        return Component::new(
            id,
            Availability::Released,
            Basis::Verified,
            format!("{} in the repository", text::count(own.len(), "sample", "samples")),
        )
        .with_evidence(cx.cite_files(&own, "listed in the repository"))
        .with_license(cx.own_license(Content::Document));
    }
    let widget = cx
        .snapshot
        .parsed
        .as_ref()
        .and_then(|c| c.front.get("widget"))
        .and_then(Value::as_array)
        .is_some_and(|w| w.iter().any(|e| e.get("output").is_some()));
    if widget {
        let line = cx.snapshot.parsed.as_ref().and_then(|c| c.front_line("widget", None));
        return Component::new(id, Availability::Released, Basis::Verified, "widget examples with outputs")
            .with_evidence(cx.cite_card(line, "widget"))
            .with_license(cx.own_license(Content::Document));
    }
    absent_or_blind(cx, id, "no sample outputs")
}
