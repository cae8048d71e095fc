//! Rules are data. They are embedded in the binary, checked whenever they are loaded, and a directory
//! given with `--rules` adds to them or overrides single entries by id.
//!
//! This stage reads and checks; it judges nothing and fetches nothing.

pub mod called;
mod check;
pub mod corpora;
pub mod diagnose;
pub mod files;
pub mod frameworks;
pub mod licenses;
pub mod lineage;
mod lines;
pub mod mirrors;
pub mod patterns;
mod read;
pub mod scan;
pub mod schema;
#[cfg(test)]
pub(crate) mod schemas;
mod topics;

use crate::digest::hex;
use crate::error::Error;
use crate::text;
use crate::vocabulary::{ComponentId, Verdict};
pub use check::is_country;
use files::FileClass;
use foldhash::HashMap;
use frameworks::FrameworkRule;
use licenses::marks::Marks;
use licenses::names::{self, Loose, LooseNames};
use licenses::{Known, LicenseRule};
use lineage::{LineageCheck, Relation, Relicensed, Teacher};
use patterns::{Pattern, PatternIndex};
use read::{BUILT_IN, Content, Layer, hash_file, read_dir, terms_first};
use schema::*;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::thread::JoinHandle;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// Everything in `rules/`, checked.
#[derive(Debug, Default)]
pub struct Rules {
    /// sha256 over the paths and contents of all rule files, lower-case hex; with `--rules`, over that of
    /// the built-in files and the directory's.
    pub digest: String,
    pub components: BTreeMap<ComponentId, ComponentRule>,
    pub file_classes: Vec<FileClass>,
    /// From the lowest to the highest; `unknown` is not among them.
    pub rungs: Vec<Rung>,
    pub unknown_rung: Option<Rung>,
    pub findings: BTreeMap<String, FindingRule>,
    pub topics: Vec<Topic>,
    pub phrases: BTreeMap<String, Phrase>,
    pub words: BTreeMap<String, WordList>,
    pub relations: Vec<Relation>,
    pub lineage_checks: Vec<LineageCheck>,
    pub teachers: Vec<Teacher>,
    pub relicensed: Vec<Relicensed>,
    pub terms: BTreeMap<String, Term>,
    /// Groups of places, by the name that licenses use.
    pub places: BTreeMap<String, PlaceGroup>,
    pub licenses: Vec<LicenseRule>,
    pub bases: Vec<Base>,
    pub name_hints: Vec<Base>,
    pub libraries: Vec<Library>,
    /// The same model under two names.
    pub mirrors: mirrors::Mirrors,
    /// What prose calls models.
    pub called: called::Names,
    pub corpora: corpora::Corpora,
    pub frameworks: BTreeMap<String, FrameworkRule>,
    /// sha256 of a license text's bytes → license id, as the project's policy clarifies it.
    pub clarified: HashMap<String, String>,
    /// How projects name models.
    pub scan: scan::ScanRules,
    /// Who sells models behind an API.
    pub providers: Vec<scan::Provider>,
    /// Folded alias or id → index into `licenses`.
    license_names: HashMap<String, usize>,
    /// Loosened names, made when a name is first asked for that is neither id nor alias.
    loose_names: OnceLock<LooseNames>,
    /// Heading phrases by their words, made when a heading is first looked at.
    topic_index: OnceLock<topics::TopicIndex>,
    /// Prefixes of addresses, folded, each with its length as written and the index of the license that it leads to.
    license_urls: OnceLock<Vec<(String, usize, usize)>>,
    /// Patterns of file classes, of base models and of name hints, made ready when one is first asked for.
    file_index: OnceLock<PatternIndex>,
    base_index: OnceLock<PatternIndex>,
    hint_index: OnceLock<PatternIndex>,
    /// Phrases of license texts, made ready when a text is first looked at.
    license_marks: OnceLock<Marks>,
}

/// All patterns of base models, with the place of each model.
pub fn patterns_of(bases: &[Base]) -> impl Iterator<Item = (usize, &str)> {
    bases.iter().enumerate().flat_map(|(i, b)| b.patterns().map(move |p| (i, p)))
}

impl Rules {
    /// The built-in rules, with those of `dir` laid over them.
    ///
    /// # Errors
    /// An unreadable directory, or any mistake in a rule file, named by file, line and key.
    pub fn load(dir: Option<&Path>) -> Result<Rules, Error> {
        // The digest of the built-in files was made with the binary; a directory's files are added to it.
        let mut rules = Rules { digest: embedded::RULES_DIGEST.to_string(), ..Rules::default() };
        let mut layer = Layer::new(BUILT_IN);
        layer.read_built_in(&mut rules)?;
        if let Some(dir) = dir {
            let mut layer = Layer::new("--rules");
            let files = read_dir(dir)?;
            let mut digest = Sha256::new_with_prefix(&rules.digest);
            for (path, content) in &files {
                hash_file(&mut digest, path, content);
            }
            for (path, content) in terms_first(&files) {
                layer.read(&mut rules, &dir.join(path).display().to_string(), path, Content::Text(content))?;
            }
            rules.digest = hex(&digest.finalize());
        }
        rules.index()?;
        Ok(rules)
    }

    /// Begins to load them on another core; what else is to be made ready goes on meanwhile.
    pub fn load_beside(dir: Option<&Path>) -> Loading {
        let path = dir.map(Path::to_path_buf);
        let thread = std::thread::Builder::new().spawn(move || Rules::load(path.as_deref()));
        Loading { thread: thread.ok(), dir: dir.map(Path::to_path_buf) }
    }

    /// The entry for a license id or alias, compared folded.
    pub fn license(&self, name: &str) -> Option<&LicenseRule> {
        self.license_names.get(&text::fold_name(name)).and_then(|i| self.licenses.get(*i))
    }

    /// The license of a name that differs from an id, alias or title in what tells no two licenses apart.
    pub fn license_loosely(&self, name: &str) -> Option<Known<'_>> {
        let key = names::loosened(name)?;
        match (*self.loose_names.get_or_init(|| names::loose_names(self)).get(&key)?)? {
            Loose::Rule(i) => self.licenses.get(i).map(Known::Rule),
            Loose::Listed(id) => spdx::license_id(id).map(Known::Listed),
        }
    }

    /// The license with the longest prefix of a folded address.
    pub fn license_by_url(&self, folded: &str) -> Option<&LicenseRule> {
        let prefixes = self.license_urls.get_or_init(|| {
            let of = |(i, l): (usize, &LicenseRule)| -> Vec<_> {
                l.urls.iter().map(|u| (text::fold_url(u).to_lowercase(), u.len(), i)).collect()
            };
            self.licenses.iter().enumerate().flat_map(of).collect()
        });
        let fits = |prefix: &str| folded.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '#', '?', '.']));
        let (_, _, i) = prefixes.iter().filter(|(prefix, ..)| fits(prefix)).max_by_key(|(_, length, _)| *length)?;
        self.licenses.get(*i)
    }

    /// The class of a file by its path in lower case.
    pub fn file_class(&self, lower: &str) -> Option<&FileClass> {
        let patterns = || self.file_classes.iter().enumerate().flat_map(|(i, c)| c.patterns.iter().map(move |p| (i, p.as_str())));
        self.file_classes.get(self.file_index.get_or_init(|| PatternIndex::new(patterns())).first(lower)?)
    }

    /// The well-known base model of an id in lower case.
    pub fn base(&self, lower: &str) -> Option<&Base> {
        self.bases.get(self.base_index.get_or_init(|| PatternIndex::new(patterns_of(&self.bases))).first(lower)?)
    }

    /// What is known of a change of license of the base of an id in lower case.
    pub fn relicensed(&self, lower: &str) -> Option<&Relicensed> {
        self.relicensed.iter().find(|r| r.patterns.iter().any(|p| Pattern::new(p).matches(lower)))
    }

    /// The family that a name in lower case, without its owner, points to.
    pub fn name_hint(&self, lower: &str) -> Option<&Base> {
        self.name_hints.get(self.hint_index.get_or_init(|| PatternIndex::new(patterns_of(&self.name_hints))).first(lower)?)
    }

    /// The phrases that recognise license texts.
    pub fn license_marks(&self) -> &Marks {
        self.license_marks.get_or_init(|| Marks::new(&self.licenses))
    }

    /// Heading phrases that may fit a heading: the topic, the phrase, and its place among all.
    pub fn headings_near<'a, 'r: 'a>(&'r self, heading: &'a str) -> impl Iterator<Item = (&'r Topic, &'r str, (usize, usize))> {
        let index = self.topic_index.get_or_init(|| topics::TopicIndex::new(&self.topics));
        index.near(heading).filter_map(|place| {
            let topic = self.topics.get(place.0)?;
            Some((topic, topic.headings.get(place.1)?.as_str(), place))
        })
    }

    /// A word list, which the load has checked to be there.
    pub fn word_list(&self, id: &str) -> &[String] {
        self.words.get(id).map_or(&[], |w| &w.list)
    }

    /// The phrases of an id.
    pub fn phrase_list(&self, id: &str) -> &[String] {
        self.phrases.get(id).map_or(&[], |p| &p.words)
    }

    /// Whether folded text says one of the phrases of an id.
    pub fn says(&self, folded: &str, id: &str) -> bool {
        self.phrase_list(id).iter().any(|phrase| text::contains_phrase(folded, phrase))
    }

    /// The library of a name, compared without case.
    pub fn library(&self, name: &str) -> Option<&Library> {
        self.libraries.iter().find(|l| l.id.get_ref().eq_ignore_ascii_case(name))
    }

    /// The relation of an id.
    pub fn relation(&self, id: &str) -> Option<&Relation> {
        self.relations.iter().find(|r| r.id.get_ref() == id)
    }

    /// Builds the license index and checks what one file alone cannot: that everything the code
    /// needs is there, and that names lead to one entry only.
    fn index(&mut self) -> Result<(), Error> {
        for id in ComponentId::ALL {
            if !self.components.contains_key(id) {
                return Err(diagnose::file("rules/components.toml", format!("component `{id}` is missing")));
            }
        }
        self.rungs.sort_by_key(|r| *r.id.get_ref());
        for verdict in Verdict::ALL.iter().filter(|v| **v != Verdict::Unknown) {
            if !self.rungs.iter().any(|r| r.id.get_ref() == verdict) {
                return Err(diagnose::file("rules/verdicts.toml", format!("rung `{verdict}` is missing")));
            }
        }
        self.check_references()?;
        self.license_names.clear();
        self.loose_names = OnceLock::new();
        self.license_urls = OnceLock::new();
        self.file_index = OnceLock::new();
        self.base_index = OnceLock::new();
        self.hint_index = OnceLock::new();
        self.license_marks = OnceLock::new();
        self.topic_index = OnceLock::new();
        for (i, license) in self.licenses.iter().enumerate() {
            let names = std::iter::once(license.id.get_ref().as_str()).chain(license.aliases.iter().map(|a| a.get_ref().as_str()));
            for name in names {
                if let Some(other) = self.license_names.insert(text::fold_name(name), i)
                    && other != i
                {
                    let other = self.licenses.get(other).map_or("?", |l| l.id.get_ref());
                    return Err(diagnose::file(
                        "rules/licenses",
                        format!("`{name}` names both `{other}` and `{}`; a name leads to one license", license.id.get_ref()),
                    ));
                }
            }
        }
        let maps = self.scan.calls.iter().map(|c| (&c.id, &c.map)).chain(self.scan.commands.iter().map(|c| (&c.id, &c.map)));
        for (id, map) in maps {
            if let Some(map) = map.as_ref().filter(|m| !self.scan.maps.contains_key(*m)) {
                return Err(diagnose::file("rules/scan", format!("`{}` uses map `{map}`, which is in no file", id.get_ref())));
            }
        }
        for check in &self.lineage_checks {
            let id = check.id.get_ref();
            let missing = (!self.findings.contains_key(&check.finding)).then(|| format!("finding `{}`", check.finding));
            let missing =
                missing.or_else(|| check.relations.iter().find(|r| self.relation(r).is_none()).map(|r| format!("relation `{r}`")));
            let missing = missing.or_else(|| check.base_terms.iter().find(|t| !self.terms.contains_key(*t)).map(|t| format!("term `{t}`")));
            if let Some(missing) = missing {
                return Err(diagnose::file("rules/lineage.toml", format!("check `{id}` uses {missing}, which is in no file")));
            }
        }
        for rule in &self.relicensed {
            if let Some(id) = rule.was.iter().chain([&rule.now]).find(|id| self.license(id).is_none() && spdx::license_id(id).is_none()) {
                let message = format!("relicensed `{}`: license `{id}` is in no rule file and not an SPDX id", rule.id.get_ref());
                return Err(diagnose::file("rules/lineage.toml", message));
            }
        }
        let of_bases = self.bases.iter().chain(&self.name_hints).map(|b| ("rules/bases.toml", b.license.get_ref()));
        for (file, id) in of_bases.chain(self.libraries.iter().map(|l| ("rules/libraries.toml", l.license.get_ref()))) {
            if self.license(id).is_none() && spdx::license_id(id).is_none() {
                return Err(diagnose::file(file, format!("license `{id}` is in no rule file and not an SPDX id")));
            }
        }
        Ok(())
    }
}

/// Rules that are being loaded.
pub struct Loading {
    /// Where the system gave one.
    thread: Option<JoinHandle<Result<Rules, Error>>>,
    dir: Option<PathBuf>,
}

impl Loading {
    /// Waits for them.
    ///
    /// # Errors
    /// Those of [`Rules::load`].
    pub fn join(self) -> Result<Rules, Error> {
        self.thread.and_then(|t| t.join().ok()).unwrap_or_else(|| Rules::load(self.dir.as_deref()))
    }
}

/// The built-in rules with one file laid over them; what is wrong with it.
#[cfg(test)]
fn with_file(name: &str, content: &str) -> Result<Rules, String> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(name), content).unwrap();
    Rules::load(Some(dir.path())).map_err(|e| e.to_string())
}
