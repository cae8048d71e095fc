//! Training data: which datasets are named, whether they can be had, and what the card says of what
//! cannot.

use super::reach::{Reach, combined, license_of_dataset, reach};
use super::*;
use crate::card::columns::{Cell, data_cell};
use crate::card::front_matter::strings;
use crate::card::topics::{self, Said};
use crate::card::{BlockKind, beside, corpora, subject};
use crate::plan::MORE_DATASETS;
use crate::snapshot::{DatasetSnapshot, Depth, Role};
use crate::text;

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
    let own_data = |id: &str| -> Vec<Said> {
        let not_own = cx.rules.phrase_list("data-not-own");
        topics::said(card, cx.rules, id, |t| !matches!(t, Some("citation" | "evaluation" | "usage" | "license")))
            .into_iter()
            .filter(|s| !not_own.iter().any(|p| text::contains_phrase(&text::words(&s.sentence), p)))
            .filter(|s| !card.blocks.get(s.block).is_some_and(|b| subject::is_about_another(card, s.block, b, &cx.snapshot.id)))
            .collect()
    };
    let (mut described, vague) = (own_data("data-described"), own_data("data-vague"));
    described
        .extend(own_data("data-described-first").into_iter().filter(|s| corpora::tells_of_training(&text::words(&s.sentence), cx.rules)));
    let of_other_data = |s: &str| cx.rules.says(&text::words(s), "data-of-quantisation");
    let section = card.blocks.iter().enumerate().find(|(i, b)| {
        b.kind != BlockKind::Code
            && topics::topic_of(card, b, cx.rules) == Some("training-data")
            && !is_placeholder(&b.text)
            && !of_other_data(&b.text)
            && b.text.split(' ').count() >= 12
            && !subject::is_about_another(card, *i, b, &cx.snapshot.id)
    });
    let column = card.blocks.iter().enumerate().find_map(|(i, b)| match data_cell(card, i, b, cx.rules, &cx.snapshot.id)? {
        Cell::Own(cell) if cell.contains(' ') && !is_placeholder(cell) && !of_other_data(cell) => Some((b.line, cell)),
        _ => None,
    });
    if let Some(kept) = kept::kept(cx, card) {
        return kept;
    }
    // A sentence that names sources: it describes, and not only in words such as "high-quality tokens".
    let concrete = described
        .iter()
        .find(|s| !vague.iter().any(|v| v.sentence == s.sentence) && speaks_of_data(cx, &s.sentence) && names_a_source(cx, &s.sentence));
    if let Some((line, sentence)) = concrete
        .map(|s| (s.line, s.sentence.as_str()))
        .or_else(|| section.filter(|(_, b)| names_a_source(cx, &b.text)).map(|(_, b)| (b.line, b.text.as_str())))
        .or_else(|| column.filter(|(_, cell)| names_a_source(cx, &format!("- {cell}"))))
    {
        return Component::new(
            id,
            Availability::Described,
            Basis::Claimed,
            "the card tells of the training data, and no dataset can be obtained",
        )
        .with_evidence(cx.cite_card(Some(line), text::cut(sentence, 240)));
    }
    // Told of, and nothing that could be looked up: "1 million hours of weakly labelled audio".
    let general = || described.iter().find(|s| cx.rules.says(&text::words(&s.sentence), "data-word"));
    let in_general = vague.first().or_else(general).map(|said| (said.line, said.sentence.as_str())).or(column);
    if let Some((line, said)) = in_general {
        return Component::new(id, Availability::Withheld, Basis::Claimed, "the card speaks of the training data only in general words")
            .with_evidence(cx.cite_card(Some(line), text::cut(said, 240)));
    }
    Component::absent(id, "neither front matter nor card names any dataset")
}

/// Data, and not only the model or the machines that something "was trained on".
fn speaks_of_data(cx: &Context<'_, '_>, sentence: &str) -> bool {
    let folded = text::words(sentence);
    let says = |id: &str| cx.rules.says(&folded, id);
    says("data-word") || !(says("trained-on-machines") || says("model-family"))
}

/// Capitalised names or links: something that a reader could look up. The model's own name and words
/// of the trade are none.
fn names_a_source(cx: &Context<'_, '_>, sentence: &str) -> bool {
    let own = text::words(&cx.snapshot.id);
    let nothing = cx.rules.phrase_list("no-source");
    let mut names = sentence
        .split(|c: char| !c.is_alphanumeric())
        .skip(1)
        .filter(|w| w.len() > 2 && w.chars().next().is_some_and(char::is_uppercase))
        .map(str::to_lowercase)
        .filter(|w| !nothing.contains(w) && !own.split(' ').any(|o| o == w || o.starts_with(w.as_str())));
    names.next().is_some() || sentence.contains("http") || sentence.contains('《')
}

fn is_placeholder(s: &str) -> bool {
    let lower = s.to_lowercase();
    lower.contains("more information needed") || lower.contains("[optional]")
}

/// How many of the named datasets are in which state.
#[derive(Default)]
struct Counts {
    anyone: usize,
    by_hand: usize,
    partly: usize,
    missing: usize,
}

/// Datasets are named: can they be had?
fn named(cx: &Context<'_, '_>, training: &[&DatasetSnapshot], withheld: &[Said], findings: &mut Vec<Finding>) -> Component {
    let id = ComponentId::Datasets;
    if let Some((line, said)) = kept_whole(cx, training) {
        let summary = format!(
            "the card says that it was trained on data that are kept; it declares {}",
            text::count(training.len(), "dataset", "datasets")
        );
        return Component::new(id, Availability::Withheld, Basis::Claimed, summary)
            .with_evidence(cx.cite_card(Some(line), text::cut(&said, 240)));
    }
    let mut counts = Counts::default();
    let mut unknown: Option<(String, Gap)> = None;
    let mut evidence = Vec::new();
    let mut missing = Vec::new();
    let mut parts = Vec::new();
    let mut basis = Basis::Verified;
    for dataset in training {
        let answer = reach(cx, dataset);
        match answer.reach {
            Reach::Anyone => counts.anyone += 1,
            Reach::ByHand => counts.by_hand += 1,
            Reach::Partly => counts.partly += 1,
            Reach::Missing => {
                counts.missing += 1;
                missing.push(*dataset);
            }
            Reach::Unknown(gap) => {
                unknown.get_or_insert((dataset.id.clone(), gap));
            }
        }
        if answer.basis != Basis::None {
            basis = basis.min(answer.basis);
            parts.push(license_of_dataset(dataset, cx.rules));
        }
        evidence.push(Evidence::page(dataset.page.clone(), format!("{}: {}", dataset.id, answer.note)));
        evidence.extend(answer.source.map(|source| Evidence::page(source, format!("what is known of {}", dataset.id))));
    }
    if !missing.is_empty() {
        let names: Vec<String> = missing.iter().map(|d| d.id.clone()).collect();
        let cites = missing.iter().map(|d| Evidence::page(d.page.clone(), d.mention.context.clone())).collect();
        findings.push(Finding::new(cx.rules, "data/dataset-missing", format!("{} cannot be found", text::list(&names)), cites));
    }
    evidence
        .extend(training.iter().filter_map(|d| d.mention.line).take(1).flat_map(|line| cx.cite_card(Some(line), "named as training data")));
    let shown = text::list(&training.iter().take(3).map(|d| d.id.clone()).collect::<Vec<_>>());
    let more = if training.len() > 3 { format!(" and {} more", training.len() - 3) } else { String::new() };
    let shown = format!("{shown}{more}");
    let skipped = cx.snapshot.skipped.iter().any(|(what, _)| what.ends_with(MORE_DATASETS));
    let open_ended = training.iter().any(|d| d.open_ended);
    let all = training.len();
    let (availability, basis, summary) = if let Some((first, gap)) = &unknown {
        (Availability::Unknown, Basis::Linked, format!("{first} could not be looked at: {}", gap.words()))
    } else if let Some(place) = (counts.missing == all).then(|| cx.snapshot.parsed.as_ref().and_then(|c| kept::data_place(cx, c))).flatten()
    {
        let url = text::cut(&place.url, 120).into_owned();
        (
            Availability::Partial,
            Basis::Linked,
            format!("{shown} named and not found; the card links data elsewhere, at which nobody looked ({url})"),
        )
    } else if counts.missing == all {
        let they = if all == 1 { "it" } else { "they" };
        (Availability::Described, Basis::Claimed, format!("{shown} named, but {they} cannot be found"))
    } else if counts.anyone == all && skipped {
        (Availability::Unknown, Basis::Linked, format!("{shown} and more datasets than one audit looks up"))
    } else if counts.anyone == all && withheld.is_empty() && !open_ended {
        (Availability::Released, basis, format!("{shown} can be obtained"))
    } else if counts.by_hand == all {
        (Availability::Gated, basis, format!("{shown} behind a gate kept by hand"))
    } else {
        let why = match (counts.anyone == all, withheld.is_empty()) {
            (true, true) => "; the card speaks of more than these, or of a part of them",
            (true, false) => "; the card says that more was used and is not released",
            (false, _) => "",
        };
        let of = if counts.anyone == 0 && counts.partly > 0 {
            format!("{shown} can be obtained in part only")
        } else {
            format!("{} of {} can be obtained ({shown})", counts.anyone, text::count(all, "named dataset", "named datasets"))
        };
        (Availability::Partial, basis, format!("{of}{why}"))
    };
    let mut c = Component::new(id, availability, basis, summary);
    c.gap = unknown.map(|(_, gap)| gap).or_else(|| (availability == Availability::Unknown).then(|| Gap::NotFetched("a limit".into())));
    c.license = combined(parts);
    if let Some(said) = withheld.first().filter(|_| availability == Availability::Partial) {
        evidence.extend(cx.cite_card(Some(said.line), text::cut(&said.sentence, 240)));
    }
    c.with_evidence(evidence)
}

/// The card says that what trained the model is kept, and prose knows nothing of the declared datasets: these are
/// what it was made from, at best.
fn kept_whole(cx: &Context<'_, '_>, training: &[&DatasetSnapshot]) -> Option<(u32, String)> {
    let card = cx.snapshot.parsed.as_ref()?;
    let said = beside::kept_whole(card, cx.rules, &cx.snapshot.id, !cx.snapshot.ancestors.is_empty())?;
    let in_prose = |d: &DatasetSnapshot| {
        let name = text::words(d.id.rsplit('/').next().unwrap_or(&d.id));
        card.blocks.iter().any(|b| b.kind != BlockKind::Code && text::contains_phrase(&b.folded, &name))
    };
    training.iter().all(|d| d.mention.declared && !in_prose(d)).then_some(said)
}

/// Sentences in which the card says that (some of) this model's data are not released.
pub fn withheld_lines(snapshot: &Snapshot, rules: &Rules) -> Vec<Said> {
    let Some(card) = &snapshot.parsed else { return Vec::new() };
    let near_data = rules.phrase_list("data-word");
    // Of others: a benchmark's, a competitor's, or the user's own data.
    let of_others = ["other models", "your", "you", "users", "gpt 4", "other vendors", "competitors", "closed models", "benchmark"];
    topics::said(card, rules, "data-withheld", |t| !matches!(t, Some("citation" | "evaluation" | "usage" | "license")))
        .into_iter()
        .filter(|s| {
            let folded = text::words(&s.sentence);
            near_data.iter().any(|w| text::contains_phrase(&folded, w)) && !of_others.iter().any(|w| text::contains_phrase(&folded, w))
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
    // Known from the rules, and its own page was not looked at: documentation may stand there.
    if let Some(known) = training.iter().find(|d| d.card.is_err() && cx.rules.corpora.by_id(&d.id).is_some()) {
        let gap = Gap::NotFetched(format!("the page of {} was not looked at", known.id));
        return Component::unknown(id, gap, "the dataset's card");
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
