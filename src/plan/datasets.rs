//! Datasets that a model names: declared ones, those that prose links, and well-known corpora that
//! prose names.

use super::{DatasetMention, under};
use crate::card::columns::{Cell, data_cell};
use crate::card::front_matter::strings;
use crate::card::{Block, Card, Link, beside, corpora, subject, topics};
use crate::hosts::Endpoints;
use crate::hub::record::ModelRecord;
use crate::rules::Rules;
use crate::rules::schema::{CorpusKind, Reachable};
use crate::snapshot::{Mention, Role};
use crate::{hub, text};
use std::collections::{BTreeMap, BTreeSet};

fn declared_dataset(name: &str, line: Option<u32>, at: &Endpoints) -> Option<DatasetMention> {
    let id = dataset_id(name, at).or_else(|| crate::ids::is_repo_id(name).then(|| name.to_string()))?;
    let mention = Mention { line, declared: true, context: "datasets in the front matter".into() };
    Some(DatasetMention { id, role: Role::Training, mention, open_ended: false, elsewhere: None })
}

/// Declared datasets whose names are looked for in prose; a card may declare a thousand.
const MAX_NAMES: usize = 50;

/// Whether a value of `datasets` names a dataset.
pub fn names_dataset(name: &str, at: &Endpoints) -> bool {
    crate::ids::is_repo_id(name) || dataset_id(name, at).is_some()
}

/// The dataset that a hub page is about.
fn dataset_id(url: &str, at: &Endpoints) -> Option<String> {
    let folded = text::fold_url(url);
    let own = text::fold_url(at.get(hub::huggingface::NAME));
    let rest = [own.as_str(), "huggingface.co", "hf.co"].iter().find_map(|h| folded.strip_prefix(*h))?;
    let rest = rest.strip_prefix("/datasets/")?;
    let mut parts = rest.split(['/', '?', '#']);
    let (owner, name) = (parts.next()?, parts.next());
    let id = match name {
        Some(name) if !matches!(name, "tree" | "blob" | "viewer" | "resolve") => format!("{owner}/{name}"),
        _ => owner.to_string(),
    };
    crate::ids::is_repo_id(&id).then_some(id)
}

/// All of them, each with what it is for, as far as the card says. `bases` are its base models: what pre-trained
/// the base is left out.
pub fn datasets(record: &ModelRecord, card: Option<&Card>, rules: &Rules, at: &Endpoints, bases: &[&str]) -> Vec<DatasetMention> {
    let has_base = !bases.is_empty();
    let Some(card) = card else {
        return strings(record.card_data.get("datasets")).into_iter().filter_map(|d| declared_dataset(&d, None, at)).collect();
    };
    let mut out: Vec<DatasetMention> = Vec::new();
    let front = card.front.strings("datasets");
    let declared = if front.is_empty() { strings(record.card_data.get("datasets")) } else { front };
    // "Twitter data": declared, and nothing that anybody could look up.
    let mut unnamed = false;
    for name in declared {
        match declared_dataset(&name, card.front_line("datasets", Some(&name)), at) {
            Some(d) if !out.iter().any(|o| o.id.eq_ignore_ascii_case(&d.id)) => out.push(d),
            Some(_) => {}
            None => unnamed |= rules.corpora.named_in(&name).is_empty() && name.chars().any(char::is_alphabetic),
        }
    }
    let announced = corpora::announced_lists(card, rules);
    let told = corpora::trained_on(card, rules, &record.id, bases);
    let mut called = false;
    let linked = Linked::of(card, &out, at);
    for (n, link) in card.links.iter().enumerate() {
        let Some(id) = dataset_id(&link.url, at) else { continue };
        let lower = id.to_lowercase();
        // Pictures and leaderboard output live in dataset repositories too, and are no training data.
        if lower.contains("images")
            || lower.contains("assets")
            || lower.contains("/details_")
            || lower.ends_with("-details")
            || crate::card::is_image(&link.url)
        {
            continue;
        }
        let block = card.blocks.get(link.block);
        let topic = block.and_then(|b| topics::topic_of(card, b, rules)).or_else(|| topics::section_topic(card, link.section, rules));
        let said = block.map(|b| said_of(link, b)).unwrap_or_default();
        let says = |id: &str| rules.says(&said, id);
        let cell = block.and_then(|b| data_cell(card, link.block, b, rules, &record.id));
        let role = match topic {
            Some("evaluation") => Role::Evaluation,
            Some("citation" | "usage") => Role::Unknown,
            _ if block.is_some_and(|b| subject::is_about_another(card, link.block, b, &record.id)) => Role::Unknown,
            _ if cell == Some(Cell::Other) || says("data-not-own") || (has_base && says("data-of-base")) => Role::Unknown,
            _ if matches!(cell, Some(Cell::Own(c)) if !link.text.is_empty() && c.contains(&link.text)) => Role::Training,
            _ if is_called_training_data(link, block, rules) => {
                called = true;
                Role::Training
            }
            Some("training-data" | "training") => Role::Training,
            _ if announced.contains(&link.block) || says("trains-with") || corpora::tells_of_training(&said, rules) => Role::Training,
            _ => Role::Unknown,
        };
        if let Some(known) = out.iter_mut().find(|o| o.id.eq_ignore_ascii_case(&id)) {
            if known.role == Role::Unknown {
                known.role = role;
            }
            continue;
        }
        // Where the front matter declares what trained the model, further links are of other stages or
        // models of the family.
        // Where one section on training data links both, they are told of together; "translated from" links no other.
        let together =
            || topic == Some("training-data") && linked.first_of.get(&link.block) == Some(&n) && linked.sections.contains(&link.section);
        let role = if role == Role::Training && out.iter().any(|o| o.mention.declared) && !together() { Role::Unknown } else { role };
        let context = under(card, link.section, "linked");
        let mention = Mention { line: Some(link.line), declared: false, context };
        let open_ended = role == Role::Training && (told.more_in.contains(&link.section) || says("data-derived"));
        out.push(DatasetMention { id, role, mention, open_ended, elsewhere: None });
    }
    let last = |id: &str| text::words(id.rsplit('/').next().unwrap_or(id));
    // A benchmark that is declared: prose says that the model is measured by it, and not that it was trained on it.
    let is_benchmark = |id: &str| text::name_words(id).iter().any(|w| rules.phrase_list("evaluation-set-name").contains(w));
    let measures = |id: &str| {
        let name = last(id);
        let mut told = card.blocks.iter().filter(|b| text::contains_phrase(&b.folded, &name)).peekable();
        let of_it = |b: &Block| topics::topic_of(card, b, rules) == Some("evaluation") || rules.says(&b.folded, "data-not-own");
        told.peek().is_some() && told.all(|b| of_it(b) || !corpora::tells_of_training(&b.folded, rules))
    };
    for one in out.iter_mut().filter(|o| o.mention.declared && is_benchmark(&o.id)).take(MAX_NAMES).filter(|o| measures(&o.id)) {
        one.role = Role::Evaluation;
    }
    // Where the front matter declares what trained the model, or a link is called its training data,
    // prose only tells of it again.
    let declared = out.iter().any(|o| o.mention.declared);
    // A set that calls itself filtered is the part that is meant.
    let is_a_part = |o: &DatasetMention| {
        let name = text::words(&o.id);
        rules.phrase_list("data-part-name").iter().any(|w| name.split(' ').any(|n| n.contains(w.as_str())))
    };
    let whole = out.iter().any(|o| o.mention.declared && !is_a_part(o));
    let own = &record.id;
    let names: Vec<String> = out.iter().filter(|o| o.mention.declared).take(MAX_NAMES).map(|o| last(&o.id)).collect();
    let listed = || beside::lists_more(card, rules, own, &names).is_some();
    if (whole && beside::part_told(card, rules, own, has_base).is_some()) || (declared && (unnamed || listed())) {
        out.iter_mut().filter(|o| o.mention.declared).for_each(|o| o.open_ended = true);
    }
    // Where a corpus for pre-training is declared, and there is no base, prose tells of the same stage: a corpus that
    // a sentence names beside it belongs to the data.
    let pretrains = |o: &DatasetMention| rules.corpora.by_id(&o.id).is_some_and(|c| c.kind == CorpusKind::Pretraining);
    let same_stage = !called && !has_base && out.iter().any(|o| o.mention.declared && pretrains(o));
    let declares: Vec<String> = out.iter().filter(|o| o.mention.declared).map(|o| text::words(&o.id)).collect();
    let is_declared = |n: &corpora::Named<'_>| {
        let names = n.corpus.names.iter().map(|name| text::words(name));
        let mut ids = n.corpus.ids.iter().chain([&n.corpus.id]).map(|id| text::words(id.rsplit('/').next().unwrap_or(id))).chain(names);
        // One that is called after the other is a version of it, or that of a sibling.
        let version = |d: &String, id: &str| d.split(' ').next_back().is_some_and(|last| text::contains_phrase(id, last));
        ids.any(|id| declares.iter().any(|d| text::contains_phrase(d, &id) || version(d, &id)))
    };
    let named_declared: Vec<usize> = told.named.iter().filter(|n| is_declared(n)).map(|n| n.sentence).collect();
    let besides = |n: &corpora::Named<'_>| {
        n.corpus.kind != CorpusKind::Evaluation && !is_declared(n) && n.sentence > 0 && named_declared.contains(&n.sentence)
    };
    let told = told.named.into_iter().filter(|n| !(called || declared) || is_left_out(n) || (same_stage && besides(n)));
    named_corpora(card, told.collect(), rules, at, &mut out);
    if out.iter().any(|o| o.role == Role::Training) && beside::tells_more(card, rules, own, has_base, &names).is_some() {
        out.iter_mut().filter(|o| o.role == Role::Training).for_each(|o| o.open_ended = true);
    }
    out
}

/// Where a card links datasets, looked through once: a stranger's card may have thousands of links.
struct Linked {
    /// Block → the number of its first link to a dataset.
    first_of: BTreeMap<usize, usize>,
    /// Sections that link a declared dataset.
    sections: BTreeSet<usize>,
}

impl Linked {
    fn of(card: &Card, declared: &[DatasetMention], at: &Endpoints) -> Linked {
        let declared: BTreeSet<String> = declared.iter().map(|d| d.id.to_lowercase()).collect();
        let mut out = Linked { first_of: BTreeMap::new(), sections: BTreeSet::new() };
        for (n, link) in card.links.iter().enumerate() {
            let Some(id) = dataset_id(&link.url, at) else { continue };
            out.first_of.entry(link.block).or_insert(n);
            if declared.contains(&id.to_lowercase()) {
                out.sections.insert(link.section);
            }
        }
        out
    }
}

/// The link's own words, or the bold label before it, say that these are the training data.
fn is_called_training_data(link: &Link, block: Option<&Block>, rules: &Rules) -> bool {
    let said = format!("{} {}", block.and_then(|b| b.any_label()).unwrap_or_default(), text::words(&link.text));
    rules.says(&said, "training-data-label")
}

/// What is declared are the parts that can be had; a set for fine-tuning that cannot is told of in prose only.
fn is_left_out(named: &corpora::Named<'_>) -> bool {
    named.corpus.kind == CorpusKind::FineTuning && !matches!(named.corpus.availability, Reachable::Released | Reachable::Gated)
}

/// The sentence that a link stands in, folded; its own words, where they are in none.
fn said_of(link: &Link, block: &Block) -> String {
    let sentence = topics::sentences(&block.text).into_iter().find(|s| !link.text.is_empty() && s.contains(&link.text));
    let label = block.any_label().unwrap_or_default();
    format!("{label} {}", text::words(sentence.unwrap_or(&link.text)))
}

/// Adds the well-known corpora that prose names as training data.
fn named_corpora(card: &Card, told: Vec<corpora::Named<'_>>, rules: &Rules, at: &Endpoints, out: &mut Vec<DatasetMention>) {
    for named in told {
        let same = |o: &&mut DatasetMention| rules.corpora.by_id(&o.id).is_some_and(|c| c.id == named.corpus.id);
        if let Some(known) = out.iter_mut().find(same) {
            known.role = Role::Training;
            known.open_ended |= named.open_ended;
            continue;
        }
        let on_hub = dataset_id(&named.corpus.url, at);
        out.push(DatasetMention {
            id: on_hub.clone().unwrap_or_else(|| named.corpus.id.clone()),
            role: Role::Training,
            mention: Mention { line: Some(named.line), declared: false, context: under(card, named.section, "named") },
            open_ended: named.open_ended,
            elsewhere: on_hub.is_none().then(|| named.corpus.url.clone()),
        });
    }
}
