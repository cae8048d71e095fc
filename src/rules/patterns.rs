//! Many patterns of names asked at once: of each only those are compared whose first or last byte fits.

use foldhash::HashMap;

/// A pattern of names (`*`, `?`). What stands before the first wildcard and behind the last, and the
/// longest part without one, are compared first, since of a hundred patterns hardly one fits and these tell.
#[derive(Debug, Clone)]
pub struct Pattern {
    first: Option<u8>,
    last: Option<u8>,
    head: String,
    tail: String,
    longest: String,
    whole: wildmatch::WildMatch,
}

impl Pattern {
    /// The pattern of this text.
    pub fn new(pattern: &str) -> Pattern {
        let wild = ['*', '?'];
        let head = pattern.split(wild).next().unwrap_or_default();
        let tail = pattern.rsplit(wild).next().unwrap_or_default();
        let longest = pattern.split(wild).max_by_key(|part| part.len()).unwrap_or_default();
        Pattern {
            first: head.bytes().next(),
            last: tail.bytes().next_back(),
            head: head.to_string(),
            tail: tail.to_string(),
            // What begins or ends a name need not be looked for again.
            longest: if longest == head || longest == tail { String::new() } else { longest.to_string() },
            whole: wildmatch::WildMatch::new(pattern),
        }
    }

    /// Whether a name fits.
    pub fn matches(&self, name: &str) -> bool {
        name.starts_with(&self.head) && name.ends_with(&self.tail) && name.contains(&self.longest) && self.whole.matches(name)
    }
}

/// Patterns in groups; the first group (in the order given) with a pattern that fits has the name.
#[derive(Debug, Clone, Default)]
pub struct PatternIndex {
    by_first: HashMap<u8, Vec<(usize, Pattern)>>,
    /// Patterns that begin with a wildcard.
    by_last: HashMap<u8, Vec<(usize, Pattern)>>,
    /// Patterns that begin and end with one.
    others: Vec<(usize, Pattern)>,
}

impl PatternIndex {
    pub fn new<'p>(groups: impl IntoIterator<Item = (usize, &'p str)>) -> PatternIndex {
        let mut index = PatternIndex::default();
        for (group, text) in groups {
            let pattern = Pattern::new(text);
            let list = match (pattern.first, pattern.last) {
                (Some(first), _) => index.by_first.entry(first).or_default(),
                (None, Some(last)) => index.by_last.entry(last).or_default(),
                (None, None) => &mut index.others,
            };
            list.push((group, pattern));
        }
        index
    }

    /// The first group with a pattern that fits a name in lower case.
    pub fn first(&self, lower: &str) -> Option<usize> {
        let by = |map: &'_ HashMap<u8, Vec<(usize, Pattern)>>, byte: Option<u8>| -> Option<usize> {
            let fits = map.get(&byte?)?.iter().find(|(_, pattern)| pattern.matches(lower));
            fits.map(|(group, _)| *group)
        };
        let others = || self.others.iter().find(|(_, pattern)| pattern.matches(lower)).map(|(group, _)| *group);
        let found = [by(&self.by_first, lower.bytes().next()), by(&self.by_last, lower.bytes().next_back()), others()];
        found.into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_pattern_fits_what_its_text_fits(pattern in "[ab*?/]{0,8}", name in "[ab/]{0,8}") {
            prop_assert_eq!(Pattern::new(&pattern).matches(&name), wildmatch::WildMatch::new(&pattern).matches(&name));
        }

        #[test]
        fn as_if_all_were_compared(patterns in prop::collection::vec("[ab*?/.]{0,6}", 0..8), name in "[ab/.]{0,8}") {
            let index = PatternIndex::new(patterns.iter().map(String::as_str).enumerate());
            let slow = patterns.iter().position(|p| Pattern::new(p).matches(&name));
            prop_assert_eq!(index.first(&name), slow);
        }
    }
}
