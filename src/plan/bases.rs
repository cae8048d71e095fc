//! Base models that a model names: declared in the front matter or the hub's tags, written into an
//! adapter's configuration or a merge recipe, or else linked in prose beside words such as
//! "fine-tuned from".

use super::around::Around;
use super::named::{self, Own};
use super::{BaseMention, model_id, under};
use crate::card::front_matter::strings;
use crate::card::recipe::Recipe;
use crate::card::topics::{self, sentences};
use crate::card::{BlockKind, Card};
use crate::hosts::Endpoints;
use crate::hub::record::ModelRecord;
use crate::rules::Rules;
use crate::snapshot::Mention;
use crate::{hub, text};

/// All of them. The card's training recipes (`recipes`) and prose are asked only where nothing is declared: prose also tells of relatives.
pub fn bases(record: &ModelRecord, card: Option<&Card>, rules: &Rules, at: &Endpoints, recipes: &[Recipe]) -> Vec<BaseMention> {
    let mut out = Bases { own: &record.id, found: declared(record, card, at) };
    if let Some(base) = record.config.get("peft").and_then(|p| p.get("base_model_name_or_path")).and_then(|b| b.as_str()) {
        let mention = Mention { line: None, declared: true, context: "base_model_name_or_path in adapter_config.json".into() };
        out.add(base, Some("adapter"), mention);
    }
    if let Some(card) = card.filter(|_| out.found.is_empty()) {
        merge_recipes(card, &mut out);
        if out.found.is_empty() {
            training_recipes(recipes, &mut out);
        }
        if out.found.is_empty() {
            prose(card, &Own::of(record), rules, at, &mut out);
        }
    }
    out.found
}

struct Bases<'a> {
    own: &'a str,
    found: Vec<BaseMention>,
}

impl Bases<'_> {
    fn add(&mut self, id: &str, relation: Option<&str>, mention: Mention) {
        let known = self.found.iter().any(|b| b.id.eq_ignore_ascii_case(id));
        if crate::ids::is_repo_id(id) && !known && !id.eq_ignore_ascii_case(self.own) {
            self.found.push(BaseMention { id: id.to_string(), relation: relation.map(str::to_string), mention });
        }
    }
}

fn declared(record: &ModelRecord, card: Option<&Card>, at: &Endpoints) -> Vec<BaseMention> {
    let mut out: Vec<BaseMention> = Vec::new();
    let declared_relation = record.card_data.get("base_model_relation").and_then(|r| r.as_str()).map(str::to_lowercase);
    let mut add = |id: String, relation: Option<String>, mention: Mention| {
        if !out.iter().any(|b| b.id.eq_ignore_ascii_case(&id)) {
            out.push(BaseMention { id, relation, mention });
        }
    };
    let front = card.map(|c| c.front.strings("base_model")).unwrap_or_default();
    let named = if front.is_empty() { strings(record.card_data.get("base_model")) } else { front };
    for name in named {
        let id = model_id(&name, at).unwrap_or(name.clone());
        let line = card.and_then(|c| c.front_line("base_model", Some(&name)));
        let tagged = record.tags.iter().find_map(|t| {
            let (relation, tagged) = t.strip_prefix("base_model:")?.split_once(':')?;
            tagged.eq_ignore_ascii_case(&id).then(|| relation.to_string())
        });
        add(id, declared_relation.clone().or(tagged), Mention { line, declared: true, context: "base_model in the front matter".into() });
    }
    for tag in &record.tags {
        if let Some((relation, id)) = tag.strip_prefix("base_model:").and_then(|t| t.split_once(':'))
            && crate::ids::is_repo_id(id)
        {
            add(id.to_string(), Some(relation.to_string()), Mention { line: None, declared: true, context: "a base_model tag".into() });
        }
    }
    out
}

/// Models in a merge recipe that the card shows (mergekit's YAML).
fn merge_recipes(card: &Card, out: &mut Bases<'_>) {
    for block in card.blocks.iter().filter(|b| b.kind == BlockKind::Code && b.text.contains("merge_method:")) {
        for line in block.text.lines() {
            let line = line.trim().trim_start_matches("- ");
            let Some(value) = ["model:", "base_model:"].iter().find_map(|k| line.strip_prefix(k)) else { continue };
            let value = value.split('#').next().unwrap_or_default().trim().trim_matches(['"', '\'']);
            // `model+adapter` is one of the recipe's spellings.
            let id = value.split('+').next().unwrap_or_default();
            if id.contains('/') {
                let mention = Mention { line: Some(block.line), declared: true, context: "a merge recipe in the card".into() };
                out.add(id, Some("merge"), mention);
            }
        }
    }
}

/// The model that a training recipe in the card began with. The last run is the one that made the model; those before it
/// are told of with it.
fn training_recipes(recipes: &[Recipe], out: &mut Bases<'_>) {
    let Some((recipe, base)) = recipes.iter().rev().find_map(|r| r.bases.first().map(|b| (r, b))) else { return };
    let mention = Mention { line: Some(recipe.line), declared: true, context: "a training recipe in the card".into() };
    out.add(base, None, mention);
}

/// A model that prose names: by a link, or by its id.
struct Candidate {
    id: String,
    /// How the text calls it, folded.
    called: String,
    /// By a link to its page or a name that the rules know, which shows that it is a model and no dataset.
    linked: bool,
    line: u32,
    section: usize,
    block: usize,
}

/// Links to models, and ids as they are ("a merge of a/b and c/d").
fn candidates(card: &Card, own: &Own, at: &Endpoints, rules: &Rules) -> Vec<Candidate> {
    let linked = card.links.iter().filter_map(|l| {
        // Where words and address differ, the words are what a reader goes by.
        let id = linked_model(&l.url, at, rules)?;
        let id = if is_written_as_id(l.text.trim()) { l.text.trim().to_string() } else { id };
        Some(Candidate { id, called: text::words(&l.text), linked: true, line: l.line, section: l.section, block: l.block })
    });
    let mut out: Vec<Candidate> = linked.collect();
    for (i, block) in card.blocks.iter().enumerate().filter(|(_, b)| b.kind == BlockKind::Text) {
        for word in block.text.split_whitespace().filter(|w| w.contains('/')).take(50) {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric());
            let labelled = || {
                crate::ids::is_repo_id(word)
                    && word.split_once('/').is_some_and(|(o, n)| o.len() > 2 && n.contains(['-', '_']))
                    && is_labelled(card, i, rules)
                    // The words of a link to elsewhere name what is there.
                    && !card.links.iter().any(|l| l.block == i && l.text.contains(word))
            };
            if (is_written_as_id(word) || labelled()) && !out.iter().any(|c| c.block == i && c.id.eq_ignore_ascii_case(word)) {
                out.push(Candidate {
                    id: word.into(),
                    called: text::words(word),
                    linked: false,
                    line: block.line,
                    section: block.section,
                    block: i,
                });
            }
        }
    }
    // Names without owner, where no link or id has them.
    for (i, block) in card.blocks.iter().enumerate().filter(|(_, b)| b.kind == BlockKind::Text) {
        for model in named::models_in(&block.text, own, rules) {
            let known =
                out.iter().any(|c| c.block == i && (c.called.contains(&model.called) || text::words(&c.id).contains(&model.called)));
            if !known {
                // The name of its family, on its own card: "by fine-tuning Zork" says nothing of a base.
                let family = own.is_called_after(&model);
                out.push(Candidate {
                    id: model.id.into(),
                    called: model.called,
                    linked: !family,
                    line: block.line,
                    section: block.section,
                    block: i,
                });
            }
        }
    }
    out
}

/// `owner/name-7b`: no path, no "and/or", and no pair of names ("GPT-3.5/GPT-4").
fn is_written_as_id(word: &str) -> bool {
    let Some((owner, name)) = word.split_once('/') else { return false };
    let stem = |s: &str| s.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default().to_lowercase();
    let pair = owner.chars().any(|c| c.is_ascii_digit()) && stem(owner) == stem(name);
    crate::ids::is_repo_id(word)
        && owner.len() > 2
        && owner.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        && name.chars().any(|c| c.is_ascii_digit())
        && name.chars().any(|c| c.is_ascii_alphabetic())
        && name.contains(['-', '_'])
        && !pair
}

/// Models under a label or heading on the base, or else in the first sentence that says what the model
/// was made from.
fn prose(card: &Card, own: &Own, rules: &Rules, at: &Endpoints, out: &mut Bases<'_>) {
    let candidates = candidates(card, own, at, rules);
    let mention = |c: &Candidate| Mention { line: Some(c.line), declared: false, context: under(card, c.section, "named") };
    // "Base models" over a list of models by the same owner is a list of its family.
    let same_owner = |id: &str| id.split_once('/').zip(out.own.split_once('/')).is_some_and(|((a, _), (b, _))| a.eq_ignore_ascii_case(b));
    let of_family =
        |c: &Candidate| candidates.iter().filter(|o| o.section == c.section && o.block != c.block && same_owner(&o.id)).count() > 1;
    let labelled: Vec<&Candidate> =
        candidates.iter().filter(|c| is_labelled(card, c.block, rules) && !(same_owner(&c.id) && of_family(c))).collect();
    // Several are merged, unless one is told to be the base of another: "X (based on Y)".
    let derived = |c: &Candidate| card.blocks.get(c.block).is_some_and(|b| rules.says(&b.folded, "derived-from"));
    let several = labelled.iter().zip(labelled.iter().skip(1)).any(|(a, b)| !a.id.eq_ignore_ascii_case(&b.id))
        && !labelled.iter().any(|c| derived(c));
    for candidate in labelled {
        out.add(&candidate.id, several.then_some("merge"), mention(candidate));
    }
    if !out.found.is_empty() {
        return;
    }
    for (i, block) in card.blocks.iter().enumerate().filter(|(_, b)| b.kind == BlockKind::Text) {
        let topic = topics::topic_of(card, block, rules);
        if matches!(topic, Some("citation" | "evaluation" | "usage" | "license" | "training-data")) {
            continue;
        }
        for sentence in sentences(&block.text).into_iter().map(text::words) {
            if rules.says(&sentence, "base-not-own") {
                continue;
            }
            // "a merge of a, b and c": where the one before ends.
            let (mut goes_on, mut last): (Option<usize>, usize) = (None, 0);
            let of_block = candidates.iter().filter(|c| c.block == i && !c.called.is_empty());
            // Each place: "X-Instruct is a model fine-tuned from X".
            let mut here: Vec<(usize, &Candidate)> =
                of_block.flat_map(|c| places(&sentence, &c.called).take(5).map(move |at| (at, c))).collect();
            here.sort_by_key(|(at, _)| *at);
            for &(at, candidate) in &here {
                let before = sentence.get(..at).unwrap_or_default();
                // The words stand right before the name: "a fine-tuned version of the (…) model X".
                let near = before.get(last..).unwrap_or_default();
                let near = near.char_indices().rev().nth(48).map_or(near, |(i, _)| near.get(i..).unwrap_or(near));
                last = last.max(at + candidate.called.len());
                let after = sentence.get(at + candidate.called.len()..).unwrap_or_default();
                let after = after.char_indices().nth(24).map_or(after, |(i, _)| after.get(..i).unwrap_or(after));
                let around = Around {
                    before,
                    near,
                    after,
                    whole_after: sentence.get(at + candidate.called.len()..).unwrap_or_default().trim_start(),
                };
                let begins = candidate.section <= 3 && !block.in_list;
                // "X, a merge of Y": what is said of X is another matter.
                let goes = |b: &str| b.len() <= 48 && !rules.says(b, "merged-how") && !rules.says(b, "merges");
                let joined = goes_on.and_then(|from| sentence.get(from..at)).is_some_and(goes);
                // "Y-9B is trained from Y-6B", on the card of neither.
                let of_another = here.iter().any(|(from, c)| {
                    let behind = sentence.get(from + c.called.len()..at).unwrap_or_default();
                    *from < at && !c.id.eq_ignore_ascii_case(out.own) && ["is ", "was "].iter().any(|w| behind.trim_start().starts_with(w))
                });
                if of_another {
                    continue;
                }
                if joined || around.tells_of_base(candidate.linked, &candidate.id, &candidate.called, begins, rules) {
                    goes_on = rules.says(before, "merges").then_some(at + candidate.called.len());
                    out.add(&candidate.id, None, mention(candidate));
                    if joined {
                        out.found.iter_mut().filter(|b| b.relation.is_none()).for_each(|b| b.relation = Some("merge".into()));
                    }
                }
            }
        }
        // "… is a merge between:" and a list.
        let last = sentences(&block.text).into_iter().map(text::words).rfind(|s| !s.is_empty()).unwrap_or_default();
        if block.text.ends_with([':', '：']) && rules.says(&last, "merges") && !rules.says(&last, "base-not-own") {
            let items = card.blocks.iter().enumerate().skip(i + 1).take_while(|(_, b)| b.in_list && b.section == block.section);
            for (item, _) in items {
                if let Some(first) = candidates.iter().find(|c| c.block == item) {
                    out.add(&first.id, Some("merge"), mention(first));
                }
            }
        }
        // Later sentences are about relatives.
        if !out.found.is_empty() {
            return;
        }
    }
}

/// Where whole words stand in a folded sentence.
fn places<'s>(sentence: &'s str, words: &'s str) -> impl Iterator<Item = usize> + 's {
    let bound = |at: Option<&u8>| at.is_none_or(|b| !b.is_ascii_alphanumeric());
    let bytes = sentence.as_bytes();
    sentence
        .match_indices(words)
        .map(|(at, _)| at)
        .filter(move |at| bound(at.checked_sub(1).and_then(|i| bytes.get(i))) && bound(bytes.get(at + words.len())))
}

fn is_labelled(card: &Card, block: usize, rules: &Rules) -> bool {
    let Some(block) = card.blocks.get(block) else { return false };
    let labels = rules.phrase_list("base-label");
    let label = block.any_label().unwrap_or_default();
    let labelled = labels.iter().any(|l| label == l || label.starts_with(&format!("{l} ")));
    labelled || (block.any_label().is_none() && topics::topic_of(card, block, rules) == Some("base-model"))
}

/// The model that an address on a hub is about whose models are other models' bases.
fn linked_model(url: &str, at: &Endpoints, rules: &Rules) -> Option<String> {
    let folded = text::fold_url(url);
    let hubs = hub::HUBS.iter().filter(|f| f.bases == f.hub.name());
    let on_hub = hubs
        .flat_map(|f| f.hosts.iter().map(|h| (*h).to_string()).chain(f.services().map(|s| text::fold_url(at.get(s.key)))))
        .any(|h| folded.strip_prefix(h.as_str()).is_some_and(|r| r.starts_with('/')));
    // The first models had names without an owner, as people's pages have.
    let first = |id: &str| {
        rules.phrase_list("model-without-owner").iter().any(|p| {
            let id = text::words(id);
            id == *p || id.starts_with(&format!("{p} "))
        })
    };
    let own_pages = rules.word_list("pages-of-the-hub");
    on_hub.then(|| model_id(url, at)).flatten().filter(|id| if id.contains('/') { !own_pages.contains(id) } else { first(id) })
}

#[cfg(test)]
mod tests {
    use super::super::tests::planned;
    use super::*;

    fn found(card: &str) -> Vec<(String, Option<String>)> {
        planned("o/n", card).bases.into_iter().map(|b| (b.id, b.relation)).collect()
    }

    #[test]
    fn declared_as_name_list_or_page() {
        let p = planned("o/n", "---\nbase_model:\n- https://huggingface.co/a/b\n- c/d\nbase_model_relation: quantized\n---\n");
        let got: Vec<_> = p.bases.iter().map(|b| (b.id.as_str(), b.mention.line)).collect();
        assert_eq!(got, [("a/b", Some(3)), ("c/d", Some(4))]);
    }

    #[test]
    fn told_in_prose() {
        assert_eq!(found("This model is a fine-tuned version of [base](https://huggingface.co/a/b)."), [("a/b".into(), None)]);
        assert_eq!(found("- **Finetuned from:** [base](https://huggingface.co/a/b)"), [("a/b".into(), None)]);
        assert_eq!(found("N is fine-tuned from Llama 2 70B on chats."), [("meta-llama/Llama-2-70b-hf".into(), None)]);
        assert_eq!(found("N-Instruct is a chat model finetuned from [N](https://huggingface.co/a/n)."), [("a/n".into(), None)]);
        assert_eq!(found("An instruct-tuned [x](https://huggingface.co/a/b)-based model."), [("a/b".into(), None)]);
        assert_eq!(found("[base](https://huggingface.co/a/b)をベースに学習しました。"), [("a/b".into(), None)]);
        assert_eq!(found("N is a [base](https://huggingface.co/a/b) model fine-tuned on chats."), [("a/b".into(), None)]);
        assert_eq!(found("- Base Model: [base](https://huggingface.co/a/b)"), [("a/b".into(), None)]);
        assert_eq!(found("The NVFP4-quantized [base](https://huggingface.co/a/b) model."), [("a/b".into(), None)]);
        assert_eq!(
            found("A merge of acme/base-7b and zeta/other-7b."),
            [("acme/base-7b".into(), Some("merge".into())), ("zeta/other-7b".into(), Some("merge".into()))]
        );
        assert_eq!(found("本模型基于[base](https://huggingface.co/a/b)微调。"), [("a/b".into(), None)]);
        assert_eq!(found("Ce modèle est basé sur [base](https://huggingface.co/a/b)."), [("a/b".into(), None)]);
        assert_eq!(found("Das Modell ist abgeleitet von [base](https://huggingface.co/a/b)."), [("a/b".into(), None)]);
        assert_eq!(found("Modelo basado en [base](https://huggingface.co/a/b)."), [("a/b".into(), None)]);
        assert_eq!(found("[base](https://huggingface.co/a/b)를 기반으로 학습했습니다."), [("a/b".into(), None)]);
        assert_eq!(found("# Base model\nhttps://huggingface.co/a/b"), [("a/b".into(), None)]);
    }

    #[test]
    fn told_of_others() {
        assert_eq!(found("It beats [base](https://huggingface.co/a/b), which is based on nothing."), []);
        assert_eq!(found("## Evaluation\nA fine-tuned version of [base](https://huggingface.co/a/b)."), []);
        assert_eq!(found("A fine-tuned version of [this](https://huggingface.co/o/n)."), []);
        assert_eq!(found("Unlike models based on [base](https://huggingface.co/a/b), it is small."), []);
        assert_eq!(found("It is based on the architecture of [base](https://huggingface.co/a/b)."), []);
        assert_eq!(
            found("A merge of [alpha](https://huggingface.co/a/b) using the tool of [gamma](https://huggingface.co/c/d)."),
            [("a/b".into(), None)]
        );
        assert_eq!(found("GPT-2 XL is the **1.5B parameter** version of GPT-2, a transformer-based language model."), []);
        assert_eq!(found("## Base models\n- [n](https://huggingface.co/o/n)\n- [m](https://huggingface.co/o/m)"), []);
        assert_eq!(found("Yi-9B is trained based on Yi-6B."), []);
        assert_eq!(found("A 1B version may come, potentially based on phi-2, in the future."), []);
        assert_eq!(found("The 13B version of [base](https://huggingface.co/a/b)."), []);
        assert_eq!(found("First: fine-tuning acme/questions-10k on a model."), []);
        assert_eq!(found("Based on GPT-3.5/GPT-4 and/or text/x-python."), []);
        assert_eq!(found("Based on [the data](https://huggingface.co/datasets/a/b)."), []);
    }

    #[test]
    fn training_recipes() {
        let card = "```yaml\nbase_model: a/b\nlearning_rate: 1e-4\n```\n\nIt is fine-tuned from [x](https://huggingface.co/c/d).";
        assert_eq!(found(card), [("a/b".into(), None)]);
        assert_eq!(found(&card.replace("a/b", "./out")), [("c/d".into(), None)]);
        assert_eq!(found(&format!("---\nbase_model: e/f\n---\n{card}")), [("e/f".into(), None)]);
    }

    #[test]
    fn merge_recipes_and_adapters() {
        let card = "```yaml\nmodels:\n  - model: a/b\n  - model: c/d+e/f # best\nmerge_method: ties\nbase_model: a/b\n```\n";
        assert_eq!(found(card), [("a/b".into(), Some("merge".into())), ("c/d".into(), Some("merge".into()))]);
        let json = serde_json::json!({"id": "o/n", "config": {"peft": {"base_model_name_or_path": "a/b"}}});
        let record = crate::hub::record::ModelRecord::parse(json.to_string().as_bytes()).unwrap();
        let rules = Rules::load(None).unwrap();
        assert_eq!(bases(&record, None, &rules, &Endpoints::default(), &[]).first().map(|b| b.id.clone()), Some("a/b".into()));
    }
}
