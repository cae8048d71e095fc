//! Audits models from a program of one's own: `cargo run --example audit_from_program -- HUB TARGET…`, where HUB is an
//! address or a folder of saved evidence. Prints a line a model, and exits with 1 where one has terms that forbid to
//! ship it.

use std::process::ExitCode;
use trulyopen::audit::Options;
use trulyopen::error::Error;
use trulyopen::permits::Permit;
use trulyopen::report::Model;
use trulyopen::rules::Rules;
use trulyopen::session::{self, Access, Surroundings};
use trulyopen::target::Target;

/// Audits some models, as `trulyopen audit --hub HUB` does.
pub fn audit(hub: &str, names: &[String]) -> Result<Vec<Model>, Error> {
    // Rules are read once; `Some(dir)` lays rules of one's own over the built-in ones.
    let rules = Rules::load(None)?;
    // Nothing is read from the environment; `Surroundings::read()` takes tokens and addresses as the command does.
    let around = Surroundings::default();
    let access = Access { hub: Some(hub.to_string()), no_cache: true, ..Access::default() };
    let endpoints = around.endpoints(access.hub.as_deref().filter(|h| session::is_address(h)))?;
    let targets = names.iter().map(|name| Target::parse(name, &endpoints)).collect::<Result<Vec<_>, _>>()?;
    let fetcher = session::fetcher(&access, &around)?;
    // What could not be had is in each model's `incomplete`, and no error.
    Ok(session::audit_all(&fetcher, &rules, &Options::default(), &targets, 4)?.models)
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some((hub, names)) = args.split_first().filter(|(_, names)| !names.is_empty()) else {
        eprintln!("usage: audit_from_program HUB TARGET…");
        return ExitCode::from(2);
    };
    let models = match audit(hub, names) {
        Ok(models) => models,
        Err(e) => {
            eprintln!("error: {e}");
            return ExitCode::from(e.exit().code());
        }
    };
    let mut forbidden = false;
    for model in &models {
        let ship = model.license.permits.as_ref().map_or(Permit::Unknown, |p| p.ship);
        forbidden |= ship == Permit::No;
        println!("{}: {}, may be shipped: {}", model.source.id, model.verdict, ship.slug());
        for reason in model.reasons.iter().take(1) {
            println!("  {}", reason.text);
        }
    }
    ExitCode::from(u8::from(forbidden))
}
