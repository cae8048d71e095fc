//! Files of the European Open Source AI Index: a class for each of twelve dimensions.
//! Format: <https://github.com/Language-Technology-Assessment/main-database>.

use super::yaml;
use super::{Said, Statement};
use crate::text;
use crate::vocabulary::{Availability, ComponentId, Degree};
use serde_json::Value;
use std::collections::BTreeMap;

/// The dimensions, as keys of a file.
pub const DIMENSIONS: [&str; 12] = [
    "datasources_basemodel",
    "datasources_endmodel",
    "weights_basemodel",
    "weights_endmodel",
    "trainingcode",
    "code",
    "hardware_architecture",
    "preprint",
    "paper",
    "modelcard",
    "datasheet",
    "licenses",
];

/// A file, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its template has none.
    pub name: Option<String>,
    pub organisation: Option<String>,
    pub base_model: Option<String>,
    pub end_model: Option<String>,
    pub base_ids: Vec<String>,
    pub end_ids: Vec<String>,
    /// The license of the model that users meet, as it is named.
    pub license: Option<String>,
    /// Every dimension that has a class; a blank one has none.
    pub dimensions: BTreeMap<String, Dimension>,
}

/// A dimension, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimension {
    pub class: Degree,
    pub link: Option<String>,
    pub notes: String,
    pub line: Option<u32>,
}

/// Whether a parsed file is of this format.
pub fn is(value: &Value) -> bool {
    value.get("system").is_some_and(Value::is_object) && DIMENSIONS.iter().any(|d| value.get(*d).is_some())
}

/// Reads a parsed file; `text` is what it was parsed from.
///
/// # Errors
/// A class that is none.
pub fn read(value: &Value, text: &str) -> Result<Index, String> {
    let system = |key: &str| yaml::said(value.get("system").and_then(|s| s.get(key)));
    let mut dimensions = BTreeMap::new();
    for id in DIMENSIONS {
        let Some(found) = value.get(id) else { continue };
        let Some(class) = yaml::said(found.get("class")) else { continue };
        let class = Degree::from_slug(&class.to_lowercase())
            .ok_or_else(|| format!("`{id}.class` is `{}`; it is open, partial or closed", text::cut(&text::line(&class), 40)))?;
        let dimension = Dimension {
            class,
            link: yaml::list(found.get("link")).into_iter().next(),
            notes: yaml::said(found.get("notes")).unwrap_or_default(),
            line: yaml::line_of(text, "", &format!("{id}:")),
        };
        dimensions.insert(id.to_string(), dimension);
    }
    let ids = |dimension: &str| -> Vec<String> {
        let mut ids: Vec<String> =
            yaml::list(value.get(dimension).and_then(|d| d.get("link"))).iter().filter_map(|u| super::hub_id(u)).collect();
        ids.dedup();
        ids
    };
    Ok(Index {
        name: system("name"),
        organisation: yaml::said(value.get("org").and_then(|o| o.get("name"))),
        base_model: system("basemodelname"),
        end_model: system("endmodelname"),
        base_ids: ids("weights_basemodel"),
        end_ids: ids("weights_endmodel"),
        license: system("endmodellicense"),
        dimensions,
    })
}

impl Index {
    /// Whether a model is the base model of the system and not the one that users meet.
    pub fn is_base(&self, id: &str) -> bool {
        let has = |ids: &[String]| ids.iter().any(|i| i.eq_ignore_ascii_case(id));
        has(&self.base_ids) && !has(&self.end_ids)
    }

    fn class(&self, dimension: &str) -> Option<Degree> {
        self.dimensions.get(dimension).map(|d| d.class)
    }

    /// What it states of components, of the base model or of the one that users meet. The license of each is
    /// not stated.
    pub fn statements(&self, of_base: bool) -> Vec<Statement> {
        // Data of the model that users meet are those of its base as well.
        let data = if of_base || self.class("datasources_basemodel") < self.class("datasources_endmodel") {
            "datasources_basemodel"
        } else {
            "datasources_endmodel"
        };
        let weights = if of_base { "weights_basemodel" } else { "weights_endmodel" };
        let pairs = [
            (ComponentId::Datasets, data),
            (ComponentId::ModelParametersFinal, weights),
            (ComponentId::TrainingCode, "trainingcode"),
            (ComponentId::DataPreprocessingCode, "trainingcode"),
            (ComponentId::TechnicalReport, "preprint"),
            (ComponentId::ResearchPaper, "paper"),
            (ComponentId::ModelCard, "modelcard"),
            (ComponentId::DataCard, "datasheet"),
        ];
        let statement = |(component, id): (ComponentId, &str)| {
            let d = self.dimensions.get(id)?;
            // A document that is judged incomplete is there all the same.
            let document = matches!(component, ComponentId::TechnicalReport | ComponentId::ResearchPaper | ComponentId::ModelCard);
            let availability = match d.class {
                Degree::Partial if document => Availability::Released,
                Degree::Open => Availability::Released,
                Degree::Partial => Availability::Partial,
                Degree::Closed => Availability::NotFound,
            };
            let note =
                if d.notes.is_empty() { format!("{id}: {}", d.class.slug()) } else { format!("{id}: {}; {}", d.class.slug(), d.notes) };
            Some(Statement { component, availability, license: Said::Nothing, url: d.link.clone(), line: d.line, note })
        };
        pairs.into_iter().filter_map(statement).collect()
    }

    /// The class of every dimension; a blank one counts as closed, as in the index.
    pub fn answers(&self) -> BTreeMap<String, (String, String)> {
        let answer = |id: &&str| match self.dimensions.get(*id) {
            Some(d) => (d.class.slug().to_string(), if d.notes.is_empty() { "judged by the index".into() } else { d.notes.clone() }),
            None => (Degree::Closed.slug().to_string(), "blank, which counts as closed".to_string()),
        };
        DIMENSIONS.iter().map(|id| (format!("osai-index/{id}"), answer(id))).collect()
    }
}
