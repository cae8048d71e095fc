//! Files of the Model Openness Tool: what one declares of a model's components and their licenses.
//! Format: <https://github.com/lfai/model_openness_tool> (`schema/mof_schema.json`).

use super::{Said, Statement, yaml};
use crate::mof::{Mode, Status, Statuses, status};
use crate::rules::Rules;
use crate::rules::frameworks::MofRule;
use crate::rules::schema::MofKind;
use crate::text;
use crate::vocabulary::{Availability, ComponentId};
use serde_json::Value;
use std::collections::BTreeMap;

/// Components that are read; the format allows 17.
const MAX_COMPONENTS: usize = 64;

/// A file, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    pub name: String,
    pub producer: String,
    pub version: Option<String>,
    pub date: Option<String>,
    /// What it is made from, in free words.
    pub origin: Option<String>,
    pub treatment: Option<String>,
    pub huggingface: Option<String>,
    pub repository: Option<String>,
    /// License names by kind of content.
    pub by_kind: BTreeMap<Kind, String>,
    pub distribution: Option<String>,
    /// Components by name, as listed; of two with one name the last.
    pub components: Vec<Listed>,
}

/// Kinds of content, as keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Code,
    Data,
    Document,
}

impl From<MofKind> for Kind {
    fn from(kind: MofKind) -> Kind {
        match kind {
            MofKind::Code => Kind::Code,
            MofKind::Data => Kind::Data,
            MofKind::Document => Kind::Document,
        }
    }
}

/// A listed component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub name: String,
    /// Its own license: `None` where the key is not there, empty where it says that there is none.
    pub license: Option<String>,
    pub path: Option<String>,
    pub line: Option<u32>,
}

/// Whether a parsed file is of this format.
pub fn is(value: &Value) -> bool {
    value.get("release").is_some_and(|r| r.get("components").is_some() || r.get("license").is_some())
}

/// Reads a parsed file; `text` is what it was parsed from.
///
/// # Errors
/// What is missing or not what the format says.
pub fn read(value: &Value, text: &str) -> Result<Declared, String> {
    let framework = yaml::said(value.get("framework").and_then(|f| f.get("name"))).unwrap_or_default();
    if framework != "Model Openness Framework" {
        return Err("`framework.name` is not \"Model Openness Framework\"".into());
    }
    let release = value.get("release").filter(|r| r.is_object()).ok_or("`release` is missing")?;
    let field = |key: &str| yaml::said(release.get(key));
    let name = field("name").ok_or("`release.name` is missing")?;
    let license = |of: &str| yaml::said(release.get("license").and_then(|l| l.get(of)).and_then(|l| l.get("name")));
    let listed = match release.get("components") {
        None | Some(Value::Null) => &[],
        Some(Value::Array(list)) => list.as_slice(),
        Some(_) => return Err("`release.components` is no list".into()),
    };
    if listed.len() > MAX_COMPONENTS {
        return Err(format!("`release.components` has {} entries; the framework has 17", listed.len()));
    }
    let mut components: Vec<Listed> = Vec::new();
    for (i, entry) in listed.iter().enumerate() {
        let name = yaml::said(entry.get("name")).ok_or_else(|| format!("component {} has no name", i + 1))?;
        let license = match entry.get("license") {
            None | Some(Value::Null) => None,
            // A list or mapping is no license name.
            value => Some(yaml::scalar(value).unwrap_or_else(|| "(no name)".into())),
        };
        let component =
            Listed { line: yaml::line_of(text, "components:", &name), license, path: yaml::said(entry.get("component_path")), name };
        components.retain(|c| c.name != component.name);
        components.push(component);
    }
    Ok(Declared {
        name,
        producer: field("producer").unwrap_or_default(),
        version: field("version"),
        date: field("date"),
        origin: field("origin"),
        treatment: field("treatment"),
        huggingface: field("huggingface"),
        repository: field("repository"),
        by_kind: [(Kind::Code, "code"), (Kind::Data, "data"), (Kind::Document, "document")]
            .into_iter()
            .filter_map(|(k, of)| Some((k, license(of)?)))
            .collect(),
        distribution: license("distribution"),
        components,
    })
}

impl Declared {
    /// The component of a listed name, exactly as the framework spells it.
    pub fn component(rules: &Rules, name: &str) -> Option<ComponentId> {
        rules.components.values().find(|c| c.name == name).map(|c| *c.id.get_ref())
    }

    /// Listed names that are no component of the framework.
    pub fn strangers<'a>(&'a self, rules: &Rules) -> Vec<&'a Listed> {
        self.components.iter().filter(|c| Declared::component(rules, &c.name).is_none()).collect()
    }

    /// The license of a listed component: its own, else that of its kind of content, else that of the
    /// distribution. `unlicensed` and an empty name are none, and nothing else is looked at then.
    pub fn license_of<'a>(&'a self, listed: &'a Listed, id: ComponentId, rules: &Rules) -> Option<&'a str> {
        if let Some(own) = &listed.license {
            return Some(own.as_str()).filter(|l| !matches!(*l, "" | "unlicensed"));
        }
        let kind = rules.components.get(&id).map(|c| Kind::from(c.kind));
        let by_kind = kind.and_then(|k| self.by_kind.get(&k));
        by_kind.or(self.distribution.as_ref()).map(String::as_str)
    }

    /// The status of every listed component.
    pub fn statuses(&self, rules: &Rules, rule: &MofRule, mode: Mode) -> Statuses {
        let mut out: BTreeMap<ComponentId, Status> = BTreeMap::new();
        for listed in &self.components {
            let stranger = Some(rule.tool.unknown_name_is).filter(|_| mode == Mode::Tool);
            let Some(id) = Declared::component(rules, &listed.name).or(stranger) else { continue };
            out.insert(id, status(id, self.license_of(listed, id, rules), rules, rule, mode));
        }
        out
    }

    /// What it states of components: those that it lists are released under the license that holds for them, but
    /// for remarks in the license's place that say they are not. What it does not list it does not speak of.
    pub fn statements(&self, rules: &Rules, rule: Option<&MofRule>) -> Vec<Statement> {
        let absent = rule.map(|r| r.absent.as_slice()).unwrap_or_default();
        let statement = |listed: &Listed| {
            let component = Declared::component(rules, &listed.name)?;
            let license = self.license_of(listed, component, rules);
            let folded = license.map(text::words).unwrap_or_default();
            let remark = absent.iter().any(|a| text::contains_phrase(&folded, &text::words(a)));
            let (availability, said, note) = match license {
                Some(l) if remark => (Availability::NotFound, Said::Nothing, format!("{}: \"{}\"", listed.name, text::squeeze(l))),
                Some(l) => (Availability::Released, Said::Named(l.to_string()), format!("{}: {}", listed.name, text::squeeze(l))),
                None => (Availability::Released, Said::None, format!("{}: without a license", listed.name)),
            };
            let url = listed.path.clone().filter(|p| p.starts_with("https://") || p.starts_with("http://"));
            Some(Statement { component, availability, license: said, url, line: listed.line, note })
        };
        self.components.iter().filter_map(statement).collect()
    }
}
