//! A project as the subject of a report.

use crate::error::Error;
use crate::report::{Place, PolicyOut, Report};
use std::path::{Path, PathBuf};

/// What a project uses.
pub struct Project {
    /// Its name, for the title.
    pub name: String,
    /// Targets as `trulyopen audit` takes them, and where each is named; each target once.
    pub models: Vec<(String, Vec<Place>)>,
    /// What its policy found, where it has one.
    pub policy: Option<PolicyOut>,
}

impl Project {
    /// Adds what is known of the project to a report on its models.
    pub fn add_to(self, report: &mut Report) {
        for (target, places) in self.models {
            for model in report.models.iter_mut().filter(|m| m.target == target) {
                model.used_in.clone_from(&places);
            }
        }
        report.subject = Some(self.name);
        report.policy = self.policy;
    }
}

/// The directory that the arguments name: the current one where they name nothing.
pub fn path(what: &[String], has_list: bool) -> Option<PathBuf> {
    match what {
        [] if !has_list => Some(".".into()),
        [one] if Path::new(one).is_dir() => Some(one.into()),
        _ => None,
    }
}

/// Finds the models of a project.
///
/// # Errors
/// Always, until discovery is connected here.
pub fn find(path: &Path) -> Result<Project, Error> {
    Err(Error::usage(
        format!("{}: finding the models of a project is not in this version", path.display()),
        "name the models, or give a list of them with --from FILE; a checkpoint folder is `file:DIR`",
    ))
}
