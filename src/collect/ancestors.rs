//! What a model is made from, generation by generation.

use super::{first_wave, reviews, second_wave};
use crate::hub::{self, Hub};
use crate::net::{Fetcher, Gap, limits};
use crate::plan::{self, BaseMention, Plan};
use crate::rules::Rules;
use crate::snapshot::{Ancestor, CYCLE, Depth, Snapshot};
use crate::target::{Place, Target};
use futures_util::future::{BoxFuture, FutureExt, join_all};
use std::collections::BTreeSet;

/// Base models and theirs, each generation together, nearest first; a model seen before ends its
/// branch.
pub(super) fn ancestors<'a>(
    fetcher: &'a Fetcher,
    rules: &'a Rules,
    child: (&'static str, &'a str),
    bases: Vec<BaseMention>,
    seen: &'a mut BTreeSet<String>,
) -> BoxFuture<'a, Vec<Ancestor>> {
    // Boxed, since gathering an ancestor comes by here again.
    ancestors_of(fetcher, rules, child, bases, seen).boxed()
}

async fn ancestors_of(
    fetcher: &Fetcher,
    rules: &Rules,
    (hub, child): (&'static str, &str),
    bases: Vec<BaseMention>,
    seen: &mut BTreeSet<String>,
) -> Vec<Ancestor> {
    let hub = hub::table::of_bases(hub);
    let mut out: Vec<Ancestor> = Vec::new();
    let mut generation: Vec<(String, BaseMention)> = bases.into_iter().map(|b| (child.to_string(), b)).collect();
    for depth in 0..=limits::LINEAGE_DEPTH {
        let found = join_all(generation.into_iter().map(|(child, base)| {
            let again = !seen.insert(base.id.to_lowercase());
            ancestor(fetcher, rules, hub, child, base, (again, depth))
        }))
        .await;
        if found.is_empty() {
            break;
        }
        generation = found
            .iter()
            .filter_map(|a| a.snapshot.as_ref().ok().map(|s| (a, s)))
            .flat_map(|(a, s)| {
                let record = s.record.as_ref().ok();
                let plan = record.map(|r| plan::plan(r, s.parsed.as_ref(), rules, &fetcher.endpoints)).unwrap_or_default();
                plan.bases.into_iter().map(|b| (a.id.clone(), b)).collect::<Vec<_>>()
            })
            .collect();
        out.extend(found);
    }
    out
}

async fn ancestor(
    fetcher: &Fetcher,
    rules: &Rules,
    hub: &'static dyn Hub,
    child: String,
    base: BaseMention,
    (again, depth): (bool, usize),
) -> Ancestor {
    let relation = base.relation.clone().unwrap_or_default();
    let snapshot = if again {
        Err(Gap::NotFetched(CYCLE.into()))
    } else if depth >= limits::LINEAGE_DEPTH {
        Err(Gap::NotFetched(format!("lineage is followed for {} generations", limits::LINEAGE_DEPTH)))
    } else {
        match base_on_hub(fetcher, hub, &base.id) {
            Ok((target, hub, id)) => {
                let mut snapshot = first_wave(fetcher, rules, hub, &target, &id, None, Depth::Shallow).await;
                snapshot.reviews = reviews(fetcher, &snapshot.id);
                if let Ok(record) = &snapshot.record {
                    let plan = plan::plan(record, snapshot.parsed.as_ref(), rules, &fetcher.endpoints);
                    // Its own bases are the next generation's.
                    let plan = Plan { bases: Vec::new(), ..plan };
                    second_wave(fetcher, rules, &mut snapshot, plan, &mut BTreeSet::new()).await;
                }
                match &snapshot.record {
                    Ok(_) => Ok(Box::new(snapshot)),
                    Err(gap) => Err(gap.clone()),
                }
            }
            Err(gap) => Err(gap),
        }
    };
    Ancestor { id: base.id, child, relation, mention: base.mention, snapshot }
}

/// Where a base model is: a name means the default hub, an address or `HUB:NAME` the hub that it says.
fn base_on_hub(fetcher: &Fetcher, hub: &'static dyn Hub, id: &str) -> Result<(Target, &'static dyn Hub, String), Gap> {
    if crate::ids::is_repo_id(id) {
        let place = Place::Hub { hub: hub.name(), id: id.to_string(), revision: None };
        return Ok((Target { given: id.to_string(), place }, hub, id.to_string()));
    }
    match Target::parse(id, &fetcher.endpoints) {
        Ok(target) => match &target.place {
            Place::Hub { hub: name, id, .. } => {
                let (hub, id) = (hub::by_name(name).unwrap_or_else(hub::default), id.clone());
                Ok((target, hub, id))
            }
            _ => Err(Gap::Malformed("it is no model name".into())),
        },
        // A place to look, only not one that is known here.
        Err(_) if id.contains(':') => Err(Gap::NotFetched("it is on no hub that is looked up".into())),
        Err(_) => Err(Gap::Malformed("it is no model name".into())),
    }
}

/// A second look, at everything that the ancestors' records and cards name: done only where the
/// verdict depends on it.
pub async fn deepen(fetcher: &Fetcher, rules: &Rules, snapshot: &mut Snapshot) {
    let deep = join_all(snapshot.ancestors.iter_mut().filter_map(|a| a.snapshot.as_mut().ok()).map(|s| async move {
        let Ok(record) = &s.record else { return };
        s.depth = Depth::Full;
        let plan = plan::plan(record, s.parsed.as_ref(), rules, &fetcher.endpoints);
        let plan = Plan { bases: Vec::new(), ..plan };
        second_wave(fetcher, rules, s, plan, &mut BTreeSet::new()).await;
    }));
    deep.await;
}
