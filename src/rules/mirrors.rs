//! The same model under two names (`rules/mirrors.toml`): organisations that are called otherwise on another
//! hub, the originals of registry entries that name none, and what prose calls a model.

use super::Rules;
use super::read::File;
use super::schema::HasSchema;
use crate::error::Error;
use crate::hosts;
use crate::placed::Spanned;
use crate::text;
use foldhash::HashMap;
use serde::Deserialize;
use std::sync::OnceLock;
use wildmatch::WildMatch;

/// The file's name below the rules directory.
pub(super) const FILE: &str = "mirrors.toml";

/// An organisation that has other names on the hub of plain names.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Owner {
    pub hub: Spanned<String>,
    pub name: String,
    /// Its names there, the most likely first.
    pub elsewhere: Vec<String>,
    pub source: String,
    pub note: Option<String>,
}

/// What an entry of a registry is a copy of.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Original {
    /// `NAMESPACE/NAME`.
    pub name: String,
    /// Numbers of parameters, as the registry writes them.
    pub size: Vec<String>,
    /// Tags that are of other models.
    pub except: Vec<String>,
    /// The original, on the hub of plain names.
    pub id: Spanned<String>,
    pub source: String,
}

/// What prose calls a model.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Called {
    /// On the hub of plain names.
    pub id: Spanned<String>,
    pub names: Vec<String>,
    /// Words, in what is known of the model whose card it is, with which the names are another's.
    #[serde(default)]
    pub unless: Vec<String>,
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub struct Mirrors {
    owners: Vec<Owner>,
    originals: Vec<Original>,
    called: Vec<Called>,
    /// Folded names, made when one is first asked for, with the place of the model in `called`.
    names: OnceLock<HashMap<String, usize>>,
}

/// Words that a name of a model in prose may have.
pub const MAX_NAME: usize = 8;

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct MirrorsFile {
    schema: Spanned<u32>,
    #[serde(default)]
    owner: Vec<Owner>,
    #[serde(default)]
    original: Vec<Original>,
    #[serde(default)]
    called: Vec<Called>,
}

impl HasSchema for MirrorsFile {
    fn schema(&self) -> &Spanned<u32> {
        &self.schema
    }
}

impl Mirrors {
    /// What an organisation of a hub is called on the hub of plain names.
    pub fn elsewhere(&self, hub: &str, owner: &str) -> &[String] {
        let found = self.owners.iter().find(|o| o.hub.get_ref() == hub && o.name.eq_ignore_ascii_case(owner));
        found.map_or(&[], |o| &o.elsewhere)
    }

    /// The original of a registry entry.
    pub fn original(&self, name: &str, tag: &str, size: &str) -> Option<&Original> {
        let other = |o: &Original| o.except.iter().any(|p| WildMatch::new(p).matches(&tag.to_lowercase()));
        self.originals.iter().find(|o| o.name == name && o.size.iter().any(|s| s == size) && !other(o))
    }
}

impl Mirrors {
    /// The model that these folded words name in prose, all of them and no others, on the card of a model of which
    /// `about` is known, folded.
    pub fn called(&self, folded: &str, about: &str) -> Option<&str> {
        let names = self.names.get_or_init(|| {
            // Those of a directory of rules stand first, and go before.
            let all = self.called.iter().enumerate().rev();
            all.flat_map(|(i, c)| c.names.iter().map(move |n| (text::words(n), i))).collect()
        });
        let found = self.called.get(*names.get(folded)?)?;
        let other = found.unless.iter().any(|w| text::contains_phrase(about, &text::words(w)));
        (!other).then_some(found.id.get_ref())
    }
}

/// Reads a file; the entries of a later layer go before those of an earlier one.
///
/// # Errors
/// Any mistake in it, by file, line and key.
pub(super) fn add(file: File<'_>, rules: &mut Rules) -> Result<(), Error> {
    let parsed: MirrorsFile = file.parse()?;
    if let Some(owner) = parsed.owner.iter().find(|o| hosts::of(o.hub.get_ref()).next().is_none()) {
        return Err(file.error(owner.hub.span(), &format!("no hub is called `{}`", owner.hub.get_ref())));
    }
    let mut ids = parsed.original.iter().map(|o| &o.id).chain(parsed.called.iter().map(|c| &c.id));
    if let Some(id) = ids.find(|id| !crate::ids::is_repo_id(id.get_ref())) {
        return Err(file.error(id.span(), &format!("`{}` is no model name", id.get_ref())));
    }
    for called in &parsed.called {
        if let Some(long) =
            called.names.iter().find(|n| !(1..=MAX_NAME).contains(&text::words(n).split(' ').filter(|w| !w.is_empty()).count()))
        {
            return Err(file.error(called.id.span(), &format!("`{long}` has no words, or more than {MAX_NAME}")));
        }
    }
    rules.mirrors.owners.splice(0..0, parsed.owner);
    rules.mirrors.originals.splice(0..0, parsed.original);
    rules.mirrors.called.splice(0..0, parsed.called);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(content: &str) -> Result<Rules, String> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), content).unwrap();
        Rules::load(Some(dir.path())).map_err(|e| e.to_string())
    }

    #[test]
    fn a_directory_of_rules_goes_first() {
        let rules =
            with("schema = 1\n[[original]]\nname = \"library/llama3.1\"\nsize = [\"8.0B\"]\nexcept = []\nid = \"o/n\"\nsource = \"x\"\n")
                .unwrap();
        assert_eq!(rules.mirrors.original("library/llama3.1", "8b", "8.0B").map(|o| o.id.get_ref().as_str()), Some("o/n"));
        assert!(!rules.mirrors.elsewhere("modelscope", "LLM-Research").is_empty());
    }

    #[test]
    fn names_in_prose() {
        let called = |rules: &Rules, name: &str| rules.mirrors.called(&text::words(name), "o zork").map(str::to_string);
        let ours = Rules::load(None).unwrap();
        assert_eq!(called(&ours, "LLaMA-2 (70B)").as_deref(), Some("meta-llama/Llama-2-70b-hf"));
        assert_eq!(called(&ours, "Llama 2"), None);
        assert_eq!(called(&ours, "Llama 2 70B of ours"), None);
        assert_eq!(called(&ours, "LLaMA 7B").as_deref(), Some("huggyllama/llama-7b"));
        assert_eq!(ours.mirrors.called("llama 7b", "o zork llama2"), None);
        // One model a name.
        let mut seen = std::collections::BTreeMap::new();
        for c in &ours.mirrors.called {
            for name in &c.names {
                let twice = seen.insert(text::words(name), c.id.get_ref());
                assert_eq!(twice, None, "{name}");
            }
        }
        let theirs = with("schema = 1\n[[called]]\nid = \"o/n\"\nnames = [\"Llama 2 70B\", \"Zork\"]\n").unwrap();
        assert_eq!(called(&theirs, "llama-2-70b").as_deref(), Some("o/n"));
        assert_eq!(called(&theirs, "zork").as_deref(), Some("o/n"));
        assert!(with("schema = 1\n[[called]]\nid = \"o/n/x\"\nnames = [\"Zork\"]\n").is_err());
        assert!(with("schema = 1\n[[called]]\nid = \"o/n\"\nnames = [\"-\"]\n").is_err());
    }

    #[test]
    fn mistakes_are_told_by_place() {
        let owner =
            |hub: &str, more: &str| format!("schema = 1\n[[owner]]\nhub = \"{hub}\"\nname = \"a\"\nelsewhere = []\nsource = \"x\"\n{more}");
        let e = with(&owner("nowhere", "")).unwrap_err();
        assert!(e.contains("no hub is called `nowhere`") && e.contains("mirrors.toml:3"), "{e}");
        let e = with(&owner("modelscope", "nmae = 1\n")).unwrap_err();
        assert!(e.contains("nmae") && e.contains("mirrors.toml:7"), "{e}");
    }
}
