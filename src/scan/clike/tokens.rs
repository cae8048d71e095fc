//! Tokens of languages with braces: enough to tell code from strings and comments, in linear time and
//! without recursion. A text that is none of these languages gives tokens, too.

use super::Dialect;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Ident,
    /// A string whose content, between `start + open` and `end - close`, stands for itself.
    Text {
        open: usize,
        close: usize,
    },
    /// A string with parts that are filled in.
    Template {
        open: usize,
    },
    Number,
    Punct(u8),
}

#[derive(Debug, Clone, Copy)]
pub struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    /// A line break stands before it.
    pub newline: bool,
    /// The token that closes this bracket, or opens it; itself where there is none.
    pub pair: usize,
    /// The `{` that it stands in; `usize::MAX` outside of all.
    pub block: usize,
}

/// The tokens, and the places of comments (without their marks).
pub fn split(text: &str, dialect: Dialect) -> (Vec<Token>, Vec<(usize, usize)>) {
    let bytes = text.as_bytes();
    let at = |i: usize| bytes.get(i).copied().unwrap_or(0);
    let mut tokens: Vec<Token> = Vec::new();
    let mut comments = Vec::new();
    let mut i = 0;
    let mut newline = true;
    while i < bytes.len() {
        let start = i;
        let b = at(i);
        let find = |from: usize, what: &str| text.get(from..).and_then(|t| t.find(what)).map_or(bytes.len(), |n| from + n);
        let kind = match b {
            b'\n' => {
                newline = true;
                i += 1;
                continue;
            }
            b' ' | b'\t' | b'\r' => {
                i += 1;
                continue;
            }
            b'/' if at(i + 1) == b'/' => {
                i = find(i, "\n");
                comments.push((start + 2, i));
                continue;
            }
            b'/' if at(i + 1) == b'*' => {
                let end = find(i + 2, "*/");
                comments.push((start + 2, end));
                i = (end + 2).min(bytes.len());
                continue;
            }
            b'/' if dialect == Dialect::Javascript && regex_may_begin(&tokens, text) => {
                i = regex_end(bytes, i);
                Kind::Number
            }
            // r"…", r#"…"#, b"…"
            b'r' | b'b' if dialect == Dialect::Rust && raw_string(bytes, i).is_some() => {
                let (open, hashes) = raw_string(bytes, i).unwrap_or((1, 0));
                let close = format!("\"{}", "#".repeat(hashes));
                i = (find(i + open, &close) + close.len()).min(bytes.len());
                Kind::Text { open, close: close.len() }
            }
            b'"' if text.get(i..).is_some_and(|t| t.starts_with("\"\"\"")) => {
                i = (find(i + 3, "\"\"\"") + 3).min(bytes.len());
                Kind::Text { open: 3, close: 3 }
            }
            b'\'' if dialect == Dialect::Rust => {
                // A character, or a lifetime.
                let close = if at(i + 1) == b'\\' {
                    find(i + 3, "'")
                } else {
                    text.get(i + 1..).and_then(|t| t.chars().next()).map_or(i, |c| i + 1 + c.len_utf8())
                };
                i = if at(close) == b'\'' && close < i + 14 { close + 1 } else { i + 1 };
                Kind::Number
            }
            b'"' | b'\'' => {
                i += 1;
                let mut plain = true;
                // A string of these languages ends with its line; Rust's do not.
                while i < bytes.len() && at(i) != b && (dialect == Dialect::Rust || at(i) != b'\n') {
                    plain &= at(i) != b'\\';
                    i += if at(i) == b'\\' { 2 } else { 1 };
                }
                let closed = at(i.min(bytes.len())) == b;
                i = (i + usize::from(closed)).min(bytes.len());
                match plain {
                    true => Kind::Text { open: 1, close: usize::from(closed) },
                    false => Kind::Template { open: 1 },
                }
            }
            b'`' => {
                i += 1;
                let mut template = false;
                while i < bytes.len() && at(i) != b'`' {
                    template |= at(i) == b'$' && at(i + 1) == b'{';
                    i += if at(i) == b'\\' { 2 } else { 1 };
                }
                i = (i + 1).min(bytes.len());
                if template { Kind::Template { open: 1 } } else { Kind::Text { open: 1, close: 1 } }
            }
            b'0'..=b'9' => {
                while at(i).is_ascii_alphanumeric() || matches!(at(i), b'_' | b'.') {
                    i += 1;
                }
                Kind::Number
            }
            _ if b.is_ascii_alphabetic() || matches!(b, b'_' | b'$' | b'@') || b >= 0x80 => {
                i += 1;
                while at(i).is_ascii_alphanumeric() || matches!(at(i), b'_' | b'$') || at(i) >= 0x80 {
                    i += 1;
                }
                Kind::Ident
            }
            _ => {
                i += 1;
                Kind::Punct(b)
            }
        };
        i = super::super::source::floor(text, i).max(start + 1);
        while !text.is_char_boundary(i) {
            i += 1;
        }
        let pair = tokens.len();
        tokens.push(Token { kind, start, end: i, newline, pair, block: usize::MAX });
        newline = false;
    }
    pair(&mut tokens);
    blocks(&mut tokens);
    (tokens, comments)
}

/// Joins brackets. One that does not fit closes what is open above its partner.
fn pair(tokens: &mut [Token]) {
    let mut open: Vec<(u8, usize)> = Vec::new();
    for i in 0..tokens.len() {
        let Some(Kind::Punct(b)) = tokens.get(i).map(|t| t.kind) else { continue };
        match b {
            b'(' | b'[' | b'{' => open.push((b, i)),
            b')' | b']' | b'}' => {
                let wanted = match b {
                    b')' => b'(',
                    b']' => b'[',
                    _ => b'{',
                };
                // Looking down the whole stack for each stray bracket would be quadratic.
                let near = open.iter().rev().take(8).position(|(o, _)| *o == wanted);
                if let Some(up) = near {
                    open.truncate(open.len() - up);
                    if let Some((_, at)) = open.pop() {
                        if let Some(t) = tokens.get_mut(at) {
                            t.pair = i;
                        }
                        if let Some(t) = tokens.get_mut(i) {
                            t.pair = at;
                        }
                    }
                }
            }
            _ => {}
        }
    }
}

/// Tells each token which block it stands in.
fn blocks(tokens: &mut [Token]) {
    let mut open: Vec<(usize, usize)> = Vec::new();
    for (i, token) in tokens.iter_mut().enumerate() {
        while open.last().is_some_and(|(_, close)| *close <= i) {
            open.pop();
        }
        token.block = open.last().map_or(usize::MAX, |(at, _)| *at);
        if token.kind == Kind::Punct(b'{') && token.pair > i {
            open.push((i, token.pair));
        }
    }
}

/// A `/` begins a regular expression where no value stands before it.
fn regex_may_begin(tokens: &[Token], text: &str) -> bool {
    match tokens.last() {
        None => true,
        Some(t) => match t.kind {
            Kind::Punct(b) => !matches!(b, b')' | b']' | b'}'),
            Kind::Ident => matches!(text.get(t.start..t.end), Some("return" | "typeof" | "case" | "in" | "of" | "await")),
            _ => false,
        },
    }
}

fn regex_end(bytes: &[u8], start: usize) -> usize {
    let mut i = start + 1;
    let mut class = false;
    while let Some(b) = bytes.get(i) {
        match b {
            b'\n' => return start + 1,
            b'\\' => i += 1,
            b'[' => class = true,
            b']' => class = false,
            b'/' if !class => return i + 1,
            _ => {}
        }
        i += 1;
    }
    start + 1
}

/// Bytes before the content of a raw or byte string, and its number of hashes.
fn raw_string(bytes: &[u8], i: usize) -> Option<(usize, usize)> {
    let prefix = bytes.get(i..)?.iter().take(2).take_while(|b| matches!(b, b'r' | b'b')).count();
    let raw = bytes.get(i..i + prefix)?.contains(&b'r');
    let hashes = bytes.get(i + prefix..)?.iter().take(16).take_while(|b| **b == b'#').count();
    let fits = bytes.get(i + prefix + hashes) == Some(&b'"') && (raw || hashes == 0);
    // b"…" may hold escapes, and no names.
    fits.then_some((prefix + hashes + 1, hashes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(text: &str, dialect: Dialect) -> Vec<&str> {
        let of = |t: &Token| if let Kind::Text { open, close } = t.kind { text.get(t.start + open..t.end - close) } else { None };
        split(text, dialect).0.iter().filter_map(of).collect()
    }

    #[test]
    fn strings_are_told_from_the_rest() {
        assert_eq!(texts("f('a', \"b\", `c`, `x${d}`) // 'e'\n/* 'f' */ 'g'", Dialect::Javascript), ["a", "b", "c", "g"]);
        assert_eq!(texts("x = /'\"/; y = 'a' / 2", Dialect::Javascript), ["a"]);
        assert_eq!(texts("fn f<'a>(c: char) { 'x'; '\\''; r#\"a\"b\"#; \"c\" }", Dialect::Rust), ["a\"b", "c"]);
        assert_eq!(texts("<p>Don't</p>\n'a'", Dialect::Javascript).last(), Some(&"a"));
    }

    proptest! {
        #[test]
        fn any_text_is_split(text in "[a-z'\"`/*\\\\(){}\\[\\]#$→\n ]{0,80}|\\PC{0,40}", rust in any::<bool>()) {
            let (tokens, comments) = split(&text, if rust { Dialect::Rust } else { Dialect::Javascript });
            let mut last = 0;
            for t in &tokens {
                prop_assert!(t.start >= last && t.end > t.start && text.get(t.start..t.end).is_some());
                prop_assert!(t.pair < tokens.len());
                last = t.end;
            }
            prop_assert!(comments.iter().all(|(a, b)| text.get(*a..*b).is_some()));
        }
    }
}
