//! Licenses: what a name or text denotes, and what it permits. Facts come from `rules/licenses` and the SPDX list;
//! what can be concluded for a model from the witnesses that speak of it is in `terms`.

mod compare;
mod decode;
pub mod listed;
pub mod names;
pub mod text;

pub use names::find;

use crate::rules::Rules;
use crate::rules::licenses::Known;
use crate::rules::schema::Base;
use crate::text as t;

/// The license that a link leads to.
pub fn find_url<'r>(rules: &'r Rules, url: &str) -> Option<Known<'r>> {
    rules.license_by_url(&t::fold_url(url).to_lowercase()).map(Known::Rule)
}

/// Whether a value of `license` names anything: `other` and `unknown` do not.
pub fn names_something(value: &str) -> bool {
    !matches!(
        t::fold_name(value).as_str(),
        "" | "other"
            | "unknown"
            | "none"
            | "null"
            | "n/a"
            | "na"
            | "tbd"
            | "noassertion"
            | "license"
            | "license.md"
            | "license.txt"
            | "custom"
            | "custom-license"
            | "see-license"
            | "see-license-file"
            | "more-information-needed"
            | "[more-information-needed]"
    )
}

/// Whether a rule on well-known base models is about this id.
pub fn base_fits(base: &Base, id: &str) -> bool {
    base.fits(&id.to_lowercase())
}

/// The license that binds a well-known base model, known from its id.
pub fn of_base<'r>(rules: &'r Rules, id: &str) -> Option<(&'r Base, Known<'r>)> {
    let lower = id.to_lowercase();
    let base = rules.bases.iter().find(|b| b.fits(&lower))?;
    Some((base, find(rules, base.license.get_ref())?))
}

/// The family that a repository's name alone points to; a suspicion, never a proof.
pub fn of_name<'r>(rules: &'r Rules, id: &str) -> Option<(&'r Base, Known<'r>)> {
    let name = id.rsplit('/').next().unwrap_or(id);
    let lower = name.to_lowercase();
    let base = rules.name_hints.iter().find(|b| b.fits(&lower))?;
    Some((base, find(rules, base.license.get_ref())?))
}
