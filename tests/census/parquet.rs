//! Parquet in the shape of public hub statistics: lists, structs, JSON in strings, times as numbers.

use crate::{records, support};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use serde_json::Value;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use support::Tool;
use tempfile::TempDir;

const SCHEMA: &str = "message stats {
  OPTIONAL BYTE_ARRAY modelId (UTF8);
  OPTIONAL BYTE_ARRAY gated (UTF8);
  OPTIONAL BOOLEAN private;
  OPTIONAL GROUP tags (LIST) { REPEATED GROUP list { OPTIONAL BYTE_ARRAY element (UTF8); } }
  OPTIONAL BYTE_ARRAY cardData (UTF8);
  OPTIONAL GROUP config { OPTIONAL GROUP architectures (LIST) { REPEATED GROUP list { OPTIONAL BYTE_ARRAY element (UTF8); } } }
  OPTIONAL GROUP siblings (LIST) { REPEATED GROUP list { OPTIONAL GROUP element { OPTIONAL BYTE_ARRAY rfilename (UTF8); } } }
  OPTIONAL INT64 created_at (TIMESTAMP(MICROS,true));
  OPTIONAL INT64 downloads;
  OPTIONAL BYTE_ARRAY pipeline_tag (UTF8);
  OPTIONAL BYTE_ARRAY library_name (UTF8);
  OPTIONAL INT64 unheard_of;
}";

/// Values of a column with their levels: `None` is null at a level.
#[derive(Default)]
struct Levels<T> {
    values: Vec<T>,
    definition: Vec<i16>,
    repetition: Vec<i16>,
}

impl<T> Levels<T> {
    fn one(&mut self, value: Option<T>, full: i16) {
        self.definition.push(if value.is_some() { full } else { 0 });
        self.repetition.push(0);
        self.values.extend(value);
    }

    /// A list; `full` is the level of an element, and an absent list has level `absent`.
    fn list(&mut self, list: Option<Vec<T>>, absent: i16, full: i16) {
        match list {
            None => self.level(absent, 0),
            // There, and empty: one below the level of an element that may be null.
            Some(list) if list.is_empty() => self.level(absent + 1, 0),
            Some(list) => {
                for (i, value) in list.into_iter().enumerate() {
                    self.level(full, i16::from(i > 0));
                    self.values.push(value);
                }
            }
        }
    }

    fn level(&mut self, definition: i16, repetition: i16) {
        self.definition.push(definition);
        self.repetition.push(repetition);
    }
}

fn put<T: DataType>(group: &mut SerializedRowGroupWriter<'_, File>, levels: &Levels<T::T>, repeated: bool) {
    let mut column = group.next_column().expect("a column").expect("a column");
    let repetition = repeated.then_some(levels.repetition.as_slice());
    column.typed::<T>().write_batch(&levels.values, Some(&levels.definition), repetition).expect("written");
    column.close().expect("closed");
}

fn write(path: &Path, rows: &[Value]) {
    let properties = WriterProperties::builder().set_compression(parquet::basic::Compression::ZSTD(Default::default())).build();
    let schema = Arc::new(parse_message_type(SCHEMA).expect("a schema"));
    let mut writer = SerializedFileWriter::new(File::create(path).expect("a file"), schema, Arc::new(properties)).expect("a writer");
    let text = |v: &Value| v.as_str().map(|s| ByteArray::from(s.as_bytes().to_vec()));
    let texts = |v: &Value| v.as_array().map(|l| l.iter().filter_map(text).collect::<Vec<_>>());
    // Several groups, none of them as long as a batch.
    for rows in rows.chunks(700) {
        let (mut id, mut gated, mut card, mut task, mut library) = <(Levels<_>, Levels<_>, Levels<_>, Levels<_>, Levels<_>)>::default();
        let (mut tags, mut architectures, mut files) = <(Levels<_>, Levels<_>, Levels<_>)>::default();
        let (mut private, mut created, mut downloads) = (Levels::default(), Levels::default(), Levels::default());
        for r in rows {
            id.one(text(&r["id"]), 1);
            gated.one(Some(ByteArray::from(r["gated"].as_str().unwrap_or("False").as_bytes().to_vec())), 1);
            private.one(r["private"].as_bool(), 1);
            tags.list(texts(&r["tags"]), 0, 3);
            card.one(r["cardData"].is_object().then(|| ByteArray::from(r["cardData"].to_string().into_bytes())), 1);
            // Absent lists in a struct that is there have level 1.
            architectures.list(texts(&r["config"]["architectures"]), if r["config"].is_object() { 1 } else { 0 }, 4);
            files.list(r["siblings"].as_array().map(|l| l.iter().filter_map(|f| text(&f["rfilename"])).collect()), 0, 4);
            let time = r["createdAt"].as_str().map(|t| t.parse::<jiff::Timestamp>().expect("a time").as_microsecond());
            created.one(time, 1);
            downloads.one(r["downloads"].as_i64(), 1);
            task.one(text(&r["pipeline_tag"]), 1);
            library.one(text(&r["library_name"]), 1);
        }
        let mut group = writer.next_row_group().expect("a group");
        put::<ByteArrayType>(&mut group, &id, false);
        put::<ByteArrayType>(&mut group, &gated, false);
        put::<BoolType>(&mut group, &private, false);
        put::<ByteArrayType>(&mut group, &tags, true);
        put::<ByteArrayType>(&mut group, &card, false);
        put::<ByteArrayType>(&mut group, &architectures, true);
        put::<ByteArrayType>(&mut group, &files, true);
        put::<Int64Type>(&mut group, &created, false);
        put::<Int64Type>(&mut group, &downloads, false);
        put::<ByteArrayType>(&mut group, &task, false);
        put::<ByteArrayType>(&mut group, &library, false);
        put::<Int64Type>(&mut group, &downloads, false);
        group.close().expect("closed");
    }
    writer.close().expect("closed");
}

#[test]
fn rows_of_public_statistics_are_judged_as_records() {
    let dir = TempDir::new().expect("a folder");
    let mut rows = Vec::new();
    for n in 0..3000 {
        let mut line = String::new();
        records::write(5, n, &mut line);
        let Ok(mut row) = serde_json::from_str::<Value>(&line) else { continue };
        if row["id"].as_str().is_none_or(|id| id.starts_with('.')) {
            continue;
        }
        // What these statistics do not have.
        row.as_object_mut().expect("an object").retain(|k, _| !matches!(k.as_str(), "author" | "likes" | "safetensors" | "modelId"));
        match n % 50 {
            0 => row["siblings"] = Value::Null,
            1 => row["siblings"] = Value::Array(Vec::new()),
            2 => row["tags"] = Value::Null,
            _ => {}
        }
        rows.push(row);
    }
    let lines: String = rows.iter().map(|r| format!("{r}\n")).collect();
    let table = dir.path().join("models.parquet");
    write(&table, &rows);
    let census = |tool: Tool| tool.args(["--format", "jsonl"]).run();
    let direct = census(Tool::new().args(["census", "-"]).stdin(&lines));
    let columns = census(Tool::new().arg("census").arg(&table));
    assert_eq!(columns.code, 0, "{}", columns.stderr);
    assert!(direct.stdout.lines().count() > 2900);
    for (a, b) in direct.stdout.lines().zip(columns.stdout.lines()) {
        assert_eq!(a, b);
    }
    assert_eq!(direct.stdout.len(), columns.stdout.len());
    assert!(columns.stderr.contains("not there: author, disabled, likes, safetensors, card"), "{}", columns.stderr);
    // The same from standard input, where it cannot be read from its end.
    let (mut command, _home) = Tool::new().args(["census", "-", "--format", "jsonl"]).into_command();
    let piped = command.stdin(File::open(&table).expect("the table")).output().expect("it runs");
    assert_eq!(String::from_utf8_lossy(&piped.stdout), direct.stdout);
}
