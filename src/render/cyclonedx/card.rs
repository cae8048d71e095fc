//! The model card of a model.

use super::dataset::reference;
use crate::report::Model;
use crate::vocabulary::*;
use serde_json::{Map, Value, json};

/// What record and card say of it.
pub fn model_card(model: &Model) -> Value {
    let about = &model.about;
    let mut parameters = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            parameters.insert(key.into(), value);
        }
    };
    put("task", about.task.clone().map(Value::from));
    put("architectureFamily", about.model_type.clone().map(Value::from));
    put("modelArchitecture", (!about.architectures.is_empty()).then(|| about.architectures.join(", ").into()));
    let mut datasets: Vec<Value> = model.datasets.iter().map(|d| json!({"ref": reference(d)})).collect();
    datasets.dedup();
    if datasets.is_empty() && model.pillars.get(&Pillar::TrainingData).is_some_and(|p| p.status == PillarStatus::Closed) {
        datasets.push(json!({"type": "dataset", "name": "undisclosed"}));
    }
    put("datasets", (!datasets.is_empty()).then_some(Value::Array(datasets)));
    let (inputs, outputs) = formats(about.task.as_deref().unwrap_or_default());
    put("inputs", (!inputs.is_empty()).then(|| inputs.iter().map(|f| json!({"format": f})).collect()));
    put("outputs", (!outputs.is_empty()).then(|| outputs.iter().map(|f| json!({"format": f})).collect()));
    let mut card = Map::new();
    card.insert("modelParameters".into(), Value::Object(parameters));
    let metrics: Vec<Value> = about
        .metrics
        .iter()
        .map(|m| json!({"type": m.name, "value": m.value, "slice": m.dataset.as_deref().or(m.task.as_deref()).unwrap_or_default()}))
        .collect();
    if !metrics.is_empty() {
        card.insert("quantitativeAnalysis".into(), json!({"performanceMetrics": metrics}));
    }
    let considerations = considerations(model);
    if !considerations.is_empty() {
        card.insert("considerations".into(), Value::Object(considerations));
    }
    let benchmarks: Vec<Value> = model.evaluation.benchmarks.iter().map(|b| json!({"name": "trulyopen:benchmark", "value": b})).collect();
    if !benchmarks.is_empty() {
        card.insert("properties".into(), benchmarks.into());
    }
    Value::Object(card)
}

/// What the hub's task names say of a model's inputs and outputs; of a task that does not, nothing.
fn formats(task: &str) -> (Vec<&str>, Vec<&str>) {
    let known = |s: &&str| matches!(*s, "text" | "image" | "audio" | "video" | "3d" | "speech");
    match task {
        "text-generation" | "fill-mask" | "summarization" | "translation" | "question-answering" => (vec!["text"], vec!["text"]),
        "automatic-speech-recognition" => (vec!["audio"], vec!["text"]),
        "text-classification" | "token-classification" | "feature-extraction" | "sentence-similarity" => (vec!["text"], Vec::new()),
        "any-to-any" => (Vec::new(), Vec::new()),
        _ => match task.split_once("-to-") {
            Some((from, to)) => (from.split('-').filter(known).collect(), to.split('-').filter(known).collect()),
            None => (Vec::new(), Vec::new()),
        },
    }
}

fn considerations(model: &Model) -> Map<String, Value> {
    let about = &model.about;
    let mut out = Map::new();
    let mut uses: Vec<Value> = about.uses.iter().map(|q| Value::from(q.text.clone())).collect();
    uses.extend(about.out_of_scope.iter().map(|q| Value::from(format!("out of scope: {}", q.text))));
    if !uses.is_empty() {
        out.insert("useCases".into(), uses.into());
    }
    if !about.limitations.is_empty() {
        out.insert("technicalLimitations".into(), about.limitations.iter().map(|q| q.text.clone()).collect());
        let mitigation = about.recommendations.iter().map(|q| q.text.as_str()).collect::<Vec<_>>().join(" ");
        let risks = about.limitations.iter().map(|q| {
            let mut risk = json!({"name": q.text});
            if let (false, Value::Object(map)) = (mitigation.is_empty(), &mut risk) {
                map.insert("mitigationStrategy".into(), mitigation.clone().into());
            }
            risk
        });
        out.insert("ethicalConsiderations".into(), risks.collect());
    }
    if !about.environment.is_empty() {
        let properties: Vec<Value> = about.environment.iter().map(|(k, v)| json!({"name": format!("trulyopen:{k}"), "value": v})).collect();
        out.insert("environmentalConsiderations".into(), json!({"properties": properties}));
    }
    out
}
