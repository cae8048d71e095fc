//! The shapes that rule files may have. Unknown keys are refused everywhere.

use super::spanned::Spanned;
use crate::vocabulary::{Availability, Basis, ComponentId, Content, Severity, Tri, Verdict};
use serde::Deserialize;
use std::collections::BTreeMap;

/// An id with the place where it stands, so that a duplicate can be shown.
pub type Id = Spanned<String>;

/// One of the 17 components (`rules/components.toml`).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ComponentRule {
    pub id: Spanned<ComponentId>,
    /// The exact name in the Model Openness Tool's YAML.
    pub name: String,
    pub mof_id: u32,
    pub kind: MofKind,
    /// The lowest MOF class (3 is the lowest) that asks for it.
    pub class: u8,
    pub required: bool,
    pub means: String,
    pub decided: String,
    pub source: String,
}

/// The MOF's three content types; weights count as data there.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MofKind {
    Code,
    Data,
    Document,
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
            longest: longest.to_string(),
            whole: wildmatch::WildMatch::new(pattern),
        }
    }

    /// Whether a path fits.
    pub fn matches(&self, path: &str) -> bool {
        path.starts_with(&self.head) && path.ends_with(&self.tail) && path.contains(&self.longest) && self.whole.matches(path)
    }
}

/// A rung of the ladder (`rules/verdicts.toml`).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rung {
    pub id: Spanned<Verdict>,
    pub title: String,
    pub means: String,
    pub rationale: String,
    pub source: String,
    pub require: Vec<Requirement>,
}

/// What a rung or a framework asks for; exactly one of `component`, `fact`, `framework`,
/// `terms-absent`, `document`, `person`, `any`, `all`.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Requirement {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub text: String,
    pub component: Option<ComponentId>,
    #[serde(default)]
    pub availability: Vec<Availability>,
    pub license: Option<LicenseNeed>,
    /// The least basis on which `component` counts; linked where nothing is said.
    pub basis: Option<Basis>,
    /// Whose component: the model's own, or that of what it is made from.
    #[serde(default)]
    pub of: Whose,
    pub fact: Option<FactId>,
    /// The outcome of a checklist, by the framework's id.
    pub framework: Option<String>,
    /// Terms that no license that binds may have.
    #[serde(default)]
    pub terms_absent: Vec<String>,
    pub document: Option<DocumentNeed>,
    /// Only a person can answer.
    #[serde(default)]
    pub person: bool,
    #[serde(default)]
    pub any: Vec<Requirement>,
    #[serde(default)]
    pub all: Vec<Requirement>,
}

/// A document that is looked for by name: in the file list, among the card's links and headings. A hit is
/// evidence that it exists, not that it suffices.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DocumentNeed {
    /// Patterns of file names (`*`, `?`), in lower case.
    #[serde(default)]
    pub files: Vec<String>,
    /// Words in the text or address of a link.
    #[serde(default)]
    pub links: Vec<String>,
    /// Words in a heading.
    #[serde(default)]
    pub headings: Vec<String>,
    /// What it means where everything was read and nothing found; `unknown` where silence proves nothing.
    #[serde(default = "absent")]
    pub absent: Tri,
}

fn absent() -> Tri {
    Tri::NotMet
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    #[default]
    Model,
    /// The models that it is made from and that are made from nothing else; the model itself where it
    /// is made from none.
    Base,
    /// The model and every model between it and its bases: the weakest of them.
    End,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LicenseNeed {
    Open,
}

/// Facts of the audit that no single component carries.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactId {
    AccessForAnyone,
    EffectiveLicenseOpen,
    DataInformationComplete,
    AncestorsOpenSource,
    AncestorsOpenData,
}

impl FactId {
    /// The fact in words.
    pub fn words(self) -> &'static str {
        match self {
            FactId::AccessForAnyone => "nobody has to be asked for access to the weights",
            FactId::EffectiveLicenseOpen => "the terms that bind the weights are open, those of every base model included",
            FactId::DataInformationComplete => {
                "every dataset that is named as training data was found, and nothing is said to be withheld; or a reviewer says that the data information is complete"
            }
            FactId::AncestorsOpenSource => "every base model is open source",
            FactId::AncestorsOpenData => "every base model is open source with open data",
        }
    }
}

/// A kind of finding (`rules/findings.toml`).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FindingRule {
    pub id: Id,
    pub severity: Severity,
    pub title: String,
    pub means: String,
    pub help: String,
    pub source: String,
}

/// Headings that open a section on a topic (`rules/card.toml`).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Topic {
    pub id: Id,
    pub headings: Vec<String>,
}

/// Phrases that say something in prose (`rules/card.toml`).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Phrase {
    pub id: Id,
    pub words: Vec<String>,
}

/// A list of words for inspecting code repositories (`rules/code.toml`).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WordList {
    pub id: Id,
    pub list: Vec<String>,
}

/// What it means to be made from another model in some way (`rules/lineage.toml`).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Relation {
    pub id: Id,
    pub title: String,
    /// Pillars in which the child is what its base is.
    pub inherits: Vec<crate::vocabulary::Pillar>,
    #[serde(default)]
    pub suffixes: Vec<String>,
    #[serde(default)]
    pub tags: Vec<String>,
    pub rationale: String,
    pub source: String,
}

/// What a term does to an act.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    /// Forbids it.
    No,
    /// Allows it on conditions.
    Conditions,
}

/// A check on licenses across a lineage (`rules/lineage.toml`).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LineageCheck {
    pub id: Id,
    /// The kind of finding that it leads to.
    pub finding: String,
    pub when: CheckKind,
    /// Relations to the base for which it is asked; none: all.
    #[serde(default)]
    pub relations: Vec<String>,
    /// Terms of the base (or of the data) of which there is one; none: whatever they are.
    #[serde(default)]
    pub base_terms: Vec<String>,
    /// The base's license has to be passed on.
    #[serde(default)]
    pub flows_down: bool,
    /// Asked of the model's own bases only, and not of theirs.
    #[serde(default)]
    pub direct: bool,
    pub rationale: String,
    pub source: String,
}

/// What a check asks.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckKind {
    /// Is the model under none of the base's licenses?
    OtherLicense,
    /// Does a restricted license of its own leave out terms of the base's?
    LacksTerms,
    /// Is it under another version of the base's license?
    OtherVersion,
    /// Does it name no license?
    NoLicense,
    /// Does its name lack the beginning that the base's license asks for?
    NamePrefix,
    /// Does it not show the words that the base's license asks for?
    Display,
    /// Does it lack a file with license or notice?
    Notice,
    /// Do bases of a merge each ask for their own license?
    SeveralBases,
    /// Are all of its training data under such terms, and the model is not?
    TrainingData,
    /// Were its training data made by somebody's model?
    Outputs,
    /// Is the base passed on, which its license forbids?
    Redistributed,
}

/// A model whose makers have terms on what its outputs train (`rules/lineage.toml`).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Teacher {
    pub id: Id,
    pub title: String,
    /// How prose calls its models.
    pub names: Vec<String>,
    /// What the terms say, in a clause.
    pub terms: String,
    pub source: String,
}

/// A term that a license may have (`rules/terms.toml`).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Term {
    pub id: Id,
    pub title: String,
    /// A license with this term is not open.
    pub restricts: bool,
    /// What it does to use in a business.
    pub commercial_use: Option<Limit>,
    /// What it does to passing the weights on.
    pub redistribution: Option<Limit>,
    pub rationale: String,
    pub source: String,
}

/// A license and what it permits (`rules/licenses/*.toml`).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LicenseRule {
    pub id: Id,
    pub name: String,
    pub family: String,
    pub version: Option<String>,
    #[serde(default)]
    pub aliases: Vec<Spanned<String>>,
    #[serde(default)]
    pub urls: Vec<String>,
    /// Content types for which it is open, each with the authority that says so.
    pub open: BTreeMap<Content, Authority>,
    #[serde(default)]
    pub ambiguous: bool,
    pub fits: Vec<Content>,
    pub terms: Vec<Spanned<String>>,
    pub cap: Option<Cap>,
    #[serde(default)]
    pub obligations: Vec<Obligation>,
    pub text: Option<TextMarks>,
    pub basis: LicenseBasis,
    pub source: String,
    #[cfg_attr(test, schemars(with = "String"))]
    pub checked: toml::value::Datetime,
    pub note: Option<String>,
}

/// Who says that a license is open.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Authority {
    Osi,
    Fsf,
    OpenDefinition,
    Mof,
    Reasoned,
}

impl Authority {
    /// The name for readers.
    pub fn title(self) -> &'static str {
        match self {
            Authority::Osi => "OSI approved",
            Authority::Fsf => "FSF free",
            Authority::OpenDefinition => "Open Definition",
            Authority::Mof => "MOF list",
            Authority::Reasoned => "reasoned from its terms",
        }
    }
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Cap {
    pub kind: CapKind,
    pub value: u64,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CapKind {
    MonthlyUsers,
    YearlyRevenueUsd,
    Users,
}

impl Cap {
    /// The number with its unit, for readers: "700,000,000 users a month".
    pub fn title(&self) -> String {
        let digits = self.value.to_string();
        let mut number = String::new();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                number.push(',');
            }
            number.push(digit);
        }
        match self.kind {
            CapKind::MonthlyUsers => format!("{number} users a month"),
            CapKind::YearlyRevenueUsd => format!("US${number} of revenue a year"),
            CapKind::Users => format!("{number} users"),
        }
    }
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Obligation {
    pub id: String,
    pub when: When,
    pub text: String,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    Use,
    Modify,
    Distribute,
    Derive,
    TrainOnOutputs,
}

impl When {
    /// Every occasion, in the order of a model's life.
    pub const ALL: &'static [When] = &[When::Use, When::Modify, When::Derive, When::TrainOnOutputs, When::Distribute];

    /// The spelling in rules and JSON.
    pub fn slug(self) -> &'static str {
        match self {
            When::Use => "use",
            When::Modify => "modify",
            When::Distribute => "distribute",
            When::Derive => "derive",
            When::TrainOnOutputs => "train-on-outputs",
        }
    }

    /// The occasion, for readers.
    pub fn title(self) -> &'static str {
        match self {
            When::Use => "when you use it",
            When::Modify => "when you change it",
            When::Distribute => "when you pass it on",
            When::Derive => "when you make another model from it",
            When::TrainOnOutputs => "when you train on its outputs",
        }
    }
}

/// Phrases that identify a license text, compared on [`crate::text::words`].
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TextMarks {
    #[serde(default)]
    pub all: Vec<String>,
    #[serde(default)]
    pub any: Vec<String>,
    #[serde(default)]
    pub none: Vec<String>,
    /// Digests of the words of official texts: what `trulyopen license FILE --format json` prints as
    /// `words_sha256`.
    #[serde(default)]
    pub words_sha256: Vec<String>,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LicenseBasis {
    TextRead,
    Secondary,
    CardMetadata,
    StandardLicense,
}

impl LicenseBasis {
    /// Where the facts are from, for readers.
    pub fn title(self) -> &'static str {
        match self {
            LicenseBasis::TextRead => "the license text",
            LicenseBasis::Secondary => "others' descriptions; the text was not available",
            LicenseBasis::CardMetadata => "model cards, where only its name stands",
            LicenseBasis::StandardLicense => "a standard license",
        }
    }
}

/// The license of a well-known base model, by its id (`rules/bases.toml`).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Base {
    #[serde(default)]
    pub pattern: Option<String>,
    #[serde(default)]
    pub patterns: Vec<String>,
    pub license: Spanned<String>,
    pub family: String,
    pub source: String,
    pub note: Option<String>,
    /// The patterns, made ready when they are first asked.
    #[serde(skip)]
    pub matchers: std::sync::OnceLock<Vec<wildmatch::WildMatch>>,
}

impl Base {
    /// Whether it is about an id in lower case.
    pub fn fits(&self, lower: &str) -> bool {
        self.matchers.get_or_init(|| self.patterns().map(wildmatch::WildMatch::new).collect()).iter().any(|p| p.matches(lower))
    }

    /// All its patterns.
    pub fn patterns(&self) -> impl Iterator<Item = &str> {
        self.pattern.iter().chain(&self.patterns).map(String::as_str)
    }
}

/// A well-known corpus of training data, and whether it can be had (`rules/datasets.toml`).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Corpus {
    pub id: String,
    /// How prose calls it.
    pub names: Vec<String>,
    /// Its ids on the hub, also former ones.
    #[serde(default)]
    pub ids: Vec<String>,
    pub availability: Reachable,
    pub kind: CorpusKind,
    pub license: Option<String>,
    pub url: String,
    pub source: String,
    pub note: Option<String>,
}

/// Who can get a corpus.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reachable {
    /// Anyone, all of it.
    Released,
    /// Whom its owner lets in.
    Gated,
    /// Only a part, or only addresses or a recipe.
    Partial,
    /// Nobody any more.
    Withdrawn,
    /// Nobody ever could.
    Withheld,
}

impl Reachable {
    /// One clause for a reader.
    pub fn words(self) -> &'static str {
        match self {
            Reachable::Released => "can be obtained by anyone",
            Reachable::Gated => "is handed out by its owner only",
            Reachable::Partial => "can be obtained in part only",
            Reachable::Withdrawn => "was withdrawn by its makers",
            Reachable::Withheld => "was never published",
        }
    }
}

/// What a corpus is mostly used for.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CorpusKind {
    Pretraining,
    FineTuning,
    Multimodal,
    Speech,
    Evaluation,
    Other,
}

/// A library that runs models (`rules/libraries.toml`).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Library {
    pub id: Id,
    pub license: Spanned<String>,
    pub source: String,
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
