//! Follows an expression to the strings that it can be, inside one file.

use super::super::book::Book;
use super::arguments::{argument, default_of};
use super::facts::{Binding, Facts};
use super::grammar::{Field, child};
use crate::rules::scan::Language;
use std::cell::Cell;
use std::ops::Range;
use tree_sitter::Node;

/// What an expression can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A string, and where it stands.
    Text(String, Range<usize>),
    /// It cannot be told, and why.
    Unknown(String),
    /// A path of the file system.
    Local,
    /// No string.
    Other,
}

/// Names that one expression can be, at most.
const MAX_VALUES: usize = 64;
/// Steps from a name to its value, at most.
const MAX_STEPS: u8 = 10;
/// Expressions that are looked at in one file, and for one argument, at most: a hostile file makes each
/// name have many values, each of which is a name.
const FUEL: u32 = 400_000;
const FUEL_EACH: u32 = 4_000;

pub struct Values<'v, 't, 'r> {
    pub facts: &'v Facts<'t>,
    pub book: &'v Book<'r>,
    file: Cell<u32>,
    each: Cell<u32>,
}

impl<'v, 't, 'r> Values<'v, 't, 'r> {
    pub fn new(facts: &'v Facts<'t>, book: &'v Book<'r>) -> Self {
        Values { facts, book, file: Cell::new(FUEL), each: Cell::new(0) }
    }

    /// Takes one step, where there is fuel for it.
    fn step(&self, steps: u8) -> Option<u8> {
        let each = self.each.get().checked_sub(1)?;
        self.each.set(each);
        steps.checked_sub(1)
    }

    /// All that an expression can be.
    pub fn of(&self, node: Node<'t>, scope: usize) -> Vec<Value> {
        let mut out = Vec::new();
        let fuel = FUEL_EACH.min(self.file.get());
        self.each.set(fuel);
        self.eval(node, scope, MAX_STEPS, &mut out);
        self.file.set(self.file.get() - (fuel - self.each.get()));
        // A value that is known makes others that are not no less unknown, but says what is likely meant.
        if out.iter().any(|v| matches!(v, Value::Text(..))) {
            out.retain(|v| !matches!(v, Value::Unknown(_)));
        }
        out
    }

    /// The one string that an expression is.
    fn single(&self, node: Node<'t>, scope: usize, steps: u8) -> Option<String> {
        let mut out = Vec::new();
        self.eval(node, scope, steps, &mut out);
        match out.as_slice() {
            [Value::Text(text, _)] => Some(text.clone()),
            _ => None,
        }
    }

    fn eval(&self, node: Node<'t>, scope: usize, steps: u8, out: &mut Vec<Value>) {
        let Some(steps) = self.step(steps) else {
            out.push(Value::Unknown("the name is set too many steps away".into()));
            return;
        };
        if out.len() >= MAX_VALUES {
            return;
        }
        let part = |i| node.named_child(i);
        match node.kind() {
            "string" => self.string(node, scope, steps, out),
            "concatenated_string" => self.joined(node, scope, steps, out),
            "parenthesized_expression" | "await" => part(0).into_iter().for_each(|n| self.eval(n, scope, steps, out)),
            "named_expression" => child(node, Field::Value).into_iter().for_each(|n| self.eval(n, scope, steps, out)),
            "conditional_expression" => [part(0), part(2)].into_iter().flatten().for_each(|n| self.eval(n, scope, steps, out)),
            "boolean_operator" => [part(0), part(1)].into_iter().flatten().for_each(|n| self.eval(n, scope, steps, out)),
            "list" | "tuple" | "set" | "expression_list" => {
                let mut walk = node.walk();
                node.named_children(&mut walk).take(MAX_VALUES).for_each(|n| self.eval(n, scope, steps, out));
            }
            "binary_operator" => {
                let text = |i| part(i).and_then(|n| self.single(n, scope, steps));
                match (self.facts.field(node, Field::Operator), text(0), text(1)) {
                    ("+", Some(a), Some(b)) => out.push(Value::Text(a + &b, node.byte_range())),
                    ("/", ..) => out.push(Value::Local),
                    _ => out.push(Value::Unknown("it is put together from parts that are not constant".into())),
                }
            }
            "identifier" => self.identifier(node, scope, steps, out),
            "attribute" => self.attribute(node, steps, out),
            "subscript" => self.subscript(node, scope, steps, out),
            "call" => self.call(node, scope, steps, out),
            _ => out.push(Value::Other),
        }
    }

    fn string(&self, node: Node<'t>, scope: usize, steps: u8, out: &mut Vec<Value>) {
        if let Some(range) = self.facts.constant(node) {
            out.push(Value::Text(self.facts.text.get(range.clone()).unwrap_or("").to_string(), range));
            return;
        }
        let mut text = String::new();
        let mut walk = node.walk();
        for part in node.children(&mut walk) {
            match part.kind() {
                "string_content" => text.push_str(self.facts.of(part)),
                "interpolation" => {
                    let expression =
                        child(part, Field::Expression).filter(|e| matches!(e.kind(), "identifier" | "attribute" | "subscript"));
                    let Some(value) = expression.and_then(|e| self.single(e, scope, steps)) else {
                        let shown = crate::text::cut(&crate::text::squeeze(self.facts.of(part)), 40).into_owned();
                        out.push(match text.starts_with(['/', '.', '~']) {
                            true => Value::Local,
                            false => Value::Unknown(format!("an f-string, and `{shown}` is not constant in this file")),
                        });
                        return;
                    };
                    text.push_str(&value);
                }
                _ => {}
            }
        }
        out.push(Value::Text(text, node.byte_range()));
    }

    fn joined(&self, node: Node<'t>, scope: usize, steps: u8, out: &mut Vec<Value>) {
        let mut walk = node.walk();
        let parts: Option<String> = node.named_children(&mut walk).map(|n| self.single(n, scope, steps)).collect();
        out.push(match parts {
            Some(text) => Value::Text(text, node.byte_range()),
            None => Value::Unknown("a string with parts that are not constant".into()),
        });
    }

    /// The nearest scope's bindings of a name, or those of any scope of the file.
    fn bindings(&self, name: &'t str, scope: usize) -> &'v [Binding<'t>] {
        let mut at = scope;
        loop {
            if let Some(found) = self.facts.bindings.get(&(at, name)) {
                return found;
            }
            let up = self.facts.parents.get(at).copied().unwrap_or(0);
            if up == at {
                return &[];
            }
            at = up;
        }
    }

    fn identifier(&self, node: Node<'t>, scope: usize, steps: u8, out: &mut Vec<Value>) {
        let name = self.facts.of(node);
        if self.is_local(name) {
            return out.push(Value::Local);
        }
        let bindings = self.bindings(name, scope);
        if bindings.is_empty() {
            out.push(match self.facts.imports.get(name) {
                Some(_) => Value::Unknown(format!("`{name}` is set in another file")),
                None => Value::Unknown(format!("`{name}` is not set in this file")),
            });
        }
        for binding in bindings.iter().rev().take(MAX_VALUES) {
            match *binding {
                // `name = name or "…"` is no circle: steps run out.
                Binding::Is(value) => self.eval(value, scope, steps, out),
                Binding::In(list) => self.items(list, scope, steps, out),
                Binding::Parameter(function, index) => self.parameter(name, function, index, steps, out),
            }
        }
    }

    /// Names such as `output_dir` hold paths.
    fn is_local(&self, name: &str) -> bool {
        let name = super::super::book::snake(name);
        self.book.local_names.iter().any(|p| p.matches(&name))
    }

    /// The default of a parameter, and what the file's own calls give it.
    fn parameter(&self, name: &str, function: usize, index: usize, steps: u8, out: &mut Vec<Value>) {
        let Some(function) = self.facts.functions.get(function) else { return };
        let before = out.len();
        let scope = self.facts.parents.get(function.scope).copied().unwrap_or(0);
        if let Some((_, Some(default))) = function.parameters.get(index) {
            self.eval(*default, scope, steps, out);
        }
        for call in self.facts.callers.get(function.called).into_iter().flatten().take(MAX_VALUES) {
            let Some((call, scope)) = self.facts.calls.get(*call) else { continue };
            if let Some(argument) = argument(*call, self.facts, index, name) {
                self.eval(argument, *scope, steps, out);
            }
        }
        if !out.iter().skip(before).any(|v| matches!(v, Value::Text(..) | Value::Local)) {
            out.truncate(before);
            out.push(Value::Unknown(format!("parameter `{name}`, which callers outside of this file give")));
        }
    }

    fn attribute(&self, node: Node<'t>, steps: u8, out: &mut Vec<Value>) {
        let name = self.facts.field(node, Field::Attribute);
        if self.is_local(name) {
            return out.push(Value::Local);
        }
        let shown = crate::text::cut(self.facts.of(node), 40);
        let before = out.len();
        for (value, scope) in self.facts.attributes.get(name).into_iter().flatten().take(MAX_VALUES) {
            self.eval(*value, *scope, steps, out);
        }
        if let Some((default, scope)) = self.facts.options.get(name) {
            self.eval(*default, *scope, steps, out);
        }
        if !out.iter().skip(before).any(|v| matches!(v, Value::Text(..) | Value::Local)) {
            out.truncate(before);
            out.push(Value::Unknown(format!("`{}` is not set to a constant in this file", crate::text::squeeze(&shown))));
        }
    }

    /// The dictionaries and lists that an expression can be.
    fn collections(&self, node: Node<'t>, scope: usize, steps: u8) -> Vec<(Node<'t>, usize)> {
        let Some(steps) = self.step(steps) else { return Vec::new() };
        match node.kind() {
            "dictionary" | "list" | "tuple" | "set" => vec![(node, scope)],
            "parenthesized_expression" => node.named_child(0).map_or(Vec::new(), |n| self.collections(n, scope, steps)),
            "identifier" => {
                let bindings = self.bindings(self.facts.of(node), scope).iter();
                let values = bindings.filter_map(|b| if let Binding::Is(value) = b { Some(*value) } else { None });
                values.take(8).flat_map(|v| self.collections(v, scope, steps)).collect()
            }
            "attribute" => {
                let values = self.facts.attributes.get(self.facts.field(node, Field::Attribute)).into_iter().flatten();
                values.take(8).flat_map(|(v, s)| self.collections(*v, *s, steps)).collect()
            }
            // A part of a collection of collections.
            "subscript" => {
                let Some(inner) = child(node, Field::Value) else { return Vec::new() };
                let outer = self.collections(inner, scope, steps);
                let key = child(node, Field::Subscript);
                outer
                    .iter()
                    .flat_map(|(c, s)| self.members(*c, key).into_iter().map(|m| (m, *s)).collect::<Vec<_>>())
                    .flat_map(|(m, s)| self.collections(m, s, steps))
                    .collect()
            }
            // `for x in MODELS.values()`, `sorted(MODELS)`, `enumerate(MODELS)`
            "call" => {
                let function = child(node, Field::Function);
                let object = function.filter(|f| f.kind() == "attribute").and_then(|f| child(f, Field::Object));
                let first = child(node, Field::Arguments).and_then(|a| a.named_child(0));
                let known = function.is_some_and(|f| {
                    matches!(self.facts.of(f), "list" | "sorted" | "enumerate" | "set" | "tuple" | "dict" | "reversed" | "zip" | "tqdm")
                });
                let method =
                    function.is_some_and(|f| matches!(self.facts.field(f, Field::Attribute), "values" | "items" | "keys" | "copy"));
                let inner = if known { first } else { object.filter(|_| method) };
                inner.map_or(Vec::new(), |n| self.collections(n, scope, steps))
            }
            _ => Vec::new(),
        }
    }

    /// The values of a collection: of one key where it is constant, else all.
    fn members(&self, collection: Node<'t>, key: Option<Node<'t>>) -> Vec<Node<'t>> {
        let mut walk = collection.walk();
        let wanted = key.and_then(|k| self.facts.constant(k)).and_then(|r| self.facts.text.get(r));
        let index = key.filter(|k| k.kind() == "integer").and_then(|k| self.facts.of(k).parse::<usize>().ok());
        let children: Vec<Node> = collection.named_children(&mut walk).take(512).collect();
        if collection.kind() != "dictionary" {
            return match index.and_then(|i| children.get(i)) {
                Some(one) => vec![*one],
                None => children,
            };
        }
        let pairs = children.into_iter().filter(|c| c.kind() == "pair");
        let pairs = pairs.filter_map(|p| Some((child(p, Field::Key)?, child(p, Field::Value)?)));
        let all: Vec<(Node, Node)> = pairs.collect();
        let exact = all.iter().filter(|(k, _)| match (wanted, key) {
            (Some(wanted), _) => self.facts.constant(*k).and_then(|r| self.facts.text.get(r)) == Some(wanted),
            (None, Some(key)) => key.kind() == "attribute" && self.facts.of(*k) == self.facts.of(key),
            _ => false,
        });
        let exact: Vec<Node> = exact.map(|(_, v)| *v).collect();
        match exact.is_empty() && wanted.is_none() {
            true => all.into_iter().map(|(_, v)| v).collect(),
            false => exact,
        }
    }

    /// What a loop over an expression takes from it.
    fn items(&self, list: Node<'t>, scope: usize, steps: u8, out: &mut Vec<Value>) {
        let collections = self.collections(list, scope, steps);
        if collections.is_empty() {
            out.push(Value::Unknown("it comes from a loop over what is not constant in this file".into()));
        }
        for (collection, scope) in collections {
            for member in self.members(collection, None) {
                self.eval(member, scope, steps, out);
            }
        }
    }

    fn subscript(&self, node: Node<'t>, scope: usize, steps: u8, out: &mut Vec<Value>) {
        let (Some(value), key) = (child(node, Field::Value), child(node, Field::Subscript)) else { return };
        let collections = self.collections(value, scope, steps);
        for (collection, scope) in &collections {
            for member in self.members(*collection, key) {
                self.eval(member, *scope, steps, out);
            }
        }
        if collections.is_empty() {
            let path = self.facts.path(value);
            let key = key.and_then(|k| self.facts.constant(k)).and_then(|r| self.facts.text.get(r));
            out.push(Value::Unknown(match (path.last(), key) {
                (Some(&"environ"), Some(key)) => format!("environment variable `{key}`"),
                (_, Some(key)) => format!("`{key}` of a collection that is not set in this file"),
                _ => "a part of a collection that is not set in this file".into(),
            }));
        }
    }

    fn call(&self, node: Node<'t>, scope: usize, steps: u8, out: &mut Vec<Value>) {
        let Some(function) = child(node, Field::Function) else { return };
        let path = self.facts.path(function);
        let last = path.last().copied().unwrap_or("");
        let object = child(function, Field::Object);
        // A model that was loaded: its own call is reported.
        if self.book.call(Language::Python, &path).is_some() {
            out.push(Value::Other);
            return;
        }
        if self.book.path_functions.contains(last) {
            out.push(Value::Local);
            return;
        }
        if let ("str" | "cast" | "TypeAlias", Some(first)) = (last, argument(node, self.facts, 0, "object")) {
            return self.eval(first, scope, steps, out);
        }
        if let ("strip" | "lower" | "removeprefix" | "rstrip" | "lstrip", Some(object)) = (last, object) {
            return self.eval(object, scope, steps, out);
        }
        if let ("get", Some(object)) = (last, object) {
            let collections = self.collections(object, scope, steps);
            let key = argument(node, self.facts, 0, "key");
            for (collection, scope) in &collections {
                for member in self.members(*collection, key) {
                    self.eval(member, *scope, steps, out);
                }
            }
            if !collections.is_empty() {
                return;
            }
        }
        if self.book.default_functions.contains(last) {
            return match default_of(node, self.facts) {
                Some(default) => self.eval(default, scope, steps, out),
                None => {
                    let key =
                        argument(node, self.facts, 0, "key").and_then(|k| self.facts.constant(k)).and_then(|r| self.facts.text.get(r));
                    let environment = matches!(last, "getenv") || path.contains(&"environ");
                    out.push(Value::Unknown(match key {
                        Some(key) if environment => format!("environment variable `{key}`"),
                        Some(key) => format!("`{key}`, which is read when the program runs"),
                        None => format!("the result of `{last}(…)`"),
                    }));
                }
            };
        }
        let own = self.facts.by_name.get(last).filter(|_| path.len() == 1 || path.first() == Some(&"self"));
        let before = out.len();
        for function in own.into_iter().flatten().filter_map(|i| self.facts.functions.get(*i)) {
            function.returns.iter().take(MAX_VALUES).for_each(|r| self.eval(*r, function.scope, steps, out));
        }
        if out.len() == before {
            out.push(Value::Unknown(format!("the result of `{}(…)`", crate::text::cut(last, 40))));
        }
    }
}
