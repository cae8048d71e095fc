//! A model card: front matter and prose, with the line at which everything stands. Parsed with a
//! real Markdown parser, so that code blocks, comments and quoted HTML are told from prose.
//!
//! This stage reads; what a heading or phrase means is said in `rules/card.toml`.

pub mod columns;
pub mod corpora;
pub mod front_matter;
pub mod papers;
pub mod subject;
pub mod topics;

use front_matter::{FrontMatter, Split};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// A parsed card.
#[derive(Debug, Clone)]
pub struct Card {
    pub front: FrontMatter,
    pub sections: Vec<Section>,
    pub blocks: Vec<Block>,
    pub links: Vec<Link>,
    /// Metadata keys seen in a fenced block that is not front matter, with its line.
    pub misplaced: Option<u32>,
    /// Lines at which front-matter keys stand.
    lines: Vec<(String, Option<String>, u32)>,
}

/// A heading and what it stands under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Folded with [`crate::text::words`]; empty for what stands before the first heading.
    pub heading: String,
    pub level: u8,
    pub line: u32,
    pub parent: Option<usize>,
}

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub kind: BlockKind,
    /// Index into the card's sections.
    pub section: usize,
    pub line: u32,
    /// White space folded.
    pub text: String,
    /// The bold words that it begins with, folded: `**Repository:** …`.
    pub label: Option<String>,
    /// The same without bold: a few words before a colon, or the first of a row's two cells.
    pub plain_label: Option<String>,
    /// It stands in a list.
    pub in_list: bool,
    /// Of a row: its cells, and the block that holds the head of its table. The head names itself.
    pub cells: Vec<String>,
    pub head: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    Text,
    TableRow,
    Code,
}

/// A link in text, HTML or as a bare address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub url: String,
    pub text: String,
    pub line: u32,
    pub section: usize,
    /// Index into the card's blocks of the text that it stands in.
    pub block: usize,
}

/// How much of a card is looked at; the rest is passed over.
const MAX_BLOCKS: usize = 20_000;
const MAX_LINKS: usize = 5_000;
const MAX_BLOCK_TEXT: usize = 16_384;

impl Block {
    /// What it says it is about, in bold or before a colon.
    pub fn any_label(&self) -> Option<&str> {
        self.label.as_deref().or(self.plain_label.as_deref())
    }
}

impl Card {
    /// Parses a card; bytes that are not UTF-8 are replaced.
    pub fn parse(bytes: &[u8]) -> Card {
        let text = String::from_utf8_lossy(bytes);
        let split = front_matter::split(&text);
        let mut reader = Reader::new(&split);
        reader.read();
        let misplaced = misplaced_head(&split);
        let Reader { sections, blocks, links, .. } = reader;
        let mut lines = Vec::new();
        for key in [
            "license",
            "license_name",
            "license_link",
            "base_model",
            "base_model_relation",
            "datasets",
            "tags",
            "extra_gated_prompt",
            "model-index",
            "widget",
        ] {
            let Some(value) = split.front.get(key) else { continue };
            if let Some(line) = front_matter::line_of(&split, key, None) {
                lines.push((key.to_string(), None, line));
            }
            for item in crate::hub::record::strings(Some(value)).into_iter().take(200) {
                if let Some(line) = front_matter::line_of(&split, key, Some(&item)) {
                    lines.push((key.to_string(), Some(item), line));
                }
            }
        }
        Card { front: split.front, sections, blocks, links, misplaced, lines }
    }

    /// The line of a front-matter key, or of one of its items.
    pub fn front_line(&self, key: &str, item: Option<&str>) -> Option<u32> {
        let find = |item: Option<&str>| self.lines.iter().find(|(k, i, _)| k == key && i.as_deref() == item).map(|l| l.2);
        find(item).or_else(|| find(None))
    }

    /// Whether there is prose: a paragraph, list or table beyond headings, code and placeholders.
    pub fn prose_words(&self) -> usize {
        let placeholder = |t: &str| t.contains("More Information Needed") || t.contains("more information needed");
        self.blocks
            .iter()
            .filter(|b| b.kind != BlockKind::Code && !placeholder(&b.text))
            .map(|b| b.text.split(' ').count().max(b.text.chars().filter(|c| !c.is_ascii()).count() / 2))
            .sum()
    }

    /// The headings that a block stands under, innermost first.
    pub fn headings(&self, section: usize) -> impl Iterator<Item = &Section> {
        let mut at = Some(section);
        std::iter::from_fn(move || {
            let section = self.sections.get(at?)?;
            at = section.parent;
            Some(section)
        })
    }
}

/// The saved body of a hub's error page, which some tools store as a card.
pub fn is_saved_error(bytes: &[u8]) -> bool {
    matches!(bytes.trim_ascii(), b"Entry not found" | b"404: Not Found" | b"Not Found" | b"Invalid username or password.")
}

/// A fenced block of metadata that the hub does not read: at the end of the file, a second one, or
/// one that is never closed.
fn misplaced_head(split: &Split<'_>) -> Option<u32> {
    let is_meta = |l: &str| {
        let l = l.trim_start_matches('-').trim_start();
        ["license:", "base_model:", "datasets:", "language:", "tags:", "library_name:", "pipeline_tag:"].iter().any(|k| l.starts_with(k))
    };
    let mut fence = (split.front == FrontMatter::Unclosed).then_some(1);
    let mut in_code = false;
    for (i, line) in split.body.lines().enumerate() {
        let number = split.body_line + u32::try_from(i).unwrap_or(0);
        let line = line.trim_end();
        if line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~") {
            in_code = !in_code;
            fence = None;
        } else if line == "---" && !in_code {
            fence = Some(number);
        } else if fence.is_some() && is_meta(line) {
            return fence;
        } else if line.is_empty() || line.starts_with([' ', '-', '#']) || line.contains(": ") {
        } else {
            fence = None;
        }
    }
    None
}

/// The level of a line in bold that stands for a heading: below all real ones.
const BOLD_LEVEL: u8 = 7;

/// Whether a paragraph that is nothing but bold reads as a heading: few words, no sentence.
fn is_title(bold: &str, text: &str) -> bool {
    crate::text::words(text) == bold && bold.split(' ').count() <= 6 && !text.trim_end_matches('*').ends_with(['.', '!', '?', '。'])
}

/// `Base model: …` without bold, and the first of two cells.
fn plain_label(kind: BlockKind, text: &str) -> Option<String> {
    let (label, rest) = match kind {
        BlockKind::Text => text.split_once(':').or_else(|| text.split_once('：')).filter(|(_, rest)| !rest.starts_with("//"))?,
        BlockKind::TableRow => text.split_once(" | ").filter(|(_, rest)| !rest.contains(" | "))?,
        BlockKind::Code => return None,
    };
    let few = label.split(' ').count() <= 4 && label.chars().count() <= 40;
    let label = crate::text::words(label);
    (few && !label.is_empty() && !rest.trim().is_empty()).then_some(label)
}

/// Walks the Markdown events and collects.
struct Reader<'a> {
    body: &'a str,
    /// Byte offsets at which lines begin.
    line_starts: Vec<usize>,
    first_line: u32,
    sections: Vec<Section>,
    blocks: Vec<Block>,
    links: Vec<Link>,
    text: String,
    start: usize,
    /// Bold text at the start of the block being read.
    bold: Option<String>,
    in_bold: bool,
    open_link: Option<(String, usize, usize)>,
    heading: Option<HeadingLevel>,
    code: bool,
    lists: usize,
    /// Where the text of the row's cell begins, and the cells before it.
    cell: usize,
    cells: Vec<String>,
    head: Option<usize>,
}

impl<'a> Reader<'a> {
    fn new(split: &Split<'a>) -> Self {
        let line_starts = std::iter::once(0).chain(split.body.match_indices('\n').map(|(i, _)| i + 1)).collect();
        Reader {
            body: split.body,
            line_starts,
            first_line: split.body_line,
            sections: vec![Section { heading: String::new(), level: 0, line: split.body_line, parent: None }],
            blocks: Vec::new(),
            links: Vec::new(),
            text: String::new(),
            start: 0,
            bold: None,
            in_bold: false,
            open_link: None,
            heading: None,
            code: false,
            lists: 0,
            cell: 0,
            cells: Vec::new(),
            head: None,
        }
    }

    fn line(&self, offset: usize) -> u32 {
        let index = self.line_starts.partition_point(|s| *s <= offset).saturating_sub(1);
        self.first_line + u32::try_from(index).unwrap_or(0)
    }

    fn read(&mut self) {
        let body = self.body;
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
        for (event, range) in Parser::new_ext(body, options).into_offset_iter() {
            if self.blocks.len() >= MAX_BLOCKS {
                return;
            }
            self.event(event, range.start);
        }
        self.flush(BlockKind::Text);
    }

    fn event(&mut self, event: Event<'_>, at: usize) {
        match event {
            Event::Start(tag) => self.open(tag, at),
            Event::End(tag) => self.close(tag),
            Event::Text(t) => {
                if !self.code && self.open_link.is_none() {
                    self.bare_links(&t, at);
                }
                self.push(&t, at);
            }
            Event::Code(t) => self.push(&t, at),
            Event::SoftBreak | Event::HardBreak => self.push("\n", at),
            Event::Html(t) | Event::InlineHtml(t) => self.html(&t, at),
            Event::TaskListMarker(done) => self.push(if done { "[x] " } else { "[ ] " }, at),
            _ => {}
        }
    }

    fn open(&mut self, tag: Tag<'_>, at: usize) {
        match tag {
            Tag::Heading { level, .. } => {
                self.flush(BlockKind::Text);
                self.heading = Some(level);
                self.start = at;
            }
            Tag::CodeBlock(_) => {
                self.flush(BlockKind::Text);
                self.code = true;
                self.start = at;
            }
            Tag::List(_) => {
                self.flush(BlockKind::Text);
                self.lists += 1;
            }
            Tag::Paragraph | Tag::Item | Tag::TableRow | Tag::TableHead | Tag::HtmlBlock => {
                self.flush(BlockKind::Text);
                self.start = at;
            }
            Tag::TableCell => {
                if !self.text.is_empty() {
                    self.text.push_str(" | ");
                }
                self.cell = self.text.len();
            }
            Tag::Strong => {
                self.in_bold = self.text.trim().is_empty() && self.bold.is_none();
            }
            // An image is a picture of something, not a source; a link around it is kept.
            Tag::Link { dest_url, .. } if self.open_link.is_none() => {
                self.open_link = Some((dest_url.into_string(), at, self.text.len()));
            }
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => self.end_heading(level),
            TagEnd::CodeBlock => {
                self.flush(BlockKind::Code);
                self.code = false;
            }
            TagEnd::Paragraph | TagEnd::Item | TagEnd::HtmlBlock => self.flush(BlockKind::Text),
            TagEnd::List(_) => self.lists = self.lists.saturating_sub(1),
            TagEnd::TableCell => {
                let cell = self.text.get(self.cell..).unwrap_or_default();
                self.cells.push(crate::text::squeeze(cell));
            }
            TagEnd::TableHead => {
                self.head = Some(self.blocks.len());
                self.flush(BlockKind::TableRow);
            }
            TagEnd::TableRow => self.flush(BlockKind::TableRow),
            TagEnd::Table => self.head = None,
            TagEnd::Strong => self.in_bold = false,
            TagEnd::Link => {
                if let Some((url, at, from)) = self.open_link.take() {
                    let text = self.text.get(from..).unwrap_or_default().to_string();
                    self.link(url, &text, at);
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, t: &str, at: usize) {
        if self.text.is_empty() && !self.code && self.heading.is_none() {
            self.start = at;
        }
        if self.text.len() < MAX_BLOCK_TEXT {
            self.text.push_str(t);
        }
        if self.in_bold {
            self.bold.get_or_insert_default().push_str(t);
        }
    }

    /// Ends the block being read.
    fn flush(&mut self, kind: BlockKind) {
        let text = if kind == BlockKind::Code { self.text.trim_end().to_string() } else { crate::text::squeeze(&self.text) };
        let cells = std::mem::take(&mut self.cells);
        self.text.clear();
        let bold = self.bold.take().map(|b| crate::text::words(&b)).filter(|b| !b.is_empty());
        self.in_bold = false;
        if text.is_empty() || self.heading.is_some() {
            return;
        }
        let line = self.line(self.start);
        let links_something = self.links.last().is_some_and(|l| l.block == self.blocks.len());
        if kind == BlockKind::Text && self.lists == 0 && !links_something && bold.as_deref().is_some_and(|b| is_title(b, &text)) {
            self.section(bold.unwrap_or_default(), BOLD_LEVEL, line);
            return;
        }
        let plain_label = if bold.is_none() { plain_label(kind, &text) } else { None };
        let (section, in_list) = (self.sections.len() - 1, self.lists > 0);
        let head = self.head.filter(|_| kind == BlockKind::TableRow);
        self.blocks.push(Block { kind, section, line, text, label: bold, plain_label, in_list, cells, head });
    }

    fn end_heading(&mut self, level: HeadingLevel) {
        let heading = crate::text::words(&self.text);
        self.text.clear();
        self.bold = None;
        self.in_bold = false;
        self.heading = None;
        let line = self.line(self.start);
        self.section(heading, level as u8, line);
    }

    fn section(&mut self, heading: String, level: u8, line: u32) {
        let mut parent = Some(self.sections.len() - 1);
        while let Some(p) = parent
            && self.sections.get(p).is_some_and(|s| s.level >= level)
        {
            parent = self.sections.get(p).and_then(|s| s.parent);
        }
        self.sections.push(Section { heading, level, line, parent });
    }

    fn link(&mut self, url: String, text: &str, at: usize) {
        if self.links.len() < MAX_LINKS {
            self.links.push(Link {
                url: url.trim().to_string(),
                text: crate::text::squeeze(text),
                line: self.line(at),
                section: self.sections.len() - 1,
                block: self.blocks.len(),
            });
        }
    }

    /// Addresses that stand in text as they are.
    fn bare_links(&mut self, t: &str, at: usize) {
        let mut from = 0;
        while let Some(found) = t.get(from..).and_then(|rest| rest.find("http")) {
            let start = from + found;
            let rest = t.get(start..).unwrap_or_default();
            if !rest.starts_with("http://") && !rest.starts_with("https://") {
                from = start + 4;
                continue;
            }
            let end = rest
                .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`' | ')' | ']' | '}' | '|' | '，' | '。' | '）'))
                .unwrap_or(rest.len());
            let url = rest.get(..end).unwrap_or_default().trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*']);
            self.link(url.to_string(), url, at + start);
            from = start + end.max(4);
        }
    }

    /// Links and text in HTML; comments are passed over.
    fn html(&mut self, html: &str, at: usize) {
        let mut rest = html;
        let mut offset = at;
        while let Some(open) = rest.find('<') {
            let (text, tag) = rest.split_at(open);
            if !text.trim().is_empty() {
                self.push(text, offset);
            }
            offset += open;
            let (tag, length) = if tag.starts_with("<!--") {
                ("", tag.find("-->").map_or(tag.len(), |i| i + 3))
            } else {
                let end = tag.find('>').map_or(tag.len(), |i| i + 1);
                (tag.get(..end).unwrap_or_default(), end)
            };
            if let Some(url) = attribute(tag, "href") {
                self.link(url, "", offset);
            }
            if tag.starts_with("</") || tag.starts_with("<br") || tag.starts_with("<p") || tag.starts_with("<li") || tag.starts_with("<t") {
                self.text.push(' ');
            }
            rest = rest.get(open + length..).unwrap_or_default();
            offset += length;
        }
        if !rest.trim().is_empty() {
            self.push(rest, offset);
        }
    }
}

/// The value of an attribute in an opening tag.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag.to_ascii_lowercase().find(&format!("{name}="))? + name.len() + 1;
    let rest = tag.get(at..)?;
    let value = match rest.chars().next()? {
        quote @ ('"' | '\'') => rest.get(1..)?.split(quote).next()?,
        _ => rest.split([' ', '>', '\t', '\n']).next()?,
    };
    Some(value.replace("&amp;", "&"))
}

/// Whether an address is that of a picture.
pub fn is_image(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or(url).to_lowercase();
    [".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp"].iter().any(|e| path.ends_with(e)) || path.contains("img.shields.io")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CARD: &str = "---\nlicense: mit\n---\n# My Model\n\nIntro with [code](https://github.com/o/r).\n\n## Training Data\n\n- **Dataset:** see https://huggingface.co/datasets/o/d.\n\n```python\nload('https://example.org/not-a-link')\n```\n\n<!-- <a href=\"https://hidden.example\">x</a> -->\n<a href='https://shown.example?a=1&amp;b=2'>here</a>\n\n| Base | Size |\n|---|---|\n| Llama | 8B |\n";

    #[test]
    fn structure_and_lines() {
        let c = Card::parse(CARD.as_bytes());
        let headings: Vec<_> = c.sections.iter().map(|s| (s.heading.as_str(), s.level, s.line)).collect();
        assert_eq!(headings, [("", 0, 4), ("my model", 1, 4), ("training data", 2, 8)]);
        let links: Vec<_> = c.links.iter().map(|l| (l.url.as_str(), l.line, l.section)).collect();
        assert_eq!(
            links,
            [("https://github.com/o/r", 6, 1), ("https://huggingface.co/datasets/o/d", 10, 2), ("https://shown.example?a=1&b=2", 17, 2)]
        );
        let item = c.blocks.iter().find(|b| b.label.is_some()).unwrap();
        assert_eq!((item.label.as_deref(), item.line), (Some("dataset"), 10));
        assert!(c.blocks.iter().any(|b| b.kind == BlockKind::Code && b.text.contains("not-a-link")));
        assert!(c.blocks.iter().any(|b| b.kind == BlockKind::TableRow && b.text == "Llama | 8B"));
        assert_eq!(c.front_line("license", Some("mit")), Some(2));
        // A link knows its block.
        let block = &c.blocks[c.links[1].block];
        assert!(block.text.contains("Dataset"));
    }

    #[test]
    fn metadata_that_the_hub_ignores() {
        assert_eq!(Card::parse(b"# T\n\ntext\n\n---\nlicense: mit\n---\n").misplaced, Some(5));
        assert_eq!(Card::parse(b"---\nlicense: mit\n").misplaced, Some(1));
        assert_eq!(Card::parse(b"# T\n\n---\n\nA rule.\n").misplaced, None);
        assert_eq!(Card::parse(b"# T\n\n```yaml\n---\nlicense: mit\n---\n```\n").misplaced, None);
    }

    #[test]
    fn nesting_ends() {
        for (open, n) in [("> ", 10_000), ("- ", 10_000), ("[", 20_000), ("*a", 20_000), ("<b>", 20_000)] {
            let card = open.repeat(n);
            let _ = Card::parse(card.as_bytes());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_parse(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = Card::parse(&bytes);
        }

        #[test]
        fn any_markdown_parses(s in "[-#*_`>\\[\\]()<a href=\"x\">!|:.\n 1a训]{0,300}") {
            let card = Card::parse(s.as_bytes());
            for link in &card.links {
                prop_assert!(link.section < card.sections.len());
            }
        }
    }
}
