//! The Open Source AI Definition in the JSON that the contract promises.

use crate::requirement::checklist::Checklist;
use crate::vocabulary::Tri;
use serde_json::{Map, Value, json};

/// The framework's id in the rules and the JSON.
pub const ID: &str = "osaid";

/// `conforms`; required lines that are unmet or not shown to be met; and of these, the ones that are open.
pub fn keys(list: &Checklist, out: &mut Map<String, Value>) {
    let ids = |wanted: &dyn Fn(Tri) -> bool| -> Vec<&str> {
        let mut ids: Vec<&str> = list.lines.iter().filter(|l| l.required && wanted(l.answer.tri)).map(|l| l.id.as_str()).collect();
        ids.sort_unstable();
        ids
    };
    out.insert("conforms".into(), json!(list.outcome == Tri::Met));
    out.insert("unmet".into(), json!(ids(&|t| t != Tri::Met)));
    out.insert("needs_review".into(), json!(ids(&|t| t == Tri::Unknown)));
}
