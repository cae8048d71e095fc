//! What the terms that bind a model let one do with its weights: "which of these models may I ship?". Read
//! off the terms of its licenses and of those of every base model, by `rules/terms.toml`; no verdict rests
//! on it, and it is no legal advice.

use crate::lineage::Lineage;
use crate::net::Gap;
use crate::rules::Rules;
use crate::rules::schema::Limit;
use crate::terms::Part;
use crate::text;
use crate::vocabulary::Openness;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Whether something is allowed, the least first: of several licenses the least holds.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permit {
    No,
    Unknown,
    /// On conditions that have to be read.
    Conditions,
    /// For everybody; duties such as attribution may go with it.
    Yes,
}

impl Permit {
    /// The spelling in JSON and tables.
    pub fn slug(self) -> &'static str {
        match self {
            Permit::No => "no",
            Permit::Unknown => "unknown",
            Permit::Conditions => "conditions",
            Permit::Yes => "yes",
        }
    }
}

/// What may be done with the weights.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permits {
    /// Use in a business.
    pub commercial_use: Permit,
    /// Passing the weights on, alone or in a product.
    pub redistribution: Permit,
    /// Both: the model may go into a product that is sold.
    pub ship: Permit,
    /// Terms that forbid or limit, by their ids.
    pub conditions: Vec<String>,
    /// Terms that ask for something and forbid nothing.
    pub duties: Vec<String>,
    /// One sentence for a reader.
    pub summary: String,
}

/// Reads them off what binds. `gap` is why the model could not be looked at.
pub fn permits(lineage: &Lineage<'_>, gap: Option<&Gap>, rules: &Rules) -> Permits {
    let mut out = Permits {
        commercial_use: Permit::Yes,
        redistribution: Permit::Yes,
        ship: Permit::Unknown,
        conditions: Vec::new(),
        duties: Vec::new(),
        summary: String::new(),
    };
    let (mut conditions, mut duties) = (BTreeSet::new(), BTreeSet::new());
    let mut open_questions: BTreeSet<&str> = BTreeSet::new();
    for part in &lineage.parts {
        let (commercial, passing_on) = of_license(part, rules, &mut conditions, &mut duties);
        if commercial == Permit::Unknown || passing_on == Permit::Unknown {
            open_questions.insert(&part.id);
        }
        out.commercial_use = out.commercial_use.min(commercial);
        out.redistribution = out.redistribution.min(passing_on);
    }
    let unknown = match lineage.openness {
        Openness::None => None,
        _ if gap.is_some() => Some(gap.map(Gap::words).unwrap_or_default()),
        // Something binds besides of which the terms are not known.
        Openness::Unknown if lineage.suspected.is_some() => {
            Some(format!("this looks made from {}, whose terms would bind", lineage.suspected.as_deref().unwrap_or_default()))
        }
        _ if lineage.parts.is_empty() => Some("the license is not known".to_string()),
        Openness::Unknown if lineage.parts.iter().all(|p| p.openness != Openness::Unknown) => {
            Some("not all terms that bind are known".to_string())
        }
        _ => None,
    };
    if unknown.is_some() {
        out.commercial_use = out.commercial_use.min(Permit::Unknown);
        out.redistribution = out.redistribution.min(Permit::Unknown);
    }
    let none = lineage.openness == Openness::None;
    if none {
        (out.commercial_use, out.redistribution) = (Permit::No, Permit::No);
    }
    out.ship = out.commercial_use.min(out.redistribution);
    out.conditions = conditions.into_iter().map(str::to_string).collect();
    out.duties = duties.into_iter().map(str::to_string).collect();
    out.summary = summary(&out, none, unknown, &open_questions);
    out
}

/// What one license allows.
fn of_license<'r>(
    part: &Part<'r>,
    rules: &'r Rules,
    conditions: &mut BTreeSet<&'r str>,
    duties: &mut BTreeSet<&'r str>,
) -> (Permit, Permit) {
    let Some(known) = part.known else { return (Permit::Unknown, Permit::Unknown) };
    // Of a restricted license without a term, or one of a family, it is not known what it restricts.
    let start = if part.openness == Openness::Open { Permit::Yes } else { Permit::Unknown };
    let (mut commercial, mut passing_on, mut told) = (Permit::Yes, Permit::Yes, false);
    for id in known.terms() {
        let Some(term) = rules.terms.get(id) else { continue };
        if !term.restricts {
            duties.insert(id);
            continue;
        }
        told = true;
        conditions.insert(id);
        let limit = |l: Option<Limit>| match l {
            Some(Limit::No) => Permit::No,
            Some(Limit::Conditions) => Permit::Conditions,
            None => Permit::Yes,
        };
        // A restriction that says of neither what it does restricts both.
        let unsaid = if term.commercial_use.is_none() && term.redistribution.is_none() { Permit::Conditions } else { Permit::Yes };
        commercial = commercial.min(limit(term.commercial_use)).min(unsaid);
        passing_on = passing_on.min(limit(term.redistribution)).min(unsaid);
    }
    if told && !known.is_ambiguous() { (commercial, passing_on) } else { (commercial.min(start), passing_on.min(start)) }
}

fn summary(p: &Permits, none: bool, unknown: Option<String>, open_questions: &BTreeSet<&str>) -> String {
    let with = |list: &[String], word: &str| if list.is_empty() { String::new() } else { format!("{word}{}", list.join(", ")) };
    match p.ship {
        _ if none => "may not be shipped: there is no license".into(),
        Permit::No => {
            let what = match (p.commercial_use, p.redistribution) {
                (Permit::No, Permit::No) => "neither commercial use nor passing it on is allowed",
                (Permit::No, _) => "commercial use is not allowed",
                _ => "passing it on is not allowed",
            };
            format!("may not be shipped in a product: {what}{}", with(&p.conditions, "; terms: "))
        }
        Permit::Unknown => {
            let named = open_questions.iter().map(|s| s.to_string()).collect::<Vec<_>>();
            let why = unknown.unwrap_or_else(|| format!("no rule knows what {} allows", text::list(&named)));
            format!("not known whether it may be shipped: {why}")
        }
        Permit::Conditions => format!("may be shipped on conditions: {}{}", p.conditions.join(", "), with(&p.duties, "; with ")),
        Permit::Yes => format!("may be shipped{}", with(&p.duties, ", with ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::license::find;
    use crate::vocabulary::Content;

    fn of(ids: &[&str], openness: Openness) -> Permits {
        let rules = Rules::load(None).unwrap();
        let part = |id: &&str| find(&rules, id).map_or_else(|| Part::unknown(id), |k| Part::known(k, Content::Weights));
        let parts: Vec<Part<'_>> = ids.iter().map(part).collect();
        let lineage = Lineage { ancestors: Vec::new(), parts, openness, suspected: None };
        permits(&lineage, None, &rules)
    }

    #[test]
    fn licenses_and_what_they_allow() {
        for (ids, openness, commercial, passing_on) in [
            (&["apache-2.0"][..], Openness::Open, Permit::Yes, Permit::Yes),
            (&["cc-by-nc-4.0"], Openness::Restricted, Permit::No, Permit::Conditions),
            (&["llama3.2"], Openness::Restricted, Permit::Conditions, Permit::Conditions),
            (&["apache-2.0", "llama3.2"], Openness::Restricted, Permit::Conditions, Permit::Conditions),
            (&["nobody-knows-it"], Openness::Unknown, Permit::Unknown, Permit::Unknown),
            (&["apache-2.0"], Openness::Unknown, Permit::Unknown, Permit::Unknown),
            (&["cc-by-nc-4.0", "nobody-knows-it"], Openness::Unknown, Permit::No, Permit::Unknown),
            (&[], Openness::Unknown, Permit::Unknown, Permit::Unknown),
            (&[], Openness::None, Permit::No, Permit::No),
        ] {
            let p = of(ids, openness);
            assert_eq!((p.commercial_use, p.redistribution), (commercial, passing_on), "{ids:?}: {}", p.summary);
            assert_eq!(p.ship, commercial.min(passing_on));
            assert!(!p.summary.is_empty());
        }
        assert_eq!(of(&["mit"], Openness::Open).summary, "may be shipped, with attribution, notice");
    }

    /// Every license that is restricted says what it restricts, and none that is open forbids anything.
    #[test]
    fn every_license_of_the_rules_has_an_answer() {
        let rules = Rules::load(None).unwrap();
        for license in &rules.licenses {
            let part = Part::known(crate::rules::licenses::Known::Rule(license), Content::Weights);
            let openness = part.openness;
            let lineage = Lineage { ancestors: Vec::new(), parts: vec![part], openness, suspected: None };
            let p = permits(&lineage, None, &rules);
            match openness {
                Openness::Open => assert_eq!(p.ship, Permit::Yes, "{}", license.id.get_ref()),
                _ => assert_ne!(p.ship, Permit::Yes, "{}", license.id.get_ref()),
            }
        }
    }
}
