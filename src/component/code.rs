//! Code: what the model repository ships, what a released library does, and what linked repositories
//! turned out to hold when they were looked into.

use super::*;
use crate::card::topics;
use crate::hub::github::RepoId;
use crate::inspect::{Extent, Shown};
use crate::rules::files::Kind;
use crate::snapshot::RepoSnapshot;
use crate::{license, terms, text};
use serde_json::Value;

/// The network.
pub fn architecture(cx: &Context<'_, '_>) -> Component {
    let id = ComponentId::ModelArchitecture;
    let summary = |path: &str| format!("modelling code in the repository ({path})");
    released(cx, id, |i| &i.architecture, Kind::ModellingCode, summary)
        // A configuration may name what implements it, and a repository that the card links may hold it.
        .or_else(|| unread_config(cx, id))
        .or_else(|| not_looked_into(cx, id))
        .unwrap_or_else(|| Component::absent(id, "no modelling code, and no configuration that a released library reads"))
}

/// Code that runs the model.
pub fn inference(cx: &Context<'_, '_>) -> Component {
    let id = ComponentId::InferenceCode;
    released(cx, id, |i| &i.inference, Kind::InferenceCode, |path| format!("{path} in the repository"))
        .or_else(|| unread_config(cx, id))
        .or_else(|| not_looked_into(cx, id))
        .unwrap_or_else(|| Component::absent(id, "no inference code, and no library that runs it"))
}

/// Code that a linked repository shows, that stands beside the weights (`summary` tells of its first file), or that a
/// released library has; unknown where the file list is, `None` where none of these is there.
fn released(
    cx: &Context<'_, '_>,
    id: ComponentId,
    of: fn(&Inspection) -> &Shown,
    own: Kind,
    summary: impl Fn(&str) -> String,
) -> Option<Component> {
    if let Some((repo, found)) = best(cx, of).filter(|(_, f)| f.extent == Extent::Yes) {
        return Some(from_repo(cx, id, repo, &found, Availability::Released));
    }
    let Some(sorted) = &cx.files else {
        return Some(Component::unknown(id, cx.list_gap(), "the file list"));
    };
    let own = sorted.of(own);
    if let Some(first) = own.first() {
        let component = Component::new(id, Availability::Released, Basis::Verified, summary(first));
        return Some(component.with_evidence(cx.cite_files(own, "listed in the repository")).with_license(cx.own_license(Content::Code)));
    }
    library(cx).map(|library| from_library(cx, id, &library))
}

/// Unknown, where a configuration is listed that could not be read: it may name what runs the model.
fn unread_config(cx: &Context<'_, '_>, id: ComponentId) -> Option<Component> {
    let unread = |path: &str| cx.snapshot.files.get(path)?.as_ref().err().filter(|gap| !gap.is_absence()).cloned();
    let (path, gap) = ["config.json", "model_index.json"].iter().find_map(|path| Some((*path, unread(path)?)))?;
    Some(Component::unknown(id, gap, path))
}

/// The library that reads the repository's configuration or weights.
struct Runs {
    name: String,
    note: String,
    path: Option<String>,
}

fn library(cx: &Context<'_, '_>) -> Option<Runs> {
    let record = cx.snapshot.record.as_ref().ok()?;
    let sorted = cx.files.as_ref()?;
    let known = |name: &str| cx.rules.library(name);
    let config_file: Option<Value> =
        cx.snapshot.files.get("config.json").and_then(|f| f.as_ref().ok()).and_then(|d| serde_json::from_slice(&d.bytes).ok());
    let config = |key: &str| config_file.as_ref().and_then(|c| c.get(key)).or_else(|| record.config.get(key));
    // `auto_map` points to modelling code of the repository's own; without that code nothing runs it.
    let own_code = sorted.of(Kind::ModellingCode).first();
    let lacks_code = config("auto_map").is_some() && own_code.is_none();
    let architecture = config("architectures")
        .and_then(|a| a.get(0))
        .or_else(|| config("model_type"))
        .or_else(|| config("_class_name"))
        .and_then(Value::as_str);
    let runs = |name: &str, note: String, path: Option<String>| Some(Runs { name: name.to_string(), note, path });
    if let Some(architecture) = architecture.filter(|_| !lacks_code) {
        let name = record.library.as_deref().filter(|l| known(l).is_some()).unwrap_or("transformers");
        let with = own_code.filter(|_| config("auto_map").is_some()).map(|p| format!(", with {p}")).unwrap_or_default();
        return runs(name, format!("config.json names {}{with}", text::cut(architecture, 60)), Some("config.json".into()));
    }
    if record.file("model_index.json").is_some() {
        return runs("diffusers", "model_index.json names its pipeline".into(), Some("model_index.json".into()));
    }
    if let Some(gguf) = sorted.weights.get("gguf") {
        return runs("llama.cpp", "GGUF files carry their architecture".into(), gguf.first().cloned());
    }
    if record.file("adapter_config.json").is_some() {
        return runs("peft", "adapter_config.json".into(), Some("adapter_config.json".into()));
    }
    let library =
        record.library.as_deref().or_else(|| record.tags.iter().map(String::as_str).find(|t| known(t).is_some())).and_then(known)?;
    let name = library.id.get_ref();
    if lacks_code { None } else { runs(name, format!("the hub names the library {name}"), None) }
}

fn from_library(cx: &Context<'_, '_>, id: ComponentId, library: &Runs) -> Component {
    let evidence = match &library.path {
        Some(path) => cx.cite_files(std::slice::from_ref(path), &library.note),
        None => vec![Evidence { note: library.note.clone(), ..cx.snapshot.record_cite.clone() }],
    };
    let license = cx
        .rules
        .library(&library.name)
        .and_then(|l| license::find(cx.rules, l.license.get_ref()))
        .map_or_else(license_unknown, |k| license_known(k, Content::Code).because(format!("{} is published under it", library.name)));
    Component::new(id, Availability::Released, Basis::Linked, format!("{} implements it ({})", library.name, library.note))
        .with_license(license)
        .with_evidence(evidence)
}

/// The code that trains it.
pub fn training(cx: &Context<'_, '_>, findings: &mut Vec<Finding>) -> Component {
    let id = ComponentId::TrainingCode;
    let own: Vec<String> = cx.files.as_ref().map(|s| s.of(Kind::TrainingCode).to_vec()).unwrap_or_default();
    let scripts: Vec<String> = own.iter().filter(|p| p.ends_with(".py")).cloned().collect();
    let found = best(cx, |i| &i.training);
    let fine_tuned = is_fine_tuned_by_others(cx);
    if let Some((repo, shown)) = &found {
        let availability = match shown.extent {
            Extent::Yes => Some(Availability::Released),
            // For a fine-tune of somebody else's model the fine-tuning code is the training code.
            Extent::FineTuningOnly if fine_tuned => Some(Availability::Released),
            Extent::FineTuningOnly | Extent::Partial if scripts.is_empty() => Some(Availability::Partial),
            _ => None,
        };
        if let Some(availability) = availability {
            // What could not be looked into may hold the rest.
            if availability == Availability::Partial
                && let Some(unseen) = not_looked_into(cx, id)
            {
                return unseen;
            }
            return from_repo(cx, id, repo, shown, availability);
        }
    }
    if !scripts.is_empty() {
        return Component::new(
            id,
            Availability::Released,
            Basis::Verified,
            format!("{} in the model repository", text::list(&scripts.iter().take(3).cloned().collect::<Vec<_>>())),
        )
        .with_evidence(cx.cite_files(&scripts, "listed in the repository"))
        .with_license(cx.own_license(Content::Code));
    }
    if let Some(c) = not_looked_into(cx, id) {
        return c;
    }
    if let Some((repo, _)) = found {
        // All linked repositories were looked into, and none trains it.
        let evidence: Vec<Evidence> =
            cx.snapshot.repos.iter().zip(&cx.inspections).filter_map(|(r, i)| Some(tree_cite(r, i.as_ref().ok()?))).collect();
        let summary = nothing_there(cx, repo);
        findings.push(Finding::new(cx.rules, "code/no-training-code", summary.clone(), evidence.clone()));
        let mut c = Component::new(id, Availability::NotFound, Basis::Verified, summary).with_evidence(evidence);
        if !own.is_empty() {
            c.availability = Availability::Partial;
            c.summary = format!("launch scripts only ({})", text::list(&own.iter().take(2).cloned().collect::<Vec<_>>()));
            c.license = cx.own_license(Content::Code);
        }
        return c;
    }
    no_link(cx, id, "training code")
}

/// What the linked repositories hold instead.
fn nothing_there(cx: &Context<'_, '_>, first: &RepoSnapshot) -> String {
    let others = cx.snapshot.repos.len() - 1;
    let inspection = cx.snapshot.repos.iter().zip(&cx.inspections).find(|(r, _)| r.id == first.id).and_then(|(_, i)| i.as_ref().ok());
    let what = match inspection {
        Some(i) if i.docs_only => format!("holds no code at all ({}, documents only)", text::count(i.files, "file", "files")),
        Some(i) => format!("holds no training code ({} looked at)", text::count(i.files, "file", "files")),
        None => "holds none".into(),
    };
    let and = match others {
        0 => String::new(),
        1 => ", nor does the other linked repository".into(),
        n => format!(", nor do {n} other linked repositories"),
    };
    format!("github.com/{} {what}{and}", first.id)
}

/// A component that rests on one kind of finding in linked repositories.
fn from_inspection(cx: &Context<'_, '_>, id: ComponentId, of: fn(&Inspection) -> &Shown, what: &str, own: Kind) -> Component {
    if let Some((repo, shown)) = best(cx, of) {
        match shown.extent {
            Extent::Yes => return from_repo(cx, id, repo, &shown, Availability::Released),
            Extent::Partial => {
                return not_looked_into(cx, id).unwrap_or_else(|| from_repo(cx, id, repo, &shown, Availability::Partial));
            }
            _ => {}
        }
    }
    let own: Vec<String> = cx.files.as_ref().map(|s| s.of(own).to_vec()).unwrap_or_default();
    if !own.is_empty() {
        return Component::new(
            id,
            Availability::Released,
            Basis::Verified,
            format!("{} in the model repository", own.first().map_or("", String::as_str)),
        )
        .with_evidence(cx.cite_files(&own, "listed in the repository"))
        .with_license(cx.own_license(Content::Code));
    }
    if let Some(c) = not_looked_into(cx, id) {
        return c;
    }
    if let Some((repo, _)) = best(cx, of) {
        return Component::new(id, Availability::NotFound, Basis::Verified, format!("no {what} in {}", repo_list(cx, repo)));
    }
    no_link(cx, id, what)
}

/// Code that prepared the training data.
pub fn preprocessing(cx: &Context<'_, '_>) -> Component {
    from_inspection(cx, ComponentId::DataPreprocessingCode, |i| &i.data, "data preparation code", Kind::DataPreprocessingCode)
}

/// Code that measured the results.
pub fn evaluation(cx: &Context<'_, '_>) -> Component {
    let found = from_inspection(cx, ComponentId::EvaluationCode, |i| &i.evaluation, "evaluation code", Kind::EvaluationCode);
    if matches!(found.availability, Availability::Released | Availability::Partial) {
        return found;
    }
    // A harness that the section on evaluation links is what the results were measured with.
    let Some(card) = &cx.snapshot.parsed else { return found };
    let harness = card.links.iter().find_map(|l| {
        let id = RepoId::from_url(&l.url)?;
        let named = ["evaluation-harness", "lighteval", "opencompass", "evals", "olmes", "alpaca_eval", "mteb"]
            .iter()
            .any(|h| id.name.to_lowercase().contains(h));
        let topic = card.blocks.get(l.block).and_then(|b| topics::topic_of(card, b, cx.rules));
        (named && topic == Some("evaluation")).then_some((id, l.line))
    });
    match harness {
        Some((repo, line)) => Component::new(
            ComponentId::EvaluationCode,
            Availability::Released,
            Basis::Linked,
            format!("github.com/{repo} is linked beside the results"),
        )
        .with_evidence(cx.cite_card(Some(line), format!("links {}", repo.page())))
        .with_license(license_unknown()),
        None => found,
    }
}

/// The repository with the most of something, and what it shows.
fn best<'a>(cx: &'a Context<'_, '_>, of: impl Fn(&Inspection) -> &Shown) -> Option<(&'a RepoSnapshot, Shown)> {
    let looked = cx.snapshot.repos.iter().zip(&cx.inspections).filter_map(|(r, i)| Some((r, of(i.as_ref().ok()?).clone())));
    // The first of equals: repositories are ranked by how surely they are the model's own.
    looked.reduce(|a, b| if b.1.extent > a.1.extent { b } else { a })
}

/// A component shown by files of a repository.
fn from_repo(cx: &Context<'_, '_>, id: ComponentId, repo: &RepoSnapshot, shown: &Shown, availability: Availability) -> Component {
    let what = match (availability, shown.extent) {
        (Availability::Partial, Extent::FineTuningOnly) => " (fine-tuning only)",
        (Availability::Partial, _) => " (in part)",
        _ => "",
    };
    let license = cx
        .snapshot
        .repos
        .iter()
        .position(|r| r.id == repo.id)
        .and_then(|i| cx.repo_licenses.get(i))
        .cloned()
        .unwrap_or_else(license_unknown);
    // The model's own repository is looked at where the model is pinned.
    let pinned = repo.tree.as_ref().ok().and_then(|t| t.commit.as_deref()).filter(|_| repo.mention.declared);
    let names = text::list(&shown.paths.iter().take(2).map(|p| text::cut(p, 60).into_owned()).collect::<Vec<_>>());
    let evidence = shown
        .paths
        .iter()
        .map(|p| Evidence {
            url: Some(format!("{}/blob/{}/{}", repo.id.page(), pinned.unwrap_or("HEAD"), crate::ids::encode_path(p))),
            path: Some(p.clone()),
            note: format!("in the tree of {}", repo.id),
            ..Evidence::default()
        })
        .collect();
    Component::new(id, availability, Basis::Verified, format!("github.com/{}: {names}{what}", repo.id))
        .with_evidence(evidence)
        .with_license(license)
}

/// The license of a repository's code: the text where it is known, else what the host concludes.
pub fn repo_license(repo: &RepoSnapshot, rules: &Rules) -> ComponentLicense {
    if let Ok(document) = &repo.license {
        let result = terms::texts::text_result("LICENSE", document, rules);
        if let Some(known) = license::find(rules, &result.identified) {
            return license_known(known, Content::Code).because(format!("the license file of {} is the text of {}", repo.id, known.name()));
        }
    }
    match &repo.record {
        Ok(record) => match record.spdx_id.as_deref().and_then(|id| license::find(rules, id)) {
            // A text that was changed is not what the host takes it for.
            Some(known) if repo.license.is_err() => {
                license_known(known, Content::Code).because(format!("the host names {} for {}", known.name(), repo.id))
            }
            _ if record.unrecognised_license || repo.license.is_ok() => license_unknown(),
            _ => license_none(),
        },
        Err(_) => license_unknown(),
    }
}

/// Unknown, where a linked repository could not be looked into, or the card could not be read.
fn not_looked_into(cx: &Context<'_, '_>, id: ComponentId) -> Option<Component> {
    let blind = cx.snapshot.repos.iter().zip(&cx.inspections).find_map(|(r, i)| match i {
        // No such repository is an answer.
        Err(gap) if !matches!(gap, Gap::MissingOrPrivate | Gap::NotFound) => Some((r, gap.clone())),
        Ok(i) if i.training.extent == Extent::Unknown => Some((r, Gap::NotFetched("the host cut its file list".into()))),
        _ => None,
    });
    if let Some((repo, gap)) = blind {
        let line = repo.mention.line;
        return Some(Component {
            basis: Basis::Linked,
            ..Component::unknown(id, gap, &format!("github.com/{}", repo.id))
                .with_evidence(cx.cite_card(line, format!("links {}", repo.id.page())))
        });
    }
    match &cx.snapshot.card {
        Err(gap) if !gap.is_absence() => Some(Component::unknown(id, gap.clone(), "the card")),
        _ if cx.snapshot.depth == crate::snapshot::Depth::Shallow => {
            Some(Component::unknown(id, Gap::NotFetched("only what flows down was looked at".into()), "code repositories"))
        }
        _ => None,
    }
}

/// Nothing is linked that could hold it.
fn no_link(cx: &Context<'_, '_>, id: ComponentId, what: &str) -> Component {
    if let Some(card) = &cx.snapshot.parsed
        && let Some(said) = topics::said(card, cx.rules, "promised", |_| true).into_iter().find(|s| {
            let folded = text::words(&s.sentence);
            ["code", "代码", "コード"].iter().any(|w| text::contains_phrase(&folded, w))
        })
    {
        return Component::absent(id, format!("no {what}; the card promises code for later"))
            .with_evidence(cx.cite_card(Some(said.line), text::cut(&said.sentence, 200)));
    }
    let gone: Vec<String> = cx.snapshot.repos.iter().map(|r| format!("github.com/{}", r.id)).collect();
    if !gone.is_empty() {
        return Component::absent(id, format!("no {what}: {} does not exist or is private", text::list(&gone)));
    }
    Component::absent(id, format!("no {what}: the card links no repository of the model's own"))
}

fn repo_list(cx: &Context<'_, '_>, first: &RepoSnapshot) -> String {
    match cx.snapshot.repos.len() {
        0 | 1 => format!("github.com/{}", first.id),
        n => format!("{n} linked repositories"),
    }
}

fn tree_cite(repo: &RepoSnapshot, inspection: &Inspection) -> Evidence {
    Evidence::page(
        repo.id.page(),
        format!(
            "file list of {}: {}",
            text::count(inspection.files, "file", "files"),
            if inspection.docs_only { "documents only" } else { "no entry point that trains" }
        ),
    )
}

/// A fine-tune of somebody else's model, as far as it is declared.
fn is_fine_tuned_by_others(cx: &Context<'_, '_>) -> bool {
    let owner = |id: &str| id.split_once('/').map(|(o, _)| o.to_string()).unwrap_or_default();
    let own = owner(&cx.snapshot.id);
    cx.snapshot.ancestors.iter().any(|a| a.child == cx.snapshot.id && !crate::ids::same_owner(&own, &owner(&a.id)))
}
