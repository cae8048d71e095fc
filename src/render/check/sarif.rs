//! SARIF 2.1.0 (OASIS, 2020), as code scanning services take it: one result a place, rules with help,
//! fingerprints that survive moved lines, and a code flow from the call to the evidence.
//!
//! Written with `serde_json` alone: the crate that has the types brings a generator with 14 more
//! crates, two of them long without a release (docs/decisions.md).

use super::{CheckReport, Style};
use crate::gate::{Place, Violation};
use crate::ids::encode_path;
use crate::report::Evidence;
use crate::text::{json_safe, line};
use crate::vocabulary::Severity;
use serde_json::{Value, json};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Renders a report.
pub fn render(report: &CheckReport, _: Style) -> String {
    let rules: Vec<Value> = report
        .rules
        .iter()
        .map(|r| {
            json!({
                "id": r.id,
                "name": pascal(&r.id),
                "shortDescription": {"text": r.title},
                "fullDescription": {"text": r.means},
                "help": {"text": format!("{} {}", r.means, r.help), "markdown": format!("{}\n\n**What to do:** {}", r.means, r.help)},
                "defaultConfiguration": {"level": level(r.severity)},
                "properties": {"tags": ["ai-model", "supply-chain", "license"], "problem.severity": problem(r.severity)},
            })
        })
        .collect();
    let results: Vec<Value> = report.violations.iter().flat_map(|v| v.places.iter().map(|p| result(v, p, report))).collect();
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": report.tool.name,
                "version": report.tool.version,
                "semanticVersion": report.tool.version,
                "rules": rules,
            }},
            "automationDetails": {"id": "trulyopen/check/"},
            "columnKind": "unicodeCodePoints",
            "invocations": [{"executionSuccessful": true, "exitCode": report.exit}],
            "results": results,
        }],
    });
    let json = serde_json::to_string_pretty(&document).unwrap_or_default();
    format!("{}\n", json_safe(&json))
}

fn result(v: &Violation, place: &Place, report: &CheckReport) -> Value {
    let mut related = Vec::new();
    let mut flow = vec![step(physical(place), "the model is used here")];
    if let Some(asked) = &v.asked {
        related.push(located(physical(asked), "the policy asks for it here", related.len()));
        flow.push(step(physical(asked), "the policy asks for it here"));
    }
    for e in &v.evidence {
        if let Some(at) = evidence(e) {
            flow.push(step(at, &e.note));
        }
    }
    let mut message = line(&v.message).into_owned();
    if let Some(pinned) = &place.pinned {
        message.push_str(&format!(" Pinned: {}", line(pinned)));
    }
    for fix in v.fixes.iter().filter(|f| f.kind == "swap") {
        message.push_str(&format!(" Instead: {}.", line(&fix.text)));
    }
    let mut result = json!({
        "ruleId": v.rule,
        "level": level(v.severity),
        "message": {"text": message},
        "locations": [{"physicalLocation": physical(place)}],
        "partialFingerprints": {"trulyopenFingerprint/v1": place.fingerprint},
        "properties": {"model": v.model, "unknown": v.unknown, "fixes": v.fixes},
    });
    if let (Some(index), Some(o)) = (report.rules.iter().position(|r| r.id == v.rule), result.as_object_mut()) {
        o.insert("ruleIndex".into(), json!(index));
    }
    if let Some(o) = result.as_object_mut() {
        if !related.is_empty() {
            o.insert("relatedLocations".into(), json!(related));
        }
        if flow.len() > 1 {
            o.insert("codeFlows".into(), json!([{"threadFlows": [{"locations": flow}]}]));
        }
    }
    result
}

fn located(physical: Value, text: &str, id: usize) -> Value {
    json!({"id": id, "physicalLocation": physical, "message": {"text": line(text)}})
}

fn step(physical: Value, text: &str) -> Value {
    json!({"location": {"physicalLocation": physical, "message": {"text": line(text)}}})
}

fn physical(place: &Place) -> Value {
    let mut region =
        json!({"startLine": place.line.max(1), "startColumn": place.column.max(1), "endColumn": place.end_column.max(place.column + 1)});
    if let (false, Some(o)) = (place.snippet.is_empty(), region.as_object_mut()) {
        o.insert("snippet".into(), json!({"text": place.snippet}));
    }
    json!({"artifactLocation": file(&place.file), "region": region})
}

/// A file's address: relative to the root of the sources, or absolute where it lies elsewhere.
fn file(path: &str) -> Value {
    let path = path.replace('\\', "/");
    if path.starts_with('/') {
        json!({"uri": format!("file://{}", encode_path(&path))})
    } else {
        json!({"uri": encode_path(path.trim_start_matches("./")), "uriBaseId": "%SRCROOT%"})
    }
}

fn evidence(e: &Evidence) -> Option<Value> {
    let uri = match &e.url {
        Some(url) => url::Url::parse(url).ok().filter(|u| matches!(u.scheme(), "http" | "https"))?.to_string(),
        None => encode_path(e.path.as_ref()?),
    };
    let mut out = json!({"artifactLocation": {"uri": uri}});
    if let (Some([first, last]), Some(o)) = (e.lines, out.as_object_mut()) {
        o.insert("region".into(), json!({"startLine": first.max(1), "endLine": last.max(first).max(1)}));
    }
    Some(out)
}

fn level(severity: Severity) -> &'static str {
    severity.slug()
}

fn problem(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "recommendation",
    }
}

/// `policy/license-not-allowed` → `PolicyLicenseNotAllowed`.
fn pascal(id: &str) -> String {
    id.split(['/', '-']).flat_map(|w| w.chars().enumerate().map(|(i, c)| if i == 0 { c.to_ascii_uppercase() } else { c })).collect()
}
