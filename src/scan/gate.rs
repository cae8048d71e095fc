//! Words without which a file names no model, looked for before it is parsed. They are taken from the rules, so
//! that no rule is passed over: of the words of each pattern one that says most.

use crate::rules::Rules;
use std::collections::{BTreeSet, HashMap};

/// Shorter words than this are found at the beginning of words only: `hf` is in `shelf`.
const SHORT: usize = 5;

pub struct Gate {
    words: Option<regex::bytes::Regex>,
}

impl Gate {
    pub fn new(rules: &Rules) -> Self {
        let kept = words(rules);
        let pattern = kept.iter().map(|w| alternative(w)).collect::<Vec<_>>().join("|");
        // Too many words for the matcher: then every file is parsed.
        Gate { words: regex::bytes::Regex::new(&format!("(?-u){pattern}")).ok() }
    }

    pub fn may_hold(&self, bytes: &[u8]) -> bool {
        self.words.as_ref().is_none_or(|w| w.is_match(bytes))
    }
}

/// A word, or several after each other, as they stand in names of every spelling: `hf_model`, `HF_MODEL`,
/// `useHfModel`.
fn alternative(word: &str) -> String {
    let parts: Vec<String> = word.split(' ').map(regex::escape).collect();
    let any = format!("(?i:{})", parts.join("[^a-zA-Z0-9]{1,8}"));
    if word.len() >= SHORT || !word.chars().all(|c| c.is_ascii_alphanumeric()) {
        return any;
    }
    let upper = word.to_uppercase();
    let (first, rest) = word.split_at(1);
    format!("(?:^|[^a-zA-Z]){any}|{}|{}{}", regex::escape(&upper), regex::escape(&first.to_uppercase()), regex::escape(rest))
}

/// One word of each pattern, as few as possible.
fn words(rules: &Rules) -> BTreeSet<String> {
    let split = |s: &str, between: &[char]| -> Vec<String> {
        s.split(between).map(|p| p.trim_start_matches('^').to_lowercase()).filter(|p| p.len() > 1).collect()
    };
    let scan = &rules.scan;
    let functions = scan.calls.iter().filter(|c| !c.ignore).flat_map(|c| &c.functions).map(|f| split(f, &['.', '*']));
    let keys = scan.keys.iter().filter(|k| !k.ignore).flat_map(|k| &k.patterns).map(|p| split(p, &['*', '_']));
    let commands = scan.commands.iter().flat_map(|c| &c.commands).map(|c| split(c, &[' ']));
    let hosts = ["huggingface.co", "hf.co", "hf-mirror.com", "spacy-models", "api-inference"].map(|h| vec![h.to_string()]);
    // What is only read in a file that works with models is let through by the library's name.
    let modules = scan.list("model-modules").iter().filter(|_| !scan.list("model-words").is_empty()).map(|m| vec![m.to_lowercase()]);
    let patterns: Vec<Vec<String>> = functions.chain(keys).chain(commands).chain(hosts).chain(modules).filter(|p| !p.is_empty()).collect();

    let common: BTreeSet<&str> = scan.list("common-words").iter().map(String::as_str).collect();
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for word in patterns.iter().flatten().filter(|w| !common.contains(w.as_str())) {
        *uses.entry(word).or_default() += 1;
    }
    let mut all: Vec<String> = Vec::new();
    let apart = |words: &[String]| scan.calls.iter().flat_map(|c| &c.functions).any(|f| f.contains('*') && split(f, &['.', '*']) == words);
    for pattern in &patterns {
        // The word that most patterns have: fewest words in all.
        let telling = pattern.iter().filter(|w| uses.contains_key(w.as_str()));
        match telling.max_by_key(|w| (uses.get(w.as_str()).copied().unwrap_or(0), w.len(), (*w).clone())) {
            Some(word) => all.push(word.clone()),
            // Common words all of them: one after the other, where nothing may stand between.
            None if apart(pattern) => all.extend(pattern.iter().max_by_key(|w| w.len()).cloned()),
            None => all.push(pattern.join(" ")),
        }
    }
    all.sort_by_key(|w| (w.len(), w.clone()));
    // A word that holds a shorter one of the list is found by it.
    let mut kept: BTreeSet<String> = BTreeSet::new();
    for word in all {
        if !kept.iter().any(|k| k.len() >= SHORT && word.contains(k.as_str())) {
            kept.insert(word);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate() -> Gate {
        Gate::new(&Rules::load(None).expect("built-in rules"))
    }

    #[test]
    fn every_pattern_of_the_rules_goes_through() {
        let rules = Rules::load(None).expect("built-in rules");
        let gate = Gate::new(&rules);
        let functions = rules.scan.calls.iter().filter(|c| !c.ignore).flat_map(|c| &c.functions).map(|f| f.replace(['^', '*'], ""));
        let keys = rules.scan.keys.iter().filter(|k| !k.ignore).flat_map(|k| &k.patterns).map(|p| p.replace('*', ""));
        let commands = rules.scan.commands.iter().flat_map(|c| &c.commands).cloned();
        for pattern in functions.chain(keys).chain(commands) {
            assert!(gate.may_hold(pattern.as_bytes()), "{pattern}");
            assert!(gate.may_hold(format!("x = {}", pattern.to_uppercase()).as_bytes()), "{pattern}");
        }
        for key in ["modelName", "chatLlm", "useHfRepo", "HF_REPO", "hfRepoId", "baseVLM"] {
            assert!(gate.may_hold(key.as_bytes()), "{key}");
        }
    }

    #[test]
    fn plain_code_does_not() {
        for text in [
            "import os\n\ndef f(x):\n    return os.path.join(x, 'a')\n",
            "const shelf = github.films.map(realm => realm.path);",
            "fn run(name: &str) -> String { load(name).create() }",
            "version: 2\nimage: nginx\nname: web\n",
        ] {
            assert!(!gate().may_hold(text.as_bytes()), "{text}: {:?}", words(&Rules::load(None).expect("rules")));
        }
    }
}
