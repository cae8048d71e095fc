//! Conditions on framework results, such as `mof.class >= 3`, read generically over the JSON that the
//! frameworks give.

use serde_json::Value;
use std::collections::BTreeMap;

/// Scalar results by their path, `mof.progress.3`.
pub type Results = BTreeMap<String, Value>;

/// One condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// As it was written.
    pub text: String,
    pub path: String,
    pub op: Op,
    pub wanted: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    AtLeast,
    AtMost,
    Above,
    Below,
    Is,
    IsNot,
}

/// The longest first, so that `>=` is not read as `>`.
const OPS: &[(&str, Op)] =
    &[(">=", Op::AtLeast), ("<=", Op::AtMost), ("==", Op::Is), ("!=", Op::IsNot), (">", Op::Above), ("<", Op::Below)];

/// Results whose values stand in an order that is not that of numbers, least open first. Class I of
/// the Model Openness Framework is its highest and class III its lowest; 0 is none.
const ORDERS: &[(&str, &[&str])] = &[
    ("mof.class", &["0", "3", "2", "1"]),
    ("osai-index.dimensions.*", &["closed", "partial", "open"]),
    ("eu-ai-act.open_source_exemption", &["unlikely", "undecided", "likely"]),
];

fn order(path: &str) -> Option<&'static [&'static str]> {
    let fits = |pattern: &str| match pattern.strip_suffix('*') {
        Some(prefix) => path.starts_with(prefix),
        None => path == pattern,
    };
    ORDERS.iter().find(|(p, _)| fits(p)).map(|(_, o)| *o)
}

impl Condition {
    /// Parses `PATH OP VALUE`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Condition, String> {
        let found =
            OPS.iter().filter_map(|(s, op)| text.find(s).map(|at| (at, std::cmp::Reverse(s.len()), *s, *op))).min_by_key(|f| (f.0, f.1));
        let (at, _, sign, op) = found.ok_or("it has no comparison; a condition is `PATH >= VALUE`, as in `mof.class >= 3`")?;
        let path = text.get(..at).unwrap_or_default().trim();
        let value = text.get(at + sign.len()..).unwrap_or_default().trim();
        let part = |p: &str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        if !path.contains('.') || !path.split('.').all(part) {
            return Err("its path is no framework result; one is `FRAMEWORK.KEY`, as in `osaid.conforms`".into());
        }
        let wanted = literal(value).ok_or("its value has to be a number, true, false or a word")?;
        if let Some(order) = order(path) {
            if !order.contains(&scalar(&wanted).as_str()) {
                return Err(format!("`{path}` is one of {}, from least to most open", order.join(", ")));
            }
        } else if !matches!(op, Op::Is | Op::IsNot) && !wanted.is_number() {
            return Err(format!("`{path}` has no order; compare it with == or !="));
        }
        Ok(Condition { text: text.trim().to_string(), path: path.to_string(), op, wanted })
    }

    /// Whether it holds; `None` where the result is not there or of another kind.
    pub fn holds(&self, results: &Results) -> Option<bool> {
        let value = results.get(&self.path)?;
        let ordering = match order(&self.path) {
            Some(order) => {
                let rank = |v: &Value| order.iter().position(|o| *o == scalar(v));
                rank(value)?.cmp(&rank(&self.wanted)?)
            }
            None => match (value, &self.wanted) {
                (Value::Number(a), Value::Number(b)) => a.as_f64()?.partial_cmp(&b.as_f64()?)?,
                (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
                (Value::String(a), Value::String(b)) => a.cmp(b),
                _ => return None,
            },
        };
        Some(match self.op {
            Op::AtLeast => ordering.is_ge(),
            Op::AtMost => ordering.is_le(),
            Op::Above => ordering.is_gt(),
            Op::Below => ordering.is_lt(),
            Op::Is => ordering.is_eq(),
            Op::IsNot => ordering.is_ne(),
        })
    }

    /// The value that is there, for readers.
    pub fn found(&self, results: &Results) -> Option<String> {
        results.get(&self.path).map(scalar)
    }
}

/// A scalar as people write it.
pub fn scalar(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        Value::Number(n) => match n.as_f64() {
            Some(f) if f.fract() == 0.0 && f.abs() < 1e15 => format!("{f:.0}"),
            _ => n.to_string(),
        },
        other => other.to_string(),
    }
}

fn literal(s: &str) -> Option<Value> {
    match s {
        "" => None,
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        _ => {
            if let Some(quoted) = s.strip_prefix(['"', '\'']) {
                return quoted.strip_suffix(['"', '\'']).map(|s| Value::String(s.to_string()));
            }
            match s.parse::<f64>() {
                Ok(f) if f.is_finite() => serde_json::Number::from_f64(f).map(Value::Number),
                Ok(_) => None,
                Err(_) => s.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')).then(|| Value::String(s.to_string())),
            }
        }
    }
}

/// The scalars of nested results, by path. Lists and nulls say nothing that can be compared.
pub fn flatten(frameworks: &BTreeMap<String, Value>) -> Results {
    fn walk(path: &str, value: &Value, out: &mut Results, depth: usize) {
        match value {
            Value::Object(map) if depth > 0 => map.iter().for_each(|(k, v)| walk(&format!("{path}.{k}"), v, out, depth - 1)),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                out.insert(path.to_string(), value.clone());
            }
            _ => {}
        }
    }
    let mut out = Results::new();
    frameworks.iter().for_each(|(k, v)| walk(k, v, &mut out, 8));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn results() -> Results {
        flatten(&BTreeMap::from([
            ("mof".to_string(), json!({"class": 2, "progress": {"3": 83.3}, "missing": ["x"]})),
            ("osaid".to_string(), json!({"conforms": false})),
            ("osai-index".to_string(), json!({"dimensions": {"weights": "partial"}, "score": 0.42})),
            ("eu-ai-act".to_string(), json!({"open_source_exemption": "undecided"})),
        ]))
    }

    #[test]
    fn conditions_hold_or_not_or_cannot_be_told() {
        for (text, expected) in [
            ("mof.class >= 3", Some(true)),
            ("mof.class >= 2", Some(true)),
            ("mof.class >= 1", Some(false)),
            ("mof.class > 3", Some(true)),
            ("mof.class == 2", Some(true)),
            ("mof.progress.3 >= 80", Some(true)),
            ("mof.progress.3 > 83.3", Some(false)),
            ("mof.progress.1 >= 0", None),
            ("mof.missing == x", None),
            ("osaid.conforms == true", Some(false)),
            ("osaid.conforms != true", Some(true)),
            ("osaid.conforms == yes", None),
            ("osai-index.dimensions.weights >= open", Some(false)),
            ("osai-index.dimensions.weights >= partial", Some(true)),
            ("osai-index.dimensions.other >= partial", None),
            ("osai-index.score >= 0.4", Some(true)),
            ("eu-ai-act.open_source_exemption >= likely", Some(false)),
            ("no.such >= 1", None),
        ] {
            assert_eq!(Condition::parse(text).unwrap().holds(&results()), expected, "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for (text, said) in [
            ("mof.class", "no comparison"),
            ("class >= 3", "no framework result"),
            ("mof..class >= 3", "no framework result"),
            ("mof.class >= ", "value"),
            ("mof.class >= 7", "one of 0, 3, 2, 1"),
            ("osaid.conforms >= true", "no order"),
            ("a.b >= inf", "value"),
            ("a.b == \"x", "value"),
        ] {
            let e = Condition::parse(text).unwrap_err();
            assert!(e.contains(said), "{text}: {e}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_refused(s in ".*", v in "[a-z.]{0,8}(>=|<=|==|!=|>|<)[0-9a-z.\"]{0,6}") {
            for text in [s.as_str(), v.as_str()] {
                if let Ok(c) = Condition::parse(text) {
                    let _ = c.holds(&results());
                }
            }
        }
    }
}
