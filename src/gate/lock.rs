//! `trulyopen.lock`: what was known of every model when it was taken in. One line a fact, models sorted,
//! each with a seal over its own lines, so that merges of two branches are clean and edits by hand show.

use super::subject::{Base, ComponentState, Found, Key, Origin, Subject};
use crate::error::Error;
use crate::placed::{self, Spanned};
use crate::policy::condition::{Results, scalar};
use crate::report::Evidence;
use crate::text::{self, toml_string};
use crate::vocabulary::{Availability, Basis, ComponentId, Openness, Severity, Verdict};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Read;
use std::path::Path;

/// The name of the file, beside the policy.
pub const FILE: &str = "trulyopen.lock";
const VERSION: u32 = 1;
const MAX_LOCK: u64 = 64 << 20;
const HEAD: &str = "# Written by `trulyopen check --update-lock`; not to be edited by hand.\nversion = 1\n";

/// A lock, checked.
#[derive(Debug, Clone, Default)]
pub struct Lock {
    /// As diagnostics call the file.
    pub file: String,
    entries: BTreeMap<Key, Entry>,
}

/// One locked model.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub subject: Subject,
    /// The day on which these facts were taken in.
    pub since: String,
    /// The line in the file.
    pub line: u32,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    version: u32,
    #[serde(default)]
    model: Vec<Spanned<WireModel>>,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireModel {
    target: String,
    requested: Option<String>,
    hub: String,
    id: String,
    url: String,
    revision: Option<String>,
    verdict: Verdict,
    possible: Verdict,
    license: Option<String>,
    openness: Openness,
    #[serde(default)]
    terms: BTreeSet<String>,
    gated: Option<bool>,
    task: Option<String>,
    bytes: Option<u64>,
    weights: Option<String>,
    evidence: Option<String>,
    #[serde(default)]
    component: BTreeMap<ComponentId, String>,
    #[serde(default)]
    framework: BTreeMap<String, Value>,
    #[serde(default)]
    base: BTreeMap<String, String>,
    #[serde(default)]
    finding: BTreeMap<String, Severity>,
    #[serde(default)]
    missing: BTreeMap<String, String>,
    since: String,
    seal: String,
}

/// The lock as JSON Schema.
#[cfg(test)]
pub(crate) fn json_schema(generator: schemars::SchemaGenerator) -> schemars::Schema {
    generator.into_root_schema_for::<Wire>()
}

const REFUSED: &str = "write it again with `trulyopen check --update-lock`, after looking at what changed in it";

impl Lock {
    /// Reads a lock; `Ok(None)` where there is none.
    ///
    /// # Errors
    /// A lock that cannot be read or was not written by this tool as it stands.
    pub fn load(path: &Path, shown: &str) -> Result<Option<Lock>, Error> {
        let fail = |source| Error::File { action: "read the lock", path: shown.to_string(), source };
        let file = match std::fs::File::open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(fail(e)),
        };
        let mut content = String::new();
        file.take(MAX_LOCK + 1).read_to_string(&mut content).map_err(fail)?;
        if content.len() as u64 > MAX_LOCK {
            return Err(Error::usage(format!("{shown} has more than 64 MiB"), REFUSED));
        }
        Lock::parse(shown, &content).map(Some)
    }

    /// Reads the text of a lock.
    ///
    /// # Errors
    /// What makes it no lock, at its line.
    pub fn parse(shown: &str, content: &str) -> Result<Lock, Error> {
        let at = |offset: usize| content.get(..offset).unwrap_or_default().matches('\n').count() + 1;
        let refuse = |offset: usize, message: &str| Error::usage(format!("{shown}:{}: {}", at(offset), text::line(message)), REFUSED);
        let wire: Wire = placed::from_toml(content).map_err(|e| {
            let offset = e.span().map_or(0, |s| s.start);
            let line = content.lines().nth(at(offset).saturating_sub(1)).unwrap_or_default();
            let unmerged = ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|m| line.starts_with(m));
            refuse(offset, if unmerged { "a merge was left unresolved" } else { e.message() })
        })?;
        if wire.version != VERSION {
            return Err(refuse(0, &format!("version {} is not known; this version reads {VERSION}", wire.version)));
        }
        let mut lock = Lock { file: shown.to_string(), entries: BTreeMap::new() };
        for spanned in wire.model {
            let offset = spanned.span().start;
            let (subject, since, seal) = subject(spanned.into_inner()).map_err(|e| refuse(offset, &e))?;
            if seal != self::seal(&facts(&subject, &since)) {
                let message = format!("the facts of `{}` are not the ones that were sealed: they were edited by hand", subject.target);
                return Err(refuse(offset, &message));
            }
            let name = subject.target.clone();
            let line = u32::try_from(at(offset)).unwrap_or(u32::MAX);
            if lock.entries.insert(subject.key(), Entry { subject, since, line }).is_some() {
                return Err(refuse(offset, &format!("`{name}` is here twice")));
            }
        }
        Ok(lock)
    }

    /// The lock of some models. Facts that did not change keep the day on which they were taken in.
    pub fn of(file: &str, subjects: impl IntoIterator<Item = Subject>, old: Option<&Lock>, today: &str) -> Lock {
        let entry = |subject: Subject| {
            let before = old.and_then(|o| o.get(&subject.key()));
            let same = before.is_some_and(|e| facts(&e.subject, "") == facts(&subject, ""));
            let since = before.filter(|_| same).map_or(today, |e| e.since.as_str()).to_string();
            (subject.key(), Entry { subject, since, line: 0 })
        };
        Lock { file: file.to_string(), entries: subjects.into_iter().map(entry).collect() }
    }

    /// Keeps an entry of another lock where this one has none.
    pub fn keep(&mut self, entry: &Entry) {
        self.entries.entry(entry.subject.key()).or_insert_with(|| entry.clone());
    }

    /// The entry of a key.
    pub fn get(&self, key: &Key) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// Every entry, sorted.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// The text of the file.
    pub fn render(&self) -> String {
        let mut out = HEAD.to_string();
        for entry in self.entries.values() {
            let facts = facts(&entry.subject, &entry.since);
            let _ = write!(out, "\n[[model]]\n{facts}seal = \"{}\"\n", seal(&facts));
        }
        out
    }

    /// Writes the file: all of it or nothing of it.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        use std::io::Write as _;
        let fail = |source| Error::File { action: "write the lock", path: path.display().to_string(), source };
        let dir = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = tempfile::Builder::new().prefix(".trulyopen.lock.").tempfile_in(dir).map_err(fail)?;
        file.write_all(self.render().as_bytes()).map_err(fail)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // As other files: the mode that the old lock has, else readable for all.
            let mode = std::fs::metadata(path).map_or(0o644, |m| m.permissions().mode() & 0o777);
            file.as_file().set_permissions(std::fs::Permissions::from_mode(mode)).map_err(fail)?;
        }
        file.as_file().sync_all().map_err(fail)?;
        file.persist(path).map_err(|e| fail(e.error))?;
        Ok(())
    }
}

/// A key in TOML: bare where it can be.
fn toml_key(s: &str) -> String {
    let bare = !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if bare { s.to_string() } else { toml_string(s) }
}

/// The lines of an entry, without its seal.
fn facts(s: &Subject, since: &str) -> String {
    let mut out = String::new();
    let mut put = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = writeln!(out, "{key} = {value}");
        }
    };
    let string = |s: &Option<String>| s.as_deref().map(toml_string);
    let list = |items: &BTreeSet<String>| format!("[{}]", items.iter().map(|i| toml_string(i)).collect::<Vec<_>>().join(", "));
    put("target", Some(toml_string(&s.target)));
    put("requested", string(&s.requested));
    put("hub", Some(toml_string(&s.hub)));
    put("id", Some(toml_string(&s.id)));
    put("url", Some(toml_string(&s.url)));
    put("revision", string(&s.revision));
    put("verdict", Some(toml_string(s.verdict.slug())));
    put("possible", Some(toml_string(s.possible.slug())));
    put("license", string(&s.license));
    put("openness", Some(toml_string(s.openness.slug())));
    put("terms", Some(list(&s.terms)));
    put("gated", s.gated.map(|g| g.to_string()));
    put("task", string(&s.task));
    // TOML's integers are signed.
    put("bytes", s.bytes.filter(|b| i64::try_from(*b).is_ok()).map(|b| b.to_string()));
    put("weights", string(&s.weights));
    put("evidence", string(&s.evidence));
    for (id, c) in &s.components {
        put(&format!("component.{id}"), Some(toml_string(&format!("{} {} {}", c.availability, c.basis, c.openness))));
    }
    for (path, value) in &s.frameworks {
        let value = match value {
            Value::Bool(b) => b.to_string(),
            Value::Number(n) if n.is_i64() || n.as_f64().is_some_and(f64::is_finite) => {
                let n = n.to_string();
                // TOML has no exponent without a fraction's digits in front, which JSON numbers have too.
                n
            }
            other => toml_string(&scalar(other)),
        };
        put(&format!("framework.{}", toml_key(path)), Some(value));
    }
    // A base that is named twice counts as the lower of the two.
    let mut bases: BTreeMap<&str, &Base> = BTreeMap::new();
    for b in &s.lineage {
        let lowest = bases.entry(&b.id).or_insert(b);
        if b.verdict < lowest.verdict {
            *lowest = b;
        }
    }
    for (id, b) in bases {
        put(&format!("base.{}", toml_key(id)), Some(toml_string(&format!("{} {}", b.relation, b.verdict))));
    }
    let findings: BTreeMap<&str, Severity> = s.findings.iter().map(|f| (f.rule.as_str(), f.severity)).collect();
    for (rule, severity) in findings {
        put(&format!("finding.{}", toml_key(rule)), Some(toml_string(severity.slug())));
    }
    let missing: BTreeMap<&String, &String> = s.incomplete.iter().map(|(what, why)| (what, why)).collect();
    for (what, why) in missing {
        put(&format!("missing.{}", toml_key(what)), Some(toml_string(why)));
    }
    put("since", Some(toml_string(since)));
    out
}

fn seal(facts: &str) -> String {
    format!("sha256:{}", crate::digest::sha256(facts.as_bytes()))
}

/// The model of an entry, the day of its facts and its seal.
fn subject(w: WireModel) -> Result<(Subject, String, String), String> {
    let mut components = BTreeMap::new();
    for (id, state) in &w.component {
        let mut words = state.split(' ');
        let parsed = (
            words.next().and_then(Availability::from_slug),
            words.next().and_then(Basis::from_slug),
            words.next().and_then(Openness::from_slug),
        );
        let (Some(availability), Some(basis), Some(openness)) = parsed else {
            return Err(format!("component.{id} is no state of a component"));
        };
        components.insert(*id, ComponentState { availability, basis, openness });
    }
    let mut lineage = Vec::new();
    for (id, state) in w.base {
        let (relation, verdict) =
            state.rsplit_once(' ').and_then(|(r, v)| Some((r, Verdict::from_slug(v)?))).ok_or("a base without a verdict")?;
        lineage.push(Base { relation: relation.to_string(), verdict, id });
    }
    lineage.sort();
    let mut frameworks = Results::new();
    for (path, value) in w.framework {
        let value = match value {
            Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
            _ => return Err(format!("framework.{path} is no single value")),
        };
        frameworks.insert(path, value);
    }
    let finding = |(rule, severity)| Found { rule, severity, message: "found when it was locked".into(), evidence: Vec::<Evidence>::new() };
    let subject = Subject {
        origin: if w.hub == crate::hosted::HUB { Origin::Hosted } else { Origin::Locked },
        target: w.target,
        requested: w.requested,
        hub: w.hub,
        id: w.id,
        revision: w.revision,
        url: w.url,
        verdict: w.verdict,
        possible: w.possible,
        reasons: Vec::new(),
        reason_evidence: Vec::new(),
        license: w.license,
        openness: w.openness,
        terms: w.terms,
        gated: w.gated,
        components,
        frameworks,
        lineage,
        findings: w.finding.into_iter().map(finding).collect(),
        incomplete: w.missing.into_iter().collect(),
        license_evidence: Vec::new(),
        task: w.task,
        bytes: w.bytes,
        weights: w.weights,
        evidence: w.evidence,
    };
    Ok((subject, w.since, w.seal))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// A model with every fact set.
    pub(crate) fn full(name: &str) -> Subject {
        Subject {
            requested: Some("main".into()),
            hub: "huggingface".into(),
            revision: Some("0123456789abcdef0123456789abcdef01234567".into()),
            url: format!("https://hub.example/{name}"),
            verdict: Verdict::OpenWeights,
            possible: Verdict::OpenWeights,
            license: Some("MIT".into()),
            openness: Openness::Open,
            terms: BTreeSet::from(["attribution".to_string()]),
            gated: Some(false),
            components: BTreeMap::from([(
                ComponentId::TrainingCode,
                ComponentState { availability: Availability::NotFound, basis: Basis::None, openness: Openness::Unknown },
            )]),
            frameworks: BTreeMap::from([
                ("mof.class".to_string(), json!(0)),
                ("mof.progress.3".to_string(), json!(83.3)),
                ("osaid.conforms".to_string(), json!(false)),
            ]),
            lineage: vec![Base { id: "org/base".into(), relation: "finetune".into(), verdict: Verdict::OpenWeights }],
            findings: vec![Found {
                rule: "weights/pickle-only".into(),
                severity: Severity::Warning,
                message: "found when it was locked".into(),
                evidence: Vec::new(),
            }],
            incomplete: vec![("github:a/b".into(), "rate limited".into())],
            task: Some("text-generation".into()),
            bytes: Some(7),
            weights: Some("sha256:aa".into()),
            evidence: Some("sha256:bb".into()),
            origin: Origin::Locked,
            ..Subject::refused(name, None, "")
        }
    }

    #[test]
    fn a_lock_is_read_back_as_it_was_written() {
        let lock = Lock::of("trulyopen.lock", [full("org/b"), full("org/a"), Subject::hosted("gpt-4o")], None, "2026-11-25");
        insta::assert_snapshot!(lock.render());
        let again = Lock::parse("trulyopen.lock", &lock.render()).unwrap();
        assert_eq!(again.render(), lock.render());
        assert_eq!(again.get(&full("org/A").key()).unwrap().subject, full("org/a"));
    }

    #[test]
    fn facts_that_did_not_change_keep_their_day() {
        let old = Lock::of("l", [full("org/a"), full("org/b")], None, "2026-01-01");
        let mut changed = full("org/b");
        changed.license = None;
        let new = Lock::of("l", [full("org/a"), changed], Some(&old), "2026-11-25");
        assert_eq!(new.entries().map(|e| e.since.as_str()).collect::<Vec<_>>(), ["2026-01-01", "2026-11-25"]);
    }

    #[test]
    fn edits_by_hand_duplicates_and_merges_are_refused() {
        let text = Lock::of("l", [full("org/a"), full("org/b")], None, "2026-11-25").render();
        let block: String = text.split("\n\n").nth(1).unwrap().to_string();
        for (broken, said) in [
            (text.replacen("\"open-weights\"", "\"open-source\"", 1), "edited by hand"),
            (text.replacen("seal = \"sha256:", "seal = \"sha256:0", 1), "edited by hand"),
            (text.replacen("gated = false", "gated = true", 1), "edited by hand"),
            (text.replacen("license = \"MIT\"\n", "", 1), "edited by hand"),
            (format!("{text}\n{block}\n"), "twice"),
            (text.replacen("[[model]]", "<<<<<<< ours\n[[model]]", 1), "merge"),
            (text.replacen("version = 1", "version = 2", 1), "version 2"),
            (text.replacen("hub =", "hube =", 1), "unknown field"),
            (text.replacen("seal = ", "#", 1), "missing field"),
        ] {
            let e = Lock::parse("l", &broken).unwrap_err().to_string();
            assert!(e.contains(said), "{said}: {e}");
            assert!(e.starts_with("l:"), "{e}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(s in "(.|\n){0,200}") {
            let _ = Lock::parse("l", &s);
        }

        /// What a hub says can be anything, and the lock still reads back.
        #[test]
        fn any_facts_survive(name in ".{1,20}", license in ".*", what in "(.|\n){1,20}", why in "(.|\n)*", base in ".{1,20}", n in any::<f64>()) {
            let mut s = full(name.trim());
            prop_assume!(!s.target.is_empty());
            s.license = Some(license);
            s.incomplete = vec![(what, why)];
            s.lineage = vec![Base { id: base, relation: "finetune".into(), verdict: Verdict::Unknown }];
            if let Some(n) = serde_json::Number::from_f64(n) {
                s.frameworks.insert("x.y".into(), Value::Number(n));
            }
            let text = Lock::of("l", [s], None, "2026-11-25").render();
            let again = Lock::parse("l", &text);
            prop_assert!(again.is_ok(), "{text}\n{:?}", again.err());
            prop_assert_eq!(again.unwrap().render(), text);
        }
    }
}
