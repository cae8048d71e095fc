//! The indicators for Article 53(2) of the EU AI Act in the JSON that the contract promises.

use crate::requirement::checklist::{Checklist, Filled};
use crate::vocabulary::Tri;
use serde_json::{Map, Value, json};

/// The framework's id in the rules and the JSON.
pub const ID: &str = "eu-ai-act";

/// Printed wherever the answer is.
pub const CAUTION: &str = "indicators, not legal advice";

/// The exception, what is due with it or without it, and what only a person can decide.
pub fn keys(list: &Checklist, out: &mut Map<String, Value>) {
    let group = |name: &'static str| list.lines.iter().filter(move |l| l.group == name);
    let mut due: Vec<String> = group("due").map(|l| format!("{}: {}", l.title, due(l))).collect();
    if list.outcome != Tri::Met {
        let unless = if list.outcome == Tri::NotMet { "" } else { ": unless the exception holds" };
        due.extend(group("due-without-exemption").map(|l| format!("{}{unless}", l.title)));
    }
    let mut review: Vec<String> = list
        .lines
        .iter()
        .filter(|l| (l.required || l.group == "review") && l.answer.tri == Tri::Unknown)
        .map(|l| if l.required && !l.answer.why.is_empty() { format!("{}: {}", l.title, l.answer.why) } else { l.title.clone() })
        .collect();
    review.extend(
        group("due").filter(|l| l.answer.tri == Tri::Met && !l.attested).map(|l| format!("{}: whether what was found suffices", l.title)),
    );
    due.sort();
    review.sort();
    out.insert("open_source_exemption".into(), json!(list.word));
    out.insert("still_due".into(), json!(due));
    out.insert("needs_review".into(), json!(review));
    out.insert("caution".into(), json!(CAUTION));
}

/// What was seen of a document that is due.
fn due(line: &Filled) -> String {
    match line.answer.tri {
        Tri::Met => format!("found ({})", line.answer.why),
        Tri::NotMet => "not found".into(),
        Tri::Unknown => format!("not known ({})", line.answer.why),
    }
}
