//! The YAML block at the top of a model card, as the hub reads it: the first thing in the file,
//! between two lines of three dashes. Written by strangers, so parsed within a budget.

use crate::net::limits;
use crate::yaml::{self, Bounds, Repeated};
use serde_json::Value;

/// The state of a card's front matter. Each is its own finding, so they are kept apart.
#[derive(Debug, Clone, PartialEq)]
pub enum FrontMatter {
    /// The file does not begin with a fence.
    Absent,
    /// A fence with nothing (or only comments) in it.
    Empty,
    /// A mapping.
    Parsed(Value),
    /// YAML that does not parse, or that is no mapping: the line in the file, and why.
    Broken { line: u32, why: String },
    /// The opening fence is never closed.
    Unclosed,
    /// More bytes than are parsed.
    TooLarge,
}

/// A card split into head and prose.
#[derive(Debug, Clone)]
pub struct Split<'a> {
    pub front: FrontMatter,
    /// The text between the fences.
    pub head: &'a str,
    /// Line (from 1) of the head's first line.
    pub head_line: u32,
    pub body: &'a str,
    /// Line (from 1) of the body's first line.
    pub body_line: u32,
}

/// Splits a card. A byte-order mark and blank lines before the opening fence are passed over; the
/// block ends at the first line that is `---` and nothing else.
pub fn split(card: &str) -> Split<'_> {
    let none = |front| Split { front, head: "", head_line: 0, body: card, body_line: 1 };
    let text = card.strip_prefix('\u{feff}').unwrap_or(card);
    let mut lines = text.split_inclusive('\n');
    let mut line = 0;
    let mut at = card.len() - text.len();
    let opened = loop {
        let Some(l) = lines.next() else { break false };
        line += 1;
        at += l.len();
        match l.trim() {
            "" => {}
            "---" => break true,
            _ => break false,
        }
    };
    if !opened {
        return none(FrontMatter::Absent);
    }
    let head_start = at;
    let head_line = line + 1;
    for l in lines {
        line += 1;
        if l.trim_end() == "---" {
            let head = card.get(head_start..at).unwrap_or_default();
            let body_at = at + l.len();
            return Split {
                front: parse(head, head_line),
                head,
                head_line,
                body: card.get(body_at..).unwrap_or_default(),
                body_line: line + 1,
            };
        }
        at += l.len();
    }
    none(FrontMatter::Unclosed)
}

/// How much of a head is taken.
const BOUNDS: Bounds = Bounds { events: 400_000, anchors: 2_000, replayed: 100_000 };

/// Parses a head. `first_line` is the line of the file that it begins at.
fn parse(head: &str, first_line: u32) -> FrontMatter {
    if head.len() > limits::FRONT_MATTER_BYTES {
        return FrontMatter::TooLarge;
    }
    if head.trim().is_empty() {
        return FrontMatter::Empty;
    }
    match yaml::parse(head, BOUNDS, Repeated::LastWins) {
        Ok(Value::Object(map)) if map.is_empty() => FrontMatter::Empty,
        Ok(value @ Value::Object(_)) => FrontMatter::Parsed(value),
        Ok(Value::Null) => FrontMatter::Empty,
        Ok(_) => FrontMatter::Broken { line: first_line, why: "it is no list of keys and values".into() },
        Err((line, why)) => {
            let line = u32::try_from(line).unwrap_or(0);
            FrontMatter::Broken { line: first_line + line.saturating_sub(1), why }
        }
    }
}

impl FrontMatter {
    /// A value by its key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            FrontMatter::Parsed(value) => value.get(key),
            _ => None,
        }
    }

    /// A string or list of strings by its key.
    pub fn strings(&self, key: &str) -> Vec<String> {
        strings(self.get(key))
    }
}

/// The line (from 1, in the file) at which a top-level key stands in the head, or one of its items.
pub fn line_of(split: &Split<'_>, key: &str, item: Option<&str>) -> Option<u32> {
    let mut found = None;
    for (i, line) in split.head.lines().enumerate() {
        let number = split.head_line + u32::try_from(i).ok()?;
        let is_key = line.split_once(':').is_some_and(|(k, _)| k.trim_matches(['"', '\'']) == key);
        if is_key {
            found = Some(number);
            if item.is_none_or(|item| line.contains(item)) {
                return found;
            }
        } else if found.is_some() {
            if item.is_some_and(|item| line.contains(item)) {
                return Some(number);
            }
            if !line.starts_with([' ', '-', '\t', '#']) && !line.trim().is_empty() {
                return found;
            }
        }
    }
    found
}

/// A string or a list of strings, as front matter has either; other values are passed over. No name
/// is as long as what is cut here, and what is written goes into every output.
pub fn strings(value: Option<&Value>) -> Vec<String> {
    let short = |s: &str| crate::text::cut(s.trim(), limits::NAME_CHARS).into_owned();
    match value {
        Some(Value::String(s)) if !s.trim().is_empty() => vec![short(s)],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).filter(|s| !s.trim().is_empty()).map(short).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn value(card: &str) -> Value {
        match split(card).front {
            FrontMatter::Parsed(v) => v,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_plain_case() {
        let s = split("---\nlicense: mit\n---\n# Title\n");
        assert_eq!(s.front, FrontMatter::Parsed(json!({"license": "mit"})));
        assert_eq!((s.body, s.body_line), ("# Title\n", 4));
    }

    #[test]
    fn marks_blank_lines_and_line_ends() {
        assert_eq!(value("\u{feff}\r\n\r\n---\r\nlicense: mit\r\n---  \r\nx"), json!({"license": "mit"}));
        assert_eq!(value("---\nlicense: mit\n---"), json!({"license": "mit"}));
    }

    #[test]
    fn no_is_a_language() {
        assert_eq!(value("---\nlanguage:\n- no\n- on\n---\n"), json!({"language": ["no", "on"]}));
    }

    #[test]
    fn the_kinds_are_kept_apart() {
        assert_eq!(split("# Title\n---\nlicense: mit\n---\n").front, FrontMatter::Absent);
        assert_eq!(split("---\n# only a comment\n---\n").front, FrontMatter::Empty);
        assert_eq!(split("---\n{}\n---\n").front, FrontMatter::Empty);
        assert_eq!(split("---\nlicense: mit\n").front, FrontMatter::Unclosed);
        assert!(matches!(split("---\n- a\n---\n").front, FrontMatter::Broken { line: 2, .. }));
        assert!(matches!(split("---\nlicense: mit\ntags: [a\n---\n").front, FrontMatter::Broken { .. }));
        let large = format!("---\nx: {}\n---\n", "y".repeat(limits::FRONT_MATTER_BYTES));
        assert_eq!(split(&large).front, FrontMatter::TooLarge);
    }

    #[test]
    fn a_repeated_key_counts_once() {
        assert_eq!(value("---\nlicense: mit\nlicense: gemma\n---\n"), json!({"license": "gemma"}));
    }

    #[test]
    fn bombs_are_refused() {
        let mut bomb = String::from("---\na0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for i in 1..10 {
            bomb.push_str(&format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 9].join(",")));
        }
        bomb.push_str("---\n");
        assert!(matches!(split(&bomb).front, FrontMatter::Broken { .. }));
        let deep = format!("---\n{}\n---\n", "[".repeat(100_000));
        assert!(matches!(split(&deep).front, FrontMatter::Broken { .. }));
        let list = format!("---\n{}\n---\n", "- ".repeat(100_000));
        assert!(matches!(split(&list).front, FrontMatter::Broken { .. }));
    }

    #[test]
    fn lines_of_keys_and_items() {
        let s = split("---\nlicense: mit\ndatasets:\n- a/b\n- c/d\ntags: [x]\n---\n");
        assert_eq!(line_of(&s, "license", None), Some(2));
        assert_eq!(line_of(&s, "datasets", Some("c/d")), Some(5));
        assert_eq!(line_of(&s, "datasets", None), Some(3));
        assert_eq!(line_of(&s, "nothing", None), None);
    }

    proptest! {
        #[test]
        fn any_text_splits(s in "(---\n)?[-a-z:&*\\[\\]{}\"'!|>#% \n]{0,200}(---\n)?.*") {
            let split = split(&s);
            prop_assert!(s.ends_with(split.body));
        }
    }
}
