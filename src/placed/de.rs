//! Types from the tree. A mistake that has no place of its own is at the value in which it was found.

use super::tree::{Key, Placed, Value};
use super::{SPANNED, Wrong};
use serde::de::value::{CowStrDeserializer, MapAccessDeserializer, UsizeDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error, Expected, MapAccess, SeqAccess, Unexpected, Visitor};
use std::fmt::Display;
use std::ops::Range;
use std::vec::IntoIter;

impl Error for Wrong {
    fn custom<T: Display>(message: T) -> Self {
        Wrong { message: message.to_string(), span: None }
    }
}

impl Wrong {
    fn at(self, span: Range<usize>) -> Wrong {
        Wrong { span: self.span.or(Some(span)), ..self }
    }
}

impl<'de> Placed<'de> {
    /// What a seed makes of it.
    pub fn read<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Wrong> {
        let span = self.span.clone();
        seed.deserialize(self).map_err(|e| e.at(span))
    }

    /// The error that this is something else.
    #[cold]
    fn instead_of(&self, expected: &dyn Expected) -> Wrong {
        let unexpected = match &self.value {
            Value::Text(text) => Unexpected::Str(text),
            Value::Whole(n) => Unexpected::Signed(*n),
            Value::Real(n) => Unexpected::Float(*n),
            Value::Flag(flag) => Unexpected::Bool(*flag),
            Value::List(_) => Unexpected::Seq,
            Value::Table(_) => Unexpected::Map,
        };
        Wrong::invalid_type(unexpected, expected).at(self.span.clone())
    }
}

/// Requests that are answered as another one is.
macro_rules! as_in {
    ($one:ident: $($ask:ident)+) => {
        $(fn $ask<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            self.$one(visitor)
        })+
    };
}

/// Only what the type asks for is tried: code for every kind of value in every type would be most of the binary.
impl<'de> Deserializer<'de> for Placed<'de> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match &self.value {
            Value::Text(_) => self.deserialize_string(visitor),
            Value::Whole(_) => self.deserialize_i64(visitor),
            Value::Real(_) => self.deserialize_f64(visitor),
            Value::Flag(_) => self.deserialize_bool(visitor),
            Value::List(_) => self.deserialize_seq(visitor),
            Value::Table(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self {
            Placed { value: Value::Text(text), .. } => CowStrDeserializer::new(text).deserialize_str(visitor),
            other => Err(other.instead_of(&visitor)),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.value {
            Value::Whole(n) => visitor.visit_i64(n),
            _ => Err(self.instead_of(&visitor)),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.value {
            Value::Real(n) => visitor.visit_f64(n),
            _ => self.deserialize_i64(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.value {
            Value::Flag(flag) => visitor.visit_bool(flag),
            _ => Err(self.instead_of(&visitor)),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self {
            Placed { value: Value::List(items), .. } => visitor.visit_seq(Items(items.into_iter())),
            other => Err(other.instead_of(&visitor)),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self {
            Placed { value: Value::Table(entries), .. } => visitor.visit_map(Entries::of(entries)),
            other => Err(other.instead_of(&visitor)),
        }
    }

    as_in!(deserialize_string: deserialize_str deserialize_identifier deserialize_char deserialize_bytes deserialize_byte_buf);
    as_in!(deserialize_i64: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64);
    as_in!(deserialize_f64: deserialize_f32);

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_map(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, name: &'static str, _: usize, visitor: V) -> Result<V::Value, Wrong> {
        if name == SPANNED {
            return visitor.visit_seq(Parts { next: 0, value: Some(self) });
        }
        self.deserialize_seq(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Wrong> {
        match self.value {
            Value::Text(text) => visitor.visit_enum(CowStrDeserializer::new(text)),
            Value::Table(entries) => visitor.visit_enum(MapAccessDeserializer::new(Entries::of(entries))),
            _ => Err(self.instead_of(&visitor)),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        Err(self.instead_of(&visitor))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Wrong> {
        Err(self.instead_of(&visitor))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_unit()
    }
}

/// The items of a list.
struct Items<'de>(IntoIter<Placed<'de>>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Wrong> {
        self.0.next().map(|item| item.read(seed)).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

/// The entries of a table.
struct Entries<'de> {
    rest: IntoIter<(Key<'de>, Placed<'de>)>,
    value: Option<Placed<'de>>,
}

impl<'de> Entries<'de> {
    fn of(entries: Vec<(Key<'de>, Placed<'de>)>) -> Self {
        Entries { rest: entries.into_iter(), value: None }
    }
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Wrong> {
        let Some((key, value)) = self.rest.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(CowStrDeserializer::new(key.name)).map(Some).map_err(|e: Wrong| e.at(key.span))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        self.value.take().ok_or_else(|| Wrong::custom("a value without its key"))?.read(seed)
    }
}

/// A value as a `Spanned` takes it: start, end, value.
struct Parts<'de> {
    next: u8,
    value: Option<Placed<'de>>,
}

impl<'de> SeqAccess<'de> for Parts<'de> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Wrong> {
        self.next += 1;
        let place = self.value.as_ref().and_then(|value| match self.next {
            1 => Some(value.span.start),
            2 => Some(value.span.end),
            _ => None,
        });
        match place {
            Some(n) => seed.deserialize(UsizeDeserializer::new(n)).map(Some),
            None => self.value.take().map(|value| seed.deserialize(value)).transpose(),
        }
    }
}
