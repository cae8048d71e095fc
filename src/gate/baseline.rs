//! Leaves out what was there before, so that a run reports only what a change brought in.

use super::Violation;
use std::collections::BTreeSet;

/// Leaves only what is new; gives the number of places that were known.
pub fn subtract(violations: &mut Vec<Violation>, known: &BTreeSet<String>) -> usize {
    let mut dropped = 0;
    violations.retain_mut(|v| {
        if v.places.is_empty() {
            let old = known.contains(&v.fingerprint);
            dropped += usize::from(old);
            return !old;
        }
        let before = v.places.len();
        v.places.retain(|p| !known.contains(&p.fingerprint));
        dropped += before - v.places.len();
        if let Some(first) = v.places.first() {
            v.fingerprint.clone_from(&first.fingerprint);
        }
        !v.places.is_empty()
    });
    dropped
}
