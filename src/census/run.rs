//! One pass over the input: one thread reads, as many as there are cores judge, and this one takes
//! what they made in the order of the input. A reader that is ahead waits, so that memory stays the
//! same however long the input is.

use super::claims::Claims;
use super::columns::Columns;
use super::input::{Chunk, Records};
use super::judge::Judge;
use super::names::Tables;
use super::record::Record;
use super::row::{self, Owned};
use super::summary::{Part, Summary};
use crate::audit::Options;
use crate::error::Error;
use crate::rules::Rules;
use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Nothing but the summary is wanted.
    None,
    Jsonl,
    Csv,
    Parquet,
}

/// What judges.
#[derive(Clone, Copy)]
pub struct Setting<'r> {
    pub rules: &'r Rules,
    pub options: Options,
    /// The rules are not the built-in ones alone, so that every record is audited in full.
    pub own_rules: bool,
    pub threads: usize,
    pub form: Form,
    /// A record that cannot be judged has a line of its own.
    pub line_for_broken: bool,
}

/// Rows of a chunk, ready to be written.
pub enum Rows {
    Bytes(Vec<u8>),
    Columns(Box<Columns>),
}

struct Done {
    index: u64,
    part: Part,
    rows: Rows,
}

/// Judges everything that `read` passes on; `take` gets the rows in order, and the counts so far.
///
/// # Errors
/// Those of `read` and `take`.
pub fn run(
    setting: Setting<'_>,
    read: impl FnOnce(&mut dyn FnMut(Chunk) -> bool) -> Result<(), Error> + Send,
    mut take: impl FnMut(Rows, &Summary) -> Result<(), Error>,
) -> Result<Summary, Error> {
    let tables = Tables::new(setting.rules);
    let judge = Judge::new(setting.rules, &tables, setting.options, setting.own_rules);
    let threads = setting.threads.max(1);
    let ahead = threads * 3 + 2;
    let (chunks, inbox) = sync_channel::<Chunk>(threads);
    let inbox = Arc::new(Mutex::new(inbox));
    let (finished, results) = sync_channel::<Done>(ahead);
    // A permit for each chunk between reader and writer.
    let (give_back, permits) = sync_channel::<()>(ahead);
    for _ in 0..ahead {
        let _ = give_back.send(());
    }
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || read(&mut |chunk| permits.recv().is_ok() && chunks.send(chunk).is_ok()));
        for _ in 0..threads {
            let (finished, inbox, judge) = (finished.clone(), Arc::clone(&inbox), judge.clone());
            scope.spawn(move || {
                let mut worker = Worker { setting, judge, claims: Claims::new(setting.rules) };
                while let Some(chunk) = receive(&inbox) {
                    if finished.send(worker.work(chunk)).is_err() {
                        break;
                    }
                }
            });
        }
        // Only those who use them hold the ends, so that nobody waits for somebody who is gone.
        drop((finished, inbox));
        let mut summary = Summary::default();
        let mut outcome = Ok(());
        let mut early: BTreeMap<u64, Done> = BTreeMap::new();
        let mut next = 0;
        for done in results {
            early.insert(done.index, done);
            while let Some(done) = early.remove(&next) {
                next += 1;
                summary.merge(done.part);
                if outcome.is_ok() {
                    outcome = take(done.rows, &summary);
                }
                if outcome.is_ok() {
                    let _ = give_back.try_send(());
                }
            }
            if outcome.is_err() {
                break;
            }
        }
        // Wakes a reader that waits, so that it sees that nobody wants more.
        drop(give_back);
        let read = reader.join().unwrap_or(Ok(()));
        outcome.and(read).map(|()| summary)
    })
}

fn receive(inbox: &Mutex<Receiver<Chunk>>) -> Option<Chunk> {
    inbox.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).recv().ok()
}

/// Judges chunks on one thread.
struct Worker<'r> {
    setting: Setting<'r>,
    judge: Judge<'r>,
    claims: Claims<'r>,
}

impl<'r> Worker<'r> {
    fn work(&mut self, chunk: Chunk) -> Done {
        let mut out = Output::new(self.setting.form);
        let mut part = Part::default();
        let at = |n: u64| format!("{}, {} {n}", crate::text::line(&chunk.name), chunk.unit);
        let made;
        let lines = match &chunk.records {
            Records::Lines(lines) => lines,
            Records::Rows(batch) => {
                made = batch.to_lines();
                &made
            }
            Records::Broken(why) => {
                self.broken(at(chunk.first), why.clone(), &mut part, &mut out);
                return Done { index: chunk.index, part, rows: out.into_rows() };
            }
        };
        for (n, line) in (chunk.first..).zip(lines.split(|b| *b == b'\n')) {
            let line = line.trim_ascii();
            if line.is_empty() {
                continue;
            }
            match Record::parse(line) {
                Ok(record) => self.record(&record, &mut part, &mut out),
                Err(why) => self.broken(at(n), why, &mut part, &mut out),
            }
        }
        Done { index: chunk.index, part, rows: out.into_rows() }
    }

    fn record(&mut self, record: &Record<'_>, part: &mut Part, out: &mut Output) {
        let judged = self.judge.judge(record);
        let owned = Owned::new(record, &judged, &self.claims);
        let row = owned.row(record, &judged);
        part.add(&row);
        match out {
            Output::None => {}
            Output::Jsonl(bytes) => row::json_line(&row, bytes),
            Output::Csv(bytes) => row::csv_line(&row, bytes),
            Output::Columns(columns) => columns.push(&row),
        }
    }

    fn broken(&self, at: String, why: String, part: &mut Part, out: &mut Output) {
        if let (true, Output::Jsonl(bytes)) = (self.setting.line_for_broken, out) {
            row::broken_line(&format!("{at}: {why}"), bytes);
        }
        part.add_broken(at, why);
    }
}

enum Output {
    None,
    Jsonl(Vec<u8>),
    Csv(Vec<u8>),
    Columns(Box<Columns>),
}

impl Output {
    fn new(form: Form) -> Output {
        match form {
            Form::None => Output::None,
            Form::Jsonl => Output::Jsonl(Vec::with_capacity(128 << 10)),
            Form::Csv => Output::Csv(Vec::with_capacity(64 << 10)),
            Form::Parquet => Output::Columns(Box::default()),
        }
    }

    fn into_rows(self) -> Rows {
        match self {
            Output::None => Rows::Bytes(Vec::new()),
            Output::Jsonl(bytes) | Output::Csv(bytes) => Rows::Bytes(bytes),
            Output::Columns(columns) => Rows::Columns(columns),
        }
    }
}
