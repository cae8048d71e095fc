//! Texts and the places of what stands in them: a text that was taken out of a file (a notebook cell,
//! a block of YAML, a JSON string) knows where each part of it stands in the file.

use super::Location;
use std::borrow::Cow;

/// Characters of a line that are shown at most.
const MAX_SNIPPET: usize = 240;

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
        let inner = self.map.iter().filter(|(o, _)| *o > from && *o < to);
        map.extend(inner.map(|(o, at)| (o - from, *at)));
        Source { text: Cow::Borrowed(text), map }
    }
}

/// Where the lines of a file begin.
#[derive(Debug)]
pub struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(memchr_lines(text)).collect();
        Lines { text, starts }
    }

    /// Line and column of a byte, both from 1, the column in characters.
    pub fn point(&self, offset: usize) -> (u32, u32) {
        let offset = floor(self.text, offset);
        let line = self.starts.partition_point(|s| *s <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let column = self.text.get(start..offset).map_or(0, |s| s.chars().count());
        (number(line), number(column + 1))
    }

    /// The line from 0 and its text.
    fn line(&self, line: usize) -> &'a str {
        let start = self.starts.get(line).copied().unwrap_or(0);
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        self.text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }

    /// The place of a span of bytes.
    pub fn location(&self, file: &str, start: usize, end: usize) -> Location {
        let (line, column) = self.point(start);
        let text = self.line(line as usize - 1);
        let (last, end_column) = self.point(end.max(start));
        let length = text.chars().count();
        // A lone carriage return at the end of a line is no part of it.
        let whole = number(length + 1);
        let column = column.min(whole);
        let end_column = if last == line { end_column.min(whole) } else { whole };
        let (snippet, snippet_column) = snippet(text, length, column as usize - 1);
        Location { file: file.to_string(), line, column, end_column: end_column.max(column), snippet, snippet_column }
    }
}

/// A line, or the part of a long one around a column (from 0); and the column at which it begins, from 1.
fn snippet(text: &str, length: usize, column: usize) -> (String, u32) {
    if length <= MAX_SNIPPET {
        return (text.to_string(), 1);
    }
    let from = column.saturating_sub(MAX_SNIPPET / 4).min(length - MAX_SNIPPET);
    (text.chars().skip(from).take(MAX_SNIPPET).collect(), number(from + 1))
}

/// Places after each line break.
fn memchr_lines(text: &str) -> impl Iterator<Item = usize> + '_ {
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
            let at = Lines::new(&text).location("f", a, b);
            prop_assert!(at.line >= 1 && at.column >= 1 && at.end_column >= at.column);
            prop_assert!(at.line as usize <= text.matches('\n').count() + 1);
            prop_assert!((at.end_column as usize) <= at.snippet.chars().count() + 1 + at.snippet_column as usize);
        }
    }
}
