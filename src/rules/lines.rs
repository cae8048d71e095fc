//! Tables that need no making ready: sorted lines, in which a key is found by halving.

use std::borrow::Cow;

/// Sorted lines `key<TAB>entry`.
#[derive(Debug, Default)]
pub(super) struct Lines(Cow<'static, str>);

/// The keys and entries of lines.
pub(super) fn pairs(lines: &str) -> impl Iterator<Item = (&str, usize)> {
    lines.lines().filter_map(|line| line.split_once('\t')).filter_map(|(key, n)| Some((key, n.parse().ok()?)))
}

impl Lines {
    /// Those that the build made.
    pub(super) fn built_in(lines: &'static str) -> Lines {
        Lines(Cow::Borrowed(lines))
    }

    /// Those of a directory of rules; they have to be sorted.
    pub(super) fn made(lines: String) -> Lines {
        Lines(Cow::Owned(lines))
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }

    /// The entries of a key, in their order.
    pub(super) fn of(&self, key: &str) -> impl Iterator<Item = usize> {
        self.from(key).take_while(move |(k, _)| *k == key).map(|(_, n)| n)
    }

    /// The keys whose first word this is, with their entries.
    pub(super) fn beginning(&self, word: &str) -> impl Iterator<Item = (&str, usize)> {
        // Keys whose first word only begins with it may stand between them.
        let begin = self.from(word).take_while(move |(key, _)| key.starts_with(word));
        begin.filter(move |(key, _)| key.split(' ').next() == Some(word))
    }

    /// Keys and entries from the first key that is no smaller.
    fn from(&self, key: &str) -> impl Iterator<Item = (&str, usize)> {
        let text = self.0.as_ref();
        let (mut low, mut high) = (0, text.len());
        while low < high {
            let middle = low + (high - low) / 2;
            // The line in which the middle is.
            let bytes = text.as_bytes();
            let start = bytes.get(..middle).and_then(|b| b.iter().rposition(|c| *c == b'\n')).map_or(0, |i| i + 1);
            let end = bytes.get(middle..).and_then(|b| b.iter().position(|c| *c == b'\n')).map_or(text.len(), |i| middle + i + 1);
            let smaller = text.get(start..end).and_then(|line| line.split_once('\t')).is_some_and(|(k, _)| k < key);
            if smaller { low = end } else { high = start }
        }
        pairs(text.get(low..).unwrap_or_default())
    }
}
