//! Which license a derivative has, and which its base: over the whole graph, though neither need come
//! first in the input. Each model is kept as 8 bytes (48 bits made of its id, 16 of its license), each link
//! to a base likewise; both are sorted at the end and walked side by side.
//!
//! 48 bits tell two million ids apart but for a chance of 1 in 140 that any two are taken for one.

use crate::vocabulary::Openness;
use foldhash::HashMap;
use serde::Serialize;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};

/// Models and links that are kept: 96 MB together. What is beyond is not looked at, and that is said.
const KEPT: usize = 6_000_000;
/// Entries of one piece; a growing list would have to be copied.
const PIECE: usize = 1 << 16;
/// Pairs of licenses that a summary shows.
const SHOWN: usize = 60;

/// 48 bits made of an id, which hubs compare without case.
pub fn hash(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut lower = [0; 64];
    for piece in id.as_bytes().chunks(lower.len()) {
        if let Some(lower) = lower.get_mut(..piece.len()) {
            lower.copy_from_slice(piece);
            lower.make_ascii_lowercase();
            hasher.write(lower);
        }
    }
    hasher.finish() >> 16
}

/// License expressions by number.
#[derive(Debug, Default)]
pub struct LicenseNames {
    numbers: HashMap<Box<str>, u16>,
    names: Vec<(Box<str>, Openness)>,
}

impl LicenseNames {
    /// The number of an expression; all that do not fit share the last.
    pub fn number(&mut self, name: &str, openness: Openness) -> u16 {
        if let Some(known) = self.numbers.get(name) {
            return *known;
        }
        let full = self.names.len() >= usize::from(u16::MAX);
        let name = if full { "(others)" } else { name };
        let next = u16::try_from(self.names.len()).unwrap_or(u16::MAX);
        *self.numbers.entry(name.into()).or_insert_with(|| {
            self.names.push((name.into(), if full { Openness::Unknown } else { openness }));
            next
        })
    }

    /// Adds the names of another; their new numbers, by their old ones.
    pub fn merge(&mut self, other: &LicenseNames) -> Vec<u16> {
        other.names.iter().map(|(name, openness)| self.number(name, *openness)).collect()
    }

    fn get(&self, number: u16) -> (&str, Openness) {
        self.names.get(usize::from(number)).map_or(("", Openness::Unknown), |(n, o)| (n, *o))
    }
}

/// A list that grows without being copied.
#[derive(Debug, Default)]
struct Pieces(Vec<Vec<u64>>, usize);

impl Pieces {
    /// Adds an entry; false where the list is full.
    fn add(&mut self, entry: u64) -> bool {
        if self.1 >= KEPT {
            return false;
        }
        match self.0.last_mut().filter(|p| p.len() < PIECE) {
            Some(piece) => piece.push(entry),
            None => {
                let mut piece = Vec::with_capacity(PIECE);
                piece.push(entry);
                self.0.push(piece);
            }
        }
        self.1 += 1;
        true
    }

    /// All entries in order, taken out piece by piece so that there is never more than one copy.
    fn sorted(mut self) -> Vec<u64> {
        let mut out = Vec::with_capacity(self.1);
        while let Some(piece) = self.0.pop() {
            out.extend_from_slice(&piece);
        }
        out.sort_unstable();
        out
    }
}

/// Models with their licenses, and links from derivatives to bases.
#[derive(Debug, Default)]
pub struct Graph {
    models: Pieces,
    edges: Pieces,
    left_out: u64,
}

impl Graph {
    pub fn add_model(&mut self, id: u64, license: u16) {
        let kept = self.models.add(id << 16 | u64::from(license));
        self.left_out += u64::from(!kept);
    }

    pub fn add_edge(&mut self, base: u64, license: u16) {
        let kept = self.edges.add(base << 16 | u64::from(license));
        self.left_out += u64::from(!kept);
    }

    /// Joins links with the models that they lead to.
    pub fn finish(self, names: &LicenseNames, derivatives: u64, tightened: u64) -> Drift {
        let (models, edges) = (self.models.sorted(), self.edges.sorted());
        let mut pairs: BTreeMap<(u16, u16), u64> = BTreeMap::new();
        let mut found = 0;
        let mut at = models.iter().peekable();
        for edge in &edges {
            while at.next_if(|m| *m >> 16 < edge >> 16).is_some() {}
            if let Some(base) = at.peek().filter(|m| **m >> 16 == edge >> 16) {
                found += 1;
                *pairs.entry(((*base & 0xffff) as u16, (edge & 0xffff) as u16)).or_default() += 1;
            }
        }
        let mut drift = Drift {
            derivatives,
            links: edges.len() as u64,
            found,
            same: 0,
            loosened: 0,
            tightened_by_base: tightened,
            left_out: self.left_out,
            pairs: Vec::new(),
        };
        for ((base, own), models) in pairs {
            let ((base, base_openness), (own, own_openness)) = (names.get(base), names.get(own));
            // The base's terms are stricter than what the derivative says.
            let loosened = own_openness == Openness::Open && base_openness != Openness::Open;
            drift.same += if base == own { models } else { 0 };
            drift.loosened += if loosened { models } else { 0 };
            drift.pairs.push(Pair { base: base.to_string(), derivative: own.to_string(), loosened, models });
        }
        drift.pairs.sort_by(|a, b| b.models.cmp(&a.models).then_with(|| (&a.base, &a.derivative).cmp(&(&b.base, &b.derivative))));
        drift.pairs.truncate(SHOWN);
        drift
    }
}

/// How licenses change on the way from a base to what is made from it.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize)]
pub struct Drift {
    /// Models that name a base.
    pub derivatives: u64,
    /// Bases named by them, and those among the models of the input.
    pub links: u64,
    pub found: u64,
    /// The same license on both ends.
    pub same: u64,
    /// Declared open, though the base is restricted, without a license, or not known to be open.
    pub loosened: u64,
    /// Declared open, and not open (or not known to be) by what the rules know of the base.
    pub tightened_by_base: u64,
    /// Models and links beyond what is kept.
    pub left_out: u64,
    /// Pairs of declared licenses, most frequent first.
    pub pairs: Vec<Pair>,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize)]
pub struct Pair {
    pub base: String,
    pub derivative: String,
    pub loosened: bool,
    pub models: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_are_found_wherever_they_stand() {
        let mut names = LicenseNames::default();
        let (mit, llama) = (names.number("MIT", Openness::Open), names.number("LicenseRef-llama-3.1", Openness::Restricted));
        let mut graph = Graph::default();
        // A derivative before its base, one after it, and one whose base is not in the input.
        graph.add_edge(hash("meta/llama"), mit);
        graph.add_model(hash("Meta/Llama"), llama);
        graph.add_edge(hash("meta/Llama"), llama);
        graph.add_edge(hash("x/y"), mit);
        let drift = graph.finish(&names, 3, 0);
        assert_eq!((drift.links, drift.found, drift.same, drift.loosened), (3, 2, 1, 1));
        assert_eq!(drift.pairs.len(), 2);
    }

    #[test]
    fn numbers_stay_when_parts_are_merged() {
        let (mut a, mut b) = (LicenseNames::default(), LicenseNames::default());
        a.number("MIT", Openness::Open);
        b.number("Apache-2.0", Openness::Open);
        b.number("MIT", Openness::Open);
        assert_eq!(a.merge(&b), [1, 0]);
    }
}
