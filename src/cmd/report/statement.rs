//! An in-toto statement over the files of a report, unsigned, for whoever signs it.
//! <https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md>

use super::EVIDENCE;
use crate::net::record::MANIFEST;
use crate::render::names;
use crate::report::Report;
use crate::text::json_safe;
use serde_json::{Value, json};

/// The kind of claim that the predicate makes.
const PREDICATE: &str = "urn:trulyopen:report:v1";

/// The statement over files and their sha256.
pub fn statement(report: &Report, digests: &[(String, String)]) -> String {
    let subject: Vec<Value> = digests.iter().map(|(name, digest)| json!({"name": name, "digest": {"sha256": digest}})).collect();
    let models: Vec<Value> = report
        .models
        .iter()
        .map(|m| {
            json!({
                "target": m.target,
                "purl": names::model_purl(m),
                "revision": m.source.revision,
                "verdict": m.verdict,
                "verdict_possible": m.verdict_possible,
                "incomplete": !m.incomplete.is_empty(),
            })
        })
        .collect();
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subject,
        "predicateType": PREDICATE,
        "predicate": {
            "tool": report.tool,
            "strict": report.strict,
            "generated": report.generated,
            "evidence": format!("{EVIDENCE}/{MANIFEST}"),
            "models": models,
        },
    });
    let text = serde_json::to_string_pretty(&statement).unwrap_or_default();
    format!("{}\n", json_safe(&text))
}
