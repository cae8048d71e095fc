//! Command lines, already split into words: `vllm serve ORG/NAME`, `--model ORG/NAME`, `MODEL_ID=ORG/NAME`.

use super::book::snake;
use super::found::{Found, Use};
use super::source::Source;
use crate::rules::scan::{CommandRule, KeyPlace};

/// A word of a command line and its place in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    pub start: usize,
    pub end: usize,
}

impl Word {
    pub fn new(text: &str, start: usize, end: usize) -> Self {
        Word { text: text.to_string(), start, end }
    }

    fn is_option(&self) -> bool {
        self.text.starts_with('-') && self.text.len() > 1
    }

    /// The part behind the first `=`, as a word of its own.
    pub fn after_equals(&self, source: &Source<'_>) -> Option<(&str, Word)> {
        let (name, value) = self.text.split_once('=')?;
        let value = value.trim_matches(['"', '\'']);
        // Quotes and substitutions may have moved it; what was put in from elsewhere is not there at all.
        let raw = source.text.get(self.start..self.end).unwrap_or("");
        let (start, end) = match raw.rfind(value).filter(|_| !value.is_empty()) {
            Some(at) => (self.start + at, self.start + at + value.len()),
            None => (self.start, self.end),
        };
        Some((name, Word::new(value, start, end)))
    }
}

/// Reads one command line.
pub fn scan(words: &[Word], source: &Source<'_>, found: &mut Found<'_, '_>) {
    let mut taken = vec![false; words.len()];
    let mut i = 0;
    while i < words.len() {
        match rule_at(words, i, found) {
            Some((rule, length)) => {
                one(rule, words, i, length, source, found, &mut taken);
                i += length;
            }
            None => i += 1,
        }
    }
    for (i, word) in words.iter().enumerate().filter(|(i, _)| !taken.get(*i).copied().unwrap_or(true)) {
        if word.text.contains("://") {
            found.literal(source, word.start..word.end, &word.text);
        }
        if let Some((name, value)) = word.after_equals(source) {
            match name.strip_prefix("--") {
                Some(option) => named(option, KeyPlace::Option, "option", &value, source, found),
                None if !name.starts_with('-') => assignments(word, source, found),
                None => {}
            }
        } else if let (Some(option), Some(value)) = (word.text.strip_prefix("--"), words.get(i + 1))
            && !value.is_option()
        {
            named(option, KeyPlace::Option, "option", value, source, found);
        }
    }
}

/// The rule for the command that begins at a word, and how many words it has.
fn rule_at<'r>(words: &[Word], i: usize, found: &Found<'_, 'r>) -> Option<(&'r CommandRule, usize)> {
    let first = base(&words.get(i)?.text);
    let fits = |c: &&super::book::Command<'r>| {
        c.words.iter().enumerate().all(|(n, w)| words.get(i + n).is_some_and(|word| base(&word.text) == *w || word.text == *w))
    };
    let list = found.book.commands.get(first).into_iter().flatten();
    list.into_iter().find(fits).map(|c| (c.rule, c.words.len()))
}

/// The last part of a path, without the ending of a program.
fn base(word: &str) -> &str {
    let word = word.rsplit(['/', '\\']).next().unwrap_or(word);
    word.strip_suffix(".exe").unwrap_or(word)
}

/// A command of the rules that begins at word `i`.
fn one(rule: &CommandRule, words: &[Word], i: usize, length: usize, source: &Source<'_>, found: &mut Found<'_, '_>, taken: &mut [bool]) {
    let mut how = found.book.how_command(rule);
    let shown = words.get(i..i + length).unwrap_or(&[]).iter().map(|w| base(&w.text)).collect::<Vec<_>>().join(" ");
    let begins = words.get(i).map_or(0, |w| w.start);
    let rest: Vec<(usize, &Word)> = words.iter().enumerate().skip(i + length).collect();
    let value_of = |option: &str| {
        rest.iter().enumerate().find_map(|(n, (at, word))| {
            if word.text == option {
                return rest.get(n + 1).map(|(at, w)| (*at, (*w).clone()));
            }
            word.text.strip_prefix(option).filter(|r| r.starts_with('='))?;
            word.after_equals(source).map(|(_, value)| (*at, value))
        })
    };
    let revision = rule.revision.as_ref().and_then(|o| value_of(o)).map(|(_, w)| w.text);
    match rule.type_option.as_ref().and_then(|o| value_of(o)).map(|(_, w)| w.text).as_deref() {
        Some("dataset" | "datasets") => how.kind = crate::rules::scan::Takes::Dataset,
        Some("space" | "spaces") => return,
        _ => {}
    }
    let used = Use { via: format!("command `{shown}`"), rank: 0, at: Some(source.at(begins)), revision, kind: how.kind };
    let mut names: Vec<(usize, Word)> = rule.options.iter().filter_map(|o| value_of(o)).collect();
    if rule.first || rule.all {
        let plain = |(at, w): &&(usize, &Word)| !w.is_option() && !w.text.is_empty() && *at >= i + length;
        let after_option = |at: usize| at > i + length && words.get(at - 1).is_some_and(|w| w.is_option() && !w.text.contains('='));
        let free: Vec<(usize, Word)> =
            rest.iter().filter(plain).filter(|(at, _)| !after_option(*at)).map(|(at, w)| (*at, (*w).clone())).collect();
        let fallback = || rest.iter().find(plain).map(|(at, w)| (*at, (*w).clone()));
        match (rule.all, free.is_empty()) {
            (_, true) => names.extend(fallback()),
            (true, _) => names.extend(free),
            (false, _) => names.extend(free.into_iter().take(1)),
        }
    }
    for (at, word) in names {
        if word.text.contains('$') {
            let why = format!("`{}` is set where the command runs", crate::text::cut(&word.text, 40));
            // A command that takes many things besides models: what is not known is likely none.
            let quiet = how.form == crate::rules::scan::Form::Listed;
            if !quiet && !word.text.starts_with(['/', '.', '~']) && !is_path_variable(&word.text, found) {
                found.unresolved(source, word.start..word.end, &word.text, &why, &used);
            }
        } else {
            found.name(source, word.start..word.end, &word.text, &how, &used);
        }
        if let Some(flag) = taken.get_mut(at) {
            *flag = true;
        }
    }
}

/// `$OUTPUT_DIR`, `${MODEL_DIR}/x`.
fn is_path_variable(text: &str, found: &Found<'_, '_>) -> bool {
    let name: String = text.chars().skip_while(|c| !c.is_alphabetic()).take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    text.contains('/') && !text.contains(":-") || found.book.local_names.iter().any(|p| p.matches(&snake(&name)))
}

/// `KEY=value`, and `key=value,key=value` as some programs take them.
pub fn assignments(word: &Word, source: &Source<'_>, found: &mut Found<'_, '_>) {
    let mut at = word.start;
    for part in word.text.split(',') {
        // Only where the text stands in the file as it is can its parts be placed.
        let verbatim = word.end - word.start == word.text.len();
        let (start, end) = if verbatim { (at, at + part.len()) } else { (word.start, word.end) };
        if let Some((name, value)) = Word::new(part, start, end).after_equals(source)
            && !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '+'))
        {
            let upper = !name.chars().any(|c| c.is_ascii_lowercase());
            let place = if upper { KeyPlace::Environment } else { KeyPlace::Option };
            named(name, place, if upper { "environment variable" } else { "setting" }, &value, source, found);
        }
        at += part.len() + 1;
    }
}

/// A value with a key.
pub fn named(key: &str, place: KeyPlace, what: &str, value: &Word, source: &Source<'_>, found: &mut Found<'_, '_>) {
    // `model.name` and `name` of a model are the same key.
    let folded = snake(key);
    let last = snake(key.rsplit('.').next().unwrap_or(key));
    let Some(rule) = found.book.key(&folded, place).or_else(|| found.book.key(&last, place)) else { return };
    if rule.ignore {
        return found.claim(source, value.start..value.end);
    }
    let how = found.book.how_key(rule);
    let used = Use { via: format!("{what} `{key}`"), rank: 1, ..Use::default() };
    found.name(source, value.start..value.end, &value.text, &how, &used);
}
