//! `trulyopen license`: a text identified, or an id looked up.

use super::write_out;
use crate::cli::{LicenseArgs, Shared};
use crate::error::Error;
use crate::exit::Exit;
use crate::explain::{explain, nearest, to_text};
use crate::license;
use crate::license::text::{Identified, Identity, digest_of, identify};
use crate::rules::Rules;
use crate::rules::licenses::{CapKind, Known};
use crate::text::{cut, json_safe, line};
use crate::vocabulary::Content;
use serde_json::{Value, json};
use std::io::Read;
use std::path::Path;

/// Bytes of a text that are looked at; a longer one is not judged.
const MAX_TEXT: u64 = 16 << 20;

/// Runs it.
///
/// # Errors
/// A name that is neither a file nor a license, with those that resemble it.
pub fn run(args: &LicenseArgs, shared: &Shared) -> Result<Exit, Error> {
    let rules = Rules::load(shared.rules.as_deref())?;
    let json = shared.format.as_deref().is_some_and(|f| f != "table");
    let path = Path::new(&args.what);
    let (text, exit) = if args.what == "-" || path.is_file() {
        of_text(&read(path)?, &args.what, &rules, json)
    } else if path.is_dir() && license::find(&rules, &args.what).is_none() {
        return Err(Error::usage(
            format!("`{}` is a directory", cut(&line(&args.what), 100)),
            "give the license file in it; `trulyopen audit DIRECTORY` looks at all of them",
        ));
    } else {
        (of_id(&args.what, &rules, json)?, Exit::Done)
    };
    write_out(shared, &text)?;
    Ok(exit)
}

/// The bytes of a file or of standard input. One byte more than is looked at tells that there is more.
fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let fail = |source| Error::File { action: "read", path: path.display().to_string(), source };
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().lock().take(MAX_TEXT + 1).read_to_end(&mut bytes).map_err(fail)?;
    } else {
        std::fs::File::open(path).map_err(fail)?.take(MAX_TEXT + 1).read_to_end(&mut bytes).map_err(fail)?;
    }
    Ok(bytes)
}

/// A text: what it is, and the entry of that. A text that nobody recognises is evidence that could
/// not be had.
fn of_text(bytes: &[u8], shown: &str, rules: &Rules, as_json: bool) -> (String, Exit) {
    let got = if bytes.len() as u64 > MAX_TEXT {
        // What stands behind the limit may be a condition.
        Identified { identity: Identity::Unrecognised, score: 0.0 }
    } else {
        identify(bytes, rules)
    };
    let (id, exit) = match &got.identity {
        Identity::Exact { id } | Identity::Marked { id } => (Some(id.as_str()), Exit::Done),
        Identity::Modified { id, .. } => (Some(id.as_str()), Exit::Done),
        _ => (None, Exit::Incomplete),
    };
    let known = id.and_then(|id| license::find(rules, id));
    if as_json {
        let document = json!({
            "schema_version": "1",
            "input": shown,
            "identified": got.identity.shown(),
            "match": kind(&got.identity),
            "score": (got.score * 1000.0).round() / 1000.0,
            "added": changed(&got).0,
            "removed": changed(&got).1,
            "words_sha256": digest_of(bytes),
            "openness": openness(known, matches!(got.identity, Identity::Modified { .. })),
            "license": known.map(|k| entry(k, rules)),
        });
        return (print(&document), exit);
    }
    let mut out = format!("{}: {}\n", line(shown), line(&got.identity.shown()));
    match &got.identity {
        Identity::Exact { .. } => out.push_str("Exactly this license: every word is accounted for.\n"),
        Identity::Marked { .. } => out.push_str("Recognised by phrases that stand in no other license.\n"),
        Identity::Modified { added, removed, .. } => {
            out.push_str(&format!("It is not the plain license: none of that license's approvals hold for it (score {:.3}).\n", got.score));
            for (what, words) in [("added", added), ("removed", removed)] {
                if !words.is_empty() {
                    out.push_str(&format!("Words {what} ({}): {}\n", words.len(), cut(&line(&words.join(" ")), 600)));
                }
            }
            if added.is_empty() && removed.is_empty() {
                out.push_str("It has this license's phrases; whether its words are the official ones is not known to the rules.\n");
            }
        }
        Identity::Unrecognised => {
            out.push_str("No rule and no license of the SPDX list reads like it, so its terms are not judged. It does not count as open.\n")
        }
        Identity::Empty => out.push_str("There is nothing in it.\n"),
        Identity::Binary => out.push_str("It is not text.\n"),
    }
    if let Some(known) = known {
        let made_from = matches!(got.identity, Identity::Modified { .. });
        out.push_str(if made_from { "\nWhat it was made from, before the change:\n" } else { "\n" });
        for topic in explain(rules, known.id()).iter().filter(|t| t.kind == "license") {
            out.push_str(&to_text(topic));
        }
    }
    (out, exit)
}

fn of_id(id: &str, rules: &Rules, as_json: bool) -> Result<String, Error> {
    let Some(known) = license::find(rules, id) else {
        let near = nearest(rules, id);
        let help = match near.as_slice() {
            [] if looks_like_path(id) => "there is no such file; or give an SPDX id, or a name as front matter has it".to_string(),
            [] => "give a file, an SPDX id, or a name as front matter has it".to_string(),
            near => format!("did you mean {}?", near.join(", ")),
        };
        return Err(Error::usage(format!("`{}` is neither a file nor a license that is known", cut(&line(id), 100)), help));
    };
    if as_json {
        return Ok(print(&json!({
            "schema_version": "1",
            "input": id,
            "identified": known.id(),
            "match": "id",
            "openness": openness(Some(known), false),
            "license": entry(known, rules),
        })));
    }
    Ok(explain(rules, known.id()).iter().filter(|t| t.kind == "license").map(to_text).collect())
}

fn looks_like_path(s: &str) -> bool {
    s.contains(['/', '\\']) || Path::new(s).extension().is_some_and(|e| e == "txt" || e == "md")
}

/// How the identity came about.
fn kind(identity: &Identity) -> &'static str {
    match identity {
        Identity::Exact { .. } => "exact",
        Identity::Marked { .. } => "phrases",
        Identity::Modified { .. } => "modified",
        Identity::Unrecognised => "unrecognised",
        Identity::Empty => "empty",
        Identity::Binary => "not-text",
    }
}

fn changed(got: &Identified) -> (String, String) {
    match &got.identity {
        Identity::Modified { added, removed, .. } => (added.join(" "), removed.join(" ")),
        _ => Default::default(),
    }
}

/// Open for which kinds of content; of a modified or unknown text nothing is known.
fn openness(known: Option<Known<'_>>, modified: bool) -> Value {
    let of = |content: Content| match known {
        Some(k) if !modified || k.openness(content) != crate::vocabulary::Openness::Open => k.openness(content).slug(),
        _ => "unknown",
    };
    Content::ALL.iter().map(|c| (c.slug().to_string(), Value::from(of(*c)))).collect::<serde_json::Map<_, _>>().into()
}

/// A license entry for machines.
fn entry(known: Known<'_>, rules: &Rules) -> Value {
    let listed = spdx::license_id(known.id());
    let terms: Vec<Value> = known
        .terms()
        .map(|id| json!({"id": id, "title": rules.terms.get(id).map(|t| t.title.clone()), "restricts": rules.terms.get(id).is_some_and(|t| t.restricts)}))
        .collect();
    let obligations: Vec<Value> = known.obligations().iter().map(|o| json!({"id": o.id, "when": o.when.title(), "text": o.text})).collect();
    let mut out = json!({
        "id": known.id(),
        "name": known.name(),
        "spdx": listed.is_some(),
        "osi_approved": listed.map(|l| l.is_osi_approved()),
        "fsf_libre": listed.map(|l| l.is_fsf_free_libre()),
        "deprecated": listed.map(|l| l.is_deprecated()),
        "ambiguous": known.is_ambiguous(),
        "terms": terms,
        "obligations": obligations,
        "source": known.source(),
    });
    if let (Known::Rule(rule), Value::Object(map)) = (known, &mut out) {
        map.insert("family".into(), rule.family.clone().into());
        map.insert("aliases".into(), rule.aliases.iter().map(|a| a.get_ref().clone()).collect::<Vec<_>>().into());
        map.insert("fits".into(), rule.fits.iter().map(|c| c.slug()).collect::<Vec<_>>().into());
        map.insert(
            "authority".into(),
            rule.open.iter().map(|(c, a)| (c.slug().to_string(), Value::from(a.title()))).collect::<serde_json::Map<_, _>>().into(),
        );
        map.insert("version".into(), rule.version.clone().into());
        map.insert("known_from".into(), rule.basis.title().into());
        map.insert("checked".into(), rule.checked.to_string().into());
        map.insert("note".into(), rule.note.clone().into());
        let cap = rule.cap.as_ref().map(|c| {
            let kind = match c.kind {
                CapKind::MonthlyUsers => "monthly-users",
                CapKind::YearlyRevenueUsd => "yearly-revenue-usd",
                CapKind::Users => "users",
            };
            json!({"kind": kind, "value": c.value})
        });
        map.insert("cap".into(), cap.into());
    }
    out
}

fn print(document: &Value) -> String {
    format!("{}\n", json_safe(&serde_json::to_string_pretty(document).unwrap_or_default()))
}
