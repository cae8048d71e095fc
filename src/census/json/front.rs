//! Front matter.

use super::{Strings, Text, skip};
use crate::net::limits;
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::borrow::Cow;

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

/// Adds a text to a JSON object, where there is one.
fn put(map: &mut Map<String, Value>, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        map.insert(key.to_string(), Value::String(value.to_string()));
    }
}
