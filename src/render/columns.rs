//! Text in columns: tables that fit a width, and paragraphs folded to one.

use super::Style;
use tabled::builder::Builder;
use tabled::grid::config::HorizontalLine;
use tabled::settings::object::Columns;
use tabled::settings::themes::Theme;
use tabled::settings::{Modify, Padding, Style as TableStyle};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Blanks between columns.
pub const GAP: usize = 2;

/// A table that fits the width: the last column is folded into what the others leave.
pub fn table(mut rows: Vec<Vec<String>>, style: Style, headed: bool) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |i: usize| rows.iter().filter_map(|r| r.get(i)).flat_map(|c| c.lines()).map(|l| visible(l).width()).max().unwrap_or(0);
    let taken: usize = (0..columns.saturating_sub(1)).map(|i| widest(i) + GAP).sum();
    let left = style.width.saturating_sub(taken).max(12);
    for cell in rows.iter_mut().filter(|r| r.len() == columns).filter_map(|r| r.last_mut()) {
        *cell = cell.lines().map(|l| fold(l, left)).collect::<Vec<_>>().join("\n");
    }
    let mut builder = Builder::default();
    for row in rows {
        builder.push_record(row);
    }
    let mut t = builder.build();
    let mut theme = Theme::from_style(TableStyle::empty());
    if headed {
        theme.insert_horizontal_line(1, HorizontalLine::new(Some('─'), None, None, None));
    }
    t.with(theme);
    t.with(Padding::new(0, GAP, 0, 0));
    t.with(Modify::new(Columns::last()).with(Padding::zero()));
    // Trailing blanks are of no use to anybody.
    t.to_string().lines().map(|l| format!("{}\n", l.trim_end())).collect()
}

/// Folds plain text to a width; a word that is longer is cut behind a `/`, `-` or `.`, or anywhere.
pub fn fold(text: &str, width: usize) -> String {
    let mut lines: Vec<String> = vec![String::new()];
    let width = width.max(4);
    for word in text.split(' ') {
        let mut rest = word;
        let at = lines.last().map_or(0, |l| l.width());
        if at > 0 && at + 1 + rest.width() > width {
            // A long word begins on the line that has room for a part of it.
            if rest.width() <= width || at + 8 > width {
                lines.push(String::new());
            } else if let Some(l) = lines.last_mut() {
                l.push(' ');
            }
        } else if at > 0
            && let Some(l) = lines.last_mut()
        {
            l.push(' ');
        }
        while !rest.is_empty() {
            let room = width.saturating_sub(lines.last().map_or(0, |l| l.width()));
            let mut used = 0;
            let fits = rest.char_indices().find(|(_, c)| {
                used += c.width().unwrap_or(0);
                used > room
            });
            let Some((end, _)) = fits else {
                if let Some(l) = lines.last_mut() {
                    l.push_str(rest);
                }
                break;
            };
            let head = rest.get(..end).unwrap_or_default();
            // A dot last: it stands in version numbers.
            let behind = |marks: &[char]| head.rfind(marks).map(|i| i + 1).filter(|i| *i * 2 > head.len());
            let cut = behind(&['/', '-', '_']).or_else(|| behind(&['.'])).unwrap_or(end);
            let cut = if cut == 0 { rest.chars().next().map_or(rest.len(), char::len_utf8) } else { cut };
            if let Some(l) = lines.last_mut() {
                l.push_str(rest.get(..cut).unwrap_or_default());
            }
            rest = rest.get(cut..).unwrap_or_default();
            lines.push(String::new());
        }
    }
    lines.retain(|l| !l.is_empty());
    lines.join("\n")
}

/// Folds text to the width; lines after the first begin with `indent`.
pub fn wrap(text: &str, indent: &str, width: usize) -> String {
    let mut out = String::new();
    let mut at = 0;
    // A word that no line can hold is cut; words that this module coloured are short.
    let long = |word: &str| word.width() + indent.len() > width;
    let words = text.split(' ').flat_map(|word| {
        let cut = if long(word) { fold(word, width.saturating_sub(indent.len())) } else { word.to_string() };
        cut.split('\n').map(str::to_string).collect::<Vec<_>>()
    });
    for word in words {
        let word = word.as_str();
        let length = visible(word).width();
        if at > 0 && at + 1 + length > width {
            out.push('\n');
            out.push_str(indent);
            at = indent.len();
        } else if at > 0 {
            out.push(' ');
            at += 1;
        }
        out.push_str(word);
        at += length;
    }
    out.push('\n');
    out
}

/// A word without the colours that this module put there.
pub fn visible(word: &str) -> String {
    let mut out = String::new();
    let mut escape = false;
    for c in word.chars() {
        match c {
            '\u{1b}' => escape = true,
            'm' if escape => escape = false,
            c if !escape => out.push(c),
            _ => {}
        }
    }
    out
}
