//! JSON, with comments and trailing commas where people write them, read token by token: a file of any
//! depth needs no stack.

use super::config::{self, Builder, Node, Scalar, Style};
use super::found::Found;
use super::source::Source;
use crate::rules::scan::KeyPlace;
use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};

/// Reads a JSON text.
///
/// # Errors
/// Why it was not read to its end; what stands before was read.
pub fn scan(source: &Source<'_>, found: &mut Found<'_, '_>) -> Result<(), String> {
    let (roots, error) = parse(&source.text);
    for root in &roots {
        config::scan(root, source, KeyPlace::Config, found);
    }
    error.map_or(Ok(()), Err)
}

/// The tree, and what was wrong.
pub fn parse(text: &str) -> (Vec<Node>, Option<String>) {
    let mut builder = Builder::default();
    let mut scanner = Scanner::new(text, &ScannerOptions::default());
    let mut error = None;
    loop {
        let token = match scanner.scan() {
            Ok(Some(token)) => token,
            Ok(None) => break,
            Err(e) => {
                error = Some(format!("no JSON from line {} on", e.line_display()));
                break;
            }
        };
        match token {
            Token::OpenBrace => builder.open(Node::Map(Vec::new())),
            Token::OpenBracket => builder.open(Node::List(Vec::new())),
            Token::CloseBrace | Token::CloseBracket => builder.close(),
            Token::String(value) => {
                let (start, end) = (scanner.token_start() + 1, scanner.token_end().saturating_sub(1));
                let style = if text.get(start..end) == Some(value.as_ref()) { Style::Verbatim } else { Style::Escaped };
                builder.add(Node::Text(Scalar { text: value.into_owned(), start, end: end.max(start), style }));
            }
            Token::Word(_) | Token::Boolean(_) | Token::Number(_) | Token::Null => builder.add(Node::Other),
            Token::Comma | Token::Colon | Token::CommentLine(_) | Token::CommentBlock(_) => {}
        }
    }
    (builder.finish(), error)
}

/// Adds an escaped text to a source, each character with the place of its escape.
pub fn unescape(source: &Source<'_>, start: usize, end: usize, out: &mut Source<'static>) {
    let raw = source.text.get(start..end).unwrap_or("");
    let mut rest = raw;
    let at = |rest: &str| source.at(start + (raw.len() - rest.len()));
    while let Some(i) = rest.find('\\') {
        let (plain, escape) = rest.split_at(i);
        if !plain.is_empty() {
            out.push(plain, at(rest));
        }
        let mut chars = escape.chars().skip(1);
        let (text, length) = match chars.next() {
            Some('n') => ("\n".to_string(), 2),
            Some('t') => ("\t".to_string(), 2),
            Some('r') => (String::new(), 2),
            Some('u') => {
                let code = escape.get(2..6).and_then(|h| u32::from_str_radix(h, 16).ok());
                (code.and_then(char::from_u32).unwrap_or('\u{fffd}').to_string(), 6)
            }
            Some(c) => (c.to_string(), 1 + c.len_utf8()),
            None => (String::new(), 1),
        };
        out.push(&text, at(escape));
        rest = escape.get(length..).unwrap_or("");
    }
    if !rest.is_empty() {
        out.push(rest, at(rest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_keep_their_places() {
        let text = r#""a\n\"b\u00e9c""#;
        let source = Source::verbatim(text, 0);
        let mut out = Source::empty();
        unescape(&source, 1, text.len() - 1, &mut out);
        assert_eq!(out.text, "a\n\"béc");
        assert_eq!(out.at(out.text.find('c').unwrap()), text.find('c').unwrap());
    }

    #[test]
    fn depth_is_bounded() {
        let deep = format!("{}\"model\"{}", "[".repeat(100_000), "]".repeat(100_000));
        let (roots, error) = parse(&deep);
        assert!(error.is_none() && roots.len() == 1);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[\\[\\]{}:,\"a-z\\\\ \n→]{0,60}|\\PC{0,40}") {
            let (roots, _) = parse(&text);
            fn check(node: &Node, text: &str) -> bool {
                match node {
                    Node::Map(pairs) => pairs.iter().all(|(k, v)| text.get(k.start..k.end).is_some() && check(v, text)),
                    Node::List(items) => items.iter().all(|i| check(i, text)),
                    Node::Text(t) => text.get(t.start..t.end).is_some(),
                    Node::Other => true,
                }
            }
            prop_assert!(roots.iter().all(|r| check(r, &text)));
        }
    }
}
