//! How a model is made from another, as declared or as names, tags and files show; and where that is said.

use crate::evidence::Evidence;
use crate::rules::Rules;
use crate::rules::files::Kind;
use crate::snapshot::{Ancestor, Snapshot};

/// The relation as declared, or as name, tags and files show it.
pub(super) fn relation(snapshot: &Snapshot, ancestor: &Ancestor, rules: &Rules) -> String {
    if rules.relation(&ancestor.relation).is_some() {
        return ancestor.relation.clone();
    }
    // Of the model that names it: the audited one or another ancestor.
    let child = if ancestor.child == snapshot.id {
        Some(snapshot)
    } else {
        snapshot.ancestors.iter().find(|a| a.id == ancestor.child).and_then(|a| a.snapshot.as_deref().ok())
    };
    let record = child.and_then(|c| c.record.as_ref().ok());
    // Several that are declared are merged; prose also names the base of a base.
    let declared = |a: &&Ancestor| a.child == ancestor.child && a.mention.declared;
    let siblings = snapshot.ancestors.iter().filter(declared).count();
    let tagged = |list: &[String]| record.is_some_and(|r| r.tags.iter().any(|t| list.iter().any(|l| t.eq_ignore_ascii_case(l))));
    let has_adapter = || {
        record.and_then(|r| r.files.as_ref()).is_some_and(|f| f.iter().any(|f| crate::files::kind(&f.path, rules) == Some(Kind::Adapter)))
    };
    undeclared_relation(&ancestor.child, siblings, tagged, has_adapter, rules).to_string()
}

/// The relation that a model's name, tags and files show, where it declares none. `bases` is how many it
/// names; `tagged` says whether it has one of some tags.
pub fn undeclared_relation<'r>(
    id: &str,
    bases: usize,
    tagged: impl Fn(&[String]) -> bool,
    has_adapter: impl Fn() -> bool,
    rules: &'r Rules,
) -> &'r str {
    let name = id.rsplit('/').next().unwrap_or(id).to_lowercase();
    let ends = |list: &[String]| {
        list.iter().any(|s| {
            name.split(['-', '_', '.']).any(|part| part == s) || name.strip_suffix(s.as_str()).is_some_and(|rest| rest.ends_with('-'))
        })
    };
    let fits = |relation: &crate::rules::lineage::Relation| match relation.id.get_ref().as_str() {
        "merge" => bases > 1 || tagged(&relation.tags),
        "adapter" => tagged(&relation.tags) && has_adapter(),
        _ => ends(&relation.suffixes),
    };
    rules.relations.iter().find(|r| fits(r)).map_or("finetune", |r| r.id.get_ref().as_str())
}

/// The place where an ancestor is named.
pub(super) fn mention_cite(snapshot: &Snapshot, ancestor: &Ancestor) -> Vec<Evidence> {
    let child = if ancestor.child == snapshot.id {
        Some(snapshot)
    } else {
        snapshot.ancestors.iter().find(|a| a.id == ancestor.child).and_then(|a| a.snapshot.as_deref().ok())
    };
    let note = format!("{}: {}", ancestor.mention.context, ancestor.id);
    let header = child.and_then(|c| c.headers.iter().find(|h| ancestor.mention.context.ends_with(&h.place())));
    match child.map(|c| (&c.card, c)) {
        Some((_, c)) if header.is_some() => {
            vec![Evidence { path: header.map(|h| h.path.clone()), note, ..c.record_cite.clone() }]
        }
        Some((Ok(document), _)) => vec![document.cite(ancestor.mention.line, note)],
        Some((Err(_), c)) => vec![Evidence { note, ..c.record_cite.clone() }],
        None => Vec::new(),
    }
}
