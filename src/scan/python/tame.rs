//! What makes the parser take the square of the time, taken away before.

use std::borrow::Cow;
use std::ops::Range;

/// Consecutive lines that are comments, and lines that are continued: beyond these the parser, which looks ahead over
/// all of them at each, takes too long.
const MAX_COMMENTS: usize = 200;
const MAX_CONTINUED: usize = 1_000;

/// Blanks long runs of comments, byte for byte.
///
/// # Errors
/// A statement that no person wrote.
pub fn tame(text: &str) -> Result<Cow<'_, str>, String> {
    let (mut comments, mut continued, mut at) = (0, 0, 0);
    let mut blank: Vec<Range<usize>> = Vec::new();
    for line in text.split_inclusive('\n') {
        let body = line.trim();
        // Blank lines between them change nothing.
        comments = match body.bytes().next() {
            Some(b'#') => comments + 1,
            None => comments,
            Some(_) => 0,
        };
        continued = if body.ends_with('\\') { continued + 1 } else { 0 };
        if comments > MAX_COMMENTS && !body.is_empty() {
            blank.push(at..at + line.trim_end_matches(['\n', '\r']).len());
        }
        if continued > MAX_CONTINUED {
            return Err("a statement that is continued over too many lines".into());
        }
        at += line.len();
    }
    if blank.is_empty() {
        return Ok(Cow::Borrowed(text));
    }
    let mut out = String::with_capacity(text.len());
    for range in blank {
        out.push_str(text.get(out.len()..range.start).unwrap_or(""));
        out.extend(std::iter::repeat_n(' ', range.end - range.start));
    }
    out.push_str(text.get(out.len()..).unwrap_or(""));
    Ok(Cow::Owned(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_runs_of_comments_are_blanked_in_place() {
        let short = "# é\n".repeat(MAX_COMMENTS);
        assert!(matches!(tame(&short), Ok(Cow::Borrowed(_))));
        let long = format!("a = 1\n{}b = 2\n", "# é\r\n\n".repeat(MAX_COMMENTS + 50));
        let tamed = tame(&long).unwrap();
        assert_eq!((tamed.len(), tamed.find("b = 2")), (long.len(), long.find("b = 2")));
        assert_eq!(tamed.matches('#').count(), MAX_COMMENTS);
        assert!(tame(&"a \\\n".repeat(MAX_CONTINUED + 1)).is_err());
    }
}
