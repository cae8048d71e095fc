//! Names that the formats share: titles for readers, ids made from contents, package URLs, and the
//! test of whether an address may become a link.

use crate::ids::encode_path;
use crate::report::Model;
use crate::vocabulary::*;
use std::borrow::Cow;

/// The title of a component.
pub fn component(id: ComponentId) -> &'static str {
    match id {
        ComponentId::ModelArchitecture => "Model architecture",
        ComponentId::ModelParametersFinal => "Final weights",
        ComponentId::TechnicalReport => "Technical report",
        ComponentId::EvaluationResults => "Evaluation results",
        ComponentId::ModelCard => "Model card",
        ComponentId::DataCard => "Data card",
        ComponentId::SampleModelOutputs => "Sample outputs",
        ComponentId::TrainingCode => "Training code",
        ComponentId::InferenceCode => "Inference code",
        ComponentId::EvaluationCode => "Evaluation code",
        ComponentId::EvaluationData => "Evaluation data",
        ComponentId::SupportingLibraries => "Supporting libraries",
        ComponentId::Datasets => "Training data",
        ComponentId::DataPreprocessingCode => "Data preprocessing code",
        ComponentId::ResearchPaper => "Research paper",
        ComponentId::ModelParametersIntermediate => "Intermediate weights",
        ComponentId::ModelMetadata => "Model metadata",
    }
}

/// The title of a pillar.
pub fn pillar(pillar: Pillar) -> &'static str {
    match pillar {
        Pillar::Weights => "Weights",
        Pillar::TrainingData => "Training data",
        Pillar::TrainingCode => "Training code",
        Pillar::License => "License",
    }
}

/// The title of a verdict.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Unknown => "Unknown",
        Verdict::Closed => "Closed",
        Verdict::WeightsAvailable => "Weights available",
        Verdict::OpenWeights => "Open weights",
        Verdict::OpenSource => "Open source",
        Verdict::OpenSourceOpenData => "Open source, open data",
    }
}

/// What a verdict says, in a clause.
pub fn verdict_means(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Unknown => "the evidence could not be had",
        Verdict::Closed => "the weights cannot be downloaded",
        Verdict::WeightsAvailable => "the weights can be had, but not by anyone for any purpose",
        Verdict::OpenWeights => "weights under an open license; training data or code are missing",
        Verdict::OpenSource => "meets the Open Source AI Definition 1.0",
        Verdict::OpenSourceOpenData => "Open Source AI, and the training data are open",
    }
}

/// The rungs as readers see them, most open first, unknown last.
pub const LADDER: [Verdict; 6] =
    [Verdict::OpenSourceOpenData, Verdict::OpenSource, Verdict::OpenWeights, Verdict::WeightsAvailable, Verdict::Closed, Verdict::Unknown];

/// The occasions on which obligations are due, in order.
pub const WHEN: [&str; 5] = ["use", "distribute", "modify", "derive", "train-on-outputs"];

/// When an obligation is due.
pub fn when(slug: &str) -> Cow<'_, str> {
    Cow::Borrowed(match slug {
        "use" => "before you use it",
        "modify" => "when you change it",
        "distribute" => "before you pass it on or ship it in a product",
        "derive" => "when you make another model from it",
        "train-on-outputs" => "when you train on its outputs",
        other => return Cow::Borrowed(other),
    })
}

/// The title of a framework.
pub fn framework(id: &str) -> &str {
    match id {
        "osaid" => "Open Source AI Definition 1.0",
        "mof" => "Model Openness Framework 1.0",
        "osai-index" => "European Open Source AI Index",
        "eu-ai-act" => "EU AI Act",
        other => other,
    }
}

/// A name-based UUID (version 5, RFC 9562) in a namespace of this tool's own, so that the same
/// content has the same id everywhere.
pub fn uuid(name: &str) -> String {
    use sha1::{Digest, Sha1};
    // The UUID (version 5, URL namespace) of `https://spdx.org/spdxdocs/trulyopen`.
    const NAMESPACE: [u8; 16] = [0x1f, 0x93, 0x08, 0xf8, 0x33, 0xba, 0x59, 0xb0, 0x8d, 0x31, 0xc8, 0x84, 0xc2, 0xd2, 0xe8, 0xef];
    let mut digest = Sha1::new();
    digest.update(NAMESPACE);
    digest.update(name.as_bytes());
    let hash: [u8; 20] = digest.finalize().into();
    let hex = crate::digest::hex(&hash);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    let variant = 0x80 | (hash[8] & 0x3f);
    format!("{}-{}-5{}-{variant:02x}{}-{}", part(0, 8), part(8, 12), part(13, 16), part(18, 20), part(20, 32))
}

/// The name-based UUID of a value's JSON, which is hashed as it is written.
pub fn uuid_of(value: &impl serde::Serialize) -> String {
    use sha2::{Digest, Sha256};
    struct Hash(Sha256);
    impl std::io::Write for Hash {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut hash = std::io::BufWriter::new(Hash(Sha256::new()));
    // Neither hashing nor serialising these values can fail.
    let _ = serde_json::to_writer(&mut hash, value);
    let digest = hash.into_inner().map(|h| crate::digest::hex(&h.0.finalize())).unwrap_or_default();
    uuid(&digest)
}

/// The package URL of a model on a hub that the scheme has a type for; a branch is no version.
/// <https://github.com/package-url/purl-spec/blob/main/types/huggingface-definition.json>,
/// <https://github.com/package-url/purl-spec/blob/main/types/github-definition.json> (names in lower case)
pub fn purl(hub: &str, id: &str, revision: Option<&str>, page: &str) -> Option<String> {
    if hub == crate::hub::github::NAME && id.contains('/') && crate::ids::is_repo_id(id) {
        let version = revision.filter(|r| crate::ids::is_commit(r)).map_or(String::new(), |r| format!("@{r}"));
        return Some(format!("pkg:github/{}{version}", id.to_lowercase()));
    }
    if hub != crate::hub::huggingface::NAME || !id.contains('/') || !crate::ids::is_repo_id(id) {
        return None;
    }
    let version = revision.filter(|r| crate::ids::is_commit(r)).map_or(String::new(), |r| format!("@{r}"));
    let host = page.strip_suffix(id).map(|h| h.trim_end_matches('/')).unwrap_or_default();
    let at = crate::hosts::Endpoints::default();
    let public = at.get(crate::hub::huggingface::NAME);
    let elsewhere = if host.is_empty() || host == public {
        String::new()
    } else {
        format!("?repository_url={}", encode_path(host).replace("%3A", ":").replace('/', "%2F"))
    };
    Some(format!("pkg:huggingface/{id}{version}{elsewhere}"))
}

/// The package URL of an audited model.
pub fn model_purl(model: &Model) -> Option<String> {
    purl(&model.source.hub, &model.source.id, model.source.revision.as_deref(), &model.source.url)
}

/// An address as a link, normalised; `None` for anything but http and https.
pub fn web(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty()).then(|| url.into())
}

/// The owner's part of an id and the rest.
pub fn owner_and_name(id: &str) -> (Option<&str>, &str) {
    match id.split_once('/') {
        Some((owner, name)) => (Some(owner), name),
        None => (None, id),
    }
}

/// Bytes for readers, in powers of ten.
pub fn bytes(n: u64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let mut value = n as f64;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    let name = units.get(unit).copied().unwrap_or_default();
    if unit == 0 { format!("{n} {name}") } else { format!("{value:.1} {name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_of_version_five() {
        let id = uuid("x");
        assert_eq!(id.len(), 36);
        assert_eq!(id.as_bytes()[14], b'5');
        assert!(matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
        assert_eq!(id, uuid("x"));
        assert_ne!(id, uuid("y"));
    }

    #[test]
    fn package_urls() {
        let commit = "0123456789012345678901234567890123456789";
        let page = "https://huggingface.co/o/N";
        assert_eq!(purl("huggingface", "o/N", Some(commit), page).unwrap(), format!("pkg:huggingface/o/N@{commit}"));
        assert_eq!(purl("huggingface", "o/N", Some("main"), page).unwrap(), "pkg:huggingface/o/N");
        assert_eq!(
            purl("huggingface", "o/N", None, "https://hub.example/mirror/o/N").unwrap(),
            "pkg:huggingface/o/N?repository_url=https:%2F%2Fhub.example%2Fmirror"
        );
        assert_eq!(purl("huggingface", "gpt2", None, page), None);
        assert_eq!(purl("local", "o/N", None, page), None);
        assert_eq!(purl("github", "O/N", Some(commit), "https://github.com/O/N").unwrap(), format!("pkg:github/o/n@{commit}"));
        assert_eq!(purl("modelscope", "o/N", None, page), None);
        assert_eq!(purl("ollama", "library/n:1b", None, page), None);
    }

    #[test]
    fn only_web_addresses_become_links() {
        for bad in ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://user@example.org/", "//x", "", "https://"] {
            assert_eq!(web(bad), None, "{bad}");
        }
        assert_eq!(web("https://example.org/a b\u{202e}").unwrap(), "https://example.org/a%20b%E2%80%AE");
    }

    #[test]
    fn sizes() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(688_586_727_753), "688.6 GB");
        assert_eq!(bytes(999_999), "1.0 MB");
    }
}
