//! `trulyopen check` and `trulyopen init` as a user runs them: projects of `fixtures/gate`, models made by
//! the test, the lock, the baseline, every output format, and attempts to get past the gate.

mod support;

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{Run, TempHub, Tool, text};
use tempfile::TempDir;

/// The commit of every model that [`TempHub::model`] makes.
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
/// 2026-11-25.
const TODAY: &str = "1795564800";

/// A hub with the models of the fixtures: an open one, one for research only, one without a license.
fn hub() -> TempHub {
    let hub = TempHub::new();
    hub.model("acme/open-7b", &json!({"license": "mit"}), "A model.", &[]);
    hub.model("acme/research-7b", &json!({"license": "cc-by-nc-4.0"}), "A model.", &[]);
    hub.model("acme/no-license", &json!({}), "A model.", &[]);
    for (id, bytes) in [("acme/open-7b", 14_000_000_000_u64), ("acme/research-7b", 13_000_000_000), ("acme/no-license", 100)] {
        edit(&hub, id, |info| {
            info["pipeline_tag"] = json!("text-generation");
            info["siblings"][0]["size"] = json!(bytes);
        });
    }
    hub
}

/// Changes a model's record.
fn edit(hub: &TempHub, id: &str, change: impl FnOnce(&mut Value)) {
    let path = hub.model_dir(id).join("info.json");
    let mut info: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    change(&mut info);
    std::fs::write(path, info.to_string()).unwrap();
}

/// A copy of a project that a test may change.
fn project(name: &str) -> TempDir {
    let dir = TempDir::new().unwrap();
    support::copy_tree(&support::root().join("fixtures/gate").join(name), dir.path());
    dir
}

/// A project of one policy and one Python file.
fn small(policy: &str, code: &str) -> TempDir {
    let dir = TempDir::new().unwrap();
    std::fs::write(dir.path().join("trulyopen.toml"), policy).unwrap();
    std::fs::write(dir.path().join("app.py"), code).unwrap();
    dir
}

fn call(name: &str) -> String {
    format!("m = AutoModel.from_pretrained(\"{name}\")\n")
}

fn pinned(name: &str) -> String {
    format!("m = AutoModel.from_pretrained(\"{name}\", revision=\"{COMMIT}\")\n")
}

const OPEN_WEIGHTS: &str = "[require]\nverdict = \"open-weights\"\n";

fn check(dir: &Path) -> Tool {
    Tool::new().arg("check").cwd(dir).env("SOURCE_DATE_EPOCH", TODAY)
}

/// The rules of all violations, in order.
fn rules(run: &Run) -> Vec<String> {
    support::list(&run.document(), "violations").iter().map(|v| format!("{} {}", text(v, "severity"), text(v, "rule"))).collect()
}

fn json_of(dir: &Path, hub: &TempHub) -> Run {
    check(dir).dir(hub.path()).args(["--format", "json"]).run()
}

/// What an audit says of its reasons is not this test's business.
fn without_reasons(s: &str) -> String {
    let cut = |l: &str| match l.find(" at least: ") {
        Some(at) => format!("{} at least: …", &l[..at]),
        None => l.to_string(),
    };
    s.lines().map(|l| cut(l) + "\n").collect()
}

#[test]
fn diagnostics_of_a_project() {
    let (dir, hub) = (project("basic"), hub());
    let run = check(dir.path()).dir(hub.path()).run().code(1);
    insta::assert_snapshot!(without_reasons(&run.stdout));
}

#[test]
fn a_project_that_meets_its_policy_is_green() {
    let (dir, hub) = (project("clean"), hub());
    let run = check(dir.path()).dir(hub.path()).run().code(0);
    assert_eq!(run.stdout, "ok: trulyopen.toml is met; 1 model in 1 place\n");
    // From elsewhere the same, with paths as they are from there.
    let run = Tool::new().args(["check", "--format", "json"]).arg(dir.path()).dir(hub.path()).run().code(0);
    assert_eq!(run.document()["models"][0]["verdict"], "open-weights");
}

#[test]
fn exceptions_hold_until_their_day_and_are_named_when_unused() {
    let (dir, hub) = (project("exceptions"), hub());
    let run = check(dir.path()).dir(hub.path()).run().code(0);
    assert!(run.stdout.contains("1 place excused by an exception"), "{}", run.stdout);
    assert!(run.stdout.contains("warning[exception/unused]: the exception for `acme/other` matches nothing"), "{}", run.stdout);
    // The last day, and the day after.
    let on = |epoch: &str| json_of_at(dir.path(), &hub, epoch);
    assert_eq!(rules(&on("1798675200").code(0)), ["warning exception/unused"]);
    let late = on("1798761600").code(1);
    assert_eq!(rules(&late), ["error policy/verdict", "error exception/expired", "warning exception/unused"]);
    assert!(text(&late.document()["violations"][1], "message").contains("expired on 2026-12-31"));
}

fn json_of_at(dir: &Path, hub: &TempHub, epoch: &str) -> Run {
    check(dir).env("SOURCE_DATE_EPOCH", epoch).dir(hub.path()).args(["--format", "json"]).run()
}

#[test]
fn profiles_hold_in_their_paths_or_by_name() {
    let (dir, hub) = (project("profiles"), hub());
    let run = json_of(dir.path(), &hub).code(1);
    let document = run.document();
    let places: Vec<&str> = support::list(&document["violations"][0], "places").iter().map(|p| text(p, "file")).collect();
    assert_eq!(places, ["src/app.py"]);
    check(dir.path()).dir(hub.path()).args(["--profile", "relaxed"]).run().code(0);
    check(dir.path()).dir(hub.path()).env("TRULYOPEN_PROFILE", "relaxed").run().code(0);
    for wrong in ["research", "nope"] {
        check(dir.path()).dir(hub.path()).args(["--profile", wrong]).run().code(2);
    }
}

#[test]
fn without_a_usable_policy_the_gate_stays_shut() {
    let hub = hub();
    let none = TempDir::new().unwrap();
    std::fs::create_dir(none.path().join(".git")).unwrap();
    let run = check(none.path()).dir(hub.path()).run().code(2);
    assert!(run.stderr.contains("trulyopen init"), "{}", run.stderr);
    for (policy, said) in [
        ("", "requires nothing"),
        ("not toml", "trulyopen.toml:1"),
        ("[require]\nverdict = \"very-open\"\n", "trulyopen.toml:2:11"),
        ("[require]\nverdit = \"open-weights\"\n", "did you mean `verdict`?"),
        ("[require]\nverdict = \"open-weights\"\n[models]\ninclude = [\"a/b/c\"]\n", "trulyopen.toml:4:12"),
    ] {
        let dir = small(policy, &call("acme/open-7b"));
        let run = check(dir.path()).dir(hub.path()).run().code(2);
        assert!(run.stderr.contains(said) && run.stdout.is_empty(), "{policy}: {}", run.stderr);
    }
    let dir = small(OPEN_WEIGHTS, "");
    check(dir.path()).dir(hub.path()).env("SOURCE_DATE_EPOCH", "tomorrow").run().code(2);
    check(&dir.path().join("..")).arg("/no/such/directory").run().code(2);
}

#[test]
fn what_cannot_be_known_is_exit_3_and_violated_wins() {
    let hub = hub();
    let missing = small(OPEN_WEIGHTS, &call("acme/nowhere"));
    assert_eq!(rules(&json_of(missing.path(), &hub).code(3)), ["error evidence/incomplete"]);
    let run = check(missing.path()).dir(hub.path()).run().code(3);
    assert!(run.stdout.contains("not known: whether trulyopen.toml is met"), "{}", run.stdout);
    let both = small(OPEN_WEIGHTS, &(call("acme/nowhere") + &call("acme/research-7b")));
    json_of(both.path(), &hub).code(1);
    // Forgiving missing evidence never makes a requirement pass.
    let warn = small(&format!("{OPEN_WEIGHTS}[access]\nunknown = \"allow\"\n"), &call("acme/nowhere"));
    assert_eq!(rules(&json_of(warn.path(), &hub).code(3)), ["error evidence/incomplete"]);
    let inventory = small("mode = \"inventory\"\n[access]\nunknown = \"warn\"\n", &call("acme/nowhere"));
    assert_eq!(rules(&json_of(inventory.path(), &hub).code(0)), ["warning evidence/incomplete"]);
    // No hub at all.
    let open = small(OPEN_WEIGHTS, &call("acme/open-7b"));
    check(open.path()).args(["--hub", "http://127.0.0.1:1"]).run().code(3);
    check(open.path()).arg("--offline").run().code(3);
    // A model on another hub, which does not have it.
    let other = small(&format!("{OPEN_WEIGHTS}[models]\ninclude = [\"acme/open-7b\"]\n"), &call("ollama:llama3"));
    assert_eq!(rules(&json_of(other.path(), &hub).code(3)).iter().filter(|r| r.contains("incomplete")).count(), 1);
    // A framework result that is not there.
    let framework = small("[require]\nframeworks = [\"nosuch.result >= 3\"]\n", &pinned("acme/open-7b"));
    assert_eq!(rules(&json_of(framework.path(), &hub).code(1)), ["error policy/framework"]);
}

#[test]
fn the_name_in_another_case_is_the_same_model() {
    let hub = hub();
    hub.model("ACME/Research-7B", &json!({"license": "cc-by-nc-4.0"}), "A model.", &[]);
    let dir = small("[require]\nverdict = \"closed\"\n[models]\ndeny = [\"acme/*\"]\n", &pinned("ACME/Research-7B"));
    assert_eq!(rules(&json_of(dir.path(), &hub).code(1)), ["error policy/model-denied"]);
    // One model, whatever the case: an entry of the lock is found, and none is there twice.
    let two = small("[require]\nverdict = \"closed\"\n", &(pinned("acme/research-7b") + &pinned("ACME/Research-7B")));
    check(two.path()).dir(hub.path()).arg("--update-lock").run().code(0);
    assert_eq!(std::fs::read_to_string(two.path().join("trulyopen.lock")).unwrap().matches("[[model]]").count(), 1);
    check(two.path()).dir(hub.path()).arg("--locked").run().code(0);
}

#[test]
fn only_a_commit_is_pinned() {
    let hub = hub();
    let policy = format!("{OPEN_WEIGHTS}pinned = true\n");
    let with = |revision: &str| format!("m = AutoModel.from_pretrained(\"acme/open-7b\", revision=\"{revision}\")\n");
    let dir = small(&policy, &with(COMMIT));
    json_of(dir.path(), &hub).code(0);
    for code in [with("main"), call("acme/open-7b")] {
        let dir = small(&policy, &code);
        assert_eq!(rules(&json_of(dir.path(), &hub).code(1)), ["error revision/unpinned"], "{code}");
    }
    let run = check(small(&policy, &call("acme/open-7b")).path()).dir(hub.path()).run();
    assert!(run.stdout.contains(&format!("pinned: {}", pinned("acme/open-7b").trim())), "{}", run.stdout);
    // Called like a commit, and the hub answers with another one.
    let fake = small(&policy, &with("f".repeat(40).as_str()));
    let run = json_of(fake.path(), &hub);
    assert_ne!(run.code, 0, "{}", run.stdout);
}

#[test]
fn an_open_question_about_a_name_or_file_is_said() {
    let hub = hub();
    let dir = small(OPEN_WEIGHTS, "def f(name):\n    return AutoModel.from_pretrained(name)\n");
    assert_eq!(rules(&json_of(dir.path(), &hub).code(0)), ["warning scan/unresolved"]);
    let strict = small(
        &format!("{OPEN_WEIGHTS}[scan]\nunresolved = \"deny\"\nskipped = \"deny\"\n"),
        "def f(name):\n    return AutoModel.from_pretrained(name)\n",
    );
    assert_eq!(rules(&json_of(strict.path(), &hub).code(3)), ["error scan/unresolved"]);
}

/// `[user]` asks where and to whom a license is granted; a license of a base counts as the model's own.
#[test]
fn a_license_is_granted_to_this_user_or_it_is_said_why_not() {
    let hub = TempHub::new();
    let tagged = |id: &str, license: &str, task: Option<&str>| {
        hub.model(id, &json!({"license": "other", "license_name": license}), "A model.", &[]);
        edit(&hub, id, |info| info["pipeline_tag"] = json!(task));
    };
    tagged("acme/hunyuan-7b", "tencent-hunyuan-3d", None);
    tagged("acme/llama-3.2-text", "llama3.2", Some("text-generation"));
    tagged("acme/llama-3.2-vision", "llama3.2", Some("image-text-to-text"));
    tagged("acme/llama-3.2-what", "llama3.2", None);
    tagged("acme/llama-4", "llama4", Some("image-text-to-text"));
    tagged("acme/ltx", "ltx-2.x-community", Some("text-to-video"));
    tagged("acme/mystery", "of-my-own-making", Some("text-generation"));
    hub.model("acme/bare", &json!({}), "A model.", &[]);
    hub.model("acme/open", &json!({"license": "apache-2.0"}), "A model.", &[]);
    hub.model("zeta/child", &json!({"license": "apache-2.0", "base_model": "acme/llama-4"}), "A model.", &[]);
    let said = |user: &str, model: &str| {
        let dir = small(&format!("[user]\n{user}\n[rules]\n\"revision/unpinned\" = \"off\"\n"), &call(model));
        let run = json_of(dir.path(), &hub);
        let found = support::list(&run.document(), "violations").iter().map(|v| text(v, "message")).collect::<Vec<_>>().join("; ");
        (run.code, found)
    };
    for (user, model, code, part) in [
        ("place = \"DE\"", "acme/hunyuan-7b", 1, "LicenseRef-tencent-hunyuan-3d is not granted in DE"),
        ("place = \"GB\"", "acme/hunyuan-7b", 1, "not granted in GB"),
        ("place = \"EU\"", "acme/hunyuan-7b", 1, "not granted in the European Union"),
        ("place = \"US\"", "acme/hunyuan-7b", 0, ""),
        ("place = \"DE\"", "acme/llama-3.2-text", 0, ""),
        ("place = \"DE\"", "acme/llama-3.2-vision", 1, "this one is for image-text-to-text"),
        ("place = \"DE\"", "acme/llama-3.2-what", 1, "no task is known"),
        ("place = \"DE\"", "acme/llama-4", 1, "not granted in DE"),
        ("place = \"DE\"", "zeta/child", 1, "LicenseRef-llama-4 is not granted in DE"),
        ("place = \"DE\"", "acme/ltx", 1, "the rules do not say where"),
        ("place = \"DE\"", "acme/mystery", 1, "no rule knows in which places"),
        ("place = \"DE\"", "acme/bare", 1, "nothing is granted to anybody"),
        ("place = \"DE\"", "acme/open", 0, ""),
        ("monthly-users = 699_999_999", "acme/llama-4", 0, ""),
        (
            "monthly-users = 700_000_000",
            "acme/llama-4",
            1,
            "a cap of 700,000,000 users a month, and the policy gives 700,000,000 users a month",
        ),
        ("monthly-users = 700_000_000", "zeta/child", 1, "LicenseRef-llama-4 has a cap"),
        ("users = 5", "acme/llama-4", 1, "do not give in this unit"),
        ("users = 5\nmonthly-users = 5", "acme/llama-4", 0, ""),
        ("yearly-revenue-usd = 5", "acme/llama-4", 0, ""),
        ("yearly-revenue-usd = 10_000_000", "acme/ltx", 1, "US$10,000,000 of revenue a year"),
        ("yearly-revenue-usd = 9_999_999", "acme/ltx", 0, ""),
        ("yearly-revenue-usd = 1", "acme/bare", 1, "nothing is granted"),
    ] {
        let (status, found) = said(user, model);
        assert_eq!((status, found.contains(part)), (code, true), "{user} {model}: {status} {found}");
    }
    // Mistakes in the section are shown at their lines.
    for (user, part) in [
        ("place = \"Germany\"", "`Germany` is no place"),
        ("place = \"de\"", "two capitals"),
        ("monthly-users = -1", "0 or more"),
        ("monthly-users = \"many\"", "a whole number, not a string"),
        ("revenue = 1", "has no key `revenue`"),
    ] {
        let dir = small(&format!("[user]\n{user}\n"), &call("acme/open"));
        let run = check(dir.path()).dir(hub.path()).run().code(2);
        assert!(run.stderr.contains(part), "{user}: {}", run.stderr);
    }
}

#[test]
fn exclusions_are_counted_and_reported_when_they_are_of_no_use() {
    let hub = hub();
    let policy = format!(
        "{OPEN_WEIGHTS}[models]\nexclude = [{{ model = \"acme/research-7b\", paths = [\"app.py\"], reason = \"named, never loaded\" }}, \"acme/zzz\"]\n"
    );
    let dir = small(&policy, &call("acme/research-7b"));
    let run = json_of(dir.path(), &hub).code(0);
    assert_eq!(rules(&run), ["warning exclude/unused"]);
    assert_eq!(run.document()["excluded"][0]["name"], "acme/research-7b");
}

#[test]
fn a_clarified_text_is_what_the_policy_says_until_it_changes() {
    let hub = TempHub::new();
    let license = "The Acme Terms. You may do anything with this model, for any purpose, for ever, and so may everyone. ".repeat(8);
    hub.model("acme/odd", &json!({"license": "other", "license_name": "acme-terms"}), "A model.", &[("LICENSE", &license)]);
    let digest = trulyopen::digest::sha256(license.as_bytes());
    let policy = "[require]\nverdict = \"open-weights\"\n[licenses]\nallow = [\"MIT\"]\n";
    let dir = small(policy, &pinned("acme/odd"));
    let run = check(dir.path()).dir(hub.path()).run().code(1);
    assert!(run.stdout.contains("policy/license-unknown"), "{}", run.stdout);
    assert!(run.stdout.contains(&format!("sha256:{digest}")), "the digest to clarify is shown: {}", run.stdout);
    let clarified = format!("{policy}[[clarify]]\ndigest = \"sha256:{digest}\"\nlicense = \"MIT\"\nreason = \"read by counsel\"\n");
    std::fs::write(dir.path().join("trulyopen.toml"), &clarified).unwrap();
    json_of(dir.path(), &hub).code(0);
    hub.write("huggingface/models/acme/odd/LICENSE", license.replace("for ever", "for a month"));
    let run = json_of(dir.path(), &hub);
    assert_ne!(run.code, 0, "{}", run.stdout);
    assert!(rules(&run).contains(&"warning clarify/unused".to_string()), "{}", run.stdout);
}

#[test]
fn a_swap_is_suggested_with_how_it_was_compared() {
    let (dir, hub) = (project("basic"), hub());
    let run = json_of(dir.path(), &hub).code(1);
    let swaps = swaps(&run);
    assert!(!swaps.is_empty());
    for swap in swaps {
        assert!(swap.starts_with("acme/open-7b (open-weights, MIT)"), "{swap}");
        assert!(swap.contains("text-generation") && swap.contains("14.0 GB against 13.0 GB"), "{swap}");
    }
}

/// The swaps that a run suggests.
fn swaps(run: &Run) -> Vec<String> {
    let document = run.document();
    let fixes = support::list(&document, "violations").iter().flat_map(|v| support::list(v, "fixes"));
    fixes.filter(|f| f["kind"] == "swap").map(|f| text(f, "text").to_string()).collect()
}

#[test]
fn a_swap_is_found_among_models_that_the_project_does_not_use() {
    let (dir, hub) = (small(OPEN_WEIGHTS, &pinned("acme/research-7b")), hub());
    let json = || check(dir.path()).args(["--format", "json"]);
    assert_eq!(swaps(&json().dir(hub.path()).run().code(1)), Vec::<String>::new());
    // A file of audits, of which one is for the task and size, and one is worse than what is used.
    let beside = TempDir::new().unwrap();
    let saved = beside.path().join("audits.json");
    let audits = Tool::json().args(["acme/open-7b", "acme/no-license"]).dir(hub.path()).run().code(0).stdout;
    std::fs::write(&saved, audits).unwrap();
    let found = swaps(&json().dir(hub.path()).arg("--suggest-from").arg(&saved).run().code(1));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("acme/open-7b (open-weights, MIT) passes this policy"), "{found:?}");
    assert!(found[0].ends_with("as known from an audit beside those of the project"), "{found:?}");
    // What the file says of a verdict is not believed.
    std::fs::write(&saved, r#"{"id":"acme/no-license","verdict":"open-source-open-data","task":"text-generation"}"#).unwrap();
    assert_eq!(swaps(&json().dir(hub.path()).arg("--suggest-from").arg(&saved).run().code(1)), Vec::<String>::new());
    json().dir(hub.path()).args(["--suggest-from", "no-such-file"]).run().code(2);
    // What earlier runs left in the cache, without a request for it.
    let server = support::HubServer::serve(hub.path());
    let cache = TempDir::new().unwrap();
    Tool::json().arg("acme/open-7b").hub(&server).env("TRULYOPEN_CACHE", cache.path()).run().code(0);
    let asked = server.requests("open-7b").len();
    let run = json().hub(&server).env("TRULYOPEN_CACHE", cache.path()).args(["--suggest-from", "cache"]).run().code(1);
    assert!(swaps(&run).iter().any(|s| s.starts_with("acme/open-7b")), "{:?}", swaps(&run));
    assert_eq!(server.requests("open-7b").len(), asked);
}

#[test]
fn datasets_are_listed_with_their_licenses() {
    let hub = hub();
    for (id, front) in [("acme/data", json!({"license": "cc-by-4.0"})), ("acme/bare", json!({}))] {
        let info =
            json!({"id": id, "gated": false, "private": false, "tags": [], "cardData": front, "siblings": [{"rfilename": "a.parquet"}]});
        hub.write(&format!("huggingface/datasets/{id}/info.json"), info.to_string());
    }
    let load = |id: &str| format!("d = load_dataset(\"{id}\")\n");
    let code =
        format!("from datasets import load_dataset\n{}{}{}{}", load("acme/data"), load("acme/bare"), load("acme/gone"), load("acme/data"));
    let dir = small(OPEN_WEIGHTS, &(code + &pinned("acme/open-7b")));
    let document = json_of(dir.path(), &hub).code(0).document();
    let listed: Vec<Value> =
        support::list(&document, "datasets").iter().map(|d| json!([d["name"], d["line"], d["found"], d["license"]])).collect();
    let expected = json!([
        ["acme/data", 2, true, "CC-BY-4.0"],
        ["acme/bare", 3, true, null],
        ["acme/gone", 4, false, null],
        ["acme/data", 5, true, "CC-BY-4.0"]
    ]);
    assert_eq!(Value::Array(listed), expected);
    let human = check(dir.path()).dir(hub.path()).run().code(0).stdout;
    for line in [
        "dataset acme/data  CC-BY-4.0  (2 places)",
        "dataset acme/bare  no license  (1 place)",
        "dataset acme/gone  not on the hub  (1 place)",
    ] {
        assert!(human.contains(line), "{human}");
    }
    // Nobody is asked where only the lock is.
    check(dir.path()).dir(hub.path()).arg("--update-lock").run().code(0);
    let locked = check(dir.path()).args(["--locked", "--offline"]).run().code(0).stdout;
    assert!(locked.contains("dataset acme/data  not known  (2 places)"), "{locked}");
}

#[test]
fn init_writes_each_preset_and_never_over_a_policy() {
    for (preset, code) in [("permissive-commercial", 1), ("strict-open-source", 1), ("inventory-only", 0)] {
        let dir = TempDir::new().unwrap();
        std::fs::write(dir.path().join("app.py"), pinned("acme/research-7b")).unwrap();
        let init = |more: &[&str]| Tool::new().args(["init", "--preset", preset]).args(more).cwd(dir.path()).run();
        init(&[]).code(0);
        json_of(dir.path(), &hub()).code(code);
        std::fs::write(dir.path().join("trulyopen.toml"), OPEN_WEIGHTS).unwrap();
        assert!(init(&[]).code(2).stderr.contains("--force"));
        assert_eq!(std::fs::read_to_string(dir.path().join("trulyopen.toml")).unwrap(), OPEN_WEIGHTS);
        init(&["--force"]).code(0);
    }
}

// The lock.

fn lock_of(dir: &Path) -> String {
    std::fs::read_to_string(dir.join("trulyopen.lock")).unwrap()
}

#[test]
fn the_lock_is_written_kept_and_enough_without_network() {
    let (dir, hub) = (project("clean"), hub());
    check(dir.path()).dir(hub.path()).arg("--locked").run().code(2);
    check(dir.path()).dir(hub.path()).arg("--update-lock").run().code(0);
    let first = lock_of(dir.path());
    for fact in
        ["id = \"acme/open-7b\"", "license = \"MIT\"", "verdict = \"open-weights\"", "since = \"2026-11-25\"", "evidence = \"sha256:"]
    {
        assert!(first.contains(fact), "{fact}: {first}");
    }
    check(dir.path()).dir(hub.path()).arg("--locked").run().code(0);
    // A later day changes nothing where no fact did.
    check(dir.path()).env("SOURCE_DATE_EPOCH", "1798761600").dir(hub.path()).arg("--update-lock").run().code(0);
    assert_eq!(lock_of(dir.path()), first);
    let run = check(dir.path()).args(["--locked", "--offline", "--format", "json"]).run().code(0);
    assert_eq!(run.document()["models"][0]["known_from"], "locked");
    check(dir.path()).env("HF_HUB_OFFLINE", "1").arg("--locked").run().code(0);
    // Nothing but the lock and the project is left behind.
    assert_eq!(support::names(dir.path()), ["src", "trulyopen.lock", "trulyopen.toml"]);
}

#[test]
fn violations_are_the_same_from_the_lock_alone() {
    let (dir, hub) = (project("basic"), hub());
    std::fs::remove_file(dir.path().join("src/other.py")).unwrap();
    let live = json_of(dir.path(), &hub).code(1);
    check(dir.path()).dir(hub.path()).arg("--update-lock").run().code(1);
    let locked = check(dir.path()).args(["--locked", "--offline", "--format", "json"]).run().code(1);
    assert_eq!(rules(&live), rules(&locked));
}

#[test]
fn drift_is_named() {
    type Change = fn(&TempHub);
    let cases: [(&str, Change); 4] = [
        ("lock/license-changed", |h| {
            h.model("acme/open-7b", &json!({"license": "apache-2.0"}), "A model.", &[]);
            edit(h, "acme/open-7b", |i| i["siblings"][0]["size"] = json!(14_000_000_000_u64));
        }),
        ("lock/access-changed", |h| edit(h, "acme/open-7b", |i| i["gated"] = json!("auto"))),
        ("lock/weights-changed", |h| edit(h, "acme/open-7b", |i| i["siblings"][0]["size"] = json!(14_000_000_001_u64))),
        ("lock/verdict-changed", |h| edit(h, "acme/open-7b", |i| i["gated"] = json!("manual"))),
    ];
    for (rule, change) in cases {
        let hub = hub();
        let dir = small("[require]\nverdict = \"closed\"\n", &pinned("acme/open-7b"));
        check(dir.path()).dir(hub.path()).arg("--update-lock").run().code(0);
        change(&hub);
        let run = check(dir.path()).dir(hub.path()).args(["--locked", "--format", "json"]).run().code(1);
        assert!(rules(&run).contains(&format!("error {rule}")), "{rule}: {}", run.stdout);
        assert!(run.stdout.contains("(locked on 2026-11-25)"), "{}", run.stdout);
        // Not asked for the lock: not judged by it.
        json_of(dir.path(), &hub).code(0);
        check(dir.path()).dir(hub.path()).arg("--update-lock").run().code(0);
        check(dir.path()).dir(hub.path()).arg("--locked").run().code(0);
    }
}

#[test]
fn lost_evidence_is_no_drift_and_no_pass() {
    let hub = hub();
    let dir = small("mode = \"inventory\"\n[access]\nunknown = \"allow\"\n", &pinned("acme/open-7b"));
    check(dir.path()).dir(hub.path()).arg("--update-lock").run().code(0);
    std::fs::remove_dir_all(hub.model_dir("acme/open-7b")).unwrap();
    // Nothing is required, but that it is as it was locked.
    json_of(dir.path(), &hub).code(0);
    let run = check(dir.path()).dir(hub.path()).args(["--locked", "--format", "json"]).run().code(3);
    assert_eq!(rules(&run), ["error evidence/incomplete"]);
}

#[test]
fn a_new_reference_is_not_locked_and_an_old_one_is_stale() {
    let hub = hub();
    let dir = small("[require]\nverdict = \"closed\"\n", &pinned("acme/open-7b"));
    check(dir.path()).dir(hub.path()).arg("--update-lock").run().code(0);
    std::fs::write(dir.path().join("app.py"), pinned("acme/research-7b")).unwrap();
    for offline in [false, true] {
        let mut tool = check(dir.path()).args(["--locked", "--format", "json"]);
        tool = if offline { tool.arg("--offline") } else { tool.dir(hub.path()) };
        assert_eq!(rules(&tool.run().code(1)), ["error lock/unlocked", "warning lock/stale"]);
    }
    // The same model at another revision is not the one that was locked.
    std::fs::write(dir.path().join("app.py"), call("acme/open-7b")).unwrap();
    let run = check(dir.path()).args(["--locked", "--offline", "--format", "json"]).run().code(1);
    assert!(rules(&run).contains(&"error lock/unlocked".to_string()));
}

#[test]
fn a_lock_edited_by_hand_is_refused() {
    let hub = hub();
    let dir = small(OPEN_WEIGHTS, &pinned("acme/research-7b"));
    check(dir.path()).dir(hub.path()).arg("--update-lock").run().code(1);
    let good = lock_of(dir.path());
    let block = good.split("\n\n").nth(1).unwrap();
    for bad in [
        good.replace("verdict = \"weights-available\"", "verdict = \"open-weights\""),
        format!("{good}\n{block}"),
        good.replace("seal = \"sha256:", "seal = \"sha256:00"),
        format!("<<<<<<< ours\n{good}"),
        "version = 1\n".repeat(2),
    ] {
        std::fs::write(dir.path().join("trulyopen.lock"), &bad).unwrap();
        for args in [&["--locked"][..], &["--locked", "--offline"]] {
            let run = check(dir.path()).args(args).dir(hub.path()).run().code(2);
            assert!(run.stderr.contains("--update-lock"), "{}", run.stderr);
        }
    }
    check(dir.path()).dir(hub.path()).arg("--update-lock").run().code(1);
    assert_eq!(lock_of(dir.path()), good);
    // An emptied lock locks nothing.
    std::fs::write(dir.path().join("trulyopen.lock"), "version = 1\n").unwrap();
    check(dir.path()).args(["--locked", "--offline"]).run().code(1);
}

#[test]
fn a_model_that_cannot_be_audited_is_not_locked() {
    let hub = hub();
    let dir = small(OPEN_WEIGHTS, &(pinned("acme/open-7b") + &pinned("acme/nowhere")));
    let run = check(dir.path()).dir(hub.path()).arg("--update-lock").run().code(3);
    assert!(run.stderr.contains("acme/nowhere is not locked anew"), "{}", run.stderr);
    assert_eq!(lock_of(dir.path()).matches("[[model]]").count(), 1);
}

#[test]
fn locks_of_two_branches_merge() {
    let Some(git) = git() else { return };
    let hub = hub();
    for name in ["acme/a", "acme/m", "acme/z"] {
        hub.model(name, &json!({"license": "mit"}), "A model.", &[]);
    }
    let dir = small(OPEN_WEIGHTS, &pinned("acme/m"));
    let write = |file: &str, name: &str| std::fs::write(dir.path().join(file), pinned(name)).unwrap();
    let lock = || check(dir.path()).dir(hub.path()).arg("--update-lock").run().code(0);
    lock();
    git(dir.path(), &["init", "-q", "-b", "main"]);
    git(dir.path(), &["add", "-A"]);
    git(dir.path(), &["commit", "-qm", "start"]);
    for (branch, file, name) in [("one", "a.py", "acme/a"), ("two", "z.py", "acme/z")] {
        git(dir.path(), &["checkout", "-q", "-b", branch, "main"]);
        write(file, name);
        lock();
        git(dir.path(), &["add", "-A"]);
        git(dir.path(), &["commit", "-qm", branch]);
    }
    git(dir.path(), &["merge", "-q", "--no-edit", "one"]);
    check(dir.path()).args(["--locked", "--offline"]).run().code(0);
    let merged = lock_of(dir.path());
    lock();
    assert_eq!(lock_of(dir.path()), merged);
}

// The baseline.

/// Runs git with an identity of its own; `None` where git is not there.
fn git() -> Option<impl Fn(&Path, &[&str])> {
    if Command::new("git").arg("--version").output().is_err() {
        println!("skipped: git is not there");
        return None;
    }
    Some(|dir: &Path, args: &[&str]| {
        let out = Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"])
            .args(args)
            .current_dir(dir)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap();
        assert!(out.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&out.stderr));
    })
}

#[test]
fn a_baseline_reports_only_what_is_new() {
    let Some(git) = git() else { return };
    let (dir, hub) = (project("basic"), hub());
    git(dir.path(), &["init", "-q"]);
    git(dir.path(), &["add", "-A"]);
    git(dir.path(), &["commit", "-qm", "start"]);
    let with = |baseline: &str| check(dir.path()).dir(hub.path()).args(["--format", "json", "--baseline", baseline]).run();
    let before = json_of(dir.path(), &hub).code(1);
    let elsewhere = TempDir::new().unwrap();
    let saved = elsewhere.path().join("before.json");
    std::fs::write(&saved, &before.stdout).unwrap();
    let baselines = ["HEAD", saved.to_str().unwrap()];
    for baseline in baselines {
        assert_eq!(rules(&with(baseline).code(0)), [""; 0], "{baseline}");
    }
    // In the project it names models, and is no use of any.
    std::fs::write(dir.path().join("before.json"), &before.stdout).unwrap();
    assert_eq!(rules(&with("before.json").code(0)), [""; 0]);
    std::fs::remove_file(dir.path().join("before.json")).unwrap();
    // Lines that move are not new; the same call once more is.
    let app = dir.path().join("src/app.py");
    let code = std::fs::read_to_string(&app).unwrap();
    std::fs::write(&app, format!("# moved\n\n{code}")).unwrap();
    for baseline in baselines {
        assert_eq!(rules(&with(baseline).code(0)), [""; 0], "{baseline}");
    }
    std::fs::write(dir.path().join("src/new.py"), call("acme/research-7b")).unwrap();
    for baseline in baselines {
        let run = with(baseline).code(1);
        let document = run.document();
        for v in support::list(&document, "violations") {
            let files: Vec<&str> = support::list(v, "places").iter().map(|p| text(p, "file")).collect();
            assert_eq!(files, ["src/new.py"], "{baseline}");
        }
        assert!(document["summary"]["known"].as_u64().unwrap() > 0);
    }
    // What is wrong with the policy itself is never old.
    let policy = dir.path().join("trulyopen.toml");
    let expired =
        "\n[[exception]]\nmodel = \"acme/x\"\nrules = [\"policy/verdict\"]\nreason = \"r\"\nowner = \"o\"\nexpires = 2020-01-01\n";
    std::fs::write(&policy, std::fs::read_to_string(&policy).unwrap() + expired).unwrap();
    assert!(rules(&with("HEAD").code(1)).contains(&"error exception/expired".to_string()));
    for wrong in ["no-such-revision", "--output=x", "", "trulyopen.toml"] {
        let run = check(dir.path()).dir(hub.path()).arg(format!("--baseline={wrong}")).run().code(2);
        assert!(run.stderr.contains("baseline"), "{}", run.stderr);
    }
}

// The formats.

const FORMATS: [&str; 5] = ["human", "json", "sarif", "junit", "github"];

#[test]
fn the_format_never_changes_the_exit_code() {
    let hub = hub();
    for (name, code) in [("acme/open-7b", 0), ("acme/research-7b", 1), ("acme/nowhere", 3)] {
        let dir = small(OPEN_WEIGHTS, &pinned(name));
        for format in FORMATS {
            check(dir.path()).dir(hub.path()).args(["--format", format]).run().code(code);
        }
    }
    let dir = small(OPEN_WEIGHTS, "");
    check(dir.path()).dir(hub.path()).args(["--format", "jsonl"]).run().code(2);
    Tool::audit().fixtures().args(["deepseek-ai/DeepSeek-R1", "--format", "sarif"]).run().code(2);
}

/// The schema of SARIF, which is not part of the project.
fn sarif_schema() -> Option<Value> {
    let corpus = std::env::var_os("TRULYOPEN_CORPUS").map_or_else(|| support::root().join("../shared/corpus"), PathBuf::from);
    let path = corpus.parent()?.join("schemas/sarif-schema-2.1.0.json");
    match std::fs::read(&path) {
        Ok(bytes) => Some(serde_json::from_slice(&bytes).unwrap()),
        Err(_) => {
            println!("skipped: no {}", path.display());
            None
        }
    }
}

/// What has to hold of any SARIF that is written, besides its schema.
fn assert_sarif(document: &Value, dir: &Path) {
    let run = &document["runs"][0];
    let rules: Vec<&str> = support::list(&run["tool"]["driver"], "rules").iter().map(|r| text(r, "id")).collect();
    let mut fingerprints = std::collections::BTreeSet::new();
    for result in support::list(run, "results") {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index], text(result, "ruleId"));
        assert!(fingerprints.insert(result["partialFingerprints"].to_string()), "a fingerprint twice");
        let place = &result["locations"][0]["physicalLocation"];
        let file = text(&place["artifactLocation"], "uri");
        let region = &place["region"];
        // The line that is named holds the snippet that is shown.
        if let (Ok(source), Some(snippet)) = (std::fs::read_to_string(dir.join(file)), region["snippet"]["text"].as_str()) {
            let line = source.lines().nth(usize::try_from(region["startLine"].as_u64().unwrap()).unwrap() - 1).unwrap();
            assert!(line.contains(snippet), "{line}");
        }
    }
}

#[test]
fn sarif_is_valid_and_points_at_the_lines() {
    let (dir, hub) = (project("basic"), hub());
    let run = check(dir.path()).dir(hub.path()).args(["--format", "sarif"]).run().code(1);
    let document = run.document();
    assert_sarif(&document, dir.path());
    let flows = support::list(&document["runs"][0], "results").iter().filter(|r| r.get("codeFlows").is_some()).count();
    assert!(flows > 0);
    if let Some(schema) = sarif_schema() {
        let validator = jsonschema::validator_for(&schema).unwrap();
        let errors: Vec<String> = validator.iter_errors(&document).map(|e| format!("{e} at {}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn junit_is_read_back() {
    let (dir, hub) = (project("basic"), hub());
    let run = check(dir.path()).dir(hub.path()).args(["--format", "junit"]).run().code(1);
    let report = quick_junit::Report::deserialize_from_str(&run.stdout).unwrap();
    let errors = json_of(dir.path(), &hub).document()["summary"].clone();
    assert_eq!(json!(report.failures + report.errors), errors["errors"]);
    assert_eq!(json!(report.errors), errors["unknown"]);
    assert!(run.stdout.contains("acme/open-7b"), "a model that passes is a test that passes");
}

#[test]
fn github_gets_annotations_and_a_job_summary() {
    let (dir, hub) = (project("basic"), hub());
    let summary = dir.path().join("summary.md");
    std::fs::write(&summary, "before\n").unwrap();
    let run = check(dir.path()).dir(hub.path()).args(["--format", "github"]).env("GITHUB_STEP_SUMMARY", &summary).run().code(1);
    insta::assert_snapshot!(without_reasons(&run.stdout.replace("%0A", "\n%0A")));
    let page = std::fs::read_to_string(&summary).unwrap();
    assert!(page.starts_with("before\n## AI models: policy ❌ violated"), "{page}");
}

#[test]
fn json_says_what_the_documentation_promises() {
    let (dir, hub) = (project("basic"), hub());
    let document = json_of(dir.path(), &hub).document();
    let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
    let expected = [
        "baseline",
        "datasets",
        "excluded",
        "excused",
        "exit",
        "locked",
        "models",
        "policy",
        "schema_version",
        "summary",
        "tool",
        "violations",
    ];
    assert_eq!(keys, expected);
    let page = std::fs::read_to_string(support::root().join("docs/ci.md")).unwrap();
    let missing: Vec<&&str> = expected.iter().filter(|k| !page.contains(&format!("`{k}`"))).collect();
    assert!(missing.is_empty(), "docs/ci.md does not name {missing:?}");
    // Every rule of the gate is in the documentation.
    let rules = trulyopen::rules::Rules::load(None).unwrap();
    let missing: Vec<&String> =
        rules.findings.keys().filter(|id| trulyopen::gate::is_gate_rule(id) && !page.contains(&format!("`{id}`"))).collect();
    assert!(missing.is_empty(), "docs/ci.md does not name {missing:?}");
}

#[test]
fn names_of_strangers_are_harmless_in_every_format() {
    let hub = hub();
    let dir = TempDir::new().unwrap();
    std::fs::write(dir.path().join("trulyopen.toml"), format!("# \u{202e}\n{OPEN_WEIGHTS}")).unwrap();
    let code = "m = f.from_pretrained(\"acme/research-7b\") # \u{202e}\u{1b}[31m ]]> <script> ::error::x %0A | `\n";
    for name in ["a,b:c%0A.py", "::error::x.py", "\u{202e}x.py", "<b>&|`.py"] {
        std::fs::write(dir.path().join(name), code).unwrap();
    }
    #[cfg(unix)]
    std::fs::write(dir.path().join("new\n::error::line.py"), code).unwrap();
    let summary = dir.path().join("summary");
    for format in FORMATS {
        let run = check(dir.path()).dir(hub.path()).args(["--format", format]).env("GITHUB_STEP_SUMMARY", &summary).run().code(1);
        let steering = support::steering_characters(&run.stdout);
        assert!(steering.is_empty(), "{format}: {steering:?}");
        match format {
            "sarif" => assert_sarif(&run.document(), dir.path()),
            "json" => assert!(run.document()["violations"].is_array()),
            "junit" => assert!(quick_junit::Report::deserialize_from_str(&run.stdout).is_ok(), "{}", run.stdout),
            "github" => {
                for line in run.stdout.lines().filter(|l| l.starts_with("::")) {
                    let is_ours = ["::error file=", "::warning file=", "::notice file="].iter().any(|p| line.starts_with(p));
                    assert!(is_ours, "{line}");
                    // Properties hold no separator of their own.
                    let properties = line[2..].split_once("::").unwrap().0;
                    assert_eq!(properties.matches(',').count(), 4, "{line}");
                }
            }
            _ => assert!(!run.stdout.lines().any(|l| l.starts_with("::")), "{}", run.stdout),
        }
    }
    let page = std::fs::read_to_string(summary).unwrap();
    assert!(!page.contains("<script>") && !page.contains("<b>"), "{page}");
}
