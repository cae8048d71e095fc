//! The command line: shapes only. Possible values come from the registries they choose from.

use clap::builder::PossibleValuesParser;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Tells whether an AI model that calls itself open really is.
#[derive(Debug, Parser)]
#[command(name = "trulyopen", version, about, arg_required_else_help = true, disable_help_subcommand = true, after_help = EXITS)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub shared: Shared,
}

/// Printed under every help.
pub const EXITS: &str = "\
Exit codes: 0 done, nothing violated; 1 policy violated; 2 usage, configuration or rules error; \
3 some evidence could not be had. 1 wins over 3.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Audit models by name and print the scorecard
    #[command(after_help = AUDIT_EXAMPLES)]
    Audit(AuditArgs),
    /// Write the compliance report: HTML, Markdown, CSV, NOTICE, CycloneDX, SPDX, badge, and the evidence that proves them
    #[command(after_help = REPORT_EXAMPLES)]
    Report(ReportArgs),
    /// Show what changed between two models, two revisions or two saved audits: verdict, license, terms, components
    #[command(
        after_help = "Examples:\n  trulyopen diff meta-llama/Llama-3.1-8B meta-llama/Llama-3.2-3B-Instruct\n  trulyopen diff ORG/NAME@v1 ORG/NAME@main --format markdown\n  trulyopen diff last-month/audit.json report"
    )]
    Diff(DiffArgs),
    /// Identify a license text or id; print its terms, its obligations and what it is open for
    #[command(
        after_help = "Examples:\n  trulyopen license LICENSE\n  trulyopen license llama3.1\n  trulyopen license Apache-2.0 --format json\n  curl -s https://example.org/LICENSE | trulyopen license -"
    )]
    License(LicenseArgs),
    /// Explain a verdict, component, license, term, finding or relation: meaning, how it is decided, source
    #[command(
        after_help = "Examples:\n  trulyopen explain open-weights\n  trulyopen explain training-code\n  trulyopen explain LicenseRef-llama-3.1\n  trulyopen explain --list"
    )]
    Explain(ExplainArgs),
    /// Print shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page (roff)
    Man,
}

const AUDIT_EXAMPLES: &str = "\
Examples:
  trulyopen audit deepseek-ai/DeepSeek-R1
  trulyopen audit allenai/OLMo-2-1124-7B meta-llama/Llama-3.2-3B-Instruct
  trulyopen audit https://huggingface.co/openai/gpt-oss-20b --format json
  trulyopen audit --from models.txt --fail-under open-weights
  trulyopen audit ./my-checkpoint
  trulyopen audit ORG/NAME --save-evidence evidence && trulyopen audit ORG/NAME --hub evidence";

#[derive(Debug, Args)]
pub struct AuditArgs {
    /// Models: ORG/NAME, ORG/NAME@REVISION, hf:ORG/NAME, a hub URL, pkg:huggingface/ORG/NAME@REV, or a directory (./dir)
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    /// Read targets from a file, one a line; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub from: Vec<PathBuf>,
    /// Exit with 1 where a model's proven verdict is below this one
    #[arg(long, value_name = "VERDICT", value_parser = PossibleValuesParser::new(["closed", "weights-available", "open-weights", "open-source", "open-source-open-data"]))]
    pub fail_under: Option<String>,
}

const REPORT_EXAMPLES: &str = "\
Examples:
  trulyopen report --from models.txt -o report
  trulyopen report deepseek-ai/DeepSeek-R1 allenai/OLMo-2-1124-7B -o report
  trulyopen report deepseek-ai/DeepSeek-R1 --format markdown
  trulyopen report --verify report";

#[derive(Debug, Args)]
pub struct ReportArgs {
    /// A project's directory, or models as `audit` takes them; `-o DIR` says where the report goes (trulyopen-report)
    #[arg(value_name = "PATH|TARGET")]
    pub what: Vec<String>,
    /// Read targets from a file, one a line; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub from: Vec<PathBuf>,
    /// Recompute a report from its evidence and say whether it follows; exits with 1 where it does not
    #[arg(long, value_name = "DIR", conflicts_with_all = ["what", "from"])]
    pub verify: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct DiffArgs {
    /// A model as `audit` takes it, a file that `audit --format json` wrote, or a report's directory
    #[arg(value_name = "A")]
    pub a: String,
    /// The same, for after
    #[arg(value_name = "B")]
    pub b: String,
}

#[derive(Debug, Args)]
pub struct LicenseArgs {
    /// A file, `-` for standard input, or an id or name as front matter has it
    #[arg(value_name = "FILE|ID")]
    pub what: String,
}

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// What to explain
    #[arg(value_name = "ID", required_unless_present = "list")]
    pub id: Option<String>,
    /// List everything that can be explained
    #[arg(long)]
    pub list: bool,
}

/// Flags that every command has.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Shared options")]
pub struct Shared {
    /// Output format
    #[arg(long, global = true, value_name = "F", value_parser = PossibleValuesParser::new(crate::render::FORMATS.iter().map(|f| f.name)))]
    pub format: Option<String>,
    /// Write the output to a file instead of standard output
    #[arg(short, long, global = true, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The hub: an address (a mirror), or a directory of saved evidence
    #[arg(long, global = true, value_name = "URL|DIR")]
    pub hub: Option<String>,
    /// Use no network at all
    #[arg(long, global = true)]
    pub offline: bool,
    /// Rules that add to or override the built-in ones
    #[arg(long, global = true, value_name = "DIR")]
    pub rules: Option<PathBuf>,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    Auto,
    Always,
    Never,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
