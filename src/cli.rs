//! The command line: shapes only. Possible values come from the registries they choose from.

mod shared;

pub use shared::{Shared, When, age};

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::time::Duration;

/// Tells whether an AI model that calls itself open really is.
#[derive(Debug, Parser)]
#[command(name = "trulyopen", version, about, arg_required_else_help = true, after_help = EXITS)]
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
    /// Find models of the same task and comparable size that stand higher, and prove it by auditing them
    #[command(after_help = ALTERNATIVES_EXAMPLES)]
    Alternatives(AlternativesArgs),
    /// Find the models a project uses and judge them by its policy, trulyopen.toml
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArgs),
    /// Write a commented starter policy, trulyopen.toml
    #[command(after_help = "Examples:\n  trulyopen init\n  trulyopen init --preset strict-open-source\n  trulyopen init --schema")]
    Init(InitArgs),
    /// List the models and datasets that a project refers to, with file, line and column; no network
    #[command(
        after_help = "Examples:\n  trulyopen scan\n  trulyopen scan path/to/project --format json\n  trulyopen scan ~/.cache/huggingface/hub\n  trulyopen scan --format jsonl | jq -r .target"
    )]
    Scan(ScanArgs),
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
    /// Explain a verdict, component, license, term, framework, finding or relation: meaning, how it is decided, source
    #[command(
        after_help = "Examples:\n  trulyopen explain open-weights\n  trulyopen explain training-code\n  trulyopen explain LicenseRef-llama-3.1\n  trulyopen explain osaid/data-information\n  trulyopen explain --list"
    )]
    Explain(ExplainArgs),
    /// Judge a whole hub, or a dump of its metadata, by the records alone, and sum it up
    #[command(after_help = CENSUS_EXAMPLES)]
    Census(CensusArgs),
    /// Show, check or empty the cache of what hubs answered
    #[command(
        after_help = "The cache is in TRULYOPEN_CACHE, or the user's cache directory; TRULYOPEN_CACHE=off keeps nothing, TRULYOPEN_CACHE_SIZE is its bound in MB (256).\n\nExamples:\n  trulyopen cache show\n  trulyopen cache clean --unused-for 30d"
    )]
    Cache {
        #[command(subcommand)]
        action: CacheAction,
    },
    /// Say what can be reached, with which token, and where everything is
    #[command(after_help = "Examples:\n  trulyopen doctor\n  HF_ENDPOINT=https://hub.example.org trulyopen doctor --format json")]
    Doctor,
    /// Print shell completions
    #[command(
        after_help = "Examples:\n  trulyopen completions bash > ~/.local/share/bash-completion/completions/trulyopen\n  trulyopen completions zsh > ~/.zfunc/_trulyopen\n  trulyopen completions fish > ~/.config/fish/completions/trulyopen.fish"
    )]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page (roff)
    #[command(after_help = "Examples:\n  trulyopen man > trulyopen.1\n  trulyopen man | man -l -")]
    Man,
}

/// What `trulyopen cache` does.
#[derive(Debug, Subcommand)]
pub enum CacheAction {
    /// Print its directory
    #[command(after_help = "Examples:\n  trulyopen cache dir")]
    Dir,
    /// Say what is in it
    #[command(after_help = "Examples:\n  trulyopen cache show\n  trulyopen cache show --format json")]
    Show,
    /// Check every content against its digest, and remove what is damaged
    #[command(after_help = "Examples:\n  trulyopen cache verify")]
    Verify,
    /// Remove everything, or what was not used for some time
    #[command(after_help = "Examples:\n  trulyopen cache clean\n  trulyopen cache clean --unused-for 30d")]
    Clean {
        /// Only what was not used for this long (30d, 12h)
        #[arg(long, value_name = "AGE", value_parser = age)]
        unused_for: Option<Duration>,
    },
}

const AUDIT_EXAMPLES: &str = "\
Examples:
  trulyopen audit deepseek-ai/DeepSeek-R1
  trulyopen audit allenai/OLMo-2-1124-7B meta-llama/Llama-3.2-3B-Instruct
  trulyopen audit https://huggingface.co/openai/gpt-oss-20b --format json
  trulyopen audit modelscope:Qwen/Qwen3-8B ollama:llama3.1:8b github:isl-org/MiDaS
  trulyopen audit --from models.txt --fail-under open-weights
  trulyopen audit --org allenai --format html -o allenai.html
  trulyopen audit --from thousands.txt --format jsonl -o audits.jsonl --resume audits.state
  trulyopen audit ./my-checkpoint
  trulyopen audit ./model.gguf ./Modelfile
  trulyopen audit --cache --offline
  trulyopen audit mof:Model.yml --format json
  trulyopen audit ORG/NAME --format evidence -o review.toml && trulyopen audit ORG/NAME --evidence review.toml
  trulyopen audit ORG/NAME --save-evidence evidence && trulyopen audit ORG/NAME --hub evidence
  trulyopen audit ORG/NAME --format issue -o issue.md";

#[derive(Debug, Args)]
pub struct AuditArgs {
    /// Models: ORG/NAME, ORG/NAME@REVISION, hf:ORG/NAME, modelscope:ORG/NAME, ollama:NAME:TAG, github:OWNER/REPO, a hub URL, pkg:huggingface/ORG/NAME@REV, a directory (./dir), a weight file or Modelfile (./model.gguf), or a reviewed file (mof:FILE, osai-index:FILE)
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    /// Read targets from a file, one a line; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub from: Vec<PathBuf>,
    /// Audit every model in a cache: DIR, or else those of the hub's clients, Ollama and LM Studio; says which may be shipped
    #[arg(long, value_name = "DIR", num_args = 0..=1)]
    pub cache: Option<Option<PathBuf>>,
    /// Audit every model of an organisation, as the hub lists them; can be repeated
    #[arg(long, value_name = "NAME")]
    pub org: Vec<String>,
    /// Keep finished audits in a file, and go on from there: Ctrl-C loses nothing, and nothing is audited twice
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,
    /// Exit with 1 where a model's proven verdict is below this one
    #[arg(long, value_name = "VERDICT", value_parser = PossibleValuesParser::new(["closed", "weights-available", "open-weights", "open-source", "open-source-open-data"]))]
    pub fail_under: Option<String>,
    /// Evaluate the Model Openness Framework with the bugs of the Model Openness Tool
    #[arg(long)]
    pub mot_compatible: bool,
}

const ALTERNATIVES_EXAMPLES: &str = "\
Examples:
  trulyopen alternatives meta-llama/Llama-3.1-8B
  trulyopen alternatives meta-llama/Llama-3.1-8B --at-least open-source --limit 3
  trulyopen alternatives gpt-4o --task text-generation --size 70B --at-least open-weights
  trulyopen alternatives ORG/NAME --from audits.jsonl --offline";

#[derive(Debug, Args)]
pub struct AlternativesArgs {
    /// The model to replace, as `audit` takes it
    #[arg(value_name = "MODEL")]
    pub model: String,
    /// The least verdict an alternative must be proven to have; one rung above the model's own where nothing is said
    #[arg(long, value_name = "VERDICT", value_parser = PossibleValuesParser::new(["weights-available", "open-weights", "open-source", "open-source-open-data"]))]
    pub at_least: Option<String>,
    /// Choose among the models of saved audits (JSON or JSON lines) instead of the hub's list
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Alternatives to show
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub limit: u16,
    /// The task, where the model's record does not say it (`text-generation`, `automatic-speech-recognition` …)
    #[arg(long, value_name = "TASK")]
    pub task: Option<String>,
    /// The number of parameters (`7B`), where neither record nor name says it
    #[arg(long, value_name = "N")]
    pub size: Option<String>,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  trulyopen init && trulyopen check
  trulyopen check --update-lock
  trulyopen check --locked --offline
  trulyopen check --baseline origin/main --format github
  trulyopen check --format sarif -o trulyopen.sarif";

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The project
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,
    /// The policy, instead of the trulyopen.toml in PATH or the nearest one above
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// The profile of the policy that holds in this environment
    #[arg(long, value_name = "NAME", env = "TRULYOPEN_PROFILE")]
    pub profile: Option<String>,
    /// Fail where a model is not as trulyopen.lock has it; with --offline, judge by the lock alone
    #[arg(long, conflicts_with = "update_lock")]
    pub locked: bool,
    /// Write trulyopen.lock
    #[arg(long)]
    pub update_lock: bool,
    /// Report only what is new since a git revision, or since a saved `--format json`
    #[arg(long, value_name = "REV|FILE")]
    pub baseline: Option<String>,
    /// Look for models to use instead also among these: `cache` (what earlier runs fetched), or a file of audits or of a census; they are audited, at most 50
    #[arg(long, value_name = "cache|FILE")]
    pub suggest_from: Option<PathBuf>,
}

impl CheckArgs {
    /// A check of this project with all else left as it is.
    pub fn of(path: &std::path::Path) -> CheckArgs {
        CheckArgs {
            path: path.to_path_buf(),
            policy: None,
            profile: None,
            locked: false,
            update_lock: false,
            baseline: None,
            suggest_from: None,
        }
    }
}

#[derive(Debug, Args)]
pub struct InitArgs {
    /// The directory that gets it
    #[arg(value_name = "DIR", default_value = ".")]
    pub path: PathBuf,
    /// What to start from
    #[arg(long, value_name = "NAME", default_value = "permissive-commercial", value_parser = PossibleValuesParser::new(crate::policy::preset::PRESETS.iter().map(|p| clap::builder::PossibleValue::new(p.name).help(p.about))))]
    pub preset: String,
    /// Write over a policy that is there
    #[arg(long)]
    pub force: bool,
    /// Write the policy's JSON Schema beside it and name it in the first line, so that editors complete and check
    #[arg(long)]
    pub schema: bool,
}

#[derive(Debug, Args)]
pub struct ScanArgs {
    /// A project's folder, or one file
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,
    /// Look at files that .gitignore excludes, too
    #[arg(long)]
    pub no_ignore: bool,
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

const CENSUS_EXAMPLES: &str = "\
Examples:
  trulyopen census models.jsonl.zst
  trulyopen census models.parquet --format html -o census.html
  trulyopen census models.parquet --format parquet -o judged.parquet --summary census.json
  trulyopen census --jsonl-in - --jsonl-out - < records.jsonl
  trulyopen census";

#[derive(Debug, Args)]
pub struct CensusArgs {
    /// Records: JSON lines, a JSON array or Parquet, plain, gzip or zstd; `-` is standard input. Without any: the whole hub, by its list
    #[arg(value_name = "FILE")]
    pub input: Vec<PathBuf>,
    /// Read records as FILE does; with --jsonl-out - it makes a filter
    #[arg(long, value_name = "FILE")]
    pub jsonl_in: Option<PathBuf>,
    /// Write a line of JSON for each record, in order, also for one that cannot be judged
    #[arg(long, value_name = "FILE")]
    pub jsonl_out: Option<PathBuf>,
    /// Write the summary (HTML by its name, else JSON) beside the rows of --format jsonl, csv or parquet
    #[arg(long, value_name = "FILE")]
    pub summary: Option<PathBuf>,
    /// Threads that judge; as many as there are cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
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
