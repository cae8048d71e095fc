//! What the tool prints and writes is as the published schemas say, and a document that is not is refused.

#[allow(dead_code)] // Its `main`.
#[path = "../examples/audit_from_program.rs"]
mod audit_from_program;
#[allow(dead_code)]
#[path = "../examples/shared/records.rs"]
mod records;
mod support;

use serde_json::{Value, json};
use support::{Tool, fixture_models, root};

fn validator(name: &str) -> jsonschema::Validator {
    let path = root().join("schemas").join(format!("{name}.schema.json"));
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(&path).expect("a schema")).expect("JSON");
    jsonschema::validator_for(&schema).expect("a schema")
}

#[track_caller]
fn holds(name: &str, document: &Value) {
    let errors: Vec<String> = validator(name).iter_errors(document).map(|e| format!("{}: {e}", e.instance_path())).take(5).collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}");
    // A schema that takes anything would hold as well: without one of its keys the document is none.
    for key in document.as_object().expect("an object").keys().filter(|k| *k != "generated") {
        let mut less = document.clone();
        less.as_object_mut().unwrap().remove(key);
        let required = validator(name);
        assert!(!required.is_valid(&less), "{name} holds without `{key}`");
    }
}

/// TOML as JSON; days as strings.
fn toml(text: &str) -> Value {
    fn plain(value: toml::Value) -> Value {
        match value {
            toml::Value::Datetime(day) => json!(day.to_string()),
            toml::Value::Array(items) => Value::Array(items.into_iter().map(plain).collect()),
            toml::Value::Table(table) => Value::Object(table.into_iter().map(|(k, v)| (k, plain(v))).collect()),
            other => serde_json::to_value(other).expect("a value"),
        }
    }
    plain(toml::Value::Table(text.parse().expect("TOML")))
}

#[test]
fn audits() {
    let run = Tool::json().args(fixture_models()).args(support::OTHER_HUBS).arg("gpt-4o").arg("nobody/nothing").fixtures().run();
    let document = run.document();
    assert!(support::list(&document, "models").len() > 40);
    holds("audit", &document);
    let lines = Tool::audit().args(["--format", "jsonl", "deepseek-ai/DeepSeek-R1"]).fixtures().run().code(0);
    let line = serde_json::from_str(&lines.stdout).unwrap();
    let errors: Vec<String> = validator("audit-line").iter_errors(&line).map(|e| e.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let mut wrong = document;
    wrong["models"][0]["verdict"] = json!("very-open");
    assert!(!validator("audit").is_valid(&wrong));
}

#[test]
fn checks_and_locks() {
    let project = tempfile::TempDir::new().unwrap();
    let write = |name: &str, text: &str| std::fs::write(project.path().join(name), text).unwrap();
    write(
        "app.py",
        "a = AutoModel.from_pretrained(\"allenai/OLMo-2-1124-7B\")\nb = AutoModel.from_pretrained(\"meta-llama/Llama-3.2-3B-Instruct\")\nd = load_dataset(\"allenai/c4\")\nc = AutoModel.from_pretrained(name())\n",
    );
    let policy = "[require]\nverdict = \"open-weights\"\n\n[[exception]]\nmodel = \"meta-llama/*\"\nrules = [\"policy/verdict\"]\nreason = \"a trial\"\nowner = \"me\"\nexpires = 2090-01-01\n";
    write("trulyopen.toml", policy);
    let check = |more: &[&str]| Tool::new().arg("check").arg(project.path()).fixtures().args(["--format", "json"]).args(more).run();
    let document = check(&[]).document();
    for key in ["violations", "excused", "models", "datasets"] {
        assert!(!support::list(&document, key).is_empty(), "{key}");
    }
    holds("check", &document);
    check(&["--update-lock"]);
    let lock = std::fs::read_to_string(project.path().join("trulyopen.lock")).unwrap();
    assert!(
        validator("trulyopen.lock").is_valid(&toml(&lock)),
        "{:?}",
        validator("trulyopen.lock").iter_errors(&toml(&lock)).map(|e| e.to_string()).collect::<Vec<_>>()
    );
    assert!(!validator("trulyopen.lock").is_valid(&toml(&lock.replace("seal = ", "seel = "))));
    assert!(validator("trulyopen.toml").is_valid(&toml(policy)));
    assert!(!validator("trulyopen.toml").is_valid(&toml(&policy.replace("owner", "owns"))));
}

#[test]
fn inventories_differences_alternatives_and_the_doctor() {
    let document = Tool::new().args(["scan", "fixtures/projects", "--format", "json"]).run().code(0).document();
    assert!(support::list(&document, "references").len() > 50);
    holds("scan", &document);
    let diff = Tool::new().args(["diff", "meta-llama/Llama-3.1-8B", "Qwen/Qwen2.5-7B", "--format", "json"]).fixtures().run().code(0);
    holds("diff", &diff.document());
    let found =
        Tool::new().args(["alternatives", "meta-llama/Llama-3.1-8B", "--at-least", "open-weights", "--format", "json"]).fixtures().run();
    assert!(!support::list(&found.document(), "alternatives").is_empty());
    holds("alternatives", &found.document());
    holds("doctor", &Tool::new().args(["doctor", "--offline", "--format", "json"]).run().code(3).document());
}

#[test]
fn censuses() {
    let records: String = (0..2_000)
        .map(|n| {
            let mut line = String::new();
            records::write(11, n, &mut line);
            line.push('\n');
            line
        })
        .collect();
    let census = |more: &[&str]| Tool::new().arg("census").args(more).stdin(&records).run().code(3);
    let summary = census(&["-", "--format", "json"]).document();
    for filled in [&summary["broken"]["first"], &summary["intervals"], &summary["drift"]["pairs"], &summary["by"]["organisation"]["rows"]] {
        assert!(filled.as_array().is_some_and(|l| !l.is_empty()), "{summary:#}");
    }
    assert!(summary["by"]["organisation"]["rest"].is_object());
    holds("census", &summary);
    let mut wrong = summary;
    wrong["verdicts"][0]["verdict"] = json!("very-open");
    assert!(!validator("census").is_valid(&wrong));
    let lines = census(&["--jsonl-in", "-", "--jsonl-out", "-"]).stdout;
    let rows: Vec<Value> = lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let line = validator("census-line");
    assert!(rows.iter().any(|r| r["error"].is_string()) && rows.iter().any(|r| r["gated"] == "manual"));
    for row in &rows {
        assert!(line.is_valid(row), "{row}: {:?}", line.iter_errors(row).map(|e| e.to_string()).collect::<Vec<_>>());
    }
    let sound = rows.iter().find(|r| r["error"].is_null()).expect("a row");
    holds("census-line", sound);
    for (key, value) in [("verdict", json!("open")), ("gated", json!("maybe")), ("likes", json!("many")), ("base_models", json!(null))] {
        let mut wrong = sound.clone();
        wrong[key] = value;
        assert!(!line.is_valid(&wrong), "{wrong}");
    }
}

#[test]
fn reviewed_evidence() {
    let page = std::fs::read_to_string(root().join("docs/frameworks.md")).unwrap();
    let example = page.rsplit("```toml\n").next().and_then(|p| p.split("```").next()).unwrap();
    assert!(
        validator("evidence").is_valid(&toml(example)),
        "{:?}",
        validator("evidence").iter_errors(&toml(example)).map(|e| e.to_string()).collect::<Vec<_>>()
    );
    assert!(!validator("evidence").is_valid(&toml(&example.replace("availability", "availible"))));
}

/// The schema that `init` writes is the published one, and what it writes is read.
#[test]
fn init_names_the_schema() {
    let project = tempfile::TempDir::new().unwrap();
    Tool::new().arg("init").arg(project.path()).arg("--schema").run().code(0);
    let read = |name: &str| std::fs::read_to_string(project.path().join(name)).unwrap();
    let policy = read("trulyopen.toml");
    let named = policy.lines().next().and_then(|l| l.strip_prefix("#:schema ./")).expect("the first line names the schema");
    assert_eq!(read(named), std::fs::read_to_string(root().join("schemas/trulyopen.toml.schema.json")).unwrap());
    Tool::new().arg("check").arg(project.path()).fixtures().run().code(0);
}

/// The report of a wrong verdict has what somebody needs to repeat the audit, and nothing of this machine.
#[test]
fn a_wrong_verdict_is_reported() {
    let run = Tool::audit().args(["deepseek-ai/DeepSeek-R1", "nobody/nothing", "--format", "issue"]).fixtures().run().code(3);
    let model = Tool::json().arg("deepseek-ai/DeepSeek-R1").fixtures().run().document();
    for said in [
        "# Wrong verdict: deepseek-ai/DeepSeek-R1",
        "## What do you expect?",
        model["models"][0]["source"]["revision"].as_str().unwrap(),
        model["tool"]["rules_digest"].as_str().unwrap(),
        "| verdict | open-weights |",
        "`training-code` | not-found | verified",
        "## Could not be had",
    ] {
        assert!(run.stdout.contains(said), "{said}: {}", run.stdout);
    }
    assert_eq!(run.stdout.matches("## What do you expect?").count(), 2);
    for own in [root().display().to_string(), std::env::temp_dir().display().to_string()] {
        assert!(!run.stdout.contains(&format!("{own}/")), "{}", run.stdout);
    }
    let template = std::fs::read_to_string(root().join(".github/ISSUE_TEMPLATE/wrong-verdict.md")).unwrap();
    for heading in ["## What do you expect?", "## What was judged", "--format issue"] {
        assert!(template.contains(heading), "{heading}");
    }
}

/// `examples/audit_from_program.rs` does what `trulyopen audit` does.
#[test]
fn the_library_answers_as_the_command_does() {
    let hub = support::fixture_hub().display().to_string();
    let names = ["allenai/OLMo-2-1124-7B", "stabilityai/stable-diffusion-xl-base-1.0"].map(str::to_string);
    let models = audit_from_program::audit(&hub, &names).unwrap();
    let command = Tool::json().args(&names).fixtures().run().models();
    assert_eq!(command.len(), 2);
    assert_eq!(models.iter().map(|m| serde_json::to_value(m).unwrap()).collect::<Vec<_>>(), command);
    assert!(audit_from_program::audit(&hub, &["no:such:name?".into()]).is_err());
}
