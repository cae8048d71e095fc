//! Reads TOML that people write, with the place of every value, so that all mistakes of a file are
//! shown at once, each underlined where it stands.

use crate::error::Error;
use crate::text;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and the place (bytes) where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At<T> {
    pub value: T,
    pub span: Range<usize>,
}

impl<T> At<T> {
    pub fn new(value: T, span: Range<usize>) -> At<T> {
        At { value, span }
    }
}

/// Something wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub span: Range<usize>,
    pub message: String,
    pub help: Option<String>,
}

/// Mistakes shown of one file; more would not help.
const SHOWN: usize = 20;

/// All problems of a file as one error.
pub fn error(file: &str, content: &str, mut problems: Vec<Problem>, help: &str) -> Error {
    problems.sort_by_key(|p| (p.span.start, p.span.end));
    problems.dedup();
    let total = problems.len();
    // Snippets show the file as it stands, so what would steer a terminal is made harmless first,
    // byte for byte, since the spans have to stay right.
    let shown = harmless(content);
    let mut reports: Vec<String> = problems
        .into_iter()
        .take(SHOWN)
        .map(|p| {
            let span = crate::rules::diagnose::clamp(&shown, p.span);
            let mut group = Level::ERROR.primary_title(text::line(&p.message).into_owned()).element(
                Snippet::source(shown.as_str()).path(text::line(file).into_owned()).annotation(AnnotationKind::Primary.span(span)),
            );
            if let Some(help) = &p.help {
                group = group.element(Level::HELP.message(text::line(help).into_owned()));
            }
            Renderer::plain().render(&[group])
        })
        .collect();
    if total > SHOWN {
        reports.push(format!("error: {} more in {}", total - SHOWN, text::line(file)));
    }
    // The caller prints the first "error: " itself.
    let report = reports.join("\n\n");
    Error::usage(report.strip_prefix("error: ").unwrap_or(&report), help)
}

/// The same text, of the same length, with every steering character but the line break replaced.
pub fn harmless(content: &str) -> String {
    let mut out = String::with_capacity(content.len());
    for c in content.chars() {
        match c {
            '\n' | '\t' => out.push(c),
            '\r' => out.push(' '),
            c if text::is_steering(c) => out.extend(std::iter::repeat_n('?', c.len_utf8())),
            c => out.push(c),
        }
    }
    out
}

/// Collects problems while a file is read.
#[derive(Debug, Default)]
pub struct Reader {
    pub problems: Vec<Problem>,
}

/// One table being read.
pub struct Section<'a> {
    name: String,
    span: Range<usize>,
    entries: Vec<(Item<'a>, bool)>,
    known: Vec<&'static str>,
}

/// One key and its value.
#[derive(Clone)]
pub struct Item<'a> {
    pub key: String,
    pub key_span: Range<usize>,
    pub value: &'a DeValue<'a>,
    pub span: Range<usize>,
}

impl<'a> Section<'a> {
    /// A table; `name` is its path, empty for the file itself.
    pub fn new(name: &str, table: &'a DeTable<'a>, span: Range<usize>) -> Section<'a> {
        let item = |(k, v): (&'a Spanned<_>, &'a Spanned<DeValue<'a>>)| {
            let key: &std::borrow::Cow<'a, str> = k.get_ref();
            (Item { key: key.to_string(), key_span: k.span(), value: v.get_ref(), span: v.span() }, false)
        };
        Section { name: name.to_string(), span, entries: table.iter().map(item).collect(), known: Vec::new() }
    }

    /// The place of the whole table.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The value of a key that this table may have.
    pub fn take(&mut self, key: &'static str) -> Option<Item<'a>> {
        self.known.push(key);
        let entry = self.entries.iter_mut().find(|(i, _)| i.key == key)?;
        entry.1 = true;
        Some(entry.0.clone())
    }

    /// Every value, whatever its key: for tables whose keys the user chooses. In the order of the file.
    pub fn all(&mut self) -> Vec<Item<'a>> {
        let mut items: Vec<Item<'a>> = self
            .entries
            .iter_mut()
            .map(|e| {
                e.1 = true;
                e.0.clone()
            })
            .collect();
        items.sort_by_key(|i| i.key_span.start);
        items
    }

    /// Refuses keys that nobody asked for.
    pub fn finish(self, reader: &mut Reader) {
        for (item, _) in self.entries.iter().filter(|(_, taken)| !taken) {
            let place = if self.name.is_empty() { "a policy".to_string() } else { format!("`{}`", self.name) };
            let help = match closest(&item.key, self.known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("{place} may have {}", names(&self.known)),
            };
            reader.problem(item.key_span.clone(), format!("{place} has no key `{}`", shown(&item.key)), Some(help));
        }
    }
}

/// A word from the file in a message.
pub fn shown(s: &str) -> String {
    text::cut(&text::line(s), 60).into_owned()
}

/// `a`, `b` and `c`.
pub fn names<S: AsRef<str>>(list: &[S]) -> String {
    text::list(&list.iter().map(|s| format!("`{}`", s.as_ref())).collect::<Vec<_>>())
}

/// The candidate that a word was probably meant to be.
pub fn closest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let word = text::cut(word, 80).to_lowercase();
    candidates
        .into_iter()
        .map(|c| (strsim::levenshtein(&word, &c.to_lowercase()), c))
        .filter(|(d, c)| {
            let short = word.chars().count().min(c.chars().count());
            let begins = short >= 3 && (word.starts_with(&c.to_lowercase()) || c.to_lowercase().starts_with(&word));
            (*d <= (short / 3).max(1) && *d < c.chars().count()) || (begins && *d <= 4)
        })
        .min()
        .map(|(_, c)| c)
}

impl Reader {
    /// Records a problem.
    pub fn problem(&mut self, span: Range<usize>, message: impl Into<String>, help: Option<String>) {
        self.problems.push(Problem { span, message: message.into(), help });
    }

    fn wrong_type(&mut self, item: &Item<'_>, wanted: &str) {
        let message = format!("`{}` has to be {wanted}, not {}", shown(&item.key), kind(item.value));
        self.problem(item.span.clone(), message, None);
    }

    /// A string that is not empty.
    pub fn string(&mut self, item: &Item<'_>) -> Option<At<String>> {
        match item.value {
            DeValue::String(s) if s.trim().is_empty() => {
                self.problem(item.span.clone(), format!("`{}` is empty", shown(&item.key)), None);
                None
            }
            DeValue::String(s) => Some(At::new(s.to_string(), item.span.clone())),
            _ => {
                self.wrong_type(item, "a string");
                None
            }
        }
    }

    /// A list of any values.
    pub fn list<'a>(&mut self, item: &Item<'a>) -> Vec<Item<'a>> {
        match item.value {
            DeValue::Array(list) => {
                list.iter().map(|v| Item { key: item.key.clone(), key_span: v.span(), value: v.get_ref(), span: v.span() }).collect()
            }
            _ => {
                self.wrong_type(item, "a list");
                Vec::new()
            }
        }
    }

    /// A list of strings.
    pub fn strings(&mut self, item: &Item<'_>) -> Vec<At<String>> {
        self.list(item).iter().filter_map(|i| self.string(i)).collect()
    }

    /// A truth value.
    pub fn boolean(&mut self, item: &Item<'_>) -> Option<At<bool>> {
        match item.value {
            DeValue::Boolean(b) => Some(At::new(*b, item.span.clone())),
            _ => {
                self.wrong_type(item, "true or false");
                None
            }
        }
    }

    /// A whole number, not below zero.
    pub fn number(&mut self, item: &Item<'_>) -> Option<At<u64>> {
        match item.value {
            DeValue::Integer(i) => match u64::from_str_radix(i.as_str(), i.radix()) {
                Ok(n) => Some(At::new(n, item.span.clone())),
                Err(_) => {
                    self.problem(item.span.clone(), format!("`{}` has to be a whole number, 0 or more", shown(&item.key)), None);
                    None
                }
            },
            _ => {
                self.wrong_type(item, "a whole number");
                None
            }
        }
    }

    /// A date without time.
    pub fn date(&mut self, item: &Item<'_>) -> Option<At<jiff::civil::Date>> {
        if let DeValue::Datetime(d) = item.value
            && let (Some(date), None, None) = (d.date, d.time, d.offset)
            && let (Ok(year), Ok(month), Ok(day)) = (i16::try_from(date.year), i8::try_from(date.month), i8::try_from(date.day))
            && let Ok(date) = jiff::civil::Date::new(year, month, day)
        {
            return Some(At::new(date, item.span.clone()));
        }
        self.problem(
            item.span.clone(),
            format!("`{}` has to be a date, not {}", shown(&item.key), kind(item.value)),
            Some("write it without quotes, as in 2027-03-31".into()),
        );
        None
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&mut self, item: &Item<'_>, choices: &[(&'static str, T)]) -> Option<At<T>> {
        let word = self.string(item)?;
        if let Some((_, value)) = choices.iter().find(|(w, _)| *w == word.value) {
            return Some(At::new(*value, word.span));
        }
        let words: Vec<&str> = choices.iter().map(|(w, _)| *w).collect();
        let help = match closest(&word.value, words.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it is one of {}", names(&words)),
        };
        self.problem(word.span, format!("`{}` cannot be `{}`", shown(&item.key), shown(&word.value)), Some(help));
        None
    }

    /// A table.
    pub fn table<'a>(&mut self, name: &str, item: &Item<'a>) -> Option<Section<'a>> {
        match item.value {
            DeValue::Table(table) => Some(Section::new(name, table, item.key_span.clone())),
            _ => {
                self.wrong_type(item, &format!("a table, [{name}]"));
                None
            }
        }
    }

    /// A list of tables, `[[name]]`.
    pub fn tables<'a>(&mut self, name: &str, item: &Item<'a>) -> Vec<Section<'a>> {
        if matches!(item.value, DeValue::Table(_)) {
            self.problem(item.key_span.clone(), format!("there can be several, so it is [[{name}]]"), None);
            return Vec::new();
        }
        self.list(item).iter().filter_map(|i| self.table(name, i)).collect()
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_is_suggested_and_a_far_one_is_not() {
        assert_eq!(closest("verdct", ["verdict", "components"]), Some("verdict"));
        assert_eq!(closest("allowed", ["allow", "deny"]), Some("allow"));
        assert_eq!(closest("zzz", ["verdict"]), None);
        assert_eq!(closest("é", ["deny"]), None);
    }

    #[test]
    fn harmless_text_keeps_its_places() {
        let text = "a\u{202e}b\r\nc\u{1b}d";
        let out = harmless(text);
        assert_eq!(out.len(), text.len());
        assert_eq!(out.find('b'), text.find('b'));
        assert!(!out.chars().any(|c| c != '\n' && text::is_steering(c)));
    }
}
