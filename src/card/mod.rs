//! A model card: front matter and prose, with the line at which everything stands. Parsed with a
//! real Markdown parser, so that code blocks, comments and quoted HTML are told from prose.
//!
//! This stage reads; what a heading or phrase means is said in `rules/card.toml`.

pub mod beside;
pub mod columns;
pub mod corpora;
pub mod front_matter;
pub mod papers;
mod reader;
pub mod recipe;
pub mod subject;
pub mod topics;

use front_matter::{FrontMatter, Split};
use reader::Reader;

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
    /// Its [`words`](crate::text::words), in which phrases are looked for.
    pub folded: String,
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
            for item in crate::card::front_matter::strings(Some(value)).into_iter().take(200) {
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
    fn links_in_html_have_words() {
        let card = Card::parse(b"<p>see <a href=\"https://a.example\">our <b>code</b></a> and <a href='https://b.example'><img src=x></a></p>\n\nText <a href=\"https://c.example\">here</a>, <a href=\"https://d.example\">open\n\nlast</a>\n");
        let links: Vec<_> = card.links.iter().map(|l| (l.url.as_str(), l.text.as_str())).collect();
        assert_eq!(
            links,
            [("https://a.example", "our code"), ("https://b.example", ""), ("https://c.example", "here"), ("https://d.example", "")]
        );
    }

    #[test]
    fn lines_with_labels_are_blocks() {
        let card = Card::parse(b"**Language:** English  \n**Training data:** [X](https://x.example)  \n**Code**: see\nbelow, **bold** words\n\n**One** word\n**and** another\n");
        let got: Vec<_> = card.blocks.iter().map(|b| (b.label.as_deref().unwrap_or(""), b.line, b.text.as_str())).collect();
        assert_eq!(
            got,
            [
                ("language", 1, "Language: English"),
                ("training data", 2, "Training data: X"),
                ("code", 3, "Code: see below, bold words"),
                ("one", 6, "One word and another"),
            ]
        );
        assert_eq!(card.links.first().map(|l| l.block), Some(1));
    }

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
