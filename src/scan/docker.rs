//! Dockerfiles, put into the words of a shell so that their variables reach their commands; Ollama's
//! Modelfiles; Makefiles, likewise.

use super::book::How;
use super::config::Node;
use super::found::{Found, Use};
use super::source::Source;
use crate::rules::scan::Form;

/// Reads a Dockerfile.
pub fn scan(source: &Source<'_>, found: &mut Found<'_, '_>) {
    let text = source.text.as_ref();
    let mut script = Source::empty();
    let mut at = 0;
    while at < text.len() {
        let end = instruction_end(text, at);
        let whole = text.get(at..end).unwrap_or("");
        let body = whole.trim_start();
        let begin = at + (whole.len() - body.len());
        let (word, rest) = body.split_once(char::is_whitespace).unwrap_or((body, ""));
        let rest_at = end - rest.len();
        match word.to_ascii_uppercase().as_str() {
            "RUN" | "CMD" | "ENTRYPOINT" | "SHELL" if rest.trim_start().starts_with('[') => exec(text, rest_at, end, source, &mut script),
            "RUN" | "CMD" | "ENTRYPOINT" => match rest.trim_start().strip_prefix("<<") {
                // RUN <<EOF: the lines are the script.
                Some(_) => {
                    let body = rest.find('\n').map_or(rest.len(), |n| n + 1);
                    script.push(rest.get(body..).unwrap_or(""), source.at(rest_at + body));
                }
                None => script.push(rest, source.at(rest_at)),
            },
            "ADD" => script.push(rest, source.at(rest_at)),
            // ENV KEY value
            "ENV" if !rest.split_whitespace().next().is_some_and(|w| w.contains('=')) => {
                let trimmed = rest.trim_start();
                if let Some((key, value)) = trimmed.split_once(char::is_whitespace) {
                    let key_at = rest_at + (rest.len() - trimmed.len());
                    script.push(key, source.at(key_at));
                    script.push("=", source.at(key_at + key.len()));
                    let value = value.trim_start();
                    script.push(value, source.at(end - value.len()));
                }
            }
            "ENV" | "ARG" => script.push(rest, source.at(rest_at)),
            _ if body.starts_with('#') => script.push(body, source.at(begin)),
            _ => {}
        }
        script.push("\n", source.at(end.saturating_sub(1)));
        at = end.max(at + 1);
    }
    super::shell::scan(&script, found);
}

/// The end of an instruction: continued lines, comments between them and here-documents belong to it.
fn instruction_end(text: &str, at: usize) -> usize {
    let mut end = at;
    let mut heredoc: Option<String> = None;
    for line in text.get(at..).unwrap_or("").split_inclusive('\n') {
        end += line.len();
        let body = line.trim();
        if let Some(delimiter) = &heredoc {
            if body == delimiter {
                break;
            }
            continue;
        }
        if let Some((_, after)) = body.split_once("<<").filter(|_| body.get(..3).is_some_and(|w| w.eq_ignore_ascii_case("run"))) {
            let word: String =
                after.trim_start_matches(['-', '"', '\'']).chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if !word.is_empty() {
                heredoc = Some(word);
                continue;
            }
        }
        let inside = end - line.len() > at;
        if body.ends_with('\\') || (inside && body.starts_with('#')) {
            continue;
        }
        break;
    }
    end
}

/// `["program", "argument"]` as words in quotes.
fn exec(text: &str, from: usize, to: usize, source: &Source<'_>, script: &mut Source<'static>) {
    let (roots, _) = super::json::parse(text.get(from..to).unwrap_or(""));
    let Some(Node::List(items)) = roots.first() else { return };
    for item in items {
        if let Node::Text(word) = item {
            let at = source.at(from + word.start);
            script.push("'", at.saturating_sub(1));
            script.push(text.get(from + word.start..from + word.end).unwrap_or(""), at);
            script.push("' ", source.at(from + word.end));
        }
    }
}

/// Reads a Modelfile.
pub fn modelfile(source: &Source<'_>, found: &mut Found<'_, '_>) {
    let mut at = 0;
    for line in source.text.split_inclusive('\n') {
        let begins = at;
        at += line.len();
        let mut words = line.split_whitespace();
        let (Some(word), Some(name)) = (words.next(), words.next()) else { continue };
        if word.eq_ignore_ascii_case("from") || word.eq_ignore_ascii_case("adapter") {
            let start = begins + line.rfind(name).unwrap_or(0);
            let how = How { form: Form::Ollama, ..How::default() };
            let used = Use { via: format!("Modelfile `{}`", word.to_ascii_uppercase()), rank: 0, ..Use::default() };
            found.name(source, start..start + name.len(), name, &how, &used);
        }
    }
}

/// Reads a Makefile or justfile: `MODEL ?= …` is a variable of the commands below.
pub fn makefile(source: &Source<'_>, found: &mut Found<'_, '_>) {
    let mut script = Source::empty();
    let mut at = 0;
    for line in source.text.split_inclusive('\n') {
        let begins = at;
        at += line.len();
        let named = line.split_once('=').map(|(n, v)| (n.trim_end_matches([':', '?', '+', '!']).trim_end(), v));
        let named = named.map(|(n, v)| (n.strip_prefix("export ").unwrap_or(n), v));
        match named {
            Some((name, value)) if !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_') => {
                script.push(name, source.at(begins));
                script.push("=", source.at(begins));
                let value = value.trim_start();
                script.push(value, source.at(begins + line.len() - value.len()));
            }
            _ => {
                let body = line.trim_start_matches(['\t', ' ', '@', '-']);
                script.push(body, source.at(begins + line.len() - body.len()));
            }
        }
    }
    super::shell::scan(&script, found);
}
