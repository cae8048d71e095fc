//! Where the witnesses of a license contradict each other, and what else a reader must know of it.

use super::declared::{Declared, cite_front, cite_header, parts_of_name};
use super::prose::Mention;
use super::{Part, Terms};
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::hub::local::header::What;
use crate::license::{find, names_something};
use crate::rules::Rules;
use crate::rules::files::Kind;
use crate::snapshot::Snapshot;
use crate::vocabulary::{Basis, Openness};
use crate::{files, text as t};

/// What does not depend on how the license was concluded.
pub(super) fn others(terms: &Terms<'_>, tag: &Declared<'_>, snapshot: &Snapshot, rules: &Rules, findings: &mut Vec<Finding>) {
    for part in terms.parts.iter().filter(|p| p.known.is_some_and(|k| k.is_ambiguous())) {
        let message = format!("`{}` is the name of a family of licenses", part.id);
        findings.push(Finding::new(rules, "license/ambiguous", message, tag.evidence.clone()));
    }
    if terms.parts.len() > 1 {
        let message = format!("{} are all taken to bind", ids(&terms.parts));
        findings.push(Finding::new(rules, "license/several", message, terms.evidence.clone()));
    }
    if terms.basis == Basis::Verified
        && terms.openness == Openness::Open
        && tag.parts.is_empty()
        && let Some(other) = terms.declared.iter().find(|d| t::fold_name(d) == "other")
    {
        let message = format!("{} says {other}, the license text is {}", tag.by, ids(&terms.parts));
        findings.push(Finding::new(rules, "license/tag-is-other", message, terms.evidence.clone()));
    }
    findings.extend(broken_link(snapshot, rules));
    findings.extend(name_contradicts_tag(snapshot, rules));
    findings.extend(use_policy(terms, snapshot, rules));
}

/// The section on the license names another license than what was concluded.
pub(super) fn with_prose(
    terms: &Terms<'_>,
    tag: &Declared<'_>,
    named: &Mention<'_>,
    cite: Vec<Evidence>,
    rules: &Rules,
) -> Option<Finding> {
    let agrees = |p: &Part<'_>| p.known.is_none_or(|k| k.is_ambiguous()) || is_same(&p.id, named.known.id());
    if terms.parts.is_empty() || terms.parts.iter().any(agrees) || tag.parts.iter().any(agrees) {
        return None;
    }
    let said = if tag.parts.is_empty() { "the license text is".to_string() } else { format!("{} says", tag.by) };
    let parts = if tag.parts.is_empty() { &terms.parts } else { &tag.parts };
    let message = format!("{said} {}, the card's section on the license names {}", ids(parts), named.known.id());
    let evidence = tag.evidence.iter().cloned().chain(cite).collect();
    Some(Finding::new(rules, "license/prose-contradicts-tag", message, evidence))
}

/// Heads of weight files that state another license than was concluded, each with what it states.
pub(super) fn with_headers<'r>(
    terms: &Terms<'r>,
    tag: &Declared<'r>,
    snapshot: &Snapshot,
    rules: &'r Rules,
) -> Vec<(Finding, Vec<Part<'r>>)> {
    let mut out: Vec<(Finding, Vec<Part<'r>>)> = Vec::new();
    if terms.parts.is_empty() {
        return out;
    }
    for header in snapshot.headers.iter().filter(|h| Some(h.place()) != snapshot.declared_by) {
        let stated = header.all(What::License).chain(header.all(What::LicenseName)).map(|p| (p, p.value.trim()));
        let stated = stated.filter(|(_, v)| names_something(v)).map(|(p, v)| (p, parts_of_name(v, rules)));
        for (pair, parts) in stated {
            let agrees = |p: &Part<'_>| terms.parts.iter().chain(&tag.parts).any(|t| is_same(&t.id, &p.id));
            let told = |o: &(Finding, Vec<Part<'_>>)| parts.iter().all(|p| o.1.iter().any(|x| x.id == p.id));
            if parts.iter().any(agrees) || out.iter().any(told) {
                continue;
            }
            let message = format!("{} says {}, {} says {}", header.place(), ids(&parts), said_by(terms, tag), ids(&terms.parts));
            let evidence = vec![cite_header(snapshot, header, &pair.key, &pair.value)];
            out.push((Finding::new(rules, "license/header-differs", message, evidence), parts));
        }
    }
    out
}

/// Whose word the conclusion is.
fn said_by(terms: &Terms<'_>, tag: &Declared<'_>) -> String {
    if terms.basis == Basis::Verified { "the license text".into() } else { tag.by.clone() }
}

fn ids(parts: &[Part<'_>]) -> String {
    t::list(&parts.iter().map(|p| p.id.clone()).collect::<Vec<_>>())
}

/// A use policy stands beside an open license.
fn use_policy(terms: &Terms<'_>, snapshot: &Snapshot, rules: &Rules) -> Option<Finding> {
    let record = snapshot.record.as_ref().ok()?;
    let policy = record.files.iter().flatten().find(|f| files::kind(&f.path, rules) == Some(Kind::UsePolicy))?;
    if terms.openness != Openness::Open {
        return None;
    }
    let cite = match snapshot.files.get(&policy.path) {
        Some(Ok(document)) => document.cite(None, "a use policy"),
        _ => Evidence { path: Some(policy.path.clone()), note: "a use policy".into(), ..snapshot.record_cite.clone() },
    };
    Some(Finding::new(rules, "license/use-policy", format!("{} stands beside an open license", policy.path), vec![cite]))
}

/// "LICENSE reads like MIT with 4 words added (…)"
pub fn modified_message(path: &str, id: &str, added: &[String], removed: &[String]) -> String {
    let show = |words: &[String]| t::cut(&words.join(" "), 120).into_owned();
    let count = |n: usize| t::count(n, "word", "words");
    let mut said = Vec::new();
    if !added.is_empty() {
        said.push(format!("{} added (\"{}\")", count(added.len()), show(added)));
    }
    if !removed.is_empty() {
        said.push(format!("{} removed (\"{}\")", count(removed.len()), show(removed)));
    }
    format!("{path} reads like {id} with {}", said.join(" and "))
}

/// Text and tag name different licenses.
pub(super) fn text_and_tag(parts: &[Part<'_>], tag: &Declared<'_>, evidence: &[Evidence], rules: &Rules) -> Option<Finding> {
    if tag.parts.is_empty() || parts.iter().any(|p| tag.parts.iter().any(|x| is_same(&x.id, &p.id))) {
        return None;
    }
    let message = format!("{} says {}, the license text is {}", tag.by, ids(&tag.parts), ids(parts));
    Some(Finding::new(rules, "license/text-differs-from-tag", message, tag.evidence.iter().chain(evidence).cloned().collect()))
}

/// GPL texts are the same for `-only` and `-or-later`, and hubs' tags say neither.
fn is_same(a: &str, b: &str) -> bool {
    let base = |s: &str| s.trim_end_matches("-only").trim_end_matches("-or-later").to_string();
    base(a) == base(b)
}

/// A `license_link` to a file of the repository that is not there.
fn broken_link(snapshot: &Snapshot, rules: &Rules) -> Option<Finding> {
    let record = snapshot.record.as_ref().ok()?;
    let link = record.card_data.get("license_link")?.as_str()?.trim();
    let is_path = !link.is_empty() && !link.contains("://") && link.contains(|c: char| c.is_ascii_alphanumeric());
    let there = record.files.as_ref()?.iter().any(|f| f.path == link.trim_start_matches("./"));
    (is_path && !there).then(|| {
        let evidence = vec![cite_front(snapshot, "license_link", link)];
        Finding::new(rules, "license/link-broken", format!("license_link names {link}, which is not in the repository"), evidence)
    })
}

/// `license: mit` with `license_name: something-else`.
fn name_contradicts_tag(snapshot: &Snapshot, rules: &Rules) -> Option<Finding> {
    let record = snapshot.record.as_ref().ok()?;
    let name = record.card_data.get("license_name")?.as_str()?;
    let tag = record.licenses().into_iter().find(|v| names_something(v))?;
    let same = match (find(rules, &tag), find(rules, name)) {
        (Some(a), Some(b)) => is_same(a.id(), b.id()),
        _ => t::fold_name(&tag) == t::fold_name(name),
    };
    (!same).then(|| {
        let evidence = vec![cite_front(snapshot, "license", &tag), cite_front(snapshot, "license_name", name)];
        Finding::new(rules, "license/name-contradicts-tag", format!("license says {tag}, license_name says {name}"), evidence)
    })
}
