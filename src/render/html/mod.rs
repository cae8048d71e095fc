//! The HTML report: one file that asks for nothing else, works without JavaScript and prints.
//!
//! Templates stand in `templates/report`; what they show is prepared in `page`. The content security
//! policy permits the one style sheet and the one script of the page, by their digests.

mod model;
mod page;

use super::{Harmless, Style};
use crate::report::Report;
use askama::Template;

const STYLE: &str = include_str!("../../../templates/report/style.css");
const SCRIPT: &str = include_str!("../../../templates/report/script.js");

/// Renders a report.
pub fn render(report: &Report, _: Style) -> String {
    write(&super::harmless(report))
}

/// Renders a report whose strings are harmless.
pub fn write(report: &Harmless<'_>) -> String {
    let page = page::Page::new(report, STYLE, SCRIPT);
    let mut out = String::with_capacity(20_000 + 12_000 * report.models.len());
    // Writing to a string cannot fail.
    let _ = page.render_into(&mut out);
    out
}

/// Base64 of the sha256, as content security policies have it.
fn digest(of: &str) -> String {
    use sha2::{Digest, Sha256};
    base64(&Sha256::digest(of.as_bytes()))
}

/// Base64 with padding (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0u32, |g, b| (g << 8) | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let index = (group >> (18 - 6 * i)) & 63;
            let letter = ALPHABET.get(index as usize).copied().unwrap_or(b'=');
            out.push(if i > chunk.len() { '=' } else { char::from(letter) });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_the_standard() {
        // RFC 4648, section 10.
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn style_and_script_cannot_end_early() {
        assert!(!STYLE.to_lowercase().contains("</style") && !SCRIPT.to_lowercase().contains("</script"));
        assert!(!SCRIPT.contains("<!--"));
    }
}
