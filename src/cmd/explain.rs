//! `trulyopen explain`.

use super::write_out;
use crate::cli::{ExplainArgs, Shared};
use crate::error::Error;
use crate::exit::Exit;
use crate::explain::{explain, nearest, to_text, topics};
use crate::rules::Rules;
use crate::text::json_safe;

/// Runs it.
///
/// # Errors
/// An id that nothing has, with those that resemble it.
pub fn run(args: &ExplainArgs, shared: &Shared) -> Result<Exit, Error> {
    let rules = Rules::load(shared.rules.as_deref())?;
    let json = shared.format.as_deref().is_some_and(|f| f != "table");
    let (Some(id), false) = (&args.id, args.list) else {
        let text: String = topics(&rules).iter().map(|t| format!("{:<10} {:<44} {}\n", t.kind, t.id, t.title)).collect();
        write_out(shared, &text)?;
        return Ok(Exit::Done);
    };
    let found = explain(&rules, id);
    if found.is_empty() {
        let near = nearest(&rules, id);
        let help = if near.is_empty() {
            "`trulyopen explain --list` lists everything".to_string()
        } else {
            format!("did you mean {}? `trulyopen explain --list` lists everything", near.join(", "))
        };
        return Err(Error::usage(format!("nothing is called `{}`", crate::text::line(id)), help));
    }
    let text = if json {
        let list: Vec<_> = found
            .iter()
            .map(|t| serde_json::json!({"id": t.id, "kind": t.kind, "title": t.title, "parts": t.parts.iter().map(|(h, x)| serde_json::json!({"heading": h, "text": x})).collect::<Vec<_>>(), "source": t.source}))
            .collect();
        format!(
            "{}\n",
            json_safe(&serde_json::to_string_pretty(&serde_json::json!({"schema_version": "1", "topics": list})).unwrap_or_default())
        )
    } else {
        found.iter().map(to_text).collect::<Vec<_>>().join("\n")
    };
    write_out(shared, &text)?;
    Ok(Exit::Done)
}
