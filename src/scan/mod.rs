//! Finds the models and datasets that a project uses: a stage of its own that reads files below one
//! directory and nothing else. It never uses the network and judges nothing.
//!
//! A reference is reported where a call, a flag or a configuration key *takes* the name; a string
//! that only looks like `ORG/NAME` is none. What counts is data: `rules/scan/*.toml` and
//! `rules/hosted/*.toml`.

mod book;
mod clike;
mod command;
mod config;
mod docker;
mod found;
mod gate;
mod json;
mod keyed;
pub mod language;
mod markdown;
mod name;
mod notebook;
mod python;
mod shell;
mod source;
mod walk;
mod yaml;

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

impl Kind {
    /// The spelling in JSON and in tables.
    pub fn slug(self) -> &'static str {
        match self {
            Kind::Model => "model",
            Kind::Dataset => "dataset",
            Kind::Hosted => "hosted",
        }
    }
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

impl Role {
    /// The spelling in JSON and in tables.
    pub fn slug(self) -> &'static str {
        match self {
            Role::Code => "code",
            Role::Config => "config",
            Role::Test => "test",
            Role::Example => "example",
            Role::Comment => "comment",
            Role::Documentation => "documentation",
        }
    }
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

/// Reads texts that stand in no file, one by one: what [`scan`] does with a file's content.
pub struct Texts<'r> {
    book: book::Book<'r>,
}

impl<'r> Texts<'r> {
    pub fn new(rules: &'r Rules) -> Texts<'r> {
        Texts { book: book::Book::new(rules) }
    }

    /// What a text refers to, read as the language that `file` has the ending of; `None` where it has none.
    pub fn read(&self, file: &str, text: &str) -> Option<(Vec<Reference>, Vec<Reference>)> {
        let language = language::Language::of(file)?;
        let mut found = found::Found::new(&self.book, Path::new(""), Path::new(""));
        // Why it was not read wholly is said of files.
        let _ = language.scan(&source::Source::verbatim(text, 0), &mut found);
        Some(found.finish(file, text, language.role()))
    }
}

/// Scans a directory (or one file).
///
/// # Errors
/// `root` is not there or cannot be listed. A file that cannot be read is in [`Scan::skipped`].
pub fn scan(root: &Path, rules: &Rules, options: &Options) -> Result<Scan, Error> {
    let fail = |source| Error::File { action: "scan", path: root.display().to_string(), source };
    let metadata = std::fs::metadata(root).map_err(fail)?;
    if metadata.is_dir() {
        std::fs::read_dir(root).map_err(fail)?;
    }
    if metadata.is_file() && language::Language::of(&root.file_name().unwrap_or_default().to_string_lossy()).is_none() {
        let shown = crate::text::line(&root.to_string_lossy()).into_owned();
        return Err(Error::usage(
            format!("`{shown}` is of no kind that is read"),
            "docs/scan.md lists them; a list of models is called models.txt",
        ));
    }
    Ok(walk::walk(root, rules, options))
}
