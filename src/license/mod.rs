//! Licenses: what a name or text denotes, and what it permits. Facts come from `rules/licenses` and the SPDX list;
//! what can be concluded for a model from the witnesses that speak of it is in `terms`.

mod compare;
mod decode;
pub mod names;
pub mod text;

pub use names::find;

use crate::rules::Rules;
use crate::rules::schema::{Base, LicenseRule, Obligation};
use crate::text as t;
use crate::vocabulary::{Content, Openness};

/// A license that is known: an entry of ours, or one of the SPDX list.
#[derive(Debug, Clone, Copy)]
pub enum Known<'r> {
    Rule(&'r LicenseRule),
    Listed(spdx::LicenseId),
}

impl<'r> Known<'r> {
    /// The SPDX id or `LicenseRef-…`.
    pub fn id(&self) -> &'r str {
        match self {
            Known::Rule(rule) => rule.id.get_ref(),
            Known::Listed(listed) => listed.name,
        }
    }

    /// The full title.
    pub fn name(&self) -> &'r str {
        match self {
            Known::Rule(rule) => &rule.name,
            Known::Listed(listed) => listed.full_name,
        }
    }

    /// Whether it is open for a kind of content. A listed license that neither OSI nor FSF approve
    /// and that has no entry of ours is unknown.
    pub fn openness(&self, content: Content) -> Openness {
        match self {
            Known::Rule(rule) if rule.open.contains_key(&content) => Openness::Open,
            // A family name without restricting terms: some of its texts are open, some are not.
            Known::Rule(rule) if rule.ambiguous && !rule.terms.iter().any(|t| t.get_ref() == "field-of-use") => Openness::Unknown,
            Known::Rule(_) => Openness::Restricted,
            Known::Listed(listed) if listed.is_osi_approved() || listed.is_fsf_free_libre() => Openness::Open,
            Known::Listed(_) => Openness::Unknown,
        }
    }

    /// Whether it is made for this kind of content; `None` where no rule says.
    pub fn fits(&self, content: Content) -> Option<bool> {
        match self {
            Known::Rule(rule) => Some(rule.fits.contains(&content)),
            Known::Listed(_) => None,
        }
    }

    /// The name of a family rather than of one text.
    pub fn is_ambiguous(&self) -> bool {
        matches!(self, Known::Rule(rule) if rule.ambiguous)
    }

    /// Ids of its terms.
    pub fn terms(&self) -> impl Iterator<Item = &'r str> {
        match self {
            Known::Rule(rule) => rule.terms.as_slice(),
            Known::Listed(_) => &[],
        }
        .iter()
        .map(|term| term.get_ref().as_str())
    }

    /// The family of licenses that it belongs to, where a rule says.
    pub fn family(&self) -> Option<&'r str> {
        match self {
            Known::Rule(rule) => Some(rule.family.as_str()),
            Known::Listed(_) => None,
        }
    }

    /// Its version in the family.
    pub fn version(&self) -> Option<&'r str> {
        match self {
            Known::Rule(rule) => rule.version.as_deref(),
            Known::Listed(_) => None,
        }
    }

    /// What it asks for.
    pub fn obligations(&self) -> &'r [Obligation] {
        match self {
            Known::Rule(rule) => &rule.obligations,
            Known::Listed(_) => &[],
        }
    }

    /// Where the license is published.
    pub fn source(&self) -> String {
        match self {
            Known::Rule(rule) => rule.source.clone(),
            Known::Listed(listed) => format!("https://spdx.org/licenses/{}.html", listed.name),
        }
    }
}

/// The license that a link leads to.
pub fn find_url<'r>(rules: &'r Rules, url: &str) -> Option<Known<'r>> {
    let folded = t::fold_url(url).to_lowercase();
    let fits = |prefix: &String| {
        let prefix = t::fold_url(prefix).to_lowercase();
        folded.strip_prefix(&prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '#', '?', '.']))
    };
    let best = rules
        .licenses
        .iter()
        .filter_map(|l| l.urls.iter().filter(|u| fits(u)).map(String::len).max().map(|n| (n, l)))
        .max_by_key(|(n, _)| *n);
    best.map(|(_, rule)| Known::Rule(rule))
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
