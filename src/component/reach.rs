//! Whether a dataset can be had, and under what license: by its record on the hub, and where there
//! is none by the table of well-known corpora.

use super::*;
use crate::card::front_matter::strings;
use crate::hub::record::Gate;
use crate::net::Origin;
use crate::rules::schema::{Corpus, Reachable};
use crate::snapshot::DatasetSnapshot;
use crate::{license, text};

/// Whether one dataset can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// By anyone, all of it.
    Anyone,
    /// By whom its owner lets in.
    ByHand,
    /// Only a part of it, or no longer from its makers.
    Partly,
    /// By nobody, as far as is known.
    Missing,
    Unknown(Gap),
}

/// The answer, on what basis, and what was seen, in a clause.
pub struct Answer {
    pub reach: Reach,
    pub basis: Basis,
    pub note: String,
    /// What the table of corpora cites.
    pub source: Option<String>,
}

/// Looks at the record, or else into the table.
pub fn reach(cx: &Context<'_, '_>, dataset: &DatasetSnapshot) -> Answer {
    let verified = |reach, note: &str| Answer { reach, basis: Basis::Verified, note: note.to_string(), source: None };
    match &dataset.record {
        Ok(r) if r.disabled || r.data_files == Some(0) => verified(Reach::Missing, "is empty or disabled on the hub"),
        Ok(r) if r.private || r.gate == Gate::Manual => verified(Reach::ByHand, Reachable::Gated.words()),
        Ok(r) if r.gate == Gate::Unknown => {
            let gap = Gap::Malformed("its record does not say who has access".into());
            let note = gap.words();
            Answer { reach: Reach::Unknown(gap), basis: Basis::None, note, source: None }
        }
        Ok(_) => match known_part(cx, dataset) {
            Some(corpus) => from_table(corpus, "is on the hub"),
            None => verified(Reach::Anyone, Reachable::Released.words()),
        },
        Err(gap) => match known(cx, dataset) {
            Some(corpus) => from_table(corpus, "no record at hand"),
            None if matches!(gap, Gap::MissingOrPrivate | Gap::NotFound) => {
                verified(Reach::Missing, "does not exist on the hub, or is private")
            }
            None => Answer { reach: Reach::Unknown(gap.clone()), basis: Basis::None, note: gap.words(), source: None },
        },
    }
}

/// The table's entry, where it may speak: for what is kept elsewhere, and where no record is at hand. A
/// hub that answers that its own dataset is gone knows better, and one that gives no answer leaves
/// the question open.
fn known<'r>(cx: &Context<'_, 'r>, dataset: &DatasetSnapshot) -> Option<&'r Corpus> {
    let corpus = cx.rules.corpora.by_id(&dataset.id)?;
    match &dataset.record {
        _ if dataset.elsewhere => Some(corpus),
        Err(Gap::MissingOrPrivate | Gap::NotFound) => {
            (!is_kept_at(corpus, &dataset.id) || cx.snapshot.fetched_from != Origin::Live).then_some(corpus)
        }
        _ => None,
    }
}

/// The table's entry, where a record that anybody can download proves too much: what its makers publish there is a part
/// of what models were trained on (600 of RefinedWeb's 5,000 billion tokens), or the record is somebody's copy of what
/// they withdrew. What they put back at its own place is there again.
fn known_part<'r>(cx: &Context<'_, 'r>, dataset: &DatasetSnapshot) -> Option<&'r Corpus> {
    let corpus = cx.rules.corpora.by_id(&dataset.id)?;
    match corpus.availability {
        Reachable::Partial => Some(corpus),
        Reachable::Withdrawn => (!is_kept_at(corpus, &dataset.id)).then_some(corpus),
        Reachable::Released | Reachable::Gated | Reachable::Withheld => None,
    }
}

fn is_kept_at(corpus: &Corpus, id: &str) -> bool {
    corpus.url.to_lowercase().ends_with(&format!("/datasets/{}", id.to_lowercase()))
}

fn from_table(corpus: &Corpus, seen: &str) -> Answer {
    let (reach, basis) = match corpus.availability {
        Reachable::Released => (Reach::Anyone, Basis::Linked),
        Reachable::Gated => (Reach::ByHand, Basis::Linked),
        Reachable::Partial | Reachable::Withdrawn => (Reach::Partly, Basis::Linked),
        Reachable::Withheld => (Reach::Missing, Basis::Linked),
    };
    let told = corpus.note.as_deref().map_or_else(String::new, |n| format!(" ({})", n.trim_end_matches('.')));
    let note = format!("{seen}; a known corpus that {}{told}", corpus.availability.words());
    Answer { reach, basis, note, source: Some(corpus.source.clone()) }
}

/// The license that a dataset's own card declares, or that the table knows.
pub fn license_of_dataset(dataset: &DatasetSnapshot, rules: &Rules) -> ComponentLicense {
    // Where a list was looked at and not the record itself, it says nothing of a license.
    let Some(record) = dataset.record.as_ref().ok().filter(|_| !dataset.elsewhere) else {
        let known = rules.corpora.by_id(&dataset.id).and_then(|c| license::find(rules, c.license.as_deref()?));
        return known
            .map_or_else(license_unknown, |k| license_known(k, Content::Data).because("known of this corpus (rules/datasets.toml)"));
    };
    let mut names = strings(record.card_data.get("license"));
    names.extend(record.tags.iter().filter_map(|t| t.strip_prefix("license:")).map(str::to_string));
    names.sort();
    names.dedup_by(|a, b| text::fold_name(a) == text::fold_name(b));
    let said: Vec<&String> = names.iter().filter(|n| license::names_something(n)).collect();
    if names.is_empty() {
        return license_none();
    }
    let named: Vec<ComponentLicense> =
        said.iter().map(|n| license::find(rules, n).map_or_else(license_unknown, |k| license_known(k, Content::Data))).collect();
    combined(named)
}

/// All of the licenses bind, each its own dataset.
pub fn combined(parts: Vec<ComponentLicense>) -> ComponentLicense {
    let mut ids: Vec<String> = parts.iter().filter_map(|p| p.expression.clone()).collect();
    ids.sort();
    ids.dedup();
    let answers: Vec<bool> = parts.iter().filter_map(|p| p.type_appropriate).collect();
    ComponentLicense {
        expression: (!ids.is_empty()).then(|| ids.join(" AND ")),
        openness: if parts.is_empty() { Openness::Unknown } else { parts.iter().fold(Openness::Open, |o, p| o.and(p.openness)) },
        type_appropriate: (!answers.is_empty()).then(|| answers.iter().all(|a| *a)),
        reason: if parts.is_empty() { "no dataset was looked at".into() } else { "declared by the datasets' own cards".into() },
    }
}
