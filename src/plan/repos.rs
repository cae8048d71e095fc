//! Code repositories that a card links.

use super::{BaseMention, under};
use crate::card::{BlockKind, Card, subject, topics};
use crate::hub::github::RepoId;
use crate::hub::record::ModelRecord;
use crate::ids::same_owner;
use crate::rules::Rules;
use crate::snapshot::Mention;
use crate::text;
use std::collections::HashMap;

mod placed;
use placed::Placed;

/// Those most surely the model's own first. A link to a tool,
/// or one that nothing ties to the model, is no evidence and is left out.
pub fn repos(record: &ModelRecord, card: &Card, bases: &[BaseMention], rules: &Rules) -> Vec<(RepoId, Mention)> {
    let tools = rules.word_list("tool-repositories");
    let (org, name) = record.id.split_once('/').unwrap_or(("", &record.id));
    let mut ranked: Vec<(i32, RepoId, Mention)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (index, link) in card.links.iter().enumerate() {
        // An address pasted behind another one is the one that is meant.
        let url = link.url.rfind("https://github.com/").and_then(|i| link.url.get(i..)).unwrap_or(&link.url);
        let Some(id) = RepoId::from_url(url) else { continue };
        let own = same_owner(org, &id.owner);
        let block = card.blocks.get(link.block);
        let placed = block.map(|b| Placed::of(card, index, b)).unwrap_or_default();
        let says = |id: &str| rules.says(&placed.sentence, id);
        // A tool's page; but what a model was released in is its own, however much it is used since.
        let is_tool = || tools.iter().any(|t| t.eq_ignore_ascii_case(&id.to_string()));
        if !own && is_tool() && !placed.is_released_in(rules) {
            continue;
        }
        let topic = block.and_then(|b| topics::topic_of(card, b, rules)).or_else(|| topics::section_topic(card, link.section, rules));
        if !own && (topic == Some("citation") || subject::in_card_of_another(card, link.section, &record.id)) {
            continue;
        }
        let label = block.and_then(|b| b.any_label()).unwrap_or_default();
        let named_as_code = rules.phrase_list("code-label").iter().any(|l| label == l || label.starts_with(&format!("{l} ")));
        let mut rank = 0;
        rank += 3 * i32::from(own);
        // Somebody else's "bert" is the method, as often as not; a name of two words is the model's.
        let shared = if !own && rules.says(&text::words(&id.name), "data-link") { 0 } else { shared_words(name, &id.name) };
        rank += if shared > 1 || (own && shared > 0) { 2 } else { i32::from(shared > 0) };
        // What results were measured with, and what helps to use the model, is no more than that.
        let aside = topic == Some("evaluation") || rules.says(&placed.said, "code-beside-training");
        let told = (says("code-of-training") || placed.is_released_in(rules)) && (own || !placed.is_built_on(rules));
        let of_data = rules.says(&placed.said, "data-link");
        let of_others = !own && placed.is_of_others(rules, |w| text::words(&record.id).split(' ').any(|own| own.starts_with(w)));
        // The card of a base, taken over in part, names its maker's repository.
        let of_base = !own && bases.iter().any(|b| is_of_maker(b, org, &id));
        if !own && !of_others && !of_base && !placed.is_used(rules) {
            let named = !says("derived-from-here") && is_named_after(name, &id.name, org, bases, rules);
            let of_account = is_project_of(org, &id.name);
            rank += match (named, of_account) {
                (true, true) => 3,
                (true, false) if !aside => 3,
                (false, true) if !aside && !of_data => 2,
                _ => 0,
            };
        }
        rank += 2 * i32::from(topic == Some("links") || named_as_code || placed.is_labelled_code(rules));
        if !of_others {
            // Somebody else's repository is cited for a method or a dataset more often than for the code that was run.
            rank += 2 * i32::from(told);
            rank += 2 * i32::from(!aside && !of_base && placed.is_said_to_be_ours(rules));
            if !aside && !of_base && placed.is_called_code(rules) {
                let ours = placed.in_bar || says("first-person");
                rank += i32::from(ours || !of_data) + i32::from(ours || (!of_data && (says("more-there") || says("trains"))));
            }
        }
        rank += i32::from(matches!(topic, Some("training" | "training-data")) && (own || told || !of_data));
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

/// Whether the maker of a base, who did not make the model, has the repository.
fn is_of_maker(base: &BaseMention, org: &str, repo: &RepoId) -> bool {
    let owner = base.id.split_once('/').map_or("", |(owner, _)| owner);
    same_owner(owner, &repo.owner) && !same_owner(owner, org)
}

/// The model's name begins with the whole name of the repository, which is that of no family of models and of no base of
/// somebody else's: `o/zork-7b-chat`, and `github.com/somebody/Zork`.
fn is_named_after(model: &str, repo: &str, org: &str, bases: &[BaseMention], rules: &Rules) -> bool {
    let called = text::words(repo);
    let joined = |s: &str| s.replace(' ', "");
    let is_family = rules.phrase_list("model-family").iter().any(|f| joined(f) == joined(&called));
    let of_others = |b: &BaseMention| {
        let (owner, base) = b.id.split_once('/').unwrap_or(("", &b.id));
        !same_owner(owner, org) && begins_with(base, &called)
    };
    begins_with(model, &called) && !is_family && !bases.iter().any(of_others)
}

/// Whether a name begins with another one, which is folded: no letter of the same word follows, but that of a version may.
fn begins_with(name: &str, called: &str) -> bool {
    let letters = called.chars().filter(|c| *c != ' ');
    if letters.clone().count() < SHORTEST_NAME || called.split(' ').all(|w| GENERIC.contains(&w)) {
        return false;
    }
    let name = text::words(name);
    let mut rest = name.chars().peekable();
    for letter in letters {
        while rest.next_if_eq(&' ').is_some() {}
        if rest.next() != Some(letter) {
            return false;
        }
    }
    let is_version = |rest: &mut dyn Iterator<Item = char>| rest.next().is_none_or(|c| c.is_ascii_digit() || c == ' ');
    match rest.next() {
        Some('v') => is_version(&mut rest),
        after => is_version(&mut after.into_iter()),
    }
}

/// The repository has the name of the account, or one that begins with it: `zork/zork-7b`, and `github.com/somebody/zork-py`.
fn is_project_of(org: &str, repo: &str) -> bool {
    let org = text::words(org);
    org.chars().count() >= SHORTEST_ACCOUNT
        && (same_owner(&org, repo) || text::words(repo).split_once(' ').is_some_and(|(first, _)| first == org))
}

/// Names shorter than this are those of too many things.
const SHORTEST_NAME: usize = 4;
const SHORTEST_ACCOUNT: usize = 3;

/// Words in names of models and of repositories that tell nothing of which one it is.
const GENERIC: [&str; 21] = [
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

/// How many distinctive words the names of a model and of a repository share.
fn shared_words(model: &str, repo: &str) -> usize {
    let split = |s: &str| -> Vec<String> { text::words(s).split(' ').map(str::to_string).collect() };
    let (model, repo) = (split(model), split(repo));
    let is_shared = |w: &&String| {
        w.len() > 2
            && !GENERIC.contains(&w.as_str())
            && !w.chars().all(|c| c.is_ascii_digit())
            && repo.iter().any(|r| r == *w || (w.len() > 4 && r.starts_with(w.as_str())))
    };
    model.iter().filter(is_shared).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The repositories of a card, and of a record that declares bases.
    fn own(id: &str, bases: &[&str], card: &str) -> Vec<String> {
        let rules = Rules::load(None).unwrap();
        let record = ModelRecord::parse(serde_json::json!({"id": id}).to_string().as_bytes()).unwrap();
        let mention = Mention { line: None, declared: true, context: String::new() };
        let base = |id: &&str| BaseMention { id: id.to_string(), relation: None, mention: mention.clone() };
        let bases: Vec<BaseMention> = bases.iter().map(base).collect();
        repos(&record, &Card::parse(card.as_bytes()), &bases, &rules).into_iter().map(|(id, _)| id.to_string()).collect()
    }

    /// The card links the model's own repository.
    #[track_caller]
    fn finds(id: &str, card: &str) {
        assert!(!own(id, &[], card).is_empty(), "{card}");
    }

    /// The card links none.
    #[track_caller]
    fn finds_none(id: &str, card: &str) {
        assert_eq!(own(id, &[], card), <[String; 0]>::default(), "{card}");
    }

    #[test]
    fn the_repository_has_the_name_that_the_models_begins_with() {
        for id in ["lab/zorkling-7b", "lab/ZorklingV2.1-chat", "lab/Zorkling"] {
            finds(id, "https://github.com/someone/Zorkling\n");
        }
        // Another word, the name of a family, a word of all names, and one that was made use of.
        finds_none("lab/zorklings-7b", "https://github.com/someone/Zorkling\n");
        finds_none("lab/bert-base-zork", "https://github.com/someone/bert\n");
        finds_none("lab/chat-7b", "https://github.com/someone/chat\n");
        finds_none("lab/zorkling-7b", "It was trained with [Zorkling](https://github.com/someone/Zorkling).\n");
        finds_none("lab/zorkling-squad", "[Zorkling](https://github.com/someone/Zorkling) model fine-tuned on questions.\n");
    }

    #[test]
    fn a_base_of_somebody_else_keeps_its_repository() {
        let card = "https://github.com/someone/Zorkling\n";
        assert_eq!(own("lab/zorkling-chat", &["someone/zorkling-7b"], card), <[String; 0]>::default());
        assert_eq!(own("lab/zorkling-chat", &["lab/zorkling-7b"], card), ["someone/Zorkling"]);
        // A row of links that was taken over from the card of the base.
        let row = "[Paper](https://arxiv.org/abs/2309.00071) • [GitHub](https://github.com/someone/x)\n";
        assert_eq!(own("lab/m", &["someone/frob"], row), <[String; 0]>::default());
        assert_eq!(own("lab/m", &["other/frob"], row), ["someone/x"]);
    }

    #[test]
    fn the_repository_has_the_name_of_the_account() {
        finds("zork/roberta-tiny", "See [zork-py](https://github.com/someone/zork-py).\n");
        finds_none("zo/roberta-tiny", "See [zo-py](https://github.com/someone/zo-py).\n");
        finds_none("zork/roberta-tiny", "For results see [zork](https://github.com/someone/zork).\n");
    }

    #[test]
    fn a_row_of_links_begins_the_card() {
        finds("lab/m", "# M\n[Paper](https://arxiv.org/abs/2309.00071) • [GitHub](https://github.com/someone/x)\n");
        finds("lab/m", "<p><a href=\"https://lab.example\">Home</a> • <a href=\"https://github.com/someone/x\">Github Repo</a></p>\n");
        finds_none("lab/m", "# M\n[Paper](https://arxiv.org/abs/2309.00071) • [Some tool](https://github.com/someone/x)\n");
        finds_none("lab/m", "# M\n## Evaluation\n[Paper](https://arxiv.org/abs/2309.00071) • [GitHub](https://github.com/someone/x)\n");
        finds_none("lab/m", "# M\nA benchmark that is by others altogether has its page on [GitHub](https://github.com/someone/x).\n");
    }

    #[test]
    fn a_link_is_called_code_in_a_sentence_of_ours_or_on_training() {
        finds("lab/m", "Released our [paper](https://x.example), [code](https://github.com/someone/x) and [data](https://y.example).\n");
        finds("lab/m", "Trained by someone, [original source](https://github.com/someone/x).\n");
        finds("lab/m", "For more deatils see [this](https://github.com/someone/x) repo.\n");
        finds_none("lab/m", "Trained on a dataset that is on [GitHub](https://github.com/someone/x).\n");
        finds_none("lab/m", "We evaluated it with their [code](https://github.com/someone/x).\n");
        finds_none("lab/m", "For more see [this](https://github.com/someone/x) page.\n");
    }

    #[test]
    fn a_repository_is_said_to_be_ours() {
        finds("lab/m", "Our scripts can be found in our central repository at https://github.com/someone/x-benchmarks\n");
        finds("lab/m", "Visit our Project Git here: https://github.com/someone/x\n");
        finds_none("lab/m", "Our code is based on [x](https://github.com/someone/x).\n");
        finds_none("lab/m", "Find our evaluation code at https://github.com/someone/x\n");
        finds_none("lab/m", "To learn how to use this model visit our central repository at https://github.com/someone/x\n");
    }

    #[test]
    fn a_label_within_a_paragraph_says_code() {
        finds("lab/m", "**Language:** one\n**Code:** See [here](https://github.com/someone/x)\n");
        finds_none("lab/m", "**Language:** one\n**Tokenizer:** See [here](https://github.com/someone/x)\n");
        finds_none("lab/m", "**Language:** one\n**Evaluation code:** See [here](https://github.com/someone/x)\n");
    }

    #[test]
    fn the_card_says_that_the_training_is_told_there() {
        finds("lab/m", "Training details can be found in [x](https://github.com/someone/x).\n");
        // The sentence of the link, and not an earlier one with a longer word that begins alike.
        finds("lab/m", "`lab/Zork2-7b` was tuned. For training details see the [Zork](https://github.com/someone/z) repo.\n");
        finds_none("lab/m", "Training details are in the paper. [x](https://github.com/someone/x) is a tokenizer.\n");
    }

    #[test]
    fn what_a_model_was_released_in_is_no_mere_tool() {
        let tool = "https://github.com/facebookresearch/fairseq";
        finds("lab/m", &format!("It was introduced in a paper and first released in [this repository]({tool}).\n"));
        finds_none("lab/m", &format!("Our code: [this repository]({tool}).\n"));
        finds_none("lab/m", &format!("It was first released in 2019, and our code is run with [fairseq]({tool}).\n"));
    }

    #[test]
    fn code_of_others_is_called_theirs() {
        finds("lab/m", "The model was trained. Code is in the model's GitHub [repository](https://github.com/lab/x).\n");
        finds_none("lab/m", "The model was trained using BERT's GitHub [repository](https://github.com/someone/x).\n");
        // The card of the base, taken over.
        finds_none("lab/m", "# M\n\n# Frobnitz Model Card\nOur code is on [GitHub](https://github.com/someone/x).\n");
    }

    #[test]
    fn a_repository_of_data_is_not_tied_by_its_name() {
        finds("lab/zork-frob-7b", "[x](https://github.com/someone/zork-frob)\n");
        finds_none("lab/zork-frob-7b", "[x](https://github.com/someone/zork-frob-dataset)\n");
        finds_none("lab/zork-7b", "## Training data\nTraining data is from https://github.com/someone/x_zork\n");
    }
}
