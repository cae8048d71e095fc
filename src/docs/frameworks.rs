//! `docs/frameworks.md`, made from the rules: `cargo run --example generate_docs`.

use crate::explain::test_in_words;
use crate::rules::Rules;
use crate::rules::frameworks::{FrameworkRule, Line};
use std::fmt::Write as _;

/// The page, as Markdown.
pub fn docs(rules: &Rules) -> String {
    let mut out = String::from(
        "# Frameworks\n\nMade from `rules/frameworks/*.toml` and `rules/components.toml` by `cargo run --example generate_docs`; do not edit.\n\nEach framework is answered for every audited model: `frameworks` in the JSON, a line each in the table, details with `-v`.\n`trulyopen explain FRAMEWORK` and `trulyopen explain FRAMEWORK/LINE` print what stands here. A line or component that could\nnot be looked at is unknown, and never counts.\n\nThe verdict `open-source` asks for the framework `osaid`, so the two always say the same.\n",
    );
    for f in rules.frameworks.values() {
        framework(f, rules, &mut out);
    }
    out.push_str(REVIEWED);
    out
}

fn framework(f: &FrameworkRule, rules: &Rules, out: &mut String) {
    let _ = write!(
        out,
        "\n## {} (`{}`)\n\n{} · <{}>\n\n{}\n\n**How it is decided.** {}\n\n**What it does not say.** {}\n",
        f.title,
        f.id.get_ref(),
        f.publisher,
        f.source,
        f.means,
        f.decided,
        f.limits
    );
    if let Some(o) = &f.outcome {
        let _ = write!(out, "\nOutcome `{}`: **{}**, **{}** or **{}**.\n", o.id, o.met, o.unmet, o.open);
    }
    if !f.line.is_empty() {
        out.push_str("\n| line | required | a reviewer can answer | met where |\n| --- | --- | --- | --- |\n");
        let row = |l: &Line| {
            let (required, reviewable) = (if l.required { "yes" } else { "no" }, if l.reviewable { "yes" } else { "no" });
            format!("| `{}`: {} | {required} | {reviewable} | {} |\n", l.id.get_ref(), cell(&l.title), cell(&test_in_words(&l.test)))
        };
        out.extend(f.line.iter().map(row));
    }
    if !f.dimension.is_empty() {
        out.push_str("\n| dimension | group | open where | partial where |\n| --- | --- | --- | --- |\n");
        for d in &f.dimension {
            let (open, partial) = (cell(&test_in_words(&d.open)), cell(&test_in_words(&d.partial)));
            let _ = writeln!(out, "| `{}` | {} | {open} | {partial} |", d.id.get_ref(), d.group);
        }
    }
    let Some(mof) = &f.mof else { return };
    out.push_str("\n| class | what it asks for |\n| --- | --- |\n");
    for c in &mof.classes {
        let _ = writeln!(out, "| {} | {} |", c.title, cell(&c.means));
    }
    out.push_str("\n| component | content | class | required |\n| --- | --- | --- | --- |\n");
    for c in rules.components.values() {
        let kind = format!("{:?}", c.kind).to_lowercase();
        let class = ["?", "I", "II", "III"].get(usize::from(c.class)).unwrap_or(&"?");
        let _ = writeln!(out, "| {} (`{}`) | {kind} | {class} | {} |", c.name, c.id.get_ref(), if c.required { "yes" } else { "no" });
    }
    let list = |ids: &[String]| ids.iter().map(|i| format!("`{i}`")).collect::<Vec<_>>().join(", ");
    let _ = write!(
        out,
        "\nOpen besides what OSI or FSF approve: {}.\n\n**Where the Model Openness Tool differs**, reproduced under `--mot-compatible` only (<{}>): these are not open for it: {}.\nFor data it takes `CC0-1.0` as a license of another kind. A component under a name that it does not know becomes its first one,\n`{}`; here it is passed over with a finding. In both modes ids are compared exactly, as the tool does: `Apache 2.0` does not\ncount, and a finding names the SPDX id.\n",
        list(&mof.open),
        mof.tool.source,
        list(&mof.tool.not_open),
        mof.tool.unknown_name_is
    );
}

/// Text in a cell of a table.
fn cell(s: &str) -> String {
    s.replace('|', "\\|").replace('\n', " ").replace('*', "\\*")
}

const REVIEWED: &str = r#"
## Reviewed evidence

`--evidence FILE` (repeatable) lays over a record what a person states of it. Three formats are read:

| format | is about | revision | states |
| --- | --- | --- | --- |
| ours (`.toml`) | the model of `id` | the commit of `revision`; of another one it is not used (`evidence/expired`) | components, licenses, answers to lines |
| a file of the Model Openness Tool | the id in `release.huggingface`, else the name | none (`evidence/not-pinned`) | that what it lists is released, under the license that holds for it |
| a file of the OSAI index | the ids in the links of its weights, else the names | none | its twelve classes; open, partial and closed data, code, weights and documents |

A statement is `attested`, and taken before what was detected. Where it contradicts what was looked at, and where two
reviews differ, that is a finding (`evidence/contradicts`, `evidence/reviews-differ`); of two reviews the one named last is
taken. Terms of base models bind in any case.

Reviews are not part of `--save-evidence`; name them again with `--hub DIR`.

`mof:FILE` and `osai-index:FILE` are targets: the file is judged on its own statements, without network. Whatever a file
of the tool does not list is not there; of what a file of the index does not speak, nothing is known. With several such
targets of one system, differences are findings.

`--format evidence` writes a skeleton of what a person still has to look at, `--format mof` a file of the Model Openness
Tool that reads back to the same class.

```toml
schema = 1

[[model]]
id = "ORG/NAME"
revision = "0123456789abcdef0123456789abcdef01234567"
reviewer = "Jane Doe, Example Ltd"
date = 2026-11-24
license = "Apache-2.0"                # what binds the weights; "none" where there is none; may be left out

[[model.component]]
id = "datasets"
availability = "released"             # released, gated, partial, described, withheld, not-found
license = "ODC-By-1.0"
url = "https://example.org/where-it-was-seen"
note = "All parts can be downloaded."

[[model.answer]]
line = "osaid/data-information"       # a line that a reviewer can answer, or a dimension
answer = "met"                        # met, unmet; for a dimension open, partial, closed
url = "https://example.org/where-it-was-seen"
note = "Table 2 lists every source."
```
"#;
