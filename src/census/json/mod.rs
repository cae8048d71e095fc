//! The kinds of field that a hub's record has, each read leniently: whatever has another type than it
//! should have is passed over and as good as absent.

#[macro_use]
mod lenient;
mod config;
mod files;
mod front;

pub use config::{HubConfig, Slot};
pub use files::{File, Files};
pub use front::Front;

use crate::hub::record::Gate;
use crate::net::limits;
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;

/// Passes a value over.
pub fn skip<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(|_| ())
}

/// A string that is not empty.
#[derive(Debug, Clone, Default)]
pub struct Text<'a>(pub Option<Cow<'a, str>>);

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;
    otherwise!(bool number unsigned null list object);

    fn visit_borrowed_str<E: Error>(self, s: &'de str) -> Result<Text<'de>, E> {
        Ok(Text((!s.is_empty()).then_some(Cow::Borrowed(s))))
    }

    fn visit_str<E: Error>(self, s: &str) -> Result<Text<'de>, E> {
        Ok(Text((!s.is_empty()).then(|| Cow::Owned(s.to_string()))))
    }
}

leniently!(Text<'de>, TextVisitor);

/// True, or anything else.
#[derive(Debug, Clone, Copy, Default)]
pub struct Flag(pub bool);

struct FlagVisitor;

impl<'de> Visitor<'de> for FlagVisitor {
    type Value = Flag;
    otherwise!(number unsigned null string list object);

    fn visit_bool<E: Error>(self, b: bool) -> Result<Flag, E> {
        Ok(Flag(b))
    }
}

leniently!(Flag, FlagVisitor);

/// A number that is not negative.
#[derive(Debug, Clone, Copy, Default)]
pub struct Number(pub Option<u64>);

struct NumberVisitor;

impl<'de> Visitor<'de> for NumberVisitor {
    type Value = Number;
    otherwise!(bool number null string list object);

    fn visit_u64<E: Error>(self, n: u64) -> Result<Number, E> {
        Ok(Number(Some(n)))
    }
}

leniently!(Number, NumberVisitor);

/// How access is given: `false`, `true`, `auto` or `manual`; dumps have `False` for `false`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Gated(pub Option<Gate>);

struct GatedVisitor;

impl<'de> Visitor<'de> for GatedVisitor {
    type Value = Gated;
    otherwise!(number unsigned null list object);

    fn visit_bool<E: Error>(self, b: bool) -> Result<Gated, E> {
        Ok(Gated(Some(if b { Gate::Manual } else { Gate::None })))
    }

    fn visit_str<E: Error>(self, s: &str) -> Result<Gated, E> {
        Ok(Gated(match s {
            "auto" => Some(Gate::Automatic),
            "manual" => Some(Gate::Manual),
            _ => None,
        }))
    }
}

leniently!(Gated, GatedVisitor);

/// A string or a list of strings, trimmed and no longer than any name, as
/// [`crate::card::front_matter::strings`] reads them.
#[derive(Debug, Clone, Default)]
pub struct Strings<'a>(pub Vec<Cow<'a, str>>);

/// A name trimmed and cut; `None` where it is blank.
fn name(s: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let trimmed = s.trim();
    if trimmed.is_empty() {
        return None;
    }
    if trimmed.len() == s.len() && s.len() <= limits::NAME_CHARS {
        return Some(s);
    }
    Some(Cow::Owned(crate::text::cut(trimmed, limits::NAME_CHARS).into_owned()))
}

struct StringsVisitor;

impl<'de> Visitor<'de> for StringsVisitor {
    type Value = Strings<'de>;
    otherwise!(bool number unsigned null object);

    fn visit_borrowed_str<E: Error>(self, s: &'de str) -> Result<Strings<'de>, E> {
        Ok(Strings(name(Cow::Borrowed(s)).into_iter().collect()))
    }

    fn visit_str<E: Error>(self, s: &str) -> Result<Strings<'de>, E> {
        Ok(Strings(name(Cow::Owned(s.to_string())).into_iter().collect()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Strings<'de>, A::Error> {
        let mut out = Vec::with_capacity(8);
        while let Some(text) = seq.next_element::<Text>()? {
            out.extend(text.0.and_then(name));
        }
        Ok(Strings(out))
    }
}

leniently!(Strings<'de>, StringsVisitor);

/// Counted parameters.
#[derive(Debug, Clone, Copy, Default)]
pub struct Safetensors(pub Option<u64>);

struct SafetensorsVisitor;

impl<'de> Visitor<'de> for SafetensorsVisitor {
    type Value = Safetensors;
    otherwise!(bool number unsigned null string list);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Safetensors, A::Error> {
        let mut total = None;
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match key.0.as_deref() {
                Some("total") => total = map.next_value::<Number>()?.0,
                _ => skip(&mut map)?,
            }
        }
        Ok(Safetensors(total))
    }
}

leniently!(Safetensors, SafetensorsVisitor);
