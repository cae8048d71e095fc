//! One run: rules, a fetcher, and how to judge. Audits many targets at once, in order, each resource
//! read once.

use crate::audit::{Audit, Options, judge};
use crate::batch::{Job, Pace};
use crate::collect;
use crate::error::Error;
use crate::evidence::{Depth, Snapshot};
use crate::hub::Endpoints;
use crate::hub::huggingface::Environment;
use crate::net::auth::Token;
use crate::net::directory::Directory;
use crate::net::live::Live;
use crate::net::record::Recorder;
use crate::net::{Fetcher, Gap, Source};
use crate::report::Model;
use crate::reviewed::{self, Review};
use crate::rules::Rules;
use crate::target::{Place, Target};
use crate::vocabulary::Verdict;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where evidence comes from, as asked for.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// `--hub`: an address or a directory.
    pub hub: Option<String>,
    pub offline: bool,
    pub save: Option<PathBuf>,
    pub timeout: Option<Duration>,
    pub trace: bool,
    /// `--evidence`: files of reviewed evidence.
    pub evidence: Vec<PathBuf>,
}

/// What the environment says.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    pub hub: Environment,
    pub github_token: Option<String>,
    pub github_api: Option<String>,
    pub github_raw: Option<String>,
}

impl Surroundings {
    /// Reads it: the hub clients' variables, `GITHUB_TOKEN`, and the addresses of a code host other than
    /// the public one (`GITHUB_API_URL` as its own runners set it, `TRULYOPEN_GITHUB_RAW`).
    pub fn read() -> Surroundings {
        let var = |name: &str| std::env::var(name).ok().map(|v| v.trim().trim_end_matches('/').to_string()).filter(|v| !v.is_empty());
        Surroundings {
            hub: Environment::read(),
            github_token: var("GITHUB_TOKEN"),
            github_api: var("GITHUB_API_URL"),
            github_raw: var("TRULYOPEN_GITHUB_RAW"),
        }
    }

    /// The addresses of all hosts, with the hub that `--hub` names.
    ///
    /// # Errors
    /// An address that is none.
    pub fn endpoints(&self, hub: Option<&str>) -> Result<Endpoints, Error> {
        let default = Endpoints::default();
        let hub = hub.map(|h| h.trim_end_matches('/').to_string()).or_else(|| self.hub.endpoint.clone());
        let endpoints = Endpoints {
            huggingface: hub.unwrap_or(default.huggingface),
            github_api: self.github_api.clone().unwrap_or(default.github_api),
            github_raw: self.github_raw.clone().unwrap_or(default.github_raw),
        };
        for (name, address) in [
            ("the hub", &endpoints.huggingface),
            ("GITHUB_API_URL", &endpoints.github_api),
            ("TRULYOPEN_GITHUB_RAW", &endpoints.github_raw),
        ] {
            let usable = url::Url::parse(address).is_ok_and(|u| {
                matches!(u.scheme(), "http" | "https") && u.host().is_some() && u.username().is_empty() && u.password().is_none()
            });
            if !usable {
                return Err(Error::usage(
                    format!("`{}` is no address for {name}", crate::text::line(address)),
                    "an address begins with https:// (or http://) and names no user",
                ));
            }
        }
        Ok(endpoints)
    }
}

/// Whether `--hub` names an address rather than a directory.
pub fn is_address(hub: &str) -> bool {
    hub.starts_with("http://") || hub.starts_with("https://")
}

/// Makes the fetcher that an access asks for.
///
/// # Errors
/// A directory that is none, an address that is none, an evidence directory that cannot be written.
pub fn fetcher(access: &Access, around: &Surroundings) -> Result<Fetcher, Error> {
    let record = access.save.as_deref().map(Recorder::new).transpose()?;
    let endpoints = around.endpoints(access.hub.as_deref().filter(|h| is_address(h)))?;
    let source = match &access.hub {
        Some(dir) if !is_address(dir) => Source::Directory(Directory::open(Path::new(dir))?),
        _ if access.offline || around.hub.offline => Source::Offline,
        _ => Source::Live(Live::new(
            tokens(around, &endpoints),
            access.timeout.unwrap_or(crate::net::limits::REQUEST_TIMEOUT),
            if access.trace { trace } else { |_| {} },
        )?),
    };
    let mut fetcher = Fetcher::new(source, endpoints, record);
    fetcher.reviews = reviews(&access.evidence)?;
    Ok(fetcher)
}

/// Reads files of reviewed evidence.
///
/// # Errors
/// A file that cannot be read, by file and line.
pub fn reviews(files: &[PathBuf]) -> Result<Vec<Review>, Error> {
    files.iter().map(|f| reviewed::load(f)).collect::<Result<Vec<_>, _>>().map(|all| all.into_iter().flatten().collect())
}

/// The fetcher over the sample that the binary carries.
pub fn sample_fetcher() -> Fetcher {
    Fetcher::new(Source::Sample, Endpoints::default(), None)
}

fn trace(what: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{}", crate::text::line(what));
}

/// Each token bound to its own host. The code host's raw files need none for public repositories.
fn tokens(around: &Surroundings, endpoints: &Endpoints) -> Vec<Token> {
    let hub = around.hub.token.as_deref().and_then(|t| Token::bind(&endpoints.huggingface, t));
    let github = around.github_token.as_deref().and_then(|t| Token::bind(&endpoints.github_api, t));
    hub.into_iter().chain(github).collect()
}

/// Gathers and judges one target; looks a second time at what it is made from where the verdict
/// depends on it.
pub async fn audit<'r>(fetcher: &Fetcher, rules: &'r Rules, options: &Options, target: &Target) -> (Snapshot, Audit<'r>) {
    audit_beside(fetcher, rules, options, target, &[]).await
}

/// As [`audit`]; `peers` are reviewed files that are targets of the same run.
pub(crate) async fn audit_beside<'r>(
    fetcher: &Fetcher,
    rules: &'r Rules,
    options: &Options,
    target: &Target,
    peers: &[Review],
) -> (Snapshot, Audit<'r>) {
    if let Place::Reviewed { format, path } = &target.place {
        return match reviewed::load_as(path, *format) {
            Ok(review) => {
                let snapshot = reviewed::alone::snapshot(target, format.slug(), Ok(&review));
                let peers: Vec<&Review> = fetcher.reviews.iter().chain(peers).collect();
                let audit = reviewed::alone::judge(&review, &peers, rules, options);
                (snapshot, audit)
            }
            Err(e) => {
                let gap = Gap::Unreadable(crate::text::squeeze(&e.to_string()));
                let snapshot = reviewed::alone::snapshot(target, format.slug(), Err(gap));
                let audit = judge(&snapshot, rules, options);
                (snapshot, audit)
            }
        };
    }
    if let Some((provider, name)) = crate::hosted::provider(target, rules) {
        return crate::hosted::audit(target, provider, &name, rules, options);
    }
    let mut snapshot = collect::collect(fetcher, rules, target, Depth::Full).await;
    let mut audit = judge(&snapshot, rules, options);
    if audit.possible >= Verdict::OpenSource && snapshot.ancestors.iter().any(|a| a.snapshot.is_ok()) {
        collect::deepen(fetcher, rules, &mut snapshot).await;
        audit = judge(&snapshot, rules, options);
    }
    (snapshot, audit)
}

/// What a run over several targets came to.
pub struct Outcome {
    pub models: Vec<Model>,
    /// Nothing at all could be fetched, since no host could be reached.
    pub unreachable: bool,
}

/// Audits targets, at most `jobs` at once, in the order given.
///
/// # Errors
/// Where the runtime cannot start or evidence cannot be saved.
pub fn audit_all(fetcher: &Fetcher, rules: &Rules, options: &Options, targets: &[Target], jobs: usize) -> Result<Outcome, Error> {
    let results = audit_each(fetcher, rules, options, targets, jobs, |snapshot, audit| {
        (Model::new(snapshot, audit, rules), matches!(snapshot.record, Err(Gap::Unreachable(_))))
    })?;
    let unreachable = !results.is_empty() && results.iter().all(|(_, u)| *u);
    Ok(Outcome { models: results.into_iter().map(|(m, _)| m).collect(), unreachable })
}

/// Audits targets as [`audit_all`] does, and keeps of each what `keep` makes of it.
///
/// # Errors
/// Where the runtime cannot start or evidence cannot be saved.
pub fn audit_each<T>(
    fetcher: &Fetcher,
    rules: &Rules,
    options: &Options,
    targets: &[Target],
    jobs: usize,
    keep: impl Fn(&Snapshot, &Audit<'_>) -> T,
) -> Result<Vec<T>, Error> {
    let list: Vec<Job<'_>> = targets.iter().map(|target| Job { target, record: None }).collect();
    let mut results = Vec::with_capacity(targets.len());
    let pace = Pace { jobs, interruptible: false };
    crate::batch::run(
        fetcher,
        rules,
        options,
        &list,
        pace,
        |_, snapshot, audit| keep(snapshot, audit),
        |one| {
            results.push(one);
            Ok(())
        },
    )?;
    Ok(results)
}
