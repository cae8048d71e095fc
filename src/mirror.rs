//! The same model on two hubs: where a copy is looked for, and what the two records say of each other. A
//! registry that names no original is a mirror too, of what the rules know its entries to be.

use crate::digest::BlobDigest;
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::hub::record::ModelRecord;
use crate::hub::{self, Hub, modelscope, ollama};
use crate::plan::BaseMention;
use crate::rules::Rules;
use crate::rules::files::Kind;
use crate::snapshot::{Mention, Snapshot};
use crate::{files, license, text};
use std::collections::{BTreeMap, BTreeSet};

/// Repositories elsewhere that may be copies of a model, the likeliest first. Only models of hubs that mirror
/// others are asked about, so that an audit of the hub of plain names costs no request more.
pub fn candidates(hub: &str, record: &ModelRecord, rules: &Rules) -> Vec<(&'static dyn Hub, String)> {
    let Some((owner, name)) = record.id.split_once('/').filter(|_| hub == modelscope::NAME || hub == modelscope::INTL.name()) else {
        return Vec::new();
    };
    let renamed = rules.mirrors.elsewhere(hub, owner);
    let owners = if renamed.is_empty() { vec![owner.to_string()] } else { renamed.to_vec() };
    owners.into_iter().map(|owner| (hub::default(), format!("{owner}/{name}"))).filter(|(_, id)| crate::ids::is_repo_id(id)).collect()
}

/// The original of an entry of a registry that names none.
pub fn original(hub: &str, record: &ModelRecord, rules: &Rules) -> Option<BaseMention> {
    if hub != ollama::NAME {
        return None;
    }
    let (name, tag) = ollama::split(&record.id);
    let original = rules.mirrors.original(name, tag, record.extra.size.as_deref()?)?;
    let context = format!("by its name and size ({}), since the registry names no original", original.source);
    let mention = Mention { line: None, declared: false, context };
    Some(BaseMention { id: original.id.get_ref().clone(), relation: Some("quantized".into()), mention })
}

/// What the two records say of each other.
pub fn compare(snapshot: &Snapshot, rules: &Rules, findings: &mut Vec<Finding>) {
    let (Some(twin), Ok(own)) = (&snapshot.twin, &snapshot.record) else { return };
    let cite = |note: String| vec![snapshot.record_cite.clone(), Evidence { note, ..twin.cite.clone() }];
    let here = format!("{}:{}", snapshot.hub, own.id);
    let there = format!("{}:{}", twin.hub, twin.id);
    let theirs = match &twin.record {
        Ok(record) => record,
        Err(gap) => {
            let message = format!("{there} was not compared: {}", gap.words());
            findings.push(Finding::new(rules, "mirror/not-compared", message, cite(gap.words())));
            return;
        }
    };
    let weights = Weights::compare(own, theirs, rules);
    if !weights.same.is_empty() && weights.other.is_empty() {
        let all = text::count(weights.own, "weight file", "weight files");
        let message = format!("{here} and {there}: {} of {all} have the same digest", weights.same.len());
        findings.push(Finding::new(rules, "mirror/same-weights", message, cite(format!("the same digest: {}", shown(&weights.same)))));
    }
    if !weights.other.is_empty() {
        let message = format!("{here} and {there}: {} of the same name differ in their digest", shown(&weights.other));
        findings.push(Finding::new(rules, "mirror/weights-differ", message, cite(format!("another digest: {}", shown(&weights.other)))));
    }
    let (mine, yours) = (licenses(own, rules), licenses(theirs, rules));
    if mine != yours && !(mine.is_empty() && yours.is_empty()) {
        let said = |names: &BTreeSet<String>| match names.is_empty() {
            true => "names no license".to_string(),
            false => format!("says {}", text::list(&names.iter().cloned().collect::<Vec<_>>())),
        };
        let what = if weights.same.is_empty() { "a model of the same name" } else { "the same weights" };
        let message = format!("{here} {}, {there} {}, of {what}", said(&mine), said(&yours));
        findings.push(Finding::new(rules, "mirror/license-differs", message, cite(format!("the copy {}", said(&yours)))));
    }
}

/// The first of some names.
fn shown(names: &[String]) -> String {
    let first = text::list(&names.iter().take(3).map(|n| text::cut(n, 60).into_owned()).collect::<Vec<_>>());
    if names.len() > 3 { format!("{first} and {} more", names.len() - 3) } else { first }
}

/// Ids of the licenses that a record declares; a name that no rule knows stands for itself.
fn licenses(record: &ModelRecord, rules: &Rules) -> BTreeSet<String> {
    let of = |name: &str| license::find(rules, name).map_or_else(|| text::fold_name(name), |k| k.id().to_string());
    let named = record.licenses().into_iter().filter(|t| license::names_something(t)).map(|t| of(&t)).collect::<BTreeSet<_>>();
    if !named.is_empty() {
        return named;
    }
    let name = record.card_data.get("license_name").and_then(|n| n.as_str()).filter(|n| license::names_something(n));
    name.map(of).into_iter().collect()
}

/// Weight files of two records.
struct Weights {
    /// With the same digest, whatever they are called.
    same: Vec<String>,
    /// Of the same name, with another digest.
    other: Vec<String>,
    /// How many there are here.
    own: usize,
}

impl Weights {
    fn compare(own: &ModelRecord, theirs: &ModelRecord, rules: &Rules) -> Weights {
        let digests = |record: &ModelRecord| -> BTreeMap<String, String> {
            let weights =
                record.files.iter().flatten().filter(|f| matches!(files::kind(&f.path, rules), Some(Kind::Weights | Kind::Adapter)));
            weights
                .filter_map(|f| match &f.digest {
                    Some(BlobDigest::Sha256(hex)) => Some((f.path.clone(), hex.clone())),
                    _ => None,
                })
                .collect()
        };
        let (own, theirs) = (digests(own), digests(theirs));
        let all: BTreeSet<&String> = theirs.values().collect();
        let count = own.len();
        let (same, rest): (Vec<_>, Vec<_>) = own.iter().partition(|(_, digest)| all.contains(digest));
        let names = |list: Vec<(&String, &String)>| list.into_iter().map(|(path, _)| path.clone()).collect::<Vec<_>>();
        let other = rest.into_iter().filter(|(path, _)| theirs.contains_key(*path)).collect();
        Weights { same: names(same), other: names(other), own: count }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::Twin;

    fn record(license: &str, digest: &str) -> ModelRecord {
        let json = serde_json::json!({"id": "LLM-Research/n", "cardData": {"license": license},
            "siblings": [{"rfilename": "model.safetensors", "size": 9, "lfs": {"sha256": digest}}]});
        ModelRecord::parse(json.to_string().as_bytes()).unwrap()
    }

    fn found(own: ModelRecord, theirs: ModelRecord) -> Vec<String> {
        let rules = Rules::load(None).unwrap();
        let target = crate::target::Target::parse("modelscope:LLM-Research/n", &crate::hosts::Endpoints::default()).unwrap();
        let gap = crate::net::Gap::NotFound;
        let mut snapshot =
            Snapshot::without_record(&target, modelscope::NAME, "LLM-Research/n".into(), String::new(), Evidence::default(), gap);
        snapshot.record = Ok(own);
        snapshot.twin = Some(Twin { hub: "huggingface", id: "meta-llama/n".into(), cite: Evidence::default(), record: Ok(theirs) });
        let mut findings = Vec::new();
        compare(&snapshot, &rules, &mut findings);
        findings.into_iter().map(|f| f.rule).collect()
    }

    #[test]
    fn copies_are_compared() {
        assert_eq!(found(record("apache-2.0", "aa"), record("Apache License 2.0", "aa")), ["mirror/same-weights"]);
        assert_eq!(found(record("apache-2.0", "aa"), record("llama3.1", "aa")), ["mirror/same-weights", "mirror/license-differs"]);
        assert_eq!(found(record("mit", "aa"), record("mit", "bb")), ["mirror/weights-differ"]);
        assert_eq!(found(record("other", "aa"), record("mit", "cc")), ["mirror/weights-differ", "mirror/license-differs"]);
    }

    #[test]
    fn a_copy_is_looked_for_under_the_names_of_its_owner() {
        let rules = Rules::load(None).unwrap();
        let ids = |hub: &str| candidates(hub, &record("mit", "aa"), &rules).into_iter().map(|c| c.1).collect::<Vec<_>>();
        assert_eq!(ids("modelscope").first().map(String::as_str), Some("meta-llama/n"));
        assert!(ids("huggingface").is_empty() && ids("github").is_empty());
    }

    #[test]
    fn an_original_is_known_by_name_and_size() {
        let rules = Rules::load(None).unwrap();
        let original = |name: &str, tag: &str, size: &str| rules.mirrors.original(name, tag, size).map(|o| o.id.get_ref().clone());
        assert_eq!(original("library/llama3.1", "latest", "8.0B").as_deref(), Some("meta-llama/Llama-3.1-8B-Instruct"));
        assert_eq!(original("library/llama3.1", "8b-text-q4_0", "8.0B"), None);
        assert_eq!(original("someone/llama3.1", "latest", "8.0B"), None);
        assert_eq!(original("library/llama3.1", "latest", "9.0B"), None);
    }
}
