//! A base that is not declared: does a name, a configuration or the card point to one whose terms may bind?

use super::Lineage;
use crate::card::topics::{sentences, topic_of};
use crate::card::{BlockKind, Card};
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::hub::local::header::What;
use crate::license::{of_base, of_name};
use crate::rules::Rules;
use crate::rules::licenses::Known;
use crate::rules::schema::Base;
use crate::snapshot::Snapshot;
use crate::terms::Terms;
use crate::text;
use crate::vocabulary::{Content, Openness};

/// No base is declared: does the name or configuration point to one whose terms may bind?
pub(super) fn suspect<'r>(snapshot: &Snapshot, own: &Terms<'r>, rules: &'r Rules, out: &mut Lineage<'r>, findings: &mut Vec<Finding>) {
    if let Some((base, known)) = of_base(rules, &snapshot.id) {
        // A well-known model is nobody's derivative, but for those whose terms the rules know to be
        // stricter than their own tag.
        if own.openness == Openness::Open && known.openness(Content::Weights) == Openness::Restricted {
            let cite = Evidence::page(base.source.clone(), format!("rules/bases.toml knows {} to be under {}", snapshot.id, known.name()));
            let what = format!("a model of the {} family", base.family);
            believe_no_tag(what, known, cite, own, rules, out, findings);
        }
        return;
    }
    let config = snapshot.files.get("config.json").and_then(|f| f.as_ref().ok());
    let trained_from = config.and_then(|d| {
        let value: serde_json::Value = serde_json::from_slice(&d.bytes).ok()?;
        let path = value.get("_name_or_path")?.as_str()?.to_string();
        let (base, known) = of_base(rules, &path)?;
        (!path.eq_ignore_ascii_case(&snapshot.id)).then(|| (path, base, known, d.cite(None, "_name_or_path")))
    });
    let adapter = snapshot.files.get("adapter_config.json").and_then(|f| f.as_ref().ok()).and_then(|d| {
        let value: serde_json::Value = serde_json::from_slice(&d.bytes).ok()?;
        let path = value.get("base_model_name_or_path")?.as_str()?.to_string();
        let (base, known) = of_base(rules, &path)?;
        Some((path, base, known, d.cite(None, "base_model_name_or_path")))
    });
    let family = |base: &Base| format!("a model of the {} family", base.family);
    let by_name = || {
        let (base, known) = of_name(rules, &snapshot.id)?;
        Some((family(base), known, Evidence { note: format!("its name: {}", snapshot.id), ..snapshot.record_cite.clone() }))
    };
    let by_card = || {
        let (line, said, base, known) = told(snapshot.parsed.as_ref()?, rules)?;
        Some((family(base), known, snapshot.card.as_ref().ok()?.cite(line, text::cut(&said, 240))))
    };
    // The name that a weight file gives itself is as good a hint as that of the repository.
    let by_header = || {
        snapshot.headers.iter().find_map(|h| {
            let name = h.first(What::Name)?;
            let (base, known) = of_name(rules, &text::fold_name(name))?;
            let note = format!("its header: {}", text::cut(name, 120));
            Some((family(base), known, Evidence { path: Some(h.path.clone()), note, ..snapshot.record_cite.clone() }))
        })
    };
    let by_file = adapter.or(trained_from).map(|(path, _, known, cite)| (path, known, cite));
    let Some((what, known, cite)) = by_file.or_else(by_header).or_else(by_name).or_else(by_card) else { return };
    believe_no_tag(what, known, cite, own, rules, out, findings);
}

/// Takes note that a model looks made from another, whose terms would bind.
fn believe_no_tag<'r>(
    what: String,
    known: Known<'r>,
    cite: Evidence,
    own: &Terms<'r>,
    rules: &Rules,
    out: &mut Lineage<'r>,
    findings: &mut Vec<Finding>,
) {
    if known.openness(Content::Weights) == Openness::Open || own.parts.iter().any(|p| p.id == known.id()) {
        return;
    }
    out.suspected = Some(what.clone());
    if own.openness == Openness::Open {
        // A suspicion proves nothing, and forbids to believe the tag.
        out.openness = out.openness.and(Openness::Unknown);
    }
    findings.push(Finding::new(
        rules,
        "lineage/undeclared-base",
        format!("no base_model, but this looks made from {what}, which is under {}", known.name()),
        vec![cite],
    ));
}

/// The family that a card says the model comes from.
pub(super) fn family_told<'r>(card: &Card, rules: &'r Rules) -> Option<&'r str> {
    told(card, rules).map(|(_, _, base, _)| base.family.as_str())
}

/// What a card says of a base without a name that a hub knows: line, words, and the family.
type Told<'r> = (Option<u32>, String, &'r Base, Known<'r>);

/// A family named in a sentence such as "fine-tuned from Llama 2".
fn told<'r>(card: &Card, rules: &'r Rules) -> Option<Told<'r>> {
    for block in card.blocks.iter().filter(|b| b.kind == BlockKind::Text) {
        if matches!(topic_of(card, block, rules), Some("citation" | "evaluation" | "usage" | "license" | "training-data")) {
            continue;
        }
        for sentence in sentences(&block.text) {
            let folded = text::words(sentence);
            if rules.says(&folded, "base-not-own") {
                continue;
            }
            let named = rules.phrase_list("derived-from").iter().find_map(|p| {
                let at = folded.match_indices(p.as_str()).find(|(i, _)| *i == 0 || folded.as_bytes().get(i - 1) == Some(&b' '))?.0;
                family_at_start(folded.get(at + p.len()..)?, rules)
            });
            // "is a Llama 2 70B model fine-tuned on …", "fine-tuned on Llama 2 70B".
            let named = named.or_else(|| described(&folded, rules)).or_else(|| {
                rules.phrase_list("derived-from-adjacent").iter().find_map(|p| {
                    let rest = after_phrase(&folded, p)?;
                    // A list of names is one of data ("fine-tuned on Alpaca, …"), a model has a size or a version.
                    rest.split(' ').take(6).any(|w| w.ends_with('b') && text::is_size(w)).then_some(())?;
                    family_at_start(rest, rules)
                })
            });
            if let Some((base, known)) = named {
                return Some((Some(block.line), sentence.trim().to_string(), base, known));
            }
        }
    }
    None
}

/// The family in "is a … model fine-tuned on", where the name is that of a model.
fn described<'r>(folded: &str, rules: &'r Rules) -> Option<(&'r Base, Known<'r>)> {
    ["is a", "is an", "is the"].iter().find_map(|article| {
        let rest = after_phrase(folded, article)?;
        let words: Vec<&str> = rest.split(' ').collect();
        let model = words.iter().take(6).position(|w| matches!(*w, "model" | "base" | "checkpoint"))?;
        let after = words.get(model + 1..)?.join(" ");
        let after = after.strip_prefix("model ").unwrap_or(&after);
        let tuned = rules.phrase_list("derived-from-after-article").iter().any(|p| after.starts_with(p.as_str()))
            || after.starts_with("trained on");
        tuned.then(|| family_at_start(rest, rules)).flatten()
    })
}

/// What stands behind the first place at which a phrase is said.
fn after_phrase<'f>(folded: &'f str, phrase: &str) -> Option<&'f str> {
    let says = |i: usize| (i == 0 || folded.as_bytes().get(i - 1) == Some(&b' ')) && folded.as_bytes().get(i + phrase.len()) == Some(&b' ');
    let at = folded.match_indices(phrase).map(|(i, _)| i).find(|i| says(*i))?;
    folded.get(at + phrase.len()..).map(str::trim_start)
}

/// The family that the next words name, where nothing but ornament stands before it, and where it is the
/// model and no architecture, tokenizer or tool of that name.
fn family_at_start<'r>(rest: &str, rules: &'r Rules) -> Option<(&'r Base, Known<'r>)> {
    let list = |id: &str, word: &str| rules.phrase_list(id).iter().any(|w| w == word);
    let words: Vec<&str> = rest.split(' ').filter(|w| !w.is_empty()).take(9).collect();
    let from = words.iter().position(|w| !list("before-a-base", w)).filter(|i| *i <= 4)?;
    let named = words.get(from..(from + 3).min(words.len()))?;
    if words.get(from..)?.iter().take(6).any(|w| list("no-base-after", w)) {
        return None;
    }
    // The name stands in the first of the words: "llama-2-7b", "llama 2", "llama2".
    let first = named.first()?;
    let found = of_name(rules, &named.join("-"))?;
    let alone = of_name(rules, first).is_some() || of_name(rules, &named.iter().take(2).copied().collect::<Vec<_>>().join("-")).is_some();
    alone.then_some(found)
}
