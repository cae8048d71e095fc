//! Everything that can go wrong with an answer: each kind has its own name in `incomplete`, is tried
//! again only where that may help, and never makes a verdict better.

use crate::support::{Fault, HubServer, Run, Tool, gaps, in_parallel, list, only_wider};
use serde_json::Value;
use std::time::Duration;

const MODEL: &str = "deepseek-ai/DeepSeek-R1";
const RECORD: &str = "/api/models/deepseek-ai/DeepSeek-R1?";
const CARD: &str = "/deepseek-ai/DeepSeek-R1/resolve/main/README.md";
const LICENSE: &str = "/LICENSE?only-the-models";
const TREE: &str = "/gh/repos/deepseek-ai/DeepSeek-R1/git/trees/";
const FACTS: &str = "/gh/repos/deepseek-ai/DeepSeek-R1";
const ALWAYS: usize = usize::MAX;

/// One thing that goes wrong, and what becomes of it.
struct Case {
    path: &'static str,
    times: usize,
    fault: Fault,
    /// `why` of the gap, or none where it is overcome.
    why: Option<&'static str>,
    /// Requests for the path.
    requests: usize,
}

fn case(path: &'static str, times: usize, fault: Fault, why: &'static str, requests: usize) -> Case {
    Case { path, times, fault, why: (!why.is_empty()).then_some(why), requests }
}

fn header(status: u16, name: &'static str, value: &str) -> Fault {
    Fault::Status(status, vec![(name, value.to_string())])
}

/// A gzip member: header, deflated zeros, and no checksum, which nobody gets to.
fn gzip_of_zeros(bytes: usize) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    out.extend(miniz_oxide::deflate::compress_to_vec(&vec![0; bytes], 1));
    out.extend([0; 8]);
    out
}

fn cases() -> Vec<Case> {
    let record = |fault, why, requests| case(RECORD, ALWAYS, fault, why, requests);
    let card = |fault, why, requests| case(CARD, ALWAYS, fault, why, requests);
    let tree = |fault, why, requests| case(TREE, ALWAYS, fault, why, requests);
    vec![
        // Rate limits: waited for only where the wait is short and named.
        record(Fault::limited(1800), "rate-limited", 1),
        record(header(429, "RateLimit", "\"api\";r=0;t=1800"), "rate-limited", 1),
        record(Fault::status(429), "rate-limited", 1),
        case(RECORD, 1, Fault::limited(1), "", 2),
        tree(
            Fault::Status(403, vec![("X-RateLimit-Remaining", "0".into()), ("X-RateLimit-Reset", "99999999999".into())]),
            "rate-limited",
            1,
        ),
        tree(header(403, "Retry-After", "60"), "rate-limited", 1),
        // Failures of the host.
        record(Fault::status(500), "server-error", 3),
        case(RECORD, 1, Fault::status(500), "", 2),
        case(CARD, 2, Fault::status(502), "", 3),
        card(Fault::broken(), "server-error", 1),
        tree(Fault::status(504), "server-error", 3),
        case(TREE, 1, header(503, "Retry-After", "0"), "", 2),
        // Broken answers.
        record(Fault::Cut, "malformed", 3),
        case(RECORD, 1, Fault::Cut, "", 2),
        case(CARD, 1, Fault::Close, "", 2),
        record(Fault::Close, "unreachable", 3),
        card(Fault::Cut, "malformed", 3),
        record(Fault::Announced(200_000), "malformed", 3),
        record(Fault::html(), "malformed", 1),
        record(Fault::Body(b"{\"id\": \"deepseek-ai/DeepSeek-R1\", \"sib".to_vec()), "malformed", 1),
        record(Fault::Body(b"{}".to_vec()), "malformed", 1),
        record(Fault::Body(Vec::new()), "malformed", 1),
        tree(Fault::html(), "malformed", 1),
        tree(Fault::Body(b"{\"sha\": \"x\"}".to_vec()), "malformed", 1),
        case(FACTS, ALWAYS, Fault::Body(b"[]".to_vec()), "malformed", 2),
        record(Fault::status(418), "malformed", 1),
        card(Fault::html(), "digest-mismatch", 1),
        card(Fault::Body(Vec::new()), "digest-mismatch", 1),
        case(LICENSE, ALWAYS, Fault::Body(b"MIT License".to_vec()), "digest-mismatch", 1),
        // Larger than is read: announced, in chunks, and packed.
        record(Fault::Announced(1 << 30), "too-large", 1),
        record(Fault::Chunked(vec![b' '; (16 << 20) + 1]), "too-large", 1),
        record(Fault::Gzip(gzip_of_zeros(32 << 20)), "too-large", 1),
        card(Fault::Chunked(vec![b'x'; (4 << 20) + 1]), "too-large", 1),
        case(LICENSE, ALWAYS, Fault::Chunked(vec![b'x'; (1 << 20) + 1]), "too-large", 1),
        // Redirects: a loop, to nowhere, to what is no web address.
        record(Fault::Redirect("?again".into()), "redirect-refused", 6),
        record(Fault::Redirect("http://[".into()), "redirect-refused", 1),
        record(Fault::Status(302, Vec::new()), "redirect-refused", 1),
        card(Fault::Redirect("file:///etc/passwd".into()), "redirect-refused", 1),
        tree(Fault::Redirect("data:application/json,{}".into()), "redirect-refused", 1),
        // What hubs say of names.
        record(header(401, "X-Error-Code", "RepoNotFound"), "missing-or-private", 1),
        record(Fault::status(401), "missing-or-private", 1),
        record(Fault::status(404), "missing-or-private", 1),
        record(header(404, "X-Error-Code", "RevisionNotFound"), "no-such-revision", 1),
        record(header(403, "X-Error-Code", "GatedRepo"), "gated", 1),
        card(header(403, "X-Error-Code", "GatedRepo"), "gated", 1),
        card(Fault::status(403), "gated", 1),
        case(LICENSE, ALWAYS, header(403, "X-Error-Code", "GatedRepo"), "gated", 1),
        // The record lists it, and the host says that it is not there: one of them is wrong.
        case(LICENSE, ALWAYS, header(404, "X-Error-Code", "EntryNotFound"), "malformed", 1),
        card(header(404, "X-Error-Code", "EntryNotFound"), "malformed", 1),
    ]
}

/// The model's own license file; the code host has files of that name too.
fn path_of(case: &Case, revision: &str) -> String {
    if case.path == LICENSE { format!("/{MODEL}/resolve/{revision}/LICENSE") } else { case.path.to_string() }
}

#[test]
fn every_failure_has_its_own_name_and_helps_nobody() {
    let healthy = HubServer::fixtures();
    let clean = Tool::json().arg(MODEL).hub(&healthy).run().code(0).model();
    let revision = clean["source"]["revision"].as_str().expect("a revision");
    in_parallel(cases(), |case| {
        let server = HubServer::fixtures();
        let path = path_of(&case, revision);
        server.fault(&path, case.times, case.fault.clone());
        let shown = format!("{path} {}", format!("{:?}", case.fault).chars().take(120).collect::<String>());
        let run = Tool::json().arg(MODEL).hub(&server).run();
        let model = run.model();
        let why: Vec<String> = gaps(&model).into_iter().map(|(_, why)| why).collect();
        assert_eq!(why, case.why.into_iter().collect::<Vec<_>>(), "{shown}: {}", model["incomplete"]);
        assert_eq!(run.code, if case.why.is_some() { 3 } else { 0 }, "{shown}");
        let asked = server.requests(path.trim_end_matches('?')).len();
        assert_eq!(asked, case.requests, "{shown}: {:#?}", server.paths());
        assert_eq!(only_wider(&clean, &model), Ok(()), "{shown}");
        if case.why.is_none() {
            let plain = |m: &Value, base: &str| m.to_string().replace(base, "");
            assert!(plain(&model, server.base()) == plain(&clean, healthy.base()), "{shown}: it left a trace");
        }
    });
}

#[test]
fn the_wait_that_a_host_names_is_passed_on() {
    for (path, fault, wait) in [
        (RECORD, Fault::limited(1800), Some(1800)),
        (RECORD, header(429, "RateLimit", "\"api\";r=0;t=77"), Some(77)),
        (RECORD, header(429, "Retry-After", "soon"), None),
        (TREE, header(403, "Retry-After", "60"), Some(60)),
    ] {
        let server = HubServer::fixtures();
        server.always(path, fault);
        let run = Tool::json().arg(MODEL).hub(&server).run().code(3);
        assert_eq!(list(&run.model(), "incomplete")[0]["retry_after_s"].as_u64(), wait);
        let table = Tool::audit().arg(MODEL).hub(&server).run().code(3).stdout;
        let table = table.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(table.contains(&format!("used up for {} s", wait.unwrap_or_default())), wait.is_some(), "{table}");
    }
}

#[test]
fn a_host_that_stalls_is_left_after_the_timeout() {
    for (path, attempts) in [(RECORD, 1), (CARD, 1), (TREE, 1)] {
        let server = HubServer::fixtures();
        server.always(path, Fault::Stall(Duration::from_secs(30)));
        let run = Tool::json().arg(MODEL).hub(&server).args(["--timeout", "1"]).run().code(3);
        assert_eq!(gaps(&run.model())[0].1, "timed-out", "{path}");
        assert_eq!(server.requests(path).len(), attempts, "{path}");
        assert!(run.took < Duration::from_secs(10), "{path}: {:?}", run.took);
    }
}

#[test]
fn a_hub_that_is_not_there() {
    // The discard port, at which nobody listens.
    let url = "http://127.0.0.1:9";
    let run = Tool::json().args([MODEL, "--hub", url]).run().code(3);
    assert_eq!(gaps(&run.model()), [(format!("huggingface:{MODEL}"), "unreachable".to_string())]);
    assert_eq!(run.model()["verdict"], "unknown");
    // 1 wins over 3.
    Tool::json().args([MODEL, "--hub", url, "--fail-under", "closed"]).run().code(1);
}

#[test]
fn a_run_goes_on_after_a_failure() {
    let server = HubServer::fixtures();
    server.always(RECORD, Fault::html());
    let run: Run = Tool::json().args(["microsoft/phi-4", MODEL, "allenai/OLMo-2-1124-7B"]).hub(&server).run().code(3);
    let verdicts: Vec<_> = run.models().iter().map(|m| m["verdict"].clone()).collect();
    assert_eq!(verdicts, ["open-weights", "unknown", "open-source-open-data"]);
}
