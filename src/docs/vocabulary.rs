//! `docs/reference/`: verdicts, components, terms and findings, one table each.

use super::{cell, head};
use crate::explain::test_in_words;
use crate::rules::Rules;
use crate::rules::schema::Limit;
use std::fmt::Write as _;

/// Where something is stated.
fn source(address: &str) -> String {
    if address.starts_with("http") { format!("[source]({})", address.replace(' ', "%20").replace(')', "%29")) } else { cell(address) }
}

/// The ladder, lowest rung first.
pub fn verdicts(rules: &Rules) -> String {
    let mut out = head("Verdicts", "`rules/verdicts.toml`");
    out.push_str(
        "From least to most open. A rung is reached where all of its requirements are met and those of every rung below it; \
what is not known is not met. `trulyopen explain ID` prints what stands here. Why the ladder is as it is: \
[Why this ladder](../explanation/verdicts.md).\n",
    );
    for rung in rules.unknown_rung.iter().chain(&rules.rungs) {
        let _ = write!(
            out,
            "\n## `{}`\n\n{}: {}\n\n{} ({})\n",
            rung.id.get_ref(),
            rung.title,
            rung.means,
            rung.rationale,
            source(&rung.source)
        );
        if !rung.require.is_empty() {
            out.push_str("\n| requirement | met where |\n| --- | --- |\n");
            for r in &rung.require {
                let _ = writeln!(out, "| {} | {} |", cell(&r.text), cell(&test_in_words(r)));
            }
        }
    }
    out
}

/// The 17 components.
pub fn components(rules: &Rules) -> String {
    let mut out = head("Components", "`rules/components.toml`");
    let _ = write!(
        out,
        "The {} components of the Model Openness Framework, which every audit looks for. Each has an `availability` (`released`, \
`gated`, `partial`, `described`, `withheld`, `not-found`, `unknown`) and a `basis` (`verified`, `linked`, `claimed`, `attested`, `none`). \
`not-found` needs a complete list in which it is not; without one it is `unknown`.\n\n\
| id | is | how it is decided | |\n| --- | --- | --- | --- |\n",
        rules.components.len()
    );
    for c in rules.components.values() {
        let _ = writeln!(out, "| `{}` | {} | {} | {} |", c.id.get_ref(), cell(&c.means), cell(&c.decided), source(&c.source));
    }
    out
}

/// Terms that licenses have.
pub fn terms(rules: &Rules) -> String {
    let mut out = head("License terms", "`rules/terms.toml`");
    out.push_str(
        "The closed vocabulary of what licenses ask for. A license with a term that *restricts* is not open. Commercial use and \
redistribution are what `license.permits` and the column `ship` are read off.\n\n\
| id | is | restricts | commercial use | redistribution | why | |\n| --- | --- | --- | --- | --- | --- | --- |\n",
    );
    let limit = |l: Option<Limit>| l.map_or("-".to_string(), |l| format!("{l:?}").to_lowercase());
    for (id, t) in &rules.terms {
        let _ = writeln!(
            out,
            "| `{id}` | {} | {} | {} | {} | {} | {} |",
            cell(&t.title),
            if t.restricts { "yes" } else { "no" },
            limit(t.commercial_use),
            limit(t.redistribution),
            cell(&t.rationale),
            source(&t.source)
        );
    }
    out.push_str(
        "\n## Places\n\nNames that licenses use for several countries, and what lies in them (ISO 3166-1 codes). A policy's `user.place` is held \
against them.\n\n| id | is | members | why | |\n| --- | --- | --- | --- | --- |\n",
    );
    for (id, p) in &rules.places {
        let members = p.members.join(", ");
        let _ = writeln!(out, "| `{id}` | {} | {members} | {} | {} |", cell(&p.title), cell(&p.rationale), source(&p.source));
    }
    out
}

/// Findings of audits and rules of the gate.
pub fn findings(rules: &Rules) -> String {
    let mut out = head("Findings", "`rules/findings.toml` and `rules/gate.toml`");
    out.push_str(
        "What an audit finds besides its verdict, and what `trulyopen check` reports. The severity is that of an audit; a policy sets \
its own under `rules`.\n\n| id | severity | means | what to do | |\n| --- | --- | --- | --- | --- |\n",
    );
    for (id, f) in &rules.findings {
        let _ = writeln!(
            out,
            "| `{id}` | {} | {}: {} | {} | {} |",
            f.severity,
            cell(&f.title),
            cell(&f.means),
            cell(&f.help),
            source(&f.source)
        );
    }
    out
}
