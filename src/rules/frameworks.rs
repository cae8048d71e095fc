//! What the schema of a framework cannot refuse: a shape that does not go with its form, and names that lead
//! nowhere or in a circle.

use super::schema::Requirement;
use super::{Rules, check_requirement, diagnose};
use crate::error::Error;
use crate::framework::schema::{Form, FrameworkRule};

/// What the schema alone cannot refuse in a framework.
pub fn check(f: &FrameworkRule) -> Result<(), (std::ops::Range<usize>, String)> {
    let fail = |span: std::ops::Range<usize>, message: &str| Err((span, message.to_string()));
    if f.id.get_ref().is_empty() || !f.id.get_ref().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return fail(f.id.span(), "a framework's id is of lower-case letters, digits and `-`");
    }
    let shape = match f.form {
        Form::Checklist if f.line.is_empty() || f.outcome.is_none() => Some("a checklist needs `line` entries and an `outcome`"),
        Form::Score if f.dimension.is_empty() => Some("a score needs `dimension` entries"),
        Form::Mof if f.mof.is_none() => Some("this form needs the `mof` tables"),
        _ => None,
    };
    if let Some(message) = shape {
        return fail(f.id.span(), message);
    }
    let mut seen: Vec<&str> = f.outcome.iter().map(|o| o.id.as_str()).collect();
    for id in f.line.iter().map(|l| &l.id).chain(f.dimension.iter().map(|d| &d.id)) {
        if seen.contains(&id.get_ref().as_str()) {
            return Err((id.span(), format!("`{}` is here twice", id.get_ref())));
        }
        seen.push(id.get_ref());
    }
    for line in &f.line {
        check_requirement(&line.test, false).map_err(|m| (line.id.span(), m))?;
    }
    for d in &f.dimension {
        check_requirement(&d.open, false).and_then(|()| check_requirement(&d.partial, false)).map_err(|m| (d.id.span(), m))?;
    }
    Ok(())
}

impl Rules {
    /// Requirements name frameworks and terms that are there, and no framework asks for itself.
    pub(super) fn check_references(&self) -> Result<(), Error> {
        for rung in &self.rungs {
            let tests: Vec<&Requirement> = rung.require.iter().collect();
            self.check_tests("rules/verdicts.toml", &tests, &mut Vec::new())?;
        }
        for id in self.frameworks.keys() {
            self.check_tests(&format!("framework `{id}`"), &self.tests_of(id), &mut vec![id.clone()])?;
        }
        Ok(())
    }

    fn tests_of(&self, framework: &str) -> Vec<&Requirement> {
        let Some(f) = self.frameworks.get(framework) else { return Vec::new() };
        f.line.iter().map(|l| &l.test).chain(f.dimension.iter().flat_map(|d| [&d.open, &d.partial])).collect()
    }

    fn check_tests(&self, place: &str, tests: &[&Requirement], above: &mut Vec<String>) -> Result<(), Error> {
        for test in tests {
            if let Some(term) = test.terms_absent.iter().find(|t| !self.terms.contains_key(*t)) {
                return Err(diagnose::file(place, format!("term `{term}` is not in terms.toml")));
            }
            if let Some(id) = &test.framework {
                match self.frameworks.get(id) {
                    Some(f) if f.form == Form::Checklist => {}
                    Some(_) => {
                        return Err(diagnose::file(place, format!("framework `{id}` is no checklist, so it has no outcome to ask for")));
                    }
                    None => return Err(diagnose::file(place, format!("there is no framework `{id}`"))),
                }
                if above.contains(id) {
                    return Err(diagnose::file(place, format!("framework `{id}` asks for itself")));
                }
                above.push(id.clone());
                self.check_tests(place, &self.tests_of(id), above)?;
                above.pop();
            }
            self.check_tests(place, &test.any.iter().chain(&test.all).collect::<Vec<_>>(), above)?;
        }
        Ok(())
    }
}
