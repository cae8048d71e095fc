//! Rows as columns, and columns as Parquet: UTF-8, 64-bit integers, booleans and one list, snappy, nothing
//! that an engine would not read.

use super::row::Row;
use crate::error::Error;
use parquet::basic::Compression;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use std::io::Write;
use std::sync::Arc;

/// Rows of a row group: what is held in memory before it is written.
const GROUP: usize = 1 << 14;

/// The table, column by column in the order of [`COLUMNS`](super::row::COLUMNS).
const SCHEMA: &str = "message census {
  REQUIRED BYTE_ARRAY id (UTF8);
  REQUIRED BYTE_ARRAY verdict (UTF8);
  REQUIRED BYTE_ARRAY verdict_possible (UTF8);
  REQUIRED BYTE_ARRAY license (UTF8);
  REQUIRED BYTE_ARRAY license_openness (UTF8);
  REQUIRED BYTE_ARRAY effective_openness (UTF8);
  REQUIRED GROUP base_models (LIST) { REPEATED GROUP list { REQUIRED BYTE_ARRAY element (UTF8); } }
  OPTIONAL BYTE_ARRAY relation (UTF8);
  OPTIONAL BYTE_ARRAY gated (UTF8);
  OPTIONAL BYTE_ARRAY task (UTF8);
  OPTIONAL BYTE_ARRAY library (UTF8);
  OPTIONAL INT64 parameters;
  OPTIONAL BYTE_ARRAY created (UTF8);
  REQUIRED BYTE_ARRAY organisation (UTF8);
  OPTIONAL INT64 downloads;
  OPTIONAL INT64 likes;
  REQUIRED BOOLEAN claims_open_source;
}";

/// A column of values, some of which may be missing.
#[derive(Debug)]
struct Column<T> {
    values: Vec<T>,
    /// 1 where there is a value.
    there: Vec<i16>,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Column { values: Vec::new(), there: Vec::new() }
    }
}

impl<T> Column<T> {
    fn push(&mut self, value: Option<T>) {
        self.there.push(i16::from(value.is_some()));
        self.values.extend(value);
    }

    fn append(&mut self, other: Column<T>) {
        self.values.extend(other.values);
        self.there.extend(other.there);
    }
}

/// Rows as columns.
#[derive(Debug, Default)]
pub struct Columns {
    rows: usize,
    /// Strings that are always there: id, verdict, possible, license and two kinds of openness, organisation.
    texts: [Column<ByteArray>; 7],
    bases: Column<ByteArray>,
    /// 0 where a row begins.
    base_levels: Vec<i16>,
    /// Relation, gated, task, library, created.
    optional: [Column<ByteArray>; 5],
    /// Parameters, downloads, likes.
    numbers: [Column<i64>; 3],
    claims: Vec<bool>,
}

impl Columns {
    pub fn push(&mut self, row: &Row<'_>) {
        self.rows += 1;
        let text = |s: &str| ByteArray::from(crate::text::line(s).as_bytes().to_vec());
        let texts = [
            row.id,
            row.verdict.slug(),
            row.verdict_possible.slug(),
            row.license,
            row.license_openness.slug(),
            row.effective_openness.slug(),
            row.organisation,
        ];
        self.texts.iter_mut().zip(texts).for_each(|(c, t)| c.push(Some(text(t))));
        if row.base_models.is_empty() {
            self.bases.push(None);
            self.base_levels.push(0);
        }
        for (i, base) in row.base_models.iter().enumerate() {
            self.bases.push(Some(text(base)));
            self.base_levels.push(i16::from(i > 0));
        }
        let optional = [row.relation, row.gated, row.task, row.library, row.created];
        self.optional.iter_mut().zip(optional).for_each(|(c, t)| c.push(t.map(text)));
        let numbers = [row.parameters, row.downloads, row.likes];
        self.numbers.iter_mut().zip(numbers).for_each(|(c, n)| c.push(n.and_then(|n| i64::try_from(n).ok())));
        self.claims.push(row.claims_open_source);
    }

    fn append(&mut self, other: Columns) {
        self.rows += other.rows;
        self.texts.iter_mut().zip(other.texts).for_each(|(mine, theirs)| mine.append(theirs));
        self.bases.append(other.bases);
        self.base_levels.extend(other.base_levels);
        self.optional.iter_mut().zip(other.optional).for_each(|(mine, theirs)| mine.append(theirs));
        self.numbers.iter_mut().zip(other.numbers).for_each(|(mine, theirs)| mine.append(theirs));
        self.claims.extend(other.claims);
    }
}

/// Writes columns as a Parquet file.
pub struct Writer<W: Write + Send> {
    inner: SerializedFileWriter<W>,
    waiting: Columns,
}

fn fail(e: ParquetError) -> Error {
    Error::Output(std::io::Error::other(e.to_string()))
}

impl<W: Write + Send> Writer<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn new(to: W) -> Result<Writer<W>, Error> {
        let schema = Arc::new(parse_message_type(SCHEMA).map_err(fail)?);
        // No version of the library and no time: the same rows give the same bytes.
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("trulyopen version ", env!("CARGO_PKG_VERSION")).into())
            .build();
        Ok(Writer { inner: SerializedFileWriter::new(to, schema, Arc::new(properties)).map_err(fail)?, waiting: Columns::default() })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn add(&mut self, columns: Columns) -> Result<(), Error> {
        self.waiting.append(columns);
        if self.waiting.rows >= GROUP { self.flush().map_err(fail) } else { Ok(()) }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn finish(mut self) -> Result<(), Error> {
        if self.waiting.rows > 0 {
            self.flush().map_err(fail)?;
        }
        self.inner.close().map(|_| ()).map_err(fail)
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        let c = std::mem::take(&mut self.waiting);
        let mut group = self.inner.next_row_group()?;
        let [id, verdict, possible, license, openness, effective, organisation] = &c.texts;
        let [relation, gated, task, library, created] = &c.optional;
        let [parameters, downloads, likes] = &c.numbers;
        for column in [id, verdict, possible, license, openness, effective] {
            write::<ByteArrayType, W>(&mut group, &column.values, None, None)?;
        }
        write::<ByteArrayType, W>(&mut group, &c.bases.values, Some(&c.bases.there), Some(&c.base_levels))?;
        for column in [relation, gated, task, library] {
            write::<ByteArrayType, W>(&mut group, &column.values, Some(&column.there), None)?;
        }
        write::<Int64Type, W>(&mut group, &parameters.values, Some(&parameters.there), None)?;
        write::<ByteArrayType, W>(&mut group, &created.values, Some(&created.there), None)?;
        write::<ByteArrayType, W>(&mut group, &organisation.values, None, None)?;
        for column in [downloads, likes] {
            write::<Int64Type, W>(&mut group, &column.values, Some(&column.there), None)?;
        }
        write::<BoolType, W>(&mut group, &c.claims, None, None)?;
        group.close().map(|_| ())
    }
}

fn write<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    definition: Option<&[i16]>,
    repetition: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else { return Err(ParquetError::General("no such column".into())) };
    column.typed::<T>().write_batch(values, definition, repetition)?;
    column.close()
}
