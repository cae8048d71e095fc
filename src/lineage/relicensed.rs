//! Bases that their makers put under another license since (`rules/lineage.toml`, `[[relicensed]]`). A license belongs to
//! the revision that was used, and records do not tell which one that was: a note, which changes no license.

use super::checks::Bound;
use super::mention_cite;
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::license;
use crate::rules::Rules;
use crate::rules::lineage::Relicensed;
use crate::snapshot::Snapshot;
use crate::terms::{Part, Terms};

/// Says of each such base that there are two licenses, where the model has to do with the former one.
pub(super) fn note(snapshot: &Snapshot, own: &Terms<'_>, bound: &[Bound<'_, '_>], rules: &Rules, findings: &mut Vec<Finding>) {
    let mut said: Vec<&str> = Vec::new();
    for base in bound {
        let id = base.ancestor.id.as_str();
        if said.contains(&id) {
            continue;
        }
        let Some((rule, why)) = rules.relicensed(&id.to_lowercase()).and_then(|r| Some((r, reason(r, snapshot, own, base)?))) else {
            continue;
        };
        said.push(id);
        let name = |id: &str| license::find(rules, id).map_or(id.to_string(), |k| k.name().to_string());
        let was = rule.was.first().map(|id| name(id)).unwrap_or_default();
        let since = rule.since.as_ref().map(|day| format!(" since {day}")).unwrap_or_default();
        let message = format!(
            "{id} was under {was} and is under {}{since}; {why}. Which one binds depends on the revision that was used",
            name(&rule.now)
        );
        let page = Evidence::page(rule.source.clone(), "the base's license changed");
        findings.push(Finding::new(
            rules,
            "lineage/base-relicensed",
            message,
            mention_cite(snapshot, base.ancestor).into_iter().chain([page]).collect(),
        ));
    }
}

/// What the model has to do with the former license of a base.
fn reason(rule: &Relicensed, snapshot: &Snapshot, own: &Terms<'_>, base: &Bound<'_, '_>) -> Option<String> {
    let former = |parts: &[Part<'_>]| parts.iter().find(|p| rule.was.contains(&p.id)).map(|p| p.id.clone());
    if let Some(id) = former(&own.parts) {
        return Some(format!("this model names {id}"));
    }
    if let Some(id) = former(&base.parts) {
        return Some(format!("what is known of the base names {id}"));
    }
    let day = snapshot.record.as_ref().ok()?.extra.created.as_deref()?.get(..10)?;
    // Days in this form stand in their own order.
    let before = rule.since.as_ref().is_some_and(|since| day < since.to_string().as_str());
    before.then(|| format!("this model was made before, on {day}"))
}
