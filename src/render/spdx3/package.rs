//! Models, base models and datasets as packages, with what relates them.

use super::graph::{Graph, strings};
use super::license;
use crate::hub::table;
use crate::render::names;
use crate::report::{Ancestor, Dataset, Model, Report};
use crate::vocabulary::*;
use serde_json::{Value, json};

const NO_ASSERTION_ELEMENT: &str = "https://spdx.org/rdf/3.0.1/terms/Core/NoAssertionElement";

/// Adds a model and everything that is said of it; returns its id.
pub fn model(graph: &mut Graph, report: &Report, model: &Model) -> String {
    let about = &model.about;
    let key = format!("{} {} {}", model.source.hub, model.source.id, model.source.revision.as_deref().unwrap_or_default());
    if let Some(id) = graph.contains("ai_AIPackage", &key) {
        return id; // Named twice.
    }
    let had_record = !model.incomplete.iter().any(|i| i.what == format!("{}:{}", model.source.hub, model.source.id));
    let supplier = about.producer.as_ref().map(|p| organization(graph, p));
    let place = model
        .source
        .revision
        .as_deref()
        .map_or_else(|| model.source.url.clone(), |r| table::tree_page(&model.source.hub, &model.source.url, r));
    let download = names::web(&place);
    let whole = supplier.is_some() && about.modified.is_some() && model.source.revision.is_some() && download.is_some();
    graph.lacking_ai += usize::from(!whole);
    let standards = standards(model);
    let swhid = model
        .source
        .revision
        .as_ref()
        .filter(|r| r.len() == 40)
        .map(|r| json!([{"type": "ExternalIdentifier", "externalIdentifierType": "swhid", "identifier": format!("swh:1:rev:{r}")}]));
    let joined = |quotes: &[crate::report::about::Quote]| {
        (!quotes.is_empty()).then(|| quotes.iter().map(|q| q.text.as_str()).collect::<Vec<_>>().join("\n"))
    };
    let mut applications: Vec<String> = joined(&about.uses).into_iter().collect();
    applications.extend(joined(&about.out_of_scope).map(|t| format!("Out of scope: {t}")));
    let metrics: Vec<Value> = about
        .metrics
        .iter()
        .map(|m| json!({"type": "DictionaryEntry", "key": m.dataset.as_ref().map_or_else(|| m.name.clone(), |d| format!("{}: {d}", m.name)), "value": m.value}))
        .collect();
    let fields = json!({
        "name": model.source.id,
        "description": about.description.as_ref().map(|q| q.text.as_str()),
        "suppliedBy": supplier,
        "originatedBy": supplier.as_ref().map(|s| [s]),
        "releaseTime": about.modified,
        "software_packageVersion": model.source.revision,
        "software_downloadLocation": download,
        "software_homePage": names::web(&model.source.url),
        "software_primaryPurpose": "model",
        "software_packageUrl": names::model_purl(model),
        "software_attributionText": model.license.obligations.iter().filter(|o| o.when == "distribute").map(|o| o.text.clone()).collect::<Vec<_>>(),
        "ai_typeOfModel": list(&about.architectures.iter().chain(&about.model_type).cloned().collect::<Vec<_>>()),
        "ai_domain": about.task.as_ref().map(|t| [t]),
        "ai_informationAboutTraining": training(model),
        "ai_informationAboutApplication": (!applications.is_empty()).then(|| applications.join("\n")),
        "ai_limitation": joined(&about.limitations),
        "ai_metric": (!metrics.is_empty()).then_some(metrics),
        "ai_standardCompliance": list(&standards),
        "externalIdentifier": swhid,
        "externalRef": references(model),
    });
    let id = graph.add("ai_AIPackage", &key, fields);
    let declared = license::declared(graph, report, model, had_record);
    let concluded = match (&model.license.effective, model.license.effective_openness) {
        (Some(expression), _) => license::expression(graph, report, expression),
        (None, Openness::None) => license::NONE.into(),
        (None, _) => license::NO_ASSERTION.into(),
    };
    graph.relate(&id, "hasDeclaredLicense", &[declared], None, None);
    graph.relate(&id, "hasConcludedLicense", &[concluded], None, None);
    files(graph, model, &id, &key);
    datasets(graph, report, model, &id);
    for ancestor in &model.lineage {
        let base = base(graph, report, model, ancestor);
        let child = if ancestor.of == model.source.id {
            Some(id.clone())
        } else {
            model.lineage.iter().find(|a| a.id == ancestor.of).map(|a| self::base(graph, report, model, a))
        };
        if let Some(child) = child {
            graph.relate(&child, "descendantOf", &[base], Some("complete"), Some(&ancestor.relation));
        }
    }
    annotation(graph, model, &id);
    id
}

fn list(items: &[String]) -> Option<Value> {
    (!items.is_empty()).then(|| strings(items))
}

fn organization(graph: &mut Graph, name: &str) -> String {
    graph.add("Organization", name, json!({"name": name}))
}

/// What is known of the training, in the audit's words.
fn training(model: &Model) -> Value {
    let parts: Vec<String> = [Pillar::TrainingData, Pillar::TrainingCode]
        .iter()
        .filter_map(|p| model.pillars.get(p).map(|a| format!("{}: {} ({})", names::pillar(*p), a.status, a.summary)))
        .collect();
    if parts.is_empty() { "NOASSERTION".into() } else { parts.join("\n").into() }
}

/// Definitions that the frameworks found it to meet.
fn standards(model: &Model) -> Vec<String> {
    let mut out = Vec::new();
    let class = model.frameworks.get("mof").and_then(|m| m.get("class")).and_then(Value::as_u64);
    if let Some(class @ 1..=3) = class {
        out.push(format!("Model Openness Framework 1.0 class {}", ["", "I", "II", "III"].get(class as usize).copied().unwrap_or_default()));
    }
    if model.frameworks.get("osaid").and_then(|o| o.get("conforms")).and_then(Value::as_bool) == Some(true) {
        out.push("Open Source AI Definition 1.0".into());
    }
    out
}

fn references(model: &Model) -> Option<Value> {
    let mut out: Vec<Value> = Vec::new();
    let mut add = |kind: &str, url: &str, comment: Option<&str>| {
        if let Some(url) = names::web(url) {
            let mut reference = json!({"type": "ExternalRef", "externalRefType": kind, "locator": [url]});
            if let (Some(comment), Value::Object(map)) = (comment, &mut reference) {
                map.insert("comment".into(), comment.into());
            }
            if !out.contains(&reference) {
                out.push(reference);
            }
        }
    };
    let page = if table::is_registry(&model.source.hub) { "page of the registry" } else { "model card" };
    add("documentation", &model.source.url, Some(page));
    for text in model.license.texts.iter().chain(&model.license.notices) {
        if let Some(url) = &text.url {
            add("license", url, Some(&text.path));
        }
    }
    for code in &model.code {
        add("vcs", &code.url, None);
    }
    for paper in &model.about.papers {
        add("documentation", paper, Some("paper"));
    }
    (!out.is_empty()).then_some(Value::Array(out))
}

/// The weight files, with the digests that the hub lists.
fn files(graph: &mut Graph, model: &Model, id: &str, key: &str) {
    let files: Vec<String> = model
        .weights
        .iter()
        .map(|f| {
            let hash = f.sha256.as_ref().map(|h| json!([{"type": "Hash", "algorithm": "sha256", "hashValue": h}]));
            let fields = json!({"name": f.path, "software_primaryPurpose": "model", "software_fileKind": "file", "verifiedUsing": hash});
            graph.add("software_File", &format!("{key} {}", f.path), fields)
        })
        .collect();
    graph.relate(id, "hasDataFile", &files, Some("incomplete"), Some("weight files; other files are not listed"));
}

fn datasets(graph: &mut Graph, report: &Report, model: &Model, id: &str) {
    let mut training = Vec::new();
    let mut testing = Vec::new();
    for data in &model.datasets {
        let package = dataset(graph, report, data);
        if data.role == "evaluation" { &mut testing } else { &mut training }.push(package);
    }
    let status = model.pillars.get(&Pillar::TrainingData).map(|p| p.status);
    let completeness = match status {
        Some(PillarStatus::Open) if model.incomplete.is_empty() => "complete",
        Some(PillarStatus::Unknown) | None => "noAssertion",
        _ => "incomplete",
    };
    if training.is_empty() && matches!(status, Some(PillarStatus::Closed | PillarStatus::Partial)) {
        training.push(NO_ASSERTION_ELEMENT.into());
    }
    graph.relate(id, "trainedOn", &training, Some(completeness), None);
    graph.relate(id, "testedOn", &testing, Some("incomplete"), None);
}

/// A dataset. The hub states one time of a revision; it is when that revision was built and released.
fn dataset(graph: &mut Graph, report: &Report, data: &Dataset) -> String {
    let about = &data.about;
    let key = format!("{} {}", data.id, about.revision.as_deref().unwrap_or_default());
    let download = names::web(&data.url);
    let whole = data.found == Some(true) && about.producer.is_some() && about.modified.is_some() && download.is_some();
    let kinds: Vec<&str> = about.modalities.iter().filter_map(|m| dataset_type(m)).collect();
    let owner = about.producer.as_ref().map(|p| organization(graph, p));
    let mut fields = json!({
        "name": data.id,
        "description": about.description,
        "originatedBy": owner.map(|o| [o]),
        "releaseTime": about.modified,
        "builtTime": about.modified,
        "software_packageVersion": about.revision,
        "software_downloadLocation": download,
        "software_primaryPurpose": "data",
    });
    let id = if whole {
        if let Value::Object(map) = &mut fields {
            map.insert("dataset_datasetType".into(), strings(if kinds.is_empty() { &["noAssertion"] } else { kinds.as_slice() }));
            // "clickthrough" is the hub's gate: terms are accepted, or access asked for.
            map.insert(
                "dataset_datasetAvailability".into(),
                if data.gated == Some(true) { "clickthrough" } else { "directDownload" }.into(),
            );
            if let Some(q) = about.sensitive.first() {
                map.insert("comment".into(), format!("On personal data the card says: {}", q.text).into());
            }
        }
        graph.add("dataset_DatasetPackage", &key, fields)
    } else {
        if let Value::Object(map) = &mut fields {
            let why = match data.found {
                Some(false) => "the hub has no such dataset, or not for everybody",
                _ => "the record of this dataset could not be had, or lacks what the Dataset profile requires",
            };
            map.insert("comment".into(), why.into());
        }
        graph.add("software_Package", &format!("data {key}"), fields)
    };
    let license = match &data.license {
        Some(expression) => license::expression(graph, report, expression),
        None => license::NO_ASSERTION.into(),
    };
    graph.relate(&id, "hasDeclaredLicense", std::slice::from_ref(&license), None, None);
    graph.relate(&id, "hasConcludedLicense", &[license], None, None);
    id
}

fn dataset_type(modality: &str) -> Option<&'static str> {
    Some(match modality {
        "text" => "text",
        "image" => "image",
        "audio" => "audio",
        "video" => "video",
        "tabular" => "structured",
        "timeseries" => "timeseries",
        "3d" | "geospatial" | "document" => "other",
        _ => return None,
    })
}

/// A model that another is made from.
fn base(graph: &mut Graph, report: &Report, model: &Model, ancestor: &Ancestor) -> String {
    let owner = crate::report::about::owner(&ancestor.id);
    let hub = table::bases_of(&model.source.hub);
    let download = ancestor
        .url
        .as_ref()
        .and_then(|u| names::web(&ancestor.revision.as_deref().map_or_else(|| u.clone(), |r| table::tree_page(hub, u, r))));
    let whole = owner.is_some() && ancestor.modified.is_some() && ancestor.revision.is_some() && download.is_some();
    let key = format!("{hub} {} {}", ancestor.id, ancestor.revision.as_deref().unwrap_or_default());
    // A base that is audited itself stands there as such.
    if let Some(id) = graph.contains("ai_AIPackage", &key) {
        return id;
    }
    if let Some(audited) = report.models.iter().find(|m| {
        m.source.hub == hub && m.source.id == ancestor.id && m.source.revision == ancestor.revision && m.source.id != model.source.id
    }) && whole
    {
        return super::graph::iri(&format!(
            "ai_AIPackage {} {} {}",
            audited.source.hub,
            audited.source.id,
            audited.source.revision.as_deref().unwrap_or_default()
        ));
    }
    let owner = owner.map(|o| organization(graph, &o));
    let fields = json!({
        "name": ancestor.id,
        "suppliedBy": owner,
        "releaseTime": ancestor.modified,
        "software_packageVersion": ancestor.revision,
        "software_downloadLocation": download,
        "software_primaryPurpose": "model",
        "software_packageUrl": names::purl(hub, &ancestor.id, ancestor.revision.as_deref(), ancestor.url.as_deref().unwrap_or_default()),
        "comment": (!whole).then_some("the record of this base model could not be had, or lacks what the AI profile requires"),
    });
    let id = graph.add(if whole { "ai_AIPackage" } else { "software_Package" }, &key, fields);
    let license = match &ancestor.license {
        Some(expression) => license::expression(graph, report, expression),
        None => license::NO_ASSERTION.into(),
    };
    graph.relate(&id, "hasDeclaredLicense", &[license::NO_ASSERTION.into()], None, None);
    graph.relate(&id, "hasConcludedLicense", &[license], None, None);
    id
}

/// The verdict, with everything that it rests on.
fn annotation(graph: &mut Graph, model: &Model, id: &str) {
    let components: serde_json::Map<String, Value> = model
        .components
        .iter()
        .map(|c| {
            let evidence: Vec<Value> = c
                .evidence
                .iter()
                .map(|e| json!({"url": e.url, "path": e.path, "lines": e.lines, "note": e.note, "digest": e.digest}))
                .collect();
            (
                c.id.slug().to_string(),
                json!({"availability": c.availability, "basis": c.basis, "license": c.license.expression, "evidence": evidence}),
            )
        })
        .collect();
    let statement = json!({
        "verdict": model.verdict,
        "verdict_possible": model.verdict_possible,
        "reasons": model.reasons.iter().map(|r| r.text.as_str()).collect::<Vec<_>>(),
        "terms": model.license.terms,
        "components": components,
        "frameworks": model.frameworks,
        "findings": model.findings.iter().map(|f| json!({"rule": f.rule, "severity": f.severity, "message": f.message})).collect::<Vec<_>>(),
        "incomplete": model.incomplete.iter().map(|i| format!("{}: {}", i.what, i.why)).collect::<Vec<_>>(),
    });
    let fields = json!({
        "annotationType": "review",
        "subject": id,
        "contentType": "application/json",
        "statement": serde_json::to_string(&statement).unwrap_or_default(),
    });
    graph.add("Annotation", id, fields);
}
