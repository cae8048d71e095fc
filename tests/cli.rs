//! The command line as a user or a script meets it: targets, exit codes, flags, files, pipes, and a
//! hostile hub that gets nothing steering through to a terminal.

mod support;

use serde_json::json;
use std::path::Path;
use std::process::Stdio;
use support::{HubServer, TempHub, Tool, fixture_hub, fixture_models, gaps, list, steering_characters, text};
use tempfile::TempDir;

const PHI: &str = "microsoft/phi-4";
const LLAMA: &str = "meta-llama/Llama-3.2-3B-Instruct";
const NOBODY: &str = "nobody/nothing";

#[test]
fn every_spelling_of_a_target_is_the_same_model() {
    let commit = text(&Tool::json().arg(PHI).fixtures().run().model()["source"], "revision").to_string();
    for spelling in [
        "microsoft/phi-4",
        "microsoft/phi-4@main",
        "hf:microsoft/phi-4",
        "https://huggingface.co/microsoft/phi-4",
        "https://huggingface.co/microsoft/phi-4/tree/main",
        "https://huggingface.co/microsoft/phi-4/blob/main/README.md?code=true#L3",
        "huggingface.co/microsoft/phi-4",
        "pkg:huggingface/microsoft/phi-4",
        &format!("pkg:huggingface/microsoft/phi-4@{commit}"),
        &format!("microsoft/phi-4@{}", &commit[..10]),
    ] {
        let model = Tool::json().arg(spelling).fixtures().run().code(0).model();
        assert_eq!((text(&model, "target"), text(&model["source"], "id")), (spelling, PHI));
        assert_eq!(text(&model["source"], "revision"), commit);
    }
    // A legacy id without an owner.
    let hub = TempHub::new();
    hub.model("gpt2", &json!({"license": "mit"}), "# GPT-2", &[]);
    assert_eq!(text(&Tool::json().arg("gpt2").dir(hub.path()).run().code(0).model()["source"], "id"), "gpt2");
    // Pages of the hub that is asked.
    let server = HubServer::fixtures();
    let page = format!("{}/microsoft/phi-4/tree/main", server.base());
    Tool::json().arg(&page).hub(&server).run().code(0);
    Tool::json().arg(&page).env("HF_ENDPOINT", server.base()).code_host(&server).run().code(0);
    Tool::json().arg(&page).fixtures().run().code(2);
}

#[test]
fn folders_are_audited_like_repositories() {
    let hub = TempHub::new();
    let mit = std::fs::read_to_string(support::root().join("tests/data/MIT.txt")).expect("read");
    hub.model("o/n", &json!({"license": "mit"}), "# Name\n", &[("LICENSE", &mit), ("model.safetensors", "weights")]);
    let dir = hub.model_dir("o/n");
    // The layout of the hub clients' cache tells the name and commit.
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let snapshot = hub.path().join("cache/models--o--n/snapshots").join(commit);
    support::copy_tree(&dir, &snapshot);
    for (target, cwd, id, revision) in [
        ("./n", dir.parent().expect("a parent"), "n", None),
        (".", dir.as_path(), "n", None),
        (&format!("file:{}", dir.display()), hub.path(), "n", None),
        (snapshot.to_str().expect("UTF-8"), hub.path(), "o/n", Some(commit)),
    ] {
        let model = Tool::json().arg(target).cwd(cwd).run().code(0).model();
        assert_eq!(model["verdict"], "open-weights", "{target}: {}", model["reasons"]);
        let source = &model["source"];
        assert_eq!((text(source, "hub"), text(source, "id"), source["revision"].as_str()), ("local", id, revision), "{target}");
        assert_eq!(source["fetched_from"], "directory");
    }
}

#[test]
fn what_is_wrong_is_decided_before_anything_is_fetched() {
    let server = HubServer::fixtures();
    let bad = TempDir::new().expect("a directory");
    let list = bad.path().join("models.txt");
    std::fs::write(&list, "microsoft/phi-4\nno model\n").expect("write");
    let list = list.to_str().expect("UTF-8");
    let none = bad.path().join("none.txt");
    let none = none.to_str().expect("UTF-8");
    // (arguments, what the message says)
    for (arguments, said) in [
        (&["audit"][..], "no model to audit"),
        (&["audit", PHI, "a/b/c"], "more than one"),
        (&["audit", PHI, "two words"], "no model name"),
        (&["audit", PHI, ""], "empty"),
        (&["audit", PHI, "./nowhere"], "no directory"),
        (&["audit", PHI, "https://example.org/o/n"], "no hub"),
        (&["audit", PHI, "https://huggingface.co/datasets/a/b"], "is a dataset"),
        (&["audit", PHI, "pkg:pypi/requests"], "huggingface"),
        (&["audit", PHI, "ollama:a/b/c"], "USER/NAME"),
        (&["audit", PHI, "modelscope:llama3"], "no owner"),
        (&["audit", PHI, "github:o"], "no owner"),
        (&["audit", "--from", list], "models.txt:2: "),
        (&["audit", "--from", none], "none.txt"),
        (&["audit", PHI, "--fail-under", "great"], "possible values"),
        (&["audit", PHI, "--fail-under", "unknown"], "possible values"),
        (&["audit", PHI, "--format", "xml"], "possible values"),
        (&["audit", PHI, "--jobs", "0"], "0 is not in"),
        (&["audit", PHI, "--timeout", "0"], "0 is not in"),
        (&["audit", PHI, "--rules", none], "none.txt"),
        (&["audit", PHI, "-q", "-v"], "cannot be used with"),
        (&["audit", PHI, "--unheard-of"], "unexpected argument"),
        (&["explain", "open-wieghts"], "did you mean open-weights"),
        (&["license", "apahce-2.0"], "did you mean"),
        (&["nonsense"], "unrecognized subcommand"),
    ] {
        let run = Tool::new().args(arguments).env("HF_ENDPOINT", server.base()).code_host(&server).run().code(2);
        assert!(run.stderr.contains(said), "{arguments:?} should say `{said}`: {}", run.stderr);
        assert_eq!(run.stdout, "", "{arguments:?}");
    }
    for hub in ["nowhere", "http://", "https://user:pw@example.org", "ftp://example.org"] {
        let run = Tool::audit().args([PHI, "--hub", hub]).run().code(2);
        assert!(run.stderr.starts_with("error: "), "{hub}: {}", run.stderr);
        Tool::audit().arg(PHI).env("HF_ENDPOINT", hub).run().code(2);
    }
    assert_eq!(server.paths(), [""; 0]);
}

#[test]
fn exit_codes() {
    // (models, threshold, code): 0 done, 1 violated, 3 incomplete, and 1 wins over 3.
    for (models, under, code) in [
        (&[PHI][..], None, 0),
        (&[LLAMA], None, 0),
        (&[PHI], Some("open-weights"), 0),
        (&[PHI], Some("open-source"), 1),
        (&[PHI, LLAMA], Some("open-weights"), 1),
        (&["trulyopen-fixtures/no-weights"], Some("closed"), 0),
        (&["trulyopen-fixtures/no-weights"], Some("weights-available"), 1),
        (&["allenai/OLMo-2-1124-7B"], Some("open-source-open-data"), 0),
        (&["EleutherAI/pythia-6.9b"], Some("open-source-open-data"), 1), // Possible, not proven.
        (&[NOBODY], None, 3),
        (&[PHI, NOBODY], None, 3),
        (&[NOBODY, PHI], Some("open-weights"), 1),
        (&[NOBODY], Some("closed"), 1), // What is unknown passes no gate.
    ] {
        for format in ["table", "json", "jsonl"] {
            let threshold = under.into_iter().flat_map(|u| ["--fail-under", u]);
            Tool::audit().args(models).args(threshold).args(["--format", format]).fixtures().run().code(code);
        }
    }
    for arguments in [&["--help"][..], &["--version"], &["audit", "--help"], &["explain", "--list"], &["man"], &["completions", "bash"]] {
        Tool::new().args(arguments).run().code(0);
    }
    // What nobody recognises is evidence that could not be had.
    for (input, code) in [("some words that are no license", 3), ("", 3)] {
        Tool::new().args(["license", "-"]).stdin(input).run().code(code);
    }
    Tool::new().args(["license", "tests/data/MIT.txt"]).run().code(0);
}

#[test]
fn a_model_that_does_not_exist_is_unknown_and_nothing_is_said_to_be_absent() {
    for tool in [Tool::json().arg(NOBODY).fixtures(), Tool::json().arg(NOBODY).hub(&HubServer::fixtures())] {
        let model = tool.run().code(3).model();
        assert_eq!(gaps(&model), [(format!("huggingface:{NOBODY}"), "missing-or-private".to_string())]);
        assert_eq!((text(&model, "verdict"), text(&model, "verdict_possible")), ("unknown", "unknown"));
        assert!(model["pillars"].as_object().expect("pillars").values().all(|p| p["status"] == "unknown"), "{}", model["pillars"]);
        assert!(list(&model, "components").iter().all(|c| c["availability"] == "unknown"), "{}", model["components"]);
        assert_eq!(list(&model, "findings").len(), 0, "{}", model["findings"]);
    }
}

#[test]
fn lists_of_targets() {
    let dir = TempDir::new().expect("a directory");
    let file = dir.path().join("models.txt");
    let content = "\u{feff}# ours\n\nmicrosoft/phi-4  # small\r\nhf:openai/whisper-large-v3\n";
    std::fs::write(&file, content).expect("write");
    let ids = |run: support::Run| run.code(0).models().iter().map(|m| text(&m["source"], "id").to_string()).collect::<Vec<_>>();
    let wanted = [PHI, "openai/whisper-large-v3"];
    assert_eq!(ids(Tool::json().arg("--from").arg(&file).fixtures().run()), wanted);
    assert_eq!(ids(Tool::json().args(["--from", "-"]).stdin(content).fixtures().run()), wanted);
    // Arguments first, in the order given, also with one job.
    let all = Tool::json().args(["tiiuae/falcon-7b", "--jobs", "1", "--from"]).arg(&file).fixtures().run();
    assert_eq!(ids(all), ["tiiuae/falcon-7b", PHI, "openai/whisper-large-v3"]);
    let run = Tool::json().args(["--from", "-"]).stdin("# nothing\n").fixtures().run().code(2);
    assert!(run.stderr.contains("no model to audit"), "{}", run.stderr);
    std::fs::write(&file, b"\xff\xfe").expect("write");
    let run = Tool::json().arg("--from").arg(&file).fixtures().run().code(2);
    assert!(run.stderr.contains("UTF-8"), "{}", run.stderr);
}

#[test]
fn every_run_and_any_number_of_jobs_give_the_same_bytes() {
    let models = fixture_models();
    for format in ["table", "json", "jsonl"] {
        let run = |jobs: &str| Tool::audit().args(&models).args(["--format", format, "--jobs", jobs]).fixtures().run().code(3).stdout;
        assert!(run("1") == run("64"), "{format}");
    }
}

#[test]
fn colours_where_they_are_asked_for() {
    let audit = |args: &[&str], vars: &[(&str, &str)]| {
        let tool = Tool::audit().args([PHI, LLAMA]).args(args).fixtures();
        vars.iter().fold(tool, |tool, (name, value)| tool.env(name, value)).run().code(0).stdout
    };
    let plain = audit(&[], &[]);
    for (args, vars, coloured) in [
        (&[][..], &[][..], false), // A pipe is no terminal.
        (&["--color", "always"], &[], true),
        (&["--color", "always"], &[("NO_COLOR", "1")], true), // The flag goes before the environment.
        (&["--color", "never"], &[("CLICOLOR_FORCE", "1")], false),
        (&[], &[("CLICOLOR_FORCE", "1")], true),
        (&[], &[("CLICOLOR_FORCE", "0")], false),
        (&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
        (&["--format", "json", "--color", "always"], &[], false),
    ] {
        let out = audit(args, vars);
        assert_eq!(out.contains('\u{1b}'), coloured, "{args:?} {vars:?}");
        if !args.contains(&"json") {
            assert_eq!(without_colours(&out), plain, "{args:?} {vars:?}");
        }
    }
}

fn without_colours(s: &str) -> String {
    let mut parts = s.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_string();
    parts.fold(first, |out, part| out + part.split_once('m').map_or(part, |(_, rest)| rest))
}

#[test]
fn output_files_are_what_would_have_been_printed() {
    let dir = TempDir::new().expect("a directory");
    for format in ["table", "json", "jsonl"] {
        let file = dir.path().join("new/folder").join(format);
        let printed = Tool::audit().args([PHI, LLAMA, "--format", format]).fixtures().run().code(0).stdout;
        let run = Tool::audit().args([PHI, LLAMA, "--format", format, "-o"]).arg(&file).fixtures().run().code(0);
        assert_eq!(run.stdout, "");
        assert!(std::fs::read_to_string(&file).expect("it was written") == printed, "{format}");
    }
    // Over an older file, and nothing beside it.
    let file = dir.path().join("new/folder/table");
    Tool::audit().args([PHI, "-o"]).arg(&file).fixtures().run().code(0);
    assert_eq!(support::names(file.parent().expect("a parent")), ["json", "jsonl", "table"]);
    let run = Tool::audit().args([PHI, "-o"]).arg(file.join("below")).fixtures().run().code(2);
    assert!(run.stderr.contains("cannot write"), "{}", run.stderr);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let (mut command, _home) = Tool::json().args(fixture_models()).fixtures().into_command();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn quiet_and_loud() {
    let server = HubServer::fixtures();
    let stderr = |flag: &[&str]| Tool::audit().arg(PHI).args(flag).hub(&server).run().code(0).stderr;
    assert_eq!(stderr(&[]), "");
    assert_eq!(stderr(&["-v"]), "");
    let log = stderr(&["-vv"]);
    assert!(log.lines().all(|l| l.starts_with("GET http")) && log.contains("/api/models/microsoft/phi-4"), "{log}");
    let plain = Tool::audit().arg(PHI).fixtures().run().stdout;
    let loud = Tool::audit().args([PHI, "-v"]).fixtures().run().stdout;
    assert!(loud.len() > plain.len() && loud.contains("Obligations:") && !plain.contains("Obligations:"));
}

#[test]
fn the_built_in_sample_stands_in_for_the_public_hub_only() {
    // A proxy that nobody listens at is a machine without network.
    let alone = |args: &[&str]| Tool::audit().args(args).args(["--format", "json"]).env("HTTPS_PROXY", "http://127.0.0.1:9").run();
    let run = alone(&[PHI, "allenai/OLMo-2-1124-7B"]).code(0);
    assert!(run.stderr.contains("sample evidence built into trulyopen"), "{}", run.stderr);
    assert_eq!(run.models().iter().map(|m| text(m, "verdict")).collect::<Vec<_>>(), ["open-weights", "open-source-open-data"]);
    assert_eq!(alone(&[PHI, "-q"]).code(0).stderr, "");
    // What the sample does not have is unreachable, not missing.
    assert_eq!(gaps(&alone(&[NOBODY]).code(3).model())[0].1, "unreachable");
    // No decision rests on it.
    for (args, code) in [(&[PHI, "--fail-under", "closed"][..], 1), (&[PHI, "--offline"], 3), (&[PHI, "--hub", "http://127.0.0.1:9"], 3)] {
        let run = alone(args).code(code);
        assert_eq!((text(&run.model(), "verdict"), run.stderr.as_str()), ("unknown", ""), "{args:?}");
    }
    let offline = Tool::json().arg(PHI).env("HF_HUB_OFFLINE", "1").run().code(3);
    assert_eq!(gaps(&offline.model())[0].1, "offline");
}

const TWO_TERMS: &str = r#"schema = 1
[[term]]
id = "x"
title = "X"
restricts = true
rationale = "r"
source = "s"
[[term]]
id = "x"
title = "X"
restricts = true
rationale = "r"
source = "s"
"#;

#[test]
fn mistakes_in_rules_are_shown_at_their_place() {
    let entry = |extra: &str| {
        format!(
            "schema = 1\n\n[[license]]\nid = \"LicenseRef-acme\"\nname = \"Acme\"\nfamily = \"acme\"\nopen = {{}}\nbasis = \"text-read\"\nsource = \"https://acme.example\"\nchecked = 2026-11-24\nfits = [\"weights\"]\nterms = []\n{extra}"
        )
    };
    let wrong = |line: &str| entry("").replace("family = \"acme\"", line);
    // (file, content, line, what is named)
    for (file, content, line, said) in [
        ("licenses/acme.toml", entry("tyop = 1\n"), 13, "tyop"),
        ("licenses/acme.toml", wrong("family = 7"), 6, "string"),
        ("licenses/acme.toml", wrong("family = \"a"), 6, "string"),
        ("licenses/acme.toml", entry("").replace("terms = []", "terms = [\"no-such-term\"]"), 12, "no-such-term"),
        ("licenses/acme.toml", entry("") + &entry("").replace("schema = 1\n", ""), 15, "LicenseRef-acme"),
        ("licenses/acme.toml", entry("").replace("LicenseRef-acme", "Acme-1.0"), 4, "LicenseRef-"),
        ("licenses/acme.toml", entry("").replace("schema = 1", "schema = 2"), 1, "schema 2"),
        ("licenses/acme.toml", entry("").replace("schema = 1\n", ""), 1, "schema"),
        ("files.toml", "schema = 1\n[[class]]\nid = \"no-such-class\"\ntitle = \"x\"\npatterns = [\"x\"]\n".into(), 3, "no-such-class"),
        ("files.toml", "schema = 1\n[[class]]\nid = \"license\"\npatterns = [\"x\"]\n".into(), 2, "title"),
        ("verdicts.toml", "schema = 1\n[[rung]]\nid = \"rather-open\"\n".into(), 3, "rather-open"),
        ("terms.toml", TWO_TERMS.into(), 9, "first in"),
        ("unheard-of.toml", "schema = 1\n".into(), 0, "no rule file has this name"),
    ] {
        let dir = TempDir::new().expect("a directory");
        let path = dir.path().join(file);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("create");
        std::fs::write(&path, &content).expect("write");
        for command in [&["audit", PHI][..], &["explain", "open-weights"], &["license", "mit"]] {
            let run = Tool::new().args(command).arg("--rules").arg(dir.path()).run().code(2);
            let place = if line == 0 { file.to_string() } else { format!("{file}:{line}:") };
            assert!(run.stderr.contains(&place) && run.stderr.contains(said), "{content}\nshould say {place} {said}: {}", run.stderr);
            assert_eq!(run.stdout, "");
        }
    }
}

#[test]
fn rules_are_added_and_overridden_by_id() {
    let hub = TempHub::new();
    hub.model("o/n", &json!({"license": "other", "license_name": "acme-community"}), "# Name\n", &[]);
    let rules = TempDir::new().expect("a directory");
    let write = |id: &str, open: &str| {
        let entry = format!(
            "schema = 1\n[[license]]\nid = \"{id}\"\nname = \"Ours\"\nfamily = \"acme\"\naliases = [\"acme-community\"]\nopen = {open}\nfits = [\"weights\"]\nterms = []\nbasis = \"text-read\"\nsource = \"https://acme.example\"\nchecked = 2026-11-24\n"
        );
        std::fs::create_dir_all(rules.path().join("licenses")).expect("create");
        std::fs::write(rules.path().join("licenses/acme.toml"), entry).expect("write");
    };
    let audit = |with: bool| {
        let tool = Tool::json().arg("o/n").dir(hub.path());
        if with { tool.arg("--rules").arg(rules.path()) } else { tool }.run()
    };
    let without = audit(false).code(0);
    assert_eq!((&without.model()["verdict"], &without.model()["verdict_possible"]), (&json!("weights-available"), &json!("open-weights")));
    write("LicenseRef-acme-community", "{}");
    let with = audit(true).code(0);
    assert_eq!((&with.model()["verdict"], &with.model()["verdict_possible"]), (&json!("weights-available"), &json!("weights-available")));
    assert_eq!(with.model()["license"]["concluded"], "LicenseRef-acme-community");
    assert_ne!(with.document()["tool"]["rules_digest"], without.document()["tool"]["rules_digest"]);
    // An id that is built in is replaced.
    write("LicenseRef-llama-3.1", "{}");
    let shown = Tool::new().args(["explain", "LicenseRef-llama-3.1", "--rules"]).arg(rules.path()).run().code(0).stdout;
    assert!(shown.contains("Ours"), "{shown}");
}

#[test]
fn nothing_that_steers_gets_through() {
    let hostile = "trulyopen-fixtures/hostile";
    let hub = fixture_hub();
    let on_disk = std::fs::read_to_string(hub.join("huggingface/models").join(hostile).join("README.md")).expect("read");
    assert!(!steering_characters(&on_disk).is_empty(), "the fixture is harmless");
    let evidence = TempDir::new().expect("a directory");
    let server = HubServer::fixtures();
    for flags in [
        &[][..],
        &["-v"],
        &["--format", "json"],
        &["--format", "jsonl"],
        &["-vv"],
        &["--save-evidence", evidence.path().to_str().expect("UTF-8")],
    ] {
        for tool in [Tool::audit().arg(hostile).fixtures(), Tool::audit().args([hostile, PHI]).hub(&server)] {
            let run = tool.args(flags).run().code(3);
            for (name, out) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
                assert_eq!(steering_characters(out), [] as [char; 0], "{flags:?} {name}");
            }
        }
    }
    // Names that climb were neither asked for nor written.
    let climbing = |p: &str| p.split('/').any(|part| part == ".." || part == "%2E%2E");
    assert_eq!(server.paths().iter().find(|p| climbing(p)), None);
    assert!(
        support::files_below(evidence.path())
            .iter()
            .all(|f| f == "evidence.json" || f.starts_with("huggingface/") || f.starts_with("github/"))
    );
    assert!(!Path::new("/tmp/owned").exists());
    // What a stranger's target says comes back as text too.
    let run = Tool::audit().args(["a\u{1b}[31m/\u{202e}b"]).fixtures().run().code(2);
    assert_eq!(steering_characters(&run.stderr), [] as [char; 0], "{:?}", run.stderr);
}
