//! The shapes that rule files may have. Unknown keys are refused everywhere.

use super::files::FileClass;
use super::frameworks::FrameworkRule;
use super::licenses::LicenseRule;
use super::lineage::{LineageCheck, Relation, Relicensed, Teacher};
use super::scan;
use crate::placed::Spanned;
use crate::vocabulary::{Availability, Basis, ComponentId, Severity, Tri, Verdict};
use serde::Deserialize;

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

/// Places that licenses exclude by one name (`rules/terms.toml`).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PlaceGroup {
    pub id: Id,
    pub title: String,
    /// ISO 3166-1 alpha-2 codes.
    pub members: Vec<String>,
    pub rationale: String,
    pub source: String,
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
}

impl Base {
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
    #[serde(default)]
    pub names: Vec<String>,
    /// Further ids on the hub, also former ones.
    #[serde(default)]
    pub ids: Vec<String>,
    pub availability: Reachable,
    pub kind: CorpusKind,
    pub license: Option<String>,
    /// Where it is kept; the page of `id` on the hub, where nothing is given.
    #[serde(default)]
    pub url: String,
    /// Where this is known from; `url`, where nothing is given.
    #[serde(default)]
    pub source: String,
    pub note: Option<String>,
}

impl Corpus {
    /// The entry with what it leaves to be understood.
    pub(super) fn complete(mut self) -> Corpus {
        if self.url.is_empty() {
            self.url = format!("https://huggingface.co/datasets/{}", self.id);
        }
        if self.source.is_empty() {
            self.source.clone_from(&self.url);
        }
        self
    }
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

/// A file, by the schema that it is written for.
pub(super) trait HasSchema {
    fn schema(&self) -> &Spanned<u32>;
}

macro_rules! rule_file {
    ($name:ident { $($field:ident : $kind:ty),+ }) => {
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        pub(super) struct $name {
            pub(super) schema: Spanned<u32>,
            $(#[serde(default)] pub(super) $field: Vec<$kind>),+
        }
        impl HasSchema for $name {
            fn schema(&self) -> &Spanned<u32> {
                &self.schema
            }
        }
    };
}

rule_file!(ComponentsFile { component: ComponentRule });
rule_file!(FilesFile { class: FileClass });
rule_file!(VerdictsFile { rung: Rung });
rule_file!(FindingsFile { finding: FindingRule });
rule_file!(CardFile { topic: Topic, phrase: Phrase });
rule_file!(CodeFile { words: WordList });
rule_file!(LineageFile { relation: Relation, check: LineageCheck, teacher: Teacher, relicensed: Relicensed });
rule_file!(TermsFile { term: Term, place: PlaceGroup, words: WordList });
rule_file!(LicensesFile { license: LicenseRule });
rule_file!(LibrariesFile { library: Library });
rule_file!(CorporaFile { dataset: Spanned<Corpus> });
rule_file!(BasesFile { base: Base, name_hint: Base });
rule_file!(FrameworksFile { framework: FrameworkRule });
rule_file!(ScanFile {
    call: scan::CallRule,
    key: scan::KeyRule,
    command: scan::CommandRule,
    prefix: scan::PrefixRule,
    map: scan::MapRule,
    words: WordList
});
rule_file!(HostedFile { provider: scan::Provider });
