//! `trulyopen audit`.

use super::resume::State;
use super::{note, style, write_out};
use crate::audit::{Audit, Options};
use crate::batch::{Job, Pace};
use crate::census::input::{Watch, hub};
use crate::census::metadata;
use crate::census::record::Record;
use crate::cli::{AuditArgs, Shared};
use crate::error::Error;
use crate::exit::Exit;
use crate::hub::local::cache;
use crate::mof::Mode;
use crate::net::{Fetcher, Gap};
use crate::progress::{Progress, Whole};
use crate::report::{Model, Report};
use crate::reviewed::Review;
use crate::rules::{Loading, Rules};
use crate::session::{self, Surroundings};
use crate::snapshot::Snapshot;
use crate::target::{Place, Target};
use crate::vocabulary::Verdict;
use crate::{collect, render};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::mem::ManuallyDrop;
use std::path::Path;

/// Bytes of a list of targets.
const MAX_LIST: u64 = 64 << 20;

/// Runs it.
///
/// # Errors
/// A usage or rules error; what a hub could not answer is in the report instead.
pub fn run(args: &AuditArgs, shared: &Shared) -> Result<Exit, Error> {
    let format = render::by_name(shared.format.as_deref().unwrap_or("table"))
        .ok_or_else(|| super::no_such_format("audit", shared, render::FORMATS.iter().map(|f| f.name)))?;
    // Beside the first requests. A directory answers at once, so there is nothing to be beside.
    let directory = shared.hub.as_deref().is_some_and(|h| !session::is_address(h));
    let loading = (!directory).then(|| Rules::load_beside(shared.rules.as_deref()));
    let around = Surroundings::read();
    let endpoints = around.endpoints(shared.hub.as_deref().filter(|h| session::is_address(h)))?;
    let mut targets = args.targets.iter().map(|t| Target::parse(t, &endpoints)).collect::<Result<Vec<_>, _>>()?;
    for list in &args.from {
        targets.extend(Target::parse_list(&read_list(list)?, &list.display().to_string(), &endpoints)?);
    }
    if let Some(dir) = &args.cache {
        targets.extend(cached(dir.as_deref(), shared)?);
    }
    if targets.is_empty() && args.org.is_empty() && args.cache.is_none() {
        return Err(Error::usage(
            "no model to audit",
            "name one, as in `trulyopen audit deepseek-ai/DeepSeek-R1`, or give a list with --from FILE",
        ));
    }
    if let Some(bad) = args.org.iter().find(|o| o.contains('/') || !crate::ids::is_repo_id(o)) {
        return Err(Error::usage(
            format!("`{}` is no name of an organisation", crate::text::line(bad)),
            "it is the first half of ORG/NAME",
        ));
    }
    let mof = if args.mot_compatible { Mode::Tool } else { Mode::Letter };
    let options = Options { strict: shared.strict, mof, ..Options::default() };
    // What is large the end of the process frees at once: fetcher, runtime, rules, and the report.
    let fetcher = ManuallyDrop::new(session::fetcher(&shared.access(), &around)?);
    let runtime = ManuallyDrop::new(crate::net::runtime()?);
    // No rule is needed for the first requests, so they are on their way while rules are read. What the user may have
    // wrong (rules, a state to resume from) is told before anything is asked for.
    let ahead = targets.get(..targets.len().min(usize::from(shared.jobs)));
    let ahead = ahead.filter(|_| shared.rules.is_none() && args.resume.is_none()).unwrap_or_default();
    runtime.block_on(collect::look_ahead(&fetcher, ahead));
    let rules = ManuallyDrop::new(loading.map_or_else(|| Rules::load(shared.rules.as_deref()), Loading::join)?);
    let mut state = args.resume.as_deref().map(|path| State::open(path, &rules, &options)).transpose()?;
    let mut records: Vec<Option<Vec<u8>>> = vec![None; targets.len()];
    let mut listed = Exit::Done;
    for org in &args.org {
        let watch = Watch { progress: &|_| {}, say: &|text| note(shared, text) };
        match hub::records(&fetcher, org, &watch)? {
            Ok(list) if list.is_empty() => {
                note(shared, &format!("note: {org} has no models on this hub"));
                listed = Exit::Incomplete;
            }
            Ok(list) => {
                let mut models: Vec<(Target, Vec<u8>)> = list.into_iter().filter_map(of_list).collect();
                models.sort_by(|a, b| a.0.given.cmp(&b.0.given));
                models.dedup_by(|a, b| a.0.given == b.0.given);
                for (target, record) in models {
                    targets.push(target);
                    records.push(Some(record));
                }
            }
            Err(gap) => {
                note(shared, &format!("note: the models of {org} could not be listed: {}", gap.words()));
                listed = Exit::Incomplete;
            }
        }
    }
    let jobs: Vec<Job<'_>> = targets.iter().zip(&records).map(|(target, record)| Job { target, record: record.as_deref() }).collect();
    let mut out = Output::new(args, shared, format, &fetcher, jobs.len())?;
    let run = Run { runtime: &runtime, fetcher: &fetcher, rules: &rules, options: &options, jobs: &jobs, shared };
    let Ran { whole, unreachable, by_record, similar } = match run.go(&mut state, &mut out) {
        // A reader that went away is no error.
        Err(Error::Output(e)) if e.kind() == std::io::ErrorKind::BrokenPipe => return Ok(Exit::Done),
        other => other?,
    };
    if !whole {
        let (done, path) = (state.as_ref().map_or(0, State::len), args.resume.as_deref().unwrap_or(Path::new("")));
        note(shared, &format!("note: stopped, {done} audits are done; --resume {} goes on from there", path.display()));
        out.finish()?;
        return Ok(Exit::Incomplete);
    }
    if unreachable && args.org.is_empty() && may_show_sample(args, shared, &around) {
        note(shared, "note: no hub could be reached; this is the sample evidence built into trulyopen, not the hub's answer of today");
        let mut sample = session::sample_fetcher();
        sample.reviews.clone_from(&fetcher.reviews);
        let outcome = session::audit_all(&sample, &rules, &options, &targets, usize::from(shared.jobs))?;
        out.restart(outcome.models)?;
    }
    for (given, names) in &similar {
        note(shared, &format!("help: {given} is not known; models of a similar name: {}", names.join(", ")));
    }
    if by_record > 0 {
        let of = crate::text::count(by_record, "model was", "models were");
        note(
            shared,
            &format!("note: {of} decided by the record alone, so that card and texts were not read; by name they are audited in full"),
        );
    }
    for (review, _) in fetcher.reviews.iter().zip(&out.used).filter(|(_, used)| !**used) {
        note(shared, &format!("note: {} is about none of these models ({}), so it was not used", review.file, review.subject()));
    }
    let exit = out.exit.and(listed);
    match out.finish()? {
        Some(models) => {
            let report = Report { strict: shared.strict, inventory: args.cache.is_some(), ..Report::new(&rules, models) };
            let report = ManuallyDrop::new(report);
            write_out(shared, &(format.render)(&report, style(shared)))?;
            Ok(exit)
        }
        None => Ok(exit),
    }
}

/// A record of a list, with the target that it is of.
fn of_list(record: Vec<u8>) -> Option<(Target, Vec<u8>)> {
    let id = Record::parse(&record).ok()?.id.to_string();
    let place = Place::Hub { hub: crate::hub::default().name(), id: id.clone(), revision: None };
    Some((Target { given: id, place }, record))
}

/// Everything that a run over the jobs needs.
struct Run<'a> {
    runtime: &'a tokio::runtime::Runtime,
    fetcher: &'a Fetcher,
    rules: &'a Rules,
    options: &'a Options,
    jobs: &'a [Job<'a>],
    shared: &'a Shared,
}

/// What a run came to.
struct Ran {
    /// It was not stopped.
    whole: bool,
    /// Nothing at all could be fetched, since no host could be reached.
    unreachable: bool,
    /// Models that their records alone decided.
    by_record: usize,
    /// Targets that are not there, and models of similar names.
    similar: Vec<(String, Vec<String>)>,
}

impl Run<'_> {
    /// Audits what is not done yet, and passes everything on in order.
    fn go(&self, state: &mut Option<State>, out: &mut Output<'_>) -> Result<Ran, Error> {
        let is_done = |state: &Option<State>, job: &Job<'_>| state.as_ref().is_some_and(|s| s.has(&job.target.given));
        let left: Vec<(usize, Job<'_>)> = self.jobs.iter().copied().enumerate().filter(|(_, j)| !is_done(state, j)).collect();
        let list: Vec<Job<'_>> = left.iter().map(|(_, j)| *j).collect();
        let progress = Progress::new(self.shared.quiet || list.len() < 3, Whole::Models(list.len() as u64));
        let interruptible = state.is_some();
        let state = RefCell::new(state.as_mut());
        let verdicts = RefCell::new(BTreeMap::<Verdict, usize>::new());
        let (unreachable, by_record) = (Cell::new(0), Cell::new(0));
        let similar = RefCell::new(BTreeMap::new());
        let keep = |n: usize, snapshot: &Snapshot, audit: &Audit<'_>| -> Result<Model, Error> {
            let model = Model::new(snapshot, audit, self.rules);
            unreachable.set(unreachable.get() + usize::from(matches!(snapshot.record, Err(Gap::Unreachable(_)))));
            by_record.set(by_record.get() + usize::from(snapshot.card.as_ref().is_err_and(metadata::is_record_alone)));
            if !snapshot.similar.is_empty() {
                similar.borrow_mut().insert(n, (snapshot.target.given.clone(), snapshot.similar.clone()));
            }
            *verdicts.borrow_mut().entry(model.verdict).or_default() += 1;
            progress.say(verdicts.borrow().iter().rev().map(|(v, n)| format!("{n} {v}")).collect::<Vec<_>>().join(", "));
            progress.add(1);
            if let (Some(state), Some(job)) = (state.borrow_mut().as_mut(), list.get(n)) {
                state.add(&job.target.given, &model)?;
            }
            Ok(model)
        };
        // What was done before stands between what is done now.
        let (mut next, mut positions) = (0, left.iter().map(|(at, _)| *at));
        let catch_up = |to: usize, next: &mut usize, out: &mut Output<'_>| -> Result<(), Error> {
            while *next < to {
                let model = match (state.borrow_mut().as_mut(), self.jobs.get(*next)) {
                    (Some(state), Some(job)) => state.get(&job.target.given)?,
                    _ => None,
                };
                model.map_or(Ok(()), |m| out.add(m))?;
                *next += 1;
            }
            Ok(())
        };
        let pace = Pace { runtime: self.runtime, jobs: usize::from(self.shared.jobs), interruptible };
        let whole = crate::batch::run(self.fetcher, self.rules, self.options, &list, pace, keep, |model| {
            let at = positions.next().unwrap_or(self.jobs.len());
            catch_up(at, &mut next, out)?;
            next = at + 1;
            out.add(model?)
        });
        progress.end();
        if let Some(state) = state.borrow_mut().as_mut() {
            state.sync()?;
        }
        let whole = whole?;
        if whole {
            catch_up(self.jobs.len(), &mut next, out)?;
        }
        let unreachable = !list.is_empty() && unreachable.get() == self.jobs.len();
        let similar = similar.take().into_values().collect();
        Ok(Ran { whole, unreachable, by_record: by_record.get(), similar })
    }
}

/// Where audits go: into a report, or out at once where the format is a line for each and there are many.
struct Output<'a> {
    args: &'a AuditArgs,
    fetcher: &'a Fetcher,
    lines: Option<Box<dyn Write>>,
    models: Vec<Model>,
    exit: Exit,
    /// Which reviews were about one of the models.
    used: Vec<bool>,
}

/// Lists longer than this are written out as they are audited.
const MANY: usize = 64;

impl<'a> Output<'a> {
    fn new(args: &'a AuditArgs, shared: &Shared, format: &render::Format, fetcher: &'a Fetcher, jobs: usize) -> Result<Output<'a>, Error> {
        let at_once = format.name == "jsonl" && (jobs > MANY || args.resume.is_some());
        let lines: Option<Box<dyn Write>> = match (&shared.output, at_once) {
            (_, false) => None,
            (None, true) => Some(Box::new(std::io::stdout())),
            (Some(path), true) => {
                let file = std::fs::File::create(path);
                Some(Box::new(file.map_err(|source| Error::File { action: "write", path: path.display().to_string(), source })?))
            }
        };
        Ok(Output { args, fetcher, lines, models: Vec::new(), exit: Exit::Done, used: vec![false; fetcher.reviews.len()] })
    }

    fn add(&mut self, model: Model) -> Result<(), Error> {
        self.exit = self.exit.and(exit(std::slice::from_ref(&model), self.args));
        for (used, review) in self.used.iter_mut().zip(&self.fetcher.reviews) {
            *used |= is_used(review, &model);
        }
        match &mut self.lines {
            Some(out) => Ok(out.write_all(render::json::line(&model).as_bytes())?),
            None => {
                self.models.push(model);
                Ok(())
            }
        }
    }

    /// Begins anew with other audits.
    fn restart(&mut self, models: Vec<Model>) -> Result<(), Error> {
        self.models.clear();
        self.exit = Exit::Done;
        models.into_iter().try_for_each(|m| self.add(m))
    }

    /// What is left to be rendered; `None` where all of it is out.
    fn finish(self) -> Result<Option<Vec<Model>>, Error> {
        match self.lines {
            Some(mut out) => Ok(out.flush().map(|()| None)?),
            None => Ok(Some(self.models)),
        }
    }
}

/// Every model in a cache, or in all that are usual on a machine.
fn cached(dir: Option<&Path>, shared: &Shared) -> Result<Vec<Target>, Error> {
    let dirs = match dir {
        Some(dir) if !dir.is_dir() => {
            let message = format!("`{}` is no directory", crate::text::line(&dir.display().to_string()));
            return Err(Error::usage(
                message,
                "--cache takes the cache of a hub client, Ollama's store, or a folder of OWNER/NAME folders",
            ));
        }
        Some(dir) => vec![dir.to_path_buf()],
        None => cache::usual(),
    };
    let mut out = Vec::new();
    for dir in &dirs {
        let listed = cache::list(dir).map_err(|source| Error::File { action: "list", path: dir.display().to_string(), source })?;
        out.extend(listed.into_iter().map(|(given, entry)| Target { given, place: Place::Cached(entry) }));
    }
    if out.is_empty() {
        let seen = dirs.iter().map(|d| d.display().to_string()).collect::<Vec<_>>();
        let place = if seen.is_empty() { "no cache is on this machine".to_string() } else { format!("no model is in {}", seen.join(", ")) };
        note(shared, &format!("note: {place}"));
    }
    Ok(out)
}

/// Whether a review is about an audited model or one that it is made from.
fn is_used(review: &Review, model: &Model) -> bool {
    review.is_about(&model.source.id) || model.lineage.iter().any(|a| review.is_about(&a.id))
}

/// The built-in sample stands in for the public hub only, and never where a decision hangs on it.
fn may_show_sample(args: &AuditArgs, shared: &Shared, around: &Surroundings) -> bool {
    shared.hub.is_none()
        && args.cache.is_none()
        && around.hub.endpoint.is_none()
        && !shared.offline
        && args.fail_under.is_none()
        && shared.save_evidence.is_none()
}

fn exit(models: &[Model], args: &AuditArgs) -> Exit {
    let least = args.fail_under.as_deref().and_then(Verdict::from_slug);
    models.iter().fold(Exit::Done, |exit, m| {
        let violated = least.is_some_and(|least| m.verdict < least);
        let exit = exit.and(if violated { Exit::Violated } else { Exit::Done });
        exit.and(if m.incomplete.is_empty() { Exit::Done } else { Exit::Incomplete })
    })
}

pub(super) fn read_list(path: &Path) -> Result<String, Error> {
    let fail = |source| Error::File { action: "read targets from", path: path.display().to_string(), source };
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().lock().take(MAX_LIST + 1).read_to_end(&mut bytes).map_err(fail)?;
    } else {
        std::fs::File::open(path).map_err(fail)?.take(MAX_LIST + 1).read_to_end(&mut bytes).map_err(fail)?;
    }
    if bytes.len() as u64 > MAX_LIST {
        return Err(Error::wrong(format!("{}: a list of more than 64 MiB", path.display())));
    }
    String::from_utf8(bytes).map_err(|_| Error::wrong(format!("{}: not UTF-8", path.display())))
}
