//! The cited line of a file, for readers who want to see it.

use crate::evidence::{Document, Evidence};
use crate::snapshot::Snapshot;
use crate::text;
use std::collections::HashMap;

/// Characters of a quoted line.
const QUOTE: usize = 300;

/// Every file that was read for a model, by its digest.
pub struct Pages<'s>(HashMap<&'s str, &'s Document>);

impl<'s> Pages<'s> {
    /// Those of a snapshot.
    pub fn of(snapshot: &'s Snapshot) -> Pages<'s> {
        let mut pages = HashMap::new();
        add(snapshot, &mut pages, 0);
        Pages(pages)
    }

    /// The line that is cited, white space folded.
    pub fn quote(&self, evidence: &Evidence) -> Option<String> {
        let (first, _) = evidence.lines?;
        let document = self.0.get(evidence.digest.as_deref()?.strip_prefix("sha256:")?)?;
        let line = document.bytes.split(|b| *b == b'\n').nth(usize::try_from(first).ok()?.checked_sub(1)?)?;
        let line = text::squeeze(&String::from_utf8_lossy(line.get(..QUOTE * 4).unwrap_or(line)));
        (!line.is_empty()).then(|| text::cut(&line, QUOTE).into_owned())
    }
}

fn add<'s>(snapshot: &'s Snapshot, pages: &mut HashMap<&'s str, &'s Document>, depth: usize) {
    let datasets = snapshot.datasets.iter().map(|d| &d.card);
    let repos = snapshot.repos.iter().flat_map(|r| [&r.readme, &r.license]);
    for document in [&snapshot.card].into_iter().chain(snapshot.files.values()).chain(datasets).chain(repos).flatten() {
        pages.insert(&document.sha256, document);
    }
    if depth < crate::net::limits::LINEAGE_DEPTH {
        for ancestor in snapshot.ancestors.iter().filter_map(|a| a.snapshot.as_deref().ok()) {
            add(ancestor, pages, depth + 1);
        }
    }
}
