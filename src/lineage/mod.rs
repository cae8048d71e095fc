//! What a model is made from, and what flows down: license terms always do, the data and code pillars
//! where a copy adds no training of its own. The rules of it stand in `rules/lineage.toml` and
//! `rules/bases.toml`.

mod checks;
mod relation;
mod relicensed;
mod suspect;

pub use relation::undeclared_relation;

use crate::component::{Component, Components};
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::license::of_base;
use crate::net::Gap;
use crate::rules::Rules;
use crate::snapshot::{Ancestor, CYCLE, Snapshot};
use crate::terms::{Part, Terms};
use crate::text;
use crate::vocabulary::{Availability, Basis, ComponentId, Content, Openness, Pillar, Tri, Verdict};
use relation::{mention_cite, relation};

/// An ancestor, judged as far as it was gathered.
#[derive(Debug, Clone)]
pub struct Judged {
    pub id: String,
    /// The model that names it.
    pub child: String,
    pub relation: String,
    /// The license expression that binds it, where known.
    pub license: Option<String>,
    pub openness: Openness,
    pub verdict: Verdict,
    pub possible: Verdict,
    pub gap: Option<Gap>,
    pub evidence: Vec<Evidence>,
    /// What it is, for the pillars that a copy takes over.
    pub components: Option<Components>,
    /// It could not be looked at, and is known to be made from another model.
    pub is_tuned: bool,
}

/// What a model comes to of which another is made: its audit, as far as that one hangs on it.
#[derive(Debug, Clone)]
pub struct Base {
    /// The license expression of its own terms, where known.
    pub license: Option<String>,
    pub openness: Openness,
    pub verdict: Verdict,
    pub possible: Verdict,
    pub components: Components,
}

/// Terms that bind a model after everything that it is made from.
#[derive(Debug, Clone)]
pub struct Lineage<'r> {
    pub ancestors: Vec<Judged>,
    pub parts: Vec<Part<'r>>,
    pub openness: Openness,
    /// Not declared, but the name or configuration points to it.
    pub suspected: Option<String>,
}

impl Lineage<'_> {
    /// The expression of everything that binds.
    pub fn expression(&self) -> Option<String> {
        let ids: Vec<&str> = self.parts.iter().map(|p| p.id.as_str()).collect();
        (!ids.is_empty()).then(|| ids.join(" AND "))
    }

    /// Whether an ancestor is made from nothing else that is known of.
    pub fn is_root(&self, ancestor: &Judged) -> bool {
        !self.ancestors.iter().any(|other| other.child == ancestor.id)
    }

    /// The models between this one and its bases: they were trained further too.
    pub fn between(&self) -> impl Iterator<Item = &Judged> {
        self.ancestors.iter().filter(|a| if a.components.is_some() { !self.is_root(a) } else { a.is_tuned })
    }

    /// Whether every ancestor stands at least at a rung.
    pub fn all_at_least(&self, rung: Verdict) -> Tri {
        let suspected = if self.suspected.is_some() { Tri::Unknown } else { Tri::Met };
        Tri::all(self.ancestors.iter().map(|a| {
            if a.verdict >= rung {
                Tri::Met
            } else if a.possible >= rung || a.gap.is_some() {
                Tri::Unknown
            } else {
                Tri::NotMet
            }
        }))
        .min(suspected)
    }
}

/// Follows what binds. `own` are the terms of the model itself; `bases` is what each of the snapshot's ancestors
/// comes to, in their order, `None` for one that could not be looked at.
pub fn trace<'r>(
    snapshot: &Snapshot,
    own: &Terms<'r>,
    bases: Vec<Option<Base>>,
    rules: &'r Rules,
    findings: &mut Vec<Finding>,
) -> Lineage<'r> {
    let mut out = Lineage { ancestors: Vec::new(), parts: own.parts.clone(), openness: own.openness, suspected: None };
    let mut binding = Vec::new();
    for (ancestor, base) in snapshot.ancestors.iter().zip(bases) {
        if ancestor.snapshot.as_ref().is_err_and(|g| *g == Gap::NotFetched(CYCLE.into())) {
            if is_cycle(snapshot, ancestor) {
                let cite = mention_cite(snapshot, ancestor);
                findings.push(Finding::new(
                    rules,
                    "lineage/cycle",
                    format!("{} names {} as its base, which was met before", ancestor.child, ancestor.id),
                    cite,
                ));
            }
            // Met on another branch: it is in the list already.
            continue;
        }
        out.ancestors.push(judged(snapshot, ancestor, base, rules));
        binding.push(ancestor);
    }
    let mut bound = Vec::new();
    for ancestor in binding {
        if let Some(parts) = bind(snapshot, ancestor, own, rules, &mut out, findings) {
            bound.push(checks::Bound { ancestor, relation: relation(snapshot, ancestor, rules), parts });
        }
    }
    checks::run(snapshot, own, &bound, rules, findings);
    relicensed::note(snapshot, own, &bound, rules, findings);
    if out.ancestors.is_empty() {
        suspect::suspect(snapshot, own, rules, &mut out, findings);
    }
    if snapshot.headers.iter().any(|h| h.cut.is_some()) {
        // A base model may be named behind the place where reading stopped.
        out.openness = out.openness.and(Openness::Unknown);
    }
    undeclared_in_card(snapshot, rules, findings);
    of_registry(snapshot, rules, &mut out, findings);
    out
}

/// What a registry that names no originals leaves open, and what the rules know instead.
fn of_registry(snapshot: &Snapshot, rules: &Rules, out: &mut Lineage<'_>, findings: &mut Vec<Finding>) {
    let Ok(record) = &snapshot.record else { return };
    if !snapshot.card.as_ref().is_err_and(crate::hub::is_without_cards) {
        return;
    }
    if let Some(ancestor) = snapshot.ancestors.iter().find(|a| a.child == snapshot.id) {
        let message = format!("{} is taken for a copy of {}, {}", snapshot.id, ancestor.id, ancestor.mention.context);
        findings.push(Finding::new(rules, "lineage/original-by-name", message, vec![snapshot.record_cite.clone()]));
        return;
    }
    let extra = &record.extra;
    let what: Vec<&str> = [&extra.family, &extra.size, &extra.quantisation].into_iter().filter_map(|s| s.as_deref()).collect();
    let what = if what.is_empty() { "a copy".to_string() } else { format!("a copy ({})", text::line(&what.join(", "))) };
    let message = format!("{} is {what} of a model that the registry does not name", snapshot.id);
    findings.push(Finding::new(rules, "lineage/original-not-named", message, vec![snapshot.record_cite.clone()]));
    // The registry's own entries carry the license of their original; whose terms bind what others put there,
    // their texts do not tell.
    if out.suspected.is_none() && !crate::hub::ollama::is_curated(&snapshot.id) {
        out.suspected = Some("an original that the registry does not name".into());
        if out.openness == Openness::Open {
            out.openness = Openness::Unknown;
        }
    }
}

/// Base models that only the head of a weight file names, while the card names others or none. The base of a
/// declared base is no contradiction.
fn undeclared_in_card(snapshot: &Snapshot, rules: &Rules, findings: &mut Vec<Finding>) {
    if snapshot.parsed.is_none() {
        return;
    }
    let in_header = |a: &Ancestor| is_in_header(snapshot, a);
    let own = || snapshot.ancestors.iter().filter(|a| a.child == snapshot.id);
    let declared: Vec<String> = own().filter(|a| !in_header(a)).map(|a| a.id.clone()).collect();
    for ancestor in own().filter(|a| in_header(a)) {
        if snapshot.ancestors.iter().any(|a| a.id.eq_ignore_ascii_case(&ancestor.id) && a.child != snapshot.id) {
            continue;
        }
        let card = if declared.is_empty() { "no base model".to_string() } else { text::list(&declared) };
        let message = format!("{} names {} as its base, the card names {card}", ancestor.mention.context, ancestor.id);
        findings.push(Finding::new(rules, "lineage/header-differs", message, mention_cite(snapshot, ancestor)));
    }
}

/// Whether the head of a weight file names it, and no card.
fn is_in_header(snapshot: &Snapshot, ancestor: &Ancestor) -> bool {
    snapshot.headers.iter().any(|h| ancestor.mention.context.ends_with(&h.place()))
}

/// The base stands on the way up to itself.
fn is_cycle(snapshot: &Snapshot, ancestor: &Ancestor) -> bool {
    let mut at = ancestor.child.clone();
    for _ in 0..=snapshot.ancestors.len() {
        if at.eq_ignore_ascii_case(&ancestor.id) {
            return true;
        }
        let Some(up) = snapshot.ancestors.iter().find(|a| a.id.eq_ignore_ascii_case(&at) && a.snapshot.is_ok()) else { break };
        at.clone_from(&up.child);
    }
    at.eq_ignore_ascii_case(&ancestor.id)
}

fn judged(snapshot: &Snapshot, ancestor: &Ancestor, base: Option<Base>, rules: &Rules) -> Judged {
    // What a weight file is made from may be what its declared base is made from: then it is that one's base.
    let nearer = snapshot.ancestors.iter().find(|a| {
        a.id.eq_ignore_ascii_case(&ancestor.id)
            && a.child != snapshot.id
            && ancestor.child == snapshot.id
            && is_in_header(snapshot, ancestor)
    });
    let relation = relation(snapshot, nearer.unwrap_or(ancestor), rules);
    let child = nearer.unwrap_or(ancestor).child.clone();
    match (&ancestor.snapshot, base) {
        (Ok(gathered), Some(base)) => {
            let (license, openness) = match (base.license, of_base(rules, &ancestor.id)) {
                // A well-known base whose own record does not say: the rules know.
                (None, Some((_, known))) if base.openness != Openness::Open => {
                    (Some(known.id().to_string()), known.openness(Content::Weights))
                }
                (license, _) => (license, base.openness),
            };
            Judged {
                id: gathered.id.clone(),
                child,
                relation,
                license,
                openness,
                verdict: base.verdict,
                possible: base.possible,
                gap: None,
                evidence: vec![gathered.record_cite.clone()],
                components: Some(base.components),
                is_tuned: false,
            }
        }
        (gathered, _) => {
            let known = of_base(rules, &ancestor.id);
            let openness = known.map_or(Openness::Unknown, |(_, k)| k.openness(Content::Weights));
            let evidence =
                known.map(|(b, k)| vec![Evidence::page(b.source.clone(), format!("known to be under {}", k.name()))]).unwrap_or_default();
            // What a restricted license rules out is ruled out, whatever else is not known.
            let possible = if matches!(openness, Openness::Restricted) { Verdict::WeightsAvailable } else { Verdict::OpenSourceOpenData };
            Judged {
                id: ancestor.id.clone(),
                child,
                relation,
                license: known.map(|(_, k)| k.id().to_string()),
                openness,
                verdict: Verdict::Unknown,
                possible,
                gap: gathered.as_ref().err().cloned(),
                evidence,
                components: None,
                is_tuned: is_tuned(snapshot, ancestor, rules),
            }
        }
    }
}

/// Whether an ancestor that could not be looked at is made from another model: it belongs to a family that has
/// another name ("vicuna" is a Llama), or the card that names it tells of a family, too ("built on Llama 2").
fn is_tuned(snapshot: &Snapshot, ancestor: &Ancestor, rules: &Rules) -> bool {
    let name = text::words(&ancestor.id);
    let told = || {
        let card = snapshot.parsed.as_ref().filter(|_| ancestor.child == snapshot.id)?;
        suspect::family_told(card, rules)
    };
    // Some entries of the rules go by maker or kind, and tell of no family.
    let families = rules.phrase_list("model-family");
    let family = of_base(rules, &ancestor.id).filter(|(_, known)| known.openness(Content::Weights) == Openness::Restricted);
    let family = family.map(|(base, _)| base.family.as_str()).filter(|f| families.iter().any(|known| known == f));
    family.or_else(told).is_some_and(|family| !name.contains(&text::words(family)))
}

/// Adds what binds from one ancestor, and returns it where it is known.
fn bind<'r>(
    snapshot: &Snapshot,
    ancestor: &Ancestor,
    own: &Terms<'r>,
    rules: &'r Rules,
    out: &mut Lineage<'r>,
    findings: &mut Vec<Finding>,
) -> Option<Vec<Part<'r>>> {
    let owner = |id: &str| id.split_once('/').map(|(o, _)| o.to_lowercase()).unwrap_or_default();
    // Whoever made both may license its own model anew.
    let same_owner = !owner(&ancestor.id).is_empty() && crate::ids::same_owner(&owner(&ancestor.id), &owner(&snapshot.id));
    let parts: Vec<Part<'r>> = match &ancestor.snapshot {
        Ok(gathered) => {
            let mut ignored = Vec::new();
            let terms = crate::terms::conclude(gathered, rules, &mut ignored);
            match (terms.parts.is_empty(), of_base(rules, &ancestor.id)) {
                (true, Some((_, known))) => vec![Part::known(known, Content::Weights)],
                (true, None) if same_owner => Vec::new(),
                (true, None) => {
                    out.openness = out.openness.and(terms.openness);
                    Vec::new()
                }
                (false, _) => terms.parts,
            }
        }
        Err(gap) => match of_base(rules, &ancestor.id) {
            Some((_, known)) => vec![Part::known(known, Content::Weights)],
            None => {
                // A base that could not be looked at may itself be made from somebody else's.
                let gone = matches!(gap, Gap::MissingOrPrivate | Gap::NotFound);
                if !(same_owner && gone) {
                    out.openness = out.openness.and(Openness::Unknown);
                    findings.push(Finding::new(
                        rules,
                        "lineage/base-unknown",
                        format!("{}: {}", ancestor.id, gap.words()),
                        mention_cite(snapshot, ancestor),
                    ));
                }
                return None;
            }
        },
    };
    if same_owner {
        return None;
    }
    let stricter: Vec<&Part> = parts.iter().filter(|p| p.openness != Openness::Open).collect();
    if !stricter.is_empty() && own.openness == Openness::Open {
        let (mine, theirs) = (own.expression().unwrap_or_default(), text::list(&stricter.iter().map(|p| p.id.clone()).collect::<Vec<_>>()));
        let message = format!("tagged {mine}, but made from {}, which is under {theirs}", ancestor.id);
        let evidence = own.evidence.iter().cloned().chain(mention_cite(snapshot, ancestor)).collect();
        // The tag of an adapter may be meant for what it adds.
        let rule = if relation(snapshot, ancestor, rules) == "adapter" { "lineage/adapter-terms" } else { "lineage/terms-dropped" };
        findings.push(Finding::new(rules, rule, message, evidence));
    }
    for part in parts.iter().cloned() {
        out.openness = out.openness.and(part.openness);
        if !out.parts.iter().any(|p| p.id == part.id) {
            out.parts.push(part);
        }
    }
    Some(parts)
}

/// In a copy that adds no training of its own, data and code are those of its bases; of several
/// bases the least open one counts.
pub fn inherit(components: &mut Components, lineage: &Lineage<'_>, id: &str, rules: &Rules) {
    let parents: Vec<&Judged> = lineage.ancestors.iter().filter(|a| a.child == id).collect();
    for (pillar, ids) in [
        (Pillar::TrainingData, &[ComponentId::Datasets, ComponentId::DataCard][..]),
        (Pillar::TrainingCode, &[ComponentId::TrainingCode, ComponentId::DataPreprocessingCode][..]),
    ] {
        let takes_over =
            !parents.is_empty() && parents.iter().all(|p| rules.relation(&p.relation).is_some_and(|r| r.inherits.contains(&pillar)));
        if !takes_over {
            continue;
        }
        for component in ids {
            let theirs = parents.iter().filter_map(|p| Some((*p, p.components.as_ref()?.get(component)?)));
            let weakest = theirs.max_by_key(|(_, c)| (c.availability, std::cmp::Reverse(c.basis)));
            // What the copy's own card shows stands, where its base could not be looked at.
            let shown = |own: &Component| matches!(own.availability, Availability::Released | Availability::Partial | Availability::Gated);
            let unseen = weakest.is_none_or(|(_, theirs)| theirs.availability == Availability::Unknown);
            // A merge has data of each of its bases.
            let unseen = unseen && parents.iter().all(|p| p.relation != "merge");
            if unseen && components.get(component).is_some_and(shown) {
                continue;
            }
            if let (Some((parent, theirs)), Some(own)) = (weakest, components.get_mut(component)) {
                let mut taken = theirs.clone();
                taken.summary = format!("as its base {}: {}", parent.id, theirs.summary);
                *own = taken;
            } else if let Some(own) = components.get_mut(component)
                && let Some(parent) = parents.first()
            {
                let gap = parent.gap.clone().unwrap_or(Gap::NotFound);
                own.availability = crate::vocabulary::Availability::Unknown;
                own.basis = Basis::None;
                own.summary = format!("that of its base {}: {}", parent.id, gap.words());
                own.gap = Some(gap);
            }
        }
    }
}
