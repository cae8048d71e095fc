//! What a project asks of the models that it uses: `trulyopen.toml`, read and checked. This stage
//! judges nothing and fetches nothing.

pub mod condition;
mod entries;
pub mod licenses;
mod lists;
mod parse;
pub mod preset;
pub mod read;
#[cfg(test)]
pub(crate) mod schema;

use crate::error::Error;
use crate::rules::Rules;
use crate::vocabulary::{Availability, ComponentId, Severity, Verdict};
use condition::Condition;
use globset::{GlobBuilder, GlobMatcher};
use jiff::civil::Date;
use licenses::LicenseSet;
use read::At;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The name of the file.
pub const FILE: &str = "trulyopen.toml";
/// Bytes that it may have.
const MAX_POLICY: u64 = 1 << 20;

/// A policy, checked.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// As errors and diagnostics call the file.
    pub file: String,
    /// Its content, from which places are shown.
    pub text: String,
    /// Nothing is required: models are only listed.
    pub inventory: bool,
    /// What holds everywhere.
    pub base: Settings,
    /// What holds in some places or environments, laid over `base`; in the order of the file.
    pub profiles: Vec<Profile>,
    /// Models that are used, though no file of the project names them.
    pub include: Vec<At<String>>,
    pub exclude: Vec<Exclusion>,
    pub exceptions: Vec<Exception>,
    pub clarifications: Vec<Clarification>,
}

/// What to do about something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    Allow,
    Warn,
    Deny,
}

impl Action {
    /// The severity of what is found; `None` where nothing is said.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Action::Allow => None,
            Action::Warn => Some(Severity::Warning),
            Action::Deny => Some(Severity::Error),
        }
    }
}

/// Requirements, each with the place that asks for it. Every key is optional, so that a profile can
/// be laid over the base key by key.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub verdict: Option<At<Verdict>>,
    pub components: Option<Vec<At<ComponentNeed>>>,
    pub frameworks: Option<Vec<At<Condition>>>,
    pub pinned: Option<At<bool>>,
    pub allow: Option<LicenseSet>,
    pub deny: Option<LicenseSet>,
    pub terms_deny: Option<Vec<At<String>>>,
    pub terms_warn: Option<Vec<At<String>>>,
    /// Where the user is: a country's code, or a group of places.
    pub place: Option<At<String>>,
    pub monthly_users: Option<At<u64>>,
    pub users: Option<At<u64>>,
    pub yearly_revenue_usd: Option<At<u64>>,
    pub unknown: Option<At<Action>>,
    pub gated: Option<At<Action>>,
    pub hosted: Option<At<Action>>,
    pub lineage_verdict: Option<At<Verdict>>,
    pub undeclared: Option<At<Action>>,
    pub models_deny: Option<Vec<At<Pattern>>>,
    pub unresolved: Option<At<Action>>,
    pub skipped: Option<At<Action>>,
    pub tests: Option<At<Action>>,
    pub examples: Option<At<Action>>,
    /// Rule id → severity, `None` for off.
    pub severities: BTreeMap<String, At<Option<Severity>>>,
}

/// A component and the states in which it satisfies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentNeed {
    pub id: ComponentId,
    pub availability: Vec<Availability>,
    /// Its license has to be open.
    pub open: bool,
}

/// Settings for some places or an environment.
#[derive(Debug, Clone)]
pub struct Profile {
    pub name: String,
    pub span: Range<usize>,
    /// Where it holds; empty: where it is asked for by name.
    pub paths: Vec<Pattern>,
    pub settings: Settings,
}

/// References that are no uses of a model.
#[derive(Debug, Clone)]
pub struct Exclusion {
    pub model: Option<Pattern>,
    pub paths: Vec<Pattern>,
    pub reason: String,
    pub span: Range<usize>,
}

/// A violation that somebody answers for, until a day.
#[derive(Debug, Clone)]
pub struct Exception {
    pub model: Pattern,
    pub rules: Vec<String>,
    pub paths: Vec<Pattern>,
    pub reason: String,
    pub owner: String,
    /// The last day on which it holds.
    pub expires: At<Date>,
    pub span: Range<usize>,
}

/// What a license text is, by its digest.
#[derive(Debug, Clone)]
pub struct Clarification {
    /// sha256 of the file, lower-case hex.
    pub digest: String,
    /// The license's id in the rules.
    pub license: String,
    pub reason: String,
    pub span: Range<usize>,
}

/// A glob over model names (any case; `*` stands for anything) or paths (`*` stops at `/`, `**` does not).
#[derive(Debug, Clone)]
pub struct Pattern {
    pub text: String,
    glob: GlobMatcher,
}

impl Pattern {
    /// A pattern over model names.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn model(text: &str) -> Result<Pattern, String> {
        Pattern::new(text, &text.to_lowercase(), false)
    }

    /// A pattern over paths, relative to the policy's directory.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn path(text: &str) -> Result<Pattern, String> {
        let path = text.trim_start_matches("./");
        if path.starts_with('/') || path.split('/').any(|p| p == "..") {
            return Err("a path is relative to the policy's directory and stays below it".into());
        }
        // A directory means everything in it.
        let glob = if path.ends_with('/') { format!("{path}**") } else { path.to_string() };
        Pattern::new(text, &glob, true)
    }

    fn new(text: &str, glob: &str, separator: bool) -> Result<Pattern, String> {
        let glob = GlobBuilder::new(glob).literal_separator(separator).build().map_err(|e| e.kind().to_string())?;
        Ok(Pattern { text: text.to_string(), glob: glob.compile_matcher() })
    }

    /// Whether a model name fits, in any case.
    pub fn fits_model(&self, name: &str) -> bool {
        self.glob.is_match(name.to_lowercase())
    }

    /// Whether a path fits.
    pub fn fits_path(&self, path: &str) -> bool {
        self.glob.is_match(path)
    }

    /// Whether it says nothing about what it matches.
    pub fn matches_all(&self) -> bool {
        self.fits_model("\u{1}") || self.fits_model("\u{1}/\u{2}")
    }
}

impl Settings {
    /// These settings, with those of `base` where these say nothing.
    pub fn over(&self, base: &Settings) -> Settings {
        let or = |a: &Option<At<Action>>, b: &Option<At<Action>>| a.clone().or_else(|| b.clone());
        let mut severities = base.severities.clone();
        severities.extend(self.severities.clone());
        Settings {
            verdict: self.verdict.clone().or_else(|| base.verdict.clone()),
            components: self.components.clone().or_else(|| base.components.clone()),
            frameworks: self.frameworks.clone().or_else(|| base.frameworks.clone()),
            pinned: self.pinned.clone().or_else(|| base.pinned.clone()),
            allow: self.allow.clone().or_else(|| base.allow.clone()),
            deny: self.deny.clone().or_else(|| base.deny.clone()),
            terms_deny: self.terms_deny.clone().or_else(|| base.terms_deny.clone()),
            terms_warn: self.terms_warn.clone().or_else(|| base.terms_warn.clone()),
            place: self.place.clone().or_else(|| base.place.clone()),
            monthly_users: self.monthly_users.clone().or_else(|| base.monthly_users.clone()),
            users: self.users.clone().or_else(|| base.users.clone()),
            yearly_revenue_usd: self.yearly_revenue_usd.clone().or_else(|| base.yearly_revenue_usd.clone()),
            unknown: or(&self.unknown, &base.unknown),
            gated: or(&self.gated, &base.gated),
            hosted: or(&self.hosted, &base.hosted),
            lineage_verdict: self.lineage_verdict.clone().or_else(|| base.lineage_verdict.clone()),
            undeclared: or(&self.undeclared, &base.undeclared),
            models_deny: self.models_deny.clone().or_else(|| base.models_deny.clone()),
            unresolved: or(&self.unresolved, &base.unresolved),
            skipped: or(&self.skipped, &base.skipped),
            tests: or(&self.tests, &base.tests),
            examples: or(&self.examples, &base.examples),
            severities,
        }
    }

    /// Whether anything is asked of a model itself (its license, openness, components …).
    pub fn asks_something(&self) -> bool {
        let some = |list: &Option<LicenseSet>| list.as_ref().is_some_and(|l| !l.entries.is_empty());
        let denies = |action: &Option<At<Action>>| action.as_ref().is_some_and(|a| a.value == Action::Deny);
        self.verdict.as_ref().is_some_and(|v| v.value > Verdict::Closed)
            || self.components.as_ref().is_some_and(|c| !c.is_empty())
            || self.frameworks.as_ref().is_some_and(|c| !c.is_empty())
            || some(&self.allow)
            || some(&self.deny)
            || self.terms_deny.as_ref().is_some_and(|t| !t.is_empty())
            || self.place.is_some()
            || [&self.monthly_users, &self.users, &self.yearly_revenue_usd].iter().any(|n| n.is_some())
            || self.lineage_verdict.is_some()
            || denies(&self.gated)
            || denies(&self.undeclared)
    }

    /// Whether anything at all can fail.
    fn requires_something(&self) -> bool {
        self.asks_something()
            || self.verdict.is_some()
            || self.pinned.as_ref().is_some_and(|p| p.value)
            || self.models_deny.as_ref().is_some_and(|m| !m.is_empty())
            || self.hosted.as_ref().is_some_and(|a| a.value == Action::Deny)
            || self.severities.values().any(|s| s.value == Some(Severity::Error))
    }

    /// What happens where evidence could not be had.
    pub fn on_unknown(&self) -> Action {
        self.unknown.as_ref().map_or(Action::Deny, |a| a.value)
    }

    /// What happens with models behind an API: denied wherever anything is asked of models.
    pub fn on_hosted(&self) -> Action {
        self.hosted.as_ref().map_or(if self.asks_something() { Action::Deny } else { Action::Allow }, |a| a.value)
    }
}

impl Policy {
    /// The policy of a text; `file` is its name in errors.
    ///
    /// # Errors
    /// All mistakes in it, each at its line.
    pub fn parse(file: &str, text: &str, rules: &Rules) -> Result<Policy, Error> {
        parse::parse(file, text, rules).map_err(|problems| {
            read::error(file, text, problems, "docs/ci.md lists every key; `trulyopen init` writes a commented starter")
        })
    }

    /// Reads a policy.
    ///
    /// # Errors
    /// A file that cannot be read, or all mistakes in it.
    pub fn load(path: &Path, shown: &str, rules: &Rules) -> Result<Policy, Error> {
        use std::io::Read;
        let fail = |source| Error::File { action: "read the policy", path: shown.to_string(), source };
        let mut bytes = Vec::new();
        std::fs::File::open(path).map_err(fail)?.take(MAX_POLICY + 1).read_to_end(&mut bytes).map_err(fail)?;
        if bytes.len() as u64 > MAX_POLICY {
            return Err(Error::wrong(format!("{shown}: a policy of more than 1 MiB")));
        }
        let text = String::from_utf8(bytes).map_err(|_| Error::wrong(format!("{shown}: not UTF-8")))?;
        Policy::parse(shown, &text, rules)
    }

    /// The base with an environment's profile laid over it.
    ///
    /// # Errors
    /// A profile that is not there, or one that holds in places rather than by name.
    pub fn in_environment(&self, name: Option<&str>) -> Result<Settings, Error> {
        let Some(name) = name else { return Ok(self.base.clone()) };
        match self.profiles.iter().find(|p| p.name == name) {
            Some(p) if p.paths.is_empty() => Ok(p.settings.over(&self.base)),
            Some(_) => Err(Error::usage(
                format!("profile `{}` of {} holds by its `paths`", read::shown(name), self.file),
                "only a profile without `paths` can be asked for by name",
            )),
            None => {
                let by_name: Vec<&str> = self.profiles.iter().filter(|p| p.paths.is_empty()).map(|p| p.name.as_str()).collect();
                let help = if by_name.is_empty() {
                    "it has none without `paths`".to_string()
                } else {
                    format!("it has {}", read::names(&by_name))
                };
                Err(Error::usage(format!("{} has no profile `{}`", self.file, read::shown(name)), help))
            }
        }
    }

    /// Which settings hold for a file: `n + 1` for each profile `n` whose paths it fits, all of which have to
    /// be met; else 0, the environment's.
    pub fn indices_at(&self, path: Option<&str>) -> Vec<usize> {
        let fits = |p: &Profile| path.is_some_and(|path| p.paths.iter().any(|g| g.fits_path(path)));
        let found: Vec<usize> = self.profiles.iter().enumerate().filter(|(_, p)| fits(p)).map(|(i, _)| i + 1).collect();
        if found.is_empty() { vec![0] } else { found }
    }

    /// Line (from 1), column (from 1, in characters), end column and text of the line of a place.
    pub fn line_of(&self, span: &Range<usize>) -> (u32, u32, u32, String) {
        let start = span.start.min(self.text.len());
        let before = self.text.get(..start).unwrap_or_default();
        let begin = before.rfind('\n').map_or(0, |i| i + 1);
        let line = self.text.get(begin..).unwrap_or_default().lines().next().unwrap_or_default();
        let chars = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default().chars().count();
        let end = span.end.clamp(start, begin + line.len().max(start - begin));
        let column = chars(begin, start) + 1;
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        (number(before.matches('\n').count() + 1), number(column), number((column + chars(start, end)).max(column + 1)), line.to_string())
    }
}

/// Finds the policy of a directory: in it, or in the nearest one above, up to the root of the
/// repository.
pub fn find(root: &Path) -> Option<PathBuf> {
    let start = std::fs::canonicalize(root).ok()?;
    let start = if start.is_file() { start.parent()?.to_path_buf() } else { start };
    for dir in start.ancestors() {
        let file = dir.join(FILE);
        if file.is_file() {
            return Some(file);
        }
        if dir.join(".git").exists() {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let m = |p: &str, s: &str| Pattern::model(p).unwrap().fits_model(s);
        assert!(m("Meta-Llama/*", "meta-llama/Llama-3.1-8B"));
        assert!(m("*", "org/name"));
        assert!(!m("org/name", "org/name-2"));
        let p = |p: &str, s: &str| Pattern::path(p).unwrap().fits_path(s);
        assert!(p("research/**", "research/a/b.py"));
        assert!(p("research/", "research/a/b.py"));
        assert!(!p("research/*.py", "research/a/b.py"));
        assert!(Pattern::path("../x").is_err());
        assert!(Pattern::model("a{").is_err());
        for all in ["*", "**", "*/*", "?*", "*?", "{*}", "[!a]*"] {
            assert!(Pattern::model(all).unwrap().matches_all(), "{all}");
        }
        assert!(!Pattern::model("org/*").unwrap().matches_all());
    }
}
