//! Frameworks: the Model Openness Framework reproduced on the tool's own data, and on files of ours for
//! what that data does not reach.

mod support;

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use trulyopen::mof::{self, Mode};
use trulyopen::reviewed::{mof as mof_file, yaml};
use trulyopen::rules::Rules;

/// The corpus, or `None` and a word on it.
fn corpus(part: &str) -> Option<PathBuf> {
    let root = std::env::var_os("TRULYOPEN_CORPUS").map_or_else(|| support::root().join("../shared/corpus"), PathBuf::from);
    let found = Some(root.join(part)).filter(|p| p.is_dir());
    if found.is_none() {
        eprintln!("skipped: no {part} in the corpus (TRULYOPEN_CORPUS)");
    }
    found
}

fn rules() -> Rules {
    Rules::load(None).expect("built-in rules")
}

fn files(dir: &Path, ending: &str) -> Vec<PathBuf> {
    support::names(dir).into_iter().filter(|n| n.ends_with(ending) && !n.starts_with('_')).map(|n| dir.join(n)).collect()
}

fn evaluate(text: &str, rules: &Rules, mode: Mode) -> mof::Result {
    let value = yaml::parse(text).unwrap_or_else(|e| panic!("{e:?}"));
    let declared = mof_file::read(&value, text).unwrap_or_else(|e| panic!("{e}"));
    let rule = rules.frameworks[mof::ID].mof.as_ref().expect("tables");
    mof::evaluate(&declared.statuses(rules, rule, mode), rules)
}

fn same(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[test]
fn the_tools_test_data_is_reproduced() {
    let Some(dir) = corpus("mof/test-data") else { return };
    let rules = rules();
    let text = std::fs::read_to_string(dir.join("expected_results.json")).expect("expected results");
    // Lines were filtered out of that file, which left trailing commas.
    let json = regex::Regex::new(r",(\s*[}\]])").expect("a pattern").replace_all(&text, "$1").into_owned();
    let expected: Value = serde_json::from_str(&json).expect("JSON");
    let mut by_name: BTreeMap<String, Value> = BTreeMap::new();
    for model in support::list(&expected, "models") {
        by_name.insert(support::text(&model["release"], "name").to_string(), model["classification"].clone());
    }
    let mut checked = 0;
    for path in files(&dir, ".yml") {
        let text = std::fs::read_to_string(&path).expect("a file");
        let name = yaml::said(yaml::parse(&text).expect("YAML").get("release").and_then(|r| r.get("name"))).expect("a name");
        let wanted = by_name.get(&name).unwrap_or_else(|| panic!("no expected result for {name}"));
        for mode in [Mode::Letter, Mode::Tool] {
            let got = evaluate(&text, &rules, mode);
            assert_eq!(u64::from(got.class), wanted["class"].as_u64().expect("a class"), "{name}");
            for class in 1..=3u8 {
                let want = wanted["progress"][class.to_string()].as_f64().expect("a percentage");
                assert!(same(got.progress[&class], want), "{name}: class {class}: {} and not {want}", got.progress[&class]);
            }
        }
        checked += 1;
    }
    assert_eq!((checked, by_name.len()), (27, 27));
}

#[test]
fn every_model_file_is_reproduced() {
    let Some(dir) = corpus("mof/models") else { return };
    let rules = rules();
    let truth = std::fs::read_to_string(dir.join("../../truth/curated.tsv")).expect("the truth");
    let mut rows = truth.lines().map(|l| l.split('\t').collect::<Vec<_>>());
    let header = rows.next().expect("a header");
    let column = |name: &str| header.iter().position(|h| *h == name).unwrap_or_else(|| panic!("no column {name}"));
    let (file, class, progress) = (column("mot_file"), column("mot_class_calc"), column("mot_progress_III_II_I_calc"));
    let wanted: BTreeMap<&str, (&str, &str)> = rows.filter(|r| !r[file].is_empty()).map(|r| (r[file], (r[class], r[progress]))).collect();
    let mut checked = 0;
    for path in files(&dir, ".yml") {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("a file");
        let (class, progress) = wanted.get(name.as_str()).unwrap_or_else(|| panic!("{name} is not in the truth"));
        for mode in [Mode::Letter, Mode::Tool] {
            let got = evaluate(&text, &rules, mode);
            assert_eq!(["0", "I", "II", "III"][usize::from(got.class)], *class, "{name}");
            // The truth has whole percents, cut off.
            let got: Vec<String> = [3u8, 2, 1].iter().map(|c| (got.progress[c].floor() as u32).to_string()).collect();
            assert_eq!(got.join("/"), *progress, "{name}");
        }
        checked += 1;
    }
    assert_eq!((checked, wanted.len()), (273, 273));
}

/// A file of ours: components with their own licenses (`-` is the key left out), and release-wide ones.
fn file(components: &[(&str, &str)], global: &[(&str, &str)]) -> String {
    let mut out = String::from(
        "framework:\n  name: Model Openness Framework\n  version: '1.0'\n  date: '2024-12-15'\nrelease:\n  name: Ours\n  producer: Us\n  license:\n",
    );
    for (of, name) in global {
        out.push_str(&format!("    {of}:\n      name: {name}\n      path: ''\n"));
    }
    if global.is_empty() {
        out = out.replace("  license:\n", "  license: {}\n");
    }
    out.push_str("  components:\n");
    for (name, license) in components {
        out.push_str(&format!("  - name: {name}\n    description: ''\n"));
        if *license != "-" {
            out.push_str(&format!("    license: {license}\n"));
        }
    }
    out
}

const CLASS_3: [(&str, &str); 6] = [
    ("Model architecture", "MIT"),
    ("Model parameters (Final)", "Apache-2.0"),
    ("Technical report", "CC-BY-4.0"),
    ("Evaluation results", "CC-BY-4.0"),
    ("Model card", "CC-BY-4.0"),
    ("Data card", "CC-BY-4.0"),
];
const CLASS_2: [(&str, &str); 4] =
    [("Training code", "MIT"), ("Inference code", "MIT"), ("Evaluation code", "MIT"), ("Evaluation data", "CDLA-Permissive-2.0")];
const CLASS_1: [(&str, &str); 4] = [
    ("Datasets", "CDLA-Permissive-2.0"),
    ("Data preprocessing code", "MIT"),
    ("Research paper", "CC-BY-4.0"),
    ("Model parameters (Intermediate)", "MIT"),
];

fn changed(components: &[(&'static str, &'static str)], name: &str, license: &'static str) -> Vec<(&'static str, &'static str)> {
    components.iter().map(|(n, l)| (*n, if *n == name { license } else { l })).collect()
}

fn without(components: &[(&'static str, &'static str)], name: &str) -> Vec<(&'static str, &'static str)> {
    components.iter().copied().filter(|(n, _)| *n != name).collect()
}

fn percents(result: &mof::Result) -> [u32; 3] {
    [3u8, 2, 1].map(|c| result.progress[&c].round() as u32)
}

#[test]
fn classes_build_on_each_other() {
    let rules = rules();
    let all: Vec<_> = CLASS_3.iter().chain(&CLASS_2).chain(&CLASS_1).copied().collect();
    let of = |components: &[(&str, &str)]| evaluate(&file(components, &[]), &rules, Mode::Letter);
    assert_eq!((of(&all).class, percents(&of(&all))), (1, [100, 100, 100]));
    assert_eq!((of(&all[..10]).class, percents(&of(&all[..10]))), (2, [100, 100, 71]));
    assert_eq!((of(&all[..6]).class, percents(&of(&all[..6]))), (3, [100, 60, 0]));
    // A gap below stops what stands above.
    let gap = of(&without(&all, "Data card"));
    assert_eq!((gap.class, percents(&gap)), (0, [83, 0, 0]));
    assert_eq!(gap.missing, [trulyopen::vocabulary::ComponentId::DataCard]);
}

#[test]
fn a_paper_stands_in_for_a_report() {
    let rules = rules();
    let all: Vec<_> = CLASS_3.iter().chain(&CLASS_2).chain(&CLASS_1).copied().collect();
    let of = |components: &[(&str, &str)]| evaluate(&file(components, &[]), &rules, Mode::Letter);
    assert_eq!(of(&without(&all, "Technical report")).class, 1);
    assert_eq!(of(&changed(&all, "Technical report", "unlicensed")).class, 1);
    // A report does not stand in for the paper of class I.
    assert_eq!((of(&without(&all, "Research paper")).class, percents(&of(&without(&all, "Research paper")))), (2, [100, 100, 93]));
    // A paper without a license is listed in the report's place, and does not count.
    let none = of(&changed(&without(&all, "Technical report"), "Research paper", "unlicensed"));
    assert_eq!((none.class, percents(&none)), (0, [83, 0, 0]));
    assert!(none.missing.is_empty() && none.unlicensed == [trulyopen::vocabulary::ComponentId::ResearchPaper]);
}

/// Four rules that the tool's own data does not pin down.
#[test]
fn an_explicit_unlicensed_does_not_fall_back() {
    let rules = rules();
    let global = [("distribution", "Apache-2.0")];
    for none in ["unlicensed", "''"] {
        let got = evaluate(&file(&changed(&CLASS_3, "Model card", none), &global), &rules, Mode::Letter);
        assert_eq!((got.class, percents(&got)), (0, [83, 0, 0]), "{none}");
        assert_eq!(got.unlicensed, [trulyopen::vocabulary::ComponentId::ModelCard]);
    }
    // The key left out, or null, does.
    for some in ["-", "null"] {
        assert_eq!(evaluate(&file(&changed(&CLASS_3, "Model card", some), &global), &rules, Mode::Letter).class, 3, "{some}");
    }
}

#[test]
fn the_license_of_a_kind_goes_before_that_of_the_distribution() {
    let rules = rules();
    let silent = changed(&CLASS_3, "Model parameters (Final)", "-");
    let closed = file(&silent, &[("distribution", "Apache-2.0"), ("data", "CC-BY-NC-4.0")]);
    let got = evaluate(&closed, &rules, Mode::Letter);
    assert_eq!((got.class, got.invalid), (0, vec![trulyopen::vocabulary::ComponentId::ModelParametersFinal]));
    let open = file(&silent, &[("distribution", "CC-BY-NC-4.0"), ("data", "CDLA-Permissive-2.0")]);
    assert_eq!(evaluate(&open, &rules, Mode::Letter).class, 3);
    // One for another kind says nothing.
    let other = file(&silent, &[("distribution", "Apache-2.0"), ("code", "CC-BY-NC-4.0")]);
    assert_eq!(evaluate(&other, &rules, Mode::Letter).class, 3);
}

#[test]
fn openmdw_is_open_and_fits_everything() {
    let rules = rules();
    let all: Vec<_> = CLASS_3.iter().chain(&CLASS_2).chain(&CLASS_1).map(|(n, _)| (*n, "OpenMDW-1.0")).collect();
    for mode in [Mode::Letter, Mode::Tool] {
        let got = evaluate(&file(&all, &[]), &rules, mode);
        assert_eq!((got.class, got.conditional.len()), (1, 0));
    }
    let newer: Vec<_> = all.iter().map(|(n, _)| (*n, "OpenMDW-1.1")).collect();
    assert_eq!(evaluate(&file(&newer, &[]), &rules, Mode::Letter).class, 1);
    assert_eq!(evaluate(&file(&newer, &[]), &rules, Mode::Tool).class, 0);
}

#[test]
fn the_spdx_id_of_pddl_is_open_except_for_the_tool() {
    let rules = rules();
    let all = changed(&CLASS_3, "Model parameters (Final)", "PDDL-1.0");
    assert_eq!(evaluate(&file(&all, &[]), &rules, Mode::Letter).class, 3);
    let tool = evaluate(&file(&all, &[]), &rules, Mode::Tool);
    assert_eq!((tool.class, percents(&tool)), (0, [83, 0, 0]));
    let other = changed(&CLASS_3, "Model parameters (Final)", "ODC-PDDL-1.0");
    assert_eq!(evaluate(&file(&other, &[]), &rules, Mode::Tool).class, 3);
}

#[test]
fn a_license_for_another_kind_counts_with_a_remark() {
    use trulyopen::vocabulary::ComponentId::{Datasets, ModelParametersFinal};
    let rules = rules();
    let mut all = CLASS_3.to_vec();
    all.push(("Datasets", "CC0-1.0"));
    let letter = evaluate(&file(&all, &[]), &rules, Mode::Letter);
    assert_eq!((letter.class, letter.conditional), (3, vec![ModelParametersFinal]));
    // The tool's table has CC0 twice, and the second entry wins.
    let tool = evaluate(&file(&all, &[]), &rules, Mode::Tool);
    assert_eq!((tool.class, tool.conditional), (3, vec![ModelParametersFinal, Datasets]));
}

#[test]
fn names_are_exact() {
    let rules = rules();
    for license in ["apache-2.0", "Apache 2.0", "BSD-3", "Undisclosed", "Apache-2.0 OR MIT"] {
        let got = evaluate(&file(&changed(&CLASS_3, "Model card", license), &[]), &rules, Mode::Letter);
        assert_eq!((got.class, got.invalid.len()), (0, 1), "{license}");
    }
    let mut all = CLASS_3.to_vec();
    all.push(("Weights", "MIT"));
    let letter = evaluate(&file(&all, &[]), &rules, Mode::Letter);
    assert_eq!((letter.class, letter.statuses.len()), (3, 6));
    // For the tool an unknown name is its first component, the datasets.
    let tool = evaluate(&file(&all, &[]), &rules, Mode::Tool);
    assert_eq!(tool.statuses.len(), 7);
    // Of two entries with one name the last counts.
    let mut twice = CLASS_3.to_vec();
    twice.push(("Model card", "Proprietary"));
    assert_eq!(evaluate(&file(&twice, &[]), &rules, Mode::Letter).class, 0);
}

/// A model with a license and a section on its use.
fn act(front: &Value, body: &str, files: &[(&str, &str)]) -> Value {
    let hub = support::TempHub::new();
    hub.model("acme/model", front, &format!("{}\n\n{body}", "Words on the model. ".repeat(20)), files);
    support::Tool::json().arg("acme/model").dir(hub.path()).run().code(0).model()["frameworks"]["eu-ai-act"].clone()
}

#[test]
fn the_exception_of_the_ai_act() {
    let usage = "## Usage\n\nLoad it and run it.";
    let of = |license: &str| act(&serde_json::json!({"license": license}), usage, &[]);
    for (license, exemption) in [
        ("mit", "likely"),
        ("cc-by-nc-4.0", "unlikely"),
        ("llama3.1", "unlikely"),
        ("bigscience-bloom-rail-1.0", "undecided"),
        ("acme-1.0", "undecided"),
    ] {
        let got = of(license);
        assert_eq!(support::text(&got, "open_source_exemption"), exemption, "{license}: {got}");
    }
    let silent = act(&serde_json::json!({}), usage, &[]);
    assert_eq!(support::text(&silent, "open_source_exemption"), "unlikely", "no license grants nothing");
    // Silence on use proves nothing.
    let unsaid = act(&serde_json::json!({"license": "mit"}), "", &[]);
    assert_eq!(support::text(&unsaid, "open_source_exemption"), "undecided");
    let due = |v: &Value, what: &str| {
        let found = support::list(v, "still_due").iter().filter_map(Value::as_str).find(|d| d.starts_with(what));
        found.map(str::to_string)
    };
    // Two duties remain in any case; the others fall away with the exception.
    let (likely, unlikely) = (of("mit"), of("cc-by-nc-4.0"));
    assert_eq!((support::list(&likely, "still_due").len(), support::list(&unlikely, "still_due").len()), (2, 5));
    assert_eq!(due(&likely, "public summary").as_deref(), Some("public summary of training content (Article 53(1)(d)): not found"));
    let file = act(&serde_json::json!({"license": "mit"}), usage, &[("ACME_Public_Summary.pdf", "x")]);
    assert!(due(&file, "public summary").is_some_and(|d| d.ends_with("found (ACME_Public_Summary.pdf in the repository)")), "{file}");
    let link = act(
        &serde_json::json!({"license": "mit"}),
        &format!("{usage}\n\n[Public summary of training content](https://example.org/s)"),
        &[],
    );
    assert!(due(&link, "public summary").is_some_and(|d| d.contains("found (linked on line")), "{link}");
    // What only a person can decide is never given, and stands in the answer.
    let review: Vec<&str> = support::list(&likely, "needs_review").iter().filter_map(Value::as_str).collect();
    assert!(
        review.iter().any(|r| r.starts_with("not monetised")) && !review.iter().any(|r| r.starts_with("restrictions on use")),
        "{review:?}"
    );
    let rail: Vec<String> = support::list(&of("bigscience-bloom-rail-1.0"), "needs_review").iter().map(|r| r.to_string()).collect();
    assert!(rail.iter().any(|r| r.contains("restrictions on use")), "{rail:?}");
    assert_eq!(support::text(&likely, "caution"), "indicators, not legal advice");
}
