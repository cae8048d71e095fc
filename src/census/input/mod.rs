//! Where records come from: files or standard input with a record a line or one JSON array, gzip or
//! zstd around them; Parquet; a hub's list; a directory of evidence. Whatever it is, it is cut into
//! [`Chunk`]s of a few hundred records, which workers take.

mod array;
pub mod hub;
mod lines;
pub mod parquet;

use crate::error::Error;
use crate::net::limits;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes of records in one chunk, roughly.
const CHUNK: usize = 256 << 10;

/// The first bytes that tell formats apart.
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
const PARQUET: &[u8] = b"PAR1";

/// Some records in the order of the input.
pub struct Chunk {
    /// The place in the order.
    pub index: u64,
    /// What they were read from, for messages.
    pub name: Arc<str>,
    /// What a record is there: `line`, `element`, `row`, `model`.
    pub unit: &'static str,
    /// The number of the first.
    pub first: u64,
    pub records: Records,
}

/// The records of a chunk.
pub enum Records {
    /// One a line. An empty line is none.
    Lines(Vec<u8>),
    /// Rows of a table.
    Rows(parquet::Batch),
    /// One that could not be read, and why.
    Broken(String),
}

/// Takes chunks; false where nobody wants more.
pub type Sink<'s> = &'s mut dyn FnMut(Chunk) -> bool;

/// What is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Stdin,
    File(PathBuf),
}

impl Source {
    /// `-` is standard input.
    pub fn of(path: &Path) -> Source {
        if path == Path::new("-") { Source::Stdin } else { Source::File(path.to_path_buf()) }
    }

    /// Its name in messages.
    pub fn name(&self) -> String {
        match self {
            Source::Stdin => "standard input".into(),
            Source::File(path) => path.display().to_string(),
        }
    }

    /// Bytes, where that is known.
    pub fn size(&self) -> Option<u64> {
        match self {
            Source::Stdin => None,
            Source::File(path) => std::fs::metadata(path).ok().map(|m| m.len()),
        }
    }
}

/// Collects records into chunks.
pub struct Chunker<'s> {
    sink: Sink<'s>,
    next: &'s mut u64,
    name: Arc<str>,
    unit: &'static str,
    /// Records so far.
    count: u64,
    bytes: Vec<u8>,
    /// The number of the first record in `bytes`.
    first: u64,
    pub wanted: bool,
}

impl<'s> Chunker<'s> {
    /// `next` is the place of the next chunk, counted over all inputs.
    pub fn new(sink: Sink<'s>, next: &'s mut u64, name: &str, unit: &'static str) -> Chunker<'s> {
        Chunker { sink, next, name: name.into(), unit, count: 0, bytes: Vec::new(), first: 1, wanted: true }
    }

    /// Where the next record is written, as one line without its end; [`Chunker::end`] follows.
    pub fn line(&mut self) -> &mut Vec<u8> {
        if self.bytes.capacity() == 0 {
            self.bytes.reserve(CHUNK + (CHUNK >> 3));
        }
        &mut self.bytes
    }

    /// Ends a record.
    pub fn end(&mut self) {
        self.bytes.push(b'\n');
        self.count += 1;
        if self.bytes.len() >= CHUNK {
            self.flush();
        }
    }

    /// Passes on what has been collected.
    pub fn flush(&mut self) {
        if !self.bytes.is_empty() {
            let records = Records::Lines(std::mem::take(&mut self.bytes));
            self.send(records);
        }
        self.first = self.count + 1;
    }

    /// A record that cannot be read.
    pub fn broken(&mut self, why: &str) {
        self.flush();
        self.count += 1;
        self.send(Records::Broken(why.to_string()));
        self.first = self.count + 1;
    }

    /// Rows of a table.
    pub fn rows(&mut self, batch: parquet::Batch) {
        self.count += batch.len() as u64;
        self.send(Records::Rows(batch));
        self.first = self.count + 1;
    }

    fn send(&mut self, records: Records) {
        let index = *self.next;
        *self.next += 1;
        let chunk = Chunk { index, name: Arc::clone(&self.name), unit: self.unit, first: self.first, records };
        self.wanted = self.wanted && (self.sink)(chunk);
    }
}

/// Who is told how reading goes.
pub struct Watch<'w> {
    /// Bytes read since it was told last.
    pub progress: &'w dyn Fn(u64),
    /// A line for people.
    pub say: &'w dyn Fn(&str),
}

/// Reads a source to its end, or until nobody wants more. What cannot be read any further is a broken
/// record.
///
/// # Errors
/// Where it cannot be opened, or cannot be what it seems.
pub fn read(source: &Source, sink: Sink<'_>, next: &mut u64, watch: &Watch<'_>) -> Result<(), Error> {
    let name = source.name();
    let fail = |e: std::io::Error| Error::File { action: "read", path: name.clone(), source: e };
    match source {
        Source::Stdin => {
            let mut stdin = BufReader::with_capacity(CHUNK, Counted { inner: std::io::stdin().lock(), progress: watch.progress });
            if !stdin.fill_buf().map_err(fail)?.starts_with(PARQUET) {
                stream(&mut stdin, &name, sink, next);
                return Ok(());
            }
            // Its directory stands at the end, so it has to be a file.
            let mut spooled = tempfile::tempfile().map_err(fail)?;
            std::io::copy(&mut stdin, &mut spooled).map_err(fail)?;
            spooled.seek(SeekFrom::Start(0)).map_err(fail)?;
            parquet::read(spooled, &name, sink, next, &Watch { progress: &|_| {}, ..*watch })
        }
        Source::File(path) => {
            let mut file = File::open(path).map_err(fail)?;
            let mut head = Vec::new();
            (&mut file).take(4).read_to_end(&mut head).map_err(fail)?;
            if head == PARQUET {
                return parquet::read(file, &name, sink, next, watch);
            }
            // What was read is put back in front, so that a pipe can be read too.
            let whole = std::io::Cursor::new(head).chain(file);
            stream(&mut BufReader::with_capacity(CHUNK, Counted { inner: whole, progress: watch.progress }), &name, sink, next);
            Ok(())
        }
    }
}

/// Reads what can be read from front to back.
fn stream(input: &mut dyn BufRead, name: &str, sink: Sink<'_>, next: &mut u64) {
    let outcome = match input.fill_buf() {
        Ok(head) if head.starts_with(GZIP) => {
            plain(&mut BufReader::with_capacity(CHUNK, flate2::bufread::MultiGzDecoder::new(input)), name, sink, next)
        }
        Ok(head) if head.starts_with(ZSTD) => {
            zstd::Decoder::with_buffer(input).and_then(|decoder| plain(&mut BufReader::with_capacity(CHUNK, decoder), name, sink, next))
        }
        Ok(_) => plain(input, name, sink, next),
        Err(e) => Err(e),
    };
    if let Err(e) = outcome {
        Chunker::new(sink, next, name, "input").broken(&format!("it cannot be read any further: {}", crate::text::line(&e.to_string())));
    }
}

/// Records a line, or one array of them.
fn plain(input: &mut dyn BufRead, name: &str, sink: Sink<'_>, next: &mut u64) -> std::io::Result<()> {
    let head = input.fill_buf()?;
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let is_array = head.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'[');
    let mut chunker = Chunker::new(sink, next, name, if is_array { "element" } else { "line" });
    let outcome = if is_array { array::read(input, &mut chunker) } else { lines::read(input, &mut chunker) };
    chunker.flush();
    outcome
}

/// Too long a record, in words.
fn too_long() -> String {
    format!("more than {} MiB", limits::RECORD_BYTES >> 20)
}

/// A reader that tells how much was read.
struct Counted<'p, R> {
    inner: R,
    progress: &'p dyn Fn(u64),
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buf)?;
        (self.progress)(n as u64);
        Ok(n)
    }
}
