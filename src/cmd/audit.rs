//! `trulyopen audit`.

use super::{note, style, write_out};
use crate::audit::Options;
use crate::cli::{AuditArgs, Shared};
use crate::error::Error;
use crate::exit::Exit;
use crate::framework::mof::Mode;
use crate::hub::local::cache;
use crate::render;
use crate::report::{Model, Report};
use crate::reviewed::Review;
use crate::rules::Rules;
use crate::session::{self, Surroundings};
use crate::target::{Place, Target};
use crate::vocabulary::Verdict;
use std::io::Read;
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
    // Thousands of small strings that the end of the process frees at once.
    let rules = ManuallyDrop::new(Rules::load(shared.rules.as_deref())?);
    let around = Surroundings::read();
    let endpoints = around.endpoints(shared.hub.as_deref().filter(|h| session::is_address(h)))?;
    let mut targets = args.targets.iter().map(|t| Target::parse(t, &endpoints)).collect::<Result<Vec<_>, _>>()?;
    for list in &args.from {
        targets.extend(Target::parse_list(&read_list(list)?, &list.display().to_string(), &endpoints)?);
    }
    if let Some(dir) = &args.cache {
        targets.extend(cached(dir.as_deref(), shared)?);
    }
    if targets.is_empty() && args.cache.is_none() {
        return Err(Error::usage(
            "no model to audit",
            "name one, as in `trulyopen audit deepseek-ai/DeepSeek-R1`, or give a list with --from FILE",
        ));
    }
    let mof = if args.mot_compatible { Mode::Tool } else { Mode::Letter };
    let options = Options { strict: shared.strict, mof };
    let fetcher = session::fetcher(&shared.access(), &around)?;
    let mut outcome = session::audit_all(&fetcher, &rules, &options, &targets, usize::from(shared.jobs))?;
    if outcome.unreachable && may_show_sample(args, shared, &around) {
        note(shared, "note: no hub could be reached; this is the sample evidence built into trulyopen, not the hub's answer of today");
        let mut sample = session::sample_fetcher();
        sample.reviews.clone_from(&fetcher.reviews);
        outcome = session::audit_all(&sample, &rules, &options, &targets, usize::from(shared.jobs))?;
    }
    for (given, names) in &outcome.similar {
        note(shared, &format!("help: {given} is not known; models of a similar name: {}", names.join(", ")));
    }
    for review in fetcher.reviews.iter().filter(|r| !outcome.models.iter().any(|m| is_used(r, m))) {
        note(shared, &format!("note: {} is about none of these models ({}), so it was not used", review.file, review.subject()));
    }
    let exit = exit(&outcome.models, args);
    let report = Report { strict: shared.strict, inventory: args.cache.is_some(), ..Report::new(&rules, outcome.models) };
    write_out(shared, &(format.render)(&report, style(shared)))?;
    Ok(exit)
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
