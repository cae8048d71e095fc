//! License files: what each is the text of, what it is about, and what it grants.

use super::{Part, disagree};
use crate::evidence::{Document, Evidence};
use crate::finding::Finding;
use crate::license::find;
use crate::license::text::{Identity, identify};
use crate::net::Gap;
use crate::rules::Rules;
use crate::rules::files::Kind;
use crate::snapshot::Snapshot;
use crate::vocabulary::Content;
use crate::{files, text as t};

/// What a license text in the repository turned out to be.
#[derive(Debug, Clone)]
pub struct TextResult {
    pub path: String,
    pub identified: String,
    pub score: f64,
    pub scope: Scope,
    identity: Identity,
    pub(super) cite: Evidence,
    words: usize,
    /// It is a short note, and forbids or demands something.
    pub forbids: bool,
}

/// What a license file is about, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Everything,
    Code,
    Weights,
}

/// What license texts grant.
pub(super) struct Granted<'r> {
    pub(super) parts: Vec<Part<'r>>,
    pub(super) evidence: Vec<Evidence>,
    /// "LICENSE is the text of MIT License"
    pub(super) reason: String,
}

impl<'r> Granted<'r> {
    /// From files of the repository; empty and modified ones are findings.
    pub(super) fn from_files(chosen: &[TextResult], rules: &'r Rules, findings: &mut Vec<Finding>) -> Granted<'r> {
        let mut out = Granted { parts: Vec::new(), evidence: Vec::new(), reason: String::new() };
        let mut reasons = Vec::new();
        for text in chosen {
            match part_of_text(text, rules) {
                Some(part) => {
                    let what = match (&text.identity, part.known) {
                        (Identity::Modified { id, .. }, _) => format!("a modified text of {id}"),
                        (_, Some(known)) => format!("the text of {}", known.name()),
                        _ => "a text that no rule knows".to_string(),
                    };
                    let place = if text.scope == Scope::Weights { " (on the weights, so it goes before any other)" } else { "" };
                    reasons.push(format!("{} is {what}{place}", text.path));
                    out.evidence.push(text.cite.clone());
                    out.parts.push(part);
                }
                None if matches!(text.identity, Identity::Empty) => {
                    findings.push(Finding::new(rules, "license/empty", format!("{} is empty", text.path), vec![text.cite.clone()]));
                }
                None => {}
            }
            if let Identity::Modified { id, added, removed } = &text.identity {
                let message = disagree::modified_message(&text.path, id, added, removed);
                findings.push(Finding::new(rules, "license/text-modified", message, vec![text.cite.clone()]));
            }
        }
        out.reason = t::list(&reasons);
        out
    }

    /// From a text in the card.
    pub(super) fn embedded(part: Part<'r>, place: &str, cite: Evidence) -> Granted<'r> {
        let name = part.known.map_or(part.id.as_str(), |k| k.name());
        let reason = format!("{place} holds the text of {name}");
        Granted { parts: vec![part], evidence: vec![cite], reason }
    }
}

/// Why a license text on the weights that is there could not be read.
pub(super) fn unread<'s>(snapshot: &'s Snapshot, rules: &Rules) -> Option<&'s Gap> {
    let texts = snapshot.files.iter().filter(|(p, _)| is_license(p, rules) && scope_of(p) != Scope::Code);
    texts.filter_map(|(_, f)| f.as_ref().err()).find(|g| !g.is_absence())
}

pub(super) fn is_license(path: &str, rules: &Rules) -> bool {
    files::kind(path, rules) == Some(Kind::License)
}

/// All license files that were read.
pub(super) fn texts(snapshot: &Snapshot, rules: &Rules) -> Vec<TextResult> {
    snapshot
        .files
        .iter()
        .filter(|(path, _)| is_license(path, rules))
        .filter_map(|(path, file)| Some(text_result(path, file.as_ref().ok()?, rules)))
        .collect()
}

/// What a license file is about, by its name.
pub fn scope_of(path: &str) -> Scope {
    let stem = t::words(path.rsplit('/').next().unwrap_or(path));
    let has = |words: &[&str]| stem.split(' ').any(|w| words.contains(&w));
    if has(&["code", "source"]) {
        Scope::Code
    } else if has(&["model", "models", "weights", "weight"]) {
        Scope::Weights
    } else {
        Scope::Everything
    }
}

/// Identifies one file.
pub fn text_result(path: &str, document: &Document, rules: &Rules) -> TextResult {
    let got = identify(&document.bytes, rules);
    let identified = got.identity.shown();
    let text = crate::license::text::decode(&document.bytes).unwrap_or_default();
    let words = text.split_whitespace().count();
    let forbids = words <= NOTE_WORDS && t::words(&text).split(' ').any(|w| FORBIDS.split_whitespace().any(|f| f == w));
    TextResult {
        path: path.to_string(),
        cite: document.cite(None, format!("license text: {identified}")),
        identified,
        score: got.score,
        scope: scope_of(path),
        identity: got.identity,
        words,
        forbids,
    }
}

/// Words of a note that only points to a license, at most.
const NOTE_WORDS: usize = 60;
/// Words that a note has which does more than point.
const FORBIDS: &str = "academic academics banned cannot commercial commercially condition conditions consent evaluation except \
excluding exclusively fee fees forbidden internal must never no non noncommercial nonprofit not only outside pay payment \
permission private prohibited proprietary purpose purposes request requires research restricted restriction restrictions \
revenue royalties royalty solely strictly trial unless without";

/// The license that a text is; a modified one is one of its own, of which nothing is known.
pub(super) fn part_of_text<'r>(text: &TextResult, rules: &'r Rules) -> Option<Part<'r>> {
    match &text.identity {
        Identity::Exact { id } | Identity::Marked { id } => find(rules, id).map(|k| Part::known(k, Content::Weights)),
        Identity::Modified { id, .. } => Some(Part::unknown(&format!("modified-{id}"))),
        // A note of a few words is a pointer to a license, not a text, unless it forbids or demands something.
        Identity::Unrecognised if text.words > NOTE_WORDS || text.forbids => Some(Part::unknown("unrecognised-text")),
        // Whatever it is, it may say something.
        Identity::Binary => Some(Part::unknown("unreadable-text")),
        _ => None,
    }
}
