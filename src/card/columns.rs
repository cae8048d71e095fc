//! Columns of tables that name training data: "| Model | Size | Training data |".

use super::topics::section_topic;
use super::{Block, BlockKind, Card};
use crate::rules::Rules;
use crate::text;

/// What a row says of training data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'c> {
    /// This, of the model whose card it is.
    Own(&'c str),
    /// The row is another model's.
    Other,
}

/// The cell of a row in the table's column on training data. `own` is the id of the model: where a table has
/// rows on several models, those of others are not its own.
pub fn data_cell<'c>(card: &'c Card, index: usize, block: &'c Block, rules: &Rules, own: &str) -> Option<Cell<'c>> {
    let (head, at) = data_column(card, block, rules)?;
    if block.head == Some(index) {
        return None;
    }
    let cell = block.cells.get(at).filter(|c| c.chars().any(char::is_alphabetic))?;
    // Rows are called by their first cell, if that is not the one on data: by the model's name, or by that of the line
    // of models that it belongs to.
    let rows = || card.blocks.iter().enumerate().filter(|(i, b)| b.head == block.head && Some(*i) != block.head).map(|(_, b)| b);
    let is_called = |b: &Block, exactly: bool| at != 0 && b.cells.first().is_some_and(|name| names(name, own, exactly));
    let by_name = rows().any(|b| is_called(b, true));
    let is_own = |b: &Block| is_called(b, by_name);
    let of_models = at != 0 && rows().count() > 1 && (rows().any(&is_own) || head.cells.first().is_some_and(|h| is_model(h, rules)));
    Some(if of_models && !is_own(block) { Cell::Other } else { Cell::Own(cell) })
}

/// The head of a row's table, and which of its columns is on training data. "Dataset" alone heads results as
/// often: it counts under a heading on training, or beside models where nothing is measured.
fn data_column<'c>(card: &'c Card, block: &Block, rules: &Rules) -> Option<(&'c Block, usize)> {
    if block.kind != BlockKind::TableRow || block.cells.len() < 2 {
        return None;
    }
    let head = card.blocks.get(block.head?)?;
    let topic = section_topic(card, head.section, rules);
    if matches!(topic, Some("citation" | "evaluation" | "usage" | "license" | "base-model")) {
        return None;
    }
    let folded: Vec<String> = head.cells.iter().map(|c| text::words(c)).collect();
    if let Some(at) = folded.iter().position(|c| rules.says(c, "training-data-label")) {
        return Some((head, at));
    }
    let on_training = matches!(topic, Some("training" | "training-data"));
    let measured = folded.iter().any(|c| rules.says(c, "metric"));
    let beside_models = folded.first().is_some_and(|h| is_model(h, rules));
    let at = folded.iter().position(|c| rules.phrase_list("data-column").iter().any(|p| c == p))?;
    (!measured && (on_training || beside_models)).then_some((head, at))
}

fn is_model(heading: &str, rules: &Rules) -> bool {
    let folded = text::words(heading);
    rules.phrase_list("model-column").iter().any(|p| folded == *p || folded.starts_with(&format!("{p} ")))
}

/// Whether the first cell of a row names the model, or, unless it has to be exactly so, the line of models that it
/// belongs to.
fn names(cell: &str, own: &str, exactly: bool) -> bool {
    let join = |s: &str| -> String { text::words(s).split(' ').collect() };
    let (cell, id) = (join(cell), join(own));
    let name = join(own.split_once('/').map_or(own, |(_, n)| n));
    let same = cell == id || cell == name;
    same || (!exactly && cell.chars().count() > 2 && (name.contains(&cell) || cell.contains(&name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(body: &str, own: &str) -> Vec<Option<String>> {
        let rules = Rules::load(None).unwrap();
        let card = Card::parse(body.as_bytes());
        card.blocks
            .iter()
            .enumerate()
            .filter_map(|(i, b)| data_cell(&card, i, b, &rules, own))
            .map(|c| match c {
                Cell::Own(cell) => Some(cell.to_string()),
                Cell::Other => None,
            })
            .collect()
    }

    #[test]
    fn columns_on_training_data() {
        let table = |head: &str| format!("| Model | {head} |\n|---|---|\n| zork-7b | C4 |\n| frotz-7b | Dolma |\n");
        for head in
            ["Training data", "Pre-training data", "训练数据", "学習データ", "Trainingsdaten", "Données d'entraînement", "학습 데이터"]
        {
            assert_eq!(cells(&table(head), "o/zork-7b"), [Some("C4".into()), None], "{head}");
        }
        assert_eq!(cells(&table("Datasets"), "o/zork-7b-chat"), [Some("C4".into()), None]);
        assert_eq!(cells(&table("Datasets"), "o/other"), [None, None]);
        // The first cell of the head may be empty.
        assert_eq!(cells("| | Training Data |\n|---|---|\n| Zork | C4 |\n", "o/zork-7b"), [Some("C4".into())]);
    }

    #[test]
    fn columns_on_something_else() {
        assert_eq!(cells("| Model | Dataset | F1 |\n|---|---|---|\n| zork | SQuAD | 80 |\n", "o/zork"), []);
        assert_eq!(cells("| Dataset | Samples |\n|---|---|\n| SQuAD | 80 |\n", "o/zork"), []);
        assert_eq!(cells("## Evaluation\n| Model | Training data |\n|---|---|\n| zork | C4 |\n", "o/zork"), []);
        assert_eq!(cells("## Training\n| Dataset | Samples |\n|---|---|\n| C4 | 80 |\n", "o/zork"), [Some("C4".into())]);
        assert_eq!(cells("| Model | Training data |\n|---|---|\n| zork | - |\n", "o/zork"), []);
    }
}
