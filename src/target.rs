//! What the user asked about: every accepted spelling, parsed into one type.

use crate::error::Error;
use crate::hub::local::{self, cache};
use crate::hub::{Endpoints, huggingface, is_repo_id};
use crate::reviewed::Format;
use std::path::{Path, PathBuf};
use url::Url;

/// Something to audit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// As the user wrote it.
    pub given: String,
    pub place: Place,
}

/// Where it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A model on a hub.
    Hub { hub: &'static str, id: String, revision: Option<String> },
    /// A folder on this machine.
    Folder(PathBuf),
    /// A weight file, a shard index or a Modelfile on this machine.
    File(PathBuf),
    /// A model in a cache on this machine (`--cache`).
    Cached(cache::Entry),
    /// A reviewed file, judged on its own statements.
    Reviewed { format: Format, path: PathBuf },
}

/// Longest target that is looked at.
const MAX_TARGET: usize = 2048;
/// Prefixes of targets that other hubs and readers bring; none of them may be taken for a model name.
const NOT_YET: &[(&str, &str)] = &[("modelscope:", "ModelScope"), ("ollama:", "Ollama"), ("github:", "GitHub")];

impl Target {
    /// Parses a target. `endpoints` are the hubs whose URLs are understood besides the public ones.
    ///
    /// # Errors
    /// What is wrong with it and what would be right.
    pub fn parse(given: &str, endpoints: &Endpoints) -> Result<Target, Error> {
        let s = given.trim();
        if s.is_empty() {
            return Err(Error::usage("an empty target", HELP));
        }
        if s.len() > MAX_TARGET {
            return Err(Error::usage(format!("a target of {} characters", s.len()), HELP));
        }
        if let Some((prefix, name)) = NOT_YET.iter().find(|(p, _)| s.starts_with(p)) {
            return Err(Error::usage(
                format!("`{}`: {name} cannot be audited by this version", crate::text::line(s)),
                format!("targets that begin with `{prefix}` are not read yet; {HELP}"),
            ));
        }
        let place = if let Some((format, path)) = reviewed(s) {
            if !Path::new(path).is_file() {
                return Err(Error::usage(
                    format!("`{}` names no file", crate::text::line(s)),
                    format!("{}:FILE is a reviewed file that is judged on its own statements", format.slug()),
                ));
            }
            Place::Reviewed { format, path: PathBuf::from(path) }
        } else if let Some(path) = s.strip_prefix("file:") {
            on_disk(path.strip_prefix("//").unwrap_or(path))
        } else if looks_like_a_path(s) || (local::is_named_so(s) && Path::new(s).is_file()) {
            on_disk(s)
        } else if let Some(rest) = s.strip_prefix("hf:") {
            named(rest.strip_prefix("//").unwrap_or(rest), s)?
        } else if let Some(rest) = s.strip_prefix("pkg:") {
            purl(rest, s)?
        } else if s.starts_with("http://") || s.starts_with("https://") {
            page(s, endpoints)?
        } else if let Some((host, _)) = s.split_once('/').filter(|(h, _)| matches!(*h, "huggingface.co" | "hf.co" | "www.huggingface.co")) {
            debug_assert!(!host.is_empty());
            page(&format!("https://{s}"), endpoints)?
        } else {
            named(s, s)?
        };
        match &place {
            Place::Folder(path) if !path.is_dir() => {
                return Err(Error::usage(
                    format!("`{}` is no directory and no file", crate::text::line(s)),
                    "a local target is a checkpoint folder or a weight file; a model on the hub is ORG/NAME, without a leading ./",
                ));
            }
            Place::File(path) => {
                let fail = |why| Error::usage(format!("`{}` cannot be audited: {why}", crate::text::line(s)), LOCAL);
                local::kind(path).map_err(fail)?;
            }
            _ => {}
        }
        Ok(Target { given: s.to_string(), place })
    }

    /// Parses a list: one target a line, `#` begins a comment, blank lines are passed over.
    ///
    /// # Errors
    /// The first line that is no target, by file and line.
    pub fn parse_list(text: &str, name: &str, endpoints: &Endpoints) -> Result<Vec<Target>, Error> {
        let mut targets = Vec::new();
        for (i, line) in text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate() {
            let line = match line.find(" #") {
                Some(at) => &line[..at],
                None => line,
            };
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            targets.push(Target::parse(line, endpoints).map_err(|e| match e {
                Error::Usage { message, help } => Error::Usage { message: format!("{name}:{}: {message}", i + 1), help },
                other => other,
            })?);
        }
        Ok(targets)
    }
}

const HELP: &str = "a target is ORG/NAME, ORG/NAME@REVISION, hf:ORG/NAME, a hub URL, pkg:huggingface/ORG/NAME@REVISION, a directory (./dir), a weight file (./model.gguf), mof:FILE or osai-index:FILE";

const LOCAL: &str = "a file is audited by what its head says: *.gguf, *.safetensors, *.safetensors.index.json, *.onnx, or a Modelfile; give the folder to audit a checkpoint with its card";

/// A file, or else what should be a folder.
fn on_disk(path: &str) -> Place {
    let path = PathBuf::from(path);
    if path.is_file() { Place::File(path) } else { Place::Folder(path) }
}

/// `mof:FILE` or `osai-index:FILE`.
fn reviewed(s: &str) -> Option<(Format, &str)> {
    [Format::Mof, Format::OsaiIndex].into_iter().find_map(|f| Some((f, s.strip_prefix(f.slug())?.strip_prefix(':')?)))
}

fn looks_like_a_path(s: &str) -> bool {
    s == "."
        || s == ".."
        || s.starts_with("./")
        || s.starts_with("../")
        || s.starts_with('/')
        || s.starts_with(".\\")
        || Path::new(s).is_absolute()
}

fn wrong(shown: &str, why: &str) -> Error {
    Error::usage(format!("`{}` is no model name: {why}", crate::text::cut(&crate::text::line(shown), 80)), HELP)
}

/// `ORG/NAME` or `NAME`, with or without `@REVISION`.
fn named(s: &str, shown: &str) -> Result<Place, Error> {
    let (id, revision) = match s.split_once('@') {
        Some((id, revision)) => (id, Some(revision)),
        None => (s, None),
    };
    on_hub(id, revision, shown)
}

fn on_hub(id: &str, revision: Option<&str>, shown: &str) -> Result<Place, Error> {
    let id = id.trim_end_matches('/');
    if !is_repo_id(id) {
        let why = match id.matches('/').count() {
            0 | 1 => "hubs allow letters, digits, `.`, `_` and `-` in a name, up to 96 a part",
            _ => "it has more than one `/`",
        };
        return Err(wrong(shown, why));
    }
    if let Some(r) = revision
        && !is_revision(r)
    {
        return Err(wrong(shown, "the revision after `@` is no branch, tag or commit"));
    }
    Ok(Place::Hub { hub: huggingface::NAME, id: id.to_string(), revision: revision.map(str::to_string) })
}

/// A git reference or commit, as `git check-ref-format` would have it, roughly.
fn is_revision(r: &str) -> bool {
    !r.is_empty()
        && r.len() <= 255
        && r.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'~' | b'^' | b':' | b'?' | b'*' | b'[' | b'\\' | b'"' | b'<' | b'>'))
        && !r.contains("..")
        && !r.contains("//")
        && !r.starts_with(['/', '-', '.'])
        && !r.ends_with(['/', '.'])
}

/// `pkg:huggingface/ORG/NAME@COMMIT?repository_url=…`
/// (<https://github.com/package-url/purl-spec/blob/main/types/huggingface-definition.json>).
fn purl(rest: &str, shown: &str) -> Result<Place, Error> {
    let rest = rest.trim_start_matches('/');
    let Some((kind, rest)) = rest.split_once('/') else {
        return Err(wrong(shown, "a package URL is pkg:huggingface/ORG/NAME@REVISION"));
    };
    if !kind.eq_ignore_ascii_case("huggingface") {
        return Err(wrong(shown, "only package URLs of type huggingface name models"));
    }
    let (rest, subpath) = rest.split_once('#').map_or((rest, None), |(r, s)| (r, Some(s)));
    let (rest, qualifiers) = rest.split_once('?').map_or((rest, None), |(r, q)| (r, Some(q)));
    if subpath.is_some() {
        return Err(wrong(shown, "a model is audited whole; leave the #subpath out"));
    }
    if let Some(other) = qualifiers.and_then(|q| q.split('&').find_map(|p| p.strip_prefix("repository_url=")))
        && decode(other).is_none_or(|url| crate::text::fold_url(&url) != "huggingface.co")
    {
        return Err(wrong(shown, "repository_url names another hub; give it with --hub"));
    }
    let (id, revision) = rest.split_once('@').map_or((rest, None), |(i, r)| (i, Some(r)));
    let decoded = decode(id).zip(revision.map_or(Some(None), |r| decode(r).map(Some)));
    let Some((id, revision)) = decoded else {
        return Err(wrong(shown, "its percent-encoding is broken"));
    };
    on_hub(&id, revision.as_deref(), shown)
}

/// A hub page as copied from a browser.
fn page(s: &str, endpoints: &Endpoints) -> Result<Place, Error> {
    let Ok(url) = Url::parse(s) else {
        return Err(wrong(s, "it is no address"));
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong(s, "an address with a user name or password in it is not followed"));
    }
    let own = Url::parse(&endpoints.huggingface).ok();
    let is_own = own.as_ref().is_some_and(|o| o.origin() == url.origin());
    if !is_own && !matches!(url.host_str(), Some("huggingface.co" | "www.huggingface.co" | "hf.co")) {
        return Err(Error::usage(
            format!("`{}` is on no hub that is known here", crate::text::cut(&crate::text::line(s), 80)),
            "hub URLs of huggingface.co are read, and those of the hub given with --hub or HF_ENDPOINT",
        ));
    }
    let base = if is_own { own.as_ref().map_or("", |o| o.path()).trim_matches('/').to_string() } else { String::new() };
    let path = url.path().trim_matches('/');
    let path = path.strip_prefix(base.as_str()).unwrap_or(path).trim_matches('/');
    let Some(path) = decode(path) else {
        return Err(wrong(s, "its percent-encoding is broken"));
    };
    let parts: Vec<&str> = path.split('/').collect();
    let parts = match parts.as_slice() {
        ["models", rest @ ..] if rest.len() >= 2 => rest,
        ["api", "models", rest @ ..] => rest,
        [kind @ ("datasets" | "spaces" | "collections" | "papers"), ..] => {
            return Err(Error::usage(
                format!("`{}` is a {}, not a model", crate::text::cut(&crate::text::line(s), 80), kind.trim_end_matches('s')),
                "give the page of a model",
            ));
        }
        all => all,
    };
    let verbs = ["tree", "blob", "resolve", "raw", "commit", "commits", "discussions", "revision"];
    match parts {
        [owner, name, verb, revision, ..] if verbs.contains(verb) && *verb != "discussions" => {
            // refs/pr/1 is one revision of three parts.
            let revision = match parts.get(3..) {
                Some(["refs", kind, n, ..]) => format!("refs/{kind}/{n}"),
                _ => (*revision).to_string(),
            };
            on_hub(&format!("{owner}/{name}"), Some(&revision), s)
        }
        [owner, name, verb, ..] if verbs.contains(verb) => on_hub(&format!("{owner}/{name}"), None, s),
        [name, verb, revision, ..] if verbs.contains(verb) => on_hub(name, Some(revision), s),
        [owner, name] if !owner.is_empty() => on_hub(&format!("{owner}/{name}"), None, s),
        [name] if !name.is_empty() => on_hub(name, None, s),
        _ => Err(wrong(s, "the page is not one of a model")),
    }
}

/// Percent-decoding; `None` where it is broken or not UTF-8.
fn decode(s: &str) -> Option<String> {
    let mut out = Vec::with_capacity(s.len());
    let mut bytes = s.bytes();
    while let Some(b) = bytes.next() {
        if b == b'%' {
            let hex = |b: u8| (b as char).to_digit(16);
            let (high, low) = (hex(bytes.next()?)?, hex(bytes.next()?)?);
            out.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            out.push(b);
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(s: &str) -> Result<(String, Option<String>), String> {
        match Target::parse(s, &Endpoints::default()).map(|t| t.place) {
            Ok(Place::Hub { id, revision, .. }) => Ok((id, revision)),
            Ok(Place::Folder(p)) => Ok((format!("folder {}", p.display()), None)),
            Ok(Place::File(p)) => Ok((format!("file {}", p.display()), None)),
            Ok(Place::Cached(entry)) => Ok((format!("cached {}", entry.id()), None)),
            Ok(Place::Reviewed { format, path }) => Ok((format!("folder {} {}", format.slug(), path.display()), None)),
            Err(e) => Err(e.to_string()),
        }
    }

    #[test]
    fn every_spelling_of_a_model() {
        let r1 = ("deepseek-ai/DeepSeek-R1".to_string(), None);
        for s in [
            "deepseek-ai/DeepSeek-R1",
            " deepseek-ai/DeepSeek-R1 ",
            "hf:deepseek-ai/DeepSeek-R1",
            "hf://deepseek-ai/DeepSeek-R1",
            "https://huggingface.co/deepseek-ai/DeepSeek-R1",
            "https://huggingface.co/deepseek-ai/DeepSeek-R1/",
            "https://hf.co/deepseek-ai/DeepSeek-R1?library=transformers#top",
            "huggingface.co/deepseek-ai/DeepSeek-R1",
            "https://huggingface.co/api/models/deepseek-ai/DeepSeek-R1",
            "https://huggingface.co/deepseek-ai/DeepSeek-R1/discussions/12",
            "pkg:huggingface/deepseek-ai/DeepSeek-R1",
            "pkg:HuggingFace/deepseek-ai/DeepSeek-R1?repository_url=https:%2F%2Fhuggingface.co",
        ] {
            assert_eq!(parse(s), Ok(r1.clone()), "{s}");
        }
        assert_eq!(parse("gpt2"), Ok(("gpt2".into(), None)));
    }

    #[test]
    fn revisions() {
        let with = |r: &str| Ok(("o/n".to_string(), Some(r.to_string())));
        assert_eq!(parse("o/n@main"), with("main"));
        assert_eq!(parse("hf:o/n@refs/pr/3"), with("refs/pr/3"));
        assert_eq!(parse("pkg:huggingface/o/n@559062ad13d3"), with("559062ad13d3"));
        assert_eq!(parse("https://huggingface.co/o/n/blob/main/README.md"), with("main"));
        assert_eq!(parse("https://huggingface.co/o/n/tree/refs%2Fpr%2F1"), with("refs/pr/1"));
        assert_eq!(parse("https://huggingface.co/gpt2/resolve/v1/config.json"), Ok(("gpt2".into(), Some("v1".into()))));
    }

    #[test]
    fn what_is_no_model_is_a_clear_error() {
        for (s, said) in [
            ("", "empty"),
            ("a/b/c", "more than one"),
            ("../etc/passwd", "no directory"),
            ("a b", "no model name"),
            ("o/n@", "revision"),
            ("o/n@a..b", "revision"),
            ("https://huggingface.co/datasets/o/n", "is a dataset"),
            ("https://huggingface.co/spaces/o/n", "is a space"),
            ("https://example.org/o/n", "no hub"),
            ("https://user:pw@huggingface.co/o/n", "user name"),
            ("https://huggingface.co", "not one of a model"),
            ("pkg:pypi/requests", "only package URLs"),
            ("pkg:huggingface/o/n?repository_url=https:%2F%2Fhub.example", "--hub"),
            ("pkg:huggingface/o/%zz", "percent"),
            ("ollama:llama3", "not be audited by this version"),
            ("file:/does/not/exist", "no directory"),
            ("mof:/does/not/exist.yml", "names no file"),
            ("osai-index:", "names no file"),
        ] {
            let e = parse(s).unwrap_err();
            assert!(e.contains(said) || (s.starts_with("ollama") && e.contains("cannot be audited")), "{s}: {e}");
        }
    }

    #[test]
    fn lists_name_the_line() {
        let at = Endpoints::default();
        let targets = Target::parse_list("\u{feff}# models\n\no/n  # ours\nhf:a/b@v1\r\n", "m.txt", &at).unwrap();
        assert_eq!(targets.iter().map(|t| t.given.as_str()).collect::<Vec<_>>(), ["o/n", "hf:a/b@v1"]);
        let e = Target::parse_list("o/n\nbad name\n", "m.txt", &at).unwrap_err().to_string();
        assert!(e.starts_with("m.txt:2: "), "{e}");
    }

    #[test]
    fn folders() {
        assert_eq!(parse("."), Ok(("folder .".into(), None)));
        assert_eq!(parse("./src"), Ok(("folder ./src".into(), None)));
        assert_eq!(parse("file:src"), Ok(("folder src".into(), None)));
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_refused(s in "\\PC{0,60}|[a-zA-Z0-9/@:.%?#_-]{0,60}") {
            if let Ok((id, _)) = parse(&s) {
                prop_assert!(id.starts_with("folder ") || is_repo_id(&id));
            }
        }
    }
}
