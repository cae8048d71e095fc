//! Audits of targets, gathered and judged: one, or many in one run, of which a few are under way at once, answers come
//! in the order asked, each is told of as soon as it is done, and all stop in good order. A model whose record a list brought along is looked at no further where
//! its record alone decides.

use crate::audit::{Audit, Options, alone, judge};
use crate::census::metadata;
use crate::error::Error;
use crate::evidence::Evidence;
use crate::hub::{self, Asked};
use crate::net::{Body, Fetcher, Gap, budget};
use crate::reviewed::{self, Review};
use crate::rules::Rules;
use crate::snapshot::{Depth, Snapshot};
use crate::target::{Place, Target};
use crate::vocabulary::Verdict;
use crate::{collect, names};
use futures_util::StreamExt;
use futures_util::future::{Either, join, select};
use std::sync::Arc;
use tokio::runtime::Runtime;

/// Something to audit.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    pub target: &'a Target,
    /// Its record, where a list brought it along.
    pub record: Option<&'a [u8]>,
}

/// How a run over several jobs goes.
#[derive(Debug, Clone, Copy)]
pub struct Pace<'a> {
    /// What its requests run on.
    pub runtime: &'a Runtime,
    /// Audits at once.
    pub jobs: usize,
    /// Ctrl-C ends the run in good order instead of the process.
    pub interruptible: bool,
}

/// Audits jobs. `keep` is called as each is done, in whatever order; `each` gets what it made, in the order of
/// the jobs. False where the user ended the run before its end.
///
/// # Errors
/// Where evidence cannot be saved, and those of `each`.
pub fn run<T>(
    fetcher: &Fetcher,
    rules: &Rules,
    options: &Options,
    jobs: &[Job<'_>],
    pace: Pace<'_>,
    keep: impl Fn(usize, &Snapshot, &Audit<'_>) -> T,
    mut each: impl FnMut(T) -> Result<(), Error>,
) -> Result<bool, Error> {
    let peers: Vec<Review> = jobs
        .iter()
        .filter_map(|j| match &j.target.place {
            Place::Reviewed { format, path } => reviewed::load_as(path, *format).ok(),
            _ => None,
        })
        .collect();
    seed(fetcher, jobs);
    let (peers, keep) = (&peers, &keep);
    let whole = pace.runtime.block_on(async {
        let mut done = std::pin::pin!(
            futures_util::stream::iter(jobs.iter().enumerate())
                .map(|(n, job)| async move {
                    let (snapshot, audit) = match by_record(fetcher, rules, options, job) {
                        Some(decided) => decided,
                        None => audit(fetcher, rules, options, job.target, peers).await,
                    };
                    keep(n, &snapshot, &audit)
                })
                .buffered(pace.jobs.max(1))
        );
        if !pace.interruptible {
            while let Some(one) = done.next().await {
                each(one)?;
            }
            return Ok(true);
        }
        // Where no handler can be set, Ctrl-C does what it does everywhere.
        let mut stop = std::pin::pin!(async {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        });
        loop {
            match select(stop.as_mut(), done.next()).await {
                Either::Left(_) => return Ok(false),
                Either::Right((Some(one), _)) => each(one)?,
                Either::Right((None, _)) => return Ok(true),
            }
        }
    });
    fetcher.finish()?;
    whole
}

/// Makes the records that a list brought along the answers for their models, before anybody asks: those that
/// are bases of others are asked for by these, too. A directory has whole records.
fn seed(fetcher: &Fetcher, jobs: &[Job<'_>]) {
    for job in jobs.iter().filter(|_| fetcher.directory().is_none()) {
        if let (Some(bytes), Place::Hub { hub, id, revision: None }) = (job.record, &job.target.place)
            && let Some(hub) = hub::by_name(hub)
            && let Some(info) = hub.record(&Asked { at: &fetcher.endpoints, id, revision: None }).into_iter().next()
        {
            fetcher.seed(&info, Body::of(bytes.to_vec()));
        }
    }
}

/// The audit of a model by its record alone, where that decides: where the verdict that is proven is the one
/// that is possible, nothing else can change it, and nothing else is asked for.
fn by_record<'r>(fetcher: &Fetcher, rules: &'r Rules, options: &Options, job: &Job<'_>) -> Option<(Snapshot, Audit<'r>)> {
    let bytes = job.record?;
    let Place::Hub { hub: name, id, revision: None } = &job.target.place else { return None };
    let (hub, at) = (hub::by_name(name)?, &fetcher.endpoints);
    let asked = Asked { at, id, revision: None };
    let info = hub.record(&asked).into_iter().next()?;
    let body = Arc::new(Body::of(bytes.to_vec()));
    let record = hub.read_record(&asked, &[Ok(body)], rules).ok()?;
    let id = record.id.clone();
    let files = record.files.as_ref().map_or("no usable file list".into(), |f| crate::text::count(f.len(), "file", "files"));
    if fetcher.reviews.iter().any(|r| r.is_about(&id)) {
        return None;
    }
    let cite = Evidence { url: Some(info.url), note: format!("the hub's record in its list, with {files}"), ..Evidence::default() };
    let snapshot = metadata::snapshot(record, job.target.clone(), cite, fetcher.origin, rules, at);
    let mut audit = judge(&snapshot, rules, options);
    if audit.verdict != audit.possible {
        return None;
    }
    // Left out because nothing hangs on it: that is no gap.
    audit.incomplete.retain(|m| m.words != Gap::NotFetched(metadata::RECORD_ALONE.into()).words());
    if let (Some(gap), Some(card)) = (snapshot.card.as_ref().err().filter(|g| !g.is_absence()), hub.card(&asked)) {
        fetcher.note_unasked(&card, gap.clone());
    }
    Some((snapshot, audit))
}

/// Gathers and judges one target; looks a second time at what it is made from where the verdict
/// depends on it. `peers` are reviewed files that are targets of the same run.
pub async fn audit<'r>(fetcher: &Fetcher, rules: &'r Rules, options: &Options, target: &Target, peers: &[Review]) -> (Snapshot, Audit<'r>) {
    budget::within(fetcher.budgets.target, audit_within(fetcher, rules, options, target, peers)).await
}

async fn audit_within<'r>(
    fetcher: &Fetcher,
    rules: &'r Rules,
    options: &Options,
    target: &Target,
    peers: &[Review],
) -> (Snapshot, Audit<'r>) {
    if let Place::Reviewed { format, path } = &target.place {
        return match reviewed::load_as(path, *format) {
            Ok(review) => {
                let snapshot = Snapshot::of_review(target, format.slug(), Ok(&review));
                let peers: Vec<&Review> = fetcher.reviews.iter().chain(peers).collect();
                let audit = alone::judge(&review, &peers, rules, options);
                (snapshot, audit)
            }
            Err(e) => {
                let gap = Gap::Unreadable(crate::text::squeeze(&e.to_string()));
                let snapshot = Snapshot::of_review(target, format.slug(), Err(gap));
                let audit = judge(&snapshot, rules, options);
                (snapshot, audit)
            }
        };
    }
    if let Some((provider, name)) = crate::hosted::provider(target, rules) {
        return crate::hosted::audit(target, provider, &name, rules, options);
    }
    let mut snapshot = collect::collect(fetcher, rules, target, Depth::Full).await;
    if snapshot.record.is_err() {
        (snapshot.other, snapshot.similar) = join(names::other(fetcher, &snapshot), names::similar(fetcher, &snapshot)).await;
    }
    let mut audit = judge(&snapshot, rules, options);
    if audit.possible >= Verdict::OpenSource && snapshot.ancestors.iter().any(|a| a.snapshot.is_ok()) {
        collect::deepen(fetcher, rules, &mut snapshot).await;
        audit = judge(&snapshot, rules, options);
    }
    (snapshot, audit)
}
