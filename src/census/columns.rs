//! Rows as columns, and columns as Parquet: UTF-8, 64-bit integers, booleans and one list, snappy, nothing
//! that an engine would not read. Which columns there are, [`COLUMNS`] says.

use super::row::{COLUMNS, Cell, Row};
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

/// The table, in the words of Parquet.
fn schema() -> String {
    let row = super::row::broken("");
    let columns = COLUMNS.iter().map(|column| {
        let name = column.name;
        match (column.cell)(&row) {
            Cell::Text(_) => format!("  REQUIRED BYTE_ARRAY {name} (UTF8);\n"),
            Cell::OptionalText(_) => format!("  OPTIONAL BYTE_ARRAY {name} (UTF8);\n"),
            Cell::Texts(_) => {
                format!("  REQUIRED GROUP {name} (LIST) {{ REPEATED GROUP list {{ REQUIRED BYTE_ARRAY element (UTF8); }} }}\n")
            }
            Cell::Number(_) => format!("  OPTIONAL INT64 {name};\n"),
            Cell::Flag(_) => format!("  REQUIRED BOOLEAN {name};\n"),
        }
    });
    format!("message census {{\n{}}}", columns.collect::<String>())
}

/// The values of a column. Each kind of [`Cell`] fills one of the lists of values.
#[derive(Debug, Default)]
struct Values {
    texts: Vec<ByteArray>,
    numbers: Vec<i64>,
    flags: Vec<bool>,
    /// 1 where there is a value; for columns that may lack one.
    there: Vec<i16>,
    /// 0 where a row begins; for lists.
    starts: Vec<i16>,
}

impl Values {
    fn push(&mut self, cell: Cell<'_>) {
        let text = |s: &str| ByteArray::from(crate::text::line(s).as_bytes().to_vec());
        match cell {
            Cell::Text(value) => self.texts.push(text(value)),
            Cell::OptionalText(value) => {
                self.there.push(i16::from(value.is_some()));
                self.texts.extend(value.map(text));
            }
            Cell::Texts([]) => {
                self.there.push(0);
                self.starts.push(0);
            }
            Cell::Texts(values) => {
                self.texts.extend(values.iter().map(|v| text(v)));
                self.there.extend(values.iter().map(|_| 1));
                self.starts.extend((0..values.len()).map(|i| i16::from(i > 0)));
            }
            Cell::Number(value) => {
                let value = value.and_then(|n| i64::try_from(n).ok());
                self.there.push(i16::from(value.is_some()));
                self.numbers.extend(value);
            }
            Cell::Flag(value) => self.flags.push(value),
        }
    }

    fn append(&mut self, other: Values) {
        self.texts.extend(other.texts);
        self.numbers.extend(other.numbers);
        self.flags.extend(other.flags);
        self.there.extend(other.there);
        self.starts.extend(other.starts);
    }
}

/// Rows as columns.
#[derive(Debug, Default)]
pub struct Columns {
    rows: usize,
    /// As many as [`COLUMNS`], or none without rows.
    values: Vec<Values>,
}

impl Columns {
    pub fn push(&mut self, row: &Row<'_>) {
        self.rows += 1;
        self.values.resize_with(COLUMNS.len(), Values::default);
        self.values.iter_mut().zip(COLUMNS).for_each(|(values, column)| values.push((column.cell)(row)));
    }

    fn append(&mut self, other: Columns) {
        self.rows += other.rows;
        self.values.resize_with(COLUMNS.len(), Values::default);
        self.values.iter_mut().zip(other.values).for_each(|(mine, theirs)| mine.append(theirs));
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
        let schema = Arc::new(parse_message_type(&schema()).map_err(fail)?);
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
        let nothing = super::row::broken("");
        for (values, column) in c.values.iter().zip(COLUMNS) {
            let there = Some(values.there.as_slice());
            match (column.cell)(&nothing) {
                Cell::Text(_) => write::<ByteArrayType, W>(&mut group, &values.texts, None, None)?,
                Cell::OptionalText(_) => write::<ByteArrayType, W>(&mut group, &values.texts, there, None)?,
                Cell::Texts(_) => write::<ByteArrayType, W>(&mut group, &values.texts, there, Some(&values.starts))?,
                Cell::Number(_) => write::<Int64Type, W>(&mut group, &values.numbers, there, None)?,
                Cell::Flag(_) => write::<BoolType, W>(&mut group, &values.flags, None, None)?,
            }
        }
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
