//! Which heading phrases (`rules/card.toml`) may fit a heading, without trying them all.

use super::schema::Topic;
use foldhash::HashMap;

/// Where a phrase stands: its topic, and its place among the topic's headings.
type Place = (usize, usize);

/// Heading phrases by their first and last words.
#[derive(Debug, Default)]
pub(super) struct TopicIndex {
    by_word: HashMap<String, Vec<Place>>,
    /// Those in scripts without blanks.
    unspaced: Vec<Place>,
}

impl TopicIndex {
    pub(super) fn new(topics: &[Topic]) -> TopicIndex {
        let mut index = TopicIndex::default();
        for (t, topic) in topics.iter().enumerate() {
            for (p, phrase) in topic.headings.iter().enumerate() {
                if !phrase.is_ascii() {
                    index.unspaced.push((t, p));
                    continue;
                }
                let (first, last) = ends(phrase);
                for word in [Some(first), (last != first).then_some(last)].into_iter().flatten() {
                    index.by_word.entry(word.to_string()).or_default().push((t, p));
                }
            }
        }
        index
    }

    /// The phrases that begin or end with a word with which the heading begins or ends, and those that may stand
    /// anywhere in it.
    pub(super) fn near<'i>(&'i self, heading: &'i str) -> impl Iterator<Item = Place> + 'i {
        let (first, last) = ends(heading);
        let spaced = [first, last].into_iter().filter_map(|word| self.by_word.get(word)).flatten();
        spaced.chain(self.unspaced.iter().filter(|_| !heading.is_ascii())).copied()
    }
}

/// The first and the last word.
fn ends(words: &str) -> (&str, &str) {
    (words.split(' ').next().unwrap_or(words), words.rsplit(' ').next().unwrap_or(words))
}
