//! `trulyopen check`: finds the models of a project, audits them, and holds them against the policy.

mod before;
pub(super) mod project;
mod report;
mod suggest;

use super::{note, style, write_out};
use crate::audit::Options;
use crate::cli::{CheckArgs, Shared};
use crate::error::Error;
use crate::exit::Exit;
use crate::gate::lock::Lock;
use crate::gate::subject::{self, Key, Subject, Traits};
use crate::gate::{self, Input, Locked, Outcome, Use, baseline};
use crate::hosts::Endpoints;
use crate::net::Fetcher;
use crate::policy::{Policy, read};
use crate::progress::{Progress, Whole};
use crate::render::check::{CheckReport, FORMATS, by_name, github};
use crate::report::{Dataset, Model};
use crate::rules::Rules;
use crate::scan::{self, Role, Scan};
use crate::session::{self, Surroundings};
use before::Before;
use jiff::civil::Date;
use project::Project;
use report::Checked;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;

/// Runs it.
///
/// # Errors
/// A usage, rules, policy, lock or baseline error; everything else is in the result.
pub fn run(args: &CheckArgs, shared: &Shared) -> Result<Exit, Error> {
    // Everything that can be a mistake of the user's is looked at before anything is fetched.
    let format = match shared.format.as_deref() {
        None => FORMATS.first(),
        Some(name) => by_name(name),
    };
    let format = format.ok_or_else(|| super::no_such_format("check", shared, FORMATS.iter().map(|f| f.name)))?;
    let mut rules = Rules::load(shared.rules.as_deref())?;
    let project = Project::open(args, shared, &rules)?;
    for c in &project.policy.clarifications {
        rules.clarified.insert(c.digest.clone(), c.license.clone());
    }
    let today = crate::clock::today()?;
    let environment = project.policy.in_environment(args.profile.as_deref().filter(|p| !p.is_empty()))?;
    let around = Surroundings::read();
    let reading = Reading { shared, around: &around, opened: OnceCell::new() };
    let endpoints = around.endpoints(shared.hub.as_deref().filter(|h| session::is_address(h)))?;
    let included = included(&project.policy, &endpoints)?;
    let old = old_lock(&project, args, shared)?;
    let before = match &args.baseline {
        Some(b) => Some(Before::open(b, &args.path)?),
        None => None,
    };

    let searching = Progress::new(shared.quiet, Whole::Open);
    searching.say("looking through the project".into());
    let scan = scan::scan(&args.path, &rules, &scan::Options::default());
    searching.end();
    let scan = scan?;
    let mut uses = project.uses(&scan);
    uses.extend(included);
    let here = shared.hub.as_deref().is_some_and(|h| !session::is_address(h));
    let offline = (shared.offline || around.hub.offline) && !here;
    let locked = match &old {
        Some(lock) if args.locked && offline => Locked::Only(lock),
        Some(lock) if args.locked => Locked::Compare(lock),
        _ => Locked::No,
    };
    let subjects = match locked {
        Locked::Only(lock) => from_lock(&uses, lock),
        _ => audit(&uses, &rules, &reading, &endpoints)?,
    };
    let datasets = match locked {
        // The lock knows models only.
        Locked::Only(_) => BTreeMap::new(),
        _ => datasets(&scan, &rules, &reading)?,
    };
    let others = match &args.suggest_from {
        Some(from) => suggest::others(from, &subjects, &rules, &reading)?,
        None => BTreeMap::new(),
    };
    let skipped = project.skipped(&scan);
    let whole = project.root == project.dir;
    let input = Input {
        policy: &project.policy,
        environment: &environment,
        uses: &uses,
        skipped: &skipped,
        subjects: &subjects,
        others: &others,
        locked,
        rules: &rules,
        today,
        whole,
    };
    let mut outcome = gate::evaluate(&input);
    let mut known = 0;
    if let Some(before) = &before {
        known = baseline::subtract(&mut outcome.violations, &before.fingerprints(&project, &input, &rules)?);
    }
    if args.update_lock {
        update_lock(&project, &outcome, &subjects, old.as_ref(), today, whole, shared)?;
    }
    let exit = outcome.exit();
    let report = report::report(&project, args, &input, Checked { outcome, scan: &scan, datasets: &datasets, known, exit });
    write_out(shared, &(format.render)(&report, style(shared)))?;
    if format.name == "github" {
        append_summary(&report)?;
    }
    Ok(exit)
}

/// Where evidence comes from in this run, opened when it is first needed.
struct Reading<'a> {
    shared: &'a Shared,
    around: &'a Surroundings,
    opened: OnceCell<Fetcher>,
}

impl Reading<'_> {
    fn fetcher(&self) -> Result<&Fetcher, Error> {
        match self.opened.get() {
            Some(fetcher) => Ok(fetcher),
            None => {
                let fetcher = session::fetcher(&self.shared.access(), self.around)?;
                Ok(self.opened.get_or_init(|| fetcher))
            }
        }
    }
}

/// What `models.include` names, at its place in the policy.
fn included(policy: &Policy, endpoints: &Endpoints) -> Result<Vec<Use>, Error> {
    let mut uses = Vec::new();
    let mut problems = Vec::new();
    for at in &policy.include {
        let (name, revision) = at.value.split_once('@').map_or((at.value.as_str(), None), |(n, r)| (n, Some(r)));
        if let Err(why) = subject::target_of(name, revision, endpoints) {
            problems.push(read::Problem { span: at.span.clone(), message: why, help: None });
            continue;
        }
        uses.push(Use {
            place: gate::place_in_policy(policy, &at.span),
            target: Some(name.to_string()),
            revision: revision.map(str::to_string),
            pinned: revision.is_some_and(|r| r.len() == 40 && r.bytes().all(|b| b.is_ascii_hexdigit())),
            hosted: false,
            role: Role::Config,
            via: "`models.include`".into(),
            unresolved: None,
        });
    }
    if problems.is_empty() {
        Ok(uses)
    } else {
        Err(read::error(&policy.file, &policy.text, problems, "include names models as `trulyopen audit` takes them"))
    }
}

/// The lock that is there. One that cannot be trusted stops `--locked`; it can be written anew.
fn old_lock(project: &Project, args: &CheckArgs, shared: &Shared) -> Result<Option<Lock>, Error> {
    if !args.locked && !args.update_lock {
        return Ok(None);
    }
    let shown = project.lock_shown();
    match Lock::load(&project.lock_path(), &shown) {
        Ok(None) if args.locked => {
            Err(Error::usage(format!("there is no {shown}, so nothing is locked"), "`trulyopen check --update-lock` writes it"))
        }
        Err(e) if args.update_lock => {
            note(shared, &format!("note: the old lock is not kept: {e}"));
            Ok(None)
        }
        other => other,
    }
}

/// One subject a model and revision, from the lock alone.
fn from_lock(uses: &[Use], lock: &Lock) -> BTreeMap<Key, Subject> {
    let mut out = BTreeMap::new();
    for one in uses {
        let (Some(target), Some(key)) = (&one.target, one.key()) else { continue };
        if let Some(entry) = lock.get(&key) {
            // What is behind an API is so by the rules, whatever the lock says.
            let found = if one.hosted { Subject::hosted(target) } else { Subject { target: target.clone(), ..entry.subject.clone() } };
            out.insert(key, found);
        }
    }
    out
}

/// One subject a model and revision, audited now.
fn audit(uses: &[Use], rules: &Rules, reading: &Reading<'_>, endpoints: &Endpoints) -> Result<BTreeMap<Key, Subject>, Error> {
    let mut out: BTreeMap<Key, Subject> = BTreeMap::new();
    let mut wanted: BTreeMap<Key, (&Use, crate::target::Target)> = BTreeMap::new();
    for one in uses {
        let (Some(name), Some(key)) = (&one.target, one.key()) else { continue };
        if out.contains_key(&key) || wanted.contains_key(&key) {
            continue;
        }
        if one.hosted {
            out.insert(key, Subject::hosted(name));
            continue;
        }
        match subject::target_of(name, one.revision.as_deref(), endpoints) {
            Ok(target) => {
                wanted.insert(key, (one, target));
            }
            Err(why) => {
                out.insert(key, Subject::refused(name, one.revision.as_deref(), &why));
            }
        }
    }
    if wanted.is_empty() {
        return Ok(out);
    }
    let shared = reading.shared;
    let targets: Vec<_> = wanted.values().map(|(_, t)| t.clone()).collect();
    let options = Options { strict: shared.strict, ..Options::default() };
    let progress = Progress::new(shared.quiet, Whole::Models(targets.len() as u64));
    let keep = |snapshot: &crate::snapshot::Snapshot, audit: &crate::audit::Audit<'_>| {
        progress.add(1);
        (Model::new(snapshot, audit, rules), Traits::of(snapshot, rules))
    };
    let results = session::audit_each(reading.fetcher()?, rules, &options, &targets, usize::from(shared.jobs), keep);
    progress.end();
    let results = results?;
    for ((key, (one, _)), (model, traits)) in wanted.into_iter().zip(results) {
        let name = one.target.as_deref().unwrap_or_default();
        out.insert(key, Subject::audited(name, one.revision.as_deref(), &model, traits));
    }
    Ok(out)
}

/// The datasets that the project loads, as the hub has them.
fn datasets(scan: &Scan, rules: &Rules, reading: &Reading<'_>) -> Result<BTreeMap<String, Dataset>, Error> {
    let named = scan.references.iter().filter(|r| r.kind == scan::Kind::Dataset).filter_map(|r| r.target.clone());
    let ids: BTreeSet<String> = named.filter(|id| crate::ids::is_repo_id(id)).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<String> = ids.into_iter().collect();
    let found = session::datasets(reading.fetcher()?, &ids, usize::from(reading.shared.jobs))?;
    Ok(ids.into_iter().zip(found.iter().map(|d| Dataset::new(d, rules))).collect())
}

/// Writes the lock: what is used and known, and nothing of what is not.
fn update_lock(
    project: &Project,
    outcome: &Outcome,
    subjects: &BTreeMap<Key, Subject>,
    old: Option<&Lock>,
    today: Date,
    whole: bool,
    shared: &Shared,
) -> Result<(), Error> {
    let used = subjects.iter().filter(|(key, _)| outcome.judged.contains(*key));
    let (known, missing): (Vec<_>, Vec<_>) = used.partition(|(_, s)| !s.is_missing());
    let mut new = Lock::of(&project.lock_shown(), known.into_iter().map(|(_, s)| s.clone()), old, &today.to_string());
    for (key, subject) in missing {
        note(shared, &format!("note: {} is not locked anew, since it could not be audited", subject.target));
        if let Some(entry) = old.and_then(|o| o.get(key)) {
            new.keep(entry);
        }
    }
    if !whole {
        // Only a part of the project was looked at.
        old.into_iter().flat_map(Lock::entries).for_each(|e| new.keep(e));
    }
    new.save(&project.lock_path())
}

/// The job summary of a workflow, where one runs.
fn append_summary(report: &CheckReport) -> Result<(), Error> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|p| !p.is_empty()) else { return Ok(()) };
    let path = PathBuf::from(path);
    let write = || -> std::io::Result<()> {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(&path)?;
        file.write_all(github::summary(report).as_bytes())
    };
    write().map_err(|source| Error::File { action: "write the job summary to", path: path.display().to_string(), source })
}
