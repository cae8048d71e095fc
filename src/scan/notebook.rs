//! Jupyter notebooks: the code cells put together are one Python text, each part of which knows where it
//! stands in the file; lines for the shell are read as such. Outputs are not looked at.

use super::config::{Node, Scalar};
use super::found::Found;
use super::source::Source;

/// Reads a notebook.
///
/// # Errors
/// Why it was not read, or not wholly.
pub fn scan(source: &Source<'_>, found: &mut Found<'_, '_>) -> Result<(), String> {
    let (roots, error) = super::json::parse(&source.text);
    let Some(Node::Map(top)) = roots.first() else { return Err("no notebook".into()) };
    let get = |map: &[(Scalar, Node)], key: &str| map.iter().find(|(k, _)| k.text == key).map(|(_, v)| v.clone());
    let language = match get(top, "metadata") {
        Some(Node::Map(metadata)) => match (get(&metadata, "language_info"), get(&metadata, "kernelspec")) {
            (Some(Node::Map(info)), _) => get(&info, "name"),
            (_, Some(Node::Map(kernel))) => get(&kernel, "language"),
            _ => None,
        },
        _ => None,
    };
    let python = match language {
        Some(Node::Text(name)) => matches!(name.text.to_lowercase().as_str(), "python" | "python3" | "ipython"),
        _ => true,
    };
    let mut program = Source::empty();
    let mut shell = Source::empty();
    // Older notebooks have their cells in worksheets.
    let worksheets = match get(top, "worksheets") {
        Some(Node::List(sheets)) => sheets.iter().filter_map(|s| if let Node::Map(m) = s { get(m, "cells") } else { None }).collect(),
        _ => Vec::new(),
    };
    for cells in get(top, "cells").into_iter().chain(worksheets) {
        let Node::List(cells) = cells else { continue };
        for cell in &cells {
            let Node::Map(cell) = cell else { continue };
            let is_code = matches!(get(cell, "cell_type"), Some(Node::Text(t)) if t.text == "code");
            if is_code && let Some(body) = get(cell, "source").or_else(|| get(cell, "input")) {
                self::cell(&text_of(&body, source), &mut program, &mut shell);
            }
        }
    }
    super::shell::scan(&shell, found);
    if python {
        super::python::scan(&program, found)?;
    }
    error.map_or(Ok(()), Err)
}

/// A cell's text: one string, or a list of lines.
fn text_of(body: &Node, source: &Source<'_>) -> Source<'static> {
    let mut out = Source::empty();
    let mut push = |node: &Node| {
        if let Node::Text(text) = node {
            super::json::unescape(source, text.start, text.end, &mut out);
        }
    };
    match body {
        Node::List(lines) => lines.iter().for_each(push),
        one => push(one),
    }
    out
}

/// Sorts the lines of a cell.
fn cell(text: &Source<'_>, program: &mut Source<'static>, shell: &mut Source<'static>) {
    let first = text.text.lines().find(|l| !l.trim().is_empty()).unwrap_or("");
    let magic = first.strip_prefix("%%").map(|m| m.split_whitespace().next().unwrap_or(""));
    let whole_shell = matches!(magic, Some("bash" | "sh" | "shell" | "cmd")) || first.starts_with("%%script bash");
    let foreign =
        matches!(magic, Some("html" | "javascript" | "js" | "R" | "latex" | "markdown" | "svg" | "writefile" | "sql" | "perl" | "ruby"));
    if foreign {
        return;
    }
    let mut at = 0;
    let mut continued = false;
    for line in text.text.split_inclusive('\n') {
        let begins = at;
        at += line.len();
        let body = line.trim_start();
        let begin = begins + (line.len() - body.len());
        let command = body.strip_prefix(['!', '%']);
        if whole_shell || continued || command.is_some() {
            // `!pip …`, `%pip …`, `%env KEY=value`
            let body = command.map_or(body, |c| c.trim_start_matches(['!', '%']));
            let body = body.strip_prefix("env ").unwrap_or(body);
            shell.push(body, text.at(begin + (line.trim_start().len() - body.len())));
            if !body.ends_with('\n') {
                shell.push("\n", text.at(begin));
            }
            continued = !whole_shell && body.trim_end().ends_with('\\');
            // What follows stays where it is.
            let indent = line.get(..line.len() - line.trim_start().len()).unwrap_or("");
            program.push(indent, text.at(begins));
            program.push("pass\n", text.at(begins));
        } else {
            for_program(line, begins, text, program);
        }
    }
    if !program.text.ends_with('\n') {
        program.push("\n", text.at(text.text.len()));
    }
}

/// Adds a line, piece by piece where the text was put together from pieces.
fn for_program(line: &str, begins: usize, text: &Source<'_>, program: &mut Source<'static>) {
    let part = text.part(begins, begins + line.len());
    part.pieces(|piece, at| program.push(piece, at));
}
