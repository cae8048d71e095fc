//! `check --suggest-from`: models that the project does not use and that could stand in for one that violates
//! the policy. A list names them; what is said of them comes from an audit of this run.

use super::Reading;
use crate::alternatives::Candidate;
use crate::audit::Options;
use crate::error::Error;
use crate::gate::subject::{self, Key, Origin, Subject, Traits};
use crate::report::Model;
use crate::rules::Rules;
use crate::session;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Models that are audited for this.
const AUDITED: usize = 50;

/// Audits the models that `from` names (`cache`, or a file of audits), as far as they are for a task that the
/// project has models for.
///
/// # Errors
/// A file that cannot be read.
pub(super) fn others(
    from: &Path,
    used: &BTreeMap<Key, Subject>,
    rules: &Rules,
    reading: &Reading<'_>,
) -> Result<BTreeMap<Key, Subject>, Error> {
    let shared = reading.shared;
    let cache = from == Path::new("cache");
    let own;
    // What is kept is taken as it is: a suggestion costs no request. Nor is it evidence of this project.
    let fetcher = if cache || shared.save_evidence.is_some() {
        let mut access = shared.access();
        access.save = None;
        access.offline |= cache;
        access.hub = access.hub.filter(|h| !cache || session::is_address(h));
        own = session::fetcher(&access, reading.around)?;
        &own
    } else {
        reading.fetcher()?
    };
    let tasks: BTreeSet<&str> = used.values().filter_map(|s| s.task.as_deref()).collect();
    let ids: BTreeSet<String> = if cache {
        fetcher.kept_models().into_iter().collect()
    } else {
        let mut ids = BTreeSet::new();
        let fits = |c: &Candidate| c.task.as_deref().is_none_or(|t| tasks.contains(t)) && crate::ids::is_repo_id(&c.id);
        crate::cmd::alternatives::audits(from, &mut |c| {
            if fits(&c) {
                ids.insert(c.id);
            }
        })?;
        ids
    };
    let is_used = |id: &str| used.values().any(|s| s.id.eq_ignore_ascii_case(id));
    let named = ids.into_iter().filter(|id| !is_used(id)).filter_map(|id| {
        let target = subject::target_of(&id, None, &fetcher.endpoints).ok()?;
        Some((id, target))
    });
    let (ids, targets): (Vec<String>, Vec<_>) = named.take(AUDITED).unzip();
    let options = Options { strict: shared.strict, ..Options::default() };
    let keep = |snapshot: &crate::snapshot::Snapshot, audit: &crate::audit::Audit<'_>| {
        (Model::new(snapshot, audit, rules), Traits::of(snapshot, rules))
    };
    let results = session::audit_each(fetcher, rules, &options, &targets, usize::from(shared.jobs), keep)?;
    let subjects = ids.iter().zip(results).map(|(id, (model, traits))| {
        let subject = Subject { origin: Origin::Beside, ..Subject::audited(id, None, &model, traits) };
        (subject.key(), subject)
    });
    Ok(subjects.filter(|(_, s)| !s.is_missing()).collect())
}
