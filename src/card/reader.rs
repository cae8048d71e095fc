//! The prose of a card, from Markdown: sections, blocks and links, each with its line.

use super::front_matter::Split;
use super::{Block, BlockKind, Link, Section};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// How much of a card is looked at; the rest is passed over.
const MAX_BLOCKS: usize = 20_000;
const MAX_LINKS: usize = 5_000;
const MAX_BLOCK_TEXT: usize = 16_384;

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
pub(super) struct Reader<'a> {
    body: &'a str,
    /// Byte offsets at which lines begin.
    line_starts: Vec<usize>,
    first_line: u32,
    pub(super) sections: Vec<Section>,
    pub(super) blocks: Vec<Block>,
    pub(super) links: Vec<Link>,
    text: String,
    start: usize,
    /// Bold text at the start of the block being read.
    bold: Option<String>,
    in_bold: bool,
    open_link: Option<(String, usize, usize)>,
    /// A link in HTML whose words are being read: its place among the links, and where they begin in the text.
    open_anchor: Option<(usize, usize)>,
    heading: Option<HeadingLevel>,
    code: bool,
    lists: usize,
    /// Where the text of the row's cell begins, and the cells before it.
    cell: usize,
    cells: Vec<String>,
    head: Option<usize>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(split: &Split<'a>) -> Self {
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
            open_anchor: None,
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

    pub(super) fn read(&mut self) {
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
                if self.begins_next_label() {
                    self.flush(BlockKind::Text);
                    self.start = at;
                }
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

    /// Bold words at the start of a line, in a paragraph of lines such as `**Language:** …`: each is a block of its own.
    fn begins_next_label(&self) -> bool {
        let at_line = self.text.trim_end_matches(' ').ends_with('\n') && self.open_link.is_none();
        let labelled = |bold: &String| {
            let behind = self.text.trim_start().strip_prefix(bold.as_str()).unwrap_or_default();
            bold.trim_end().ends_with([':', '：']) || behind.trim_start().starts_with([':', '：'])
        };
        at_line && !self.code && self.heading.is_none() && self.bold.as_ref().is_some_and(labelled)
    }

    /// Ends the block being read.
    fn flush(&mut self, kind: BlockKind) {
        let text = if kind == BlockKind::Code { self.text.trim_end().to_string() } else { crate::text::squeeze(&self.text) };
        let cells = std::mem::take(&mut self.cells);
        self.text.clear();
        self.open_anchor = None;
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
        let folded = crate::text::words(&text);
        self.blocks.push(Block { kind, section, line, text, folded, label: bold, plain_label, in_list, cells, head });
    }

    fn end_heading(&mut self, level: HeadingLevel) {
        let heading = crate::text::words(&self.text);
        self.text.clear();
        self.open_anchor = None;
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

    /// Ends a link in HTML: what was read since it began are its words.
    fn close_anchor(&mut self) {
        if let Some((link, from)) = self.open_anchor.take()
            && let Some(link) = self.links.get_mut(link)
            && let Some(words) = self.text.get(from..)
        {
            link.text = crate::text::squeeze(words);
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
                let link = self.links.len();
                self.link(url, "", offset);
                self.open_anchor = Some((link, self.text.len()));
            } else if tag.starts_with("</a>") {
                self.close_anchor();
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
