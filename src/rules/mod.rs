//! Rules are data. They are embedded in the binary, checked whenever they are loaded, and a directory
//! given with `--rules` adds to them or overrides single entries by id.
//!
//! This stage reads and checks; it judges nothing and fetches nothing.

pub mod corpora;
pub mod diagnose;
pub mod files;
pub mod frameworks;
pub mod licenses;
pub mod lineage;
pub mod mirrors;
pub mod scan;
pub mod schema;
#[cfg(test)]
pub(crate) mod schemas;
mod topics;

use crate::digest::hex;
use crate::error::Error;
use crate::placed::{self, Spanned};
use crate::text;
use crate::vocabulary::{ComponentId, Verdict};
use files::{FileClass, FilePattern};
use frameworks::FrameworkRule;
use licenses::marks::Marks;
use licenses::names::{self, Loose, LooseNames};
use licenses::{Authority, Known, LicenseRule};
use lineage::{LineageCheck, Relation, Teacher};
use schema::*;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
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
    pub terms: BTreeMap<String, Term>,
    pub licenses: Vec<LicenseRule>,
    pub bases: Vec<Base>,
    pub name_hints: Vec<Base>,
    pub libraries: Vec<Library>,
    /// The same model under two names.
    pub mirrors: mirrors::Mirrors,
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
    /// Phrases of license texts, made ready when a text is first looked at.
    license_marks: OnceLock<Marks>,
}

/// The highest `schema` number that this version reads.
const SCHEMA: u32 = 1;

/// The folder of license rules, below the rules directory.
const LICENSES: &str = "licenses/";

/// The name of the layer that is embedded in the binary.
const BUILT_IN: &str = "built-in rules";

/// Caps for `--rules DIR`, so that a wrong directory is an error and not a hang.
const MAX_RULE_FILE: u64 = 4 << 20;
const MAX_RULE_FILES: usize = 500;

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
            for (path, content) in terms_first(&files, |f| f.0.as_str()) {
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

/// One set of files in which ids must be unique; a later layer overrides an earlier one.
struct Layer {
    name: &'static str,
    seen: HashMap<String, String>,
}

impl Layer {
    fn new(name: &'static str) -> Self {
        Layer { name, seen: HashMap::new() }
    }

    /// Reads the built-in files, from their binary form.
    fn read_built_in(&mut self, rules: &mut Rules) -> Result<(), Error> {
        let (licenses, others): (Vec<_>, Vec<_>) = embedded::RULE_FILES.iter().partition(|(path, _)| path.starts_with(LICENSES));
        let packed = |place: &Range<usize>| Content::Packed(embedded::RULES.get(place.clone()).unwrap_or_default());
        // Licenses are a third of all; they are read beside the others, and taken in after the terms that they use.
        let read = || licenses.iter().map(|(path, place)| parse(&format!("rules/{path}"), packed(place))).collect::<Vec<_>>();
        let beside = std::thread::scope(|scope| {
            let beside = std::thread::Builder::new().spawn_scoped(scope, &read);
            for (path, place) in others {
                self.read(rules, &format!("rules/{path}"), path, packed(place))?;
            }
            // Without a thread, or where it ended early, it is done here.
            Ok::<_, Error>(beside.ok().and_then(|b| b.join().ok()))
        })?;
        for ((path, place), parsed) in licenses.iter().zip(beside.unwrap_or_else(read)) {
            File { layer: self, shown: &format!("rules/{path}"), content: packed(place) }.licenses(rules, parsed?)?;
        }
        Ok(())
    }

    /// Reads one file into `rules`. `shown` is its name in errors, `path` the one below the rules directory.
    fn read(&mut self, rules: &mut Rules, shown: &str, path: &str, content: Content<'_>) -> Result<(), Error> {
        let mut file = File { layer: self, shown, content };
        match path {
            "components.toml" => {
                let parsed: ComponentsFile = file.parse()?;
                for rule in parsed.component {
                    file.once("component", rule.id.get_ref().slug(), rule.id.span())?;
                    rules.components.insert(*rule.id.get_ref(), rule);
                }
            }
            "files.toml" => {
                let parsed: FilesFile = file.parse()?;
                for mut rule in parsed.class {
                    rule.matchers = rule.patterns.iter().map(|p| FilePattern::new(p)).collect();
                    if files::Kind::of_rule(rule.id.get_ref()).is_none() {
                        return Err(file.error(rule.id.span(), &format!("no class of files is called `{}`", rule.id.get_ref())));
                    }
                    let key = (rule.id.get_ref().clone(), rule.format.clone());
                    match rules.file_classes.iter_mut().find(|c| (c.id.get_ref().clone(), c.format.clone()) == key) {
                        Some(old) if file.layer.name == "--rules" => *old = rule,
                        Some(_) => return Err(file.error(rule.id.span(), &format!("class `{}` with this format is here twice", key.0))),
                        None => rules.file_classes.push(rule),
                    }
                }
            }
            "verdicts.toml" => {
                let parsed: VerdictsFile = file.parse()?;
                for rung in parsed.rung {
                    file.once("rung", rung.id.get_ref().slug(), rung.id.span())?;
                    for requirement in &rung.require {
                        check_requirement(requirement, true).map_err(|m| file.error(rung.id.span(), &m))?;
                    }
                    if *rung.id.get_ref() == Verdict::Unknown {
                        rules.unknown_rung = Some(rung);
                    } else {
                        replace(&mut rules.rungs, rung, |r| *r.id.get_ref());
                    }
                }
            }
            "findings.toml" | "gate.toml" => {
                let parsed: FindingsFile = file.parse()?;
                for rule in parsed.finding {
                    file.once("finding", rule.id.get_ref(), rule.id.span())?;
                    rules.findings.insert(rule.id.get_ref().clone(), rule);
                }
            }
            "card.toml" => {
                let parsed: CardFile = file.parse()?;
                for mut topic in parsed.topic {
                    file.once("topic", topic.id.get_ref(), topic.id.span())?;
                    topic.headings.iter_mut().for_each(|h| *h = text::words(h));
                    replace(&mut rules.topics, topic, |t| t.id.get_ref().clone());
                }
                for mut phrase in parsed.phrase {
                    file.once("phrase", phrase.id.get_ref(), phrase.id.span())?;
                    phrase.words.iter_mut().for_each(|w| *w = text::words(w));
                    rules.phrases.insert(phrase.id.get_ref().clone(), phrase);
                }
            }
            "code.toml" => {
                let parsed: CodeFile = file.parse()?;
                for list in parsed.words {
                    file.once("words", list.id.get_ref(), list.id.span())?;
                    rules.words.insert(list.id.get_ref().clone(), list);
                }
            }
            "lineage.toml" => {
                let parsed: LineageFile = file.parse()?;
                for relation in parsed.relation {
                    file.once("relation", relation.id.get_ref(), relation.id.span())?;
                    replace(&mut rules.relations, relation, |r| r.id.get_ref().clone());
                }
                for check in parsed.check {
                    file.once("check", check.id.get_ref(), check.id.span())?;
                    replace(&mut rules.lineage_checks, check, |c| c.id.get_ref().clone());
                }
                for teacher in parsed.teacher {
                    file.once("teacher", teacher.id.get_ref(), teacher.id.span())?;
                    replace(&mut rules.teachers, teacher, |t| t.id.get_ref().clone());
                }
            }
            "libraries.toml" => {
                let parsed: LibrariesFile = file.parse()?;
                for library in parsed.library {
                    file.once("library", library.id.get_ref(), library.id.span())?;
                    replace(&mut rules.libraries, library, |l| l.id.get_ref().clone());
                }
            }
            "terms.toml" => {
                let parsed: TermsFile = file.parse()?;
                for term in parsed.term {
                    file.once("term", term.id.get_ref(), term.id.span())?;
                    rules.terms.insert(term.id.get_ref().clone(), term);
                }
            }
            "bases.toml" => {
                let parsed: BasesFile = file.parse()?;
                // Earlier patterns win, so those of a later layer go in front.
                rules.bases.splice(0..0, parsed.base);
                rules.name_hints.splice(0..0, parsed.name_hint);
            }
            corpora::FILE => rules.corpora.add(file)?,
            mirrors::FILE => mirrors::add(file, rules)?,
            _ if path.starts_with(LICENSES) => {
                let parsed = file.parse()?;
                file.licenses(rules, parsed)?;
            }
            _ if path.starts_with("frameworks/") => {
                let parsed: FrameworksFile = file.parse()?;
                for framework in parsed.framework {
                    file.once("framework", framework.id.get_ref(), framework.id.span())?;
                    frameworks::check(&framework).map_err(|(span, m)| file.error(span, &m))?;
                    rules.frameworks.insert(framework.id.get_ref().clone(), framework);
                }
            }
            _ if path.starts_with("scan/") => file.scan(rules)?,
            _ if path.starts_with("hosted/") => {
                let parsed: HostedFile = file.parse()?;
                for provider in parsed.provider {
                    file.once("provider", provider.id.get_ref(), provider.id.span())?;
                    if let Some(p) = provider.models.iter().chain(&provider.open).find(|p| p.chars().any(char::is_uppercase)) {
                        return Err(file.error(provider.id.span(), &format!("`{p}` has capitals; names are compared in lower case")));
                    }
                    replace(&mut rules.providers, provider, |p| p.id.get_ref().clone());
                }
            }
            _ => {
                return Err(diagnose::file(
                    shown,
                    "no rule file has this name; there are components, files, verdicts, findings, gate, card, code, lineage, terms, bases, datasets, libraries (.toml), licenses/*.toml, frameworks/*.toml, scan/*.toml and hosted/*.toml",
                ));
            }
        }
        Ok(())
    }
}

/// What a file holds.
#[derive(Clone, Copy)]
enum Content<'a> {
    /// TOML, as people write it.
    Text(&'a str),
    /// The same as MessagePack, made when the binary was built.
    Packed(&'a [u8]),
}

/// One file being read.
struct File<'a> {
    layer: &'a mut Layer,
    shown: &'a str,
    content: Content<'a>,
}

impl File<'_> {
    /// Parses it, of the schema that this version reads.
    fn parse<T: for<'de> Deserialize<'de> + HasSchema>(&self) -> Result<T, Error> {
        parse(self.shown, self.content)
    }

    /// Adds licenses; their terms must be known already.
    fn licenses(&mut self, rules: &mut Rules, parsed: LicensesFile) -> Result<(), Error> {
        for mut license in parsed.license {
            self.once("license", license.id.get_ref(), license.id.span())?;
            check_license(rules, &license).map_err(|(span, m)| self.error(span, &m))?;
            if let Some(marks) = &mut license.text {
                for list in [&mut marks.all, &mut marks.any, &mut marks.none] {
                    list.iter_mut().for_each(|p| *p = text::words(p));
                }
            }
            replace(&mut rules.licenses, license, |l| l.id.get_ref().clone());
        }
        Ok(())
    }

    /// Records an id, and refuses it when this layer had it already.
    fn once(&mut self, kind: &str, id: &str, span: Range<usize>) -> Result<(), Error> {
        match self.layer.seen.insert(format!("{kind} {id}"), self.shown.to_string()) {
            Some(first) => Err(self.error(span, &format!("{kind} `{id}` is here twice (first in {first})"))),
            None => Ok(()),
        }
    }

    /// One file of `scan/`: any of its tables may stand in any of them.
    fn scan(&mut self, rules: &mut Rules) -> Result<(), Error> {
        let parsed: ScanFile = self.parse()?;
        for call in parsed.call {
            self.once("call", call.id.get_ref(), call.id.span())?;
            if !call.ignore && call.positions.is_empty() && call.arguments.is_empty() {
                return Err(self.error(call.id.span(), "a call needs `positions` or `arguments`"));
            }
            replace(&mut rules.scan.calls, call, |c| c.id.get_ref().clone());
        }
        for key in parsed.key {
            self.once("key", key.id.get_ref(), key.id.span())?;
            replace(&mut rules.scan.keys, key, |k| k.id.get_ref().clone());
        }
        for command in parsed.command {
            self.once("command", command.id.get_ref(), command.id.span())?;
            if !command.first && !command.all && command.options.is_empty() {
                return Err(self.error(command.id.span(), "a command needs `first`, `all` or `options`"));
            }
            replace(&mut rules.scan.commands, command, |c| c.id.get_ref().clone());
        }
        for prefix in parsed.prefix {
            self.once("prefix", prefix.prefix.get_ref(), prefix.prefix.span())?;
            replace(&mut rules.scan.prefixes, prefix, |p| p.prefix.get_ref().clone());
        }
        for map in parsed.map {
            self.once("map", map.id.get_ref(), map.id.span())?;
            rules.scan.maps.insert(map.id.get_ref().clone(), map);
        }
        for words in parsed.words {
            self.once("scan words", words.id.get_ref(), words.id.span())?;
            rules.scan.words.insert(words.id.get_ref().clone(), words);
        }
        Ok(())
    }

    fn error(&self, span: Range<usize>, message: &str) -> Error {
        self.content.error(self.shown, span, message)
    }
}

impl Content<'_> {
    fn error(self, shown: &str, span: Range<usize>, message: &str) -> Error {
        match self {
            Content::Text(text) => diagnose::at(shown, text, span, message),
            Content::Packed(_) => diagnose::file(shown, message),
        }
    }
}

/// Parses a file, of the schema that this version reads.
fn parse<T: for<'de> Deserialize<'de> + HasSchema>(shown: &str, content: Content<'_>) -> Result<T, Error> {
    let parsed: Result<T, placed::Wrong> = match content {
        Content::Text(text) => placed::from_toml(text),
        Content::Packed(bytes) => placed::from_packed(bytes),
    };
    let parsed = parsed.map_err(|e| content.error(shown, e.span().unwrap_or(0..0), e.message()))?;
    let schema = parsed.schema();
    if *schema.get_ref() != SCHEMA {
        let message = format!("schema {} is not known; this version reads schema {SCHEMA}", schema.get_ref());
        return Err(content.error(shown, schema.span(), &message));
    }
    Ok(parsed)
}

/// Replaces the entry with the same key, or appends.
fn replace<T, K: PartialEq>(list: &mut Vec<T>, new: T, key: impl Fn(&T) -> K) {
    let k = key(&new);
    match list.iter_mut().find(|old| key(old) == k) {
        Some(old) => *old = new,
        None => list.push(new),
    }
}

/// A requirement asks for exactly one thing.
fn check_requirement(r: &Requirement, top: bool) -> Result<(), String> {
    let name = if r.id.is_empty() { "a requirement" } else { &r.id };
    if top && (r.id.is_empty() || r.text.is_empty()) {
        return Err(format!("{name} needs `id` and `text`"));
    }
    let kinds = [
        r.component.is_some(),
        r.fact.is_some(),
        r.framework.is_some(),
        !r.terms_absent.is_empty(),
        r.document.is_some(),
        r.person,
        !r.any.is_empty(),
        !r.all.is_empty(),
    ];
    if kinds.iter().filter(|k| **k).count() != 1 {
        return Err(format!(
            "{name} needs exactly one of `component`, `fact`, `framework`, `terms-absent`, `document`, `person`, `any`, `all`"
        ));
    }
    if r.component.is_none() && (r.license.is_some() || r.basis.is_some() || r.of != Whose::Model) {
        return Err(format!("{name} has `license`, `basis` or `of` without `component`"));
    }
    if r.component.is_some() == r.availability.is_empty() {
        return Err(format!("{name} needs `availability` with `component`, and only then"));
    }
    r.any.iter().chain(&r.all).try_for_each(|inner| check_requirement(inner, false))
}

/// What the schema alone cannot refuse in a license entry.
fn check_license(rules: &Rules, license: &LicenseRule) -> Result<(), (Range<usize>, String)> {
    let id = license.id.get_ref();
    let listed = spdx::license_id(id);
    if listed.is_none() && !id.starts_with("LicenseRef-") {
        return Err((license.id.span(), format!("`{id}` is no SPDX id; a license without one is called LicenseRef-…")));
    }
    for term in &license.terms {
        match rules.terms.get(term.get_ref()) {
            None if rules.terms.is_empty() => {}
            None => return Err((term.span(), format!("term `{}` is not in terms.toml", term.get_ref()))),
            Some(t) if t.restricts && !license.open.is_empty() => {
                return Err((
                    term.span(),
                    format!("`{id}` claims to be open, but `{}` restricts use by anyone for any purpose", term.get_ref()),
                ));
            }
            Some(_) => {}
        }
    }
    for (content, authority) in &license.open {
        let holds = match authority {
            Authority::Osi => listed.is_some_and(|l| l.is_osi_approved()),
            Authority::Fsf => listed.is_some_and(|l| l.is_fsf_free_libre()),
            _ => true,
        };
        if !holds && !license.ambiguous {
            return Err((
                license.id.span(),
                format!("`{id}` is said to be {} for {content}, but the SPDX list does not say so", authority.title()),
            ));
        }
    }
    Ok(())
}

/// The vocabulary of terms before the licenses that use it.
fn terms_first<'a, T>(files: &'a [T], path: impl Fn(&T) -> &str + Copy + 'a) -> impl Iterator<Item = &'a T> {
    let is_terms = move |f: &&T| path(f) == "terms.toml";
    files.iter().filter(is_terms).chain(files.iter().filter(move |f| !is_terms(f)))
}

/// All rule files below a directory, as (path with `/`, content), sorted.
fn read_dir(dir: &Path) -> Result<Vec<(String, String)>, Error> {
    fn walk(root: &Path, dir: &Path, out: &mut Vec<(String, String)>, depth: usize) -> Result<(), Error> {
        let fail = |path: &Path, source| Error::File { action: "read rules from", path: path.display().to_string(), source };
        for entry in std::fs::read_dir(dir).map_err(|e| fail(dir, e))? {
            let path = entry.map_err(|e| fail(dir, e))?.path();
            if path.is_dir() {
                if depth > 0 {
                    walk(root, &path, out, depth - 1)?;
                }
            } else if path.extension().is_some_and(|e| e == "toml") {
                let size = path.metadata().map_err(|e| fail(&path, e))?.len();
                if size > MAX_RULE_FILE || out.len() >= MAX_RULE_FILES {
                    return Err(diagnose::file(
                        &path.display().to_string(),
                        "more rules than a rules directory may hold (4 MiB a file, 500 files)",
                    ));
                }
                let below = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                out.push((below, std::fs::read_to_string(&path).map_err(|e| fail(&path, e))?));
            }
        }
        Ok(())
    }
    let mut out = Vec::new();
    walk(dir, dir, &mut out, 2)?;
    out.sort();
    Ok(out)
}

fn hash_file(digest: &mut Sha256, path: &str, content: &str) {
    for part in [path, content] {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
}

trait HasSchema {
    fn schema(&self) -> &Spanned<u32>;
}

macro_rules! rule_file {
    ($name:ident { $($field:ident : $kind:ty),+ }) => {
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        struct $name {
            schema: Spanned<u32>,
            $(#[serde(default)] $field: Vec<$kind>),+
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
rule_file!(LineageFile { relation: Relation, check: LineageCheck, teacher: Teacher });
rule_file!(TermsFile { term: Term });
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
