//! Findings: what an audit noticed that a reader must know. Their kinds stand in `rules/findings.toml`.

use crate::evidence::Evidence;
use crate::rules::Rules;
use crate::vocabulary::Severity;

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub rule: String,
    pub severity: Severity,
    pub message: String,
    pub help: String,
    pub evidence: Vec<Evidence>,
}

impl Finding {
    /// A finding of a kind that the rules describe.
    pub fn new(rules: &Rules, rule: &str, message: String, evidence: Vec<Evidence>) -> Finding {
        let kind = rules.findings.get(rule);
        debug_assert!(kind.is_some(), "no finding {rule} in rules/findings.toml");
        Finding {
            rule: rule.to_string(),
            severity: kind.map_or(Severity::Warning, |k| k.severity),
            help: kind.map(|k| k.help.clone()).unwrap_or_default(),
            message,
            evidence,
        }
    }
}

/// Worst first, then by kind and message; each once.
pub fn sort(findings: &mut Vec<Finding>) {
    findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.rule.cmp(&b.rule)).then_with(|| a.message.cmp(&b.message)));
    findings.dedup();
}
