//! Models on this machine: weight files by themselves, Modelfiles, checkpoint folders whose weight files say
//! something, and the caches of other programs. Every file is made here, byte by byte.

mod support;

use serde_json::{Value, json};
use std::path::Path;
use support::{HubServer, TempHub, Tool, gaps, list, text};
use tempfile::TempDir;

const LLAMA: &str = "meta-llama/Llama-3.2-3B-Instruct";
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn string(s: &str) -> Vec<u8> {
    [(s.len() as u64).to_le_bytes().as_slice(), s.as_bytes()].concat()
}

/// A GGUF file with text pairs, a vocabulary behind them, and a few bytes for tensors.
fn gguf(pairs: &[(&str, &str)]) -> Vec<u8> {
    let mut out = [b"GGUF".as_slice(), &3u32.to_le_bytes(), &1u64.to_le_bytes(), &(pairs.len() as u64 + 2).to_le_bytes()].concat();
    for (key, value) in pairs {
        out.extend([string(key), 8u32.to_le_bytes().to_vec(), string(value)].concat());
    }
    out.extend([string("tokenizer.ggml.model"), 8u32.to_le_bytes().to_vec(), string("gpt2")].concat());
    let tokens: Vec<u8> = (0..1_000).flat_map(|n| string(&format!("token{n}"))).collect();
    out.extend(
        [string("tokenizer.ggml.tokens").as_slice(), &9u32.to_le_bytes(), &8u32.to_le_bytes(), &1_000u64.to_le_bytes(), &tokens].concat(),
    );
    out.extend([0xff; 64]);
    out
}

fn safetensors(metadata: &Value) -> Vec<u8> {
    let head = json!({"__metadata__": metadata, "w": {"dtype": "F16", "shape": [1000, 7], "data_offsets": [0, 14000]}}).to_string();
    [string(&head), vec![0; 14_000]].concat()
}

fn onnx(props: &[(&str, &str)]) -> Vec<u8> {
    let field = |tag: u8, content: &[u8]| [vec![tag, content.len() as u8], content.to_vec()].concat();
    let mut out = vec![8, 9];
    out.extend(field(0x3a, &[0; 100]));
    for (key, value) in props {
        out.extend(field(0x72, &[field(0x0a, key.as_bytes()), field(0x12, value.as_bytes())].concat()));
    }
    out
}

fn write(dir: &Path, path: &str, content: impl AsRef<[u8]>) {
    let path = dir.join(path);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("create");
    std::fs::write(path, content).expect("write");
}

fn findings(model: &Value) -> Vec<&str> {
    list(model, "findings").iter().map(|f| text(f, "rule")).collect()
}

fn mit() -> String {
    std::fs::read_to_string(support::root().join("tests/data/MIT.txt")).expect("read")
}

/// One audited file, with `fixtures/hub` as the hub.
fn alone(name: &str, content: &[u8], code: i32) -> Value {
    let dir = TempDir::new().expect("a directory");
    write(dir.path(), name, content);
    Tool::json().arg(format!("./{name}")).cwd(dir.path()).fixtures().run().code(code).model()
}

#[test]
fn a_weight_file_is_audited_by_its_header() {
    let model = alone("small.gguf", &gguf(&[("general.architecture", "gpt2"), ("general.license", "apache-2.0")]), 0);
    assert_eq!((text(&model, "verdict"), text(&model["source"], "hub")), ("open-weights", "local"), "{}", model["reasons"]);
    assert_eq!(text(&model["license"], "reason"), "the header of small.gguf says `Apache-2.0`, and no license text was found");
    assert_eq!((text(&model["license"], "basis"), text(&model["license"], "concluded")), ("claimed", "Apache-2.0"));
    let cite = &list(&model["license"], "evidence")[0];
    assert_eq!((text(cite, "path"), text(cite, "note")), ("small.gguf", "general.license: apache-2.0, in the header of small.gguf"));
    assert_eq!(model["license"]["permits"]["ship"], "yes");
    // A file by itself is not the whole model: what is not in it is unknown, not absent.
    assert_eq!(text(&model, "verdict_possible"), "open-source-open-data");
    assert!(list(&model, "components").iter().all(|c| c["availability"] != "not-found"), "{}", model["components"]);
    assert_eq!(list(&model, "incomplete").len(), 0, "{}", model["incomplete"]);
    // By every spelling of the file.
    let dir = TempDir::new().expect("a directory");
    write(dir.path(), "small.gguf", gguf(&[("general.license", "apache-2.0")]));
    for spelling in ["small.gguf", "./small.gguf", "file:small.gguf", &format!("file://{}", dir.path().join("small.gguf").display())] {
        let model = Tool::json().arg(spelling).cwd(dir.path()).fixtures().run().code(0).model();
        assert_eq!(text(&model["source"], "id"), "small.gguf", "{spelling}");
    }
}

#[test]
fn a_base_model_in_the_header_binds() {
    let page = format!("https://huggingface.co/{LLAMA}");
    let claims = [
        ("general.name", "My Assistant"),
        ("general.license", "apache-2.0"),
        ("general.base_model.0.name", "Llama 3.2 3B Instruct"),
        ("general.base_model.0.repo_url", &page),
    ];
    let model = alone("assistant.gguf", &gguf(&claims), 0);
    assert_eq!(text(&model["license"], "effective"), "Apache-2.0 AND LicenseRef-llama-3.2");
    assert_eq!(text(&model, "verdict"), "weights-available");
    assert!(findings(&model).contains(&"lineage/terms-dropped"), "{}", model["findings"]);
    let base = &list(&model, "lineage")[0];
    assert_eq!((text(base, "id"), text(base, "relation")), (LLAMA, "finetune"));
    let cited = list(&model, "findings").iter().flat_map(|f| list(f, "evidence")).any(|e| {
        text(e, "path") == "assistant.gguf" && text(e, "note").contains("general.base_model.0.repo_url in the header of assistant.gguf")
    });
    assert!(cited, "{}", model["findings"]);
    assert_eq!(model["license"]["permits"]["ship"], "conditions");
    // The same under its own name is a copy.
    let copy = [("general.name", "Llama 3.2 3B Instruct"), claims[2], claims[3]];
    assert_eq!(text(&list(&alone("x.gguf", &gguf(&copy), 0), "lineage")[0], "relation"), "quantized");
    // Names for people lead to the base as well; the rules know its license where no hub is asked.
    let named =
        [("general.license", "mit"), ("general.base_model.0.name", "Llama 3.2 3B"), ("general.base_model.0.organization", "Meta Llama")];
    let dir = TempDir::new().expect("a directory");
    write(dir.path(), "m.gguf", gguf(&named));
    let model = Tool::json().arg("./m.gguf").cwd(dir.path()).arg("--offline").run().code(3).model();
    assert_eq!(text(&model["license"], "effective"), "MIT AND LicenseRef-llama-3.2");
    assert_eq!(gaps(&model), [("base:Meta-Llama/Llama-3.2-3B".to_string(), "offline".to_string())]);
}

#[test]
fn what_a_header_does_not_say_is_not_known() {
    // A family in the name alone forbids to believe an open tag.
    let model = alone("x.gguf", &gguf(&[("general.name", "Llama 3.2 3B Instruct"), ("general.license", "mit")]), 0);
    assert_eq!((text(&model, "verdict"), findings(&model).contains(&"lineage/undeclared-base")), ("weights-available", true));
    assert_eq!(model["license"]["permits"]["ship"], "unknown");
    // No license in the header is no proof that there is none.
    let model = alone("x.gguf", &gguf(&[("general.architecture", "gpt2")]), 0);
    assert_eq!((text(&model["license"], "openness"), text(&model, "verdict")), ("unknown", "weights-available"));
    assert!(!findings(&model).contains(&"license/none"));
    // A base that is on no known hub.
    let elsewhere = [("general.license", "mit"), ("general.base_model.0.repo_url", "https://example.org/a/b")];
    let model = alone("x.gguf", &gguf(&elsewhere), 3);
    assert_eq!((text(&model, "verdict"), model["license"]["permits"]["ship"].as_str()), ("weights-available", Some("unknown")));
    assert_eq!(gaps(&model), [("base:https://example.org/a/b".to_string(), "not-fetched".to_string())]);
}

#[test]
fn nothing_is_believed_over_a_header_that_was_not_read_to_its_end() {
    let many: Vec<(String, &str)> = (0..5_000).map(|n| (format!("general.k{n}"), "")).collect();
    let page = format!("https://huggingface.co/{LLAMA}");
    let mut pairs = vec![("general.license", "mit")];
    pairs.extend(many.iter().map(|(key, value)| (key.as_str(), *value)));
    pairs.push(("general.base_model.0.repo_url", &page));
    let model = alone("bomb.gguf", &gguf(&pairs), 3);
    assert_eq!((text(&model, "verdict"), model["license"]["permits"]["ship"].as_str()), ("weights-available", Some("unknown")));
    assert_eq!(gaps(&model), [("bomb.gguf (header)".to_string(), "not-fetched".to_string())]);
}

#[test]
fn safetensors_and_onnx_files() {
    let model = alone("w.safetensors", &safetensors(&json!({"format": "pt", "license": "mit"})), 0);
    assert_eq!((text(&model["license"], "concluded"), model["about"]["parameters"].as_u64()), ("MIT", Some(7_000)));
    // Nobody can run it from this alone.
    assert_eq!((text(&model, "verdict"), text(&model, "verdict_possible")), ("weights-available", "open-source-open-data"));
    let lora = json!({"modelspec.license": "apache-2.0", "modelspec.architecture": "stable-diffusion-xl-v1-base/lora", "ss_network_module": "networks.lora", "ss_sd_model_name": "stabilityai/stable-diffusion-xl-base-1.0"});
    let model = alone("lora.safetensors", &safetensors(&lora), 0);
    let base = &list(&model, "lineage")[0];
    assert_eq!((text(base, "id"), text(base, "relation")), ("stabilityai/stable-diffusion-xl-base-1.0", "adapter"));
    assert!(findings(&model).contains(&"lineage/adapter-terms"), "{}", model["findings"]);
    let model = alone("m.onnx", &onnx(&[("license", "apache-2.0"), ("task", "text-classification")]), 0);
    assert_eq!((text(&model["license"], "concluded"), text(&model["about"], "task")), ("Apache-2.0", "text-classification"));
}

#[test]
fn sharded_sets_by_their_index_or_their_names() {
    let dir = TempDir::new().expect("a directory");
    let index = json!({"metadata": {}, "weight_map": {"a": "a.safetensors", "b": "b.safetensors"}});
    write(dir.path(), "model.safetensors.index.json", index.to_string());
    write(dir.path(), "a.safetensors", safetensors(&json!({"license": "mit"})));
    let weights = |name: &str| {
        let model = Tool::json().arg(format!("./{name}")).cwd(dir.path()).fixtures().run().code(0).model();
        let all = list(&model, "components");
        let found = all.iter().find(|c| c["id"] == "model-parameters-final").expect("weights");
        assert_eq!(text(&model["license"], "concluded"), "MIT", "{name}");
        (text(found, "availability").to_string(), text(&model, "verdict").to_string(), findings(&model).contains(&"weights/incomplete"))
    };
    // On this disk it is incomplete; what the model has elsewhere is not known.
    assert_eq!(weights("model.safetensors.index.json"), ("unknown".into(), "unknown".into(), true));
    write(dir.path(), "b.safetensors", safetensors(&json!({})));
    assert_eq!(weights("model.safetensors.index.json"), ("released".into(), "weights-available".into(), false));
    write(dir.path(), "m-00001-of-00002.gguf", gguf(&[("general.license", "mit")]));
    assert_eq!(weights("m-00001-of-00002.gguf"), ("unknown".into(), "unknown".into(), true));
    write(dir.path(), "m-00002-of-00002.gguf", gguf(&[]));
    assert_eq!(weights("m-00001-of-00002.gguf"), ("released".into(), "open-weights".into(), false));
}

#[test]
fn pickles_are_never_opened() {
    let model = alone("model.ckpt", b"\x80\x04cos\nsystem\n.", 3);
    let (what, why) = &gaps(&model)[0];
    assert_eq!((what.as_str(), why.as_str()), ("model.ckpt (metadata)", "not-fetched"));
    assert!(text(&list(&model, "incomplete")[0], "detail").contains("a pickle is never opened"));
    assert!(findings(&model).contains(&"weights/pickle-only"));
}

#[test]
fn modelfiles() {
    let dir = TempDir::new().expect("a directory");
    write(dir.path(), "m.gguf", gguf(&[("general.license", "apache-2.0")]));
    let audit = |modelfile: &str, code: i32| {
        write(dir.path(), "Modelfile", modelfile);
        Tool::json().arg("./Modelfile").cwd(dir.path()).fixtures().run().code(code).model()
    };
    let model = audit(&format!("FROM ./m.gguf\nSYSTEM hello\nLICENSE \"\"\"{}\"\"\"\n", mit()), 0);
    assert_eq!((text(&model["license"], "concluded"), text(&model["license"], "basis")), ("MIT", "verified"));
    assert!(findings(&model).contains(&"license/text-differs-from-tag"), "{}", model["findings"]);
    assert_eq!(text(&list(&model["license"], "texts")[0], "identified"), "MIT");
    assert_eq!(text(&model, "verdict"), "open-weights", "{}", model["reasons"]);
    let model = audit("FROM ./m.gguf", 0);
    assert_eq!(text(&model["license"], "concluded"), "Apache-2.0");
    let model = audit(&format!("FROM hf.co/{LLAMA}:Q4_K_M\nLICENSE MIT\n"), 0);
    assert_eq!(text(&list(&model, "lineage")[0], "id"), LLAMA);
    assert_eq!(text(&model["license"], "effective"), "MIT AND LicenseRef-llama-3.2");
    let model = audit("FROM llama3.2:3b", 3);
    assert_eq!(gaps(&model)[0].0, "base:ollama:llama3.2:3b");
    let model = audit("FROM ./gone.gguf", 3);
    assert_eq!((gaps(&model)[0].0.as_str(), text(&model, "verdict")), ("Modelfile: ./gone.gguf", "unknown"));
    assert_eq!(text(&audit("SYSTEM x", 3), "verdict"), "unknown");
}

#[test]
fn a_folder_hears_its_weight_files() {
    let dir = TempDir::new().expect("a directory");
    let audit = |card: &str, pairs: &[(&str, &str)]| {
        write(dir.path(), "README.md", card);
        write(dir.path(), "m.gguf", gguf(pairs));
        Tool::json().arg(".").cwd(dir.path()).fixtures().run().code(0).model()
    };
    // The header fills in where the card is silent.
    let model = audit("# Name\n", &[("general.license", "mit")]);
    assert_eq!((text(&model["license"], "concluded"), text(&model, "verdict")), ("MIT", "open-weights"));
    // The card goes first, and what contradicts it is a finding; of two claims the stricter one binds.
    let model = audit("---\nlicense: mit\n---\n# Name\n", &[("general.license", "llama3.2")]);
    assert!(findings(&model).contains(&"license/header-differs"), "{}", model["findings"]);
    assert_eq!((text(&model["license"], "concluded"), text(&model, "verdict")), ("MIT AND LicenseRef-llama-3.2", "weights-available"));
    let model = audit("---\nlicense: llama3.2\n---\n# Name\n", &[("general.license", "mit")]);
    assert!(findings(&model).contains(&"license/header-differs"));
    assert_eq!(text(&model["license"], "concluded"), "LicenseRef-llama-3.2");
    let model = audit("---\nlicense: mit\n---\n# Name\n", &[("general.license", "MIT")]);
    assert!(!findings(&model).contains(&"license/header-differs"));
    // A base that only the header names binds, and is a finding; the base of a declared base is none.
    let base = |id: &str| format!("https://huggingface.co/{id}");
    let model = audit("---\nlicense: mit\n---\n# Name\n", &[("general.base_model.0.repo_url", &base(LLAMA))]);
    assert!(findings(&model).contains(&"lineage/header-differs"), "{}", model["findings"]);
    assert_eq!(text(&model["license"], "effective"), "MIT AND LicenseRef-llama-3.2");
    let card = "---\nlicense: apache-2.0\nbase_model: Qwen/Qwen3-8B\nbase_model_relation: quantized\n---\n# Name\n";
    let model = audit(card, &[("general.base_model.0.repo_url", &base("Qwen/Qwen3-8B-Base"))]);
    assert!(!findings(&model).contains(&"lineage/header-differs"), "{}", model["findings"]);
    let bases: Vec<_> = list(&model, "lineage").iter().map(|a| (text(a, "id"), text(a, "of"), text(a, "relation"))).collect();
    let own = text(&model["source"], "id");
    assert_eq!(bases, [("Qwen/Qwen3-8B", own, "quantized"), ("Qwen/Qwen3-8B-Base", "Qwen/Qwen3-8B", "finetune")]);
    // What only looks like weights is told.
    write(dir.path(), "m.gguf", "version https://git-lfs.github.com/spec/v1\n");
    let model = Tool::json().arg(".").cwd(dir.path()).fixtures().run().code(0).model();
    assert!(findings(&model).contains(&"weights/header-broken"));
}

/// A cache of the hub's clients as they leave it: blobs, links to them, references.
#[cfg(unix)]
fn hub_cache() -> TempDir {
    let dir = TempDir::new().expect("a directory");
    let add = |id: &str, commit: &str, files: &[(&str, &[u8])]| {
        let folder = dir.path().join(format!("models--{}", id.replace('/', "--")));
        write(&folder, "refs/main", commit);
        for (n, (name, content)) in files.iter().enumerate() {
            write(&folder, &format!("blobs/{n}"), content);
            let link = folder.join("snapshots").join(commit).join(name);
            std::fs::create_dir_all(link.parent().expect("a parent")).expect("create");
            std::os::unix::fs::symlink(format!("../../blobs/{n}"), link).expect("link");
        }
    };
    let weights = safetensors(&json!({"format": "pt"}));
    add(
        "o/open",
        COMMIT,
        &[("config.json", br#"{"model_type":"llama"}"#), ("model.safetensors", &weights), ("README.md", b"---\nlicense: mit\n---\n")],
    );
    add("o/silent", COMMIT, &[("config.json", br#"{"model_type":"llama"}"#), ("model.safetensors", &weights)]);
    add(LLAMA, COMMIT, &[("model.safetensors", &weights)]);
    add("o/nc", COMMIT, &[("README.md", b"---\nlicense: cc-by-nc-4.0\n---\n"), ("m.gguf", &gguf(&[]))]);
    add("o/broken", COMMIT, &[("config.json", b"{}")]);
    std::os::unix::fs::symlink("../../blobs/gone", dir.path().join(format!("models--o--broken/snapshots/{COMMIT}/model.safetensors")))
        .expect("link");
    write(dir.path(), "models--o--broken/blobs/abc.incomplete", "");
    write(dir.path(), "models--o--nothing/refs/main", COMMIT);
    write(dir.path(), "datasets--o--d/refs/main", COMMIT);
    dir
}

#[cfg(unix)]
#[test]
fn a_cache_says_what_may_be_shipped() {
    let dir = hub_cache();
    let models = Tool::json().arg("--cache").arg(dir.path()).arg("--offline").run().code(3).models();
    let got: Vec<(&str, &str, &str)> = models
        .iter()
        .map(|m| (text(m, "target"), text(m, "verdict"), m["license"]["permits"]["ship"].as_str().expect("permits")))
        .collect();
    assert_eq!(
        got,
        [
            (LLAMA, "weights-available", "conditions"),
            ("o/broken", "unknown", "unknown"),
            ("o/nc", "weights-available", "no"),
            ("o/nothing", "unknown", "unknown"),
            // Whether anyone gets it only the hub knows.
            ("o/open", "weights-available", "yes"),
            ("o/silent", "weights-available", "unknown"),
        ]
    );
    let open = &models[4];
    assert_eq!((text(&open["source"], "fetched_from"), text(&open["source"], "revision")), ("cache", COMMIT));
    assert_eq!(gaps(open), [("huggingface:o/open".to_string(), "offline".to_string())]);
    assert!(
        gaps(&models[1]).contains(&("o/broken/model.safetensors".to_string(), "unreadable".to_string())),
        "{}",
        models[1]["incomplete"]
    );
    assert!(gaps(&models[1]).contains(&("cache:o/broken".to_string(), "unreadable".to_string())));
    // What is not in the cache is not known to be absent.
    assert!(list(&models[5], "components").iter().all(|c| c["availability"] != "not-found"), "{}", models[5]["components"]);
    let run = Tool::audit().arg("--cache").arg(dir.path()).arg("--offline").run().code(3);
    insta::assert_snapshot!("local_cache_table", run.stdout);
    // The usual place, and one where nothing is.
    assert_eq!(Tool::json().args(["--cache", "--offline"]).env("HF_HUB_CACHE", dir.path()).run().code(3).models().len(), 6);
    let run = Tool::json().args(["--cache", "--offline"]).run().code(0);
    assert!(run.models().is_empty() && run.stderr.contains("note: "), "{}", run.stderr);
    Tool::json().args(["--cache", "./nowhere"]).run().code(2);
}

#[cfg(unix)]
#[test]
fn the_hub_completes_what_is_on_the_disk() {
    let dir = hub_cache();
    let hub = TempHub::new();
    hub.model("o/silent", &json!({"license": "apache-2.0"}), "# Name", &[]);
    let server = HubServer::serve(hub.path());
    let models = Tool::json().arg("--cache").arg(dir.path()).hub(&server).run().code(3).models();
    let silent = models.iter().find(|m| m["target"] == "o/silent").expect("it is there");
    assert_eq!((text(silent, "verdict"), text(&silent["source"], "fetched_from")), ("open-weights", "live"));
    assert_eq!((text(&silent["source"], "revision"), gaps(silent).len()), (COMMIT, 0));
    // The disk alone says less, and nothing else.
    let offline = Tool::json().arg("--cache").arg(dir.path()).arg("--offline").run().models();
    let less = offline.iter().find(|m| m["target"] == "o/silent").expect("it is there");
    assert_eq!(support::only_wider(silent, less), Ok(()));
    // What the hub does not have (any more) is judged by the disk, and said.
    let open = models.iter().find(|m| m["target"] == "o/open").expect("it is there");
    assert_eq!(gaps(open), [("huggingface:o/open".to_string(), "missing-or-private".to_string())]);
    assert_eq!(text(&open["source"], "fetched_from"), "cache");
    // Another commit than that on the disk is no answer.
    let moved = TempHub::new();
    moved.model("o/silent", &json!({"license": "apache-2.0"}), "# Name", &[]);
    let info = moved.model_dir("o/silent").join("info.json");
    let other = std::fs::read_to_string(&info).expect("read").replace(COMMIT, &"f".repeat(40));
    std::fs::write(&info, other).expect("write");
    let models = Tool::json().arg("--cache").arg(dir.path()).dir(moved.path()).run().code(3).models();
    let silent = models.iter().find(|m| m["target"] == "o/silent").expect("it is there");
    assert_eq!((text(silent, "verdict"), gaps(silent)[0].1.as_str()), ("weights-available", "no-such-revision"));
}

#[test]
fn stores_of_other_programs() {
    let dir = TempDir::new().expect("a directory");
    let blob = |content: &[u8]| {
        let digest = trulyopen::digest::sha256(content);
        write(dir.path(), &format!("blobs/sha256-{digest}"), content);
        json!({"digest": format!("sha256:{digest}"), "size": content.len()})
    };
    let layer = |kind: &str, mut of: Value| {
        of["mediaType"] = format!("application/vnd.ollama.image.{kind}").into();
        of
    };
    let weights = gguf(&[("general.name", "Small"), ("general.architecture", "gpt2")]);
    let manifest = json!({"schemaVersion": 2, "layers": [layer("model", blob(&weights)), layer("license", blob(mit().as_bytes())), layer("params", blob(b"{}"))]});
    write(dir.path(), "manifests/registry.ollama.ai/library/small/latest", manifest.to_string());
    write(dir.path(), &format!("manifests/hf.co/{LLAMA}/Q4_K_M"), json!({"layers": [layer("model", blob(&weights))]}).to_string());
    let lost =
        json!({"layers": [{"mediaType": "application/vnd.ollama.image.model", "digest": format!("sha256:{}", "0".repeat(64)), "size": 1}]});
    write(dir.path(), "manifests/registry.ollama.ai/library/lost/1b", lost.to_string());
    write(dir.path(), "manifests/registry.ollama.ai/library/odd/1b", "{");
    let models = Tool::json().arg("--cache").arg(dir.path()).fixtures().run().code(3).models();
    let got: Vec<(&str, &str, &str)> = models
        .iter()
        .map(|m| (text(m, "target"), text(m, "verdict"), m["license"]["permits"]["ship"].as_str().expect("permits")))
        .collect();
    assert_eq!(
        got,
        [
            ("ollama:hf.co/meta-llama/Llama-3.2-3B-Instruct:Q4_K_M", "weights-available", "conditions"),
            ("ollama:lost:1b", "unknown", "unknown"),
            ("ollama:odd:1b", "unknown", "unknown"),
            ("ollama:small:latest", "weights-available", "yes"),
        ]
    );
    assert_eq!((text(&models[3]["license"], "concluded"), text(&models[3]["license"], "basis")), ("MIT", "verified"));
    assert_eq!(gaps(&models[3]).len(), 0, "{}", models[3]["incomplete"]);
    let plain = TempDir::new().expect("a directory");
    write(plain.path(), "o/n/m.gguf", gguf(&[("general.license", "mit")]));
    let models = Tool::json().arg("--cache").arg(plain.path()).fixtures().run().code(0).models();
    assert_eq!((text(&models[0]["source"], "id"), text(&models[0]["license"], "concluded")), ("o/n", "MIT"));
}

#[test]
fn hostile_files_stop_nothing() {
    let dir = TempDir::new().expect("a directory");
    let whole = gguf(&[("general.name", "x"), ("general.license", "mit")]);
    let mut targets = Vec::new();
    let mut add = |name: String, content: &[u8]| {
        write(dir.path(), &name, content);
        targets.push(format!("./{name}"));
    };
    for cut in (4..90).step_by(7) {
        add(format!("cut{cut}.gguf"), &whole[..cut]);
    }
    add("count.gguf".into(), &[b"GGUF".as_slice(), &3u32.to_le_bytes(), &u64::MAX.to_le_bytes(), &u64::MAX.to_le_bytes()].concat());
    add("big-endian.gguf".into(), &[b"GGUF".as_slice(), &3u32.to_be_bytes(), &[0; 32]].concat());
    add("length.safetensors".into(), &u64::MAX.to_le_bytes());
    add("deep.safetensors".into(), &string(&"[".repeat(200_000)));
    add("html.onnx".into(), b"<html>");
    add("empty.onnx".into(), b"");
    add("empty.safetensors".into(), b"");
    add("x.safetensors.index.json".into(), b"[]");
    let n = targets.len();
    let models = Tool::json().args(targets).cwd(dir.path()).fixtures().run().code(3).models();
    assert_eq!(models.len(), n);
    for model in &models {
        assert_eq!((text(model, "verdict"), list(model, "incomplete").len()), ("unknown", 1), "{}", model["target"]);
    }
    let why = |name: &str| {
        let model = models.iter().find(|m| text(m, "target") == name).expect("it is there");
        text(&list(model, "incomplete")[0], "detail").to_string()
    };
    assert!(why("./big-endian.gguf").contains("big-endian GGUF is not read"));
    // Text in a header steers no terminal.
    let evil = gguf(&[("general.license", "mit\u{1b}[31m\u{202e}"), ("general.base_model.0.name", "\u{1b}]0;x\u{7}")]);
    write(dir.path(), "evil.gguf", evil);
    let out = Tool::audit().args(["./evil.gguf", "-v"]).cwd(dir.path()).fixtures().run().stdout;
    assert_eq!(support::steering_characters(&out), [' '; 0]);
    // What is no model file is refused before anything is looked at.
    write(dir.path(), "notes.txt", "hello");
    let run = Tool::audit().arg("./notes.txt").cwd(dir.path()).run().code(2);
    assert!(run.stderr.contains("no weight file"), "{}", run.stderr);
}

#[test]
fn a_project_names_no_file_of_this_machine() {
    let dir = TempDir::new().expect("a directory");
    write(dir.path(), "secret.gguf", gguf(&[("general.license", "mit")]));
    write(dir.path(), "app.py", "from transformers import AutoModel\nAutoModel.from_pretrained('./secret.gguf')\n");
    write(dir.path(), "trulyopen.toml", "schema = 1\n");
    let run = Tool::new().args(["check", "--format", "json"]).cwd(dir.path()).fixtures().run();
    assert!(!run.stdout.contains("the header of secret.gguf"), "{}", run.stdout);
}
