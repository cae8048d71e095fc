//! Bytes as text, and a page as the text on it.

use super::text::shared::rules_something;

/// Bytes as text: UTF-8, UTF-16 with a mark, or Latin-1 where it reads as text.
pub fn decode(bytes: &[u8]) -> Option<String> {
    let utf16 = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.chunks_exact(2).filter_map(|p| <[u8; 2]>::try_from(p).ok()).map(unit).collect();
        String::from_utf16(&units).ok()
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => Some(String::from_utf8_lossy(rest).into_owned()),
        _ if bytes.contains(&0) || bytes.starts_with(b"%PDF") => None,
        _ => Some(match std::str::from_utf8(bytes) {
            Ok(text) => text.to_string(),
            Err(_) => bytes.iter().map(|b| *b as char).collect(),
        }),
    }
}

/// HTML tags and entities dropped, so that a text on a page is the text. Only known tags are: in
/// `<year> <owner>` the brackets hold what a template leaves open.
pub fn without_markup(text: &str) -> String {
    const TAGS: &[&str] = &[
        "a",
        "b",
        "blockquote",
        "body",
        "br",
        "center",
        "code",
        "details",
        "div",
        "em",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "hr",
        "html",
        "i",
        "img",
        "li",
        "link",
        "meta",
        "ol",
        "p",
        "pre",
        "section",
        "small",
        "span",
        "strong",
        "style",
        "summary",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "title",
        "tr",
        "u",
        "ul",
        "!doctype",
    ];
    if !text.contains(['<', '&']) {
        return text.to_string();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out.push_str(rest.get(..at).unwrap_or_default());
        let tag = rest.get(at..).unwrap_or_default();
        let name: String =
            tag.chars().skip(1).skip_while(|c| *c == '/').take_while(|c| c.is_ascii_alphanumeric() || *c == '!').take(16).collect();
        let end = (TAGS.contains(&name.to_lowercase().as_str())).then(|| tag_end(tag)).flatten();
        match end {
            Some(end) => {
                // A tag that ends a line of text does so here too.
                out.push(if matches!(name.as_str(), "a" | "b" | "em" | "i" | "span" | "strong" | "u" | "code" | "font") {
                    ' '
                } else {
                    '\n'
                });
                rest = tag.get(end + 1..).unwrap_or_default();
            }
            None => {
                out.push('<');
                rest = tag.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    for (entity, plain) in [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&ldquo;", "\""),
        ("&rdquo;", "\""),
        ("&rsquo;", "'"),
        ("&amp;", "&"),
    ] {
        if out.contains(entity) {
            out = out.replace(entity, plain);
        }
    }
    out
}

/// Bytes that a tag has at the most.
const MAX_TAG: usize = 500;

/// Where a tag ends (its `>`), if it is one that says nothing itself: a name and attributes. A condition
/// between angle brackets is read by whoever opens the file, so it stays text.
fn tag_end(tag: &str) -> Option<usize> {
    // The next bracket, of whichever kind: a text of many `<` is gone through once.
    let end = tag.get(1..)?.find(['<', '>'])? + 1;
    if end > MAX_TAG || !tag.get(end..)?.starts_with('>') {
        return None;
    }
    let inner = tag.get(1..end)?.trim_matches('/');
    let attributes = inner.split_once(char::is_whitespace).map_or("", |(_, rest)| rest);
    // In `href="https://example.org/terms"` no words stand apart.
    let words: Vec<String> =
        attributes.split(['"', '\'']).filter(|v| v.contains(' ') || !v.contains(['=', '/', '.', '#'])).map(crate::text::words).collect();
    let words: Vec<&str> = words.iter().flat_map(|w| w.split(' ')).collect();
    (!rules_something(&words)).then_some(end)
}
