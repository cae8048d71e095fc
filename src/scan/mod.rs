//! Finds the models and datasets that a project uses: a stage of its own that reads files below one
//! directory and nothing else. It never uses the network and judges nothing.
//!
//! A reference is reported where a call, a flag or a configuration key *takes* the name; a string
//! that only looks like `ORG/NAME` is none. What counts is data: `rules/scan/*.toml` and
//! `rules/hosted/*.toml`.

use crate::error::Error;
use crate::rules::Rules;
use std::path::Path;

/// What a project refers to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    /// What the project uses, tests and examples among it (see [`Role`]); sorted by file, line, column.
    pub references: Vec<Reference>,
    /// The same in comments and in the code blocks of documents: nothing runs them, so no policy
    /// need look at them. Roles are [`Role::Comment`] and [`Role::Documentation`]; sorted as above.
    pub mentions: Vec<Reference>,
    /// Files that could not be looked at, or not wholly; sorted by file.
    pub skipped: Vec<Skipped>,
    /// Files that were looked at.
    pub files: usize,
    /// Lines in them.
    pub lines: usize,
}

/// One place where a model or dataset is named, or where one is used whose name cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// Where the name stands; of an unresolved one, the expression that would give it.
    pub location: Location,
    pub kind: Kind,
    /// As `trulyopen audit` takes it: `ORG/NAME`, `NAME`, `ollama:NAME:TAG`, `gpt-4o`; a dataset's is its
    /// id on the hub. `None` where it cannot be resolved.
    pub target: Option<String>,
    /// The text in the file that names it (`all-MiniLM-L6-v2`, `huggingface/ORG/NAME`), or the expression.
    pub written: String,
    /// The revision that every use of this name in the file asks for; `None` where one asks for none.
    pub revision: Option<String>,
    /// The revision is a commit (40 hexadecimal digits), so that what is loaded cannot change.
    pub pinned: bool,
    /// What takes the name, for readers: ``Python `from_pretrained` ``, ``key `model` ``.
    pub via: String,
    /// The call that takes the name, where it stands elsewhere than the name itself.
    pub used_at: Option<Point>,
    pub role: Role,
    /// Why `target` is missing.
    pub unresolved: Option<String>,
}

/// What is referred to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A model whose files are on a hub.
    Model,
    /// A dataset on a hub.
    Dataset,
    /// A model behind an API.
    Hosted,
}

/// What the place of a reference says about its weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Code,
    Config,
    Test,
    Example,
    Comment,
    Documentation,
}

/// A place in a file. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// Relative to the scanned directory, with `/`.
    pub file: String,
    pub line: u32,
    pub column: u32,
    /// One past the last character, on the same line (a name that spans lines ends with its first).
    pub end_column: u32,
    /// The line as it stands, without its line break. Of a longer line than 240 characters, a part of it
    /// around the name.
    pub snippet: String,
    /// The column at which `snippet` begins: 1, or more where it is a part.
    pub snippet_column: u32,
}

/// A place in the same file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    pub line: u32,
    pub column: u32,
}

/// A file that could not be looked at, or not wholly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    pub file: String,
    pub why: String,
}

/// How to scan.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Threads that read and parse; 0: as many as there are cores.
    pub threads: usize,
    /// Look at files that `.gitignore`, `.ignore` and the like exclude, too.
    pub ignored: bool,
}

// PLACEHOLDER, replaced wholesale by the merge of the discovery branch: reads `models.txt` and a few
// literal calls in `.py` files, enough for the gate's own tests.

/// Scans a directory.
///
/// # Errors
/// `root` is not there or cannot be listed. A file that cannot be read is in [`Scan::skipped`].
pub fn scan(root: &Path, _rules: &Rules, _options: &Options) -> Result<Scan, Error> {
    let fail = |source| Error::File { action: "scan", path: root.display().to_string(), source };
    let mut scan = Scan::default();
    if std::fs::metadata(root).map_err(fail)?.is_file() {
        placeholder_file(root, "", &mut scan);
    } else {
        placeholder_walk(root, "", &mut scan).map_err(fail)?;
    }
    scan.references.sort();
    Ok(scan)
}

fn placeholder_walk(dir: &Path, below: &str, scan: &mut Scan) -> std::io::Result<()> {
    let mut entries: Vec<_> = std::fs::read_dir(dir)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(|e| e.file_name());
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        match entry.file_type() {
            Ok(t) if t.is_dir() && !name.starts_with('.') => placeholder_walk(&entry.path(), &path, scan)?,
            Ok(t) if t.is_file() => placeholder_file(&entry.path(), &path, scan),
            _ => {}
        }
    }
    Ok(())
}

fn placeholder_file(path: &Path, shown: &str, scan: &mut Scan) {
    scan.files += 1;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let list = name == "models.txt";
    if !list && !name.ends_with(".py") {
        return;
    }
    let Ok(text) = std::fs::read_to_string(path) else {
        scan.skipped.push(Skipped { file: shown.into(), why: "not UTF-8".into() });
        return;
    };
    let Ok(call) = regex::Regex::new(
        r#"(?:(?P<data>load_dataset)|(?P<hosted>complete)|from_pretrained)\((?:"(?P<name>[^"]*)"(?:.*revision="(?P<rev>[^"]*)")?|(?P<expr>[a-z_.]+))"#,
    ) else {
        return;
    };
    for (i, line) in text.lines().enumerate() {
        scan.lines += 1;
        let (start, end, target, revision, kind, unresolved) = if list {
            let name = line.trim();
            if name.is_empty() || name.starts_with('#') {
                continue;
            }
            let (id, rev) = name.split_once('@').map_or((name, None), |(i, r)| (i, Some(r.to_string())));
            (0, name.len(), Some(id.to_string()), rev, Kind::Model, None)
        } else {
            let Some(c) = call.captures(line) else { continue };
            let kind = if c.name("data").is_some() {
                Kind::Dataset
            } else if c.name("hosted").is_some() {
                Kind::Hosted
            } else {
                Kind::Model
            };
            let rev = c.name("rev").map(|r| r.as_str().to_string());
            match (c.name("name"), c.name("expr")) {
                (Some(n), _) => (n.start(), n.end(), Some(n.as_str().to_string()), rev, kind, None),
                (_, Some(e)) => (e.start(), e.end(), None, rev, kind, Some("a parameter".to_string())),
                _ => continue,
            }
        };
        let column = |at: usize| u32::try_from(line.get(..at).unwrap_or_default().chars().count()).unwrap_or(0) + 1;
        let role = match shown.split('/').next() {
            Some("tests") => Role::Test,
            Some("examples") => Role::Example,
            _ => Role::Code,
        };
        scan.references.push(Reference {
            location: Location {
                file: shown.into(),
                line: u32::try_from(i).unwrap_or(0) + 1,
                column: column(start),
                end_column: column(end),
                snippet: line.into(),
                snippet_column: 1,
            },
            kind,
            written: line.get(start..end).unwrap_or_default().into(),
            pinned: revision.as_deref().is_some_and(|r| r.len() == 40 && r.bytes().all(|b| b.is_ascii_hexdigit())),
            revision,
            target,
            via: if list { "list of models".into() } else { "Python call".into() },
            used_at: None,
            role,
            unresolved,
        });
    }
}
