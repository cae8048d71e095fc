//! `trulyopen scan`: the models that a project refers to.

use super::{style, write_out};
use crate::cli::{ScanArgs, Shared};
use crate::error::Error;
use crate::exit::Exit;
use crate::progress::{Progress, Whole};
use crate::render::scan as render;
use crate::rules::Rules;
use crate::scan::{Options, scan};

/// Runs it. What is found is an inventory and no judgement, so the exit code is 0.
///
/// # Errors
/// A path that is not there, rules that cannot be used, a format that has no inventory.
pub fn run(args: &ScanArgs, shared: &Shared) -> Result<Exit, Error> {
    let format = shared.format.as_deref().unwrap_or("table");
    let Some(render) = render::by_name(format) else {
        return Err(Error::usage(format!("an inventory cannot be written as `{format}`"), "use table, json or jsonl"));
    };
    let rules = Rules::load(shared.rules.as_deref())?;
    let progress = Progress::new(shared.quiet, Whole::Open);
    progress.say("looking through the project".into());
    let found = scan(&args.path, &rules, &Options { ignored: args.no_ignore, ..Options::default() });
    progress.end();
    let found = found?;
    write_out(shared, &render(&found, &rules, style(shared)))?;
    Ok(Exit::Done)
}
