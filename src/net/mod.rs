//! The only stage that reads evidence: from a hub over HTTP, from a directory in the evidence
//! layout, or from the sample that is embedded in the binary. It parses and judges nothing.
//!
//! Everything that can be read is a [`Resource`], which has a place in the evidence layout and an
//! address on its host; a [`Fetcher`] turns it into bytes or a typed [`Gap`].

pub mod auth;
mod authorities;
pub mod budget;
pub mod cache;
pub mod directory;
pub mod gap;
pub mod limits;
pub mod live;
pub mod record;
mod sample;

pub use gap::Gap;

use crate::digest::BlobDigest;
use crate::error::Error;
use crate::hosts::Endpoints;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::OnceCell;

/// Something that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Where it stands in the evidence layout: relative, `/`-separated, without `..`.
    pub path: String,
    /// Where it is fetched from.
    pub url: String,
    /// No more bytes than this are read.
    pub limit: usize,
    /// The digest that the hub's file list names for it.
    pub expect: Option<BlobDigest>,
}

/// What requests run on: one thread, since a run waits for hosts and not for itself.
///
/// # Errors
/// Where the system gives no resources for it.
pub fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| Error::Client(e.to_string()))
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    pub bytes: Vec<u8>,
    /// The commit that the host says this is from.
    pub commit: Option<String>,
    /// Where it is an answer of an earlier run that nobody was asked about again: when the host gave it, in
    /// seconds since the epoch.
    pub kept: Option<u64>,
    /// The next page of a list, as the host names it (`Link: <…>; rel="next"`, RFC 8288).
    pub next: Option<String>,
}

impl Body {
    /// A content, and nothing said of it.
    pub fn of(bytes: Vec<u8>) -> Body {
        Body { bytes, commit: None, kept: None, next: None }
    }
}

/// Where evidence came from, as the contract's `fetched_from` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Live,
    /// Kept on this machine: an earlier answer of the host, or another program's copy.
    Cache,
    Directory,
}

impl Origin {
    /// The spelling in JSON.
    pub fn slug(self) -> &'static str {
        match self {
            Origin::Live => "live",
            Origin::Cache => "cache",
            Origin::Directory => "directory",
        }
    }

    /// The origin of a spelling.
    pub fn from_slug(s: &str) -> Option<Origin> {
        [Origin::Live, Origin::Cache, Origin::Directory].into_iter().find(|o| o.slug() == s)
    }
}

/// A source of evidence.
pub enum Source {
    Live(live::Live),
    Directory(directory::Directory),
    /// The sample evidence embedded in the binary.
    Sample,
    /// No host may be asked: what is kept of earlier answers, or [`Gap::Offline`].
    Offline(Option<cache::Cache>),
}

/// An answer that is shared by everybody who asked.
type Answer = Result<Arc<Body>, Gap>;
/// One cell for each path, filled by whoever asks first.
type Answers = Mutex<HashMap<String, Arc<OnceCell<Answer>>>>;

/// Reads each resource at most once a run, and keeps what it read for `--save-evidence`.
pub struct Fetcher {
    source: Source,
    pub endpoints: Endpoints,
    pub origin: Origin,
    answers: Answers,
    /// Bytes of the answers kept, roughly.
    held: AtomicUsize,
    record: Option<record::Recorder>,
    /// What people stated of models (`--evidence`).
    pub reviews: Vec<crate::reviewed::Review>,
    /// What each target and each list may use.
    pub budgets: budget::Budgets,
}

impl Fetcher {
    /// A fetcher over a source; `record` keeps a copy of each answer.
    pub fn new(source: Source, endpoints: Endpoints, record: Option<record::Recorder>) -> Fetcher {
        let (endpoints, origin) = match &source {
            Source::Directory(d) => (d.endpoints().unwrap_or(endpoints), d.origin()),
            Source::Live(_) | Source::Offline(_) => (endpoints, Origin::Live),
            Source::Sample => (Endpoints::default(), Origin::Directory),
        };
        let budgets = budget::Budgets::default();
        Fetcher { source, endpoints, origin, answers: Mutex::default(), held: AtomicUsize::new(0), record, reviews: Vec::new(), budgets }
    }

    /// Whether the answer is to this very request; that of a plain directory is to any revision.
    pub fn answers_exactly(&self, resource: &Resource) -> bool {
        match &self.source {
            // A kept answer is one to its very address.
            Source::Live(_) | Source::Offline(_) => true,
            Source::Directory(dir) => dir.was_saved_from(resource),
            Source::Sample => false,
        }
    }

    /// The content of a resource, checked against the digest it should have.
    ///
    /// # Errors
    /// The reason why it could not be had.
    pub async fn get(&self, resource: &Resource) -> Answer {
        let size = |answer: &Answer| answer.as_ref().map_or(0, |body| body.bytes.len());
        match budget::spend(self.answer(resource), size).await {
            Ok(answer) => answer,
            Err(gap) => {
                // A repeat must not take it for something that is not there.
                if let Some(record) = &self.record {
                    record.keep_unless_there(resource, &Err(gap.clone()), self.origin);
                }
                Err(gap)
            }
        }
    }

    async fn answer(&self, resource: &Resource) -> Answer {
        let cell = {
            let mut answers = self.answers.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            Arc::clone(answers.entry(format!("{} {}", resource.path, resource.url)).or_default())
        };
        cell.get_or_init(|| async {
            let answer = self.read(resource).await.and_then(|body| match &resource.expect {
                Some(digest) if !digest.holds(&body.bytes) => Err(Gap::DigestMismatch),
                _ => Ok(Arc::new(body)),
            });
            if let Some(record) = &self.record {
                record.keep(resource, &answer, self.origin);
            }
            self.make_room(answer.as_ref().map_or(0, |body| body.bytes.len()));
            answer
        })
        .await
        .clone()
    }

    /// Lets go of the answers kept where they have become too many: a long run asks for a few of them again
    /// rather than hold all of them.
    fn make_room(&self, more: usize) {
        if self.held.fetch_add(more, Ordering::Relaxed) + more > limits::ANSWERS_BYTES {
            self.held.store(0, Ordering::Relaxed);
            self.answers.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).retain(|_, cell| !cell.initialized());
        }
    }

    /// A page of a list: read once by whoever goes through it, so neither kept nor recorded.
    ///
    /// # Errors
    /// The reason why it could not be had.
    pub async fn page(&self, resource: &Resource) -> Result<Body, Gap> {
        budget::spend(self.read(resource), |page| page.as_ref().map_or(0, |body| body.bytes.len())).await?
    }

    /// Sets the answer for a resource that another one brought along.
    pub fn seed(&self, resource: &Resource, body: Body) {
        let answer = Ok(Arc::new(body));
        if let Some(record) = &self.record {
            record.keep(resource, &answer, self.origin);
        }
        self.make_room(answer.as_ref().map_or(0, |body: &Arc<Body>| body.bytes.len()));
        let mut answers = self.answers.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        answers.insert(format!("{} {}", resource.path, resource.url), Arc::new(OnceCell::new_with(Some(answer))));
    }

    /// Notes in saved evidence that a resource was not asked for, unless it was.
    pub fn note_unasked(&self, resource: &Resource, gap: Gap) {
        if let Some(record) = &self.record {
            record.keep_unless_there(resource, &Err(gap), self.origin);
        }
    }

    /// The directory that evidence is read from, where it is one.
    pub fn directory(&self) -> Option<&std::path::Path> {
        match &self.source {
            Source::Directory(dir) => Some(dir.root()),
            _ => None,
        }
    }

    async fn read(&self, resource: &Resource) -> Result<Body, Gap> {
        match &self.source {
            Source::Live(live) => live.get(resource).await,
            Source::Directory(dir) => dir.get(resource),
            Source::Sample => sample::get(resource),
            Source::Offline(cache) => cache.as_ref().and_then(|c| c.look_up(resource)).map_or(Err(Gap::Offline), |kept| kept.answer),
        }
    }

    /// Models whose names this machine knows: those of the directory, of the cache, and of the sample.
    pub fn known_models(&self) -> Vec<String> {
        if let Source::Directory(dir) = &self.source {
            return dir.models();
        }
        let mut out = self.kept_models();
        out.extend(sample::models());
        out
    }

    /// Models whose records the cache has.
    pub fn kept_models(&self) -> Vec<String> {
        match &self.source {
            Source::Live(live) => live.cache().map(cache::Cache::models).unwrap_or_default(),
            Source::Offline(cache) => cache.as_ref().map(cache::Cache::models).unwrap_or_default(),
            Source::Directory(_) | Source::Sample => Vec::new(),
        }
    }

    /// Where a body that this fetcher gave came from.
    pub fn origin_of(&self, body: &Body) -> Origin {
        if body.kept.is_some() { Origin::Cache } else { self.origin }
    }

    /// Writes the list of everything that was recorded, and keeps the cache within its bounds.
    ///
    /// # Errors
    /// Where the directory or a file cannot be written.
    pub fn finish(&self) -> Result<(), Error> {
        if let Source::Live(live) = &self.source
            && let Some(cache) = live.cache()
        {
            cache.finish();
        }
        match &self.record {
            Some(record) => record.finish(&self.endpoints),
            None => Ok(()),
        }
    }
}

/// True where `path` can be joined below a directory: relative, no `..`, nothing that a file system
/// reads in its own way.
pub fn is_safe_path(path: &str) -> bool {
    path.len() <= 1024
        && path.split('/').all(|part| {
            !part.is_empty()
                && part != "."
                && part != ".."
                && part.len() <= 240
                && !part.chars().any(|c| matches!(c, '\\' | ':' | '\0') || c.is_control())
                && !(cfg!(windows) && is_device(part))
        })
}

/// Whether Windows takes a name for a device, whatever its ending, or drops the end of it
/// (<https://learn.microsoft.com/windows/win32/fileio/naming-a-file>).
fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end().to_ascii_lowercase();
    let numbered = stem
        .strip_prefix("com")
        .or(stem.strip_prefix("lpt"))
        .is_some_and(|n| n.chars().count() == 1 && !n.starts_with(char::is_alphabetic));
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul" | "conin$" | "conout$") || numbered || part.ends_with(['.', ' '])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_directory_are_refused() {
        for bad in ["../x", "a/../b", "/etc/passwd", "a//b", "a\\b", "c:/x", "a\0b", ".", "a/."] {
            assert!(!is_safe_path(bad), "{bad:?}");
        }
        assert!(is_safe_path("huggingface/models/o/n/.eval_results/x.json"));
        for device in ["CON", "nul.txt", "com1", "LPT9.md", "aux", "x.", "x "] {
            assert!(is_device(device), "{device}");
        }
        assert!(!is_device("console.md") && !is_device("com10") && !is_device("LICENSE"));
    }
}
