//! `trulyopen report`: writes the report, the documents for tools and the evidence that proves them
//! into a directory, or checks that such a directory still says what its evidence says.

mod project;
mod statement;
mod verify;

use super::audit::read_list;
use super::{note, style, write_out};
use crate::audit::{Audit, Options};
use crate::cli::{ReportArgs, Shared};
use crate::error::Error;
use crate::exit::Exit;
use crate::gate::subject::Traits;
use crate::net::record::{MANIFEST, Manifest, write};
use crate::render::{self, Style};
use crate::report::{Model, Report};
use crate::rules::Rules;
use crate::session::{self, Access, Surroundings};
use crate::snapshot::Snapshot;
use crate::target::Target;
use project::Project;
use std::path::{Path, PathBuf};

/// Where the report goes when `-o` does not say.
const DIRECTORY: &str = "trulyopen-report";
/// The folder of evidence in it.
const EVIDENCE: &str = "evidence";
/// The report as data, from which it can be recomputed.
pub(super) const AUDIT: &str = "audit.json";
/// The in-toto statement.
const STATEMENT: &str = "statement.intoto.json";

/// How a file is made: from the report as it is, or from one whose strings are harmless.
enum Make {
    Raw(fn(&Report, Style) -> String),
    Harmless(fn(&render::Harmless<'_>) -> String),
}

/// The files that are written.
const FILES: &[(&str, Make)] = &[
    ("NOTICE.txt", Make::Harmless(render::notice::write)),
    (AUDIT, Make::Raw(render::json::render)),
    ("badge.json", Make::Raw(render::badge::render_endpoint)),
    ("badge.svg", Make::Raw(render::badge::render)),
    ("bom.cdx.json", Make::Harmless(render::cyclonedx::write)),
    ("bom.spdx.json", Make::Harmless(render::spdx3::write)),
    ("index.html", Make::Harmless(render::html::write)),
    ("report.csv", Make::Harmless(render::csv::write)),
    ("report.md", Make::Harmless(render::markdown::write)),
];

/// Files do not depend on the terminal.
const PLAIN: Style = Style { width: 100, colour: false, verbosity: 0 };

/// Runs it.
///
/// # Errors
/// A usage or rules error, or a file that cannot be read or written.
pub fn run(args: &ReportArgs, shared: &Shared) -> Result<Exit, Error> {
    let mut rules = Rules::load(shared.rules.as_deref())?;
    if let Some(dir) = &args.verify {
        return verify::run(dir, &rules, shared);
    }
    let around = Surroundings::read();
    let endpoints = around.endpoints(shared.hub.as_deref().filter(|h| session::is_address(h)))?;
    let mut targets = Vec::new();
    for list in &args.from {
        targets.extend(Target::parse_list(&read_list(list)?, &list.display().to_string(), &endpoints)?);
    }
    let project = match project::path(&args.what, !args.from.is_empty()) {
        Some(path) => Some(Project::open(&path, shared, &mut rules)?),
        None => {
            targets.extend(args.what.iter().map(|t| Target::parse(t, &endpoints)).collect::<Result<Vec<_>, _>>()?);
            None
        }
    };
    if let Some(project) = &project {
        let (used, refused) = project.targets(&endpoints);
        targets.extend(used);
        for place in refused {
            note(shared, &format!("not in the report: {place}"));
        }
    }
    if targets.is_empty() && project.is_none() {
        return Err(Error::usage("no model to report on", "name one, give a list with --from FILE, or a project's directory"));
    }
    let known = |name: &String| {
        render::by_name(name).ok_or_else(|| super::no_such_format("report", shared, render::FORMATS.iter().map(|f| f.name)))
    };
    match shared.format.as_ref().map(known).transpose()? {
        Some(format) => {
            let report = audited(&rules, shared, &around, &targets, project.as_ref(), shared.save_evidence.clone())?;
            write_out(shared, &(format.render)(&report, style(shared)))?;
            Ok(exit(&report.models))
        }
        None => {
            if shared.save_evidence.is_some() {
                return Err(Error::usage(
                    "--save-evidence is not for a whole report",
                    format!("the report keeps its evidence in its own directory, under {EVIDENCE}"),
                ));
            }
            let dir = shared.output.clone().unwrap_or_else(|| DIRECTORY.into());
            let same =
                |hub: &String| std::fs::canonicalize(hub).is_ok_and(|h| std::fs::canonicalize(dir.join(EVIDENCE)).is_ok_and(|e| e == h));
            if shared.hub.as_ref().is_some_and(same) {
                return Err(Error::usage(
                    "--hub is the evidence that this report would replace",
                    "write the report into another directory",
                ));
            }
            clear(&dir.join(EVIDENCE))?;
            let report = audited(&rules, shared, &around, &targets, project.as_ref(), Some(dir.join(EVIDENCE)))?;
            for (name, bytes) in files(&report) {
                put(&dir, name, &bytes)?;
            }
            let statement = statement::statement(&report, &digests(&dir)?);
            put(&dir, STATEMENT, statement.as_bytes())?;
            note(shared, &format!("report on {} written to {}", crate::text::count(report.models.len(), "model", "models"), dir.display()));
            Ok(exit(&report.models))
        }
    }
}

/// Audits and puts a report together.
fn audited(
    rules: &Rules,
    shared: &Shared,
    around: &Surroundings,
    targets: &[Target],
    project: Option<&Project>,
    save: Option<PathBuf>,
) -> Result<Report, Error> {
    let access = Access { save, ..shared.access() };
    let fetcher = session::fetcher(&access, around)?;
    let options = Options { strict: shared.strict, ..Options::default() };
    let keep = |snapshot: &Snapshot, audit: &Audit<'_>| (Model::new(snapshot, audit, rules), Traits::of(snapshot, rules));
    let results = session::audit_each(&fetcher, rules, &options, targets, usize::from(shared.jobs), keep)?;
    let mut report = Report::new(rules, results.iter().map(|(m, _)| m.clone()).collect());
    report.strict = shared.strict;
    if let Some(project) = project {
        project.add_to(&mut report, &results, rules)?;
    }
    Ok(report)
}

/// 3 where some evidence could not be had. What a policy does not permit is for `check` to fail on.
fn exit(models: &[Model]) -> Exit {
    if models.iter().all(|m| m.incomplete.is_empty()) { Exit::Done } else { Exit::Incomplete }
}

/// Every file of the report but the statement, one after the other.
pub fn files(report: &Report) -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    let harmless = render::harmless(report);
    FILES.iter().map(move |(name, make)| {
        let text = match make {
            Make::Raw(make) => make(report, PLAIN),
            Make::Harmless(make) => make(&harmless),
        };
        (*name, text.into_bytes())
    })
}

/// Digests of the files in a directory that the statement is about: those of the report, and the list
/// of evidence.
fn digests(dir: &Path) -> Result<Vec<(String, String)>, Error> {
    let manifest = format!("{EVIDENCE}/{MANIFEST}");
    let mut names: Vec<String> = FILES.iter().map(|(name, _)| (*name).to_string()).chain([manifest]).collect();
    names.sort();
    names
        .into_iter()
        .map(|name| Ok((crate::digest::sha256(&read(&dir.join(&name))?), name)))
        .map(|r: Result<_, Error>| r.map(|(d, n)| (n, d)))
        .collect()
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|source| Error::File { action: "read", path: path.display().to_string(), source })
}

fn put(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), Error> {
    let path = dir.join(name);
    write(&path, bytes).map_err(|source| Error::File { action: "write", path: path.display().to_string(), source })
}

/// Removes the evidence of an earlier report: the files that its list names, and nothing else.
fn clear(dir: &Path) -> Result<(), Error> {
    let list = dir.join(MANIFEST);
    let Ok(bytes) = std::fs::read(&list) else { return Ok(()) };
    let manifest = Manifest::parse(&bytes).map_err(|m| Error::wrong(format!("{}: {m}", list.display())))?;
    for path in manifest.entries.keys().filter(|p| crate::net::is_safe_path(p)) {
        match std::fs::remove_file(dir.join(path)) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::File { action: "remove", path: dir.join(path).display().to_string(), source });
            }
            _ => {}
        }
    }
    std::fs::remove_file(&list).map_err(|source| Error::File { action: "remove", path: list.display().to_string(), source })
}
