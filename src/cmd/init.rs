//! `trulyopen init`: a commented starter policy.

use super::note;
use crate::cli::{InitArgs, Shared};
use crate::error::Error;
use crate::exit::Exit;
use crate::policy::{FILE, preset};

/// What editors complete and check the policy by.
const SCHEMA: &str = include_str!("../../schemas/trulyopen.toml.schema.json");
const SCHEMA_FILE: &str = "trulyopen.schema.json";

/// Runs it.
///
/// # Errors
/// A policy that is there already, or a place that cannot be written.
pub fn run(args: &InitArgs, shared: &Shared) -> Result<Exit, Error> {
    let preset = preset::by_name(&args.preset).ok_or_else(|| Error::wrong(format!("no preset `{}`", args.preset)))?;
    let path = match &shared.output {
        Some(path) => path.clone(),
        None => args.path.join(FILE),
    };
    if path.exists() && !args.force {
        return Err(Error::usage(format!("{} is there already", path.display()), "--force writes over it"));
    }
    let write = |path: &std::path::Path, text: &str| {
        crate::net::record::write(path, text.as_bytes()).map_err(|source| Error::File {
            action: "write",
            path: path.display().to_string(),
            source,
        })
    };
    if args.schema {
        // Relative to the policy, so that an editor finds it without a network.
        write(&path.with_file_name(SCHEMA_FILE), SCHEMA)?;
        write(&path, &format!("#:schema ./{SCHEMA_FILE}\n{}", preset.text))?;
    } else {
        write(&path, preset.text)?;
    }
    if args.schema {
        note(shared, &format!("wrote {}", path.with_file_name(SCHEMA_FILE).display()));
    }
    note(shared, &format!("wrote {} ({}); now run `trulyopen check`", path.display(), preset.name));
    Ok(Exit::Done)
}
