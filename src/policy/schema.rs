//! `trulyopen.toml` as JSON Schema, for editors. The policy is read by hand, so that every mistake in it is told at
//! once; a test asks that reader for the keys of every section and holds this schema against them.

use super::licenses::GROUPS;
use crate::rules::Rules;
use crate::vocabulary::{Availability, ComponentId, Verdict};
use serde_json::{Map, Value, json};

/// The schema, with the names that these rules know as suggestions.
pub fn json_schema(rules: &Rules) -> Value {
    let (mut top, shared) = settings(rules, true);
    let (mut profile, _) = settings(rules, false);
    profile.insert(
        "paths".into(),
        strings("Files for which the profile holds; without it, it is asked for by name.", json!({"type": "string"})),
    );
    for (key, value) in [
        ("schema", json!({"const": 1, "description": "The version of this format."})),
        ("mode", json!({"enum": ["enforce", "inventory"], "description": "`inventory`: nothing is required, models are listed."})),
        (
            "profile",
            json!({"description": "What holds for some files or in some environment.", "type": "object", "additionalProperties": section("Settings that replace those of the base, key by key.", profile)}),
        ),
        (
            "exception",
            tables(
                "A violation that somebody answers for, until a day.",
                json!({
                    "model": {"type": "string", "description": "A name or pattern."},
                    "rules": strings("Rules that it excuses, as diagnostics show them in brackets.", known(rules.findings.keys())),
                    "paths": strings("Where; everywhere without it.", json!({"type": "string"})),
                    "reason": {"type": "string"},
                    "owner": {"type": "string", "description": "Who answers for it."},
                    "expires": {"type": "string", "format": "date", "description": "The last day on which it holds."},
                }),
                &["model", "rules", "reason", "owner", "expires"],
            ),
        ),
        (
            "clarify",
            tables(
                "What a license text is that no rule recognises.",
                json!({
                    "digest": {"type": "string", "pattern": "^sha256:[0-9a-fA-F]{64}$", "description": "Of the file."},
                    "license": {"type": "string", "description": "An SPDX id or a name of the rules."},
                    "reason": {"type": "string"},
                }),
                &["digest", "license", "reason"],
            ),
        ),
    ] {
        top.insert(key.into(), value);
    }
    let mut out = section("What a project asks of the models that it uses; `trulyopen check` reads it.", top);
    out["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    out["title"] = json!("trulyopen.toml");
    out["$defs"] = Value::Object(shared);
    out["$defs"]["severity"] = json!({"enum": ["error", "warning", "note", "off"]});
    out
}

/// The sections that the file and each profile may have, and what they refer to.
fn settings(rules: &Rules, file: bool) -> (Map<String, Value>, Map<String, Value>) {
    let verdict: Vec<&str> = Verdict::ALL.iter().filter(|v| **v != Verdict::Unknown).map(|v| v.slug()).collect();
    let component: Vec<&str> = ComponentId::ALL.iter().map(|c| c.slug()).collect();
    let states = [Availability::Released, Availability::Gated, Availability::Partial, Availability::Described].map(Availability::slug);
    let action = |what: &str| json!({"enum": ["deny", "warn", "allow"], "description": what});
    let verdicts = |what: &str| json!({"enum": verdict, "description": what});
    let license = || json!({"anyOf": [{"enum": GROUPS.iter().map(|g| g.0).collect::<Vec<_>>()}, {"type": "string"}]});
    let mut licenses = object(json!({
        "allow": strings("Licenses that may bind a model; everything else may not.", license()),
        "deny": strings("Licenses that may not.", license()),
    }));
    let mut models = object(
        json!({"deny": strings("Patterns of models that may not be used, nor be a base of one that is.", json!({"type": "string"}))}),
    );
    if file {
        licenses.insert(
            "groups".into(),
            json!({"type": "object", "description": "Own groups of licenses.", "additionalProperties": strings("", license())}),
        );
        models.insert("include".into(), strings("Models that are used, though no file names them.", json!({"type": "string"})));
        let exclusion = json!({"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": false, "required": ["reason"], "properties": {
            "model": {"type": "string"}, "paths": strings("", json!({"type": "string"})), "reason": {"type": "string"}}}]});
        models.insert("exclude".into(), strings("References that are no uses.", exclusion));
    }
    let need = json!({"anyOf": [{"enum": component}, {"type": "object", "additionalProperties": false, "required": ["id"], "properties": {
        "id": {"enum": component},
        "availability": strings("States in which it satisfies.", json!({"enum": states})),
        "license": {"enum": ["open", "any"]}}}]});
    let severity = json!({"$ref": "#/$defs/severity"});
    let ids: Map<String, Value> =
        rules.findings.iter().map(|(id, f)| (id.clone(), json!({"$ref": "#/$defs/severity", "description": f.title}))).collect();
    let shared = object(json!({
        "require": section("What every model has to meet.", object(json!({
            "verdict": verdicts("The least verdict that has to be proven."),
            "components": strings("Components that have to be released.", need),
            "frameworks": strings("Conditions on framework results, as in `mof.class >= 3`.", json!({"type": "string"})),
            "pinned": {"type": "boolean", "description": "Models are named with their commit id."},
        }))),
        "terms": section("Terms of these licenses.", object(json!({
            "deny": strings("Terms that no model may have.", known(rules.terms.keys())),
            "warn": strings("Terms that are pointed out.", known(rules.terms.keys())),
        }))),
        "user": section("Who uses the models, for licenses that are not granted everywhere or to everybody.", object(json!({
            "place": {"type": "string", "description": "A country's code (ISO 3166-1 alpha-2, as in DE), or a group of places.",
                "anyOf": [{"enum": rules.places.keys().collect::<Vec<_>>()}, {"pattern": "^[A-Z]{2}$"}]},
            "monthly-users": count("Users in a month, those of affiliates included."),
            "users": count("Users in all."),
            "yearly-revenue-usd": count("Revenue in a year, in US dollars, that of affiliates included."),
        }))),
        "access": section("How models can be had.", object(json!({
            "unknown": action("Evidence that could not be had and on which no requirement rests."),
            "gated": action("Models that have to be asked for."),
            "hosted": action("Models that are only sold behind an API."),
        }))),
        "lineage": section("Base models.", object(json!({
            "verdict": verdicts("The least verdict of every base model."),
            "undeclared": action("A base that name or configuration point to and nothing declares."),
        }))),
        "scan": section("How the project is looked through.", object(json!({
            "unresolved": action("Models whose name only the running program knows."),
            "skipped": {"enum": ["deny", "warn"], "description": "Files that could not be looked at."},
            "tests": action("Uses in tests."),
            "examples": action("Uses in examples."),
        }))),
        "rules": {"type": "object", "description": "Severity of a rule or finding.", "properties": ids, "additionalProperties": severity},
    }));
    let mut out: Map<String, Value> = shared.keys().map(|k| (k.clone(), json!({"$ref": format!("#/$defs/{k}")}))).collect();
    out.insert("licenses".into(), section("Licenses of the weights, base models included.", licenses));
    out.insert("models".into(), section("Which models.", models));
    (out, shared)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn section(about: &str, properties: Map<String, Value>) -> Value {
    json!({"description": about, "type": "object", "additionalProperties": false, "properties": properties})
}

fn count(about: &str) -> Value {
    json!({"type": "integer", "minimum": 0, "description": about})
}

fn tables(about: &str, properties: Value, required: &[&str]) -> Value {
    let mut one = section(about, object(properties));
    one["required"] = json!(required);
    json!({"type": "array", "items": one})
}

fn strings(about: &str, items: Value) -> Value {
    if about.is_empty() { json!({"type": "array", "items": items}) } else { json!({"type": "array", "description": about, "items": items}) }
}

/// Names that editors suggest; rules of one's own may add others.
fn known<'a>(names: impl Iterator<Item = &'a String>) -> Value {
    json!({"anyOf": [{"enum": names.collect::<Vec<_>>()}, {"type": "string"}]})
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The keys that the reader says a section may have.
    fn of_reader(section: &str, rules: &Rules) -> BTreeSet<String> {
        let text = if section.is_empty() { "qqqqqqqqqqqqqq = 1\n".to_string() } else { format!("{section}\nqqqqqqqqqqqqqq = 1\n") };
        let problems = super::super::parse::parse("trulyopen.toml", &text, rules).unwrap_err();
        let help = problems
            .iter()
            .find(|p| p.message.contains("has no key `qqqq"))
            .and_then(|p| p.help.clone())
            .unwrap_or_else(|| panic!("{section}: {problems:?}"));
        help.split("may have").nth(1).unwrap().split('`').skip(1).step_by(2).map(str::to_string).collect()
    }

    #[test]
    fn the_schema_has_the_keys_that_the_reader_takes() {
        let rules = Rules::load(None).unwrap();
        let schema = json_schema(&rules);
        let keys = |pointer: &str| -> BTreeSet<String> {
            let mut at = &schema;
            for step in pointer.split('/').skip(1) {
                if let Some(reference) = at["$ref"].as_str() {
                    at = schema.pointer(reference.trim_start_matches('#')).unwrap();
                }
                at = at.get(step).unwrap_or_else(|| panic!("{pointer}"));
            }
            at.as_object().unwrap().keys().cloned().collect()
        };
        let mut of: Vec<(String, String)> = vec![(String::new(), "/properties".into())];
        for name in ["require", "licenses", "terms", "user", "access", "lineage", "scan", "models"] {
            of.push((format!("[{name}]"), format!("/properties/{name}/properties")));
            of.push((format!("[profile.x.{name}]"), format!("/properties/profile/additionalProperties/properties/{name}/properties")));
        }
        of.push(("[profile.x]".into(), "/properties/profile/additionalProperties/properties".into()));
        of.push(("[[exception]]".into(), "/properties/exception/items/properties".into()));
        of.push(("[[clarify]]".into(), "/properties/clarify/items/properties".into()));
        for (section, pointer) in of {
            assert_eq!(keys(&pointer), of_reader(&section, &rules), "{section}");
        }
    }
}
