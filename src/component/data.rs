//! Training data: which datasets are named, whether they can be had, and what the card says of what
//! cannot.

use super::*;
use crate::card::BlockKind;
use crate::card::topics::{self, Said};
use crate::evidence::{DatasetSnapshot, Depth, Role};
use crate::hub::record::{Gate, strings};
use crate::license;
use crate::text;

/// Whether one dataset can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reach {
    Anyone,
    ByHand,
    Missing,
    Unknown(Gap),
}

fn reach(dataset: &DatasetSnapshot) -> Reach {
    match &dataset.record {
        Ok(r) if r.disabled || r.data_files == Some(0) => Reach::Missing,
        Ok(r) if r.private || r.gate == Gate::Manual => Reach::ByHand,
        Ok(r) if r.gate == Gate::Unknown => Reach::Unknown(Gap::Malformed("its record does not say who has access".into())),
        Ok(_) => Reach::Anyone,
        Err(Gap::MissingOrPrivate | Gap::NotFound) => Reach::Missing,
        Err(gap) => Reach::Unknown(gap.clone()),
    }
}

/// The datasets that trained it.
pub fn datasets(cx: &Context<'_, '_>, findings: &mut Vec<Finding>) -> Component {
    let id = ComponentId::Datasets;
    let training: Vec<&DatasetSnapshot> = cx.snapshot.datasets.iter().filter(|d| d.role == Role::Training).collect();
    let withheld = withheld_lines(cx.snapshot, cx.rules);
    if !training.is_empty() {
        return named(cx, &training, &withheld, findings);
    }
    if let Some(gap) = blind(cx) {
        return Component::unknown(id, gap, "the card");
    }
    if let Some(said) = withheld.first() {
        let cite = cx.cite_card(Some(said.line), text::cut(&said.sentence, 240));
        findings.push(Finding::new(cx.rules, "data/withheld", format!("\"{}\"", text::cut(&said.sentence, 160)), cite.clone()));
        return Component::new(id, Availability::Withheld, Basis::Claimed, "the card says that the training data are not released")
            .with_evidence(cite);
    }
    let Some(card) = &cx.snapshot.parsed else {
        return Component::absent(id, "no card, so no training data are named");
    };
    let described = topics::said(card, cx.rules, "data-described", |t| !matches!(t, Some("citation" | "evaluation" | "usage" | "license")));
    let vague = topics::said(card, cx.rules, "data-vague", |t| !matches!(t, Some("citation" | "evaluation" | "usage" | "license")));
    let section = card.blocks.iter().find(|b| {
        b.kind != BlockKind::Code
            && topics::topic_of(card, b, cx.rules) == Some("training-data")
            && !is_placeholder(&b.text)
            && b.text.split(' ').count() >= 12
    });
    // A sentence that names sources: it describes, and not only in words such as "high-quality tokens".
    let concrete = described.iter().find(|s| !vague.iter().any(|v| v.sentence == s.sentence) && names_a_source(&s.sentence));
    if let Some((line, sentence)) = concrete
        .map(|s| (s.line, s.sentence.as_str()))
        .or_else(|| section.filter(|b| names_a_source(&b.text)).map(|b| (b.line, b.text.as_str())))
    {
        return Component::new(
            id,
            Availability::Described,
            Basis::Claimed,
            "the card tells of the training data, and no dataset can be obtained",
        )
        .with_evidence(cx.cite_card(Some(line), text::cut(sentence, 240)));
    }
    if let Some(said) = vague.first() {
        return Component::new(id, Availability::Withheld, Basis::Claimed, "the card speaks of the training data only in general words")
            .with_evidence(cx.cite_card(Some(said.line), text::cut(&said.sentence, 240)));
    }
    Component::absent(id, "neither front matter nor card names any dataset")
}

/// Capitalised names, numbers of documents or links: something that a reader could look up.
fn names_a_source(sentence: &str) -> bool {
    let names = sentence
        .split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
        .skip(1)
        .filter(|w| w.len() > 2 && w.chars().next().is_some_and(char::is_uppercase) && w.chars().skip(1).any(char::is_alphanumeric))
        .filter(|w| {
            !matches!(
                *w,
                "The"
                    | "This"
                    | "These"
                    | "Model"
                    | "Transformer"
                    | "GPU"
                    | "GPUs"
                    | "TPU"
                    | "LLM"
                    | "LLMs"
                    | "English"
                    | "Our"
                    | "For"
                    | "Training"
                    | "Data"
                    | "Meta"
                    | "NVIDIA"
                    | "Google"
            )
        })
        .count();
    names >= 1 || sentence.contains("http") || sentence.contains('《')
}

fn is_placeholder(s: &str) -> bool {
    let lower = s.to_lowercase();
    lower.contains("more information needed") || lower.contains("[optional]")
}

/// Datasets are named: can they be had?
fn named(cx: &Context<'_, '_>, training: &[&DatasetSnapshot], withheld: &[Said], findings: &mut Vec<Finding>) -> Component {
    let id = ComponentId::Datasets;
    let mut counts = (0usize, 0usize, 0usize);
    let mut unknown: Option<(String, Gap)> = None;
    let mut evidence = Vec::new();
    let mut missing = Vec::new();
    let mut parts = Vec::new();
    for dataset in training {
        let note = match reach(dataset) {
            Reach::Anyone => {
                counts.0 += 1;
                parts.push(license_of_dataset(dataset, cx.rules));
                "can be obtained by anyone".to_string()
            }
            Reach::ByHand => {
                counts.1 += 1;
                "is handed out by its owner only".to_string()
            }
            Reach::Missing => {
                counts.2 += 1;
                missing.push(dataset.id.clone());
                "does not exist on the hub, or is private or empty".to_string()
            }
            Reach::Unknown(gap) => {
                let words = gap.words();
                unknown.get_or_insert((dataset.id.clone(), gap));
                words
            }
        };
        evidence.push(Evidence::page(dataset.page.clone(), format!("{}: {note}", dataset.id)));
    }
    if !missing.is_empty() {
        let cites = training
            .iter()
            .filter(|d| missing.contains(&d.id))
            .map(|d| Evidence::page(d.page.clone(), d.mention.context.clone()))
            .collect();
        findings.push(Finding::new(cx.rules, "data/dataset-missing", format!("{} cannot be found", text::list(&missing)), cites));
    }
    evidence
        .extend(training.iter().filter_map(|d| d.mention.line).take(1).flat_map(|line| cx.cite_card(Some(line), "named as training data")));
    let shown = text::list(&training.iter().take(3).map(|d| d.id.clone()).collect::<Vec<_>>());
    let more = if training.len() > 3 { format!(" and {} more", training.len() - 3) } else { String::new() };
    let skipped = cx.snapshot.skipped.iter().find(|(what, _)| what.contains("datasets"));
    let (availability, basis, summary) = match (counts, &unknown) {
        ((0, 0, n), None) => (
            Availability::Described,
            Basis::Claimed,
            format!("{shown}{more} named, but {} cannot be found", if n == 1 { "it" } else { "they" }),
        ),
        (_, Some((first, gap))) => (Availability::Unknown, Basis::Linked, format!("{first} could not be looked at: {}", gap.words())),
        ((_, 0, 0), None) if skipped.is_some() => {
            (Availability::Unknown, Basis::Linked, format!("{shown} and more datasets than one audit looks up"))
        }
        ((_, 0, 0), None) if withheld.is_empty() => (Availability::Released, Basis::Verified, format!("{shown}{more} can be obtained")),
        ((0, _, 0), None) => (Availability::Gated, Basis::Verified, format!("{shown}{more} behind a gate kept by hand")),
        ((some, _, _), None) => {
            let of = training.len();
            let why = if some == of { "; the card says that more was used and is not released" } else { "" };
            (Availability::Partial, Basis::Verified, format!("{some} of {of} named datasets can be obtained ({shown}{more}){why}"))
        }
    };
    let mut c = Component::new(id, availability, basis, summary);
    c.gap = unknown.map(|(_, gap)| gap).or_else(|| (availability == Availability::Unknown).then(|| Gap::NotFetched("a limit".into())));
    c.license = combined(parts);
    if let Some(said) = withheld.first().filter(|_| availability == Availability::Partial) {
        evidence.extend(cx.cite_card(Some(said.line), text::cut(&said.sentence, 240)));
    }
    c.with_evidence(evidence)
}

/// All of the licenses bind, each its own dataset.
fn combined(parts: Vec<ComponentLicense>) -> ComponentLicense {
    let mut ids: Vec<String> = parts.iter().filter_map(|p| p.expression.clone()).collect();
    ids.sort();
    ids.dedup();
    let answers: Vec<bool> = parts.iter().filter_map(|p| p.type_appropriate).collect();
    ComponentLicense {
        expression: (!ids.is_empty()).then(|| ids.join(" AND ")),
        openness: if parts.is_empty() { Openness::Unknown } else { parts.iter().fold(Openness::Open, |o, p| o.and(p.openness)) },
        type_appropriate: (!answers.is_empty()).then(|| answers.iter().all(|a| *a)),
        reason: if parts.is_empty() { "no dataset was looked at".into() } else { "declared by the datasets' own cards".into() },
    }
}

/// The license that a dataset's own card declares.
pub fn license_of_dataset(dataset: &DatasetSnapshot, rules: &Rules) -> ComponentLicense {
    let Ok(record) = &dataset.record else { return license_unknown() };
    let mut names = strings(record.card_data.get("license"));
    names.extend(record.tags.iter().filter_map(|t| t.strip_prefix("license:")).map(str::to_string));
    names.sort();
    names.dedup_by(|a, b| text::fold_name(a) == text::fold_name(b));
    let said: Vec<&String> = names.iter().filter(|n| license::names_something(n)).collect();
    if names.is_empty() {
        return license_none();
    }
    let named: Vec<ComponentLicense> =
        said.iter().map(|n| license::find(rules, n).map_or_else(license_unknown, |k| license_known(k, Content::Data))).collect();
    combined(named)
}

/// Sentences in which the card says that (some of) this model's data are not released.
pub fn withheld_lines(snapshot: &Snapshot, rules: &Rules) -> Vec<Said> {
    let Some(card) = &snapshot.parsed else { return Vec::new() };
    let near_data = ["data", "dataset", "datasets", "corpus", "corpora", "数据", "语料", "データ", "données", "daten", "datos"];
    // Of others: a benchmark's, a competitor's, or the user's own data.
    let of_others = ["other models", "your", "you", "users", "gpt 4", "other vendors", "competitors", "closed models", "benchmark"];
    topics::said(card, rules, "data-withheld", |t| !matches!(t, Some("citation" | "evaluation" | "usage" | "license")))
        .into_iter()
        .filter(|s| {
            let folded = text::words(&s.sentence);
            near_data.iter().any(|w| topics::contains_phrase(&folded, w)) && !of_others.iter().any(|w| topics::contains_phrase(&folded, w))
        })
        .collect()
}

/// Documentation of the training data.
pub fn data_card(cx: &Context<'_, '_>) -> Component {
    let id = ComponentId::DataCard;
    let training: Vec<&DatasetSnapshot> = cx.snapshot.datasets.iter().filter(|d| d.role == Role::Training).collect();
    let carded: Vec<&&DatasetSnapshot> =
        training.iter().filter(|d| d.card.as_ref().is_ok_and(|c| crate::card::Card::parse(&c.bytes).prose_words() >= 30)).collect();
    if !training.is_empty() && carded.len() == training.len() {
        let evidence = carded.iter().filter_map(|d| d.card.as_ref().ok()).map(|c| c.cite(None, "a dataset's card")).collect();
        let license = combined(carded.iter().map(|d| license_of_dataset(d, cx.rules)).collect());
        return Component::new(
            id,
            Availability::Released,
            Basis::Verified,
            format!("{} of the training data", text::count(carded.len(), "dataset card", "dataset cards")),
        )
        .with_evidence(evidence)
        .with_license(license);
    }
    if let Some(gap) = blind(cx) {
        return Component::unknown(id, gap, "the card");
    }
    if let Some(card) = &cx.snapshot.parsed
        && let Some(block) = card.blocks.iter().find(|b| {
            b.kind != BlockKind::Code
                && topics::topic_of(card, b, cx.rules) == Some("training-data")
                && !is_placeholder(&b.text)
                && b.text.split(' ').count() >= 8
        })
    {
        return Component::new(id, Availability::Partial, Basis::Verified, "a section of the model card on training data")
            .with_evidence(cx.cite_card(Some(block.line), text::cut(&block.text, 160)))
            .with_license(cx.own_license(Content::Document));
    }
    Component::absent(id, "no documentation of the training data")
}

/// Why the card's silence proves nothing.
fn blind(cx: &Context<'_, '_>) -> Option<Gap> {
    match &cx.snapshot.card {
        Err(gap) if !gap.is_absence() => Some(gap.clone()),
        _ if cx.snapshot.depth == Depth::Shallow
            && cx.snapshot.record.as_ref().is_ok_and(|r| !strings(r.card_data.get("datasets")).is_empty()) =>
        {
            Some(Gap::NotFetched("only what flows down was looked at".into()))
        }
        _ => None,
    }
}
