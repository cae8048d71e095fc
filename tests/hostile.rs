//! Input that strangers made to hurt: it is bounded, it ends in a verdict no better than the evidence, and
//! nothing panics (which every [`Tool::run`] checks).

mod support;

use serde_json::{Value, json};
use support::{Run, TempHub, Tool, gaps, in_parallel, rung, steering_characters, text};

const INFO: &str = "huggingface/models/o/n/info.json";
const CARD: &str = "huggingface/models/o/n/README.md";
const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

/// A record of an openly licensed model with complete weights, and other files.
fn record(files: Vec<Value>) -> Value {
    let own = ["model.safetensors", "config.json", "README.md"].map(|name| json!({"rfilename": name, "size": 1000}));
    let siblings: Vec<Value> = own.into_iter().chain(files).collect();
    json!({
        "id": "o/n", "sha": SHA, "private": false, "gated": false, "disabled": false, "tags": ["license:mit"],
        "cardData": {"license": "mit"}, "config": {"model_type": "llama", "architectures": ["LlamaForCausalLM"]}, "siblings": siblings,
    })
}

/// Audits a model with this record and card, small ones in all formats; gives back the JSON run.
fn audit(info: &[u8], card: &[u8]) -> Run {
    let hub = TempHub::new();
    hub.write(INFO, info);
    hub.write(CARD, card);
    let small = info.len() + card.len() < 100_000;
    for format in ["table", "jsonl"].into_iter().filter(|_| small) {
        let run = Tool::audit().args(["o/n", "-v", "--format", format]).dir(hub.path()).run();
        assert_eq!(steering_characters(&run.stdout), [] as [char; 0]);
    }
    Tool::json().arg("o/n").dir(hub.path()).run()
}

fn plain() -> Vec<u8> {
    record(Vec::new()).to_string().into_bytes()
}

fn alias_bomb() -> String {
    let mut yaml = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_string();
    for i in 1..12 {
        yaml += &format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 9].join(","));
    }
    yaml
}

#[test]
fn cards() {
    let front = |yaml: &str| format!("---\n{yaml}\n---\n# Name\n").into_bytes();
    // (name, card, the finding or gap that says so)
    let cases = vec![
        ("alias bomb", front(&format!("license: mit\n{}", alias_bomb())), "card/front-matter"),
        ("merge bomb", front(&format!("a: &a {{b: c}}\n{}", "<<: *a\n".repeat(5000))), ""),
        ("1 MB of front matter", front(&format!("license: mit\nx: {}", "y".repeat(1 << 20))), "card/front-matter"),
        ("900 kB of front matter", front(&format!("license: mit\nx:\n{}", "- y\n".repeat(225_000))), ""),
        ("flow nesting", front(&"[".repeat(200_000)), "card/front-matter"),
        ("block nesting", front(&"- ".repeat(200_000)), "card/front-matter"),
        ("a key of 500 kB", front(&format!("{}: x", "k".repeat(500_000))), ""),
        ("10 MB card", "# Name\n".repeat(10 << 20 >> 3).into_bytes(), "too-large"),
        ("never closed", format!("---\nlicense: mit\n{}", "x: y\n".repeat(100_000)).into_bytes(), "card/front-matter"),
        ("NUL bytes", b"---\nlicense: mit\0\n---\n# N\0ame \0\0".to_vec(), "card/front-matter"),
        ("no UTF-8", b"---\nlicense: mit\n---\n# \xff\xfe\xc3\x28 trained on \xf0\x9f".to_vec(), ""),
        ("empty", Vec::new(), ""),
        ("one line of 1 MB", format!("# Name\n{}", "training data ".repeat(75_000)).into_bytes(), ""),
        ("quotes in quotes", format!("# Name\n{}", "> ".repeat(100_000)).into_bytes(), ""),
        ("lists in lists", format!("# Name\n{}x", "* ".repeat(50_000)).into_bytes(), ""),
        ("open brackets", format!("# Name\n{}", "[a](".repeat(100_000)).into_bytes(), ""),
        ("100,000 headings", "# Training data\n".repeat(100_000).into_bytes(), ""),
        (
            "20,000 datasets",
            (0..20_000).map(|i| format!("https://huggingface.co/datasets/o/d{i} \n")).collect::<String>().into_bytes(),
            "not-fetched",
        ),
        (
            "10,000 repositories",
            (0..10_000).map(|i| format!("## Training\n[training code](https://github.com/o/r{i})\n")).collect::<String>().into_bytes(),
            "",
        ),
        ("a wide table", format!("|{}\n|{}\n|{}\n", "a|".repeat(5000), "-|".repeat(5000), "b|".repeat(5000)).into_bytes(), ""),
        ("markup", b"# <script>alert(1)</script>\n<!-- -->\n[x](javascript:alert(1)) ![](data:,x)\n".to_vec(), ""),
        ("steering", "# \u{202e}Name\u{200b}\u{1b}[2J\n::error::x\nTrained on \u{2066}data\u{2069}.\n".as_bytes().to_vec(), ""),
    ];
    in_parallel(cases, |(name, card, said)| {
        let run = audit(&plain(), &card);
        let model = run.model();
        let all = model["findings"].to_string() + &model["incomplete"].to_string();
        assert!(all.contains(said), "{name} should say {said}: {all}");
        assert!(rung(text(&model, "verdict")) <= rung("open-weights"), "{name}: {}", model["verdict"]);
        assert!(run.stdout.len() < 1 << 20, "{name}: {} bytes of output", run.stdout.len());
        assert_eq!(run.code, if gaps(&model).is_empty() { 0 } else { 3 }, "{name}");
    });
}

#[test]
fn records() {
    let file = |name: String| json!({"rfilename": name, "size": 1});
    let many = |n: usize| record((0..n).map(|i| file(format!("dir{}/f{i}.bin", i % 100))).collect()).to_string();
    // No two names of the same shape.
    let shapes = |n: usize| {
        record((0..n).map(|i| file(format!("{}.dat", format!("{i:b}").replace('0', "a").replace('1', "b")))).collect()).to_string()
    };
    let deep = format!("{{\"id\": \"o/n\", \"x\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let with = |key: &str, value: Value| {
        let mut info = record(Vec::new());
        info[key] = value;
        info.to_string()
    };
    // (name, record, whether the weights are still seen to be there, `why`)
    let cases = vec![
        ("as it should be", with("likes", json!(1)), true, ""),
        ("100,000 files less the model's own", many(99_997), true, ""),
        ("more files than are read", many(99_998), false, "malformed"),
        ("many shapes of names", shapes(10_000), true, ""),
        ("deep JSON", deep, false, "malformed"),
        ("cut JSON", many(10)[..200].to_string(), false, "malformed"),
        ("no JSON", "<html>".to_string(), false, "malformed"),
        ("17 MB", with("x", json!("y".repeat(17 << 20))), false, "too-large"),
        ("another id", with("id", json!("../../etc/passwd")), false, "malformed"),
        ("no files", with("siblings", json!([])), false, ""),
        ("files of an odd kind", with("siblings", json!([{"rfilename": 7}])), false, "malformed"),
        ("no list", with("siblings", json!("x")), false, "malformed"),
        ("empty weights", with("siblings", json!([{"rfilename": "model.safetensors", "size": 0}])), false, ""),
        ("half a set", with("siblings", json!([{"rfilename": "model-00001-of-99999.safetensors", "size": 9}])), false, ""),
        ("a set that never ends", with("siblings", json!([{"rfilename": "model-00001-of-4294967295.safetensors", "size": 9}])), false, ""),
        ("odd types", with("gated", json!({"a": [1]})), false, ""),
        ("10,000 tags", with("tags", (0..10_000).map(|i| json!(format!("base_model:o/b{i}"))).collect()), true, ""),
        (
            "10,000 base models",
            with("cardData", json!({"license": "mit", "base_model": (0..10_000).map(|i| format!("x/b{i}")).collect::<Vec<_>>()})),
            false,
            "not-fetched",
        ),
        ("itself as its base", with("cardData", json!({"license": "mit", "base_model": "o/n"})), true, ""),
        ("a license of 1 MB", with("cardData", json!({"license": "x".repeat(1 << 20)})), false, ""),
        ("a license name of 1 MB", with("cardData", json!({"license": "other", "license_name": "x".repeat(1 << 20)})), false, ""),
        ("a license link of 1 MB", with("cardData", json!({"license": "other", "license_link": "x".repeat(1 << 20)})), false, ""),
        ("a base of 1 MB", with("cardData", json!({"license": "mit", "base_model": "x".repeat(1 << 20)})), false, "malformed"),
        ("a dataset of 1 MB", with("cardData", json!({"license": "mit", "datasets": ["x".repeat(1 << 20)]})), true, ""),
        ("10,000 licenses", with("cardData", json!({"license": (0..10_000).map(|i| format!("l{i}")).collect::<Vec<_>>()})), false, ""),
        ("numbers out of range", with("siblings", json!([{"rfilename": "model.safetensors", "size": 1e300}])), true, ""),
        (
            "huge sizes",
            with(
                "siblings",
                json!([{"rfilename": "model.safetensors", "size": u64::MAX}, {"rfilename": "b.safetensors", "size": u64::MAX}]),
            ),
            true,
            "",
        ),
    ];
    in_parallel(cases, |(name, info, proven, why)| {
        let run = audit(info.as_bytes(), b"---\nlicense: mit\n---\n# Name\n");
        let model = run.model();
        let is = rung(text(&model, "verdict")) == rung("open-weights");
        assert_eq!(is, proven, "{name}: {} {}", model["verdict"], model["reasons"]);
        let found = gaps(&model);
        assert!(found.iter().any(|(_, w)| w == why) || (why.is_empty() && found.is_empty()), "{name}: {found:?}");
        assert_eq!(run.code, if why.is_empty() { 0 } else { 3 }, "{name}");
        assert!(run.stdout.len() < 1 << 20, "{name}: {} bytes of output", run.stdout.len());
    });
}

#[test]
fn names_that_climb_are_neither_read_nor_written() {
    let secret = "The secret of the machine.";
    let names = [
        "../LICENSE",
        "a/../../../../LICENSE",
        "/etc/LICENSE",
        "LICENSE\0",
        "..\\LICENSE",
        "C:\\LICENSE",
        "LICENSE\n",
        "%2e%2e/LICENSE",
        "./LICENSE",
    ];
    let files: Vec<Value> = names.iter().map(|n| json!({"rfilename": n, "size": 10})).collect();
    let hub = TempHub::new();
    hub.write(INFO, record(files).to_string());
    hub.write(CARD, "---\nlicense: mit\ndatasets: [../../o/d, 'a/b/c', '/etc']\nbase_model: ../../../x\n---\n# Name\n");
    for place in ["huggingface/models/o/LICENSE", "huggingface/models/LICENSE", "LICENSE"] {
        hub.write(place, secret);
    }
    let saved = TempHub::new();
    let inside = saved.path().join("deep/below");
    let run = Tool::json().args(["o/n", "-v"]).dir(hub.path()).arg("--save-evidence").arg(&inside).run().code(3);
    assert!(!run.stdout.contains("secret"));
    let written = support::files_below(saved.path());
    assert!(written.iter().all(|f| f.starts_with("deep/below/")), "{written:?}");
    assert!(!written.iter().any(|f| std::fs::read_to_string(saved.path().join(f)).is_ok_and(|s| s.contains(secret))));
    // What could not be read is not taken for agreement.
    assert_eq!(text(&run.model(), "verdict"), "weights-available", "{}", run.model()["reasons"]);
}

#[cfg(unix)]
#[test]
fn files_that_are_no_files() {
    let hub = TempHub::new();
    hub.model("o/n", &json!({"license": "mit"}), "# Name\n", &[("LICENSE", "x")]);
    let dir = hub.model_dir("o/n");
    for name in ["LICENSE", "README.md", "config.json"] {
        std::fs::remove_file(dir.join(name)).expect("remove");
        std::fs::create_dir(dir.join(name)).expect("create");
    }
    Tool::json().arg("o/n").dir(hub.path()).run().code(0);
    // A folder that leads back to itself.
    std::os::unix::fs::symlink(".", dir.join("again")).expect("link");
    std::os::unix::fs::symlink("/dev/zero", dir.join("NOTICE")).expect("link");
    Tool::json().arg("./n").cwd(dir.parent().expect("a parent")).run();
}

#[test]
fn code_repositories() {
    let tree = |entries: Vec<Value>| json!({"sha": SHA, "truncated": false, "tree": entries}).to_string();
    let blob = |path: String| json!({"path": path, "mode": "100644", "type": "blob"});
    for (name, tree) in [
        ("100,000 files", tree((0..100_000).map(|i| blob(format!("src/train{i}.py"))).collect())),
        ("paths that climb", tree(vec![blob("../../train.py".into()), blob("\u{202e}train.py\u{1b}[2J".into()), blob(String::new())])),
        ("deep paths", tree(vec![blob("a/".repeat(50_000) + "train.py")])),
        ("odd types", json!({"tree": [1, null, {"path": 3, "type": []}]}).to_string()),
        ("deep JSON", format!("{{\"tree\": {}", "[".repeat(100_000))),
    ] {
        let hub = TempHub::new();
        hub.model("o/n", &json!({"license": "mit"}), "# N\n\nTraining code: https://github.com/o/n\n", &[]);
        hub.write("github/o/n/repo.json", r#"{"full_name": "o/n", "license": {"spdx_id": "MIT"}}"#);
        hub.write("github/o/n/tree.json", tree);
        let run = Tool::json().arg("o/n").dir(hub.path()).run();
        assert!(run.stdout.len() < 1 << 20, "{name}");
        assert_eq!(text(&run.model(), "verdict"), "open-weights", "{name}");
        assert_eq!(steering_characters(&run.stdout), [] as [char; 0]);
    }
}

#[test]
fn license_texts() {
    let mit = std::fs::read(support::root().join("tests/data/MIT.txt")).expect("read");
    let twice = [mit.as_slice(), &mit].concat();
    for (name, bytes) in [
        ("17 MB of one word", b"license ".repeat(17 << 17)),
        ("1 MB of MIT", mit.repeat((1 << 20) / mit.len())),
        ("twice", twice),
        ("NUL bytes", b"MIT License\0\0\0".to_vec()),
        ("one word of 1 MB", b"x".repeat(1 << 20)),
        ("UTF-16", "MIT License\nPermission".encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ] {
        let dir = tempfile::TempDir::new().expect("a directory");
        let path = dir.path().join("LICENSE");
        std::fs::write(&path, bytes).expect("write");
        let run = Tool::new().arg("license").arg(&path).args(["--format", "json"]).run();
        assert_ne!(run.document()["match"], "exact", "{name}");
        assert!(run.stdout.len() < 1 << 20, "{name}");
    }
}
