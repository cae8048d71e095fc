//! Many patterns of names asked at once: of each only those are compared whose first or last byte fits.

use super::schema::FilePattern;
use std::collections::HashMap;

/// Patterns in groups; the first group (in the order given) with a pattern that fits has the name.
#[derive(Debug, Clone, Default)]
pub struct PatternIndex {
    by_first: HashMap<u8, Vec<(usize, FilePattern)>>,
    /// Patterns that begin with a wildcard.
    by_last: HashMap<u8, Vec<(usize, FilePattern)>>,
    /// Patterns that begin and end with one.
    others: Vec<(usize, FilePattern)>,
}

impl PatternIndex {
    pub fn new<'p>(groups: impl IntoIterator<Item = (usize, &'p str)>) -> PatternIndex {
        let mut index = PatternIndex::default();
        for (group, text) in groups {
            let pattern = FilePattern::new(text);
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
        let by = |map: &'_ HashMap<u8, Vec<(usize, FilePattern)>>, byte: Option<u8>| -> Option<usize> {
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
        fn as_if_all_were_compared(patterns in prop::collection::vec("[ab*?/.]{0,6}", 0..8), name in "[ab/.]{0,8}") {
            let index = PatternIndex::new(patterns.iter().map(String::as_str).enumerate());
            let slow = patterns.iter().position(|p| FilePattern::new(p).matches(&name));
            prop_assert_eq!(index.first(&name), slow);
        }
    }
}
