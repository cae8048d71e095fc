//! What a file is, by its name (`rules/files.toml`).

use super::schema::Id;
use serde::Deserialize;

/// Kinds that the code asks about, by their id in the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Index,
    Card,
    UsePolicy,
    License,
    Notice,
    Adapter,
    Intermediate,
    TrainingState,
    Weights,
    Tokenizer,
    Config,
    ModellingCode,
    TrainingCode,
    InferenceCode,
    EvaluationCode,
    EvaluationResults,
    DataPreprocessingCode,
    TrainingSummary,
    Report,
    Samples,
}

impl Kind {
    /// The kind of a rule's id.
    pub fn of_rule(id: &str) -> Option<Kind> {
        Some(match id {
            "index" => Kind::Index,
            "card" => Kind::Card,
            "use-policy" => Kind::UsePolicy,
            "license" => Kind::License,
            "notice" => Kind::Notice,
            "adapter" => Kind::Adapter,
            "intermediate" => Kind::Intermediate,
            "training-state" => Kind::TrainingState,
            "weights" => Kind::Weights,
            "tokenizer" => Kind::Tokenizer,
            "config" => Kind::Config,
            "modelling-code" => Kind::ModellingCode,
            "training-code" => Kind::TrainingCode,
            "inference-code" => Kind::InferenceCode,
            "evaluation-code" => Kind::EvaluationCode,
            "evaluation-results" => Kind::EvaluationResults,
            "data-preprocessing-code" => Kind::DataPreprocessingCode,
            "training-summary" => Kind::TrainingSummary,
            "report" => Kind::Report,
            "samples" => Kind::Samples,
            _ => return None,
        })
    }
}

/// What a file is (`rules/files.toml`).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FileClass {
    pub id: Id,
    pub title: String,
    /// For weights: the format.
    pub format: Option<String>,
    pub patterns: Vec<String>,
}
