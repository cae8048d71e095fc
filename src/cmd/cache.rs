//! `trulyopen cache`: where answers are kept, what is there, and away with it.

use super::{note, write_out};
use crate::cli::{CacheAction, Shared};
use crate::clock::rfc3339;
use crate::error::Error;
use crate::exit::Exit;
use crate::net::cache::{self, Inventory};
use crate::session::Surroundings;
use crate::text::{count, line};
use serde_json::json;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

/// Runs it.
///
/// # Errors
/// Where nothing is kept on this machine, by its settings.
pub fn run(action: &CacheAction, shared: &Shared) -> Result<Exit, Error> {
    let around = Surroundings::read();
    let budget = around.cache_budget()?;
    let Some(root) = around.cache else {
        return Err(Error::usage("this machine keeps no answers", "TRULYOPEN_CACHE=off says so, or there is no home directory"));
    };
    let json = shared.format.as_deref().is_some_and(|f| f != "table");
    match action {
        CacheAction::Dir => write_out(shared, &format!("{}\n", root.display()))?,
        CacheAction::Show => write_out(shared, &shown(&root, &cache::inventory(&root, false), budget, json))?,
        CacheAction::Verify => {
            let found = cache::inventory(&root, true);
            write_out(shared, &shown(&root, &found, budget, json))?;
            if found.damaged > 0 {
                note(
                    shared,
                    &format!(
                        "note: {} removed; they are fetched again when needed",
                        count(found.damaged, "damaged answer", "damaged answers")
                    ),
                );
            }
        }
        CacheAction::Clean { unused_for } => {
            let removed = cache::clean(&root, unused_for.unwrap_or(Duration::ZERO));
            write_out(shared, &format!("{} removed from {}\n", bytes(removed), line(&root.display().to_string())))?;
        }
    }
    Ok(Exit::Done)
}

fn shown(root: &Path, found: &Inventory, budget: u64, as_json: bool) -> String {
    let time = |at: Option<u64>| at.and_then(rfc3339);
    if as_json {
        let value = json!({
            "schema_version": "1",
            "directory": root.display().to_string(),
            "budget_bytes": budget,
            "bytes": found.bytes,
            "answers": found.answers,
            "absent": found.absent,
            "damaged": found.damaged,
            "oldest": time(found.oldest),
            "newest": time(found.newest),
            "hosts": found.hosts,
        });
        return format!("{value:#}\n");
    }
    let mut out = format!("{}\n", line(&root.display().to_string()));
    let absent = if found.absent == 0 { String::new() } else { format!(", {} of them that there is no such thing", found.absent) };
    let _ = writeln!(out, "  {}{absent}", count(found.answers, "answer", "answers"));
    let _ = writeln!(out, "  {} of at most {}", bytes(found.bytes), bytes(budget));
    if let (Some(oldest), Some(newest)) = (time(found.oldest), time(found.newest)) {
        let _ = writeln!(out, "  given or confirmed by their hosts from {oldest} to {newest}");
    }
    if found.damaged > 0 {
        let _ = writeln!(out, "  {}", count(found.damaged, "damaged answer", "damaged answers"));
    }
    for (host, answers) in &found.hosts {
        let _ = writeln!(out, "  {answers:>7}  {}", line(host));
    }
    out
}

/// A size for people.
fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{} kB", n / 1_000),
        _ => format!("{:.1} MB", n as f64 / 1e6),
    }
}
