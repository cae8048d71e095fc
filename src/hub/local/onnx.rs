//! ONNX: the fields of a `ModelProto` around its graph, by the protobuf wire format
//! (<https://github.com/onnx/onnx/blob/main/onnx/onnx.proto>). The graph is passed over by its length.

use super::bounded::{Bounded, Stop};
use super::header::Pair;
use std::io::{Read, Seek};

/// Bytes that are read or passed over beside the graph.
const BUDGET: u64 = 4 << 20;
/// Fields of the model, and `metadata_props` among them.
const FIELDS: usize = 100_000;
const PROPS: usize = 512;
const TEXT: usize = 16 << 10;

/// What the model says: `metadata_props` by their own keys, and its own fields by their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    pub pairs: Vec<Pair>,
    pub cut: Option<String>,
}

/// Reads the fields.
///
/// # Errors
/// What is wrong with them.
pub fn read<R: Read + Seek>(file: R) -> Result<Head, String> {
    let mut r = Bounded::new(file, BUDGET).map_err(|e| format!("it cannot be read ({})", e.kind()))?;
    let mut head = Head::default();
    if r.left() == 0 {
        return Err("it is empty".into());
    }
    let mut first = true;
    for _ in 0..FIELDS {
        if r.left() == 0 {
            return if first { Err("it is no ONNX model".into()) } else { Ok(head) };
        }
        match field(&mut r, &mut head, first) {
            Ok(()) => first = false,
            Err(Stop::Malformed(why)) => return Err(why),
            Err(Stop::Cut(why)) => {
                head.cut = Some(format!("what stands {why} was not read"));
                return Ok(head);
            }
        }
    }
    head.cut = Some(format!("more than {FIELDS} fields"));
    Ok(head)
}

fn field<R: Read + Seek>(r: &mut Bounded<R>, head: &mut Head, first: bool) -> Result<(), Stop> {
    let tag = varint(r)?;
    let (number, wire) = (tag >> 3, tag & 7);
    // Every writer begins with ir_version; the format has no magic number.
    if first && (number, wire) != (1, 0) {
        return Err(Stop::malformed("it does not begin as an ONNX model"));
    }
    let name = match number {
        2 => Some("producer_name"),
        3 => Some("producer_version"),
        4 => Some("domain"),
        6 => Some("doc_string"),
        _ => None,
    };
    match (wire, number) {
        (0, _) => {
            let value = varint(r)?;
            if number == 1 {
                head.pairs.push(Pair { key: "ir_version".into(), value: value.to_string() });
            }
            Ok(())
        }
        (1, _) => r.pass(8),
        (5, _) => r.pass(4),
        (2, 14) => {
            let length = varint(r)?;
            match entry(&r.bytes(length, TEXT * 2)?) {
                // The one behind the limit may be the license.
                Some(_) if head.pairs.len() >= PROPS => return Err(Stop::Cut(format!("behind {PROPS} properties"))),
                Some(pair) => head.pairs.push(pair),
                None => {}
            }
            Ok(())
        }
        (2, _) => {
            let length = varint(r)?;
            match name {
                Some(name) => {
                    let value = String::from_utf8_lossy(&r.bytes(length, TEXT)?).into_owned();
                    head.pairs.push(Pair { key: name.into(), value });
                    Ok(())
                }
                // The graph, functions, training information: one block each, not read.
                None => r.skip(length),
            }
        }
        _ => Err(Stop::malformed("a field of a kind that ONNX does not have")),
    }
}

/// A varint of at most ten bytes.
fn varint<R: Read + Seek>(r: &mut Bounded<R>) -> Result<u64, Stop> {
    let mut out = 0u64;
    for shift in (0..70).step_by(7) {
        let [byte] = r.array::<1>()?;
        if shift == 63 && byte > 1 {
            break;
        }
        out |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(out);
        }
    }
    Err(Stop::malformed("a number that is too long"))
}

/// A `StringStringEntryProto`: key is field 1, value field 2. `None` where it is neither.
fn entry(bytes: &[u8]) -> Option<Pair> {
    let mut r = Bounded::new(std::io::Cursor::new(bytes), bytes.len() as u64).ok()?;
    let (mut key, mut value) = (None, None);
    while r.left() > 0 {
        let tag = varint(&mut r).ok()?;
        match tag {
            0x0a | 0x12 => {
                let length = varint(&mut r).ok()?;
                // A value that was kept in part only ends with what is there.
                let text = String::from_utf8_lossy(&r.bytes(length.min(r.left()), TEXT).ok()?).into_owned();
                *(if tag == 0x0a { &mut key } else { &mut value }) = Some(text);
            }
            _ => return None,
        }
    }
    Some(Pair { key: key.filter(|k| !k.is_empty() && k.len() <= 200)?, value: value.unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn bytes(number: u8, content: &[u8]) -> Vec<u8> {
        let mut out = vec![number << 3 | 2];
        let mut n = content.len();
        while n >= 0x80 {
            out.push((n & 0x7f) as u8 | 0x80);
            n >>= 7;
        }
        out.push(n as u8);
        [out, content.to_vec()].concat()
    }

    fn prop(key: &str, value: &str) -> Vec<u8> {
        bytes(14, &[bytes(1, key.as_bytes()), bytes(2, value.as_bytes())].concat())
    }

    #[test]
    fn fields_around_the_graph() {
        let model = [
            vec![8, 9],
            bytes(2, b"pytorch"),
            bytes(7, &vec![0xff; 6 << 20]),
            bytes(8, b"\x10\x11"),
            prop("license", "apache-2.0"),
            prop("base_model", "o/n"),
        ]
        .concat();
        let head = read(Cursor::new(&model)).unwrap();
        let pairs: Vec<_> = head.pairs.iter().map(|p| (p.key.as_str(), p.value.as_str())).collect();
        assert_eq!(pairs, [("ir_version", "9"), ("producer_name", "pytorch"), ("license", "apache-2.0"), ("base_model", "o/n")]);
        assert_eq!(head.cut, None);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (model, said) in [
            (vec![], "empty"),
            (b"<html>".to_vec(), "does not begin"),
            ([vec![8, 9], vec![0x3a], vec![0xff; 11]].concat(), "too long"),
            ([vec![8, 9], vec![0x3a, 0xff, 0xff, 0xff, 0x7f]].concat(), "ends too early"),
            (vec![8, 9, 0x3b], "does not have"),
            (vec![8], "ends too early"),
        ] {
            let e = read(Cursor::new(model)).unwrap_err();
            assert!(e.contains(said), "{said}: {e}");
        }
        let many = [vec![8, 9], prop("k", "v").repeat(5_000)].concat();
        assert!(read(Cursor::new(many)).unwrap().pairs.len() <= PROPS);
    }

    proptest! {
        #[test]
        fn any_bytes(tail in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(Cursor::new(tail.clone()));
            let _ = read(Cursor::new([vec![8, 9], tail.clone()].concat()));
            let _ = entry(&tail);
        }
    }
}
