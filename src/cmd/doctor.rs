//! `trulyopen doctor`: which hosts can be reached, which token goes where, what the rate limits are, and where
//! everything is kept. It never shows a token.

use super::write_out;
use crate::cli::Shared;
use crate::error::Error;
use crate::exit::Exit;
use crate::hosts::Service;
use crate::hub::{github, huggingface};
use crate::net::Gap;
use crate::net::live::{Live, Probe};
use crate::rules::Rules;
use crate::session::{self, Surroundings};
use crate::text::{cut, line};
use futures_util::future::join_all;
use serde::Serialize;
use std::fmt::Write as _;
use std::time::Duration;

/// Everything that it says.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Serialize)]
struct Report {
    schema_version: &'static str,
    version: &'static str,
    rules_digest: String,
    offline: bool,
    hosts: Vec<Host>,
    /// Variables that lead requests elsewhere or say whom to trust, as they are set; passwords hidden.
    environment: Vec<(String, String)>,
    cache: Option<String>,
    hub_cache: Option<String>,
}

/// One host.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Serialize)]
struct Host {
    name: &'static str,
    address: String,
    /// `reachable`, or the reason why not.
    state: String,
    reachable: bool,
    milliseconds: Option<u64>,
    /// Where the token for it comes from; never the token.
    token: Option<String>,
    /// What the host says of the token.
    token_state: Option<String>,
    /// What it says of its limit.
    limit: Option<String>,
}

/// The document as JSON Schema.
#[cfg(test)]
pub(crate) fn json_schema(generator: schemars::SchemaGenerator) -> schemars::Schema {
    generator.into_root_schema_for::<Report>()
}

/// A host to ask, and what about.
struct Question {
    name: &'static str,
    address: String,
    url: String,
    token: Option<String>,
}

/// Variables that are shown.
const SHOWN: &[&str] = &[
    "HF_ENDPOINT",
    "HF_HUB_OFFLINE",
    "HF_HOME",
    "GITHUB_API_URL",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "TRULYOPEN_CACHE",
    "TRULYOPEN_CACHE_SIZE",
    "TRULYOPEN_MAX_AGE",
];

/// Runs it. Exits with 3 where a host could not be reached or refused a token.
///
/// # Errors
/// A setting that cannot be used.
pub fn run(shared: &Shared) -> Result<Exit, Error> {
    let around = Surroundings::read();
    let offline = shared.offline || around.hub.offline;
    let questions = questions(shared, &around)?;
    let live = Live::new(session::tokens(&around, &around.endpoints(hub_address(shared))?), limit(shared), None, |_| {})?;
    let runtime = crate::net::runtime()?;
    let hosts = runtime.block_on(join_all(questions.into_iter().map(|q| async {
        let answer = if offline { Err(Gap::Offline) } else { live.probe(&q.url).await };
        host(q, answer)
    })));
    let sick = hosts.iter().any(|h| !h.reachable || h.token_state.as_deref() == Some(REFUSED));
    let report = Report {
        schema_version: "1",
        version: env!("CARGO_PKG_VERSION"),
        rules_digest: format!("sha256:{}", Rules::load(shared.rules.as_deref())?.digest),
        offline,
        hosts,
        environment: environment(),
        cache: around.cache.as_ref().map(|dir| dir.display().to_string()),
        hub_cache: huggingface::cache_dir().map(|dir| dir.display().to_string()),
    };
    let as_json = shared.format.as_deref().is_some_and(|f| f != "table");
    let text =
        if as_json { format!("{}\n", serde_json::to_string_pretty(&report).map_err(|e| Error::Output(e.into()))?) } else { text(&report) };
    write_out(shared, &text)?;
    Ok(if sick { Exit::Incomplete } else { Exit::Done })
}

fn hub_address(shared: &Shared) -> Option<&str> {
    shared.hub.as_deref().filter(|h| session::is_address(h))
}

fn limit(shared: &Shared) -> Duration {
    Duration::from_secs(shared.timeout)
}

/// Every service of the table of hubs. Where there is a token, the host is asked whose it is.
fn questions(shared: &Shared, around: &Surroundings) -> Result<Vec<Question>, Error> {
    let at = around.endpoints(hub_address(shared))?;
    let token = |key: &str| match key {
        huggingface::NAME => around.hub.token_from.clone(),
        github::API => around.github_token.as_ref().map(|_| "GITHUB_TOKEN".to_string()),
        _ => None,
    };
    let question = |service: &'static Service| {
        let (address, token) = (at.get(service.key).to_string(), token(service.key));
        let path = service.identity.filter(|_| token.is_some()).unwrap_or(service.probe);
        Question { name: service.key, url: format!("{address}{path}"), address, token }
    };
    Ok(crate::hosts::SERVICES.iter().map(question).collect())
}

/// What is said of a token that the host does not take.
const REFUSED: &str = "refused";

fn host(q: Question, answer: Result<Probe, Gap>) -> Host {
    let mut out = Host {
        name: q.name,
        address: q.address,
        state: "reachable".into(),
        reachable: true,
        milliseconds: None,
        token: q.token,
        token_state: None,
        limit: None,
    };
    match answer {
        Err(gap) => {
            out.reachable = false;
            out.state = gap.words();
        }
        Ok(probe) => {
            out.milliseconds = u64::try_from(probe.took.as_millis()).ok();
            out.limit = probe.limit;
            if probe.status >= 500 {
                out.reachable = false;
                out.state = format!("it fails with status {}", probe.status);
            }
            out.token_state = out.token.as_ref().map(|_| match (probe.status, probe.with_token) {
                (401 | 403, true) => REFUSED.to_string(),
                (_, false) => "not sent: a token does not go over plain HTTP".to_string(),
                _ => probe.who.map_or("sent".to_string(), |who| format!("accepted, as {}", cut(&line(&who), 60))),
            });
        }
    }
    out
}

/// The variables that are set, with user names and passwords in addresses hidden.
fn environment() -> Vec<(String, String)> {
    let shown = |name: &&str| Some(((*name).to_string(), without_secrets(&std::env::var(name).ok().filter(|v| !v.is_empty())?)));
    SHOWN.iter().filter_map(shown).collect()
}

/// An address without the user and password that may stand in it.
fn without_secrets(value: &str) -> String {
    match (value.find("://"), value.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => {
            format!("{}://…@{}", value.get(..scheme).unwrap_or_default(), value.get(at + 1..).unwrap_or_default())
        }
        // Proxies may be named without a scheme.
        (None, Some(at)) => format!("…@{}", value.get(at + 1..).unwrap_or_default()),
        _ => value.to_string(),
    }
}

fn text(report: &Report) -> String {
    let mut out = format!("trulyopen {}, rules {}\n", report.version, report.rules_digest);
    if report.offline {
        out.push_str("offline: no host is asked\n");
    }
    for host in &report.hosts {
        let took = host.milliseconds.map_or(String::new(), |ms| format!(" in {ms} ms"));
        let _ = writeln!(out, "\n{}: {}\n  {}{took}", host.name, line(&host.address), line(&host.state));
        match (&host.token, &host.token_state) {
            (Some(from), Some(state)) => drop(writeln!(out, "  token from {}: {}", line(from), line(state))),
            (Some(from), None) => drop(writeln!(out, "  token from {}", line(from))),
            (None, _) => out.push_str("  no token\n"),
        }
        if let Some(limit) = &host.limit {
            let _ = writeln!(out, "  limit: {}", line(limit));
        }
    }
    let or_none = |dir: &Option<String>| dir.as_deref().map_or("none".to_string(), |d| line(d).into_owned());
    let _ = writeln!(out, "\ncache: {}\nthe hub clients' cache: {}", or_none(&report.cache), or_none(&report.hub_cache));
    if !report.environment.is_empty() {
        out.push_str("set in the environment:\n");
    }
    for (name, value) in &report.environment {
        let _ = writeln!(out, "  {name}={}", line(value));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    #[test]
    fn passwords_are_hidden() {
        assert_eq!(without_secrets("http://user:pa@ss@proxy.example:3128"), "http://…@proxy.example:3128");
        assert_eq!(without_secrets("user:pass@proxy.example:3128"), "…@proxy.example:3128");
        assert_eq!(without_secrets("http://proxy.example:3128"), "http://proxy.example:3128");
        assert_eq!(without_secrets("localhost,.example"), "localhost,.example");
    }
}
