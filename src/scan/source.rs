//! Texts and the places of what stands in them: a text that was taken out of a file (a notebook cell,
//! a block of YAML, a JSON string) knows where each part of it stands in the file.

use super::Location;
use std::borrow::Cow;
use std::cell::Cell;

/// Characters of a line that are shown at most.
const MAX_SNIPPET: usize = 240;
/// Characters of one name or expression that are counted.
const MAX_WIDTH: usize = 1_000;

/// A text and where its parts stand in the file, both in bytes.
#[derive(Debug, Clone)]
pub struct Source<'a> {
    pub text: Cow<'a, str>,
    /// (place in `text`, place in the file), ascending; between two, both advance alike.
    map: Vec<(usize, usize)>,
}

impl<'a> Source<'a> {
    /// A part of the file as it stands there, from byte `at` on.
    pub fn verbatim(text: &'a str, at: usize) -> Self {
        Source { text: Cow::Borrowed(text), map: vec![(0, at)] }
    }

    /// Nothing yet.
    pub fn empty() -> Source<'static> {
        Source { text: Cow::Owned(String::new()), map: Vec::new() }
    }

    /// Adds text that stands at byte `at` of the file.
    pub fn push(&mut self, text: &str, at: usize) {
        self.map.push((self.text.len(), at));
        self.text.to_mut().push_str(text);
    }

    /// The place in the file of a byte of the text.
    pub fn at(&self, offset: usize) -> usize {
        let i = self.map.partition_point(|(from, _)| *from <= offset);
        match i.checked_sub(1).and_then(|i| self.map.get(i)) {
            Some((from, at)) => at + (offset - from),
            None => offset,
        }
    }

    /// The pieces that it was put together from, each with its place.
    pub fn pieces(&self, mut each: impl FnMut(&str, usize)) {
        for (i, (from, at)) in self.map.iter().enumerate() {
            let to = self.map.get(i + 1).map_or(self.text.len(), |(next, _)| *next);
            each(self.text.get(*from..to).unwrap_or(""), *at);
        }
    }

    /// A part of the text as a text of its own.
    pub fn part(&self, from: usize, to: usize) -> Source<'_> {
        let text = self.text.get(from..to).unwrap_or("");
        let mut map = vec![(0, self.at(from))];
        let first = self.map.partition_point(|(o, _)| *o <= from);
        let inner = self.map.iter().skip(first).take_while(|(o, _)| *o < to);
        map.extend(inner.map(|(o, at)| (o - from, *at)));
        Source { text: Cow::Borrowed(text), map }
    }
}

/// Where the lines of a file begin.
#[derive(Debug)]
pub struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    /// The last place that was asked for: start of its line, its byte, its column from 0. Places are asked for in
    /// order, and a line may be the whole file.
    last: Cell<(usize, usize, usize)>,
}

impl<'a> Lines<'a> {
    pub fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(line_starts(text)).collect();
        Lines { text, starts, last: Cell::default() }
    }

    /// Line and column of a byte, both from 1, the column in characters.
    pub fn point(&self, offset: usize) -> (u32, u32) {
        let offset = floor(self.text, offset);
        let line = self.starts.partition_point(|s| *s <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let (from, column) = match self.last.get() {
            (of, at, column) if of == start && at <= offset => (at, column),
            _ => (start, 0),
        };
        let column = column + self.text.get(from..offset).map_or(0, |s| s.chars().count());
        self.last.set((start, offset, column));
        (number(line), number(column + 1))
    }

    /// The line from 0: where it begins, and its text.
    fn line(&self, line: usize) -> (usize, &'a str) {
        let start = self.starts.get(line).copied().unwrap_or(0);
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        (start, self.text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r']))
    }

    /// The place of a span of bytes.
    pub fn location(&self, file: &str, start: usize, end: usize) -> Location {
        let (line, mut column) = self.point(start);
        let (begin, text) = self.line(line as usize - 1);
        let mut at = floor(text, floor(self.text, start) - begin);
        // A lone carriage return at the end of a line is no part of it.
        if at == text.len() {
            column = column.min(number(text.chars().count() + 1));
        }
        let to = floor(text, end.max(start).saturating_sub(begin)).max(at);
        let width = text.get(at..to).map_or(0, |s| s.chars().take(MAX_WIDTH).count());
        // A long line is shown in part, from a quarter of the room before the name.
        let mut snippet_column = column;
        if text.len() <= MAX_SNIPPET || text.chars().nth(MAX_SNIPPET).is_none() {
            (at, snippet_column) = (0, 1);
        } else {
            let after = text.get(at..).map_or(0, |s| s.chars().take(MAX_SNIPPET).count());
            let back = (MAX_SNIPPET / 4).max(MAX_SNIPPET - after);
            for c in text.get(..at).unwrap_or("").chars().rev().take(back) {
                at -= c.len_utf8();
                snippet_column -= 1;
            }
        }
        let snippet = text.get(at..).unwrap_or("").chars().take(MAX_SNIPPET).collect();
        Location { file: file.to_string(), line, column, end_column: column + number(width), snippet, snippet_column }
    }
}

/// Places after each line break.
fn line_starts(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1)
}

/// The nearest character boundary at or before an offset.
pub fn floor(text: &str, mut offset: usize) -> usize {
    offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn places_count_characters_from_one() {
        let lines = Lines::new("eins\r\nzwei → drei\n");
        let at = lines.location("f", 15, 19);
        assert_eq!((at.line, at.column, at.snippet.as_str()), (2, 8, "zwei → drei"));
        assert_eq!(at.end_column, 12);
    }

    #[test]
    fn a_long_line_is_shown_in_part() {
        let text = format!("{}HERE{}", "x".repeat(5000), "y".repeat(5000));
        let at = Lines::new(&text).location("f", 5000, 5004);
        assert_eq!(at.snippet.chars().count(), MAX_SNIPPET);
        let from = (at.column - at.snippet_column) as usize;
        assert_eq!(&at.snippet[from..from + 4], "HERE");
    }

    #[test]
    fn texts_put_together_keep_their_places() {
        let mut s = Source::empty();
        s.push("ab\n", 100);
        s.push("cd", 200);
        assert_eq!((s.at(1), s.at(3), s.at(4)), (101, 200, 201));
        let part = s.part(1, 5);
        assert_eq!((part.text.as_ref(), part.at(0), part.at(2)), ("b\ncd", 101, 200));
    }

    proptest! {
        #[test]
        fn every_place_is_in_the_text(text in "[a-z→\n\r]{0,80}", a in 0usize..120, b in 0usize..120) {
            let lines = Lines::new(&text);
            let at = lines.location("f", a, b);
            prop_assert!(at.line >= 1 && at.column >= 1 && at.end_column >= at.column);
            prop_assert!(at.line as usize <= text.matches('\n').count() + 1);
            prop_assert!((at.end_column as usize) <= at.snippet.chars().count() + 1 + at.snippet_column as usize, "{at:?}");
            prop_assert_eq!(lines.location("f", a, b), at, "asked for again");
        }
    }
}
