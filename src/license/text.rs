//! What license a text is. Three steps, and a score is never an identity:
//! 1. distinctive phrases from `rules/licenses` recognise licenses that the SPDX list does not have;
//! 2. shared runs of words *nominate* SPDX licenses;
//! 3. a word diff against each nominee *decides*: the same, or modified, with the words shown.

use super::compare::{Compared, Numbers, Sides, bag_distance, compare};
use super::decode::without_markup;
use super::listed::{LICENSE_TEXTS, LicenseText, Reader};
use crate::rules::Rules;
use crate::rules::licenses::LicenseRule;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::time::{Duration, Instant};

pub use super::decode::decode;

pub(super) mod shared {
    include!("shingles.rs");
}
use shared::{license_words, shingle_hashes, sketched, words_hash};

/// What a text turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Identity {
    /// The words of this license and no others that matter.
    Exact { id: String },
    /// Recognised by phrases that stand in no other license.
    Marked { id: String },
    /// Reads like this license, with words added or removed.
    Modified { id: String, added: Vec<String>, removed: Vec<String> },
    /// A license, or not one, that nothing here knows.
    Unrecognised,
    /// Nothing but blanks.
    Empty,
    /// Not text.
    Binary,
}

/// The result for one text.
#[derive(Debug, Clone, PartialEq)]
pub struct Identified {
    pub identity: Identity,
    /// Share of the nominee's words that stand in the text in order (1 = all, and none added).
    pub score: f64,
}

/// Words, and bytes that are not blank, of the longest text that is looked at; licenses are far shorter.
const MAX_WORDS: usize = 60_000;
const MAX_BYTES: usize = 1 << 20;
/// Nominees that are compared word by word, and how far below the best one a nominee may score.
const NOMINEES: usize = 8;
const NOMINEE_GAP: f64 = 0.25;
/// Share of a license's sketch that nominates it.
const NOMINATES: f64 = 0.25;
/// Share of a license's words that must be there to call a text a modification of it.
const RESEMBLES: f64 = 0.6;
/// Words by which a nominee must be farther off, at the least, not to be compared any more.
const MARGIN: usize = 40;
/// A text may be this many times as long as a license, and so many words more, to be compared with it.
const LONGER: usize = 3;
const LONGER_WORDS: usize = 1_000;
/// All diffs of a text together. Licenses take a hundredth of it; only a text made to be slow gets there.
const DIFF_TIME: Duration = Duration::from_secs(1);

/// Identifies a text.
pub fn identify(bytes: &[u8], rules: &Rules) -> Identified {
    let none = |identity| Identified { identity, score: 0.0 };
    if !rules.clarified.is_empty()
        && let Some(id) = rules.clarified.get(&crate::digest::sha256(bytes))
    {
        return Identified { identity: Identity::Exact { id: id.clone() }, score: 1.0 };
    }
    let Some(text) = decode(bytes) else { return none(Identity::Binary) };
    if text.trim().is_empty() {
        return none(Identity::Empty);
    }
    // Nothing is cut off before it is compared, since a condition may stand behind a million blanks; what is
    // longer than any license is none.
    if text.bytes().filter(|b| !b.is_ascii_whitespace()).count() > MAX_BYTES {
        return none(Identity::Unrecognised);
    }
    let text = without_markup(&text);
    let words = license_words(&text);
    if words.len() > MAX_WORDS {
        return none(Identity::Unrecognised);
    }
    if let Some(id) = digested(&words, rules) {
        return Identified { identity: Identity::Exact { id }, score: 1.0 };
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // These words and no others: no phrase can say more, and making phrases ready takes longer than all the rest.
    if let Some(id) = exactly(&words) {
        return Identified { identity: Identity::Exact { id: id.to_string() }, score: 1.0 };
    }
    if let Some(rule) = marked(&text, rules) {
        let id = rule.id.get_ref().clone();
        // Phrases recognise a license; they cannot see a clause that was added to it. So an open one is
        // believed only where its words are known one by one.
        let identity =
            if rule.open.is_empty() { Identity::Marked { id } } else { Identity::Modified { id, added: Vec::new(), removed: Vec::new() } };
        return Identified { identity, score: 1.0 };
    }
    match listed(&words) {
        Some(c) if c.share >= RESEMBLES => Identified { identity: c.identity, score: c.score },
        Some(c) => Identified { identity: Identity::Unrecognised, score: c.score },
        None => none(Identity::Unrecognised),
    }
}

/// The license of the SPDX list that has these words.
fn exactly(words: &[&str]) -> Option<&'static str> {
    let hash = words_hash(words);
    let same = LICENSE_TEXTS.iter().find(|l| l.hash == hash)?;
    Reader::default().words(same)?.split(' ').eq(words.iter().copied()).then_some(same.id)
}

/// The license of the SPDX list that is nearest to a text.
fn listed(words: &[&str]) -> Option<Compared> {
    let mut texts = Reader::default();
    let shingles: HashSet<u32, BuildHasherDefault<Hashed>> = shingle_hashes(words).into_iter().map(sketched).collect();
    let mut nominees: Vec<(f64, usize, &LicenseText)> = LICENSE_TEXTS
        .iter()
        .enumerate()
        .map(|(i, l)| (l.sketch.iter().filter(|h| shingles.contains(h)).count() as f64 / l.sketch.len().max(1) as f64, i, l))
        .filter(|(score, ..)| *score >= NOMINATES)
        .collect();
    let top = nominees.iter().map(|(score, ..)| *score).fold(0.0, f64::max);
    nominees.retain(|(score, ..)| *score >= top - NOMINEE_GAP);
    // Among equals the list's order decides: current before deprecated, the plain one before its variants.
    nominees.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    nominees.truncate(NOMINEES);
    let nominated: Vec<(&LicenseText, String)> = nominees.into_iter().filter_map(|(_, _, n)| Some((n, texts.words(n)?))).collect();
    let mut numbering = Numbers::default();
    let numbers = numbering.of(words);
    let mut bounded: Vec<(usize, &LicenseText, Vec<&str>, Vec<u32>)> = nominated
        .iter()
        .map(|(n, text)| {
            let canon: Vec<&str> = text.split(' ').collect();
            let canon_numbers = numbering.of(&canon);
            // How many words differ at the least: cheap, and a bound for the diff.
            (bag_distance(&canon_numbers, &numbers), *n, canon, canon_numbers)
        })
        // A text that is many times a license's length is not that license, whatever else it is.
        .filter(|(_, _, canon, _)| words.len() <= canon.len() * LONGER + LONGER_WORDS)
        .collect();
    bounded.sort_by_key(|b| b.0);
    let until = Instant::now() + DIFF_TIME;
    let mut best: Option<Compared> = None;
    for (bound, nominee, canon, canon_numbers) in &bounded {
        // What is harmless is not counted in a diff, so the bound is not a strict one; a fair margin is.
        if best.as_ref().is_some_and(|b| b.differences == 0 || b.differences + MARGIN <= *bound) {
            break;
        }
        let compared = compare(nominee.id, &Sides { canon, canon_numbers, words, numbers: &numbers }, until);
        if best.as_ref().is_none_or(|b| compared.differences < b.differences) {
            best = Some(compared);
        }
    }
    best
}

/// Shingles are hashes already.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.0 = (self.0 << 8) | u64::from(*b);
        }
    }

    fn write_u32(&mut self, n: u32) {
        self.0 = n.into();
    }
}

/// The license whose phrases the text has: where several fit, the one with the most telling phrases.
fn marked<'r>(text: &str, rules: &'r Rules) -> Option<&'r LicenseRule> {
    let said = rules.license_marks().said(&crate::text::words(text));
    let has = |p: &String| said.contains(p.as_str());
    rules
        .licenses
        .iter()
        .filter_map(|l| Some((l, l.text.as_ref()?)))
        .filter(|(_, m)| !(m.all.is_empty() && m.any.is_empty()))
        .filter(|(_, m)| m.all.iter().all(has) && (m.any.is_empty() || m.any.iter().any(has)) && !m.none.iter().any(has))
        .max_by_key(|(l, m)| (m.all.iter().map(String::len).sum::<usize>(), std::cmp::Reverse(l.id.get_ref().clone())))
        .map(|(l, _)| l)
}

/// The license one of whose official texts has exactly these words.
fn digested(words: &[String], rules: &Rules) -> Option<String> {
    let digest = words_digest(words);
    rules.licenses.iter().find(|l| l.text.as_ref().is_some_and(|m| m.words_sha256.contains(&digest))).map(|l| l.id.get_ref().clone())
}

/// sha256 over a text's words, one blank between: what `words-sha256` in the rules lists.
pub fn words_digest(words: &[String]) -> String {
    crate::digest::sha256(words.join(" ").as_bytes())
}

/// The digest of a text as it would be compared; none of what is no text, or too long to be a license.
pub fn digest_of(bytes: &[u8]) -> Option<String> {
    let text = decode(bytes).filter(|t| t.bytes().filter(|b| !b.is_ascii_whitespace()).count() <= MAX_BYTES)?;
    Some(words_digest(&license_words(&without_markup(&text))))
}

impl Identity {
    /// The id for the contract's `identified`.
    pub fn shown(&self) -> String {
        match self {
            Identity::Exact { id } | Identity::Marked { id } => id.clone(),
            Identity::Modified { id, .. } => format!("modified {id}"),
            Identity::Unrecognised => "unrecognised".into(),
            Identity::Empty => "empty".into(),
            Identity::Binary => "not text".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MIT: &str = include_str!("../../tests/data/MIT.txt");

    fn identity(text: &str) -> Identity {
        identify(text.as_bytes(), &Rules::load(None).unwrap()).identity
    }

    #[test]
    fn plain_texts() {
        assert_eq!(identity(MIT), Identity::Exact { id: "MIT".into() });
        assert_eq!(identity(&MIT.replace("MIT License", "The MIT License (MIT)")), Identity::Exact { id: "MIT".into() });
        assert_eq!(identity(&MIT.replace("MIT License\n", "")), Identity::Exact { id: "MIT".into() });
        assert_eq!(identity(&MIT.replace(' ', "\n")), Identity::Exact { id: "MIT".into() }, "reflowed");
    }

    #[test]
    fn every_listed_text_is_itself_or_its_twin() {
        let rules = Rules::load(None).unwrap();
        let mut texts = Reader::default();
        let mut wrong = Vec::new();
        for license in LICENSE_TEXTS.iter().filter(|l| {
            [
                "Apache-2.0",
                "MIT",
                "MIT-0",
                "BSD-3-Clause",
                "BSD-2-Clause",
                "ISC",
                "CC-BY-4.0",
                "CC0-1.0",
                "CC-BY-NC-4.0",
                "CC-BY-SA-4.0",
                "GPL-3.0-only",
                "AGPL-3.0-only",
                "MPL-2.0",
                "OpenMDW-1.0",
                "CDLA-Permissive-2.0",
                "Unlicense",
            ]
            .contains(&l.id)
        }) {
            let got = identify(texts.text(license).unwrap().as_bytes(), &rules).identity;
            let family = |id: &str| id.replace("-or-later", "-only").replace("-only", "");
            match &got {
                Identity::Exact { id } if family(id) == family(license.id) => {}
                other => wrong.push(format!("{}: {}", license.id, other.shown())),
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn a_changed_text_is_never_the_plain_license() {
        for (change, to) in [
            ("without restriction", "without commercial restriction"),
            (", sublicense, and/or sell", ""),
            (
                "THE SOFTWARE IS",
                "If your product has more than 100 million monthly active users you must show our name.\n\nTHE SOFTWARE IS",
            ),
            ("MIT License", "MIT License for research use only"),
        ] {
            let text = MIT.replacen(change, to, 1);
            match identity(&text) {
                Identity::Modified { id, added, removed } => {
                    assert_eq!(id, "MIT");
                    assert!(added.len() + removed.len() > 0);
                }
                other => panic!("{change} -> {to}: {other:?}"),
            }
        }
        let tail = format!("{MIT}\nThe Software may not be used for commercial purposes.\n");
        assert!(!matches!(identity(&tail), Identity::Exact { .. }), "an appended clause");
        let half = &MIT[..MIT.len() / 2];
        assert!(!matches!(identity(half), Identity::Exact { .. }), "half of it");
    }

    #[test]
    fn a_page_is_the_text_on_it() {
        let html = format!(
            "<html><body><h1>MIT License</h1>\n<p>{}</p></body></html>",
            MIT.trim_start_matches("MIT License").replace("\n\n", "</p>\n<p>").replace('"', "&quot;")
        );
        assert_eq!(identity(&html), Identity::Exact { id: "MIT".into() });
        let quoted: String = MIT.lines().map(|l| format!("> {l}\n")).collect();
        assert_eq!(identity(&quoted), Identity::Exact { id: "MIT".into() });
    }

    #[test]
    fn encodings() {
        let rules = Rules::load(None).unwrap();
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(MIT.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(identify(&utf16, &rules).identity, Identity::Exact { id: "MIT".into() });
        let latin1: Vec<u8> = MIT.replace("Somebody", "Jos\u{e9}").chars().map(|c| c as u8).collect();
        assert_eq!(identify(&latin1, &rules).identity, Identity::Exact { id: "MIT".into() });
        assert_eq!(identify(b"\x00\x01\x02", &rules).identity, Identity::Binary);
        assert_eq!(identify(b" \n", &rules).identity, Identity::Empty);
        assert_eq!(identify(b"Call me.", &rules).identity, Identity::Unrecognised);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let rules = Rules::default();
            let _ = identify(&bytes, &rules);
        }
    }
}
