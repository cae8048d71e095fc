//! License and notice files, line by line.

use super::{TextDiff, bound};
use crate::report::{Model, Report, Text};
use similar::{Algorithm, TextDiff as Lines};
use std::collections::BTreeMap;
use std::time::Duration;

/// Lines of a difference that are shown.
const SHOWN: usize = 400;
/// A comparison that takes longer is approximate, which can only show more.
const TIME: Duration = Duration::from_millis(300);

/// Below this share of common lines two texts are different ones, and their lines are not compared.
const ALIKE: f64 = 0.2;

/// Differences of files with the same name, and of the one license text of each side.
pub fn texts(left: &Report, a: &Model, right: &Report, b: &Model) -> Vec<TextDiff> {
    let (ours, theirs) = (files(left, &a.license.texts), files(right, &b.license.texts));
    let mut pairs: Vec<(&str, &str, &str, &str)> = common(&ours, &theirs);
    if pairs.is_empty()
        && let (Some((x, text)), Some((y, other))) = (only(left, a, &ours), only(right, b, &theirs))
    {
        pairs.push((x, text, y, other));
    }
    pairs.extend(common(&files(left, &a.license.notices), &files(right, &b.license.notices)));
    pairs.into_iter().filter(|(_, x, _, y)| x != y).map(|(x, text, y, other)| unified(x, text, y, other)).collect()
}

type Files<'r> = BTreeMap<&'r str, &'r str>;

fn files<'r>(report: &'r Report, texts: &'r [Text]) -> Files<'r> {
    texts.iter().filter_map(|t| Some((t.path.as_str(), report.texts.get(t.digest.as_ref()?)?.as_str()))).collect()
}

fn common<'r>(ours: &Files<'r>, theirs: &Files<'r>) -> Vec<(&'r str, &'r str, &'r str, &'r str)> {
    ours.iter().filter_map(|(name, text)| Some((*name, *text, *name, *theirs.get(name)?))).collect()
}

/// The one license text of a model: its file, or the text of the one license that binds.
fn only<'r>(report: &'r Report, m: &'r Model, files: &Files<'r>) -> Option<(&'r str, &'r str)> {
    let mut licenses = files.iter();
    match (licenses.next(), licenses.next()) {
        (Some((path, text)), None) => Some((path, text)),
        (None, _) => {
            let mut ids = bound(m);
            let (id, None) = (ids.next()?, ids.next()) else { return None };
            Some((id, report.texts.get(report.licenses.get(id)?.text.as_ref()?)?))
        }
        _ => None,
    }
}

fn unified(a: &str, text: &str, b: &str, other: &str) -> TextDiff {
    let lines = Lines::configure().algorithm(Algorithm::Myers).timeout(TIME).diff_lines(text, other);
    let alike = (f64::from(lines.ratio()) * 1000.0).round() / 1000.0;
    if alike < ALIKE {
        return TextDiff { a: a.to_string(), b: b.to_string(), alike, unified: String::new(), cut: false };
    }
    let whole = lines.unified_diff().context_radius(3).header(a, b).to_string();
    let mut shown: Vec<&str> = whole.lines().collect();
    let cut = shown.len() > SHOWN;
    shown.truncate(SHOWN);
    TextDiff { a: a.to_string(), b: b.to_string(), alike, unified: shown.join("\n"), cut }
}
