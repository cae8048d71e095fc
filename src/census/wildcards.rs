//! Many wildcard patterns asked at once. One pass over the text finds the literal pieces that it
//! holds; only patterns whose longest piece is there are matched, so the answer is that of matching
//! all of them.
//!
//! `rules/patterns.rs` answers the same question. It is ready at once, which an audit of some hundred names needs; this takes
//! milliseconds to make and answers so much sooner that a record is judged in a third of the instructions.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use wildmatch::WildMatch;

/// Bytes of literal pieces up to which a DFA is made of them: some milliseconds.
const DFA_BYTES: usize = 5_000;

/// Patterns in groups; the first group (in the order given) with a matching pattern has the text.
pub struct Wildcards {
    /// Finds literal pieces; pattern `n` of it stands for `patterns[n]`.
    pieces: Option<AhoCorasick>,
    patterns: Vec<(usize, WildMatch)>,
    /// Patterns without any literal piece, which are always matched.
    bare: Vec<(usize, WildMatch)>,
}

impl Wildcards {
    /// Makes groups of patterns ready, in lower case as the rules have them.
    pub fn new<'p>(groups: impl IntoIterator<Item = (usize, &'p str)>) -> Wildcards {
        let (mut pieces, mut patterns, mut bare) = (Vec::new(), Vec::new(), Vec::new());
        for (group, pattern) in groups {
            let piece = pattern.split(['*', '?']).max_by_key(|p| p.len()).unwrap_or_default();
            let ready = (group, WildMatch::new(pattern));
            if piece.is_empty() {
                bare.push(ready);
            } else {
                pieces.push(piece.to_string());
                patterns.push(ready);
            }
        }
        // A DFA answers twice as fast and takes ten times as long to make, which pays where there is little to make.
        let small = pieces.iter().map(String::len).sum::<usize>() < DFA_BYTES;
        let kind = if small { AhoCorasickKind::DFA } else { AhoCorasickKind::ContiguousNFA };
        // Too many patterns for one automaton is beyond any rule file; all are then matched one by one.
        match AhoCorasick::builder().match_kind(MatchKind::Standard).kind(Some(kind)).build(&pieces) {
            Ok(automaton) => Wildcards { pieces: Some(automaton), patterns, bare },
            Err(_) => Wildcards { pieces: None, patterns: Vec::new(), bare: bare.into_iter().chain(patterns).collect() },
        }
    }

    /// The first group with a pattern that matches the whole of a text in lower case.
    pub fn first(&self, lower: &str) -> Option<usize> {
        let mut best = self.bare.iter().filter(|(_, p)| p.matches(lower)).map(|(g, _)| *g).min();
        for hit in self.pieces.iter().flat_map(|p| p.find_overlapping_iter(lower)) {
            if let Some((group, pattern)) = self.patterns.get(hit.pattern().as_usize())
                && best.is_none_or(|b| *group < b)
                && pattern.matches(lower)
            {
                best = Some(*group);
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_group_has_it() {
        let w = Wildcards::new([(0, "*.index.json"), (1, "model*"), (2, "*.json"), (3, "*")]);
        let got: Vec<_> = ["a.index.json", "model.json", "x.json", "x", ""].iter().map(|s| w.first(s)).collect();
        assert_eq!(got, [Some(0), Some(1), Some(2), Some(3), Some(3)]);
    }

    proptest! {
        #[test]
        fn as_if_all_were_matched(patterns in prop::collection::vec("[ab*?/.]{0,6}", 1..8), text in "[ab/.]{0,8}") {
            let w = Wildcards::new(patterns.iter().map(String::as_str).enumerate());
            let slow = patterns.iter().position(|p| WildMatch::new(p).matches(&text));
            prop_assert_eq!(w.first(&text), slow);
        }
    }
}
