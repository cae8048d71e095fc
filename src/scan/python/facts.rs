//! What one pass over the tree of a Python file gathers: imports, bindings by scope, functions and
//! their parameters, calls, and the places that a key may name.

use super::grammar::{Field, Kind, child, kind};
use std::collections::{HashMap, HashSet};
use tree_sitter::{Node, TreeCursor};

/// Where a name gets its value.
#[derive(Debug, Clone, Copy)]
pub enum Binding<'t> {
    /// `name = expression`
    Is(Node<'t>),
    /// `for name in expression`
    In(Node<'t>),
    /// A parameter: index into `functions`, and of the parameter.
    Parameter(usize, usize),
}

#[derive(Debug, Default)]
pub struct Function<'t> {
    /// (name, default)
    pub parameters: Vec<(&'t str, Option<Node<'t>>)>,
    pub returns: Vec<Node<'t>>,
    pub scope: usize,
    /// The name that calls use: the class for `__init__`.
    pub called: &'t str,
}

/// A value and the key that holds it.
#[derive(Debug, Clone, Copy)]
pub struct Keyed<'t> {
    pub key: &'t str,
    pub value: Node<'t>,
    pub scope: usize,
}

#[derive(Debug, Default)]
pub struct Facts<'t> {
    pub text: &'t str,
    /// Name in the file → dotted name.
    pub imports: HashMap<&'t str, Vec<&'t str>>,
    /// Parent of each scope; the module is 0 and its own parent.
    pub parents: Vec<usize>,
    pub bindings: HashMap<(usize, &'t str), Vec<Binding<'t>>>,
    /// `self.name = …` and assignments in a class body.
    pub attributes: HashMap<&'t str, Vec<(Node<'t>, usize)>>,
    pub functions: Vec<Function<'t>>,
    pub by_name: HashMap<&'t str, Vec<usize>>,
    by_scope: HashMap<usize, usize>,
    pub calls: Vec<(Node<'t>, usize)>,
    /// Last part of what is called → indexes into `calls`.
    pub callers: HashMap<&'t str, Vec<usize>>,
    pub keyed: Vec<Keyed<'t>>,
    pub enums: HashSet<&'t str>,
    /// What is assigned in the body of a class, the name of the class as key.
    pub members: Vec<Keyed<'t>>,
    pub lists: Vec<Node<'t>>,
    pub strings: Vec<Node<'t>>,
    pub comments: Vec<Node<'t>>,
    /// Names of command-line options, as attributes of the parsed arguments → default.
    pub options: HashMap<String, (Node<'t>, usize)>,
}

/// What the pass carries on its way down.
struct Level {
    scope: usize,
    /// In the body of a class, and not in a function of it.
    class: bool,
}

impl<'t> Facts<'t> {
    pub fn gather(root: Node<'t>, text: &'t str) -> Self {
        let mut facts = Facts { text, parents: vec![0], ..Facts::default() };
        let mut levels = vec![Level { scope: 0, class: false }];
        let mut classes: Vec<(&str, usize)> = Vec::new();
        let mut cursor = root.walk();
        // An explicit walk: the tree of a hostile file is deeper than any stack.
        loop {
            let node = cursor.node();
            let level = levels.last().map_or((0, false), |l| (l.scope, l.class));
            let class = classes.last().map(|(name, _)| *name);
            let inner = facts.visit(node, level.0, level.1, class);
            if kind(node) == Some(Kind::Class) {
                classes.push((facts.field(node, Field::Name), levels.len()));
                if facts.field(node, Field::Superclasses).contains("Enum") {
                    facts.enums.insert(facts.field(node, Field::Name));
                }
            }
            if cursor.goto_first_child() {
                levels.push(match (inner, kind(node)) {
                    (Some(scope), _) => Level { scope, class: false },
                    (None, Some(Kind::Class)) => Level { scope: level.0, class: true },
                    _ => Level { scope: level.0, class: level.1 },
                });
                continue;
            }
            if classes.last().is_some_and(|(_, depth)| *depth == levels.len()) {
                classes.pop();
            }
            if !facts.next(&mut cursor, &mut levels, &mut classes) {
                return facts;
            }
        }
    }

    /// Moves to the next node that is no child; false at the end.
    fn next(&self, cursor: &mut TreeCursor<'t>, levels: &mut Vec<Level>, classes: &mut Vec<(&'t str, usize)>) -> bool {
        loop {
            if cursor.goto_next_sibling() {
                return true;
            }
            if !cursor.goto_parent() {
                return false;
            }
            levels.pop();
            if classes.last().is_some_and(|(_, depth)| *depth == levels.len()) {
                classes.pop();
            }
        }
    }

    pub fn of(&self, node: Node<'t>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    pub fn field(&self, node: Node<'t>, name: Field) -> &'t str {
        child(node, name).map_or("", |n| self.of(n))
    }

    fn bind(&mut self, scope: usize, name: Node<'t>, binding: Binding<'t>) {
        self.bindings.entry((scope, self.of(name))).or_default().push(binding);
    }

    /// Takes a node in; gives the scope of its children where it opens one.
    fn visit(&mut self, node: Node<'t>, scope: usize, class: bool, class_name: Option<&'t str>) -> Option<usize> {
        match kind(node)? {
            Kind::Import | Kind::ImportFrom => self.import(node),
            Kind::Comment => self.comments.push(node),
            Kind::String => self.strings.push(node),
            Kind::List | Kind::Tuple => self.lists.push(node),
            Kind::Assignment => {
                let (left, right) = (child(node, Field::Left)?, child(node, Field::Right)?);
                self.assign(left, right, scope, class);
                if let Some(name) = class_name.filter(|_| class && left.kind() == "identifier") {
                    self.members.push(Keyed { key: name, value: right, scope });
                }
            }
            Kind::NamedExpression => {
                let (name, value) = (child(node, Field::Name)?, child(node, Field::Value)?);
                self.bind(scope, name, Binding::Is(value));
            }
            Kind::For | Kind::ForIn => {
                let (left, right) = (child(node, Field::Left)?, child(node, Field::Right)?);
                let mut walk = left.walk();
                let names: Vec<Node> = match left.kind() {
                    "identifier" => vec![left],
                    _ => left.named_children(&mut walk).filter(|n| n.kind() == "identifier").collect(),
                };
                names.into_iter().for_each(|n| self.bind(scope, n, Binding::In(right)));
            }
            Kind::Return => {
                let value = node.named_child(0)?;
                let function = self.by_scope.get(&scope).and_then(|i| self.functions.get_mut(*i));
                function.into_iter().for_each(|f| f.returns.push(value));
            }
            Kind::Function | Kind::Lambda => return Some(self.function(node, scope, class.then_some(class_name).flatten())),
            Kind::Pair => {
                let (key, value) = (child(node, Field::Key)?, child(node, Field::Value)?);
                if let Some(key) = self.constant(key) {
                    self.keyed.push(Keyed { key: self.text.get(key)?, value, scope });
                }
            }
            Kind::Dictionary => self.lists.push(node),
            Kind::Call => {
                let callee = child(node, Field::Function)?;
                let last = match callee.kind() {
                    "attribute" => self.field(callee, Field::Attribute),
                    _ => self.of(callee),
                };
                self.callers.entry(last).or_default().push(self.calls.len());
                self.calls.push((node, scope));
            }
            _ => {}
        }
        None
    }

    fn assign(&mut self, left: Node<'t>, right: Node<'t>, scope: usize, class: bool) {
        match left.kind() {
            "identifier" => {
                self.bind(scope, left, Binding::Is(right));
                let key = self.of(left);
                if class {
                    self.attributes.entry(key).or_default().push((right, scope));
                }
                self.keyed.push(Keyed { key, value: right, scope });
            }
            "attribute" => {
                let key = self.field(left, Field::Attribute);
                self.attributes.entry(key).or_default().push((right, scope));
                self.keyed.push(Keyed { key, value: right, scope });
            }
            // os.environ["MODEL"] = …
            "subscript" => {
                if let Some(key) = child(left, Field::Subscript).and_then(|k| self.constant(k))
                    && let Some(key) = self.text.get(key)
                {
                    self.keyed.push(Keyed { key, value: right, scope });
                }
            }
            // a, b = "x", "y"
            "pattern_list" | "tuple_pattern" => {
                let (mut l, mut r) = (left.walk(), right.walk());
                let names: Vec<Node> = left.named_children(&mut l).collect();
                let values: Vec<Node> = right.named_children(&mut r).collect();
                if matches!(right.kind(), "expression_list" | "tuple") && names.len() == values.len() {
                    names.into_iter().zip(values).filter(|(n, _)| n.kind() == "identifier").for_each(|(n, v)| {
                        self.assign(n, v, scope, class);
                    });
                }
            }
            _ => {}
        }
    }

    fn function(&mut self, node: Node<'t>, scope: usize, class: Option<&'t str>) -> usize {
        let inner = self.parents.len();
        self.parents.push(scope);
        let name = self.field(node, Field::Name);
        let called = match class {
            Some(class) if name == "__init__" => class,
            _ => name,
        };
        let index = self.functions.len();
        let mut function = Function { scope: inner, called, ..Function::default() };
        if let Some(list) = child(node, Field::Parameters) {
            let mut walk = list.walk();
            for parameter in list.named_children(&mut walk) {
                let (name, default) = match parameter.kind() {
                    "identifier" => (Some(parameter), None),
                    "typed_parameter" => (parameter.named_child(0), None),
                    "default_parameter" | "typed_default_parameter" => (child(parameter, Field::Name), child(parameter, Field::Value)),
                    _ => continue,
                };
                let Some(name) = name.filter(|n| n.kind() == "identifier") else { continue };
                let text = self.of(name);
                if class.is_some() && function.parameters.is_empty() && matches!(text, "self" | "cls") {
                    continue;
                }
                self.bind(inner, name, Binding::Parameter(index, function.parameters.len()));
                if let Some(default) = default {
                    self.keyed.push(Keyed { key: text, value: default, scope });
                }
                function.parameters.push((text, default));
            }
        }
        self.by_name.entry(called).or_default().push(index);
        self.by_scope.insert(inner, index);
        self.functions.push(function);
        inner
    }

    fn import(&mut self, node: Node<'t>) {
        let module: Vec<&str> = match child(node, Field::ModuleName) {
            Some(module) => self.of(module).trim_start_matches('.').split('.').map(str::trim).collect(),
            None => Vec::new(),
        };
        let mut walk = node.walk();
        for name in node.children_by_field_name("name", &mut walk) {
            let (path, alias) = match name.kind() {
                "aliased_import" => (self.field(name, Field::Name), Some(self.field(name, Field::Alias))),
                _ => (self.of(name), None),
            };
            let parts: Vec<&str> = module.iter().copied().chain(path.split('.').map(str::trim)).filter(|p| !p.is_empty()).collect();
            match alias {
                Some(alias) => self.imports.insert(alias, parts),
                None if module.is_empty() => {
                    // `import a.b` binds `a`.
                    let first = parts.first().copied().unwrap_or("");
                    self.imports.insert(first, vec![first])
                }
                None => self.imports.insert(path, parts),
            };
        }
    }

    /// The content of a plain string: its place.
    pub fn constant(&self, node: Node<'t>) -> Option<std::ops::Range<usize>> {
        if node.kind() != "string" {
            return None;
        }
        let mut walk = node.walk();
        let mut content: Option<std::ops::Range<usize>> = None;
        let mut prefix = "";
        for child in node.children(&mut walk) {
            match child.kind() {
                "string_start" => prefix = self.of(child),
                "string_content" => {
                    let range = child.byte_range();
                    content = Some(content.map_or(range.clone(), |c| c.start..range.end));
                }
                "interpolation" => return None,
                _ => {}
            }
        }
        if prefix.contains(['b', 'B']) {
            return None;
        }
        Some(content.unwrap_or_else(|| {
            let at = node.start_byte() + prefix.len();
            at..at
        }))
    }

    /// The dotted name of what is called or looked at, imports resolved. An unknown beginning (the result
    /// of a call) is left out.
    pub fn path(&self, node: Node<'t>) -> Vec<&'t str> {
        let mut parts = Vec::new();
        let mut at = node;
        while parts.len() < 12 {
            match at.kind() {
                "attribute" => {
                    parts.push(self.field(at, Field::Attribute));
                    match child(at, Field::Object) {
                        Some(object) => at = object,
                        None => break,
                    }
                }
                "identifier" => {
                    let name = self.of(at);
                    match self.imports.get(name) {
                        Some(full) => parts.extend(full.iter().rev()),
                        None => parts.push(name),
                    }
                    break;
                }
                // `Class(…).method`: the class tells more than nothing.
                "call" => match child(at, Field::Function) {
                    Some(function) => at = function,
                    None => break,
                },
                _ => break,
            }
        }
        parts.reverse();
        parts
    }
}
