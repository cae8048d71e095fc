//! Licenses as the rules have them (`rules/licenses/*.toml`), and what is looked up in them.

pub mod marks;
pub mod names;

use super::schema::{Id, PlaceGroup};
use crate::placed::{Day, Spanned};
use crate::text;
use crate::vocabulary::{Content, Openness};
use serde::Deserialize;
use std::collections::BTreeMap;

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

/// A license and what it permits (`rules/licenses/*.toml`).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LicenseRule {
    pub id: Id,
    pub name: String,
    pub family: String,
    pub version: Option<String>,
    #[serde(default)]
    pub aliases: Vec<Spanned<String>>,
    #[serde(default)]
    pub urls: Vec<String>,
    /// Content types for which it is open, each with the authority that says so.
    pub open: BTreeMap<Content, Authority>,
    #[serde(default)]
    pub ambiguous: bool,
    pub fits: Vec<Content>,
    pub terms: Vec<Spanned<String>>,
    pub cap: Option<Cap>,
    /// Where it is not granted, of a license with the term `territorial`.
    pub places: Option<Places>,
    #[serde(default)]
    pub obligations: Vec<Obligation>,
    pub text: Option<TextMarks>,
    pub basis: LicenseBasis,
    pub source: String,
    pub checked: Day,
    pub note: Option<String>,
}

impl LicenseRule {
    /// What a term of it amounts to, for readers and in brackets: the number of a cap, the places that are excluded.
    pub fn detail(&self, term: &str, groups: &BTreeMap<String, PlaceGroup>) -> String {
        let cap = || self.cap.as_ref().filter(|c| c.kind.term() == term).map(Cap::title);
        let places = || self.places.as_ref().filter(|_| term == "territorial").map(|p| p.title(groups));
        cap().or_else(places).map_or(String::new(), |detail| format!(" ({detail})"))
    }
}

/// Who says that a license is open.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Authority {
    Osi,
    Fsf,
    OpenDefinition,
    Mof,
    Reasoned,
}

impl Authority {
    /// The name for readers.
    pub fn title(self) -> &'static str {
        match self {
            Authority::Osi => "OSI approved",
            Authority::Fsf => "FSF free",
            Authority::OpenDefinition => "Open Definition",
            Authority::Mof => "MOF list",
            Authority::Reasoned => "reasoned from its terms",
        }
    }
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Cap {
    pub kind: CapKind,
    pub value: u64,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CapKind {
    MonthlyUsers,
    YearlyRevenueUsd,
    Users,
}

impl CapKind {
    /// The term of a license with such a cap.
    pub fn term(self) -> &'static str {
        match self {
            CapKind::MonthlyUsers | CapKind::Users => "user-cap",
            CapKind::YearlyRevenueUsd => "revenue-cap",
        }
    }
}

impl Cap {
    /// The number with its unit, for readers: "700,000,000 users a month".
    pub fn title(&self) -> String {
        let digits = self.value.to_string();
        let mut number = String::new();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                number.push(',');
            }
            number.push(digit);
        }
        match self.kind {
            CapKind::MonthlyUsers => format!("{number} users a month"),
            CapKind::YearlyRevenueUsd => format!("US${number} of revenue a year"),
            CapKind::Users => format!("{number} users"),
        }
    }
}

/// Where a license is not granted.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Places {
    /// ISO 3166-1 alpha-2 codes, and groups of `rules/terms.toml`.
    pub excluded: Vec<String>,
    /// Only models that take or give more than text are withheld there.
    #[serde(default)]
    pub multimodal_only: bool,
}

impl Places {
    /// The places, for readers: "the European Union, GB and KR; models of more than text".
    pub fn title(&self, groups: &BTreeMap<String, PlaceGroup>) -> String {
        let names: Vec<String> = self.excluded.iter().map(|p| groups.get(p).map_or(p, |g| &g.title).clone()).collect();
        let which = if self.multimodal_only { "; models of more than text" } else { "" };
        format!("{}{which}", text::list(&names))
    }

    /// Whether a place is among those that are excluded: itself, a group that it lies in, or, of a group, any place in it.
    pub fn excludes(&self, place: &str, groups: &BTreeMap<String, PlaceGroup>) -> bool {
        let within = |group: &str, place: &str| groups.get(group).is_some_and(|g| g.members.iter().any(|m| m == place));
        self.excluded.iter().any(|e| e == place || within(e, place) || within(place, e))
    }
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Obligation {
    pub id: String,
    pub when: When,
    pub text: String,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    Use,
    Modify,
    Distribute,
    Derive,
    TrainOnOutputs,
}

impl When {
    /// Every occasion, in the order of a model's life.
    pub const ALL: &'static [When] = &[When::Use, When::Modify, When::Derive, When::TrainOnOutputs, When::Distribute];

    /// The spelling in rules and JSON.
    pub fn slug(self) -> &'static str {
        match self {
            When::Use => "use",
            When::Modify => "modify",
            When::Distribute => "distribute",
            When::Derive => "derive",
            When::TrainOnOutputs => "train-on-outputs",
        }
    }

    /// The occasion, for readers.
    pub fn title(self) -> &'static str {
        match self {
            When::Use => "when you use it",
            When::Modify => "when you change it",
            When::Distribute => "when you pass it on",
            When::Derive => "when you make another model from it",
            When::TrainOnOutputs => "when you train on its outputs",
        }
    }
}

/// Phrases that identify a license text, compared on [`crate::text::words`].
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TextMarks {
    #[serde(default)]
    pub all: Vec<String>,
    #[serde(default)]
    pub any: Vec<String>,
    #[serde(default)]
    pub none: Vec<String>,
    /// Digests of the words of official texts: what `trulyopen license FILE --format json` prints as
    /// `words_sha256`.
    #[serde(default)]
    pub words_sha256: Vec<String>,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LicenseBasis {
    TextRead,
    Secondary,
    CardMetadata,
    StandardLicense,
}

impl LicenseBasis {
    /// Where the facts are from, for readers.
    pub fn title(self) -> &'static str {
        match self {
            LicenseBasis::TextRead => "the license text",
            LicenseBasis::Secondary => "others' descriptions; the text was not available",
            LicenseBasis::CardMetadata => "model cards, where only its name stands",
            LicenseBasis::StandardLicense => "a standard license",
        }
    }
}
