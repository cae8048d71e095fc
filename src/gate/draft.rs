//! A violation before it has a place.

use crate::policy::{Action, Settings};
use crate::report::Evidence;
use crate::vocabulary::Severity;
use std::ops::Range;

/// A violation before it has a place.
#[derive(Debug, Clone)]
pub struct Draft {
    pub rule: String,
    pub severity: Severity,
    pub unknown: bool,
    pub message: String,
    /// The place in the policy that asks for it.
    pub asked: Option<Range<usize>>,
    pub evidence: Vec<Evidence>,
    pub help: Vec<String>,
}

impl Draft {
    /// Lowered to a warning where the place is not worth more.
    pub fn at_most(mut self, role: Action) -> Draft {
        if role == Action::Warn {
            self.severity = self.severity.min(Severity::Warning);
        }
        self
    }
}

/// A draft with nothing but its words and the place that asks for it.
pub fn draft(rule: &str, severity: Severity, message: String, asked: Option<Range<usize>>) -> Draft {
    Draft { rule: rule.to_string(), severity, unknown: false, message, asked, evidence: Vec::new(), help: Vec::new() }
}

/// The severity of a rule: as the policy sets it, else the default. `None`: off.
pub fn level(rule: &str, default: Severity, s: &Settings) -> Option<Severity> {
    s.severities.get(rule).map_or(Some(default), |at| at.value)
}
