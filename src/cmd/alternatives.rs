//! `trulyopen alternatives MODEL`: audits the model, screens a list by what it says, audits the best of what
//! is left, and shows those whose verdict is proven.

use super::{no_such_format, note, style, write_out};
use crate::alternatives::{self, Candidate, Tally, Wanted};
use crate::audit::Options;
use crate::cli::{AlternativesArgs, Shared};
use crate::error::Error;
use crate::exit::Exit;
use crate::hub::huggingface;
use crate::hub::record::ModelRecord;
use crate::net::directory::read;
use crate::net::{Fetcher, Gap, limits};
use crate::render::alternatives::{Answer, FORMATS, Shown};
use crate::report::Model;
use crate::rules::Rules;
use crate::session::{self, Surroundings};
use crate::target::Target;
use crate::vocabulary::Verdict;
use std::io::{BufReader, Read};
use std::path::Path;

/// Models of a list that are audited at least, and at most.
const AUDITS: usize = 10;
const MOST_AUDITS: usize = 50;
/// Bytes of a file of audits; a census of a whole hub has a few gigabytes.
const MAX_FILE: u64 = 16 << 30;
/// Models of a directory that are listed.
const MAX_DIRECTORY: usize = 100_000;

/// Runs it.
///
/// # Errors
/// A usage or rules error, or a file that is none of audits.
pub fn run(args: &AlternativesArgs, shared: &Shared) -> Result<Exit, Error> {
    let wanted = shared.format.as_deref().unwrap_or("table");
    let format =
        FORMATS.iter().find(|f| f.name == wanted).ok_or_else(|| no_such_format("alternatives", shared, FORMATS.iter().map(|f| f.name)))?;
    let size = match &args.size {
        Some(size) => Some(alternatives::parameters_of_name(size).ok_or_else(|| {
            Error::usage(
                format!("`{}` is no number of parameters", crate::text::line(size)),
                "it is written as in names of models: 7B, 350M, 8x7B",
            )
        })?),
        None => None,
    };
    let rules = Rules::load(shared.rules.as_deref())?;
    let around = Surroundings::read();
    let endpoints = around.endpoints(shared.hub.as_deref().filter(|h| session::is_address(h)))?;
    let target = Target::parse(&args.model, &endpoints)?;
    let fetcher = session::fetcher(&shared.access(), &around)?;
    let run = Run { shared, rules: &rules, options: Options { strict: shared.strict, ..Options::default() }, fetcher: &fetcher };
    let model = run.audit(vec![target])?.pop().ok_or_else(|| Error::wrong("the model was not audited"))?;
    let mut answer = Answer::new(&model, &rules);
    answer.incomplete.extend(model.incomplete.iter().map(|i| (i.what.clone(), i.detail.clone())));
    let at_least = args.at_least.as_deref().and_then(Verdict::from_slug).or_else(|| alternatives::above(model.verdict));
    let own = Candidate::of_model(&model);
    let task = args.task.clone().or(own.task);
    answer.sized_by_name = size.is_none() && model.about.parameters.is_none() && own.parameters.is_some();
    let question = |what: &str, why: &str| (what.to_string(), why.to_string());
    match (at_least, task) {
        (None, _) if model.verdict == Verdict::Unknown => {
            answer.incomplete.push(question(&args.model, "its own verdict is unknown; say with --at-least what is looked for"));
        }
        (None, _) => answer.note = Some(format!("{} is {}: no rung is higher", model.source.id, model.verdict)),
        (Some(_), None) => answer.incomplete.push(question(&args.model, "its record names no task; say with --task what it is for")),
        (Some(at_least), Some(task)) => {
            let wanted = Wanted { id: model.source.id.clone(), task, parameters: size.or(own.parameters), at_least };
            run.choose(args, wanted, &mut answer)?;
        }
    }
    if let Some(text) = &answer.note {
        note(shared, &format!("note: {text}"));
    }
    write_out(shared, &(format.render)(&answer, style(shared)))?;
    let known = answer.note.is_some() || !answer.alternatives.is_empty() || (answer.incomplete.is_empty() && answer.undecided.is_empty());
    Ok(if known { Exit::Done } else { Exit::Incomplete })
}

struct Run<'a> {
    shared: &'a Shared,
    rules: &'a Rules,
    options: Options,
    fetcher: &'a Fetcher,
}

impl Run<'_> {
    fn audit(&self, targets: Vec<Target>) -> Result<Vec<Model>, Error> {
        let jobs = usize::from(self.shared.jobs);
        session::audit_all(self.fetcher, self.rules, &self.options, &targets, jobs).map(|o| o.models)
    }

    /// Fills in what stands higher.
    fn choose(&self, args: &AlternativesArgs, wanted: Wanted, answer: &mut Answer) -> Result<(), Error> {
        let limit = usize::from(args.limit);
        let mut tally = Tally::default();
        let mut left = Vec::new();
        let mut offer = |c: Candidate| {
            if alternatives::screen(&c, &wanted, self.rules, &mut tally) {
                left.push(c);
            }
        };
        match (&args.from, &self.shared.hub) {
            (Some(file), _) => {
                answer.list = format!("the audits in {}", file.display());
                audits(file, &mut offer)?;
            }
            (None, Some(dir)) if !session::is_address(dir) => {
                answer.list = format!("the models in {dir}");
                directory(Path::new(dir), &mut offer);
            }
            (None, _) => {
                answer.list = format!("the hub's {} most downloaded models of the task", limits::LISTED_MODELS);
                let page = huggingface::models_of_task(&self.fetcher.endpoints, &wanted.task);
                let page = block_on(self.fetcher.get(&page))?;
                match page.and_then(|body| alternatives::read_page(&body.bytes).map_err(Gap::Malformed)) {
                    Ok(list) => list.into_iter().for_each(offer),
                    Err(gap) => answer.incomplete.push(("the hub's list".into(), gap.words())),
                }
            }
        }
        if args.from.is_none() {
            alternatives::rank(&mut left, &wanted);
            left.truncate((limit * 2).clamp(AUDITS, MOST_AUDITS));
            answer.audited = Some(left.len());
            let targets = left.iter().filter_map(|c| Target::parse(&format!("hf:{}", c.id), &self.fetcher.endpoints).ok()).collect();
            let listed = left;
            left = self.audit(targets)?.iter().map(Candidate::of_model).collect();
            for c in &mut left {
                // Where a record has no figures, those of the list stand.
                let of_list = listed.iter().find(|l| l.id.eq_ignore_ascii_case(&c.id));
                c.downloads = c.downloads.or(of_list.and_then(|l| l.downloads));
                c.parameters = c.parameters.or(of_list.and_then(|l| l.parameters));
            }
            // What an audit could not settle may stand high enough all the same.
            let (proven, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(|c| c.verdict >= Some(wanted.at_least));
            answer.undecided = rest.into_iter().filter(|c| c.possible >= Some(wanted.at_least)).map(|c| c.id).collect();
            answer.undecided.sort();
            left = proven;
        }
        alternatives::order(&mut left, &wanted);
        left.dedup_by(|a, b| a.id == b.id);
        answer.more = left.len().saturating_sub(limit);
        left.truncate(limit);
        answer.alternatives = left.into_iter().map(|c| Shown::new(&c, &wanted, args.from.is_none())).collect();
        answer.tally = Some(tally);
        answer.wanted = Some(wanted);
        Ok(())
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Error> {
    let runtime = crate::net::runtime()?;
    Ok(runtime.block_on(future))
}

/// The models of a file: one document, an array, or a model a line.
pub(super) fn audits(path: &Path, offer: &mut impl FnMut(Candidate)) -> Result<(), Error> {
    let file = std::fs::File::open(path).map_err(|source| Error::File { action: "read", path: path.display().to_string(), source })?;
    let stream = serde_json::Deserializer::from_reader(BufReader::new(file).take(MAX_FILE)).into_iter::<serde_json::Value>();
    let mut found = 0usize;
    for value in stream {
        let value = value.map_err(|e| Error::wrong(format!("{}:{}: not JSON", path.display(), e.line())))?;
        let many = value.get("models").unwrap_or(&value).as_array();
        for model in many.map_or_else(|| std::slice::from_ref(&value), Vec::as_slice) {
            if let Some(candidate) = Candidate::of_value(model) {
                found += 1;
                offer(candidate);
            }
        }
    }
    if found == 0 {
        return Err(Error::usage(format!("{}: no audits in it", path.display()), "give what `audit --format json` or jsonl wrote"));
    }
    Ok(())
}

/// The models of a directory of evidence.
fn directory(dir: &Path, offer: &mut impl FnMut(Candidate)) {
    let root = dir.join(huggingface::NAME).join("models");
    let names = |path: &Path| -> Vec<std::path::PathBuf> {
        let mut out: Vec<_> = std::fs::read_dir(path).into_iter().flatten().flatten().map(|e| e.path()).collect();
        out.sort();
        out
    };
    for model in names(&root).iter().flat_map(|owner| names(owner)).take(MAX_DIRECTORY) {
        if let Ok(record) = read(&model.join("info.json"), limits::RECORD_BYTES)
            && let Ok(record) = ModelRecord::parse(&record)
        {
            offer(Candidate::of_record(&record));
        }
    }
}
