//! What `tests/http/faults.rs` does not have: slow heads, resets, names that nobody knows, redirects from a
//! public host into a network, and a host that answers with nothing but garbage.

use crate::support::front::Proxy;
use crate::support::{Fault, HubServer, Tool, gaps, in_parallel, only_wider};
use std::time::Duration;

const MODEL: &str = "microsoft/phi-4";

#[test]
fn slow_heads_and_resets() {
    let clean = Tool::json().arg(MODEL).hub(&HubServer::fixtures()).run().code(0).model();
    let drip = || Fault::Drip(Duration::from_millis(100));
    in_parallel(
        vec![
            ("/api/models/", drip(), "timed-out"),
            ("/README.md", drip(), "timed-out"),
            ("/api/models/", Fault::Reset, "malformed"),
            ("/README.md", Fault::Reset, "malformed"),
            ("/LICENSE", Fault::Reset, "malformed"),
            ("/api/models/", Fault::Gzip(b"\x1f\x8b garbage".to_vec()), "malformed"),
        ],
        |(path, fault, why)| {
            let server = HubServer::fixtures();
            server.always(path, fault.clone());
            let run = Tool::json().args([MODEL, "--timeout", "2"]).hub(&server).run().code(3);
            let model = run.model();
            assert!(gaps(&model).iter().any(|(_, w)| w == why), "{path} {fault:?}: {:?}", gaps(&model));
            assert_eq!(only_wider(&clean, &model), Ok(()), "{path}");
            assert!(run.took < Duration::from_secs(20), "{path}: {:?}", run.took);
        },
    );
}

#[test]
fn a_reset_that_passes_leaves_no_trace() {
    let (healthy, server) = (HubServer::fixtures(), HubServer::fixtures());
    server.fault("/api/models/", 1, Fault::Reset);
    let plain = |s: &HubServer| Tool::json().arg(MODEL).hub(s).run().code(0).stdout.replace(s.base(), "");
    assert_eq!(plain(&server), plain(&healthy));
}

#[test]
fn a_name_that_nobody_knows() {
    let run = Tool::json().args([MODEL, "--hub", "https://hub.invalid"]).run().code(3);
    assert_eq!(gaps(&run.model()), [(format!("huggingface:{MODEL}"), "unreachable".to_string())]);
    assert_eq!(run.model()["verdict"], "unknown");
}

/// The host is one that only the proxy knows, so it is none of this machine.
#[test]
fn a_public_host_leads_nobody_into_a_network() {
    let inside = HubServer::fixtures();
    for to in [
        inside.base(),
        "http://127.0.0.1:9",
        "http://localhost:9",
        "http://a.localhost:9",
        "http://10.0.0.8",
        "http://192.168.1.1",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]:9",
        "http://[fd00::1]",
        "http://[::ffff:10.0.0.1]",
        "http://0.0.0.0:9",
        "http://2130706433:9",
        "http://0x7f.1:9",
        "http://127.1:9",
    ] {
        let server = HubServer::fixtures();
        server.always("/api/models/", Fault::Redirect(format!("{to}/api/models/{MODEL}")));
        let proxy = Proxy::new(&server);
        let run = Tool::json()
            .args([MODEL, "--hub", "http://hub.example"])
            .env("HTTP_PROXY", &proxy.base)
            .env("http_proxy", &proxy.base)
            .env("GITHUB_API_URL", "http://127.0.0.1:9")
            .env("TRULYOPEN_GITHUB_RAW", "http://127.0.0.1:9")
            .run()
            .code(3);
        assert!(
            gaps(&run.model()).contains(&(format!("huggingface:{MODEL}"), "redirect-refused".into())),
            "{to}: {:?}",
            gaps(&run.model())
        );
        assert!(proxy.log().iter().all(|l| l.starts_with("GET http://hub.example/")), "{to}: {:?}", proxy.log());
    }
    assert!(inside.log().is_empty(), "{:#?}", inside.paths());
}
