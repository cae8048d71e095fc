//! Discovery against projects written for it (`fixtures/projects`, truth beside them), and on bad input.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use trulyopen::rules::Rules;
use trulyopen::scan::{Options, Reference, Scan, scan};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/projects")
}

fn rules() -> Rules {
    Rules::load(None).expect("built-in rules")
}

fn run(root: &Path) -> Scan {
    // The fixtures may lie under a folder that a `.gitignore` above excludes.
    scan(root, &rules(), &Options { ignored: true, ..Options::default() }).expect("a scan")
}

fn all(scan: &Scan) -> impl Iterator<Item = &Reference> {
    scan.references.iter().chain(&scan.mentions)
}

/// A row as the truth has it.
fn row(project: &str, r: &Reference) -> String {
    let kind = if r.target.is_some() { r.kind.slug() } else { "unresolved" };
    let name = r.target.as_deref().unwrap_or(&r.written);
    format!("{project}\t{}\t{name}\t{kind}\t{}", r.location.file, r.role.slug())
}

#[test]
fn every_way_of_naming_a_model_is_found_and_nothing_else() {
    let truth = fs::read_to_string(fixtures().join("truth.tsv")).unwrap();
    let wanted: BTreeSet<String> = truth.lines().filter(|l| !l.starts_with('#')).map(str::to_string).collect();
    let mut found = BTreeSet::new();
    for project in ["python-app", "notebook", "serving", "web", "rust-app", "configs", "cards", "no-models"] {
        found.extend(all(&run(&fixtures().join(project))).map(|r| row(project, r)));
    }
    let missing: Vec<&String> = wanted.difference(&found).collect();
    let wrong: Vec<&String> = found.difference(&wanted).collect();
    assert!(missing.is_empty() && wrong.is_empty(), "missing {missing:#?}\nwrong {wrong:#?}");
    assert!(wanted.len() > 150);
}

#[test]
fn a_project_without_models_has_no_finding_at_all() {
    let scan = run(&fixtures().join("no-models"));
    assert!(scan.files >= 5);
    assert_eq!(all(&scan).count(), 0, "{:#?}", all(&scan).collect::<Vec<_>>());
    assert!(scan.skipped.is_empty());
}

#[test]
fn places_are_exact() {
    for project in fs::read_dir(fixtures()).unwrap().filter_map(Result::ok).map(|e| e.path()).filter(|p| p.is_dir()) {
        for r in all(&run(&project)) {
            let text = fs::read_to_string(project.join(&r.location.file)).unwrap();
            let line = text.lines().nth(r.location.line as usize - 1).expect("the line is there");
            if line.chars().count() <= 240 {
                assert_eq!(r.location.snippet, line);
            }
            let at: String =
                line.chars().skip(r.location.column as usize - 1).take((r.location.end_column - r.location.column) as usize).collect();
            // What is put together from parts has the place of the whole expression.
            let whole = at.contains(&r.written) || r.written.starts_with(at.trim_end()) || at.contains("\"acme/") || at.contains("{ORG}");
            assert!(whole, "{}:{}: {at:?} is not {:?}", r.location.file, r.location.line, r.written);
        }
    }
}

#[test]
fn revisions_and_the_calls_that_use_a_name() {
    let scan = run(&fixtures().join("python-app"));
    let of = |name: &str| scan.references.iter().find(|r| r.target.as_deref() == Some(name)).unwrap();
    let diffusers = of("acme/load-diffusers");
    assert_eq!((diffusers.revision.as_deref(), diffusers.pinned), (Some("fp16"), false));
    // One call pins it, others do not: what is loaded can change.
    assert!(!of("acme/load-constant").pinned);
    assert!(of("acme/load-constant").used_at.is_some());
    let docker = run(&fixtures().join("serving"));
    let pinned = docker.references.iter().find(|r| r.target.as_deref() == Some("acme/docker-arg")).unwrap();
    assert!(pinned.pinned, "{pinned:?}");
}

#[test]
fn threads_do_not_change_the_result() {
    let root = fixtures();
    let one = scan(&root, &rules(), &Options { threads: 1, ignored: true }).unwrap();
    let four = scan(&root, &rules(), &Options { threads: 4, ignored: true }).unwrap();
    assert_eq!(one, four);
    let mut sorted = one.references.clone();
    sorted.sort();
    assert_eq!(sorted, one.references);
}

#[test]
fn what_git_ignores_is_left_out() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(".gitignore"), "generated/\n").unwrap();
    fs::create_dir_all(dir.path().join("generated")).unwrap();
    fs::write(dir.path().join("generated/x.py"), "AutoModel.from_pretrained('acme/ignored')\n").unwrap();
    let default = scan(dir.path(), &rules(), &Options::default()).unwrap();
    assert!(default.references.is_empty());
    assert_eq!(run(dir.path()).references.len(), 1);
}

#[test]
fn a_hub_cache_is_an_inventory() {
    let dir = tempfile::tempdir().unwrap();
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let model = dir.path().join("models--acme--cached");
    fs::create_dir_all(model.join("refs")).unwrap();
    fs::create_dir_all(model.join("snapshots").join(commit)).unwrap();
    fs::write(model.join("refs/main"), commit).unwrap();
    fs::write(model.join("snapshots").join(commit).join("README.md"), "---\nbase_model: acme/other\n---\n").unwrap();
    fs::create_dir_all(dir.path().join("datasets--acme--data/snapshots")).unwrap();
    let scan = run(dir.path());
    let rows: Vec<_> = scan.references.iter().map(|r| (r.kind.slug(), r.target.as_deref().unwrap(), r.pinned)).collect();
    assert_eq!(rows, [("dataset", "acme/data", false), ("model", "acme/cached", true)]);
}

#[test]
fn one_file_can_be_scanned() {
    let scan = run(&fixtures().join("configs/models.txt"));
    assert_eq!(scan.references.len(), 2);
    assert_eq!(scan.references[0].location.file, "models.txt");
    assert!(trulyopen::scan::scan(Path::new("/no/such/path"), &rules(), &Options::default()).is_err());
}

#[test]
fn rules_of_ones_own_are_added() {
    let dir = tempfile::tempdir().unwrap();
    let own = dir.path().join("rules");
    fs::create_dir_all(own.join("scan")).unwrap();
    fs::create_dir_all(own.join("hosted")).unwrap();
    let call = r#"
schema = 1
[[call]]
id = "ours"
languages = ["python"]
functions = ["our_lib.*.fetch_it"]
positions = [0]
form = "hub"
source = "our handbook"
"#;
    let hosted = r#"
schema = 1
[[provider]]
id = "ours"
name = "Our gateway"
models = ["house-*"]
source = "our handbook"
checked = 2026-11-25
"#;
    fs::write(own.join("scan/ours.toml"), call).unwrap();
    fs::write(own.join("hosted/ours.toml"), hosted).unwrap();
    let project = dir.path().join("project");
    fs::create_dir(&project).unwrap();
    fs::write(project.join("a.py"), "import our_lib\nour_lib.x.fetch_it('acme/ours')\nc(model='house-large')\n").unwrap();
    let with = scan(&project, &Rules::load(Some(&own)).unwrap(), &Options::default()).unwrap();
    let found: Vec<_> = with.references.iter().map(|r| (r.kind.slug(), r.target.as_deref().unwrap())).collect();
    assert_eq!(found, [("model", "acme/ours"), ("hosted", "house-large")]);
    assert!(run(&project).references.is_empty());

    fs::write(own.join("scan/ours.toml"), call.replace("positions", "position")).unwrap();
    let e = Rules::load(Some(&own)).unwrap_err().to_string();
    assert!(e.contains("ours.toml:7") && e.contains("position"), "{e}");
}

#[test]
fn the_command_prints_every_format_and_exits_0() {
    let command = |arguments: &[&str]| {
        let out = std::process::Command::new(env!("CARGO_BIN_EXE_trulyopen"))
            .arg("scan")
            .arg("--no-ignore")
            .args(arguments)
            .current_dir(fixtures().join("web"))
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        (out.status.code(), String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
    };
    let (code, json, _) = command(&["--format", "json"]);
    assert_eq!(code, Some(0));
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(document["schema_version"], "1");
    let first = &document["references"][0];
    let keys: Vec<&str> = first.as_object().unwrap().keys().map(String::as_str).collect();
    let wanted = [
        "column",
        "end_column",
        "file",
        "kind",
        "line",
        "pinned",
        "revision",
        "role",
        "snippet",
        "snippet_column",
        "target",
        "unresolved",
        "used_at",
        "via",
        "written",
    ];
    assert_eq!(keys, wanted);
    let (_, lines, _) = command(&["--format", "jsonl"]);
    let all = document["references"].as_array().unwrap().len() + document["mentions"].as_array().unwrap().len();
    assert_eq!(lines.lines().count(), all);
    let (code, table, _) = command(&["package.json"]);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!(table, @r"
    package.json
      5:26  acme/web-script  model    command `vllm serve`

    1 model in 1 of 1 file.
    ");
    let (code, _, error) = command(&["nowhere"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("cannot scan nowhere"), "{error}");
}

mod bad_input {
    use super::*;

    fn with(files: &[(&str, &[u8])]) -> (tempfile::TempDir, Scan) {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            fs::write(dir.path().join(name), bytes).unwrap();
        }
        let scan = run(dir.path());
        (dir, scan)
    }

    const CALL: &str = "m = AutoModel.from_pretrained('acme/found')\n";

    #[test]
    fn broken_files_are_read_as_far_as_they_go_or_named() {
        let python = format!("def f(:\n  )))\n{CALL}class (:\n");
        let toml = "model = 'acme/toml'\n= broken\n";
        let yaml = "model: acme/yaml\nb: [1\nc: }\n";
        let json = "{\"model\": \"acme/json\", ]]] \"x\"";
        let (_dir, scan) = with(&[
            ("a.py", python.as_bytes()),
            ("b.toml", toml.as_bytes()),
            ("c.yaml", yaml.as_bytes()),
            ("d.json", json.as_bytes()),
            ("e.ipynb", b"[\"model\"]"),
        ]);
        let found: Vec<&str> = scan.references.iter().filter_map(|r| r.target.as_deref()).collect();
        assert_eq!(found, ["acme/found", "acme/toml", "acme/yaml", "acme/json"]);
        let skipped: Vec<&str> = scan.skipped.iter().map(|s| s.file.as_str()).collect();
        assert_eq!(skipped, ["b.toml", "c.yaml", "e.ipynb"]);
    }

    #[test]
    fn what_is_no_text_is_named() {
        let mut binary = b"model \x7fELF".to_vec();
        binary.extend([0u8; 64]);
        let (_dir, scan) = with(&[("a.py", &binary), ("b.py", b"\xff\xfem\0o\0d\0e\0l\0")]);
        assert!(scan.references.is_empty());
        assert_eq!(scan.skipped.len(), 2);
        assert!(scan.skipped.iter().all(|s| s.why.contains("no text")), "{:?}", scan.skipped);
    }

    #[test]
    fn noise_that_is_called_python_is_given_up() {
        // From a plain generator; without marks of comments and strings, which would swallow it.
        let signs = b"(){}[]:;,.=+-*/%&|<>!~@\\ \n\tabcxyz0123";
        let mut state = 1u32;
        let mut noise: Vec<u8> = (0..400_000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                signs[(state >> 16) as usize % signs.len()]
            })
            .collect();
        noise.extend(b" model ");
        let (_dir, scan) = with(&[("a.py", &noise)]);
        assert!(scan.references.is_empty());
        assert_eq!(scan.skipped.len(), 1, "{:?}", scan.skipped);
    }

    #[test]
    fn invalid_utf8_around_a_call_does_not_hide_it() {
        let mut text = b"# caf\xe9\n".to_vec();
        text.extend(CALL.as_bytes());
        let (_dir, scan) = with(&[("a.py", &text)]);
        assert_eq!(scan.references.len(), 1);
        assert_eq!((scan.references[0].location.line, scan.references[0].location.column), (2, 32));
    }

    #[test]
    fn large_files_are_named_and_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let file = fs::File::create(dir.path().join("big.ipynb")).unwrap();
        // Sparse: it takes no room.
        file.set_len(100 << 20).unwrap();
        let scan = run(dir.path());
        assert_eq!(scan.files, 0);
        assert!(scan.skipped[0].why.contains("larger than"), "{:?}", scan.skipped);
    }

    #[test]
    fn depth_is_no_danger() {
        let n = 60_000;
        let nest = |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(n), close.repeat(n));
        let files = [
            ("a.py", nest("(", "model", ")")),
            ("b.py", format!("model = {}", nest("[", "'acme/deep'", "]"))),
            ("c.py", format!("x = {}1\n{CALL}", "-".repeat(n))),
            ("d.json", nest("[", "\"model\"", "]")),
            ("e.json", nest("{\"model\":", "1", "}")),
            ("f.yaml", nest("[", "model", "]")),
            ("g.yaml", format!("model: {}", nest("{a: ", "1", "}"))),
            ("h.toml", format!("model = {}", nest("[", "1", "]"))),
            ("i.ts", format!("f({}, 'model')", nest("(", "[", ")"))),
            ("j.rs", nest("{", "let model = \"acme/deep\";", "}")),
            ("k.sh", format!("echo {} model", nest("$(", "x", ")"))),
            ("l.md", format!("{} model\n```python\n{CALL}```\n", "> ".repeat(2_000))),
            ("m.py", format!("def f(model):\n  pass\n{}", "f(".repeat(n))),
        ];
        let files: Vec<(&str, &[u8])> = files.iter().map(|(n, t)| (*n, t.as_bytes())).collect();
        let (_dir, scan) = with(&files);
        assert_eq!(scan.files, files.len());
        assert!(scan.references.iter().any(|r| r.target.as_deref() == Some("acme/found")));
    }

    #[test]
    fn names_that_lead_to_names_without_end_are_given_up() {
        // Each name is two others: 2^30 values, and a circle.
        let mut text = String::from("model_0 = model_30\n");
        for i in 1..=30 {
            text.push_str(&format!("model_{i} = model_{} or model_{}\n", i - 1, i - 1));
        }
        text.push_str("AutoModel.from_pretrained(model_30)\n");
        text.push_str("def f(x):\n    return f(f(x)) or f(x)\nAutoModel.from_pretrained(f(1))\n");
        let ts: String = (1..=30).map(|i| format!("const m{i} = m{} ?? m{};\n", i - 1, i - 1)).collect();
        let ts = format!("{ts}AutoModel.from_pretrained(m30);\n");
        let (_dir, scan) = with(&[("a.py", text.as_bytes()), ("b.ts", ts.as_bytes())]);
        assert!(scan.references.iter().all(|r| r.target.is_none()));
    }

    #[test]
    fn a_long_line_is_shown_in_part() {
        let text = format!("x = '{}'; {}", "é".repeat(200_000), CALL);
        let (_dir, scan) = with(&[("a.py", text.as_bytes())]);
        let at = &scan.references[0].location;
        assert!(at.snippet.chars().count() <= 240 && at.column > 200_000);
        let shown: String = at.snippet.chars().skip((at.column - at.snippet_column) as usize).take(10).collect();
        assert_eq!(shown, "acme/found");
    }

    #[test]
    fn one_line_of_many_names_takes_no_square_of_the_time() {
        let names: String = (0..22_000).map(|i| format!("{{\"model\": \"acme/é-{i}\", \"hf_model\": \"acme/name-{i}\"}},")).collect();
        let templates = "a: {{ x }} ".repeat(100_000);
        let expansions = "$( ".repeat(300_000);
        let nested = format!("{}x{}", "AutoModel.from_pretrained(".repeat(15_000), ")".repeat(15_000));
        let (_dir, scan) = with(&[
            ("a.json", format!("[{names}0]").as_bytes()),
            ("b.yaml", format!("model: acme/found\n# {templates}").as_bytes()),
            ("c.sh", format!("hf download acme/found\necho {expansions}").as_bytes()),
            ("d.py", nested.as_bytes()),
        ]);
        let of = |file: &str| scan.references.iter().filter(|r| r.location.file == file && r.target.is_some()).count();
        assert_eq!((of("a.json"), of("b.yaml"), of("c.sh"), of("d.py")), (20_000, 1, 1, 0));
        // There are 22,000 names in it: what is left out is said.
        assert!(scan.skipped.iter().any(|s| s.file == "a.json" && s.why.contains("too many names")), "{:?}", scan.skipped);
        let last = scan.references.iter().rfind(|r| r.location.file == "a.json").unwrap();
        let at: String =
            last.location.snippet.chars().skip((last.location.column - last.location.snippet_column) as usize).take(15).collect();
        assert_eq!(at, "acme/name-19999");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let sub = dir.path().join("sub");
        fs::create_dir(&sub).unwrap();
        fs::write(sub.join("a.py"), CALL).unwrap();
        std::os::unix::fs::symlink(dir.path(), sub.join("loop")).unwrap();
        std::os::unix::fs::symlink("/etc", dir.path().join("etc")).unwrap();
        std::os::unix::fs::symlink("nowhere.py", dir.path().join("dangling.py")).unwrap();
        let scan = run(dir.path());
        assert_eq!((scan.files, scan.references.len()), (1, 1));
    }
}
