//! What a license name means, as people write it: an id, an alias of the rules, a title of the SPDX list, a
//! link, or an expression of these. A name is compared whole; nothing is guessed from a part of one.

use crate::rules::Rules;
use crate::rules::licenses::Known;
use crate::rules::licenses::names::without_scheme;
use crate::text as t;
use crate::vocabulary::{Content, Openness};

/// Names longer than this are sentences.
const MAX_NAME: usize = 200;
/// Depth of parentheses in an expression.
const MAX_DEPTH: usize = 16;

/// The license of a name.
pub fn find<'r>(rules: &'r Rules, name: &str) -> Option<Known<'r>> {
    if name.len() > MAX_NAME {
        return None;
    }
    let name = name.trim().trim_matches(['"', '\'', '`']);
    exact(rules, name)
        .or_else(|| exact(rules, without_scheme(name)))
        .or_else(|| {
            // `LicenseRef-` says that it is none of the SPDX list, so it cannot name one of those.
            let reference = name.get(..11).filter(|h| h.eq_ignore_ascii_case("LicenseRef-")).and_then(|_| name.get(11..))?;
            exact(rules, reference).filter(|k| k.id().starts_with("LicenseRef-"))
        })
        .or_else(|| rules.license_loosely(name))
        .or_else(|| said_twice(rules, name))
}

/// "MIT License (MIT)": the same license within the parentheses and before them.
fn said_twice<'r>(rules: &'r Rules, name: &str) -> Option<Known<'r>> {
    let (before, within) = name.strip_suffix(')')?.split_once('(')?;
    let one = |s: &str| exact(rules, s.trim()).or_else(|| rules.license_loosely(s));
    one(before).filter(|k| one(within).is_some_and(|w| w.id() == k.id()))
}

fn exact<'r>(rules: &'r Rules, name: &str) -> Option<Known<'r>> {
    // Other tools write our ids without the prefix.
    if let Some(rule) = rules.license(name).or_else(|| rules.license(&format!("LicenseRef-{name}"))) {
        return Some(Known::Rule(rule));
    }
    let folded = t::fold_name(name);
    let listed = spdx::identifiers::LICENSES.iter().find(|l| l.name.eq_ignore_ascii_case(&folded))?;
    // An entry of ours may go by the id in another case.
    spdx::license_id(listed.name).map(|id| rules.license(id.name).map_or(Known::Listed(id), Known::Rule))
}

/// What a name or expression comes to: licenses that all bind, and whether a choice was made.
#[derive(Debug, Clone)]
pub struct Meaning<'r> {
    /// Each license, or the name that nothing knows.
    pub parts: Vec<Result<Known<'r>, String>>,
    /// Of a choice (`OR`) the most open part stands here, since the user may choose it.
    pub chosen: bool,
}

/// The licenses of a declared value: a name, a link, or an expression with AND, OR, WITH, in SPDX ids or in
/// words ("MIT and CC-BY-4.0", "MIT / Apache 2.0").
pub fn meaning<'r>(rules: &'r Rules, value: &str) -> Meaning<'r> {
    let value = value.trim();
    let single = find(rules, value).or_else(|| value.contains('/').then(|| super::find_url(rules, value)).flatten());
    if let Some(known) = single {
        return Meaning { parts: vec![Ok(known)], chosen: false };
    }
    if value.len() <= 500 {
        let mut parser = Parser { rules, tokens: tokens(value), at: 0, operators: 0, shouted: false, chosen: false };
        let parsed = parser.any(0);
        let whole = parser.at == parser.tokens.len();
        if let Some(parts) = parsed.filter(|_| whole && parser.operators > 0) {
            // Words in small letters may be part of a name: there every part has to be known.
            if parser.shouted || parts.iter().all(Result::is_ok) {
                return Meaning { parts, chosen: parser.chosen };
            }
        }
    }
    Meaning { parts: vec![Err(value.to_string())], chosen: false }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token<'v> {
    Open,
    Close,
    /// An operator, and whether it is in capitals.
    Operator(Operator, bool),
    Word(&'v str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    And,
    Or,
    With,
}

/// Words, operators and parentheses. A parenthesis inside a word belongs to it.
fn tokens(value: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    for word in value.split_whitespace() {
        let operator = match word.to_ascii_lowercase().as_str() {
            "and" | "&" | "+" | "," | ";" => Some(Operator::And),
            "or" | "/" | "|" => Some(Operator::Or),
            "with" => Some(Operator::With),
            _ => None,
        };
        if let Some(operator) = operator {
            out.push(Token::Operator(operator, word.chars().any(|c| c.is_ascii_uppercase())));
            continue;
        }
        let mut rest = word;
        while let Some(inner) = rest.strip_prefix('(') {
            out.push(Token::Open);
            rest = inner;
        }
        let core = rest.trim_end_matches([')', ',', ';']);
        if !core.is_empty() {
            out.push(Token::Word(core));
        }
        for c in rest.get(core.len()..).unwrap_or_default().chars() {
            out.push(if c == ')' { Token::Close } else { Token::Operator(Operator::And, false) });
        }
    }
    out
}

type Parts<'r> = Vec<Result<Known<'r>, String>>;

/// Recursive descent: OR binds weakest, then AND, then WITH, as in SPDX 2.3, annex D.
struct Parser<'r, 'v> {
    rules: &'r Rules,
    tokens: Vec<Token<'v>>,
    at: usize,
    operators: usize,
    shouted: bool,
    chosen: bool,
}

impl<'r> Parser<'r, '_> {
    fn eat(&mut self, wanted: Operator) -> bool {
        match self.tokens.get(self.at) {
            Some(Token::Operator(operator, shouted)) if *operator == wanted => {
                self.shouted |= *shouted;
                self.operators += 1;
                self.at += 1;
                true
            }
            _ => false,
        }
    }

    fn any(&mut self, depth: usize) -> Option<Parts<'r>> {
        let strictness = |parts: &Parts<'r>| {
            parts.iter().fold(Openness::Open, |o, p| o.and(p.as_ref().map_or(Openness::Unknown, |k| k.openness(Content::Weights))))
        };
        let mut best = self.all(depth)?;
        while self.eat(Operator::Or) {
            let other = self.all(depth)?;
            self.chosen = true;
            let (a, b) = (strictness(&best), strictness(&other));
            if a != b && a.and(b) == a {
                best = other;
            }
        }
        Some(best)
    }

    fn all(&mut self, depth: usize) -> Option<Parts<'r>> {
        let mut parts = self.one(depth)?;
        while self.eat(Operator::And) {
            // "MIT, and Apache-2.0"
            while self.eat(Operator::And) {}
            parts.extend(self.one(depth)?);
        }
        Some(parts)
    }

    fn one(&mut self, depth: usize) -> Option<Parts<'r>> {
        if depth < MAX_DEPTH && self.tokens.get(self.at) == Some(&Token::Open) {
            self.at += 1;
            let inner = self.any(depth + 1)?;
            if self.tokens.get(self.at) != Some(&Token::Close) {
                return None;
            }
            self.at += 1;
            return Some(inner);
        }
        let name = self.name()?;
        if self.eat(Operator::With) {
            let exception = self.name()?;
            // Listed exceptions only add permissions; of others nothing is known.
            if spdx::exception_id(&exception).is_none() {
                return Some(vec![Err(format!("{name} WITH {exception}"))]);
            }
        }
        Some(vec![find(self.rules, &name).ok_or(name)])
    }

    fn name(&mut self) -> Option<String> {
        let mut words = Vec::new();
        while let Some(Token::Word(word)) = self.tokens.get(self.at) {
            words.push(*word);
            self.at += 1;
        }
        (!words.is_empty()).then(|| words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ids(value: &str) -> Vec<String> {
        let rules = Rules::load(None).unwrap();
        meaning(&rules, value).parts.iter().map(|p| p.as_ref().map_or_else(|n| format!("?{n}"), |k| k.id().to_string())).collect()
    }

    #[test]
    fn expressions() {
        assert_eq!(ids("MIT AND CC-BY-4.0"), ["MIT", "CC-BY-4.0"]);
        assert_eq!(ids("MIT and Apache 2.0"), ["MIT", "Apache-2.0"]);
        assert_eq!(ids("cc-by-nc-4.0 OR mit"), ["MIT"]);
        assert_eq!(ids("(MIT OR GPL-3.0-only) AND CC-BY-NC-4.0"), ["MIT", "CC-BY-NC-4.0"]);
        assert_eq!(ids("CC-BY-NC-4.0 OR MIT AND CC-BY-4.0"), ["MIT", "CC-BY-4.0"], "AND binds before OR");
        assert_eq!(ids("GPL-2.0-only WITH Classpath-exception-2.0"), ["GPL-2.0-only"]);
        assert_eq!(ids("MIT WITH Commons-Clause"), ["?MIT WITH Commons-Clause"]);
        assert_eq!(ids("MIT AND Acme-1.0"), ["MIT", "?Acme-1.0"]);
        assert_eq!(ids("mit and friends"), ["?mit and friends"]);
        assert_eq!(ids("Apache-2.0, MIT"), ["Apache-2.0", "MIT"]);
        assert_eq!(ids("MIT / Apache-2.0"), ["MIT"]);
        assert_eq!(ids("https://www.apache.org/licenses/LICENSE-2.0"), ["Apache-2.0"]);
        assert_eq!(ids("(MIT AND Zlib"), ["?(MIT AND Zlib"]);
        assert_eq!(ids("MIT AND"), ["?MIT AND"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn any_value_has_a_meaning(value in "[A-Za-z0-9.+(),;/& -]{0,80}|.{0,80}|(\\(|MIT| AND | OR | WITH |\\)){0,12}") {
            let rules = Rules::default();
            prop_assert!(!meaning(&rules, &value).parts.is_empty());
        }
    }
}
