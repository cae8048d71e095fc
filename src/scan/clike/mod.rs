//! JavaScript, TypeScript, Rust and other languages with braces: calls, options objects, constants. They
//! are read token by token; the grammars would add megabytes to the binary (docs/decisions.md).

mod tokens;

use super::book::snake;
use super::found::{Found, Use};
use super::source::Source;
use crate::rules::scan::{CallRule, KeyPlace, Language, Takes};
use std::cell::Cell;
use std::collections::HashMap;
use std::ops::Range;
use tokens::{Kind, Token};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Javascript,
    Rust,
    Other,
}

impl Dialect {
    fn language(self) -> Language {
        match self {
            Dialect::Javascript => Language::Javascript,
            Dialect::Rust => Language::Rust,
            Dialect::Other => Language::Other,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Dialect::Javascript => "JavaScript",
            Dialect::Rust => "Rust",
            Dialect::Other => "call",
        }
    }
}

/// Steps from a name to its value, at most.
const MAX_STEPS: u8 = 8;
const MAX_VALUES: usize = 64;
/// Expressions that are looked at in one file, at most.
const FUEL: u32 = 200_000;

/// What an expression can be.
enum Value {
    Text(String, Range<usize>),
    Unknown(String),
}

/// A parameter: its function, its position, and the function's body in tokens.
type Parameter<'t> = (&'t str, usize, Range<usize>);

/// Reads a text.
pub fn scan(source: &Source<'_>, dialect: Dialect, found: &mut Found<'_, '_>) {
    let text = source.text.as_ref();
    let (tokens, comments) = tokens::split(text, dialect);
    let mut reader = Reader {
        text,
        tokens: &tokens,
        dialect,
        source,
        bindings: HashMap::new(),
        members: HashMap::new(),
        parameters: HashMap::new(),
        imports: HashMap::new(),
        callers: HashMap::new(),
        fields: HashMap::new(),
        fuel: Cell::new(FUEL),
    };
    reader.gather();
    reader.read(found);
    if found.mention.is_none() {
        found.mention = Some(super::Role::Comment);
        for (from, to) in comments {
            let comment = text.get(from..to).unwrap_or("");
            if comment.contains(['"', '\'', '`']) && comment.contains(['(', ':', '=']) {
                scan(&source.part(from, to), dialect, found);
            }
        }
        found.mention = None;
    }
}

struct Reader<'t> {
    text: &'t str,
    tokens: &'t [Token],
    dialect: Dialect,
    source: &'t Source<'t>,
    /// Name → where its values begin and end, in tokens, in order.
    bindings: HashMap<&'t str, Vec<Range<usize>>>,
    /// The same of what is set in an object: `this.name = …`.
    members: HashMap<&'t str, Vec<Range<usize>>>,
    /// By the name of the parameter.
    parameters: HashMap<&'t str, Vec<Parameter<'t>>>,
    /// Name in the file → module that it comes from.
    imports: HashMap<&'t str, &'t str>,
    /// Name → where it is called.
    callers: HashMap<&'t str, Vec<usize>>,
    /// Name → the first string that a field of this name holds.
    fields: HashMap<&'t str, usize>,
    fuel: Cell<u32>,
}

impl<'t> Reader<'t> {
    fn token(&self, i: usize) -> Option<&Token> {
        self.tokens.get(i)
    }

    fn is(&self, i: usize, b: u8) -> bool {
        self.token(i).is_some_and(|t| t.kind == Kind::Punct(b))
    }

    fn word(&self, i: usize) -> &'t str {
        self.token(i).filter(|t| t.kind == Kind::Ident).and_then(|t| self.text.get(t.start..t.end)).unwrap_or("")
    }

    /// The content of a plain string and its place.
    fn string(&self, i: usize) -> Option<(&'t str, Range<usize>)> {
        let t = self.token(i)?;
        let Kind::Text { open, close } = t.kind else { return None };
        let range = t.start + open..(t.end - close).max(t.start + open);
        Some((self.text.get(range.clone())?, range))
    }

    /// One past the last token of the expression that begins at `i`.
    fn expression_end(&self, i: usize, stop_at_comma: bool) -> usize {
        let mut at = i;
        while let Some(t) = self.token(at) {
            let continues = at == i || !t.newline || {
                let before = self.token(at - 1).map(|t| t.kind);
                matches!(t.kind, Kind::Punct(b'.' | b'?' | b':' | b'|' | b'&' | b'+' | b'='))
                    || matches!(before, Some(Kind::Punct(b'.' | b'?' | b':' | b'|' | b'&' | b'+' | b'=' | b',' | b'>')))
            };
            match t.kind {
                _ if !continues && !(self.dialect == Dialect::Rust) => return at,
                Kind::Punct(b';' | b')' | b']' | b'}') => return at,
                Kind::Punct(b',') if stop_at_comma => return at,
                Kind::Punct(b'(' | b'[' | b'{') if t.pair > at => at = t.pair + 1,
                _ => at += 1,
            }
            if at - i > 4_000 {
                return at;
            }
        }
        at
    }

    /// First pass: names and their values, parameters, imports.
    fn gather(&mut self) {
        for i in 0..self.tokens.len() {
            let word = self.word(i);
            match word {
                "" => continue,
                "import" | "from" | "require" => self.import(i),
                "function" | "fn" | "func" => self.function(i),
                "default_value" | "default_value_t" => {
                    if let Some(field) = self.attribute_field(i) {
                        self.fields.entry(self.word(field)).or_insert(i + 2);
                    }
                }
                _ => {}
            }
            if self.is(i + 1, b'(') && !matches!(self.word(i.wrapping_sub(1)), "fn" | "function" | "func") {
                self.callers.entry(word).or_default().push(i);
            }
            if self.is(i + 1, b':') && self.string(i + 2).is_some() {
                self.fields.entry(word).or_insert(i + 2);
            }
            // `name = …`, `name: Type = …`, `name := …`; not `==`, `=>`, `<=`.
            let mut eq = i + 1;
            if self.is(eq, b':') && !self.is(eq + 1, b':') {
                let typed =
                    (eq + 1..eq + 24).take_while(|n| !self.is(*n, b';') && !self.is(*n, b'{') && !self.is(*n, b')') && !self.is(*n, b','));
                eq = typed.into_iter().find(|n| self.is(*n, b'=')).unwrap_or(eq);
            }
            if self.is(eq, b'=') && !self.is(eq + 1, b'=') && !self.is(eq + 1, b'>') && !self.is(i.wrapping_sub(1), b'<') {
                let end = self.expression_end(eq + 1, true);
                let member = self.is(i.wrapping_sub(1), b'.');
                let map = if member { &mut self.members } else { &mut self.bindings };
                map.entry(word).or_default().push(eq + 1..end);
            }
        }
    }

    /// `import { a as b } from 'm'`, `const { a } = require('m')`, `const a = await import('m')`.
    fn import(&mut self, i: usize) {
        let Some((module, _)) = self.string(i + 1).or_else(|| self.string(i + 2).filter(|_| self.is(i + 1, b'('))) else { return };
        // The names stand before, in the same statement.
        for n in (i.saturating_sub(60)..i).rev() {
            if self.is(n, b';') || matches!(self.word(n), "import" | "const" | "let" | "var") || self.string(n).is_some() {
                break;
            }
            let name = self.word(n);
            if !matches!(name, "" | "as" | "from" | "type" | "await" | "default") {
                self.imports.insert(name, module);
            }
        }
    }

    /// Parameters of `function name(…)`.
    fn function(&mut self, i: usize) {
        let name = self.word(i + 1);
        let Some(open) = (i + 1..i + 12).find(|n| self.is(*n, b'(')) else { return };
        let close = self.token(open).map_or(open, |t| t.pair);
        let brace = (close..close + 60).take_while(|n| !self.is(*n, b';')).find(|n| self.is(*n, b'{'));
        let body = brace.and_then(|b| Some(b..self.token(b)?.pair)).unwrap_or(0..0);
        for (position, range) in self.arguments(open).into_iter().enumerate() {
            let first =
                range.clone().map(|n| self.word(n)).find(|w| !matches!(*w, "" | "mut" | "readonly" | "const" | "public" | "private"));
            if let Some(first) = first.filter(|_| !name.is_empty()) {
                self.parameters.entry(first).or_default().push((name, position, body.clone()));
            }
        }
    }

    /// The arguments between the bracket at `open` and its partner, as ranges of tokens.
    fn arguments(&self, open: usize) -> Vec<Range<usize>> {
        let Some(close) = self.token(open).map(|t| t.pair).filter(|c| *c > open) else { return Vec::new() };
        let mut out = Vec::new();
        let mut from = open + 1;
        let mut at = from;
        while at < close && out.len() < 256 {
            match self.token(at).map(|t| (t.kind, t.pair)) {
                Some((Kind::Punct(b','), _)) => {
                    out.push(from..at);
                    from = at + 1;
                    at += 1;
                }
                Some((Kind::Punct(b'(' | b'[' | b'{'), pair)) if pair > at => at = pair + 1,
                _ => at += 1,
            }
        }
        if from < close {
            out.push(from..close);
        }
        out
    }

    /// The dotted name that ends at token `i`, in parts.
    fn callee(&self, i: usize) -> (Vec<&'t str>, usize) {
        let mut parts = vec![self.word(i)];
        let mut at = i;
        while parts.len() < 10 && at >= 2 {
            let dot = self.is(at - 1, b'.');
            let path = self.is(at - 1, b':') && self.is(at - 2, b':');
            let before = if path { at.checked_sub(3) } else { at.checked_sub(2) };
            let Some(mut before) = before.filter(|_| dot || path) else { break };
            // `a?.b`, `a!.b`
            if self.is(before, b'?') || self.is(before, b'!') {
                let Some(less) = before.checked_sub(1) else { break };
                before = less;
            }
            // `f(…).b`: the name of f tells more than nothing.
            if self.is(before, b')') || self.is(before, b']') {
                let open = self.token(before).map_or(before, |t| t.pair);
                let Some(name) = open.checked_sub(1).filter(|n| open < before && !self.word(*n).is_empty()) else { break };
                before = name;
            }
            if self.word(before).is_empty() {
                break;
            }
            parts.push(self.word(before));
            at = before;
        }
        parts.reverse();
        if let Some(module) = parts.first().and_then(|f| self.imports.get(f)) {
            parts.insert(0, module);
        }
        (parts, at)
    }

    /// Second pass: calls and keys.
    fn read(&self, found: &mut Found<'_, '_>) {
        let tests = self.tests();
        for i in 0..self.tokens.len() {
            found.role = tests.get(i).copied().unwrap_or(false).then_some(super::Role::Test);
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
                found.role = tests.get(value.start).copied().unwrap_or(false).then_some(super::Role::Test);
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

    fn span(&self, range: Range<usize>) -> Range<usize> {
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
    fn attribute_field(&self, i: usize) -> Option<usize> {
        let close = (i..i + 60).find(|n| self.is(*n, b']')).filter(|_| self.is(i + 1, b'='))?;
        (close + 1..close + 60).take_while(|n| !self.is(*n, b'}')).find(|n| self.is(n + 1, b':') && !self.is(n + 2, b':'))
    }

    /// All that an expression can be.
    fn values(&self, range: Range<usize>, steps: u8) -> Vec<Value> {
        let fuel = self.fuel.get().checked_sub(1);
        let (Some(steps), Some(fuel)) = (steps.checked_sub(1), fuel) else {
            return vec![Value::Unknown("the name is set too many steps away".into())];
        };
        self.fuel.set(fuel);
        let mut start = range.start;
        while start < range.end
            && (self.is(start, b'&') || self.is(start, b'(') || matches!(self.word(start), "await" | "new" | "Some" | "mut"))
        {
            start += 1;
        }
        if let Some((text, place)) = self.string(start) {
            // Followed by `.to_string()`, `as const` and the like, or by nothing.
            let rest = (start + 1..range.end).any(|n| self.is(n, b'+') || self.string(n).is_some());
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
            .take(2_000)
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
        let members = self.members.get(name).into_iter().flatten().filter(|_| object.is_some());
        let bindings = self.bindings.get(name).into_iter().flatten().filter(|_| plain).chain(members).take(1_000);
        let bindings = bindings.filter(|r| !r.contains(&at) && (object.is_some() || seen(r.start)));
        let nearest = bindings.min_by_key(|r| (r.start > at, r.start.abs_diff(at)));
        let parameters = self.parameters.get(name).into_iter().flatten().filter(|_| object.is_none()).take(1_000);
        let parameter = parameters.filter(|(_, _, body)| body.contains(&at)).max_by_key(|(_, _, body)| body.start);
        match (nearest, parameter) {
            (range, Some((function, position, body))) if range.is_none_or(|r| r.start < body.start) => {
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
