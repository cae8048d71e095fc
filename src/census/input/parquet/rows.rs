//! Rows of a table as the JSON that the hub's API would answer, a record a line.

use super::{Column, Place, Unit};
use parquet::data_type::ByteArray;
use serde::de::IgnoredAny;

/// Values of one column for the rows of a batch.
pub(super) struct Values {
    pub column: Column,
    pub definition: Vec<i16>,
    pub repetition: Vec<i16>,
    pub values: Typed,
}

pub(super) enum Typed {
    Bytes(Vec<ByteArray>),
    Numbers(Vec<i64>),
    Floats(Vec<f64>),
    Flags(Vec<bool>),
}

/// Some rows.
pub struct Batch {
    pub(super) rows: usize,
    pub(super) columns: Vec<Values>,
}

impl Batch {
    /// Rows in it.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The rows as records, one a line.
    pub fn to_lines(&self) -> Vec<u8> {
        let mut cursors: Vec<Cursor<'_>> = self.columns.iter().map(Cursor::new).collect();
        let mut out = Vec::with_capacity(self.rows * 1024);
        for _ in 0..self.rows {
            out.push(b'{');
            let mut at = 0;
            while at < cursors.len() {
                // Columns of one key stand together, since a schema is a tree.
                let key = self.columns.get(at).map_or("", |c| c.column.place.key());
                let same = self.columns.iter().skip(at).take_while(|c| c.column.place.key() == key).count();
                if let Some(group) = cursors.get_mut(at..at + same) {
                    write_key(key, group, &mut out);
                }
                at += same.max(1);
            }
            if out.last() == Some(&b',') {
                out.pop();
            }
            out.extend_from_slice(b"}\n");
        }
        out
    }
}

/// Writes `"key":value,` from the columns of a key, or nothing.
fn write_key(key: &str, group: &mut [Cursor<'_>], out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(format!("\"{key}\":").as_bytes());
    let value = out.len();
    let elements = group.iter().any(|c| matches!(c.column().place, Place::Element(..)));
    if elements {
        let cells: Vec<Vec<Vec<u8>>> = group.iter_mut().map(|c| c.row(key)).collect();
        let count = cells.iter().map(Vec::len).max().unwrap_or(0);
        out.push(b'[');
        for i in 0..count {
            out.extend_from_slice(if i > 0 { b",{" } else { b"{" });
            let mut first = true;
            for (cursor, cells) in group.iter().zip(&cells) {
                if let (Place::Element(_, inner), Some(cell)) = (&cursor.column().place, cells.get(i)) {
                    if !std::mem::take(&mut first) {
                        out.push(b',');
                    }
                    out.extend_from_slice(format!("\"{inner}\":").as_bytes());
                    out.extend_from_slice(cell);
                }
            }
            out.push(b'}');
        }
        // A row without the list has none, which is not an empty one.
        if group.iter().all(|c| c.was_null) { out.truncate(value) } else { out.push(b']') }
    } else if let [cursor] = group
        && matches!(cursor.column().place, Place::One(_) | Place::List(_))
    {
        write_cells(cursor, key, out);
    } else {
        out.push(b'{');
        for cursor in group {
            let (Place::Inner(_, inner) | Place::InnerList(_, inner)) = cursor.column().place else {
                // The same key as a plain value and as a struct: the struct tells more.
                cursor.row(key);
                continue;
            };
            let from = out.len();
            out.extend_from_slice(format!("\"{inner}\":").as_bytes());
            let value = out.len();
            write_cells(cursor, inner, out);
            if out.len() == value {
                out.truncate(from);
            } else {
                out.push(b',');
            }
        }
        if out.last() == Some(&b',') {
            out.pop();
        }
        out.push(b'}');
    }
    if out.len() == value {
        out.truncate(start);
    } else {
        out.push(b',');
    }
}

/// Writes a value or a list; nothing for null.
fn write_cells(cursor: &mut Cursor<'_>, key: &str, out: &mut Vec<u8>) {
    let is_list = matches!(cursor.column().place, Place::List(_) | Place::InnerList(..));
    let cells = cursor.row(key);
    if cursor.was_null {
        return;
    }
    if is_list {
        out.push(b'[');
        out.extend_from_slice(&cells.join(&b','));
        out.push(b']');
    } else if let Some(cell) = cells.first() {
        out.extend_from_slice(cell);
    }
}

/// Reads one column row by row.
struct Cursor<'b> {
    values: &'b Values,
    level: usize,
    value: usize,
    /// The last row had nothing, not even an empty list.
    was_null: bool,
}

impl<'b> Cursor<'b> {
    fn new(values: &'b Values) -> Cursor<'b> {
        Cursor { values, level: 0, value: 0, was_null: true }
    }

    fn column(&self) -> &'b Column {
        &self.values.column
    }

    /// The JSON of each value of the next row.
    fn row(&mut self, key: &str) -> Vec<Vec<u8>> {
        let column = self.column();
        let mut out = Vec::new();
        self.was_null = true;
        let repeated = column.element > 0;
        let mut first = true;
        loop {
            // Columns that cannot be null have no levels.
            let definition = self.values.definition.get(self.level).copied();
            if column.max_definition > 0 && definition.is_none() {
                break;
            }
            if !first && self.values.repetition.get(self.level).copied().unwrap_or(0) == 0 {
                break;
            }
            first = false;
            let definition = definition.unwrap_or(0);
            self.level += 1;
            if definition == column.max_definition {
                out.push(self.json(key));
                self.value += 1;
                self.was_null = false;
            } else if repeated && definition >= column.element {
                out.push(b"null".to_vec());
                self.was_null = false;
            } else if repeated && definition + 1 == column.element {
                // The list is there and empty.
                self.was_null = false;
            }
            if !repeated {
                break;
            }
        }
        out
    }

    /// The JSON of the current value.
    fn json(&self, key: &str) -> Vec<u8> {
        let null = || b"null".to_vec();
        match &self.values.values {
            Typed::Bytes(v) => v.get(self.value).map_or_else(null, |b| text(key, b.data())),
            Typed::Flags(v) => v.get(self.value).map_or_else(null, |b| b.to_string().into_bytes()),
            Typed::Numbers(v) => v.get(self.value).map_or_else(null, |n| match self.column().time {
                Some(unit) => time(*n, unit).map_or_else(null, |t| format!("\"{t}\"").into_bytes()),
                None => n.to_string().into_bytes(),
            }),
            // Tables of some libraries keep whole numbers as floating ones where some are missing.
            Typed::Floats(v) => v.get(self.value).map_or_else(null, |f| {
                if f.is_finite() && f.fract() == 0.0 && *f >= 0.0 && *f < 9e15 { format!("{}", *f as u64).into_bytes() } else { null() }
            }),
        }
    }
}

/// A string as JSON: as it is where it holds JSON of a kind that the record has there.
fn text(key: &str, bytes: &[u8]) -> Vec<u8> {
    let Ok(s) = std::str::from_utf8(bytes) else { return b"null".to_vec() };
    let holds_json = matches!(key, "cardData" | "config" | "siblings" | "safetensors" | "tags")
        && s.trim_start().starts_with(['{', '['])
        && serde_json::from_str::<IgnoredAny>(s).is_ok();
    if holds_json {
        return s.bytes().map(|b| if matches!(b, b'\n' | b'\r') { b' ' } else { b }).collect();
    }
    match (key, s) {
        ("gated" | "private" | "disabled", "False" | "false") => b"false".to_vec(),
        ("gated" | "private" | "disabled", "True" | "true") => b"true".to_vec(),
        _ => serde_json::to_vec(s).unwrap_or_default(),
    }
}

/// RFC 3339, UTC.
fn time(n: i64, unit: Unit) -> Option<String> {
    let time = match unit {
        Unit::Millis => jiff::Timestamp::from_millisecond(n),
        Unit::Micros => jiff::Timestamp::from_microsecond(n),
        Unit::Nanos => Ok(jiff::Timestamp::from_nanosecond(i128::from(n)).unwrap_or_default()),
    };
    time.ok().map(|t| t.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}
