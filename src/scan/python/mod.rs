//! Python: calls that take a model, keys and defaults that name one.

mod arguments;
mod facts;
mod grammar;
mod mentions;
mod tame;
mod values;

use super::book::snake;
use super::found::{Found, Use};
use super::source::Source;
use crate::rules::scan::{CallRule, Form, KeyPlace, Language, Takes};
use arguments::{default_of, keyword, positional};
use facts::{Facts, Keyed};
use grammar::{Field, child};
use std::ops::ControlFlow;
use tree_sitter::{Node, ParseOptions, Parser};
use values::{Value, Values};

/// Reads a Python text.
///
/// # Errors
/// Why it was not parsed.
pub fn scan(source: &Source<'_>, found: &mut Found<'_, '_>) -> Result<(), String> {
    let text = source.text.as_ref();
    let mut parser = Parser::new();
    parser.set_language(&grammar::PYTHON).map_err(|e| e.to_string())?;
    // The effort is bounded by the size: what is no Python at all makes the parser try and try. One call
    // of the progress function stands for a hundred steps.
    let mut budget = 2_000 + text.len() / 16;
    let mut progress = |_: &tree_sitter::ParseState| {
        budget = budget.saturating_sub(1);
        if budget == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let tamed = tame::tame(text)?;
    let bytes = tamed.as_bytes();
    let options = ParseOptions::new().progress_callback(&mut progress);
    let tree = parser.parse_with_options(&mut |i, _| bytes.get(i..).unwrap_or(&[]), None, Some(options));
    let tree = tree.ok_or("it does not read like Python: too many errors")?;
    let mut facts = Facts::gather(tree.root_node(), text);
    options_of(&mut facts);
    let modules = found.book.rules.scan.list("model-modules");
    let works_with_models = facts.imports.values().filter_map(|p| p.first()).any(|m| modules.iter().any(|l| l == m));
    let reader = Reader { works_with_models, values: Values::new(&facts, found.book), facts: &facts, source };
    reader.calls(found);
    reader.keys(found);
    reader.literals(found);
    if found.mention.is_none() {
        reader.comments(found);
    }
    if tree.root_node().has_error() && !found.names_only {
        found.names_only = true;
        statements(source, found);
        found.names_only = false;
    }
    match tree.root_node().kind() {
        "ERROR" => Err("it does not read like Python; read statement by statement".into()),
        _ => Ok(()),
    }
}

/// Reads each statement of a broken file for itself: an error in one may hide the next.
fn statements(source: &Source<'_>, found: &mut Found<'_, '_>) {
    let text = source.text.as_ref();
    let mut begin = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n').chain(std::iter::once("\0")) {
        let starts = line.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '@' | '\0'));
        if starts && at > begin {
            let part = source.part(begin, at);
            if part.text.contains('(') && part.text.contains(['"', '\'']) {
                let _ = scan(&part, found);
            }
            begin = at;
        }
        at = (at + line.len()).min(text.len());
    }
}

/// Command-line options declared in the file: `add_argument("--model-name", default=…)`.
fn options_of(facts: &mut Facts<'_>) {
    for (call, scope) in facts.calls.clone() {
        let last = child(call, Field::Function).map(|f| facts.path(f)).and_then(|p| p.last().copied());
        if !matches!(last, Some("add_argument" | "option")) {
            continue;
        }
        let Some(default) = keyword(call, facts, "default") else { continue };
        for option in option_names(call, facts) {
            facts.options.insert(snake(option), (default, scope));
        }
        if let Some(dest) = keyword(call, facts, "dest").and_then(|d| facts.constant(d)).and_then(|r| facts.text.get(r)) {
            facts.options.insert(dest.to_string(), (default, scope));
        }
    }
}

fn option_names<'t>(call: Node<'t>, facts: &Facts<'t>) -> Vec<&'t str> {
    (0..3).filter_map(|i| positional(call, i)).filter_map(|n| facts.constant(n)).filter_map(|r| facts.text.get(r)).collect()
}

struct Reader<'v, 't, 'r> {
    facts: &'v Facts<'t>,
    values: Values<'v, 't, 'r>,
    source: &'v Source<'v>,
    /// The file imports a library of the field.
    works_with_models: bool,
}

impl<'t> Reader<'_, 't, '_> {
    fn calls(&self, found: &mut Found<'_, '_>) {
        for (call, scope) in &self.facts.calls {
            let Some(function) = child(*call, Field::Function) else { continue };
            let path = self.facts.path(function);
            let rule = self.values.book.call(Language::Python, &path);
            match rule {
                Some(rule) if rule.ignore => self.ignore(*call, found),
                Some(rule) => self.call(*call, *scope, rule, &path, found),
                None => self.speaking(*call, *scope, &path, found),
            }
            if rule.is_none_or(|r| !r.ignore) {
                self.arguments(*call, *scope, rule, found);
            }
            self.shell(*call, &path, found);
        }
    }

    /// A call of the rules.
    fn call(&self, call: Node<'t>, scope: usize, rule: &CallRule, path: &[&str], found: &mut Found<'_, '_>) {
        let facts = self.facts;
        if let Some(list) = &rule.first_in {
            let first = positional(call, 0)
                .or_else(|| keyword(call, facts, "task"))
                .and_then(|n| facts.constant(n))
                .and_then(|r| facts.text.get(r));
            let list = self.values.book.rules.scan.list(list);
            // `pipeline(model=…)` needs no task.
            let bare = positional(call, 0).is_none() && rule.arguments.iter().any(|n| keyword(call, facts, n).is_some());
            if !bare && !first.is_some_and(|f| list.iter().any(|l| l == f)) {
                return;
            }
        }
        if let Some(required) = &rule.requires
            && keyword(call, facts, required).is_none_or(|v| matches!(v.kind(), "false" | "none"))
        {
            return;
        }
        let mut how = self.values.book.how_call(rule);
        if let Some(of) = rule.type_argument.as_ref().and_then(|n| keyword(call, facts, n)) {
            match self.values.of(of, scope).first() {
                Some(Value::Text(t, _)) if t == "dataset" => how.kind = Takes::Dataset,
                Some(Value::Text(t, _)) if t == "space" => return self.ignore(call, found),
                _ => {}
            }
        }
        let shown = path
            .iter()
            .rev()
            .take(if path.last().is_some_and(|l| l.len() > 8) { 1 } else { 2 })
            .rev()
            .copied()
            .collect::<Vec<_>>()
            .join(".");
        let revision = rule.revision.as_ref().and_then(|n| keyword(call, facts, n));
        let revision = revision.and_then(|r| match self.values.of(r, scope).as_slice() {
            [Value::Text(text, _)] => Some(text.clone()),
            _ => None,
        });
        let taken =
            Use { via: format!("Python `{shown}`"), rank: 0, at: Some(self.source.at(call.start_byte())), revision, kind: how.kind };
        let named = rule.arguments.iter().filter_map(|n| keyword(call, facts, n));
        let placed = rule.positions.iter().filter_map(|i| positional(call, *i));
        let arguments: Vec<Node> = named.chain(placed).collect();
        if arguments.is_empty() {
            let list = child(call, Field::Arguments);
            let splat = list.is_some_and(|a| {
                let mut walk = a.walk();
                a.named_children(&mut walk).any(|n| matches!(n.kind(), "dictionary_splat" | "list_splat"))
            });
            if let Some(why) = rule.missing.as_ref().filter(|_| !splat) {
                found.unresolved(self.source, call.byte_range(), facts.of(call), why, &taken);
            }
        }
        for argument in arguments {
            for value in self.values.of(argument, scope) {
                match value {
                    Value::Text(text, at) => {
                        found.name(self.source, at, &text, &how, &taken);
                    }
                    Value::Unknown(why) if !rule.quiet => {
                        found.unresolved(self.source, argument.byte_range(), facts.of(argument), &why, &taken);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Arguments whose names are keys of models, of calls that no rule knows.
    fn arguments(&self, call: Node<'t>, scope: usize, rule: Option<&CallRule>, found: &mut Found<'_, '_>) {
        let Some(list) = child(call, Field::Arguments).filter(|a| a.kind() == "argument_list") else { return };
        let mut walk = list.walk();
        for argument in list.named_children(&mut walk).filter(|a| a.kind() == "keyword_argument") {
            let name = self.facts.field(argument, Field::Name);
            let Some(value) = child(argument, Field::Value) else { continue };
            if rule.is_none_or(|r| !r.arguments.iter().any(|a| a == name)) {
                self.keyed(&Keyed { key: name, value, scope }, KeyPlace::Code, "argument", found);
            }
        }
        // add_argument("--model", default=…), getenv("MODEL", …), config.get("model", …)
        let last = child(call, Field::Function).map(|f| self.facts.path(f)).and_then(|p| p.last().copied()).unwrap_or("");
        let option = matches!(last, "add_argument" | "option");
        if !option && !self.values.book.default_functions.contains(last) {
            return;
        }
        let Some(value) = (if option { keyword(call, self.facts, "default") } else { default_of(call, self.facts) }) else { return };
        for key in option_names(call, self.facts) {
            let place = if option { KeyPlace::Option } else { KeyPlace::Environment };
            if key.trim_start_matches('-').len() > 1 && self.keyed(&Keyed { key, value, scope }, place, "default of", found) {
                break;
            }
        }
    }

    fn keys(&self, found: &mut Found<'_, '_>) {
        for keyed in &self.facts.keyed {
            self.keyed(keyed, KeyPlace::Code, "key", found);
        }
        // class Models(str, Enum): SMALL = "ORG/NAME"
        for member in self.facts.members.iter().filter(|m| self.facts.enums.contains(&m.key)) {
            self.keyed(member, KeyPlace::Code, "member of", found);
        }
    }

    /// `load_model("ORG/NAME")`: a call of no rule whose name speaks of models, in a file that works with them.
    fn speaking(&self, call: Node<'t>, scope: usize, path: &[&str], found: &mut Found<'_, '_>) {
        let Some(last) = path.last() else { return };
        let rules = &self.values.book.rules.scan;
        let words = snake(last);
        let has = |list: &str| words.split('_').any(|w| rules.list(list).iter().any(|l| l == w));
        if !self.works_with_models || !has("model-words") || has("write-words") {
            return;
        }
        let Some(argument) = positional(call, 0) else { return };
        let how = super::book::How::default();
        let taken = Use { via: format!("Python `{last}`"), rank: 1, at: Some(self.source.at(call.start_byte())), ..Use::default() };
        for value in self.values.of(argument, scope) {
            if let Value::Text(text, at) = value {
                found.name(self.source, at, &text, &how, &taken);
            }
        }
    }

    /// A value that a key of the rules holds.
    fn keyed(&self, keyed: &Keyed<'t>, place: KeyPlace, what: &str, found: &mut Found<'_, '_>) -> bool {
        let Some(rule) = self.values.book.key(&snake(keyed.key), place) else { return false };
        if rule.ignore {
            if let Some(range) = self.facts.constant(keyed.value) {
                found.claim(self.source, range);
            }
            return false;
        }
        let mut how = self.values.book.how_key(rule);
        if how.form == Form::Hub {
            how.form = Form::Qualified;
        }
        let taken = Use { via: format!("{what} `{}`", keyed.key), rank: 1, ..Use::default() };
        let mut any = false;
        let nodes = match keyed.value.kind() {
            "dictionary" | "list" | "tuple" => self.inside(keyed.value, keyed.key, rule.container),
            _ => vec![keyed.value],
        };
        for node in nodes {
            for value in self.values.of(node, keyed.scope) {
                if let Value::Text(text, at) = value {
                    any |= found.name(self.source, at, &text, &how, &taken);
                }
            }
        }
        any
    }

    /// The values in a collection that a key holds: `MODELS = {"a": "ORG/NAME"}`, `[{"name": "ORG/NAME"}]`,
    /// and `model = {"name": "ORG/NAME"}`.
    fn inside(&self, collection: Node<'t>, key: &str, container: bool) -> Vec<Node<'t>> {
        let mut walk = collection.walk();
        let mut out = Vec::new();
        for item in collection.named_children(&mut walk).take(1_000) {
            let value = if item.kind() == "pair" { child(item, Field::Value) } else { Some(item) };
            let Some(value) = value else { continue };
            let named = |pair: Node<'t>| {
                let name = child(pair, Field::Key).and_then(|k| self.facts.constant(k)).and_then(|r| self.facts.text.get(r))?;
                let joined = format!("{}_{}", snake(key).trim_end_matches('s'), snake(name));
                let rule = self.values.book.key(&joined, KeyPlace::Code).filter(|r| !r.ignore);
                rule.and_then(|_| child(pair, Field::Value))
            };
            match (item.kind(), value.kind()) {
                (_, "dictionary") if container => {
                    let mut inner = value.walk();
                    out.extend(value.named_children(&mut inner).filter(|p| p.kind() == "pair").filter_map(named));
                }
                ("pair", _) if !container => out.extend(named(item)),
                _ => out.push(value),
            }
        }
        out
    }

    fn ignore(&self, call: Node<'t>, found: &mut Found<'_, '_>) {
        let Some(list) = child(call, Field::Arguments) else { return };
        let mut walk = list.walk();
        for argument in list.named_children(&mut walk) {
            let value = child(argument, Field::Value).unwrap_or(argument);
            if let Some(range) = self.facts.constant(value) {
                found.claim(self.source, range);
            }
        }
    }

    /// A command line that is run: `os.system("…")`, `subprocess.run("…", shell=True)`.
    fn shell(&self, call: Node<'t>, path: &[&str], found: &mut Found<'_, '_>) {
        let runs = path.last().is_some_and(|l| self.values.book.rules.scan.list("shell-functions").iter().any(|f| f == l));
        let arguments = child(call, Field::Arguments).filter(|_| runs);
        let Some(arguments) = arguments else { return };
        let mut walk = arguments.walk();
        for argument in arguments.named_children(&mut walk).filter(|a| a.kind() == "string").take(32) {
            if let Some(range) = self.facts.constant(argument) {
                super::shell::scan(&self.source.part(range.start, range.end), found);
                continue;
            }
            // Of an f-string, what is filled in is unknown to the shell, too.
            let mut line = Source::empty();
            let mut inner = argument.walk();
            for piece in argument.children(&mut inner) {
                match piece.kind() {
                    "string_content" => line.push(self.facts.of(piece), self.source.at(piece.start_byte())),
                    "interpolation" => line.push("$", self.source.at(piece.start_byte())),
                    _ => {}
                }
            }
            super::shell::scan(&line, found);
        }
    }
}
