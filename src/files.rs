//! What the files of a model repository are, by the patterns of `rules/files.toml`, and whether a
//! sharded set of weights is complete.

use crate::digest::BlobDigest;
use crate::rules::Rules;
use crate::rules::files::Kind;
use std::collections::{BTreeMap, BTreeSet};

/// A file of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    pub path: String,
    /// Bytes, where the record says.
    pub size: Option<u64>,
    pub digest: Option<BlobDigest>,
}

/// The kind and, for weights, the format of a path.
fn classify<'r>(path: &str, rules: &'r Rules) -> Option<(Kind, Option<&'r str>)> {
    let lower = path.to_lowercase();
    let class = rules.file_class(&lower)?;
    Some((Kind::of_rule(class.id.get_ref())?, class.format.as_deref()))
}

/// The kind of a path.
pub fn kind(path: &str, rules: &Rules) -> Option<Kind> {
    classify(path, rules).map(|c| c.0)
}

/// Whether a path or address, in lower case, ends as files of data do (`data-file` in `rules/card.toml`).
pub fn ends_as_data(path: &str, rules: &Rules) -> bool {
    rules.phrase_list("data-file").iter().any(|e| path.ends_with(&format!(".{}", e.replace(' ', "."))))
}

/// The files of a repository, sorted by what they are.
#[derive(Debug, Clone, Default)]
pub struct Sorted {
    pub by_kind: BTreeMap<Kind, Vec<String>>,
    /// Format → weight files.
    pub weights: BTreeMap<String, Vec<String>>,
    /// Bytes of all weight files, where sizes are known.
    pub weight_bytes: u64,
}

impl Sorted {
    /// Sorts a file list. Empty files (0 bytes) are no weights.
    pub fn new(files: &[FileEntry], rules: &Rules) -> Sorted {
        let mut out = Sorted::default();
        let mut seen: BTreeMap<String, Option<(Kind, Option<&str>)>> = BTreeMap::new();
        for file in files {
            // Shards differ in their digits only, so a set costs one match.
            let shape: String = file.path.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
            let class = *seen.entry(shape).or_insert_with(|| classify(&file.path, rules));
            let Some((kind, format)) = class else { continue };
            if matches!(kind, Kind::Weights | Kind::Adapter) {
                if file.size == Some(0) {
                    continue;
                }
                out.weight_bytes = out.weight_bytes.saturating_add(file.size.unwrap_or(0));
                out.weights.entry(format.unwrap_or("other").to_string()).or_default().push(file.path.clone());
            }
            out.by_kind.entry(kind).or_default().push(file.path.clone());
        }
        out
    }

    /// The files of a kind.
    pub fn of(&self, kind: Kind) -> &[String] {
        self.by_kind.get(&kind).map_or(&[], Vec::as_slice)
    }
}

/// A sharded set, by its names: `NAME-00002-of-00005.EXT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardSet {
    /// The name with the number left out.
    pub name: String,
    pub there: BTreeSet<u32>,
    pub total: u32,
}

impl ShardSet {
    /// Numbers that are missing. Sets count from 1, or from 0 where a shard 0 is there.
    pub fn missing(&self) -> Vec<u32> {
        let first: u32 = if self.there.contains(&0) { 0 } else { 1 };
        (first..first.saturating_add(self.total)).filter(|n| !self.there.contains(n)).take(1000).collect()
    }
}

/// The sharded sets among weight files, by name.
pub fn shard_sets<'p, S: AsRef<str> + ?Sized + 'p>(paths: impl IntoIterator<Item = &'p S>) -> Vec<ShardSet> {
    let mut sets: BTreeMap<(&str, &str, u32), BTreeSet<u32>> = BTreeMap::new();
    for shard in paths.into_iter().filter_map(|p| shard(p.as_ref())) {
        sets.entry((shard.before, shard.after, shard.total)).or_default().insert(shard.number);
    }
    let set = |((before, after, total), there)| ShardSet { name: format!("{before}{after}"), there, total };
    let mut sets: Vec<ShardSet> = sets.into_iter().map(set).collect();
    sets.sort_by(|a, b| (&a.name, a.total).cmp(&(&b.name, b.total)));
    sets
}

/// `BEFORE00002-of-00005AFTER`
struct Shard<'p> {
    before: &'p str,
    after: &'p str,
    number: u32,
    total: u32,
}

fn shard(path: &str) -> Option<Shard<'_>> {
    let at = path.rfind("-of-")?;
    let (head, tail) = (path.get(..at)?, path.get(at + 4..)?);
    let before = head.trim_end_matches(|c: char| c.is_ascii_digit());
    let after = tail.trim_start_matches(|c: char| c.is_ascii_digit());
    let (number, total) = (head.get(before.len()..)?, tail.get(..tail.len() - after.len())?);
    if number.is_empty() || total.is_empty() {
        return None;
    }
    // A number that is too large for its type is of a set that nobody completes.
    let value = |s: &str| s.parse().unwrap_or(u32::MAX);
    Some(Shard { before, after, number: value(number), total: value(total) }).filter(|s| s.total > 0)
}

/// The index of a sharded set that has to be read to know whether the set is complete: there is one,
/// and the shards' names do not count themselves.
pub fn index_to_read(files: &[FileEntry]) -> Option<String> {
    let index = files.iter().find(|f| f.path.ends_with("safetensors.index.json") && !f.path.contains('/'))?;
    let counted = files.iter().any(|f| f.path.ends_with(".safetensors") && shard(&f.path).is_some());
    let small = index.size.is_none_or(|s| s <= crate::net::limits::CONFIG_BYTES as u64);
    (!counted && small).then(|| index.path.clone())
}

/// The shard files that an index (`weight_map`) names.
pub fn index_names(bytes: &[u8]) -> Option<BTreeSet<String>> {
    #[derive(serde::Deserialize)]
    struct Index {
        weight_map: BTreeMap<String, String>,
    }
    serde_json::from_slice::<Index>(bytes).ok().map(|i| i.weight_map.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(paths: &[&str]) -> Sorted {
        let rules = Rules::load(None).unwrap();
        let files: Vec<_> = paths.iter().map(|p| FileEntry { path: p.to_string(), size: Some(10), digest: None }).collect();
        Sorted::new(&files, &rules)
    }

    #[test]
    fn files_are_told_apart() {
        let s = sorted(&[
            "model-00001-of-00002.safetensors",
            "model.safetensors.index.json",
            "training_args.bin",
            "pytorch_model.bin",
            "checkpoint-500/model.safetensors",
            "LICENSE.txt",
            "LICENSE-MODEL",
            "MODEL_LICENSE",
            "USE_POLICY.md",
            "README.md",
            "tokenizer.json",
            "modeling_x.py",
            "adapter_model.safetensors",
            "m.Q4_K_M.gguf",
            "unet/diffusion_pytorch_model.safetensors",
            "train.py",
        ]);
        assert_eq!(s.of(Kind::Intermediate), ["checkpoint-500/model.safetensors"]);
        assert_eq!(s.of(Kind::License), ["LICENSE.txt", "LICENSE-MODEL", "MODEL_LICENSE"]);
        assert_eq!(s.of(Kind::UsePolicy), ["USE_POLICY.md"]);
        assert_eq!(s.of(Kind::TrainingState), ["training_args.bin"]);
        assert_eq!(s.of(Kind::TrainingCode), ["train.py"]);
        let formats: Vec<_> = s.weights.iter().map(|(f, p)| (f.as_str(), p.len())).collect();
        assert_eq!(formats, [("gguf", 1), ("pickle", 1), ("safetensors", 3)]);
    }

    #[test]
    fn shards_are_counted() {
        let names = ["a-00001-of-00003.safetensors", "a-00003-of-00003.safetensors", "b-00000-of-00002.bin", "b-00001-of-00002.bin"]
            .map(String::from);
        let sets = shard_sets(&names);
        assert_eq!(sets.iter().map(ShardSet::missing).collect::<Vec<_>>(), [vec![2], vec![]]);
        assert!(shard("x-of-y.bin").is_none());
        // A set that nobody can complete is incomplete, and counting what is missing ends.
        let endless = shard_sets(&["x-1-of-99999999999.bin".to_string()]);
        assert_eq!(endless.iter().map(|s| s.missing().len()).collect::<Vec<_>>(), [1000]);
    }

    #[test]
    fn an_index_names_its_shards() {
        let names = index_names(br#"{"metadata":{},"weight_map":{"a":"x.safetensors","b":"y.safetensors","c":"x.safetensors"}}"#).unwrap();
        assert_eq!(names.len(), 2);
        assert_eq!(index_names(b"{}"), None);
    }
}
