//! `trulyopen diff A B`: two models, two revisions, or two saved audits.

use super::report::AUDIT;
use super::{style, write_out};
use crate::audit::Options;
use crate::cli::{DiffArgs, Shared};
use crate::diff::{diff, render};
use crate::error::Error;
use crate::exit::Exit;
use crate::net::Fetcher;
use crate::report::Report;
use crate::rules::Rules;
use crate::session::{self, Surroundings};
use crate::target::Target;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Bytes of a saved audit that are read.
const MAX_SAVED: u64 = 512 << 20;

/// Runs it.
///
/// # Errors
/// A usage or rules error; what a hub could not answer is in the difference instead.
pub fn run(args: &DiffArgs, shared: &Shared) -> Result<Exit, Error> {
    let format = match shared.format.as_deref() {
        None | Some("table") => Format::Terminal,
        Some("markdown") => Format::Markdown,
        Some("json") => Format::Json,
        Some(other) => return Err(Error::usage(format!("diff has no format `{other}`"), "it has table, markdown and json")),
    };
    let rules = Rules::load(shared.rules.as_deref())?;
    let around = Surroundings::read();
    let endpoints = around.endpoints(shared.hub.as_deref().filter(|h| session::is_address(h)))?;
    let sides = [Side::of(&args.a, &endpoints)?, Side::of(&args.b, &endpoints)?];
    let mut fetcher = None;
    let mut reports = Vec::new();
    for side in sides {
        reports.push(match side {
            Side::Saved(report) => *report,
            Side::Model(target) => {
                let fetcher = match &fetcher {
                    Some(fetcher) => fetcher,
                    None => fetcher.insert(open(shared, &around)?),
                };
                let outcome = session::audit_all(
                    fetcher,
                    &rules,
                    &Options { strict: shared.strict, ..Options::default() },
                    &[target],
                    usize::from(shared.jobs),
                )?;
                Report { strict: shared.strict, ..Report::new(&rules, outcome.models) }
            }
        });
    }
    let [a, b] = reports.as_slice() else { return Ok(Exit::Done) };
    let difference = diff((&args.a, a), (&args.b, b));
    let out = match format {
        Format::Terminal => render::terminal(&difference, style(shared)),
        Format::Markdown => render::markdown(&difference),
        Format::Json => render::json(&difference),
    };
    write_out(shared, &out)?;
    let incomplete = [a, b].iter().flat_map(|r| &r.models).any(|m| !m.incomplete.is_empty());
    Ok(if incomplete { Exit::Incomplete } else { Exit::Done })
}

enum Format {
    Terminal,
    Markdown,
    Json,
}

/// One side of the comparison.
enum Side {
    Saved(Box<Report>),
    Model(Target),
}

impl Side {
    /// A file is a saved audit, a directory with one in it a report; everything else is a model.
    fn of(argument: &str, endpoints: &crate::hosts::Endpoints) -> Result<Side, Error> {
        let path = Path::new(argument);
        let saved: Option<PathBuf> = if path.is_file() && !crate::hub::local::is_named_so(argument) {
            Some(path.into())
        } else {
            Some(path.join(AUDIT)).filter(|p| p.is_file())
        };
        match saved {
            Some(path) => load(&path).map(|r| Side::Saved(Box::new(r))),
            None => Target::parse(argument, endpoints).map(Side::Model),
        }
    }
}

fn load(path: &Path) -> Result<Report, Error> {
    let fail = |source| Error::File { action: "read", path: path.display().to_string(), source };
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(fail)?.take(MAX_SAVED + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > MAX_SAVED {
        return Err(Error::wrong(format!("{}: more than {} MiB", path.display(), MAX_SAVED >> 20)));
    }
    Report::parse(&bytes).map_err(|m| Error::wrong(format!("{}: {m}", path.display())))
}

fn open(shared: &Shared, around: &Surroundings) -> Result<Fetcher, Error> {
    session::fetcher(&shared.access(), around)
}
