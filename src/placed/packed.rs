//! The tree from MessagePack (<https://github.com/msgpack/msgpack/blob/master/spec.md>): what of it the build writes.

use super::Wrong;
use super::tree::{Key, Placed, Value};
use rmp::Marker;
use rmp::decode::{RmpRead, read_marker};
use std::borrow::Cow;

/// How deep lists and tables may stand in one another; those of rules have six levels.
const DEPTH: usize = 32;

/// A document, whole.
pub(super) fn read(bytes: &[u8]) -> Result<Placed<'_>, Wrong> {
    let mut rest = bytes;
    value(&mut rest, DEPTH).ok_or_else(|| Wrong { message: "no rules in binary form".into(), span: None })
}

fn value<'a>(rest: &mut &'a [u8], depth: usize) -> Option<Placed<'a>> {
    let marker = read_marker(rest).ok()?;
    let value = match marker {
        Marker::FixPos(n) => Value::Whole(n.into()),
        Marker::FixNeg(n) => Value::Whole(n.into()),
        Marker::U8 => Value::Whole(rest.read_data_u8().ok()?.into()),
        Marker::U16 => Value::Whole(rest.read_data_u16().ok()?.into()),
        Marker::U32 => Value::Whole(rest.read_data_u32().ok()?.into()),
        Marker::U64 => Value::Whole(rest.read_data_u64().ok()?.try_into().ok()?),
        Marker::I8 => Value::Whole(rest.read_data_i8().ok()?.into()),
        Marker::I16 => Value::Whole(rest.read_data_i16().ok()?.into()),
        Marker::I32 => Value::Whole(rest.read_data_i32().ok()?.into()),
        Marker::I64 => Value::Whole(rest.read_data_i64().ok()?),
        Marker::F64 => Value::Real(rest.read_data_f64().ok()?),
        Marker::True => Value::Flag(true),
        Marker::False => Value::Flag(false),
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => {
            let count = length(marker, rest)?;
            // A count is no promise: each value takes a byte at least.
            let mut items = Vec::with_capacity(count.min(rest.len()));
            for _ in 0..count {
                items.push(self::value(rest, depth.checked_sub(1)?)?);
            }
            Value::List(items)
        }
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => {
            let count = length(marker, rest)?;
            let mut entries = Vec::with_capacity(count.min(rest.len()));
            for _ in 0..count {
                let marker = read_marker(rest).ok()?;
                let key = Key { name: Cow::Borrowed(text(marker, rest)?), span: 0..0 };
                entries.push((key, self::value(rest, depth.checked_sub(1)?)?));
            }
            Value::Table(entries)
        }
        marker => Value::Text(Cow::Borrowed(text(marker, rest)?)),
    };
    Some(Placed { value, span: 0..0 })
}

fn text<'a>(marker: Marker, rest: &mut &'a [u8]) -> Option<&'a str> {
    let length = length(marker, rest)?;
    let (text, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    std::str::from_utf8(text).ok()
}

/// How many bytes, items or entries follow.
fn length(marker: Marker, rest: &mut &[u8]) -> Option<usize> {
    match marker {
        Marker::FixStr(n) | Marker::FixArray(n) | Marker::FixMap(n) => Some(n.into()),
        Marker::Str8 => rest.read_data_u8().ok().map(Into::into),
        Marker::Str16 | Marker::Array16 | Marker::Map16 => rest.read_data_u16().ok().map(Into::into),
        Marker::Str32 | Marker::Array32 | Marker::Map32 => rest.read_data_u32().ok()?.try_into().ok(),
        _ => None,
    }
}
