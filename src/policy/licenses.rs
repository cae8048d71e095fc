//! Sets of licenses as a policy names them: ids and aliases, SPDX expressions, groups.

use super::read::{At, closest, names};
use crate::license;
use crate::rules::Rules;
use crate::rules::licenses::Known;
use crate::vocabulary::{Content, Openness, Tri};
use std::collections::{BTreeMap, BTreeSet};

/// Groups that need no definition.
pub const GROUPS: &[(&str, &str)] = &[
    ("open", "open for weights, by the rules"),
    ("permissive", "open, and without a duty to pass changes on under the same terms"),
    ("copyleft", "open, with such a duty"),
    ("osi-approved", "approved by the Open Source Initiative"),
    ("fsf-free", "free by the Free Software Foundation"),
];
/// Terms that make a license copyleft.
const COPYLEFT: &[&str] = &["share-alike", "source-disclosure"];

/// What one entry of a list names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    Group(String),
    Family(String),
    /// An expression: alternatives, each of licenses that bind together. A plain id is one of one.
    Expression(Vec<BTreeSet<String>>),
}

/// A list of licenses.
#[derive(Debug, Clone, Default)]
pub struct LicenseSet {
    pub entries: Vec<At<Entry>>,
    /// The list's own place.
    pub span: std::ops::Range<usize>,
}

/// Reads one entry. `own` are the groups that the policy defines.
///
/// # Errors
/// What is wrong with it, and what would help.
pub fn parse(text: &str, own: &BTreeMap<String, Vec<Entry>>, rules: &Rules) -> Result<Vec<Entry>, (String, Option<String>)> {
    let s = text.trim();
    if let Some(entries) = own.get(s) {
        return Ok(entries.clone());
    }
    if GROUPS.iter().any(|(g, _)| *g == s) {
        return Ok(vec![Entry::Group(s.to_string())]);
    }
    if let Some(family) = s.strip_prefix("family:") {
        let family = family.trim();
        if rules.licenses.iter().any(|l| l.family == family) {
            return Ok(vec![Entry::Family(family.to_string())]);
        }
        let near = closest(family, rules.licenses.iter().map(|l| l.family.as_str())).map(|n| format!("did you mean `family:{n}`?"));
        return Err((format!("no license is of the family `{}`", super::read::shown(family)), near));
    }
    if s.contains(" OR ") || s.contains(" AND ") || s.contains(" WITH ") || s.contains('(') {
        return expression(s, rules).map(|e| vec![Entry::Expression(e)]);
    }
    match license::find(rules, s) {
        Some(known) if known.is_ambiguous() => {
            Err((format!("`{}` names several licenses", super::read::shown(s)), Some("name the one that is meant".into())))
        }
        Some(known) => Ok(vec![Entry::Expression(vec![BTreeSet::from([known.id().to_string()])])]),
        None => {
            let ids = rules.licenses.iter().map(|l| l.id.get_ref().as_str()).chain(spdx::identifiers::LICENSES.iter().map(|l| l.name));
            let all = ids.chain(GROUPS.iter().map(|(g, _)| *g)).chain(own.keys().map(String::as_str));
            let groups: Vec<&str> = GROUPS.iter().map(|(g, _)| *g).chain(own.keys().map(String::as_str)).collect();
            let help = match closest(s, all) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it is no SPDX id, no license of the rules and no group; groups are {}", names(&groups)),
            };
            Err((format!("no license is called `{}`", super::read::shown(s)), Some(help)))
        }
    }
}

/// Alternatives of an SPDX expression.
fn expression(s: &str, rules: &Rules) -> Result<Vec<BTreeSet<String>>, (String, Option<String>)> {
    /// An expression that multiplies out to more is not one that a person wrote.
    const MAX: usize = 64;
    let wrong = |why: String| (format!("`{}` is no SPDX expression: {why}", super::read::shown(s)), None);
    if s.len() > 500 {
        return Err(wrong("it is too long".into()));
    }
    let parsed = spdx::Expression::parse(s).map_err(|e| wrong(e.reason.to_string()))?;
    let mut stack: Vec<Vec<BTreeSet<String>>> = Vec::new();
    for node in parsed.iter() {
        match node {
            spdx::expression::ExprNode::Req(req) => {
                if req.req.addition.is_some() {
                    return Err(wrong("WITH is about exceptions for code; weights have none".into()));
                }
                let id = req.req.license.to_string();
                let known =
                    license::find(rules, &id).ok_or_else(|| (format!("no license is called `{}`", super::read::shown(&id)), None))?;
                stack.push(vec![BTreeSet::from([known.id().to_string()])]);
            }
            spdx::expression::ExprNode::Op(op) => {
                let (Some(b), Some(a)) = (stack.pop(), stack.pop()) else { return Err(wrong("an operand is missing".into())) };
                let joined: Vec<BTreeSet<String>> = match op {
                    spdx::expression::Operator::Or => a.into_iter().chain(b).collect(),
                    spdx::expression::Operator::And => {
                        a.iter().flat_map(|x| b.iter().map(move |y| x.union(y).cloned().collect())).collect()
                    }
                };
                if joined.len() > MAX {
                    return Err(wrong("it has too many alternatives".into()));
                }
                stack.push(joined);
            }
        }
    }
    stack.pop().ok_or_else(|| wrong("it is empty".into()))
}

/// One license that binds a model.
#[derive(Debug, Clone)]
pub struct Part<'r> {
    pub id: String,
    pub known: Option<Known<'r>>,
}

/// The licenses of an effective expression, which is licenses joined by AND.
pub fn parts<'r>(effective: &str, rules: &'r Rules) -> Vec<Part<'r>> {
    effective
        .split(" AND ")
        .map(|id| {
            let known = license::find(rules, id.trim()).filter(|k| !k.is_ambiguous());
            Part { id: known.map_or_else(|| id.trim().to_string(), |k| k.id().to_string()), known }
        })
        .collect()
}

impl LicenseSet {
    /// Whether every part is in the set, alone or together with others. Not known is not in it.
    pub fn allows(&self, parts: &[Part<'_>]) -> (Tri, Vec<String>) {
        let all: BTreeSet<String> = parts.iter().map(|p| p.id.clone()).collect();
        let together: BTreeSet<&String> = self
            .entries
            .iter()
            .filter_map(|e| match &e.value {
                Entry::Expression(alternatives) => Some(alternatives),
                _ => None,
            })
            .flatten()
            .filter(|set| set.len() > 1 && set.is_subset(&all))
            .flatten()
            .collect();
        let mut missing = Vec::new();
        let mut tri = Tri::Met;
        for part in parts {
            let Some(known) = part.known else {
                tri = tri.min(Tri::Unknown);
                continue;
            };
            if !together.contains(&part.id) && !self.entries.iter().any(|e| e.value.names(known)) {
                tri = Tri::NotMet;
                missing.push(part.id.clone());
            }
        }
        (tri, missing)
    }

    /// The parts that the set names, each with the entry that does; `Unknown` where a part is not known.
    pub fn denies(&self, parts: &[Part<'_>]) -> (Tri, Vec<(String, std::ops::Range<usize>)>) {
        let all: BTreeSet<String> = parts.iter().map(|p| p.id.clone()).collect();
        let mut hit = Vec::new();
        let mut tri = Tri::Met;
        for part in parts {
            let Some(known) = part.known else {
                tri = tri.min(Tri::Unknown);
                continue;
            };
            let names = |e: &&At<Entry>| {
                e.value.names(known)
                    || matches!(&e.value, Entry::Expression(alternatives)
                        if alternatives.iter().any(|set| set.contains(&part.id) && set.is_subset(&all)))
            };
            if let Some(entry) = self.entries.iter().find(names) {
                tri = Tri::NotMet;
                hit.push((part.id.clone(), entry.span.clone()));
            }
        }
        (tri, hit)
    }
}

impl Entry {
    /// Whether it names this license on its own.
    fn names(&self, known: Known<'_>) -> bool {
        match self {
            Entry::Expression(alternatives) => alternatives.iter().any(|set| set.len() == 1 && set.contains(known.id())),
            Entry::Family(family) => matches!(known, Known::Rule(rule) if rule.family == *family),
            Entry::Group(group) => {
                let open = known.openness(Content::Weights) == Openness::Open;
                let listed = spdx::license_id(known.id());
                let copyleft = || known.terms().any(|t| COPYLEFT.contains(&t)) || listed.is_some_and(|l| l.is_copyleft());
                match group.as_str() {
                    "open" => open,
                    "permissive" => open && !copyleft(),
                    "copyleft" => open && copyleft(),
                    "osi-approved" => listed.is_some_and(|l| l.is_osi_approved()),
                    "fsf-free" => listed.is_some_and(|l| l.is_fsf_free_libre()),
                    _ => false,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(entries: &[&str], rules: &Rules) -> LicenseSet {
        let entries = entries.iter().flat_map(|e| parse(e, &BTreeMap::new(), rules).unwrap()).map(|e| At::new(e, 0..0)).collect();
        LicenseSet { entries, span: 0..0 }
    }

    #[test]
    fn ids_expressions_and_groups() {
        let rules = Rules::load(None).unwrap();
        let allows = |entries: &[&str], effective: &str| set(entries, &rules).allows(&parts(effective, &rules)).0;
        assert_eq!(allows(&["mit"], "MIT"), Tri::Met);
        assert_eq!(allows(&["permissive"], "MIT AND Apache-2.0"), Tri::Met);
        assert_eq!(allows(&["permissive"], "GPL-3.0-only"), Tri::NotMet);
        assert_eq!(allows(&["copyleft"], "GPL-3.0-only"), Tri::Met);
        assert_eq!(allows(&["MIT OR Apache-2.0"], "Apache-2.0"), Tri::Met);
        assert_eq!(allows(&["MIT AND LicenseRef-llama-3.1"], "MIT AND LicenseRef-llama-3.1"), Tri::Met);
        // What is allowed together is not allowed alone.
        assert_eq!(allows(&["MIT AND LicenseRef-llama-3.1"], "LicenseRef-llama-3.1"), Tri::NotMet);
        assert_eq!(allows(&["open"], "LicenseRef-llama-3.1"), Tri::NotMet);
        assert_eq!(allows(&["family:llama"], "LicenseRef-llama-3.1"), Tri::Met);
        assert_eq!(allows(&["open"], "something-nobody-knows"), Tri::Unknown);
        assert_eq!(allows(&["open"], "something-nobody-knows AND LicenseRef-llama-3.1"), Tri::NotMet);
        let denies = |entries: &[&str], effective: &str| set(entries, &rules).denies(&parts(effective, &rules)).0;
        assert_eq!(denies(&["family:llama"], "MIT AND LicenseRef-llama-3.1"), Tri::NotMet);
        assert_eq!(denies(&["family:llama"], "MIT"), Tri::Met);
        assert_eq!(denies(&["family:llama"], "something"), Tri::Unknown);
    }

    #[test]
    fn what_is_no_license_is_refused_with_a_suggestion() {
        let rules = Rules::load(None).unwrap();
        let e = parse("Apache-2.O", &BTreeMap::new(), &rules).unwrap_err();
        assert_eq!(e.1.as_deref(), Some("did you mean `Apache-2.0`?"));
        assert!(parse("gpl", &BTreeMap::new(), &rules).is_err());
        assert!(parse("MIT OR", &BTreeMap::new(), &rules).is_err());
        assert!(parse("family:llamas", &BTreeMap::new(), &rules).unwrap_err().1.is_some());
    }
}
