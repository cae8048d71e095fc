//! `trulyopen report --verify DIR`: recomputes the report from its evidence and says whether what
//! stands there follows from it.

use super::{AUDIT, EVIDENCE, STATEMENT, digests, files, read, statement};
use crate::audit::Options;
use crate::cli::Shared;
use crate::cmd::write_out;
use crate::error::Error;
use crate::exit::Exit;
use crate::net::record::{MANIFEST, Manifest};
use crate::report::Report;
use crate::rules::Rules;
use crate::session::{self, Access, Surroundings};
use crate::target::Target;
use crate::text::{count, line};
use std::collections::BTreeSet;
use std::path::Path;

/// Bytes of a saved report that are read.
const MAX_REPORT: u64 = 512 << 20;

/// Checks a directory. Exit code 1 where the report does not follow from its evidence.
///
/// # Errors
/// Where it is no report at all.
pub fn run(dir: &Path, rules: &Rules, shared: &Shared) -> Result<Exit, Error> {
    let saved = load(&dir.join(AUDIT))?;
    let mut wrong = Vec::new();
    let entries = evidence(dir, &mut wrong)?;
    let digest = format!("sha256:{}", rules.digest);
    if saved.tool.rules_digest != digest {
        wrong.push(format!("it was made by other rules ({}; these are {digest})", saved.tool.rules_digest));
    }
    if saved.tool.version != env!("CARGO_PKG_VERSION") {
        wrong.push(format!("it was made by trulyopen {}; this is {}", saved.tool.version, env!("CARGO_PKG_VERSION")));
    }
    if wrong.is_empty() {
        let again = recomputed(dir, &saved, rules, usize::from(shared.jobs))?;
        compare(dir, &saved, &again, &mut wrong)?;
    }
    let mut out = String::new();
    for what in &wrong {
        out.push_str(&format!("does not hold: {}\n", line(what)));
    }
    let models = count(saved.models.len(), "model", "models");
    out.push_str(&if wrong.is_empty() {
        format!("verified: the report on {models} follows from its evidence ({})\n", count(entries, "answer", "answers"))
    } else {
        format!("not verified: {}\n", count(wrong.len(), "difference", "differences"))
    });
    write_out(shared, &out)?;
    Ok(if wrong.is_empty() { Exit::Done } else { Exit::Violated })
}

fn load(path: &Path) -> Result<Report, Error> {
    let size = std::fs::metadata(path).map_err(|source| Error::File { action: "read", path: path.display().to_string(), source })?.len();
    if size > MAX_REPORT {
        return Err(Error::wrong(format!("{}: more than {} MiB", path.display(), MAX_REPORT >> 20)));
    }
    Report::parse(&read(path)?).map_err(|m| Error::wrong(format!("{}: {m}", path.display())))
}

/// Checks the list of evidence against the files; returns how many answers there are.
fn evidence(dir: &Path, wrong: &mut Vec<String>) -> Result<usize, Error> {
    let dir = dir.join(EVIDENCE);
    let list = dir.join(MANIFEST);
    let manifest = Manifest::parse(&read(&list)?).map_err(|m| Error::wrong(format!("{}: {m}", list.display())))?;
    for (path, entry) in &manifest.entries {
        let Some(digest) = &entry.sha256 else { continue };
        if !crate::net::is_safe_path(path) {
            wrong.push(format!("{EVIDENCE}/{path} is no name for a file of evidence"));
            continue;
        }
        match std::fs::read(dir.join(path)) {
            Ok(bytes) if crate::digest::sha256(&bytes) == *digest => {}
            Ok(_) => wrong.push(format!("{EVIDENCE}/{path} is not what the list of evidence says")),
            Err(_) => wrong.push(format!("{EVIDENCE}/{path} is missing")),
        }
    }
    let known: BTreeSet<String> = manifest.entries.iter().filter(|(_, e)| e.sha256.is_some()).map(|(p, _)| p.clone()).collect();
    let mut stray = Vec::new();
    walk(&dir, &dir, 0, &mut stray);
    stray.sort();
    for path in stray.into_iter().filter(|p| p != MANIFEST && !known.contains(p)) {
        wrong.push(format!("{EVIDENCE}/{path} is in no list of evidence"));
    }
    Ok(manifest.entries.len())
}

fn walk(root: &Path, dir: &Path, depth: usize, out: &mut Vec<String>) {
    if depth > 32 {
        return;
    }
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(root, &path, depth + 1, out);
        } else {
            out.push(path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/"));
        }
    }
}

/// The same audit again, from the saved evidence alone.
fn recomputed(dir: &Path, saved: &Report, rules: &Rules, jobs: usize) -> Result<Report, Error> {
    let access = Access { hub: Some(dir.join(EVIDENCE).to_string_lossy().into_owned()), offline: true, ..Access::default() };
    let fetcher = session::fetcher(&access, &Surroundings::default())?;
    let targets = saved.models.iter().map(|m| Target::parse(&m.target, &fetcher.endpoints)).collect::<Result<Vec<_>, _>>()?;
    let outcome = session::audit_all(&fetcher, rules, &Options { strict: saved.strict, ..Options::default() }, &targets, jobs)?;
    let mut report = Report::new(rules, outcome.models);
    // What the evidence of a hub cannot say: when the report was made, and of what project.
    report.generated.clone_from(&saved.generated);
    report.strict = saved.strict;
    report.subject.clone_from(&saved.subject);
    report.policy.clone_from(&saved.policy);
    for (model, was) in report.models.iter_mut().zip(&saved.models) {
        model.used_in.clone_from(&was.used_in);
    }
    Ok(report)
}

fn compare(dir: &Path, saved: &Report, again: &Report, wrong: &mut Vec<String>) -> Result<(), Error> {
    for (was, is) in saved.models.iter().zip(&again.models) {
        if was.verdict != is.verdict {
            wrong.push(format!("{}: the report says {}, the evidence says {}", was.target, was.verdict, is.verdict));
        }
    }
    for (name, bytes) in files(again) {
        if read(&dir.join(name)).ok().as_deref() != Some(bytes.as_slice()) {
            wrong.push(format!("{name} is not what the evidence gives"));
        }
    }
    if wrong.is_empty() && read(&dir.join(STATEMENT)).ok().as_deref() != Some(statement::statement(again, &digests(dir)?).as_bytes()) {
        wrong.push(format!("{STATEMENT} is not about these files"));
    }
    Ok(())
}
