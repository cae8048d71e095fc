//! Whether a record calls its model open source: in a tag, or in the card's text where the dump has it.

use super::record::Record;
use crate::card::Card;
use crate::rules::Rules;
use crate::text;
use crate::text::contains_phrase;
use aho_corasick::AhoCorasick;

/// Phrases made ready.
pub struct Claims<'r> {
    rules: &'r Rules,
    tags: &'r [String],
    /// Finds the rarest words of the phrases, so that few tags and cards have to be looked at.
    hints: Option<AhoCorasick>,
}

impl<'r> Claims<'r> {
    pub fn new(rules: &'r Rules) -> Claims<'r> {
        let tags = rules.phrase_list("open-source-tag");
        // The first word of an ASCII phrase stands in a text wherever the phrase does, however its words are joined.
        let piece = |p: &'r String| if p.is_ascii() { p.split(' ').next().unwrap_or(p) } else { p.as_str() };
        let hints = AhoCorasick::builder().ascii_case_insensitive(true).build(tags.iter().map(piece)).ok();
        Claims { rules, tags, hints }
    }

    /// Whether a tag or the card says so.
    pub fn open_source(&self, record: &Record<'_>) -> bool {
        let may = |s: &str| self.hints.as_ref().is_none_or(|h| h.is_match(s));
        let tags = record.tags.iter().chain(&record.front.tags.0);
        let tagged = tags.filter(|t| may(t)).any(|t| {
            let folded = text::words(t);
            self.tags.iter().any(|p| contains_phrase(&folded, p))
        });
        tagged || record.card.as_deref().is_some_and(|card| self.card(card))
    }

    /// Whether the card's text says so of the model itself, as an audit reads it.
    fn card(&self, card: &str) -> bool {
        let lower = card.to_lowercase();
        let mentioned = lower.contains("open")
            || self.rules.phrase_list("open-source-claim").iter().any(|p| !p.is_ascii() && lower.contains(p.as_str()));
        mentioned && crate::audit::open_source_claim(&Card::parse(card.as_bytes()), self.rules).is_some()
    }
}
