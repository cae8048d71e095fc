//! Six witnesses can speak of a model's license: the tag, `license_name`, `license_link`, license
//! files, the prompt at the gate, and the card's prose. They are compared, never merged silently: a
//! text says what was granted and wins over a tag, and what contradicts it is a finding.

pub mod declared;
mod disagree;
pub mod prose;
pub mod texts;

use crate::card::front_matter::FrontMatter;
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::hub::record::ModelRecord;
use crate::license::of_base;
use crate::net::Gap;
use crate::rules::Rules;
use crate::rules::licenses::Known;
use crate::snapshot::Snapshot;
use crate::text as t;
use crate::vocabulary::{Basis, Content, Openness};
use declared::{Declared, declared};
use prose::{About, Mention};
use texts::{Granted, Scope, TextResult, is_license, part_of_text, texts, unread};

/// The name of a license text that is there and could not be read.
const UNREAD: &str = "unread-text";

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
    /// Why these, in one clause for a reader.
    pub reason: String,
    /// Licenses of the code beside the weights, where a file of its own (`LICENSE-CODE`) or the card says so.
    pub code: Option<Apart<'r>>,
    /// Licenses of the data, where the card says so.
    pub data: Option<Apart<'r>>,
    /// Why it could not be concluded, where that is so.
    pub gap: Option<Gap>,
}

/// The license of one kind of content, where it is told apart from that of the weights.
#[derive(Debug, Clone)]
pub struct Apart<'r> {
    pub parts: Vec<Part<'r>>,
    pub reason: String,
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
        reason: String::new(),
        code: None,
        data: None,
        gap: None,
    };
    let record = match &snapshot.record {
        Ok(record) => record,
        Err(gap) => {
            terms.reason = format!("the record could not be had: {}", gap.words());
            terms.gap = Some(gap.clone());
            return terms;
        }
    };
    let card = snapshot.parsed.as_ref();
    terms.declared = record.licenses();
    terms.texts = texts(snapshot, rules);
    // `other` says that it is none of the licenses with a tag, so an open one named in prose is that of
    // something else (the code, mostly).
    let is_other = terms.declared.iter().any(|d| t::fold_name(d) == "other");
    let tag = declared(snapshot, rules);
    terms.evidence.extend(tag.evidence.iter().cloned());
    let mentions = card.map(|c| prose::mentions(c, &record.id, rules)).unwrap_or_default();
    let of = |scope: Scope| -> Vec<TextResult> { terms.texts.iter().filter(|x| x.scope == scope).cloned().collect() };
    terms.code = code_apart(&of(Scope::Code), &mentions, rules);
    terms.data = prose::one_of(&mentions, |a| a.data && !a.weights, Content::Data).map(|m| apart(m, "data", Content::Data));
    // A text on the weights goes before one on everything; one on the code says nothing about them.
    let chosen = Some(of(Scope::Weights)).filter(|c| !c.is_empty()).unwrap_or_else(|| of(Scope::Everything));
    let text = Granted::from_files(&chosen, rules, findings);
    let text = if text.parts.is_empty() {
        card.and_then(|c| prose::embedded(c, snapshot, rules))
            .map(|(part, place, cite)| Granted::embedded(part, place, cite))
            .unwrap_or(text)
    } else {
        text
    };
    terms.evidence.extend(text.evidence.iter().cloned());
    let named = prose::one_of(&mentions, About::binds_weights, Content::Weights);
    if !text.parts.is_empty() {
        by_text(&mut terms, text, &tag, &chosen, rules, findings);
    } else if !tag.parts.is_empty() {
        terms.set(tag.parts.clone(), Basis::Claimed);
        terms.reason = format!("{} says {}, and no license text was found", tag.by, tag.said());
        if tag.parts.iter().all(|p| p.known.is_none()) {
            findings.push(Finding::new(rules, "license/unrecognised", format!("no rule knows {}", tag.said()), tag.evidence.clone()));
        }
    } else if let Some(m) = named.filter(|m| !is_other || m.known.openness(Content::Weights) != Openness::Open) {
        terms.evidence.extend(cite_mention(snapshot, &m));
        terms.set(vec![Part::known(m.known, Content::Weights)], Basis::Claimed);
        terms.reason = format!("the card's section on the license names {}", m.known.name());
    } else if let Some((base, known)) = of_base(rules, &record.id).filter(|(_, k)| k.openness(Content::Weights) == Openness::Restricted) {
        let reason = format!("rules/bases.toml knows {} to be under {}", record.id, known.name());
        terms.evidence.push(Evidence::page(base.source.clone(), reason.clone()));
        terms.set(vec![Part::known(known, Content::Weights)], Basis::Claimed);
        terms.reason = reason;
    } else {
        without_license(&mut terms, snapshot, record, is_other, rules, findings);
    }
    // A section that names the tag's license for this model and another one beside a link to another model
    // tells of that model.
    let confirmed = mentions
        .iter()
        .any(|o| !o.elsewhere && o.about.binds_weights() && tag.parts.iter().any(|p| p.known.is_some_and(|k| k.id() == o.known.id())));
    if let Some(m) = named.filter(|m| m.sure && !(m.elsewhere && confirmed))
        && let Some(finding) = disagree::with_prose(&terms, &tag, &m, cite_mention(snapshot, &m), rules)
    {
        findings.push(finding);
        // Of two claims the stricter one is believed; a text is more than a claim.
        if terms.basis == Basis::Claimed && terms.openness == Openness::Open && m.known.openness(Content::Weights) == Openness::Restricted {
            let mut parts = terms.parts.clone();
            parts.push(Part::known(m.known, Content::Weights));
            terms.evidence.extend(cite_mention(snapshot, &m));
            terms.set(parts, Basis::Claimed);
            terms.reason.push_str(&format!("; the card's section on the license names {}, and both are taken to bind", m.known.name()));
        }
    }
    let open_claim = terms.basis == Basis::Claimed && terms.openness == Openness::Open;
    for (finding, parts) in disagree::with_headers(&terms, &tag, snapshot, rules) {
        terms.evidence.extend(finding.evidence.iter().cloned());
        findings.push(finding);
        if open_claim {
            let parts = terms.parts.iter().cloned().chain(parts).collect();
            terms.set(parts, Basis::Claimed);
            terms.reason.push_str("; the header of a weight file says otherwise, and both are taken to bind");
        }
    }
    // A text that could not be read may say otherwise, so nothing else is believed to be open over it.
    if terms.openness == Openness::Open
        && let Some(gap) = unread(snapshot, rules)
    {
        terms.gap = Some(gap.clone());
        let parts = std::mem::take(&mut terms.parts).into_iter().chain([Part::unread()]).collect();
        terms.set(parts, terms.basis);
        terms.reason.push_str("; a license text is there that could not be read");
    }
    disagree::others(&terms, &tag, snapshot, rules, findings);
    terms
}

/// A text says what was granted. A tag adds to it only where it is stricter, or where nobody knows the text.
fn by_text<'r>(
    terms: &mut Terms<'r>,
    text: Granted<'r>,
    tag: &Declared<'r>,
    chosen: &[TextResult],
    rules: &'r Rules,
    findings: &mut Vec<Finding>,
) {
    let tag_restricts = tag.parts.iter().any(|p| p.openness == Openness::Restricted);
    let known_text = text.parts.iter().any(|p| p.known.is_some());
    let mut parts = text.parts;
    terms.reason = text.reason;
    if known_text && let Some(finding) = disagree::text_and_tag(&parts, tag, &text.evidence, rules) {
        findings.push(finding);
    }
    if !known_text {
        let path = chosen.first().map_or("the license file", |c| c.path.as_str());
        findings.push(Finding::new(rules, "license/unrecognised", format!("{path} is no license text that a rule knows"), text.evidence));
        if tag_restricts {
            // The tag's restrictions hold, whatever the text adds.
            parts.clone_from(&tag.parts);
            terms.reason.push_str(&format!("; the restrictions of {} in {} hold whatever it adds", tag.said(), tag.by));
        } else {
            // An open tag is not believed over a text that nobody recognised.
            parts.extend(tag.parts.iter().cloned());
            if !tag.parts.is_empty() {
                terms.reason.push_str(&format!(", so {} in {} is not believed", tag.said(), tag.by));
            }
        }
    } else if tag_restricts && parts.iter().all(|p| p.openness == Openness::Open) {
        // A restricted tag over an open text (often the code's): both are taken to bind.
        parts.extend(tag.parts.iter().cloned());
        terms.reason.push_str(&format!("; {} says {}, and both are taken to bind", tag.by, tag.said()));
    }
    terms.set(parts, Basis::Verified);
}

/// No witness names a license: there is none, or it could not be looked at.
fn without_license(
    terms: &mut Terms<'_>,
    snapshot: &Snapshot,
    record: &ModelRecord,
    is_other: bool,
    rules: &Rules,
    findings: &mut Vec<Finding>,
) {
    let unasked = snapshot.depth == crate::snapshot::Depth::Shallow
        && snapshot.files.is_empty()
        && record.files.iter().flatten().any(|f| is_license(&f.path, rules));
    let front = snapshot.parsed.as_ref().map(|c| &c.front);
    let gap = if let Some(gap) = unread(snapshot, rules) {
        Some(gap.clone())
    } else if record.files.is_some() && snapshot.card.as_ref().is_err_and(crate::hub::is_without_cards) {
        // The original has a license, which is not known either.
        Some(Gap::NotFetched("no license text is among the layers, and the original is not named".into()))
    } else if let Some(why) = snapshot.partial {
        Some(Gap::NotFetched(why.into()))
    } else if record.files.is_none() || snapshot.card.as_ref().is_err_and(|g| !g.is_absence()) {
        Some(Gap::Malformed("the file list or card could not be read".into()))
    } else if matches!(front, Some(FrontMatter::Broken { .. } | FrontMatter::Unclosed | FrontMatter::TooLarge)) {
        // It may name one.
        Some(Gap::Malformed("the front matter could not be read".into()))
    } else if unasked {
        Some(Gap::NotFetched("the license file of a base model".into()))
    } else {
        None
    };
    if let Some(gap) = gap {
        terms.reason = format!("not known: {}", gap.words());
        terms.gap = Some(gap);
    } else if is_other {
        terms.openness = Openness::Unknown;
        terms.reason = "the license is `other`, and neither a name nor a text says which".into();
        findings.push(Finding::new(rules, "license/unrecognised", terms.reason.clone(), terms.evidence.clone()));
    } else {
        terms.openness = Openness::None;
        terms.reason = "no license in front matter, files or card".into();
        terms.evidence.push(Evidence { note: terms.reason.clone(), ..snapshot.record_cite.clone() });
        let message = format!("{}: all rights are reserved", terms.reason);
        findings.push(Finding::new(rules, "license/none", message, vec![snapshot.record_cite.clone()]));
    }
}

/// The license of the code: a file on the code, else what the card says of the code alone.
fn code_apart<'r>(files: &[TextResult], mentions: &[Mention<'r>], rules: &'r Rules) -> Option<Apart<'r>> {
    let parts: Vec<(String, Part<'r>)> = files.iter().filter_map(|x| Some((x.path.clone(), part_of_text(x, rules)?))).collect();
    if parts.is_empty() {
        return prose::one_of(mentions, |a| a.code && !a.weights, Content::Code).map(|m| apart(m, "code", Content::Code));
    }
    let paths: Vec<String> = parts.iter().map(|p| p.0.clone()).collect();
    Some(Apart { reason: format!("{} is on the code", t::list(&paths)), parts: parts.into_iter().map(|p| p.1).collect() })
}

fn apart<'r>(m: Mention<'r>, what: &str, content: Content) -> Apart<'r> {
    let reason = format!("the card's section on the license says {} of the {what} (line {})", m.known.name(), m.line);
    Apart { parts: vec![Part::known(m.known, content)], reason }
}

fn cite_mention(snapshot: &Snapshot, m: &Mention<'_>) -> Vec<Evidence> {
    snapshot.card.iter().map(|d| d.cite(Some(m.line), format!("the card names {}", m.known.name()))).collect()
}
