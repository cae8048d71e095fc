//! A token goes to the origin that it is for and nowhere else.

use crate::support::server::TOKEN;
use crate::support::{Fault, HubServer, Tool, gaps};
use tempfile::TempDir;

const MODEL: &str = "deepseek-ai/DeepSeek-R1";
const GITHUB_TOKEN: &str = "ghp_fixture";

/// What the requests to a server were signed with, without repeats.
fn signed(server: &HubServer, path: &str) -> Vec<Option<String>> {
    let mut all: Vec<_> = server.requests(path).into_iter().map(|r| r.authorization).collect();
    all.sort();
    all.dedup();
    all
}

fn bearer(token: &str) -> Vec<Option<String>> {
    vec![Some(format!("Bearer {token}"))]
}

#[test]
fn each_token_reaches_its_own_origin_only() {
    let (hub, api, raw, other) = (HubServer::fixtures(), HubServer::fixtures(), HubServer::fixtures(), HubServer::fixtures());
    // The hub hands a file to another host, and another one to another host that hands it back.
    let away = |name: &str| format!("{}/{MODEL}/resolve/main/{name}", other.base());
    hub.always("/config.json", Fault::Redirect(away("config.json")));
    hub.fault("/LICENSE", 1, Fault::Redirect(away("LICENSE")));
    other.always("/LICENSE", Fault::Redirect(format!("{}/{MODEL}/resolve/main/LICENSE", hub.base())));
    api.always("/gh/repos/deepseek-ai/DeepSeek-R1", Fault::Redirect(format!("{}/gh/repos/deepseek-ai/DeepSeek-V3", other.base())));
    let evidence = TempDir::new().expect("a directory");
    let run = Tool::json()
        .args([MODEL, "-vv", "--hub", hub.base(), "--save-evidence"])
        .arg(evidence.path())
        .env("HF_TOKEN", TOKEN)
        .env("GITHUB_TOKEN", GITHUB_TOKEN)
        .env("GITHUB_API_URL", format!("{}/gh", api.base()))
        .env("TRULYOPEN_GITHUB_RAW", format!("{}/raw", raw.base()))
        .run();
    assert_eq!(signed(&hub, ""), bearer(TOKEN));
    assert_eq!(signed(&api, ""), bearer(GITHUB_TOKEN));
    assert_eq!(signed(&raw, ""), [None]);
    assert_eq!(signed(&other, ""), [None]);
    for path in ["config.json", "LICENSE", "/gh/repos/"] {
        assert!(!other.requests(path).is_empty(), "{path} was redirected: {:#?}", other.paths());
    }
    assert!(hub.requests("/resolve/main/LICENSE").len() == 1, "redirected back: {:#?}", hub.paths());
    // Neither is shown or kept.
    let mut written = run.stdout + &run.stderr;
    for file in crate::support::files_below(evidence.path()) {
        written.push_str(&String::from_utf8_lossy(&std::fs::read(evidence.path().join(file)).expect("read")));
    }
    assert!(written.contains("GET http") && written.contains("fetched_from"));
    assert!(!written.contains(TOKEN) && !written.contains(GITHUB_TOKEN));
}

#[test]
fn where_the_hubs_token_comes_from() {
    // (variables, token file, what the hub sees)
    let file = TempDir::new().expect("a directory");
    let path = file.path().join("mine");
    std::fs::write(&path, "hf_path\n").expect("write");
    let path = path.to_str().expect("UTF-8");
    for (vars, in_home, seen) in [
        (vec![], None, None),
        (vec![("HF_TOKEN", "hf_env")], Some("hf_home"), Some("hf_env")),
        (vec![("HF_TOKEN", "")], Some("hf_home"), Some("hf_home")),
        (vec![], Some("hf_home\n"), Some("hf_home")),
        (vec![("HF_TOKEN_PATH", path)], Some("hf_home"), Some("hf_path")),
        (vec![("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")], Some("hf_home"), None),
        (vec![("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"), ("HF_TOKEN", "hf_env")], None, Some("hf_env")),
    ] {
        let server = HubServer::fixtures();
        let mut tool = Tool::json().arg("microsoft/phi-4").hub(&server);
        if let Some(token) = in_home {
            std::fs::create_dir_all(tool.home().join("hf")).expect("create");
            std::fs::write(tool.home().join("hf/token"), token).expect("write");
        }
        for (name, value) in &vars {
            tool = tool.env(name, value);
        }
        tool.run();
        assert_eq!(signed(&server, "/api/models/"), [seen.map(|t| format!("Bearer {t}"))], "{vars:?} {in_home:?}");
    }
}

#[test]
fn a_token_opens_a_gate_and_a_wrong_one_is_said_so() {
    let model = "meta-llama/Llama-3.2-3B-Instruct";
    let audit = |token: Option<&str>| {
        // An empty variable is as good as none.
        Tool::json().arg(model).hub(&HubServer::fixtures()).env("HF_TOKEN", token.unwrap_or_default()).run()
    };
    let (with, without, wrong) = (audit(Some(TOKEN)), audit(None), audit(Some("hf_wrong")));
    assert_eq!(gaps(&with.code(0).model()), []);
    let gated: Vec<_> = gaps(&without.code(3).model());
    assert!(!gated.is_empty() && gated.iter().all(|(_, why)| why == "gated"), "{gated:?}");
    let wrong = wrong.code(3).model();
    assert_eq!(gaps(&wrong), [(format!("huggingface:{model}"), "token-refused".to_string())]);
    assert_eq!(wrong["verdict"], "unknown");
}
