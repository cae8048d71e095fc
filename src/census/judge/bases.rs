//! Base models of a record, and what they come to.

use super::Judge;
use crate::census::names::WEIGHTS;
use crate::census::record::Record;
use crate::ids::is_repo_id;
use crate::net::limits;
use crate::rules::files::Kind;
use crate::vocabulary::{Openness, Pillar};
use std::borrow::Cow;

/// What the base models come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct BaseFacts {
    /// The strictest of the terms that flow down, as far as the rules know the bases.
    pub openness: Openness,
    pub inherits_data: bool,
    pub inherits_code: bool,
}

impl<'r> Judge<'r> {
    /// Base models as [`plan::plan`] finds them in a record, at most as many as are looked up. A relation that
    /// is not declared is read off name, tags and files.
    pub(super) fn bases<'a>(&mut self, record: &'a Record<'_>) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
        let mut out: Vec<(Cow<'a, str>, Cow<'a, str>)> = Vec::new();
        let front = &record.front;
        let tagged = || record.tags.iter().filter_map(|t| t.strip_prefix("base_model:")?.split_once(':'));
        let is_new = |out: &[(Cow<'_, str>, Cow<'_, str>)], id: &str| !out.iter().any(|(o, _)| o.eq_ignore_ascii_case(id));
        for name in &front.base_model.0 {
            let id = self.names.base_id(name);
            if is_new(&out, &id) {
                let relation = match &front.base_model_relation {
                    Some(declared) => Cow::Owned(declared.to_lowercase()),
                    None => Cow::Borrowed(tagged().find(|(_, t)| t.eq_ignore_ascii_case(&id)).map_or("", |(relation, _)| relation)),
                };
                out.push((id, relation));
            }
        }
        for (relation, id) in tagged() {
            if is_repo_id(id) && is_new(&out, id) {
                out.push((Cow::Borrowed(id), Cow::Borrowed(relation)));
            }
        }
        if let Some(base) = record.config.adapter_base.as_deref()
            && is_repo_id(base)
            && is_new(&out, base)
            && !base.eq_ignore_ascii_case(&record.id)
        {
            out.push((Cow::Borrowed(base), Cow::Borrowed("adapter")));
        }
        out.truncate(limits::BASES);
        if out.iter().any(|(_, relation)| self.rules.relation(relation).is_none()) {
            let shown = self.shown_relation(record, out.len());
            for (_, relation) in &mut out {
                if self.rules.relation(relation).is_none() {
                    *relation = Cow::Owned(shown.to_string());
                }
            }
        }
        out
    }

    fn shown_relation(&mut self, record: &Record<'_>, bases: usize) -> &'r str {
        let tagged = |list: &[String]| record.tags.iter().any(|t| list.iter().any(|l| t.eq_ignore_ascii_case(l)));
        let names = &mut self.names;
        let has_adapter = record.files.iter().flatten().any(|f| names.path(&f.path).class.is_some_and(|c| c.kind == Kind::Adapter));
        crate::lineage::undeclared_relation(&record.id, bases, tagged, || has_adapter, self.rules)
    }

    pub(super) fn base_facts(&mut self, record: &Record<'_>, bases: &[(Cow<'_, str>, Cow<'_, str>)]) -> Option<BaseFacts> {
        let mut facts: Option<BaseFacts> = None;
        let own_owner = record.owner();
        for (id, relation) in bases {
            // Itself: no base.
            if same_name(id, &record.id) {
                continue;
            }
            let theirs = id.split_once('/').map_or("", |(owner, _)| owner);
            let same_owner = !theirs.is_empty() && crate::ids::same_owner(theirs, own_owner);
            // Whoever made both may license its own model anew; what nobody looked at may be made from somebody else's.
            let known = self.names.base(id).and_then(|at| self.names.table().known_base(at));
            let flows_down = known.map_or(Openness::Unknown, |k| if same_owner { Openness::Open } else { k.openness[WEIGHTS] });
            let relation = self.rules.relation(relation);
            let inherits = |p: Pillar| relation.is_some_and(|r| r.inherits.contains(&p));
            let facts = facts.get_or_insert(BaseFacts { openness: Openness::Open, inherits_data: true, inherits_code: true });
            facts.openness = facts.openness.and(flows_down);
            facts.inherits_data &= inherits(Pillar::TrainingData);
            facts.inherits_code &= inherits(Pillar::TrainingCode);
        }
        facts
    }
}

/// Whether two names are the same in any case. Those of models are ASCII, others need not be.
fn same_name(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() { a.eq_ignore_ascii_case(b) } else { a.to_lowercase() == b.to_lowercase() }
}
