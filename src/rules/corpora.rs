//! The table of well-known corpora (`rules/datasets.toml`). It is large, and an audit asks for a few of its entries: the
//! keys of the built-in ones are made ready by the build, and an entry is read when it is first hit.

use super::embedded;
use super::lines::{Lines, pairs};
use super::read::File;
use super::schema::Corpus;
use crate::error::Error;
use crate::placed;
use crate::text::{self, fold_page, words};
use std::sync::OnceLock;

include!("corpora/keys.rs");

/// The file's name below the rules directory.
pub(super) const FILE: &str = "datasets.toml";

/// Built-in corpora, and those that a directory of rules adds: these go first, and take the place of a built-in one
/// with their id.
#[derive(Debug)]
pub struct Corpora {
    added: Table,
    built_in: Table,
}

#[derive(Debug)]
struct Table {
    /// Each entry once it is read.
    entries: Vec<OnceLock<Option<Box<Corpus>>>>,
    /// Blocks of built-in entries, each once one of its entries is hit.
    blocks: Vec<OnceLock<Vec<u8>>>,
    keys: [Lines; 4],
}

const IDS: usize = 0;
const PAGES: usize = 1;
const NAMES: usize = 2;
const UNSPACED: usize = 3;

impl Default for Corpora {
    fn default() -> Self {
        let keys = embedded::CORPORA_KEYS.map(Lines::packed);
        let entries = embedded::CORPORA_ENTRIES.iter().map(|_| OnceLock::new()).collect();
        let blocks = embedded::CORPORA_BLOCKS.iter().map(|_| OnceLock::new()).collect();
        let added = Table { entries: Vec::new(), blocks: Vec::new(), keys: Default::default() };
        Corpora { added, built_in: Table { entries, blocks, keys } }
    }
}

impl Corpora {
    /// Adds a file of a rules directory, checked at once.
    pub(super) fn add(&mut self, mut file: File<'_>) -> Result<(), Error> {
        let mut entries: Vec<Corpus> = self.added.all().cloned().collect();
        entries.extend(parse(&mut file)?);
        self.added = Table::of(entries);
        Ok(())
    }

    /// The corpus that a hub id names.
    pub fn by_id(&self, id: &str) -> Option<&Corpus> {
        self.find(IDS, &id.to_lowercase())
    }

    /// The corpus whose page an address leads to: that of the table, or one on the hub.
    pub fn by_page(&self, url: &str) -> Option<&Corpus> {
        let folded = fold_page(url);
        let on_hub = folded.strip_prefix("huggingface.co/");
        let id = on_hub.and_then(|rest| rest.strip_prefix("datasets/").or_else(|| rest.starts_with("spaces/").then_some(rest)));
        self.find(PAGES, &folded).or_else(|| self.find(IDS, id?.split(['?', '#']).next()?))
    }

    /// The corpora that a sentence names, in its order. The longest name counts: "ImageNet-21k" is
    /// not ImageNet.
    pub fn named_in(&self, sentence: &str) -> Vec<&Corpus> {
        let folded = text::words(sentence);
        let words: Vec<&str> = folded.split(' ').collect();
        let mut found: Vec<&Corpus> = Vec::new();
        let mut at = 0;
        while let Some(rest) = words.get(at..).filter(|rest| !rest.is_empty()) {
            match self.longest_name(rest) {
                Some((length, corpus)) => {
                    found.push(corpus);
                    at += length;
                }
                None => at += 1,
            }
        }
        if !folded.is_ascii() {
            found.extend(self.added.unspaced_in(&folded).filter_map(|n| self.added.entry(n)));
            found.extend(self.built_in.unspaced_in(&folded).filter_map(|n| self.built_in(n)));
        }
        let mut seen = Vec::new();
        found.retain(|corpus| {
            !seen.contains(&&corpus.id) && {
                seen.push(&corpus.id);
                true
            }
        });
        found
    }

    /// All entries, those of `--rules` first.
    #[cfg(test)]
    fn all(&self) -> impl Iterator<Item = &Corpus> {
        self.added.all().chain((0..self.built_in.entries.len()).filter_map(|n| self.built_in(n)))
    }

    /// The entry of a key.
    fn find(&self, keys: usize, key: &str) -> Option<&Corpus> {
        let added = self.added.keys.get(keys)?.of(key).next().and_then(|n| self.added.entry(n));
        added.or_else(|| self.built_in.keys.get(keys)?.of(key).find_map(|n| self.built_in(n)))
    }

    /// A built-in entry that no added one takes the place of.
    fn built_in(&self, n: usize) -> Option<&Corpus> {
        let corpus = self.built_in.entry(n)?;
        let replaced = !self.added.entries.is_empty() && self.added.all().any(|added| added.id == corpus.id);
        (!replaced).then_some(corpus)
    }

    /// The longest name that words begin with: how many of them it has, and what it names.
    fn longest_name(&self, words: &[&str]) -> Option<(usize, &Corpus)> {
        let first = words.first()?;
        let fits = |name: &str| {
            let mut ahead = words.iter();
            name.split(' ').all(|w| ahead.next().is_some_and(|a| *a == w))
        };
        let longest = |table: &Table| -> Vec<(usize, usize)> {
            let mut names: Vec<(&str, usize)> = table.keys[NAMES].beginning(first).filter(|(name, _)| fits(name)).collect();
            names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
            names.into_iter().map(|(name, n)| (name.split(' ').count(), n)).collect()
        };
        let added = longest(&self.added).into_iter().find_map(|(length, n)| Some((length, self.added.entry(n)?)));
        let built_in = longest(&self.built_in).into_iter().find_map(|(length, n)| Some((length, self.built_in(n)?)));
        match (added, built_in) {
            (Some(a), Some(b)) => Some(if b.0 > a.0 { b } else { a }),
            (a, b) => a.or(b),
        }
    }
}

impl Table {
    fn of(entries: Vec<Corpus>) -> Table {
        let mut keys = Keys::default();
        for (n, corpus) in entries.iter().enumerate() {
            let ids = std::iter::once(&corpus.id).chain(&corpus.ids);
            keys.add(n, ids.map(String::as_str), &corpus.url, corpus.names.iter().map(String::as_str));
        }
        let entries = entries.into_iter().map(|corpus| OnceLock::from(Some(Box::new(corpus)))).collect();
        Table { entries, blocks: Vec::new(), keys: keys.lines().map(Lines::made) }
    }

    fn entry(&self, n: usize) -> Option<&Corpus> {
        // A test reads all of them, so that none is broken here.
        self.entries.get(n)?.get_or_init(|| self.read(n).map(Box::new)).as_deref()
    }

    /// Reads a built-in entry.
    fn read(&self, n: usize) -> Option<Corpus> {
        let block = n / embedded::CORPORA_IN_BLOCK;
        let bytes = self.blocks.get(block)?.get_or_init(|| {
            let unpack = |(place, length): &(std::ops::Range<usize>, usize)| {
                zstd::bulk::decompress(embedded::CORPORA.get(place.clone())?, *length).ok()
            };
            embedded::CORPORA_BLOCKS.get(block).and_then(unpack).unwrap_or_default()
        });
        let place = embedded::CORPORA_ENTRIES.get(n)?;
        placed::from_packed(bytes.get(place.start as usize..place.end as usize)?).ok().map(Corpus::complete)
    }

    fn all(&self) -> impl Iterator<Item = &Corpus> {
        (0..self.entries.len()).filter_map(|n| self.entry(n))
    }

    /// The entries with a name without blanks that folded text holds.
    fn unspaced_in(&self, folded: &str) -> impl Iterator<Item = usize> {
        pairs(self.keys[UNSPACED].text()).filter(|(name, _)| folded.contains(name)).map(|(_, n)| n)
    }
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
    Ok(parsed.dataset.into_iter().map(|entry| entry.into_inner().complete()).collect())
}

#[cfg(test)]
mod tests {
    use super::super::Content;
    use super::*;
    use crate::rules::{BUILT_IN, Layer, Rules};

    #[test]
    fn the_built_in_table_is_sound() {
        let content = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/datasets.toml")).unwrap();
        let mut layer = Layer::new(BUILT_IN);
        let all = parse(&mut File { layer: &mut layer, shown: FILE, content: Content::Text(&content) }).unwrap();
        let names = |c: &Corpus| (c.id.clone(), c.names.clone());
        assert!(all.iter().map(names).eq(TABLE.all().map(names)));
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
        let corpora = &*TABLE;
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

    #[test]
    fn keys_are_found_by_halving() {
        let pairs = ["a", "ab", "ab c", "ab cd", "abc", "b b", "b"];
        let mut keys = Keys::default();
        for (n, name) in pairs.iter().enumerate() {
            keys.add(n, [*name, "a"].into_iter(), name, [*name].into_iter());
        }
        let [ids, _, names, _] = keys.lines().map(Lines::made);
        for (n, name) in pairs.iter().enumerate().skip(1) {
            assert_eq!(ids.of(name).collect::<Vec<_>>(), [n], "{name}");
        }
        assert_eq!(ids.of("a").collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6]);
        for missing in ["", "aa", "c", "ab  c"] {
            assert_eq!(ids.of(missing).count(), 0, "{missing:?}");
        }
        assert_eq!(names.beginning("ab").map(|(name, _)| name).collect::<Vec<_>>(), ["ab", "ab c", "ab cd"]);
        assert_eq!(Lines::default().of("a").count() + Lines::default().beginning("a").count(), 0);
    }

    #[test]
    fn an_added_entry_takes_the_place_of_a_built_in_one() {
        let dir = tempfile::tempdir().unwrap();
        let entry = |id: &str, name: &str| {
            format!(
                "[[dataset]]\nid = {id:?}\nnames = [{name:?}]\navailability = 'withheld'\nkind = 'other'\nurl = 'https://example.org/x'\nsource = 'https://example.org/x'\n"
            )
        };
        std::fs::write(dir.path().join(FILE), format!("schema = 1\n{}{}", entry("allenai/c4", "my c4"), entry("own/set", "c4 own")))
            .unwrap();
        let rules = Rules::load(Some(dir.path())).unwrap();
        let named = |s: &str| rules.corpora.named_in(s).iter().map(|c| c.id.clone()).collect::<Vec<_>>();
        assert_eq!(rules.corpora.by_id("allenai/C4").unwrap().names, ["my c4"]);
        assert_eq!(named("trained on my C4 and the C4 own"), ["allenai/c4", "own/set"]);
        assert_eq!(named("trained on C4"), Vec::<String>::new(), "a name of the entry that was replaced");
        assert_eq!(rules.corpora.all().filter(|c| c.id == "allenai/c4").count(), 1);
        assert_eq!(rules.corpora.all().count(), TABLE.all().count() + 1);
    }

    static TABLE: std::sync::LazyLock<Corpora> = std::sync::LazyLock::new(Corpora::default);

    proptest::proptest! {
        #[test]
        fn any_sentence(s in "\\PC{0,200}") {
            let _ = TABLE.named_in(&s);
        }
    }
}
