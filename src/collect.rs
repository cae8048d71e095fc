//! Gathers everything about a model in two waves of requests: its record and card at once; then,
//! together, whatever these name. A further wave is spent only on the ancestors of a base model, and
//! on a second look that the verdict turned out to depend on.

mod ancestors;
mod data;
mod local;

pub use ancestors::deepen;

use crate::card::{self, Card};
use crate::evidence::{Document, Evidence};
use crate::hub::github::{RepoId, RepoRecord, Tree};
use crate::hub::record::ModelRecord;
use crate::hub::{self, Answer, Asked, Hub};
use crate::net::{Fetcher, Gap, Origin, Resource, limits};
use crate::plan::{self, PlaceKind, Plan};
use crate::rules::Rules;
use crate::rules::files::Kind;
use crate::snapshot::{Depth, Mention, RepoSnapshot, Snapshot, Twin};
use crate::target::{Place, Target};
use crate::{files, license};
use ancestors::ancestors;
pub use data::dataset_of;
use futures_util::future::{BoxFuture, FutureExt, join, join_all, join4};
use std::collections::BTreeSet;
use std::path::Path;

/// Gathers a target.
pub async fn collect(fetcher: &Fetcher, rules: &Rules, target: &Target, depth: Depth) -> Snapshot {
    let mut seen = BTreeSet::new();
    collect_seen(fetcher, rules, target, depth, &mut seen).await
}

/// Asks for what the audits of some targets begin with, so that the answers are there for them.
pub async fn look_ahead(fetcher: &Fetcher, targets: &[Target]) {
    let begin = |target: &Target| {
        let Place::Hub { hub: name, id, revision } = &target.place else { return Vec::new() };
        // A bare name may be that of a model behind an API, which only the rules know.
        if !id.contains('/') {
            return Vec::new();
        }
        let hub = hub::by_name(name).unwrap_or_else(hub::default);
        let asked = Asked { at: &fetcher.endpoints, id, revision: revision.as_deref() };
        hub.record(&asked).into_iter().chain(hub.card(&asked)).collect()
    };
    all(fetcher, &targets.iter().flat_map(begin).collect::<Vec<_>>()).await;
}

/// As [`collect`], with the models already seen on the way up, in lower case.
fn collect_seen<'a>(
    fetcher: &'a Fetcher,
    rules: &'a Rules,
    target: &'a Target,
    depth: Depth,
    seen: &'a mut BTreeSet<String>,
) -> BoxFuture<'a, Snapshot> {
    async move {
        let mut snapshot = match &target.place {
            Place::Hub { hub: name, id, revision } => {
                let hub = hub::by_name(name).unwrap_or_else(hub::default);
                first_wave(fetcher, rules, hub, target, id, revision.as_deref(), depth).await
            }
            Place::Folder(path) => local::folder(target, path, depth),
            Place::File(path) => local::file(target, path, depth),
            Place::Cached(entry) => local::cached(fetcher, rules, target, entry, depth).await,
            // Judged on its own statements; nothing is gathered (see `audit::alone`).
            Place::Reviewed { format, .. } => {
                return Snapshot::of_review(target, format.slug(), Err(Gap::NotFetched("a reviewed file".into())));
            }
        };
        snapshot.reviews = reviews(fetcher, &snapshot.id);
        seen.insert(snapshot.id.to_lowercase());
        let Ok(record) = &snapshot.record else { return snapshot };
        let mut plan = plan::plan(record, snapshot.parsed.as_ref(), rules, &fetcher.endpoints);
        if plan.bases.is_empty() {
            plan.bases.extend(crate::mirror::original(snapshot.hub, record, rules));
        }
        local::add_bases(&mut plan, &snapshot, &fetcher.endpoints);
        let twins = crate::mirror::candidates(snapshot.hub, record, rules);
        let ((), twin) = join(second_wave(fetcher, rules, &mut snapshot, plan, seen), twin(fetcher, rules, twins)).await;
        snapshot.twin = twin;
        snapshot
    }
    .boxed()
}

/// Record and card, asked for at once.
async fn first_wave(
    fetcher: &Fetcher,
    rules: &Rules,
    hub: &'static dyn Hub,
    target: &Target,
    id: &str,
    revision: Option<&str>,
    depth: Depth,
) -> Snapshot {
    let at = &fetcher.endpoints;
    let asked = Asked { at, id, revision };
    let parts = hub.record(&asked);
    let card = async {
        match hub.card(&asked) {
            Some(card) => fetcher.get(&card).await,
            None => Err(Gap::NotFetched(hub::NO_CARD.into())),
        }
    };
    let (mut answers, card) = join(all(fetcher, &parts), card).await;
    answers.extend(all(fetcher, &hub.record_rest(&asked, &answers)).await);
    // A record is as old as the oldest answer that it is read from.
    let bodies = || answers.iter().flatten();
    let fetched_at = bodies().filter_map(|b| b.kept).min();
    let fetched_from = if fetched_at.is_some() { Origin::Cache } else { fetcher.origin };
    let exact = parts.iter().all(|part| fetcher.answers_exactly(part));
    let branch = hub::table::branch(hub.name());
    let record = hub.read_record(&asked, &answers, rules).and_then(|record| at_revision(record, revision.filter(|r| *r != branch), exact));
    let (id, commit) = match &record {
        Ok(r) => (r.id.clone(), r.commit.clone()),
        Err(_) => (id.to_string(), None),
    };
    let page = hub.model_page(at, &id);
    let revision = commit.clone().or_else(|| revision.map(str::to_string));
    let at_commit = revision.clone().unwrap_or_else(|| branch.into());
    let card_page = |digest| hub.file_page(at, &id, &at_commit, "README.md", digest);
    let card = match (&record, card) {
        // The card came from a branch while the record is of a commit: both must be the same one.
        (Ok(r), Ok(body)) if r.commit.is_some() && body.commit.is_some() && body.commit != r.commit => {
            checked(fetcher, hub, r, &at_commit, "README.md").await
        }
        (Ok(r), Ok(body)) => match r.file("README.md").and_then(|f| f.digest.as_ref()) {
            // Hosts that do not say which commit a file is from are asked again, for the one of the record.
            Some(digest) if !digest.holds(&body.bytes) && body.commit.is_none() && parts.len() > 1 => {
                checked(fetcher, hub, r, &at_commit, "README.md").await
            }
            Some(digest) if !digest.holds(&body.bytes) => Err(Gap::DigestMismatch),
            digest => Ok(document(card_page(digest), "README.md", &body.bytes)),
        },
        // A list without a card is proof that there is none, whatever the request for it came to.
        (Ok(r), Err(gap)) if r.files.is_some() && r.file("README.md").is_none() && !hub::is_without_cards(&gap) => Err(Gap::NotFound),
        (Ok(r), Err(gap)) => Err(listed(fetcher, r, "README.md", gap)),
        (Err(_), Ok(body)) => Ok(document(card_page(None), "README.md", &body.bytes)),
        // Of a repository that cannot be had, nothing is known to be absent.
        (Err(why), Err(Gap::NotFound)) => Err(why.clone()),
        (Err(why), Err(gap)) if hub::is_without_cards(&gap) => Err(why.clone()),
        (Err(_), Err(gap)) => Err(gap),
    };
    let note = match &record {
        Ok(r) => format!(
            "the hub's record, with {}",
            r.files.as_ref().map_or("no usable file list".into(), |f| crate::text::count(f.len(), "file", "files"))
        ),
        Err(gap) => gap.words(),
    };
    // Where the list is an answer of its own, it is what files are cited from.
    let cited = usize::from(answers.get(1).is_some_and(Result::is_ok) && parts.len() > 1);
    let url = parts.get(cited).map(|p| p.url.clone());
    let record_digest = answers.get(cited).and_then(|a| a.as_ref().ok()).map(|b| format!("sha256:{}", crate::digest::sha256(&b.bytes)));
    let record_cite = Evidence { url, note, digest: record_digest, ..Evidence::default() };
    let mut snapshot = finish(target, hub.name(), id, page, fetched_from, depth, record, revision, record_cite, card);
    snapshot.fetched_at = fetched_at;
    if let (Ok(record), Some(card)) = (&mut snapshot.record, &snapshot.parsed) {
        hub.with_card(record, card, rules);
    }
    snapshot
}

/// The answers to several requests, in their order.
async fn all(fetcher: &Fetcher, resources: &[Resource]) -> Vec<Answer> {
    join_all(resources.iter().map(|r| fetcher.get(r))).await
}

/// The first of some repositories elsewhere that is there: a copy of the model, perhaps.
async fn twin(fetcher: &Fetcher, rules: &Rules, candidates: Vec<(&'static dyn Hub, String)>) -> Option<Twin> {
    let at = &fetcher.endpoints;
    for (hub, id) in candidates {
        let asked = Asked { at, id: &id, revision: None };
        let parts = hub.record(&asked);
        let record = hub.read_record(&asked, &all(fetcher, &parts).await, rules);
        let cite = Evidence::page(hub.model_page(at, &id), "the record of the copy");
        match record {
            Err(Gap::MissingOrPrivate | Gap::NotFound) => {}
            record => return Some(Twin { hub: hub.name(), id, cite, record }),
        }
    }
    None
}

/// A plain directory holds one revision of a model; a record of another one is not an answer.
fn at_revision(record: ModelRecord, asked: Option<&str>, exact: bool) -> Result<ModelRecord, Gap> {
    match (asked, &record.commit) {
        (Some(asked), Some(commit)) if !exact && !commit.starts_with(asked) => Err(Gap::NoSuchRevision),
        _ => Ok(record),
    }
}

#[allow(clippy::too_many_arguments)] // One constructor for both kinds of place.
fn finish(
    target: &Target,
    hub: &'static str,
    id: String,
    page: String,
    fetched_from: Origin,
    depth: Depth,
    record: Result<ModelRecord, Gap>,
    revision: Option<String>,
    record_cite: Evidence,
    card: Result<Document, Gap>,
) -> Snapshot {
    let parsed = card.as_ref().ok().filter(|d| !card::is_saved_error(&d.bytes)).map(|d| Card::parse(&d.bytes));
    let empty = Snapshot::without_record(target, hub, id, page, record_cite, Gap::NotFound);
    Snapshot { fetched_from, depth, record, revision, card, parsed, ..empty }
}

/// Reviews of a model.
fn reviews(fetcher: &Fetcher, id: &str) -> Vec<crate::reviewed::Review> {
    fetcher.reviews.iter().filter(|r| r.is_about(id)).cloned().collect()
}

/// Everything that record and card name, asked for together.
async fn second_wave(fetcher: &Fetcher, rules: &Rules, snapshot: &mut Snapshot, mut plan: Plan, seen: &mut BTreeSet<String>) {
    let Ok(record) = &snapshot.record else { return };
    if snapshot.depth == Depth::Shallow {
        plan.datasets.clear();
        plan.repos.clear();
        plan.data_place = None;
        plan.left_out.clear();
        // The text of the license is needed only where nothing else names the terms.
        if is_named(record, rules) || rules.base(&record.id.to_lowercase()).is_some() {
            plan.files.clear();
            plan.unread.clear();
        } else {
            plan.files.retain(|f| files::kind(f, rules) == Some(Kind::License));
        }
    }
    // What was read already (texts in a Modelfile, layers of a store) stands nowhere else.
    plan.files.retain(|path| !snapshot.files.contains_key(path));
    let revision = snapshot.revision.as_deref().unwrap_or_else(|| hub::table::branch(snapshot.hub));
    let home = local::home(snapshot);
    let place = (home.as_deref(), snapshot.hub, revision);
    let files = join_all(plan.files.iter().map(|path| async move { (path.clone(), file(fetcher, place, record, path).await) }));
    let datasets = join_all(plan.datasets.into_iter().map(|d| data::dataset(fetcher, d)));
    let own = own_repository(snapshot);
    let own_id = own.as_ref().map(|(id, ..)| id.clone());
    let place = plan.data_place.filter(|place| match &place.kind {
        PlaceKind::Repository(id) => own_id.as_ref() != Some(id) && !plan.repos.iter().any(|(known, _)| known == id),
        PlaceKind::Collection { .. } => true,
        PlaceKind::Other => false,
    });
    let place = async {
        match place {
            Some(place) => data::data_place(fetcher, place).await,
            None => data::Found::default(),
        }
    };
    let linked = plan.repos.into_iter().filter(|(id, _)| own_id.as_ref() != Some(id));
    let repos = join_all(
        own.into_iter()
            .chain(linked.map(|(id, mention)| (id, mention, "HEAD", "HEAD")))
            .map(|(id, mention, tree, files)| repo(fetcher, id, mention, tree, files)),
    );
    let bases = ancestors(fetcher, rules, (snapshot.hub, &snapshot.id), plan.bases, seen);
    let ((files, datasets, repos, bases), kept) = join(join4(files, datasets, repos, bases), place).await;
    snapshot.skipped.extend(plan.left_out.into_iter().map(|what| (what, Gap::NotFetched("more than one audit looks up".into()))));
    snapshot.skipped.extend(record.extra.gaps.iter().map(|(part, gap)| (format!("{}:{}/{part}", snapshot.hub, snapshot.id), gap.clone())));
    snapshot.files.extend(files);
    for (path, why) in plan.unread {
        snapshot.files.entry(path).or_insert(Err(Gap::NotFetched(why)));
    }
    snapshot.datasets = datasets;
    // Linked in passing, and in a collection of training data.
    snapshot.datasets.retain(|d| !kept.datasets.iter().any(|c| c.id.eq_ignore_ascii_case(&d.id)));
    snapshot.datasets.extend(kept.datasets);
    snapshot.data_repo = kept.repo;
    snapshot.skipped.extend(kept.skipped);
    snapshot.repos = repos;
    snapshot.ancestors = bases;
}

/// The code repository that the model itself is kept in, where the hub is a host of code: which of its trees
/// and which files are looked at.
fn own_repository(snapshot: &Snapshot) -> Option<(RepoId, Mention, &str, &str)> {
    let Place::Hub { hub: hub::github::NAME, revision, .. } = &snapshot.target.place else { return None };
    let mention = Mention { line: None, declared: true, context: "the model's own repository".into() };
    let tree = revision.as_deref().unwrap_or("HEAD");
    Some((RepoId::from_id(&snapshot.id)?, mention, tree, snapshot.revision.as_deref().unwrap_or(tree)))
}

/// A file of the model repository.
async fn file(
    fetcher: &Fetcher,
    (home, hub, revision): (Option<&Path>, &str, &str),
    record: &ModelRecord,
    path: &str,
) -> Result<Document, Gap> {
    match (home, hub::by_name(hub)) {
        (Some(dir), _) => crate::net::directory::read(&dir.join(path), limits::CONFIG_BYTES).map(|bytes| document(None, path, &bytes)),
        (None, Some(hub)) => checked(fetcher, hub, record, revision, path).await,
        (None, None) => Err(Gap::NotFound),
    }
}

/// A file at the record's commit, checked against the digest in the record's file list.
async fn checked(fetcher: &Fetcher, hub: &dyn Hub, record: &ModelRecord, revision: &str, path: &str) -> Result<Document, Gap> {
    if !crate::net::is_safe_path(path) {
        return Err(Gap::Malformed("a file name that cannot be asked for".into()));
    }
    let resource = hub.file(&fetcher.endpoints, record, revision, path);
    let limit = match path.rsplit('.').next() {
        Some("json") => limits::CONFIG_BYTES,
        _ if path == "README.md" => limits::CARD_BYTES,
        _ => limits::LICENSE_BYTES,
    };
    let entry = record.file(path);
    if entry.and_then(|f| f.size).is_some_and(|s| s > limit as u64) {
        return Err(Gap::TooLarge(limit));
    }
    let resource = Resource { limit, expect: entry.and_then(|f| f.digest.clone()), ..resource };
    let body = fetcher.get(&resource).await.map_err(|gap| listed(fetcher, record, path, gap))?;
    let page = hub.file_page(&fetcher.endpoints, &record.id, revision, path, entry.and_then(|f| f.digest.as_ref()));
    Ok(document(page, path, &body.bytes))
}

/// A host that lists a file and then says that it is not there contradicts itself, which proves
/// nothing. A plain directory need not hold every file of its list.
fn listed(fetcher: &Fetcher, record: &ModelRecord, path: &str, gap: Gap) -> Gap {
    if gap.is_absence() && fetcher.origin == Origin::Live && record.file(path).is_some() {
        return Gap::Malformed("the file list names it, and the host says that it is not there".into());
    }
    gap
}

fn document(url: impl Into<Option<String>>, path: &str, bytes: &[u8]) -> Document {
    Document { path: path.to_string(), url: url.into(), sha256: crate::digest::sha256(bytes), bytes: bytes.to_vec() }
}

/// Two calls of the code host's API; license and README come from where files are served.
async fn repo(fetcher: &Fetcher, id: RepoId, mention: Mention, tree: &str, files: &str) -> RepoSnapshot {
    let at = &fetcher.endpoints;
    let (repo, tree, license, readme) = (
        id.repo(at),
        id.tree(at, tree),
        id.file(at, files, "LICENSE", limits::LICENSE_BYTES),
        id.file(at, files, "README.md", limits::CARD_BYTES),
    );
    let (record, tree, license, readme) = join4(fetcher.get(&repo), fetcher.get(&tree), fetcher.get(&license), fetcher.get(&readme)).await;
    let at_file = |path: &str| format!("{}/blob/{files}/{path}", id.page());
    RepoSnapshot {
        record: record.and_then(|b| RepoRecord::parse(&b.bytes).map_err(Gap::Malformed)),
        tree: tree.and_then(|b| Tree::parse(&b.bytes).map_err(Gap::Malformed)),
        license: license.map(|b| document(at_file("LICENSE"), "LICENSE", &b.bytes)),
        readme: readme.map(|b| document(at_file("README.md"), "README.md", &b.bytes)),
        id,
        mention,
    }
}

/// Whether the record alone names a license that is known.
fn is_named(record: &ModelRecord, rules: &Rules) -> bool {
    record.licenses().iter().any(|v| license::find(rules, v).is_some_and(|k| !k.is_ambiguous()))
        || record.card_data.get("license_name").and_then(|n| n.as_str()).is_some_and(|n| license::find(rules, n).is_some())
}
