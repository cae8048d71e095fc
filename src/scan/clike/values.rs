//! Follows an expression to the strings that it can be, inside one file.

use super::Reader;
use super::tokens::Kind;
use std::ops::Range;

/// Steps from a name to its value, at most.
pub const MAX_STEPS: u8 = 8;
const MAX_VALUES: usize = 64;
/// Values of one name that are looked at on each side of its use.
const NEAR: usize = 64;

/// What an expression can be.
pub enum Value {
    Text(String, Range<usize>),
    Unknown(String),
}

impl Reader<'_> {
    /// All that an expression can be.
    pub fn values(&self, range: Range<usize>, steps: u8) -> Vec<Value> {
        let Some(steps) = steps.checked_sub(1).filter(|_| self.burn(1)) else {
            return vec![Value::Unknown("the name is set too many steps away".into())];
        };
        let mut start = range.start;
        while start < range.end
            && (self.is(start, b'&') || self.is(start, b'(') || matches!(self.word(start), "await" | "new" | "Some" | "mut"))
        {
            start += 1;
        }
        if let Some((text, place)) = self.string(start) {
            // Followed by `.to_string()`, `as const` and the like, or by nothing.
            let rest = (start + 1..range.end).any(|n| !self.burn(1) || self.is(n, b'+') || self.string(n).is_some());
            if !rest {
                return vec![Value::Text(text.to_string(), place)];
            }
        }
        if self.token(start).is_some_and(|t| matches!(t.kind, Kind::Template { .. })) {
            return vec![self.template(start, steps)];
        }
        if self.token(start).is_some_and(|t| t.kind == Kind::Number) {
            return Vec::new();
        }
        // A name, or the part of something: `NAME`, `Self::NAME`, `config.model`, `MODELS[x]`.
        let mut end = start;
        while end < range.end && !self.word(end).is_empty() && (self.is(end + 1, b'.') || self.is(end + 1, b':')) {
            end += if self.is(end + 1, b':') { 3 } else { 2 };
        }
        // `NAME.clone()` is NAME.
        let passes = ["clone", "to_string", "to_owned", "into", "as_str", "as_ref", "trim", "toString", "unwrap"];
        if end >= start + 2 && self.is(end + 1, b'(') && passes.contains(&self.word(end)) && self.is(end - 1, b'.') {
            end -= 2;
        }
        let name = self.word(end);
        let called = self.is(end + 1, b'(') || self.is(end + 1, b'!');
        if !name.is_empty() && !called {
            let values = self.lookup(name, end, steps);
            if !values.is_empty() {
                return values;
            }
        }
        // A choice: `a ? 'x' : 'y'`, `env.MODEL ?? 'x'`, a match, a default.
        let choice: Vec<Value> = range
            .clone()
            .take_while(|_| self.burn(1))
            .filter_map(|n| self.string(n))
            .filter(|(text, _)| text.contains(['/', '-']) && !text.contains(' '))
            .take(MAX_VALUES)
            .map(|(text, place)| Value::Text(text.to_string(), place))
            .collect();
        if !choice.is_empty() {
            return choice;
        }
        let shown = self.text.get(self.span(range)).unwrap_or("");
        let shown = crate::text::cut(&crate::text::squeeze(shown), 40).into_owned();
        vec![Value::Unknown(format!("`{shown}` is not constant in this file"))]
    }

    /// What a name of this file is set to.
    fn lookup(&self, name: &str, at: usize, steps: u8) -> Vec<Value> {
        let mut out = Vec::new();
        // What is set in a block is seen in it, and the nearest that is set before counts.
        let seen = |from: usize| match self.token(from).map(|t| t.block) {
            Some(usize::MAX) => true,
            Some(open) => open < at && self.token(open).is_some_and(|t| at < t.pair),
            None => false,
        };
        // `args.model` is not the variable `model`; `this.model` may be set anywhere in the class.
        let object = at.checked_sub(2).filter(|_| self.is(at - 1, b'.')).map(|n| self.word(n));
        let plain = matches!(object, None | Some("this" | "self"));
        let fits = |r: &&Range<usize>| self.burn(1) && !r.contains(&at) && (object.is_some() || seen(r.start));
        let near = |list: Option<&Vec<Range<usize>>>| {
            let list = list?;
            let (before, after) = list.split_at(list.partition_point(|r| r.start <= at));
            before.iter().rev().take(NEAR).find(fits).or_else(|| after.iter().take(NEAR).find(fits)).cloned()
        };
        let nearest = near(self.bindings.get(name).filter(|_| plain));
        let nearest = nearest.or_else(|| near(self.members.get(name).filter(|_| object.is_some())));
        let parameters = self.parameters.get(name).into_iter().flatten().filter(|_| object.is_none()).rev().take(NEAR);
        let parameter = parameters.filter(|(_, _, body)| body.contains(&at)).max_by_key(|(_, _, body)| body.start);
        match (nearest, parameter) {
            (range, Some((function, position, body))) if range.as_ref().is_none_or(|r| r.start < body.start) => {
                for call in self.callers.get(function).into_iter().flatten().take(8) {
                    if let Some(argument) = self.arguments(call + 1).get(*position) {
                        out.extend(self.values(argument.clone(), steps).into_iter().filter(|v| matches!(v, Value::Text(..))));
                    }
                }
                // `model = 'x'` in the list of parameters.
                let default = self.bindings.get(name).into_iter().flatten().find(|r| r.start < body.start && body.start - r.start < 120);
                if let Some(default) = default.filter(|r| self.string(r.start).is_some()) {
                    out.extend(self.values(default.clone(), steps));
                }
                if out.is_empty() {
                    out.push(Value::Unknown(format!(
                        "parameter `{}`, which callers outside of this file give",
                        crate::text::cut(name, 40)
                    )));
                }
            }
            (Some(range), _) if self.is(range.start, b'{') || self.is(range.start, b'[') => {
                let members =
                    self.arguments(range.start).into_iter().map(|m| if self.is(m.start + 1, b':') { m.start + 2 } else { m.start });
                let strings = members.filter_map(|m| self.string(m)).take(MAX_VALUES);
                out.extend(strings.map(|(text, place)| Value::Text(text.to_string(), place)));
            }
            (Some(range), _) => out.extend(self.values(range.clone(), steps)),
            (None, _) => {}
        }
        // A field of an object in this file: `config.model` with `{ model: … }`.
        if out.is_empty() && at >= 2 && self.is(at - 1, b'.') {
            let field = self.fields.get(name).and_then(|i| self.string(*i));
            out.extend(field.map(|(text, place)| Value::Text(text.to_string(), place)));
        }
        out
    }

    /// `${ORG}/name` with constants.
    fn template(&self, i: usize, steps: u8) -> Value {
        let Some(token) = self.token(i) else { return Value::Unknown(String::new()) };
        let raw = self.text.get(token.start + 1..token.end.saturating_sub(1)).unwrap_or("");
        let mut out = String::new();
        let mut rest = raw;
        while let Some(at) = rest.find("${") {
            let (before, after) = rest.split_at(at);
            out.push_str(before);
            let close = after.find('}').unwrap_or(after.len() - 1);
            let name = after.get(2..close).unwrap_or("").trim();
            let values = if name.chars().all(|c| c.is_alphanumeric() || c == '_') { self.lookup(name, i, steps) } else { Vec::new() };
            match values.as_slice() {
                [Value::Text(text, _)] => out.push_str(text),
                _ => return Value::Unknown(format!("a template, and `{}` is not constant in this file", crate::text::cut(name, 40))),
            }
            rest = after.get(close + 1..).unwrap_or("");
        }
        out.push_str(rest);
        Value::Text(out, token.start + 1..token.end.saturating_sub(1).max(token.start + 1))
    }
}
