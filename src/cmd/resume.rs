//! `--resume FILE`: finished audits, a line each, so that a run that was stopped goes on where it was.
//! The first line says by which rules and options they were made; others do not go on from there. A line
//! that was cut off when the machine stopped is dropped.

use crate::audit::Options;
use crate::error::Error;
use crate::mof::Mode;
use crate::net::Gap;
use crate::report::Model;
use crate::rules::Rules;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The name of the format and its version.
const FORMAT: &str = "trulyopen-audits-1";
/// How much work a power failure may cost; what only ends the process costs none.
const SYNC: Duration = Duration::from_millis(200);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    format: String,
    rules_digest: String,
    version: String,
    strict: bool,
    mot_compatible: bool,
}

/// One line.
#[derive(Serialize, Deserialize)]
struct Entry<'a> {
    /// The target as given.
    target: std::borrow::Cow<'a, str>,
    model: std::borrow::Cow<'a, Model>,
    /// Contents of the license and notice texts, in their order: no part of the model's JSON.
    contents: Vec<Option<String>>,
}

/// The file, open for more.
pub struct State {
    path: PathBuf,
    file: File,
    /// Target → place and length of its line.
    done: HashMap<String, (u64, usize)>,
    end: u64,
    synced: Instant,
}

impl State {
    /// Opens or begins a file.
    ///
    /// # Errors
    /// Where it is another kind of file, was made by other rules, or cannot be used.
    pub fn open(path: &Path, rules: &Rules, options: &Options) -> Result<State, Error> {
        let fail = |source| Error::File { action: "use", path: path.display().to_string(), source };
        let head = Head {
            format: FORMAT.into(),
            rules_digest: rules.digest.clone(),
            version: env!("CARGO_PKG_VERSION").into(),
            strict: options.strict,
            mot_compatible: options.mof == Mode::Tool,
        };
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(fail)?;
        let mut state = State { path: path.to_path_buf(), file, done: HashMap::new(), end: 0, synced: Instant::now() };
        let mut reader = BufReader::new(state.file.try_clone().map_err(fail)?);
        let mut line = Vec::new();
        let mut first = true;
        loop {
            line.clear();
            let n = reader.read_until(b'\n', &mut line).map_err(fail)?;
            if n == 0 || line.last() != Some(&b'\n') {
                break;
            }
            if std::mem::take(&mut first) {
                match serde_json::from_slice::<Head>(&line) {
                    Ok(found) if found == head => {}
                    Ok(_) => {
                        return Err(Error::usage(
                            format!("{} was made by other rules, options or another version", path.display()),
                            "go on with those, or name a new file",
                        ));
                    }
                    Err(_) => return Err(not_ours(path)),
                }
            } else {
                // Only its target; the rest is read when it is needed.
                let Ok(Target { target }) = serde_json::from_slice::<Target>(&line) else { return Err(not_ours(path)) };
                state.done.insert(target, (state.end, n));
            }
            state.end += n as u64;
        }
        // A file that does not begin as one of ours is nobody's to cut.
        if first && !line.is_empty() {
            return Err(not_ours(path));
        }
        state.file.set_len(state.end).map_err(fail)?;
        if first {
            let mut text = serde_json::to_vec(&head).unwrap_or_default();
            text.push(b'\n');
            state.append(&text)?;
        }
        Ok(state)
    }

    /// Whether a target is done.
    pub fn has(&self, target: &str) -> bool {
        self.done.contains_key(target)
    }

    /// Targets that are done.
    pub fn len(&self) -> usize {
        self.done.len()
    }

    /// The audit of a target that is done.
    ///
    /// # Errors
    /// Where the file changed meanwhile.
    pub fn get(&mut self, target: &str) -> Result<Option<Model>, Error> {
        let Some((at, length)) = self.done.get(target).copied() else { return Ok(None) };
        let fail = |source| Error::File { action: "read", path: self.path.display().to_string(), source };
        let mut line = vec![0; length];
        self.file.seek(SeekFrom::Start(at)).map_err(fail)?;
        self.file.read_exact(&mut line).map_err(fail)?;
        let entry: Entry<'_> = serde_json::from_slice(&line).map_err(|_| not_ours(&self.path))?;
        let mut model = entry.model.into_owned();
        let texts = model.license.texts.iter_mut().chain(&mut model.license.notices);
        texts.zip(entry.contents).for_each(|(text, content)| text.content = content.map(Into::into));
        Ok(Some(model))
    }

    /// Adds an audit. One that met a failure which passes is not done, and is made again.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn add(&mut self, target: &str, model: &Model) -> Result<(), Error> {
        let passing = [Gap::TimedOut, Gap::RateLimited(None), Gap::Unreachable(String::new()), Gap::ServerError(0), Gap::Offline];
        if model.incomplete.iter().any(|i| passing.iter().any(|gap| gap.slug() == i.why)) {
            return Ok(());
        }
        let contents = model.license.texts.iter().chain(&model.license.notices).map(|t| t.content.as_deref().map(str::to_string)).collect();
        let entry = Entry { target: target.into(), model: std::borrow::Cow::Borrowed(model), contents };
        let mut line = serde_json::to_vec(&entry).unwrap_or_default();
        line.push(b'\n');
        let at = self.end;
        self.append(&line)?;
        self.done.insert(target.to_string(), (at, line.len()));
        Ok(())
    }

    /// Everything that was added is on the disk.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn sync(&mut self) -> Result<(), Error> {
        self.synced = Instant::now();
        self.file.sync_data().map_err(|source| Error::File { action: "write", path: self.path.display().to_string(), source })
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let fail = |source| Error::File { action: "write", path: self.path.display().to_string(), source };
        self.file.seek(SeekFrom::Start(self.end)).map_err(fail)?;
        self.file.write_all(bytes).map_err(fail)?;
        self.end += bytes.len() as u64;
        if self.synced.elapsed() > SYNC { self.sync() } else { Ok(()) }
    }
}

#[derive(Deserialize)]
struct Target {
    target: String,
}

fn not_ours(path: &Path) -> Error {
    Error::usage(
        format!("{} is no file of finished audits", path.display()),
        "--resume names a file of its own, which it makes where there is none",
    )
}
