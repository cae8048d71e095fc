//! Datasets that a model names: declared ones, those that prose links, and well-known corpora that
//! prose names.

use super::{DatasetMention, under};
use crate::card::columns::{Cell, data_cell};
use crate::card::front_matter::strings;
use crate::card::recipe::Recipe;
use crate::card::{Block, Card, Link, beside, corpora, subject, topics};
use crate::hosts::Endpoints;
use crate::hub::record::ModelRecord;
use crate::net::limits;
use crate::rules::Rules;
use crate::rules::schema::{Corpus, CorpusKind, Reachable};
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
/// the base is left out. `announced` are the card's lists of training data, `recipes` its training recipes.
pub fn datasets(
    record: &ModelRecord,
    card: Option<&Card>,
    rules: &Rules,
    at: &Endpoints,
    bases: &[&str],
    announced: &BTreeSet<usize>,
    recipes: &[Recipe],
) -> Vec<DatasetMention> {
    let Some(card) = card else {
        return strings(record.card_data.get("datasets")).into_iter().filter_map(|d| declared_dataset(&d, None, at)).collect();
    };
    let mut told = corpora::trained_on(card, rules, &record.id, bases, announced);
    let named = std::mem::take(&mut told.named);
    let reading = Reading { card, rules, at, own: &record.id, has_base: !bases.is_empty(), announced, more_in: told.more_in };
    let (mut out, unnamed) = reading.declared(record);
    let called = reading.linked(&mut out);
    let in_recipe = reading.recipes(recipes, &mut out);
    reading.benchmarks(&mut out);
    let names: Vec<String> = out.iter().filter(|o| o.mention.declared).take(MAX_NAMES).map(|o| last_name(&o.id)).collect();
    if reading.tells_more_than_declared(&out, unnamed, &names) {
        out.iter_mut().filter(|o| o.mention.declared).for_each(|o| o.open_ended = true);
    }
    reading.corpora_in_prose(named, called, &mut out);
    let trains = |o: &DatasetMention| o.role == Role::Training;
    let tells_more = || beside::tells_more(card, rules, reading.own, reading.has_base, &names).is_some();
    if out.iter().any(trains) && (in_recipe || tells_more()) {
        out.iter_mut().filter(|o| trains(o)).for_each(|o| o.open_ended = true);
    }
    out
}

/// A dataset's name without its owner, folded.
fn last_name(id: &str) -> String {
    text::words(id.rsplit('/').next().unwrap_or(id))
}

/// One card that is read for its datasets. Each step sees what those before it found.
struct Reading<'a> {
    card: &'a Card,
    rules: &'a Rules,
    at: &'a Endpoints,
    /// The model's id.
    own: &'a str,
    has_base: bool,
    /// Blocks of lists that a sentence announces as training data.
    announced: &'a BTreeSet<usize>,
    /// Sections in which prose names further data.
    more_in: Vec<usize>,
}

impl Reading<'_> {
    /// What the front matter, or else the record, declares; and whether a value of it names nothing that anybody could look up
    /// ("Twitter data").
    fn declared(&self, record: &ModelRecord) -> (Vec<DatasetMention>, bool) {
        let front = self.card.front.strings("datasets");
        let values = if front.is_empty() { strings(record.card_data.get("datasets")) } else { front };
        let (mut out, mut unnamed): (Vec<DatasetMention>, bool) = (Vec::new(), false);
        for name in values {
            match declared_dataset(&name, self.card.front_line("datasets", Some(&name)), self.at) {
                Some(d) if !out.iter().any(|o| o.id.eq_ignore_ascii_case(&d.id)) => out.push(d),
                Some(_) => {}
                None => unnamed |= self.rules.corpora.named_in(&name).is_empty() && name.chars().any(char::is_alphabetic),
            }
        }
        (out, unnamed)
    }

    /// Adds what the card links; true where a link is called the training data.
    fn linked(&self, out: &mut Vec<DatasetMention>) -> bool {
        let linked = Linked::of(self.card, out, self.at);
        let mut called = false;
        for (n, link) in self.card.links.iter().enumerate() {
            let Some(id) = dataset_id(&link.url, self.at).filter(|id| !is_output(id, link)) else { continue };
            let (role, is_called) = self.role_of(link);
            called |= is_called;
            if let Some(known) = out.iter_mut().find(|o| o.id.eq_ignore_ascii_case(&id)) {
                if known.role == Role::Unknown {
                    known.role = role;
                }
                continue;
            }
            // Where the front matter declares what trained the model, further links are of other stages or
            // models of the family.
            // Where one section on training data links both, they are told of together; "translated from" links no other.
            let together = || {
                self.topic_of(link) == Some("training-data")
                    && linked.first_of.get(&link.block) == Some(&n)
                    && linked.sections.contains(&link.section)
            };
            let role = if role == Role::Training && out.iter().any(|o| o.mention.declared) && !together() { Role::Unknown } else { role };
            let mention = Mention { line: Some(link.line), declared: false, context: under(self.card, link.section, "linked") };
            let derived = || self.is_made_into_another(link);
            let open_ended = role == Role::Training && (self.more_in.contains(&link.section) || derived());
            out.push(DatasetMention { id, role, mention, open_ended, elsewhere: None });
        }
        called
    }

    /// Adds what training recipes in the card name; true where one names something that nobody could look up. They show what was
    /// done, so they count beside what is declared.
    fn recipes(&self, recipes: &[Recipe], out: &mut Vec<DatasetMention>) -> bool {
        let mut unnamed = false;
        for recipe in recipes {
            for name in &recipe.datasets {
                let by_id = || name.contains('/') && crate::ids::is_repo_id(name);
                let known =
                    || self.rules.corpora.by_id(name).or_else(|| self.rules.corpora.named_in(&name.replace('_', " ")).into_iter().next());
                let Some((id, elsewhere)) = dataset_id(name, self.at)
                    .or_else(|| by_id().then(|| name.clone()))
                    .map(|id| (id, None))
                    .or_else(|| known().map(|c| place_of(c, self.at)))
                else {
                    unnamed = true;
                    continue;
                };
                if let Some(known) = out.iter_mut().find(|o| o.id.eq_ignore_ascii_case(&id)) {
                    known.role = Role::Training;
                    continue;
                }
                let mention = Mention { line: Some(recipe.line), declared: false, context: "a training recipe in the card".into() };
                out.push(DatasetMention { id, role: Role::Training, mention, open_ended: false, elsewhere });
            }
        }
        unnamed
    }

    /// "we translated [X](…)", "augmented from [X](…)": the data are made from what is linked. "[A translation of X](…)" is
    /// what is linked, and "[X](…), which is augmented from Y" tells of X itself.
    fn is_made_into_another(&self, link: &Link) -> bool {
        let sentence = self.card.blocks.get(link.block).map_or("", |b| sentence_of(link, b));
        let around = topics::apart_from_versions(self.card, link.block, sentence, self.rules);
        self.rules.says(&text::words(&around), "data-derived")
    }

    /// "[subset](…) of the [X](…)": what is linked first are the data.
    fn is_whole_of_a_part(&self, link: &Link) -> bool {
        let Some(block) = self.card.blocks.get(link.block).filter(|_| !link.text.is_empty()) else { return false };
        let Some((before, _)) = sentence_of(link, block).split_once(&link.text) else { return false };
        let before = text::words(before);
        let before = before.strip_suffix(" the").unwrap_or(&before);
        let Some(before) = before.strip_suffix(" of") else { return false };
        let parts = self.card.links.iter().filter(|l| l.block == link.block && l.url != link.url && !l.text.is_empty());
        parts.filter(|l| dataset_id(&l.url, self.at).is_some()).any(|l| before.ends_with(&text::words(&l.text)))
    }

    fn topic_of(&self, link: &Link) -> Option<&str> {
        let block = self.card.blocks.get(link.block);
        block
            .and_then(|b| topics::topic_of(self.card, b, self.rules))
            .or_else(|| topics::section_topic(self.card, link.section, self.rules))
    }

    fn said_around(&self, link: &Link) -> String {
        self.card.blocks.get(link.block).map(|b| said_of(link, b)).unwrap_or_default()
    }

    /// What a linked dataset is for, and whether the link is called the training data.
    fn role_of(&self, link: &Link) -> (Role, bool) {
        let (card, rules) = (self.card, self.rules);
        let block = card.blocks.get(link.block);
        let said = self.said_around(link);
        let says = |id: &str| rules.says(&said, id);
        let cell = block.and_then(|b| data_cell(card, link.block, b, rules, self.own));
        let role = match self.topic_of(link) {
            Some("evaluation") => Role::Evaluation,
            Some("citation" | "usage") => Role::Unknown,
            _ if self.is_whole_of_a_part(link) => Role::Unknown,
            _ if block.is_some_and(|b| subject::is_about_another(card, link.block, b, self.own)) => Role::Unknown,
            _ if cell == Some(Cell::Other) || says("data-not-own") || (self.has_base && says("data-of-base")) => Role::Unknown,
            _ if matches!(cell, Some(Cell::Own(c)) if !link.text.is_empty() && c.contains(&link.text)) => Role::Training,
            _ if is_called_training_data(link, block, rules) => return (Role::Training, true),
            Some("training-data" | "training") => Role::Training,
            // "trained it with the [riddles data set](…)"
            _ if says("used-to-train") || (says("tuning") && rules.says(&text::words(&link.text), "data-link")) => Role::Training,
            _ if self.announced.contains(&link.block) || says("trains-with") || corpora::tells_of_training(&said, rules) => Role::Training,
            _ => Role::Unknown,
        };
        (role, false)
    }

    /// A benchmark that is declared: prose says that the model is measured by it, and not that it was trained on it.
    fn benchmarks(&self, out: &mut [DatasetMention]) {
        let is_benchmark = |id: &str| text::name_words(id).iter().any(|w| self.rules.phrase_list("evaluation-set-name").contains(w));
        let trains = |b: &Block| {
            matches!(topics::topic_of(self.card, b, self.rules), Some("training-data" | "training"))
                || (corpora::tells_of_training(&b.folded, self.rules) && !self.rules.says(&b.folded, "data-not-own"))
        };
        let measured =
            |b: &Block| topics::topic_of(self.card, b, self.rules) == Some("evaluation") || self.rules.says(&b.folded, "data-not-own");
        let measures = |id: &str| {
            let name = last_name(id);
            let told: Vec<&Block> = self.card.blocks.iter().filter(|b| text::contains_phrase(&b.folded, &name)).collect();
            told.iter().any(|b| measured(b)) && !told.iter().any(|b| trains(b))
        };
        for one in out.iter_mut().filter(|o| o.mention.declared && is_benchmark(&o.id)).take(MAX_NAMES).filter(|o| measures(&o.id)) {
            one.role = Role::Evaluation;
        }
    }

    /// Whether the card tells of a part of what is declared, or of more than it.
    fn tells_more_than_declared(&self, out: &[DatasetMention], unnamed: bool, names: &[String]) -> bool {
        let mut declared = out.iter().filter(|o| o.mention.declared).peekable();
        if declared.peek().is_none() {
            return false;
        }
        // A set that calls itself filtered is the part that is meant.
        let is_a_part = |o: &DatasetMention| {
            let name = text::words(&o.id);
            self.rules.phrase_list("data-part-name").iter().any(|w| name.split(' ').any(|n| n.contains(w.as_str())))
        };
        let (card, rules, own) = (self.card, self.rules, self.own);
        (!declared.all(is_a_part) && beside::part_told(card, rules, own, self.has_base).is_some())
            || unnamed
            || beside::lists_more(card, rules, own, names, self.announced).is_some()
    }

    /// Adds the well-known corpora that prose names as training data. Where the front matter declares what trained the model,
    /// or a link is called its training data, prose only tells of it again.
    fn corpora_in_prose(&self, told: Vec<corpora::Named<'_>>, called: bool, out: &mut Vec<DatasetMention>) {
        let declared: Vec<&DatasetMention> = out.iter().filter(|o| o.mention.declared).collect();
        // Where a corpus for pre-training is declared, and there is no base, prose tells of the same stage: a corpus that
        // a sentence names beside it belongs to the data.
        let pretrains = |o: &&DatasetMention| self.rules.corpora.by_id(&o.id).is_some_and(|c| c.kind == CorpusKind::Pretraining);
        let same_stage = !called && !self.has_base && declared.iter().any(pretrains);
        let ids: Vec<String> = declared.iter().map(|o| text::words(&o.id)).collect();
        let is_declared = |n: &corpora::Named<'_>| {
            let names = n.corpus.names.iter().map(|name| text::words(name));
            let mut called = n.corpus.ids.iter().chain([&n.corpus.id]).map(|id| last_name(id)).chain(names);
            // One that is called after the other is a version of it, or that of a sibling.
            let version = |d: &String, id: &str| d.split(' ').next_back().is_some_and(|last| text::contains_phrase(id, last));
            called.any(|id| ids.iter().any(|d| text::contains_phrase(d, &id) || version(d, &id)))
        };
        let beside_declared: BTreeSet<usize> = told.iter().filter(|n| is_declared(n)).map(|n| n.sentence).collect();
        let besides = |n: &corpora::Named<'_>| {
            n.corpus.kind != CorpusKind::Evaluation && !is_declared(n) && n.sentence > 0 && beside_declared.contains(&n.sentence)
        };
        let again = called || !declared.is_empty();
        let told: Vec<_> = told.into_iter().filter(|n| !again || is_left_out(n) || (same_stage && besides(n))).collect();
        named_corpora(self.card, told, self.rules, self.at, out);
    }
}

/// Pictures and leaderboard output live in dataset repositories too, and are no training data.
fn is_output(id: &str, link: &Link) -> bool {
    let id = id.to_lowercase();
    ["images", "assets", "/details_"].iter().any(|w| id.contains(w)) || id.ends_with("-details") || crate::card::is_image(&link.url)
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
    let label = block.any_label().unwrap_or_default();
    format!("{label} {}", text::words(sentence_of(link, block)))
}

fn sentence_of<'c>(link: &'c Link, block: &'c Block) -> &'c str {
    topics::sentence_of(link, block).unwrap_or(&link.text)
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
        let (id, elsewhere) = place_of(named.corpus, at);
        let mention = Mention { line: Some(named.line), declared: false, context: under(card, named.section, "named") };
        out.push(DatasetMention { id, role: Role::Training, mention, open_ended: named.open_ended, elsewhere });
    }
}

/// A well-known corpus' id on the hub, or its own, and its page where that is elsewhere.
fn place_of(corpus: &Corpus, at: &Endpoints) -> (String, Option<String>) {
    match dataset_id(&corpus.url, at) {
        Some(id) => (id, None),
        None => (corpus.id.clone(), Some(corpus.url.clone())),
    }
}

/// Those that are looked up, those that trained the model first, and how many are left out, training data and others. Of training
/// data beyond the limit the rules may know enough.
pub fn bounded(mut named: Vec<DatasetMention>, rules: &Rules, at: &Endpoints) -> (Vec<DatasetMention>, usize, usize) {
    named.sort_by_key(|d| d.role != Role::Training);
    let rest = named.split_off(named.len().min(limits::DATASETS));
    let (training, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(|d| d.role == Role::Training);
    let (known, unknown): (Vec<_>, Vec<_>) = training.into_iter().partition(|d| rules.corpora.by_id(&d.id).is_some());
    let mut left_out = unknown.len();
    for mut dataset in known {
        if named.len() >= limits::DATASETS_KNOWN {
            left_out += 1;
            continue;
        }
        dataset.elsewhere.get_or_insert_with(|| hub::huggingface::HuggingFace.dataset_page(at, &dataset.id));
        named.push(dataset);
    }
    (named, left_out, others.len())
}
