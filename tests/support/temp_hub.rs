//! Evidence directories made for one test.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A directory in the evidence layout that is gone after the test.
pub struct TempHub {
    dir: TempDir,
}

impl TempHub {
    /// An empty one.
    pub fn new() -> TempHub {
        TempHub { dir: TempDir::new().expect("a temporary directory") }
    }

    /// A copy of `fixtures/hub`.
    pub fn of_fixtures() -> TempHub {
        let hub = TempHub::new();
        super::copy_tree(&super::fixture_hub(), hub.path());
        hub
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Where a model's files are.
    pub fn model_dir(&self, id: &str) -> PathBuf {
        let models = self.path().join("huggingface/models");
        if id.contains('/') { models.join(id) } else { models.join("_legacy").join(id) }
    }

    /// Writes a file below the directory.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("create");
        std::fs::write(path, content).expect("write");
    }

    /// A small model with complete safetensors weights. Its front matter is the card's head and the
    /// record's `cardData`; further files stand beside the card and in the list.
    pub fn model(&self, id: &str, front: &Value, body: &str, files: &[(&str, &str)]) -> &TempHub {
        let yaml: String = front
            .as_object()
            .expect("front matter is an object")
            .iter()
            .map(|(key, value)| format!("{key}: {value}\n")) // JSON is YAML.
            .collect();
        let card = format!("---\n{yaml}---\n\n{body}\n");
        let config = r#"{"architectures": ["LlamaForCausalLM"], "model_type": "llama"}"#;
        let mut siblings = vec![json!({"rfilename": "model.safetensors", "size": 1_000_000})];
        for (path, content) in [("README.md", card.as_str()), ("config.json", config)].into_iter().chain(files.iter().copied()) {
            std::fs::create_dir_all(self.model_dir(id).join(path).parent().expect("a parent")).expect("create");
            std::fs::write(self.model_dir(id).join(path), content).expect("write");
            siblings.push(json!({"rfilename": path, "size": content.len()}));
        }
        let license = front.get("license").and_then(Value::as_str).map(|l| format!("license:{l}"));
        let info = json!({
            "id": id, "modelId": id, "sha": "0123456789abcdef0123456789abcdef01234567",
            "private": false, "gated": false, "disabled": false,
            "tags": license.into_iter().collect::<Vec<_>>(),
            "cardData": front, "config": {"architectures": ["LlamaForCausalLM"], "model_type": "llama"},
            "siblings": siblings,
        });
        std::fs::write(self.model_dir(id).join("info.json"), info.to_string()).expect("write");
        self
    }
}
