//! The command: parses, runs, and turns an error into its exit code.

#![forbid(unsafe_code)]
#![deny(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice, clippy::unwrap_used)]

use clap::Parser;
use std::io::Write;
use std::process::ExitCode;
use trulyopen::cli::Cli;
use trulyopen::text;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match trulyopen::cmd::run(cli) {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(e) => {
            let mut err = std::io::stderr().lock();
            // An error may show what a stranger wrote.
            let mut said = format!("error: {e}");
            if let Some(help) = e.help() {
                said.push_str(&format!("\nhelp: {help}"));
            }
            let _ = writeln!(err, "{}", text::without_commands(&text::block(&said)));
            ExitCode::from(e.exit().code())
        }
    }
}
