//! The closed vocabularies that the contract promises: components, availability, basis, openness,
//! verdicts, pillars. Each is an enum here, so that a match over it is complete; what each value
//! means to a reader stands in `rules/`.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Declares an enum whose values have a fixed spelling, used in JSON, rules and on the command line.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $slug:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $slug)] $variant),+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The spelling in JSON, rules and on the command line.
            pub fn slug(self) -> &'static str {
                match self { $($name::$variant => $slug),+ }
            }

            /// The value of a spelling.
            pub fn from_slug(s: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.slug() == s)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.slug())
            }
        }
    };
}

vocabulary! {
    /// The 17 components of the Model Openness Framework 1.0 (arXiv 2403.13784), lowest class first.
    ComponentId {
        ModelArchitecture = "model-architecture",
        ModelParametersFinal = "model-parameters-final",
        TechnicalReport = "technical-report",
        EvaluationResults = "evaluation-results",
        ModelCard = "model-card",
        DataCard = "data-card",
        SampleModelOutputs = "sample-model-outputs",
        TrainingCode = "training-code",
        InferenceCode = "inference-code",
        EvaluationCode = "evaluation-code",
        EvaluationData = "evaluation-data",
        SupportingLibraries = "supporting-libraries",
        Datasets = "datasets",
        DataPreprocessingCode = "data-preprocessing-code",
        ResearchPaper = "research-paper",
        ModelParametersIntermediate = "model-parameters-intermediate",
        ModelMetadata = "model-metadata",
    }
}

vocabulary! {
    /// How far one dimension of a score is open.
    Degree {
        Closed = "closed",
        Partial = "partial",
        Open = "open",
    }
}

vocabulary! {
    /// Whether a component can be had.
    Availability {
        Released = "released",
        Gated = "gated",
        Partial = "partial",
        Described = "described",
        Withheld = "withheld",
        NotFound = "not-found",
        Unknown = "unknown",
    }
}

vocabulary! {
    /// How it is known, weakest first.
    Basis {
        /// Nothing was seen.
        None = "none",
        /// The author says so.
        Claimed = "claimed",
        /// A link or name leads to it, and nobody looked inside.
        Linked = "linked",
        /// It was looked at.
        Verified = "verified",
        /// A named person reviewed it.
        Attested = "attested",
    }
}

vocabulary! {
    /// What a license (or none) means for use by anyone for any purpose.
    Openness {
        Open = "open",
        Restricted = "restricted",
        None = "none",
        Unknown = "unknown",
    }
}

impl Openness {
    /// What holds when both bind: the stricter one. `None` (all rights reserved) is strictest, and
    /// what is not known can never make a restriction disappear.
    pub fn and(self, other: Openness) -> Openness {
        let strictness = |o: Openness| match o {
            Openness::Open => 0,
            Openness::Unknown => 1,
            Openness::Restricted => 2,
            Openness::None => 3,
        };
        if strictness(other) > strictness(self) { other } else { self }
    }
}

vocabulary! {
    /// The ladder (G7 vocabulary of 29 May 2026). `Unknown` stands lowest, so that it never compares
    /// as better than `Closed`.
    Verdict {
        Unknown = "unknown",
        Closed = "closed",
        WeightsAvailable = "weights-available",
        OpenWeights = "open-weights",
        OpenSource = "open-source",
        OpenSourceOpenData = "open-source-open-data",
    }
}

vocabulary! {
    /// The four questions of the scorecard.
    Pillar {
        Weights = "weights",
        TrainingData = "training-data",
        TrainingCode = "training-code",
        License = "license",
    }
}

vocabulary! {
    /// The answer to one of the four questions.
    PillarStatus {
        Open = "open",
        Partial = "partial",
        Closed = "closed",
        Unknown = "unknown",
    }
}

vocabulary! {
    /// Kinds of content, for which different licenses are fit (MOF 1.0; weights apart from data,
    /// since licenses treat them apart).
    Content {
        Code = "code",
        Data = "data",
        Weights = "weights",
        Document = "document",
    }
}

vocabulary! {
    /// How much a finding matters.
    Severity {
        Note = "note",
        Warning = "warning",
        Error = "error",
    }
}

/// A requirement's answer: three-valued, because what could not be looked at is neither.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tri {
    NotMet,
    Unknown,
    Met,
}

impl Tri {
    /// All must hold: the weakest answer.
    pub fn all(answers: impl IntoIterator<Item = Tri>) -> Tri {
        answers.into_iter().min().unwrap_or(Tri::Met)
    }

    /// One must hold: the strongest answer.
    pub fn any(answers: impl IntoIterator<Item = Tri>) -> Tri {
        answers.into_iter().max().unwrap_or(Tri::NotMet)
    }
}

impl From<bool> for Tri {
    fn from(b: bool) -> Tri {
        if b { Tri::Met } else { Tri::NotMet }
    }
}

impl PillarStatus {
    /// The sign in tables: a circle as full as the pillar is open.
    pub fn sign(self) -> &'static str {
        match self {
            PillarStatus::Open => "●",
            PillarStatus::Partial => "◐",
            PillarStatus::Closed => "○",
            PillarStatus::Unknown => "?",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_is_never_better_than_closed() {
        assert!(Verdict::Unknown < Verdict::Closed);
        assert!(Verdict::OpenSource < Verdict::OpenSourceOpenData);
    }

    #[test]
    fn an_unknown_license_never_hides_a_restriction() {
        assert_eq!(Openness::Unknown.and(Openness::Restricted), Openness::Restricted);
        assert_eq!(Openness::Open.and(Openness::Unknown), Openness::Unknown);
        assert_eq!(Openness::Open.and(Openness::None), Openness::None);
    }

    #[test]
    fn three_valued_logic() {
        assert_eq!(Tri::all([Tri::Met, Tri::Unknown]), Tri::Unknown);
        assert_eq!(Tri::all([Tri::NotMet, Tri::Unknown]), Tri::NotMet);
        assert_eq!(Tri::any([Tri::NotMet, Tri::Unknown]), Tri::Unknown);
        assert_eq!(Tri::any([Tri::Met, Tri::Unknown]), Tri::Met);
        assert_eq!(Tri::all([]), Tri::Met);
    }

    #[test]
    fn slugs_read_back() {
        for c in ComponentId::ALL {
            assert_eq!(ComponentId::from_slug(c.slug()), Some(*c));
        }
        assert_eq!(ComponentId::ALL.len(), 17);
    }
}
