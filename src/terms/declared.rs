//! What tag, name and link declare, and where each stands.

use super::Part;
use crate::evidence::Evidence;
use crate::hub::local::header::{Header, What};
use crate::license::names::meaning;
use crate::license::{find, find_url, names_something, of_base};
use crate::rules::Rules;
use crate::rules::licenses::Known;
use crate::snapshot::Snapshot;
use crate::text as t;
use crate::vocabulary::Content;

/// What tag, name and link declare.
pub(super) struct Declared<'r> {
    /// Where it stands, in words.
    pub(super) by: String,
    pub(super) parts: Vec<Part<'r>>,
    pub(super) evidence: Vec<Evidence>,
}

impl Declared<'_> {
    /// "`MIT` and `Apache-2.0`"
    pub(super) fn said(&self) -> String {
        t::list(&self.parts.iter().map(|p| format!("`{}`", p.id)).collect::<Vec<_>>())
    }
}

pub(super) fn declared<'r>(snapshot: &Snapshot, rules: &'r Rules) -> Declared<'r> {
    // Elsewhere the record can name a license that no front matter does.
    let in_front = snapshot.parsed.as_ref().is_some_and(|c| c.front.get("license").is_some());
    let of_hub = crate::hub::by_name(snapshot.hub).is_some() && snapshot.hub != crate::hub::huggingface::NAME && !in_front;
    let place = || if of_hub { "the hub's record" } else { "the front matter" }.to_string();
    let by = snapshot.declared_by.clone().unwrap_or_else(place);
    let mut out = Declared { by, parts: Vec::new(), evidence: Vec::new() };
    let Ok(record) = &snapshot.record else { return out };
    let text = |key: &str| record.card_data.get(key).and_then(|v| v.as_str()).map(str::trim).filter(|s| !s.is_empty());
    for value in record.licenses() {
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

/// The licenses of a declared value.
pub(super) fn parts_of_name<'r>(value: &str, rules: &'r Rules) -> Vec<Part<'r>> {
    let part = |p: Result<Known<'r>, String>| p.map_or_else(|name| Part::unknown(&name), |k| Part::known(k, Content::Weights));
    meaning(rules, value).parts.into_iter().map(part).collect()
}

/// Cites what the head of a weight file states.
pub(super) fn cite_header(snapshot: &Snapshot, header: &Header, key: &str, value: &str) -> Evidence {
    let note = format!("{key}: {}, in {}", t::cut(value.trim(), 120), header.place());
    Evidence { path: Some(header.path.clone()), note, ..snapshot.record_cite.clone() }
}

/// Cites a front-matter value at its line, or the record where the card has none.
pub fn cite_front(snapshot: &Snapshot, key: &str, value: &str) -> Evidence {
    let note = format!("{key}: {value}");
    let line = snapshot.parsed.as_ref().and_then(|c| c.front_line(key, Some(value)));
    let header = snapshot.headers.iter().find(|h| Some(h.place()) == snapshot.declared_by);
    match (&snapshot.card, line, header) {
        (Ok(document), Some(line), _) => document.cite(Some(line), note),
        (_, _, Some(header)) => {
            let what = match key {
                "license" => What::License,
                "license_name" => What::LicenseName,
                _ => What::LicenseLink,
            };
            let pair = header.all(what).find(|p| p.value.trim() == value);
            cite_header(snapshot, header, pair.map_or(key, |p| &p.key), value)
        }
        _ => Evidence { note, ..snapshot.record_cite.clone() },
    }
}
