//! Rule files, read: each by its name, checked as far as one file alone can be, in layers of which a later one overrides
//! entries of an earlier one.

use super::check::{check_license, check_requirement};
use super::schema::WordList;
use super::schema::*;
use super::{Rules, called, corpora, diagnose, embedded, files, frameworks, mirrors};
use crate::error::Error;
use crate::vocabulary::Verdict;
use crate::{placed, text};
use foldhash::{HashMap, HashMapExt};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::ops::Range;
use std::path::Path;

/// The highest `schema` number that this version reads.
const SCHEMA: u32 = 1;

/// The folder of license rules, below the rules directory.
const LICENSES: &str = "licenses/";

/// The name of the layer that is embedded in the binary.
pub(super) const BUILT_IN: &str = "built-in rules";

/// Caps for `--rules DIR`, so that a wrong directory is an error and not a hang.
const MAX_RULE_FILE: u64 = 4 << 20;
const MAX_RULE_FILES: usize = 500;

/// One set of files in which ids must be unique; a later layer overrides an earlier one.
pub(super) struct Layer {
    name: &'static str,
    seen: HashMap<String, String>,
}

impl Layer {
    pub(super) fn new(name: &'static str) -> Self {
        Layer { name, seen: HashMap::new() }
    }

    /// Reads the built-in files, from their binary form.
    pub(super) fn read_built_in(&mut self, rules: &mut Rules) -> Result<(), Error> {
        let (licenses, others): (Vec<_>, Vec<_>) = embedded::RULE_FILES.iter().partition(|(path, _)| path.starts_with(LICENSES));
        let packed = |place: &Range<usize>| Content::Packed(embedded::RULES.get(place.clone()).unwrap_or_default());
        // Licenses are a third of all; they are read beside the others, and taken in after the terms that they use.
        let read = || licenses.iter().map(|(path, place)| parse(&format!("rules/{path}"), packed(place)).map(folded)).collect::<Vec<_>>();
        let beside = std::thread::scope(|scope| {
            let beside = std::thread::Builder::new().spawn_scoped(scope, read);
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
    pub(super) fn read(&mut self, rules: &mut Rules, shown: &str, path: &str, content: Content<'_>) -> Result<(), Error> {
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
                for rule in parsed.class {
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
                        replace(&mut rules.rungs, rung, |r| r.id.get_ref());
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
                    replace(&mut rules.topics, topic, |t| t.id.get_ref().as_str());
                }
                for mut phrase in parsed.phrase {
                    file.once("phrase", phrase.id.get_ref(), phrase.id.span())?;
                    phrase.words.iter_mut().for_each(|w| *w = text::words(w));
                    rules.phrases.insert(phrase.id.get_ref().clone(), phrase);
                }
            }
            "code.toml" => {
                let parsed: CodeFile = file.parse()?;
                file.words(rules, parsed.words)?;
            }
            "lineage.toml" => {
                let parsed: LineageFile = file.parse()?;
                for relation in parsed.relation {
                    file.add("relation", &mut rules.relations, relation, |r| &r.id)?;
                }
                for check in parsed.check {
                    file.add("check", &mut rules.lineage_checks, check, |c| &c.id)?;
                }
                for teacher in parsed.teacher {
                    file.add("teacher", &mut rules.teachers, teacher, |t| &t.id)?;
                }
                for relicensed in parsed.relicensed {
                    file.add("relicensed", &mut rules.relicensed, relicensed, |r| &r.id)?;
                }
            }
            "libraries.toml" => {
                let parsed: LibrariesFile = file.parse()?;
                for library in parsed.library {
                    file.add("library", &mut rules.libraries, library, |l| &l.id)?;
                }
            }
            "terms.toml" => {
                let parsed: TermsFile = file.parse()?;
                for term in parsed.term {
                    file.once("term", term.id.get_ref(), term.id.span())?;
                    rules.terms.insert(term.id.get_ref().clone(), term);
                }
                for place in parsed.place {
                    file.once("place", place.id.get_ref(), place.id.span())?;
                    rules.places.insert(place.id.get_ref().clone(), place);
                }
                file.words(rules, parsed.words)?;
            }
            "bases.toml" => {
                let parsed: BasesFile = file.parse()?;
                // Earlier patterns win, so those of a later layer go in front.
                rules.bases.splice(0..0, parsed.base);
                rules.name_hints.splice(0..0, parsed.name_hint);
            }
            corpora::FILE => rules.corpora.add(file)?,
            mirrors::FILE => mirrors::add(file, rules)?,
            called::FILE => called::add(file, rules)?,
            _ if path.starts_with(LICENSES) => {
                let parsed = folded(file.parse()?);
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
                    replace(&mut rules.providers, provider, |p| p.id.get_ref().as_str());
                }
            }
            _ => {
                return Err(diagnose::file(
                    shown,
                    "no rule file has this name; there are components, files, verdicts, findings, gate, card, code, lineage, terms, bases, datasets, libraries, mirrors, called (.toml), licenses/*.toml, frameworks/*.toml, scan/*.toml and hosted/*.toml",
                ));
            }
        }
        Ok(())
    }
}

/// What a file holds.
#[derive(Clone, Copy)]
pub(super) enum Content<'a> {
    /// TOML, as people write it.
    Text(&'a str),
    /// The same as MessagePack, made when the binary was built.
    Packed(&'a [u8]),
}

/// One file being read.
pub(super) struct File<'a> {
    pub(super) layer: &'a mut Layer,
    pub(super) shown: &'a str,
    pub(super) content: Content<'a>,
}

impl File<'_> {
    /// Parses it, of the schema that this version reads.
    pub(super) fn parse<T: for<'de> Deserialize<'de> + HasSchema>(&self) -> Result<T, Error> {
        parse(self.shown, self.content)
    }

    /// Adds licenses, their phrases [`folded`]; their terms must be known already.
    pub(super) fn licenses(&mut self, rules: &mut Rules, parsed: LicensesFile) -> Result<(), Error> {
        for license in parsed.license {
            self.once("license", license.id.get_ref(), license.id.span())?;
            check_license(rules, &license).map_err(|(span, m)| self.error(span, &m))?;
            replace(&mut rules.licenses, license, |l| l.id.get_ref().as_str());
        }
        Ok(())
    }

    /// Adds lists of words.
    fn words(&mut self, rules: &mut Rules, lists: Vec<WordList>) -> Result<(), Error> {
        for list in lists {
            self.once("words", list.id.get_ref(), list.id.span())?;
            rules.words.insert(list.id.get_ref().clone(), list);
        }
        Ok(())
    }

    /// Records an id, and refuses it when this layer had it already.
    pub(super) fn once(&mut self, kind: &str, id: &str, span: Range<usize>) -> Result<(), Error> {
        match self.layer.seen.insert(format!("{kind} {id}"), self.shown.to_string()) {
            Some(first) => Err(self.error(span, &format!("{kind} `{id}` is here twice (first in {first})"))),
            None => Ok(()),
        }
    }

    /// Adds an entry that this layer did not have yet, in the place of one of an earlier layer with its id.
    fn add<T>(&mut self, kind: &str, list: &mut Vec<T>, new: T, id: impl Fn(&T) -> &Id) -> Result<(), Error> {
        self.once(kind, id(&new).get_ref(), id(&new).span())?;
        replace(list, new, |entry| id(entry).get_ref().as_str());
        Ok(())
    }

    /// One file of `scan/`: any of its tables may stand in any of them.
    pub(super) fn scan(&mut self, rules: &mut Rules) -> Result<(), Error> {
        let parsed: ScanFile = self.parse()?;
        for call in parsed.call {
            self.once("call", call.id.get_ref(), call.id.span())?;
            if !call.ignore && call.positions.is_empty() && call.arguments.is_empty() {
                return Err(self.error(call.id.span(), "a call needs `positions` or `arguments`"));
            }
            replace(&mut rules.scan.calls, call, |c| c.id.get_ref().as_str());
        }
        for key in parsed.key {
            self.add("key", &mut rules.scan.keys, key, |k| &k.id)?;
        }
        for command in parsed.command {
            self.once("command", command.id.get_ref(), command.id.span())?;
            if !command.first && !command.all && command.options.is_empty() {
                return Err(self.error(command.id.span(), "a command needs `first`, `all` or `options`"));
            }
            replace(&mut rules.scan.commands, command, |c| c.id.get_ref().as_str());
        }
        for prefix in parsed.prefix {
            self.add("prefix", &mut rules.scan.prefixes, prefix, |p| &p.prefix)?;
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

    pub(super) fn error(&self, span: Range<usize>, message: &str) -> Error {
        self.content.error(self.shown, span, message)
    }
}

impl Content<'_> {
    pub(super) fn error(self, shown: &str, span: Range<usize>, message: &str) -> Error {
        match self {
            Content::Text(text) => diagnose::at(shown, text, span, message),
            Content::Packed(_) => diagnose::file(shown, message),
        }
    }
}

/// Parses a file, of the schema that this version reads.
pub(super) fn parse<T: for<'de> Deserialize<'de> + HasSchema>(shown: &str, content: Content<'_>) -> Result<T, Error> {
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
pub(super) fn replace<T, K: PartialEq + ?Sized>(list: &mut Vec<T>, new: T, key: impl Fn(&T) -> &K) {
    match list.iter_mut().find(|old| key(old) == key(&new)) {
        Some(old) => *old = new,
        None => list.push(new),
    }
}

/// Licenses with their phrases as they are compared.
fn folded(mut parsed: LicensesFile) -> LicensesFile {
    for marks in parsed.license.iter_mut().filter_map(|license| license.text.as_mut()) {
        for list in [&mut marks.all, &mut marks.any, &mut marks.none] {
            list.iter_mut().for_each(|p| *p = text::words(p));
        }
    }
    parsed
}

/// The vocabulary of terms before the licenses that use it.
pub(super) fn terms_first(files: &[(String, String)]) -> impl Iterator<Item = &(String, String)> {
    let (terms, others): (Vec<_>, Vec<_>) = files.iter().partition(|(path, _)| path == "terms.toml");
    terms.into_iter().chain(others)
}

/// All rule files below a directory, as (path with `/`, content), sorted.
pub(super) fn read_dir(dir: &Path) -> Result<Vec<(String, String)>, Error> {
    pub(super) fn walk(root: &Path, dir: &Path, out: &mut Vec<(String, String)>, depth: usize) -> Result<(), Error> {
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

pub(super) fn hash_file(digest: &mut Sha256, path: &str, content: &str) {
    for part in [path, content] {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
}
