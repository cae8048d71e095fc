//! What the card itself says of its license: a text pasted into it or into the prompt at the gate, and
//! names in the section on licenses, each with what it is for ("code is MIT, weights are CC-BY-NC-4.0").

use super::Part;
use crate::card::{BlockKind, Card, topics};
use crate::evidence::Evidence;
use crate::license::text::{Identity, identify};
use crate::license::{find, find_url};
use crate::rules::Rules;
use crate::rules::licenses::Known;
use crate::snapshot::Snapshot;
use crate::text as t;
use crate::text::contains_phrase;
use crate::vocabulary::{Content, Openness};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Words that a license text has at the least; fewer are a mention.
const TEXT_WORDS: usize = 120;

/// What a mention is about; nothing named: everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct About {
    pub code: bool,
    pub weights: bool,
    pub data: bool,
}

impl About {
    /// Words (folded) to what they are about.
    fn of(words: &str) -> About {
        let any = |list: &[&str]| list.iter().any(|w| contains_phrase(words, w));
        About {
            code: any(&["code", "source code", "codebase", "scripts", "代码", "コード"]),
            weights: any(&[
                "model",
                "models",
                "weights",
                "weight",
                "checkpoint",
                "checkpoints",
                "parameters",
                "adapter",
                "模型",
                "权重",
                "モデル",
            ]),
            data: any(&["data", "dataset", "datasets", "corpus", "corpora", "annotations", "数据", "データ"]),
        }
    }

    /// Nothing is named.
    pub fn is_nothing(self) -> bool {
        self == About::default()
    }

    /// Of the model's weights: named, or nothing named at all.
    pub fn binds_weights(self) -> bool {
        self.weights || self.is_nothing()
    }
}

/// A license named in the section on licenses.
#[derive(Debug, Clone, Copy)]
pub struct Mention<'r> {
    pub known: Known<'r>,
    pub about: About,
    pub line: u32,
    /// The name is a license's. Where it is a model's too, the sentence may mean the model.
    pub sure: bool,
    /// The sentence links the repository of another model, which it may be about.
    pub elsewhere: bool,
}

/// A name, the license, whether the name is a license's alone.
type Name<'r> = (String, Known<'r>, bool);

/// Names of licenses by their first word, so that a sentence is compared with few of them.
struct Names<'r> {
    by_word: HashMap<String, Vec<Name<'r>>>,
    /// Names in scripts without blanks, which stand anywhere.
    unspaced: Vec<Name<'r>>,
}

impl<'r> Names<'r> {
    fn new(names: Vec<Name<'r>>) -> Names<'r> {
        let mut out = Names { by_word: HashMap::new(), unspaced: Vec::new() };
        for name in names {
            match name.0.split(' ').next() {
                Some(first) if name.0.is_ascii() => out.by_word.entry(first.to_string()).or_default().push(name),
                _ => out.unspaced.push(name),
            }
        }
        out
    }

    /// Those that a folded sentence may have, the longest first.
    fn in_reach(&self, folded: &str) -> Vec<&Name<'r>> {
        let words: BTreeSet<&str> = folded.split(' ').collect();
        let spaced = words.iter().filter_map(|w| self.by_word.get(*w)).flatten();
        let mut out: Vec<&Name<'r>> = spaced.chain(&self.unspaced).collect();
        out.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
        out
    }
}

/// Every license that the section on licenses names. `own` is the model's id on the hub.
pub fn mentions<'r>(card: &Card, own: &str, rules: &'r Rules) -> Vec<Mention<'r>> {
    let on_license = |b: &crate::card::Block| b.kind != BlockKind::Code && topics::topic_of(card, b, rules) == Some("license");
    let blocks: Vec<_> = card.blocks.iter().enumerate().filter(|(_, b)| on_license(b)).collect();
    if blocks.is_empty() {
        return Vec::new();
    }
    let names = &Names::new(known_names(rules, &blocks.iter().flat_map(|(_, b)| b.folded.split(' ')).collect()));
    let mut out = Vec::new();
    for (i, block) in blocks {
        let links: Vec<_> = card.links.iter().filter(|l| l.block == i).collect();
        let leads_away = |sentence: &str| {
            links.iter().any(|l| !l.text.is_empty() && sentence.contains(l.text.as_str()) && is_another_model(&l.url, own))
        };
        for sentence in topics::sentences(&block.text) {
            if !is_of_others(&t::words(sentence)) {
                let elsewhere = leads_away(sentence);
                out.extend(in_sentence(sentence, names).into_iter().map(|(known, about, sure)| Mention {
                    known,
                    about,
                    line: block.line,
                    sure,
                    elsewhere,
                }));
            }
        }
        for link in &links {
            let Some(known) = find_url(rules, &link.url) else { continue };
            let around = topics::sentence_of(link, block);
            let around = around.map(t::words).unwrap_or_default();
            // A link beside the name says nothing new.
            if !is_of_others(&around) && !out.iter().any(|m| m.line == block.line && m.known.id() == known.id()) {
                out.push(Mention {
                    known,
                    about: About::of(&around),
                    line: link.line,
                    sure: true,
                    elsewhere: is_another_model(&link.url, own),
                });
            }
        }
    }
    out
}

/// An address in the repository of another model on the hub.
fn is_another_model(url: &str, own: &str) -> bool {
    let folded = t::fold_url(url);
    let Some(rest) = ["huggingface.co/", "hf.co/"].iter().find_map(|h| folded.strip_prefix(h)) else { return false };
    let mut parts = rest.split('/');
    match (parts.next(), parts.next()) {
        (Some("datasets" | "spaces" | "docs" | "blog" | "papers"), _) => false,
        (Some(owner), Some(name)) => !own.eq_ignore_ascii_case(&format!("{owner}/{name}")),
        _ => false,
    }
}

/// A sentence on somebody else's material.
fn is_of_others(folded: &str) -> bool {
    [
        "originally",
        "derived from",
        "distilled from",
        "distilled models",
        "come from",
        "comes from",
        "base model",
        "trained on",
        "trained with",
        "trained using",
        "tuned on",
        "finetuned on",
        "image",
        "icons",
    ]
    .iter()
    .any(|w| contains_phrase(folded, w))
}

/// The licenses of a sentence and what each is about: what stands before it, or, where nothing does,
/// behind it ("MIT for the code, CC-BY-4.0 for the data").
fn in_sentence<'r>(sentence: &str, names: &Names<'r>) -> Vec<(Known<'r>, About, bool)> {
    let folded = t::words(sentence);
    let mut masked = folded.clone();
    let mut found: Vec<(usize, usize, Known<'r>, bool)> = Vec::new();
    for (name, known, sure) in names.in_reach(&folded) {
        while let Some(at) = t::phrase_at(&masked, name) {
            found.push((at, at + name.len(), *known, *sure));
            // A longer name hides the shorter ones inside it.
            masked.replace_range(at..at + name.len(), &"_".repeat(name.len()));
        }
    }
    found.sort_by_key(|f| f.0);
    let between = |from: usize, to: usize| About::of(masked.get(from..to).unwrap_or_default().trim_matches(['_', ' ']));
    let behind = found.first().is_some_and(|f| between(0, f.0).is_nothing());
    let mut out = Vec::new();
    let mut before = About::default();
    for (i, (start, end, known, sure)) in found.iter().enumerate() {
        let next = found.get(i + 1).map_or(masked.len(), |n| n.0);
        let last = i.checked_sub(1).and_then(|p| found.get(p)).map_or(0, |p| p.1);
        let about = if behind { between(*end, next) } else { between(last, *start) };
        // "Code and weights are under MIT (Expat)": the second name is about what the first was.
        let about = if about.is_nothing() { before } else { about };
        before = about;
        out.push((*known, about, *sure));
    }
    out
}

/// What a name has that is a license's and not a model's: "Llama 3.1" alone is a model.
const LICENSE_WORDS: &[&str] = &[
    "licen",
    "terms",
    "agreement",
    "rail",
    "gpl",
    "apache",
    "bsd",
    "mpl",
    "epl",
    "eupl",
    "creative commons",
    "public domain",
    "cc by",
    "cc0",
    "odc",
    "odbl",
    "cdla",
    "artistic",
    "openmdw",
    "wtfpl",
    "modified mit",
    "协议",
    "许可",
];

/// Names of known licenses, in folded words, that a text of these words can have; those that are too short, or
/// that mean two licenses once folded, are left out.
fn known_names<'r>(rules: &'r Rules, of: &HashSet<&str>) -> Vec<Name<'r>> {
    let mut names: BTreeMap<String, Option<(Known<'r>, bool)>> = BTreeMap::new();
    let mut add = |name: String, known: Known<'r>, sure: bool| {
        names.entry(name).and_modify(|k| *k = k.filter(|(k, _)| k.id() == known.id())).or_insert(Some((known, sure)));
    };
    for rule in rules.licenses.iter().filter(|r| !r.ambiguous) {
        let ids = std::iter::once(rule.name.as_str())
            .chain(std::iter::once(rule.id.get_ref().as_str()))
            .chain(rule.aliases.iter().map(|a| a.get_ref().as_str()));
        // "OpenRAIL++-M" would fold to "OpenRAIL-M".
        let in_reach = |n: &&str| !n.is_ascii() || of.contains(t::first_word(n).as_str());
        for folded in ids.filter(|n| !n.contains('+')).filter(in_reach).map(t::words) {
            let known_short = matches!(folded.as_str(), "mit" | "mit license" | "apache 2 0");
            let long = folded.len() >= 8;
            if known_short || (long && LICENSE_WORDS.iter().any(|w| folded.contains(w))) {
                add(folded, Known::Rule(rule), true);
                continue;
            }
            for word in ["license", "licence", "community license"] {
                add(format!("{folded} {word}"), Known::Rule(rule), true);
            }
            if long {
                add(folded, Known::Rule(rule), false);
            }
        }
    }
    names.into_iter().filter_map(|(name, k)| k.map(|(known, sure)| (name, known, sure))).collect()
}

/// The one license that mentions come to; names that a model has too count only where there is no
/// other. Several: a restricted one is believed, open ones are not told apart.
pub fn one_of<'r>(mentions: &[Mention<'r>], wanted: impl Fn(About) -> bool, content: Content) -> Option<Mention<'r>> {
    let mut fit: Vec<&Mention<'r>> = mentions.iter().filter(|m| wanted(m.about)).collect();
    let any_sure = fit.iter().any(|m| m.sure);
    fit.retain(|m| m.sure == any_sure);
    let ids: BTreeSet<&str> = fit.iter().map(|m| m.known.id()).collect();
    let best = fit.into_iter().max_by_key(|m| (m.known.openness(content) != Openness::Open, m.known.id()))?;
    (ids.len() == 1 || best.known.openness(content) != Openness::Open).then_some(*best)
}

/// A license text that stands in the card: in the prompt at the gate, in the section on the license, or in a
/// block of that section. Gives the license, where it stands, and the citation.
pub fn embedded<'r>(card: &Card, snapshot: &Snapshot, rules: &'r Rules) -> Option<(Part<'r>, &'static str, Evidence)> {
    let cite = |line: Option<u32>, note: String| Some(snapshot.card.as_ref().ok()?.cite(line, note));
    if let Some(text) = card.front.get("extra_gated_prompt").and_then(|v| v.as_str())
        && let Some(known) = identity(text, rules)
    {
        let line = card.front_line("extra_gated_prompt", None);
        return Some((
            Part::known(known, Content::Weights),
            "the prompt at the gate",
            cite(line, format!("the gate shows the text of {}", known.name()))?,
        ));
    }
    let blocks: Vec<_> = card.blocks.iter().filter(|b| topics::topic_of(card, b, rules) == Some("license")).collect();
    let whole = blocks.iter().map(|b| b.text.as_str()).collect::<Vec<_>>().join("\n");
    let first = blocks.first()?;
    let candidates = std::iter::once((whole.as_str(), first.line)).chain(blocks.iter().map(|b| (b.text.as_str(), b.line)));
    for (text, line) in candidates {
        if text.split_whitespace().count() >= TEXT_WORDS
            && let Some(known) = identity(text, rules)
        {
            let note = format!("the text of {} stands in the card", known.name());
            return Some((Part::known(known, Content::Weights), "the card's section on the license", cite(Some(line), note)?));
        }
    }
    None
}

fn identity<'r>(text: &str, rules: &'r Rules) -> Option<Known<'r>> {
    match identify(text.as_bytes(), rules).identity {
        Identity::Exact { id } | Identity::Marked { id } => find(rules, &id),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// (license, what it is about) of a card's section on its license.
    fn said(section: &str) -> Vec<(String, String)> {
        let rules = Rules::load(None).unwrap();
        let card = Card::parse(format!("# Model\n\n## License\n\n{section}\n").as_bytes());
        let about = |a: About| {
            let on = [("code", a.code), ("weights", a.weights), ("data", a.data)];
            on.iter().filter(|x| x.1).map(|x| x.0).collect::<Vec<_>>().join("+")
        };
        mentions(&card, "o/n", &rules).iter().filter(|m| m.sure).map(|m| (m.known.id().to_string(), about(m.about))).collect()
    }

    #[test]
    fn each_license_with_what_it_is_for() {
        let pairs = |list: &[(&str, &str)]| list.iter().map(|(a, b)| ((*a).to_string(), (*b).to_string())).collect::<Vec<_>>();
        for (section, expected) in [
            ("Apache License 2.0", vec![("Apache-2.0", "")]),
            ("Code is MIT, weights are CC-BY-NC-4.0.", vec![("MIT", "code"), ("CC-BY-NC-4.0", "weights")]),
            ("MIT for the code, CC-BY-NC-4.0 for the weights.", vec![("MIT", "code"), ("CC-BY-NC-4.0", "weights")]),
            (
                "The code is released under the MIT License. The model weights are under the Llama 3.1 Community License.",
                vec![("MIT", "code"), ("LicenseRef-llama-3.1", "weights")],
            ),
            ("Code and model weights are licensed under Apache 2.0.", vec![("Apache-2.0", "code+weights")]),
            ("Code: [MIT License](https://opensource.org/licenses/MIT)", vec![("MIT", "code")]),
            ("The dataset is available under CC-BY-4.0.", vec![("CC-BY-4.0", "data")]),
            ("The icons are under CC-BY-4.0.", vec![]),
            ("Apache 2.0. It beats Llama 3.1 and DeepSeek-V3.", vec![("Apache-2.0", "")]),
            ("Under the Llama 3.1 license.", vec![("LicenseRef-llama-3.1", "")]),
            ("The CreativeML OpenRAIL-M license", vec![("LicenseRef-creativeml-openrail-m", "")]),
        ] {
            assert_eq!(said(section), pairs(&expected), "{section}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_section(section in "(MIT|Apache 2\\.0|code|weights|data|代码|[,.;:_ ]|é){0,40}") {
            let rules = Rules::default();
            let card = Card::parse(format!("## License\n\n{section}").as_bytes());
            let names = vec![("mit".to_string(), Known::Listed(spdx::license_id("MIT").unwrap()), true), ("代码".to_string(), Known::Listed(spdx::license_id("ISC").unwrap()), true)];
            let names = Names::new(names);
            let _ = mentions(&card, "o/n", &rules);
            for (_, about, _) in in_sentence(&section, &names) {
                prop_assert!(about.binds_weights() || about.code || about.data);
            }
        }
    }
}
