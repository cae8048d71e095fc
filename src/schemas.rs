//! JSON Schemas of what the tool writes and reads, made from the types; only built with the tests, which hold
//! `schemas/` current: `TRULYOPEN_WRITE_SCHEMAS=1 cargo test --lib schemas`.

use crate::rules::Rules;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Name of the schema, what it is of, and what makes it.
type Row = (&'static str, &'static str, fn(SchemaGenerator) -> Schema);

static DOCUMENTS: &[Row] = &[
    ("audit", "`trulyopen audit --format json`, and the `audit.json` of a report", of::<crate::report::Report>),
    ("audit-line", "a line of `trulyopen audit --format jsonl`", of::<crate::report::Model>),
    ("check", "`trulyopen check --format json`", of::<crate::render::check::CheckReport>),
    ("scan", "`trulyopen scan --format json`", of::<crate::render::scan::Document>),
    ("diff", "`trulyopen diff --format json`", of::<crate::diff::Diff>),
    ("alternatives", "`trulyopen alternatives --format json`", of::<crate::render::alternatives::Document>),
    ("census", "`trulyopen census --format json`, and what `--summary` writes", of::<crate::census::summary::Census>),
    ("census-line", "a line of `trulyopen census --format jsonl`", of::<crate::census::row::Row<'static>>),
    ("doctor", "`trulyopen doctor --format json`", crate::cmd::doctor::json_schema),
];

fn of<T: JsonSchema>(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<T>()
}

fn titled(schema: Schema, title: &str) -> Value {
    let mut schema = schema.to_value();
    schema["title"] = json!(title);
    schema
}

/// Every schema, by its path below `schemas/`.
fn schemas() -> BTreeMap<String, String> {
    let written = || SchemaSettings::draft2020_12().for_serialize().into_generator();
    let read = || SchemaSettings::draft2020_12().for_deserialize().into_generator();
    let mut out: BTreeMap<String, Value> = BTreeMap::new();
    for (name, title, make) in DOCUMENTS {
        out.insert(format!("{name}.schema.json"), titled(make(written()), title));
    }
    out.insert("trulyopen.toml.schema.json".into(), crate::policy::schema::json_schema(&Rules::load(None).unwrap()));
    out.insert("trulyopen.lock.schema.json".into(), titled(crate::gate::lock::json_schema(read()), "trulyopen.lock"));
    out.insert("evidence.schema.json".into(), titled(crate::reviewed::own::json_schema(read()), "reviewed evidence for `--evidence`"));
    for (name, files, make) in crate::rules::schemas::ROWS {
        let files: Vec<String> = files.iter().map(|f| format!("rules/{f}")).collect();
        out.insert(format!("rules/{name}.schema.json"), titled(make(read()), &files.join(", ")));
    }
    out.into_iter().map(|(path, schema)| (path, format!("{}\n", serde_json::to_string_pretty(&schema).unwrap()))).collect()
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas")
}

#[test]
fn published_schemas_are_those_of_the_types() {
    let write = std::env::var_os("TRULYOPEN_WRITE_SCHEMAS").is_some();
    for (path, schema) in schemas() {
        let file = folder().join(&path);
        if write {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, &schema).unwrap();
        }
        let stored = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(stored == schema, "schemas/{path} is stale: TRULYOPEN_WRITE_SCHEMAS=1 cargo test --lib schemas");
    }
}

#[test]
fn nothing_else_is_published() {
    fn below(dir: &Path, prefix: &str, out: &mut Vec<String>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() { below(&entry.path(), &format!("{name}/"), out) } else { out.push(name) }
        }
    }
    let mut found = Vec::new();
    below(&folder(), "", &mut found);
    let made = schemas();
    let stray: Vec<&String> = found.iter().filter(|f| !made.contains_key(*f)).collect();
    assert!(stray.is_empty(), "{stray:?}");
}

#[test]
fn every_rule_file_is_as_its_schema_says_and_named_to_editors() {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let taplo = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".taplo.toml")).unwrap();
    let mut seen = 0;
    for (name, files, make) in crate::rules::schemas::ROWS {
        let schema = make(SchemaSettings::draft2020_12().for_deserialize().into_generator()).to_value();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for pattern in *files {
            assert!(taplo.contains(&format!("\"rules/{pattern}\"")), ".taplo.toml does not name rules/{pattern}");
            let paths: Vec<_> = match pattern.split_once("/*") {
                Some((dir, _)) => std::fs::read_dir(rules.join(dir)).unwrap().map(|e| e.unwrap().path()).collect(),
                None => vec![rules.join(pattern)],
            };
            for path in paths {
                seen += 1;
                let document: toml::Table = std::fs::read_to_string(&path).unwrap().parse().unwrap();
                let errors: Vec<String> = validator
                    .iter_errors(&plain(toml::Value::Table(document)))
                    .map(|e| format!("{}: {e}", e.instance_path()))
                    .take(3)
                    .collect();
                assert!(errors.is_empty(), "{name}: {}: {errors:?}", path.display());
            }
        }
    }
    assert!(seen > 20, "{seen} rule files");
}

#[test]
fn presets_are_as_the_schema_of_the_policy_says() {
    let schema = crate::policy::schema::json_schema(&Rules::load(None).unwrap());
    let validator = jsonschema::validator_for(&schema).unwrap();
    let of = |text: &str| plain(toml::Value::Table(text.parse().unwrap()));
    for preset in crate::policy::preset::PRESETS {
        assert!(
            validator.is_valid(&of(preset.text)),
            "{}: {:?}",
            preset.name,
            validator.iter_errors(&of(preset.text)).map(|e| e.to_string()).collect::<Vec<_>>()
        );
    }
    for wrong in
        ["[require]\nverdct = \"open-weights\"\n", "[require]\nverdict = \"open\"\n", "[[exception]]\nmodel = \"a/b\"\n", "schema = 2\n"]
    {
        assert!(!validator.is_valid(&of(wrong)), "{wrong}");
    }
}

/// TOML as JSON; days are written as strings, as editors have them.
fn plain(value: toml::Value) -> Value {
    match value {
        toml::Value::Datetime(day) => json!(day.to_string()),
        toml::Value::Array(items) => Value::Array(items.into_iter().map(plain).collect()),
        toml::Value::Table(table) => Value::Object(table.into_iter().map(|(k, v)| (k, plain(v))).collect()),
        other => serde_json::to_value(other).unwrap(),
    }
}
