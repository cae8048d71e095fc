//! What was gathered about one model, pinned to one commit. Everything behind it is a pure function of this and
//! the rules.

use crate::card::Card;
use crate::evidence::{Document, Evidence};
use crate::hub::github::{RepoId, RepoRecord, Tree};
use crate::hub::local::header::Header;
use crate::hub::record::{DatasetRecord, ModelRecord};
use crate::net::{Gap, Origin};
use crate::reviewed::Review;
use crate::target::Target;
use std::collections::BTreeMap;

/// How much of a model was gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// Record and card (and license files where nothing else names the terms): enough for what
    /// flows down from a base model.
    Shallow,
    /// Everything that record and card name.
    Full,
}

/// Everything gathered about one model.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub target: Target,
    pub hub: &'static str,
    /// The id that the hub answers with.
    pub id: String,
    pub page: String,
    pub fetched_from: Origin,
    /// Of a record from the cache: when the host gave it, in seconds since the epoch.
    pub fetched_at: Option<u64>,
    pub depth: Depth,
    pub record: Result<ModelRecord, Gap>,
    /// The commit that everything is pinned to.
    pub revision: Option<String>,
    /// The citation of the record itself.
    pub record_cite: Evidence,
    pub card: Result<Document, Gap>,
    /// Parsed from `card`; `None` where there is none.
    pub parsed: Option<Card>,
    /// Other files, by path.
    pub files: BTreeMap<String, Result<Document, Gap>>,
    pub datasets: Vec<DatasetSnapshot>,
    pub repos: Vec<RepoSnapshot>,
    /// The repository in which the card says that training data are, where it is none of these.
    pub data_repo: Option<RepoSnapshot>,
    /// Models that it is made from, nearest first.
    pub ancestors: Vec<Ancestor>,
    /// What was named but not asked for, and why.
    pub skipped: Vec<(String, Gap)>,
    /// What people stated of it (`--evidence`).
    pub reviews: Vec<Review>,
    /// Where there is no such model: what else has the name.
    pub other: Option<Other>,
    /// Likewise, models of similar names; for messages, not for reports.
    pub similar: Vec<String>,
    /// The same model on another hub, where one was looked for and is there.
    pub twin: Option<Twin>,
    /// What the heads of weight files on this machine state.
    pub headers: Vec<Header>,
    /// The files that were seen are not all that the model has, and why: nothing is known to be absent.
    pub partial: Option<&'static str>,
    /// Where the declared license stands, if not in the front matter: "the header of model.gguf".
    pub declared_by: Option<String>,
}

/// A repository on another hub that may be a copy of the model.
#[derive(Debug, Clone)]
pub struct Twin {
    pub hub: &'static str,
    pub id: String,
    pub cite: Evidence,
    pub record: Result<ModelRecord, Gap>,
}

/// Why nothing was asked for, of a reviewed file.
pub const ALONE: &str = "it is judged on a reviewer's statements alone";

impl Snapshot {
    /// That of a reviewed file, which is judged on its own statements; of one that could not be read, with the
    /// reason.
    pub fn of_review(target: &Target, hub: &'static str, review: Result<&Review, Gap>) -> Snapshot {
        let (id, gap) = match &review {
            Ok(r) => (r.subject(), Gap::NotFetched(ALONE.into())),
            Err(gap) => (target.given.clone(), gap.clone()),
        };
        let record_cite = review.as_ref().map(|r| r.cite(None, None, "the reviewed file")).unwrap_or_default();
        let page = review.ok().and_then(|r| r.ids.first()).map(|i| format!("https://huggingface.co/{i}")).unwrap_or_default();
        Snapshot::without_record(target, hub, id, page, record_cite, gap)
    }

    /// One of which nothing was gathered, for this reason.
    pub fn without_record(target: &Target, hub: &'static str, id: String, page: String, record_cite: Evidence, gap: Gap) -> Snapshot {
        Snapshot {
            target: target.clone(),
            hub,
            id,
            page,
            fetched_from: Origin::Directory,
            fetched_at: None,
            depth: Depth::Full,
            record: Err(gap.clone()),
            revision: None,
            record_cite,
            card: Err(gap),
            parsed: None,
            files: BTreeMap::new(),
            datasets: Vec::new(),
            repos: Vec::new(),
            data_repo: None,
            ancestors: Vec::new(),
            skipped: Vec::new(),
            reviews: Vec::new(),
            other: None,
            similar: Vec::new(),
            twin: None,
            headers: Vec::new(),
            partial: None,
            declared_by: None,
        }
    }
}

/// Why an ancestor that was seen before is not gathered again.
pub const CYCLE: &str = "it was met before on the way up";

/// Something else that has a model's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// `dataset` or `space`.
    pub kind: &'static str,
    pub page: String,
}

/// Where a name stands in a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    pub line: Option<u32>,
    /// In the front matter (or the hub's tags), not in prose.
    pub declared: bool,
    /// In a few words: "front matter", "under *Training data*".
    pub context: String,
}

/// What a dataset is used for, as far as the card says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Training,
    Evaluation,
    Unknown,
}

impl Role {
    /// The spelling in JSON.
    pub fn slug(self) -> &'static str {
        match self {
            Role::Training => "training",
            Role::Evaluation => "evaluation",
            Role::Unknown => "unknown",
        }
    }
}

/// A dataset that the model names.
#[derive(Debug, Clone)]
pub struct DatasetSnapshot {
    pub id: String,
    pub role: Role,
    pub mention: Mention,
    /// It is named in words that speak of more than the name, or of a part of it.
    pub open_ended: bool,
    pub page: String,
    /// Its own record was not asked for: the rules know it (it is kept elsewhere than on the hub, or there are too many), or a
    /// collection lists it with what is needed.
    pub elsewhere: bool,
    pub record: Result<DatasetRecord, Gap>,
    pub card: Result<Document, Gap>,
}

/// A code repository that the card links.
#[derive(Debug, Clone)]
pub struct RepoSnapshot {
    pub id: RepoId,
    pub mention: Mention,
    pub record: Result<RepoRecord, Gap>,
    pub tree: Result<Tree, Gap>,
    pub readme: Result<Document, Gap>,
    pub license: Result<Document, Gap>,
}

/// A model that another is made from.
#[derive(Debug, Clone)]
pub struct Ancestor {
    pub id: String,
    /// The model that names it.
    pub child: String,
    pub relation: String,
    pub mention: Mention,
    pub snapshot: Result<Box<Snapshot>, Gap>,
}
