//! What a model's record and card name, and so what the second wave of requests asks for. Pure: a
//! record and a card in, a list of names out.

mod around;
mod bases;
mod datasets;
mod named;
pub mod places;
mod repos;

use crate::card::{Card, corpora, recipe};
use crate::hosts::Endpoints;
use crate::hub::github::RepoId;
use crate::hub::record::ModelRecord;
use crate::net::limits;
use crate::rules::Rules;
use crate::rules::files::Kind;
use crate::snapshot::{Mention, Role};
use crate::target::{Place, Target};
use crate::{files, hub};

pub use datasets::names_dataset;
pub use places::{DataPlace, PlaceKind};

/// Everything that is asked for next.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Paths in the model repository.
    pub files: Vec<String>,
    pub datasets: Vec<DatasetMention>,
    pub repos: Vec<(RepoId, Mention)>,
    /// Where the card says that training data are, if it names no dataset.
    pub data_place: Option<DataPlace>,
    pub bases: Vec<BaseMention>,
    /// Legal texts in the model repository that are not read, and why.
    pub unread: Vec<(String, String)>,
    /// What a limit kept out, in words.
    pub left_out: Vec<String>,
}

/// What is said of training datasets that a limit left out.
pub const MORE_DATASETS: &str = "more datasets";

/// A dataset that is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetMention {
    pub id: String,
    pub role: Role,
    pub mention: Mention,
    /// It is named in words that speak of more than the name, or of a part of it.
    pub open_ended: bool,
    /// Its page, where nothing is asked for since the rules know it: it is not kept on the hub, or there are too many.
    pub elsewhere: Option<String>,
}

/// A base model that is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseMention {
    pub id: String,
    pub relation: Option<String>,
    pub mention: Mention,
}

/// Makes the plan for a model.
pub fn plan(record: &ModelRecord, card: Option<&Card>, rules: &Rules, at: &Endpoints) -> Plan {
    let legal = legal_texts(record.files.iter().flatten().map(|f| f.path.as_str()), |p| files::kind(p, rules));
    let unread = legal.unread.into_iter().map(|(path, why)| (path.to_string(), why)).collect();
    let mut plan = Plan { files: files_to_read(record, &legal.read), unread, ..Plan::default() };
    let announced = card.map(|c| corpora::announced_lists(c, rules)).unwrap_or_default();
    let recipes = card.map(|c| recipe::recipes(c, rules, &record.id)).unwrap_or_default();
    plan.bases = bases::bases(record, card, rules, at, &recipes);
    let bases: Vec<&str> = plan.bases.iter().map(|b| b.id.as_str()).collect();
    plan.datasets = datasets::datasets(record, card, rules, at, &bases, &announced, &recipes);
    if let Some(card) = card {
        plan.repos = repos::repos(record, card, &plan.bases, rules);
        if !plan.datasets.iter().any(|d| d.role == Role::Training) {
            plan.data_place = places::data_place(card, rules, &record.id, !plan.bases.is_empty(), &announced);
        }
    }
    let mut over = |kind: &str, n: usize, limit: usize| {
        if n > limit {
            plan.left_out.push(format!("{} more {kind}", n - limit));
        }
    };
    over("base models", plan.bases.len(), limits::BASES);
    let (asked_for, training, others) = datasets::bounded(std::mem::take(&mut plan.datasets), rules, at);
    plan.datasets = asked_for;
    for (n, what) in [(training, MORE_DATASETS), (others, "more datasets that are not told to have trained it")] {
        if n > 0 {
            plan.left_out.push(format!("{n} {what}"));
        }
    }
    plan.bases.truncate(limits::BASES);
    // Repositories are ranked by how surely they are the model's own; the rest is no gap.
    plan.repos.truncate(limits::REPOSITORIES);
    plan
}

/// License, notice and policy texts, and the few configuration files that say what the weights are.
fn files_to_read(record: &ModelRecord, legal: &[&str]) -> Vec<String> {
    let Some(list) = &record.files else {
        // No usable list: the usual names are asked for, and their absence proves nothing.
        return ["LICENSE", "config.json"].map(String::from).to_vec();
    };
    let configs = ["config.json", "adapter_config.json", "model_index.json"];
    let mut out: Vec<String> = legal.iter().map(|p| p.to_string()).collect();
    out.extend(configs.into_iter().filter(|c| record.file(c).is_some()).map(String::from));
    if let Some(index) = files::index_to_read(list) {
        out.push(index);
    }
    out
}

/// The license, notice and policy texts of a file list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalTexts<'p> {
    pub read: Vec<&'p str>,
    /// A license text that is not among these, for each reason why.
    pub unread: Vec<(&'p str, String)>,
}

/// Chooses the legal texts of a file list, `kind` being what each path is.
pub fn legal_texts<'p>(paths: impl IntoIterator<Item = &'p str>, mut kind: impl FnMut(&str) -> Option<Kind>) -> LegalTexts<'p> {
    let mut read: Vec<&str> = Vec::new();
    let mut left: Vec<&str> = Vec::new();
    for path in paths.into_iter().filter(|p| p.matches('/').count() <= 1) {
        match kind(path) {
            Some(Kind::License | Kind::Notice | Kind::UsePolicy) if !is_binary(path) => read.push(path),
            Some(Kind::License) => left.push(path),
            _ => {}
        }
    }
    // Names nearest to the root first: those are about the whole repository.
    read.sort_by_key(|p| (p.matches('/').count(), p.len(), *p));
    let rest = read.split_off(read.len().min(limits::LICENSE_FILES));
    let mut is_license = |p: &&&str| kind(p) == Some(Kind::License);
    let beyond = rest.iter().filter(&mut is_license).min();
    // Beside a text that is read, a document is taken for another form of it.
    let document = left.iter().filter(|p| is_document(p)).min().filter(|_| !read.iter().any(|p| is_license(&p)));
    let unread = beyond.map(|p| (*p, format!("{} legal texts of one model are read", limits::LICENSE_FILES)));
    let unread = unread.into_iter().chain(document.map(|p| (*p, "a document of this kind is not read".to_string()))).collect();
    LegalTexts { read, unread }
}

/// Legal texts also come as PDF and DOCX, which are not read.
fn is_document(path: &str) -> bool {
    let lower = path.to_lowercase();
    [".pdf", ".docx", ".doc", ".odt", ".rtf"].iter().any(|e| lower.ends_with(e))
}

fn is_binary(path: &str) -> bool {
    let lower = path.to_lowercase();
    is_document(path) || [".zip", ".png", ".jpg", ".py"].iter().any(|e| lower.ends_with(e))
}

/// The model that a name or hub page is about.
pub fn model_id(name: &str, at: &Endpoints) -> Option<String> {
    match Target::parse(name, at).ok()?.place {
        // The other hubs' ids are names of another kind.
        Place::Hub { hub, id, .. } => hub::table::row(hub).is_some_and(|r| r.bases == hub).then_some(id),
        _ => None,
    }
}

/// Where a link or name stands, in words.
fn under(card: &Card, section: usize, how: &str) -> String {
    match card.headings(section).next().map(|s| s.heading.as_str()).filter(|h| !h.is_empty()) {
        Some(heading) => format!("{how} under \"{heading}\""),
        None => format!("{how} in the card"),
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn record(id: &str, front: serde_json::Value) -> ModelRecord {
        let json = serde_json::json!({"id": id, "cardData": front, "gated": false, "siblings": [{"rfilename": "LICENSE"}, {"rfilename": "a/b/LICENSE"}, {"rfilename": "config.json"}, {"rfilename": "LICENSE.pdf"}]});
        ModelRecord::parse(json.to_string().as_bytes()).unwrap()
    }

    pub fn planned(id: &str, card: &str) -> Plan {
        let rules = Rules::load(None).unwrap();
        let card = Card::parse(card.as_bytes());
        plan(&record(id, serde_json::Value::Null), Some(&card), &rules, &Endpoints::default())
    }

    #[test]
    fn legal_texts_near_the_root() {
        assert_eq!(planned("o/n", "").files, ["LICENSE", "config.json"]);
    }

    #[test]
    fn datasets_have_roles() {
        let p = planned(
            "o/n",
            "---\ndatasets:\n- a/b\n- https://huggingface.co/datasets/c/d\n---\n## Evaluation\n[x](https://huggingface.co/datasets/e/f)\n## Training data\nhttps://huggingface.co/datasets/a/b and https://huggingface.co/datasets/g/h/viewer, ![](https://huggingface.co/datasets/hf/documentation-images/x.png)\n",
        );
        let got: Vec<_> = p.datasets.iter().map(|d| (d.id.as_str(), d.role, d.mention.declared)).collect();
        assert_eq!(
            got,
            [("a/b", Role::Training, true), ("c/d", Role::Training, true), ("e/f", Role::Evaluation, false), ("g/h", Role::Unknown, false)]
        );
        let p = planned("o/n", "## Training data\nhttps://huggingface.co/datasets/g/h/viewer\n");
        assert_eq!(p.datasets.iter().map(|d| (d.id.as_str(), d.role)).collect::<Vec<_>>(), [("g/h", Role::Training)]);
    }

    #[test]
    fn too_many_datasets() {
        let declared: String = (0..limits::DATASETS + 2).map(|n| format!("- a/b{n}\n")).collect();
        let card = format!("---\ndatasets:\n{declared}- allenai/c4\n---\n\n## Evaluation\n\nhttps://huggingface.co/datasets/e/f\n");
        let p = planned("o/n", &card);
        assert_eq!(p.left_out, ["2 more datasets", "1 more datasets that are not told to have trained it"]);
        let last = p.datasets.last().unwrap();
        assert_eq!((p.datasets.len(), last.id.as_str()), (limits::DATASETS + 1, "allenai/c4"));
        assert_eq!(last.elsewhere.as_deref(), Some("https://huggingface.co/datasets/allenai/c4"));
        assert!(p.datasets.iter().take(limits::DATASETS).all(|d| d.elsewhere.is_none() && d.role == Role::Training));
    }

    #[test]
    fn repositories_that_are_the_models_own() {
        let p = planned(
            "allenai/OLMo-2-7B",
            "# OLMo\n- **Repository:** https://github.com/allenai/OLMo\n\nUse [vllm](https://github.com/vllm-project/vllm) or [x](https://github.com/someone/else).\n",
        );
        assert_eq!(p.repos.iter().map(|r| r.0.to_string()).collect::<Vec<_>>(), ["allenai/OLMo"]);
    }
}
