//! What the user asked about: every accepted spelling, parsed into one type.

use crate::error::Error;
use crate::hosts::Endpoints;
use crate::hub::local::{self, cache};
use crate::hub::{self, Facts, HUBS, Hub, Named, NotNamed, github, huggingface};
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
        } else if let Some(rest) = s.strip_prefix("pkg:") {
            purl(rest, s)?
        } else if s.starts_with("http://") || s.starts_with("https://") {
            page(s, endpoints)?
        } else if let Some((facts, rest)) = prefixed(s) {
            placed(facts.hub, facts.hub.read_name(rest.strip_prefix("//").unwrap_or(rest)), s)?
        } else if s.split_once('/').is_some_and(|(host, _)| HUBS.iter().any(|f| f.hosts.contains(&host))) {
            page(&format!("https://{s}"), endpoints)?
        } else {
            let hub = hub::default();
            placed(hub, hub.read_name(s), s)?
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
            let line = line.split(" #").next().unwrap_or(line).trim();
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

const HELP: &str = "a target is ORG/NAME, ORG/NAME@REVISION, hf:ORG/NAME, modelscope:ORG/NAME, ollama:NAME:TAG, github:OWNER/REPO, a hub URL, pkg:huggingface/ORG/NAME@REVISION, a directory (./dir), a weight file (./model.gguf), mof:FILE or osai-index:FILE";

const LOCAL: &str = "a file is audited by what its head says: *.gguf, *.safetensors, *.safetensors.index.json, *.onnx, or a Modelfile; give the folder to audit a checkpoint with its card";

/// A file, or else what should be a folder.
fn on_disk(path: &str) -> Place {
    let path = PathBuf::from(path);
    if path.is_file() { Place::File(path) } else { Place::Folder(path) }
}

/// The hub whose prefix a target has, and what stands behind it.
fn prefixed(s: &str) -> Option<(&'static Facts, &str)> {
    let (prefix, rest) = s.split_once(':')?;
    HUBS.iter().find(|f| f.prefixes.contains(&prefix)).map(|f| (f, rest))
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

/// The place of a name that a hub has read.
fn placed(hub: &dyn Hub, named: Result<Named, NotNamed>, shown: &str) -> Result<Place, Error> {
    match named {
        Ok(Named { id, revision }) => Ok(Place::Hub { hub: hub.name(), id, revision }),
        Err(NotNamed::Wrong(why)) => Err(wrong(shown, &why)),
        Err(NotNamed::Other(kind)) => Err(Error::usage(
            format!("`{}` is a {kind}, not a model", crate::text::cut(&crate::text::line(shown), 80)),
            "give the page of a model",
        )),
    }
}

/// `pkg:huggingface/ORG/NAME@COMMIT?repository_url=…`
/// (<https://github.com/package-url/purl-spec/blob/main/types/huggingface-definition.json>), or
/// `pkg:github/OWNER/REPO@VERSION` (`github-definition.json` beside it).
fn purl(rest: &str, shown: &str) -> Result<Place, Error> {
    let rest = rest.trim_start_matches('/');
    let Some((kind, rest)) = rest.split_once('/') else {
        return Err(wrong(shown, "a package URL is pkg:huggingface/ORG/NAME@REVISION"));
    };
    let hub = match kind.to_ascii_lowercase().as_str() {
        huggingface::NAME => hub::by_name(huggingface::NAME),
        github::NAME => hub::by_name(github::NAME),
        _ => None,
    };
    let Some(hub) = hub else {
        return Err(wrong(shown, "only package URLs of type huggingface or github name models"));
    };
    let (rest, subpath) = rest.split_once('#').map_or((rest, None), |(r, s)| (r, Some(s)));
    let (rest, qualifiers) = rest.split_once('?').map_or((rest, None), |(r, q)| (r, Some(q)));
    if subpath.is_some() {
        return Err(wrong(shown, "a model is audited whole; leave the #subpath out"));
    }
    if let Some(other) = qualifiers.and_then(|q| q.split('&').find_map(|p| p.strip_prefix("repository_url=")))
        && decode(other).is_none_or(|url| hub.name() != huggingface::NAME || crate::text::fold_url(&url) != "huggingface.co")
    {
        return Err(wrong(shown, "repository_url names another hub; give it with --hub"));
    }
    let (id, revision) = rest.split_once('@').map_or((rest, None), |(i, r)| (i, Some(r)));
    let decoded = decode(id).zip(revision.map_or(Some(None), |r| decode(r).map(Some)));
    let Some((id, revision)) = decoded else {
        return Err(wrong(shown, "its percent-encoding is broken"));
    };
    placed(hub, hub::checked_id(&id, revision.as_deref(), hub.name() == github::NAME), shown)
}

/// A hub page as copied from a browser.
fn page(s: &str, endpoints: &Endpoints) -> Result<Place, Error> {
    let Ok(url) = Url::parse(s) else {
        return Err(wrong(s, "it is no address"));
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong(s, "an address with a user name or password in it is not followed"));
    }
    let Some((facts, base)) = hub_of(&url, endpoints) else {
        return Err(Error::usage(
            format!("`{}` is on no hub that is known here", crate::text::cut(&crate::text::line(s), 80)),
            "hub URLs of huggingface.co, modelscope.cn, ollama.com and github.com are read, and those of the hub given with --hub or HF_ENDPOINT",
        ));
    };
    let path = url.path().trim_matches('/');
    let path = path.strip_prefix(base.as_str()).unwrap_or(path).trim_matches('/');
    let Some(path) = decode(path) else {
        return Err(wrong(s, "its percent-encoding is broken"));
    };
    let parts: Vec<&str> = path.split('/').collect();
    placed(facts.hub, facts.hub.read_page(&parts), s)
}

/// The hub that an address is on, and the path below which that hub stands: one that the environment
/// moved, or else a public one.
fn hub_of(url: &Url, endpoints: &Endpoints) -> Option<(&'static Facts, String)> {
    let path = url.path().trim_matches('/');
    let moved = HUBS
        .iter()
        .filter_map(|facts| {
            let own = Url::parse(endpoints.get(facts.services().next()?.key)).ok()?;
            let base = own.path().trim_matches('/').to_string();
            let below = path.strip_prefix(base.as_str()).is_some_and(|rest| base.is_empty() || rest.is_empty() || rest.starts_with('/'));
            (own.origin() == url.origin() && below).then_some((facts, base))
        })
        // Two hubs behind one host are told apart by the longer path.
        .max_by_key(|(_, base)| base.len());
    let public = || {
        let host = url.host_str()?;
        HUBS.iter().find(|f| f.hosts.contains(&host)).map(|f| (f, String::new()))
    };
    moved.or_else(public)
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
            ("modelscope:n", "no owner"),
            ("modelscope:a/b/c", "more than one"),
            ("https://modelscope.cn/datasets/o/n", "is a dataset"),
            ("https://modelscope.cn/models", "not one of a model"),
            ("ollama:a/b/c", "USER/NAME"),
            ("ollama:hf.co/o/n:Q4", "Hugging Face"),
            ("https://ollama.com/search", "not one of a model"),
            ("github:o", "no owner"),
            ("https://github.com/orgs/x", "not one of a repository"),
            ("pkg:huggingface/o/n?repository_url=https:%2F%2Fhub.example", "--hub"),
            ("pkg:huggingface/o/%zz", "percent"),
            ("file:/does/not/exist", "no directory"),
            ("mof:/does/not/exist.yml", "names no file"),
            ("osai-index:", "names no file"),
        ] {
            let e = parse(s).unwrap_err();
            assert!(e.contains(said), "{s}: {e}");
        }
    }

    #[test]
    fn every_spelling_on_other_hubs() {
        let place = |s: &str| match Target::parse(s, &Endpoints::default()).map(|t| t.place) {
            Ok(Place::Hub { hub, id, revision }) => format!("{hub} {id} {}", revision.unwrap_or_default()),
            other => format!("{other:?}"),
        };
        let commit = "616acbee0b9ed4177f1f389e3c13594a0a1f6398";
        for (said, spellings) in [
            (
                "modelscope Qwen/Qwen3-8B ",
                &[
                    "modelscope:Qwen/Qwen3-8B",
                    "modelscope://Qwen/Qwen3-8B",
                    "https://modelscope.cn/models/Qwen/Qwen3-8B",
                    "https://www.modelscope.cn/models/Qwen/Qwen3-8B/summary",
                    "https://modelscope.cn/models/Qwen/Qwen3-8B/files",
                    "modelscope.cn/models/Qwen/Qwen3-8B",
                    "https://www.modelscope.cn/api/v1/models/Qwen/Qwen3-8B/repo/files?Revision=master",
                ][..],
            ),
            ("modelscope-intl Qwen/Qwen3-8B ", &["https://www.modelscope.ai/models/Qwen/Qwen3-8B", "modelscope-intl:Qwen/Qwen3-8B"]),
            ("modelscope o/n v1.0", &["modelscope:o/n@v1.0", "https://modelscope.cn/models/o/n/file/view/v1.0/README.md"]),
            ("ollama library/llama3.1:latest ", &["ollama:llama3.1", "ollama:library/llama3.1", "https://ollama.com/library/llama3.1"]),
            (
                "ollama library/llama3.1:8b ",
                &[
                    "ollama:llama3.1:8b",
                    "https://ollama.com/library/llama3.1:8b",
                    "ollama.com/library/llama3.1:8b",
                    "registry.ollama.ai/library/llama3.1:8b",
                    "ollama:registry.ollama.ai/library/llama3.1:8b",
                    "https://registry.ollama.ai/v2/library/llama3.1/manifests/8b",
                    "https://ollama.com/library/llama3.1:8b/blobs/667b0c1932bc",
                ],
            ),
            ("ollama user/x:q4 ", &["ollama:user/x:q4", "https://ollama.com/user/x:q4"]),
            (
                "github ultralytics/yolov5 ",
                &[
                    "github:ultralytics/yolov5",
                    "https://github.com/ultralytics/yolov5",
                    "github.com/ultralytics/yolov5/releases",
                    "pkg:github/ultralytics/yolov5",
                ],
            ),
            (
                "github ultralytics/yolov5 v7.0",
                &[
                    "github:ultralytics/yolov5@v7.0",
                    "https://github.com/ultralytics/yolov5/releases/tag/v7.0",
                    "https://github.com/ultralytics/yolov5/tree/v7.0",
                    "https://github.com/ultralytics/yolov5/releases/download/v7.0/yolov5s.pt",
                    "pkg:github/ultralytics/yolov5@v7.0",
                ],
            ),
        ] {
            for spelling in spellings {
                assert_eq!(place(spelling), said, "{spelling}");
            }
        }
        assert_eq!(place(&format!("modelscope:o/n@{commit}")), format!("modelscope o/n {commit}"));
    }

    #[test]
    fn hubs_behind_one_host_are_told_apart() {
        let mut at = Endpoints::default();
        at.set("huggingface", "https://hubs.example");
        at.set("modelscope", "https://hubs.example/ms");
        let hub = |s: &str| match Target::parse(s, &at).map(|t| t.place) {
            Ok(Place::Hub { hub, id, .. }) => format!("{hub} {id}"),
            other => format!("{other:?}"),
        };
        assert_eq!(hub("https://hubs.example/ms/models/o/n"), "modelscope o/n");
        assert_eq!(hub("https://hubs.example/msx/n"), "huggingface msx/n");
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
        fn any_text_is_parsed_or_refused(s in "\\PC{0,60}|[a-zA-Z0-9/@:.%?#_-]{0,60}|(hf|modelscope|ollama|github):[a-zA-Z0-9/@:.%_-]{0,40}|https://(modelscope.cn|ollama.com|github.com|registry.ollama.ai)/[a-zA-Z0-9/@:.%_-]{0,50}") {
            if let Ok(Target { place: Place::Hub { hub, id, revision }, .. }) = Target::parse(&s, &Endpoints::default()) {
                let hub = hub::by_name(hub).expect("a hub of the table");
                let at = Endpoints::default();
                let asked = hub::Asked { at: &at, id: &id, revision: revision.as_deref() };
                // Whatever is accepted can be asked for, and stays in its own folder.
                let resources = hub.record(&asked).into_iter().chain(hub.card(&asked));
                for resource in resources {
                    prop_assert!(crate::net::is_safe_path(&resource.path), "{}", resource.path);
                    prop_assert!(Url::parse(&resource.url).is_ok_and(|u| at_home(&u)), "{}", resource.url);
                }
            }
        }
    }

    fn at_home(url: &Url) -> bool {
        crate::hosts::SERVICES.iter().any(|s| Url::parse(s.default).is_ok_and(|own| own.origin() == url.origin()))
    }
}
