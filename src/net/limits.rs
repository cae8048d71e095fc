//! Every bound on what one run reads, in one table. Reaching one is a gap in the evidence, named as
//! such, and never a better verdict.

use std::time::Duration;

/// Bytes of a hub's answer about a model or dataset (the largest seen has 2,600 files, 600 kB).
pub const RECORD_BYTES: usize = 16 << 20;
/// Bytes of a model or dataset card.
pub const CARD_BYTES: usize = 4 << 20;
/// Bytes of front matter handed to the YAML parser (the largest seen is 132 kB).
pub const FRONT_MATTER_BYTES: usize = 1 << 20;
/// Characters of a name in front matter (license, dataset, base model).
pub const NAME_CHARS: usize = 300;
/// Characters of any other string in it (the longest prompt seen at a gate has 13,500).
pub const VALUE_CHARS: usize = 64 << 10;
/// Licenses that one model may declare before the rest counts as one that nobody knows.
pub const LICENSES: usize = 20;
/// Bytes of a license, notice or policy file.
pub const LICENSE_BYTES: usize = 1 << 20;
/// Bytes of a configuration file or shard index.
pub const CONFIG_BYTES: usize = 8 << 20;
/// Bytes of an answer to `doctor`.
pub const PROBE_BYTES: usize = 64 << 10;
/// Bytes of a code repository's tree (100,000 entries, the hub's own cap, are about 25 MB).
pub const TREE_BYTES: usize = 32 << 20;

/// Bytes of answers that a run keeps for whoever asks again.
pub const ANSWERS_BYTES: usize = 256 << 20;

/// License, notice and policy files read of one repository.
pub const LICENSE_FILES: usize = 8;
/// Files that a model repository's list may have before the rest is ignored.
pub const LISTED_FILES: usize = 100_000;
/// Datasets looked up for one model.
pub const DATASETS: usize = 40;
/// The same, with those that the rules know and nothing is asked for.
pub const DATASETS_KNOWN: usize = 200;
/// Code repositories looked into for one model: two API calls each, 60 an hour without a token.
pub const REPOSITORIES: usize = 4;
/// Base models looked up for one model.
pub const BASES: usize = 8;
/// Generations that lineage is followed.
pub const LINEAGE_DEPTH: usize = 8;

/// Models on one page of the hub's list (its own limit).
pub const LISTED_MODELS: usize = 1_000;
/// Bytes of one page.
pub const LIST_PAGE_BYTES: usize = 128 << 20;
/// Pages of one list, asked for again or not: five times the largest hub, of three million models.
pub const LIST_PAGES: usize = 20_000;
/// Bytes of a whole hub's list, page by page: as much again for each model as a record has on average (2.5 kB).
pub const LIST_BYTES: usize = 64_usize.saturating_mul(1 << 30);
/// Bytes of the list of one owner's models, which are kept while these are audited: a hundred thousand records.
pub const OWNER_LIST_BYTES: usize = 256 << 20;
/// The time for a list, waits for rate limits included: at one page a second the largest hub's takes one hour.
pub const LIST_TIME: Duration = Duration::from_secs(6 * 3600);
/// The same for one owner's.
pub const OWNER_LIST_TIME: Duration = Duration::from_secs(3600);
/// A rate limit on a list is waited for no longer than this: windows are of five minutes.
pub const LIST_PATIENCE: Duration = Duration::from_secs(600);
/// Waits for one page.
pub const LIST_WAITS: usize = 5;

/// Redirects followed for one request.
pub const REDIRECTS: usize = 5;
/// Requests in flight at once, over all hosts.
pub const IN_FLIGHT: usize = 64;
/// Attempts for one request, the first included.
pub const ATTEMPTS: u32 = 3;
/// The first pause between attempts; it doubles.
pub const BACKOFF: Duration = Duration::from_millis(250);
/// A rate limit is waited for only where the wait is no longer than this.
pub const PATIENCE: Duration = Duration::from_secs(3);
/// The time to reach a host.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The default of `--timeout`: one request, all its attempts included.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// Bytes of all answers that one target may use: sixteen records of the largest size that is read.
pub const TARGET_BYTES: usize = 256 << 20;
/// Answers that one target may use.
pub const TARGET_REQUESTS: usize = 2_000;
/// The time that one target may take: fifteen requests, one after the other, of which each takes all that it may.
pub const TARGET_TIME: Duration = Duration::from_secs(300);
