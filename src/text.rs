//! Text written by strangers: made harmless for the medium it goes to, cut to a length, folded for
//! comparison. Nothing else in the crate prints bytes from a hub as they are.

mod fold;

pub use fold::{fold_page, fold_url, words};
use std::borrow::Cow;
use std::fmt::Write as _;

/// True for characters that steer a terminal or a reader rather than being read: control
/// characters (C0, C1), bidirectional overrides and isolates, zero-width and other format
/// characters, line and paragraph separators, tag characters.
pub fn is_steering(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// One line that is safe on a terminal: steering characters are shown as `\u{202e}`, line breaks and
/// tabs become a space.
pub fn line(s: &str) -> Cow<'_, str> {
    if !s.chars().any(is_steering) {
        return Cow::Borrowed(s);
    }
    let mut out = String::with_capacity(s.len() + 16);
    for c in s.chars() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            c if is_steering(c) => {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// As [`line()`] for a text of several lines: line breaks stay, a tab becomes four blanks.
pub fn block(s: &str) -> Cow<'_, str> {
    if !s.chars().any(|c| c != '\n' && is_steering(c)) {
        return Cow::Borrowed(s);
    }
    let mut out = String::with_capacity(s.len() + 16);
    let mut chars = s.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' => out.push('\n'),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\u{c}' => out.push('\n'),
            '\t' => out.push_str("    "),
            '\u{feff}' if out.is_empty() => {}
            c if is_steering(c) => {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// A text as it may stand in the log of a CI job, where a line that begins with `::NAME` (after blanks), or
/// holds `##[`, is a command to the runner (`ActionCommand` of github.com/actions/runner). A wrapped line can begin
/// anywhere in what a stranger wrote.
pub fn without_commands(s: &str) -> Cow<'_, str> {
    if !s.contains("::") && !s.contains("##[") {
        return Cow::Borrowed(s);
    }
    let mut out = String::with_capacity(s.len() + 16);
    for line in s.split_inclusive('\n') {
        let text = line.trim_start();
        out.push_str(line.get(..line.len() - text.len()).unwrap_or_default());
        let text = match text.strip_prefix("::").filter(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic())) {
            Some(rest) => {
                out.push_str(": :");
                rest
            }
            None => text,
        };
        out.push_str(&text.replace("##[", "# #["));
    }
    Cow::Owned(out)
}

/// At most `max` characters, with `…` as the last one where something was cut.
pub fn cut(s: &str, max: usize) -> Cow<'_, str> {
    match s.char_indices().nth(max) {
        None => Cow::Borrowed(s),
        Some(_) => {
            let kept: String = s.chars().take(max.saturating_sub(1)).collect();
            Cow::Owned(format!("{}…", kept.trim_end()))
        }
    }
}

/// White space folded to single blanks, trimmed.
pub fn squeeze(s: &str) -> String {
    s.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first of the [`words`] of a name, made without the others.
pub fn first_word(s: &str) -> String {
    s.chars().skip_while(|c| !c.is_alphanumeric()).take_while(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The form in which license names from front matter are compared: lower case, a leading
/// `license:` dropped, every run of blanks, `_`, `-` and `,` folded to one `-`.
pub fn fold_name(s: &str) -> String {
    let s = s.trim().to_lowercase();
    let s = s.strip_prefix("license:").unwrap_or(&s).trim();
    let mut out = String::with_capacity(s.len());
    let mut gap = false;
    for c in s.chars() {
        if c.is_whitespace() || matches!(c, '_' | '-' | ',') {
            gap = true;
        } else {
            if gap && !out.is_empty() {
                out.push('-');
            }
            gap = false;
            out.push(c);
        }
    }
    out
}

/// JSON text in which every steering character is written as an escape, so that a document printed
/// on a terminal cannot steer it. `json` must be valid JSON: outside of strings there are only
/// line breaks and blanks, which stay.
pub fn json_safe(json: &str) -> Cow<'_, str> {
    let bad = |c: char| c != '\n' && is_steering(c);
    if !json.chars().any(bad) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 64);
    let mut units = [0u16; 2];
    for c in json.chars() {
        if bad(c) {
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// A TOML basic string on one line, in which every steering character is written as an escape.
pub fn toml_string(s: &str) -> String {
    let mut out = String::with_capacity(s.len() + 2);
    out.push('"');
    for c in s.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if is_steering(c) => {
                let _ = if (c as u32) < 0x1_0000 { write!(out, "\\u{:04x}", c as u32) } else { write!(out, "\\U{:08x}", c as u32) };
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// "1 file", "2 files".
pub fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// "a, b and c"; the empty string for nothing.
pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// Where folded text says a folded phrase: at word boundaries where the phrase is ASCII, anywhere
/// where it is not (scripts without blanks).
pub fn phrase_at(folded: &str, phrase: &str) -> Option<usize> {
    if !phrase.is_ascii() {
        return folded.find(phrase);
    }
    // It can only stand where a word begins. Most of hundreds of phrases fail at the first letter of each word, which is
    // told sooner than a search for the phrase is made ready.
    let (bytes, phrase) = (folded.as_bytes(), phrase.as_bytes());
    let stands = |at: &usize| {
        bytes.get(*at..).and_then(|rest| rest.strip_prefix(phrase)).is_some_and(|rest| rest.first().is_none_or(|c| *c == b' '))
    };
    std::iter::once(0).chain(memchr::memchr_iter(b' ', bytes).map(|blank| blank + 1)).find(stands)
}

/// Whether folded text says a folded phrase, as [`phrase_at`] finds it.
pub fn contains_phrase(folded: &str, phrase: &str) -> bool {
    phrase_at(folded, phrase).is_some()
}

/// A number of parameters as names of models have it, in lower case: "7b", "1.3b", "8x7b", "125m".
pub fn is_size(word: &str) -> bool {
    let number = word.strip_suffix(['b', 'm']).unwrap_or_default();
    number.starts_with(|c: char| c.is_ascii_digit()) && number.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'x'))
}

/// Splits a name on punctuation and camelCase, lower case; digits stay with their word.
pub fn name_words(name: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    let mut lower_before = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            if !word.is_empty() {
                out.push(std::mem::take(&mut word));
            }
            lower_before = false;
            continue;
        }
        if c.is_uppercase() && lower_before && !word.is_empty() {
            out.push(std::mem::take(&mut word));
        }
        lower_before = c.is_lowercase() || c.is_ascii_digit();
        word.extend(c.to_lowercase());
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn steering_characters_are_shown_not_obeyed() {
        assert_eq!(line("a\u{1b}[31mred\u{202e}x"), "a\\u{1b}[31mred\\u{202e}x");
        assert_eq!(line("two\nlines"), "two lines");
    }

    #[test]
    fn a_log_line_is_no_command() {
        for (text, becomes) in [
            ("::error::x", ": :error::x"),
            ("a\n  \t::add-mask::y\nb", "a\n  \t: :add-mask::y\nb"),
            ("x ##[error]y", "x # #[error]y"),
            ("::: a.toml:5:1", "::: a.toml:5:1"),
            ("std::io\n:: x", "std::io\n:: x"),
        ] {
            assert_eq!(without_commands(text), becomes);
        }
    }

    #[test]
    fn a_block_keeps_its_lines() {
        assert_eq!(block("a\r\nb\tc\u{1b}[0m\n\u{202e}"), "a\nb    c\\u{1b}[0m\n\\u{202e}");
        assert_eq!(block("a\nb"), "a\nb");
    }

    #[test]
    fn names_fold_together() {
        assert_eq!(fold_name("License:gemma"), "gemma");
        assert_eq!(fold_name(" Apache License, Version 2.0 "), "apache-license-version-2.0");
        assert_eq!(fold_name("llama_3.1"), fold_name("Llama 3.1"));
    }

    #[test]
    fn urls_fold_together() {
        assert_eq!(fold_url("https://www.Example.org/A/"), "example.org/A");
        assert_eq!(fold_url("http://example.org"), fold_url("https://example.org/"));
    }

    #[test]
    fn cut_counts_characters() {
        assert_eq!(cut("训练数据", 3), "训练…");
        assert_eq!(cut("abc", 3), "abc");
    }

    proptest! {
        #[test]
        fn a_line_never_steers(s in "\\PC*|.*") {
            let out = line(&s);
            prop_assert!(!out.chars().any(is_steering));
        }

        #[test]
        fn words_is_idempotent(s in ".*") {
            let once = words(&s);
            prop_assert_eq!(words(&once), once);
        }

        #[test]
        fn the_first_word_is_that_of_all_words(s in ".*") {
            let all = words(&s);
            let first = first_word(&s);
            prop_assert_eq!(all.split(' ').next().unwrap_or_default(), first.as_str());
        }

        #[test]
        fn safe_json_is_the_same_json(s in ".*") {
            let json = serde_json::to_string(&s).unwrap();
            let safe = json_safe(&json);
            prop_assert!(!safe.chars().any(is_steering));
            prop_assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), s);
        }
    }

    #[test]
    fn phrases_stand_at_word_boundaries() {
        assert!(contains_phrase("we use proprietary data here", "proprietary data"));
        assert!(!contains_phrase("nonproprietary database", "proprietary data"));
        assert!(contains_phrase("本模型训练数据不公开发布", "数据不公开"));
    }
}
