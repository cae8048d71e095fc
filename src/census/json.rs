//! The kinds of field that a hub's record has, each read leniently: whatever has another type than it
//! should have is passed over and as good as absent.

use super::record::{File, put};
use crate::hub::record::Gate;
use crate::net::limits;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::fmt;

/// Passes a value over.
pub fn skip<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(|_| ())
}

/// Visits every kind of JSON value with something harmless; a type overrides what it is made of.
macro_rules! otherwise {
    (@bool) => { fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> { Ok(Self::Value::default()) } };
    (@number) => {
        fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> { Ok(Self::Value::default()) }
        fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> { Ok(Self::Value::default()) }
    };
    (@unsigned) => { fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> { Ok(Self::Value::default()) } };
    (@null) => { fn visit_unit<E: Error>(self) -> Result<Self::Value, E> { Ok(Self::Value::default()) } };
    (@string) => { fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> { Ok(Self::Value::default()) } };
    (@list) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
    (@object) => {
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
    ($($kind:ident)*) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str("any JSON value") }
        $(otherwise!(@$kind);)*
    };
}

/// Declares a type that is read by a visitor of the same module, from whatever value there is.
macro_rules! leniently {
    ($name:ident $(<$l:lifetime>)?, $visitor:expr) => {
        impl<'de> Deserialize<'de> for $name $(<$l>)? {
            fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
                de.deserialize_any($visitor)
            }
        }
    };
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

/// Front matter as the hub read it: what names terms, bases and data.
#[derive(Debug, Clone, Default)]
pub struct Front<'a> {
    pub license: Strings<'a>,
    pub license_name: Option<Cow<'a, str>>,
    pub license_link: Option<Cow<'a, str>>,
    pub base_model: Strings<'a>,
    pub base_model_relation: Option<Cow<'a, str>>,
    pub datasets: Strings<'a>,
    /// Tags as the author wrote them, for what they claim.
    pub tags: Strings<'a>,
}

struct FrontVisitor;

impl<'de> Visitor<'de> for FrontVisitor {
    type Value = Front<'de>;
    otherwise!(bool number unsigned null string list);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Front<'de>, A::Error> {
        let mut f = Front::default();
        // A value is cut as `ModelRecord::parse` cuts it.
        let value = |t: Text<'de>| {
            t.0.map(|s| if s.len() > limits::VALUE_CHARS { Cow::Owned(crate::text::cut(&s, limits::VALUE_CHARS).into_owned()) } else { s })
        };
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match key.0.as_deref().unwrap_or_default() {
                "license" => f.license = map.next_value()?,
                "license_name" => f.license_name = value(map.next_value()?),
                "license_link" => f.license_link = value(map.next_value()?),
                "base_model" => f.base_model = map.next_value()?,
                "base_model_relation" => f.base_model_relation = value(map.next_value()?),
                "datasets" => f.datasets = map.next_value()?,
                "tags" => f.tags = map.next_value()?,
                _ => skip(&mut map)?,
            }
        }
        Ok(f)
    }
}

leniently!(Front<'de>, FrontVisitor);

impl Front<'_> {
    /// As the JSON that an audit reads.
    pub fn to_value(&self) -> Value {
        let mut map = Map::new();
        for (key, list) in [("license", &self.license), ("base_model", &self.base_model), ("datasets", &self.datasets)] {
            if !list.0.is_empty() {
                map.insert(key.to_string(), list.0.iter().map(|s| Value::String(s.to_string())).collect());
            }
        }
        put(&mut map, "license_name", self.license_name.as_deref());
        put(&mut map, "license_link", self.license_link.as_deref());
        put(&mut map, "base_model_relation", self.base_model_relation.as_deref());
        Value::Object(map)
    }
}

/// A value of which it matters whether it is there, and whether it is a string.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Slot {
    #[default]
    Absent,
    Text,
    Other,
}

struct SlotVisitor;

impl<'de> Visitor<'de> for SlotVisitor {
    type Value = Slot;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Slot, E> {
        Ok(Slot::Other)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Slot, E> {
        Ok(Slot::Other)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Slot, E> {
        Ok(Slot::Other)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Slot, E> {
        Ok(Slot::Other)
    }

    fn visit_unit<E: Error>(self) -> Result<Slot, E> {
        Ok(Slot::Other)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Slot, E> {
        Ok(Slot::Text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Slot, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Slot::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Slot, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Slot::Other)
    }
}

leniently!(Slot, SlotVisitor);

/// The first element of a list.
#[derive(Debug, Clone, Copy, Default)]
struct First(Slot);

struct FirstVisitor;

impl<'de> Visitor<'de> for FirstVisitor {
    type Value = First;
    otherwise!(bool number unsigned null string object);

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<First, A::Error> {
        let first = seq.next_element::<Slot>()?.unwrap_or_default();
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(First(first))
    }
}

leniently!(First, FirstVisitor);

/// `config` as the hub extracts it: whether it names an architecture, code of its own, and the base of
/// an adapter.
#[derive(Debug, Clone, Default)]
pub struct HubConfig<'a> {
    /// `architectures[0]`
    pub architecture: Slot,
    pub model_type: Slot,
    pub class_name: Slot,
    pub auto_map: Slot,
    /// `peft.base_model_name_or_path`
    pub adapter_base: Option<Cow<'a, str>>,
}

struct ConfigVisitor;

impl<'de> Visitor<'de> for ConfigVisitor {
    type Value = HubConfig<'de>;
    otherwise!(bool number unsigned null string list);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<HubConfig<'de>, A::Error> {
        let mut c = HubConfig::default();
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match key.0.as_deref().unwrap_or_default() {
                "architectures" => c.architecture = map.next_value::<First>()?.0,
                "model_type" => c.model_type = map.next_value()?,
                "_class_name" => c.class_name = map.next_value()?,
                "auto_map" => c.auto_map = map.next_value()?,
                "peft" => c.adapter_base = map.next_value::<Peft>()?.0,
                _ => skip(&mut map)?,
            }
        }
        Ok(c)
    }
}

leniently!(HubConfig<'de>, ConfigVisitor);

impl HubConfig<'_> {
    /// As the JSON that an audit reads. Names that decide nothing are stood in for by one.
    pub fn to_value(&self) -> Value {
        let stand_in = |slot: Slot| match slot {
            Slot::Absent => None,
            Slot::Text => Some(json!("named")),
            Slot::Other => Some(Value::Null),
        };
        let mut map = Map::new();
        map.extend(stand_in(self.architecture).map(|v| ("architectures".to_string(), json!([v]))));
        map.extend(stand_in(self.model_type).map(|v| ("model_type".to_string(), v)));
        map.extend(stand_in(self.class_name).map(|v| ("_class_name".to_string(), v)));
        map.extend(stand_in(self.auto_map).map(|v| ("auto_map".to_string(), v)));
        map.extend(self.adapter_base.as_deref().map(|b| ("peft".to_string(), json!({ "base_model_name_or_path": b }))));
        Value::Object(map)
    }
}

#[derive(Default)]
struct Peft<'a>(Option<Cow<'a, str>>);

struct PeftVisitor;

impl<'de> Visitor<'de> for PeftVisitor {
    type Value = Peft<'de>;
    otherwise!(bool number unsigned null string list);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Peft<'de>, A::Error> {
        let mut base = None;
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match key.0.as_deref() {
                Some("base_model_name_or_path") => base = map.next_value::<Text>()?.0,
                _ => skip(&mut map)?,
            }
        }
        Ok(Peft(base))
    }
}

leniently!(Peft<'de>, PeftVisitor);

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

/// A file list, or `None` where it is no list of files or longer than what is read.
#[derive(Debug, Clone, Default)]
pub struct Files<'a>(pub Option<Vec<File<'a>>>);

struct FilesVisitor;

impl<'de> Visitor<'de> for FilesVisitor {
    type Value = Files<'de>;
    otherwise!(bool number unsigned null string object);

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Files<'de>, A::Error> {
        let mut out = Vec::with_capacity(16);
        let mut usable = true;
        while let Some(entry) = seq.next_element::<Entry>()? {
            match entry.0 {
                Some(file) if usable && out.len() < limits::LISTED_FILES => out.push(file),
                _ => usable = false,
            }
        }
        Ok(Files(usable.then_some(out)))
    }
}

leniently!(Files<'de>, FilesVisitor);

#[derive(Default)]
struct Entry<'a>(Option<File<'a>>);

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry<'de>;
    otherwise!(bool number unsigned null string list);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry<'de>, A::Error> {
        let (mut path, mut size) = (None, None);
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match key.0.as_deref() {
                // An empty name is a name here.
                Some("rfilename") => path = map.next_value::<Name>()?.0,
                Some("size") => size = map.next_value::<Number>()?.0,
                _ => skip(&mut map)?,
            }
        }
        Ok(Entry(path.map(|path| File { path, size })))
    }
}

leniently!(Entry<'de>, EntryVisitor);

/// A string, empty or not.
#[derive(Default)]
struct Name<'a>(Option<Cow<'a, str>>);

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;
    otherwise!(bool number unsigned null list object);

    fn visit_borrowed_str<E: Error>(self, s: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Some(Cow::Borrowed(s))))
    }

    fn visit_str<E: Error>(self, s: &str) -> Result<Name<'de>, E> {
        Ok(Name(Some(Cow::Owned(s.to_string()))))
    }
}

leniently!(Name<'de>, NameVisitor);
