//! How the link to a repository stands in its text, and what is said of it there.

use crate::card::{Block, BlockKind, Card, topics};
use crate::rules::Rules;
use crate::text;

/// Blocks that a card begins with: where its own addresses stand in a row.
const HEAD: usize = 12;
const MOST_IN_A_BAR: usize = 30;
/// Bytes before and after a link in which its sentence is looked for.
const AROUND: usize = 600;
/// Words between "our" and "repository", and between "Code:" and the link.
const BETWEEN: usize = 3;

#[derive(Debug, Default)]
pub(super) struct Placed {
    /// The sentence that it stands in, folded; where that is not known, the words of the link.
    pub(super) sentence: String,
    /// What comes before it in that sentence, and after it.
    before: String,
    after: String,
    /// The sentence without the address, where one stands in it as it is.
    pub(super) said: String,
    /// Its own words, folded; of an address as it stands, none.
    called: String,
    /// It stands in a row of links at the head of the card.
    pub(super) in_bar: bool,
}

impl Placed {
    /// Of the link of that index, in the block that it stands in.
    pub(super) fn of(card: &Card, index: usize, block: &Block) -> Placed {
        let Some(link) = card.links.get(index) else { return Placed::default() };
        let is_address = link.text.starts_with("http");
        let called = if is_address { String::new() } else { text::words(&link.text) };
        let in_bar = is_bar(card, link.block, block);
        let earlier = card.links.iter().take(index).rev().take_while(|l| l.block == link.block).filter(|l| l.text == link.text).count();
        let Some(at) = whole_words(&block.text, &link.text).nth(earlier) else {
            return Placed { sentence: text::words(text::cut(&link.text, AROUND).as_ref()), called, in_bar, ..Placed::default() };
        };
        // No more of the block than a sentence has: it may hold thousands of links.
        let start = block.text.floor_char_boundary(at.saturating_sub(AROUND));
        let end = block.text.ceil_char_boundary((at + link.text.len()).saturating_add(AROUND));
        let (at, mut from) = (at - start, 0);
        for sentence in topics::sentences(block.text.get(start..end).unwrap_or_default()) {
            let to = from + sentence.len();
            if (from..to).contains(&at) {
                let (before, rest) = sentence.split_at_checked(at - from).unwrap_or_default();
                let after = rest.get(link.text.len()..).unwrap_or_default();
                let (before, after, sentence) = (before.to_string(), after.to_string(), text::words(sentence));
                let said = if is_address { text::words(&format!("{before} {after}")) } else { sentence.clone() };
                return Placed { sentence, said, before, after, called, in_bar };
            }
            from = to;
        }
        Placed::default()
    }

    /// "\[Code](…)", "the official \[GitHub repo](…)", "\[this](…) repo".
    pub(super) fn is_called_code(&self, rules: &Rules) -> bool {
        let list = |w: &str, id: &str| rules.phrase_list(id).iter().any(|o| o == w);
        let bare: Vec<&str> = self.called.split(' ').filter(|w| !w.is_empty()).skip_while(|w| list(w, "before-code")).collect();
        let then = || text::words(&self.after).split(' ').next().is_some_and(|w| list(w, "code-word"));
        rules.phrase_list("code-label").contains(&bare.join(" ")) || (bare.is_empty() && !self.called.is_empty() && then())
    }

    /// "with \[Zork](…)": the word before the link says that it was made use of.
    pub(super) fn is_used(&self, rules: &Rules) -> bool {
        let before = text::words(&self.before);
        before.rsplit(' ').next().is_some_and(|w| rules.phrase_list("used-with").iter().any(|p| p == w))
    }

    /// "first released in this \[repository](…)": between these words and the link nothing is said but where it is.
    pub(super) fn is_released_in(&self, rules: &Rules) -> bool {
        let before = text::words(&self.before);
        let is_place = |w: &str| rules.phrase_list("where-it-is").iter().any(|p| p == w);
        let behind = |phrase: &String| before.rfind(phrase.as_str()).and_then(|at| before.get(at + phrase.len()..));
        rules.phrase_list("released-in").iter().filter_map(behind).any(|rest| rest.split_whitespace().all(is_place))
    }

    /// "Our code is based on \[Zork](…)".
    pub(super) fn is_built_on(&self, rules: &Rules) -> bool {
        rules.says(&text::words(&self.before), "built-on")
    }

    /// "BERT's GitHub \[repository](…)", where `owns` does not hold for the name.
    pub(super) fn is_of_others(&self, rules: &Rules, owns: impl Fn(&str) -> bool) -> bool {
        let said = format!("{} {}", text::words(&self.before), self.called);
        let words: Vec<&str> = said.split(' ').filter(|w| !w.is_empty()).collect();
        let is = |w: &str, id: &str| rules.phrase_list(id).iter().any(|p| p == w);
        // Its words, and a few before them.
        let near = words.len().saturating_sub(self.called.split(' ').count() + BETWEEN + 1);
        let mut pairs = words.iter().zip(words.iter().skip(1)).enumerate().skip(near);
        pairs.any(|(at, (name, s))| {
            let mut then = words.iter().skip(at + 2).skip_while(|w| is(w, "before-code"));
            let used = || words.iter().take(at).rev().take(BETWEEN).any(|w| is(w, "used-with"));
            *s == "s" && then.next().is_some_and(|w| is(w, "code-word")) && (is(name, "model-family") || !owns(name) || used())
        })
    }

    /// "Training data: a corpus. Code: see \[here](…)", though the block has another label.
    pub(super) fn is_labelled_code(&self, rules: &Rules) -> bool {
        let Some((label, between)) = self.before.rsplit_once([':', '：']) else { return false };
        let between = text::words(between).split(' ').count();
        let label = text::words(label);
        between <= BETWEEN && !rules.says(&label, "code-of-no-training") && ends_with_one_of(&label, rules.phrase_list("code-word"))
    }

    /// "in our central repository at \[…]": between the word and the link nothing is said but where it is.
    pub(super) fn is_said_to_be_ours(&self, rules: &Rules) -> bool {
        let said = format!("{} {}", text::words(&self.before), self.called);
        let words: Vec<&str> = said.split(' ').filter(|w| !w.is_empty()).collect();
        let is = |w: &str, id: &str| rules.phrase_list(id).iter().any(|p| p == w);
        let Some(code) = words.iter().rposition(|w| is(w, "code-word")) else { return false };
        let (until, after) = words.split_at(code);
        let near = until.get(code.saturating_sub(BETWEEN + 1)..).unwrap_or_default();
        near.iter().any(|w| is(w, "ours"))
            && after.iter().skip(1).all(|w| is(w, "where-it-is"))
            && !rules.says(&words.get(code.saturating_sub(BETWEEN)..).unwrap_or_default().join(" "), "code-of-no-training")
    }
}

/// Where words stand in a text, whole.
fn whole_words<'t>(text: &'t str, words: &'t str) -> impl Iterator<Item = usize> + 't {
    let joined = |a: Option<char>, b: Option<char>| a.zip(b).is_some_and(|(a, b)| a.is_alphanumeric() && b.is_alphanumeric());
    text.match_indices(words).map(|(at, _)| at).filter(move |at| {
        let (before, after) = (text.get(..*at).unwrap_or_default(), text.get(at + words.len()..).unwrap_or_default());
        let inside = joined(before.chars().next_back(), words.chars().next()) || joined(words.chars().next_back(), after.chars().next());
        !words.is_empty() && !inside
    })
}

/// Hardly more in it than links.
fn is_bar(card: &Card, index: usize, block: &Block) -> bool {
    // Links are in the order of their blocks.
    let from = card.links.partition_point(|l| l.block < index);
    let links = || card.links.iter().skip(from).take_while(|l| l.block == index);
    let count = |s: &str| s.split_whitespace().count();
    index < HEAD
        && block.kind == BlockKind::Text
        && links().nth(MOST_IN_A_BAR).is_none()
        && count(&block.folded) <= links().map(|l| count(&text::words(&l.text)) + 1).sum()
}

fn ends_with_one_of(label: &str, words: &[String]) -> bool {
    words.iter().any(|w| label.strip_suffix(w.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with(' ') || !w.is_ascii()))
}
