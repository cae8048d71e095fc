//! The rules of `rules/scan/`, made ready for looking things up.

use crate::rules::Rules;
use crate::rules::scan::{CallRule, CommandRule, Form, KeyPlace, KeyRule, Language, MapRule, Takes};
use std::collections::{HashMap, HashSet};
use wildmatch::WildMatch;

/// How a place reads the name that stands in it.
#[derive(Debug, Clone, Copy, Default)]
pub struct How<'r> {
    pub kind: Takes,
    pub form: Form,
    pub org: Option<&'r str>,
    pub map: Option<&'r MapRule>,
    pub prefixes: &'r [String],
    pub elsewhere: Option<&'r str>,
    /// A name may be that of a server of one's own.
    pub served: bool,
}

/// One function of a call rule, split into its parts.
struct Function<'r> {
    language: Language,
    parts: Vec<&'r str>,
    rule: &'r CallRule,
}

/// A command's words, in lower case as they are written.
pub struct Command<'r> {
    pub words: Vec<&'r str>,
    pub rule: &'r CommandRule,
}

/// The rules for the length of one scan.
pub struct Book<'r> {
    pub rules: &'r Rules,
    functions: HashMap<&'r str, Vec<Function<'r>>>,
    exact: HashMap<&'r str, Vec<&'r KeyRule>>,
    patterns: Vec<(WildMatch, &'r KeyRule)>,
    /// By the first word.
    pub commands: HashMap<&'r str, Vec<Command<'r>>>,
    pub legacy: HashSet<&'r str>,
    pub path_owners: HashSet<&'r str>,
    pub extensions: HashSet<&'r str>,
    pub shell_keys: HashSet<&'r str>,
    pub default_functions: HashSet<&'r str>,
    pub path_functions: HashSet<&'r str>,
    pub local_names: Vec<WildMatch>,
    pub setters: HashSet<&'r str>,
    pub skip_files: HashSet<&'r str>,
    /// Folders and files that are tests, and that are examples.
    pub tests: Vec<WildMatch>,
    pub examples: Vec<WildMatch>,
}

impl<'r> Book<'r> {
    pub fn new(rules: &'r Rules) -> Self {
        let scan = &rules.scan;
        let mut functions: HashMap<&str, Vec<Function>> = HashMap::new();
        for rule in &scan.calls {
            for function in &rule.functions {
                let parts: Vec<&str> = function.split('.').collect();
                let Some(last) = parts.last().copied() else { continue };
                for language in &rule.languages {
                    functions.entry(last).or_default().push(Function { language: *language, parts: parts.clone(), rule });
                }
            }
        }
        // The longest description counts, so that a special rule goes before a general one.
        for list in functions.values_mut() {
            list.sort_by_key(|f| std::cmp::Reverse(f.parts.iter().filter(|p| **p != "*").count()));
        }
        let mut exact: HashMap<&str, Vec<&KeyRule>> = HashMap::new();
        let mut patterns = Vec::new();
        for rule in &scan.keys {
            for pattern in &rule.patterns {
                if pattern.contains('*') {
                    patterns.push((WildMatch::new(pattern), rule));
                } else {
                    exact.entry(pattern).or_default().push(rule);
                }
            }
        }
        let mut commands: HashMap<&str, Vec<Command>> = HashMap::new();
        for rule in &scan.commands {
            for command in &rule.commands {
                let words: Vec<&str> = command.split(' ').collect();
                if let Some(first) = words.first().copied() {
                    commands.entry(first).or_default().push(Command { words, rule });
                }
            }
        }
        for list in commands.values_mut() {
            list.sort_by_key(|c| std::cmp::Reverse(c.words.len()));
        }
        let patterns_of = |id: &str| scan.list(id).iter().map(|p| WildMatch::new(p)).collect();
        let set = |id: &str| scan.list(id).iter().map(String::as_str).collect();
        Book {
            rules,
            functions,
            exact,
            patterns,
            commands,
            legacy: set("legacy-names"),
            path_owners: set("path-owners"),
            extensions: set("file-extensions"),
            shell_keys: set("shell-keys"),
            default_functions: set("default-functions"),
            path_functions: set("path-functions"),
            local_names: patterns_of("local-names"),
            skip_files: set("skip-files"),
            tests: patterns_of("test-paths"),
            examples: patterns_of("example-paths"),
            setters: set("setters"),
        }
    }

    /// The rule for what is called: `callee` is its dotted name in parts, imports resolved.
    pub fn call(&self, language: Language, callee: &[&str]) -> Option<&'r CallRule> {
        let last = callee.last()?;
        let functions = self.functions.get(last)?;
        functions.iter().find(|f| f.language == language && ends_with(callee, &f.parts)).map(|f| f.rule)
    }

    /// The rule for a key in snake case.
    pub fn key(&self, key: &str, place: KeyPlace) -> Option<&'r KeyRule> {
        // The head of a document is no configuration: only keys that say so count there.
        let fits = |rule: &&'r KeyRule| match rule.within.as_slice() {
            [] => place != KeyPlace::FrontMatter,
            places => places.contains(&place),
        };
        if key.is_empty() {
            return None;
        }
        let exact = self.exact.get(key).and_then(|list| list.iter().copied().find(|r| fits(r)));
        exact.or_else(|| self.patterns.iter().filter(|(p, _)| p.matches(key)).map(|(_, r)| *r).find(fits))
    }

    /// How a call reads its name.
    pub fn how_call(&self, rule: &'r CallRule) -> How<'r> {
        How {
            kind: rule.kind,
            form: rule.form,
            org: rule.org.as_deref(),
            map: rule.map.as_ref().and_then(|m| self.rules.scan.maps.get(m)),
            prefixes: &rule.prefixes,
            elsewhere: rule.elsewhere.as_deref(),
            served: rule.form == Form::Api,
        }
    }

    /// How a key reads its name.
    pub fn how_key(&self, rule: &'r KeyRule) -> How<'r> {
        How { kind: rule.kind, form: rule.form, served: rule.served, ..How::default() }
    }

    /// How a command reads its name.
    pub fn how_command(&self, rule: &'r CommandRule) -> How<'r> {
        How {
            kind: rule.kind,
            form: rule.form,
            org: rule.org.as_deref(),
            map: rule.map.as_ref().and_then(|m| self.rules.scan.maps.get(m)),
            prefixes: &rule.prefixes,
            elsewhere: rule.elsewhere.as_deref(),
            served: false,
        }
    }
}

/// Whether a dotted name ends as a pattern says, in which `*` stands for any number of parts. A pattern
/// that begins with `^` must fit the whole name.
fn ends_with(callee: &[&str], pattern: &[&str]) -> bool {
    fn fits(callee: &[&str], pattern: &[&str], whole: bool) -> bool {
        match pattern.split_last() {
            None => !whole || callee.is_empty(),
            Some((&"*", rest)) => (0..=callee.len()).rev().any(|n| callee.get(..n).is_some_and(|part| fits(part, rest, whole))),
            Some((part, rest)) => match callee.split_last() {
                Some((last, before)) => part.trim_start_matches('^') == *last && fits(before, rest, whole),
                None => false,
            },
        }
    }
    let whole = pattern.first().is_some_and(|p| p.starts_with('^'));
    fits(callee, pattern, whole)
}

/// A key as the rules have it: snake case, lower case. `modelName`, `MODEL_NAME`, `model-name` and
/// `Model Name` are all `model_name`.
/// What is no name (a path, a sentence) gives nothing.
pub fn snake(key: &str) -> String {
    if key.len() > 80 || !key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ')) {
        return String::new();
    }
    let mut out = String::with_capacity(key.len() + 4);
    let mut before = ' ';
    let mut chars = key.trim_matches('-').chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_alphanumeric() {
            let starts_word = c.is_uppercase()
                && (before.is_lowercase()
                    || before.is_numeric()
                    || (before.is_uppercase() && chars.peek().is_some_and(|n| n.is_lowercase())));
            if starts_word && !out.ends_with('_') {
                out.push('_');
            }
            out.extend(c.to_lowercase());
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        before = c;
    }
    out.truncate(out.trim_end_matches('_').len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_fold_together() {
        for key in ["modelName", "MODEL_NAME", "model-name", "--model-name", "ModelName", "model.name", "Model Name"] {
            assert_eq!(snake(key), "model_name", "{key}");
        }
        assert_eq!(snake("modelURL"), "model_url");
        assert_eq!(snake("HFModelId"), "hf_model_id");
        assert_eq!(snake("llm2Model"), "llm2_model");
        assert_eq!(snake("models/list"), "");
    }

    #[test]
    fn patterns_fit_from_the_end() {
        assert!(ends_with(&["transformers", "AutoModel", "from_pretrained"], &["from_pretrained"]));
        assert!(ends_with(&["mlx_lm", "utils", "load"], &["mlx_lm", "*", "load"]));
        assert!(ends_with(&["mlx_lm", "load"], &["mlx_lm", "*", "load"]));
        assert!(!ends_with(&["json", "load"], &["mlx_lm", "*", "load"]));
        assert!(!ends_with(&["a", "pipeline"], &["^pipeline"]));
        assert!(ends_with(&["pipeline"], &["^pipeline"]));
    }
}
