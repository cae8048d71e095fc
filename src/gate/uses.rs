//! Questions about a use or a file, whatever the model is.

use super::draft::{Draft, draft, level};
use super::subject::Subject;
use super::{Use, span_of};
use crate::policy::{Action, Settings};
use crate::vocabulary::Severity;
use crate::{hub, text};

/// A commit id, and what the hub answered with is that commit: a branch can be called like one.
pub fn is_pinned(one: &Use, subject: &Subject) -> bool {
    one.pinned && subject.revision.as_ref().is_none_or(|r| one.revision.as_ref().is_some_and(|asked| asked.eq_ignore_ascii_case(r)))
}

/// A model that can change after it was checked.
pub fn unpinned(first: Option<&Use>, subject: &Subject, s: &Settings) -> Option<Draft> {
    let required = s.pinned.as_ref().filter(|p| p.value);
    if required.is_none() && subject.is_missing() {
        return None;
    }
    let severity = match required {
        Some(_) => Severity::Error,
        None => level("revision/unpinned", Severity::Warning, s)?,
    };
    let message = match first.and_then(|u| u.revision.as_deref()) {
        Some(r) => format!("{} is loaded at `{}`, which can move", subject.target, text::cut(&text::line(r), 60)),
        None if hub::table::is_registry(&subject.hub) => format!("{} is loaded by its tag, which can move", subject.target),
        None => format!("{} is loaded at whatever its main branch holds", subject.target),
    };
    Some(draft("revision/unpinned", severity, message, required.map(|p| p.span.clone())))
}

/// A model whose name only the running program knows.
pub fn unresolved(one: &Use, s: &Settings) -> Option<Draft> {
    let severity = s.unresolved.as_ref().map_or(Action::Warn, |a| a.value).severity()?;
    let why = one.unresolved.as_deref().unwrap_or("it is put together when the program runs");
    let message = format!("which model is loaded here cannot be told from the code: {}", text::cut(&text::line(why), 120));
    Some(Draft { unknown: true, ..draft("scan/unresolved", severity, message, span_of(&s.unresolved)) })
}

/// A file that was not looked at.
pub fn skipped(why: &str, s: &Settings) -> Draft {
    let severity = match s.skipped.as_ref().map_or(Action::Warn, |a| a.value) {
        Action::Deny => Severity::Error,
        _ => Severity::Warning,
    };
    let message = format!("this file was not looked at, or not wholly: {}", text::cut(&text::line(why), 160));
    Draft { unknown: true, ..draft("scan/skipped", severity, message, span_of(&s.skipped)) }
}
