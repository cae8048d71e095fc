//! The Ollama registry: a manifest of layers by media type, as the client reads it
//! (<https://github.com/ollama/ollama/blob/main/server/images.go>, `GetModel`), and a configuration blob
//! (<https://github.com/ollama/ollama/blob/main/types/model/config.go>, `ConfigV2`) with family, number of
//! parameters and quantisation. The transport is that of container registries
//! (<https://github.com/opencontainers/distribution-spec/blob/main/spec.md>): `/v2/NAME/manifests/TAG`,
//! `/v2/NAME/blobs/DIGEST`.
//!
//! Entries have no card and name no original. Only the manifest, the configuration and license layers are
//! read; the layers of weights never are.

use super::{Answer, Asked, Hub, Named, NotNamed, field, first, json};
use super::{record::Extra, record::ModelRecord};
use crate::digest::{BlobDigest, sha256};
use crate::files::FileEntry;
use crate::hosts::Endpoints;
use crate::ids::is_commit;
use crate::net::{Body, Gap, Resource, limits};
use crate::rules::Rules;
use serde_json::Value;
use std::collections::BTreeMap;

/// The hub's name in targets, JSON and the evidence layout.
pub const NAME: &str = "ollama";

/// Layers that one model may have before the manifest counts as none.
const LAYERS: usize = 10_000;

/// The registry.
pub struct Ollama;

impl Hub for Ollama {
    fn name(&self) -> &'static str {
        NAME
    }

    /// `NAME[:TAG]` or `USER/NAME[:TAG]`; the id always has its namespace and tag: `library/llama3.1:8b`.
    fn read_name(&self, name: &str) -> Result<Named, NotNamed> {
        let wrong = |why: &str| Err(NotNamed::Wrong(why.into()));
        let name = ["registry.ollama.ai/", "ollama.com/"].iter().find_map(|h| name.strip_prefix(h)).unwrap_or(name);
        if name.starts_with("hf.co/") || name.starts_with("huggingface.co/") {
            return wrong("that is a repository on Hugging Face; audit it by its name there, without the `:TAG`");
        }
        let (path, tag) = name.rsplit_once(':').map_or((name, "latest"), |(path, tag)| (path, tag));
        let parts: Vec<&str> = path.split('/').collect();
        let (owner, name) = match parts.as_slice() {
            [name] => ("library", *name),
            [owner, name] => (*owner, *name),
            _ => return wrong("a model of this registry is NAME[:TAG] or USER/NAME[:TAG]"),
        };
        if !is_part(owner) || !is_part(name) || !is_part(tag) {
            return wrong("names and tags of this registry are letters, digits, `.`, `_` and `-`");
        }
        Ok(Named { id: format!("{owner}/{name}:{tag}"), revision: None })
    }

    fn read_page(&self, path: &[&str]) -> Result<Named, NotNamed> {
        let no_model = || Err(NotNamed::Wrong("the page is not one of a model".into()));
        match path {
            ["v2", owner, name, "manifests", tag] => self.read_name(&format!("{owner}/{name}:{tag}")),
            ["search" | "blog" | "download" | "docs" | "models" | "cloud" | "pricing" | "signin" | "settings" | "v2", ..] => no_model(),
            // `…/blobs/DIGEST` is one of its layers, `…/tags` the list of its tags.
            [owner, name] | [owner, name, "blobs", _] => self.read_name(&format!("{owner}/{name}")),
            [owner, name, "tags"] => self.read_name(&format!("{owner}/{name}")),
            _ => no_model(),
        }
    }

    fn record(&self, asked: &Asked<'_>) -> Vec<Resource> {
        let (name, tag) = split(asked.id);
        vec![Resource {
            path: format!("{}/manifest.json", dir(asked.id)),
            url: format!("{}/v2/{name}/manifests/{tag}", asked.at.get(NAME)),
            limit: limits::RECORD_BYTES,
            expect: None,
        }]
    }

    fn record_rest(&self, asked: &Asked<'_>, first: &[Answer]) -> Vec<Resource> {
        let Some(Ok(body)) = first.first() else { return Vec::new() };
        let Ok(manifest) = json(&body.bytes) else { return Vec::new() };
        let config = manifest.get("config").map(layer);
        let readable = |l: &Layer| l.size.is_none_or(|s| s <= limits::CONFIG_BYTES as u64);
        config.and_then(Result::ok).filter(readable).map(|c| blob(asked.at, asked.id, "config.json", &c.digest)).into_iter().collect()
    }

    fn read_record(&self, asked: &Asked<'_>, answers: &[Answer], _: &Rules) -> Result<ModelRecord, Gap> {
        let body = first(answers)?;
        let mut record = record(body, asked.id)?;
        match answers.get(1) {
            Some(Ok(config)) => {
                let config = json(&config.bytes).unwrap_or_else(|gap| {
                    record.extra.gaps.push(("config.json".into(), gap));
                    Value::Null
                });
                let text = |key: &str| field(&config, key).map(|s| crate::text::cut(s, limits::NAME_CHARS).into_owned());
                record.extra.family = text("model_family");
                record.extra.size = text("model_type");
                record.extra.quantisation = text("file_type").filter(|t| t != "unknown");
            }
            Some(Err(gap)) => record.extra.gaps.push(("config.json".into(), gap.clone())),
            None => {}
        }
        Ok(record)
    }

    fn card(&self, _: &Asked<'_>) -> Option<Resource> {
        None
    }

    fn file(&self, at: &Endpoints, record: &ModelRecord, _: &str, path: &str) -> Resource {
        let digest = match record.file(path).and_then(|f| f.digest.as_ref()) {
            Some(BlobDigest::Sha256(hex)) => hex.as_str(),
            // Nothing but layers is ever asked for, and each has its digest.
            _ => "",
        };
        blob(at, &record.id, path, digest)
    }

    fn model_page(&self, at: &Endpoints, id: &str) -> String {
        // The registry has no pages; the public one has them on its own site.
        let registry = at.get(NAME);
        let site = if registry == Endpoints::default().get(NAME) { "https://ollama.com" } else { registry };
        format!("{site}/{id}")
    }

    fn file_page(&self, at: &Endpoints, id: &str, _: &str, path: &str, digest: Option<&BlobDigest>) -> String {
        match digest {
            Some(BlobDigest::Sha256(hex)) => blob(at, id, path, hex).url,
            _ => self.model_page(at, id),
        }
    }
}

/// A part of a name, or a tag.
fn is_part(s: &str) -> bool {
    (1..=128).contains(&s.len())
        && s.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
        && !s.starts_with(['.', '-'])
}

/// Name and tag of an id.
pub fn split(id: &str) -> (&str, &str) {
    id.rsplit_once(':').unwrap_or((id, "latest"))
}

/// Whether an entry is one of those that the registry's own people keep.
pub fn is_curated(id: &str) -> bool {
    id.starts_with("library/")
}

fn dir(id: &str) -> String {
    let (name, tag) = split(id);
    format!("{NAME}/{name}/{tag}")
}

fn blob(at: &Endpoints, id: &str, file: &str, hex: &str) -> Resource {
    Resource {
        path: format!("{}/{file}", dir(id)),
        url: format!("{}/v2/{}/blobs/sha256:{hex}", at.get(NAME), split(id).0),
        limit: limits::CONFIG_BYTES,
        expect: Some(BlobDigest::Sha256(hex.to_string())),
    }
}

struct Layer {
    media: String,
    /// Lower-case hex.
    digest: String,
    size: Option<u64>,
}

/// Reads a layer.
///
/// # Errors
/// A digest that is no sha256: it would be part of an address.
fn layer(value: &Value) -> Result<Layer, Gap> {
    let digest = field(value, "digest").and_then(|d| d.strip_prefix("sha256:")).filter(|d| d.len() == 64 && is_commit(d));
    Ok(Layer {
        media: field(value, "mediaType").unwrap_or_default().to_string(),
        digest: digest.ok_or_else(|| Gap::Malformed("a layer's digest is no sha256".into()))?.to_string(),
        size: value.get("size").and_then(Value::as_u64),
    })
}

fn record(body: &Body, id: &str) -> Result<ModelRecord, Gap> {
    let manifest = json(&body.bytes)?;
    let layers = manifest.get("layers").and_then(Value::as_array).ok_or_else(|| Gap::Malformed("it has no layers".into()))?;
    if layers.len() > LAYERS {
        return Err(Gap::Malformed(format!("it has more than {LAYERS} layers")));
    }
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut files = Vec::new();
    for value in layers {
        let layer = layer(value)?;
        let (stem, extension) = name_of(&layer.media);
        let count = counts.entry(stem).or_default();
        *count += 1;
        // License texts are counted from the first on, as the evidence layout has them.
        let path = if *count == 1 && stem != "license" { format!("{stem}.{extension}") } else { format!("{stem}-{count}.{extension}") };
        files.push(FileEntry { path, size: layer.size, digest: Some(BlobDigest::Sha256(layer.digest)) });
    }
    let author = id.split_once('/').map(|(owner, _)| owner.to_string());
    Ok(ModelRecord {
        // The digest by which the registry knows the manifest, and so everything that it names.
        commit: Some(sha256(&body.bytes)),
        extra: Extra { author, ..Extra::default() },
        ..ModelRecord::bare(id, files)
    })
}

/// What a layer is called here: the manifest has media types and no names.
fn name_of(media: &str) -> (&'static str, &'static str) {
    match media.strip_prefix("application/vnd.ollama.image.").unwrap_or(media) {
        "model" => ("model", "gguf"),
        "projector" => ("projector", "gguf"),
        "adapter" => ("adapter", "gguf"),
        "tensor" => ("tensor", "safetensors"),
        "license" => ("license", "txt"),
        "template" => ("template", "txt"),
        "system" => ("system", "txt"),
        "prompt" => ("prompt", "txt"),
        "params" => ("params", "json"),
        "messages" => ("messages", "json"),
        "json" => ("settings", "json"),
        _ => ("layer", "bin-of-unknown-kind"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn read(manifest: &str) -> Result<ModelRecord, Gap> {
        let body = Body::of(manifest.as_bytes().to_vec());
        let at = Endpoints::default();
        Ollama.read_record(&Asked { at: &at, id: "library/x:1b", revision: None }, &[Ok(Arc::new(body))], &Rules::default())
    }

    fn layers(digest: &str) -> String {
        let layer = |kind: &str| format!(r#"{{"mediaType":"application/vnd.ollama.image.{kind}","digest":"{digest}","size":7}}"#);
        format!(r#"{{"schemaVersion":2,"layers":[{},{},{}]}}"#, layer("model"), layer("license"), layer("license"))
    }

    #[test]
    fn layers_are_files() {
        let record = read(&layers(&format!("sha256:{}", "0a".repeat(32)))).unwrap();
        let paths: Vec<_> = record.files.iter().flatten().map(|f| f.path.as_str()).collect();
        assert_eq!(paths, ["model.gguf", "license-1.txt", "license-2.txt"]);
        assert!(
            Ollama
                .file(&Endpoints::default(), &record, "", "license-2.txt")
                .url
                .ends_with(&format!("/v2/library/x/blobs/sha256:{}", "0a".repeat(32)))
        );
    }

    #[test]
    fn a_digest_is_never_a_path() {
        for bad in ["../../etc/passwd", "sha256:../../x", "sha256:", "md5:00", &format!("sha256:{}", "0A".repeat(32))] {
            assert!(matches!(read(&layers(bad)), Err(Gap::Malformed(_))), "{bad}");
        }
        for bad in ["", "[]", "{}", r#"{"layers":{}}"#, r#"{"errors":[]}"#] {
            assert!(matches!(read(bad), Err(Gap::Malformed(_))), "{bad}");
        }
    }

    #[test]
    fn names() {
        let id = |s: &str| Ollama.read_name(s).map(|n| n.id).ok();
        assert_eq!(id("llama3.1").as_deref(), Some("library/llama3.1:latest"));
        assert_eq!(id("llama3.1:8b").as_deref(), Some("library/llama3.1:8b"));
        assert_eq!(id("registry.ollama.ai/library/llama3.1:8b").as_deref(), Some("library/llama3.1:8b"));
        assert_eq!(id("user/x:latest").as_deref(), Some("user/x:latest"));
        for bad in ["", ":8b", "a/b/c", "a:", "../x", "a b", "hf.co/o/n:Q4_K_M", "a/..:x", "a@b"] {
            assert_eq!(id(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_manifest_is_read_or_refused(s in "\\PC{0,60}|\\{\"layers\":\\[(\\{(\"(digest|mediaType|size)\":(1|null|\"sha256:[0-9a-f]{0,66}\"|\"\\.\\./x\"),?){0,3}\\},?){0,3}\\]\\}") {
            if let Ok(record) = read(&s) {
                let blobs = record.files.iter().flatten().map(|f| Ollama.file(&Endpoints::default(), &record, "", &f.path));
                prop_assert!(blobs.into_iter().all(|r| crate::net::is_safe_path(&r.path) && r.url.len() < 200));
            }
        }

        #[test]
        fn any_name_is_safe_or_refused(s in "\\PC{0,40}|[a-z0-9/:._-]{0,40}") {
            if let Ok(named) = Ollama.read_name(&s) {
                let at = Endpoints::default();
                let all = Ollama.record(&Asked { at: &at, id: &named.id, revision: None });
                prop_assert!(all.iter().all(|r| crate::net::is_safe_path(&r.path) && url::Url::parse(&r.url).is_ok()));
            }
        }
    }
}
