//! YAML, read event by event. Templates (Helm, Jinja) are masked before, so that what stands around them
//! can be read.

use super::config::{self, Builder, Node, Scalar, Style};
use super::found::{Found, Use};
use super::source::Source;
use crate::rules::scan::KeyPlace;
use granit_parser::{Event, Parser, ScalarStyle};
use std::borrow::Cow;

/// Reads a YAML text.
///
/// # Errors
/// Why it was not parsed; it was then read line by line.
pub fn scan(source: &Source<'_>, place: KeyPlace, found: &mut Found<'_, '_>) -> Result<(), String> {
    let text = mask(&source.text);
    let (roots, error) = parse(&text, &source.text);
    for root in &roots {
        config::scan(root, source, place, found);
    }
    if error.is_some() {
        lines(source, false, found);
    }
    if found.mention.is_none() && place == KeyPlace::Config {
        found.mention = Some(super::Role::Comment);
        lines(source, true, found);
        found.mention = None;
    }
    error.map_or(Ok(()), Err)
}

/// The trees of all documents, and what was wrong. `text` is masked, `original` is not.
fn parse(text: &str, original: &str) -> (Vec<Node>, Option<String>) {
    let mut builder = Builder::default();
    let mut parser = Parser::new_from_str(text);
    let mut error = None;
    while let Some(event) = parser.next_event() {
        let (event, span) = match event {
            Ok(event) => event,
            Err(e) => {
                error = Some(format!("no YAML from line {} on; read line by line", e.marker().line()));
                break;
            }
        };
        match event {
            Event::MappingStart(..) => builder.open(Node::Map(Vec::new())),
            Event::SequenceStart(..) => builder.open(Node::List(Vec::new())),
            Event::MappingEnd | Event::SequenceEnd => builder.close(),
            Event::Scalar(value, style, ..) => {
                let range = (span.start.byte_offset().unwrap_or(0), span.end.byte_offset().unwrap_or(0));
                builder.add(Node::Text(scalar(&value, style, range, original)));
            }
            Event::Alias(..) => builder.add(Node::Other),
            _ => {}
        }
    }
    (builder.finish(), error)
}

fn scalar(value: &str, style: ScalarStyle, (start, end): (usize, usize), original: &str) -> Scalar {
    let raw = original.get(start..end).unwrap_or("");
    let (start, end, style) = match style {
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted if raw.len() >= 2 => {
            let inner = raw.get(1..raw.len() - 1).unwrap_or("");
            let style = match style {
                ScalarStyle::DoubleQuoted if inner.contains('\\') => Style::Escaped,
                _ if inner.contains('\n') => Style::Folded,
                _ => Style::Verbatim,
            };
            (start + 1, end - 1, style)
        }
        ScalarStyle::Literal => (start, end, Style::Verbatim),
        ScalarStyle::Folded => (start, end, Style::Folded),
        _ => {
            let trimmed = raw.trim_end();
            (start, start + trimmed.len(), if trimmed.contains('\n') { Style::Folded } else { Style::Verbatim })
        }
    };
    // The value as it stands in the file: a masked template in it must be seen.
    let shown = original.get(start..end).unwrap_or("");
    let text = if style == Style::Verbatim && shown.contains("{{") { shown } else { value };
    Scalar { text: text.to_string(), start, end, style }
}

/// `{{ … }}` and `{% … %}` replaced by as many harmless characters. A line that holds nothing else is
/// blanked.
fn mask(text: &str) -> Cow<'_, str> {
    if !text.contains("{{") && !text.contains("{%") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // Blank so far, on this line. Neighbours are looked at over a short distance: a line may be the whole file.
    let mut blank = true;
    while let Some(i) = rest.find('{') {
        let (before, template) = rest.split_at(i);
        out.push_str(before);
        blank = match before.rsplit_once('\n') {
            Some((_, tail)) => tail.trim().is_empty(),
            None => blank && before.trim().is_empty(),
        };
        let close = match template.as_bytes().get(1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            _ => {
                out.push('{');
                blank = false;
                rest = template.get(1..).unwrap_or("");
                continue;
            }
        };
        let length = template.find(close).map_or(template.len(), |n| n + 2);
        let (inside, after) = template.split_at(length);
        let tail = after.get(..super::source::floor(after, 200)).unwrap_or("");
        let alone = blank && tail.split('\n').next().is_some_and(|l| l.trim().is_empty());
        for b in inside.bytes() {
            out.push(if b == b'\n' {
                '\n'
            } else if alone {
                ' '
            } else {
                'x'
            });
        }
        blank = alone;
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// `key: value` line by line: of a file that is broken, or of its comments.
fn lines(source: &Source<'_>, comments: bool, found: &mut Found<'_, '_>) {
    let mut at = 0;
    for line in source.text.split_inclusive('\n') {
        let begins = at;
        at += line.len();
        let mut body = line.trim_start().trim_start_matches("- ");
        if body.starts_with('#') != comments {
            continue;
        }
        body = body.trim_start_matches(['#', ' ', '-']);
        let Some((key, value)) = body.split_once(':') else { continue };
        let value = value.split(" #").next().unwrap_or(value);
        let trimmed = value.trim().trim_matches(['"', '\'']);
        if key.len() > 60 || trimmed.is_empty() || !key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.')) {
            continue;
        }
        let Some(rule) = found.book.key(&super::book::snake(key), KeyPlace::Config).filter(|r| !r.ignore) else { continue };
        let start = begins + (line.len() - body.len()) + body.find(trimmed).unwrap_or(0);
        let how = found.book.how_key(rule);
        let used = Use { via: format!("key `{key}`"), rank: 1, ..Use::default() };
        found.name(source, start..start + trimmed.len(), trimmed, &how, &used);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(node: &Node, out: &mut Vec<Scalar>) {
        match node {
            Node::Map(pairs) => pairs.iter().for_each(|(k, v)| {
                out.push(k.clone());
                texts(v, out);
            }),
            Node::List(items) => items.iter().for_each(|i| texts(i, out)),
            Node::Text(t) => out.push(t.clone()),
            Node::Other => {}
        }
    }

    fn all(text: &str) -> Vec<Scalar> {
        let mut out = Vec::new();
        parse(&mask(text), text).0.iter().for_each(|r| texts(r, &mut out));
        out
    }

    #[test]
    fn every_style_has_its_place() {
        let text = "é: \"o/n\"\nb: 'o/n'\nc: o/n # x\nd:\n  - o/n\ne: |\n  run o/n\nf: >\n  run\n  o/n\n";
        let found = all(text);
        let names: Vec<&str> = found.iter().filter(|s| s.text == "o/n").map(|s| &text[s.start..s.end]).collect();
        assert_eq!(names, ["o/n"; 4]);
        for s in found.iter().filter(|s| s.text.starts_with("run")) {
            assert!(text[s.start..s.end].contains("o/n"), "{:?}", &text[s.start..s.end]);
        }
    }

    #[test]
    fn templates_are_masked() {
        let text = "a: {{ .Values.x }}\n{{- if .y }}\nmodel: o/n\n{{- end }}\nb: \"{{ z }}/n\"\n";
        let found = all(text);
        assert!(found.iter().any(|s| s.text == "o/n"), "{found:?}");
        assert!(found.iter().any(|s| s.text == "{{ z }}/n"), "{found:?}");
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[a-z:\\-{}\\[\\]%|>'\"\\\\ \n#→&*]{0,60}|\\PC{0,40}") {
            for s in all(&text) {
                prop_assert!(text.get(s.start..s.end).is_some(), "{s:?}");
            }
        }
    }
}
