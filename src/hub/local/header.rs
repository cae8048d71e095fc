//! What the head of a weight file states, whatever its format: license, base models, name. All of it is the
//! writer's claim.

use crate::text;
use std::collections::BTreeMap;

/// A key and its value, as they stand in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub key: String,
    pub value: String,
}

/// The format of a file, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Gguf,
    Safetensors,
    Onnx,
    Modelfile,
    /// The name under which Ollama keeps a model.
    Ollama,
}

impl Format {
    pub fn name(self) -> &'static str {
        match self {
            Format::Gguf => "GGUF",
            Format::Safetensors => "safetensors",
            Format::Onnx => "ONNX",
            Format::Modelfile => "Modelfile",
            Format::Ollama => "Ollama",
        }
    }
}

/// The head of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The file, as the record lists it.
    pub path: String,
    pub format: Format,
    pub pairs: Vec<Pair>,
    /// Why only a part of it was read: what stands behind may say otherwise.
    pub cut: Option<String>,
    /// What is wrong with it, where it could not be read at all.
    pub broken: Option<String>,
    /// Elements of all tensors, where the head counts them.
    pub parameters: Option<u64>,
    /// It holds the tokenizer.
    pub tokenizer: bool,
}

/// What a key states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Name,
    License,
    LicenseName,
    LicenseLink,
    Dataset,
    Architecture,
    Tag,
    Task,
}

/// Keys and what they state. `#` stands for a number.
///
/// GGUF: `docs/gguf.md`, "General metadata". `modelspec.*`: <https://github.com/Stability-AI/ModelSpec>.
/// Keys without a prefix: what writers of safetensors and ONNX files use by habit.
const KEYS: &[(&str, What)] = &[
    ("general.name", What::Name),
    ("general.license", What::License),
    ("general.license.name", What::LicenseName),
    ("general.license.link", What::LicenseLink),
    ("general.datasets", What::Dataset),
    ("general.dataset.#.repo_url", What::Dataset),
    ("general.architecture", What::Architecture),
    ("general.tags", What::Tag),
    ("modelspec.title", What::Name),
    ("modelspec.license", What::License),
    ("modelspec.architecture", What::Architecture),
    ("modelspec.tags", What::Tag),
    ("license", What::License),
    ("model_license", What::License),
    ("license_name", What::LicenseName),
    ("license_link", What::LicenseLink),
    ("license_url", What::LicenseLink),
    ("name", What::Name),
    ("model_name", What::Name),
    ("title", What::Name),
    ("dataset", What::Dataset),
    ("datasets", What::Dataset),
    ("task", What::Task),
    ("pipeline_tag", What::Task),
    ("tags", What::Tag),
];

fn what(key: &str) -> Option<What> {
    let folded = key.split('.').map(|part| if part.bytes().all(|b| b.is_ascii_digit()) { "#" } else { part });
    let folded = folded.collect::<Vec<_>>().join(".");
    KEYS.iter().find(|(k, _)| k.eq_ignore_ascii_case(&folded)).map(|(_, what)| *what)
}

/// A model that a head says the file is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// An address, `OWNER/NAME`, or a bare name.
    pub named: String,
    pub relation: &'static str,
    /// The key that names it.
    pub key: String,
}

impl Header {
    pub fn new(path: &str, format: Format) -> Header {
        Header { path: path.to_string(), format, pairs: Vec::new(), cut: None, broken: None, parameters: None, tokenizer: false }
    }

    /// The pairs that state something of a kind, blank ones aside.
    pub fn all(&self, wanted: What) -> impl Iterator<Item = &Pair> {
        self.pairs.iter().filter(move |p| what(&p.key) == Some(wanted) && !p.value.trim().is_empty())
    }

    /// The first value of a kind.
    pub fn first(&self, wanted: What) -> Option<&str> {
        self.all(wanted).next().map(|p| p.value.trim())
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|p| p.key == key).map(|p| p.value.trim()).filter(|v| !v.is_empty())
    }

    /// "the header of model.gguf", "Modelfile".
    pub fn place(&self) -> String {
        match self.format {
            Format::Modelfile | Format::Ollama => self.path.clone(),
            _ => format!("the header of {}", self.path),
        }
    }

    /// Models that it says it is made from.
    pub fn bases(&self) -> Vec<Base> {
        let mut out = match self.format {
            Format::Gguf => self.gguf_bases(),
            _ => self.other_bases(),
        };
        // One more than is looked up, so that it is missed.
        out.truncate(crate::net::limits::BASES + 1);
        out
    }

    /// `general.base_model.N.*` are the parents, `general.source.*` is what the file was converted from.
    fn gguf_bases(&self) -> Vec<Base> {
        let mut parents: BTreeMap<u32, BTreeMap<&str, &Pair>> = BTreeMap::new();
        for pair in &self.pairs {
            let Some((number, field)) = pair.key.strip_prefix("general.base_model.").and_then(|k| k.split_once('.')) else { continue };
            if let Ok(number) = number.parse()
                && !pair.value.trim().is_empty()
            {
                parents.entry(number).or_default().insert(field, pair);
            }
        }
        let adapter = self.get("general.type") == Some("adapter");
        let merge = parents.len() > 1 && self.all(What::Tag).any(|t| matches!(t.value.trim(), "merge" | "mergekit"));
        let own = self.first(What::Name).map(plain);
        let mut out = Vec::new();
        // The second is what the specification had before the first.
        let source = ["general.source.repo_url", "general.source.huggingface.repository"];
        if let Some(pair) = self.pairs.iter().find(|p| source.contains(&p.key.as_str()) && !p.value.trim().is_empty()) {
            out.push(Base { named: pair.value.trim().to_string(), relation: "quantized", key: pair.key.clone() });
        }
        for fields in parents.values() {
            let value = |field: &str| fields.get(field).map(|p| p.value.trim());
            let Some((named, key)) = fields
                .get("repo_url")
                .map(|p| (p.value.trim().to_string(), p.key.clone()))
                .or_else(|| fields.get("name").map(|p| (owned(value("organization"), p.value.trim()), p.key.clone())))
                .or_else(|| fields.get("url").map(|p| (p.value.trim().to_string(), p.key.clone())))
            else {
                continue;
            };
            // The very model in another form carries its name; everything else was trained further.
            let same = own.is_some() && [value("name"), named.rsplit('/').next()].into_iter().flatten().any(|n| Some(plain(n)) == own);
            let relation = match () {
                () if adapter => "adapter",
                () if merge => "merge",
                () if same => "quantized",
                () => "finetune",
            };
            out.push(Base { named, relation, key });
        }
        out
    }

    /// `base_model` in any spelling, and what trainers of image models write (kohya's `ss_*`).
    fn other_bases(&self) -> Vec<Base> {
        let lora = self.get("ss_network_module").is_some()
            || self.get("modelspec.architecture").is_some_and(|a| a.to_lowercase().ends_with("/lora"));
        let mut out: Vec<Base> = Vec::new();
        for pair in &self.pairs {
            let relation = match pair.key.to_ascii_lowercase().as_str() {
                "base_model" | "base_model_name_or_path" | "modelspec.base_model" | "ss_sd_model_name" if lora => "adapter",
                "base_model" | "base_model_name_or_path" | "modelspec.base_model" | "ss_sd_model_name" => "finetune",
                "modelspec.merged_from" => "merge",
                // Nothing is trained on the way: another prompt, or another form.
                "from" if matches!(self.format, Format::Modelfile | Format::Ollama) => "quantized",
                _ => continue,
            };
            let several = relation == "merge";
            for name in pair.value.split(',').take(if several { usize::MAX } else { 1 }) {
                let named = if several { name.trim() } else { pair.value.trim() };
                if !matches!(named, "" | "None" | "none" | "null") {
                    out.push(Base { named: named.to_string(), relation, key: pair.key.clone() });
                }
            }
        }
        // The version is all that is said where no name is.
        if let Some(version) = self.get("ss_base_model_version").filter(|_| out.is_empty()) {
            let relation = if lora { "adapter" } else { "finetune" };
            out.push(Base { named: version.to_string(), relation, key: "ss_base_model_version".into() });
        }
        out
    }
}

/// A name without what tells copies of the same model apart.
fn plain(name: &str) -> String {
    let lower = name.to_lowercase();
    let copies = ["gguf", "f16", "bf16", "f32", "hf"];
    let words = text::words(&lower);
    words.split(' ').filter(|w| !copies.contains(w)).collect::<Vec<_>>().join(" ")
}

/// `OWNER/NAME` of two names for people, or the name alone.
fn owned(owner: Option<&str>, name: &str) -> String {
    let slug = |s: &str| s.split_whitespace().collect::<Vec<_>>().join("-");
    match owner.filter(|o| !o.is_empty() && !name.contains('/')) {
        Some(owner) => format!("{}/{}", slug(owner), slug(name)),
        None => slug(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(format: Format, pairs: &[(&str, &str)]) -> Header {
        let pairs = pairs.iter().map(|(k, v)| Pair { key: k.to_string(), value: v.to_string() }).collect();
        Header { pairs, ..Header::new("m", format) }
    }

    fn bases(format: Format, pairs: &[(&str, &str)]) -> Vec<(String, &'static str)> {
        header(format, pairs).bases().into_iter().map(|b| (b.named, b.relation)).collect()
    }

    #[test]
    fn parents_of_a_gguf_file() {
        let parent = ("general.base_model.0.repo_url", "https://huggingface.co/o/Base-7B");
        let named = |name| bases(Format::Gguf, &[("general.name", name), ("general.base_model.0.name", "Base 7B"), parent]);
        assert_eq!(named("Base 7B Chat"), [(parent.1.to_string(), "finetune")]);
        assert_eq!(named("Base-7B GGUF"), [(parent.1.to_string(), "quantized")]);
        assert_eq!(
            bases(Format::Gguf, &[("general.base_model.0.name", "Llama 3.2 3B"), ("general.base_model.0.organization", "Meta Llama")]),
            [("Meta-Llama/Llama-3.2-3B".to_string(), "finetune")]
        );
        assert_eq!(bases(Format::Gguf, &[("general.base_model.0.name", "X"), ("general.type", "adapter")]), [("X".to_string(), "adapter")]);
        let two = [("general.base_model.10.name", "B"), ("general.base_model.2.name", "A"), ("general.tags", "merge")];
        assert_eq!(bases(Format::Gguf, &two), [("A".to_string(), "merge"), ("B".to_string(), "merge")]);
        assert_eq!(
            bases(Format::Gguf, &[("general.source.repo_url", "https://huggingface.co/o/n"), ("general.base_model.x.name", "A")]),
            [("https://huggingface.co/o/n".to_string(), "quantized")]
        );
    }

    #[test]
    fn bases_of_other_files() {
        let lora = ("ss_network_module", "networks.lora");
        assert_eq!(bases(Format::Safetensors, &[lora, ("ss_sd_model_name", "o/n")]), [("o/n".to_string(), "adapter")]);
        assert_eq!(
            bases(Format::Safetensors, &[("ss_base_model_version", "sdxl_base_v1-0")]),
            [("sdxl_base_v1-0".to_string(), "finetune")]
        );
        assert_eq!(
            bases(Format::Safetensors, &[("modelspec.merged_from", "a/b, c/d")]),
            [("a/b".to_string(), "merge"), ("c/d".to_string(), "merge")]
        );
        assert_eq!(bases(Format::Onnx, &[("base_model", "o/n"), ("from", "x")]), [("o/n".to_string(), "finetune")]);
        assert_eq!(bases(Format::Safetensors, &[("ss_sd_model_name", "None")]), []);
    }

    #[test]
    fn keys_of_all_formats() {
        let h = header(
            Format::Gguf,
            &[("general.license", " mit "), ("general.dataset.12.repo_url", "u"), ("general.tags", "a"), ("general.tags", "b")],
        );
        assert_eq!((h.first(What::License), h.first(What::Dataset), h.all(What::Tag).count()), (Some("mit"), Some("u"), 2));
        assert_eq!(header(Format::Safetensors, &[("modelspec.license", "")]).first(What::License), None);
    }
}
