//! Configuration as a tree of keys and values, whatever it was written in, and what in it names a model.

use super::book::snake;
use super::command::{self, Word};
use super::found::{Found, Use};
use super::source::Source;
use crate::rules::scan::{Form, KeyPlace};

/// A value with its place.
#[derive(Debug, Clone)]
pub enum Node {
    Map(Vec<(Scalar, Node)>),
    List(Vec<Node>),
    Text(Scalar),
    /// A number, nothing, or what lies too deep.
    Other,
}

/// A text and where it stands in the source, without quotes.
#[derive(Debug, Clone, Default)]
pub struct Scalar {
    pub text: String,
    pub start: usize,
    pub end: usize,
    pub style: Style,
}

/// How the text stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// As it is, or indented.
    #[default]
    Verbatim,
    /// Line breaks stand for blanks.
    Folded,
    /// With backslash escapes.
    Escaped,
}

/// Levels of nesting that are looked at.
pub const MAX_DEPTH: usize = 48;

/// Builds a tree from the events of a parser, without recursion.
#[derive(Debug, Default)]
pub struct Builder {
    open: Vec<(Node, Option<Scalar>)>,
    /// Containers that are open below [`MAX_DEPTH`].
    beyond: usize,
    pub roots: Vec<Node>,
}

impl Builder {
    pub fn open(&mut self, node: Node) {
        if self.beyond > 0 || self.open.len() >= MAX_DEPTH {
            self.beyond += 1;
        } else {
            self.open.push((node, None));
        }
    }

    pub fn close(&mut self) {
        if self.beyond > 0 {
            self.beyond -= 1;
            if self.beyond == 0 {
                self.add(Node::Other);
            }
        } else if let Some((node, _)) = self.open.pop() {
            self.add(node);
        }
    }

    pub fn add(&mut self, node: Node) {
        if self.beyond > 0 {
            return;
        }
        match self.open.last_mut() {
            None => self.roots.push(node),
            Some((Node::List(items), _)) => items.push(node),
            Some((Node::Map(pairs), key)) => match (key.take(), node) {
                (Some(name), value) => pairs.push((name, value)),
                (None, Node::Text(name)) => *key = Some(name),
                // A key that is no text.
                (None, _) => *key = Some(Scalar::default()),
            },
            Some(_) => {}
        }
    }

    /// The trees, those of a broken file as far as it was read.
    pub fn finish(mut self) -> Vec<Node> {
        while !self.open.is_empty() {
            self.beyond = 0;
            self.close();
        }
        self.roots
    }
}

/// Reads a tree.
pub fn scan(root: &Node, source: &Source<'_>, place: KeyPlace, found: &mut Found<'_, '_>) {
    Reader { source, place }.node(root, "", found);
}

struct Reader<'s> {
    source: &'s Source<'s>,
    place: KeyPlace,
}

impl Reader<'_> {
    fn node(&self, node: &Node, parent: &str, found: &mut Found<'_, '_>) {
        match node {
            Node::Map(pairs) => self.map(pairs, parent, found),
            Node::List(items) => items.iter().for_each(|item| self.node(item, parent, found)),
            Node::Text(_) | Node::Other => {}
        }
    }

    fn map(&self, pairs: &[(Scalar, Node)], parent: &str, found: &mut Found<'_, '_>) {
        let get = |names: &[&str]| pairs.iter().find(|(k, _)| names.contains(&k.text.as_str())).map(|(_, v)| v);
        // - name: MODEL_ID
        //   value: ORG/NAME
        if let (Some(Node::Text(name)), Some(Node::Text(value))) = (get(&["name", "key", "Name"]), get(&["value", "Value"])) {
            self.named(&name.text, KeyPlace::Environment, "environment variable", value, false, found);
        }
        // Of LiteLLM: the alias of a model whose name stands beside it.
        let alias = get(&["litellm_params"]).is_some();
        let ollama = pairs.iter().any(|(k, v)| {
            matches!(k.text.as_str(), "provider" | "backend" | "type" | "api_type" | "vendor" | "engine")
                && matches!(v, Node::Text(t) if t.text.eq_ignore_ascii_case("ollama"))
        });
        let mut line: Vec<Word> = Vec::new();
        // What a container runs: its image often stands for the program.
        if let Some(Node::Text(image)) = get(&["image"]) {
            line.push(Word::new(&image.text, image.start, image.end));
        }
        for keys in [["entrypoint", "command", "cmd"].as_slice(), &["args"]] {
            if let Some(Node::List(items)) = get(keys) {
                line.extend(items.iter().map(|i| match i {
                    Node::Text(t) => Word::new(&t.text, t.start, t.end),
                    _ => Word::new("$", 0, 0),
                }));
            }
        }
        if line.len() > 1 {
            command::scan(&line, self.source, found);
        }
        for (key, value) in pairs {
            if alias && key.text == "model_name" {
                continue;
            }
            let folded = snake(key.text.rsplit('.').next().unwrap_or(&key.text));
            // A list has the name of what is in it: `models: [{name: …}]` is `model_name`.
            let joined = if parent.is_empty() { String::new() } else { format!("{}_{folded}", parent.trim_end_matches('s')) };
            match value {
                Node::Text(text) => {
                    // A file in a file: `data: {config.yaml: …}` of a ConfigMap.
                    if text.end - text.start > key.text.len()
                        && text.text.contains(['\n', ':'])
                        && let Some(language) = super::language::Language::of(&key.text).filter(|l| l.nests())
                    {
                        let _ = language.scan(&self.shell(text), found);
                        continue;
                    }
                    let shell = found.book.shell_keys.contains(folded.as_str()) || parent == "scripts";
                    if shell && self.place == KeyPlace::Config && text.text.contains(' ') {
                        super::shell::scan(&self.shell(text), found);
                    } else if !self.named(&key.text, self.place, "key", text, ollama, found) && !joined.is_empty() {
                        self.named(&joined, self.place, "key", text, ollama, found);
                    }
                    if text.text.contains("://") {
                        found.literal(self.source, text.start..text.end, &text.text);
                    }
                }
                Node::List(items) => self.list(key, &folded, items, found),
                Node::Map(inner) => {
                    let container = found.book.key(&folded, self.place).is_some_and(|r| r.container);
                    for (name, value) in inner.iter().filter(|_| container) {
                        // The name of a model as key, and what belongs to it: `models: {chat: ORG/NAME}`.
                        if let Node::Text(text) = value
                            && found.book.key(&snake(&name.text), self.place).is_none()
                        {
                            self.named(&key.text, self.place, "key", text, false, found);
                        }
                    }
                    self.map(inner, &folded, found);
                }
                Node::Other => {}
            }
        }
    }

    fn list(&self, key: &Scalar, folded: &str, items: &[Node], found: &mut Found<'_, '_>) {
        for item in items {
            match item {
                Node::Text(text) if matches!(folded, "environment" | "env") => {
                    command::assignments(&Word::new(&text.text, text.start, text.end), self.source, found);
                }
                Node::Text(text) if matches!(folded, "script" | "before_script" | "after_script" | "commands" | "run" | "steps") => {
                    super::shell::scan(&self.shell(text), found);
                }
                // A whole command line in one item: `args: ["vllm serve …"]`.
                Node::Text(text) if found.book.shell_keys.contains(folded) && text.text.trim().contains(' ') => {
                    super::shell::scan(&self.shell(text), found);
                }
                Node::Text(text) => {
                    self.named(&key.text, self.place, "key", text, false, found);
                    if text.text.contains("://") {
                        found.literal(self.source, text.start..text.end, &text.text);
                    }
                }
                other => self.node(other, folded, found),
            }
        }
    }

    /// A value with its key; tells whether it was taken for a name.
    fn named(&self, key: &str, place: KeyPlace, what: &str, value: &Scalar, ollama: bool, found: &mut Found<'_, '_>) -> bool {
        let last = snake(key.rsplit('.').next().unwrap_or(key));
        let Some(rule) = found.book.key(&last, place) else { return false };
        if rule.ignore {
            found.claim(self.source, value.start..value.end);
            return true;
        }
        // What a template fills in is not known.
        if value.text.contains("{{") || value.text.contains("${{") || value.text.starts_with("$(") {
            return false;
        }
        let mut how = found.book.how_key(rule);
        if ollama && how.form != Form::Listed {
            how.form = Form::Ollama;
        }
        let mut text = value.text.as_str();
        let (mut start, mut end) = (value.start, value.end);
        // ${MODEL:-ORG/NAME}, as Compose has it.
        if let Some(default) =
            text.strip_prefix("${").and_then(|t| t.strip_suffix('}')).and_then(|t| t.split_once(":-").or_else(|| t.split_once('-')))
        {
            text = default.1;
            end = end.saturating_sub(1);
            start = end.saturating_sub(text.len()).max(start);
        }
        let used = Use { via: format!("{what} `{key}`"), rank: 1, ..Use::default() };
        found.name(self.source, start..end, text, &how, &used)
    }

    /// A text as shell, with its places.
    fn shell(&self, text: &Scalar) -> Source<'_> {
        match text.style {
            Style::Verbatim => self.source.part(text.start, text.end),
            Style::Folded => {
                let mut part = self.source.part(text.start, text.end);
                part.text = part.text.replace('\n', " ").into();
                part
            }
            Style::Escaped => {
                let mut out = Source::empty();
                super::json::unescape(self.source, text.start, text.end, &mut out);
                out
            }
        }
    }
}
