//! Phrases that license texts are recognised by.

use super::{LicenseRule, TextMarks};
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::collections::HashSet;

/// All phrases of the rules, found in one pass over a text.
#[derive(Debug)]
pub struct Marks {
    phrases: Vec<String>,
    automaton: Option<AhoCorasick>,
}

impl Marks {
    /// Of the phrases of some licenses, folded as [`crate::text::words`] does.
    pub fn new(licenses: &[LicenseRule]) -> Marks {
        let of = |m: &'_ TextMarks| -> Vec<String> { m.all.iter().chain(&m.any).chain(&m.none).cloned().collect() };
        let mut phrases: Vec<String> = licenses.iter().filter_map(|l| l.text.as_ref()).flat_map(of).filter(|p| !p.is_empty()).collect();
        phrases.sort();
        phrases.dedup();
        let automaton = AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(&phrases).ok();
        Marks { phrases, automaton }
    }

    /// The phrases that folded text has: at word boundaries where they are ASCII, anywhere where they are not.
    pub fn said(&self, folded: &str) -> HashSet<&str> {
        let mut out = HashSet::new();
        let Some(automaton) = &self.automaton else { return out };
        for found in automaton.find_overlapping_iter(folded) {
            let Some(phrase) = self.phrases.get(found.pattern().as_usize()) else { continue };
            let edge = |at: Option<u8>| at.is_none_or(|b| b == b' ');
            let bytes = folded.as_bytes();
            let before = found.start().checked_sub(1).and_then(|i| bytes.get(i).copied());
            if !phrase.is_ascii() || (edge(before) && edge(bytes.get(found.end()).copied())) {
                out.insert(phrase.as_str());
            }
        }
        out
    }
}
