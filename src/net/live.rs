//! Evidence over HTTP: bounded in size, time, redirects and attempts; a token goes to its own
//! origin; every kind of answer becomes its own [`Gap`].

use super::auth::{Token, is_internal};
use super::cache::Cache;
use super::{Body, Gap, Resource, authorities, directory, limits};
use crate::error::Error;
use reqwest::header::{AUTHORIZATION, HeaderMap, LINK, LOCATION, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::Semaphore;
use url::Url;

/// An HTTP client for all hosts of a run.
pub struct Live {
    client: Client,
    tokens: Vec<Token>,
    in_flight: Semaphore,
    /// Everything about one request, all attempts included, ends after this.
    timeout: Duration,
    cache: Option<Cache>,
    /// Told about each request, for `-v`.
    trace: fn(&str),
}

/// What a host answered, with what it says about keeping it.
enum Reply {
    Body(Body, HeaderMap),
    /// Not there, by its own word.
    Absent(HeaderMap),
    /// What was kept still holds.
    Unchanged(HeaderMap),
}

/// What one attempt came to.
enum Attempt {
    Done(Result<Reply, Gap>),
    /// Worth another attempt after this pause (or the usual one); what to say when there is none left.
    Again(Option<Duration>, Gap),
}

impl Live {
    /// Sets the client up. Nothing is sent yet.
    ///
    /// # Errors
    /// Where TLS or a proxy setting cannot be used.
    pub fn new(tokens: Vec<Token>, timeout: Duration, cache: Option<Cache>, trace: fn(&str)) -> Result<Live, Error> {
        let client = authorities::trust(|client| {
            client
                .user_agent(concat!("trulyopen/", env!("CARGO_PKG_VERSION")))
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(limits::CONNECT_TIMEOUT.min(timeout))
                .pool_max_idle_per_host(limits::IN_FLIGHT)
        })?;
        Ok(Live { client, tokens, in_flight: Semaphore::new(limits::IN_FLIGHT), timeout, cache, trace })
    }

    /// What is kept of earlier runs.
    pub fn cache(&self) -> Option<&Cache> {
        self.cache.as_ref()
    }

    /// The content of a resource: from the cache where that is young enough, else from its host, which is
    /// asked whether what is kept still holds.
    ///
    /// # Errors
    /// The reason why it could not be had.
    pub async fn get(&self, resource: &Resource) -> Result<Body, Gap> {
        let Some(cache) = &self.cache else { return told(self.fetch(resource, None).await?) };
        let kept = cache.look_up(resource);
        if let Some(kept) = kept.as_ref().filter(|k| k.serves(resource, cache.max_age())) {
            (self.trace)(&format!("kept {}", resource.url));
            return kept.answer.clone();
        }
        let conditions = kept.as_ref().and_then(|k| k.conditions(resource));
        let reply = match (self.fetch(resource, conditions.as_ref()).await?, kept) {
            (Reply::Unchanged(headers), Some(kept)) => match cache.renew(resource, kept, &headers) {
                Some(body) => return Ok(body),
                // It vouched for something else than what was asked about.
                None => self.fetch(resource, None).await?,
            },
            (reply, _) => reply,
        };
        let (status, headers) = match &reply {
            Reply::Body(_, headers) => (StatusCode::OK, headers.clone()),
            Reply::Absent(headers) | Reply::Unchanged(headers) => (StatusCode::NOT_FOUND, headers.clone()),
        };
        let answer = told(reply);
        cache.keep(resource, status, &headers, &answer);
        answer
    }

    /// Asks the host, a few times where that helps.
    async fn fetch(&self, resource: &Resource, conditions: Option<&HeaderMap>) -> Result<Reply, Gap> {
        let _permit = self.in_flight.acquire().await.map_err(|_| Gap::NotFetched("the run is ending".into()))?;
        let mut last = Gap::TimedOut;
        let attempts = async {
            let mut pause = limits::BACKOFF;
            for left in (0..limits::ATTEMPTS).rev() {
                match self.attempt(resource, conditions).await {
                    Attempt::Done(answer) => return answer,
                    Attempt::Again(wait, gap) => {
                        last = gap;
                        if left == 0 || wait.is_some_and(|w| w > limits::PATIENCE) {
                            break;
                        }
                        (self.trace)(&format!("again {}: {}", resource.url, last.words()));
                        tokio::time::sleep(wait.unwrap_or_else(|| spread(pause))).await;
                        pause *= 2;
                    }
                }
            }
            Err(last.clone())
        };
        match tokio::time::timeout(self.timeout, attempts).await {
            Ok(answer) => answer,
            Err(_) => Err(Gap::TimedOut),
        }
    }

    async fn attempt(&self, resource: &Resource, conditions: Option<&HeaderMap>) -> Attempt {
        let done = |gap| Attempt::Done(Err(gap));
        let Ok(mut url) = Url::parse(&resource.url) else {
            return done(Gap::Malformed("not an address".into()));
        };
        let from_internal = is_internal(&url);
        for _ in 0..=limits::REDIRECTS {
            let mut request = self.client.get(url.clone());
            if let Some(conditions) = conditions {
                request = request.headers(conditions.clone());
            }
            let token = self.tokens.iter().find_map(|t| t.for_url(&url));
            if let Some(secret) = token {
                request = request.header(AUTHORIZATION, format!("Bearer {secret}"));
            }
            (self.trace)(&format!("GET {url}"));
            let response = match request.send().await {
                Ok(response) => response,
                Err(e) => return failed(&e),
            };
            let status = response.status();
            if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
                match redirect(&url, &response, from_internal) {
                    Ok(next) => url = next,
                    Err(gap) => return done(gap),
                }
                continue;
            }
            if status == StatusCode::NOT_MODIFIED && conditions.is_some() {
                return Attempt::Done(Ok(Reply::Unchanged(response.headers().clone())));
            }
            if status.is_success() {
                return body(response, resource).await;
            }
            return refusal(status, response.headers(), resource, token.is_some());
        }
        done(Gap::RedirectRefused("too many redirects".into()))
    }
}

/// What a host said to a question that no audit hangs on.
pub struct Probe {
    pub status: u16,
    pub took: Duration,
    /// The token went along.
    pub with_token: bool,
    /// Whose the token is, where the host says.
    pub who: Option<String>,
    /// What is left of the limit, where the host says.
    pub limit: Option<String>,
}

impl Live {
    /// Asks a host once, without the cache, and follows no redirect.
    ///
    /// # Errors
    /// The reason why there was no answer.
    pub async fn probe(&self, url: &str) -> Result<Probe, Gap> {
        let url = Url::parse(url).map_err(|_| Gap::Malformed("not an address".into()))?;
        let began = std::time::Instant::now();
        let token = self.tokens.iter().find_map(|t| t.for_url(&url));
        let mut request = self.client.get(url.clone());
        if let Some(secret) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {secret}"));
        }
        let response = tokio::time::timeout(self.timeout, request.send()).await.map_err(|_| Gap::TimedOut)?;
        let response = response.map_err(|e| if e.is_timeout() { Gap::TimedOut } else { Gap::Unreachable(root_cause(&e)) })?;
        let (status, took, limit) = (response.status(), began.elapsed(), limit_words(response.headers()));
        let resource = Resource { path: String::new(), url: url.into(), limit: limits::PROBE_BYTES, expect: None };
        let read = tokio::time::timeout(self.timeout, body(response, &resource)).await;
        let who = match read {
            Ok(Attempt::Done(Ok(Reply::Body(body, _)))) => serde_json::from_slice::<serde_json::Value>(&body.bytes)
                .ok()
                .and_then(|v| v.get("name").and_then(serde_json::Value::as_str).map(str::to_string)),
            _ => None,
        };
        Ok(Probe { status: status.as_u16(), took, with_token: token.is_some(), who, limit })
    }
}

/// What is left of a host's limit, by the headers that it sends: those of code hosts, or the hub's
/// `RateLimit` fields (<https://www.ietf.org/archive/id/draft-ietf-httpapi-ratelimit-headers-09.html>).
fn limit_words(headers: &HeaderMap) -> Option<String> {
    let text =
        |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(|v| crate::text::cut(&crate::text::line(v), 100).into_owned());
    if let (Some(left), Some(all)) = (text("x-ratelimit-remaining"), text("x-ratelimit-limit")) {
        return Some(format!("{left} of {all} requests left"));
    }
    let field = text("ratelimit")?;
    let value = |from: &str, key: &str| from.split(';').find_map(|p| p.trim().strip_prefix(key)).map(str::to_string);
    let (left, wait) = (value(&field, "r=")?, value(&field, "t="));
    let all = text("ratelimit-policy").and_then(|p| value(&p, "q="));
    let of = all.map_or(String::new(), |all| format!(" of {all}"));
    Some(format!("{left}{of} requests left{}", wait.map_or(String::new(), |s| format!(" in the next {s} s"))))
}

/// A pause between half and one and a half times as long, so that many runs that failed together do not come
/// back together. The source of chance is the one that hash tables are seeded with.
fn spread(pause: Duration) -> Duration {
    use std::hash::{BuildHasher, RandomState};
    let chance = (RandomState::new().hash_one(0u8) >> 11) as f64 / (1u64 << 53) as f64;
    pause.mul_f64(0.5 + chance)
}

/// The content of a reply.
fn told(reply: Reply) -> Result<Body, Gap> {
    match reply {
        Reply::Body(body, _) => Ok(body),
        Reply::Absent(_) => Err(Gap::NotFound),
        Reply::Unchanged(_) => Err(Gap::Malformed("status 304 to a question without conditions".into())),
    }
}

/// Where a redirect leads, if it may be followed.
fn redirect(from: &Url, response: &Response, from_internal: bool) -> Result<Url, Gap> {
    let refuse = |why: &str| Err(Gap::RedirectRefused(why.into()));
    let Some(next) = response.headers().get(LOCATION).and_then(|l| l.to_str().ok()).and_then(|l| from.join(l).ok()) else {
        return refuse("it names no address");
    };
    match (from.scheme(), next.scheme()) {
        (_, "https") | ("http", "http") => {}
        ("https", "http") => return refuse("from https to plain http"),
        (_, other) => return refuse(&format!("to a {other}: address")),
    }
    if !from_internal && is_internal(&next) {
        return refuse("to an internal address");
    }
    Ok(next)
}

/// Reads a body up to the resource's limit.
async fn body(mut response: Response, resource: &Resource) -> Attempt {
    let done = |gap| Attempt::Done(Err(gap));
    let announced = response.content_length().unwrap_or(0);
    if announced > resource.limit as u64 {
        return done(Gap::TooLarge(resource.limit));
    }
    let commit = response.headers().get("x-repo-commit").and_then(|c| c.to_str().ok()).map(str::to_string);
    let next = response.headers().get(LINK).and_then(|l| l.to_str().ok()).and_then(|l| next_page(response.url(), l));
    let mut bytes = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() > resource.limit => return done(Gap::TooLarge(resource.limit)),
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Attempt::Done(Ok(Reply::Body(Body { bytes, commit, kept: None, next }, response.headers().clone()))),
            Err(e) if e.is_timeout() => return Attempt::Again(None, Gap::TimedOut),
            Err(_) => return Attempt::Again(None, Gap::Malformed("the answer was cut off".into())),
        }
    }
}

/// The next page that a `Link` header names, where it is on the same host.
fn next_page(from: &Url, link: &str) -> Option<String> {
    let named = link.split(',').find(|l| l.split(';').skip(1).any(|p| matches!(p.trim(), "rel=\"next\"" | "rel=next")))?;
    let address = named.split_once('<')?.1.split_once('>')?.0;
    let next = from.join(address).ok()?;
    (next.origin() == from.origin()).then(|| next.to_string())
}

/// What a status other than success means. Hubs of this family name the kind in `X-Error-Code`,
/// since they answer 401 to strangers for a name that does not exist
/// (<https://huggingface.co/docs/huggingface_hub/package_reference/utilities#errors>).
fn refusal(status: StatusCode, headers: &HeaderMap, resource: &Resource, with_token: bool) -> Attempt {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let is_record = directory::is_record(&resource.path);
    let gap = match (status.as_u16(), text("x-error-code")) {
        (_, Some("RepoNotFound")) => Gap::MissingOrPrivate,
        (_, Some("GatedRepo")) => Gap::Gated,
        (_, Some("RevisionNotFound")) => Gap::NoSuchRevision,
        (_, Some("EntryNotFound")) => Gap::NotFound,
        (429, _) => return limited(headers),
        (403, _) if text("x-ratelimit-remaining") == Some("0") || text("retry-after").is_some() => return limited(headers),
        (401, _) if with_token => Gap::TokenRefused,
        (401 | 403, _) if is_record => Gap::MissingOrPrivate,
        (401 | 403, _) => Gap::Gated,
        (404 | 410, _) if is_record => Gap::MissingOrPrivate,
        (404 | 410, _) => Gap::NotFound,
        (408, _) => return Attempt::Again(None, Gap::TimedOut),
        (500..=599, _) => return Attempt::Again(retry_after(headers), Gap::ServerError(status.as_u16())),
        (other, _) => Gap::Malformed(format!("status {other}")),
    };
    Attempt::Done(if gap == Gap::NotFound { Ok(Reply::Absent(headers.clone())) } else { Err(gap) })
}

fn limited(headers: &HeaderMap) -> Attempt {
    let wait = retry_after(headers);
    // Without a named wait, another attempt only makes it worse.
    Attempt::Again(Some(wait.unwrap_or(Duration::MAX)), Gap::RateLimited(wait))
}

/// The wait that a host names: `Retry-After` in seconds, the `t=` of a `RateLimit` field (the hub),
/// or the epoch of `X-RateLimit-Reset` (code hosts).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let number = |s: &str| s.trim().parse::<u64>().ok();
    let named = headers.get(RETRY_AFTER).and_then(|v| v.to_str().ok()).and_then(number);
    let field = || text("ratelimit").and_then(|v| v.split(';').find_map(|p| p.trim().strip_prefix("t=").and_then(number)));
    let reset = || {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
        text("x-ratelimit-reset").and_then(number).map(|at| at.saturating_sub(now))
    };
    named.or_else(field).or_else(reset).map(Duration::from_secs)
}

/// A request that got no answer.
fn failed(e: &reqwest::Error) -> Attempt {
    if e.is_timeout() {
        return Attempt::Again(None, Gap::TimedOut);
    }
    let gap = Gap::Unreachable(root_cause(e));
    // A name that does not resolve or a port that refuses will do so again.
    if e.is_connect() || e.is_builder() { Attempt::Done(Err(gap)) } else { Attempt::Again(None, gap) }
}

/// The innermost reason, without the URL (which may hold what a stranger wrote).
pub(super) fn root_cause(e: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = e;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    crate::text::cut(&crate::text::line(&cause.to_string()), 120).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_spread_within_bounds() {
        let pauses: Vec<Duration> = (0..200).map(|_| spread(limits::BACKOFF)).collect();
        assert!(pauses.iter().all(|p| *p >= limits::BACKOFF / 2 && *p <= limits::BACKOFF * 3 / 2));
        assert!(pauses.iter().collect::<std::collections::BTreeSet<_>>().len() > 100, "they differ");
    }
}
