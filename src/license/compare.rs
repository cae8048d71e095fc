//! A text beside a license, word by word. What a diff may pass over is closed and short; everything else
//! makes it another license.

use super::text::Identity;
use super::text::shared::{is_year, license_words, rules_something};
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};
use std::collections::{HashMap, HashSet};
use std::time::Instant;

/// A text beside a license.
pub struct Compared {
    /// Words that differ and matter.
    pub differences: usize,
    /// Share of the license that is there.
    pub share: f64,
    /// The same, lowered by what was added.
    pub score: f64,
    pub identity: Identity,
}

/// Numbers for words, so that words are compared once.
#[derive(Default)]
pub struct Numbers<'w> {
    of: HashMap<&'w str, u32>,
}

impl<'w> Numbers<'w> {
    /// The numbers of words, new ones given as they come.
    pub fn of(&mut self, words: &[&'w str]) -> Vec<u32> {
        let mut number = |word: &'w str| {
            let next = u32::try_from(self.of.len()).unwrap_or(u32::MAX);
            *self.of.entry(word).or_insert(next)
        };
        words.iter().map(|w| number(w)).collect()
    }
}

/// How many words differ at the least, whatever their order.
pub fn bag_distance(a: &[u32], b: &[u32]) -> usize {
    let size = a.iter().chain(b).max().map_or(0, |m| *m as usize + 1);
    let mut counts = vec![0i32; size];
    for (list, step) in [(a, 1), (b, -1)] {
        for n in list {
            if let Some(count) = counts.get_mut(*n as usize) {
                *count += step;
            }
        }
    }
    counts.iter().map(|n| n.unsigned_abs() as usize).sum()
}

/// A license's and a text's words, each with its numbers.
pub struct Sides<'s> {
    pub canon: &'s [&'s str],
    pub canon_numbers: &'s [u32],
    pub words: &'s [&'s str],
    pub numbers: &'s [u32],
}

/// Compares them. A diff that reaches `until` is approximate, which can only add differences.
pub fn compare(id: &str, sides: &Sides<'_>, until: Instant) -> Compared {
    let (canon, words) = (sides.canon, sides.words);
    let ops = capture_diff_slices_deadline(Algorithm::Myers, sides.canon_numbers, sides.numbers, Some(until));
    let (mut added, mut removed): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut kept = 0;
    let name = license_words(&format!("{id} {}", spdx::license_id(id).map_or("", |l| l.full_name)));
    let name: HashSet<&str> = name.iter().map(String::as_str).collect();
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
        removed.extend(old.iter().map(|w| (*w).to_string()));
        added.extend(new.iter().map(|w| (*w).to_string()));
    }
    let differences = added.len() + removed.len();
    let score = kept as f64 / (canon.len() + added.len()).max(1) as f64;
    let share = kept as f64 / canon.len().max(1) as f64;
    if differences == 0 {
        return Compared { differences, share: 1.0, score: 1.0, identity: Identity::Exact { id: id.to_string() } };
    }
    Compared { differences, share, score, identity: Identity::Modified { id: id.to_string(), added, removed } }
}

/// Words with which templates ask for names and years.
const PLACEHOLDERS: &str = "author by c copyright developed development for fullname group holder holders institution licensor name of organization owner s software url year years your yyyy";

fn is_placeholder(word: &str) -> bool {
    PLACEHOLDERS.split(' ').any(|p| p == word)
}

/// Marks of a list that stand in a row ("4.1 a"); more are letters spaced out.
const MARKS: usize = 3;

/// Differences that do not change a license: its title, the names that a template leaves open, and
/// the appendix on how to apply it.
fn is_harmless(canon: &[&str], at: std::ops::Range<usize>, old: &[&str], new: &[&str], name: &HashSet<&str>) -> bool {
    let neutral = |w: &&str| {
        name.contains(w)
            || matches!(
                *w,
                "the" | "license" | "version" | "of" | "software" | "a" | "an" | "full" | "text" | "http" | "www" | "org" | "v" | "gnu"
            )
    };
    // The same letters, hyphenated in another way.
    if old.concat() == new.concat() {
        return true;
    }
    // Marks of a list: "a", "ii", "1".
    let is_mark = |w: &&str| {
        (w.len() == 1 && w.is_ascii())
            || (w.len() <= 2 && w.bytes().all(|b| b.is_ascii_digit()))
            || (w.len() <= 4 && w.bytes().all(|b| matches!(b, b'i' | b'v' | b'x')))
    };
    if new.len() <= MARKS && old.iter().chain(new).all(is_mark) {
        return true;
    }
    // Creative Commons texts come with and without links to notes and the dedication of the text itself.
    let is_cc_note = |w: &&str| {
        is_mark(w)
            || matches!(
                *w,
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
    let before: Vec<&str> = canon.get(at.start.saturating_sub(3)..at.start).unwrap_or_default().to_vec();
    let is_holder = |w: &&str| {
        matches!(
            *w,
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
    let named = matches!(
        before.as_slice(),
        [.., "name", "of"] | [.., "name", "of", "the"] | [.., "by", "the"] | [.., "shall", "the"] | [.., "provided", "by"]
    ) && new.len() <= 8
        && !rules_something(new);
    let holder = !old.is_empty() && old.iter().all(is_holder) && (named || new.iter().all(is_holder));
    // After the terms there is only an appendix on how to apply them, which may be left out or filled in.
    let ended = canon.get(..at.start).unwrap_or_default().windows(5).any(|w| w == ["end", "of", "terms", "and", "conditions"]);
    let left_out = new.is_empty() && matches!(old.first().copied(), Some("appendix" | "exhibit" | "schedule")) && at.end == canon.len();
    let appendix = left_out || (ended && (new.is_empty() || (!old.is_empty() && new.len() <= 12 && !rules_something(new))));
    // A notice that line breaks hid from the line-wise cut: a year, a name, and no word that rules anything.
    let notice = old.is_empty()
        && new.len() <= 12
        && new.first().is_some_and(|w| matches!(*w, "copyright" | "c"))
        && new.iter().any(|w| is_year(w) || matches!(*w, "yyyy" | "year"))
        && !rules_something(new);
    // The rest of a template's notice ("copyright yyyy name of copyright owner") behind a line break.
    let template = old.is_empty() && new.iter().all(|w| is_placeholder(w));
    // "ODC" and "Open Data Commons".
    let initials = |short: &[&str], long: &[&str]| matches!(short, [one] if long.len() > 1 && one.chars().count() == long.len() && one.chars().zip(long).all(|(c, w)| w.starts_with(c)));
    // Names that a template asks for, left out.
    let blanks = new.is_empty() && old.iter().all(|w| is_placeholder(w));
    heading || trimmed || holder || appendix || notice || template || blanks || initials(old, new) || initials(new, old)
}
