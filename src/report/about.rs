//! What the hub's record and the card say of a model and its datasets: quoted for reports, with the
//! line where it stands; nothing is judged by it.

use crate::card::front_matter::strings;
use crate::card::{BlockKind, Card};
use crate::hub::local::header::What;
use crate::hub::record::Extra;
use crate::rules::Rules;
use crate::snapshot::{DatasetSnapshot, Snapshot};
use crate::text;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Characters of a passage that is quoted, and how many list items, tags and figures are kept.
const PASSAGE: usize = 1_200;
const ITEM: usize = 160;
const ITEMS: usize = 100;

/// A passage of the card.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub text: String,
    /// The line of the card where it begins.
    pub line: u32,
}

/// A figure that the card's `model-index` reports.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metric {
    pub task: Option<String>,
    pub dataset: Option<String>,
    pub name: String,
    pub value: String,
}

/// What record and card say of a model.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// Whose repository it is, by the record.
    pub producer: Option<String>,
    /// Who made it, in the card's words.
    pub developed_by: Option<String>,
    pub description: Option<Quote>,
    pub task: Option<String>,
    pub library: Option<String>,
    pub model_type: Option<String>,
    pub architectures: Vec<String>,
    pub languages: Vec<String>,
    pub tags: Vec<String>,
    /// When the repository was made, RFC 3339 UTC, as the hub says.
    pub created: Option<String>,
    /// When the revision was made, likewise.
    pub modified: Option<String>,
    /// Parameters, as the hub counted them.
    pub parameters: Option<u64>,
    /// Bytes of the repository with its history.
    pub storage: Option<u64>,
    pub downloads: Option<u64>,
    pub likes: Option<u64>,
    pub private: Option<bool>,
    pub papers: Vec<String>,
    pub demo: Option<String>,
    pub contact: Option<String>,
    pub uses: Vec<Quote>,
    pub out_of_scope: Vec<Quote>,
    pub limitations: Vec<Quote>,
    pub recommendations: Vec<Quote>,
    /// `hardware`, `hours`, `cloud`, `region`, `carbon` in the card's words.
    pub environment: BTreeMap<String, String>,
    pub metrics: Vec<Metric>,
}

/// What record and card say of a dataset.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AboutData {
    pub producer: Option<String>,
    pub revision: Option<String>,
    pub created: Option<String>,
    pub modified: Option<String>,
    pub title: Option<String>,
    pub description: Option<String>,
    pub languages: Vec<String>,
    pub tags: Vec<String>,
    /// `text`, `image` … as the hub's `modality:` tags say.
    pub modalities: Vec<String>,
    pub sizes: Vec<String>,
    /// `config split path` of the files that the card lists.
    pub contents: Vec<String>,
    pub annotators: Vec<String>,
    /// What the card says of personal or sensitive data.
    pub sensitive: Vec<Quote>,
}

fn short(s: &str, max: usize) -> String {
    text::cut(&text::squeeze(s), max).into_owned()
}

fn listed(value: Option<&Value>) -> Vec<String> {
    strings(value).iter().take(ITEMS).map(|s| short(s, ITEM)).collect()
}

fn tags(tags: &[String]) -> Vec<String> {
    let mut out: Vec<String> = tags.iter().take(ITEMS).map(|t| short(t, ITEM)).filter(|t| !t.is_empty()).collect();
    out.sort();
    out.dedup();
    out
}

/// The owner's part of a name.
pub fn owner(id: &str) -> Option<String> {
    id.split_once('/').map(|(owner, _)| owner.to_string())
}

fn producer(extra: &Extra, id: &str) -> Option<String> {
    owner(id).or_else(|| extra.author.as_deref().map(|a| short(a, ITEM)))
}

/// Reads a model's.
pub fn of_model(snapshot: &Snapshot, rules: &Rules) -> About {
    let mut out = About::default();
    if let Ok(record) = &snapshot.record {
        let config = |key: &str| record.config.get(key);
        out.producer = producer(&record.extra, &snapshot.id).filter(|_| snapshot.hub != crate::hub::local::NAME);
        out.task = record.pipeline_tag.as_deref().map(|t| short(t, ITEM));
        out.library = record.library.as_deref().map(|l| short(l, ITEM));
        let by_header = || snapshot.headers.iter().find_map(|h| h.first(What::Architecture));
        let by_registry = || record.extra.family.as_deref();
        out.model_type = config("model_type").and_then(Value::as_str).or_else(by_registry).or_else(by_header).map(|t| short(t, ITEM));
        out.architectures = listed(config("architectures"));
        out.languages = listed(record.card_data.get("language"));
        out.tags = tags(&record.tags);
        out.created.clone_from(&record.extra.created);
        out.modified.clone_from(&record.extra.modified);
        out.parameters = record.extra.parameters;
        out.storage = record.extra.storage;
        out.downloads = record.extra.downloads;
        out.likes = record.extra.likes;
        out.private = (snapshot.hub != crate::hub::local::NAME).then_some(record.private);
        out.papers = papers(&record.tags);
    }
    let Some(card) = &snapshot.parsed else { return out };
    let label = |id: &str| labelled(card, rules.phrase_list(id));
    out.description = description(card);
    out.developed_by = label("label-developer");
    out.contact = label("label-contact").or_else(|| passages(card, rules, "label-contact").pop().map(|q| short(&q.text, 240)));
    out.demo = link(card, rules.phrase_list("label-demo"));
    out.uses = passages(card, rules, "heading-use");
    out.out_of_scope = passages(card, rules, "heading-out-of-scope");
    out.limitations = passages(card, rules, "heading-limitations");
    out.recommendations = passages(card, rules, "heading-recommendations");
    for (key, id) in [
        ("hardware", "label-hardware"),
        ("hours", "label-hours"),
        ("cloud", "label-cloud"),
        ("region", "label-region"),
        ("carbon", "label-carbon"),
    ] {
        if let Some(said) = label(id) {
            out.environment.insert(key.into(), said);
        }
    }
    if let Some(co2) = card.front.get("co2_eq_emissions").map(|c| c.get("emissions").unwrap_or(c)).and_then(scalar) {
        out.environment.insert("carbon".into(), format!("{co2} g CO2eq"));
    }
    out.metrics = metrics(card);
    out
}

/// Reads a dataset's.
pub fn of_dataset(dataset: &DatasetSnapshot, rules: &Rules) -> AboutData {
    let mut out = AboutData::default();
    let Ok(record) = &dataset.record else { return out };
    let front = |key: &str| record.card_data.get(key);
    out.producer = producer(&record.extra, &record.id);
    out.revision.clone_from(&record.commit);
    out.created.clone_from(&record.extra.created);
    out.modified.clone_from(&record.extra.modified);
    out.title = front("pretty_name").and_then(Value::as_str).map(|t| short(t, ITEM));
    out.languages = listed(front("language"));
    out.tags = tags(&record.tags);
    out.modalities = out.tags.iter().filter_map(|t| t.strip_prefix("modality:")).map(str::to_string).collect();
    out.sizes = listed(front("size_categories"));
    out.annotators = listed(front("annotations_creators"));
    for config in front("configs").and_then(Value::as_array).into_iter().flatten() {
        let name = config.get("config_name").and_then(Value::as_str).unwrap_or("default");
        for file in config.get("data_files").and_then(Value::as_array).into_iter().flatten() {
            let part = |key: &str| file.get(key).and_then(Value::as_str).unwrap_or("*");
            if out.contents.len() < ITEMS {
                out.contents.push(short(&format!("{name} {} {}", part("split"), part("path")), ITEM));
            }
        }
    }
    out.description = record.extra.description.as_deref().map(|d| short(d, 600));
    if let Ok(document) = &dataset.card {
        let card = Card::parse(&document.bytes);
        out.description = out.description.or_else(|| description(&card).map(|q| short(&q.text, 600)));
        out.sensitive = passages(&card, rules, "heading-personal-data");
    }
    out
}

/// Papers that the hub tags.
fn papers(tags: &[String]) -> Vec<String> {
    let is_id =
        |id: &str| !id.is_empty() && id.len() < 30 && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'-'));
    let mut out: Vec<String> = tags
        .iter()
        .filter_map(|t| match t.split_once(':') {
            Some(("arxiv", id)) if is_id(id) => Some(format!("https://arxiv.org/abs/{id}")),
            Some(("doi", id)) if is_id(id) => Some(format!("https://doi.org/{id}")),
            _ => None,
        })
        .take(ITEMS)
        .collect();
    out.sort();
    out.dedup();
    out
}

/// The first paragraph that says something.
fn description(card: &Card) -> Option<Quote> {
    let block = card.blocks.iter().find(|b| b.kind == BlockKind::Text && b.label.is_none() && b.text.split(' ').count() >= 8)?;
    Some(Quote { text: short(&block.text, 600), line: block.line })
}

/// Lists of headings, of which the innermost one that a passage stands under decides.
const HEADINGS: [&str; 6] =
    ["heading-use", "heading-out-of-scope", "heading-limitations", "heading-recommendations", "heading-personal-data", "label-contact"];

/// What stands under headings that are, or begin with, a phrase of a list; subsections belong to it.
fn passages(card: &Card, rules: &Rules, list: &str) -> Vec<Quote> {
    let fits = |heading: &str, list: &str| {
        rules.phrase_list(list).iter().any(|p| heading == p || heading.strip_prefix(p.as_str()).is_some_and(|rest| rest.starts_with(' ')))
    };
    let mut out: Vec<(u32, Quote)> = Vec::new();
    for block in card.blocks.iter().filter(|b| b.kind == BlockKind::Text && !b.text.contains("More Information Needed")) {
        let Some(section) = card.headings(block.section).find(|s| HEADINGS.iter().any(|l| fits(&s.heading, l))) else { continue };
        if !fits(&section.heading, list) {
            continue;
        }
        match out.iter().position(|(line, _)| *line == section.line).and_then(|i| out.get_mut(i)) {
            Some((_, quote)) if quote.text.len() < PASSAGE => {
                quote.text = text::cut(&format!("{} {}", quote.text, block.text), PASSAGE).into_owned();
            }
            Some(_) => {}
            None => out.push((section.line, Quote { text: short(&block.text, PASSAGE), line: block.line })),
        }
    }
    out.into_iter().map(|(_, q)| q).take(10).collect()
}

/// What stands behind a bold label.
fn labelled(card: &Card, labels: &[String]) -> Option<String> {
    let block = card.blocks.iter().find(|b| b.label.as_ref().is_some_and(|l| labels.contains(l)))?;
    let (_, value) = block.text.split_once(':')?;
    let value = short(value.trim_start_matches([':', '*', ' ']), 240);
    (!value.is_empty() && !value.contains("More Information Needed")).then_some(value)
}

/// The link behind a bold label.
fn link(card: &Card, labels: &[String]) -> Option<String> {
    let at = card.blocks.iter().position(|b| b.label.as_ref().is_some_and(|l| labels.contains(l)))?;
    card.links.iter().find(|l| l.block == at).map(|l| text::cut(&l.url, 400).into_owned())
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Number(n) => Some(n.to_string()),
        Value::String(s) if !s.trim().is_empty() => Some(short(s, ITEM)),
        _ => None,
    }
}

/// Figures of the front matter's `model-index`.
fn metrics(card: &Card) -> Vec<Metric> {
    let models = card.front.get("model-index").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut out = Vec::new();
    for result in models.iter().filter_map(|m| m.get("results")?.as_array()).flatten() {
        let name = |of: &str| {
            let of = result.get(of)?;
            of.get("name").or_else(|| of.get("type")).and_then(Value::as_str).map(|n| short(n, ITEM))
        };
        for metric in result.get("metrics").and_then(Value::as_array).into_iter().flatten() {
            let Some(value) = metric.get("value").and_then(scalar) else { continue };
            let Some(kind) = metric.get("type").or_else(|| metric.get("name")).and_then(Value::as_str) else { continue };
            if out.len() < ITEMS {
                out.push(Metric { task: name("task"), dataset: name("dataset"), name: short(kind, ITEM), value });
            }
        }
    }
    out
}
