//! `trulyopen check`: finds the models of a project, audits them, and holds them against the policy.

use super::{note, style, write_out};
use crate::audit::Options;
use crate::cli::{CheckArgs, Shared};
use crate::error::Error;
use crate::exit::Exit;
use crate::gate::lock::{self, Lock};
use crate::gate::subject::{self, Key, Origin, Subject, Traits};
use crate::gate::{self, Input, Locked, Outcome, Place, Use, baseline, hints};
use crate::hub::Endpoints;
use crate::policy::{self, Policy, read};
use crate::render::check::{CheckReport, FORMATS, ModelOut, PolicyOut, RuleOut, Summary, UseOut, by_name, github};
use crate::report::{Model, Report};
use crate::rules::Rules;
use crate::scan::{self, Kind, Reference, Role, Scan};
use crate::session::{self, Access, Surroundings};
use crate::text;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Runs it.
///
/// # Errors
/// A usage, rules, policy, lock or baseline error; everything else is in the result.
pub fn run(args: &CheckArgs, shared: &Shared) -> Result<Exit, Error> {
    // Everything that can be a mistake of the user's is looked at before anything is fetched.
    let format = match shared.format.as_deref() {
        None => FORMATS.first(),
        Some(name) => by_name(name),
    };
    let format = format.ok_or_else(|| super::no_such_format("check", shared, FORMATS.iter().map(|f| f.name)))?;
    let mut rules = Rules::load(shared.rules.as_deref())?;
    let project = Project::open(args, shared, &rules)?;
    for c in &project.policy.clarifications {
        rules.clarified.insert(c.digest.clone(), c.license.clone());
    }
    let today = policy::today()?;
    let environment = project.policy.in_environment(args.profile.as_deref())?;
    let around = Surroundings::read();
    let endpoints = around.endpoints(shared.hub.as_deref().filter(|h| session::is_address(h)))?;
    let included = included(&project.policy, &endpoints)?;
    let old = old_lock(&project, args, shared)?;
    let before = match &args.baseline {
        Some(b) => Some(Before::open(b, &args.path)?),
        None => None,
    };

    let scan = scan::scan(&args.path, &rules, &scan::Options::default())?;
    let mut uses = project.uses(&scan);
    uses.extend(included);
    let here = shared.hub.as_deref().is_some_and(|h| !session::is_address(h));
    let offline = (shared.offline || around.hub.offline) && !here;
    let locked = match &old {
        Some(lock) if args.locked && offline => Locked::Only(lock),
        Some(lock) if args.locked => Locked::Compare(lock),
        _ => Locked::No,
    };
    progress(shared, &scan, &uses);
    let subjects = match locked {
        Locked::Only(lock) => from_lock(&uses, lock),
        _ => audit(&uses, &rules, shared, &around, &endpoints)?,
    };
    let skipped = project.skipped(&scan);
    let whole = project.root == project.dir;
    let input = Input {
        policy: &project.policy,
        environment: &environment,
        uses: &uses,
        skipped: &skipped,
        subjects: &subjects,
        locked,
        rules: &rules,
        today,
        whole,
    };
    let mut outcome = gate::evaluate(&input);
    let mut known = 0;
    if let Some(before) = &before {
        known = baseline::subtract(&mut outcome.violations, &before.fingerprints(&project, &input, &rules)?);
    }
    if args.update_lock {
        update_lock(&project, &outcome, &subjects, old.as_ref(), today, whole, shared)?;
    }
    let exit = outcome.exit();
    let report = report(&project, args, &input, outcome, &scan, known, exit);
    write_out(shared, &(format.render)(&report, style(shared)))?;
    if format.name == "github" {
        append_summary(&report)?;
    }
    Ok(exit)
}

/// Where things are.
struct Project {
    policy: Policy,
    /// The directory of the policy.
    dir: PathBuf,
    /// What is scanned.
    root: PathBuf,
    /// How scanned paths begin when they are printed, and when the policy speaks of them.
    shown: String,
    below: String,
    is_file: bool,
    /// What this command reads and writes itself, which names models and uses none.
    own: Vec<PathBuf>,
}

impl Project {
    fn open(args: &CheckArgs, shared: &Shared, rules: &Rules) -> Result<Project, Error> {
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

    fn lock_path(&self) -> PathBuf {
        self.dir.join(lock::FILE)
    }

    fn lock_shown(&self) -> String {
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

    fn place(&self, r: &Reference) -> Place {
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
    fn uses(&self, scan: &Scan) -> Vec<Use> {
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

    fn skipped(&self, scan: &Scan) -> Vec<(Place, String)> {
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

/// What `models.include` names, at its place in the policy.
fn included(policy: &Policy, endpoints: &Endpoints) -> Result<Vec<Use>, Error> {
    let mut uses = Vec::new();
    let mut problems = Vec::new();
    for at in &policy.include {
        let (name, revision) = at.value.split_once('@').map_or((at.value.as_str(), None), |(n, r)| (n, Some(r)));
        if let Err(why) = subject::target_of(name, revision, endpoints) {
            problems.push(read::Problem { span: at.span.clone(), message: why, help: None });
            continue;
        }
        uses.push(Use {
            place: gate::place_in_policy(policy, &at.span),
            target: Some(name.to_string()),
            revision: revision.map(str::to_string),
            pinned: revision.is_some_and(|r| r.len() == 40 && r.bytes().all(|b| b.is_ascii_hexdigit())),
            hosted: false,
            role: Role::Config,
            via: "`models.include`".into(),
            unresolved: None,
        });
    }
    if problems.is_empty() {
        Ok(uses)
    } else {
        Err(read::error(&policy.file, &policy.text, problems, "include names models as `trulyopen audit` takes them"))
    }
}

/// The lock that is there. One that cannot be trusted stops `--locked`; it can be written anew.
fn old_lock(project: &Project, args: &CheckArgs, shared: &Shared) -> Result<Option<Lock>, Error> {
    if !args.locked && !args.update_lock {
        return Ok(None);
    }
    let shown = project.lock_shown();
    match Lock::load(&project.lock_path(), &shown) {
        Ok(None) if args.locked => {
            Err(Error::usage(format!("there is no {shown}, so nothing is locked"), "`trulyopen check --update-lock` writes it"))
        }
        Err(e) if args.update_lock => {
            note(shared, &format!("note: the old lock is not kept: {e}"));
            Ok(None)
        }
        other => other,
    }
}

/// What was there before.
enum Before {
    Saved(BTreeSet<String>),
    Tree(tempfile::TempDir),
}

impl Before {
    fn open(named: &str, root: &Path) -> Result<Before, Error> {
        let path = Path::new(named);
        if path.is_file() { baseline::saved(path).map(Before::Saved) } else { baseline::tree(root, named).map(Before::Tree) }
    }

    /// The fingerprints of what was found, or would have been by today's policy. Only places in the
    /// project's files count: what is wrong with policy and lock themselves is never old news.
    fn fingerprints(&self, project: &Project, now: &Input<'_>, rules: &Rules) -> Result<BTreeSet<String>, Error> {
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

fn progress(shared: &Shared, scan: &Scan, uses: &[Use]) {
    if std::io::stderr().is_terminal() {
        let models: BTreeSet<Key> = uses.iter().filter_map(Use::key).collect();
        let found = format!("{} in {}", text::count(models.len(), "model", "models"), text::count(scan.files, "file", "files"));
        note(shared, &format!("found {found}; auditing"));
    }
}

/// One subject a model and revision, from the lock alone.
fn from_lock(uses: &[Use], lock: &Lock) -> BTreeMap<Key, Subject> {
    let mut out = BTreeMap::new();
    for one in uses {
        let (Some(target), Some(key)) = (&one.target, one.key()) else { continue };
        if let Some(entry) = lock.get(&key) {
            // What is behind an API is so by the rules, whatever the lock says.
            let found = if one.hosted { Subject::hosted(target) } else { Subject { target: target.clone(), ..entry.subject.clone() } };
            out.insert(key, found);
        }
    }
    out
}

/// One subject a model and revision, audited now.
fn audit(
    uses: &[Use],
    rules: &Rules,
    shared: &Shared,
    around: &Surroundings,
    endpoints: &Endpoints,
) -> Result<BTreeMap<Key, Subject>, Error> {
    let mut out: BTreeMap<Key, Subject> = BTreeMap::new();
    let mut wanted: BTreeMap<Key, (&Use, crate::target::Target)> = BTreeMap::new();
    for one in uses {
        let (Some(name), Some(key)) = (&one.target, one.key()) else { continue };
        if out.contains_key(&key) || wanted.contains_key(&key) {
            continue;
        }
        if one.hosted {
            out.insert(key, Subject::hosted(name));
            continue;
        }
        match subject::target_of(name, one.revision.as_deref(), endpoints) {
            Ok(target) => {
                wanted.insert(key, (one, target));
            }
            Err(why) => {
                out.insert(key, Subject::refused(name, one.revision.as_deref(), &why));
            }
        }
    }
    let access = Access {
        hub: shared.hub.clone(),
        offline: shared.offline,
        save: shared.save_evidence.clone(),
        timeout: Some(Duration::from_secs(shared.timeout)),
        trace: shared.verbose > 1,
    };
    if wanted.is_empty() {
        return Ok(out);
    }
    let fetcher = session::fetcher(&access, around)?;
    let targets: Vec<_> = wanted.values().map(|(_, t)| t.clone()).collect();
    let options = Options { strict: shared.strict };
    let keep = |snapshot: &crate::evidence::Snapshot, audit: &crate::audit::Audit<'_>| {
        (Model::new(snapshot, audit, rules), Traits::of(snapshot, rules))
    };
    let results = session::audit_each(&fetcher, rules, &options, &targets, usize::from(shared.jobs), keep)?;
    for ((key, (one, _)), (model, traits)) in wanted.into_iter().zip(results) {
        let name = one.target.as_deref().unwrap_or_default();
        out.insert(key, Subject::audited(name, one.revision.as_deref(), &model, traits));
    }
    Ok(out)
}

/// Writes the lock: what is used and known, and nothing of what is not.
fn update_lock(
    project: &Project,
    outcome: &Outcome,
    subjects: &BTreeMap<Key, Subject>,
    old: Option<&Lock>,
    today: Date,
    whole: bool,
    shared: &Shared,
) -> Result<(), Error> {
    let used = subjects.iter().filter(|(key, _)| outcome.judged.contains(*key));
    let (known, missing): (Vec<_>, Vec<_>) = used.partition(|(_, s)| !s.is_missing());
    let mut new = Lock::of(&project.lock_shown(), known.into_iter().map(|(_, s)| s.clone()), old, &today.to_string());
    for (key, subject) in missing {
        note(shared, &format!("note: {} is not locked anew, since it could not be audited", subject.target));
        if let Some(entry) = old.and_then(|o| o.get(key)) {
            new.keep(entry);
        }
    }
    if !whole {
        // Only a part of the project was looked at.
        old.into_iter().flat_map(Lock::entries).for_each(|e| new.keep(e));
    }
    new.save(&project.lock_path())
}

fn report(project: &Project, args: &CheckArgs, input: &Input<'_>, outcome: Outcome, scan: &Scan, known: usize, exit: Exit) -> CheckReport {
    let policy = &project.policy;
    let mut summary = Summary { files: scan.files, known, ..Summary::default() };
    summary.count(&outcome.violations);
    let models: Vec<ModelOut> = outcome.judged.iter().filter_map(|key| input.subjects.get(key)).map(|s| model_out(s, input.uses)).collect();
    summary.models = outcome.judged.len();
    summary.places = models.iter().map(|m| m.places.len()).sum();
    let datasets = scan.references.iter().filter(|r| r.kind == Kind::Dataset).map(|r| UseOut {
        name: r.target.clone(),
        revision: r.revision.clone(),
        file: project.place(r).file,
        line: r.location.line,
        column: r.location.column,
        role: role(r.role),
        via: r.via.clone(),
    });
    let used: BTreeSet<&str> = outcome.violations.iter().map(|v| v.rule.as_str()).collect();
    let rules = input.rules.findings.iter().filter(|(id, _)| gate::is_gate_rule(id) || used.contains(id.as_str()));
    CheckReport {
        schema_version: "1",
        tool: Report::new(input.rules, Vec::new()).tool,
        policy: PolicyOut {
            file: policy.file.clone(),
            digest: format!("sha256:{}", crate::net::sha256(policy.text.as_bytes())),
            profile: args.profile.clone(),
            mode: if policy.inventory { "inventory" } else { "enforce" },
        },
        locked: match input.locked {
            Locked::No => "no",
            Locked::Compare(_) => "compare",
            Locked::Only(_) => "only",
        },
        baseline: args.baseline.clone(),
        exit: exit.code(),
        summary,
        accept: hints::skeletons(&outcome.violations, input),
        excluded: outcome.excluded.iter().map(use_out).collect(),
        models,
        datasets: datasets.collect(),
        rules: rules
            .map(|(id, r)| RuleOut {
                id: id.clone(),
                title: r.title.clone(),
                means: r.means.clone(),
                help: r.help.clone(),
                severity: r.severity,
                source: r.source.clone(),
            })
            .collect(),
        violations: outcome.violations,
        excused: outcome.excused,
    }
}

fn model_out(s: &Subject, uses: &[Use]) -> ModelOut {
    let key = s.key();
    let here = |u: &&Use| u.key().is_some_and(|k| k == key);
    ModelOut {
        target: s.target.clone(),
        requested: s.requested.clone(),
        hub: s.hub.clone(),
        id: s.id.clone(),
        revision: s.revision.clone(),
        url: s.url.clone(),
        verdict: s.verdict,
        verdict_possible: s.possible,
        license: s.license.clone(),
        terms: s.terms.iter().cloned().collect(),
        gated: s.gated,
        known_from: match s.origin {
            Origin::Audited => "audited",
            Origin::Locked => "locked",
            Origin::Hosted => "hosted",
        },
        places: uses.iter().filter(here).map(use_out).collect(),
    }
}

fn use_out(u: &Use) -> UseOut {
    UseOut {
        name: u.target.clone(),
        revision: u.revision.clone(),
        file: u.place.file.clone(),
        line: u.place.line,
        column: u.place.column,
        role: role(u.role),
        via: u.via.clone(),
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Code => "code",
        Role::Config => "config",
        Role::Test => "test",
        Role::Example => "example",
        Role::Comment => "comment",
        Role::Documentation => "documentation",
    }
}

/// The job summary of a workflow, where one runs.
fn append_summary(report: &CheckReport) -> Result<(), Error> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|p| !p.is_empty()) else { return Ok(()) };
    let path = PathBuf::from(path);
    let write = || -> std::io::Result<()> {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(&path)?;
        file.write_all(github::summary(report).as_bytes())
    };
    write().map_err(|source| Error::File { action: "write the job summary to", path: path.display().to_string(), source })
}
