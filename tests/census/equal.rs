//! The judge remembers sets of facts. Here every record is audited, and both must say the same.

use crate::{records, support};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::LazyLock;
use trulyopen::audit::Options;
use trulyopen::census::judge::Judge;
use trulyopen::census::metadata;
use trulyopen::census::names::Tables;
use trulyopen::census::record::Record;
use trulyopen::hub::record::ModelRecord;
use trulyopen::rules::Rules;

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::load(None).expect("the built-in rules load"));
static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables::new(&RULES));

fn judge() -> Judge<'static> {
    Judge::new(&RULES, &TABLES, Options::default(), false)
}

/// Holds that a judge says of a record what the audit of the record says.
fn same(judge: &mut Judge<'_>, json: &[u8], what: &str) {
    let fast = Record::parse(json);
    let Ok(slow) = ModelRecord::parse(json) else { return };
    let fast = fast.unwrap_or_else(|e| panic!("{what} is a record: {e}"));
    let got = judge.judge(&fast).standing;
    let audit = metadata::audit(slow, &RULES, &Options::default());
    assert_eq!((got.verdict, got.possible, got.effective), (audit.verdict, audit.possible, audit.lineage.openness), "{what}");
}

fn all_of(hub: &Path) -> Vec<(String, Vec<u8>)> {
    let files = support::files_below(&hub.join("huggingface/models"));
    let records = files.into_iter().filter(|f| f.ends_with("/info.json"));
    records.map(|f| (f.clone(), std::fs::read(hub.join("huggingface/models").join(&f)).expect("a record"))).collect()
}

#[test]
fn fixtures_and_corpus() {
    let corpus = std::env::var("TRULYOPEN_CORPUS").map_or_else(|_| support::root().join("../shared/corpus"), Into::into).join("hub");
    let hubs = [support::fixture_hub(), corpus];
    let mut judge = judge();
    for hub in &hubs {
        if !hub.is_dir() {
            eprintln!("skipped: there is no {}", hub.display());
            continue;
        }
        let records = all_of(hub);
        assert!(records.len() > 5, "{}", hub.display());
        // Twice, so that what is remembered is asked as well.
        for (name, json) in records.iter().chain(&records) {
            same(&mut judge, json, name);
        }
    }
}

#[test]
fn made_up_records() {
    let mut judge = judge();
    for n in 0..2_000 {
        let mut line = String::new();
        records::write(7, n, &mut line);
        same(&mut judge, line.as_bytes(), &line);
    }
}

/// A license text that no audit reads may say otherwise than the tag, for a census as for an audit.
#[test]
fn legal_texts_that_are_not_read() {
    let record = |files: &[&str]| {
        let listed: Vec<Value> = ["README.md", "model.safetensors"].iter().chain(files).map(|f| json!({"rfilename": f})).collect();
        json!({"id": "o/n", "gated": false, "cardData": {"license": "mit"}, "siblings": listed}).to_string()
    };
    let many: Vec<String> = (b'a'..b'k').map(|c| format!("LICENSE-{}", char::from(c))).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let mut judge = judge();
    for (files, open) in
        [(&[][..], true), (&["LICENSE.pdf"], false), (&["LICENSE.docx"], false), (&["LICENSE-CODE.pdf"], true), (&many, false)]
    {
        let json = record(files);
        same(&mut judge, json.as_bytes(), &json);
        let standing = judge.judge(&Record::parse(json.as_bytes()).expect("a record")).standing;
        assert_eq!(standing.effective == trulyopen::vocabulary::Openness::Open, open, "{files:?}: {standing:?}");
    }
}

/// Fields of odd shapes and rare combinations, many of them at once.
fn odd_record() -> impl Strategy<Value = Value> {
    let one_of = |values: Vec<Value>| prop::sample::select(values);
    let licenses = one_of(vec![
        json!(null),
        json!("mit"),
        json!("apache-2.0"),
        json!("other"),
        json!("unknown"),
        json!("llama3.1"),
        json!(["mit", "cc-by-nc-4.0"]),
        json!("cc-by-4.0"),
        json!(7),
        json!(""),
        json!("MIT OR GPL-3.0"),
        json!([]),
        json!("acme-1.0"),
        json!(" MIT "),
    ]);
    let names = one_of(vec![json!(null), json!("llama3.1"), json!("acme"), json!("other"), json!(3)]);
    let links = one_of(vec![
        json!(null),
        json!("LICENSE"),
        json!("https://huggingface.co/meta-llama/Llama-3.1-8B/blob/main/LICENSE"),
        json!("https://www.apache.org/licenses/LICENSE-2.0"),
    ]);
    let ids = prop::sample::select(vec![
        "o/n",
        "gpt2",
        "o/n-gguf",
        "meta-llama/Llama-3.1-8B",
        "someone/llama-3.1-8b-chat",
        "deepseek-ai/DeepSeek-R1-Distill-Llama-8B",
        "google/gemma-7b",
        "x/Mistral-7B-merge",
        "x/qwen2.5-72b-awq",
        "Qwen/Qwen2.5-72B",
        "unsloth/DeepSeek-V3",
    ]);
    let base = || {
        prop::sample::select(vec![
            json!("meta-llama/Llama-3.1-8B"),
            json!("o/base"),
            json!("o/n"),
            json!("https://huggingface.co/Qwen/Qwen2.5-7B"),
            json!("no name at all"),
            json!(5),
            json!("huggingface.co/gpt2"),
            json!("Qwen/Qwen2.5-7B"),
            json!("google/gemma-7b"),
            json!("./x"),
            json!("Ünïcode/x"),
        ])
    };
    let bases = prop_oneof![Just(json!(null)), base(), prop::collection::vec(base(), 0..11).prop_map(Value::from)];
    let relation = one_of(vec![json!(null), json!("quantized"), json!("Merge"), json!("nothing"), json!([])]);
    let tags = prop::collection::vec(
        prop::sample::select(vec![
            "license:mit",
            "license:llama3.1",
            "license:other",
            "base_model:quantized:Qwen/Qwen2.5-7B",
            "base_model:Qwen/Qwen2.5-7B",
            "base_model:finetune:o/base",
            "merge",
            "lora",
            "mergekit",
            "transformers",
            "diffusers",
            "arxiv:2501.12948",
            "arxiv:2401.00001",
            "arxiv:x",
            "region:us",
            "  ",
            "gguf",
        ]),
        0..6,
    );
    let file = prop::sample::select(vec![
        "README.md",
        "LICENSE",
        "LICENSE-CODE",
        "LICENSE-MODEL",
        "a/LICENSE",
        "a/b/LICENSE",
        "LICENSE.pdf",
        "LICENSE.docx",
        "a/LICENSE.txt",
        "LICENSE.zip",
        "COPYING",
        "NOTICE",
        "USE_POLICY.md",
        "model.safetensors",
        "pytorch_model.bin",
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "model-00001-of-00003.safetensors",
        "x.Q4_K_M.gguf",
        "adapter_model.safetensors",
        "adapter_config.json",
        "config.json",
        "model_index.json",
        "modeling_x.py",
        "inference.py",
        "train.py",
        "run_train.sh",
        "eval.py",
        "prepare_data.py",
        "tokenizer.json",
        "report.pdf",
        "checkpoint-1/model.safetensors",
        "checkpoint-10/optimizer.pt",
        "",
        "a.index.fp16.json",
        "a.index.fp32.json",
        "license_1.txt",
        "license_2.txt",
        "eval_results.json",
        "training_args.bin",
    ]);
    let sibling = (file, one_of(vec![json!(null), json!(0), json!(9)])).prop_map(|(f, size)| json!({"rfilename": f, "size": size}));
    let siblings = prop_oneof![
        1 => one_of(vec![json!(null), json!({}), json!([{"name": "x"}]), json!(["x"])]),
        8 => prop::collection::vec(sibling, 0..14).prop_map(Value::from),
    ];
    let config = one_of(vec![
        json!(null),
        json!({}),
        json!([]),
        json!({"architectures": ["X"]}),
        json!({"architectures": []}),
        json!({"architectures": [], "model_type": "x"}),
        json!({"architectures": [3], "model_type": "x"}),
        json!({"model_type": null, "_class_name": "X"}),
        json!({"_class_name": "X", "auto_map": {}}),
        json!({"architectures": ["X"], "auto_map": {"AutoModel": "m.X"}}),
        json!({"architectures": {"0": "x"}}),
        json!({"peft": {"base_model_name_or_path": "meta-llama/Llama-3.1-8B"}}),
        json!({"peft": {"base_model_name_or_path": "../x"}}),
        json!({"peft": {"base_model_name_or_path": "O/N"}}),
    ]);
    let gate = one_of(vec![json!(false), json!(true), json!("auto"), json!("manual"), json!("x"), json!(null)]);
    let library = one_of(vec![json!(null), json!("transformers"), json!("Diffusers"), json!("unheard-of"), json!(1)]);
    let datasets = one_of(vec![
        json!(null),
        json!("a/b"),
        json!(["a/b", "c"]),
        json!(["no name"]),
        json!(["https://huggingface.co/datasets/a/b"]),
        json!({}),
    ]);
    (
        (licenses, names, links, bases, relation, datasets),
        (ids, tags, siblings, config, gate, library, any::<(bool, bool)>()),
    )
        .prop_map(|((license, name, link, base, relation, datasets), (id, tags, siblings, config, gate, library, (private, disabled)))| {
            json!({
                "id": id, "tags": tags, "siblings": siblings, "config": config, "gated": gate, "library_name": library,
                "private": private && disabled, "disabled": disabled && !private,
                "cardData": {"license": license, "license_name": name, "license_link": link, "base_model": base, "base_model_relation": relation, "datasets": datasets},
            })
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn odd_records(records in prop::collection::vec(odd_record(), 1..12)) {
        // One judge for all of them: what one record taught it must hold for the next.
        let mut judge = judge();
        for record in &records {
            same(&mut judge, record.to_string().as_bytes(), &record.to_string());
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = Record::parse(&bytes);
    }
}
