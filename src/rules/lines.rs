//! Tables that need no making ready: sorted lines, in which a key is found by halving.

use std::borrow::Cow;
use std::sync::OnceLock;

/// Sorted lines `key<TAB>entry`.
#[derive(Debug, Default)]
pub(super) struct Lines {
    text: OnceLock<Cow<'static, str>>,
    packed: Packed,
}

/// Lines that the build compressed (zstd), and their length.
pub(super) type Packed = (&'static [u8], usize);

/// The keys and entries of lines.
pub(super) fn pairs(lines: &str) -> impl Iterator<Item = (&str, usize)> {
    lines.lines().filter_map(|line| line.split_once('\t')).filter_map(|(key, n)| Some((key, n.parse().ok()?)))
}

impl Lines {
    /// Those that the build made.
    pub(super) fn built_in(lines: &'static str) -> Lines {
        Lines { text: OnceLock::from(Cow::Borrowed(lines)), packed: Packed::default() }
    }

    /// Those that the build made and compressed; they are unpacked when they are first asked for.
    pub(super) fn packed(packed: Packed) -> Lines {
        Lines { text: OnceLock::new(), packed }
    }

    /// Those of a directory of rules; they have to be sorted.
    pub(super) fn made(lines: String) -> Lines {
        Lines { text: OnceLock::from(Cow::Owned(lines)), packed: Packed::default() }
    }

    pub(super) fn text(&self) -> &str {
        // A test reads all of them, so that none is broken here.
        self.text.get_or_init(|| {
            let (bytes, length) = self.packed;
            let unpacked = zstd::bulk::decompress(bytes, length).ok().and_then(|b| String::from_utf8(b).ok());
            Cow::Owned(unpacked.unwrap_or_default())
        })
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
        let text = self.text();
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
