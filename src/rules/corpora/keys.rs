// Shared with build.rs by inclusion: under which keys a corpus is found, as sorted lines `key<TAB>entry`, in which a
// key is found by halving and which need no making ready.

/// The keys of corpora, each with the number of its entry.
#[derive(Debug, Default)]
pub struct Keys {
    /// Hub ids in lower case.
    ids: Vec<(String, usize)>,
    /// Folded addresses.
    pages: Vec<(String, usize)>,
    /// Folded names of words.
    names: Vec<(String, usize)>,
    /// Folded names in scripts without blanks.
    unspaced: Vec<(String, usize)>,
}

impl Keys {
    /// Adds those of an entry.
    pub fn add<'a>(&mut self, entry: usize, ids: impl Iterator<Item = &'a str>, url: &str, names: impl Iterator<Item = &'a str>) {
        let page = fold_page(url);
        let mut has_page = url.is_empty();
        for id in ids.map(str::to_lowercase) {
            // The page of a dataset on the hub is found by its id.
            has_page |= page.strip_prefix("huggingface.co/datasets/") == Some(id.as_str());
            self.ids.push((id, entry));
        }
        if !has_page {
            self.pages.push((page, entry));
        }
        for name in names.map(words) {
            let to = if name.is_ascii() || name.contains(' ') { &mut self.names } else { &mut self.unspaced };
            to.push((name, entry));
        }
    }

    /// The lines of ids, pages, names, and names without blanks.
    pub fn lines(self) -> [String; 4] {
        [self.ids, self.pages, self.names, self.unspaced].map(sorted_lines)
    }
}

/// Sorted lines `key<TAB>entry`.
fn sorted_lines(mut keys: Vec<(String, usize)>) -> String {
    keys.sort();
    keys.dedup();
    keys.iter().map(|(key, entry)| format!("{}\t{entry}\n", key.replace(['\t', '\n'], " "))).collect()
}
