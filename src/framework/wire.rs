//! Frameworks as JSON: the keys that the contract promises for the four built-in ones, and for every framework
//! its title, the answer in one clause, and its lines.

use super::{Evaluated, Evaluations, eu_ai_act, osaid, score};
use crate::mof;
use crate::requirement::checklist;
use crate::rules::Rules;
use crate::vocabulary::{ComponentId, Degree, Tri};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Every framework, by id.
pub fn frameworks(evaluations: &Evaluations, rules: &Rules) -> BTreeMap<String, Value> {
    evaluations.iter().map(|(id, e)| (id.clone(), framework(id, e, rules))).collect()
}

fn framework(id: &str, evaluated: &Evaluated, rules: &Rules) -> Value {
    let mut out = Map::new();
    let title = rules.frameworks.get(id).map(|f| f.title.clone()).unwrap_or_default();
    out.insert("title".into(), json!(title));
    let summary = match evaluated {
        Evaluated::Checklist(list) => {
            match id {
                osaid::ID => osaid::keys(list, &mut out),
                eu_ai_act::ID => eu_ai_act::keys(list, &mut out),
                _ => generic(list, &mut out),
            }
            out.insert("lines".into(), list.lines.iter().map(line).collect());
            if id == eu_ai_act::ID { format!("{} ({})", list.summary(), eu_ai_act::CAUTION) } else { list.summary() }
        }
        Evaluated::Score(score) => score_keys(score, &mut out),
        Evaluated::Mof(result) => mof_keys(result, rules, &mut out),
    };
    out.insert("summary".into(), json!(summary));
    Value::Object(out)
}

/// A checklist that the contract does not name.
fn generic(list: &checklist::Checklist, out: &mut Map<String, Value>) {
    let ids = |tri: Tri| list.required(tri).map(|l| l.id.as_str()).collect::<Vec<_>>();
    out.insert("outcome".into(), json!(list.word));
    out.insert("unmet".into(), json!(ids(Tri::NotMet)));
    out.insert("needs_review".into(), json!(ids(Tri::Unknown)));
}

fn line(l: &checklist::Filled) -> Value {
    json!({
        "id": l.id, "title": l.title, "group": l.group, "required": l.required, "reviewable": l.reviewable, "status": l.status(), "why": l.answer.why,
        "components": l.answer.components, "attested": l.attested,
    })
}

fn score_keys(score: &score::Score, out: &mut Map<String, Value>) -> String {
    let (mean, possible) = score.mean();
    let map = |of: fn(&score::Judged) -> Degree| -> Map<String, Value> {
        score.dimensions.iter().map(|d| (d.id.clone(), json!(of(d).slug()))).collect()
    };
    out.insert("dimensions".into(), Value::Object(map(|d| d.class)));
    out.insert("dimensions_possible".into(), Value::Object(map(|d| d.possible)));
    out.insert("score".into(), json!(rounded(mean, 4)));
    out.insert("score_possible".into(), json!(rounded(possible, 4)));
    let lines = score.dimensions.iter().map(|d| {
        json!({
            "id": d.id, "title": d.title, "group": d.group, "status": d.class.slug(), "possible": d.possible.slug(), "why": d.why,
            "attested": d.attested,
        })
    });
    out.insert("lines".into(), lines.collect());
    let count = |class| score.dimensions.iter().filter(|d| d.class == class).count();
    let counts = format!("{} open, {} partial, {} closed", count(Degree::Open), count(Degree::Partial), count(Degree::Closed));
    if possible > mean { format!("{mean:.2}, at most {possible:.2} ({counts})") } else { format!("{mean:.2} ({counts})") }
}

fn mof_keys(result: &mof::Result, rules: &Rules, out: &mut Map<String, Value>) -> String {
    let progress: Map<String, Value> = result.progress.iter().map(|(c, p)| (c.to_string(), json!(rounded(*p, 1)))).collect();
    let included: Vec<ComponentId> =
        result.statuses.iter().filter(|(_, s)| matches!(s, mof::Status::Included { .. })).map(|(id, _)| *id).collect();
    out.insert("class".into(), json!(result.class));
    out.insert("class_possible".into(), json!(result.class_possible));
    let label = label_of(result.class, rules);
    out.insert("label".into(), json!(label));
    out.insert("progress".into(), Value::Object(progress));
    for (key, list) in [
        ("included", &included),
        ("missing", &result.missing),
        ("invalid", &result.invalid),
        ("unlicensed", &result.unlicensed),
        ("unknown", &result.unknown),
        ("conditional", &result.conditional),
    ] {
        let mut ids: Vec<&str> = list.iter().map(|id| id.slug()).collect();
        ids.sort_unstable();
        out.insert(key.into(), json!(ids));
    }
    let percent = |c: u8| result.progress.get(&c).map_or(0.0, |p| *p).floor();
    let maybe =
        if result.class_possible != result.class { format!(", at most {}", label_of(result.class_possible, rules)) } else { String::new() };
    format!("{label}{maybe} (III {} %, II {} %, I {} %)", percent(3), percent(2), percent(1))
}

/// The title of a class.
fn label_of(class: u8, rules: &Rules) -> String {
    let known = mof::mof_rule(rules).and_then(|r| r.classes.iter().find(|c| c.class == class));
    known.map_or_else(|| "Unclassified".to_string(), |c| c.title.clone())
}

/// A finite number with so many decimals.
fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (value * scale).round() / scale
}
