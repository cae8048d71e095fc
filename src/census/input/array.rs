//! One JSON array of records, as a hub's list endpoint answers: cut into its elements without parsing
//! them, by strings and brackets alone.

use super::{Chunker, too_long};
use crate::net::limits;
use std::io::BufRead;

/// Reads the elements of an array. What is no array any more after some elements is a broken record.
pub fn read(input: &mut dyn BufRead, out: &mut Chunker<'_>) -> std::io::Result<()> {
    let mut cut = Cutter::default();
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() || !out.wanted {
            break;
        }
        let n = buffer.len();
        cut.feed(buffer, out);
        input.consume(n);
    }
    cut.finish(out);
    Ok(())
}

/// The state between two reads.
#[derive(Default)]
pub struct Cutter {
    /// Brackets that are open: 1 within the array, more within an element.
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// Bytes of the element so far.
    length: usize,
    dropped: bool,
    done: bool,
}

impl Cutter {
    /// Takes the next bytes.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Chunker<'_>) {
        let mut rest = bytes;
        while let Some(&byte) = rest.first() {
            // What stands after the array is none of it.
            if self.done {
                return;
            }
            if self.in_string && !self.escaped {
                // Most bytes are within strings, and up to their end they mean nothing.
                let plain = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
                let (piece, left) = rest.split_at(plain);
                self.push(piece, out);
                rest = left;
                if plain > 0 {
                    continue;
                }
            }
            rest = rest.get(1..).unwrap_or_default();
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
                self.push(&[byte], out);
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'[' | b'{' => {
                    self.depth += 1;
                    if self.depth == 1 {
                        continue;
                    }
                }
                b']' | b'}' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        self.end(out);
                        self.done = true;
                        continue;
                    }
                }
                b',' if self.depth == 1 => {
                    self.end(out);
                    continue;
                }
                _ => {}
            }
            if self.depth > 0 {
                self.push(&[byte], out);
            }
        }
    }

    /// The end of the input.
    pub fn finish(&mut self, out: &mut Chunker<'_>) {
        if !self.done {
            self.length = self.length.max(1);
            self.drop_element(out);
            out.broken("the array ends too early");
        }
    }

    fn push(&mut self, piece: &[u8], out: &mut Chunker<'_>) {
        // Blanks before an element are none of it; a line break in JSON is a blank wherever it may stand.
        let piece = if self.length == 0 { piece.trim_ascii_start() } else { piece };
        self.length += piece.len();
        if self.dropped {
            return;
        }
        if self.length > limits::RECORD_BYTES {
            self.drop_element(out);
            self.dropped = true;
            return;
        }
        let line = out.line();
        let from = line.len();
        line.extend_from_slice(piece);
        for byte in line.iter_mut().skip(from).filter(|b| matches!(b, b'\n' | b'\r')) {
            *byte = b' ';
        }
    }

    /// Takes back what was written of the element.
    fn drop_element(&mut self, out: &mut Chunker<'_>) {
        let line = out.line();
        let from = line.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        line.truncate(from);
    }

    fn end(&mut self, out: &mut Chunker<'_>) {
        if self.dropped {
            out.broken(&too_long());
        } else if self.length > 0 {
            out.end();
        }
        (self.length, self.dropped) = (0, false);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Chunk, Records};
    use super::*;
    use proptest::prelude::*;

    fn cut(json: &str, step: usize) -> Vec<String> {
        let (mut got, mut next) = (Vec::new(), 0);
        let mut sink = |chunk: Chunk| {
            match chunk.records {
                Records::Lines(bytes) => got.extend(String::from_utf8(bytes).unwrap().lines().map(str::to_string)),
                Records::Broken(why) => got.push(format!("broken: {why}")),
                Records::Rows(_) => {}
            }
            true
        };
        let mut chunker = Chunker::new(&mut sink, &mut next, "x", "element");
        let mut cutter = Cutter::default();
        json.as_bytes().chunks(step).for_each(|piece| cutter.feed(piece, &mut chunker));
        cutter.finish(&mut chunker);
        chunker.flush();
        got
    }

    #[test]
    fn elements_of_an_array() {
        for step in [1, 3, 1000] {
            assert_eq!(cut(" [ {\"a\":\n[1,{}]} , {\"b\":\"],}\\\"\"} ]\n", step), ["{\"a\": [1,{}]} ", "{\"b\":\"],}\\\"\"} "]);
            assert_eq!(cut("[]", step), [""; 0]);
            assert_eq!(cut("[{\"a\":1},{\"b\"", step), ["{\"a\":1}", "broken: the array ends too early"]);
        }
    }

    proptest! {
        #[test]
        fn any_array_is_cut_as_it_parses(texts in prop::collection::vec("[\\PC\"\\\\\\[\\]{},]{0,12}", 0..6), step in 1usize..40) {
            let values: Vec<serde_json::Value> = texts.iter().map(|t| serde_json::json!({"t": [t, {"u": t}]})).collect();
            let json = serde_json::to_string_pretty(&values).unwrap();
            let got: Vec<serde_json::Value> = cut(&json, step).iter().map(|l| serde_json::from_str(l).unwrap()).collect();
            prop_assert_eq!(got, values);
        }

        #[test]
        fn any_bytes_are_cut(json in "\\[[\\[\\]{}\",:a\\\\ \n]{0,60}", step in 1usize..40) {
            prop_assert_eq!(cut(&json, step), cut(&json, 1000));
        }
    }
}
