//! The same model under two names (`rules/mirrors.toml`): organisations that are called otherwise on another
//! hub, and the originals of registry entries that name none.

use super::Rules;
use super::read::File;
use super::schema::HasSchema;
use crate::error::Error;
use crate::hosts;
use crate::placed::Spanned;
use serde::Deserialize;
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

/// All of them.
#[derive(Debug, Clone, Default)]
pub struct Mirrors {
    owners: Vec<Owner>,
    originals: Vec<Original>,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct MirrorsFile {
    schema: Spanned<u32>,
    #[serde(default)]
    owner: Vec<Owner>,
    #[serde(default)]
    original: Vec<Original>,
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

/// Reads a file; the entries of a later layer go before those of an earlier one.
///
/// # Errors
/// Any mistake in it, by file, line and key.
pub(super) fn add(file: File<'_>, rules: &mut Rules) -> Result<(), Error> {
    let parsed: MirrorsFile = file.parse()?;
    if let Some(owner) = parsed.owner.iter().find(|o| hosts::of(o.hub.get_ref()).next().is_none()) {
        return Err(file.error(owner.hub.span(), &format!("no hub is called `{}`", owner.hub.get_ref())));
    }
    if let Some(original) = parsed.original.iter().find(|o| !crate::ids::is_repo_id(o.id.get_ref())) {
        return Err(file.error(original.id.span(), &format!("`{}` is no model name", original.id.get_ref())));
    }
    rules.mirrors.owners.splice(0..0, parsed.owner);
    rules.mirrors.originals.splice(0..0, parsed.original);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(content: &str) -> Result<Rules, String> {
        crate::rules::with_file(FILE, content)
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
    fn mistakes_are_told_by_place() {
        let owner =
            |hub: &str, more: &str| format!("schema = 1\n[[owner]]\nhub = \"{hub}\"\nname = \"a\"\nelsewhere = []\nsource = \"x\"\n{more}");
        let e = with(&owner("nowhere", "")).unwrap_err();
        assert!(e.contains("no hub is called `nowhere`") && e.contains("mirrors.toml:3"), "{e}");
        let e = with(&owner("modelscope", "nmae = 1\n")).unwrap_err();
        assert!(e.contains("nmae") && e.contains("mirrors.toml:7"), "{e}");
    }
}
