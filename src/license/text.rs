//! What license a text is. Three steps, and a score is never an identity:
//! 1. distinctive phrases from `rules/licenses` recognise licenses that the SPDX list does not have;
//! 2. shared runs of words *nominate* SPDX licenses;
//! 3. a word diff against each nominee *decides*: the same, or modified, with the words shown.

use crate::rules::Rules;
use crate::rules::schema::LicenseRule;
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

mod shared {
    include!("shingles.rs");
}
use shared::{license_words, shingle_hashes};

/// An SPDX license text in the binary.
pub struct LicenseText {
    id: &'static str,
    sketch: &'static [u64],
    at: usize,
    packed: usize,
    length: usize,
}

include!(concat!(env!("OUT_DIR"), "/license_texts.rs"));
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/license_texts.bin"));

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

/// Words beyond this are not compared; a license is shorter than that.
const MAX_WORDS: usize = 60_000;
/// Nominees that are compared word by word, and how far below the best one a nominee may score.
const NOMINEES: usize = 12;
const NOMINEE_GAP: f64 = 0.25;
/// Share of a license's sketch that nominates it.
const NOMINATES: f64 = 0.25;
/// Share of a license's words that must be there to call a text a modification of it.
const RESEMBLES: f64 = 0.6;
/// Words by which a nominee must be farther off, at the least, not to be compared any more.
const MARGIN: usize = 40;
/// A diff that takes longer is approximate, which can only add differences.
const DIFF_TIME: Duration = Duration::from_millis(60);

/// Identifies a text.
pub fn identify(bytes: &[u8], rules: &Rules) -> Identified {
    let none = |identity| Identified { identity, score: 0.0 };
    let Some(text) = decode(bytes) else { return none(Identity::Binary) };
    if text.trim().is_empty() {
        return none(Identity::Empty);
    }
    let text = without_markup(&crate::text::cut(&text, 1 << 20));
    let mut words = license_words(&text);
    words.truncate(MAX_WORDS);
    if let Some(id) = digested(&words, rules) {
        return Identified { identity: Identity::Exact { id }, score: 1.0 };
    }
    if let Some(rule) = marked(&text, rules) {
        let id = rule.id.get_ref().clone();
        // Phrases recognise a license; they cannot see a clause that was added to it. So an open one is
        // believed only where its words are known one by one.
        let identity =
            if rule.open.is_empty() { Identity::Marked { id } } else { Identity::Modified { id, added: Vec::new(), removed: Vec::new() } };
        return Identified { identity, score: 1.0 };
    }
    let shingles: HashSet<u64> = shingle_hashes(&words).into_iter().collect();
    let mut nominees: Vec<(f64, &LicenseText)> = LICENSE_TEXTS
        .iter()
        .map(|l| (l.sketch.iter().filter(|h| shingles.contains(h)).count() as f64 / l.sketch.len().max(1) as f64, l))
        .filter(|(score, _)| *score >= NOMINATES)
        .collect();
    let top = nominees.iter().map(|(score, _)| *score).fold(0.0, f64::max);
    nominees.retain(|(score, _)| *score >= top - NOMINEE_GAP);
    // Among equals the id decides: the plain one before its variants, in a fixed order.
    nominees.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (a.1.id.len(), a.1.id).cmp(&(b.1.id.len(), b.1.id))));
    nominees.truncate(NOMINEES);
    // How many words differ at the least, whatever their order: cheap, and a bound for the diff.
    let mut bounded: Vec<(usize, &LicenseText, Vec<String>)> =
        nominees.into_iter().filter_map(|(_, n)| n.words().map(|canon| (bag_distance(&canon, &words), n, canon))).collect();
    bounded.sort_by_key(|(bound, _, _)| *bound);
    let mut best: Option<Compared> = None;
    for (bound, nominee, canon) in &bounded {
        // What is harmless is not counted in a diff, so the bound is not a strict one; a fair margin is.
        if best.as_ref().is_some_and(|b| b.differences + MARGIN <= *bound) {
            break;
        }
        let compared = compare(nominee.id, canon, &words);
        if best.as_ref().is_none_or(|b| compared.differences < b.differences) {
            best = Some(compared);
        }
    }
    match best {
        Some(c) if c.share >= RESEMBLES => Identified { identity: c.identity, score: c.score },
        Some(c) => Identified { identity: Identity::Unrecognised, score: c.score },
        None => none(Identity::Unrecognised),
    }
}

/// A text beside a license.
struct Compared {
    /// Words that differ and matter.
    differences: usize,
    /// Share of the license that is there.
    share: f64,
    /// The same, lowered by what was added.
    score: f64,
    identity: Identity,
}

/// Bytes as text: UTF-8, UTF-16 with a mark, or Latin-1 where it reads as text.
pub fn decode(bytes: &[u8]) -> Option<String> {
    let utf16 = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.chunks_exact(2).filter_map(|p| <[u8; 2]>::try_from(p).ok()).map(unit).collect();
        String::from_utf16(&units).ok()
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => Some(String::from_utf8_lossy(rest).into_owned()),
        _ if bytes.contains(&0) || bytes.starts_with(b"%PDF") => None,
        _ => Some(match std::str::from_utf8(bytes) {
            Ok(text) => text.to_string(),
            Err(_) => bytes.iter().map(|b| *b as char).collect(),
        }),
    }
}

/// HTML tags and entities dropped, so that a text on a page is the text. Only known tags are: in
/// `<year> <owner>` the brackets hold what a template leaves open.
fn without_markup(text: &str) -> String {
    const TAGS: &[&str] = &[
        "a",
        "b",
        "blockquote",
        "body",
        "br",
        "center",
        "code",
        "details",
        "div",
        "em",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "hr",
        "html",
        "i",
        "img",
        "li",
        "link",
        "meta",
        "ol",
        "p",
        "pre",
        "section",
        "small",
        "span",
        "strong",
        "style",
        "summary",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "title",
        "tr",
        "u",
        "ul",
        "!doctype",
    ];
    if !text.contains(['<', '&']) {
        return text.to_string();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out.push_str(rest.get(..at).unwrap_or_default());
        let tag = rest.get(at..).unwrap_or_default();
        let name: String = tag.chars().skip(1).skip_while(|c| *c == '/').take_while(|c| c.is_ascii_alphanumeric() || *c == '!').collect();
        let end = tag.find('>').filter(|_| TAGS.contains(&name.to_lowercase().as_str()));
        match end {
            Some(end) => {
                // A tag that ends a line of text does so here too.
                out.push(if matches!(name.as_str(), "a" | "b" | "em" | "i" | "span" | "strong" | "u" | "code" | "font") {
                    ' '
                } else {
                    '\n'
                });
                rest = tag.get(end + 1..).unwrap_or_default();
            }
            None => {
                out.push('<');
                rest = tag.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    for (entity, plain) in [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&ldquo;", "\""),
        ("&rdquo;", "\""),
        ("&rsquo;", "'"),
        ("&amp;", "&"),
    ] {
        if out.contains(entity) {
            out = out.replace(entity, plain);
        }
    }
    out
}

/// The license whose phrases the text has: where several fit, the one with the most telling phrases.
fn marked<'r>(text: &str, rules: &'r Rules) -> Option<&'r LicenseRule> {
    let folded = crate::text::words(text);
    let has = |p: &String| crate::card::topics::contains_phrase(&folded, p);
    rules
        .licenses
        .iter()
        .filter_map(|l| Some((l, l.text.as_ref()?)))
        .filter(|(_, m)| !(m.all.is_empty() && m.any.is_empty()))
        .filter(|(_, m)| m.all.iter().all(has) && (m.any.is_empty() || m.any.iter().any(has)) && !m.none.iter().any(has))
        .max_by_key(|(l, m)| (m.all.iter().map(String::len).sum::<usize>(), std::cmp::Reverse(l.id.get_ref().clone())))
        .map(|(l, _)| l)
}

/// The words that one text has and the other has not, counted.
fn bag_distance(a: &[String], b: &[String]) -> usize {
    let mut counts: HashMap<&str, i64> = HashMap::with_capacity(a.len());
    for word in a {
        *counts.entry(word).or_default() += 1;
    }
    for word in b {
        *counts.entry(word).or_default() -= 1;
    }
    counts.values().map(|n| usize::try_from(n.unsigned_abs()).unwrap_or(usize::MAX)).sum()
}

/// The license one of whose official texts has exactly these words.
fn digested(words: &[String], rules: &Rules) -> Option<String> {
    let digest = words_digest(words);
    rules.licenses.iter().find(|l| l.text.as_ref().is_some_and(|m| m.words_sha256.contains(&digest))).map(|l| l.id.get_ref().clone())
}

/// sha256 over a text's words, one blank between: what `words-sha256` in the rules lists.
pub fn words_digest(words: &[String]) -> String {
    crate::net::sha256(words.join(" ").as_bytes())
}

/// The digest of a text as it would be compared.
pub fn digest_of(bytes: &[u8]) -> Option<String> {
    Some(words_digest(&license_words(&without_markup(&decode(bytes)?))))
}

impl LicenseText {
    fn words(&self) -> Option<Vec<String>> {
        Some(license_words(&self.text()?))
    }

    fn text(&self) -> Option<String> {
        let packed = PACKED.get(self.at..self.at + self.packed)?;
        String::from_utf8(miniz_oxide::inflate::decompress_to_vec_with_limit(packed, self.length).ok()?).ok()
    }
}

/// The text of a license as the SPDX list has it.
pub fn official(id: &str) -> Option<String> {
    LICENSE_TEXTS.iter().find(|l| l.id == id)?.text()
}

/// Compares a text with a license, word by word.
fn compare(id: &str, canon: &[String], words: &[String]) -> Compared {
    let ops = capture_diff_slices_deadline(Algorithm::Myers, canon, words, Some(Instant::now() + DIFF_TIME));
    let (mut added, mut removed): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut kept = 0;
    let name: HashSet<String> = license_words(&format!("{id} {}", spdx::license_id(id).map_or("", |l| l.full_name))).into_iter().collect();
    for op in &ops {
        if let DiffOp::Equal { len, .. } = op {
            kept += len;
            continue;
        }
        let old = canon.get(op.old_range()).unwrap_or_default();
        let new = words.get(op.new_range()).unwrap_or_default();
        if is_harmless(canon, op.old_range(), old, new, &name) {
            kept += old.len();
            continue;
        }
        removed.extend_from_slice(old);
        added.extend_from_slice(new);
    }
    let differences = added.len() + removed.len();
    let score = kept as f64 / (canon.len() + added.len()).max(1) as f64;
    let share = kept as f64 / canon.len().max(1) as f64;
    if differences == 0 {
        return Compared { differences, share: 1.0, score: 1.0, identity: Identity::Exact { id: id.to_string() } };
    }
    Compared { differences, share, score, identity: Identity::Modified { id: id.to_string(), added, removed } }
}

/// Differences that do not change a license: its title, the names that a template leaves open, and
/// the appendix on how to apply it.
fn is_harmless(canon: &[String], at: std::ops::Range<usize>, old: &[String], new: &[String], name: &HashSet<String>) -> bool {
    let neutral = |w: &String| {
        name.contains(w)
            || matches!(
                w.as_str(),
                "the" | "license" | "version" | "of" | "software" | "a" | "an" | "full" | "text" | "http" | "www" | "org" | "v" | "gnu"
            )
    };
    // The same letters, hyphenated in another way.
    if old.concat() == new.concat() {
        return true;
    }
    // Marks of a list: "a", "ii", "1".
    let is_mark = |w: &String| {
        (w.len() == 1 && w.is_ascii())
            || (w.len() <= 2 && w.bytes().all(|b| b.is_ascii_digit()))
            || (w.len() <= 4 && w.bytes().all(|b| matches!(b, b'i' | b'v' | b'x')))
    };
    if old.iter().chain(new).all(is_mark) {
        return true;
    }
    // Creative Commons texts come with and without links to notes and the dedication of the text itself.
    let is_cc_note = |w: &String| {
        is_mark(w)
            || matches!(
                w.as_str(),
                "wiki"
                    | "creativecommons"
                    | "org"
                    | "considerations"
                    | "for"
                    | "licensors"
                    | "licensees"
                    | "the"
                    | "text"
                    | "of"
                    | "creative"
                    | "commons"
                    | "public"
                    | "licenses"
                    | "is"
                    | "dedicated"
                    | "to"
                    | "domain"
                    | "under"
                    | "cc0"
                    | "dedication"
            )
    };
    if name.contains("creative") && name.contains("commons") && old.iter().chain(new).all(is_cc_note) {
        return true;
    }
    // The title, left out or written in the license's own words.
    let heading = at.start <= 12 && old.iter().all(neutral) && new.iter().all(neutral);
    // Anywhere: nothing added, and only neutral words lost (a repeated title, an address).
    let trimmed = new.is_empty() && old.len() <= 3 && old.iter().all(neutral);
    // "Neither the name of <holder> nor …": the holder differs in each copy.
    let before: Vec<&str> = canon.get(at.start.saturating_sub(3)..at.start).unwrap_or_default().iter().map(String::as_str).collect();
    let is_holder = |w: &String| {
        matches!(
            w.as_str(),
            "the"
                | "copyright"
                | "holder"
                | "holders"
                | "owner"
                | "owners"
                | "author"
                | "authors"
                | "and"
                | "or"
                | "contributors"
                | "organization"
                | "company"
                | "regents"
                | "its"
        )
    };
    let rules = |w: &String| {
        matches!(
            w.as_str(),
            "only"
                | "not"
                | "no"
                | "non"
                | "may"
                | "must"
                | "shall"
                | "commercial"
                | "research"
                | "use"
                | "users"
                | "license"
                | "except"
                | "if"
                | "without"
                | "prohibited"
                | "unless"
                | "academic"
                | "personal"
                | "evaluation"
        )
    };
    let named = matches!(
        before.as_slice(),
        [.., "name", "of"] | [.., "name", "of", "the"] | [.., "by", "the"] | [.., "shall", "the"] | [.., "provided", "by"]
    ) && new.len() <= 8
        && !new.iter().any(rules);
    let holder = !old.is_empty() && old.iter().all(is_holder) && (named || new.iter().all(is_holder));
    // After the terms there is only an appendix on how to apply them, which may be left out or filled in.
    let ended = canon.get(..at.start).unwrap_or_default().windows(5).any(|w| w == ["end", "of", "terms", "and", "conditions"]);
    let left_out =
        new.is_empty() && matches!(old.first().map(String::as_str), Some("appendix" | "exhibit" | "schedule")) && at.end == canon.len();
    let appendix = left_out || (ended && (new.is_empty() || (!old.is_empty() && new.len() <= 12 && !new.iter().any(rules))));
    // A notice that line breaks hid from the line-wise cut: a year, a name, and no word that rules anything.
    let year = |w: &String| w.len() == 4 && (w.starts_with("19") || w.starts_with("20")) && w.bytes().all(|b| b.is_ascii_digit());
    let notice = old.is_empty()
        && new.len() <= 12
        && new.first().is_some_and(|w| w == "copyright" || w == "c")
        && new.iter().any(year)
        && !new.iter().any(rules);
    heading || trimmed || holder || appendix || notice
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
            let packed = &PACKED[license.at..license.at + license.packed];
            let text = miniz_oxide::inflate::decompress_to_vec(packed).unwrap();
            let got = identify(&text, &rules).identity;
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
