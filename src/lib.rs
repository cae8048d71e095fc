//! trulyopen tells whether an AI model that calls itself open really is.
//!
//! One way through, and no stage knows a later one:
//!
//! ```text
//!  target ─► net, hub, plan, collect ─► snapshot::Snapshot        (the only stages that read)
//!                                            │
//!              terms ─► component ─► lineage ─► framework, verdict ─► audit::Audit     (pure)
//!                                            │
//!                                   report::Model ─► render             (bytes)
//! ```
//!
//! Everything after the snapshot is a pure function of what was gathered and the rules: the same
//! evidence and the same rules give the same bytes.
//!
//! # From a program
//!
//! ```
//! use trulyopen::{audit::Options, hosts::Endpoints, rules::Rules, session, target::Target, vocabulary::Verdict};
//!
//! # fn main() -> Result<(), trulyopen::error::Error> {
//! let rules = Rules::load(None)?;
//! let targets = [Target::parse("allenai/OLMo-2-1124-7B", &Endpoints::default())?];
//! // The evidence that is built in; `session::fetcher` asks hubs or reads saved evidence.
//! let fetcher = session::sample_fetcher();
//! let outcome = session::audit_all(&fetcher, &rules, &Options::default(), &targets, 1)?;
//! assert_eq!(outcome.models[0].verdict, Verdict::OpenSourceOpenData);
//! # Ok(())
//! # }
//! ```
//!
//! `examples/audit_from_program.rs` is a whole program. What stays the same between minor versions: [`audit::Options`],
//! [`error::Error`], [`exit::Exit`], [`report`] (the JSON as structs), [`rules::Rules::load`], [`session`],
//! [`target::Target`] and [`vocabulary`]. Everything else is public so that its parts can be tested and measured, and
//! may change; the JSON changes by its `schema_version` only.

#![forbid(unsafe_code)]
// What strangers write must not end the program (docs/security.md). Tests may.
#![cfg_attr(
    not(test),
    deny(
        clippy::expect_used,
        clippy::get_unwrap,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::panic_in_result_fn,
        clippy::string_slice,
        clippy::todo,
        clippy::unimplemented,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

pub mod alternatives;
pub mod audit;
pub mod batch;
pub mod card;
pub mod census;
pub mod cli;
pub mod clock;
pub mod cmd;
pub mod collect;
pub mod component;
pub mod diff;
pub mod digest;
pub mod docs;
pub mod error;
pub mod evidence;
pub mod exit;
pub mod explain;
pub mod files;
pub mod finding;
pub mod framework;
pub mod gate;
pub mod hosted;
pub mod hosts;
pub mod hub;
pub mod ids;
pub mod inspect;
pub mod license;
pub mod lineage;
pub mod mirror;
pub mod mof;
pub mod names;
pub mod net;
pub mod permits;
pub mod placed;
pub mod plan;
pub mod policy;
pub mod progress;
pub mod render;
pub mod report;
pub mod requirement;
pub mod reviewed;
pub mod rules;
pub mod scan;
#[cfg(test)]
mod schemas;
pub mod session;
pub mod snapshot;
pub mod target;
pub mod terms;
pub mod text;
pub mod verdict;
pub mod vocabulary;
pub mod yaml;
