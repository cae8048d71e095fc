//! A thousand audits of which every fifth request fails: each model is judged as without faults, or what is
//! missing is named and the verdict is no better.

use crate::support::{Fault, HubServer, TempHub, fixture_hub, gaps, only_wider};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;
use trulyopen::audit::Options;
use trulyopen::rules::Rules;
use trulyopen::session::{Access, Surroundings, audit_all, fetcher};
use trulyopen::target::Target;

const AUDITS: usize = 1_000;
const SHARE: u64 = 20;

/// Of every kind, and quick to audit.
const KINDS: &[&str] = &[
    "EleutherAI/pythia-6.9b",
    "HuggingFaceTB/SmolLM2-1.7B",
    "LLM360/Amber",
    "Qwen/Qwen3-8B-Base",
    "allenai/OLMo-2-1124-7B",
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
    "microsoft/phi-4",
    "mistralai/Mistral-7B-v0.1",
    "trulyopen-fixtures/adapter-only",
    "trulyopen-fixtures/no-license",
];

/// Models of the fixtures under names of their own, so that nobody's answers serve another: the kinds once as
/// `c/NAME`, and a thousand as `cN/NAME`.
fn thousand() -> (TempHub, Vec<String>, Vec<String>) {
    let hub = TempHub::of_fixtures();
    let copy = |id: &str, owner: &str| {
        let dir = fixture_hub().join("huggingface/models").join(id);
        let copy = format!("{owner}/{}", id.split_once('/').expect("an owner").1);
        let target = hub.path().join("huggingface/models").join(&copy);
        link(&dir, &target);
        let info = std::fs::read(dir.join("info.json")).expect("a record");
        let mut info: Value = serde_json::from_slice(&info).expect("JSON");
        info["id"] = Value::from(copy.clone());
        info["modelId"] = Value::from(copy.clone());
        // A link to the fixture itself.
        std::fs::remove_file(target.join("info.json")).expect("remove");
        std::fs::write(target.join("info.json"), info.to_string()).expect("write");
        copy
    };
    let kinds = KINDS.iter().map(|id| copy(id, "c")).collect();
    let all = (0..AUDITS).map(|i| copy(KINDS[i % KINDS.len()], &format!("c{i}"))).collect();
    (hub, kinds, all)
}

fn link(from: &Path, to: &Path) {
    for file in crate::support::files_below(from) {
        let target = to.join(&file);
        std::fs::create_dir_all(target.parent().expect("a parent")).expect("create");
        std::fs::hard_link(from.join(&file), &target).or_else(|_| std::fs::copy(from.join(&file), &target).map(|_| ())).expect("link");
    }
}

fn audit(server: &HubServer, ids: &[String], timeout: Duration, rules: &Rules) -> Vec<Value> {
    let around = Surroundings {
        moved: [("github_api", format!("{}/gh", server.base())), ("github_raw", format!("{}/raw", server.base()))].into(),
        ..Surroundings::default()
    };
    let access = Access { hub: Some(server.base().to_string()), timeout: Some(timeout), ..Access::default() };
    let fetcher = fetcher(&access, &around).expect("a fetcher");
    let targets: Vec<Target> = ids.iter().map(|id| Target::parse(id, &fetcher.endpoints).expect("a target")).collect();
    let outcome = audit_all(&fetcher, rules, &Options::default(), &targets, 64).expect("a run");
    outcome.models.iter().map(|m| serde_json::to_value(m).expect("JSON")).collect()
}

fn faults(path: &str) -> Vec<Fault> {
    let mut faults = vec![
        Fault::status(500),
        Fault::status(502),
        Fault::broken(),
        Fault::status(429),
        Fault::limited(0),
        Fault::limited(3600),
        Fault::status(403),
        Fault::Close,
        Fault::Cut,
        Fault::Reset,
        Fault::Announced(1 << 30),
        Fault::Announced(10 << 20),
        Fault::Gzip(b"no gzip".to_vec()),
        Fault::Redirect("?again".into()),
        Fault::Redirect("file:///etc/passwd".into()),
        Fault::Redirect("http://127.0.0.1:9/".into()),
        Fault::Status(302, Vec::new()),
        Fault::status(418),
        Fault::Stall(Duration::from_secs(3)),
    ];
    // A page with status 200 in place of a text that nobody has a digest of cannot be told from it.
    if path.contains("/api/") || path.contains("/gh/") {
        faults.extend([Fault::html(), Fault::Body(Vec::new()), Fault::Body(b"{}".to_vec()), Fault::Body(b"{\"id\": ".to_vec())]);
    }
    faults
}

/// A model under the name of its kind, without the digests of records, which hold their names.
fn renamed(model: &Value, owner: &str) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::String(s) if s.starts_with("sha256:") => s.truncate(7),
            Value::Array(items) => items.iter_mut().for_each(strip),
            Value::Object(map) => map.values_mut().for_each(strip),
            _ => {}
        }
    }
    let text = model.to_string().replace(owner, "kind/").replace(&format!("\"{}\"", owner.trim_end_matches('/')), "\"kind\"");
    let mut model = serde_json::from_str(&text).expect("JSON");
    strip(&mut model);
    model
}

/// The first places at which two documents differ.
fn differs(a: &Value, b: &Value) -> String {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => a
            .iter()
            .filter(|(k, v)| b.get(*k) != Some(v))
            .map(|(k, v)| format!("{k}.{}", differs(v, b.get(k).unwrap_or(&Value::Null))))
            .next(),
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find(|(_, (x, y))| x != y).map(|(i, (x, y))| format!("{i}.{}", differs(x, y)))
        }
        _ => None,
    }
    .unwrap_or_else(|| format!(" {a} became {b}").chars().take(400).collect())
}

#[test]
fn a_thousand_audits_with_faults_end_judged_or_named() {
    let rules = Rules::load(None).expect("the built-in rules load");
    let (hub, kinds, ids) = thousand();
    let server = HubServer::serve(hub.path());
    let clean = audit(&server, &kinds, Duration::from_secs(120), &rules);
    server.chaos(7, SHARE, faults);
    let before = server.log().len();
    let struck = audit(&server, &ids, Duration::from_secs(2), &rules);
    assert_eq!((clean.len(), struck.len()), (KINDS.len(), AUDITS));
    let (mut complete, mut incomplete, mut wrong) = (0, 0, Vec::new());
    for (i, model) in struck.iter().enumerate() {
        let clean = &renamed(&clean[i % KINDS.len()], "c/");
        let model = renamed(model, &format!("c{i}/"));
        if let Err(why) = only_wider(clean, &model) {
            wrong.push(format!("{}: {why}", ids[i]));
        }
        if gaps(&model) == gaps(clean) {
            complete += 1;
            if model != *clean {
                wrong.push(format!("{}: nothing is missing, and it is another audit: {}", ids[i], differs(clean, &model)));
            }
        } else {
            incomplete += 1;
            if gaps(&model).is_empty() || gaps(&model).iter().any(|(what, why)| what.is_empty() || why.is_empty()) {
                wrong.push(format!("{}: not told what is missing", ids[i]));
            }
        }
    }
    let requests = server.log().len() - before;
    println!("{AUDITS} audits, {requests} requests, {} faults: {complete} as without faults, {incomplete} incomplete", server.struck());
    assert!(wrong.is_empty(), "{} of {AUDITS}: {wrong:#?}", wrong.len());
    assert!(complete > 0 && incomplete > 0 && server.struck() * 100 > requests * 15, "{complete} {incomplete} {}", server.struck());
}
