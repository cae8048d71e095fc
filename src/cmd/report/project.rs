//! A project as the subject of a report: the models that it uses, where, and what its policy says of them.

use crate::cli::CheckArgs;
use crate::cmd::check::project::Project as Checked;
use crate::error::Error;
use crate::gate::subject::{Key, Subject, Traits, target_of};
use crate::gate::{self, Input, Locked, Use};
use crate::hosts::Endpoints;
use crate::policy;
use crate::report::{Model, Place, PolicyOut, Report, Violation};
use crate::rules::Rules;
use crate::scan::{self, Kind, Role, Scan};
use crate::target::Target;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// What a project uses.
pub struct Project {
    /// Its name, for the title.
    name: String,
    scan: Scan,
    /// Its policy, where it has one.
    checked: Option<Checked>,
}

/// The directory that the arguments name: the current one where they name nothing.
pub fn path(what: &[String], has_list: bool) -> Option<PathBuf> {
    match what {
        [] if !has_list => Some(".".into()),
        [one] if Path::new(one).is_dir() => Some(one.into()),
        _ => None,
    }
}

impl Project {
    /// Finds the models of a project, and its policy.
    ///
    /// # Errors
    /// A directory that cannot be read, or mistakes in the policy.
    pub fn open(path: &Path, shared: &crate::cli::Shared, rules: &mut Rules) -> Result<Project, Error> {
        let fail = |source| Error::File { action: "report on", path: path.display().to_string(), source };
        let root = std::fs::canonicalize(path).map_err(fail)?;
        let scan = scan::scan(path, rules, &scan::Options::default())?;
        let checked = match policy::find(&root) {
            Some(_) => Some(Checked::open(&CheckArgs::of(path), shared, rules)?),
            None => None,
        };
        for c in checked.iter().flat_map(|c| &c.policy.clarifications) {
            rules.clarified.insert(c.digest.clone(), c.license.clone());
        }
        let name = root.file_name().map_or_else(|| "project".into(), |n| n.to_string_lossy().into_owned());
        Ok(Project { name, scan, checked })
    }

    /// The models in use, each once. A name in a comment or in documentation is no use of it.
    pub fn targets(&self, endpoints: &Endpoints) -> (Vec<Target>, Vec<String>) {
        let (mut targets, mut refused) = (BTreeSet::new(), BTreeSet::new());
        for r in &self.scan.references {
            if r.kind == Kind::Dataset || matches!(r.role, Role::Comment | Role::Documentation) {
                continue;
            }
            let Some(name) = &r.target else {
                let why = r.unresolved.as_deref().unwrap_or("its name is made when the program runs");
                refused.insert(format!("{}:{}: {why}", r.location.file, r.location.line));
                continue;
            };
            match target_of(name, r.revision.as_deref(), endpoints) {
                Ok(target) => {
                    targets.insert(target);
                }
                Err(why) => {
                    refused.insert(format!("{}:{}: {why}", r.location.file, r.location.line));
                }
            }
        }
        (targets.into_iter().collect(), refused.into_iter().collect())
    }

    /// Adds to a report on its models where each is used, and what the policy says.
    ///
    /// # Errors
    /// A clock or policy that cannot be read.
    pub fn add_to(&self, report: &mut Report, audited: &[(Model, Traits)], rules: &Rules) -> Result<(), Error> {
        let mut used: HashMap<String, Vec<Place>> = HashMap::new();
        for r in &self.scan.references {
            if let Some(name) = &r.target {
                let place = Place { path: r.location.file.clone(), line: Some(r.location.line), column: Some(r.location.column) };
                used.entry(spelled(name, r.revision.as_deref())).or_default().push(place);
            }
        }
        for model in &mut report.models {
            model.used_in = used.remove(&model.target).unwrap_or_default();
        }
        report.subject = Some(self.name.clone());
        report.policy = match &self.checked {
            Some(checked) => Some(self.judge(checked, audited, rules)?),
            None => None,
        };
        Ok(())
    }

    /// What `check` would find, on the models as they were audited for the report.
    fn judge(&self, checked: &Checked, audited: &[(Model, Traits)], rules: &Rules) -> Result<PolicyOut, Error> {
        let uses = checked.uses(&self.scan);
        let models: HashMap<&str, &(Model, Traits)> = audited.iter().map(|a| (a.0.target.as_ref(), a)).collect();
        let mut subjects: BTreeMap<Key, Subject> = BTreeMap::new();
        for one in &uses {
            let (Some(name), Some(key)) = (&one.target, one.key()) else { continue };
            let model = models.get(spelled(name, one.revision.as_deref()).as_str()).copied();
            subjects.entry(key).or_insert_with(|| subject(one, name, model));
        }
        let skipped = checked.skipped(&self.scan);
        let environment = checked.policy.in_environment(None)?;
        let outcome = gate::evaluate(&Input {
            policy: &checked.policy,
            environment: &environment,
            uses: &uses,
            skipped: &skipped,
            subjects: &subjects,
            others: &BTreeMap::new(),
            locked: Locked::No,
            rules,
            today: crate::clock::today()?,
            whole: true,
        });
        let violations = outcome.violations.into_iter().map(|v| Violation {
            target: v.model.unwrap_or_default(),
            rule: v.rule,
            severity: v.severity,
            message: v.message,
            places: v
                .places
                .into_iter()
                .map(|p| Place { path: p.path.unwrap_or(p.file), line: Some(p.line), column: Some(p.column) })
                .collect(),
        });
        Ok(PolicyOut { path: policy::FILE.to_string(), violations: violations.collect() })
    }
}

fn subject(one: &Use, name: &str, model: Option<&(Model, Traits)>) -> Subject {
    match model {
        _ if one.hosted => Subject::hosted(name),
        Some((model, traits)) => Subject::audited(name, one.revision.as_deref(), model, traits.clone()),
        None => Subject::refused(name, one.revision.as_deref(), "it was not audited for this report"),
    }
}

/// A reference as `Model::target` has it.
fn spelled(name: &str, revision: Option<&str>) -> String {
    let name = name.trim();
    revision.map_or_else(|| name.to_string(), |r| format!("{name}@{r}"))
}
