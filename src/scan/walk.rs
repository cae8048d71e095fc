//! Walks a directory: what `.gitignore` excludes is left out, links are not followed, every file is
//! bounded in size. The order of the result does not depend on the number of threads.

use super::book::Book;
use super::found::Found;
use super::gate::Gate;
use super::language::Language;
use super::source::Source;
use super::{Kind, Options, Role, Scan, Skipped};
use crate::rules::Rules;
use ignore::{DirEntry, WalkBuilder, WalkState};
use std::io::Read;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Files and folders of one scan, at most: a tree beyond it is no project.
const MAX_FILES: usize = 500_000;
/// Bytes at the beginning of a file in which a zero byte tells that it is no text.
const SNIFF: usize = 8192;

/// Walks, reads, and puts together.
pub fn walk(root: &Path, rules: &Rules, options: &Options) -> Scan {
    let book = Book::new(rules);
    let gate = Gate::new(rules);
    let threads = match options.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from).min(16),
        n => n,
    };
    let total = Mutex::new(Scan::default());
    let folders = rules.scan.list("skip-folders").to_vec();
    let seen = AtomicUsize::new(0);
    let mut builder = WalkBuilder::new(root);
    builder
        .threads(threads)
        .follow_links(false)
        .hidden(false)
        .require_git(false)
        .git_global(false)
        .parents(true)
        .git_ignore(!options.ignored)
        .git_exclude(!options.ignored)
        .ignore(!options.ignored)
        .filter_entry(move |e| {
            let folder = e.depth() > 0 && e.file_type().is_some_and(|t| t.is_dir());
            let skipped = || e.file_name().to_str().is_some_and(|n| folders.iter().any(|f| f == n));
            // A Python environment says so itself.
            !(folder && (skipped() || e.path().join("pyvenv.cfg").is_file()))
        });
    let base = if root.is_dir() { root } else { root.parent().unwrap_or(root) };
    let scanner = Scanner { base, book: &book, gate: &gate };
    builder.build_parallel().run(|| {
        let mut own = Local { scan: Scan::default(), total: &total };
        let (scanner, seen) = (&scanner, &seen);
        Box::new(move |entry| {
            let state = match entry {
                Ok(entry) => scanner.entry(&entry, &mut own.scan),
                Err(e) => {
                    let file = path_of(&e).map_or_else(String::new, |p| relative(scanner.base, p));
                    own.scan.skipped.push(Skipped { file, why: reason(&e) });
                    WalkState::Continue
                }
            };
            if seen.fetch_add(1, Ordering::Relaxed) > MAX_FILES { WalkState::Quit } else { state }
        })
    });
    let mut scan = total.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    if seen.into_inner() > MAX_FILES {
        scan.skipped
            .push(Skipped { file: ".".into(), why: format!("more than {MAX_FILES} files and folders: the rest was not looked at") });
    }
    scan.references.sort();
    scan.mentions.sort();
    scan.skipped.sort();
    scan
}

/// What one thread found; added to the whole when the thread is done.
struct Local<'t> {
    scan: Scan,
    total: &'t Mutex<Scan>,
}

impl Drop for Local<'_> {
    fn drop(&mut self) {
        let mut total = self.total.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        total.references.append(&mut self.scan.references);
        total.mentions.append(&mut self.scan.mentions);
        total.skipped.append(&mut self.scan.skipped);
        total.files += self.scan.files;
        total.lines += self.scan.lines;
    }
}

struct Scanner<'s, 'r> {
    base: &'s Path,
    book: &'s Book<'r>,
    gate: &'s Gate,
}

impl Scanner<'_, '_> {
    fn entry(&self, entry: &DirEntry, out: &mut Scan) -> WalkState {
        let Some(kind) = entry.file_type() else { return WalkState::Continue };
        let name = entry.file_name().to_string_lossy();
        if kind.is_dir() {
            return match self.cached(entry.path(), &name, out) {
                true => WalkState::Skip,
                false => WalkState::Continue,
            };
        }
        // A link leads to what is walked anyway, or out of the project.
        if !kind.is_file() {
            return WalkState::Continue;
        }
        if self.book.skip_files.contains(name.as_ref()) {
            return WalkState::Continue;
        }
        if let Some(language) = Language::of(&name) {
            let file = relative(self.base, entry.path());
            self.file(entry.path(), &file, language, out);
        }
        WalkState::Continue
    }

    fn file(&self, path: &Path, file: &str, language: Language, out: &mut Scan) {
        let bytes = match read(path, language.limit()) {
            Ok(bytes) => bytes,
            Err(why) => return out.skipped.push(Skipped { file: file.to_string(), why }),
        };
        out.files += 1;
        if bytes.iter().take(SNIFF).any(|b| *b == 0) {
            return out.skipped.push(Skipped { file: file.to_string(), why: "no text: it has zero bytes".into() });
        }
        out.lines += bytes.iter().filter(|b| **b == b'\n').count();
        if !matches!(language, Language::Modelfile | Language::List) && !self.gate.may_hold(&bytes) {
            return;
        }
        // What is no UTF-8 is read as far as it is.
        let text = String::from_utf8_lossy(&bytes);
        let text = text.as_ref();
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        let source = Source::verbatim(body, text.len() - body.len());
        let folder = Path::new(file).parent().unwrap_or(Path::new(""));
        let mut found = Found::new(self.book, self.base, folder);
        found.ollama = body.contains(":11434");
        if let Err(why) = language.scan(&source, &mut found) {
            out.skipped.push(Skipped { file: file.to_string(), why });
        }
        if found.full {
            out.skipped.push(Skipped { file: file.to_string(), why: "too many names: only the first were looked at".into() });
        }
        if found.is_empty() {
            return;
        }
        let (mut references, mut mentions) = found.finish(file, text, role(file, self.book).unwrap_or(language.role()));
        out.references.append(&mut references);
        out.mentions.append(&mut mentions);
    }

    /// A folder of the hub's cache: `models--ORG--NAME`.
    fn cached(&self, path: &Path, name: &str, out: &mut Scan) -> bool {
        let (kind, id) = match name
            .strip_prefix("models--")
            .map(|id| (Kind::Model, id))
            .or(name.strip_prefix("datasets--").map(|id| (Kind::Dataset, id)))
        {
            Some(found) => found,
            None => return false,
        };
        if !path.join("snapshots").is_dir() && !path.join("refs").is_dir() {
            return false;
        }
        let id = id.replacen("--", "/", 1);
        if !crate::ids::is_repo_id(&id) {
            return false;
        }
        let file = relative(self.base, path);
        let revision =
            read(&path.join("refs").join("main"), 100).ok().and_then(|b| String::from_utf8(b).ok()).map(|r| r.trim().to_string());
        let mut found = Found::new(self.book, self.base, Path::new(""));
        found.target(kind, id, revision.filter(|r| !r.is_empty()), "cache of the hub");
        out.references.append(&mut found.finish(&file, name, Role::Config).0);
        true
    }
}

/// The content of a file within a limit.
fn read(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let io = |e: std::io::Error| format!("cannot be read: {e}");
    let file = std::fs::File::open(path).map_err(io)?;
    let size = file.metadata().map_err(io)?.len();
    if size > limit {
        return Err(format!("larger than {} MiB", limit >> 20));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    // It may grow while it is read.
    file.take(limit).read_to_end(&mut bytes).map_err(io)?;
    Ok(bytes)
}

fn relative(base: &Path, path: &Path) -> String {
    let below =
        path.strip_prefix(base).ok().filter(|p| !p.as_os_str().is_empty()).or_else(|| path.file_name().map(Path::new)).unwrap_or(path);
    below.to_string_lossy().replace('\\', "/")
}

/// What the folders and the name of a file say of what is in it.
fn role(file: &str, book: &Book<'_>) -> Option<Role> {
    let lower = file.to_ascii_lowercase();
    let fits = |patterns: &[wildmatch::WildMatch]| lower.split('/').any(|part| patterns.iter().any(|p| p.matches(part)));
    if fits(&book.tests) { Some(Role::Test) } else { fits(&book.examples).then_some(Role::Example) }
}

fn path_of(e: &ignore::Error) -> Option<&Path> {
    match e {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

/// An error without the path, which stands beside it.
fn reason(e: &ignore::Error) -> String {
    match e.io_error() {
        Some(io) => format!("cannot be read: {io}"),
        None => crate::text::squeeze(&e.to_string()),
    }
}
