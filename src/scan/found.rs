//! Collects what the readers of the languages find in one file, and turns it into references: a name is
//! reported once, for the most telling of its uses.

use super::book::{Book, How};
use super::name::{self, Named};
use super::source::{Lines, Source};
use super::{Kind, Point, Reference, Role};
use crate::rules::scan::{Form, Takes};
use std::ops::Range;
use std::path::Path;

/// What takes a name.
#[derive(Debug, Clone, Default)]
pub struct Use {
    /// For readers.
    pub via: String,
    /// The more telling, the smaller: 0 a call or command of the rules, 1 a key.
    pub rank: u8,
    /// The call, in bytes of the file.
    pub at: Option<usize>,
    pub revision: Option<String>,
    /// What it takes, where the name itself does not tell.
    pub kind: Takes,
}

/// Found, before names are merged.
struct Raw {
    span: Range<usize>,
    written: String,
    named: Named,
    taken: Use,
    role: Option<Role>,
}

/// Names that are looked at in one file: more is a list, not a program.
const MAX_RAW: usize = 20_000;

/// Collects for one file.
pub struct Found<'b, 'r> {
    pub book: &'b Book<'r>,
    root: &'b Path,
    /// Folder of the file below the root.
    folder: &'b Path,
    raw: Vec<Raw>,
    /// There were more names than are looked at.
    pub full: bool,
    /// Set while a comment or the code in a document is read.
    pub mention: Option<Role>,
    /// The file talks to an Ollama server: names without owner are of its library.
    pub ollama: bool,
    /// Set while parts are read whose constants stand elsewhere: what cannot be resolved there may be.
    pub names_only: bool,
    /// Set while a test inside a source file is read.
    pub role: Option<Role>,
}

impl<'b, 'r> Found<'b, 'r> {
    pub fn new(book: &'b Book<'r>, root: &'b Path, folder: &'b Path) -> Self {
        Found { book, root, folder, raw: Vec::new(), full: false, mention: None, ollama: false, names_only: false, role: None }
    }

    /// A text that stands where a name is taken. Tells whether it is one.
    pub fn name(&mut self, source: &Source<'_>, span: Range<usize>, written: &str, how: &How<'_>, taken: &Use) -> bool {
        let mut named = self.read(written, how);
        let bare = !written.contains('/') && how.served && how.kind == Takes::Model;
        if self.ollama && bare && matches!(named, Named::Nothing | Named::Unresolved(_)) && !written.contains(char::is_whitespace) {
            named = self.read(written, &How { form: Form::Ollama, ..*how });
        }
        let is_one = matches!(named, Named::Target { .. } | Named::Unresolved(_));
        self.push(source, span, written, named, &Use { kind: how.kind, ..taken.clone() });
        is_one
    }

    /// What a text would be.
    pub fn read(&self, written: &str, how: &How<'_>) -> Named {
        let exists = |id: &str| self.root.join(id).exists() || self.root.join(self.folder).join(id).exists();
        name::read(written, how, self.book, &exists)
    }

    /// A literal that is the address of a file on the hub, or the constant beginning of one.
    pub fn literal(&mut self, source: &Source<'_>, span: Range<usize>, written: &str) {
        if let Some(named) = name::download(written, self.book) {
            self.push(source, span, written, named, &Use { via: "address".into(), rank: 2, ..Use::default() });
        }
    }

    /// A place that takes a name which cannot be told.
    pub fn unresolved(&mut self, source: &Source<'_>, span: Range<usize>, written: &str, why: &str, taken: &Use) {
        if !self.names_only {
            self.push(source, span, written, Named::Unresolved(why.to_string()), taken);
        }
    }

    /// A text that is no name of a model used, whatever takes it otherwise.
    pub fn claim(&mut self, source: &Source<'_>, span: Range<usize>) {
        self.push(source, span, "", Named::Local, &Use::default());
    }

    /// A known target that stands for itself (a folder of the hub's cache).
    pub fn target(&mut self, kind: Kind, target: String, revision: Option<String>, via: &str) {
        let named = Named::Target { kind, target: target.clone(), revision };
        self.push(&Source::verbatim("", 0), 0..0, &target, named, &Use { via: via.into(), ..Use::default() });
    }

    fn push(&mut self, source: &Source<'_>, span: Range<usize>, written: &str, named: Named, taken: &Use) {
        if named == Named::Nothing {
            return;
        }
        if self.raw.len() >= MAX_RAW {
            self.full = true;
            return;
        }
        let start = source.at(span.start);
        // The end is taken from the last character: what follows it may stand elsewhere in the file.
        let end = if span.end > span.start { source.at(span.end - 1) + 1 } else { start };
        let head = written.get(..super::source::floor(written, 640)).unwrap_or("");
        let written = crate::text::cut(&crate::text::squeeze(head), 160).into_owned();
        self.raw.push(Raw { span: start..end.max(start), written, named, taken: taken.clone(), role: self.mention.or(self.role) });
    }

    /// True where nothing was found.
    pub fn is_empty(&self) -> bool {
        self.raw.iter().all(|r| r.named == Named::Local)
    }

    /// The references, and those in comments and documents, sorted.
    pub fn finish(mut self, file: &str, text: &str, role: Role) -> (Vec<Reference>, Vec<Reference>) {
        if self.is_empty() {
            return Default::default();
        }
        let weight = |n: &Named| match n {
            Named::Target { .. } => 0,
            Named::Unresolved(_) => 1,
            _ => 2,
        };
        self.raw.sort_by(|a, b| {
            (a.span.start, a.taken.rank, weight(&a.named), a.span.end).cmp(&(b.span.start, b.taken.rank, weight(&b.named), b.span.end))
        });
        let lines = Lines::new(text);
        let mut out = (Vec::new(), Vec::new());
        for group in self.raw.chunk_by(|a, b| a.span.start == b.span.start) {
            let Some(first) = group.first() else { continue };
            let revision_of = |r: &Raw| match &r.named {
                Named::Target { revision: Some(own), .. } => Some(own.clone()),
                _ => r.taken.revision.clone(),
            };
            let (kind, target, why) = match &first.named {
                Named::Target { kind, target, .. } => (*kind, Some(target.clone()), None),
                Named::Unresolved(why) if first.taken.kind == Takes::Dataset => (Kind::Dataset, None, Some(why.clone())),
                Named::Unresolved(why) => (Kind::Model, None, Some(why.clone())),
                _ => continue,
            };
            // One use without a revision, or with another one, and what is loaded is not fixed.
            let mut revision = revision_of(first);
            let same = group.iter().filter(|r| r.taken.rank == first.taken.rank && weight(&r.named) == weight(&first.named));
            if same.map(revision_of).any(|r| r != revision) {
                revision = None;
            }
            let pinned = revision.as_deref().is_some_and(is_commit);
            let location = lines.location(file, first.span.start, first.span.end);
            let used_at = first.taken.at.map(|at| lines.point(at)).map(|(line, column)| Point { line, column });
            let used_at = used_at.filter(|p| p.line != location.line);
            let reference = Reference {
                location,
                kind,
                target,
                written: first.written.clone(),
                revision,
                pinned,
                via: first.taken.via.clone(),
                used_at,
                role: first.role.unwrap_or(role),
                unresolved: why,
            };
            match reference.role {
                Role::Comment | Role::Documentation => out.1.push(reference),
                _ => out.0.push(reference),
            }
        }
        out.0.sort();
        out.1.sort();
        out
    }
}

/// 40 hexadecimal digits.
fn is_commit(revision: &str) -> bool {
    revision.len() == 40 && revision.bytes().all(|b| b.is_ascii_hexdigit())
}
