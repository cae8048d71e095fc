//! Where a project, its policy and its lock are, and how its places are called.

use crate::cli::{CheckArgs, Shared};
use crate::error::Error;
use crate::gate::{Place, Use, lock};
use crate::policy::{self, Policy};
use crate::rules::Rules;
use crate::scan::{Kind, Reference, Scan};
use crate::text;
use std::path::{Path, PathBuf};

/// Where things are.
pub struct Project {
    pub policy: Policy,
    /// The directory of the policy.
    pub dir: PathBuf,
    /// What is scanned.
    pub root: PathBuf,
    /// How scanned paths begin when they are printed, and when the policy speaks of them.
    shown: String,
    below: String,
    pub is_file: bool,
    /// What this command reads and writes itself, which names models and uses none.
    own: Vec<PathBuf>,
}

impl Project {
    /// Finds and reads the policy of what is to be checked.
    ///
    /// # Errors
    /// No such project, no policy, or mistakes in it.
    pub fn open(args: &CheckArgs, shared: &Shared, rules: &Rules) -> Result<Project, Error> {
        let fail = |source| Error::File { action: "check", path: args.path.display().to_string(), source };
        let root = std::fs::canonicalize(&args.path).map_err(fail)?;
        let file = match &args.policy {
            Some(path) => path.clone(),
            None => policy::find(&root).ok_or_else(|| {
                Error::usage(
                    format!("there is no {} in {} or above it", policy::FILE, text::line(&args.path.display().to_string())),
                    "`trulyopen init` writes a commented starter; without a policy nothing can be checked",
                )
            })?,
        };
        let cwd = std::env::current_dir().and_then(std::fs::canonicalize).unwrap_or_default();
        let policy = Policy::load(&file, &relative(&file, &cwd), rules)?;
        // A policy that is named with --policy speaks of the project that is scanned.
        let dir = match &args.policy {
            Some(_) => policy::find(&root).and_then(|p| p.parent().map(Path::to_path_buf)).unwrap_or_else(|| parent_of(&root)),
            None => std::fs::canonicalize(&file).map_err(fail)?.parent().map(Path::to_path_buf).unwrap_or_default(),
        };
        let is_file = root.is_file();
        let below = root.strip_prefix(&dir).map(slashes).unwrap_or_default();
        let baseline = args.baseline.as_ref().map(PathBuf::from);
        let own = baseline.into_iter().chain(shared.output.clone()).filter_map(|p| std::fs::canonicalize(p).ok()).collect();
        Ok(Project { policy, shown: relative(&root, &cwd), below, is_file, own, dir, root })
    }

    /// Where the lock is.
    pub fn lock_path(&self) -> PathBuf {
        self.dir.join(lock::FILE)
    }

    /// How the lock is called in messages.
    pub fn lock_shown(&self) -> String {
        let cwd = std::env::current_dir().and_then(std::fs::canonicalize).unwrap_or_default();
        relative(&self.lock_path(), &cwd)
    }

    fn join(&self, prefix: &str, file: &str) -> String {
        match (self.is_file, prefix, file) {
            (true, prefix, _) => prefix.to_string(),
            (_, "", file) => file.to_string(),
            (_, prefix, file) => format!("{prefix}/{file}"),
        }
    }

    /// The place of a reference, as it is printed.
    pub fn place(&self, r: &Reference) -> Place {
        let l = &r.location;
        Place {
            file: self.join(&self.shown, &l.file),
            line: l.line,
            column: l.column,
            end_column: l.end_column,
            snippet: l.snippet.clone(),
            snippet_column: l.snippet_column,
            fingerprint: String::new(),
            pinned: None,
            path: Some(self.join(&self.below, &l.file)),
        }
    }

    /// Uses of models; datasets are listed apart.
    pub fn uses(&self, scan: &Scan) -> Vec<Use> {
        let ours = |r: &Reference| !self.own.is_empty() && self.own.contains(&self.root.join(&r.location.file));
        let model = |r: &&Reference| r.kind != Kind::Dataset && !ours(r);
        scan.references
            .iter()
            .filter(model)
            .map(|r| Use {
                place: self.place(r),
                target: r.target.clone(),
                revision: r.revision.clone(),
                pinned: r.pinned,
                hosted: r.kind == Kind::Hosted,
                role: r.role,
                via: r.via.clone(),
                unresolved: r.unresolved.clone(),
            })
            .collect()
    }

    /// Files that could not be looked at.
    pub fn skipped(&self, scan: &Scan) -> Vec<(Place, String)> {
        let place = |file: &str| Place {
            file: self.join(&self.shown, file),
            line: 1,
            column: 1,
            end_column: 2,
            snippet: String::new(),
            snippet_column: 1,
            fingerprint: String::new(),
            pinned: None,
            path: Some(self.join(&self.below, file)),
        };
        scan.skipped.iter().map(|s| (place(&s.file), s.why.clone())).collect()
    }
}

/// Relative to a directory where it lies below it, with `/`; empty for the directory itself.
fn relative(path: &Path, dir: &Path) -> String {
    let full = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    full.strip_prefix(dir).map_or_else(|_| slashes(&full), slashes)
}

fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

fn parent_of(root: &Path) -> PathBuf {
    if root.is_file() { root.parent().unwrap_or(root).to_path_buf() } else { root.to_path_buf() }
}
