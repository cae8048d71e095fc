//! What text in a program says of models beside its calls: literals and comments.

use super::super::Role;
use super::super::command::{self, Word};
use super::super::found::Found;
use super::super::source::Source;
use super::{Reader, scan};

impl<'t> Reader<'_, 't, '_> {
    /// Literal addresses, and lists that are command lines.
    pub(super) fn literals(&self, found: &mut Found<'_, '_>) {
        for string in &self.facts.strings {
            // f"https://huggingface.co/ORG/NAME/resolve/main/{file}": the name is constant.
            if self.facts.constant(*string).is_none()
                && let Some(begin) = string.named_child(1).filter(|n| n.kind() == "string_content")
                && self.facts.of(begin).contains("/resolve/")
            {
                found.literal(self.source, begin.byte_range(), self.facts.of(begin));
            }
            if let Some(range) = self.facts.constant(*string)
                && let Some(text) = self.facts.text.get(range.clone())
                && text.contains("://")
            {
                found.literal(self.source, range, text);
            }
        }
        for list in self.facts.lists.iter().filter(|l| l.kind() != "dictionary") {
            let mut walk = list.walk();
            let words: Vec<Word> = list
                .named_children(&mut walk)
                .take(200)
                .map(|n| match self.facts.constant(n) {
                    Some(r) => Word::new(self.facts.text.get(r.clone()).unwrap_or(""), r.start, r.end),
                    // What is not constant holds its place, and is no word.
                    None => Word::new("$", n.start_byte(), n.end_byte()),
                })
                .collect();
            if words.len() > 1 {
                command::scan(&words, self.source, found);
            }
        }
    }

    /// Code that is commented out, and examples in documentation strings.
    pub(super) fn comments(&self, found: &mut Found<'_, '_>) {
        let code = |s: &str| s.contains(['"', '\'']) && s.contains(['(', '=']);
        let mut block = Source::empty();
        let mut last = usize::MAX;
        let mut blocks = Vec::new();
        for comment in &self.facts.comments {
            let row = comment.start_position().row;
            if row != last.wrapping_add(1) {
                blocks.push(std::mem::replace(&mut block, Source::empty()));
            }
            last = row;
            let text = self.facts.of(*comment);
            let body = text.trim_start_matches('#');
            // One blank after the mark belongs to it, more are indentation.
            let body = body.strip_prefix(' ').unwrap_or(body);
            block.push(body, self.source.at(comment.end_byte() - body.len()));
            block.push("\n", self.source.at(comment.end_byte()));
        }
        blocks.push(block);
        for string in self.facts.strings.iter().filter(|s| self.facts.of(**s).contains(">>> ")) {
            let mut doc = Source::empty();
            let mut at = string.start_byte();
            for line in self.facts.of(*string).split_inclusive('\n') {
                let trimmed = line.trim_start();
                if let Some(body) = trimmed.strip_prefix(">>> ").or_else(|| trimmed.strip_prefix("... ")) {
                    doc.push(body, self.source.at(at + (line.len() - body.len())));
                }
                at += line.len();
            }
            self.mention(&doc, Role::Documentation, found);
        }
        for block in blocks.iter().filter(|b| code(&b.text)) {
            self.mention(block, Role::Comment, found);
        }
    }

    pub(super) fn mention(&self, source: &Source<'_>, role: Role, found: &mut Found<'_, '_>) {
        found.mention = Some(role);
        // What does not parse is prose.
        let _ = scan(source, found);
        found.mention = None;
    }
}
