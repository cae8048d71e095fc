//! Second pass over the tokens: calls of the rules, and keys.

use super::super::book::snake;
use super::super::found::{Found, Use};
use super::tokens::{Kind, Token};
use super::values::{MAX_STEPS, Value};
use super::{Dialect, Reader};
use crate::rules::scan::{CallRule, KeyPlace, Takes};
use crate::scan::Role;
use std::ops::Range;

impl<'t> Reader<'t> {
    /// Second pass: calls and keys.
    pub fn read(&self, found: &mut Found<'_, '_>) {
        let tests = self.tests();
        for i in 0..self.tokens.len() {
            found.role = tests.get(i).copied().unwrap_or(false).then_some(Role::Test);
            if let Some((text, range)) = self.string(i) {
                if text.contains("://") {
                    found.literal(self.source, range, text);
                }
                // "key": value
                if self.is(i + 1, b':') && (self.is(i.wrapping_sub(1), b'{') || self.is(i.wrapping_sub(1), b',')) {
                    self.keyed(text, i + 2, "key", KeyPlace::Code, found);
                }
                continue;
            }
            if let Some(Token { kind: Kind::Template { .. }, start, end, .. }) = self.token(i) {
                // `https://huggingface.co/ORG/NAME/resolve/main/${file}`: the name is constant.
                let begin = self.text.get(start + 1..*end).and_then(|t| t.split("${").next()).unwrap_or("");
                if begin.contains("/resolve/") {
                    found.literal(self.source, start + 1..start + 1 + begin.len(), begin);
                }
            }
            let word = self.word(i);
            if word.is_empty() {
                continue;
            }
            // process.env.MODEL ?? '…'
            let either = |b| self.is(i + 1, b) && self.is(i + 2, b);
            if self.is(i.wrapping_sub(1), b'.') && self.word(i.wrapping_sub(2)) == "env" && (either(b'?') || either(b'|')) {
                self.keyed(word, i + 3, "default of", KeyPlace::Environment, found);
            }
            if self.is(i + 1, b'(') || (self.is(i + 1, b'!') && self.is(i + 2, b'(')) {
                self.call(i, if self.is(i + 1, b'(') { i + 1 } else { i + 2 }, found);
            }
            let before = self.token(i.wrapping_sub(1)).map(|t| t.kind);
            let begins = matches!(before, None | Some(Kind::Punct(b'{' | b',' | b'(')));
            if self.is(i + 1, b':') && !self.is(i + 2, b':') && begins {
                // `{ model: value }`, and `model: string = value`, which the next rule takes.
                self.keyed(word, i + 2, "key", KeyPlace::Code, found);
            }
            // enum Model { Small = 'ORG/NAME' }
            if word == "enum" && self.is(i + 2, b'{') {
                for member in self.arguments(i + 2) {
                    if self.is(member.start + 1, b'=') {
                        self.keyed(self.word(i + 1), member.start + 2, "member of", KeyPlace::Code, found);
                    }
                }
            }
            if word == "default_value" || word == "default_value_t" {
                self.attribute(i, found);
            }
        }
        found.role = None;
        for (name, values) in self.bindings.iter().chain(&self.members) {
            for value in values {
                found.role = tests.get(value.start).copied().unwrap_or(false).then_some(Role::Test);
                self.keyed(name, value.start, "key", KeyPlace::Code, found);
            }
        }
        found.role = None;
    }

    /// For each token, whether it stands in `#[cfg(test)] mod tests { … }`; empty where there is none.
    fn tests(&self) -> Vec<bool> {
        let mut out = Vec::new();
        let mut i = 0;
        while self.dialect == Dialect::Rust && i < self.tokens.len() {
            let cfg = self.word(i) == "cfg" && self.word(i + 2) == "test" && self.is(i + 3, b')');
            let open = if cfg { (i..i + 16).find(|n| self.is(*n, b'{')) } else { None };
            if let Some((open, close)) = open.and_then(|open| Some((open, self.token(open)?.pair))).filter(|(open, close)| close > open) {
                out.resize(self.tokens.len(), false);
                out.iter_mut().take(close + 1).skip(open).for_each(|t| *t = true);
                i = close;
            }
            i += 1;
        }
        out
    }

    fn call(&self, i: usize, open: usize, found: &mut Found<'_, '_>) {
        let (path, begin) = self.callee(i);
        let declared = begin.checked_sub(1).map(|n| self.word(n));
        if matches!(declared, Some("fn" | "function" | "func" | "def" | "fun")) {
            return;
        }
        let arguments = self.arguments(open);
        let rule = found.book.call(self.dialect.language(), &path);
        if let Some(rule) = rule {
            if rule.ignore {
                let close = self.token(open).map_or(open, |t| t.pair);
                (open..close).filter_map(|n| self.string(n)).for_each(|(_, range)| found.claim(self.source, range));
                return;
            }
            self.ruled(rule, &path, begin, &arguments, found);
            return;
        }
        let last = path.last().copied().unwrap_or("");
        // `.model("gpt-4o")`, `.modelName(…)`: what sets a model by its name.
        if path.len() > 1
            && arguments.len() == 1
            && found.book.setters.iter().any(|s| snake(last).contains(s))
            && let Some(argument) = arguments.first()
        {
            self.keyed(last, argument.start, "call", KeyPlace::Code, found);
        }
        // getenv("MODEL", "…"), config.get("model", "…")
        if found.book.default_functions.contains(last)
            && let Some((key, _)) = arguments.first().and_then(|key| self.string(key.start))
        {
            match arguments.as_slice() {
                [_, value] => self.keyed(key, value.start, "default of", KeyPlace::Environment, found),
                // std::env::var("MODEL").unwrap_or_else(|_| "…".into())
                _ => {
                    let close = self.token(open).map_or(open, |t| t.pair);
                    let chained = self.is(close + 1, b'.') && self.word(close + 2).starts_with("unwrap_or")
                        || self.is(close + 1, b'|')
                        || self.is(close + 1, b'?');
                    if chained {
                        self.keyed(key, close + 1, "default of", KeyPlace::Environment, found);
                    }
                }
            }
        }
    }

    /// A call of the rules.
    fn ruled(&self, rule: &CallRule, path: &[&str], begin: usize, arguments: &[Range<usize>], found: &mut Found<'_, '_>) {
        if let Some(list) = &rule.first_in {
            let first = arguments.first().and_then(|a| self.string(a.start)).map(|(t, _)| t);
            if !first.is_some_and(|f| found.book.rules.scan.list(list).iter().any(|l| l == f)) {
                return;
            }
        }
        let mut how = found.book.how_call(rule);
        let property = |name: &str| arguments.iter().find_map(|a| self.property(a, name));
        if let Some(of) = rule.type_argument.as_ref().and_then(|n| property(n)).and_then(|i| self.string(i)) {
            match of.0 {
                "dataset" => how.kind = Takes::Dataset,
                "space" => return,
                _ => {}
            }
        }
        let revision = rule.revision.as_ref().and_then(|n| property(n)).and_then(|i| self.string(i)).map(|(t, _)| t.to_string());
        let at = self.token(begin).map(|t| self.source.at(t.start));
        let shown = path.iter().rev().take(2).rev().copied().collect::<Vec<_>>().join(".");
        let used = Use { via: format!("{} `{shown}`", self.dialect.title()), rank: 0, at, revision, kind: how.kind };
        let named = rule.arguments.iter().filter_map(|n| property(n));
        let placed = rule.positions.iter().filter_map(|p| arguments.get(*p)).filter(|a| !self.is(a.start, b'{')).map(|a| a.start);
        let places: Vec<usize> = named.chain(placed).collect();
        for start in places {
            let end = self.expression_end(start, true);
            for value in self.values(start..end, MAX_STEPS) {
                match value {
                    Value::Text(text, range) => {
                        found.name(self.source, range, &text, &how, &used);
                    }
                    Value::Unknown(why) if !rule.quiet => {
                        let range = self.span(start..end);
                        let text = self.text.get(range.clone()).unwrap_or("");
                        found.unresolved(self.source, range, text, &why, &used);
                    }
                    Value::Unknown(_) => {}
                }
            }
        }
    }

    /// The value of a property of an options object, or of a named argument: its first token.
    fn property(&self, argument: &Range<usize>, name: &str) -> Option<usize> {
        if self.word(argument.start) == name && (self.is(argument.start + 1, b':') || self.is(argument.start + 1, b'=')) {
            return Some(argument.start + 2);
        }
        // `{…}`, `Options {…}`, `Some(Options {…})`
        let open = argument.clone().take(6).find(|n| self.is(*n, b'{'))?;
        self.arguments(open).into_iter().find_map(|p| {
            let key = self.string(p.start).map_or(self.word(p.start), |(t, _)| t);
            (key == name).then_some(())?;
            // `{ model }` is `{ model: model }`.
            Some(if self.is(p.start + 1, b':') { p.start + 2 } else { p.start })
        })
    }

    pub fn span(&self, range: Range<usize>) -> Range<usize> {
        let start = self.token(range.start).map_or(0, |t| t.start);
        let end = range.end.checked_sub(1).and_then(|n| self.token(n)).map_or(start, |t| t.end);
        start..end.max(start)
    }

    /// A key whose value begins at token `start`.
    fn keyed(&self, key: &str, start: usize, what: &str, place: KeyPlace, found: &mut Found<'_, '_>) {
        if key.len() > 60 {
            return;
        }
        let Some(rule) = found.book.key(&snake(key), place) else { return };
        if rule.ignore {
            if let Some((_, range)) = self.string(start) {
                found.claim(self.source, range);
            }
            return;
        }
        let how = found.book.how_key(rule);
        let used = Use { via: format!("{what} `{key}`"), rank: 1, ..Use::default() };
        if rule.container && (self.is(start, b'{') || self.is(start, b'[')) {
            for member in self.arguments(start) {
                let value = if self.is(member.start + 1, b':') { member.start + 2 } else { member.start };
                // `[{ id: 'ORG/NAME', name: 'for readers' }]`
                let named = ["id", "model", "modelId", "model_id", "repo", "path", "value", "name"]
                    .iter()
                    .find_map(|n| self.property(&(value..member.end), n).filter(|_| self.is(value, b'{')).and_then(|i| self.string(i)));
                if let Some((text, range)) = self.string(value).or(named) {
                    found.name(self.source, range, text, &how, &used);
                }
            }
            return;
        }
        if self.is(start, b'{') {
            return;
        }
        let end = self.expression_end(start, true);
        for value in self.values(start..end, MAX_STEPS) {
            if let Value::Text(text, range) = value {
                found.name(self.source, range, &text, &how, &used);
            }
        }
    }

    /// `#[arg(default_value = "…")] name: Type`: the field gives the key.
    fn attribute(&self, i: usize, found: &mut Found<'_, '_>) {
        if let Some(name) = self.attribute_field(i).map(|n| self.word(n)).filter(|n| !n.is_empty()) {
            self.keyed(name, i + 2, "default of", KeyPlace::Option, found);
        }
    }

    /// The field that an attribute with `default_value = …` at `i` belongs to.
    pub fn attribute_field(&self, i: usize) -> Option<usize> {
        let close = (i..i + 60).find(|n| self.is(*n, b']')).filter(|_| self.is(i + 1, b'='))?;
        (close + 1..close + 60).take_while(|n| !self.is(*n, b'}')).find(|n| self.is(n + 1, b':') && !self.is(n + 2, b':'))
    }
}
