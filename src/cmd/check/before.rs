//! What was there before (`--baseline`), so that a run reports only what a change brought in: the references of a git
//! revision, judged by today's policy, or the fingerprints of a saved `--format json` document.

use super::project::Project;
use crate::error::Error;
use crate::gate::{self, Input, Locked, Use};
use crate::rules::Rules;
use crate::{scan, text};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Bytes of a saved document.
const MAX_DOCUMENT: u64 = 256 << 20;
/// Files of a revision that are larger are left out; a scan would not read them either.
const MAX_BLOB: u64 = 128 << 20;
/// Files of a revision.
const MAX_FILES: usize = 500_000;

/// What was there before.
pub(super) enum Before {
    Saved(BTreeSet<String>),
    Tree(TempDir),
}

impl Before {
    pub(super) fn open(named: &str, root: &Path) -> Result<Before, Error> {
        let path = Path::new(named);
        if path.is_file() { saved(path).map(Before::Saved) } else { tree(root, named).map(Before::Tree) }
    }

    /// The fingerprints of what was found, or would have been by today's policy. Only places in the
    /// project's files count: what is wrong with policy and lock themselves is never old news.
    pub(super) fn fingerprints(&self, project: &Project, now: &Input<'_>, rules: &Rules) -> Result<BTreeSet<String>, Error> {
        let dir = match self {
            Before::Saved(known) => return Ok(known.clone()),
            Before::Tree(dir) => dir,
        };
        let root = if project.is_file { dir.path().join(project.root.file_name().unwrap_or_default()) } else { dir.path().to_path_buf() };
        if !root.exists() {
            return Ok(BTreeSet::new());
        }
        let scan = scan::scan(&root, rules, &scan::Options::default())?;
        // Models that are not used any more cannot be in what is found now.
        let uses: Vec<Use> = project.uses(&scan).into_iter().filter(|u| u.key().is_none_or(|k| now.subjects.contains_key(&k))).collect();
        let skipped = project.skipped(&scan);
        let then = gate::evaluate(&Input { uses: &uses, skipped: &skipped, locked: Locked::No, whole: false, ..*now });
        let in_project = then.violations.iter().flat_map(|v| &v.places).filter(|p| p.path.is_some());
        Ok(in_project.map(|p| p.fingerprint.clone()).collect())
    }
}

/// Fingerprints of a saved document.
///
/// # Errors
/// A file that is no such document.
fn saved(path: &Path) -> Result<BTreeSet<String>, Error> {
    let shown = path.display().to_string();
    let fail = |source| Error::File { action: "read the baseline", path: shown.clone(), source };
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(fail)?.take(MAX_DOCUMENT + 1).read_to_end(&mut bytes).map_err(fail)?;
    let help = "a baseline is a git revision, or what `trulyopen check --format json` wrote";
    let wrong = |why: &str| Error::usage(format!("{shown} is no baseline: {why}"), help);
    if bytes.len() as u64 > MAX_DOCUMENT {
        return Err(wrong("it is too large"));
    }
    let document: Value = serde_json::from_slice(&bytes).map_err(|e| wrong(&e.to_string()))?;
    if document.get("schema_version").and_then(Value::as_str) != Some("1") {
        return Err(wrong("it has another schema_version, or none"));
    }
    let violations = document.get("violations").and_then(Value::as_array).ok_or_else(|| wrong("it has no `violations`"))?;
    let places = |v: &Value| v.get("places").and_then(Value::as_array).cloned().unwrap_or_default();
    let print = |v: &Value| v.get("fingerprint").and_then(Value::as_str).map(str::to_string);
    Ok(violations.iter().flat_map(|v| places(v).iter().filter_map(print).chain(print(v)).collect::<Vec<_>>()).collect())
}

/// The files of a git revision below `root`, in a directory that is gone when it is dropped. Nothing is
/// checked out, and no hook or filter of the repository runs.
///
/// # Errors
/// Where git is not there, `root` is in no repository, or there is no such revision.
fn tree(root: &Path, revision: &str) -> Result<TempDir, Error> {
    let shown = text::cut(&text::line(revision), 80).into_owned();
    let help = "a baseline is a git revision (a branch, a tag, a commit), or a file that `trulyopen check --format json` wrote";
    let fail = |why: String| Error::usage(format!("no baseline `{shown}`: {why}"), help);
    let dir = if root.is_file() { root.parent().unwrap_or(root) } else { root };
    let git = |args: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(dir).args(args).stdin(Stdio::null()).stderr(Stdio::piped()).stdout(Stdio::piped());
        // A partial clone would ask its remote for what it lacks.
        command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_OPTIONAL_LOCKS", "0");
        command
    };
    let run = |args: &[&str]| -> Result<Vec<u8>, Error> {
        let out = git(args).output().map_err(|e| fail(format!("git cannot be run: {e}")))?;
        if out.status.success() {
            return Ok(out.stdout);
        }
        let said = String::from_utf8_lossy(&out.stderr);
        Err(fail(text::cut(&text::line(said.trim()), 200).into_owned()))
    };
    let commit =
        run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{revision}^{{commit}}")]).map_err(|e| match e {
            Error::Usage { message, .. } if message.ends_with(": ") => fail("there is no such revision and no such file".into()),
            other => other,
        })?;
    let commit = String::from_utf8_lossy(&commit).trim().to_string();
    // Relative to `dir`, which is what `ls-tree` lists when it is run there.
    let listing = run(&["ls-tree", "-r", "-z", "--long", &commit])?;
    let mut files: Vec<(String, String)> = Vec::new();
    for entry in listing.split(|b| *b == 0).filter(|e| !e.is_empty()) {
        let Some((kind, path)) = std::str::from_utf8(entry).ok().and_then(|e| e.split_once('\t')) else { continue };
        let mut fields = kind.split_whitespace();
        let (mode, object, id, size) = (fields.next(), fields.next(), fields.next(), fields.next());
        let fits = size.and_then(|s| s.parse::<u64>().ok()).is_some_and(|s| s <= MAX_BLOB);
        // Regular files only: no links, no submodules.
        let regular = matches!(mode, Some("100644" | "100755")) && object == Some("blob");
        let safe = path.split('/').all(|p| !matches!(p, "" | "." | "..") && !p.contains(['\\', '\n', ':'])) && !path.starts_with(".git/");
        if let (true, true, true, Some(id)) = (regular, fits, safe, id) {
            files.push((id.to_string(), path.to_string()));
        }
    }
    if files.len() > MAX_FILES {
        return Err(fail(format!("it has more than {MAX_FILES} files")));
    }
    let out = tempfile::Builder::new().prefix("trulyopen-baseline-").tempdir().map_err(|e| fail(e.to_string()))?;
    unpack(git(&["cat-file", "--batch"]), files, out.path()).map_err(|e| fail(format!("its files cannot be read: {e}")))?;
    Ok(out)
}

/// Writes blobs to files: one process for all of them.
fn unpack(mut command: Command, files: Vec<(String, String)>, out: &Path) -> std::io::Result<()> {
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let missing = || std::io::Error::other("git gave no output");
    let mut stdin = child.stdin.take().ok_or_else(missing)?;
    let ids: String = files.iter().map(|(id, _)| format!("{id}\n")).collect();
    // Fed from a thread, since both pipes are bounded.
    let feeder = std::thread::spawn(move || {
        let _ = stdin.write_all(ids.as_bytes());
    });
    let mut answers = BufReader::new(child.stdout.take().ok_or_else(missing)?);
    for (_, path) in &files {
        let mut head = String::new();
        answers.read_line(&mut head)?;
        let size: u64 = head.trim().rsplit(' ').next().and_then(|s| s.parse().ok()).ok_or_else(missing)?;
        let path = out.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        let mut file = std::fs::File::create(&path)?;
        std::io::copy(&mut (&mut answers).take(size), &mut file)?;
        answers.read_exact(&mut [0u8; 1])?;
    }
    let _ = feeder.join();
    child.wait()?;
    Ok(())
}
