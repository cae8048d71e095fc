//! Which model a piece of a card is about. Cards list relatives, hold the card of their base, and tell of a
//! whole family: what is said there of training data is not the model's own.

use super::{Block, Card};
use crate::text;

/// Whether a block is about another model than the one whose id is `own`.
pub fn is_about_another(card: &Card, index: usize, block: &Block, own: &str) -> bool {
    is_relative(card, index, block) || in_card_of_another(card, block.section, own) || is_of_the_family(card, index, block, own)
}

/// "- [other/model](…): this model is trained on …" in a list of relatives.
fn is_relative(card: &Card, index: usize, block: &Block) -> bool {
    let Some(label) = block.any_label() else { return false };
    let first = card.links.iter().find(|l| l.block == index);
    first.is_some_and(|l| {
        let url = text::fold_url(&l.url);
        let on_hub = url.strip_prefix("huggingface.co/").or_else(|| url.strip_prefix("hf.co/"));
        text::words(&l.text) == label && on_hub.is_some_and(|rest| !rest.starts_with("datasets/"))
    })
}

/// Under a heading such as "LLaMA Model Card", behind the model's own: the card of its base, taken over. A
/// copy's "Original model card" is that of the model itself.
pub fn in_card_of_another(card: &Card, section: usize, own: &str) -> bool {
    let title = card.sections.iter().position(|s| !s.heading.is_empty());
    let mut at = Some(section);
    while let Some(index) = at {
        let Some(here) = card.sections.get(index) else { return false };
        at = here.parent;
        let Some((before, after)) = here.heading.split_once("model card") else { continue };
        if before.contains("original") || Some(index) == title {
            continue;
        }
        let name: Vec<&str> = before.split(' ').chain(after.split(' ')).filter(|w| !is_plain(w)).collect();
        if !name.is_empty() && !shares_a_word(&name, own) {
            return true;
        }
    }
    false
}

/// A paragraph that begins with the name of another member of the family: "**[Zork-R](…)** is released …" on
/// the card of `o/zork-7b`.
fn is_of_the_family(card: &Card, index: usize, block: &Block, own: &str) -> bool {
    let Some(label) = block.label.as_deref() else { return false };
    let linked = card.links.iter().find(|l| l.block == index).map(|l| text::words(&l.text));
    let name = linked.as_deref().filter(|l| !l.is_empty() && label.starts_with(*l)).unwrap_or(label);
    let words: Vec<&str> = name.split(' ').filter(|w| !is_plain(w)).collect();
    let own = own_words(own);
    let family = own.first().is_some_and(|first| words.first() == Some(&first.as_str()));
    family
        && (2..=4).contains(&words.len())
        && words.iter().any(|w| !own.iter().any(|o| o.trim_start_matches('v') == w.trim_start_matches('v')))
}

/// Words that belong to no name.
fn is_plain(word: &str) -> bool {
    let plain = [
        "", "the", "a", "of", "for", "from", "and", "model", "models", "card", "cards", "new", "series", "llm", "llms", "s", "data",
        "dataset",
    ];
    plain.contains(&word)
}

fn own_words(own: &str) -> Vec<String> {
    let name = own.split_once('/').map_or(own, |(_, n)| n);
    text::words(name).split(' ').map(str::to_string).collect()
}

/// Whether a name could be the model's: a word of it, or its letters run together.
fn shares_a_word(name: &[&str], own: &str) -> bool {
    let joined: String = text::words(own).split(' ').collect();
    name.iter().any(|w| w.len() > 1 && !w.chars().all(|c| c.is_ascii_digit()) && joined.contains(w))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about_another(card: &str, own: &str) -> Vec<bool> {
        let card = Card::parse(card.as_bytes());
        card.blocks.iter().enumerate().map(|(i, b)| is_about_another(&card, i, b, own)).collect()
    }

    #[test]
    fn relatives_and_family() {
        assert_eq!(about_another("- [o/other](https://huggingface.co/o/other): trained on C4.", "o/zork-7b"), [true]);
        assert_eq!(about_another("**[Zork-R](https://x.example) (new)** uses our preference data.", "o/zork-7b"), [true]);
        assert_eq!(about_another("**[Zork-R](https://x.example) (new)** uses our preference data.", "o/zork-7b-r"), [false]);
        assert_eq!(about_another("**Zork v2** was trained on C4.", "o/zork-2-base"), [false]);
        assert_eq!(about_another("**Zork data** is C4.", "o/zork-7b"), [false]);
        assert_eq!(about_another("**Training data** is C4.", "o/zork-7b"), [false]);
    }

    #[test]
    fn a_card_within_a_card() {
        let within = |heading: &str, own: &str| about_another(&format!("# Zork\n\nA.\n\n# {heading}\n\n## Training data\n\nC4.\n"), own);
        assert_eq!(within("Frotz Model Card", "o/zork-7b"), [false, true]);
        assert_eq!(within("Frotz Model Card", "o/zork-frotz-7b"), [false, false]);
        assert_eq!(within("Original model card: Frotz", "o/zork-7b"), [false, false]);
        assert_eq!(within("Model card", "o/zork-7b"), [false, false]);
        // The title may call the model by another name than the repository.
        assert_eq!(about_another("# Frotz Model Card\n\nC4.", "o/zork-7b"), [false]);
    }
}
