//! The licenses that a report names, once each: title, source, terms and, where it is known, the text.

use super::{Model, Text};
use crate::rules::Rules;
use crate::rules::files::Kind;
use crate::rules::licenses::Known;
use crate::snapshot::Snapshot;
use crate::vocabulary::{Content, Openness};
use crate::{files, license};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A license that is named in a report.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LicenseOut {
    pub name: String,
    /// Whether the SPDX list has it.
    pub spdx: bool,
    /// For weights.
    pub openness: Openness,
    pub terms: Vec<String>,
    /// Where it is published; `None` for a license that nothing here knows.
    pub source: Option<String>,
    /// Its text in the report's `texts`.
    pub text: Option<String>,
}

/// A term that a license has.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TermOut {
    pub title: String,
    /// A license with this term is not open.
    pub restricts: bool,
}

/// What stands behind the models.
pub struct Appendix {
    pub licenses: BTreeMap<String, LicenseOut>,
    pub terms: BTreeMap<String, TermOut>,
    pub texts: BTreeMap<String, String>,
}

/// A license text of the repository.
pub fn of_file(snapshot: &Snapshot, path: &str, identified: String, score: f64) -> Text {
    let document = snapshot.files.get(path).and_then(|d| d.as_ref().ok());
    Text {
        path: path.to_string(),
        identified,
        score,
        url: document.and_then(|d| d.url.clone()),
        digest: document.map(|d| format!("sha256:{}", d.sha256)),
        content: document.and_then(|d| license::text::decode(&d.bytes)).map(Arc::from),
    }
}

/// Notice and use-policy files of the repository.
pub fn notices(snapshot: &Snapshot, rules: &Rules) -> Vec<Text> {
    snapshot
        .files
        .iter()
        .filter(|(path, file)| file.is_ok() && matches!(files::kind(path, rules), Some(Kind::Notice | Kind::UsePolicy)))
        .map(|(path, _)| of_file(snapshot, path, String::new(), 0.0))
        .collect()
}

/// The ids of an expression.
pub fn ids(expression: &str) -> impl Iterator<Item = &str> {
    expression.split([' ', '(', ')']).filter(|w| !w.is_empty() && !matches!(*w, "AND" | "OR" | "WITH"))
}

/// Collects what the models name; takes the texts out of them.
pub fn appendix(rules: &Rules, models: &mut [Model]) -> Appendix {
    let mut named: BTreeSet<String> = BTreeSet::new();
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    // License id → the text of the first file that is exactly it.
    let mut exact: BTreeMap<String, String> = BTreeMap::new();
    for model in models.iter_mut() {
        for file in model.license.texts.iter_mut().chain(&mut model.license.notices) {
            if let (Some(digest), Some(content)) = (&file.digest, file.content.take()) {
                if file.score >= 1.0 && license::find(rules, &file.identified).is_some_and(|k| k.id() == file.identified) {
                    exact.entry(file.identified.clone()).or_insert_with(|| digest.clone());
                }
                texts.entry(digest.clone()).or_insert_with(|| content.to_string());
            }
        }
        let expressions = model
            .components
            .iter()
            .filter_map(|c| c.license.expression.as_ref())
            .chain(&model.license.concluded)
            .chain(&model.license.effective)
            .chain(model.license.declared_ids.iter().flatten())
            .chain(model.lineage.iter().filter_map(|a| a.license.as_ref()))
            .chain(model.datasets.iter().filter_map(|d| d.license.as_ref()))
            .chain(model.code.iter().filter_map(|c| c.license.as_ref()));
        for expression in expressions {
            for id in ids(expression) {
                if !named.contains(id) {
                    named.insert(id.to_string());
                }
            }
        }
    }
    let mut licenses = BTreeMap::new();
    let mut terms = BTreeMap::new();
    for id in named {
        let known = license::find(rules, &id).filter(|k| k.id() == id);
        let spdx = spdx::license_id(&id).is_some();
        let text = if spdx {
            license::listed::official(&id).map(|text| {
                let digest = format!("sha256:{}", crate::digest::sha256(text.as_bytes()));
                texts.insert(digest.clone(), text);
                digest
            })
        } else {
            exact.get(&id).cloned()
        };
        let its: Vec<String> = known.map(|k| k.terms().map(str::to_string).collect()).unwrap_or_default();
        for term in &its {
            if let Some(rule) = rules.terms.get(term) {
                terms.insert(term.clone(), TermOut { title: rule.title.clone(), restricts: rule.restricts });
            }
        }
        let out = LicenseOut {
            name: known.map_or_else(|| id.clone(), |k| k.name().to_string()),
            spdx,
            openness: known.map_or(Openness::Unknown, |k| k.openness(Content::Weights)),
            terms: its,
            source: known.as_ref().map(Known::source),
            text,
        };
        licenses.insert(id, out);
    }
    Appendix { licenses, terms, texts }
}
