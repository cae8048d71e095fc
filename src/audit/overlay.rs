//! Reviews laid over what was gathered: what a review states is taken as `attested`, unless it is of another
//! revision; where it contradicts what was looked at, or another review, that is a finding.

use crate::component::{self, Component, ComponentLicense, Components};
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::license::{self, names_something};
use crate::mof::{Mode, Status, mof_rule};
use crate::requirement::Attested;
use crate::reviewed::{Content, Review, Said, Statement};
use crate::rules::Rules;
use crate::snapshot::Snapshot;
use crate::terms::{Part, Terms};
use crate::text;
use crate::vocabulary::{Availability, Basis, ComponentId, Content as Kind, Openness};
use std::collections::BTreeMap;

/// Reviews that hold for a snapshot: of its revision, or of no particular one.
pub fn current<'s>(snapshot: &'s Snapshot, rules: &Rules, findings: &mut Vec<Finding>) -> Vec<&'s Review> {
    let mut out = Vec::new();
    for review in &snapshot.reviews {
        let cite = vec![review.cite(None, None, "reviewed evidence")];
        match (&review.revision, &snapshot.revision) {
            (None, _) => {
                let by_name = if review.ids.is_empty() { ", and was matched by its name" } else { "" };
                let message = format!("{} names no revision{by_name}; it was taken to be about this one", review.file);
                findings.push(Finding::new(rules, "evidence/not-pinned", message, cite));
                out.push(review);
            }
            (Some(of), Some(at)) if at.to_lowercase().starts_with(of.as_str()) => out.push(review),
            (Some(of), at) => {
                let now = at.as_deref().map_or("one that is not known".into(), |a| text::cut(a, 12).into_owned());
                let message = format!("{} is of revision {}, the model's is {now}; it was not used", review.file, text::cut(of, 12));
                findings.push(Finding::new(rules, "evidence/expired", message, cite));
            }
        }
    }
    for (i, a) in out.iter().enumerate() {
        for b in out.iter().skip(i + 1) {
            differences(a, b, &snapshot.id, rules, findings);
        }
    }
    out
}

/// Licenses of a name or of an expression with `AND`.
pub fn parts<'r>(name: &str, content: Kind, rules: &'r Rules) -> Vec<Part<'r>> {
    let one = |n: &str| license::find(rules, n).map_or_else(|| Part::unknown(n), |k| Part::known(k, content));
    if license::find(rules, name).is_some() {
        return vec![one(name)];
    }
    let names: Vec<&str> = name.split(" AND ").flat_map(|n| n.split(" and ")).map(str::trim).filter(|n| !n.is_empty()).take(16).collect();
    // Free words that only hold an "and" are one name that nothing knows.
    if names.iter().all(|n| license::find(rules, n).is_some()) { names.into_iter().map(one).collect() } else { vec![one(name)] }
}

/// Lays what reviews say of the license that binds the weights over the model's own terms.
pub fn terms<'r>(terms: &mut Terms<'r>, reviews: &[&Review], snapshot: &Snapshot, rules: &'r Rules, findings: &mut Vec<Finding>) {
    for review in reviews {
        let (stated, openness) = match review.license(&snapshot.id, rules) {
            Said::Named(name) if names_something(&name) => {
                let parts = parts(&name, Kind::Weights, rules);
                let openness = parts.iter().fold(Openness::Open, |o, p| o.and(p.openness));
                // A name that no rule knows says less than what was concluded.
                if openness == Openness::Unknown && terms.openness != Openness::Unknown {
                    continue;
                }
                (parts, openness)
            }
            Said::None => (Vec::new(), Openness::None),
            _ => continue,
        };
        let cite = review.cite(None, None, "the license of the weights");
        let before = terms.expression();
        let ids: Vec<&str> = stated.iter().map(|p| p.id.as_str()).collect();
        let same = terms.parts.iter().map(|p| p.id.as_str()).eq(ids.iter().copied());
        if !same && terms.basis == Basis::Verified {
            let said = if ids.is_empty() { "no license".to_string() } else { ids.join(" AND ") };
            let message = format!(
                "{} says {said} for the weights, the license text in the repository is {}",
                review.file,
                before.unwrap_or_default()
            );
            let evidence = terms.evidence.iter().cloned().chain([cite.clone()]).collect();
            findings.push(Finding::new(rules, "evidence/contradicts", message, evidence));
        }
        terms.parts = stated;
        terms.openness = openness;
        terms.basis = Basis::Attested;
        terms.evidence.push(cite);
    }
}

/// Lays statements over components.
pub fn components(components: &mut Components, reviews: &[&Review], snapshot: &Snapshot, rules: &Rules, findings: &mut Vec<Finding>) {
    for review in reviews {
        for statement in review.statements(&snapshot.id, rules) {
            let Some(old) = components.get(&statement.component) else { continue };
            let cite = review.cite(statement.line, statement.url.as_deref(), &statement.note);
            let new = attested(&statement, Some(old), &review.by, cite.clone(), rules);
            if let Some(message) = contradiction(old, &new) {
                let evidence = old.evidence.iter().take(2).cloned().chain([cite]).collect();
                findings.push(Finding::new(rules, "evidence/contradicts", format!("{}: {message}", review.file), evidence));
            }
            components.insert(statement.component, new);
        }
    }
}

/// The component that a statement makes.
pub fn attested(statement: &Statement, old: Option<&Component>, by: &str, cite: Evidence, rules: &Rules) -> Component {
    let content = component::content_of(statement.component, rules);
    let license = match &statement.license {
        Said::Named(name) => component::license_parts(&parts(name, content, rules), content).because(format!("stated by {by}")),
        Said::None => component::license_none().because(format!("stated by {by}")),
        // A license that was seen before still holds for what is stated to be there.
        Said::Nothing => old.filter(|o| o.license.expression.is_some()).map_or_else(component::license_unknown, |o| o.license.clone()),
    };
    // What others call partial can be a gate that was looked at.
    let gated = statement.availability == Availability::Partial && old.is_some_and(|o| o.availability == Availability::Gated);
    Component {
        id: statement.component,
        availability: if gated { Availability::Gated } else { statement.availability },
        basis: Basis::Attested,
        license,
        evidence: old.map(|o| o.evidence.clone()).unwrap_or_default().into_iter().chain([cite]).collect(),
        summary: format!("attested by {by}: {}", text::cut(&statement.note, 160)),
        gap: None,
    }
}

/// How much of a component is there: nothing, something, all.
fn extent(availability: Availability) -> Option<u8> {
    match availability {
        Availability::Released | Availability::Gated => Some(2),
        Availability::Partial | Availability::Described => Some(1),
        Availability::Withheld | Availability::NotFound => Some(0),
        Availability::Unknown => None,
    }
}

/// Where a statement says something else than what was looked at.
fn contradiction(old: &Component, new: &Component) -> Option<String> {
    let name = old.id.slug().replace('-', " ");
    // That no link was found is no contradiction: a reviewer knows more than the card. A complete file list
    // without weights was looked at.
    let no_weights = old.id == ComponentId::ModelParametersFinal && old.availability == Availability::NotFound;
    let looked_at = old.basis == Basis::Verified || no_weights;
    if looked_at && extent(old.availability).is_some() && extent(old.availability) != extent(new.availability) {
        return Some(format!("{name} is {}, but it was seen to be {} ({})", new.availability, old.availability, old.summary));
    }
    let differs = old.license.expression.is_some()
        && new.license.openness != old.license.openness
        && new.license.openness != Openness::Unknown
        && old.license.openness != Openness::Unknown;
    (old.basis == Basis::Verified && differs).then(|| {
        let shown = |l: &ComponentLicense| l.expression.clone().unwrap_or_else(|| "no license".into());
        format!("{name} is under {}, but it was seen to be under {}", shown(&new.license), shown(&old.license))
    })
}

/// Answers to lines and dimensions of frameworks; those that nothing asks for are findings.
pub fn answers(reviews: &[&Review], rules: &Rules, findings: &mut Vec<Finding>) -> BTreeMap<String, Attested> {
    let mut out = BTreeMap::new();
    for review in reviews {
        for (id, (value, note)) in review.answers() {
            if !is_asked(&id, &value, rules) {
                let message = format!("{}: no framework leaves `{}` to a person's `{value}`", review.file, text::cut(&id, 80));
                findings.push(Finding::new(rules, "evidence/not-asked", message, vec![review.cite(None, None, &note)]));
                continue;
            }
            let note = format!("{}: {}", review.by, text::cut(&note, 240));
            out.insert(id, Attested { value, note });
        }
    }
    out
}

/// Whether a framework has this line or dimension, leaves it to a person, and takes this answer.
fn is_asked(id: &str, value: &str, rules: &Rules) -> bool {
    let Some((framework, of)) = id.split_once('/') else { return false };
    let Some(f) = rules.frameworks.get(framework) else { return false };
    let line = f.line.iter().any(|l| l.id.get_ref() == of && l.reviewable && matches!(value, "met" | "unmet"));
    line || f.dimension.iter().any(|d| d.id.get_ref() == of && crate::vocabulary::Degree::from_slug(value).is_some())
}

/// What a review says of each component that another one could speak of: extent, and in words.
fn positions(review: &Review, id: &str, rules: &Rules) -> BTreeMap<ComponentId, (u8, String)> {
    let mut out: BTreeMap<ComponentId, (u8, String)> =
        review.statements(id, rules).into_iter().filter_map(|s| Some((s.component, (extent(s.availability)?, s.note)))).collect();
    // A file of the tool says of what it does not list that it is not there.
    if let (Content::Mof(declared), Some(rule)) = (&review.content, mof_rule(rules)) {
        let statuses = declared.statuses(rules, rule, Mode::Letter);
        for id in ComponentId::ALL {
            if statuses.get(id).is_none_or(|s| *s == Status::Missing) {
                out.entry(*id).or_insert((0, "not listed".into()));
            }
        }
    }
    out
}

/// Where two reviews of one system differ.
pub fn differences(a: &Review, b: &Review, id: &str, rules: &Rules, findings: &mut Vec<Finding>) {
    let (of_a, of_b) = (positions(a, id, rules), positions(b, id, rules));
    for (component, (extent_a, words_a)) in &of_a {
        let Some((extent_b, words_b)) = of_b.get(component) else { continue };
        if extent_a != extent_b {
            let name = component.slug().replace('-', " ");
            let message =
                format!("{name}: {} says \"{}\", {} says \"{}\"", a.file, text::cut(words_a, 120), b.file, text::cut(words_b, 120));
            let evidence = vec![a.cite(None, None, words_a), b.cite(None, None, words_b)];
            findings.push(Finding::new(rules, "evidence/reviews-differ", message, evidence));
        }
    }
    let license = |r: &Review| match r.license(id, rules) {
        Said::Named(name) => Some((parts(&name, Kind::Weights, rules).iter().fold(Openness::Open, |o, p| o.and(p.openness)), name)),
        Said::None => Some((Openness::None, "no license".into())),
        Said::Nothing => None,
    };
    if let (Some((open_a, name_a)), Some((open_b, name_b))) = (license(a), license(b))
        && open_a != open_b
    {
        let message = format!("license of the weights: {} says {name_a} ({open_a}), {} says {name_b} ({open_b})", a.file, b.file);
        let evidence = vec![a.cite(None, None, &name_a), b.cite(None, None, &name_b)];
        findings.push(Finding::new(rules, "evidence/reviews-differ", message, evidence));
    }
}
