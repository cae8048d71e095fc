//! `trulyopen census`.

use super::{note, style, write_out};
use crate::audit::Options;
use crate::census::columns::Writer;
use crate::census::input::{Source, Watch, hub, read};
use crate::census::run::{Form, Rows, Setting, run as judge_all};
use crate::census::summary::Summary;
use crate::census::{render, row, summary};
use crate::cli::{CensusArgs, Shared};
use crate::error::Error;
use crate::exit::Exit;
use crate::progress::{Progress, Whole};
use crate::rules::Rules;
use crate::session::{self, Surroundings};
use std::cell::Cell;
use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// What the command writes.
const FORMATS: &[&str] = &["table", "json", "html", "jsonl", "csv", "parquet"];

/// Runs it.
///
/// # Errors
/// A usage or rules error, an input that cannot be opened, an output that cannot be written.
pub fn run(args: &CensusArgs, shared: &Shared) -> Result<Exit, Error> {
    let format = shared.format.as_deref().unwrap_or(if args.jsonl_out.is_some() { "jsonl" } else { "table" });
    if !FORMATS.contains(&format) {
        return Err(super::no_such_format("census", shared, FORMATS.iter().copied()));
    }
    if !shared.evidence.is_empty() || shared.save_evidence.is_some() {
        return Err(Error::usage(
            "a census judges records alone, and neither reads reviewed evidence nor saves any",
            "`trulyopen audit` does both",
        ));
    }
    let target = output(args, shared, format)?;
    let rules = Rules::load(shared.rules.as_deref())?;
    let sources: Vec<Source> = args.jsonl_in.iter().chain(&args.input).map(|p| Source::of(p)).collect();
    if sources.iter().filter(|s| **s == Source::Stdin).count() > 1 {
        return Err(Error::wrong("standard input can be read once"));
    }
    let fetcher = match sources.is_empty() {
        true => Some(session::fetcher(&shared.access(), &Surroundings::read())?),
        false => None,
    };
    let title = title(&sources, fetcher.as_ref(), shared);
    let setting = Setting {
        rules: &rules,
        options: Options { strict: shared.strict, ..Options::default() },
        own_rules: shared.rules.is_some(),
        threads: args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from),
        form: target.form(),
        line_for_broken: args.jsonl_out.is_some(),
    };
    let sizes: Option<u64> = sources.iter().map(Source::size).sum();
    let progress = Progress::new(shared.quiet, sizes.filter(|n| *n > 0).map_or(Whole::Open, Whole::Bytes));
    let (said, quiet) = (progress.clone(), shared.quiet);
    let reader = move |sink: &mut dyn FnMut(crate::census::input::Chunk) -> bool| {
        let watch = Watch {
            progress: &|n| said.add(n),
            say: &|text| {
                if !quiet {
                    said.line(&crate::text::line(text));
                }
            },
        };
        let mut next = 0;
        match &fetcher {
            Some(fetcher) => hub::read(fetcher, None, sink, &mut next, &watch),
            None => sources.iter().try_for_each(|s| read(s, &mut *sink, &mut next, &watch)),
        }
    };
    let mut out = target.open()?;
    let last = Cell::new(0);
    let result = judge_all(setting, reader, |rows, so_far| {
        if so_far.counts.records / 5_000 != last.replace(so_far.counts.records) / 5_000 {
            progress.say(counts(so_far));
        }
        out.add(rows)
    });
    progress.end();
    let summary = match result {
        Ok(summary) => summary,
        // Nobody reads any more: that is no error.
        Err(Error::Output(e)) if e.kind() == std::io::ErrorKind::BrokenPipe => return Ok(Exit::Done),
        Err(e) => return Err(e),
    };
    let broken = summary.counts.broken;
    for b in summary.counts.named.iter().take(5) {
        note(shared, &format!("note: {}: {}", b.at, b.why));
    }
    if broken > 5 {
        note(shared, &format!("note: {broken} records in all could not be judged"));
    }
    let census = summary.finish(title, &rules.digest);
    match out.finish()? {
        false => {
            let text = match format {
                "json" => render::json(&census),
                "html" => render::html(&census),
                _ => render::table(&census, style(shared)),
            };
            write_out(shared, &text)?;
        }
        true => {
            if let Some(path) = &args.summary {
                write_summary(path, &census)?;
            }
        }
    }
    Ok(if broken > 0 { Exit::Incomplete } else { Exit::Done })
}

/// The summary beside rows: a page where the name ends so, else JSON.
fn write_summary(path: &Path, census: &summary::Census) -> Result<(), Error> {
    let is_page = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("html") || e.eq_ignore_ascii_case("htm"));
    let text = if is_page { render::html(census) } else { render::json(census) };
    crate::net::record::write(path, text.as_bytes()).map_err(|source| Error::File {
        action: "write",
        path: path.display().to_string(),
        source,
    })
}

fn counts(so_far: &Summary) -> String {
    let c = &so_far.counts;
    let open: u64 = c.tally.proven.iter().skip(crate::vocabulary::Verdict::OpenWeights as usize).sum();
    format!("{} records, {open} open weights or better, {} broken", c.records, c.broken)
}

fn title(sources: &[Source], fetcher: Option<&crate::net::Fetcher>, shared: &Shared) -> String {
    match (sources, fetcher, &shared.hub) {
        ([], Some(f), Some(dir)) if f.directory().is_some() => dir.clone(),
        ([], Some(f), _) => f.endpoints.get(crate::hub::huggingface::NAME).to_string(),
        ([one], ..) => one.name(),
        (many, ..) => format!("{} inputs", many.len()),
    }
}

/// Where rows go, or nowhere.
enum Target {
    Summary,
    Bytes(Form, Option<PathBuf>),
    Parquet(PathBuf),
}

fn output(args: &CensusArgs, shared: &Shared, format: &str) -> Result<Target, Error> {
    let path = args.jsonl_out.as_ref().or(shared.output.as_ref()).filter(|p| p.as_path() != Path::new("-")).cloned();
    if args.jsonl_out.is_some() && format != "jsonl" {
        return Err(Error::wrong("--jsonl-out writes JSON lines; leave --format out"));
    }
    if args.jsonl_out.is_some() && shared.output.is_some() {
        return Err(Error::wrong("--jsonl-out and --output both name the output"));
    }
    match format {
        "jsonl" => Ok(Target::Bytes(Form::Jsonl, path)),
        "csv" => Ok(Target::Bytes(Form::Csv, path)),
        "parquet" => match path {
            Some(path) => Ok(Target::Parquet(path)),
            None if std::io::stdout().is_terminal() => {
                Err(Error::usage("Parquet is nothing for a terminal", "name a file: --format parquet -o census.parquet"))
            }
            None => Ok(Target::Bytes(Form::Parquet, None)),
        },
        _ if args.summary.is_some() => {
            Err(Error::wrong("--summary goes with --format jsonl, csv or parquet; the summary is the output already"))
        }
        _ => Ok(Target::Summary),
    }
}

impl Target {
    fn form(&self) -> Form {
        match self {
            Target::Summary => Form::None,
            Target::Bytes(form, _) => *form,
            Target::Parquet(_) => Form::Parquet,
        }
    }

    fn open(self) -> Result<Out, Error> {
        let create =
            |path: &Path| File::create(path).map_err(|source| Error::File { action: "write", path: path.display().to_string(), source });
        let to = |path: Option<PathBuf>| -> Result<Box<dyn Write + Send>, Error> {
            Ok(match path {
                Some(path) => Box::new(BufWriter::with_capacity(1 << 20, create(&path)?)),
                None => Box::new(BufWriter::with_capacity(1 << 16, std::io::stdout())),
            })
        };
        match self {
            Target::Summary => Ok(Out::Summary),
            Target::Bytes(Form::Parquet, path) => Ok(Out::Parquet(Box::new(Writer::new(to(path)?)?))),
            Target::Parquet(path) => Ok(Out::Parquet(Box::new(Writer::new(to(Some(path))?)?))),
            Target::Bytes(form, path) => {
                let mut out = to(path)?;
                if form == Form::Csv {
                    out.write_all(row::csv_head().as_bytes())?;
                }
                Ok(Out::Bytes(out))
            }
        }
    }
}

enum Out {
    Summary,
    Bytes(Box<dyn Write + Send>),
    Parquet(Box<Writer<Box<dyn Write + Send>>>),
}

impl Out {
    fn add(&mut self, rows: Rows) -> Result<(), Error> {
        match (self, rows) {
            (Out::Bytes(out), Rows::Bytes(bytes)) => {
                out.write_all(&bytes)?;
                // A filter answers as it is asked, not when a buffer is full.
                Ok(out.flush()?)
            }
            (Out::Parquet(out), Rows::Columns(columns)) => out.add(*columns),
            _ => Ok(()),
        }
    }

    /// Ends the output; whether rows were written.
    fn finish(self) -> Result<bool, Error> {
        match self {
            Out::Summary => Ok(false),
            Out::Bytes(mut out) => out.flush().map(|()| true).map_err(Error::Output),
            Out::Parquet(out) => out.finish().map(|()| true),
        }
    }
}
