//! Code repositories that a card links.

use super::under;
use crate::card::{BlockKind, Card, Link, topics};
use crate::hub::github::RepoId;
use crate::hub::record::ModelRecord;
use crate::ids::same_owner;
use crate::rules::Rules;
use crate::snapshot::Mention;
use crate::text;
use std::collections::HashMap;

/// Those most surely the model's own first. A link to a tool,
/// or one that nothing ties to the model, is no evidence and is left out.
pub fn repos(record: &ModelRecord, card: &Card, rules: &Rules) -> Vec<(RepoId, Mention)> {
    let tools = rules.word_list("tool-repositories");
    let (org, name) = record.id.split_once('/').unwrap_or(("", &record.id));
    let mut ranked: Vec<(i32, RepoId, Mention)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for link in &card.links {
        // An address pasted behind another one is the one that is meant.
        let url = link.url.rfind("https://github.com/").and_then(|i| link.url.get(i..)).unwrap_or(&link.url);
        let Some(id) = RepoId::from_url(url) else { continue };
        let own = same_owner(org, &id.owner);
        if tools.iter().any(|t| t.eq_ignore_ascii_case(&id.to_string())) && !own {
            continue;
        }
        let block = card.blocks.get(link.block);
        let topic = block.and_then(|b| topics::topic_of(card, b, rules)).or_else(|| topics::section_topic(card, link.section, rules));
        if topic == Some("citation") && !own {
            continue;
        }
        let label = block.and_then(|b| b.any_label()).unwrap_or_default();
        let said = block.map(|b| sentence_of(link, &b.text)).unwrap_or_default();
        let says = |id: &str| rules.says(&said, id);
        let named_as_code = rules.phrase_list("code-label").iter().any(|l| label == l || label.starts_with(&format!("{l} ")));
        let mut rank = 0;
        rank += 3 * i32::from(own);
        // Somebody else's "bert" is the method, as often as not; a name of two words is the model's.
        let shared = shared_words(name, &id.name);
        rank += if shared > 1 || (own && shared > 0) { 2 } else { i32::from(shared > 0) };
        rank += 2 * i32::from(topic == Some("links") || named_as_code);
        // Somebody else's repository is cited for a method or a dataset more often than for the code that was run.
        rank += 2 * i32::from(says("code-of-training"));
        rank += i32::from(matches!(topic, Some("training" | "training-data")));
        rank -= i32::from(topic == Some("usage"));
        if rank < 2 || block.is_some_and(|b| b.kind == BlockKind::Code) {
            continue;
        }
        let context = under(card, link.section, "linked");
        let mention = Mention { line: Some(link.line), declared: false, context };
        let next = ranked.len();
        let place = *places.entry(id.to_string().to_lowercase()).or_insert(next);
        match ranked.get_mut(place) {
            Some(known) if known.0 < rank => *known = (rank, id, mention),
            Some(_) => {}
            None => ranked.push((rank, id, mention)),
        }
    }
    ranked.sort_by_key(|r| std::cmp::Reverse(r.0));
    ranked.into_iter().map(|(_, id, mention)| (id, mention)).collect()
}

/// The sentence that a link stands in, folded.
fn sentence_of(link: &Link, block: &str) -> String {
    let sentence = topics::sentences(block).into_iter().find(|s| !link.text.is_empty() && s.contains(&link.text));
    text::words(sentence.unwrap_or(&link.text))
}

/// How many distinctive words the names of a model and of a repository share.
fn shared_words(model: &str, repo: &str) -> usize {
    let split = |s: &str| -> Vec<String> { text::words(s).split(' ').map(str::to_string).collect() };
    let generic = [
        "model",
        "models",
        "llm",
        "chat",
        "instruct",
        "base",
        "large",
        "small",
        "medium",
        "v1",
        "v2",
        "v3",
        "7b",
        "13b",
        "hf",
        "the",
        "open",
        "code",
        "train",
        "training",
        "inference",
    ];
    let (model, repo) = (split(model), split(repo));
    let is_shared = |w: &&String| {
        w.len() > 2
            && !generic.contains(&w.as_str())
            && !w.chars().all(|c| c.is_ascii_digit())
            && repo.iter().any(|r| r == *w || (w.len() > 4 && r.starts_with(w.as_str())))
    };
    model.iter().filter(is_shared).count()
}
