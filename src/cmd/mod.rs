//! Commands: wiring only. What is printed comes from the renderers; what is decided, from the stages.

pub mod alternatives;
pub mod audit;
pub mod cache;
pub mod census;
pub mod check;
pub mod diff;
pub mod doctor;
pub mod explain;
pub mod init;
pub mod license;
pub mod report;
mod resume;
pub mod scan;
pub mod shell;

use crate::cli::{Cli, Command, Shared, When};
use crate::error::Error;
use crate::exit::Exit;
use crate::render::Style;
use std::io::{IsTerminal, Write};

/// Runs a parsed command line.
///
/// # Errors
/// What stopped the command before it could answer.
pub fn run(cli: Cli) -> Result<Exit, Error> {
    match cli.command {
        Command::Audit(args) => audit::run(&args, &cli.shared),
        Command::Alternatives(args) => alternatives::run(&args, &cli.shared),
        Command::Check(args) => check::run(&args, &cli.shared),
        Command::Scan(args) => scan::run(&args, &cli.shared),
        Command::Init(args) => init::run(&args, &cli.shared),
        Command::Diff(args) => diff::run(&args, &cli.shared),
        Command::Report(args) => report::run(&args, &cli.shared),
        Command::License(args) => text_or_json("license", &cli.shared).and_then(|()| license::run(&args, &cli.shared)),
        Command::Explain(args) => text_or_json("explain", &cli.shared).and_then(|()| explain::run(&args, &cli.shared)),
        Command::Cache { action } => text_or_json("cache", &cli.shared).and_then(|()| cache::run(&action, &cli.shared)),
        Command::Doctor => text_or_json("doctor", &cli.shared).and_then(|()| doctor::run(&cli.shared)),
        Command::Census(args) => census::run(&args, &cli.shared),
        Command::Completions { shell } => shell::completions(shell, &cli.shared),
        Command::Man => shell::man(&cli.shared),
    }
}

/// How output looks on this terminal.
pub fn style(shared: &Shared) -> Style {
    let to_file = shared.output.is_some();
    let terminal = !to_file && std::io::stdout().is_terminal();
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    let colour = match shared.color {
        When::Always => true,
        When::Never => false,
        When::Auto if set("NO_COLOR") => false,
        When::Auto if std::env::var("CLICOLOR_FORCE").is_ok_and(|v| v != "0" && !v.is_empty()) => true,
        When::Auto => {
            terminal && std::env::var("CLICOLOR").map_or(true, |v| v != "0") && std::env::var("TERM").map_or(true, |t| t != "dumb")
        }
    };
    Style { width: width(terminal), colour, verbosity: shared.verbose }
}

/// Columns: of the terminal, or as `COLUMNS` says; 100 where neither is known, and never fewer than the
/// tables need.
fn width(terminal: bool) -> usize {
    let named = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let measured = || terminal.then(terminal_size::terminal_size).flatten().map(|(w, _)| usize::from(w.0));
    named.or_else(measured).unwrap_or(100).clamp(70, 200)
}

/// Writes a result to standard output or the file that `--output` names.
///
/// # Errors
/// Where it cannot be written. A reader that went away is no error.
pub fn write_out(shared: &Shared, text: &str) -> Result<(), Error> {
    if let Some(path) = &shared.output {
        return crate::net::record::write_out(path, text.as_bytes()).map_err(|source| Error::File {
            action: "write",
            path: path.display().to_string(),
            source,
        });
    }
    // What is meant for a runner says so.
    let text = match shared.format.as_deref() {
        Some("github") => std::borrow::Cow::Borrowed(text),
        Some(name) if name.starts_with("json") || name == "sarif" => std::borrow::Cow::Borrowed(text),
        _ => crate::text::without_commands(text),
    };
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Says something on standard error, unless `--quiet`.
pub fn note(shared: &Shared, text: &str) {
    if !shared.quiet {
        let _ = writeln!(std::io::stderr(), "{}", crate::text::without_commands(&crate::text::line(text)));
    }
}

/// A format that another command has.
pub fn no_such_format<'n>(command: &str, shared: &Shared, formats: impl Iterator<Item = &'n str>) -> Error {
    let name = shared.format.as_deref().unwrap_or_default();
    Error::usage(
        format!("`trulyopen {command}` has no format `{}`", crate::text::line(name)),
        format!("it has {}", formats.collect::<Vec<_>>().join(", ")),
    )
}

/// Commands that print text or JSON and nothing else.
fn text_or_json(command: &str, shared: &Shared) -> Result<(), Error> {
    const FORMATS: &[&str] = &["table", "json", "jsonl"];
    match shared.format.as_deref() {
        Some(name) if !FORMATS.contains(&name) => Err(no_such_format(command, shared, FORMATS.iter().copied())),
        _ => Ok(()),
    }
}
