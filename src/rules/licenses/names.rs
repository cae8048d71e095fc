//! Names of licenses without what does not tell two of them apart.

use crate::rules::Rules;
use foldhash::{HashMap, HashMapExt};

/// A name without the list that it is from: `SPDX-License-Identifier: MIT`, `scancode:bsd-new`,
/// `LicenseRef-scancode-bsd-new`.
pub fn without_scheme(name: &str) -> &str {
    const SCHEMES: &[&str] = &["spdx-license-identifier:", "licenseref-scancode-", "scancode:", "spdx:", "licence:", "license:"];
    let name = name.trim();
    let head = |scheme: &&&str| name.get(..scheme.len()).is_some_and(|h| h.eq_ignore_ascii_case(scheme));
    SCHEMES.iter().find(head).and_then(|s| name.get(s.len()..)).map_or(name, str::trim)
}

/// Names without what does not tell two licenses apart, each with the license it leads to; `None` where it
/// leads to several.
pub type LooseNames = HashMap<String, Option<Loose>>;

/// Where a loosened name leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loose {
    /// Index into the rules' licenses.
    Rule(usize),
    Listed(&'static str),
}

/// Indexes ids, titles and aliases of the rules, and ids and titles of the SPDX list.
pub fn loose_names(rules: &Rules) -> LooseNames {
    let mut out = LooseNames::new();
    let mut add = |name: &str, to: Loose, over: bool| {
        let Some(key) = loosened(name) else { return };
        match out.get_mut(&key) {
            None => drop(out.insert(key, Some(to))),
            // The rules go before the list, and a name that means two licenses means none.
            Some(other) if over && *other != Some(to) => *other = None,
            Some(_) => {}
        }
    };
    for (i, rule) in rules.licenses.iter().enumerate() {
        for name in std::iter::once(rule.id.get_ref().as_str()).chain(rule.aliases.iter().map(|a| a.get_ref().as_str())) {
            add(name, Loose::Rule(i), true);
        }
    }
    // A title is less than an alias: families share theirs.
    for (i, rule) in rules.licenses.iter().enumerate() {
        add(&rule.name, Loose::Rule(i), false);
    }
    let ids: HashMap<&str, usize> = rules.licenses.iter().enumerate().map(|(i, l)| (l.id.get_ref().as_str(), i)).collect();
    for current in [true, false] {
        for listed in spdx::identifiers::LICENSES {
            let Some(id) = spdx::license_id(listed.name).filter(|id| id.is_deprecated() != current) else { continue };
            let to = ids.get(id.name).map_or(Loose::Listed(id.name), |i| Loose::Rule(*i));
            add(id.name, to, false);
            add(id.full_name, to, false);
        }
    }
    out
}

/// A name in lower case without filler ("the", "license", "version"), with numbers apart from letters and
/// without a trailing ".0": "The Apache License, Version 2.0" and "apache2" are both `apache-2`.
pub fn loosened(name: &str) -> Option<String> {
    // "MIT*" has a footnote, and an accent makes another word.
    let means_more = |c: char| {
        matches!(c, '\u{2020}' | '\u{2021}' | '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}')
            || (crate::text::is_steering(c) && !c.is_whitespace())
    };
    if name.contains(means_more) || name.trim_end().ends_with('*') {
        return None;
    }
    let lower = without_scheme(name).to_lowercase().replace("licence", "license").replace('+', " or later ");
    let mut tokens: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in lower.chars() {
        let joins = c.is_alphanumeric() && last.is_alphanumeric() && c.is_numeric() == last.is_numeric();
        let point = (c == '.' && last.is_numeric()) || (c.is_numeric() && last == '.');
        match tokens.last_mut() {
            Some(token) if (joins || point) && !token.is_empty() => token.push(c),
            _ if c.is_alphanumeric() => tokens.push(c.to_string()),
            _ => {}
        }
        last = c;
    }
    let mut out: Vec<&str> = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        let numbered = tokens.get(i + 1).is_some_and(|n| n.starts_with(|c: char| c.is_numeric()));
        let mut token = token.trim_end_matches('.');
        while let Some(shorter) = token.strip_suffix(".0").filter(|s| !s.is_empty()) {
            token = shorter;
        }
        // "gplv3"
        if numbered && token.len() > 1 {
            token = token.strip_suffix('v').unwrap_or(token);
        }
        let filler = matches!(token, "the" | "a" | "an" | "license" | "licenses" | "licensed" | "under" | "version" | "ver")
            || (numbered && token == "v");
        if !filler && !token.is_empty() {
            out.push(token);
        }
    }
    (!out.is_empty()).then(|| out.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loosened_names() {
        for name in ["Apache 2", "apache-2.0", "The Apache License, Version 2.0", "Apache License v2.0", "apache2", "APACHE LICENCE 2.0"] {
            assert_eq!(loosened(name).as_deref(), Some("apache-2"), "{name}");
        }
        assert_eq!(loosened("GPLv3+"), loosened("GPL 3.0 or later"));
        assert_ne!(loosened("llama 3"), loosened("llama 3.1"));
        assert_eq!(loosened("license"), None);
        assert_eq!(loosened("10.0"), Some("10".into()));
    }
}
