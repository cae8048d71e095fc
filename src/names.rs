//! What may have been meant by a name that no hub has: another kind of thing by that name, or models of a
//! similar one. The hub is asked where it can be; otherwise the names known on this machine are compared.

use crate::hub::huggingface::{self, HuggingFace};
use crate::ids::is_repo_id;
use crate::net::{Fetcher, Gap, Resource, limits};
use crate::snapshot::{Other, Snapshot};
use crate::target::Place;
use futures_util::future::join;
use serde_json::Value;
use std::collections::BTreeSet;

/// Suggestions for one name.
const SUGGESTIONS: usize = 3;
/// Models that the hub is asked for.
const ASKED: usize = 20;
/// Below this similarity (0 to 1) a name is another one.
const SIMILAR: f64 = 0.72;

/// The name of a target of which the hub has no model.
fn missing(snapshot: &Snapshot) -> Option<&str> {
    match (&snapshot.target.place, &snapshot.record) {
        (Place::Hub { hub: huggingface::NAME, id, .. }, Err(Gap::MissingOrPrivate | Gap::NotFound)) => Some(id),
        _ => None,
    }
}

/// The dataset or space that has the name of a model that is not there.
pub async fn other(fetcher: &Fetcher, snapshot: &Snapshot) -> Option<Other> {
    let id = missing(snapshot)?;
    let at = &fetcher.endpoints;
    let (dataset, space) = (HuggingFace.dataset_info(at, id), HuggingFace.space_info(at, id));
    let (dataset, space) = join(fetcher.get(&dataset), fetcher.get(&space)).await;
    let named = |kind, plural: &str| Other { kind, page: format!("{}/{plural}/{id}", at.get(huggingface::NAME)) };
    dataset.is_ok().then(|| named("dataset", "datasets")).or_else(|| space.is_ok().then(|| named("space", "spaces")))
}

/// Models of similar names, the likeliest first, for a target that is not there or could not be looked for.
/// This is help for whoever wrote the name and no evidence: it differs from machine to machine, and stands in
/// no report.
pub async fn similar(fetcher: &Fetcher, snapshot: &Snapshot) -> Vec<String> {
    let Place::Hub { hub: huggingface::NAME, id, .. } = &snapshot.target.place else { return Vec::new() };
    let found = match &snapshot.record {
        _ if missing(snapshot).is_some() => search(fetcher, id).await,
        Err(Gap::Offline | Gap::Unreachable(_)) => Vec::new(),
        _ => return Vec::new(),
    };
    let known = fetcher.known_models();
    // A name that is known needs no other.
    if known.contains(id) { Vec::new() } else { nearest(id, found.iter().chain(&known).map(String::as_str)) }
}

/// Ids that the hub finds for a name, the most used first
/// (<https://huggingface.co/docs/hub/api#get-apimodels>).
async fn search(fetcher: &Fetcher, id: &str) -> Vec<String> {
    let name = id.rsplit('/').next().unwrap_or(id);
    let query: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let resource = Resource {
        path: format!("{}/search/{}.json", huggingface::NAME, crate::digest::sha256(name.as_bytes())),
        url: format!("{}/api/models?search={query}&sort=downloads&direction=-1&limit={ASKED}", fetcher.endpoints.get(huggingface::NAME)),
        limit: limits::RECORD_BYTES,
        expect: None,
    };
    let Ok(body) = fetcher.get(&resource).await else { return Vec::new() };
    let list: Vec<Value> = serde_json::from_slice(&body.bytes).unwrap_or_default();
    let ids = list.iter().filter_map(|m| m.get("id").or_else(|| m.get("modelId"))?.as_str());
    ids.filter(|id| is_repo_id(id)).take(ASKED).map(str::to_string).collect()
}

/// The models of a list whose names are most like one that is wrong. Of equally similar ones the earlier goes
/// first.
pub fn nearest<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut scored: Vec<(f64, &str)> =
        known.filter(|id| *id != wrong && seen.insert(*id)).map(|id| (similarity(wrong, id), id)).filter(|(s, _)| *s >= SIMILAR).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    // The same name in another spelling leaves no doubt.
    if scored.first().is_some_and(|(s, _)| *s >= 1.0) {
        scored.retain(|(s, _)| *s >= 1.0);
    }
    scored.into_iter().take(SUGGESTIONS).map(|(_, id)| id.to_string()).collect()
}

/// How much alike two ids are, from 0 to 1: their names, and their owners where both have one.
fn similarity(wrong: &str, id: &str) -> f64 {
    let parts = |s: &str| match s.split_once('/') {
        Some((owner, name)) => (folded(owner), folded(name)),
        None => (String::new(), folded(s)),
    };
    let ((owner, name), (their_owner, their_name)) = (parts(wrong), parts(id));
    let names = strsim::normalized_damerau_levenshtein(&name, &their_name);
    if owner.is_empty() {
        return names;
    }
    // Whoever writes an owner may have the right name at the wrong owner, or the other way round.
    names * 0.7 + strsim::jaro_winkler(&owner, &their_owner) * 0.3
}

/// Letters and digits in lower case: what people remember of a name.
fn folded(s: &str) -> String {
    s.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KNOWN: &[&str] = &[
        "deepseek-ai/DeepSeek-R1",
        "deepseek-ai/DeepSeek-V3",
        "deepseek-ai/DeepSeek-R1-Distill-Llama-8B",
        "allenai/OLMo-2-1124-7B",
        "meta-llama/Llama-3.2-3B-Instruct",
        "gpt2",
    ];

    fn best(wrong: &str) -> Option<String> {
        nearest(wrong, KNOWN.iter().copied()).into_iter().next()
    }

    #[test]
    fn typos_case_and_missing_owners() {
        for (wrong, right) in [
            ("deepseek-r1", "deepseek-ai/DeepSeek-R1"),
            ("deepseek-ai/deepseek-r1", "deepseek-ai/DeepSeek-R1"),
            ("DeepSeek-AI/DeepSeekR1", "deepseek-ai/DeepSeek-R1"),
            ("deepseek/DeepSeek-R1", "deepseek-ai/DeepSeek-R1"),
            ("allenai/OLMo-2-1142-7B", "allenai/OLMo-2-1124-7B"),
            ("olmo2-1124-7b", "allenai/OLMo-2-1124-7B"),
            ("meta-lama/Llama-3.2-3B-Instruct", "meta-llama/Llama-3.2-3B-Instruct"),
            ("gpt-2", "gpt2"),
        ] {
            assert_eq!(best(wrong).as_deref(), Some(right), "{wrong}");
        }
        for other in ["whisper-large", "acme/unheard-of", "x", "microsoft/phi-4"] {
            assert_eq!(best(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn any_name(wrong in "\\PC{0,40}", id in "\\PC{0,40}") {
            let s = similarity(&wrong, &id);
            prop_assert!((0.0..=1.0).contains(&s));
        }
    }
}
