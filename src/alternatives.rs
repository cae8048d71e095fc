//! Which models could take the place of another: the same task, a comparable size, and a verdict that stands
//! higher. Pure: lists in, a choice out. Lists are screened by what they say; a verdict that is shown was
//! proven by an audit, of this run or of the file that the list came from. Quality is not compared.

use crate::hub::record::{Gate, ModelRecord};
use crate::report::Model;
use crate::rules::Rules;
use crate::vocabulary::{Content, Openness, Verdict};
use crate::{license, text};
use serde::Serialize;
use serde_json::Value;
use std::cmp::Reverse;

/// A size is comparable from half of a model's parameters to twice as many.
pub const FACTOR: f64 = 2.0;

/// What is not compared, for the reader.
pub const NOT_COMPARED: &[&str] = &["quality", "languages", "context length", "hardware", "price"];

/// What is to be replaced.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    pub id: String,
    /// `pipeline_tag`, as the hub names tasks.
    pub task: String,
    pub parameters: Option<u64>,
    pub at_least: Verdict,
}

/// A model of a list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Candidate {
    pub id: String,
    pub task: Option<String>,
    pub parameters: Option<u64>,
    /// Declared, or concluded where the list is of audits.
    pub license: Option<String>,
    pub downloads: Option<u64>,
    /// Access is granted by hand, or to nobody.
    pub closed_off: bool,
    /// It names training datasets.
    pub names_data: bool,
    /// It names a base model.
    pub derived: bool,
    /// As an audit has it.
    pub verdict: Option<Verdict>,
    pub possible: Option<Verdict>,
    /// Whether it may be shipped, as an audit has it.
    pub ship: Option<String>,
    pub url: Option<String>,
}

/// How many of a list were left out, and why; each is counted once, at the first question that it fails.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub listed: usize,
    pub other_task: usize,
    pub other_size: usize,
    pub size_not_known: usize,
    pub closed_off: usize,
    /// Of a list of the hub: no license that could reach the verdict.
    pub license: usize,
    /// Of a list of audits: the verdict is lower.
    pub lower: usize,
    pub left: usize,
}

/// The number of parameters that a name tells: `7B`, `1.5b`, `350M`, `8x7B`.
pub fn parameters_of_name(id: &str) -> Option<u64> {
    let name = id.rsplit('/').next().unwrap_or(id).to_lowercase();
    name.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').find_map(|word| {
        let (number, unit) = [('b', 1e9), ('m', 1e6), ('t', 1e12)].into_iter().find_map(|(u, n)| Some((word.strip_suffix(u)?, n)))?;
        let (experts, each) = number.split_once('x').unwrap_or(("1", number));
        let shaped =
            |s: &str| !s.is_empty() && s.starts_with(|c: char| c.is_ascii_digit()) && s.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if !shaped(experts) || !shaped(each) || number.len() > 12 {
            return None;
        }
        let total = experts.parse::<f64>().ok()? * each.parse::<f64>().ok()? * unit;
        // What is out of this range counts something else (versions, years, tokens).
        (1e6..=1e14).contains(&total).then_some(total as u64)
    })
}

impl Candidate {
    /// From a record of the hub, or an entry of its list.
    pub fn of_record(record: &ModelRecord) -> Candidate {
        let tagged = |prefix: &str| record.tags.iter().any(|t| t.starts_with(prefix));
        Candidate {
            parameters: record.extra.parameters.or_else(|| parameters_of_name(&record.id)),
            task: record.pipeline_tag.clone(),
            license: record.licenses().first().cloned(),
            downloads: record.extra.downloads,
            closed_off: record.private || record.disabled || record.gate == Gate::Manual,
            names_data: tagged("dataset:") || record.card_data.get("datasets").is_some(),
            derived: tagged("base_model:") || record.card_data.get("base_model").is_some(),
            id: record.id.clone(),
            ..Candidate::default()
        }
    }

    /// From an audit of this run.
    pub fn of_model(model: &Model) -> Candidate {
        Candidate {
            id: model.source.id.clone(),
            task: model.about.task.clone(),
            parameters: model.about.parameters.or_else(|| parameters_of_name(&model.source.id)),
            license: model.license.effective.clone(),
            downloads: model.about.downloads,
            derived: !model.lineage.is_empty(),
            verdict: Some(model.verdict),
            possible: Some(model.verdict_possible),
            ship: model.license.permits.as_ref().map(|p| p.ship.slug().to_string()),
            url: Some(model.source.url.clone()),
            ..Candidate::default()
        }
    }

    /// From a line of a file of audits: what `audit` writes, and what has the same names in a flat form.
    pub fn of_value(value: &Value) -> Option<Candidate> {
        let at = |path: &str| value.pointer(path);
        let string = |paths: &[&str]| paths.iter().find_map(|p| at(p)?.as_str()).filter(|s| !s.is_empty()).map(str::to_string);
        let number = |paths: &[&str]| paths.iter().find_map(|p| at(p)?.as_u64());
        let verdict = |path: &str| at(path).and_then(Value::as_str).and_then(Verdict::from_slug);
        let id = string(&["/source/id", "/id", "/target"])?;
        Some(Candidate {
            task: string(&["/about/task", "/task", "/pipeline_tag"]),
            parameters: number(&["/about/parameters", "/parameters"]).or_else(|| parameters_of_name(&id)),
            license: string(&["/license/effective", "/license/concluded", "/license", "/effective"]),
            downloads: number(&["/about/downloads", "/downloads"]),
            verdict: Some(verdict("/verdict")?),
            possible: verdict("/verdict_possible"),
            ship: string(&["/license/permits/ship"]),
            url: string(&["/source/url", "/url"]),
            id,
            ..Candidate::default()
        })
    }

    /// Parameters in proportion to the wanted model's.
    pub fn ratio(&self, wanted: &Wanted) -> Option<f64> {
        match (self.parameters, wanted.parameters) {
            (Some(own), Some(theirs)) if theirs > 0 => Some(own as f64 / theirs as f64),
            _ => None,
        }
    }

    /// How far its size is from the wanted model's, in powers of two.
    fn distance(&self, wanted: &Wanted) -> f64 {
        self.ratio(wanted).map_or(f64::INFINITY, |r| r.log2().abs())
    }
}

/// Reads the hub's list: an array of records. Entries that are none are passed over.
///
/// # Errors
/// Where it is no JSON array.
pub fn read_page(bytes: &[u8]) -> Result<Vec<Candidate>, String> {
    let value: Value = serde_json::from_slice(bytes).map_err(|e| format!("not JSON (line {})", e.line()))?;
    let list = value.as_array().ok_or("it is no list")?;
    let record = |v: &Value| ModelRecord::parse(v.to_string().as_bytes()).ok();
    Ok(list.iter().take(crate::net::limits::LISTED_MODELS).filter_map(record).map(|r| Candidate::of_record(&r)).collect())
}

/// Whether a candidate is what is looked for, as far as its list tells; counts it where it is not.
pub fn screen(candidate: &Candidate, wanted: &Wanted, rules: &Rules, tally: &mut Tally) -> bool {
    if candidate.id.eq_ignore_ascii_case(&wanted.id) {
        return false;
    }
    tally.listed += 1;
    let (count, through) = match () {
        () if candidate.task.as_deref() != Some(wanted.task.as_str()) => (&mut tally.other_task, false),
        () if wanted.parameters.is_some() && candidate.parameters.is_none() => (&mut tally.size_not_known, false),
        () if candidate.ratio(wanted).is_some_and(|r| !(1.0 / FACTOR..=FACTOR).contains(&r)) => (&mut tally.other_size, false),
        () if candidate.closed_off && wanted.at_least > Verdict::WeightsAvailable => (&mut tally.closed_off, false),
        () if candidate.verdict.is_some_and(|v| v < wanted.at_least) => (&mut tally.lower, false),
        () if candidate.verdict.is_none() && !may_reach(candidate, wanted.at_least, rules) => (&mut tally.license, false),
        () => (&mut tally.left, true),
    };
    *count += 1;
    through
}

/// Whether the license that a list names could reach the verdict.
fn may_reach(candidate: &Candidate, at_least: Verdict, rules: &Rules) -> bool {
    let known = candidate.license.as_deref().and_then(|l| license::find(rules, l));
    at_least <= Verdict::WeightsAvailable || known.is_some_and(|k| k.openness(Content::Weights) == Openness::Open)
}

/// Those worth an audit first: models of their own before copies, those that name their data where data are
/// asked for, then by downloads.
pub fn rank(candidates: &mut [Candidate], wanted: &Wanted) {
    let needs_data = wanted.at_least >= Verdict::OpenSource;
    candidates.sort_by_key(|c| (needs_data && !c.names_data, c.derived, Reverse(c.downloads.unwrap_or(0)), c.id.clone()));
}

/// The most open first, then the nearest in size, then by downloads.
pub fn order(chosen: &mut [Candidate], wanted: &Wanted) {
    chosen.sort_by(|a, b| {
        b.verdict
            .cmp(&a.verdict)
            .then_with(|| a.distance(wanted).total_cmp(&b.distance(wanted)))
            .then_with(|| b.downloads.cmp(&a.downloads))
            .then_with(|| a.id.cmp(&b.id))
    });
}

/// `7,241,732,096` as `7.2B`.
pub fn size(parameters: u64) -> String {
    let n = parameters as f64;
    let (value, unit) = match () {
        () if n >= 1e12 => (n / 1e12, "T"),
        () if n >= 1e9 => (n / 1e9, "B"),
        () if n >= 1e6 => (n / 1e6, "M"),
        () => return parameters.to_string(),
    };
    let shown = format!("{value:.1}");
    format!("{}{unit}", shown.strip_suffix(".0").unwrap_or(&shown))
}

/// The rung above a proven verdict; `None` for the highest, and where nothing is proven.
pub fn above(verdict: Verdict) -> Option<Verdict> {
    Verdict::ALL.iter().copied().find(|v| *v > verdict && verdict != Verdict::Unknown)
}

/// What was left out, in a sentence.
pub fn told(tally: &Tally) -> String {
    let parts = [
        (tally.other_task, "another task"),
        (tally.other_size, "another size"),
        (tally.size_not_known, "a size that is not known"),
        (tally.closed_off, "access by hand or to nobody"),
        (tally.license, "no open license"),
        (tally.lower, "a lower verdict"),
    ];
    let out: Vec<String> = parts.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} of {what}")).collect();
    let out = if out.is_empty() { String::new() } else { format!(" ({})", text::list(&out)) };
    format!("{} listed, {} left{out}", text::count(tally.listed, "model", "models"), tally.left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn wanted(parameters: Option<u64>) -> Wanted {
        Wanted { id: "o/n".into(), task: "text-generation".into(), parameters, at_least: Verdict::OpenSource }
    }

    #[test]
    fn sizes_of_names() {
        for (name, n) in [
            ("meta-llama/Llama-3.1-8B", Some(8_000_000_000)),
            ("Qwen/Qwen2.5-0.5B-Instruct", Some(500_000_000)),
            ("mistralai/Mixtral-8x7B-v0.1", Some(56_000_000_000)),
            ("EleutherAI/pythia-160m", Some(160_000_000)),
            ("deepseek-ai/DeepSeek-R1", None),
            ("o/model-4bit", None),
            ("o/v2.0", None),
            ("Qwen/Qwen3-30B-A3B", Some(30_000_000_000)),
            ("7b/name", None),
        ] {
            assert_eq!(parameters_of_name(name), n, "{name}");
        }
        assert_eq!((size(7_241_732_096), size(8_000_000_000), size(160_000_000)), ("7.2B".into(), "8B".into(), "160M".into()));
    }

    #[test]
    fn each_is_counted_once() {
        let rules = Rules::load(None).unwrap();
        let page = json!([
            {"id": "o/n", "pipeline_tag": "text-generation"},
            {"id": "a/fits-7b", "pipeline_tag": "text-generation", "gated": false, "tags": ["license:apache-2.0", "dataset:x/y"], "downloads": 5},
            {"id": "a/other-7b", "pipeline_tag": "text-to-image", "gated": false, "tags": ["license:apache-2.0"]},
            {"id": "a/large-70b", "pipeline_tag": "text-generation", "gated": false, "tags": ["license:apache-2.0"]},
            {"id": "a/unsized", "pipeline_tag": "text-generation", "gated": false, "tags": ["license:apache-2.0"]},
            {"id": "a/gated-7b", "pipeline_tag": "text-generation", "gated": "manual", "tags": ["license:apache-2.0"]},
            {"id": "a/nc-7b", "pipeline_tag": "text-generation", "gated": false, "tags": ["license:cc-by-nc-4.0"]},
            {"nonsense": 1}, 7
        ]);
        let list = read_page(page.to_string().as_bytes()).unwrap();
        let mut tally = Tally::default();
        let left: Vec<&str> =
            list.iter().filter(|c| screen(c, &wanted(Some(7_000_000_000)), &rules, &mut tally)).map(|c| c.id.as_str()).collect();
        assert_eq!(left, ["a/fits-7b"]);
        let expected = Tally { listed: 6, other_task: 1, other_size: 1, size_not_known: 1, closed_off: 1, license: 1, lower: 0, left: 1 };
        assert_eq!(tally, expected);
        assert!(read_page(b"{}").is_err() && read_page(b"<html>").is_err());
    }

    #[test]
    fn lines_of_audits() {
        let audit = json!({"target": "t", "source": {"id": "a/b", "url": "u"}, "verdict": "open-source", "about": {"task": "x", "parameters": 3}, "license": {"effective": "MIT"}});
        let c = Candidate::of_value(&audit).unwrap();
        assert_eq!(
            (c.id.as_str(), c.verdict, c.parameters, c.license.as_deref()),
            ("a/b", Some(Verdict::OpenSource), Some(3), Some("MIT"))
        );
        let flat = json!({"id": "a/b-2b", "verdict": "closed", "task": "x", "license": "mit"});
        assert_eq!(Candidate::of_value(&flat).unwrap().parameters, Some(2_000_000_000));
        assert_eq!(Candidate::of_value(&json!({"id": "a/b"})), None);
        assert_eq!(Candidate::of_value(&json!({"id": "a/b", "verdict": "great"})), None);
    }

    proptest! {
        #[test]
        fn what_is_left_is_what_screening_lets_through(task in "x|y", parameters in proptest::option::of(0u64..40_000_000_000), verdict in proptest::option::of(0usize..5)) {
            let rules = Rules::default();
            let verdict = verdict.and_then(|n| Verdict::ALL.get(n).copied());
            let c = Candidate { id: "a/b".into(), task: Some(task), parameters, verdict, ..Candidate::default() };
            let mut tally = Tally::default();
            let w = Wanted { task: "x".into(), ..wanted(Some(7_000_000_000)) };
            let through = screen(&c, &w, &rules, &mut tally);
            prop_assert_eq!(through, tally.left == 1);
            prop_assert_eq!(tally.listed, 1);
            if through {
                prop_assert!(c.ratio(&w).is_some_and(|r| (0.5..=2.0).contains(&r)));
            }
        }

        #[test]
        fn any_name(name in "[a-z0-9.x/_-]{0,40}") {
            if let Some(n) = parameters_of_name(&name) {
                prop_assert!((1_000_000..=100_000_000_000_000).contains(&n));
            }
        }
    }
}
