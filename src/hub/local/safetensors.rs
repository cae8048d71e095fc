//! safetensors: the JSON head of a file, of which `__metadata__` says what its writer wanted to say and the
//! rest lists the tensors (<https://github.com/huggingface/safetensors#format>). Tensors are not read.

use super::bounded::{Bounded, Stop};
use super::header::Pair;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::cell::RefCell;
use std::fmt;
use std::io::{Read, Seek};

/// Bytes of the JSON that are read; 100 MB is the format's own limit, and heads of sharded sets have a few 100 kB.
const JSON: usize = 16 << 20;
/// Entries of `__metadata__` and bytes of a value that are kept.
const ENTRIES: usize = 512;
const TEXT: usize = 16 << 10;

/// What the head says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    pub pairs: Vec<Pair>,
    pub tensors: u64,
    /// Elements of all tensors; `None` where they are more than a number holds.
    pub parameters: Option<u64>,
    pub cut: Option<String>,
}

/// Reads a head.
///
/// # Errors
/// What is wrong with it. One that is longer than what is read is no error: it is cut.
pub fn read<R: Read + Seek>(file: R) -> Result<Head, String> {
    let mut r = Bounded::new(file, JSON as u64 + 16).map_err(|e| format!("it cannot be read ({})", e.kind()))?;
    let said = |stop: Stop| match stop {
        Stop::Malformed(why) | Stop::Cut(why) => why,
    };
    let length = r.u64().map_err(said)?;
    if length > r.left() {
        return Err(format!("it announces a head of {length} bytes in a file of {}", r.size()));
    }
    let kept = length.min(JSON as u64);
    let json = r.bytes(kept, JSON).map_err(said)?;
    let head = RefCell::new(Head { parameters: Some(0), ..Head::default() });
    let mut parser = serde_json::Deserializer::from_slice(&json);
    let parsed = serde::Deserializer::deserialize_map(&mut parser, Top(&head));
    let mut head = head.into_inner();
    match parsed {
        Ok(()) if kept == length => {}
        _ if kept < length => {
            head.cut = Some(format!("the first {} MiB of a head of {length} bytes were read", JSON >> 20));
            head.parameters = None;
        }
        Ok(()) => {}
        Err(e) => return Err(format!("its head is no JSON of this format (line {})", e.line())),
    }
    Ok(head)
}

/// The object of the whole head.
struct Top<'h>(&'h RefCell<Head>);

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if name == "__metadata__" {
                map.next_value_seed(Metadata(self.0))?;
                continue;
            }
            let shape = map.next_value_seed(Tensor)?;
            let mut head = self.0.borrow_mut();
            head.tensors += 1;
            head.parameters = shape.and_then(|n| head.parameters?.checked_add(n));
        }
        Ok(())
    }
}

/// `__metadata__`: strings by name; what is no string is passed over.
struct Metadata<'h>(&'h RefCell<Head>);

impl<'de> DeserializeSeed<'de> for Metadata<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Metadata<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(Text)?;
            let mut head = self.0.borrow_mut();
            match value {
                // The one behind the limit may be the license.
                Some(_) if head.pairs.len() >= ENTRIES => head.cut = Some(format!("the first {ENTRIES} entries of its metadata were read")),
                Some(value) => head.pairs.push(Pair { key: crate::text::cut(&key, 200).into_owned(), value }),
                None => {}
            }
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// A string that is kept in part; anything else is `None`.
struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Option<String>;

    fn deserialize<D: serde::Deserializer<'de>>(self, d: D) -> Result<Option<String>, D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, s: &str) -> Result<Option<String>, E> {
        Ok(Some(crate::text::cut(s, TEXT).into_owned()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Option<String>, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Option<String>, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Option<String>, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Option<String>, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Option<String>, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Option<String>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<String>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

/// `{"dtype": …, "shape": […], "data_offsets": […]}`: the number of elements.
struct Tensor;

impl<'de> DeserializeSeed<'de> for Tensor {
    type Value = Option<u64>;

    fn deserialize<D: serde::Deserializer<'de>>(self, d: D) -> Result<Option<u64>, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Tensor {
    type Value = Option<u64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tensor")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<u64>, A::Error> {
        let mut out = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == "shape" {
                out = map.next_value_seed(Product)?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(out)
    }
}

struct Product;

impl<'de> DeserializeSeed<'de> for Product {
    type Value = Option<u64>;

    fn deserialize<D: serde::Deserializer<'de>>(self, d: D) -> Result<Option<u64>, D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Product {
    type Value = Option<u64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a shape")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Option<u64>, A::Error> {
        let mut out = Some(1u64);
        while let Some(n) = seq.next_element::<u64>()? {
            out = out.and_then(|o| o.checked_mul(n));
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn file(json: &str) -> Vec<u8> {
        [(json.len() as u64).to_le_bytes().as_slice(), json.as_bytes()].concat()
    }

    #[test]
    fn metadata_and_parameters() {
        let json = r#"{"__metadata__":{"format":"pt","license":"mit","n":3,"o":{"x":[1]},"l":[1,2]},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"shape":[],"dtype":"F32"}}  "#;
        let head = read(Cursor::new(file(json))).unwrap();
        let pairs: Vec<_> = head.pairs.iter().map(|p| (p.key.as_str(), p.value.as_str())).collect();
        assert_eq!(pairs, [("format", "pt"), ("license", "mit")]);
        assert_eq!((head.tensors, head.parameters, head.cut), (2, Some(7), None));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let deep = format!("{{\"__metadata__\":{{\"a\":{}{}}}}}", "[".repeat(100_000), "]".repeat(100_000));
        for (bytes, said) in [
            (vec![], "ends too early"),
            (vec![1, 0, 0], "ends too early"),
            (u64::MAX.to_le_bytes().to_vec(), "announces"),
            (file("{"), "no JSON"),
            (file("[]"), "no JSON"),
            (file(r#"{"a":1}"#), "no JSON"),
            (file(r#"{"a":{"shape":"x"}}"#), "no JSON"),
            (file("\u{0}\u{0}"), "no JSON"),
        ] {
            let e = read(Cursor::new(bytes)).unwrap_err();
            assert!(e.contains(said), "{said}: {e}");
        }
        // What nests deep is passed over without recursion.
        assert_eq!(read(Cursor::new(file(&deep))).unwrap().pairs, []);
        let huge = format!(r#"{{"a":{{"shape":[{0},{0}]}}}}"#, u64::MAX);
        assert_eq!(read(Cursor::new(file(&huge))).unwrap().parameters, None);
    }

    #[test]
    fn a_long_head_is_cut_and_says_so() {
        let json = format!(r#"{{"__metadata__":{{"license":"mit","x":"{}"}},"a":{{"shape":[2]}}}}"#, "x".repeat(JSON));
        let head = read(Cursor::new(file(&json))).unwrap();
        assert_eq!(head.pairs.first().map(|p| p.value.as_str()), Some("mit"));
        assert!(head.cut.is_some() && head.parameters.is_none());
    }

    proptest! {
        #[test]
        fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200), json in "[{}\\[\\]\":,a_0-9]{0,60}") {
            let _ = read(Cursor::new(bytes));
            let _ = read(Cursor::new(file(&json)));
        }
    }
}
