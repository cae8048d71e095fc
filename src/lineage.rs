//! What a model is made from, and what flows down: license terms always do, the data and code pillars
//! where a copy adds no training of its own. The rules of it stand in `rules/lineage.toml` and
//! `rules/bases.toml`.

use crate::audit::{Audit, Options, judge};
use crate::collect::CYCLE;
use crate::component::Components;
use crate::evidence::{Ancestor, Evidence, Snapshot};
use crate::files::Kind;
use crate::finding::Finding;
use crate::license::conclude::{Part, Terms};
use crate::license::{Known, of_base, of_name};
use crate::net::Gap;
use crate::plan;
use crate::rules::Rules;
use crate::text;
use crate::vocabulary::{Basis, ComponentId, Content, Openness, Pillar, Tri, Verdict};

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

/// Follows what binds. `own` are the terms of the model itself.
pub fn trace<'r>(snapshot: &Snapshot, own: &Terms<'r>, rules: &'r Rules, options: &Options, findings: &mut Vec<Finding>) -> Lineage<'r> {
    let mut out = Lineage { ancestors: Vec::new(), parts: own.parts.clone(), openness: own.openness, suspected: None };
    let mut binding = Vec::new();
    for ancestor in &snapshot.ancestors {
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
        out.ancestors.push(judged(snapshot, ancestor, rules, options));
        binding.push(ancestor);
    }
    for ancestor in binding {
        bind(snapshot, ancestor, own, rules, &mut out, findings);
    }
    if out.ancestors.is_empty() {
        suspect(snapshot, own, rules, &mut out, findings);
    }
    out
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

fn judged(snapshot: &Snapshot, ancestor: &Ancestor, rules: &Rules, options: &Options) -> Judged {
    let relation = relation(snapshot, ancestor, rules);
    match &ancestor.snapshot {
        Ok(gathered) => {
            let audit: Audit<'_> = judge(gathered, rules, options);
            let (license, openness) = (audit.terms.expression(), audit.terms.openness);
            let (license, openness) = match (license, of_base(rules, &ancestor.id)) {
                // A well-known base whose own record does not say: the rules know.
                (None, Some((_, known))) if openness != Openness::Open => (Some(known.id().to_string()), known.openness(Content::Weights)),
                (license, _) => (license, openness),
            };
            Judged {
                id: gathered.id.clone(),
                child: ancestor.child.clone(),
                relation,
                license,
                openness,
                verdict: audit.verdict,
                possible: audit.possible,
                gap: None,
                evidence: vec![gathered.record_cite.clone()],
                components: Some(audit.components),
            }
        }
        Err(gap) => {
            let known = of_base(rules, &ancestor.id);
            let openness = known.map_or(Openness::Unknown, |(_, k)| k.openness(Content::Weights));
            let evidence =
                known.map(|(b, k)| vec![Evidence::page(b.source.clone(), format!("known to be under {}", k.name()))]).unwrap_or_default();
            // What a restricted license rules out is ruled out, whatever else is not known.
            let possible = if matches!(openness, Openness::Restricted) { Verdict::WeightsAvailable } else { Verdict::OpenSourceOpenData };
            Judged {
                id: ancestor.id.clone(),
                child: ancestor.child.clone(),
                relation,
                license: known.map(|(_, k)| k.id().to_string()),
                openness,
                verdict: Verdict::Unknown,
                possible,
                gap: Some(gap.clone()),
                evidence,
                components: None,
            }
        }
    }
}

/// Adds what binds from one ancestor.
fn bind<'r>(
    snapshot: &Snapshot,
    ancestor: &Ancestor,
    own: &Terms<'r>,
    rules: &'r Rules,
    out: &mut Lineage<'r>,
    findings: &mut Vec<Finding>,
) {
    let owner = |id: &str| id.split_once('/').map(|(o, _)| o.to_lowercase()).unwrap_or_default();
    // Whoever made both may license its own model anew.
    let same_owner = !owner(&ancestor.id).is_empty() && plan::same_owner(&owner(&ancestor.id), &owner(&snapshot.id));
    let parts: Vec<Part<'r>> = match &ancestor.snapshot {
        Ok(gathered) => {
            let mut ignored = Vec::new();
            let terms = crate::license::conclude::conclude(gathered, rules, &mut ignored);
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
                if !same_owner {
                    out.openness = out.openness.and(Openness::Unknown);
                    findings.push(Finding::new(
                        rules,
                        "lineage/base-unknown",
                        format!("{}: {}", ancestor.id, gap.words()),
                        mention_cite(snapshot, ancestor),
                    ));
                }
                return;
            }
        },
    };
    if same_owner {
        return;
    }
    let stricter: Vec<&Part> = parts.iter().filter(|p| p.openness != Openness::Open).collect();
    if !stricter.is_empty() && own.openness == Openness::Open {
        let (mine, theirs) = (own.expression().unwrap_or_default(), text::list(&stricter.iter().map(|p| p.id.clone()).collect::<Vec<_>>()));
        let message = format!("tagged {mine}, but made from {}, which is under {theirs}", ancestor.id);
        let evidence = own.evidence.iter().cloned().chain(mention_cite(snapshot, ancestor)).collect();
        findings.push(Finding::new(rules, "lineage/terms-dropped", message, evidence));
    }
    for part in parts {
        out.openness = out.openness.and(part.openness);
        if !out.parts.iter().any(|p| p.id == part.id) {
            out.parts.push(part);
        }
    }
}

/// No base is declared: does the name or configuration point to one whose terms may bind?
fn suspect<'r>(snapshot: &Snapshot, own: &Terms<'r>, rules: &'r Rules, out: &mut Lineage<'r>, findings: &mut Vec<Finding>) {
    if let Some((base, known)) = of_base(rules, &snapshot.id) {
        // A well-known model is nobody's derivative, but for those whose terms the rules know to be
        // stricter than their own tag.
        if own.openness == Openness::Open && known.openness(Content::Weights) == Openness::Restricted {
            let cite = Evidence::page(base.source.clone(), format!("rules/bases.toml knows {} to be under {}", snapshot.id, known.name()));
            let what = format!("a model of the {} family", base.family);
            believe_no_tag(what, known, cite, own, rules, out, findings);
        }
        return;
    }
    let config = snapshot.files.get("config.json").and_then(|f| f.as_ref().ok());
    let trained_from = config.and_then(|d| {
        let value: serde_json::Value = serde_json::from_slice(&d.bytes).ok()?;
        let path = value.get("_name_or_path")?.as_str()?.to_string();
        let (base, known) = of_base(rules, &path)?;
        (!path.eq_ignore_ascii_case(&snapshot.id)).then(|| (path, base, known, d.cite(None, "_name_or_path")))
    });
    let adapter = snapshot.files.get("adapter_config.json").and_then(|f| f.as_ref().ok()).and_then(|d| {
        let value: serde_json::Value = serde_json::from_slice(&d.bytes).ok()?;
        let path = value.get("base_model_name_or_path")?.as_str()?.to_string();
        let (base, known) = of_base(rules, &path)?;
        Some((path, base, known, d.cite(None, "base_model_name_or_path")))
    });
    let (what, known, cite) = match (adapter.or(trained_from), of_name(rules, &snapshot.id)) {
        (Some((path, _, known, cite)), _) => (path, known, cite),
        (None, Some((base, known))) => (
            format!("a model of the {} family", base.family),
            known,
            Evidence { note: format!("its name: {}", snapshot.id), ..snapshot.record_cite.clone() },
        ),
        (None, None) => return,
    };
    believe_no_tag(what, known, cite, own, rules, out, findings);
}

/// Takes note that a model looks made from another, whose terms would bind.
fn believe_no_tag<'r>(
    what: String,
    known: Known<'r>,
    cite: Evidence,
    own: &Terms<'r>,
    rules: &Rules,
    out: &mut Lineage<'r>,
    findings: &mut Vec<Finding>,
) {
    if known.openness(Content::Weights) == Openness::Open || own.parts.iter().any(|p| p.id == known.id()) {
        return;
    }
    out.suspected = Some(what.clone());
    if own.openness == Openness::Open {
        // A suspicion proves nothing, and forbids to believe the tag.
        out.openness = out.openness.and(Openness::Unknown);
    }
    findings.push(Finding::new(
        rules,
        "lineage/undeclared-base",
        format!("no base_model, but this looks made from {what}, which is under {}", known.name()),
        vec![cite],
    ));
}

/// The relation as declared, or as name, tags and files show it.
fn relation(snapshot: &Snapshot, ancestor: &Ancestor, rules: &Rules) -> String {
    if rules.relation(&ancestor.relation).is_some() {
        return ancestor.relation.clone();
    }
    // Of the model that names it: the audited one or another ancestor.
    let child = if ancestor.child == snapshot.id {
        Some(snapshot)
    } else {
        snapshot.ancestors.iter().find(|a| a.id == ancestor.child).and_then(|a| a.snapshot.as_deref().ok())
    };
    let record = child.and_then(|c| c.record.as_ref().ok());
    let siblings = snapshot.ancestors.iter().filter(|a| a.child == ancestor.child).count();
    let tagged = |list: &[String]| record.is_some_and(|r| r.tags.iter().any(|t| list.iter().any(|l| t.eq_ignore_ascii_case(l))));
    let has_adapter = || {
        record.and_then(|r| r.files.as_ref()).is_some_and(|f| f.iter().any(|f| crate::files::kind(&f.path, rules) == Some(Kind::Adapter)))
    };
    undeclared_relation(&ancestor.child, siblings, tagged, has_adapter, rules).to_string()
}

/// The relation that a model's name, tags and files show, where it declares none. `bases` is how many it
/// names; `tagged` says whether it has one of some tags.
pub fn undeclared_relation<'r>(
    id: &str,
    bases: usize,
    tagged: impl Fn(&[String]) -> bool,
    has_adapter: impl Fn() -> bool,
    rules: &'r Rules,
) -> &'r str {
    let name = id.rsplit('/').next().unwrap_or(id).to_lowercase();
    let ends = |list: &[String]| {
        list.iter().any(|s| {
            name.split(['-', '_', '.']).any(|part| part == s) || name.strip_suffix(s.as_str()).is_some_and(|rest| rest.ends_with('-'))
        })
    };
    let fits = |relation: &crate::rules::schema::Relation| match relation.id.get_ref().as_str() {
        "merge" => bases > 1 || tagged(&relation.tags),
        "adapter" => tagged(&relation.tags) && has_adapter(),
        _ => ends(&relation.suffixes),
    };
    rules.relations.iter().find(|r| fits(r)).map_or("finetune", |r| r.id.get_ref().as_str())
}

/// The place where an ancestor is named.
fn mention_cite(snapshot: &Snapshot, ancestor: &Ancestor) -> Vec<Evidence> {
    let child = if ancestor.child == snapshot.id {
        Some(snapshot)
    } else {
        snapshot.ancestors.iter().find(|a| a.id == ancestor.child).and_then(|a| a.snapshot.as_deref().ok())
    };
    let note = format!("{}: {}", ancestor.mention.context, ancestor.id);
    match child.map(|c| (&c.card, c)) {
        Some((Ok(document), _)) => vec![document.cite(ancestor.mention.line, note)],
        Some((Err(_), c)) => vec![Evidence { note, ..c.record_cite.clone() }],
        None => Vec::new(),
    }
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
