//! What a census comes to: counts, and nothing that grows with the number of records but 16 bytes for
//! each (see [`Graph`]). Parts made by several workers are merged in the order of the
//! input, so that the summary is the same whatever the number of threads.

use super::graph::{Drift, Graph, LicenseNames};
use super::row::Row;
use crate::vocabulary::{Openness, Verdict};
use foldhash::HashMap;
use serde::Serialize;
use std::collections::BTreeMap;

/// Distinct values of one dimension that are counted by name (organisations are what there are most of).
const NAMES: usize = 200_000;
/// The name under which what is beyond that is counted.
const REST: &str = "(others)";
/// Lines that a summary shows of one dimension.
pub const SHOWN: usize = 40;
/// Broken records that are named.
const NAMED: usize = 20;

/// How many models have which verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub models: u64,
    /// By place in [`Verdict::ALL`].
    pub proven: [u64; 6],
    pub possible: [u64; 6],
}

/// Adds to a verdict's count.
fn add(counts: &mut [u64; 6], verdict: Verdict, n: u64) {
    if let Some(count) = counts.get_mut(verdict as usize) {
        *count = count.saturating_add(n);
    }
}

/// A verdict's count.
fn of(counts: &[u64; 6], verdict: Verdict) -> u64 {
    counts.get(verdict as usize).copied().unwrap_or(0)
}

impl Tally {
    fn add(&mut self, verdict: Verdict, possible: Verdict) {
        self.models += 1;
        add(&mut self.proven, verdict, 1);
        add(&mut self.possible, possible, 1);
    }

    fn merge(&mut self, other: &Tally) {
        self.models += other.models;
        for (mine, theirs) in [(&mut self.proven, &other.proven), (&mut self.possible, &other.possible)] {
            mine.iter_mut().zip(theirs).for_each(|(m, t)| *m += t);
        }
    }
}

/// What models are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    License,
    Task,
    Size,
    Year,
    Organisation,
}

impl Dimension {
    pub const ALL: [Dimension; 5] = [Dimension::License, Dimension::Task, Dimension::Size, Dimension::Year, Dimension::Organisation];

    /// The key in JSON.
    pub fn slug(self) -> &'static str {
        match self {
            Dimension::License => "license",
            Dimension::Task => "task",
            Dimension::Size => "size",
            Dimension::Year => "year",
            Dimension::Organisation => "organisation",
        }
    }

    fn value<'a>(self, row: &Row<'a>) -> &'a str {
        match self {
            Dimension::License => row.license,
            Dimension::Task => row.task.unwrap_or("not given"),
            Dimension::Size => size_class(row.parameters),
            Dimension::Year => row.created.and_then(|c| c.get(..4)).unwrap_or("not given"),
            Dimension::Organisation => match row.organisation {
                "" => "none",
                named => named,
            },
        }
    }
}

/// Classes of size by the number of parameters, in the order in which they are shown.
pub const SIZES: &[(u64, &str)] = &[
    (100_000_000, "under 100M"),
    (1_000_000_000, "100M to 1B"),
    (4_000_000_000, "1B to 4B"),
    (10_000_000_000, "4B to 10B"),
    (40_000_000_000, "10B to 40B"),
    (100_000_000_000, "40B to 100B"),
    (u64::MAX, "100B and more"),
];

fn size_class(parameters: Option<u64>) -> &'static str {
    let Some(n) = parameters else { return "not given" };
    SIZES.iter().find(|(below, _)| n < *below).map_or("100B and more", |(_, name)| name)
}

/// A record that could not be judged.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// Which: the input and the number of the line, element or row.
    pub at: String,
    pub why: String,
}

/// What one piece of the input came to.
#[derive(Debug, Default)]
pub struct Part {
    pub counts: Counts,
    dimensions: [HashMap<Box<str>, Tally>; 5],
    licenses: LicenseNames,
    /// A number made of each id, and the license of it.
    ids: Vec<(u64, u16)>,
    /// A number made of a base's id, and the license of the derivative.
    edges: Vec<(u64, u16)>,
}

/// Plain counts.
#[derive(Debug, Default, Clone)]
pub struct Counts {
    pub records: u64,
    pub tally: Tally,
    /// By proven and possible verdict.
    pub intervals: BTreeMap<(Verdict, Verdict), u64>,
    pub downloads: [u64; 6],
    pub derivatives: u64,
    /// Whose own license is open while that after their bases is not, or is not known to be.
    pub tightened: u64,
    pub claims: u64,
    /// Of these, models that cannot be Open Source AI, and models that are not shown to be.
    pub claims_refuted: u64,
    pub claims_unproven: u64,
    pub broken: u64,
    pub named: Vec<Broken>,
}

impl Part {
    /// Counts a judged record.
    pub fn add(&mut self, row: &Row<'_>) {
        let c = &mut self.counts;
        c.records += 1;
        c.tally.add(row.verdict, row.verdict_possible);
        *c.intervals.entry((row.verdict, row.verdict_possible)).or_default() += 1;
        add(&mut c.downloads, row.verdict, row.downloads.unwrap_or(0));
        if row.claims_open_source {
            c.claims += 1;
            c.claims_refuted += u64::from(row.verdict_possible < Verdict::OpenSource);
            c.claims_unproven += u64::from(row.verdict < Verdict::OpenSource);
        }
        let license = self.licenses.number(row.license, row.license_openness);
        self.ids.push((super::graph::hash(row.id), license));
        if !row.base_models.is_empty() {
            c.derivatives += 1;
            c.tightened += u64::from(row.license_openness == Openness::Open && row.effective_openness != Openness::Open);
            self.edges.extend(row.base_models.iter().map(|b| (super::graph::hash(b), license)));
        }
        for (map, dimension) in self.dimensions.iter_mut().zip(Dimension::ALL) {
            let value = dimension.value(row);
            match map.get_mut(value) {
                Some(tally) => tally.add(row.verdict, row.verdict_possible),
                None => {
                    let mut tally = Tally::default();
                    tally.add(row.verdict, row.verdict_possible);
                    map.insert(crate::text::cut(&crate::text::line(value), 120).into(), tally);
                }
            }
        }
    }

    /// Counts a record that could not be judged.
    pub fn add_broken(&mut self, at: String, why: String) {
        self.counts.records += 1;
        self.counts.broken += 1;
        if self.counts.named.len() < NAMED {
            self.counts.named.push(Broken { at, why });
        }
    }
}

/// Everything counted so far.
#[derive(Debug, Default)]
pub struct Summary {
    pub counts: Counts,
    dimensions: [HashMap<Box<str>, Tally>; 5],
    licenses: LicenseNames,
    graph: Graph,
}

impl Summary {
    /// Adds the next piece of the input.
    pub fn merge(&mut self, part: Part) {
        let (mine, theirs) = (&mut self.counts, part.counts);
        mine.records += theirs.records;
        mine.tally.merge(&theirs.tally);
        for (interval, n) in theirs.intervals {
            *mine.intervals.entry(interval).or_default() += n;
        }
        mine.downloads.iter_mut().zip(theirs.downloads).for_each(|(m, t)| *m = m.saturating_add(t));
        mine.derivatives += theirs.derivatives;
        mine.tightened += theirs.tightened;
        mine.claims += theirs.claims;
        mine.claims_refuted += theirs.claims_refuted;
        mine.claims_unproven += theirs.claims_unproven;
        mine.broken += theirs.broken;
        let room = NAMED.saturating_sub(mine.named.len());
        mine.named.extend(theirs.named.into_iter().take(room));
        for (mine, theirs) in self.dimensions.iter_mut().zip(part.dimensions) {
            // In a fixed order, since what comes after the last name that fits is counted together.
            let mut theirs: Vec<(Box<str>, Tally)> = theirs.into_iter().collect();
            if mine.len() + theirs.len() > NAMES {
                theirs.sort_by(|a, b| a.0.cmp(&b.0));
            }
            for (name, tally) in theirs {
                let full = mine.len() >= NAMES;
                match mine.get_mut(&name) {
                    Some(known) => known.merge(&tally),
                    None if full => mine.entry(REST.into()).or_default().merge(&tally),
                    None => drop(mine.insert(name, tally)),
                }
            }
        }
        let renumbered = self.licenses.merge(&part.licenses);
        let number = |license: u16| renumbered.get(usize::from(license)).copied().unwrap_or_default();
        part.ids.iter().for_each(|(id, license)| self.graph.add_model(*id, number(*license)));
        part.edges.iter().for_each(|(base, license)| self.graph.add_edge(*base, number(*license)));
    }

    /// Sums everything up.
    pub fn finish(self, title: String, rules_digest: &str) -> Census {
        let c = self.counts;
        let drift = self.graph.finish(&self.licenses, c.derivatives, c.tightened);
        let by = Dimension::ALL.into_iter().zip(self.dimensions).map(|(d, map)| (d.slug(), table(d, map))).collect();
        let verdicts = Verdict::ALL
            .iter()
            .map(|v| VerdictCount {
                verdict: *v,
                proven: of(&c.tally.proven, *v),
                possible: of(&c.tally.possible, *v),
                downloads: of(&c.downloads, *v),
            })
            .collect();
        let intervals =
            c.intervals.into_iter().map(|((verdict, verdict_possible), models)| Interval { verdict, verdict_possible, models }).collect();
        Census {
            schema_version: "1",
            tool: Tool { name: "trulyopen", version: env!("CARGO_PKG_VERSION"), rules_digest: format!("sha256:{rules_digest}") },
            input: title,
            basis: "metadata alone",
            records: c.records,
            judged: c.tally.models,
            broken: BrokenOut { count: c.broken, first: c.named },
            verdicts,
            intervals,
            by,
            drift,
            openwashing: Openwashing { claims: c.claims, refuted: c.claims_refuted, unproven: c.claims_unproven },
        }
    }
}

/// The lines of one dimension, largest first (sizes and years in their own order), the rest as one.
fn table(dimension: Dimension, map: HashMap<Box<str>, Tally>) -> Table {
    let mut rows: Vec<(Box<str>, Tally)> = map.into_iter().collect();
    let distinct = rows.len();
    let place = |name: &str| SIZES.iter().position(|(_, n)| *n == name).unwrap_or(SIZES.len());
    match dimension {
        Dimension::Size => rows.sort_by_key(|(name, _)| place(name)),
        Dimension::Year => rows.sort_by(|a, b| a.0.cmp(&b.0)),
        _ => rows.sort_by(|a, b| b.1.models.cmp(&a.1.models).then_with(|| a.0.cmp(&b.0))),
    }
    let mut rest = Tally::default();
    rows.iter().skip(SHOWN).for_each(|(_, t)| rest.merge(t));
    rows.truncate(SHOWN);
    let line = |name: &str, tally: &Tally| Line {
        name: name.to_string(),
        models: tally.models,
        proven: slugs(&tally.proven),
        possible: slugs(&tally.possible),
    };
    Table {
        distinct,
        rows: rows.iter().map(|(name, tally)| line(name, tally)).collect(),
        rest: (rest.models > 0).then(|| line(REST, &rest)),
    }
}

fn slugs(counts: &[u64; 6]) -> BTreeMap<&'static str, u64> {
    Verdict::ALL.iter().zip(counts).map(|(v, n)| (v.slug(), *n)).collect()
}

/// The summary as it is written out. Its JSON is a format of its own, with its own `schema_version`.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize)]
pub struct Census {
    pub schema_version: &'static str,
    pub tool: Tool,
    /// What was read, in words.
    pub input: String,
    pub basis: &'static str,
    pub records: u64,
    pub judged: u64,
    pub broken: BrokenOut,
    /// How many models have each verdict proven, and how many could at most have it.
    pub verdicts: Vec<VerdictCount>,
    pub intervals: Vec<Interval>,
    pub by: BTreeMap<&'static str, Table>,
    pub drift: Drift,
    pub openwashing: Openwashing,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize)]
pub struct Tool {
    pub name: &'static str,
    pub version: &'static str,
    pub rules_digest: String,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize)]
pub struct BrokenOut {
    pub count: u64,
    pub first: Vec<Broken>,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize)]
pub struct VerdictCount {
    pub verdict: Verdict,
    pub proven: u64,
    pub possible: u64,
    /// Downloads of the models of which it is proven, as the hub counts them.
    pub downloads: u64,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize)]
pub struct Interval {
    pub verdict: Verdict,
    pub verdict_possible: Verdict,
    pub models: u64,
}

/// One dimension.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize)]
pub struct Table {
    /// Distinct names.
    pub distinct: usize,
    pub rows: Vec<Line>,
    /// All others together.
    pub rest: Option<Line>,
}

#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    pub name: String,
    pub models: u64,
    pub proven: BTreeMap<&'static str, u64>,
    pub possible: BTreeMap<&'static str, u64>,
}

/// "Open source" in tags or card, against the verdict.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize)]
pub struct Openwashing {
    pub claims: u64,
    /// Models that say so and cannot be Open Source AI by their record alone.
    pub refuted: u64,
    /// Models that say so and are not shown to be.
    pub unproven: u64,
}
