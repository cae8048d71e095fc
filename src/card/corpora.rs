//! Well-known corpora that a card names in prose as what the model was trained on.

use super::topics::{contains_phrase, sentences, topic_of};
use super::{BlockKind, Card};
use crate::rules::Rules;
use crate::rules::schema::{Corpus, CorpusKind};
use crate::text;

/// A corpus and where it is named.
#[derive(Debug)]
pub struct Named<'r> {
    pub corpus: &'r Corpus,
    pub line: u32,
    pub section: usize,
    /// The sentence or section speaks of more than the names, or of a part of what is named ("such as
    /// …", "a filtered subset of …").
    pub open_ended: bool,
}

/// Corpora that sentences such as "was trained on …", or a section on training data, name. With
/// `has_base`, what pre-trained the base model is left out.
pub fn trained_on<'r>(card: &Card, rules: &'r Rules, has_base: bool) -> Vec<Named<'r>> {
    let says = |folded: &str, id: &str| rules.phrase_list(id).iter().any(|p| contains_phrase(folded, p));
    let mut out: Vec<Named<'r>> = Vec::new();
    let mut open_sections = Vec::new();
    for block in card.blocks.iter().filter(|b| b.kind != BlockKind::Code) {
        let topic = topic_of(card, block, rules);
        if matches!(topic, Some("citation" | "evaluation" | "usage" | "license" | "base-model")) {
            continue;
        }
        let in_section = topic == Some("training-data");
        for sentence in sentences(&block.text) {
            let folded = text::words(sentence);
            let open_ended = says(&folded, "data-open-ended");
            if in_section && open_ended {
                open_sections.push(block.section);
            }
            let said = says(&folded, "data-described");
            if !(said || in_section) || says(&folded, "data-not-own") || (has_base && says(&folded, "data-of-base")) {
                continue;
            }
            for corpus in rules.corpora.named_in(sentence) {
                // A benchmark in a section on data is what was kept out of it, as often as not.
                if corpus.kind == CorpusKind::Evaluation && !said {
                    continue;
                }
                match out.iter_mut().find(|n| n.corpus.id == corpus.id) {
                    Some(known) => known.open_ended |= open_ended,
                    None => out.push(Named { corpus, line: block.line, section: block.section, open_ended }),
                }
            }
        }
    }
    for named in &mut out {
        named.open_ended |= open_sections.contains(&named.section);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(card: &str, has_base: bool) -> Vec<(String, bool)> {
        let rules = Rules::load(None).unwrap();
        let card = Card::parse(card.as_bytes());
        trained_on(&card, &rules, has_base).iter().map(|n| (n.corpus.id.clone(), n.open_ended)).collect()
    }

    #[test]
    fn sentences_and_sections() {
        assert_eq!(named("It was trained on C4.", false), [("allenai/c4".to_string(), false)]);
        assert_eq!(named("It was trained on a mix of sources such as C4.", false), [("allenai/c4".to_string(), true)]);
        assert_eq!(named("## Training data\n- Dolma\n- C4\n", false).len(), 2);
        assert_eq!(named("## Training data\n- Dolma\n- other web pages and so on\n", false), [("allenai/dolma".to_string(), true)]);
    }

    #[test]
    fn what_is_not_its_own_data() {
        assert_eq!(named("## Evaluation\nIt was trained on C4.", false), []);
        assert_eq!(named("Unlike models that were trained on C4, ours is small.", false), []);
        assert_eq!(named("We like C4.", false), []);
        assert_eq!(named("The base model was pretrained on C4.", true), []);
        assert_eq!(named("## Training data\nDecontaminated against GSM8K.", false), []);
    }
}
