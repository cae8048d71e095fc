//! Shell text: split into command lines, with its own variables followed. It is no full shell: what it
//! cannot tell it leaves as it stands, with a `$` in it.

use super::command::{self, Word};
use super::found::Found;
use super::source::Source;
use std::collections::HashMap;

/// Values of variables, with the places where they are set: several of an array, or of a loop.
type Variables = HashMap<String, Vec<Word>>;

/// Values of one variable that are looked at.
const MAX_VALUES: usize = 32;

/// Reads a script, or a command line.
pub fn scan(source: &Source<'_>, found: &mut Found<'_, '_>) {
    let mut variables = Variables::new();
    let text = source.text.as_ref();
    for item in split(text) {
        match item {
            Item::Command(mut words) => {
                let assigned = leading_assignments(&words);
                // for x in a b; do …
                if let [first, name, list, values @ ..] = words.as_slice()
                    && first.text == "for"
                    && list.text == "in"
                {
                    let mut all = Vec::new();
                    for value in values.iter().take(MAX_VALUES) {
                        match several(value, &variables) {
                            Some(values) => all.extend(values.iter().cloned()),
                            None => all.push(value.clone()),
                        }
                    }
                    all.truncate(MAX_VALUES);
                    variables.insert(name.text.clone(), all);
                    continue;
                }
                // A command that is run for each value is read for each.
                if let Some(at) = words.iter().position(|w| several(w, &variables).is_some_and(|v| v.len() > 1)) {
                    for value in words.get(at).and_then(|w| several(w, &variables)).into_iter().flatten() {
                        let mut words = words.clone();
                        if let Some(word) = words.get_mut(at) {
                            *word = value.clone();
                        }
                        words.iter_mut().for_each(|w| substitute(w, &variables));
                        command::scan(&words, source, found);
                    }
                    continue;
                }
                for word in &mut words {
                    substitute(word, &variables);
                }
                for word in words.iter().take(assigned) {
                    if let Some((name, value)) = word.after_equals(source) {
                        variables.insert(name.trim_end_matches(['?', ':', '+']).to_string(), vec![value]);
                    }
                }
                command::scan(&words, source, found);
                inline(&words, source, found);
            }
            Item::Array(name, words) => {
                for word in &words {
                    command::named(&name, crate::rules::scan::KeyPlace::Environment, "variable", word, source, found);
                }
                variables.insert(name, words.into_iter().take(MAX_VALUES).collect());
            }
            Item::Heredoc { command, from, to } if command.starts_with("python") => {
                let _ = super::python::scan(&source.part(from, to), found);
            }
            Item::Heredoc { .. } => {}
            Item::Comment { from, to } if found.mention.is_none() => {
                let comment = text.get(from..to).unwrap_or("");
                if comment.contains(['=', '-']) {
                    found.mention = Some(super::Role::Comment);
                    scan(&source.part(from, to), found);
                    found.mention = None;
                }
            }
            Item::Comment { .. } => {}
        }
    }
}

/// How many words at the front of a command set variables.
fn leading_assignments(words: &[Word]) -> usize {
    let sets = |w: &&Word| {
        let keyword = matches!(w.text.as_str(), "export" | "local" | "readonly" | "declare" | "typeset" | "set" | "-x" | "-r" | "-gx");
        let name = w.text.split_once('=').map(|(n, _)| n.trim_end_matches(['?', ':', '+']));
        keyword || name.is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_alphanumeric() || c == '_'))
    };
    words.iter().take_while(sets).count()
}

/// `python -c "…"`, and the JSON that `curl -d '{"model": …}'` sends.
fn inline(words: &[Word], source: &Source<'_>, found: &mut Found<'_, '_>) {
    let python = words.iter().any(|w| w.text.rsplit('/').next().is_some_and(|b| b.starts_with("python")));
    for pair in words.windows(2) {
        let [option, code] = pair else { continue };
        if option.text == "-c" && python {
            let _ = super::python::scan(&source.part(code.start, code.end), found);
        } else if option.text == "-c"
            && words.first().is_some_and(|w| matches!(w.text.rsplit('/').next(), Some("sh" | "bash" | "zsh" | "-c")))
        {
            scan(&source.part(code.start, code.end), found);
        } else if code.text.starts_with('{') && code.text.contains("\"model\"") {
            let _ = super::json::scan(&source.part(code.start, code.end), found);
        }
    }
}

/// The values of `$NAME` or `${NAME[@]}` where it is all of a word.
fn several<'v>(word: &Word, variables: &'v Variables) -> Option<&'v [Word]> {
    let name = word.text.strip_prefix('$')?;
    let name = name.strip_prefix('{').and_then(|n| n.strip_suffix('}')).unwrap_or(name);
    let name = name.strip_suffix("[@]").or_else(|| name.strip_suffix("[*]")).unwrap_or(name);
    variables.get(name).map(Vec::as_slice)
}

/// What follows from a byte on; nothing where that is inside a character.
fn tail(text: &str, from: usize) -> &str {
    text.get(from..).unwrap_or("")
}

/// Puts known values and defaults into a word.
fn substitute(word: &mut Word, variables: &Variables) {
    if !word.text.contains('$') {
        return;
    }
    let text = std::mem::take(&mut word.text);
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find('$') {
        out.push_str(rest.get(..at).unwrap_or(""));
        let after = tail(rest, at + 1);
        let braced = after.starts_with(['{', '(']) && !after.starts_with("((");
        let body = if braced { tail(after, 1) } else { after };
        let length = body.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(body.len());
        let name = body.get(..length).unwrap_or(body);
        let (default, end) = if braced {
            let Some(close) = body.find(['}', ')']) else { break };
            let default =
                body.get(length..close).and_then(|d| d.strip_prefix(":-").or_else(|| d.strip_prefix('-')).or_else(|| d.strip_prefix(":=")));
            (default, close + 2)
        } else {
            (None, length)
        };
        let whole = at == 0 && out.is_empty() && at + 1 + end == text.len();
        match (variables.get(name).and_then(|v| v.first()), default) {
            (Some(value), _) if !value.text.contains('$') => {
                out.push_str(&value.text);
                if whole {
                    (word.start, word.end) = (value.start, value.end);
                }
            }
            (_, Some(default)) if !default.contains('$') => {
                out.push_str(default.trim_matches(['"', '\'']));
                if whole && word.end - word.start == text.len() {
                    let from = word.start
                        + 1
                        + (after.len() - body.len())
                        + length
                        + (tail(body, length).len() - tail(body, length).trim_start_matches([':', '-', '=']).len());
                    (word.start, word.end) = (from, word.end - 1);
                }
            }
            _ => out.push_str(rest.get(at..at + 1 + end).unwrap_or("")),
        }
        rest = tail(rest, at + 1 + end);
    }
    out.push_str(rest);
    word.text = out;
}

enum Item {
    Command(Vec<Word>),
    /// `NAME=(a b c)`
    Array(String, Vec<Word>),
    Heredoc {
        command: String,
        from: usize,
        to: usize,
    },
    Comment {
        from: usize,
        to: usize,
    },
}

/// Splits a text into commands. Linear in its length.
fn split(text: &str) -> Vec<Item> {
    let bytes = text.as_bytes();
    let mut items = Vec::new();
    let mut words: Vec<Word> = Vec::new();
    let mut heredocs: Vec<String> = Vec::new();
    let mut i = 0;
    let end_command = |words: &mut Vec<Word>, items: &mut Vec<Item>| {
        if !words.is_empty() {
            items.push(Item::Command(std::mem::take(words)));
        }
    };
    let mut first = String::new();
    while let Some(byte) = bytes.get(i) {
        match *byte {
            b'\\' if matches!(bytes.get(i + 1), Some(b'\n')) => i += 2,
            b'\\' if bytes.get(i + 1) == Some(&b'\r') && bytes.get(i + 2) == Some(&b'\n') => i += 3,
            b'\n' => {
                first = words.first().map_or(String::new(), |w| w.text.clone());
                end_command(&mut words, &mut items);
                i += 1;
                for end in std::mem::take(&mut heredocs) {
                    let from = i;
                    let to = loop {
                        let line_end = tail(text, i).find('\n').map_or(bytes.len(), |n| i + n);
                        let line = text.get(i..line_end).unwrap_or("");
                        let start = i;
                        i = (line_end + 1).min(bytes.len());
                        if line.trim() == end || line_end >= bytes.len() {
                            break start;
                        }
                    };
                    items.push(Item::Heredoc { command: first.clone(), from, to });
                }
            }
            b' ' | b'\t' | b'\r' => i += 1,
            b'(' if words.last().is_some_and(|w| w.text.ends_with('=') && w.end == i) => {
                let name = words.pop().map_or(String::new(), |w| w.text.trim_end_matches(['=', '+']).to_string());
                end_command(&mut words, &mut items);
                i += 1;
                let mut values = Vec::new();
                while let Some(byte) = bytes.get(i).filter(|b| **b != b')') {
                    match *byte {
                        b' ' | b'\t' | b'\r' | b'\n' | b'\\' => i += 1,
                        b'#' => i = tail(text, i).find('\n').map_or(bytes.len(), |n| i + n),
                        b';' | b'|' | b'&' | b'<' | b'>' | b'(' | b'`' => i += 1,
                        _ => {
                            let (value, end) = word(text, i);
                            i = end.max(i + 1);
                            values.push(value);
                        }
                    }
                }
                items.push(Item::Array(name, values));
            }
            b';' | b'|' | b'&' | b'(' | b')' | b'`' => {
                end_command(&mut words, &mut items);
                i += 1;
            }
            b'<' if tail(text, i).starts_with("<<") && !tail(text, i).starts_with("<<<") => {
                let rest = tail(text, i + 2).trim_start_matches('-').trim_start_matches(' ');
                let skipped = text.len() - i - rest.len();
                let length = rest.find(|c: char| c.is_whitespace() || c == ';' || c == '|').unwrap_or(rest.len());
                heredocs.push(rest.get(..length).unwrap_or(rest).trim_matches(['"', '\'']).to_string());
                i += skipped + length;
            }
            b'<' | b'>' => i += 1,
            b'#' => {
                let end = tail(text, i).find('\n').map_or(bytes.len(), |n| i + n);
                items.push(Item::Comment { from: i + 1, to: end });
                i = end;
            }
            _ => {
                let (word, end) = word(text, i);
                i = end.max(i + 1);
                words.push(word);
            }
        }
    }
    let _ = &first;
    end_command(&mut words, &mut items);
    items
}

/// One word from byte `i` on, quotes taken off, and the byte behind it.
fn word(text: &str, mut i: usize) -> (Word, usize) {
    let bytes = text.as_bytes();
    let begin = i;
    let mut out = String::new();
    let mut plain = i;
    let (mut start, mut end) = (i, i);
    let mut quoted_only = true;
    while let Some(byte) = bytes.get(i) {
        match *byte {
            b' ' | b'\t' | b'\r' | b'\n' | b';' | b'|' | b'&' | b'<' | b'>' | b'(' | b')' | b'`' => break,
            quote @ (b'"' | b'\'') => {
                out.push_str(text.get(plain..i).unwrap_or(""));
                quoted_only &= i == begin;
                let from = i + 1;
                let mut at = from;
                while let Some(byte) = bytes.get(at).filter(|b| **b != quote) {
                    at += if quote == b'"' && *byte == b'\\' { 2 } else { 1 };
                }
                let to = super::source::floor(text, at);
                out.push_str(text.get(from..to).unwrap_or(""));
                (start, end) = if quoted_only { (from, to) } else { (start, to) };
                i = (to + 1).min(bytes.len());
                plain = i;
                continue;
            }
            b'\\' => {
                if matches!(bytes.get(i + 1), Some(b'\n' | b'\r')) {
                    break;
                }
                out.push_str(text.get(plain..i).unwrap_or(""));
                i += 1;
                plain = i;
                i += 1;
                quoted_only = false;
            }
            b'$' if matches!(bytes.get(i + 1), Some(b'{' | b'(')) => {
                let close = if bytes.get(i + 1) == Some(&b'{') { '}' } else { ')' };
                // What is longer is no expansion; looking on would be quadratic.
                let near = text.get(i..super::source::floor(text, i + 400)).unwrap_or("");
                let next = near.find([close, '\n']).map_or(i + 2, |n| i + n);
                i = if tail(text, next).starts_with(close) { next + 1 } else { next };
                quoted_only = false;
                end = i;
                continue;
            }
            _ => {
                quoted_only = false;
                i += 1;
            }
        }
        end = i;
    }
    let i = i.min(bytes.len());
    out.push_str(text.get(plain..super::source::floor(text, i)).unwrap_or(""));
    (Word { text: out, start, end: super::source::floor(text, end.min(text.len())) }, i)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn commands(text: &str) -> Vec<Vec<String>> {
        let of = |i| if let Item::Command(words) = i { Some(words.into_iter().map(|w| w.text).collect()) } else { None };
        split(text).into_iter().filter_map(of).collect()
    }

    #[test]
    fn words_and_commands() {
        assert_eq!(commands("a 'b c' \"d\"e && f|g"), vec![vec!["a", "b c", "de"], vec!["f"], vec!["g"]]);
        assert_eq!(commands("a \\\n  b # c\nd"), vec![vec!["a", "b"], vec!["d"]]);
        assert_eq!(commands("cat <<'END' > x\nnot words\nEND\nls"), vec![vec!["cat", "x"], vec!["ls"]]);
        assert_eq!(commands("a ${X:-b c} d"), vec![vec!["a", "${X:-b c}", "d"]]);
    }

    #[test]
    fn places_are_those_of_the_text() {
        for (text, wanted) in [("run \"o/n\" x", "o/n"), ("run o/n;x", "o/n"), ("run --m=o/n", "--m=o/n")] {
            let Item::Command(words) = &split(text)[0] else { panic!() };
            assert_eq!(&text[words[1].start..words[1].end], wanted);
        }
    }

    #[test]
    fn variables_are_followed() {
        let mut variables = Variables::new();
        variables.insert("M".into(), vec![Word::new("o/n", 2, 5)]);
        for (text, becomes) in [("$M", "o/n"), ("${M}", "o/n"), ("x/$M", "x/o/n"), ("${N:-a/b}", "a/b"), ("$N", "$N"), ("${N}/x", "${N}/x")]
        {
            let mut word = Word::new(text, 10, 10 + text.len());
            substitute(&mut word, &variables);
            assert_eq!(word.text, becomes);
        }
        let text = "run ${N:-a/b}";
        let Item::Command(mut words) = split(text).remove(0) else { panic!() };
        substitute(&mut words[1], &variables);
        assert_eq!(&text[words[1].start..words[1].end], "a/b");
    }

    proptest! {
        #[test]
        fn any_text_is_split(text in "[a-z$\"'{}()\\\\<\n #=:→-]{0,60}|\\PC{0,40}") {
            for item in split(&text) {
                if let Item::Command(words) = item {
                    for mut word in words {
                        prop_assert!(text.get(word.start..word.end).is_some(), "{word:?}");
                        substitute(&mut word, &Variables::new());
                    }
                }
            }
        }
    }
}
