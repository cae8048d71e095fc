//! `trulyopen completions` and `trulyopen man`, generated from the command line itself.

use super::write_out;
use crate::cli::{Cli, Shared};
use crate::error::Error;
use crate::exit::Exit;
use clap::CommandFactory;

/// Shell completions.
///
/// # Errors
/// Where the output cannot be written.
pub fn completions(shell: clap_complete::Shell, shared: &Shared) -> Result<Exit, Error> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "trulyopen", &mut out);
    write_out(shared, &String::from_utf8_lossy(&out))?;
    Ok(Exit::Done)
}

/// The manual page.
///
/// # Errors
/// Where the output cannot be written.
pub fn man(shared: &Shared) -> Result<Exit, Error> {
    let mut out = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut out)?;
    write_out(shared, &String::from_utf8_lossy(&out))?;
    Ok(Exit::Done)
}
