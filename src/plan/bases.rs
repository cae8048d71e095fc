//! Base models that a model names: declared in the front matter or the hub's tags, written into an
//! adapter's configuration or a merge recipe, or else linked in prose beside words such as
//! "fine-tuned from".

use super::{BaseMention, model_id, under};
use crate::card::topics::{self, contains_phrase, sentences};
use crate::card::{BlockKind, Card, Link};
use crate::evidence::Mention;
use crate::hub::record::{ModelRecord, strings};
use crate::hub::{self, Endpoints};
use crate::rules::Rules;
use crate::text;

/// All of them. Prose is asked only where nothing is declared: it also tells of relatives.
pub fn bases(record: &ModelRecord, card: Option<&Card>, rules: &Rules, at: &Endpoints) -> Vec<BaseMention> {
    let mut out = Bases { own: &record.id, found: declared(record, card, at) };
    if let Some(base) = record.config.get("peft").and_then(|p| p.get("base_model_name_or_path")).and_then(|b| b.as_str()) {
        let mention = Mention { line: None, declared: true, context: "base_model_name_or_path in adapter_config.json".into() };
        out.add(base, Some("adapter"), mention);
    }
    if let Some(card) = card.filter(|_| out.found.is_empty()) {
        recipes(card, &mut out);
        if out.found.is_empty() {
            prose(card, rules, at, &mut out);
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
        if hub::is_repo_id(id) && !known && !id.eq_ignore_ascii_case(self.own) {
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
            && hub::is_repo_id(id)
        {
            add(id.to_string(), Some(relation.to_string()), Mention { line: None, declared: true, context: "a base_model tag".into() });
        }
    }
    out
}

/// Models in a merge recipe that the card shows (mergekit's YAML).
fn recipes(card: &Card, out: &mut Bases<'_>) {
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

/// Links to models under a label or heading on the base, or else in the first sentence that says what
/// the model was made from.
fn prose(card: &Card, rules: &Rules, at: &Endpoints, out: &mut Bases<'_>) {
    let candidates: Vec<(&Link, String)> = card.links.iter().filter_map(|l| Some((l, linked_model(&l.url, at)?))).collect();
    let mention = |link: &Link| Mention { line: Some(link.line), declared: false, context: under(card, link.section, "linked") };
    for (link, id) in &candidates {
        if is_labelled(card, link, rules) {
            out.add(id, None, mention(link));
        }
    }
    if !out.found.is_empty() {
        return;
    }
    let (derived, derived_after) = (rules.phrase_list("derived-from"), rules.phrase_list("derived-from-after"));
    for block in 0..card.blocks.len() {
        let Some(b) = card.blocks.get(block).filter(|b| b.kind == BlockKind::Text) else { continue };
        let topic = topics::topic_of(card, b, rules);
        if matches!(topic, Some("citation" | "evaluation" | "usage" | "license" | "training-data")) {
            continue;
        }
        for (link, id) in candidates.iter().filter(|(l, _)| l.block == block) {
            let linked = text::words(&link.text);
            let follows = sentences(&b.text).into_iter().map(text::words).any(|folded| {
                let Some(at) = folded.find(&linked).filter(|_| !linked.is_empty()) else { return false };
                let before = folded.get(..at).unwrap_or_default();
                // The words stand right before the link: "a fine-tuned version of the (…) model X".
                let near = before.char_indices().rev().nth(48).map_or(before, |(i, _)| before.get(i..).unwrap_or(before));
                let after = folded.get(at + linked.len()..).unwrap_or_default();
                let after = after.char_indices().nth(24).map_or(after, |(i, _)| after.get(..i).unwrap_or(after));
                derived.iter().any(|p| contains_phrase(near, p)) || derived_after.iter().any(|p| contains_phrase(after, p))
            });
            if follows {
                out.add(id, None, mention(link));
            }
        }
        // Later sentences are about relatives.
        if !out.found.is_empty() {
            return;
        }
    }
}

fn is_labelled(card: &Card, link: &Link, rules: &Rules) -> bool {
    let Some(block) = card.blocks.get(link.block) else { return false };
    let labels = rules.phrase_list("base-label");
    let label = block.label.as_deref().unwrap_or_default();
    let labelled = labels.iter().any(|l| label == l || label.starts_with(&format!("{l} ")));
    labelled || (block.label.is_none() && topics::topic_of(card, block, rules) == Some("base-model"))
}

/// The model that an address on a hub is about whose models are other models' bases.
fn linked_model(url: &str, at: &Endpoints) -> Option<String> {
    let folded = text::fold_url(url);
    let hubs = hub::HUBS.iter().filter(|f| f.bases == f.hub.name());
    let on_hub = hubs
        .flat_map(|f| f.hosts.iter().map(|h| (*h).to_string()).chain(f.services.iter().map(|s| text::fold_url(at.get(s.key)))))
        .any(|h| folded.strip_prefix(h.as_str()).is_some_and(|r| r.starts_with('/')));
    on_hub.then(|| model_id(url, at)).flatten().filter(|id| id.contains('/'))
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
        assert_eq!(found("[base](https://huggingface.co/a/b)をベースに学習しました。"), [("a/b".into(), None)]);
        assert_eq!(found("# Base model\nhttps://huggingface.co/a/b"), [("a/b".into(), None)]);
    }

    #[test]
    fn told_of_others() {
        assert_eq!(found("It beats [base](https://huggingface.co/a/b), which is based on nothing."), []);
        assert_eq!(found("## Evaluation\nA fine-tuned version of [base](https://huggingface.co/a/b)."), []);
        assert_eq!(found("A fine-tuned version of [this](https://huggingface.co/o/n)."), []);
        assert_eq!(found("Based on [the data](https://huggingface.co/datasets/a/b)."), []);
    }

    #[test]
    fn merge_recipes_and_adapters() {
        let card = "```yaml\nmodels:\n  - model: a/b\n  - model: c/d+e/f # best\nmerge_method: ties\nbase_model: a/b\n```\n";
        assert_eq!(found(card), [("a/b".into(), Some("merge".into())), ("c/d".into(), Some("merge".into()))]);
        let json = serde_json::json!({"id": "o/n", "config": {"peft": {"base_model_name_or_path": "a/b"}}});
        let record = crate::hub::record::ModelRecord::parse(json.to_string().as_bytes()).unwrap();
        let rules = Rules::load(None).unwrap();
        assert_eq!(bases(&record, None, &rules, &Endpoints::default()).first().map(|b| b.id.clone()), Some("a/b".into()));
    }
}
