//! What a census says of a record, by definition: the audit of the model as it would be if nothing but
//! its record could be had. The card, license texts, datasets and base models are named and were not
//! fetched, so all that hangs on them is open; what the record itself rules out is ruled out. By the
//! rule that more evidence only narrows an interval, a full audit ends up within this one.

use crate::audit::{Audit, Options, judge};
use crate::evidence::Evidence;
use crate::hosts::Endpoints;
use crate::hub::huggingface::HuggingFace;
use crate::hub::record::ModelRecord;
use crate::net::{Gap, Origin};
use crate::rules::Rules;
use crate::snapshot::{Ancestor, CYCLE, DatasetSnapshot, Depth, Snapshot};
use crate::target::{Place, Target};
use crate::{hub, plan};
use std::collections::BTreeSet;

/// Why a card or file was not fetched.
pub const RECORD_ALONE: &str = "only the record was looked at";

/// Whether this is why something was not fetched.
pub fn is_record_alone(gap: &Gap) -> bool {
    matches!(gap, Gap::NotFetched(why) if why == RECORD_ALONE)
}

/// Everything that a record alone shows.
pub fn snapshot(record: ModelRecord, target: Target, cite: Evidence, origin: Origin, rules: &Rules, at: &Endpoints) -> Snapshot {
    let hub = hub::default();
    let unasked = || Gap::NotFetched(RECORD_ALONE.into());
    let plan = plan::plan(&record, None, rules, at);
    // A complete list without a card is proof that there is none.
    let card = if record.files.is_some() && record.file("README.md").is_none() { Gap::NotFound } else { unasked() };
    let datasets = plan.datasets.into_iter().map(|d| DatasetSnapshot {
        page: HuggingFace.dataset_page(at, &d.id),
        id: d.id,
        role: d.role,
        mention: d.mention,
        open_ended: d.open_ended,
        elsewhere: false,
        record: Err(unasked()),
        card: Err(unasked()),
    });
    // A text that no audit reads is none that this one left out.
    let unread = plan.unread.into_iter().map(|(path, why)| (path, Err(Gap::NotFetched(why))));
    let files = plan.files.into_iter().map(|path| (path, Err(unasked()))).chain(unread);
    let mut seen = BTreeSet::from([record.id.to_lowercase()]);
    let ancestors = plan.bases.into_iter().map(|base| {
        let gap = if !seen.insert(base.id.to_lowercase()) {
            Gap::NotFetched(CYCLE.into())
        } else if crate::ids::is_repo_id(&base.id) {
            unasked()
        } else {
            Gap::Malformed("it is no model name".into())
        };
        let relation = base.relation.unwrap_or_default();
        Ancestor { id: base.id, child: record.id.clone(), relation, mention: base.mention, snapshot: Err(gap) }
    });
    let (id, page) = (record.id.clone(), hub.model_page(at, &record.id));
    Snapshot {
        datasets: datasets.collect(),
        ancestors: ancestors.collect(),
        files: files.collect(),
        skipped: plan.left_out.into_iter().map(|what| (what, Gap::NotFetched("more than one audit looks up".into()))).collect(),
        fetched_from: origin,
        depth: Depth::Full,
        revision: record.commit.clone(),
        card: Err(card),
        record: Ok(record),
        ..Snapshot::without_record(&target, hub.name(), id, page, cite, Gap::NotFound)
    }
}

/// Audits a record alone.
pub fn audit<'r>(record: ModelRecord, rules: &'r Rules, options: &Options) -> Audit<'r> {
    let place = Place::Hub { hub: hub::default().name(), id: record.id.clone(), revision: None };
    let target = Target { given: record.id.clone(), place };
    let cite = Evidence { note: "the hub's record".into(), ..Evidence::default() };
    let snapshot = snapshot(record, target, cite, Origin::Live, rules, &Endpoints::default());
    judge(&snapshot, rules, options)
}

/// A record without card, files, data and bases: its license values are the only witnesses.
pub(super) fn bare(record: ModelRecord) -> Snapshot {
    let target = Target { given: String::new(), place: Place::Hub { hub: hub::default().name(), id: String::new(), revision: None } };
    let empty =
        Snapshot::without_record(&target, hub::default().name(), record.id.clone(), String::new(), Evidence::default(), Gap::NotFound);
    Snapshot { record: Ok(record), ..empty }
}
