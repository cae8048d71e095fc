//! The flags that every command has.

use crate::session::Access;
use clap::builder::PossibleValuesParser;
use clap::{ArgAction, Args, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// Flags that every command has.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Shared options")]
pub struct Shared {
    /// Output format
    #[arg(long, global = true, value_name = "F", value_parser = PossibleValuesParser::new(crate::render::all_names()))]
    pub format: Option<String>,
    /// Write the output to a file instead of standard output
    #[arg(short, long, global = true, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The hub: an address (a mirror), or a directory of saved evidence
    #[arg(long, global = true, value_name = "URL|DIR")]
    pub hub: Option<String>,
    /// Use no network at all: only what is on this machine, the cache included
    #[arg(long, global = true)]
    pub offline: bool,
    /// Use a kept answer without asking its host where it is no older (90s, 30m, 12h, 7d); without this flag, hosts are asked whether it still holds
    #[arg(long, global = true, value_name = "AGE", env = "TRULYOPEN_MAX_AGE", value_parser = age)]
    pub max_age: Option<Duration>,
    /// Neither read nor write the cache
    #[arg(long, global = true)]
    pub no_cache: bool,
    /// Rules that add to or override the built-in ones
    #[arg(long, global = true, value_name = "DIR")]
    pub rules: Option<PathBuf>,
    /// Reviewed evidence: trulyopen's own (TOML), a MOF YAML or an OSAI-index YAML; can be repeated
    #[arg(long, global = true, value_name = "FILE")]
    pub evidence: Vec<PathBuf>,
    /// Keep every answer in a directory, from which the audit can be repeated with --hub
    #[arg(long, global = true, value_name = "DIR")]
    pub save_evidence: Option<PathBuf>,
    /// Colours
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    pub color: When,
    /// Say more: evidence, obligations, help; -vv names every request
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Say nothing on standard error but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Models audited at once
    #[arg(long, global = true, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: u16,
    /// Seconds that one request may take, all attempts included
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub timeout: u64,
    /// Only verified or attested evidence counts
    #[arg(long, global = true)]
    pub strict: bool,
}

impl Shared {
    /// Where evidence comes from and goes to.
    pub fn access(&self) -> Access {
        Access {
            hub: self.hub.clone(),
            offline: self.offline,
            max_age: self.max_age.unwrap_or_default(),
            no_cache: self.no_cache,
            save: self.save_evidence.clone(),
            timeout: Some(Duration::from_secs(self.timeout)),
            trace: self.verbose > 1,
            evidence: self.evidence.clone(),
        }
    }
}

/// An age such as `90s`, `30m`, `12h`, `7d` or `1d 12h`; a day has 24 hours.
///
/// # Errors
/// What an age looks like.
pub fn age(s: &str) -> Result<Duration, String> {
    let span = s.trim().parse::<jiff::Span>().and_then(|span| span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()));
    span.ok().and_then(|d| d.try_into().ok()).ok_or_else(|| "an age is a number with a unit, such as 90s, 30m, 12h or 7d".to_string())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    Auto,
    Always,
    Never,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages() {
        for (text, seconds) in [("90s", 90), ("30m", 1800), ("12h", 43_200), ("7d", 604_800), ("1d 12h", 129_600), ("0s", 0)] {
            assert_eq!(age(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for bad in ["", "7", "soon", "-1h", "1y 2x", "999999999999d"] {
            assert!(age(bad).is_err(), "{bad}");
        }
    }
}
