//! The official schemas, which are no part of the project: `TRULYOPEN_SCHEMAS`, or `../shared/schemas`
//! beside the repository. Without them a test says that it is skipped.

use jsonschema::{Registry, Validator};
use serde_json::Value;
use std::path::PathBuf;

/// The folder of schemas.
pub fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("TRULYOPEN_SCHEMAS").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| crate::support::root().join("../shared/schemas"));
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no schemas in {} (set TRULYOPEN_SCHEMAS)", folder.display());
    None
}

fn load(name: &str) -> Option<Value> {
    let path = folder()?.join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Some(serde_json::from_slice(&bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

/// Errors of a document against a schema, at most twenty; `None` where there is no schema.
pub fn errors(schema: &str, document: &str) -> Option<Vec<String>> {
    let document: Value = serde_json::from_str(document).expect("JSON");
    let main = load(schema)?;
    let mut registry = Registry::new();
    for part in ["spdx.schema.json", "jsf-0.82.schema.json", "cryptography-defs.schema.json"] {
        registry = registry.add(format!("http://cyclonedx.org/schema/{part}"), load(part)?).expect("a schema");
    }
    let registry = registry.prepare().expect("schemas");
    let validator: Validator =
        jsonschema::options().with_registry(&registry).should_validate_formats(true).build(&main).expect("a schema that can be used");
    Some(
        validator
            .iter_errors(&document)
            .take(20)
            .map(|e| format!("{}: {}", e.instance_path(), e))
            .map(|e| e.chars().take(400).collect())
            .collect(),
    )
}

/// Ids of the SPDX list that CycloneDX permits.
pub fn license_ids() -> Option<Vec<String>> {
    let list = load("spdx.schema.json")?;
    Some(list["enum"].as_array().expect("a list").iter().filter_map(|v| v.as_str().map(str::to_string)).collect())
}
