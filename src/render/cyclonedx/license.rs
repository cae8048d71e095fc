//! Licenses: declared by the author, concluded here.

use super::schema::*;
use crate::render::names;
use crate::report::texts::ids;
use crate::report::{Model, Report};
use crate::vocabulary::Openness;
use std::collections::BTreeSet;

/// Ids of the SPDX list that the list of CycloneDX 1.6 and 1.7 (3.28.0) does not have yet; they are
/// written as names.
const NEWER: &[&str] = &[
    "BSD-2-Clause-pos-unchanged",
    "BSD-3-Clause-OpenWebUI",
    "BSD-Source-Code-no-disclaimer",
    "BSD-Source-alt-GPL",
    "BSD-ask-to-endorse",
    "Brian-Gladman-3-Clause-no-conversion",
    "Bugroff",
    "CC-BY-NC-3.0-IGO",
    "FDK-MPEG-H",
    "GFDL-1.1-invariants",
    "GFDL-1.1-no-invariants",
    "GFDL-1.2-invariants",
    "GFDL-1.2-no-invariants",
    "GFDL-1.3-invariants",
    "GFDL-1.3-no-invariants",
    "Hippocratic-3.0-core",
    "Informatica",
    "MVT-1.1",
    "NOASSERTION",
    "atc-game",
];

/// A license by its id where the schema knows it, by its name otherwise.
pub fn license(report: &Report, id: &str, acknowledgement: Option<&'static str>) -> License {
    let known = report.licenses.get(id);
    let listed = known.is_some_and(|k| k.spdx) && !NEWER.contains(&id);
    License {
        id: listed.then(|| id.to_string()),
        name: (!listed).then(|| id.to_string()),
        acknowledgement,
        url: known.and_then(|k| k.source.as_deref()).and_then(names::web),
        ..License::default()
    }
}

/// Declared by the author, then concluded here: what binds, with the terms of the base models.
pub fn licenses(report: &Report, model: &Model, texts: &mut BTreeSet<String>) -> Vec<LicenseChoice> {
    let mut out: Vec<License> = Vec::new();
    for (i, declared) in model.license.declared.iter().enumerate() {
        let id = model.license.declared_ids.get(i).and_then(Option::as_deref);
        let mut entry = match id {
            Some(id) => license(report, id, Some("declared")),
            None => License { name: Some(declared.clone()), acknowledgement: Some("declared"), ..License::default() },
        };
        entry.properties.push(Property::new("trulyopen:as-declared", declared));
        out.push(entry);
    }
    for id in model.license.effective.iter().flat_map(|e| ids(e)) {
        let mut entry = license(report, id, Some("concluded"));
        entry
            .properties
            .push(Property::new("trulyopen:openness", report.licenses.get(id).map_or(Openness::Unknown, |l| l.openness).slug()));
        if let Some(known) = report.licenses.get(id) {
            entry.properties.extend(known.terms.iter().map(|t| Property::new("trulyopen:term", t)));
            // A text that the SPDX list has needs no copy, and no text is written twice.
            let text = known.text.as_ref().filter(|d| !known.spdx && texts.insert((*d).clone())).and_then(|d| report.texts.get(d));
            entry.text = text.map(|t| Attachment { content_type: "text/plain", content: t.clone() });
        }
        out.push(entry);
    }
    out.into_iter().map(|license| LicenseChoice { license }).collect()
}
