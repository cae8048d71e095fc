//! Training recipes that a card shows in a block of code: the YAML that a training tool was given. Several tools
//! write theirs into each card that they make.

use super::topics::topic_of;
use super::{Block, BlockKind, Card};
use crate::rules::Rules;
use crate::yaml::{self, Bounds, Repeated};
use serde_json::{Map, Value};

/// What a recipe names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Recipe {
    pub line: u32,
    /// Datasets, as they are written there: ids, names of the tool's own, addresses; paths of files are left out.
    pub datasets: Vec<String>,
    /// Models that training began with.
    pub bases: Vec<String>,
}

/// Recipes that one card is read for, and how much of each.
const MAX_RECIPES: usize = 5;
const BYTES: usize = 64 << 10;
const BOUNDS: Bounds = Bounds { events: 20_000, anchors: 100, replayed: 5_000 };
const MAX_NAMES: usize = 100;
/// Settings stand at the top, or under the name of a run.
const DEPTH: usize = 3;

/// The recipes of a card. Those that show how to go on with the model `own` are none of its own.
pub fn recipes(card: &Card, rules: &Rules, own: &str) -> Vec<Recipe> {
    let may = |b: &&Block| {
        b.kind == BlockKind::Code
            && b.text.len() <= BYTES
            && rules.word_list("recipe-setting").iter().any(|k| b.text.contains(k.as_str()))
            && !matches!(topic_of(card, b, rules), Some("usage" | "evaluation" | "citation"))
    };
    let read = card.blocks.iter().filter(may).take(MAX_RECIPES).filter_map(|block| {
        let Ok(Value::Object(top)) = yaml::parse(&block.text, BOUNDS, Repeated::LastWins) else { return None };
        let mut recipe = Recipe { line: block.line, ..Recipe::default() };
        read(&top, rules, DEPTH, &mut recipe);
        let is_empty = recipe.datasets.is_empty() && recipe.bases.is_empty();
        (!is_empty && !recipe.bases.iter().any(|b| b.eq_ignore_ascii_case(own))).then_some(recipe)
    });
    read.collect()
}

/// Reads a mapping of settings, or the mappings in it.
fn read(settings: &Map<String, Value>, rules: &Rules, depth: usize, out: &mut Recipe) {
    let has = |list: &str, key: &str| rules.word_list(list).iter().any(|k| k == key);
    if settings.keys().any(|k| has("recipe-setting", k)) {
        for (key, value) in settings {
            if has("recipe-datasets", key) {
                names(value, rules, &mut out.datasets);
            }
            if has("recipe-base", key)
                && let Some(id) = value.as_str()
                && id.contains('/')
                && !is_path(id)
            {
                add(id, &mut out.bases);
            }
        }
        return;
    }
    if depth > 1 {
        settings.values().filter_map(Value::as_object).take(MAX_NAMES).for_each(|inner| read(inner, rules, depth - 1, out));
    }
}

/// The names in a list of datasets: texts, mappings with a path, or mappings that begin with the name.
fn names(value: &Value, rules: &Rules, out: &mut Vec<String>) {
    match value {
        Value::String(s) => s.split(',').for_each(|name| add(name, out)),
        Value::Array(items) => items.iter().take(MAX_NAMES).for_each(|item| match item {
            Value::String(s) => add(s, out),
            Value::Object(map) => {
                let path = rules.word_list("recipe-path").iter().find_map(|k| map.get(k)?.as_str());
                let name = path.or_else(|| map.keys().next().filter(|_| map.len() == 1).map(String::as_str));
                name.into_iter().for_each(|name| add(name, out));
            }
            _ => {}
        }),
        Value::Object(shares) => shares.keys().take(MAX_NAMES).for_each(|name| add(name, out)),
        _ => {}
    }
}

fn add(name: &str, out: &mut Vec<String>) {
    let name = name.trim();
    if !name.is_empty() && !is_path(name) && out.len() < MAX_NAMES && !out.iter().any(|n| n == name) {
        out.push(name.to_string());
    }
}

/// A file or folder of whoever trained the model.
fn is_path(name: &str) -> bool {
    let lower = name.to_lowercase();
    let is_file = [".json", ".jsonl", ".parquet", ".csv", ".txt", ".arrow", ".gz", ".zst"].iter().any(|e| lower.ends_with(e));
    lower.starts_with(['.', '/', '~', '$']) || lower.contains('\\') || (is_file && !lower.starts_with("http"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::load(None).unwrap());

    fn shown(yaml: &str) -> Vec<Recipe> {
        let card = Card::parse(format!("# N\n\n```yaml\n{yaml}\n```\n").as_bytes());
        recipes(&card, &RULES, "o/n")
    }

    fn one(datasets: &[&str], bases: &[&str]) -> Vec<Recipe> {
        let owned = |l: &[&str]| l.iter().map(|s| (*s).to_string()).collect();
        vec![Recipe { line: 3, datasets: owned(datasets), bases: owned(bases) }]
    }

    #[test]
    fn recipes_of_several_tools() {
        let axolotl = "base_model: a/b\ndatasets:\n  - path: c/d\n    type: chat_template\n  - path: ./own.jsonl\n  - path: c/e\nlearning_rate: 2e-5\nmicro_batch_size: 1";
        assert_eq!(shown(axolotl), one(&["c/d", "c/e"], &["a/b"]));
        let nested = "run-7:\n  learning_rate: 6e-6\n  model_name: a/b\n  datasets:\n  - zork_export:\n      val_split: 0.05\n  - dolly15k:\n      val_split: 0.05\n  - squad";
        assert_eq!(shown(nested), one(&["zork_export", "dolly15k", "squad"], &["a/b"]));
        let mixer = "model_name_or_path: a/b\nlearning_rate: 2.0e-05\ndataset_mixer:\n  c/d: 1.0\n  c/e: 0.5";
        assert_eq!(shown(mixer), one(&["c/d", "c/e"], &["a/b"]));
        assert_eq!(shown("learning_rate: 1e-4\ndataset: identity,alpaca_en"), one(&["identity", "alpaca_en"], &[]));
    }

    #[test]
    fn what_is_no_recipe_of_this_model() {
        for yaml in [
            // Of no training, of another model's, no YAML, paths alone.
            "datasets:\n- path: c/d",
            "base_model: o/n\nlearning_rate: 1e-4\ndatasets:\n- path: your/data",
            "learning_rate: {{ lr }}: [",
            "learning_rate: 1e-4\ndatasets:\n- path: /workspace/data.json\nbase_model: ./out",
            "a:\n  b:\n    c:\n      learning_rate: 1\n      dataset: x",
        ] {
            assert_eq!(shown(yaml), [], "{yaml}");
        }
        let usage = "# N\n\n## Usage\n\n```yaml\nlearning_rate: 1e-4\ndatasets:\n- path: c/d\n```\n";
        assert_eq!(recipes(&Card::parse(usage.as_bytes()), &RULES, "o/n"), []);
    }

    proptest! {
        #[test]
        fn any_block(yaml in "(learning_rate: |datasets:|dataset: |path: |a/b|- |\\n|  |[{}\\[\\]&*!x,1]){0,60}") {
            for recipe in shown(&yaml) {
                prop_assert!(recipe.datasets.len() <= MAX_NAMES);
            }
        }
    }
}
