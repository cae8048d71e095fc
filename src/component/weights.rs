//! What is in the model repository as files: weights, checkpoints, metadata, tokenizers.

use super::*;
use crate::card::topics;
use crate::hub::record::Gate;
use crate::rules::files::Kind;
use crate::{files, text};

/// The final weights.
pub fn parameters(cx: &Context<'_, '_>, findings: &mut Vec<Finding>) -> Component {
    let id = ComponentId::ModelParametersFinal;
    let license = cx.own_license(Content::Weights);
    let (Ok(record), Some(sorted)) = (&cx.snapshot.record, &cx.files) else {
        return Component::unknown(id, cx.list_gap(), "the file list").with_license(license);
    };
    if record.disabled {
        return Component::unknown(id, Gap::Malformed("the hub disabled the repository".into()), "the weights").with_license(license);
    }
    if sorted.weights.is_empty() && cx.snapshot.hub == crate::hub::github::NAME {
        // A host of code: the weights of a model may be kept anywhere else.
        let why = "neither the repository nor its releases hold weights, which may be kept elsewhere";
        findings.push(Finding::new(cx.rules, "weights/not-here", why.into(), vec![cx.snapshot.record_cite.clone()]));
        let unknown = Component::unknown(id, Gap::NotFetched(why.into()), "where the weights are").with_license(license);
        return Component { summary: format!("not known: {why}"), ..unknown };
    }
    if sorted.weights.is_empty() {
        let total = record.files.as_ref().map_or(0, Vec::len);
        return Component::absent(id, format!("the repository has {} and no weights among them", text::count(total, "file", "files")))
            .with_evidence(vec![Evidence { note: "complete file list without weights".into(), ..cx.snapshot.record_cite.clone() }])
            .with_license(license);
    }
    let formats: Vec<String> =
        sorted.weights.iter().map(|(format, files)| format!("{format} ({})", text::count(files.len(), "file", "files"))).collect();
    let size = if sorted.weight_bytes > 0 { format!(", {}", bytes(sorted.weight_bytes)) } else { String::new() };
    let quantised = record.extra.quantisation.as_ref().map_or(String::new(), |q| format!(", quantised as {}", text::line(q)));
    let mut summary = format!("{}{size}{quantised}", text::list(&formats));
    if sorted.of(Kind::Weights).is_empty() {
        summary = format!("adapter only, of use with its base model: {summary}");
    }
    let first: Vec<String> = sorted.weights.values().filter_map(|f| f.first().cloned()).collect();
    let evidence = cx.cite_files(&first, "listed in the repository");
    let all: Vec<String> = sorted.weights.keys().cloned().collect();
    if all == ["pickle"] {
        findings.push(Finding::new(cx.rules, "weights/pickle-only", "every weight file is a pickle".into(), evidence.clone()));
    }
    for header in cx.snapshot.headers.iter().filter(|h| h.broken.is_some()) {
        let why = header.broken.as_deref().unwrap_or_default();
        let cite = cx.cite_files(std::slice::from_ref(&header.path), "its header");
        let message = format!("{} is no {} file: {why}", header.path, header.format.name());
        findings.push(Finding::new(cx.rules, "weights/header-broken", message, cite));
    }
    let missing = missing_shards(cx, sorted);
    let availability = if !missing.is_empty() {
        let shown = text::list(&missing.iter().take(3).cloned().collect::<Vec<_>>());
        summary = format!("{summary}; missing: {shown}{}", if missing.len() > 3 { " and more" } else { "" });
        findings.push(Finding::new(cx.rules, "weights/incomplete", format!("missing: {shown}"), evidence.clone()));
        Availability::Partial
    } else {
        match (record.gate, record.private) {
            (_, true) => {
                summary.push_str("; private");
                Availability::Gated
            }
            (Gate::Manual, _) => {
                summary.push_str("; access is granted by hand");
                findings.push(Finding::new(
                    cx.rules,
                    "access/gated-by-hand",
                    "the owner lets people in one by one".into(),
                    vec![cx.snapshot.record_cite.clone()],
                ));
                Availability::Gated
            }
            (Gate::Automatic, _) => {
                summary.push_str("; access after accepting terms");
                findings.push(Finding::new(
                    cx.rules,
                    "access/gated",
                    "terms have to be accepted on the hub first".into(),
                    vec![cx.snapshot.record_cite.clone()],
                ));
                Availability::Gated
            }
            (Gate::None | Gate::Unknown, _) => Availability::Released,
        }
    };
    Component::new(id, availability, Basis::Verified, summary).with_license(license).with_evidence(evidence)
}

/// Names of shards that are missing: by their own numbering, or by the index where they have none.
fn missing_shards(cx: &Context<'_, '_>, sorted: &Sorted) -> Vec<String> {
    let mut missing: Vec<String> = files::shard_sets(sorted.of(Kind::Weights))
        .iter()
        .flat_map(|set| {
            set.missing().into_iter().map(move |n| format!("shard {n} of {} ({})", set.total, set.name.trim_start_matches('/')))
        })
        .collect();
    for (path, file) in &cx.snapshot.files {
        if let Some(names) = file.as_ref().ok().filter(|_| path.ends_with(".index.json")).and_then(|d| files::index_names(&d.bytes)) {
            let there = sorted.of(Kind::Weights);
            missing.extend(names.into_iter().filter(|n| !there.contains(n)));
        }
    }
    missing.dedup();
    missing
}

/// Bytes for a reader.
pub fn bytes(n: u64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let mut value = n as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{n} B") } else { format!("{value:.1} {}", units.get(unit).unwrap_or(&"")) }
}

/// Checkpoints from during training.
pub fn intermediate(cx: &Context<'_, '_>) -> Component {
    let id = ComponentId::ModelParametersIntermediate;
    let Some(sorted) = &cx.files else {
        return Component::unknown(id, cx.list_gap(), "the file list");
    };
    let found = sorted.of(Kind::Intermediate);
    if !found.is_empty() {
        return Component::new(
            id,
            Availability::Released,
            Basis::Verified,
            format!("{} of earlier checkpoints", text::count(found.len(), "file", "files")),
        )
        .with_evidence(cx.cite_files(found, "listed in the repository"))
        .with_license(cx.own_license(Content::Weights));
    }
    if let Some(card) = &cx.snapshot.parsed
        && let Some(said) = topics::said(card, cx.rules, "intermediate-checkpoints", |t| t != Some("citation")).first()
    {
        return Component::new(id, Availability::Released, Basis::Claimed, "the card speaks of checkpoints under other revisions")
            .with_evidence(cx.cite_card(Some(said.line), text::cut(&said.sentence, 200)))
            .with_license(cx.own_license(Content::Weights));
    }
    if let Err(gap) = cx.snapshot.card.as_ref().map_err(Clone::clone)
        && crate::hub::is_without_cards(&gap)
    {
        return Component::unknown(id, gap, "the card");
    }
    Component::absent(id, "no checkpoint folder, and the card speaks of none")
}

/// Machine-readable facts on the model.
pub fn metadata(cx: &Context<'_, '_>) -> Component {
    let id = ComponentId::ModelMetadata;
    let Some(sorted) = &cx.files else {
        return Component::unknown(id, cx.list_gap(), "the file list");
    };
    let root: Vec<String> = sorted.of(Kind::Config).iter().filter(|p| !p.contains('/')).cloned().collect();
    if let Some(header) = cx.snapshot.headers.iter().find(|h| root.is_empty() && !h.pairs.is_empty()) {
        return Component::new(id, Availability::Released, Basis::Verified, format!("{} ({})", header.place(), header.format.name()))
            .with_evidence(cx.cite_files(std::slice::from_ref(&header.path), "its header was read"))
            .with_license(cx.own_license(Content::Data));
    }
    if root.is_empty() {
        return Component::absent(id, "no config.json or the like");
    }
    Component::new(id, Availability::Released, Basis::Verified, text::list(&root.iter().take(3).cloned().collect::<Vec<_>>()))
        .with_evidence(cx.cite_files(&root, "listed in the repository"))
        .with_license(cx.own_license(Content::Data))
}

/// Tokenizers and the like.
pub fn supporting_libraries(cx: &Context<'_, '_>) -> Component {
    let id = ComponentId::SupportingLibraries;
    let Some(sorted) = &cx.files else {
        return Component::unknown(id, cx.list_gap(), "the file list");
    };
    let found = sorted.of(Kind::Tokenizer);
    if let Some(header) = cx.snapshot.headers.iter().find(|h| found.is_empty() && h.tokenizer) {
        return Component::new(id, Availability::Released, Basis::Verified, format!("the tokenizer in {}", header.place()))
            .with_evidence(cx.cite_files(std::slice::from_ref(&header.path), "its header was read"))
            .with_license(cx.own_license(Content::Code));
    }
    if found.is_empty() {
        return Component::absent(id, "no tokenizer or library of the model's own");
    }
    Component::new(
        id,
        Availability::Released,
        Basis::Verified,
        format!("tokenizer or processor, {}", text::count(found.len(), "file", "files")),
    )
    .with_evidence(cx.cite_files(found, "listed in the repository"))
    .with_license(cx.own_license(Content::Code))
}
