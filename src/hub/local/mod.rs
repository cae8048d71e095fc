//! This machine as the home of a model: a checkpoint folder, a weight file by itself, a Modelfile, and what
//! the caches of other programs hold. Of weight files the head is read, a few kilobytes that say what the
//! file is; tensors never are, and pickles are not even opened, since reading one runs what is in it.

pub mod bounded;
pub mod cache;
pub mod folder;
pub mod gguf;
pub mod header;
pub mod modelfile;
pub mod onnx;
pub mod safetensors;

use crate::net::Gap;
use header::{Format, Header, Pair};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The hub name in JSON.
pub const NAME: &str = "local";

/// Why a file by itself has no card: nothing is missing, there is nowhere to look.
pub const ALONE: &str = "a file by itself has no card";
/// Why a cache proves no absence.
pub const PARTIAL: &str = "a cache holds only what was downloaded";

/// Whether a gap lies in the nature of the place rather than in something that went wrong.
pub fn is_by_nature(gap: &Gap) -> bool {
    matches!(gap, Gap::NotFetched(why) if why == ALONE || why == PARTIAL)
}

/// What a file on this machine is, as a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Weights whose head can be read.
    Weights(Format),
    /// The index of a sharded safetensors set.
    Index,
    /// Weights that are a pickle, or an archive with one in it.
    Pickle,
    Modelfile,
}

/// Tells what a file is, by its first bytes and its name.
///
/// # Errors
/// Where it is none of these, or cannot be read.
pub fn kind(path: &Path) -> Result<Kind, String> {
    let name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    let mut start = Vec::new();
    open(path)?.take(16).read_to_end(&mut start).map_err(|e| e.kind().to_string())?;
    let ends = |list: &[&str]| list.iter().any(|e| name.ends_with(e));
    Ok(match () {
        () if start.starts_with(gguf::MAGIC) => Kind::Weights(Format::Gguf),
        () if ends(&[".safetensors.index.json"]) => Kind::Index,
        () if ends(&[".safetensors"]) => Kind::Weights(Format::Safetensors),
        () if ends(&[".onnx"]) => Kind::Weights(Format::Onnx),
        () if ends(&[".gguf"]) => Kind::Weights(Format::Gguf),
        () if ends(&[".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"]) => Kind::Pickle,
        () if name == "modelfile" || name.starts_with("modelfile.") || ends(&[".modelfile"]) => Kind::Modelfile,
        () => return Err("it is no weight file (GGUF, safetensors, ONNX), shard index or Modelfile".into()),
    })
}

/// Opens a regular file; pipes and devices would never end.
fn open(path: &Path) -> Result<File, String> {
    match path.metadata() {
        Ok(meta) if meta.is_file() => File::open(path).map_err(|e| e.kind().to_string()),
        Ok(_) => Err("it is no regular file".into()),
        Err(e) => Err(e.kind().to_string()),
    }
}

/// Reads the head of a weight file, which the record lists as `shown`.
///
/// # Errors
/// What is wrong with it.
pub fn header(path: &Path, shown: &str, format: Format) -> Result<Header, String> {
    let file = open(path)?;
    let mut out = Header::new(shown, format);
    match format {
        Format::Gguf => {
            let head = gguf::read(file)?;
            out.tokenizer = head.pairs.iter().any(|p| p.key == "tokenizer.ggml.model");
            (out.pairs, out.cut) = (head.pairs, head.cut);
            let count = |p: &&Pair| p.key == "general.parameter_count";
            out.parameters = out.pairs.iter().find(count).and_then(|p| p.value.parse().ok());
        }
        Format::Safetensors => {
            let head = safetensors::read(file)?;
            (out.pairs, out.cut, out.parameters) = (head.pairs, head.cut, head.parameters.filter(|n| *n > 0));
        }
        Format::Onnx => {
            let head = onnx::read(file)?;
            (out.pairs, out.cut) = (head.pairs, head.cut);
        }
        Format::Modelfile | Format::Ollama => return Err("it is no weight file".into()),
    }
    Ok(out)
}

/// Whether a name has the ending of a file that can be audited by itself.
pub fn is_named_so(name: &str) -> bool {
    format_of(name).is_some() || name.ends_with(".safetensors.index.json") || name.rsplit('/').next() == Some("Modelfile")
}

/// The format of a weight file with a head, by its name.
pub fn format_of(path: &str) -> Option<Format> {
    let lower = path.to_lowercase();
    [(".gguf", Format::Gguf), (".safetensors", Format::Safetensors), (".onnx", Format::Onnx)]
        .into_iter()
        .find_map(|(ending, format)| lower.ends_with(ending).then_some(format))
}
