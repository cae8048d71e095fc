//! JSON Schemas of the rule files, made from the types that read them; for `src/schemas.rs`.

use super::*;
use schemars::{Schema, SchemaGenerator};

/// Name of the schema, the rule files that it is of (below `rules/`), and what makes it.
pub(crate) type Row = (&'static str, &'static [&'static str], fn(SchemaGenerator) -> Schema);

/// One row a kind of rule file.
pub(crate) static ROWS: &[Row] = &[
    ("components", &["components.toml"], of::<ComponentsFile>),
    ("files", &["files.toml"], of::<FilesFile>),
    ("verdicts", &["verdicts.toml"], of::<VerdictsFile>),
    ("findings", &["findings.toml", "gate.toml"], of::<FindingsFile>),
    ("card", &["card.toml"], of::<CardFile>),
    ("code", &["code.toml"], of::<CodeFile>),
    ("lineage", &["lineage.toml"], of::<LineageFile>),
    ("terms", &["terms.toml"], of::<TermsFile>),
    ("licenses", &["licenses/*.toml"], of::<LicensesFile>),
    ("libraries", &["libraries.toml"], of::<LibrariesFile>),
    ("datasets", &["datasets.toml"], of::<CorporaFile>),
    ("bases", &["bases.toml"], of::<BasesFile>),
    ("frameworks", &["frameworks/*.toml"], of::<FrameworksFile>),
    ("mirrors", &["mirrors.toml"], of::<mirrors::MirrorsFile>),
    ("called", &["called.toml"], of::<called::CalledFile>),
    ("scan", &["scan/*.toml"], of::<ScanFile>),
    ("hosted", &["hosted/*.toml"], of::<HostedFile>),
];

fn of<T: schemars::JsonSchema>(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<T>()
}
