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
    /// `patterns`, made ready once.
    #[serde(skip)]
    pub matchers: Vec<FilePattern>,
}

/// A pattern of file names (`*`, `?`). What stands before the first wildcard and behind the last, and the
/// longest part without one, are compared first, since of a hundred patterns hardly one fits and these tell.
#[derive(Debug, Clone)]
pub struct FilePattern {
    head: String,
    tail: String,
    longest: String,
    whole: wildmatch::WildMatch,
}

impl FilePattern {
    /// The pattern of this text.
    pub fn new(pattern: &str) -> FilePattern {
        let wild = ['*', '?'];
        let head = pattern.split(wild).next().unwrap_or_default();
        let tail = pattern.rsplit(wild).next().unwrap_or_default();
        let longest = pattern.split(wild).max_by_key(|part| part.len()).unwrap_or_default();
        FilePattern {
            head: head.to_string(),
            tail: tail.to_string(),
            // What begins or ends a path need not be looked for again.
            longest: if longest == head || longest == tail { String::new() } else { longest.to_string() },
            whole: wildmatch::WildMatch::new(pattern),
        }
    }

    /// Whether a path fits.
    pub fn matches(&self, path: &str) -> bool {
        path.starts_with(&self.head) && path.ends_with(&self.tail) && path.contains(&self.longest) && self.whole.matches(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_file_pattern_fits_what_its_text_fits(pattern in "[ab*?/]{0,8}", path in "[ab/]{0,8}") {
            prop_assert_eq!(FilePattern::new(&pattern).matches(&path), wildmatch::WildMatch::new(&pattern).matches(&path));
        }
    }
}
