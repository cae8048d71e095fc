//! The Model Openness Framework 1.0, as the Model Openness Tool evaluates it: which components count,
//! how far each class is reached, and which class is.
//!
//! The steps are those of the tool (`ModelEvaluator`, `LicenseHandler`); its tables stand in
//! `rules/frameworks/mof.toml`. Where the tool has a bug, [`Mode::Tool`] reproduces it.

use crate::rules::Rules;
use crate::rules::frameworks::MofRule;
use crate::rules::schema::MofKind;
use crate::vocabulary::ComponentId;
use std::collections::BTreeMap;

/// The framework's id in the rules and the JSON.
pub const ID: &str = "mof";

/// By the framework's letter, or as the tool does it, bugs included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Letter,
    Tool,
}

/// What a component comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Listed, under an open license; `fit` says whether it is made for this kind of content.
    Included { fit: bool },
    /// Listed, under a license that is not open.
    Invalid,
    /// Listed, without a license.
    Unlicensed,
    /// Not listed.
    Missing,
    /// It is not known which of these.
    Unknown,
}

impl Status {
    /// The spelling in JSON.
    pub fn slug(self) -> &'static str {
        match self {
            Status::Included { .. } => "included",
            Status::Invalid => "invalid",
            Status::Unlicensed => "unlicensed",
            Status::Missing => "missing",
            Status::Unknown => "unknown",
        }
    }

    fn counts(self) -> bool {
        matches!(self, Status::Included { .. })
    }
}

/// Every component's status; a component that is not in it is missing.
pub type Statuses = BTreeMap<ComponentId, Status>;

/// The result.
#[derive(Debug, Clone, PartialEq)]
pub struct Result {
    /// 1, 2 or 3; 0 is unclassified.
    pub class: u8,
    /// What it could become if everything that is not known counted.
    pub class_possible: u8,
    /// Percent of each class, 1 to 3.
    pub progress: BTreeMap<u8, f64>,
    pub statuses: Statuses,
    /// Required components that are not listed.
    pub missing: Vec<ComponentId>,
    pub invalid: Vec<ComponentId>,
    pub unlicensed: Vec<ComponentId>,
    pub unknown: Vec<ComponentId>,
    /// Counted, under a license made for another kind of content.
    pub conditional: Vec<ComponentId>,
}

/// The tables of the Model Openness Framework.
pub fn mof_rule(rules: &Rules) -> Option<&MofRule> {
    rules.frameworks.get(ID).and_then(|f| f.mof.as_ref())
}

/// Whether a license is open, by its exact id.
pub fn is_open(license: &str, rule: &MofRule, mode: Mode) -> bool {
    if mode == Mode::Tool && rule.tool.not_open.iter().any(|l| l == license) {
        return false;
    }
    let listed = spdx::license_id(license).filter(|l| l.name == license);
    listed.is_some_and(|l| l.is_osi_approved() || l.is_fsf_free_libre()) || rule.open.iter().any(|l| l == license)
}

/// Whether a license is made for a kind of content, by its exact id.
pub fn fits(license: &str, kind: MofKind, rule: &MofRule, mode: Mode) -> bool {
    let table = Some(&rule.tool.fits).filter(|_| mode == Mode::Tool).and_then(|t| t.get(license));
    table.or_else(|| rule.fits.get(license)).is_some_and(|kinds| kinds.contains(&kind))
}

/// The status of a listed component under one license (none where it is `None`).
pub fn status(id: ComponentId, license: Option<&str>, rules: &Rules, rule: &MofRule, mode: Mode) -> Status {
    let kind = rules.components.get(&id).map(|c| c.kind);
    match license {
        None => Status::Unlicensed,
        Some(license) if is_open(license, rule, mode) => Status::Included { fit: kind.is_some_and(|k| fits(license, k, rule, mode)) },
        Some(_) => Status::Invalid,
    }
}

/// Evaluates.
pub fn evaluate(statuses: &Statuses, rules: &Rules) -> Result {
    let at_best: Statuses =
        statuses.iter().map(|(id, s)| (*id, if *s == Status::Unknown { Status::Included { fit: true } } else { *s })).collect();
    let progress: BTreeMap<u8, f64> = (1..=3).map(|class| (class, percent(class, statuses, rules))).collect();
    let of = |id: &ComponentId| statuses.get(id).copied().unwrap_or(Status::Missing);
    // A listed paper is taken in place of a report that does not count.
    let replaced = !of(&ComponentId::TechnicalReport).counts() && of(&ComponentId::ResearchPaper) != Status::Missing;
    let required =
        |id: &ComponentId| rules.components.get(id).is_some_and(|c| c.required) && !(replaced && *id == ComponentId::TechnicalReport);
    let all = |wanted: &dyn Fn(&ComponentId, Status) -> bool| ComponentId::ALL.iter().copied().filter(|id| wanted(id, of(id))).collect();
    Result {
        class: class(statuses, rules),
        class_possible: class(&at_best, rules),
        progress,
        missing: all(&|id, s| s == Status::Missing && required(id)),
        invalid: all(&|_, s| s == Status::Invalid),
        unlicensed: all(&|_, s| s == Status::Unlicensed),
        unknown: all(&|_, s| s == Status::Unknown),
        conditional: all(&|_, s| s == Status::Included { fit: false }),
        statuses: statuses.clone(),
    }
}

/// The best class that is complete.
fn class(statuses: &Statuses, rules: &Rules) -> u8 {
    (1..=3).find(|class| percent(*class, statuses, rules) >= 100.0).unwrap_or(0)
}

/// Progress of a class in percent: of all that it and the lower classes require, and 0 while a lower one is
/// incomplete.
fn percent(class: u8, statuses: &Statuses, rules: &Rules) -> f64 {
    for lower in (class + 1..=3).rev() {
        let (counted, needed) = tally(lower, statuses, rules);
        if counted < needed {
            return 0.0;
        }
    }
    let (counted, needed) = tally(class, statuses, rules);
    if needed == 0 { 0.0 } else { (100.0 * counted as f64 / needed as f64).min(100.0) }
}

/// How many required components of a class and those below it count, and how many are needed.
fn tally(class: u8, statuses: &Statuses, rules: &Rules) -> (usize, usize) {
    let counts = |id: ComponentId| statuses.get(&id).is_some_and(|s| s.counts());
    let required: Vec<ComponentId> =
        rules.components.values().filter(|c| c.required && c.class >= class).map(|c| *c.id.get_ref()).collect();
    let (report, paper) = (ComponentId::TechnicalReport, ComponentId::ResearchPaper);
    let instead = !counts(report) && counts(paper);
    let mut counted = required.iter().filter(|id| counts(**id)).count();
    let mut needed = required.len();
    if instead && required.contains(&report) {
        if required.contains(&paper) {
            // The paper counts once, and the report is not asked for.
            needed -= 1;
        } else {
            counted += 1;
        }
    }
    (counted, needed)
}
