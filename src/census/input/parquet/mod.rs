//! Parquet, as public statistics of hubs come. Columns are found by their names, in the hub's spelling
//! or that of its Python client; front matter, configuration and files may be structs, lists or JSON in a
//! string. Each row becomes the JSON that the hub's API would answer, so that one reader judges both.

mod rows;

pub use rows::Batch;
use rows::{Typed, Values};

use super::{Chunker, Sink};
use crate::error::Error;
use parquet::basic::{LogicalType, Repetition, TimeUnit};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::schema::types::{ColumnDescriptor, Type};
use std::fs::File;

/// Rows of one batch.
const ROWS: usize = 1000;

/// Keys of the record, and the names that columns may have for them, in lower case.
const KEYS: &[(&str, &[&str])] = &[
    ("id", &["id", "modelid", "model_id", "repo_id"]),
    ("author", &["author", "organization"]),
    ("gated", &["gated"]),
    ("private", &["private"]),
    ("disabled", &["disabled"]),
    ("pipeline_tag", &["pipeline_tag", "pipelinetag", "task"]),
    ("library_name", &["library_name", "libraryname", "library"]),
    ("tags", &["tags"]),
    ("cardData", &["carddata", "card_data"]),
    ("config", &["config"]),
    ("siblings", &["siblings"]),
    ("createdAt", &["createdat", "created_at"]),
    ("downloads", &["downloads"]),
    ("likes", &["likes"]),
    ("safetensors", &["safetensors"]),
    ("card", &["card"]),
];

/// Keys of structs that are used.
const INNER: &[&str] = &[
    "license",
    "license_name",
    "license_link",
    "base_model",
    "base_model_relation",
    "datasets",
    "tags",
    "rfilename",
    "size",
    "total",
    "architectures",
    "model_type",
    "_class_name",
];

/// Where the values of a column go in the record.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// `key`
    One(&'static str),
    /// `key: […]`
    List(&'static str),
    /// `key.inner`
    Inner(&'static str, &'static str),
    /// `key.inner: […]`
    InnerList(&'static str, &'static str),
    /// `key: [{inner}]`
    Element(&'static str, &'static str),
}

impl Place {
    fn key(&self) -> &'static str {
        match self {
            Place::One(k) | Place::List(k) | Place::Inner(k, _) | Place::InnerList(k, _) | Place::Element(k, _) => k,
        }
    }
}

/// A column that is used.
#[derive(Debug, Clone)]
struct Column {
    index: usize,
    place: Place,
    max_definition: i16,
    /// The definition level from which on a list has an element.
    element: i16,
    time: Option<Unit>,
}

#[derive(Debug, Clone, Copy)]
enum Unit {
    Millis,
    Micros,
    Nanos,
}

/// Reads a file's rows.
///
/// # Errors
/// Where it is no Parquet, or has no column that names models.
pub fn read(file: File, name: &str, sink: Sink<'_>, next: &mut u64, watch: &super::Watch<'_>) -> Result<(), Error> {
    let size = file.metadata().map_or(0, |m| m.len());
    let reader = SerializedFileReader::new(file).map_err(|e| Error::wrong(format!("{name}: {}", words(&e))))?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let columns: Vec<Column> = schema.columns().iter().enumerate().filter_map(|(i, c)| column(i, c, schema.root_schema())).collect();
    if !columns.iter().any(|c| c.place.key() == "id") {
        return Err(Error::usage(format!("{name} has no column with the names of models"), "it is looked for as id, modelId or model_id"));
    }
    let used = |key: &str| columns.iter().any(|c| c.place.key() == key);
    let (found, missing): (Vec<&str>, Vec<&str>) = KEYS.iter().map(|(k, _)| *k).partition(|k| used(k));
    (watch.say)(&format!("note: {name}: columns read: {}; not there: {}", found.join(", "), missing.join(", ")));
    if !used("siblings") {
        (watch.say)(&format!("note: {name} lists no files, so nothing is proven of weights; what is possible still tells"));
    }
    let mut chunker = Chunker::new(sink, next, name, "row");
    let groups = reader.num_row_groups();
    for group in 0..groups {
        let outcome = reader.get_row_group(group).and_then(|g| read_group(g.as_ref(), &columns, &mut chunker));
        if let Err(e) = outcome {
            chunker.broken(&format!("row group {group}: {}", words(&e)));
        }
        (watch.progress)(size / groups.max(1) as u64);
        if !chunker.wanted {
            break;
        }
    }
    Ok(())
}

fn words(e: &parquet::errors::ParquetError) -> String {
    crate::text::cut(&crate::text::line(&e.to_string()), 160).into_owned()
}

/// Whether and how a column is used.
fn column(index: usize, descriptor: &ColumnDescriptor, root: &Type) -> Option<Column> {
    if descriptor.max_rep_level() > 1 {
        return None;
    }
    let parts = descriptor.path().parts();
    // Names that writers give to the levels of a list.
    let is_wrapper = |part: &str| matches!(part, "list" | "element" | "item" | "array" | "bag" | "array_element");
    let names: Vec<String> = parts.iter().enumerate().filter(|(i, p)| *i == 0 || !is_wrapper(p)).map(|(_, p)| p.to_lowercase()).collect();
    let key = KEYS.iter().find(|(_, spellings)| names.first().is_some_and(|n| spellings.contains(&n.as_str())))?.0;
    // The level of the list, and whether it is one of structs.
    let (mut at, mut definition, mut element, mut repeated_at) = (root, 0, 0, None);
    for (depth, part) in parts.iter().enumerate() {
        at = at.get_fields().iter().find(|f| f.name() == part)?;
        match at.get_basic_info().repetition() {
            Repetition::OPTIONAL => definition += 1,
            Repetition::REPEATED => {
                definition += 1;
                (element, repeated_at) = (definition, Some(depth));
            }
            Repetition::REQUIRED => {}
        }
    }
    let inner = match names.get(1) {
        Some(name) => Some(*INNER.iter().find(|i| **i == name)?),
        None => None,
    };
    let struct_begins = parts.iter().position(|p| inner.is_some_and(|i| p.eq_ignore_ascii_case(i)));
    let place = match (inner, repeated_at) {
        _ if names.len() > 2 => return None,
        (None, None) => Place::One(key),
        (None, Some(_)) => Place::List(key),
        (Some(inner), None) => Place::Inner(key, inner),
        (Some(inner), Some(depth)) if struct_begins.is_some_and(|s| depth < s) => Place::Element(key, inner),
        (Some(inner), Some(_)) => Place::InnerList(key, inner),
    };
    let time = match descriptor.logical_type_ref() {
        Some(LogicalType::Timestamp(time)) => Some(match time.unit {
            TimeUnit::MILLIS => Unit::Millis,
            TimeUnit::MICROS => Unit::Micros,
            TimeUnit::NANOS => Unit::Nanos,
        }),
        _ => match descriptor.converted_type() {
            parquet::basic::ConvertedType::TIMESTAMP_MILLIS => Some(Unit::Millis),
            parquet::basic::ConvertedType::TIMESTAMP_MICROS => Some(Unit::Micros),
            _ => None,
        },
    };
    Some(Column { index, place, max_definition: descriptor.max_def_level(), element, time })
}

fn read_group(group: &dyn RowGroupReader, columns: &[Column], out: &mut Chunker<'_>) -> parquet::errors::Result<()> {
    let mut readers: Vec<(Column, ColumnReader)> =
        columns.iter().map(|c| Ok((c.clone(), group.get_column_reader(c.index)?))).collect::<parquet::errors::Result<_>>()?;
    let mut left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
    while left > 0 && out.wanted {
        let rows = left.min(ROWS);
        let mut batch = Batch { rows, columns: Vec::with_capacity(readers.len()) };
        for (column, reader) in &mut readers {
            batch.columns.extend(values(column, reader, rows)?);
        }
        left -= rows;
        out.rows(batch);
    }
    Ok(())
}

/// The next values of a column; `None` for a type that no record has.
fn values(column: &Column, reader: &mut ColumnReader, rows: usize) -> parquet::errors::Result<Option<Values>> {
    let (mut definition, mut repetition) = (Vec::new(), Vec::new());
    let levels = (&mut definition, &mut repetition);
    let typed = match reader {
        ColumnReader::ByteArrayColumnReader(r) => Typed::Bytes(records(r, rows, levels)?),
        ColumnReader::Int64ColumnReader(r) => Typed::Numbers(records(r, rows, levels)?),
        ColumnReader::Int32ColumnReader(r) => Typed::Numbers(records(r, rows, levels)?.into_iter().map(i64::from).collect()),
        ColumnReader::DoubleColumnReader(r) => Typed::Floats(records(r, rows, levels)?),
        ColumnReader::BoolColumnReader(r) => Typed::Flags(records(r, rows, levels)?),
        _ => return Ok(None),
    };
    Ok(Some(Values { column: column.clone(), definition, repetition, values: typed }))
}

fn records<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    rows: usize,
    (definition, repetition): (&mut Vec<i16>, &mut Vec<i16>),
) -> parquet::errors::Result<Vec<T::T>> {
    let mut values = Vec::new();
    let mut read = 0;
    // A page may end within the rows asked for.
    while read < rows {
        let (n, _, _) = reader.read_records(rows - read, Some(definition), Some(repetition), &mut values)?;
        if n == 0 {
            break;
        }
        read += n;
    }
    Ok(values)
}
