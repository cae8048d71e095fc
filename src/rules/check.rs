//! What a shape alone cannot refuse.

use super::Rules;
use super::licenses::{Authority, LicenseRule};
use super::schema::*;
use std::ops::Range;

/// A requirement asks for exactly one thing.
pub(super) fn check_requirement(r: &Requirement, top: bool) -> Result<(), String> {
    let name = if r.id.is_empty() { "a requirement" } else { &r.id };
    if top && (r.id.is_empty() || r.text.is_empty()) {
        return Err(format!("{name} needs `id` and `text`"));
    }
    let kinds = [
        r.component.is_some(),
        r.fact.is_some(),
        r.framework.is_some(),
        !r.terms_absent.is_empty(),
        r.document.is_some(),
        r.person,
        !r.any.is_empty(),
        !r.all.is_empty(),
    ];
    if kinds.iter().filter(|k| **k).count() != 1 {
        return Err(format!(
            "{name} needs exactly one of `component`, `fact`, `framework`, `terms-absent`, `document`, `person`, `any`, `all`"
        ));
    }
    if r.component.is_none() && (r.license.is_some() || r.basis.is_some() || r.of != Whose::Model) {
        return Err(format!("{name} has `license`, `basis` or `of` without `component`"));
    }
    if r.component.is_some() == r.availability.is_empty() {
        return Err(format!("{name} needs `availability` with `component`, and only then"));
    }
    r.any.iter().chain(&r.all).try_for_each(|inner| check_requirement(inner, false))
}

/// Whether a word has the form of an ISO 3166-1 alpha-2 code.
pub fn is_country(word: &str) -> bool {
    word.len() == 2 && word.bytes().all(|b| b.is_ascii_uppercase())
}

/// What the schema alone cannot refuse in a license entry.
pub(super) fn check_license(rules: &Rules, license: &LicenseRule) -> Result<(), (Range<usize>, String)> {
    let id = license.id.get_ref();
    let listed = spdx::license_id(id);
    if listed.is_none() && !id.starts_with("LicenseRef-") {
        return Err((license.id.span(), format!("`{id}` is no SPDX id; a license without one is called LicenseRef-…")));
    }
    for term in &license.terms {
        match rules.terms.get(term.get_ref()) {
            None if rules.terms.is_empty() => {}
            None => return Err((term.span(), format!("term `{}` is not in terms.toml", term.get_ref()))),
            Some(t) if t.restricts && !license.open.is_empty() => {
                return Err((
                    term.span(),
                    format!("`{id}` claims to be open, but `{}` restricts use by anyone for any purpose", term.get_ref()),
                ));
            }
            Some(_) => {}
        }
    }
    if let Some(places) = &license.places {
        if !license.terms.iter().any(|t| t.get_ref() == "territorial") {
            return Err((license.id.span(), format!("`{id}` has `places` without the term `territorial`")));
        }
        let known = |p: &str| is_country(p) || rules.places.contains_key(p);
        if let Some(odd) = places.excluded.iter().find(|p| !known(p)) {
            return Err((license.id.span(), format!("`{id}`: place `{odd}` is no code of two capitals and no place of terms.toml")));
        }
    }
    for (content, authority) in &license.open {
        let holds = match authority {
            Authority::Osi => listed.is_some_and(|l| l.is_osi_approved()),
            Authority::Fsf => listed.is_some_and(|l| l.is_fsf_free_libre()),
            _ => true,
        };
        if !holds && !license.ambiguous {
            return Err((
                license.id.span(),
                format!("`{id}` is said to be {} for {content}, but the SPDX list does not say so", authority.title()),
            ));
        }
    }
    Ok(())
}
