//! `docs/frameworks.md`, made from the rules.

use crate::rules::Rules;

/// The page.
pub fn docs(_rules: &Rules) -> String {
    String::new()
}
