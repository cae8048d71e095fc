//! Reports: each format over the fixtures, against the official schemas, and over a hostile record.

mod support;

#[path = "report/bom.rs"]
mod bom;
#[path = "report/command.rs"]
mod command;
#[path = "report/hostile.rs"]
mod hostile;
#[path = "report/schemas.rs"]
mod schemas;
#[path = "report/snapshots.rs"]
mod snapshots;

use std::path::Path;
use std::sync::LazyLock;
use trulyopen::audit::Options;
use trulyopen::hosts::Endpoints;
use trulyopen::render::{self, Style};
use trulyopen::report::{Model, Report};
use trulyopen::rules::Rules;
use trulyopen::session::{Access, Surroundings, audit_all, fetcher};
use trulyopen::target::Target;

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::load(None).expect("the built-in rules load"));

/// Every format that is one document of structured data.
const STYLE: Style = Style { width: 100, colour: false, verbosity: 0 };

/// Audits models of a directory.
fn audited(hub: &Path, ids: &[&str]) -> Vec<Model> {
    let access = Access { hub: Some(hub.to_string_lossy().into_owned()), ..Access::default() };
    let fetcher = fetcher(&access, &Surroundings::default()).expect("the fixtures are there");
    let targets: Vec<Target> = ids.iter().map(|n| Target::parse(n, &Endpoints::default()).expect("a model name")).collect();
    audit_all(&fetcher, &RULES, &Options::default(), &targets, 4).expect("an audit runs").models
}

/// A report on models of `fixtures/hub`, without a time of its own.
fn report(ids: &[&str]) -> Report {
    report_in(&support::fixture_hub(), ids)
}

/// As [`report`], on models of a directory.
fn report_in(hub: &Path, ids: &[&str]) -> Report {
    Report { generated: None, ..Report::new(&RULES, audited(hub, ids)) }
}

/// All models of `fixtures/hub`, on every hub, and one that is not there.
fn everything() -> Report {
    let ids = support::fixture_models();
    let mut ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    ids.push("nobody/no-such-model");
    ids.extend(support::OTHER_HUBS);
    report(&ids)
}

/// A report in a format.
fn rendered(report: &Report, format: &str) -> String {
    let format = render::by_name(format).unwrap_or_else(|| panic!("no format {format}"));
    (format.render)(report, STYLE)
}
