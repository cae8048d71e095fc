//! Models that are only sold behind an API: known from `rules/hosted/`, not from a hub.

use crate::audit::{Audit, Judgement, Options};
use crate::component::{Component, Components, license_none, license_unknown};
use crate::evidence::Evidence;
use crate::lineage::Lineage;
use crate::net::Gap;
use crate::rules::Rules;
use crate::rules::scan::Provider;
use crate::snapshot::Snapshot;
use crate::target::{Place, Target};
use crate::terms::Terms;
use crate::vocabulary::{Availability, Basis, ComponentId, Openness, Tri};
use std::collections::BTreeMap;

/// The hub's name for these in reports and locks.
pub const HUB: &str = "hosted";

/// The provider of a target that names such a model, with the bare name. A target that says that it is on
/// a hub (`hf:`, an address, a package URL, a revision) is taken at its word.
pub fn provider<'r>(target: &Target, rules: &'r Rules) -> Option<(&'r Provider, String)> {
    match &target.place {
        Place::Hub { id, revision: None, .. } if target.given.eq_ignore_ascii_case(id) => {
            rules.providers.iter().find_map(|p| Some((p, p.closed(id)?)))
        }
        _ => None,
    }
}

/// What is known of it: that nobody can download it, and who says so.
pub fn audit<'r>(target: &Target, provider: &Provider, name: &str, rules: &'r Rules, options: &Options) -> (Snapshot, Audit<'r>) {
    let gap = || Gap::NotFetched("no hub has it".into());
    let when =
        provider.checked.map_or_else(|| "its page was not opened to check".to_string(), |day| format!("its page was looked at on {day}"));
    let note = format!("by the rules {} sells {name} behind an API and publishes no weights of it; {when}", provider.name);
    let cite = Evidence::page(provider.source.clone(), note.clone());
    let snapshot = Snapshot::without_record(target, HUB, name.to_string(), provider.source.clone(), cite.clone(), gap());
    let component = |id: ComponentId| {
        let weights = matches!(id, ComponentId::ModelParametersFinal);
        Component {
            id,
            availability: if weights { Availability::NotFound } else { Availability::Unknown },
            basis: if weights { Basis::Linked } else { Basis::None },
            license: if weights { license_none() } else { license_unknown() },
            evidence: if weights { vec![cite.clone()] } else { Vec::new() },
            summary: if weights { note.clone() } else { "not looked at: the weights cannot be had".into() },
            gap: (!weights).then(gap),
        }
    };
    let components: Components = ComponentId::ALL.iter().map(|id| (*id, component(*id))).collect();
    let terms = Terms {
        declared: Vec::new(),
        parts: Vec::new(),
        openness: Openness::None,
        basis: Basis::Linked,
        evidence: vec![cite.clone()],
        texts: Vec::new(),
        reason: "no license to the weights is granted".into(),
        code: None,
        data: None,
        gap: None,
    };
    let lineage = Lineage { ancestors: Vec::new(), parts: Vec::new(), openness: Openness::None, suspected: None };
    let judgement = Judgement {
        snapshot: None,
        access: (Tri::NotMet, "access: only through the provider's API".into()),
        no_record: None,
        declared: None,
        answers: &BTreeMap::new(),
    };
    let audit = Audit::of(components, terms, lineage, &judgement, rules, options);
    (snapshot, audit)
}
