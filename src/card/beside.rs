//! What a card says of its training data beside the names: that a part of them was used, that more was, that they
//! are kept.

use super::corpora::{is_elsewhere, tells_of_training};
use super::topics::{sentences, topic_of};
use super::{Block, BlockKind, Card, Link, subject};
use crate::rules::Rules;
use crate::text::{self, contains_phrase};
use std::collections::{BTreeMap, BTreeSet};

/// The line on which the card says that the model was trained on a part of something ("trained on a filtered
/// subset of …"): which part, nobody can tell, unless it is what is handed out.
pub fn part_told(card: &Card, rules: &Rules, own: &str, has_base: bool) -> Option<u32> {
    clauses_on_training(card, rules, own, has_base, |after| {
        rules.phrase_list("data-part").iter().any(|p| {
            // Few words stand before it; "the train part of" a set is what others train on too.
            let near = |i: usize| {
                let before = after.get(..i).unwrap_or_default().trim_end();
                before.split(' ').count() <= 4 && !["train", "training"].iter().any(|w| before.ends_with(w))
            };
            contains_phrase(after, p) && after.find(p.as_str()).is_some_and(near)
        })
    })
    .map(|(line, _)| line)
}

/// The sentence that says that what the model was trained on as a whole is kept: "is trained on our internal
/// dataset". "On internal and public data" says less.
pub fn kept_whole(card: &Card, rules: &Rules, own: &str, has_base: bool) -> Option<(u32, String)> {
    let says_data = |s: &str| rules.says(s, "data-word");
    clauses_on_training(card, rules, own, has_base, |after| {
        if !says_data(after) {
            return false;
        }
        let kept = rules.phrase_list("data-kept").iter().filter_map(|p| after.find(p.as_str()).map(|i| (i, i + p.len())));
        // Articles and counts at most stand before it ("on an 80k examples proprietary dataset").
        kept.into_iter().any(|(from, to)| {
            let (before, rest) = (after.get(..from).unwrap_or_default(), after.get(to..).unwrap_or_default());
            let joins = |s: &str| {
                ["and", "with", "as well as", "plus", "or", "from", "mix", "mixture", "及", "和", "と", "et", "und", "y"]
                    .iter()
                    .any(|w| contains_phrase(s, w))
            };
            before.split(' ').filter(|w| !w.is_empty()).count() <= 4 && !joins(before) && !joins(rest)
        })
    })
}

/// The line of an item, in a list or table of the training data, that cannot be looked up: one that is the makers' own
/// and links nothing ("a small set of custom instructions"), or one that stands beside a declared dataset and
/// names none ("16.1M abstracts of papers"). `declared` are the folded names of those.
pub fn lists_more(card: &Card, rules: &Rules, own: &str, declared: &[String], announced: &BTreeSet<usize>) -> Option<u32> {
    let items: Vec<(usize, &Block)> = card
        .blocks
        .iter()
        .enumerate()
        .filter(|(i, b)| {
            (b.in_list || b.kind == BlockKind::TableRow)
                && (topic_of(card, b, rules) == Some("training-data") || announced.contains(i))
                && !subject::is_about_another(card, *i, b, own)
        })
        .collect();
    let mut by_block: BTreeMap<usize, Vec<&Link>> = BTreeMap::new();
    for link in &card.links {
        by_block.entry(link.block).or_default().push(link);
    }
    let links = |i: usize| by_block.get(&i).into_iter().flatten();
    let is_declared = |i: usize, b: &Block| {
        let is_linked = |l: &&Link| {
            let url = text::words(&l.url);
            declared.iter().any(|d| url.ends_with(d.as_str()))
        };
        declared.iter().any(|d| contains_phrase(&b.folded, d)) || links(i).any(is_linked)
    };
    // Looked through once: a stranger's list may have a hundred thousand items.
    let sections: BTreeSet<usize> = items.iter().filter(|(i, b)| is_declared(*i, b)).map(|(_, b)| b.section).collect();
    let item = items.iter().find(|(i, b)| {
        let folded = &b.folded;
        let unlinked = links(*i).next().is_none();
        let custom = (rules.says(folded, "data-custom") && rules.says(folded, "data-word")) || rules.says(folded, "data-gathered");
        let beside = || {
            b.in_list
                && rules.says(folded, "data-word")
                && rules.corpora.named_in(&b.text).is_empty()
                && !is_declared(*i, b)
                && sections.contains(&b.section)
                && !rules.says(folded, "data-not-own")
                && !rules.says(folded, "data-again")
        };
        // "X: 5K row subset": which rows is not told.
        let part = || b.in_list && is_declared(*i, b) && rules.says(folded, "data-part-of-item") && !rules.says(folded, "data-again");
        (unlinked && ((custom && folded.split(' ').count() <= 12) || beside())) || part()
    })?;
    Some(item.1.line)
}

/// The line of a sentence that names more than what is known: "trained on X, along with several other datasets", "this
/// dataset will be released", "added back data of Zork". `declared` are the folded names of declared datasets.
pub fn tells_more(card: &Card, rules: &Rules, own: &str, has_base: bool, declared: &[String]) -> Option<u32> {
    card.blocks.iter().enumerate().filter(|(_, b)| b.kind == BlockKind::Text).find_map(|(i, block)| {
        let topic = topic_of(card, block, rules);
        if is_elsewhere(topic) || subject::is_about_another(card, i, block, own) {
            return None;
        }
        let names_declared = |folded: &str| declared.iter().filter_map(|d| d.split(' ').next()).any(|first| contains_phrase(folded, first));
        let tells = |folded: &String| {
            let of_data = rules.says(folded, "data-set-word") || rules.says(folded, "data-word");
            let trained = tells_of_training(folded, rules) || matches!(topic, Some("training-data" | "training"));
            let promised = || rules.says(folded, "promised") && rules.says(folded, "data-set-word");
            let added = || {
                !declared.is_empty() && rules.says(folded, "data-added") && rules.says(folded, "data-set-word") && !names_declared(folded)
            };
            of_data
                && ((trained && rules.says(folded, "data-more")) || promised() || added())
                && !rules.says(folded, "data-not-own")
                && !(has_base && rules.says(folded, "data-of-base"))
        };
        sentences(&block.text).into_iter().map(text::words).any(|s| tells(&s)).then_some(block.line)
    })
}

/// The first clause that says what the model was trained on, of which `wanted` holds: it is given what
/// stands behind "trained on", folded.
fn clauses_on_training(card: &Card, rules: &Rules, own: &str, has_base: bool, wanted: impl Fn(&str) -> bool) -> Option<(u32, String)> {
    let trains = |p: &&String| !p.is_ascii() || p.contains("train") || p.contains("tuned");
    let phrases = || rules.phrase_list("data-described").iter().chain(rules.phrase_list("data-described-first")).filter(trains);
    card.blocks.iter().enumerate().filter(|(_, b)| b.kind == BlockKind::Text).find_map(|(i, block)| {
        if is_elsewhere(topic_of(card, block, rules)) || subject::is_about_another(card, i, block, own) {
            return None;
        }
        let tells = |sentence: &&str| {
            let folded = text::words(sentence);
            let own = phrases().any(|p| contains_phrase(&folded, p))
                && !rules.says(&folded, "data-not-own")
                && !(has_base && rules.says(&folded, "data-of-base"));
            own && sentence.split([',', ';', ':', '(', '，', '（', '、']).map(text::words).any(|clause| {
                let after =
                    phrases().filter_map(|p| clause.find(p.as_str()).and_then(|i| clause.get(i + p.len()..))).max_by_key(|a| a.len());
                after.is_some_and(|after| wanted(after.trim_start()))
            })
        };
        sentences(&block.text).into_iter().find(tells).map(|s| (block.line, s.trim().to_string()))
    })
}
