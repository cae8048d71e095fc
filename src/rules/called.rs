//! What prose calls well-known models (`rules/called.toml`). Few cards ask for it, so the names of the built-in ones are made
//! ready by the build, and nothing is read when rules are loaded.

use super::lines::Lines;
use super::read::File;
use super::schema::HasSchema;
use super::{Rules, embedded};
use crate::error::Error;
use crate::placed::Spanned;
use crate::text;
use serde::Deserialize;

/// The file's name below the rules directory.
pub(super) const FILE: &str = "called.toml";

/// Words that a name of a model in prose may have.
pub const MAX_NAME: usize = 8;

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

/// All of them: the built-in ones, and those of a directory of rules, which go before.
#[derive(Debug, Default)]
pub struct Names {
    added: Vec<Called>,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct CalledFile {
    schema: Spanned<u32>,
    #[serde(default)]
    called: Vec<Called>,
}

impl HasSchema for CalledFile {
    fn schema(&self) -> &Spanned<u32> {
        &self.schema
    }
}

impl Names {
    /// Whether any name begins with a folded word: most words of a card begin none.
    pub fn begins(&self, word: &str) -> bool {
        let added = || self.added.iter().flat_map(|c| &c.names).any(|n| text::words(n).split(' ').next() == Some(word));
        Lines::built_in(embedded::CALLED_NAMES).beginning(word).next().is_some() || added()
    }

    /// The id of the model that these folded words name in prose, all of them and no others, on the card of a model of
    /// which `about` is known, folded.
    pub fn id(&self, folded: &str, about: &str) -> Option<&str> {
        let is_other = |word: &str| text::contains_phrase(about, &text::words(word));
        if let Some(added) = self.added.iter().find(|c| c.names.iter().any(|n| text::words(n) == folded)) {
            return (!added.unless.iter().any(|w| is_other(w))).then_some(added.id.get_ref());
        }
        let at = Lines::built_in(embedded::CALLED_NAMES).of(folded).next()?;
        let (id, unless) = embedded::CALLED.get(at)?;
        (!unless.iter().any(|w| is_other(w))).then_some(*id)
    }
}

/// Reads a file of a rules directory; its entries go before those of an earlier one.
///
/// # Errors
/// Any mistake in it, by file, line and key.
pub(super) fn add(file: File<'_>, rules: &mut Rules) -> Result<(), Error> {
    let parsed: CalledFile = file.parse()?;
    for called in &parsed.called {
        check(called).map_err(|message| file.error(called.id.span(), &message))?;
    }
    rules.called.added.splice(0..0, parsed.called);
    Ok(())
}

/// What the schema alone cannot refuse.
fn check(called: &Called) -> Result<(), String> {
    if !crate::ids::is_repo_id(called.id.get_ref()) {
        return Err(format!("`{}` is no model name", called.id.get_ref()));
    }
    let count = |name: &str| text::words(name).split(' ').filter(|w| !w.is_empty()).count();
    match called.names.iter().find(|n| !(1..=MAX_NAME).contains(&count(n))) {
        Some(long) => Err(format!("`{long}` has no words, or more than {MAX_NAME}")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::placed;

    fn with(content: &str) -> Result<Rules, String> {
        crate::rules::with_file(FILE, content)
    }

    fn called(rules: &Rules, name: &str) -> Option<String> {
        rules.called.id(&text::words(name), "o zork").map(str::to_string)
    }

    #[test]
    fn names_in_prose() {
        let ours = Rules::load(None).unwrap();
        assert_eq!(called(&ours, "LLaMA-2 (70B)").as_deref(), Some("meta-llama/Llama-2-70b-hf"));
        assert_eq!(called(&ours, "Llama 2"), None);
        assert_eq!(called(&ours, "Llama 2 70B of ours"), None);
        assert_eq!(called(&ours, "LLaMA 7B").as_deref(), Some("huggyllama/llama-7b"));
        assert_eq!(ours.called.id("llama 7b", "o zork llama2"), None);
        let theirs = with("schema = 1\n[[called]]\nid = \"o/n\"\nnames = [\"Llama 2 70B\", \"Zork\"]\n").unwrap();
        assert_eq!(called(&theirs, "llama-2-70b").as_deref(), Some("o/n"));
        assert_eq!(called(&theirs, "zork").as_deref(), Some("o/n"));
        assert!(with("schema = 1\n[[called]]\nid = \"o/n/x\"\nnames = [\"Zork\"]\n").is_err());
        assert!(with("schema = 1\n[[called]]\nid = \"o/n\"\nnames = [\"-\"]\n").is_err());
    }

    /// The built-in file is read by the build, which checks nothing.
    #[test]
    fn the_built_in_names_are_those_of_the_file() {
        let content = std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules").join(FILE)).unwrap();
        let file: CalledFile = placed::from_toml(&content).map_err(|e| e.message().to_string()).unwrap();
        let ours = Rules::load(None).unwrap();
        let mut seen = std::collections::BTreeMap::new();
        for one in &file.called {
            check(one).unwrap();
            for name in &one.names {
                // One model a name.
                assert_eq!(seen.insert(text::words(name), one.id.get_ref()), None, "{name}");
                assert_eq!(called(&ours, name).as_ref(), Some(one.id.get_ref()), "{name}");
            }
        }
        assert!(seen.len() > 500);
    }
}
