//! Files of TOML as values with their places, so that a mistake is told where it stands.
//!
//! Rules come in two forms: TOML, as people write it, and MessagePack, which the build makes of the built-in ones. Both
//! become one tree, and types are read from that: with a reader of its own for each form every type would be in the
//! binary twice, which was a megabyte (docs/decisions.md).

mod de;
mod packed;
mod tree;

use serde::{Deserialize, Deserializer, de::SeqAccess, de::Visitor};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

/// Why a file is not what it should be, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    message: String,
    span: Option<Range<usize>>,
}

impl Wrong {
    /// What is wrong, for people.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where, in bytes of the text.
    pub fn span(&self) -> Option<Range<usize>> {
        self.span.clone()
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Wrong {}

/// Reads TOML (<https://toml.io/en/v1.1.0>).
///
/// # Errors
/// What the syntax or the type does not allow, with its place.
pub fn from_toml<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Wrong> {
    tree::of_toml(text)?.read(PhantomData)
}

/// Reads the same as MessagePack, which has no places.
///
/// # Errors
/// What is no such document, or not of the type.
pub fn from_packed<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Wrong> {
    packed::read(bytes)?.read(PhantomData)
}

/// A value and the bytes of the file where it stands; 0..0 where the file has no places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    value: T,
    span: Range<usize>,
}

impl<T> Spanned<T> {
    /// The value.
    pub fn get_ref(&self) -> &T {
        &self.value
    }

    /// The value alone.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Its place, in bytes.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }
}

/// What a [`Spanned`] asks the deserializer for by this name: start, end and value.
const SPANNED: &str = "$trulyopen::Spanned";

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Parts<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Parts<T> {
            type Value = Spanned<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value with its place")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Spanned<T>, A::Error> {
                let part = |n| serde::de::Error::invalid_length(n, &"start, end and value");
                let start = parts.next_element()?.ok_or_else(|| part(0))?;
                let end = parts.next_element()?.ok_or_else(|| part(1))?;
                let value = parts.next_element()?.ok_or_else(|| part(2))?;
                Ok(Spanned { value, span: start..end })
            }
        }
        deserializer.deserialize_tuple_struct(SPANNED, 3, Parts(PhantomData))
    }
}

/// In the file it is the value alone.
#[cfg(test)]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

/// A day: a local date of TOML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(jiff::civil::Date);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Day).map_err(|_| serde::de::Error::custom(format!("`{text}` is no day, as 2025-01-31 is")))
    }
}

/// A string in JSON, as other readers of TOML have it.
#[cfg(test)]
impl schemars::JsonSchema for Day {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        String::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "kebab-case")]
    struct All {
        name: Spanned<String>,
        count: u32,
        share: f64,
        on: Option<bool>,
        day: Day,
        kind: Kind,
        #[serde(default)]
        list: Vec<Spanned<Kind>>,
        #[serde(default)]
        by: BTreeMap<Kind, Vec<i8>>,
    }

    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Kind {
        Plain,
        OfCount(u8),
    }

    const TEXT: &str =
        "name = 'a'\ncount = 0x1_0\nshare = 2\nday = 2025-01-31\nkind = { of-count = 3 }\nlist = ['plain']\nby.plain = [-1]\n";

    #[test]
    fn both_forms_are_read_alike() {
        let told: All = from_toml(TEXT).unwrap();
        assert_eq!((told.count, told.share, told.on), (16, 2.0, None));
        assert_eq!(told.kind, Kind::OfCount(3));
        let place = |what: &str| TEXT.find(what).map(|at| at..at + what.len()).unwrap();
        assert_eq!((told.name.span(), told.list[0].span()), (place("'a'"), place("'plain'")));
        assert_eq!(told.by[&Kind::Plain], [-1]);
        let table: toml::Table = TEXT.parse().unwrap();
        let mut packed: All = from_packed(&rmp_serde::to_vec_named(&plain(toml::Value::Table(table))).unwrap()).unwrap();
        assert_eq!(packed.name.span(), 0..0);
        packed.name.span = told.name.span();
        packed.list[0].span = told.list[0].span();
        assert_eq!(told, packed);
    }

    include!("plain.rs");

    #[test]
    fn mistakes_are_told_where_they_stand() {
        let at = |text: &str| {
            let e = from_toml::<All>(text).unwrap_err();
            (e.span().map(|s| text[s].to_string()).unwrap_or_default(), e.message().to_string())
        };
        let swap = |from: &str, to: &str| at(&TEXT.replace(from, to));
        assert_eq!(swap("'a'", "5"), ("5".into(), "invalid type: integer `5`, expected a string".into()));
        assert_eq!(swap("0x1_0", "-1").0, "-1");
        assert_eq!(swap("['plain']", "['plane']").0, "'plane'");
        assert_eq!(swap("2025-01-31", "'soon'").0, "'soon'");
        assert_eq!(swap("share = 2", "sharp = 2").0, "sharp");
        assert_eq!(swap("[-1]", "[-1000]").0, "-1000");
        assert_eq!(swap("count = 0x1_0\n", "").1, "missing field `count`");
        assert_eq!(swap("'a'", "'a").1.lines().count(), 1);
        assert_eq!(swap("0x1_0", "99999999999999999999").0, "99999999999999999999");
    }

    proptest::proptest! {
        #[test]
        fn any_text(s in "\\PC{0,200}") {
            let _ = from_toml::<All>(&s);
        }

        #[test]
        fn any_bytes(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let _ = from_packed::<All>(&bytes);
        }
    }
}
