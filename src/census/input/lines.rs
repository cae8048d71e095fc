//! A record a line.

use super::{Chunker, too_long};
use crate::net::limits;
use std::io::BufRead;

/// Reads lines, each of them counted, also the empty ones. A line that is too long is a broken record, and is
/// never held whole.
pub fn read(input: &mut dyn BufRead, out: &mut Chunker<'_>) -> std::io::Result<()> {
    let mut length = 0;
    let mut dropped = false;
    let mut at_start = true;
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() || !out.wanted {
            break;
        }
        let skip = if std::mem::take(&mut at_start) && buffer.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let rest = buffer.get(skip..).unwrap_or_default();
        let (piece, ended) = match memchr(rest) {
            Some(end) => (rest.get(..end).unwrap_or_default(), true),
            None => (rest, false),
        };
        length += piece.len();
        if dropped || length > limits::RECORD_BYTES {
            if !dropped {
                let kept = length - piece.len();
                let line = out.line();
                line.truncate(line.len() - kept);
                dropped = true;
            }
        } else {
            out.line().extend_from_slice(piece);
        }
        let used = skip + piece.len() + usize::from(ended);
        input.consume(used);
        if ended {
            if dropped {
                out.broken(&too_long())
            } else {
                out.end()
            }
            (length, dropped) = (0, false);
        }
    }
    // The last line need not end.
    if dropped {
        out.broken(&too_long());
    } else if length > 0 {
        out.end();
    }
    Ok(())
}

fn memchr(haystack: &[u8]) -> Option<usize> {
    memchr::memchr(b'\n', haystack)
}
