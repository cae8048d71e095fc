//! `docs/licenses.md`: the registry on one page.

use super::{cell, head};
use crate::rules::Rules;
use crate::rules::licenses::LicenseRule;
use crate::vocabulary::Content;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Families with fewer entries stand together at the end.
const SECTION: usize = 2;

/// The page.
pub fn page(rules: &Rules) -> String {
    let mut families: BTreeMap<&str, Vec<&LicenseRule>> = BTreeMap::new();
    for license in &rules.licenses {
        families.entry(license.family.as_str()).or_default().push(license);
    }
    let aliases: usize = rules.licenses.iter().map(|l| l.aliases.len()).sum();
    let open = rules.licenses.iter().filter(|l| !l.open.is_empty()).count();
    let mut out = head("Licenses", "`rules/licenses/`");
    let _ = write!(
        out,
        "{} licenses and families, {open} of them open for some kind of content, with {aliases} further names under which they \
are met. Every other license of the SPDX list is known too: open where OSI or FSF approve it, otherwise not judged. \
`trulyopen license NAME` prints what each asks for. An id without link to the SPDX list is `LicenseRef-…`, here without that prefix.\n\n\
*Open for*: the kinds of content for which the license lets anyone do anything, and who says so; `-` where it is \
restricted. *Terms* come from a closed vocabulary (`trulyopen explain TERM`); those in bold restrict. The id links to \
the source.\n\n",
        rules.licenses.len()
    );
    let (own, few): (Vec<_>, Vec<_>) = families.into_iter().partition(|(_, l)| l.len() > SECTION);
    for (family, licenses) in own {
        table(&mut out, family, licenses, rules);
    }
    table(&mut out, "others", few.into_iter().flat_map(|(_, l)| l).collect(), rules);
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn table(out: &mut String, title: &str, mut licenses: Vec<&LicenseRule>, rules: &Rules) {
    licenses.sort_by_key(|l| l.id.get_ref().to_lowercase());
    let _ = write!(out, "## {}\n\n| id | name | open for | terms |\n| --- | --- | --- | --- |\n", title.replace('-', " "));
    for l in licenses {
        let _ = writeln!(
            out,
            "| [{}]({}) | {} | {} | {} |",
            cell(l.id.get_ref().trim_start_matches("LicenseRef-")),
            l.source.replace(' ', "%20").replace(')', "%29"),
            cell(&l.name),
            open(l),
            terms(l, rules)
        );
    }
    out.push('\n');
}

/// "all (OSI approved)", "data, document (Open Definition)", "-".
fn open(l: &LicenseRule) -> String {
    if l.open.is_empty() {
        return if l.ambiguous { "depends on which".into() } else { "-".into() };
    }
    let mut by: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (content, authority) in &l.open {
        by.entry(authority.title()).or_default().push(content.slug());
    }
    let group = |(authority, contents): (&&str, &Vec<&str>)| {
        let what = if contents.len() == Content::ALL.len() { "all".to_string() } else { contents.join(", ") };
        format!("{what} ({authority})")
    };
    by.iter().map(group).collect::<Vec<_>>().join("; ")
}

/// Its terms, restricting ones first and in bold, with the number of a cap and excluded places.
fn terms(l: &LicenseRule, rules: &Rules) -> String {
    let restricts = |id: &str| rules.terms.get(id).is_some_and(|t| t.restricts);
    let mut ids: Vec<&str> = l.terms.iter().map(|t| t.get_ref().as_str()).collect();
    ids.sort_by_key(|id| !restricts(id));
    let shown = |id: &&str| {
        let text = format!("{id}{}", l.detail(id, &rules.places));
        if restricts(id) { format!("**{text}**") } else { text }
    };
    ids.iter().map(shown).collect::<Vec<_>>().join(", ")
}
