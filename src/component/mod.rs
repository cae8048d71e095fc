//! Facts become the state of the 17 components: whether each can be had, on what basis that is known,
//! under what license, and where it was seen. Pure; nothing here fetches or renders.
//!
//! Absence needs a complete list: what could not be looked at is unknown, never "not found".

mod code;
mod data;
mod documents;
mod kept;
mod reach;
mod weights;

use crate::evidence::Evidence;
use crate::files::Sorted;
use crate::finding::Finding;
use crate::inspect::{Inspection, inspect};
use crate::net::Gap;
use crate::rules::Rules;
use crate::rules::licenses::Known;
use crate::rules::schema::MofKind;
use crate::snapshot::Snapshot;
use crate::terms::{Part, Terms};
use crate::vocabulary::{Availability, Basis, ComponentId, Content, Openness, Tri};
use std::collections::BTreeMap;

pub use data::withheld_lines;
pub use documents::{Reported, evaluation_summary};
pub use reach::license_of_dataset;

/// The license of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentLicense {
    pub expression: Option<String>,
    pub openness: Openness,
    /// Whether it is made for this kind of content; `None` where no rule says or there is none.
    pub type_appropriate: Option<bool>,
    /// Why it is this one, in a clause for a reader.
    pub reason: String,
}

impl ComponentLicense {
    pub fn because(mut self, reason: impl Into<String>) -> ComponentLicense {
        self.reason = reason.into();
        self
    }
}

/// The state of a component.
#[derive(Debug, Clone)]
pub struct Component {
    pub id: ComponentId,
    pub availability: Availability,
    pub basis: Basis,
    pub license: ComponentLicense,
    pub evidence: Vec<Evidence>,
    /// What was seen, in one clause for a reader.
    pub summary: String,
    /// Why it is not known, where it is not.
    pub gap: Option<Gap>,
}

/// All of them.
pub type Components = BTreeMap<ComponentId, Component>;

/// What is known before components are judged, shared by all of them.
pub struct Context<'a, 'r> {
    pub snapshot: &'a Snapshot,
    pub rules: &'r Rules,
    /// Terms of the model repository.
    pub terms: &'a Terms<'r>,
    /// The repository's files by kind; `None` where there is no usable list.
    pub files: Option<Sorted>,
    /// What each linked code repository holds, in the snapshot's order.
    pub inspections: Vec<Result<Inspection, Gap>>,
    /// The license of each, in the same order.
    pub repo_licenses: Vec<ComponentLicense>,
}

impl<'a, 'r> Context<'a, 'r> {
    /// Sorts the files and looks into the repositories.
    pub fn new(snapshot: &'a Snapshot, rules: &'r Rules, terms: &'a Terms<'r>) -> Self {
        let files = snapshot.record.as_ref().ok().and_then(|r| r.files.as_ref()).map(|f| Sorted::new(f, rules));
        let inspections = snapshot
            .repos
            .iter()
            .map(|repo| {
                let readme = repo.readme.as_ref().ok().map(|d| String::from_utf8_lossy(&d.bytes).into_owned());
                repo.tree.as_ref().map(|tree| inspect(&repo.id.name, tree, readme.as_deref(), rules)).map_err(Clone::clone)
            })
            .collect();
        let repo_licenses = snapshot.repos.iter().map(|repo| code::repo_license(repo, rules)).collect();
        Context { snapshot, rules, terms, files, inspections, repo_licenses }
    }

    /// Why the file list is not usable.
    fn list_gap(&self) -> Gap {
        match &self.snapshot.record {
            Ok(record) => {
                let known = record.extra.gaps.first().map(|(_, gap)| gap.clone());
                known.unwrap_or_else(|| Gap::Malformed("the record has no usable file list".into()))
            }
            Err(gap) => gap.clone(),
        }
    }

    /// Cites the hub's record for files of the model repository.
    fn cite_files(&self, paths: &[String], note: &str) -> Vec<Evidence> {
        paths
            .iter()
            .take(4)
            .map(|p| {
                let cite = Evidence { path: Some(p.clone()), note: note.to_string(), ..self.snapshot.record_cite.clone() };
                // An asset of a release stands in no tree.
                match crate::hub::github_home::asset_page(self.snapshot.hub, &self.snapshot.id, p) {
                    Some(page) => Evidence { url: Some(page), digest: None, ..cite },
                    None => cite,
                }
            })
            .collect()
    }

    /// Cites a line of the card.
    fn cite_card(&self, line: Option<u32>, note: impl Into<String>) -> Vec<Evidence> {
        self.snapshot.card.as_ref().map(|d| vec![d.cite(line, note)]).unwrap_or_default()
    }

    /// The license of what stands in the model repository itself.
    fn own_license(&self, kind: Content) -> ComponentLicense {
        license_of(self.terms, kind)
    }
}

/// Judges all components.
pub fn assess(cx: &Context<'_, '_>, findings: &mut Vec<Finding>) -> Components {
    let mut out = Components::new();
    let mut add = |c: Component| {
        out.insert(c.id, c);
    };
    add(weights::parameters(cx, findings));
    add(weights::intermediate(cx));
    add(weights::metadata(cx));
    add(weights::supporting_libraries(cx));
    add(code::architecture(cx));
    add(code::inference(cx));
    add(code::training(cx, findings));
    add(code::preprocessing(cx));
    add(code::evaluation(cx));
    add(data::datasets(cx, findings));
    add(data::data_card(cx));
    for c in documents::all(cx, findings) {
        add(c);
    }
    if let Err(gap) = &cx.snapshot.record {
        // Nothing that record and card name was looked up, so nothing is known to be absent.
        for c in out.values_mut().filter(|c| c.availability == Availability::NotFound) {
            *c = Component::unknown(c.id, gap.clone(), "the record");
        }
    }
    if let Some(why) = cx.snapshot.partial {
        // Neither a file by itself nor a cache is all that its model has.
        // What a card says of data, or does not, stands all the same.
        let told = |c: &Component| c.id == ComponentId::Datasets && cx.snapshot.card.is_ok();
        let cut = |c: &Component| c.id == ComponentId::ModelParametersFinal && c.availability == Availability::Partial;
        for c in out.values_mut().filter(|c| (c.availability == Availability::NotFound && !told(c)) || cut(c)) {
            let summary = format!("{}; {why}", c.summary);
            let license = if cut(c) { c.license.clone() } else { license_unknown() };
            *c = Component { summary, license, ..Component::unknown(c.id, Gap::NotFetched(why.into()), "the rest of the model") };
        }
    }
    // Data whose own record says nothing are under what the card says of "the data".
    if let (Some(data), Some(c)) = (&cx.terms.data, out.get_mut(&ComponentId::Datasets))
        && c.license.expression.is_none()
        && c.license.openness == Openness::Unknown
        && matches!(c.availability, Availability::Released | Availability::Partial | Availability::Gated)
    {
        c.license = reread(&data.parts, Content::Data).because(&data.reason);
    }
    out
}

impl Component {
    /// A component of which nothing is known yet but its id.
    fn new(id: ComponentId, availability: Availability, basis: Basis, summary: impl Into<String>) -> Component {
        let license = license_none();
        Component { id, availability, basis, license, evidence: Vec::new(), summary: summary.into(), gap: None }
    }

    /// Looked for in a complete list, and not there.
    fn absent(id: ComponentId, summary: impl Into<String>) -> Component {
        Component::new(id, Availability::NotFound, Basis::None, summary)
    }

    /// Not to be known, for this reason.
    fn unknown(id: ComponentId, gap: Gap, what: &str) -> Component {
        let summary = match crate::hub::is_without_cards(&gap) {
            true => format!("not known: {}", crate::hub::NO_CARD),
            false => format!("not known: {what}, {}", gap.words()),
        };
        let mut c = Component::new(id, Availability::Unknown, Basis::None, summary);
        c.license.openness = Openness::Unknown;
        c.gap = Some(gap);
        c
    }

    fn with_license(mut self, license: ComponentLicense) -> Component {
        self.license = license;
        self
    }

    fn with_evidence(mut self, evidence: Vec<Evidence>) -> Component {
        self.evidence = evidence;
        self
    }

    /// Whether it is in one of these states, on a basis that counts.
    pub fn is_available(&self, wanted: &[Availability], least: Basis) -> Tri {
        if self.availability == Availability::Unknown {
            return Tri::Unknown;
        }
        if !wanted.contains(&self.availability) {
            return Tri::NotMet;
        }
        // A claim that nobody looked into is an open question, not an answer.
        if self.basis >= least { Tri::Met } else { Tri::Unknown }
    }

    /// Whether its license is open.
    pub fn is_open(&self) -> Tri {
        match self.license.openness {
            Openness::Open => Tri::Met,
            Openness::Unknown => Tri::Unknown,
            Openness::Restricted | Openness::None => Tri::NotMet,
        }
    }
}

/// The content type under which licenses are judged for a component.
pub fn content_of(id: ComponentId, rules: &Rules) -> Content {
    if matches!(id, ComponentId::ModelParametersFinal | ComponentId::ModelParametersIntermediate) {
        return Content::Weights;
    }
    match rules.components.get(&id).map(|c| c.kind) {
        Some(MofKind::Code) => Content::Code,
        Some(MofKind::Data) => Content::Data,
        Some(MofKind::Document) | None => Content::Document,
    }
}

/// Terms of the whole repository, applied to one kind of content in it.
pub fn license_of(terms: &Terms<'_>, content: Content) -> ComponentLicense {
    if let Some(code) = terms.code.as_ref().filter(|_| content == Content::Code) {
        return reread(&code.parts, content).because(&code.reason);
    }
    if terms.parts.is_empty() {
        let license = ComponentLicense { expression: None, openness: terms.openness, type_appropriate: None, reason: String::new() };
        return license.because(&terms.reason);
    }
    reread(&terms.parts, content).because(&terms.reason)
}

/// Licenses judged anew, for another kind of content than they were concluded for.
fn reread(parts: &[Part<'_>], content: Content) -> ComponentLicense {
    let parts: Vec<Part<'_>> = parts.iter().map(|p| p.known.map_or_else(|| p.clone(), |k| Part::known(k, content))).collect();
    license_parts(&parts, content)
}

/// A single known license, applied to a kind of content.
fn license_known(known: Known<'_>, content: Content) -> ComponentLicense {
    license_parts(&[Part::known(known, content)], content)
}

/// Several licenses that bind, as one component's license.
pub fn license_parts(parts: &[Part<'_>], content: Content) -> ComponentLicense {
    let ids: Vec<&str> = parts.iter().map(|p| p.id.as_str()).collect();
    ComponentLicense {
        expression: (!ids.is_empty()).then(|| ids.join(" AND ")),
        openness: parts.iter().fold(Openness::Open, |o, p| o.and(p.openness)),
        type_appropriate: fits(parts, content),
        reason: String::new(),
    }
}

fn fits(parts: &[Part<'_>], content: Content) -> Option<bool> {
    let answers: Vec<bool> = parts.iter().filter_map(|p| p.known?.fits(content)).collect();
    (!answers.is_empty()).then(|| answers.iter().all(|a| *a))
}

/// Nothing is known about the license.
pub fn license_unknown() -> ComponentLicense {
    ComponentLicense { expression: None, openness: Openness::Unknown, type_appropriate: None, reason: String::new() }
}

/// There is none.
pub fn license_none() -> ComponentLicense {
    ComponentLicense { expression: None, openness: Openness::None, type_appropriate: None, reason: String::new() }
}
