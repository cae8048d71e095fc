//! Reads the name of a model as it is written where something takes one. Pure, apart from the question
//! whether the project has a file of that name.

use super::Kind;
use super::book::{Book, How};
use crate::ids::is_repo_id;
use crate::rules::scan::{Form, PrefixMeans, Takes};
use wildmatch::WildMatch;

/// What a name turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    Target {
        kind: Kind,
        target: String,
        revision: Option<String>,
    },
    /// It names a model, but none that can be audited by it.
    Unresolved(String),
    /// A file or folder.
    Local,
    /// No name of a model.
    Nothing,
}

/// Longest text that is taken for a name.
const MAX_NAME: usize = 400;

/// Addresses of hubs that serve the same repositories.
const HOSTS: &[&str] = &["huggingface.co", "www.huggingface.co", "hf.co", "hf-mirror.com"];

/// Reads a name. `exists` tells whether the project has a file or folder of a name.
pub fn read(written: &str, how: &How<'_>, book: &Book<'_>, exists: &dyn Fn(&str) -> bool) -> Named {
    let s = written.trim();
    if s.is_empty() || s.len() > MAX_NAME || s.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Named::Nothing;
    }
    if let Some(rest) = how.prefixes.iter().find_map(|p| s.strip_prefix(p.as_str())) {
        return hub(rest, how, book, &|_| false);
    }
    if let Some(found) = address(s, book) {
        return found;
    }
    if is_path(s, book) {
        return Named::Local;
    }
    if let Some(why) = how.elsewhere {
        return Named::Unresolved(why.to_string());
    }
    if let Some((_, target)) = how.map.and_then(|m| m.rows.iter().find(|(p, _)| WildMatch::new(p).matches(s))) {
        let target = target.replace("{}", s);
        return Named::Target { kind: Kind::Model, target, revision: None };
    }
    match how.form {
        Form::Listed if how.org.is_none() => return Named::Nothing,
        Form::Ollama => return ollama(s),
        Form::Modelscope => {
            let id = s.split('@').next().unwrap_or(s);
            let target = is_qualified(id, book, false).then(|| format!("modelscope:{id}"));
            return target.map_or(Named::Nothing, |target| Named::Target { kind: kind(how.kind), target, revision: None });
        }
        _ => {}
    }
    if how.kind == Takes::Model {
        // `openrouter/ORG/NAME` means something to a client of many servers, and is a plain owner to the hub.
        let prefix = |p: &&crate::rules::scan::PrefixRule| {
            let prefix = p.prefix.get_ref();
            s.starts_with(prefix.as_str()) && (how.form != Form::Hub || prefix.ends_with(':'))
        };
        if let Some(rule) = book.rules.scan.prefixes.iter().filter(prefix).max_by_key(|p| p.prefix.get_ref().len()) {
            let rest = s.get(rule.prefix.get_ref().len()..).unwrap_or("");
            return match rule.is {
                PrefixMeans::Hub => hub(rest, how, book, &|_| false),
                PrefixMeans::Ollama => ollama(rest),
                PrefixMeans::Modelscope => Named::Target { kind: Kind::Model, target: format!("modelscope:{rest}"), revision: None },
                PrefixMeans::Api => api(rest, book).unwrap_or_else(|| match hub(rest, how, book, exists) {
                    target @ Named::Target { .. } => target,
                    // `models/` is more often a folder.
                    _ if book.path_owners.contains(rule.prefix.get_ref().trim_end_matches('/')) => Named::Local,
                    _ => Named::Unresolved(format!(
                        "`{}` names a model of an API, and the rules know no model of this name",
                        rule.prefix.get_ref()
                    )),
                }),
                PrefixMeans::Unresolved => Named::Unresolved(rule.why.clone().unwrap_or_default()),
            };
        }
        if let Some(hosted) = api(s, book) {
            return hosted;
        }
    }
    hub(s, how, book, exists)
}

/// A literal address from which a file of the hub is downloaded: a reference wherever it stands.
pub fn download(s: &str, book: &Book<'_>) -> Option<Named> {
    let file = s.split(['?', '#']).next().unwrap_or(s);
    let page = s.contains("/blob/") && has_extension(file, book);
    let runs = s.contains("huggingface.co/") && s.contains("/models/") && !s.contains("/api/models/");
    let direct = page || runs || s.contains("/resolve/") || s.contains("/spacy-models/releases/download/");
    if !direct || !(s.starts_with("https://") || s.starts_with("http://")) || s.chars().any(char::is_whitespace) || s.len() > MAX_NAME {
        return None;
    }
    address(s, book).filter(|n| matches!(n, Named::Target { .. }))
}

/// A name of the hub.
fn hub(s: &str, how: &How<'_>, book: &Book<'_>, exists: &dyn Fn(&str) -> bool) -> Named {
    let (s, revision) = match s.trim_end_matches('/').split_once('@') {
        Some((id, revision)) => (id, Some(revision.to_string())),
        None => (s.trim_end_matches('/'), None),
    };
    // A server's way to name one file (`ORG/NAME:Q4_K_M`) or one provider of it.
    let (id, _) = s.split_once(':').unwrap_or((s, ""));
    let target = |target: String| Named::Target { kind: kind(how.kind), target, revision: revision.clone() };
    match id.matches('/').count() {
        1 if is_qualified(id, book, how.form != Form::Hub) => {
            if exists(id) {
                return Named::Local;
            }
            target(id.to_string())
        }
        0 if is_repo_id(id) && id.chars().any(char::is_alphabetic) && !has_extension(id, book) => {
            let spelled = id.contains(['-', '_', '.']) || id.chars().any(|c| c.is_ascii_digit());
            match (how.form, how.org) {
                (Form::Hub, _) if how.kind == Takes::Dataset => match book.rules.scan.list("dataset-builders").iter().any(|b| b == id) {
                    true => Named::Local,
                    false => target(id.to_string()),
                },
                _ if exists(id) => Named::Local,
                (_, Some(org)) if spelled => target(format!("{org}/{id}")),
                (Form::Hub | Form::Qualified | Form::Api, _) if how.kind == Takes::Model && book.legacy.contains(id) => {
                    target(id.to_string())
                }
                (Form::Hub, _) => Named::Local,
                (Form::Api, _) => {
                    Named::Unresolved(format!("`{id}` is the name of a deployment, an alias, or a model that the rules do not know"))
                }
                _ => Named::Nothing,
            }
        }
        _ => Named::Nothing,
    }
}

/// A model behind an API.
fn api(s: &str, book: &Book<'_>) -> Option<Named> {
    book.rules.providers.iter().find_map(|p| p.closed(s)).map(|bare| {
        let target = if s.contains('/') { s.to_string() } else { bare };
        Named::Target { kind: Kind::Hosted, target, revision: None }
    })
}

fn ollama(s: &str) -> Named {
    let (name, tag) = s.split_once(':').unwrap_or((s, ""));
    let part =
        |p: &str| !p.is_empty() && p.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')) && !p.starts_with('.');
    let parts: Vec<&str> = name.split('/').collect();
    let named = parts.len() <= 2 && parts.iter().all(|p| part(p)) && (tag.is_empty() || part(tag)) && name.chars().any(char::is_alphabetic);
    match named {
        true => Named::Target { kind: Kind::Model, target: format!("ollama:{}", s.trim_end_matches(':')), revision: None },
        false => Named::Nothing,
    }
}

/// An address of a hub, or what looks like one; `None` for anything else.
fn address(s: &str, book: &Book<'_>) -> Option<Named> {
    let lower = s.get(..24.min(s.len())).unwrap_or(s).to_ascii_lowercase();
    let (scheme, rest) = match s.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None if HOSTS.iter().any(|h| lower.starts_with(&format!("{h}/"))) => ("https".to_string(), s),
        None => return None,
    };
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let target = |kind, owner: &str, name: &str, revision: Option<&str>| {
        let (name, at) = name.split_once('@').map_or((name, None), |(n, r)| (n, Some(r)));
        let id = format!("{owner}/{}", name.split(':').next().unwrap_or(name).trim_end_matches(".git"));
        match is_repo_id(&id) && !book.rules.scan.list("hub-pages").iter().any(|p| p == owner) {
            true => Named::Target { kind, target: id, revision: at.or(revision).map(str::to_string) },
            false => Named::Nothing,
        }
    };
    let path = match scheme.as_str() {
        "hf" | "huggingface" => rest,
        "http" | "https" => {
            let (host, path) = rest.split_once('/')?;
            let host = host.split(':').next().unwrap_or(host).to_ascii_lowercase();
            let parts: Vec<&str> = path.split('/').collect();
            match (host.as_str(), parts.as_slice()) {
                ("github.com", ["explosion", "spacy-models", "releases", "download", release, ..]) => {
                    let name = release.rsplit_once('-').map_or(*release, |(n, _)| n);
                    return Some(target(Kind::Model, "spacy", name, None));
                }
                ("modelscope.cn" | "www.modelscope.cn", ["models", owner, name, ..]) => {
                    let target = format!("modelscope:{owner}/{name}");
                    return Some(Named::Target { kind: Kind::Model, target, revision: None });
                }
                // Where a model is run: `/models/ORG/NAME`, `/hf-inference/models/ORG/NAME`.
                ("api-inference.huggingface.co" | "router.huggingface.co", parts) => {
                    let at = parts.iter().position(|p| *p == "models").map_or(parts.len(), |i| i + 1);
                    return Some(match parts.get(at..) {
                        Some([owner, name, ..]) => target(Kind::Model, owner, name, None),
                        _ => Named::Nothing,
                    });
                }
                (host, _) if HOSTS.contains(&host) => path,
                _ => return Some(Named::Nothing),
            }
        }
        _ => return Some(Named::Nothing),
    };
    let parts: Vec<&str> = path.trim_matches('/').split('/').filter(|p| !p.is_empty()).collect();
    let parts = match parts.as_slice() {
        ["api", "models" | "datasets", ..] => parts.get(1..).unwrap_or(&[]),
        all => all,
    };
    let (kind, parts) = match parts {
        ["datasets", rest @ ..] => (Kind::Dataset, rest),
        ["models", rest @ ..] => (Kind::Model, rest),
        all => (Kind::Model, all),
    };
    Some(match parts {
        [owner, name, "resolve" | "blob" | "raw" | "tree", revision, ..] => target(kind, owner, name, Some(revision)),
        [owner, name, ..] => target(kind, owner, name, None),
        _ => Named::Nothing,
    })
}

/// `ORG/NAME` and nothing that is more likely something else. `strict` where the place may hold other things.
fn is_qualified(id: &str, book: &Book<'_>, strict: bool) -> bool {
    let Some((owner, name)) = id.split_once('/') else { return false };
    // A dot makes it a host: `ghcr.io/NAME`, `example.org/path`.
    if owner.contains('.') {
        return false;
    }
    let wordy = |s: &str| (s.len() >= 2 || !strict) && s.chars().any(char::is_alphabetic);
    is_repo_id(id)
        && wordy(owner)
        && wordy(name)
        && !has_extension(name, book)
        && !book.path_owners.contains(owner.to_ascii_lowercase().as_str())
}

fn has_extension(name: &str, book: &Book<'_>) -> bool {
    name.rsplit_once('.').is_some_and(|(_, e)| book.extensions.contains(e.to_ascii_lowercase().as_str()))
}

fn is_path(s: &str, book: &Book<'_>) -> bool {
    let drive = s.as_bytes().get(1) == Some(&b':') && s.as_bytes().get(2).is_some_and(|b| matches!(b, b'\\' | b'/'));
    s.starts_with(['/', '.', '~', '\\', '$', '%', '<', '{', '-', '@']) && !s.starts_with("@cf/")
        || drive
        || s.contains('\\')
        || s.contains("..")
        || (s.contains('/') && has_extension(s, book) && !s.contains("://"))
}

fn kind(takes: Takes) -> Kind {
    match takes {
        Takes::Model => Kind::Model,
        Takes::Dataset => Kind::Dataset,
    }
}
