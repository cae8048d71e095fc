//! License and notice files, line by line.

use super::{TextDiff, bound};
use crate::report::{Model, Report};
use similar::{Algorithm, TextDiff as Lines};
use std::collections::BTreeMap;
use std::time::Duration;

/// Lines of a difference that are shown.
const SHOWN: usize = 400;
/// A comparison that takes longer is approximate, which can only show more.
const TIME: Duration = Duration::from_millis(300);

/// Differences of files with the same name; where both sides have but one license text, of these.
pub fn texts(left: &Report, a: &Model, right: &Report, b: &Model) -> Vec<TextDiff> {
    let (ours, theirs) = (files(left, a), files(right, b));
    let mut pairs: Vec<(&str, &str, &str, &str)> = Vec::new();
    for (name, text) in &ours {
        if let Some(other) = theirs.get(name) {
            pairs.push((name, text, name, other));
        }
    }
    if pairs.is_empty()
        && let (Some((x, text)), Some((y, other))) = (only(left, a, &ours), only(right, b, &theirs))
    {
        pairs.push((x, text, y, other));
    }
    pairs.into_iter().filter(|(_, x, _, y)| x != y).map(|(x, text, y, other)| unified(x, text, y, other)).collect()
}

/// The texts of a model's license and notice files, by path.
fn files<'r>(report: &'r Report, m: &'r Model) -> BTreeMap<&'r str, &'r str> {
    let all = m.license.texts.iter().chain(&m.license.notices);
    all.filter_map(|t| Some((t.path.as_str(), report.texts.get(t.digest.as_ref()?)?.as_str()))).collect()
}

/// The one license text of a model: its file, or the text of the one license that binds.
fn only<'r>(report: &'r Report, m: &'r Model, files: &BTreeMap<&'r str, &'r str>) -> Option<(&'r str, &'r str)> {
    let mut licenses = m.license.texts.iter().filter_map(|t| files.get_key_value(t.path.as_str()));
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
    let whole = lines.unified_diff().context_radius(3).header(a, b).to_string();
    let mut shown: Vec<&str> = whole.lines().collect();
    let cut = shown.len() > SHOWN;
    shown.truncate(SHOWN);
    TextDiff { a: a.to_string(), b: b.to_string(), unified: shown.join("\n"), cut }
}
