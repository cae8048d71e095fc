//! What visitors of any JSON value have in common.

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
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("any JSON value") }
        $(otherwise!(@$kind);)*
    };
}

/// Declares a type that is read by a visitor of the same module, from whatever value there is.
macro_rules! leniently {
    ($name:ident $(<$l:lifetime>)?, $visitor:expr) => {
        impl<'de> serde::de::Deserialize<'de> for $name $(<$l>)? {
            fn deserialize<D: serde::de::Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
                de.deserialize_any($visitor)
            }
        }
    };
}
