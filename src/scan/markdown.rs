//! Documents: the front matter of model cards, and the code blocks, which nothing runs.

use super::found::Found;
use super::source::Source;
use super::{Role, python, shell};
use crate::rules::scan::KeyPlace;
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// Reads a Markdown text.
pub fn scan(source: &Source<'_>, found: &mut Found<'_, '_>) {
    let text = source.text.as_ref();
    let body = front_matter(text).map_or(0, |(from, to, after)| {
        // What is wrong with the head of a document is no matter of this stage.
        let _ = super::yaml::scan(&source.part(from, to), KeyPlace::FrontMatter, found);
        after
    });
    if !text.contains("```") && !text.contains("~~~") {
        return;
    }
    let rest = text.get(body..).unwrap_or("");
    let mut block: Option<(String, Source<'static>)> = None;
    for (event, range) in Parser::new(rest).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let language = info.split([' ', ',', '{', ':']).next().unwrap_or("").to_lowercase();
                block = Some((language, Source::empty()));
            }
            Event::Text(_) => {
                if let Some((_, code)) = &mut block {
                    let raw = rest.get(range.clone()).unwrap_or("");
                    code.push(raw, source.at(body + range.start));
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                let Some((language, code)) = block.take() else { continue };
                found.mention = Some(Role::Documentation);
                match language.as_str() {
                    "python" | "py" | "python3" | "pycon" => drop(python::scan(&code, found)),
                    "bash" | "sh" | "shell" | "console" | "zsh" => shell::scan(&prompts(&code), found),
                    "js" | "javascript" | "ts" | "typescript" | "jsx" | "tsx" => {
                        drop(super::clike::scan(&code, super::clike::Dialect::Javascript, found));
                    }
                    "rust" | "rs" => drop(super::clike::scan(&code, super::clike::Dialect::Rust, found)),
                    "yaml" | "yml" => drop(super::yaml::scan(&code, KeyPlace::Config, found)),
                    "json" | "jsonc" => drop(super::json::scan(&code, found)),
                    "toml" => drop(super::keyed::toml(&code, found)),
                    "dockerfile" => super::docker::scan(&code, found),
                    _ => {}
                }
                found.mention = None;
            }
            _ => {}
        }
    }
}

/// Start and end of the front matter, and of what follows it.
fn front_matter(text: &str) -> Option<(usize, usize, usize)> {
    let from = text.strip_prefix("---\n").map(|_| 4).or_else(|| text.strip_prefix("---\r\n").map(|_| 5))?;
    let mut at = from;
    for line in text.get(from..)?.split_inclusive('\n') {
        if line.trim_end() == "---" {
            return Some((from, at, at + line.len()));
        }
        at += line.len();
    }
    None
}

/// Without the `$ ` that stands for the prompt.
fn prompts(code: &Source<'_>) -> Source<'static> {
    let mut out = Source::empty();
    let mut at = 0;
    for line in code.text.split_inclusive('\n') {
        let body = line.trim_start();
        let body = body.strip_prefix("$ ").unwrap_or(body);
        out.push(body, code.at(at + line.len() - body.len()));
        at += line.len();
    }
    out
}
