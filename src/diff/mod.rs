//! What changed between two reports on models: first what a reviewer must know. Works on the wire
//! model alone, so that two saved audits compare as two live ones do.

pub mod render;
mod text;

use crate::report::texts::ids;
use crate::report::{Model, Report};
use crate::vocabulary::*;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The document of `trulyopen diff --format json`.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize)]
pub struct Diff {
    pub schema_version: &'static str,
    /// What was compared, as named on the command line.
    pub a: String,
    pub b: String,
    /// Both sides were judged by the same rules.
    pub same_rules: bool,
    pub models: Vec<ModelDiff>,
    /// Models that only one side has.
    pub only_a: Vec<Side>,
    pub only_b: Vec<Side>,
}

/// One model on one side.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize)]
pub struct Side {
    pub target: String,
    pub id: String,
    pub revision: Option<String>,
    pub verdict: Verdict,
}

/// What changed for one model.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize)]
pub struct ModelDiff {
    pub a: Side,
    pub b: Side,
    /// What matters most first.
    pub changes: Vec<Change>,
    /// License and notice files whose text differs, where both texts are there.
    pub texts: Vec<TextDiff>,
}

/// One difference.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `verdict`, `license`, `term`, `obligation`, `pillar`, `component`, `base-model`, `dataset`, `code`,
    /// `weights`, `framework`, `finding`, `evidence`.
    pub kind: &'static str,
    /// Which one, where there are several.
    pub what: String,
    pub from: Option<String>,
    pub to: Option<String>,
    pub direction: Direction,
}

/// Which way it went for somebody who wants to use the model freely.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    MoreOpen,
    LessOpen,
    Changed,
}

/// A license or notice file that reads differently.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Serialize)]
pub struct TextDiff {
    pub a: String,
    pub b: String,
    /// Share of the lines that stand in both.
    pub alike: f64,
    /// Unified, three lines of context, at most 400 lines; empty where the texts have little in common.
    pub unified: String,
    /// There is more than is shown.
    pub cut: bool,
}

/// Compares two reports. Models are the same by hub and id; where each side has just one, these two
/// are compared whatever their names.
pub fn diff(a: (&str, &Report), b: (&str, &Report)) -> Diff {
    let key = |m: &Model| format!("{}:{}", m.source.hub, m.source.id.to_lowercase());
    let (left, right) = (a.1, b.1);
    let mut models = Vec::new();
    let (mut only_a, mut only_b) = (Vec::new(), Vec::new());
    if let ([one], [other]) = (left.models.as_slice(), right.models.as_slice()) {
        models.push(model(left, one, right, other));
    } else {
        let mut theirs: BTreeMap<String, Vec<&Model>> = BTreeMap::new();
        for m in &right.models {
            theirs.entry(key(m)).or_default().push(m);
        }
        for m in &left.models {
            match theirs.get_mut(&key(m)).and_then(|list| if list.is_empty() { None } else { Some(list.remove(0)) }) {
                Some(other) => models.push(model(left, m, right, other)),
                None => only_a.push(side(m)),
            }
        }
        only_b =
            right.models.iter().filter(|m| theirs.get(&key(m)).is_some_and(|l| l.iter().any(|t| std::ptr::eq(*t, *m)))).map(side).collect();
    }
    Diff {
        schema_version: "1",
        a: a.0.to_string(),
        b: b.0.to_string(),
        same_rules: left.tool.rules_digest == right.tool.rules_digest,
        models,
        only_a,
        only_b,
    }
}

fn side(m: &Model) -> Side {
    Side { target: m.target.clone(), id: m.source.id.clone(), revision: m.source.revision.clone(), verdict: m.verdict }
}

fn model(left: &Report, a: &Model, right: &Report, b: &Model) -> ModelDiff {
    let mut out = Changes::default();
    out.ranked("verdict", "proven", Some(a.verdict), Some(b.verdict), |v| Some(*v as i32));
    if (a.verdict, b.verdict) != (a.verdict_possible, b.verdict_possible) {
        out.ranked("verdict", "possible", Some(a.verdict_possible), Some(b.verdict_possible), |v| Some(*v as i32));
    }
    license(&mut out, (left, a), (right, b));
    for p in Pillar::ALL {
        let status = |m: &Model| m.pillars.get(p).map(|p| p.status);
        out.ranked("pillar", p.slug(), status(a), status(b), |s| match s {
            PillarStatus::Open => Some(2),
            PillarStatus::Partial => Some(1),
            PillarStatus::Closed => Some(0),
            PillarStatus::Unknown => None,
        });
    }
    components(&mut out, a, b);
    let bases = |m: &Model| {
        m.lineage
            .iter()
            .map(|l| (l.id.clone(), format!("{}, {}", l.relation, l.license.as_deref().unwrap_or("license not known"))))
            .collect()
    };
    out.maps("base-model", &bases(a), &bases(b));
    let datasets = |m: &Model| {
        m.datasets.iter().map(|d| (d.id.clone(), format!("{}, {}", d.role, d.license.as_deref().unwrap_or("license not known")))).collect()
    };
    out.maps("dataset", &datasets(a), &datasets(b));
    let code = |m: &Model| m.code.iter().map(|c| (c.url.clone(), format!("training code: {}", c.training))).collect();
    out.maps("code", &code(a), &code(b));
    weights(&mut out, a, b);
    frameworks(&mut out, a, b);
    let findings = |m: &Model| m.findings.iter().map(|f| (f.rule.clone(), format!("{}: {}", f.severity, f.message))).collect();
    out.maps("finding", &findings(a), &findings(b));
    let gaps = |m: &Model| m.incomplete.iter().map(|i| (i.what.clone(), i.why.to_string())).collect();
    out.maps("evidence", &gaps(a), &gaps(b));
    ModelDiff { a: side(a), b: side(b), changes: out.0, texts: text::texts(left, a, right, b) }
}

fn license(out: &mut Changes, (left, a): (&Report, &Model), (right, b): (&Report, &Model)) {
    let (x, y) = (&a.license, &b.license);
    let openness = |o: &Openness| match o {
        Openness::Open => Some(2),
        Openness::Restricted => Some(1),
        Openness::None => Some(0),
        Openness::Unknown => None,
    };
    out.ranked("license", "openness", Some(x.effective_openness), Some(y.effective_openness), openness);
    out.plain("license", "binding", x.effective.clone(), y.effective.clone());
    if (&x.concluded, &y.concluded) != (&x.effective, &y.effective) {
        out.plain("license", "concluded", x.concluded.clone(), y.concluded.clone());
    }
    let declared = |l: &crate::report::License| (!l.declared.is_empty()).then(|| l.declared.join(", "));
    out.plain("license", "declared", declared(x), declared(y));
    let (was, is): (BTreeSet<&String>, BTreeSet<&String>) = (x.terms.iter().collect(), y.terms.iter().collect());
    for term in was.symmetric_difference(&is) {
        let came = is.contains(term);
        let restricts = [left, right].iter().any(|r| r.terms.get(*term).is_some_and(|t| t.restricts));
        let direction = match (restricts, came) {
            (false, _) => Direction::Changed,
            (true, true) => Direction::LessOpen,
            (true, false) => Direction::MoreOpen,
        };
        let value = Some((*term).clone());
        let (from, to) = if came { (None, value) } else { (value, None) };
        out.push("term", term, from, to, direction);
    }
    // By what they ask for, whichever version of a license asks it.
    let duties = |m: &Model| {
        let mut duties: BTreeMap<String, String> = BTreeMap::new();
        for o in &m.license.obligations {
            let name = o.id.rsplit('/').next().unwrap_or(&o.id).to_string();
            duties.entry(name).and_modify(|t| *t = format!("{t} {}", o.text)).or_insert_with(|| o.text.clone());
        }
        duties
    };
    out.maps("obligation", &duties(a), &duties(b));
}

fn components(out: &mut Changes, a: &Model, b: &Model) {
    for id in ComponentId::ALL {
        let of = |m: &'_ Model| m.components.iter().find(|c| c.id == *id).cloned();
        let (x, y) = (of(a), of(b));
        out.ranked("component", id.slug(), x.as_ref().map(|c| c.availability), y.as_ref().map(|c| c.availability), |v| match v {
            Availability::Released => Some(4),
            Availability::Gated => Some(3),
            Availability::Partial => Some(2),
            Availability::Described => Some(1),
            Availability::Withheld | Availability::NotFound => Some(0),
            Availability::Unknown => None,
        });
        let license = |c: &Option<crate::report::ComponentOut>| c.as_ref().and_then(|c| c.license.expression.clone());
        let (from, to) = (license(&x), license(&y));
        // What follows from another license of the model is no news of its own.
        if (&from, &to) != (&a.license.concluded, &b.license.concluded) {
            out.plain("component", &format!("{id} license"), from, to);
        }
    }
}

/// Weight files by their digests: what is loaded is another thing.
fn weights(out: &mut Changes, a: &Model, b: &Model) {
    let digests = |m: &Model| m.weights.iter().filter_map(|f| f.sha256.clone()).collect::<BTreeSet<_>>();
    let (x, y) = (digests(a), digests(b));
    if x != y {
        let words = |n: usize| crate::text::count(n, "file", "files");
        let kept = x.intersection(&y).count();
        out.plain(
            "weights",
            &format!("{} unchanged", words(kept)),
            Some(words(x.len())),
            Some(format!("{}, {} new", words(y.len()), y.len() - kept)),
        );
    }
}

fn frameworks(out: &mut Changes, a: &Model, b: &Model) {
    let flat = |m: &Model| -> BTreeMap<String, String> {
        let all = m.frameworks.iter().flat_map(|(id, result)| {
            crate::render::view::pairs(result)
                .into_iter()
                .map(move |(name, values)| (format!("{id} {}", name.replace(':', " ")), values.join(", ")))
        });
        all.collect()
    };
    out.maps("framework", &flat(a), &flat(b));
}

#[derive(Default)]
struct Changes(Vec<Change>);

impl Changes {
    fn push(&mut self, kind: &'static str, what: &str, from: Option<String>, to: Option<String>, direction: Direction) {
        self.0.push(Change { kind, what: what.to_string(), from, to, direction });
    }

    /// Values that are the same or not.
    fn plain(&mut self, kind: &'static str, what: &str, from: Option<String>, to: Option<String>) {
        if from != to {
            self.push(kind, what, from, to, Direction::Changed);
        }
    }

    /// Values of which one can be more open than another; an unknown one is neither.
    fn ranked<T: PartialEq + ToString>(
        &mut self,
        kind: &'static str,
        what: &str,
        from: Option<T>,
        to: Option<T>,
        rank: impl Fn(&T) -> Option<i32>,
    ) {
        if from == to {
            return;
        }
        let direction = match (from.as_ref().and_then(&rank), to.as_ref().and_then(&rank)) {
            (Some(x), Some(y)) if y > x => Direction::MoreOpen,
            (Some(x), Some(y)) if y < x => Direction::LessOpen,
            _ => Direction::Changed,
        };
        self.push(kind, what, from.map(|v| v.to_string()), to.map(|v| v.to_string()), direction);
    }

    fn maps(&mut self, kind: &'static str, from: &BTreeMap<String, String>, to: &BTreeMap<String, String>) {
        for key in from.keys().chain(to.keys()).collect::<BTreeSet<_>>() {
            self.plain(kind, key, from.get(key).cloned(), to.get(key).cloned());
        }
    }
}

/// The ids that bind, for a text that belongs to each.
fn bound(m: &Model) -> impl Iterator<Item = &str> {
    m.license.effective.iter().flat_map(|e| ids(e))
}
