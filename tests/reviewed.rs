//! Reviewed evidence: read, laid over a record, judged alone, written, and read back.

mod support;

use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use support::{TempHub, Tool, list, text};
use tempfile::TempDir;
use trulyopen::reviewed;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn corpus(part: &str) -> Option<PathBuf> {
    let root = std::env::var_os("TRULYOPEN_CORPUS").map_or_else(|| support::root().join("../shared/corpus"), PathBuf::from);
    let found = Some(root.join(part)).filter(|p| p.exists());
    if found.is_none() {
        eprintln!("skipped: no {part} in the corpus (TRULYOPEN_CORPUS)");
    }
    found
}

/// A model with open weights and nothing on its data or training.
fn hub() -> TempHub {
    let hub = TempHub::new();
    hub.model("acme/open", &json!({"license": "mit"}), &"Words on the model. ".repeat(20), &[]);
    hub
}

fn file(dir: &TempDir, name: &str, content: &str) -> PathBuf {
    let path = dir.path().join(name);
    std::fs::write(&path, content).expect("write");
    path
}

fn component<'v>(model: &'v Value, id: &str) -> &'v Value {
    list(model, "components").iter().find(|c| text(c, "id") == id).unwrap_or_else(|| panic!("no {id}"))
}

fn findings<'v>(model: &'v Value, rule: &str) -> Vec<&'v str> {
    list(model, "findings").iter().filter(|f| text(f, "rule") == rule).map(|f| text(f, "message")).collect()
}

/// Everything that the definition asks for beyond open weights.
fn review(revision: &str) -> String {
    let mut out =
        format!("schema = 1\n\n[[model]]\nid = \"acme/open\"\nrevision = \"{revision}\"\nreviewer = \"A. Reviewer\"\ndate = 2026-11-24\n");
    for id in ["training-code", "data-preprocessing-code", "datasets", "data-card"] {
        out.push_str(&format!(
            "\n[[model.component]]\nid = \"{id}\"\navailability = \"released\"\nlicense = \"Apache-2.0\"\nurl = \"https://example.org/{id}\"\nnote = \"All of it.\"\n"
        ));
    }
    out
}

fn audit(hub: &TempHub, evidence: &[&Path]) -> Tool {
    evidence.iter().fold(Tool::json().arg("acme/open").dir(hub.path()), |t, e| t.arg("--evidence").arg(e))
}

#[test]
fn a_review_is_attested_and_raises_the_verdict() {
    let (hub, dir) = (hub(), TempDir::new().expect("a directory"));
    assert_eq!(text(&audit(&hub, &[]).run().code(0).model(), "verdict"), "open-weights");
    let path = file(&dir, "review.toml", &review(COMMIT));
    let model = audit(&hub, &[&path]).run().code(0).model();
    assert_eq!(text(&model, "verdict"), "open-source-open-data");
    assert_eq!(model["frameworks"]["osaid"]["conforms"], json!(true));
    let code = component(&model, "training-code");
    assert_eq!((text(code, "basis"), text(code, "availability")), ("attested", "released"));
    assert_eq!(code["license"]["expression"], json!("Apache-2.0"));
    let cite =
        list(code, "evidence").iter().find(|e| e["url"] == json!("https://example.org/training-code")).expect("the reviewer's place");
    assert!(text(cite, "note").contains("A. Reviewer, 2026-11-24"), "{cite}");
    // The same under --strict: attested evidence counts.
    let strict = audit(&hub, &[&path]).arg("--strict").run().code(0).model();
    assert_eq!(component(&strict, "training-code")["basis"], json!("attested"));
    // A short commit names it as well.
    let short = file(&dir, "short.toml", &review(&COMMIT[..12]));
    assert_eq!(text(&audit(&hub, &[&short]).run().code(0).model(), "verdict"), "open-source-open-data");
}

#[test]
fn the_example_in_the_documentation_is_read() {
    let page = std::fs::read_to_string(support::root().join("docs/frameworks.md")).expect("the page");
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let reviews = reviewed::parse("example.toml", example).expect("it is read");
    let rules = trulyopen::rules::Rules::load(None).expect("rules");
    assert_eq!((reviews.len(), reviews[0].statements("ORG/NAME", &rules).len(), reviews[0].answers().len()), (1, 1, 1));
}

#[test]
fn a_review_expires_with_the_revision() {
    let (hub, dir) = (hub(), TempDir::new().expect("a directory"));
    let path = file(&dir, "review.toml", &review("ffffffffffffffffffffffffffffffffffffffff"));
    let model = audit(&hub, &[&path]).run().code(0).model();
    assert_eq!(text(&model, "verdict"), "open-weights");
    assert_eq!(findings(&model, "evidence/expired").len(), 1);
    assert_eq!(component(&model, "training-code")["availability"], json!("not-found"));
}

#[test]
fn a_review_of_another_model_is_not_used() {
    let (hub, dir) = (hub(), TempDir::new().expect("a directory"));
    let path = file(&dir, "review.toml", &review(COMMIT).replace("acme/open", "acme/other"));
    let run = audit(&hub, &[&path]).run().code(0);
    assert!(run.stderr.contains("is about none of these models (acme/other)"), "{}", run.stderr);
    assert_eq!(text(&run.model(), "verdict"), "open-weights");
}

#[test]
fn what_was_looked_at_contradicts() {
    let (hub, dir) = (hub(), TempDir::new().expect("a directory"));
    hub.model("acme/open", &json!({"license": "mit"}), &"Words on the model. ".repeat(20), &[("LICENSE", include_str!("data/MIT.txt"))]);
    let head = review(COMMIT).split("\n[[model.component]]").next().expect("a head").to_string();
    let stated = "\n[[model.component]]\nid = \"model-parameters-final\"\navailability = \"not-found\"\nurl = \"https://example.org/w\"\nnote = \"Gone.\"\n";
    let path = file(&dir, "review.toml", &format!("{head}license = \"Apache-2.0\"\n{stated}"));
    let model = audit(&hub, &[&path]).run().code(0).model();
    let said = findings(&model, "evidence/contradicts");
    assert!(said.iter().any(|m| m.contains("model parameters final is not-found, but it was seen to be released")), "{said:?}");
    assert!(said.iter().any(|m| m.contains("says Apache-2.0 for the weights") && m.contains("is MIT")), "{said:?}");
    // The statement was taken all the same.
    assert_eq!((text(&model, "verdict"), text(&model["license"], "concluded")), ("closed", "Apache-2.0"));
    assert_eq!(model["license"]["basis"], json!("attested"));
}

#[test]
fn a_person_answers_what_no_pattern_can() {
    let (hub, dir) = (hub(), TempDir::new().expect("a directory"));
    let answer = |line: &str, answer: &str| {
        format!("\n[[model.answer]]\nline = \"{line}\"\nanswer = \"{answer}\"\nurl = \"https://example.org/r\"\nnote = \"Table 2.\"\n")
    };
    let described =
        review(COMMIT).replacen("id = \"datasets\"\navailability = \"released\"", "id = \"datasets\"\navailability = \"described\"", 1);
    let open = file(&dir, "open.toml", &described);
    let model = audit(&hub, &[&open]).run().code(0).model();
    assert_eq!((text(&model, "verdict"), text(&model, "verdict_possible")), ("open-weights", "open-source"));
    assert_eq!(model["frameworks"]["osaid"]["needs_review"], json!(["data-information"]));
    let met =
        file(&dir, "met.toml", &format!("{described}{}{}", answer("osaid/data-information", "met"), answer("osai-index/paper", "partial")));
    let model = audit(&hub, &[&met]).run().code(0).model();
    assert_eq!((text(&model, "verdict"), text(&model, "verdict_possible")), ("open-source", "open-source"));
    assert_eq!(model["frameworks"]["osai-index"]["dimensions"]["paper"], json!("partial"));
    let unmet = file(&dir, "unmet.toml", &format!("{described}{}", answer("osaid/data-information", "unmet")));
    let model = audit(&hub, &[&unmet]).run().code(0).model();
    assert_eq!((text(&model, "verdict"), text(&model, "verdict_possible")), ("open-weights", "open-weights"));
    // What is read off components cannot be answered past them.
    let past = file(&dir, "past.toml", &format!("{}{}", review(COMMIT), answer("osaid/model-parameters-terms", "met")));
    assert_eq!(findings(&audit(&hub, &[&past]).run().code(0).model(), "evidence/not-asked").len(), 1);
}

#[test]
fn mistakes_are_shown_at_their_line() {
    let (hub, dir) = (hub(), TempDir::new().expect("a directory"));
    for (name, content, said, line) in [
        ("a.toml", review(COMMIT).replace("reviewer = \"A. Reviewer\"", "reviewer = \"\""), "`reviewer` is empty", "a.toml:6"),
        ("b.toml", review("main"), "is the commit that was reviewed", "b.toml:5"),
        ("c.toml", review(COMMIT).replace("\nnote = \"All of it.\"", ""), "needs `url` and `note`", "c.toml:10"),
        ("j.toml", review(COMMIT).replacen("availability = \"released\"\n", "", 1), "needs `availability`", "j.toml:10"),
        ("d.toml", review(COMMIT).replace("availability =", "availibility ="), "unknown field `availibility`", "d.toml:11"),
        ("e.yml", "release:\n  components: [a\n".to_string(), "", "e.yml"),
        ("f.yml", "hello: world\n".to_string(), "neither a file", "f.yml"),
        ("g.yml", "framework:\n  name: x\nrelease:\n  components: []\n".to_string(), "framework.name", "g.yml"),
        ("h.yml", "system:\n  name: x\npaper:\n  class: maybe\n".to_string(), "`paper.class` is `maybe`", "h.yml"),
        ("i.yml", "a: 1\na: 2\n".to_string(), "duplicate", "i.yml:2"),
    ] {
        let run = audit(&hub, &[&file(&dir, name, &content)]).run().code(2);
        assert!(run.stderr.contains(said) && run.stderr.contains(line), "{name}: {}", run.stderr);
    }
}

/// A file of the Model Openness Tool, of ours: class III under its distribution license.
fn mof_file(components: &[&str]) -> String {
    let mut out = "framework:\n  name: Model Openness Framework\n  version: '1.0'\n  date: '2024-12-15'\nrelease:\n  name: Open\n  producer: acme\n  huggingface: https://huggingface.co/acme/open\n  license:\n    distribution:\n      name: Apache-2.0\n  components:\n".to_string();
    for c in components {
        out.push_str(&format!("  - name: {c}\n"));
    }
    out
}

const CLASS_3: [&str; 6] =
    ["Model architecture", "Model parameters (Final)", "Technical report", "Evaluation results", "Model card", "Data card"];

/// A file of the index, of ours.
fn index_file() -> String {
    let mut out = "system:\n  name: Open\n  endmodelname: Open\n  endmodellicense: Apache-2.0\norg:\n  name: acme\n".to_string();
    for (i, dimension) in reviewed::osai_index::DIMENSIONS.iter().enumerate() {
        let class = ["open", "partial", "closed", ""][i % 4];
        let link = if dimension.starts_with("weights") { "https://huggingface.co/acme/open/tree/main" } else { "" };
        out.push_str(&format!("{dimension}:\n  class: {class}\n  link: {link}\n  notes: A note.\n"));
    }
    out
}

#[test]
fn files_of_others_are_judged_alone() {
    let dir = TempDir::new().expect("a directory");
    let (mof, index) = (file(&dir, "Open.yml", &mof_file(&CLASS_3)), file(&dir, "open.yaml", &index_file()));
    let run =
        Tool::json().arg(format!("mof:{}", mof.display())).arg(format!("osai-index:{}", index.display())).arg("--offline").run().code(0);
    let models = run.models();
    let (a, b) = (&models[0], &models[1]);
    assert_eq!((text(&a["source"], "hub"), text(&a["source"], "id")), ("mof", "Open"));
    assert_eq!(a["frameworks"]["mof"]["class"], json!(3));
    assert_eq!(a["frameworks"]["mof"]["progress"], json!({"1": 0.0, "2": 60.0, "3": 100.0}));
    assert_eq!(text(a, "verdict"), "open-weights");
    let missing: Vec<&str> = list(&a["frameworks"]["mof"], "missing").iter().filter_map(Value::as_str).collect();
    assert_eq!(missing.len(), 8);
    // Open, partial, closed and blank in turn, thrice: (1 + 0.5) × 3 of 12.
    assert_eq!(b["frameworks"]["osai-index"]["score"], json!(0.375));
    assert_eq!(b["frameworks"]["osai-index"]["score_possible"], json!(0.375));
    assert_eq!(b["frameworks"]["osai-index"]["dimensions"]["weights_endmodel"], json!("closed"));
    // Of the weights nothing is said, so nothing is known.
    assert_eq!(text(b, "verdict"), "unknown");
    // Both are of one system, and differ.
    for model in [a, b] {
        let said = findings(model, "evidence/reviews-differ");
        for of in ["data card:", "training code:"] {
            assert!(said.iter().any(|m| m.starts_with(of)), "{said:?}");
        }
    }
    // A file that is none of its kind is a gap, not a verdict.
    let swapped = Tool::json().arg(format!("mof:{}", index.display())).run().code(3).model();
    assert_eq!((text(&swapped, "verdict"), support::gaps(&swapped).len()), ("unknown", 1));
}

#[test]
fn files_of_others_lie_over_a_record() {
    let (hub, dir) = (hub(), TempDir::new().expect("a directory"));
    let (mof, index) = (file(&dir, "Open.yml", &mof_file(&CLASS_3)), file(&dir, "open.yaml", &index_file()));
    let model = audit(&hub, &[&mof]).run().code(0).model();
    assert_eq!(model["frameworks"]["mof"]["class"], json!(3));
    assert_eq!(component(&model, "technical-report")["basis"], json!("attested"));
    assert_eq!(component(&model, "training-code")["basis"], json!("none"), "not listed is not stated");
    assert_eq!(findings(&model, "evidence/not-pinned").len(), 1);
    let both = audit(&hub, &[&mof, &index]).run().code(0).model();
    assert!(!findings(&both, "evidence/reviews-differ").is_empty());
    assert_eq!(both["frameworks"]["osai-index"]["score"], json!(0.375));
}

#[test]
fn bugs_of_the_tool_are_opt_in() {
    let dir = TempDir::new().expect("a directory");
    let content = mof_file(&CLASS_3).replace("Apache-2.0", "PDDL-1.0");
    let target = format!("mof:{}", file(&dir, "Pddl.yml", &content).display());
    let class = |t: Tool| t.arg(&target).run().code(0).model()["frameworks"]["mof"]["class"].clone();
    assert_eq!((class(Tool::json()), class(Tool::json().arg("--mot-compatible"))), (json!(3), json!(0)));
    let spelled = mof_file(&CLASS_3).replace("Apache-2.0", "Apache 2.0").replace("Data card", "Datacard");
    let model = Tool::json().arg(format!("mof:{}", file(&dir, "Spelled.yml", &spelled).display())).run().code(0).model();
    assert_eq!(findings(&model, "evidence/license-spelling").len(), 1);
    assert_eq!(findings(&model, "evidence/component-unknown").len(), 1);
}

#[test]
fn what_is_written_reads_back_to_the_same_class() {
    let hub = support::fixture_hub();
    let dir = TempDir::new().expect("a directory");
    let schema = corpus("../schemas/mof_schema.json")
        .map(|p| serde_json::from_str::<Value>(&std::fs::read_to_string(p).expect("a schema")).expect("JSON"))
        .map(|s| jsonschema::validator_for(&s).expect("a schema"));
    let mut classes = std::collections::BTreeSet::new();
    for id in support::fixture_models() {
        let before = Tool::json().arg(&id).dir(&hub).run().model();
        let yaml = Tool::audit().args(["--format", "mof"]).arg(&id).dir(&hub).run().stdout;
        if let Some(schema) = &schema {
            let value = reviewed::yaml::parse(&yaml).unwrap_or_else(|e| panic!("{id}: {e:?}\n{yaml}"));
            assert!(schema.is_valid(&value), "{id}: {:?}", schema.iter_errors(&value).map(|e| e.to_string()).collect::<Vec<_>>());
        }
        let path = file(&dir, "written.yml", &yaml);
        let after = Tool::json().arg(format!("mof:{}", path.display())).run().code(0).model();
        for key in ["class", "progress"] {
            assert_eq!(before["frameworks"]["mof"][key], after["frameworks"]["mof"][key], "{id} {key}\n{yaml}");
        }
        classes.insert(before["frameworks"]["mof"]["progress"]["3"].to_string());
    }
    assert!(classes.len() > 3, "the fixtures differ: {classes:?}");
    // And of a model that reaches a class.
    let (hub, path) = (self::hub(), file(&dir, "Open.yml", &mof_file(&CLASS_3)));
    let yaml = Tool::audit().args(["--format", "mof", "acme/open", "--evidence"]).arg(&path).dir(hub.path()).run().code(0).stdout;
    let after = Tool::json().arg(format!("mof:{}", file(&dir, "written.yml", &yaml).display())).run().code(0).model();
    assert_eq!(after["frameworks"]["mof"]["class"], json!(3));
}

#[test]
fn the_skeleton_states_nothing_until_it_is_filled_in() {
    let (hub, dir) = (hub(), TempDir::new().expect("a directory"));
    let skeleton = Tool::audit().args(["--format", "evidence", "acme/open"]).dir(hub.path()).run().code(0).stdout;
    let refused = audit(&hub, &[&file(&dir, "skeleton.toml", &skeleton)]).run().code(2);
    assert!(refused.stderr.contains("reviewer"), "{}", refused.stderr);
    let signed = skeleton.replace("# reviewer = \"\"", "reviewer = \"A. Reviewer\"").replace("# date = 2000-01-31", "date = 2026-11-24");
    let model = audit(&hub, &[&file(&dir, "signed.toml", &signed)]).run().code(0).model();
    assert!(list(&model, "components").iter().all(|c| text(c, "basis") != "attested"), "{signed}");
    assert_eq!(text(&model, "verdict"), "open-weights");
    let filled = signed.replacen(
        "id = \"training-code\"\n# availability = \"\"     # released, gated, partial, described, withheld or not-found\n# license = \"\"\n# url = \"\"\n# note = \"\"",
        "id = \"training-code\"\navailability = \"released\"\nlicense = \"MIT\"\nurl = \"https://example.org\"\nnote = \"Seen.\"",
        1,
    );
    let model = audit(&hub, &[&file(&dir, "filled.toml", &filled)]).run().code(0).model();
    assert_eq!(text(component(&model, "training-code"), "basis"), "attested");
    // What is decided is not asked for; what only a person can say is.
    assert!(
        skeleton.contains("line = \"eu-ai-act/not-monetised\"") && !skeleton.contains("line = \"osaid/data-information\""),
        "{skeleton}"
    );
}

#[test]
fn a_framework_that_combines_what_is_known_needs_no_rust() {
    let (hub, dir) = (hub(), TempDir::new().expect("a directory"));
    std::fs::create_dir(dir.path().join("frameworks")).expect("a directory");
    let rule = "schema = 1\n[[framework]]\nid = \"house\"\ntitle = \"House rules\"\npublisher = \"acme\"\nform = \"checklist\"\nmeans = \"m\"\ndecided = \"d\"\nlimits = \"l\"\nsource = \"https://example.org/\"\noutcome = { id = \"usable\", title = \"Usable in house\", met = \"usable\", unmet = \"not usable\", open = \"ask\" }\n[[framework.line]]\nid = \"weights\"\ntitle = \"open weights\"\nmeans = \"m\"\nsource = \"https://example.org/\"\ntest = { all = [{ component = \"model-parameters-final\", availability = [\"released\"], license = \"open\" }, { fact = \"access-for-anyone\" }] }\n[[framework.line]]\nid = \"no-cap\"\ntitle = \"no cap\"\nmeans = \"m\"\nsource = \"https://example.org/\"\ntest = { terms-absent = [\"user-cap\"] }\n[[framework.line]]\nid = \"definition\"\ntitle = \"meets the definition\"\nrequired = false\nmeans = \"m\"\nsource = \"https://example.org/\"\ntest = { framework = \"osaid\" }\n";
    file(&dir, "frameworks/house.toml", rule);
    let model = audit(&hub, &[]).arg("--rules").arg(dir.path()).run().code(0).model();
    let house = &model["frameworks"]["house"];
    assert_eq!((text(house, "outcome"), text(house, "title")), ("usable", "House rules"));
    assert_eq!(list(house, "lines")[2]["status"], json!("unmet"));
    let table = Tool::audit().arg("acme/open").dir(hub.path()).arg("--rules").arg(dir.path()).run().code(0).stdout;
    assert!(table.contains("  house: usable"), "{table}");
    let said = Tool::new().args(["explain", "house/usable", "--rules"]).arg(dir.path()).run().code(0).stdout;
    assert!(said.contains("Usable in house") && said.contains("[house/weights]"), "{said}");
    // A score of its own, and mistakes.
    let score = "schema = 1\n[[framework]]\nid = \"mini\"\ntitle = \"Mini\"\npublisher = \"acme\"\nform = \"score\"\nmeans = \"m\"\ndecided = \"d\"\nlimits = \"l\"\nsource = \"https://example.org/\"\n[[framework.dimension]]\nid = \"w\"\ntitle = \"W\"\ngroup = \"g\"\nmeans = \"m\"\nopen = { component = \"model-parameters-final\", availability = [\"released\"] }\npartial = { component = \"model-parameters-final\", availability = [\"gated\"] }\n";
    file(&dir, "frameworks/house.toml", score);
    let model = audit(&hub, &[]).arg("--rules").arg(dir.path()).run().code(0).model();
    assert_eq!(model["frameworks"]["mini"]["score"], json!(1.0));
    for (wrong, said) in [
        (rule.replace("test = { framework = \"osaid\" }", "test = { framework = \"house\" }"), "asks for itself"),
        (rule.replace("test = { framework = \"osaid\" }", "test = { framework = \"mof\" }"), "no checklist"),
        (rule.replace("{ framework = \"osaid\" }", "{ framework = \"osaid\", license = \"open\" }"), "without `component`"),
        (rule.replace("user-cap", "user-hat"), "term `user-hat` is not in terms.toml"),
        (rule.replace("required = false", "require = false"), "unknown field `require`"),
        (rule.replace("{ framework = \"osaid\" }", "{ framework = \"osaid\", person = true }"), "exactly one of"),
    ] {
        file(&dir, "frameworks/house.toml", &wrong);
        let run = audit(&hub, &[]).arg("--rules").arg(dir.path()).run().code(2);
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
    }
}

#[test]
fn frameworks_are_explained_and_shown() {
    for (id, said) in [
        ("mof/class-2", "Open Tooling"),
        ("osaid/data-information", "substantially equivalent"),
        ("eu-ai-act/open-source-exemption", "not legal advice"),
        ("osai-index/weights_endmodel", "gate"),
    ] {
        let run = Tool::new().args(["explain", id]).run().code(0);
        assert!(run.stdout.contains(said) && run.stdout.contains("Source: https://"), "{}", run.stdout);
    }
    let table = Tool::audit().arg("deepseek-ai/DeepSeek-R1").fixtures().run().code(0).stdout;
    let lines = |t: &str| {
        t.lines()
            .filter(|l| l.starts_with("  ") && ["mof:", "osaid:", "osai-index:", "eu-ai-act:"].iter().any(|f| l.trim().starts_with(f)))
            .count()
    };
    assert_eq!(lines(&table), 4, "{table}");
    let long = Tool::audit().arg("deepseek-ai/DeepSeek-R1").arg("-v").fixtures().run().code(0).stdout;
    assert!(long.contains("    missing: ") && long.contains("    training code: unmet"), "{long}");
}

#[test]
fn every_file_of_the_index_loads_and_scores_as_the_index_does() {
    let Some(dir) = corpus("osai-index") else { return };
    let Some(truth) = corpus("truth/curated.tsv") else { return };
    let truth = std::fs::read_to_string(truth).expect("the truth");
    let mut rows = truth.lines().map(|l| l.split('\t').collect::<Vec<_>>());
    let header = rows.next().expect("a header");
    let column = |name: &str| header.iter().position(|h| *h == name).expect("a column");
    let (file, score) = (column("eosai_file"), column("eosai_score_calc"));
    let wanted: std::collections::BTreeMap<String, f64> =
        rows.filter(|r| !r[file].is_empty()).filter_map(|r| Some((r[file].to_string(), r[score].parse().ok()?))).collect();
    let names: Vec<String> = support::names(&dir).into_iter().filter(|n| n.ends_with(".yaml")).collect();
    let targets: String = names.iter().map(|n| format!("osai-index:{}\n", dir.join(n).display())).collect();
    let models = Tool::json().args(["--from", "-"]).stdin(&targets).run().code(0).models();
    assert_eq!(models.len(), names.len());
    let mut compared = 0;
    for (name, model) in names.iter().zip(&models) {
        let got = model["frameworks"]["osai-index"]["score"].as_f64().expect("a score");
        if let Some(want) = wanted.get(name) {
            assert!((got - want).abs() < 0.0002, "{name}: {got} and not {want}");
            compared += 1;
        }
    }
    assert_eq!(compared, wanted.len(), "{compared} of {}", names.len());
    println!("{compared} scores reproduced, {} files loaded", names.len());
}

#[test]
fn every_file_of_the_tool_is_a_target() {
    let Some(dir) = corpus("mof/models") else { return };
    let targets: String =
        support::names(&dir).iter().filter(|n| n.ends_with(".yml")).map(|n| format!("mof:{}\n", dir.join(n).display())).collect();
    let models = Tool::json().args(["--from", "-"]).stdin(&targets).run().code(0).models();
    let count = |class: u64| models.iter().filter(|m| m["frameworks"]["mof"]["class"] == json!(class)).count();
    assert_eq!((models.len(), count(0), count(3), count(2), count(1)), (273, 242, 16, 1, 14));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(s in "\\PC{0,200}|[-a-z:&*\\[\\]{}\"'!|>#%= \n]{0,300}") {
        for name in ["x.toml", "x.yml"] {
            let _ = reviewed::parse(name, &s);
        }
    }

    #[test]
    fn any_bent_file_is_read_or_refused(at in 0..700usize, cut in 0..40usize, put in "[-a-z:&*\\[\\]{}\"'!|>#%=0-9 \n]{0,12}", which in 0..3usize) {
        let (name, text) = [
            ("x.toml", review(COMMIT)),
            ("x.yml", mof_file(&CLASS_3)),
            ("x.yaml", index_file()),
        ][which].clone();
        let at = at.min(text.len());
        let end = (at + cut).min(text.len());
        let bent = format!("{}{put}{}", &text[..at], &text[end..]);
        static RULES: std::sync::OnceLock<trulyopen::rules::Rules> = std::sync::OnceLock::new();
        let rules = RULES.get_or_init(|| trulyopen::rules::Rules::load(None).expect("rules"));
        for review in reviewed::parse(name, &bent).unwrap_or_default() {
            let _ = review.statements("acme/open", rules);
            let _ = (review.answers(), review.license("acme/open", rules), review.is_about("acme/open"));
        }
    }
}
