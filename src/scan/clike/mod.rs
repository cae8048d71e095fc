//! JavaScript, TypeScript, Rust and other languages with braces: calls, options objects, constants. They
//! are read token by token; the grammars would add megabytes to the binary (docs/decisions.md).

mod calls;
mod tokens;
mod values;

use super::found::Found;
use super::source::Source;
use crate::rules::scan::Language;
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

/// Tokens that are looked at in one file, at most, each time anew: some a file of any size, and so many for each of
/// its tokens.
const FUEL: usize = 100_000;
const FUEL_PER_TOKEN: usize = 100;

/// A parameter: its function, its position, and the function's body in tokens.
type Parameter<'t> = (&'t str, usize, Range<usize>);

/// Reads a text.
///
/// # Errors
/// It was too much to follow; what was found until then is kept.
pub fn scan(source: &Source<'_>, dialect: Dialect, found: &mut Found<'_, '_>) -> Result<(), String> {
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
        fuel: Cell::new(FUEL + FUEL_PER_TOKEN * tokens.len()),
    };
    reader.gather();
    reader.read(found);
    let whole = reader.burn(1);
    if found.mention.is_none() {
        found.mention = Some(super::Role::Comment);
        for (from, to) in comments {
            let comment = text.get(from..to).unwrap_or("");
            if comment.contains(['"', '\'', '`']) && comment.contains(['(', ':', '=']) {
                // What is wrong with a comment is no matter.
                let _ = scan(&source.part(from, to), dialect, found);
            }
        }
        found.mention = None;
    }
    if whole { Ok(()) } else { Err("its expressions are too long to be followed to their ends".into()) }
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
    fuel: Cell<usize>,
}

impl<'t> Reader<'t> {
    /// Takes fuel; false where there is none.
    fn burn(&self, n: usize) -> bool {
        match self.fuel.get().checked_sub(n) {
            Some(left) => {
                self.fuel.set(left);
                true
            }
            None => false,
        }
    }

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
        while let Some(t) = self.token(at).filter(|_| self.burn(1)) {
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
        while at < close && out.len() < 256 && self.burn(1) {
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
}
