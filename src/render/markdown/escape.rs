//! Text in Markdown: nothing a stranger writes becomes markup, a link, a mention or a table cell.

use crate::render::names;
use std::borrow::Cow;

/// Text in a paragraph or list item of one line.
pub fn text(s: &str) -> String {
    let mut out = String::with_capacity(s.len() + 8);
    for (i, word) in s.split(' ').enumerate() {
        if i > 0 {
            out.push(' ');
        }
        if word.contains('@') && word.len() > 1 {
            // A mention would notify somebody; in code it does not.
            out.push_str(&format!("`{}`", code(word)));
        } else {
            plain(word, i == 0, &mut out);
        }
    }
    out
}

fn plain(word: &str, first: bool, out: &mut String) {
    let lower = word.to_ascii_lowercase();
    let linked = lower.contains("://") || lower.contains("www.");
    for (i, c) in word.char_indices() {
        let escape = match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~' | '$' => true,
            // What would be linked by itself.
            ':' | '.' => linked,
            // What means something at the start of a line only.
            '#' | '+' | '-' | '=' | '!' => first && i == 0,
            ')' => first && word.get(..i).is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit())),
            _ => false,
        };
        if escape {
            out.push('\\');
        }
        out.push(c);
    }
}

/// Text in a table cell.
pub fn cell(s: &str) -> String {
    text(s)
}

/// Text between backticks.
pub fn code(s: &str) -> Cow<'_, str> {
    if s.contains(['`', '|', '\n']) {
        Cow::Owned(s.replace('`', "'").replace('|', "\u{00a6}").replace('\n', " "))
    } else {
        Cow::Borrowed(s)
    }
}

/// A link, where the address may be one.
pub fn link(words: &str, url: &str) -> String {
    match names::web(url) {
        // In angle brackets: those, backslashes and bars are percent-encoded by then.
        Some(url) => format!("[{}](<{}>)", text(words), url.replace('|', "%7C").replace('\\', "%5C")),
        None => text(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    #[test]
    fn what_is_linked_by_itself_is_not() {
        assert_eq!(text("see https://example.org and www.example.org"), "see https\\://example\\.org and www\\.example\\.org");
        assert_eq!(text("ask @somebody now"), "ask `@somebody` now");
        assert_eq!(link("a|b", "javascript:alert(1)"), "a\\|b");
        assert_eq!(link("a", "https://example.org/(x)|y>"), "[a](<https://example.org/(x)%7Cy%3E>)");
    }

    proptest! {
        /// A text in a cell of a table comes out as one cell with that text and nothing else.
        #[test]
        fn text_stays_text(s in "[ -~üäの]{0,60}") {
            let squeezed = crate::text::squeeze(&s);
            let table = format!("| a | b |\n| --- | --- |\n| {} | end |\n", cell(&squeezed));
            let mut cells = Vec::new();
            let mut inside = false;
            for event in Parser::new_ext(&table, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_MATH) {
                match event {
                    Event::Start(Tag::TableCell) => {
                        cells.push(String::new());
                        inside = true;
                    }
                    Event::Text(t) | Event::Code(t) if inside => cells.last_mut().unwrap().push_str(&t),
                    Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::Emphasis | Tag::Strong) => {
                        prop_assert!(false, "markup from {squeezed:?}");
                    }
                    _ => {}
                }
            }
            prop_assert_eq!(cells.len(), 4, "{}", table);
            let shown = squeezed.split(' ').map(|w| if w.contains('@') && w.len() > 1 { code(w).into_owned() } else { w.to_string() }).collect::<Vec<_>>().join(" ");
            prop_assert_eq!(crate::text::squeeze(&cells[2]), shown);
        }
    }
}
