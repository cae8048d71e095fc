//! One model as a component.

use super::Aggregate;
use super::card::model_card;
use super::license::{license, licenses};
use super::schema::*;
use crate::hub::table;
use crate::render::{names, view};
use crate::report::texts::ids;
use crate::report::{Model, Report};
use crate::vocabulary::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The `bom-ref` of a model: its package URL, or hub and id.
pub fn reference(model: &Model) -> String {
    names::model_purl(model).unwrap_or_else(|| {
        let revision = model.source.revision.as_deref().map_or(String::new(), |r| format!("@{r}"));
        format!("{}:{}{revision}", model.source.hub, model.source.id)
    })
}

/// Whether the list of datasets is all there is.
pub fn aggregate(model: &Model) -> Aggregate {
    match model.pillars.get(&Pillar::TrainingData).map(|p| p.status) {
        _ if !model.incomplete.is_empty() => Aggregate::Incomplete,
        Some(PillarStatus::Open) => Aggregate::Complete,
        Some(PillarStatus::Partial | PillarStatus::Closed) => Aggregate::Incomplete,
        Some(PillarStatus::Unknown) | None => Aggregate::Unknown,
    }
}

/// A model. `texts` are the license texts that the document has already.
pub fn component(report: &Report, model: &Model, reference: &str, texts: &mut BTreeSet<String>) -> Component {
    let (group, name) = names::owner_and_name(&model.source.id);
    let about = &model.about;
    Component {
        kind: "machine-learning-model",
        bom_ref: Some(reference.to_string()),
        supplier: about.producer.as_ref().map(|p| organization(p, model)),
        manufacturer: about.producer.as_ref().map(|p| organization(p, model)),
        authors: about
            .developed_by
            .iter()
            .chain(about.developed_by.is_none().then_some(()).and(about.producer.as_ref()))
            .map(|name| Contact { name: name.clone() })
            .collect(),
        group: group.map(str::to_string),
        name: name.to_string(),
        version: model.source.revision.clone(),
        description: about.description.as_ref().map(|q| q.text.clone()),
        hashes: digest_of_weights(model).into_iter().collect(),
        licenses: licenses(report, model, texts),
        purl: names::model_purl(model),
        swhid: model
            .source
            .revision
            .iter()
            .filter(|r| r.len() == 40 && crate::ids::is_commit(r))
            .map(|r| format!("swh:1:rev:{r}"))
            .collect(),
        pedigree: pedigree(report, model),
        external_references: references(model),
        components: model
            .weights
            .iter()
            .map(|f| Component {
                kind: "file",
                name: f.path.clone(),
                hashes: f.sha256.iter().map(|h| Hash { alg: "SHA-256", content: h.clone() }).collect(),
                properties: f.bytes.iter().map(|b| Property::new("trulyopen:bytes", b.to_string())).collect(),
                ..Component::default()
            })
            .collect(),
        evidence: evidence(report, model),
        model_card: Some(model_card(model)),
        data: Vec::new(),
        properties: properties(model),
        tags: about.tags.clone(),
    }
}

fn organization(name: &str, model: &Model) -> Organization {
    let url = model.source.url.strip_suffix(&model.source.id).and_then(|host| names::web(&format!("{host}{name}")));
    Organization { name: name.to_string(), url: url.into_iter().collect() }
}

/// The digest of the one weight file; of several the sha256 over the lines `HEX  PATH`, as
/// `sha256sum` prints them, sorted by path.
fn digest_of_weights(model: &Model) -> Option<Hash> {
    let content = match model.weights.as_slice() {
        [] => return None,
        [one] => one.sha256.clone()?,
        files => {
            let lines: Option<String> = files.iter().map(|f| f.sha256.as_ref().map(|h| format!("{h}  {}\n", f.path))).collect();
            crate::digest::sha256(lines?.as_bytes())
        }
    };
    Some(Hash { alg: "SHA-256", content })
}

/// The models it is made from.
fn pedigree(report: &Report, model: &Model) -> Option<Pedigree> {
    let commit = model.source.revision.as_ref().filter(|r| crate::ids::is_commit(r));
    let ancestors: Vec<Component> = model
        .lineage
        .iter()
        .map(|a| {
            let (group, name) = names::owner_and_name(&a.id);
            Component {
                kind: "machine-learning-model",
                group: group.map(str::to_string),
                name: name.to_string(),
                version: a.revision.clone(),
                licenses: a
                    .license
                    .iter()
                    .flat_map(|e| ids(e))
                    .map(|id| LicenseChoice { license: license(report, id, Some("concluded")) })
                    .collect(),
                purl: names::purl(table::bases_of(&model.source.hub), &a.id, a.revision.as_deref(), a.url.as_deref().unwrap_or_default()),
                properties: vec![
                    Property::new("trulyopen:relation", &a.relation),
                    Property::new("trulyopen:base-of", &a.of),
                    Property::new("trulyopen:verdict", a.verdict.slug()),
                ],
                ..Component::default()
            }
        })
        .collect();
    if ancestors.is_empty() && commit.is_none() {
        return None;
    }
    let notes: Vec<String> = model.lineage.iter().map(|a| format!("{} is a {} of {}", a.of, a.relation, a.id)).collect();
    let commits = commit.iter().map(|c| {
        let url = names::web(&format!("{}/commit/{c}", model.source.url));
        let mut commit = json!({"uid": c});
        if let (Some(url), Value::Object(map)) = (url, &mut commit) {
            map.insert("url".into(), url.into());
        }
        commit
    });
    Some(Pedigree { ancestors, commits: commits.collect(), notes: (!notes.is_empty()).then(|| notes.join("; ")) })
}

fn references(model: &Model) -> Vec<Reference> {
    let mut out: Vec<Reference> = Vec::new();
    let mut add = |kind: &'static str, url: &str, comment: Option<String>, digest: Option<&str>| {
        let Some(url) = names::web(url) else { return };
        let hashes = digest.and_then(|d| d.strip_prefix("sha256:")).map(|h| Hash { alg: "SHA-256", content: h.to_string() });
        if !out.iter().any(|r| r.kind == kind && r.url == url) {
            out.push(Reference { kind, url, comment, hashes: hashes.into_iter().collect() });
        }
    };
    let revision = model.source.revision.as_deref().unwrap_or("main");
    if !table::is_registry(&model.source.hub) {
        add("model-card", &model.source.url, None, None);
    }
    add("website", &model.source.url, None, None);
    add("distribution", &table::tree_page(&model.source.hub, &model.source.url, revision), None, None);
    for text in model.license.texts.iter().chain(&model.license.notices) {
        if let Some(url) = &text.url {
            add("license", url, Some(text.path.clone()), text.digest.as_deref());
        }
    }
    for code in &model.code {
        let comment = format!("training code: {}; license: {}", code.training, code.license.as_deref().unwrap_or("not known"));
        add("vcs", &code.url, Some(comment), None);
    }
    for paper in &model.about.papers {
        add("documentation", paper, Some("paper".into()), None);
    }
    if let Some(demo) = &model.about.demo {
        add("other", demo, Some("demo".into()), None);
    }
    for component in &model.components {
        for e in &component.evidence {
            if let Some(url) = &e.url {
                add("evidence", url, Some(format!("{}: {}", component.id, e.note)), e.digest.as_deref());
            }
        }
    }
    out
}

fn evidence(report: &Report, model: &Model) -> Option<Evidence> {
    let record = !model.incomplete.iter().any(|i| i.what == format!("{}:{}", model.source.hub, model.source.id));
    let identity = names::model_purl(model).filter(|_| record).map(|purl| {
        json!({"field": "purl", "confidence": 1, "concludedValue": purl,
            "methods": [{"technique": "manifest-analysis", "confidence": 1, "value": model.source.url}]})
    });
    let licenses = model.license.texts.iter().filter_map(|t| {
        let known = report.licenses.contains_key(&t.identified);
        known.then(|| LicenseChoice {
            license: License { properties: vec![Property::new("trulyopen:path", &t.path)], ..license(report, &t.identified, None) },
        })
    });
    let out = Evidence {
        identity: identity.into_iter().collect(),
        occurrences: model.used_in.iter().map(|p| Occurrence { location: p.path.clone(), line: p.line }).collect(),
        licenses: licenses.collect(),
    };
    (!out.identity.is_empty() || !out.occurrences.is_empty() || !out.licenses.is_empty()).then_some(out)
}

fn properties(model: &Model) -> Vec<Property> {
    let mut out = vec![
        Property::new("trulyopen:verdict", model.verdict.slug()),
        Property::new("trulyopen:verdict-possible", model.verdict_possible.slug()),
        Property::new("trulyopen:target", &model.target),
    ];
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            out.push(Property::new(format!("trulyopen:{name}"), value));
        }
    };
    for reason in &model.reasons {
        add("why-not-higher", Some(reason.text.clone()));
    }
    for (pillar, answer) in &model.pillars {
        add(&format!("pillar:{pillar}"), Some(answer.status.slug().into()));
    }
    for c in &model.components {
        add(&format!("component:{}", c.id), Some(c.availability.slug().into()));
        add(&format!("component:{}:basis", c.id), Some(c.basis.slug().into()));
        add(&format!("component:{}:license", c.id), c.license.expression.clone());
    }
    let license = &model.license;
    add("license:concluded", license.concluded.clone());
    add("license:effective", license.effective.clone());
    add("license:openness", Some(license.effective_openness.slug().into()));
    add("license:basis", Some(license.basis.slug().into()));
    for obligation in &license.obligations {
        add(&format!("obligation:{}", obligation.id), Some(format!("{} ({})", obligation.text, obligation.when)));
    }
    for (framework, result) in &model.frameworks {
        for (name, values) in view::pairs(result) {
            values.into_iter().for_each(|v| add(&format!("framework:{framework}:{name}"), Some(v)));
        }
    }
    for finding in &model.findings {
        add(&format!("finding:{}:{}", finding.severity, finding.rule), Some(finding.message.clone()));
    }
    for gap in &model.incomplete {
        add("incomplete", Some(format!("{}: {}", gap.what, gap.why)));
    }
    let about = &model.about;
    add("evaluation", Some(model.evaluation.results.to_string()));
    add("formats", (!model.portability.formats.is_empty()).then(|| model.portability.formats.join(" ")));
    add("gated", model.portability.gated.map(|g| g.to_string()));
    add("hub:created", about.created.clone());
    add("hub:modified", about.modified.clone());
    add("hub:private", about.private.map(|p| p.to_string()));
    add("hub:library", about.library.clone());
    add("hub:language", (!about.languages.is_empty()).then(|| about.languages.join(" ")));
    add("hub:downloads", about.downloads.map(|n| n.to_string()));
    add("hub:likes", about.likes.map(|n| n.to_string()));
    add("hub:storage-bytes", about.storage.map(|n| n.to_string()));
    add("hub:parameters", about.parameters.map(|n| n.to_string()));
    add("hub:contact", about.contact.clone());
    for base in model.lineage.iter().filter(|a| a.of == model.source.id) {
        add("base-model", Some(base.id.clone()));
    }
    out
}
