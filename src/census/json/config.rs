//! The model's configuration, as far as the hub extracts it.

use super::{Text, skip};
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::fmt;

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
