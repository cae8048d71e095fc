//! The table of well-known corpora (`rules/datasets.toml`). It is large and seldom needed, so the
//! built-in one is read at its first use.

use super::schema::Corpus;
use super::{BUILT_IN, Content, File, Layer, embedded};
use crate::error::Error;
use crate::text;
use std::collections::HashMap;
use std::sync::OnceLock;

/// The file's name below the rules directory.
pub(super) const FILE: &str = "datasets.toml";

/// Built-in corpora, and those that a directory of rules adds.
#[derive(Debug, Default)]
pub struct Corpora {
    /// Entries of `--rules`: they go before the built-in ones.
    added: Vec<Corpus>,
    table: OnceLock<Table>,
}

#[derive(Debug, Default)]
struct Table {
    entries: Vec<Corpus>,
    /// Lower-case hub id → entry.
    ids: HashMap<String, usize>,
    /// Folded address of its page → entry.
    pages: HashMap<String, usize>,
    /// First word of a folded name → folded names and their entries, the longest first.
    names: HashMap<String, Vec<(String, usize)>>,
    /// Folded names in scripts without blanks.
    unspaced: Vec<(String, usize)>,
}

impl Corpora {
    /// Adds a file of a rules directory, checked at once.
    pub(super) fn add(&mut self, mut file: File<'_>) -> Result<(), Error> {
        self.added.extend(parse(&mut file)?);
        self.table = OnceLock::new();
        Ok(())
    }

    /// The corpus that a hub id names.
    pub fn by_id(&self, id: &str) -> Option<&Corpus> {
        let table = self.table();
        table.ids.get(&id.to_lowercase()).and_then(|i| table.entries.get(*i))
    }

    /// The corpus whose page an address leads to: that of the table, or one on the hub.
    pub fn by_page(&self, url: &str) -> Option<&Corpus> {
        let table = self.table();
        let folded = page(url);
        let on_hub = folded.strip_prefix("huggingface.co/");
        let id = on_hub.and_then(|rest| rest.strip_prefix("datasets/").or_else(|| rest.starts_with("spaces/").then_some(rest)));
        let entry = table.pages.get(&folded).or_else(|| table.ids.get(id?.split(['?', '#']).next()?));
        entry.and_then(|i| table.entries.get(*i))
    }

    /// The corpora that a sentence names, in its order. The longest name counts: "ImageNet-21k" is
    /// not ImageNet.
    pub fn named_in(&self, sentence: &str) -> Vec<&Corpus> {
        let table = self.table();
        let folded = text::words(sentence);
        let words: Vec<&str> = folded.split(' ').collect();
        let mut found: Vec<usize> = Vec::new();
        let mut at = 0;
        while let Some(first) = words.get(at) {
            let fits = |(name, _): &&(String, usize)| {
                let mut ahead = words.iter().skip(at);
                name.split(' ').all(|w| ahead.next().is_some_and(|a| *a == w))
            };
            match table.names.get(*first).and_then(|names| names.iter().find(fits)) {
                Some((name, entry)) => {
                    found.push(*entry);
                    at += name.split(' ').count();
                }
                None => at += 1,
            }
        }
        found.extend(table.unspaced.iter().filter(|(name, _)| folded.contains(name.as_str())).map(|(_, i)| *i));
        let mut seen = Vec::new();
        found.retain(|i| {
            !seen.contains(i) && {
                seen.push(*i);
                true
            }
        });
        found.into_iter().filter_map(|i| table.entries.get(i)).collect()
    }

    /// All entries, those of `--rules` first.
    pub fn all(&self) -> &[Corpus] {
        &self.table().entries
    }

    fn table(&self) -> &Table {
        self.table.get_or_init(|| {
            // A test reads it as well, so that it is never broken here.
            let mut layer = Layer::new(BUILT_IN);
            let built_in =
                parse(&mut File { layer: &mut layer, shown: FILE, content: Content::Packed(embedded::CORPORA) }).unwrap_or_default();
            let mut entries = self.added.clone();
            entries.extend(built_in.into_iter().filter(|b| !self.added.iter().any(|a| a.id == b.id)));
            Table::new(entries)
        })
    }
}

impl Table {
    fn new(entries: Vec<Corpus>) -> Table {
        let mut table = Table::default();
        for (i, entry) in entries.iter().enumerate() {
            for id in std::iter::once(&entry.id).chain(&entry.ids) {
                table.ids.entry(id.to_lowercase()).or_insert(i);
            }
            table.pages.entry(page(&entry.url)).or_insert(i);
            for name in &entry.names {
                let folded = text::words(name);
                match folded.split(' ').next() {
                    Some(first) if folded.is_ascii() || folded.contains(' ') => {
                        table.names.entry(first.to_string()).or_default().push((folded, i));
                    }
                    _ => table.unspaced.push((folded, i)),
                }
            }
        }
        for names in table.names.values_mut() {
            names.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
        }
        table.entries = entries;
        table
    }
}

/// An address as it is compared: without scheme, `www.` and final slash, lower case.
fn page(url: &str) -> String {
    text::fold_url(url).trim_end_matches('/').to_lowercase()
}

fn parse(file: &mut File<'_>) -> Result<Vec<Corpus>, Error> {
    let parsed: super::CorporaFile = file.parse()?;
    for entry in &parsed.dataset {
        let corpus = entry.get_ref();
        file.once("dataset", &corpus.id, entry.span())?;
        if corpus.names.iter().any(|n| text::words(n).is_empty()) {
            return Err(file.error(entry.span(), &format!("dataset `{}` has an empty name", corpus.id)));
        }
    }
    Ok(parsed.dataset.into_iter().map(super::Spanned::into_inner).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rules;

    #[test]
    fn the_built_in_table_is_sound() {
        let content = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/datasets.toml")).unwrap();
        let mut layer = Layer::new(super::super::BUILT_IN);
        let all = parse(&mut File { layer: &mut layer, shown: FILE, content: Content::Text(&content) }).unwrap();
        assert_eq!(all.len(), Corpora::default().all().len());
        assert!(all.len() > 500);
        let rules = Rules::load(None).unwrap();
        for corpus in &all {
            assert!(corpus.source.starts_with("https://"), "{}", corpus.id);
            if let Some(license) = &corpus.license {
                assert!(crate::license::find(&rules, license).is_some(), "{}: {license}", corpus.id);
            }
        }
    }

    #[test]
    fn names_in_prose() {
        let corpora = &*BUILT_IN;
        let named = |s: &str| corpora.named_in(s).iter().map(|c| c.id.clone()).collect::<Vec<_>>();
        assert_eq!(named("It was trained on the Pile and C4."), ["EleutherAI/pile", "allenai/c4"]);
        assert_eq!(named("trained on the deduplicated Pile"), ["EleutherAI/the_pile_deduplicated"]);
        assert_eq!(named("a pile of text"), Vec::<String>::new());
        let at = |url: &str| corpora.by_page(url).map(|c| c.id.as_str());
        assert_eq!(at("http://www.laion.ai/blog/laion-5b"), Some("laion-5b"));
        assert_eq!(at("https://huggingface.co/datasets/c4"), Some("allenai/c4"));
        assert_eq!(at("https://huggingface.co/spaces/bigscience/BigScienceCorpus"), Some("roots"));
        assert_eq!(at("https://evil.example/huggingface.co/datasets/c4"), None);
        assert_eq!(named("青空文庫で学習"), corpora.by_id(&named("青空文庫で学習")[0]).map(|c| vec![c.id.clone()]).unwrap());
    }

    static BUILT_IN: std::sync::LazyLock<Corpora> = std::sync::LazyLock::new(Corpora::default);

    proptest::proptest! {
        #[test]
        fn any_sentence(s in "\\PC{0,200}") {
            let _ = BUILT_IN.named_in(&s);
        }
    }
}
