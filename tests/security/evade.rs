//! Attempts to get a model past a gate that asks for open weights: each ends with an exit code other than 0.
//! Policies, locks, exceptions, names in another case and moving revisions: `tests/gate.rs`.

use crate::support::{TempHub, Tool, in_parallel};
use serde_json::{Value, json};
use std::path::Path;

const POLICY: &str = "[require]\nverdict = \"open-weights\"\n";

fn mit() -> String {
    std::fs::read_to_string(crate::support::root().join("tests/data/MIT.txt")).expect("read")
}

fn apache() -> String {
    trulyopen::license::listed::official("Apache-2.0").expect("an official text")
}

/// A project that uses one model, and the gate's exit code on it.
fn gate(hub: &Path, id: &str, policy: &str) -> (i32, String) {
    let dir = tempfile::TempDir::new().expect("a directory");
    std::fs::write(dir.path().join("trulyopen.toml"), policy).expect("write");
    std::fs::write(dir.path().join("app.py"), format!("m = AutoModel.from_pretrained(\"{id}\")\n")).expect("write");
    let run = Tool::new().arg("check").cwd(dir.path()).env("SOURCE_DATE_EPOCH", "1795564800").dir(hub).run();
    (run.code, run.stdout + &run.stderr)
}

struct Try {
    name: &'static str,
    /// Front matter, body of the card, further files.
    front: Value,
    body: String,
    files: Vec<(String, Vec<u8>)>,
    /// Whether it is as open as it says, so that the gate lets it through: a check of the test itself.
    open: bool,
}

fn attempt(name: &'static str, front: Value, body: &str, files: Vec<(&str, Vec<u8>)>) -> Try {
    let files = files.into_iter().map(|(n, c)| (n.to_string(), c)).collect();
    Try { name, front, body: body.to_string(), files, open: false }
}

fn tries() -> Vec<Try> {
    let tag = |license: &str| json!({ "license": license });
    let plain = "A model.";
    let utf16 = |text: &str| [vec![0xff, 0xfe], text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()].concat();
    let research = "This model may be used for research purposes only. Commercial use is prohibited.\n";
    let honest = |name, front, files| Try { open: true, ..attempt(name, front, plain, files) };
    let mut all = vec![
        honest("an open tag and its text", tag("mit"), vec![("LICENSE", mit().into_bytes())]),
        honest("an open text in UTF-16", tag("mit"), vec![("LICENSE", utf16(&mit()))]),
        // A card that its files contradict.
        attempt("an open tag over a closed text", tag("apache-2.0"), plain, vec![("LICENSE", research.into())]),
        attempt("a closed text in UTF-16", tag("mit"), plain, vec![("LICENSE", utf16(research))]),
        attempt(
            "a closed text in UTF-16, big-endian",
            tag("mit"),
            plain,
            vec![("LICENSE", { [vec![0xfe, 0xff], research.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>()].concat() })],
        ),
        attempt("a text that is none", tag("mit"), plain, vec![("LICENSE", vec![0x80, 0x81, 0, 0xff])]),
        attempt(
            "the card forbids commercial use",
            tag("mit"),
            "## License\n\nThis model is under CC BY-NC 4.0, for non-commercial use only.",
            vec![],
        ),
        attempt("two tags", json!({"license": ["mit", "cc-by-nc-4.0"]}), plain, vec![]),
        // A restriction that is appended, prepended, in the middle, far behind, in what looks like markup.
        attempt("appended", tag("apache-2.0"), plain, vec![("LICENSE", format!("{}\n{research}", apache()).into())]),
        attempt(
            "appended far behind",
            tag("apache-2.0"),
            plain,
            vec![("LICENSE", format!("{}{}{research}", apache(), "\n".repeat(100_000)).into())],
        ),
        attempt("prepended", tag("mit"), plain, vec![("LICENSE", format!("{research}\n{}", mit()).into())]),
        attempt("as a tag", tag("mit"), plain, vec![("LICENSE", format!("{}\n<!-- {research} -->", mit()).into())]),
        attempt(
            "in a copyright notice",
            tag("mit"),
            plain,
            vec![("LICENSE", mit().replacen("Copyright", "Not for commercial use. Copyright", 1).into())],
        ),
        attempt("more than is read", tag("mit"), plain, vec![("LICENSE", format!("{}{}{research}", mit(), "x ".repeat(600_000)).into())]),
        // A text in an odd place or form.
        attempt("only as a document", tag("mit"), plain, vec![("LICENSE.pdf", b"%PDF-1.7".to_vec())]),
        attempt("only as a document for a word processor", tag("mit"), plain, vec![("LICENSE.docx", b"PK".to_vec())]),
        attempt("in British", tag("mit"), plain, vec![("LICENCE", research.into())]),
        attempt("by another name", tag("mit"), plain, vec![("COPYING.txt", research.into())]),
        attempt("in lower case", tag("mit"), plain, vec![("license.md", research.into())]),
        attempt("in a folder", tag("mit"), plain, vec![("license/LICENSE", research.into())]),
        attempt("beside an open one", tag("mit"), plain, vec![("LICENSE", mit().into()), ("LICENSE-MODEL", research.into())]),
        attempt(
            "a use policy beside an open text",
            tag("mit"),
            plain,
            vec![("LICENSE", mit().into()), ("USE_POLICY.md", research.into()), ("LICENSE_RESTRICTIONS.md", research.into())],
        ),
    ];
    let decoys = (0..12).map(|i| (format!("LICENSE{i}"), mit().into_bytes()));
    let files = decoys.chain([("LICENSE-of-the-weights.txt".to_string(), research.as_bytes().to_vec())]).collect();
    all.push(Try { files, ..attempt("behind a dozen open ones", tag("mit"), plain, vec![]) });
    // Names that only look like a license.
    for name in [
        "m\u{456}t",
        "\u{39c}\u{399}\u{3a4}",
        "m\u{200b}it-nc",
        "mit\u{301}",
        "apache-2.0-nc",
        "apache-2.0 with restrictions",
        "mit AND cc-by-nc-4.0",
        "mit*",
        "open",
        "free",
    ] {
        all.push(attempt(Box::leak(format!("the name {name:?}").into_boxed_str()), tag(name), plain, vec![]));
    }
    // A base model whose terms bind, hidden.
    for (name, files) in [
        (
            "a base in the configuration",
            vec![(
                "config.json",
                json!({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "_name_or_path": "meta-llama/Llama-3.1-8B"}),
            )],
        ),
        (
            "a base of an adapter",
            vec![("adapter_config.json", json!({"base_model_name_or_path": "meta-llama/Llama-3.1-8B", "peft_type": "LORA"}))],
        ),
    ] {
        let files = files.into_iter().map(|(n, v)| (n, v.to_string().into_bytes())).collect();
        all.push(attempt(name, tag("mit"), plain, files));
    }
    all.push(attempt("a base in the card's prose", tag("mit"), "This model was fine-tuned from Llama 3.1 8B on our data.", vec![]));
    all.push(attempt("a base that is not there", json!({"license": "mit", "base_model": "nobody/nothing"}), plain, vec![]));
    all
}

#[test]
fn the_gate_stays_shut() {
    in_parallel(tries(), |t| {
        let hub = TempHub::new();
        let files: Vec<(&str, &str)> = t.files.iter().map(|(n, _)| (n.as_str(), "")).collect();
        hub.model("acme/model-7b", &t.front, &t.body, &files);
        let info = hub.model_dir("acme/model-7b").join("info.json");
        let mut record: Value = serde_json::from_slice(&std::fs::read(&info).expect("read")).expect("JSON");
        for (name, content) in &t.files {
            std::fs::write(hub.model_dir("acme/model-7b").join(name), content).expect("write");
            for entry in record["siblings"].as_array_mut().expect("files").iter_mut().filter(|e| e["rfilename"] == **name) {
                entry["size"] = json!(content.len());
            }
        }
        std::fs::write(info, record.to_string()).expect("write");
        let (code, said) = gate(hub.path(), "acme/model-7b", POLICY);
        assert!(if t.open { code == 0 } else { matches!(code, 1 | 3) }, "{}: exit code {code}: {said}", t.name);
    });
}

#[test]
fn a_renamed_copy_of_a_bound_model_is_seen() {
    for id in ["acme/Llama-3.1-8B-Uncensored", "acme/llama3-1-8b", "acme/LLAMA-3.1"] {
        let hub = TempHub::new();
        hub.model(id, &json!({"license": "mit"}), "A model.", &[]);
        let (code, said) = gate(hub.path(), id, POLICY);
        assert_eq!(code, 1, "{id}: {said}");
    }
}

#[test]
fn policies_and_exceptions_that_let_everything_through_are_refused() {
    let hub = TempHub::new();
    hub.model("acme/research-7b", &json!({"license": "cc-by-nc-4.0"}), "A model.", &[]);
    let exception = |model: &str| {
        format!(
            "{POLICY}[[exception]]\nmodel = \"{model}\"\nrules = [\"policy/verdict\"]\nreason = \"x\"\nowner = \"x\"\nexpires = 2026-12-31\n"
        )
    };
    let narrow = gate(hub.path(), "acme/research-7b", &exception("acme/research-7b"));
    assert_eq!(narrow.0, 0, "{}", narrow.1);
    for policy in [
        String::new(),
        "\n# nothing\n".into(),
        "schema = 1\n".into(),
        "[require]\n".into(),
        "[requires]\nverdict = \"open-weights\"\n".into(),
        "[require]\nverdict = \"opne-weights\"\n".into(),
        exception("*"),
        exception("**"),
        exception("*/*"),
        exception("?*"),
    ] {
        let (code, said) = gate(hub.path(), "acme/research-7b", &policy);
        assert!(matches!(code, 1 | 2), "exit code {code} for {policy}: {said}");
    }
}
