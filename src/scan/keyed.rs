//! Files of keys and values: TOML, INI, `.properties`, Terraform; and plain lists of models.

use super::command::{self, Word};
use super::config::{self, Node, Scalar, Style};
use super::found::{Found, Use};
use super::source::Source;
use crate::rules::scan::{Form, KeyPlace};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Reads TOML.
///
/// # Errors
/// Why it was not parsed; it was then read line by line.
pub fn toml(source: &Source<'_>, found: &mut Found<'_, '_>) -> Result<(), String> {
    // The parser refuses what is nested too deep.
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    let tree = Node::Map(pairs(table.get_ref(), source, 0));
    config::scan(&tree, source, KeyPlace::Config, found);
    match errors.first() {
        None => Ok(()),
        Some(e) => Err(format!("no TOML: {}", crate::text::cut(&crate::text::squeeze(e.message()), 120))),
    }
}

fn pairs(table: &DeTable<'_>, source: &Source<'_>, depth: usize) -> Vec<(Scalar, Node)> {
    table
        .iter()
        .map(|(key, value)| {
            let span = key.span();
            let name = Scalar { text: key.get_ref().to_string(), start: span.start, end: span.end, style: Style::Verbatim };
            (name, node(value, source, depth + 1))
        })
        .collect()
}

fn node(value: &Spanned<DeValue<'_>>, source: &Source<'_>, depth: usize) -> Node {
    if depth > config::MAX_DEPTH {
        return Node::Other;
    }
    match value.get_ref() {
        DeValue::String(text) => {
            let span = value.span();
            let raw = source.text.get(span.clone()).unwrap_or("");
            let quotes = if raw.len() >= 6 && (raw.starts_with("\"\"\"") || raw.starts_with("'''")) { 3 } else { 1 };
            let (start, end) = (span.start + quotes, span.end.saturating_sub(quotes).max(span.start + quotes));
            let style = if source.text.get(start..end) == Some(text.as_ref()) { Style::Verbatim } else { Style::Escaped };
            Node::Text(Scalar { text: text.to_string(), start, end, style })
        }
        DeValue::Array(items) => Node::List(items.iter().map(|i| node(i, source, depth + 1)).collect()),
        DeValue::Table(table) => Node::Map(pairs(table, source, depth)),
        _ => Node::Other,
    }
}

/// Reads lines of `key = value` or `key: value`.
pub fn lines(source: &Source<'_>, found: &mut Found<'_, '_>) {
    let mut at = 0;
    for line in source.text.split_inclusive('\n') {
        let begins = at;
        at += line.len();
        let body = line.trim();
        let comment = body.starts_with(['#', ';', '!']) || body.starts_with("//");
        let body = body.trim_start_matches(['#', ';', '!', '/', ' ']);
        let Some(split) = body.find(['=', ':']) else { continue };
        let (key, rest) = body.split_at(split);
        let value = rest.trim_start_matches(['=', ':', '>']).trim();
        let value = value.trim_end_matches([',', ';']).trim_matches(['"', '\'']);
        let key = key.trim().trim_matches(['"', '\'']);
        let wordy = key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        if value.is_empty() || key.is_empty() || !wordy {
            continue;
        }
        let Some(offset) = line.rfind(value) else { continue };
        let (start, end) = (begins + offset, begins + offset + value.len());
        let before = found.mention;
        if comment {
            found.mention = found.mention.or(Some(super::Role::Comment));
        }
        match key {
            // Of a service unit.
            "ExecStart" | "ExecStartPre" | "command" => super::shell::scan(&source.part(start, end), found),
            "Environment" => command::assignments(&Word::new(value, start, end), source, found),
            _ => command::named(key, KeyPlace::Config, "key", &Word::new(value, start, end), source, found),
        }
        found.mention = before;
    }
}

/// Reads a list: one model a line. A file in which any line is something else is no list.
pub fn list(source: &Source<'_>, found: &mut Found<'_, '_>) {
    let mut at = 0;
    let mut names = Vec::new();
    for line in source.text.split_inclusive('\n') {
        let begins = at;
        at += line.len();
        let body = line.split(" #").next().unwrap_or(line).trim();
        if body.is_empty() || body.starts_with('#') {
            continue;
        }
        let name = body.strip_prefix("hf:").unwrap_or(body);
        let how = super::book::How { form: if body.starts_with("ollama:") { Form::Ollama } else { Form::Qualified }, ..Default::default() };
        if !matches!(found.read(name.strip_prefix("ollama:").unwrap_or(name), &how), super::name::Named::Target { .. }) {
            return;
        }
        let start = begins + line.find(name).unwrap_or(0);
        names.push((start, name.to_string(), how));
    }
    for (start, name, how) in names {
        let used = Use { via: "list of models".into(), rank: 0, ..Use::default() };
        found.name(source, start..start + name.len(), name.strip_prefix("ollama:").unwrap_or(&name), &how, &used);
    }
}
