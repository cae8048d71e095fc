//! The file list.

use super::{Number, Text, skip};
use crate::net::limits;
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;

/// A listed file.
#[derive(Debug, Clone)]
pub struct File<'a> {
    pub path: Cow<'a, str>,
    /// Bytes, where the record says.
    pub size: Option<u64>,
}

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
