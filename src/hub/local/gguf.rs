//! GGUF: the key-value pairs at the head of a file, versions 2 and 3, little-endian
//! (<https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>). Tensor infos and tensors are not read.

use super::bounded::{Bounded, Stop};
use super::header::Pair;
use std::io::{Read, Seek};

/// The first four bytes.
pub const MAGIC: &[u8; 4] = b"GGUF";
/// Bytes of a head that are read or passed over: vocabularies of 260,000 tokens with their merges take 20 MB.
const BUDGET: u64 = 64 << 20;
/// Key-value pairs; the largest heads seen have about 60.
const PAIRS: u64 = 4_096;
/// Strings in all arrays together.
const ITEMS: u64 = 4_000_000;
/// Bytes of a key (the specification's own limit is 65,535).
const KEY: u64 = 1_024;
/// Bytes kept of one string, and strings kept of one array.
const TEXT: usize = 16 << 10;
const KEPT: usize = 64;

/// What the head says, in its order: text as text, whole numbers as digits; of an array of strings each
/// string is a pair of its own, other arrays are passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    pub pairs: Vec<Pair>,
    /// Key-value pairs that the file announces.
    pub count: u64,
    pub tensors: u64,
    /// Where reading stopped before the end of the pairs, and why.
    pub cut: Option<String>,
}

/// Reads a head.
///
/// # Errors
/// What is wrong with it. A head that is longer than what is read is no error: it is cut.
pub fn read<R: Read + Seek>(file: R) -> Result<Head, String> {
    let mut r = Bounded::new(file, BUDGET).map_err(|e| format!("it cannot be read ({})", e.kind()))?;
    let mut head = Head::default();
    match start(&mut r, &mut head) {
        Ok(()) => {}
        Err(Stop::Malformed(why) | Stop::Cut(why)) => return Err(why),
    }
    let mut items = ITEMS;
    for n in 0..head.count {
        if n >= PAIRS {
            head.cut = Some(format!("{} of {} keys were read", PAIRS, head.count));
            break;
        }
        match pair(&mut r, &mut items, &mut head.pairs) {
            Ok(()) => {}
            Err(Stop::Malformed(why)) => return Err(format!("key {} of {}: {why}", n + 1, head.count)),
            Err(Stop::Cut(_)) => {
                head.cut = Some(format!("{n} of {} keys were read", head.count));
                break;
            }
        }
    }
    Ok(head)
}

fn start<R: Read + Seek>(r: &mut Bounded<R>, head: &mut Head) -> Result<(), Stop> {
    if r.array::<4>()? != *MAGIC {
        return Err(Stop::malformed("it does not begin with GGUF"));
    }
    match r.u32()? {
        2 | 3 => {}
        1 => return Err(Stop::malformed("GGUF version 1 is not read")),
        v if matches!(v.swap_bytes(), 1..=3) => return Err(Stop::malformed("big-endian GGUF is not read")),
        v => return Err(Stop::Malformed(format!("GGUF version {v} is not known"))),
    }
    (head.tensors, head.count) = (r.u64()?, r.u64()?);
    // A pair has a key of at least one byte, its length, a type, and a value.
    if head.count > r.left() / 14 {
        return Err(Stop::Malformed(format!("it announces {} keys in {} bytes", head.count, r.size())));
    }
    Ok(())
}

fn pair<R: Read + Seek>(r: &mut Bounded<R>, items: &mut u64, out: &mut Vec<Pair>) -> Result<(), Stop> {
    let length = r.u64()?;
    if length > KEY {
        return Err(Stop::Malformed(format!("a key of {length} bytes")));
    }
    let key = String::from_utf8(r.bytes(length, KEY as usize)?).map_err(|_| Stop::malformed("a key that is not UTF-8"))?;
    let kind = r.u32()?;
    // Only what the specification calls general, and what tells of the tokenizer, is kept.
    let keep = key.starts_with("general.") || matches!(key.as_str(), "tokenizer.ggml.model" | "tokenizer.ggml.pre" | "adapter.type");
    value(r, kind, &key, keep, items, out, 0)
}

/// Bytes of a value of fixed size.
fn width(kind: u32) -> Option<u64> {
    Some(match kind {
        0 | 1 | 7 => 1,
        2 | 3 => 2,
        4..=6 => 4,
        10..=12 => 8,
        _ => return None,
    })
}

fn value<R: Read + Seek>(
    r: &mut Bounded<R>,
    kind: u32,
    key: &str,
    keep: bool,
    items: &mut u64,
    out: &mut Vec<Pair>,
    depth: u8,
) -> Result<(), Stop> {
    match kind {
        8 => {
            let length = r.u64()?;
            if !keep {
                return r.pass(length);
            }
            let text = String::from_utf8_lossy(&r.bytes(length, TEXT)?).into_owned();
            out.push(Pair { key: key.to_string(), value: text });
            Ok(())
        }
        9 if depth < 4 => {
            let (inner, count) = (r.u32()?, r.u64()?);
            if let Some(width) = width(inner) {
                return r.skip(count.checked_mul(width).ok_or_else(|| Stop::malformed("an array that no file holds"))?);
            }
            // An element has at least its own length.
            if count > r.left() / 8 {
                return Err(Stop::Malformed(format!("an array of {count} elements in {} bytes", r.left())));
            }
            // A license behind those that are kept would be one that nobody sees.
            if keep && count > KEPT as u64 && key.contains("license") {
                return Err(Stop::Cut(format!("at {count} licenses")));
            }
            for n in 0..count {
                *items = items.checked_sub(1).ok_or_else(|| Stop::Cut(format!("more than {ITEMS} array elements")))?;
                value(r, inner, key, keep && n < KEPT as u64, items, out, depth + 1)?;
            }
            Ok(())
        }
        9 => Err(Stop::malformed("arrays nested too deep")),
        _ => {
            let width = width(kind).ok_or_else(|| Stop::Malformed(format!("a value of unknown type {kind}")))?;
            let bytes = r.bytes(width, 8)?;
            let mut number = [0; 8];
            for (to, from) in number.iter_mut().zip(&bytes) {
                *to = *from;
            }
            if keep && matches!(kind, 0 | 2 | 4 | 10) {
                out.push(Pair { key: key.to_string(), value: u64::from_le_bytes(number).to_string() });
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn text(s: &str) -> Vec<u8> {
        [(s.len() as u64).to_le_bytes().as_slice(), s.as_bytes()].concat()
    }

    fn string(key: &str, value: &str) -> Vec<u8> {
        [text(key), 8u32.to_le_bytes().to_vec(), text(value)].concat()
    }

    fn file(version: u32, count: u64, pairs: &[Vec<u8>]) -> Vec<u8> {
        let head = [MAGIC.as_slice(), &version.to_le_bytes(), &7u64.to_le_bytes(), &count.to_le_bytes()].concat();
        [head, pairs.concat()].concat()
    }

    fn array(key: &str, kind: u32, count: u64, content: &[u8]) -> Vec<u8> {
        [text(key).as_slice(), &9u32.to_le_bytes(), &kind.to_le_bytes(), &count.to_le_bytes(), content].concat()
    }

    fn keys(head: &Head) -> Vec<(&str, &str)> {
        head.pairs.iter().map(|p| (p.key.as_str(), p.value.as_str())).collect()
    }

    #[test]
    fn pairs_are_read_and_arrays_passed_over() {
        let pairs = [
            string("general.architecture", "llama"),
            array("tokenizer.ggml.scores", 6, 3, &[0; 12]),
            array("tokenizer.ggml.tokens", 8, 2, &[text("a"), text("bc")].concat()),
            array("general.tags", 8, 2, &[text("chat"), text("gguf")].concat()),
            [text("general.file_type").as_slice(), &4u32.to_le_bytes(), &15u32.to_le_bytes()].concat(),
            array("x.nested", 9, 1, &[8u32.to_le_bytes().as_slice(), &1u64.to_le_bytes(), &text("deep")].concat()),
            string("general.license", "apache-2.0"),
        ];
        for version in [2, 3] {
            let head = read(Cursor::new(file(version, 7, &pairs))).unwrap();
            assert_eq!(
                keys(&head),
                [
                    ("general.architecture", "llama"),
                    ("general.tags", "chat"),
                    ("general.tags", "gguf"),
                    ("general.file_type", "15"),
                    ("general.license", "apache-2.0")
                ]
            );
            assert_eq!((head.tensors, head.cut), (7, None));
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let big_endian = [MAGIC.as_slice(), &3u32.to_be_bytes(), &[0; 16]].concat();
        let nested = (0..20).fold(text("deep"), |inner, _| [9u32.to_le_bytes().as_slice(), &1u64.to_le_bytes(), &inner].concat());
        for (bytes, said) in [
            (b"".to_vec(), "ends too early"),
            (b"GGML\x03\0\0\0".to_vec(), "does not begin"),
            (big_endian, "big-endian"),
            (file(1, 0, &[]), "version 1"),
            (file(77, 0, &[]), "version 77"),
            (file(3, u64::MAX, &[]), "announces"),
            (file(3, 1_000, &[vec![0; 100]]), "announces"),
            (file(3, 1, &[[u64::MAX.to_le_bytes().as_slice(), &[0; 40]].concat()]), "a key of"),
            (file(3, 1, &[[text("k").as_slice(), &8u32.to_le_bytes(), &u64::MAX.to_le_bytes()].concat()]), "ends too early"),
            (file(3, 1, &[array("k", 6, u64::MAX, &[])]), "no file holds"),
            (file(3, 1, &[array("k", 4, 1 << 40, &[])]), "ends too early"),
            (file(3, 1, &[array("k", 8, 1 << 40, &[])]), "elements in"),
            (file(3, 1, &[array("k", 99, 1, &[0; 8])]), "unknown type 99"),
            (file(3, 1, &[array("k", 9, 1, &nested)]), "nested too deep"),
        ] {
            let e = read(Cursor::new(bytes)).unwrap_err();
            assert!(e.contains(said), "{said}: {e}");
        }
    }

    #[test]
    fn a_bomb_of_pairs_is_cut() {
        let pairs: Vec<Vec<u8>> = (0..5_000).map(|n| string(&format!("general.k{n}"), "")).collect();
        let head = read(Cursor::new(file(3, 5_000, &pairs))).unwrap();
        assert_eq!((head.pairs.len(), head.cut.as_deref()), (4_096, Some("4096 of 5000 keys were read")));
    }

    proptest! {
        #[test]
        fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(Cursor::new(bytes.clone()));
            let _ = read(Cursor::new([MAGIC.as_slice(), &3u32.to_le_bytes(), &bytes].concat()));
        }

        #[test]
        fn a_damaged_head(at in 0usize..200, byte: u8, cut in 0usize..200) {
            let mut bytes = file(3, 3, &[string("general.name", "x"), array("general.tags", 8, 2, &[text("a"), text("b")].concat()), string("general.license", "mit")]);
            if let Some(b) = bytes.get_mut(at) {
                *b = byte;
            }
            bytes.truncate(cut.max(20));
            let _ = read(Cursor::new(bytes));
        }
    }
}
