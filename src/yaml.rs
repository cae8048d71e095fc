//! YAML that strangers write, as JSON: bounded while it is parsed, and read as model hubs read it.

use crate::text;
use serde_json::Value;

/// How much of a document is taken.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub events: usize,
    /// Anchors, and aliases that refer to them.
    pub anchors: usize,
    /// Events that aliases repeat.
    pub replayed: usize,
}

/// What a repeated key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeated {
    /// A mistake: whoever wrote it has to say which of the two is meant.
    Wrong,
    /// The last one counts, as for hubs.
    LastWins,
}

/// Parses a document. Strict booleans keep `language: no` a string, and numbers with underscores or leading zeros
/// are none; anchors that multiply are refused.
///
/// # Errors
/// The line (from 1, or 0 where none is known) and what is wrong there, in a line of at most 160 characters.
pub fn parse(document: &str, bounds: Bounds, repeated: Repeated) -> Result<Value, (usize, String)> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        underscored_numbers_as_strings: true,
        leading_zero_numbers_as_strings: true,
        duplicate_keys: match repeated {
            Repeated::Wrong => serde_saphyr::DuplicateKeyPolicy::Error,
            Repeated::LastWins => serde_saphyr::DuplicateKeyPolicy::LastWins,
        },
        non_finite_float_policy: serde_saphyr::NonFiniteFloatPolicy::AsString,
        budget: serde_saphyr::budget! {
            max_events: bounds.events,
            max_aliases: bounds.anchors,
            max_anchors: bounds.anchors,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: bounds.replayed,
        },
    };
    serde_saphyr::from_str_with_options::<Value>(document, options).map_err(|e| {
        let line = e.location().map_or(0, |l| usize::try_from(l.line()).unwrap_or(0));
        let why = text::squeeze(e.to_string().lines().next().unwrap_or_default());
        (line, text::cut(&why, 160).into_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const BOUNDS: Bounds = Bounds { events: 100, anchors: 2, replayed: 20 };

    #[test]
    fn values_are_those_of_a_hub() {
        let text = "language: no\nversion: 1_0\nzip: 007\nn: 3\n";
        assert_eq!(parse(text, BOUNDS, Repeated::Wrong), Ok(json!({"language": "no", "version": "1_0", "zip": "007", "n": 3})));
    }

    #[test]
    fn a_repeated_key_counts_or_is_refused() {
        assert_eq!(parse("a: 1\na: 2\n", BOUNDS, Repeated::LastWins), Ok(json!({"a": 2})));
        assert_eq!(parse("a: 1\na: 2\n", BOUNDS, Repeated::Wrong).map_err(|e| e.0), Err(2));
    }

    #[test]
    fn what_multiplies_ends() {
        let anchors = "a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a]\nc: &c [*b,*b]\n";
        assert!(parse(anchors, BOUNDS, Repeated::Wrong).is_err());
        assert!(parse(&"- 1\n".repeat(101), BOUNDS, Repeated::Wrong).is_err());
    }
}
