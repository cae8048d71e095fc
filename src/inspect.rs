//! What the tree of a code repository shows: training, data preparation, evaluation, inference,
//! architecture, each with the paths that show it. Words come from `rules/code.toml`; a link is never
//! taken for what it links to.

use crate::hub::github::{Tree, TreeKind};
use crate::rules::Rules;
use crate::text;
use std::collections::BTreeSet;

/// How much of something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    No,
    /// A cut-off tree without it, so that nothing can be said.
    Unknown,
    /// Scripts or recipes for fine-tuning by users.
    FineTuningOnly,
    Partial,
    Yes,
}

impl Extent {
    /// The spelling in JSON.
    pub fn slug(self) -> &'static str {
        match self {
            Extent::No => "no",
            Extent::Unknown => "unknown",
            Extent::FineTuningOnly => "fine-tuning-only",
            Extent::Partial => "partial",
            Extent::Yes => "yes",
        }
    }
}

/// One answer, with up to four paths that show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub extent: Extent,
    pub paths: Vec<String>,
}

/// What a repository holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    pub training: Shown,
    pub data: Shown,
    pub evaluation: Shown,
    pub inference: Shown,
    pub architecture: Shown,
    /// There is no code file at all.
    pub docs_only: bool,
    pub files: usize,
    /// Submodules that may hold the training code.
    pub submodules: Vec<String>,
}

/// A file, with its words.
struct Item<'a> {
    path: &'a str,
    extension: String,
    stem: Vec<String>,
    /// Words of each folder, outermost first.
    folders: Vec<Vec<String>>,
}

impl Item<'_> {
    fn stem_has(&self, list: &[String]) -> bool {
        self.stem.iter().any(|w| list.contains(w))
    }

    fn folder_has(&self, list: &[String]) -> bool {
        self.folders.iter().flatten().any(|w| list.contains(w))
    }

    fn stem_has_pair(&self, pairs: &[String]) -> bool {
        has_pair(&self.stem, pairs)
    }

    fn folder_has_pair(&self, pairs: &[String]) -> bool {
        self.folders.iter().any(|f| has_pair(f, pairs))
    }

    fn is(&self, extensions: &[&str]) -> bool {
        extensions.contains(&self.extension.as_str())
    }
}

fn has_pair(words: &[String], pairs: &[String]) -> bool {
    words.windows(2).any(|w| matches!(w, [a, b] if pairs.iter().any(|p| p.split_once(' ').is_some_and(|(x, y)| x == a && y == b))))
}

const CODE: &[&str] = &["py", "ipynb", "cu", "cpp", "cc", "c", "rs", "go", "js", "ts", "java", "sh", "jl", "lua", "swift", "m", "r", "pl"];

/// Inspects a tree. `readme` is the repository's README, which can only settle a doubt.
pub fn inspect(name: &str, tree: &Tree, readme: Option<&str>, rules: &Rules) -> Inspection {
    let list = |id: &str| rules.word_list(id);
    let skip = list("skip-folders");
    let files: Vec<Item> = tree.entries.iter().filter(|e| e.kind == TreeKind::File).filter_map(|e| item(&e.path, skip)).collect();
    let all_files = tree.entries.iter().filter(|e| e.kind == TreeKind::File).count();
    let submodules: Vec<String> = tree
        .entries
        .iter()
        .filter(|e| e.kind == TreeKind::Submodule)
        .filter_map(|e| item(&e.path, skip))
        .filter(|i| {
            i.stem.iter().chain(i.folders.iter().flatten()).any(|w| list("training-submodules").iter().any(|s| w.contains(s.as_str())))
        })
        .map(|i| i.path.to_string())
        .collect();
    let docs_only = !tree
        .entries
        .iter()
        .any(|e| e.kind == TreeKind::File && e.path.rsplit('.').next().is_some_and(|x| CODE.contains(&x.to_lowercase().as_str())));
    if docs_only && submodules.is_empty() {
        let no = || Shown { extent: if tree.truncated { Extent::Unknown } else { Extent::No }, paths: Vec::new() };
        return Inspection {
            training: no(),
            data: no(),
            evaluation: no(),
            inference: no(),
            architecture: no(),
            docs_only: true,
            files: all_files,
            submodules,
        };
    }
    let readme = readme.map(Readme::new);
    let mut out = Inspection {
        training: training(name, &files, &submodules, readme.as_ref(), rules),
        data: data(name, &files, rules),
        evaluation: evaluation(&files, rules),
        inference: inference(&files, rules),
        architecture: architecture(&files, rules),
        docs_only: false,
        files: all_files,
        submodules,
    };
    if tree.truncated {
        for shown in [&mut out.training, &mut out.data, &mut out.evaluation, &mut out.inference, &mut out.architecture] {
            if shown.extent == Extent::No {
                shown.extent = Extent::Unknown;
            }
        }
    }
    out
}

/// A file that counts: outside of vendored code, tests and settings, and no prose.
fn item<'a>(path: &'a str, skip: &[String]) -> Option<Item<'a>> {
    let (folders, name) = path.rsplit_once('/').map_or(("", path), |(f, n)| (f, n));
    let parts: Vec<&str> = folders.split('/').filter(|f| !f.is_empty()).collect();
    let skipped = parts.iter().any(|f| {
        let lower = f.to_lowercase();
        skip.contains(&lower) || lower.ends_with("_tests")
    });
    if skipped {
        return None;
    }
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let in_docs = parts.iter().any(|f| matches!(f.to_lowercase().as_str(), "doc" | "docs"));
    if in_docs && extension != "ipynb" {
        return None;
    }
    Some(Item {
        path,
        extension: extension.to_lowercase(),
        stem: text::name_words(stem),
        folders: parts.iter().map(|f| text::name_words(f)).collect(),
    })
}

/// Up to four paths, shortest first.
fn shown(extent: Extent, items: &[&Item<'_>]) -> Shown {
    let mut paths: Vec<&str> = items.iter().map(|i| i.path).collect();
    paths.sort_by_key(|p| (p.matches('/').count(), p.len(), *p));
    paths.truncate(4);
    Shown { extent, paths: paths.into_iter().map(str::to_string).collect() }
}

fn training(name: &str, files: &[Item<'_>], submodules: &[String], readme: Option<&Readme>, rules: &Rules) -> Shown {
    let list = |id: &str| rules.word_list(id);
    let (train, tune, pairs) = (list("training"), list("fine-tuning"), list("fine-tuning-pairs"));
    let eval: BTreeSet<&String> = list("evaluation").iter().collect();
    let in_eval = |i: &Item<'_>| i.folders.iter().flatten().any(|w| eval.contains(w));
    let is_model_file =
        |i: &Item<'_>| matches!(i.stem.first().map(String::as_str), Some("modeling" | "modelling" | "configuration" | "convert" | "test"));
    let is_bare_layer = |i: &Item<'_>| {
        let bare = matches!(i.stem.as_slice(), [w] if matches!(w.as_str(), "lora" | "peft"));
        let placed = i.folder_has(tune) || i.folder_has_pair(pairs) || i.folders.iter().flatten().any(|w| w.starts_with("example"));
        bare && !placed
    };
    let is_inference = |i: &Item<'_>| i.stem_has(list("inference")) && !i.stem_has(train);
    let fine_tunes = |i: &Item<'_>| i.stem_has(tune) || i.stem_has_pair(pairs) || i.folder_has(tune) || i.folder_has_pair(pairs);
    let q: Vec<&Item> = files
        .iter()
        .filter(|i| i.is(&["py", "ipynb"]) && fine_tunes(i) && !is_model_file(i) && !is_bare_layer(i) && !is_inference(i) && !in_eval(i))
        .collect();
    let in_train_folder = |i: &Item<'_>| i.folders.iter().any(|f| f.iter().any(|w| train.contains(w)));
    // The whole repository is for training: its root is what a training folder is elsewhere.
    let is_for_training = text::name_words(name).iter().any(|w| train.contains(w));
    let p: Vec<&Item> = files
        .iter()
        .filter(|i| i.is(&["py", "jl"]) && !in_eval(i) && !fine_tunes(i))
        .filter(|i| {
            i.stem_has(train)
                || ((in_train_folder(i) || (is_for_training && i.folders.is_empty()))
                    && matches!(i.stem.as_slice(), [w] if list("training-entry").contains(w)))
        })
        .filter(|i| !i.stem_has(list("not-training")))
        .collect();
    let r: Vec<&Item> = files
        .iter()
        .filter(|i| i.is(&["sh", "slurm", "sbatch"]) && !in_eval(i) && (i.stem_has(train) || in_train_folder(i) || fine_tunes(i)))
        .collect();
    let configs: Vec<&Item> = files
        .iter()
        .filter(|i| i.is(&["yaml", "yml", "toml", "gin"]) && !in_eval(i) && (i.stem_has(train) || in_train_folder(i) || fine_tunes(i)))
        .collect();
    let tuning_configs = configs.iter().filter(|i| fine_tunes(i)).count();
    let pretrains = p.iter().any(|i| i.stem.iter().chain(i.folders.iter().flatten()).any(|w| w.starts_with("pretrain")));
    let promised = readme.is_some_and(|r| r.promises_training(rules));
    // Examples show how to train something; they are not how this was trained.
    let (examples, p): (Vec<&Item>, Vec<&Item>) =
        p.into_iter().partition(|i| i.folders.iter().flatten().any(|w| matches!(w.as_str(), "example" | "examples" | "downstream")));
    if p.iter().any(|i| i.folders.is_empty()) {
        return shown(Extent::Yes, &p);
    }
    if !p.is_empty() {
        let few_among_tuning = p.len() == 1 && (!q.is_empty() || tuning_configs > 0) && !pretrains && !promised;
        let mostly_tuning = configs.len() >= 3 && tuning_configs * 10 >= configs.len() * 7 && !pretrains && p.len() <= 40 && !promised;
        let extent = if few_among_tuning || mostly_tuning { Extent::Partial } else { Extent::Yes };
        return shown(extent, &p);
    }
    if !q.is_empty() {
        return shown(Extent::FineTuningOnly, &q);
    }
    if !examples.is_empty() {
        return shown(Extent::Partial, &examples);
    }
    if !submodules.is_empty() {
        return Shown { extent: Extent::Partial, paths: submodules.iter().take(4).cloned().collect() };
    }
    if !r.is_empty() {
        return shown(Extent::Partial, &r);
    }
    if configs.len() >= 2 {
        return shown(if tuning_configs == configs.len() { Extent::FineTuningOnly } else { Extent::Partial }, &configs);
    }
    let recipes: Vec<&Item> = files
        .iter()
        .filter(|i| {
            i.is(&["yaml", "yml"]) && i.folders.iter().flatten().any(|w| matches!(w.as_str(), "configs" | "config" | "recipes" | "models"))
        })
        .collect();
    let has_python = files.iter().any(|i| i.is(&["py"]));
    if recipes.len() >= 3 && !has_python && readme.is_some_and(|r| r.names_any(list("recipe-frameworks"))) {
        return shown(Extent::Partial, &recipes);
    }
    shown(Extent::No, &[])
}

fn data(name: &str, files: &[Item<'_>], rules: &Rules) -> Shown {
    let list = |id: &str| rules.word_list(id);
    let code: Vec<&Item> =
        files.iter().filter(|i| i.is(&["py", "ipynb", "sh", "rs", "scala"]) && !i.folder_has(list("not-data-folders"))).collect();
    // The whole repository is for preparing data.
    let is_for_data = item(name, &[]).is_some_and(|i| i.stem_has(list("data-strong")) || i.stem_has_pair(list("data-strong-pairs")));
    let is_strong = |i: &&&Item<'_>| {
        (is_for_data && i.folders.is_empty())
            || i.stem_has(list("data-strong"))
            || i.folder_has(list("data-strong"))
            || i.stem_has_pair(list("data-strong-pairs"))
            || i.folder_has_pair(list("data-strong-pairs"))
    };
    let is_weak =
        |i: &&&Item<'_>| (i.stem_has(list("data-weak")) && !i.stem_has(list("not-data"))) || i.stem_has_pair(list("data-weak-pairs"));
    // A folder named so is one sign, however many files it has.
    let by_folder: Vec<&Item> = code.iter().filter(|i| i.folder_has_pair(list("data-weak-pairs"))).copied().collect();
    let in_tuning = |i: &&Item<'_>| i.folder_has(list("fine-tuning")) || i.folder_has_pair(list("fine-tuning-pairs"));
    let strong: Vec<&Item> = code.iter().filter(is_strong).copied().collect();
    let weak: Vec<&Item> = code.iter().filter(is_weak).copied().collect();
    if strong.iter().any(|i| !in_tuning(i)) {
        return shown(Extent::Yes, &strong);
    }
    if weak.iter().filter(|i| !in_tuning(i)).count() >= 4 {
        return shown(Extent::Yes, &weak);
    }
    let both: Vec<&Item> = strong.into_iter().chain(weak).chain(by_folder).collect();
    if !both.is_empty() {
        return shown(Extent::Partial, &both);
    }
    shown(Extent::No, &[])
}

fn evaluation(files: &[Item<'_>], rules: &Rules) -> Shown {
    let list = |id: &str| rules.word_list(id);
    let (eval, bench, not) = (list("evaluation"), list("benchmarks"), list("not-evaluation"));
    let found: Vec<&Item> = files
        .iter()
        .filter(|i| i.is(&["py", "sh", "ipynb"]) && !i.stem_has(not) && !i.folder_has(not))
        .filter(|i| i.folder_has(eval) || i.stem_has(eval) || i.stem_has(bench))
        .collect();
    let aside = |i: &Item<'_>| {
        i.folder_has(list("fine-tuning"))
            || i.folders.iter().flatten().any(|w| matches!(w.as_str(), "demo" | "demos" | "example" | "examples"))
    };
    let code: Vec<&Item> = found.iter().filter(|i| !i.is(&["ipynb"]) && !aside(i)).copied().collect();
    match code.len() {
        0 if found.is_empty() => shown(Extent::No, &[]),
        1 if code.iter().any(|i| i.stem_has(bench)) => shown(Extent::Yes, &code),
        0 | 1 => shown(Extent::Partial, &found),
        _ => shown(Extent::Yes, &code),
    }
}

fn inference(files: &[Item<'_>], rules: &Rules) -> Shown {
    let list = |id: &str| rules.word_list(id);
    let (words, not) = (list("inference"), list("not-inference-folders"));
    let placed = |i: &Item<'_>| i.folders.iter().any(|f| matches!(f.as_slice(), [w] if list("inference-folders").contains(w)));
    let is = |i: &&Item<'_>| ((i.stem_has(words) && !i.stem_has(list("not-inference"))) || placed(i)) && !i.folder_has(not);
    let code: Vec<&Item> = files.iter().filter(|i| i.is(&["py", "cpp", "cc", "rs", "js", "ts", "swift", "c"])).filter(is).collect();
    if !code.is_empty() {
        return shown(Extent::Yes, &code);
    }
    // Notebooks that plot results run nothing.
    let measures =
        |i: &&Item<'_>| i.folder_has(list("evaluation")) || i.stem_has(list("evaluation")) || i.stem_has(list("notebook-on-results"));
    let notebooks: Vec<&Item> = files.iter().filter(|i| i.is(&["ipynb"])).filter(|i| !measures(i)).collect();
    if notebooks.is_empty() { shown(Extent::No, &[]) } else { shown(Extent::Partial, &notebooks) }
}

fn architecture(files: &[Item<'_>], rules: &Rules) -> Shown {
    let list = |id: &str| rules.word_list(id);
    let not = list("not-architecture-folders");
    let code: Vec<&Item> = files.iter().filter(|i| i.is(&["py", "jl", "cpp", "cc", "rs", "c"]) && !i.folder_has(not)).collect();
    let named: Vec<&Item> = code
        .iter()
        .filter(|i| i.stem.first().is_some_and(|w| w == "modeling") || matches!(i.stem.as_slice(), [w] if list("architecture").contains(w)))
        .copied()
        .collect();
    if !named.is_empty() {
        return shown(Extent::Yes, &named);
    }
    let placed: Vec<&Item> = code.iter().filter(|i| i.folder_has(list("architecture-folders"))).copied().collect();
    if placed.len() >= 3 { shown(Extent::Yes, &placed) } else { shown(Extent::No, &[]) }
}

/// A README's lines, folded.
struct Readme {
    lines: Vec<(String, String)>,
}

impl Readme {
    fn new(text: &str) -> Readme {
        let lines = text.lines().take(5_000).map(|l| (text::cut(l, 2_000).to_lowercase(), text::words(&text::cut(l, 2_000)))).collect();
        Readme { lines }
    }

    /// Says that training code is here, on a line that does not put it off.
    fn promises_training(&self, rules: &Rules) -> bool {
        self.lines.iter().any(|(raw, folded)| {
            rules.word_list("code-promise").iter().any(|p| folded.contains(p.as_str()))
                && !rules.word_list("code-not-yet").iter().any(|n| raw.contains(n.as_str()))
        })
    }

    fn names_any(&self, names: &[String]) -> bool {
        self.lines.iter().any(|(raw, _)| names.iter().any(|n| raw.contains(n.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::github::TreeEntry;
    use proptest::prelude::*;

    fn look(paths: &[&str], readme: Option<&str>) -> Inspection {
        let entries = paths
            .iter()
            .map(|p| match p.strip_suffix(" (submodule)") {
                Some(p) => TreeEntry { path: p.into(), kind: TreeKind::Submodule, size: None },
                None => TreeEntry { path: p.to_string(), kind: TreeKind::File, size: None },
            })
            .collect();
        inspect("repo", &Tree { commit: None, entries, truncated: false }, readme, &Rules::load(None).unwrap())
    }

    #[test]
    fn words_of_names() {
        assert_eq!(text::name_words("preTrain_GPT2-run.v1"), ["pre", "train", "gpt2", "run", "v1"]);
        assert_eq!(text::name_words("HTMLParser"), ["htmlparser"]);
    }

    #[test]
    fn documents_only() {
        let i = look(&["README.md", "Paper.pdf", "figures/train_loss.png", "requirements.txt"], None);
        assert!(i.docs_only);
        assert_eq!(i.training.extent, Extent::No);
    }

    #[test]
    fn training_code_with_its_paths() {
        let i = look(
            &["src/train.py", "scripts/prepare_memmap_dataset.py", "src/model.py", "eval/run.py", "eval/mmlu.py", "generate.py"],
            None,
        );
        assert_eq!((i.training.extent, i.training.paths.as_slice()), (Extent::Yes, ["src/train.py".to_string()].as_slice()));
        assert_eq!(i.data.extent, Extent::Yes);
        assert_eq!(i.architecture.extent, Extent::Yes);
        assert_eq!(i.evaluation.extent, Extent::Yes);
        assert_eq!(i.inference.extent, Extent::Yes);
    }

    #[test]
    fn a_repository_that_is_for_training() {
        let entries = vec![TreeEntry { path: "main.py".into(), kind: TreeKind::File, size: None }];
        let tree = Tree { commit: None, entries, truncated: false };
        let extent = |name: &str| inspect(name, &tree, None, &Rules::load(None).unwrap()).training.extent;
        assert_eq!((extent("amber-train"), extent("amber")), (Extent::Yes, Extent::No));
    }

    #[test]
    fn names_that_lie() {
        for path in [
            "training_utils.py",
            "eval_data/mmlu_no_train/x.py",
            "third_party/trl/train.py",
            "tests/test_train.py",
            "src/lora.py",
            "docs/training/guide.md",
            "train_tokenizer.py",
            "plot_training_loss.py",
        ] {
            assert_eq!(look(&[path, "x.py"], None).training.extent, Extent::No, "{path}");
        }
    }

    #[test]
    fn fine_tuning_is_a_state_of_its_own() {
        assert_eq!(look(&["finetune/finetune.py", "finetune/ds_config.json"], None).training.extent, Extent::FineTuningOnly);
        assert_eq!(look(&["Megatron-LM-NEO (submodule)", "run.py"], None).training.extent, Extent::Partial);
    }

    #[test]
    fn a_cut_tree_proves_no_absence() {
        let entries = vec![TreeEntry { path: "a.py".into(), kind: TreeKind::File, size: None }];
        let i = inspect("repo", &Tree { commit: None, entries, truncated: true }, None, &Rules::load(None).unwrap());
        assert_eq!(i.training.extent, Extent::Unknown);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_tree(paths in proptest::collection::vec("[a-zA-Z训_./-]{0,40}", 0..20), truncated: bool) {
            let entries = paths.into_iter().map(|path| TreeEntry { path, kind: TreeKind::File, size: None }).collect();
            let rules = Rules::default();
            let _ = inspect("repo", &Tree { commit: None, entries, truncated }, Some("# x"), &rules);
        }
    }
}
