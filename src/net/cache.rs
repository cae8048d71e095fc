//! What hosts answered earlier, kept on this machine: content by its sha256, and an index by address
//! and identity that says when the host last vouched for it. How an answer may be kept and asked
//! after again is that of RFC 9111, by `http-cache-semantics`; how old it may be without asking is the
//! user's (`--max-age`), since the age of evidence is theirs to judge.
//!
//! Every content is checked against its digest when it is read, so a damaged cache is one that has
//! less in it. Files are written whole or not at all; processes that share a cache at worst write
//! the same thing twice.

use super::auth::Token;
use super::{Body, Gap, Resource, record};
use crate::digest::sha256;
use http::{HeaderMap, HeaderName, StatusCode};
use http_cache_semantics::{AfterResponse, BeforeRequest, CacheOptions, CachePolicy};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use url::Url;

/// The version of the layout; a cache of another one is as good as empty.
const SCHEMA: u32 = 1;
/// Bytes of an index entry.
const ENTRY_BYTES: usize = 64 << 10;
/// Headers of an answer that are kept. A `Set-Cookie` is nobody's evidence.
const HEADERS: &[&str] = &["age", "cache-control", "date", "etag", "expires", "last-modified", "vary"];
/// A use is written down at most this often, so that reading does not mean writing.
const TOUCH: Duration = Duration::from_hours(6);
/// After trimming, this share of the budget is in use (per cent).
const KEEP: u64 = 80;

/// Where the cache is and how it is used.
#[derive(Debug, Clone)]
pub struct Settings {
    pub root: PathBuf,
    /// An answer no older than this is used without asking the host.
    pub max_age: Duration,
    /// Bytes that all files together may have.
    pub budget: u64,
}

/// The cache of one run.
pub struct Cache {
    settings: Settings,
    /// Who asks, by origin: answers to a token are for that token alone.
    identities: Vec<(Token, String)>,
    written: AtomicU64,
}

/// One answer, as the index has it.
#[derive(Serialize, Deserialize)]
struct Entry {
    schema: u32,
    /// Address and identity in full: a file name is only their hash.
    key: String,
    /// Seconds since the epoch when the host last said it.
    vouched: u64,
    /// `None` where the host said that there is no such thing.
    sha256: Option<String>,
    commit: Option<String>,
    /// The next page of a list.
    #[serde(default)]
    next: Option<String>,
    policy: CachePolicy,
}

/// An answer that was kept.
pub struct Kept {
    pub answer: Result<Body, Gap>,
    entry: Entry,
}

impl Kept {
    /// Whether it may stand for an answer of now: it is young enough, or it is the very content that
    /// the record names by digest.
    pub fn serves(&self, resource: &Resource, max_age: Duration) -> bool {
        let named = matches!((&resource.expect, &self.answer), (Some(digest), Ok(body)) if digest.holds(&body.bytes));
        named || (resource.expect.is_none() && now().saturating_sub(self.entry.vouched) < max_age.as_secs())
    }

    /// The headers that ask the host whether it still holds; none where nothing can be asked.
    pub fn conditions(&self, resource: &Resource) -> Option<HeaderMap> {
        let usable = self.answer.is_ok() && resource.expect.is_none();
        let (request, _) = http::Request::get(&resource.url).header(http::header::CACHE_CONTROL, "no-cache").body(()).ok()?.into_parts();
        let BeforeRequest::Stale { request, matches: true } = self.entry.policy.before_request(&request, SystemTime::now()) else {
            return None;
        };
        let conditions: HeaderMap = request
            .headers
            .into_iter()
            .filter_map(|(name, value)| Some((name?, value)))
            .filter(|(name, _)| matches!(name.as_str(), "if-none-match" | "if-modified-since"))
            .collect();
        (usable && !conditions.is_empty()).then_some(conditions)
    }
}

impl Cache {
    /// The cache for a run with these tokens. Nothing is read or made yet.
    pub fn new(settings: Settings, tokens: &[Token]) -> Cache {
        let identities = tokens.iter().map(|t| (t.clone(), t.identity())).collect();
        Cache { settings, identities, written: AtomicU64::new(0) }
    }

    /// How old an answer may be that is used without asking.
    pub fn max_age(&self) -> Duration {
        self.settings.max_age
    }

    /// What is kept of a resource for whoever asks. Damage is removed and not returned.
    pub fn look_up(&self, resource: &Resource) -> Option<Kept> {
        let key = self.key(resource);
        let path = self.entry_path(&key);
        let bytes = super::directory::read(&path, ENTRY_BYTES).ok()?;
        let entry: Entry = match serde_json::from_slice(&bytes) {
            Ok(entry) => entry,
            Err(_) => {
                let _ = std::fs::remove_file(&path);
                return None;
            }
        };
        if entry.schema != SCHEMA || entry.key != key || entry.vouched > now() {
            return None;
        }
        let kept = |bytes| Body { bytes, commit: entry.commit.clone(), kept: Some(entry.vouched), next: entry.next.clone() };
        let answer = match &entry.sha256 {
            None => Err(Gap::NotFound),
            Some(digest) => {
                let path = self.content_path(digest)?;
                let bytes = super::directory::read(&path, resource.limit).ok()?;
                if sha256(&bytes) != *digest {
                    let _ = std::fs::remove_file(&path);
                    return None;
                }
                touch(&path);
                Ok(kept(bytes))
            }
        };
        touch(&path);
        Some(Kept { answer, entry })
    }

    /// Keeps what a host said just now: a content, or that there is none. What must not be kept by the
    /// host's own word is not. A cache that cannot be written is one that keeps nothing.
    pub fn keep(&self, resource: &Resource, status: StatusCode, headers: &HeaderMap, answer: &Result<Body, Gap>) {
        let Some(policy) = policy(resource, status, headers) else { return };
        let next = answer.as_ref().ok().and_then(|body| body.next.clone());
        let (sha256, commit) = match answer {
            // A page for people where data were asked for is no answer, whatever its status.
            Ok(body) if resource.path.ends_with(".json") && serde_json::from_slice::<IgnoredAny>(&body.bytes).is_err() => return,
            Ok(body) => (Some(sha256(&body.bytes)), body.commit.clone()),
            Err(Gap::NotFound) => (None, None),
            Err(_) => return,
        };
        if let (Some(digest), Ok(body)) = (&sha256, answer) {
            let Some(path) = self.content_path(digest) else { return };
            // One that is there may be damaged.
            let there = std::fs::read(&path).is_ok_and(|bytes| bytes == body.bytes);
            if !there && self.write(&path, &body.bytes).is_none() {
                return;
            }
        }
        let key = self.key(resource);
        self.write_entry(&Entry { schema: SCHEMA, key, vouched: now(), sha256, commit, next, policy });
    }

    /// Notes that the host vouched for a kept content again; `None` where its answer does not fit it.
    pub fn renew(&self, resource: &Resource, kept: Kept, headers: &HeaderMap) -> Option<Body> {
        let (request, _) = http::Request::get(&resource.url).body(()).ok()?.into_parts();
        let mut response = http::Response::builder().status(StatusCode::NOT_MODIFIED).body(()).ok()?;
        *response.headers_mut() = filtered(headers);
        let (response, ()) = response.into_parts();
        let AfterResponse::NotModified(policy, _) = kept.entry.policy.after_response(&request, &response, SystemTime::now()) else {
            return None;
        };
        let body = kept.answer.ok()?;
        self.write_entry(&Entry { vouched: now(), policy, ..kept.entry });
        Some(Body { kept: None, ..body })
    }

    fn write_entry(&self, entry: &Entry) {
        if let Ok(json) = serde_json::to_vec(entry) {
            self.write(&self.entry_path(&entry.key), &json);
        }
    }

    /// Writes a file of the cache, which is for this user only.
    fn write(&self, path: &Path, bytes: &[u8]) -> Option<()> {
        if !self.settings.root.is_dir() {
            make_private(&self.settings.root).ok()?;
        }
        record::write_for_now(path, bytes).ok()?;
        self.written.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Some(())
    }

    /// Brings the cache back under its budget where this run wrote to it, at most once a day unless
    /// it wrote a lot.
    pub fn finish(&self) {
        let written = self.written.load(Ordering::Relaxed);
        let stamp = self.settings.root.join("trimmed");
        let lately = || age_of(&stamp).is_some_and(|age| age < Duration::from_hours(24));
        if written == 0 || (written < self.settings.budget / 16 && lately()) {
            return;
        }
        trim(&self.settings.root, self.settings.budget);
        let _ = record::write_for_now(&stamp, b"");
    }

    /// Ids of the models whose records are kept.
    pub fn models(&self) -> Vec<String> {
        let entries = items(&self.settings.root).into_iter().filter(|i| i.path.extension().is_some_and(|e| e == "json"));
        let entries = entries.filter_map(|i| serde_json::from_slice::<Entry>(&super::directory::read(&i.path, ENTRY_BYTES).ok()?).ok());
        let id = |key: &str| {
            let rest = key.split_once("/api/models/")?.1.split(['?', '#']).next()?;
            let id = rest.split_once("/revision/").map_or(rest, |(id, _)| id);
            crate::ids::is_repo_id(id).then(|| id.to_string())
        };
        let mut out: Vec<String> = entries.filter(|e| e.sha256.is_some()).filter_map(|e| id(&e.key)).collect();
        out.sort();
        out.dedup();
        out
    }

    fn key(&self, resource: &Resource) -> String {
        let url = Url::parse(&resource.url).ok();
        let identity = url.and_then(|url| self.identities.iter().find(|(t, _)| t.for_url(&url).is_some()).map(|(_, i)| i.as_str()));
        format!("{} {}", identity.unwrap_or("anonymous"), resource.url)
    }

    fn entry_path(&self, key: &str) -> PathBuf {
        let hash = sha256(key.as_bytes());
        self.settings.root.join("index").join(hash.get(..2).unwrap_or_default()).join(format!("{hash}.json"))
    }

    fn content_path(&self, digest: &str) -> Option<PathBuf> {
        content_path(&self.settings.root, digest)
    }
}

/// The place of a content; a digest that is none has no place.
fn content_path(root: &Path, digest: &str) -> Option<PathBuf> {
    let hex = digest.len() == 64 && digest.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    Some(root.join("content").join(digest.get(..2)?).join(digest)).filter(|_| hex)
}

/// How an answer may be kept, if at all. The request goes in without its token.
fn policy(resource: &Resource, status: StatusCode, headers: &HeaderMap) -> Option<CachePolicy> {
    let (request, ()) = http::Request::get(&resource.url).body(()).ok()?.into_parts();
    let mut response = http::Response::builder().status(status).body(()).ok()?;
    *response.headers_mut() = filtered(headers);
    let (response, ()) = response.into_parts();
    // One user's cache, so what is `private` may be kept.
    let options = CacheOptions { shared: false, ..CacheOptions::default() };
    Some(CachePolicy::new_options(&request, &response, SystemTime::now(), options)).filter(CachePolicy::is_storable)
}

fn filtered(headers: &HeaderMap) -> HeaderMap {
    let wanted = |name: &HeaderName| HEADERS.contains(&name.as_str());
    headers.iter().filter(|(name, _)| wanted(name)).map(|(n, v)| (n.clone(), v.clone())).collect()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs())
}

fn age_of(path: &Path) -> Option<Duration> {
    SystemTime::now().duration_since(path.metadata().ok()?.modified().ok()?).ok()
}

/// Notes a use in the file's time, by which trimming goes.
fn touch(path: &Path) {
    if age_of(path).is_some_and(|age| age > TOUCH)
        && let Ok(file) = std::fs::File::options().append(true).open(path)
    {
        let _ = file.set_modified(SystemTime::now());
    }
}

/// Makes a directory that only this user can enter.
fn make_private(root: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(root)
}

/// A file of the cache.
struct Item {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

/// All files below `index` and `content`. Links are not followed: the cache makes none.
fn items(root: &Path) -> Vec<Item> {
    let mut out = Vec::new();
    for part in ["index", "content"] {
        for shard in std::fs::read_dir(root.join(part)).into_iter().flatten().flatten() {
            for file in std::fs::read_dir(shard.path()).into_iter().flatten().flatten() {
                if let Ok(meta) = file.metadata()
                    && meta.is_file()
                {
                    out.push(Item { path: file.path(), bytes: meta.len(), used: meta.modified().unwrap_or(UNIX_EPOCH) });
                }
            }
        }
    }
    out
}

/// Removes what was used longest ago until the rest is well below the budget. Returns the bytes removed.
pub fn trim(root: &Path, budget: u64) -> u64 {
    let mut items = items(root);
    let total: u64 = items.iter().map(|i| i.bytes).sum();
    if total <= budget {
        return 0;
    }
    items.sort_by(|a, b| (a.used, &a.path).cmp(&(b.used, &b.path)));
    remove(items, total - budget / 100 * KEEP)
}

/// Removes everything that was not used for this long. Returns the bytes removed.
pub fn clean(root: &Path, unused_for: Duration) -> u64 {
    let old = |item: &Item| SystemTime::now().duration_since(item.used).is_ok_and(|age| age >= unused_for);
    remove(items(root).into_iter().filter(old).collect(), u64::MAX)
}

fn remove(items: Vec<Item>, enough: u64) -> u64 {
    let mut removed = 0;
    for item in items {
        if removed >= enough {
            break;
        }
        if std::fs::remove_file(&item.path).is_ok() {
            removed += item.bytes;
        }
    }
    removed
}

/// What is in a cache.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Inventory {
    /// Answers, and those of them that say that there is no such thing.
    pub answers: usize,
    pub absent: usize,
    /// Bytes of all files.
    pub bytes: u64,
    /// Seconds since the epoch when the oldest and the newest answer was vouched for.
    pub oldest: Option<u64>,
    pub newest: Option<u64>,
    /// Answers whose content is gone or is not the one that its digest names; `verify` removes them.
    pub damaged: usize,
    /// Answers by host.
    pub hosts: std::collections::BTreeMap<String, usize>,
}

/// Takes stock; with `verify` reads every content, and removes what is damaged.
pub fn inventory(root: &Path, verify: bool) -> Inventory {
    let mut out = Inventory::default();
    for item in items(root) {
        out.bytes += item.bytes;
        if item.path.extension().is_none_or(|e| e != "json") {
            continue;
        }
        let entry = super::directory::read(&item.path, ENTRY_BYTES).ok().and_then(|b| serde_json::from_slice::<Entry>(&b).ok());
        let whole = |digest: &String| {
            let Some(path) = content_path(root, digest) else { return false };
            match verify {
                false => path.is_file(),
                true => std::fs::read(&path).is_ok_and(|bytes| sha256(&bytes) == *digest),
            }
        };
        let Some(entry) = entry.filter(|e| e.schema == SCHEMA && e.sha256.as_ref().is_none_or(whole)) else {
            out.damaged += 1;
            if verify {
                let _ = std::fs::remove_file(&item.path);
            }
            continue;
        };
        out.answers += 1;
        out.absent += usize::from(entry.sha256.is_none());
        out.oldest = Some(out.oldest.map_or(entry.vouched, |o| o.min(entry.vouched)));
        out.newest = Some(out.newest.map_or(entry.vouched, |n| n.max(entry.vouched)));
        let host = entry.key.split_once(' ').and_then(|(_, url)| Url::parse(url).ok()).and_then(|u| u.host_str().map(str::to_string));
        *out.hosts.entry(host.unwrap_or_else(|| "?".into())).or_default() += 1;
    }
    out
}
