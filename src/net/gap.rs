//! Why something could not be had. Each kind is its own outcome: only [`Gap::NotFound`] is evidence
//! of absence, everything else leaves the question open.

use std::time::Duration;

/// A typed reason for not knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// The host answered that it is not there.
    NotFound,
    /// No such repository, or a private one: hubs do not tell strangers which.
    MissingOrPrivate,
    /// The repository is there, this revision is not.
    NoSuchRevision,
    /// Behind a gate: the terms have to be accepted first, or a person asked.
    Gated,
    /// The token was refused.
    TokenRefused,
    /// The host's budget is used up; the wait that it names.
    RateLimited(Option<Duration>),
    /// No answer in time.
    TimedOut,
    /// No connection (name, network, TLS); what failed.
    Unreachable(String),
    /// The host failed with this status.
    ServerError(u16),
    /// Larger than the limit, which is in bytes.
    TooLarge(usize),
    /// An answer that cannot be what was asked for; what is wrong with it.
    Malformed(String),
    /// The content is not the one that its digest names.
    DigestMismatch,
    /// A redirect that must not be followed; why.
    RedirectRefused(String),
    /// `--offline`, and no saved evidence holds it.
    Offline,
    /// Not asked for, since a limit on how much one audit may fetch was reached.
    NotFetched(String),
    /// A file on this machine that could not be read; why.
    Unreadable(String),
}

impl Gap {
    /// The `why` of the contract's `incomplete` list.
    pub fn slug(&self) -> &'static str {
        match self {
            Gap::NotFound => "not-found",
            Gap::MissingOrPrivate => "missing-or-private",
            Gap::NoSuchRevision => "no-such-revision",
            Gap::Gated => "gated",
            Gap::TokenRefused => "token-refused",
            Gap::RateLimited(_) => "rate-limited",
            Gap::TimedOut => "timed-out",
            Gap::Unreachable(_) => "unreachable",
            Gap::ServerError(_) => "server-error",
            Gap::TooLarge(_) => "too-large",
            Gap::Malformed(_) => "malformed",
            Gap::DigestMismatch => "digest-mismatch",
            Gap::RedirectRefused(_) => "redirect-refused",
            Gap::Offline => "offline",
            Gap::NotFetched(_) => "not-fetched",
            Gap::Unreadable(_) => "unreadable",
        }
    }

    /// One clause for a reader.
    pub fn words(&self) -> String {
        match self {
            Gap::NotFound => "it is not there".into(),
            Gap::MissingOrPrivate => "it does not exist or is private".into(),
            Gap::NoSuchRevision => "there is no such revision".into(),
            Gap::Gated => "it is behind a gate and this run has no access".into(),
            Gap::TokenRefused => "the host refused the token".into(),
            Gap::RateLimited(Some(wait)) => format!("the host's rate limit is used up for {} s", wait.as_secs()),
            Gap::RateLimited(None) => "the host's rate limit is used up".into(),
            Gap::TimedOut => "no answer in time".into(),
            Gap::Unreachable(why) => format!("the host could not be reached ({why})"),
            Gap::ServerError(status) => format!("the host failed with status {status}"),
            Gap::TooLarge(limit) => format!("it is larger than the limit of {limit} bytes"),
            Gap::Malformed(what) => format!("the answer is malformed ({what})"),
            Gap::DigestMismatch => "its content differs from its digest".into(),
            Gap::RedirectRefused(why) => format!("it leads to a place that is not followed ({why})"),
            Gap::Offline => "this run is offline".into(),
            Gap::NotFetched(why) => format!("it was not asked for ({why})"),
            Gap::Unreadable(why) => format!("it cannot be read ({why})"),
        }
    }

    /// True where the host said that it is not there, which is evidence of absence.
    pub fn is_absence(&self) -> bool {
        matches!(self, Gap::NotFound)
    }

    /// Seconds to wait, where the host named them.
    pub fn retry_after_s(&self) -> Option<u64> {
        match self {
            Gap::RateLimited(wait) => wait.map(|w| w.as_secs()),
            _ => None,
        }
    }

    /// A detail that [`Gap::from_parts`] needs to build it again.
    pub fn detail(&self) -> Option<String> {
        match self {
            Gap::Unreachable(s) | Gap::Malformed(s) | Gap::RedirectRefused(s) | Gap::NotFetched(s) | Gap::Unreadable(s) => Some(s.clone()),
            Gap::RateLimited(Some(w)) => Some(w.as_secs().to_string()),
            Gap::ServerError(n) => Some(n.to_string()),
            Gap::TooLarge(n) => Some(n.to_string()),
            _ => None,
        }
    }

    /// The gap of a slug and detail, as saved evidence has them.
    pub fn from_parts(slug: &str, detail: Option<&str>) -> Option<Gap> {
        let text = || detail.unwrap_or_default().to_string();
        Some(match slug {
            "not-found" => Gap::NotFound,
            "missing-or-private" => Gap::MissingOrPrivate,
            "no-such-revision" => Gap::NoSuchRevision,
            "gated" => Gap::Gated,
            "token-refused" => Gap::TokenRefused,
            "rate-limited" => Gap::RateLimited(detail.and_then(|d| d.parse().ok()).map(Duration::from_secs)),
            "timed-out" => Gap::TimedOut,
            "unreachable" => Gap::Unreachable(text()),
            "server-error" => Gap::ServerError(detail.and_then(|d| d.parse().ok()).unwrap_or(500)),
            "too-large" => Gap::TooLarge(detail.and_then(|d| d.parse().ok()).unwrap_or(0)),
            "malformed" => Gap::Malformed(text()),
            "digest-mismatch" => Gap::DigestMismatch,
            "redirect-refused" => Gap::RedirectRefused(text()),
            "offline" => Gap::Offline,
            "not-fetched" => Gap::NotFetched(text()),
            "unreadable" => Gap::Unreadable(text()),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gap_is_saved_and_read_back() {
        let all = [
            Gap::NotFound,
            Gap::MissingOrPrivate,
            Gap::NoSuchRevision,
            Gap::Gated,
            Gap::TokenRefused,
            Gap::RateLimited(Some(Duration::from_secs(1800))),
            Gap::RateLimited(None),
            Gap::TimedOut,
            Gap::Unreachable("dns".into()),
            Gap::ServerError(502),
            Gap::TooLarge(10),
            Gap::Malformed("html".into()),
            Gap::DigestMismatch,
            Gap::RedirectRefused("file:".into()),
            Gap::Offline,
            Gap::NotFetched("limit".into()),
            Gap::Unreadable("permission".into()),
        ];
        for gap in all {
            assert_eq!(Gap::from_parts(gap.slug(), gap.detail().as_deref()), Some(gap.clone()));
            assert!(!gap.words().is_empty());
            assert_eq!(gap.is_absence(), gap == Gap::NotFound);
        }
    }
}
