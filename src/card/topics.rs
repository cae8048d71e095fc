//! Which section of a card speaks of what, and where a phrase is said: headings and phrases from
//! `rules/card.toml` applied to a parsed card.

use super::{Block, BlockKind, Card, Link};
use crate::rules::Rules;
use crate::text::{self, contains_phrase};
use std::borrow::Cow;
use std::cmp::Reverse;

/// Where a phrase was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub line: u32,
    /// Index into the card's blocks.
    pub block: usize,
    /// The sentence, as it stands.
    pub sentence: String,
    /// The phrase of the rules.
    pub phrase: String,
}

/// The topic of the innermost heading (or bold label) that has one. Words before a colon name data and
/// bases; elsewhere ("Code: MIT") they are part of what is said.
pub fn topic_of<'r>(card: &Card, block: &Block, rules: &'r Rules) -> Option<&'r str> {
    let labelled = block.label.as_deref().and_then(|l| topic_of_heading(l, rules));
    let plain = || block.plain_label.as_deref().and_then(|l| topic_of_heading(l, rules));
    let labelled = labelled.or_else(|| plain().filter(|t| matches!(*t, "training-data" | "base-model")));
    labelled.or_else(|| section_topic(card, block.section, rules))
}

/// The topic of a section: that of its innermost heading that has one.
pub fn section_topic<'r>(card: &Card, section: usize, rules: &'r Rules) -> Option<&'r str> {
    card.headings(section).find_map(|s| topic_of_heading(&s.heading, rules))
}

/// The topic whose heading phrase the words are or begin with; the longest phrase wins.
fn topic_of_heading<'r>(heading: &str, rules: &'r Rules) -> Option<&'r str> {
    let heading = heading.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
    let fits = |phrase: &str| {
        if phrase.is_ascii() {
            heading == phrase || starts_with_words(heading, phrase) || ends_with_words(heading, phrase)
        } else {
            heading.contains(phrase)
        }
    };
    let fitting = rules.headings_near(heading).filter(|(_, phrase, _)| fits(phrase));
    // The longest; of two as long the one that the rules name first.
    fitting.max_by_key(|(_, phrase, place)| (phrase.len(), Reverse(*place))).map(|(topic, ..)| topic.id.get_ref().as_str())
}

fn starts_with_words(s: &str, prefix: &str) -> bool {
    s.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(' '))
}

fn ends_with_words(s: &str, suffix: &str) -> bool {
    s.strip_suffix(suffix).is_some_and(|rest| rest.ends_with(' '))
}

/// Every place in prose where one of the phrases of `id` is said, in sections for which `wanted`
/// holds (given the topic).
pub fn said(card: &Card, rules: &Rules, id: &str, wanted: impl Fn(Option<&str>) -> bool) -> Vec<Said> {
    let phrases = rules.phrase_list(id);
    let mut out = Vec::new();
    for (index, block) in card.blocks.iter().enumerate().filter(|(_, b)| b.kind != BlockKind::Code) {
        if !phrases.iter().any(|p| contains_phrase(&block.folded, p)) || !wanted(topic_of(card, block, rules)) {
            continue;
        }
        for sentence in sentences(&block.text) {
            let folded = text::words(sentence);
            if let Some(phrase) = phrases.iter().find(|p| contains_phrase(&folded, p)) {
                out.push(Said { line: block.line, block: index, sentence: sentence.trim().to_string(), phrase: phrase.clone() });
            }
        }
    }
    out
}

/// Sentences, roughly: cut after `.`, `!`, `?` before a blank, and after their full-width forms.
pub fn sentences(s: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut from = 0;
    let mut chars = s.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let ends = matches!(c, '。' | '！' | '？' | '\n') || (matches!(c, '.' | '!' | '?') && next.is_none_or(|n| n == ' '));
        if ends {
            let to = i + c.len_utf8();
            out.extend(s.get(from..to));
            from = to;
        }
    }
    out.extend(s.get(from..).filter(|rest| !rest.trim().is_empty()));
    out
}

/// The sentence of a block that holds the words of a link in it.
pub fn sentence_of<'b>(link: &Link, block: &'b Block) -> Option<&'b str> {
    let words = &link.text;
    sentences(&block.text).into_iter().find(|s| !words.is_empty() && s.contains(words))
}

/// A sentence without clauses such as ", which is made from Y": they tell of what stands before them, and not of the model.
pub fn without_relative(sentence: &str) -> Cow<'_, str> {
    const OPENS: [&str; 6] = [", which is ", ", which are ", ", which was ", ", which were ", ", which contains ", ", which consists "];
    let first = |s: &str| OPENS.iter().filter_map(|o| s.find(o)).min();
    let (mut rest, mut out) = (sentence, String::new());
    while let Some((before, clause)) = first(rest).map(|from| rest.split_at(from)) {
        out.push_str(before);
        // After the comma that opens it, up to the next sign.
        rest = clause.get(1..).and_then(|c| c.find([',', ';', ')']).and_then(|to| c.get(to..))).unwrap_or_default();
    }
    if out.is_empty() {
        return Cow::Borrowed(sentence);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// A sentence of a block without clauses on what stands before them, and without what links to datasets are called that say that
/// these are versions of something: they are the data, and nothing is made from them.
pub fn apart_from_versions(card: &Card, block: usize, sentence: &str, rules: &Rules) -> String {
    let mut out = without_relative(sentence).into_owned();
    for link in card.links.iter().filter(|l| l.block == block && !l.text.is_empty()) {
        let to_dataset = text::fold_page(&link.url).starts_with("huggingface.co/datasets/");
        let called = text::words(&link.text);
        // "[subset](…) of Y", and not "[subset of Y](…)", which may lead to Y.
        let is_part = called.split(' ').count() <= 2 && rules.says(&called, "data-part");
        if to_dataset && (is_part || rules.says(&called, "data-version-word")) {
            out = out.replacen(&link.text, "", 1);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_have_topics() {
        let rules = Rules::load(None).unwrap();
        let topic = |h: &str| topic_of_heading(&text::words(h), &rules).map(str::to_string);
        assert_eq!(topic("Training Data"), Some("training-data".into()));
        assert_eq!(topic("3. Training Data and Filtering"), Some("training-data".into()));
        assert_eq!(topic("训练数据说明"), Some("training-data".into()));
        assert_eq!(topic("License"), Some("license".into()));
        assert_eq!(topic("Evaluation Data"), Some("evaluation".into()));
        assert_eq!(topic("My Model 7B"), None);
    }

    #[test]
    fn clauses_on_what_stands_before() {
        assert_eq!(without_relative("Trained on X, which is made from Y and Z."), "Trained on X");
        assert_eq!(without_relative("On X, which is Y, and Z, which was W; more."), "On X, and Z; more.");
        assert_eq!(without_relative("On X and Y, which we like."), "On X and Y, which we like.");
    }

    #[test]
    fn sentences_are_cut() {
        assert_eq!(sentences("A v1.2 model. It is open!不公开。完"), ["A v1.2 model.", " It is open!不公开。", "完"]);
    }
}
