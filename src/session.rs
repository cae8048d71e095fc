//! One run: rules, a fetcher, and how to judge. Audits many targets at once, in order, each resource
//! read once.

use crate::audit::{Audit, Options};
use crate::batch::{self, Job, Pace};
use crate::collect;
use crate::error::Error;
use crate::hosts::Endpoints;
use crate::hub::huggingface::Environment;
use crate::hub::{github, huggingface};
use crate::net::auth::Token;
use crate::net::cache::{Cache, Settings};
use crate::net::directory::Directory;
use crate::net::live::Live;
use crate::net::record::Recorder;
use crate::net::{Fetcher, Gap, Source};
use crate::report::Model;
use crate::reviewed::{self, Review};
use crate::rules::Rules;
use crate::snapshot::{DatasetSnapshot, Snapshot};
use crate::target::Target;
use futures_util::StreamExt;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where evidence comes from, as asked for.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// `--hub`: an address or a directory.
    pub hub: Option<String>,
    pub offline: bool,
    /// `--max-age`: an earlier answer that is no older stands for the host's.
    pub max_age: Duration,
    pub no_cache: bool,
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
    /// Addresses of services other than the public ones, by the keys of the table of hubs.
    pub moved: BTreeMap<&'static str, String>,
    /// Where answers are kept; `None` where there is no such place, or none is wanted.
    pub cache: Option<PathBuf>,
    /// `TRULYOPEN_CACHE_SIZE`: megabytes that the cache may have.
    pub cache_size: Option<String>,
}

impl Surroundings {
    /// Reads it: the hub clients' variables, `GITHUB_TOKEN`, and the addresses of hosts other than the public
    /// ones (`GITHUB_API_URL` as its own runners set it, and the other variables of the table of hubs).
    pub fn read() -> Surroundings {
        let var = |name: &str| std::env::var(name).ok().map(|v| v.trim().trim_end_matches('/').to_string()).filter(|v| !v.is_empty());
        let address = |name: &&str| var(name).map(|v| if name.ends_with("_DOMAIN") { format!("https://{v}") } else { v });
        let moved = crate::hosts::SERVICES.iter().filter_map(|s| Some((s.key, s.variables.iter().find_map(address)?)));
        Surroundings {
            hub: Environment::read(),
            github_token: var("GITHUB_TOKEN"),
            moved: moved.collect(),
            cache: cache_dir(),
            cache_size: var("TRULYOPEN_CACHE_SIZE"),
        }
    }

    /// Bytes that the cache may have.
    ///
    /// # Errors
    /// A size that is none.
    pub fn cache_budget(&self) -> Result<u64, Error> {
        let Some(size) = &self.cache_size else { return Ok(CACHE_BYTES) };
        size.parse::<u32>().map(|megabytes| u64::from(megabytes) << 20).map_err(|_| {
            Error::usage(
                format!("TRULYOPEN_CACHE_SIZE is `{}`", crate::text::line(size)),
                "it is a number of megabytes; 256 where it is not set; TRULYOPEN_CACHE=off keeps nothing",
            )
        })
    }

    /// The addresses of all hosts, with the hub that `--hub` names.
    ///
    /// # Errors
    /// An address that is none.
    pub fn endpoints(&self, hub: Option<&str>) -> Result<Endpoints, Error> {
        let mut endpoints = Endpoints::default();
        let moved = self.moved.iter().map(|(key, address)| (*key, address.clone()));
        let hub = hub.map(|h| h.trim_end_matches('/').to_string()).or_else(|| self.hub.endpoint.clone());
        for (key, address) in moved.chain(hub.map(|h| (huggingface::NAME, h))) {
            let name =
                crate::hosts::SERVICES.iter().find(|s| s.key == key).and_then(|s| s.variables.first()).filter(|_| key != huggingface::NAME);
            let name = name.copied().unwrap_or("the hub");
            let usable = url::Url::parse(&address).is_ok_and(|u| {
                matches!(u.scheme(), "http" | "https") && u.host().is_some() && u.username().is_empty() && u.password().is_none()
            });
            if !usable {
                return Err(Error::usage(
                    format!("`{}` is no address for {name}", crate::text::line(&address)),
                    "an address begins with https:// (or http://) and names no user",
                ));
            }
            endpoints.set(key, address);
        }
        Ok(endpoints)
    }
}

/// Bytes that the cache may have where nothing else is said.
const CACHE_BYTES: u64 = 256 << 20;

/// Where answers are kept: `TRULYOPEN_CACHE` (`off` for nowhere), else `trulyopen` in the user's cache
/// directory (<https://specifications.freedesktop.org/basedir-spec/latest/>).
fn cache_dir() -> Option<PathBuf> {
    match std::env::var_os("TRULYOPEN_CACHE").filter(|v| !v.is_empty()) {
        Some(off) if off == "off" => None,
        Some(dir) => Some(PathBuf::from(dir)),
        None => dirs::cache_dir().map(|dir| dir.join("trulyopen")),
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
        _ if access.offline || around.hub.offline => Source::Offline(cache(access, around, &tokens(around, &endpoints))?),
        _ => Source::Live(Live::new(
            tokens(around, &endpoints),
            access.timeout.unwrap_or(crate::net::limits::REQUEST_TIMEOUT),
            cache(access, around, &tokens(around, &endpoints))?,
            if access.trace { trace } else { |_| {} },
        )?),
    };
    let mut fetcher = Fetcher::new(source, endpoints, record);
    fetcher.reviews = reviews(&access.evidence)?;
    Ok(fetcher)
}

/// The cache of a run, unless it is to have none.
fn cache(access: &Access, around: &Surroundings, tokens: &[Token]) -> Result<Option<Cache>, Error> {
    let Some(root) = around.cache.clone().filter(|_| !access.no_cache) else { return Ok(None) };
    Ok(Some(Cache::new(Settings { root, max_age: access.max_age, budget: around.cache_budget()? }, tokens)))
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
pub fn tokens(around: &Surroundings, endpoints: &Endpoints) -> Vec<Token> {
    let hub = around.hub.token.as_deref().and_then(|t| Token::bind(endpoints.get(huggingface::NAME), t));
    let github = around.github_token.as_deref().and_then(|t| Token::bind(endpoints.get(github::API), t));
    hub.into_iter().chain(github).collect()
}

/// Gathers and judges one target; looks a second time at what it is made from where the verdict
/// depends on it.
pub async fn audit<'r>(fetcher: &Fetcher, rules: &'r Rules, options: &Options, target: &Target) -> (Snapshot, Audit<'r>) {
    batch::audit(fetcher, rules, options, target, &[]).await
}

/// What a run over several targets came to.
pub struct Outcome {
    pub models: Vec<Model>,
    /// Nothing at all could be fetched, since no host could be reached.
    pub unreachable: bool,
    /// Targets that are not there, and models of similar names.
    pub similar: Vec<(String, Vec<String>)>,
}

/// Audits targets, at most `jobs` at once, in the order given.
///
/// # Errors
/// Where the runtime cannot start or evidence cannot be saved.
pub fn audit_all(fetcher: &Fetcher, rules: &Rules, options: &Options, targets: &[Target], jobs: usize) -> Result<Outcome, Error> {
    let results = audit_each(fetcher, rules, options, targets, jobs, |snapshot, audit| {
        let similar = (snapshot.target.given.clone(), snapshot.similar.clone());
        (Model::new(snapshot, audit, rules), matches!(snapshot.record, Err(Gap::Unreachable(_))), similar)
    })?;
    let unreachable = !results.is_empty() && results.iter().all(|(_, u, _)| *u);
    let (models, similar): (Vec<_>, Vec<_>) = results.into_iter().map(|(m, _, s)| (m, s)).unzip();
    Ok(Outcome { models, unreachable, similar: similar.into_iter().filter(|(_, names)| !names.is_empty()).collect() })
}

/// Looks datasets up by their ids, at most `jobs` at once, in the order given.
///
/// # Errors
/// Where the runtime cannot start or evidence cannot be saved.
pub fn datasets(fetcher: &Fetcher, ids: &[String], jobs: usize) -> Result<Vec<DatasetSnapshot>, Error> {
    let runtime = crate::net::runtime()?;
    let found = futures_util::stream::iter(ids).map(|id| collect::dataset_of(fetcher, id)).buffered(jobs.max(1)).collect();
    let found = runtime.block_on(found);
    fetcher.finish()?;
    Ok(found)
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
    let pace = Pace { runtime: &crate::net::runtime()?, jobs, interruptible: false };
    batch::run(
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
