//! The shapes of `rules/scan/*.toml` and `rules/hosted/*.toml`: which calls, keys and commands take the
//! name of a model, how names are written, and which names are those of models behind an API.

use super::schema::Id;
use crate::placed::Day;
use serde::Deserialize;
use std::collections::BTreeMap;
use wildmatch::WildMatch;

/// All of `rules/scan/`.
#[derive(Debug, Default)]
pub struct ScanRules {
    pub calls: Vec<CallRule>,
    pub keys: Vec<KeyRule>,
    pub commands: Vec<CommandRule>,
    pub prefixes: Vec<PrefixRule>,
    pub maps: BTreeMap<String, MapRule>,
    pub words: BTreeMap<String, super::schema::WordList>,
}

impl ScanRules {
    /// A word list; empty where there is none.
    pub fn list(&self, id: &str) -> &[String] {
        self.words.get(id).map_or(&[], |w| &w.list)
    }
}

/// Source languages of which calls are read.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    Python,
    /// And TypeScript.
    Javascript,
    Rust,
    /// Go, Java, Kotlin, C#, Swift and others that look like them.
    Other,
}

/// What a name stands for.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Takes {
    #[default]
    Model,
    Dataset,
}

/// How strict a name is read.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// `ORG/NAME`, or a `NAME` without owner: only where the place takes nothing but models of the hub.
    Hub,
    /// `ORG/NAME`, a name with a known prefix, a model behind an API, or a well-known legacy name.
    #[default]
    Qualified,
    /// As `qualified`; any other name is one that a server or deployment gave, and cannot be told.
    Api,
    /// `NAME[:TAG]` of the Ollama library.
    Ollama,
    /// `ORG/NAME` on ModelScope.
    Modelscope,
    /// Only what `map`, `org` or `prefixes` say.
    Listed,
}

/// A call that takes the name of a model.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CallRule {
    pub id: Id,
    pub languages: Vec<Language>,
    /// Dotted ends of what is called, imports resolved; `*` stands for any number of parts.
    pub functions: Vec<String>,
    /// Where the name stands among the positional arguments, from 0.
    #[serde(default)]
    pub positions: Vec<usize>,
    /// Names of the arguments (or properties of an options object) that take it.
    #[serde(default)]
    pub arguments: Vec<String>,
    #[serde(default)]
    pub kind: Takes,
    #[serde(default)]
    pub form: Form,
    /// The owner of names without one.
    pub org: Option<String>,
    /// A `[[map]]` that short names go through.
    pub map: Option<String>,
    /// Prefixes that are cut off, and without which a name is none of the hub (with form `listed`).
    #[serde(default)]
    pub prefixes: Vec<String>,
    /// The argument with the revision.
    pub revision: Option<String>,
    /// The argument that says `dataset` or `space`.
    pub type_argument: Option<String>,
    /// A word list that must hold the first positional argument.
    pub first_in: Option<String>,
    /// An argument without which the call loads nothing.
    pub requires: Option<String>,
    /// Why the name is unresolved where no argument gives one; none: such a call is no reference.
    pub missing: Option<String>,
    /// Why a name given here is no target (another kind of hub).
    pub elsewhere: Option<String>,
    /// The call names what it writes or something else: its arguments are no references.
    #[serde(default)]
    pub ignore: bool,
    /// Names that cannot be resolved are not reported (the call takes many things besides names).
    #[serde(default)]
    pub quiet: bool,
    pub source: String,
}

/// Keys of configurations, names of variables, options and arguments that hold the name of a model.
/// Compared in snake case.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct KeyRule {
    pub id: Id,
    /// With `*` for any characters.
    pub patterns: Vec<String>,
    #[serde(default)]
    pub kind: Takes,
    #[serde(default)]
    pub form: Form,
    /// A list or table of names, whatever its own keys are.
    #[serde(default)]
    pub container: bool,
    /// Where the key counts; empty: everywhere.
    #[serde(default)]
    pub within: Vec<KeyPlace>,
    /// Its names may be those of a server of one's own.
    #[serde(default)]
    pub served: bool,
    /// The key never holds the name of a model that is used.
    #[serde(default)]
    pub ignore: bool,
    pub source: String,
}

/// Where a key stands.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyPlace {
    Config,
    Code,
    Environment,
    Option,
    FrontMatter,
}

/// A command line that takes the name of a model.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CommandRule {
    pub id: Id,
    /// Words that follow each other, each compared by the last part of its path.
    pub commands: Vec<String>,
    /// The first argument that is no option is a name.
    #[serde(default)]
    pub first: bool,
    /// All arguments that are no options are names.
    #[serde(default)]
    pub all: bool,
    /// Options that take a name.
    #[serde(default)]
    pub options: Vec<String>,
    #[serde(default)]
    pub kind: Takes,
    #[serde(default)]
    pub form: Form,
    pub org: Option<String>,
    pub map: Option<String>,
    #[serde(default)]
    pub prefixes: Vec<String>,
    pub revision: Option<String>,
    /// The option that says `dataset` or `space`.
    pub type_option: Option<String>,
    /// Why a name given here is no target.
    pub elsewhere: Option<String>,
    pub source: String,
}

/// A prefix of names.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PrefixRule {
    pub prefix: Id,
    pub is: PrefixMeans,
    /// Why the rest is no target (with `unresolved`).
    pub why: Option<String>,
    pub source: String,
}

/// What stands behind a prefix.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrefixMeans {
    /// A name of the hub.
    Hub,
    Ollama,
    Modelscope,
    /// A model behind an API, or one of the hub where it is written `ORG/NAME`.
    Api,
    Unresolved,
}

/// Short names and the models that they stand for; the first row that fits counts.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MapRule {
    pub id: Id,
    /// Pattern and target; `{}` in the target is the name.
    pub rows: Vec<(String, String)>,
    pub source: String,
}

/// A company that sells models behind an API (`rules/hosted/*.toml`).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Provider {
    pub id: Id,
    pub name: String,
    /// What stands before the name where the provider is given: `openai/gpt-4o`, `openai:gpt-4o`.
    #[serde(default)]
    pub prefixes: Vec<String>,
    /// Names of models whose weights cannot be downloaded, in lower case, with `*`.
    pub models: Vec<String>,
    /// Names that would fit `models`, of models whose weights can be downloaded.
    #[serde(default)]
    pub open: Vec<String>,
    pub source: String,
    /// The day on which somebody opened the source; none where nobody did.
    pub checked: Option<Day>,
    pub note: Option<String>,
}

impl Provider {
    /// The name without the provider's prefix, in lower case, where it is one of its closed models.
    pub fn closed(&self, name: &str) -> Option<String> {
        let name = name.trim().to_lowercase();
        let bare =
            self.prefixes.iter().find_map(|p| name.strip_prefix(p.as_str())?.strip_prefix(['/', ':', '.'])).unwrap_or(&name).to_string();
        if self.open.iter().any(|p| fits(p, &bare)) {
            return None;
        }
        self.models.iter().any(|p| fits(p, &bare)).then_some(bare)
    }
}

/// Whether a name fits a pattern. Nearly all patterns are a name or the beginning of one, and need no matcher.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((begin, "")) => name.starts_with(begin),
        Some((begin, _)) => name.starts_with(begin) && WildMatch::new(pattern).matches(name),
    }
}
