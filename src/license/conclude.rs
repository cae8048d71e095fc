//! Six witnesses can speak of a model's license: the tag, `license_name`, `license_link`, license
//! files, the prompt at the gate, and the card's prose. They are compared, never merged silently: a
//! text says what was granted and wins over a tag, and what contradicts it is a finding.

use super::text::{Identity, identify};
use super::{Known, find, find_url, names_something, of_base, tags};
use crate::card::front_matter::FrontMatter;
use crate::card::topics::{self, contains_phrase};
use crate::card::{BlockKind, Card};
use crate::evidence::{Document, Evidence, Snapshot};
use crate::files::{self, Kind};
use crate::finding::Finding;
use crate::net::Gap;
use crate::rules::Rules;
use crate::text as t;
use crate::vocabulary::{Basis, Content, Openness};
use std::collections::BTreeSet;

/// What a license text in the repository turned out to be.
#[derive(Debug, Clone)]
pub struct TextResult {
    pub path: String,
    pub identified: String,
    pub score: f64,
    pub scope: Scope,
    identity: Identity,
    cite: Evidence,
    words: usize,
}

/// The name of a license text that is there and could not be read.
const UNREAD: &str = "unread-text";

/// What a license file is about, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Everything,
    Code,
    Weights,
}

/// The terms of one thing, concluded.
#[derive(Debug, Clone)]
pub struct Terms<'r> {
    /// Values of `license` as declared.
    pub declared: Vec<String>,
    /// Licenses that bind, all of them.
    pub parts: Vec<Part<'r>>,
    pub openness: Openness,
    pub basis: Basis,
    pub evidence: Vec<Evidence>,
    pub texts: Vec<TextResult>,
    /// Licenses of the code beside the weights, where a file of its own says so (`LICENSE-CODE`).
    pub code_parts: Vec<Part<'r>>,
    /// Why it could not be concluded, where that is so.
    pub gap: Option<Gap>,
}

/// One license that binds.
#[derive(Debug, Clone)]
pub struct Part<'r> {
    /// SPDX id, `LicenseRef-…`.
    pub id: String,
    pub known: Option<Known<'r>>,
    pub openness: Openness,
}

impl<'r> Part<'r> {
    pub fn known(known: Known<'r>, content: Content) -> Part<'r> {
        Part { id: known.id().to_string(), openness: known.openness(content), known: Some(known) }
    }

    /// A license that has a name or text but no rule.
    pub fn unknown(name: &str) -> Part<'r> {
        let slug: String = t::fold_name(name).chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).collect();
        let slug = if slug.is_empty() { "unrecognised".to_string() } else { slug.chars().take(60).collect() };
        Part { id: format!("LicenseRef-{slug}"), known: None, openness: Openness::Unknown }
    }

    /// A text that is there and could not be read.
    fn unread() -> Part<'r> {
        Part::unknown(UNREAD)
    }

    /// Whether this stands for a text that could not be read.
    pub fn is_unread(&self) -> bool {
        self.id.strip_prefix("LicenseRef-") == Some(UNREAD)
    }
}

impl<'r> Terms<'r> {
    /// The SPDX expression of everything that binds.
    pub fn expression(&self) -> Option<String> {
        let ids: Vec<&str> = self.parts.iter().map(|p| p.id.as_str()).collect();
        (!ids.is_empty()).then(|| ids.join(" AND "))
    }

    fn set(&mut self, parts: Vec<Part<'r>>, basis: Basis) {
        self.openness = parts.iter().fold(Openness::Open, |o, p| o.and(p.openness));
        self.parts = Vec::new();
        for part in parts {
            if !self.parts.iter().any(|p| p.id == part.id) {
                self.parts.push(part);
            }
        }
        self.basis = basis;
    }
}

/// Concludes the terms of a model's weights, and says what contradicts what.
pub fn conclude<'r>(snapshot: &Snapshot, rules: &'r Rules, findings: &mut Vec<Finding>) -> Terms<'r> {
    let mut terms = Terms {
        declared: Vec::new(),
        parts: Vec::new(),
        openness: Openness::Unknown,
        basis: Basis::None,
        evidence: Vec::new(),
        texts: Vec::new(),
        code_parts: Vec::new(),
        gap: None,
    };
    let record = match &snapshot.record {
        Ok(record) => record,
        Err(gap) => {
            terms.gap = Some(gap.clone());
            return terms;
        }
    };
    let card = snapshot.parsed.as_ref();
    terms.declared = tags(record);
    terms.texts = texts(snapshot, rules);
    // `other` says that it is none of the licenses with a tag, so an open one named in prose is that of
    // something else (the code, mostly).
    let is_other = terms.declared.iter().any(|d| t::fold_name(d) == "other");
    let unread: Vec<&Gap> = snapshot
        .files
        .iter()
        .filter(|(p, _)| is_license(p, rules) && scope_of(p) != Scope::Code)
        .filter_map(|(_, f)| f.as_ref().err())
        .filter(|g| !g.is_absence())
        .collect();

    let tag = declared(snapshot, rules);
    terms.evidence.extend(tag.evidence.iter().cloned());
    let prompt = prompt(snapshot, rules);
    let of = |scope: Scope| -> Vec<TextResult> { terms.texts.iter().filter(|x| x.scope == scope).cloned().collect() };
    terms.code_parts = of(Scope::Code).iter().filter_map(|x| part_of_text(x, rules)).collect();
    // A text on the weights goes before one on everything; one on the code says nothing about them.
    let chosen = Some(of(Scope::Weights)).filter(|c| !c.is_empty()).unwrap_or_else(|| of(Scope::Everything));
    let (mut parts, mut evidence) = (Vec::new(), Vec::new());
    for text in &chosen {
        match part_of_text(text, rules) {
            Some(part) => {
                evidence.push(text.cite.clone());
                parts.push(part);
            }
            None if matches!(text.identity, Identity::Empty) => {
                findings.push(Finding::new(rules, "license/none", format!("{} is empty", text.path), vec![text.cite.clone()]))
            }
            None => {}
        }
        if let Identity::Modified { id, added, removed } = &text.identity {
            findings.push(Finding::new(
                rules,
                "license/text-modified",
                modified_message(&text.path, id, added, removed),
                vec![text.cite.clone()],
            ));
        }
    }
    let known_text = parts.iter().any(|p| p.known.is_some());
    terms.evidence.extend(evidence.iter().cloned());
    if !parts.is_empty() {
        let tag_restricts = tag.parts.iter().any(|p| p.openness == Openness::Restricted);
        if known_text && let Some(finding) = disagreement(&parts, &tag, &evidence, rules) {
            findings.push(finding);
        }
        if !known_text {
            let path = chosen.first().map_or("the license file", |c| c.path.as_str());
            findings.push(Finding::new(rules, "license/unrecognised", format!("{path} is no license text that a rule knows"), evidence));
            if tag_restricts {
                // The tag's restrictions hold, whatever the text adds.
                parts.clone_from(&tag.parts);
            } else {
                // An open tag is not believed over a text that nobody recognised.
                parts.extend(tag.parts.iter().cloned());
            }
        } else if tag_restricts && parts.iter().all(|p| p.openness == Openness::Open) {
            // A restricted tag over an open text (often the code's): both are taken to bind.
            parts.extend(tag.parts.iter().cloned());
        }
        terms.set(parts, Basis::Verified);
    } else if let Some((part, cite)) = prompt.filter(|_| tag.parts.iter().all(|p| p.known.is_none())) {
        terms.evidence.push(cite);
        terms.set(vec![part], Basis::Claimed);
    } else if !tag.parts.is_empty() {
        terms.set(tag.parts.clone(), Basis::Claimed);
        if tag.parts.iter().all(|p| p.known.is_none()) {
            let names: Vec<String> = tag.parts.iter().map(|p| format!("`{}`", p.id)).collect();
            findings.push(Finding::new(rules, "license/unrecognised", format!("no rule knows {}", t::list(&names)), tag.evidence.clone()));
        }
    } else if let Some((part, cite)) = card.and_then(|c| pasted(c, snapshot, rules)) {
        terms.evidence.push(cite);
        terms.set(vec![part], Basis::Verified);
    } else if let Some((part, cite)) =
        card.and_then(|c| prose(c, snapshot, rules)).filter(|(p, _)| !is_other || p.openness != Openness::Open)
    {
        terms.evidence.push(cite);
        terms.set(vec![part], Basis::Claimed);
    } else if let Some((base, known)) = of_base(rules, &record.id).filter(|(_, k)| k.openness(Content::Weights) == Openness::Restricted) {
        terms
            .evidence
            .push(Evidence::page(base.source.clone(), format!("rules/bases.toml knows {} to be under {}", record.id, known.name())));
        terms.set(vec![Part::known(known, Content::Weights)], Basis::Claimed);
    } else if let Some(gap) = unread.first() {
        terms.gap = Some((*gap).clone());
    } else if record.files.is_none() || snapshot.card.as_ref().is_err_and(|g| !g.is_absence()) {
        terms.gap = Some(Gap::Malformed("the file list or card could not be read".into()));
    } else if card.is_some_and(|c| matches!(c.front, FrontMatter::Broken { .. } | FrontMatter::Unclosed | FrontMatter::TooLarge)) {
        // It may name one.
        terms.gap = Some(Gap::Malformed("the front matter could not be read".into()));
    } else if snapshot.depth == crate::evidence::Depth::Shallow
        && snapshot.files.is_empty()
        && record.files.iter().flatten().any(|f| is_license(&f.path, rules))
    {
        terms.gap = Some(Gap::NotFetched("the license file of a base model".into()));
    } else if is_other {
        terms.openness = Openness::Unknown;
        findings.push(Finding::new(
            rules,
            "license/unrecognised",
            "the license is `other`, and neither a name nor a text says which".to_string(),
            terms.evidence.clone(),
        ));
    } else {
        terms.openness = Openness::None;
        terms.evidence.push(Evidence { note: "no license in front matter, files or card".into(), ..snapshot.record_cite.clone() });
        findings.push(Finding::new(
            rules,
            "license/none",
            "no license in front matter, files or card".to_string(),
            vec![snapshot.record_cite.clone()],
        ));
    }
    // A text that could not be read may say otherwise, so nothing else is believed to be open over it.
    if terms.openness == Openness::Open
        && let Some(gap) = unread.first()
    {
        terms.gap = Some((*gap).clone());
        let parts = std::mem::take(&mut terms.parts).into_iter().chain([Part::unread()]).collect();
        terms.set(parts, terms.basis);
    }
    for part in terms.parts.iter().filter(|p| p.known.is_some_and(|k| k.is_ambiguous())) {
        findings.push(Finding::new(
            rules,
            "license/ambiguous",
            format!("`{}` is the name of a family of licenses", part.id),
            tag.evidence.clone(),
        ));
    }
    if terms.parts.len() > 1 {
        findings.push(Finding::new(
            rules,
            "license/several",
            format!("{} are all taken to bind", t::list(&terms.parts.iter().map(|p| p.id.clone()).collect::<Vec<_>>())),
            terms.evidence.clone(),
        ));
    }
    if let Some(finding) = broken_link(snapshot, rules) {
        findings.push(finding);
    }
    if let Some(finding) = name_contradicts_tag(snapshot, rules) {
        findings.push(finding);
    }
    if terms.openness == Openness::Open
        && let Some(policy) = record.files.iter().flatten().find(|f| files::kind(&f.path, rules) == Some(Kind::UsePolicy))
    {
        let cite = match snapshot.files.get(&policy.path) {
            Some(Ok(document)) => document.cite(None, "a use policy"),
            _ => Evidence { path: Some(policy.path.clone()), note: "a use policy".into(), ..snapshot.record_cite.clone() },
        };
        findings.push(Finding::new(rules, "license/use-policy", format!("{} stands beside an open license", policy.path), vec![cite]));
    }
    terms
}

fn is_license(path: &str, rules: &Rules) -> bool {
    files::kind(path, rules) == Some(Kind::License)
}

/// All license files that were read.
fn texts(snapshot: &Snapshot, rules: &Rules) -> Vec<TextResult> {
    snapshot
        .files
        .iter()
        .filter(|(path, _)| is_license(path, rules))
        .filter_map(|(path, file)| Some(text_result(path, file.as_ref().ok()?, rules)))
        .collect()
}

/// What a license file is about, by its name.
fn scope_of(path: &str) -> Scope {
    let stem = t::words(path.rsplit('/').next().unwrap_or(path));
    let has = |words: &[&str]| stem.split(' ').any(|w| words.contains(&w));
    if has(&["code", "source"]) {
        Scope::Code
    } else if has(&["model", "models", "weights", "weight"]) {
        Scope::Weights
    } else {
        Scope::Everything
    }
}

/// Identifies one file.
pub fn text_result(path: &str, document: &Document, rules: &Rules) -> TextResult {
    let got = identify(&document.bytes, rules);
    let identified = got.identity.shown();
    let words = super::text::decode(&document.bytes).map_or(0, |s| s.split_whitespace().count());
    TextResult {
        path: path.to_string(),
        cite: document.cite(None, format!("license text: {identified}")),
        identified,
        score: got.score,
        scope: scope_of(path),
        identity: got.identity,
        words,
    }
}

/// The license that a text is; a modified one is one of its own, of which nothing is known.
fn part_of_text<'r>(text: &TextResult, rules: &'r Rules) -> Option<Part<'r>> {
    match &text.identity {
        Identity::Exact { id } | Identity::Marked { id } => find(rules, id).map(|k| Part::known(k, Content::Weights)),
        Identity::Modified { id, .. } => Some(Part::unknown(&format!("modified-{id}"))),
        // A note of a few words is a pointer to a license, not a text.
        Identity::Unrecognised if text.words > 60 => Some(Part::unknown("unrecognised-text")),
        _ => None,
    }
}

fn modified_message(path: &str, id: &str, added: &[String], removed: &[String]) -> String {
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

/// What tag, name and link declare.
struct Declared<'r> {
    parts: Vec<Part<'r>>,
    evidence: Vec<Evidence>,
}

fn declared<'r>(snapshot: &Snapshot, rules: &'r Rules) -> Declared<'r> {
    let mut out = Declared { parts: Vec::new(), evidence: Vec::new() };
    let Ok(record) = &snapshot.record else { return out };
    let text = |key: &str| record.card_data.get(key).and_then(|v| v.as_str()).map(str::trim).filter(|s| !s.is_empty());
    for value in tags(record) {
        out.evidence.push(cite_front(snapshot, "license", &value));
        if names_something(&value) {
            out.parts.extend(parts_of_name(&value, rules));
        }
    }
    if !out.parts.is_empty() {
        return out;
    }
    let (name, link) = (text("license_name"), text("license_link"));
    if let Some(name) = name.filter(|n| names_something(n)) {
        out.evidence.push(cite_front(snapshot, "license_name", name));
        if let Some(known) = find(rules, name) {
            out.parts.push(Part::known(known, Content::Weights));
            return out;
        }
    }
    if let Some(link) = link {
        out.evidence.push(cite_front(snapshot, "license_link", link));
        if let Some(known) = find_url(rules, link).or_else(|| linked_base(link, rules)) {
            out.parts.push(Part::known(known, Content::Weights));
            return out;
        }
    }
    if let Some(name) = name.filter(|n| names_something(n)) {
        out.parts.push(Part::unknown(name));
    }
    out
}

/// A license_link into another repository whose license is known from its id.
fn linked_base<'r>(link: &str, rules: &'r Rules) -> Option<Known<'r>> {
    let folded = t::fold_url(link);
    let rest = folded.strip_prefix("huggingface.co/")?;
    let mut parts = rest.split('/');
    let id = format!("{}/{}", parts.next()?, parts.next()?);
    of_base(rules, &id).map(|(_, known)| known)
}

/// The licenses of a declared value: a name, or an SPDX expression. Of a choice (`OR`) the most open
/// part binds, since the user may choose it.
fn parts_of_name<'r>(value: &str, rules: &'r Rules) -> Vec<Part<'r>> {
    if let Some(known) = find(rules, value) {
        return vec![Part::known(known, Content::Weights)];
    }
    let expression = value.contains(" AND ") || value.contains(" OR ") || value.contains(" WITH ");
    if expression
        && value.len() <= 500
        && let Ok(parsed) = spdx::Expression::parse(value)
    {
        let mut stack: Vec<Vec<Part<'r>>> = Vec::new();
        for node in parsed.iter() {
            match node {
                spdx::expression::ExprNode::Req(req) => {
                    let id = req.req.license.to_string();
                    stack.push(vec![find(rules, &id).map_or_else(|| Part::unknown(&id), |k| Part::known(k, Content::Weights))]);
                }
                spdx::expression::ExprNode::Op(op) => {
                    let (Some(b), Some(mut a)) = (stack.pop(), stack.pop()) else { return vec![Part::unknown(value)] };
                    let strictness = |parts: &[Part<'r>]| parts.iter().fold(Openness::Open, |o, p| o.and(p.openness));
                    match op {
                        spdx::expression::Operator::And => {
                            a.extend(b);
                            stack.push(a);
                        }
                        spdx::expression::Operator::Or => {
                            let prefer_b = strictness(&a).and(strictness(&b)) == strictness(&a) && strictness(&a) != strictness(&b);
                            stack.push(if prefer_b { b } else { a });
                        }
                    }
                }
            }
        }
        if let Some(parts) = stack.pop() {
            return parts;
        }
    }
    vec![Part::unknown(value)]
}

/// Cites a front-matter value at its line, or the record where the card has none.
pub fn cite_front(snapshot: &Snapshot, key: &str, value: &str) -> Evidence {
    let note = format!("{key}: {value}");
    let line = snapshot.parsed.as_ref().and_then(|c| c.front_line(key, Some(value)));
    match (&snapshot.card, line) {
        (Ok(document), Some(line)) => document.cite(Some(line), note),
        _ => Evidence { note, ..snapshot.record_cite.clone() },
    }
}

/// The license text that is pasted into the prompt at the gate.
fn prompt<'r>(snapshot: &Snapshot, rules: &'r Rules) -> Option<(Part<'r>, Evidence)> {
    let card = snapshot.parsed.as_ref()?;
    let text = card.front.get("extra_gated_prompt")?.as_str()?;
    match identify(text.as_bytes(), rules).identity {
        Identity::Exact { id } | Identity::Marked { id } => {
            let known = find(rules, &id)?;
            let cite =
                snapshot.card.as_ref().ok()?.cite(card.front_line("extra_gated_prompt", None), format!("the gate shows {}", known.name()));
            Some((Part::known(known, Content::Weights), cite))
        }
        _ => None,
    }
}

/// Names of known licenses, in folded words, long enough not to be met by chance.
fn prose_names<'r>(rules: &'r Rules) -> Vec<(String, Known<'r>)> {
    let mut names: Vec<(String, Known<'r>)> = Vec::new();
    for rule in rules.licenses.iter().filter(|r| !r.ambiguous) {
        let ids = std::iter::once(rule.name.as_str())
            .chain(std::iter::once(rule.id.get_ref().as_str()))
            .chain(rule.aliases.iter().map(|a| a.get_ref().as_str()));
        for name in ids {
            let folded = t::words(name);
            let known_short = matches!(folded.as_str(), "mit" | "mit license" | "apache 2 0");
            if known_short || folded.len() >= 8 {
                names.push((folded, Known::Rule(rule)));
            }
        }
    }
    names.sort_by_key(|n| std::cmp::Reverse(n.0.len()));
    names
}

/// The license text that is pasted into the card's section on the license.
fn pasted<'r>(card: &Card, snapshot: &Snapshot, rules: &'r Rules) -> Option<(Part<'r>, Evidence)> {
    let blocks: Vec<_> = card.blocks.iter().filter(|b| topics::topic_of(card, b, rules) == Some("license")).collect();
    let text = blocks.iter().map(|b| b.text.as_str()).collect::<Vec<_>>().join("\n");
    if text.split_whitespace().count() < 120 {
        return None;
    }
    match identify(text.as_bytes(), rules).identity {
        Identity::Exact { id } | Identity::Marked { id } => {
            let known = find(rules, &id)?;
            let cite = snapshot
                .card
                .as_ref()
                .ok()?
                .cite(blocks.first().map(|b| b.line), format!("the text of {} stands in the card", known.name()));
            Some((Part::known(known, Content::Weights), cite))
        }
        _ => None,
    }
}

/// The one license that the card's section on the license names.
fn prose<'r>(card: &Card, snapshot: &Snapshot, rules: &'r Rules) -> Option<(Part<'r>, Evidence)> {
    let blocks =
        card.blocks.iter().enumerate().filter(|(_, b)| b.kind != BlockKind::Code && topics::topic_of(card, b, rules) == Some("license"));
    let names = prose_names(rules);
    let mut found: Vec<(Known<'r>, u32)> = Vec::new();
    for (i, block) in blocks {
        for sentence in topics::sentences(&block.text) {
            let folded = t::words(sentence);
            // Of others' material, not of this model.
            let of_others = ["dataset", "datasets", "originally", "derived from", "base model", "image", "icons"]
                .iter()
                .any(|w| contains_phrase(&folded, w));
            // Of the code beside the weights.
            let of_code = ["code", "代码", "コード"].iter().any(|w| contains_phrase(&folded, w))
                && !["model", "weights", "模型", "モデル"].iter().any(|w| contains_phrase(&folded, w));
            if of_others || of_code {
                continue;
            }
            let mut rest = folded;
            for (name, known) in &names {
                if contains_phrase(&rest, name) {
                    found.push((*known, block.line));
                    // A longer name hides the shorter ones inside it.
                    rest = rest.replace(name.as_str(), "");
                }
            }
        }
        for link in card.links.iter().filter(|l| l.block == i) {
            if let Some(known) = find_url(rules, &link.url) {
                found.push((known, link.line));
            }
        }
    }
    let ids: BTreeSet<&str> = found.iter().map(|(k, _)| k.id()).collect();
    let (known, line) = *found.iter().max_by_key(|(k, _)| (k.openness(Content::Weights) != Openness::Open, k.id()))?;
    // Several names: restricted ones are believed, open ones are not told apart.
    if ids.len() > 1 && known.openness(Content::Weights) == Openness::Open {
        return None;
    }
    let cite = snapshot.card.as_ref().ok()?.cite(Some(line), format!("the card names {}", known.name()));
    Some((Part::known(known, Content::Weights), cite))
}

/// Text and tag name different licenses.
fn disagreement(parts: &[Part<'_>], tag: &Declared<'_>, evidence: &[Evidence], rules: &Rules) -> Option<Finding> {
    if tag.parts.is_empty() || parts.iter().any(|p| tag.parts.iter().any(|x| is_same(&x.id, &p.id))) {
        return None;
    }
    let ids = |parts: &[Part<'_>]| t::list(&parts.iter().map(|p| p.id.clone()).collect::<Vec<_>>());
    let message = format!("the front matter says {}, the license text is {}", ids(&tag.parts), ids(parts));
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
    let tag = tags(record).into_iter().find(|v| names_something(v))?;
    let same = match (find(rules, &tag), find(rules, name)) {
        (Some(a), Some(b)) => is_same(a.id(), b.id()),
        _ => t::fold_name(&tag) == t::fold_name(name),
    };
    (!same).then(|| {
        let evidence = vec![cite_front(snapshot, "license", &tag), cite_front(snapshot, "license_name", name)];
        Finding::new(rules, "license/name-contradicts-tag", format!("license says {tag}, license_name says {name}"), evidence)
    })
}
