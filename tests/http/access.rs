//! Ways to a host: TLS under an authority of one's own, proxies, and what `doctor` says of them all.

use crate::support::front::{Proxy, TlsFront};
use crate::support::server::TOKEN;
use crate::support::{Fault, HubServer, Tool, gaps, list};
use tempfile::TempDir;

const MODEL: &str = "microsoft/phi-4";

fn audit(hub: &str) -> Tool {
    // The code host is not asked for this model, and must not be found by accident.
    Tool::json()
        .arg(MODEL)
        .args(["--hub", hub])
        .env("GITHUB_API_URL", "http://127.0.0.1:9")
        .env("TRULYOPEN_GITHUB_RAW", "http://127.0.0.1:9")
}

#[test]
fn an_unknown_authority_is_not_trusted_unless_named() {
    let server = HubServer::fixtures();
    let front = TlsFront::new(&server, &["localhost"]);
    let dir = TempDir::new().expect("a directory");
    let pem = dir.path().join("ca.pem");
    front.write_pem(&pem);
    let stranger = audit(&front.base).run().code(3).model();
    assert_eq!(stranger["verdict"], "unknown");
    assert!(gaps(&stranger).iter().any(|(_, why)| why == "unreachable"), "{:?}", gaps(&stranger));
    assert!(server.log().is_empty(), "nothing was said to a host that is not trusted");
    for variable in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] {
        assert_eq!(audit(&front.base).env(variable, &pem).run().code(0).model()["verdict"], "open-weights", "{variable}");
    }
    // A token goes to the host it is for, over TLS.
    audit(&front.base).env("SSL_CERT_FILE", &pem).env("HF_TOKEN", TOKEN).run().code(0);
    assert!(server.log().last().expect("a request").authorization.is_some());
    let other = TlsFront::new(&server, &["hub.example"]);
    other.write_pem(&pem);
    assert_eq!(audit(&other.base).env("SSL_CERT_FILE", &pem).run().code(3).model()["verdict"], "unknown", "a certificate for another name");
    for (variable, path) in [("REQUESTS_CA_BUNDLE", dir.path().join("not there.pem")), ("CURL_CA_BUNDLE", dir.path().join("empty.pem"))] {
        std::fs::write(dir.path().join("empty.pem"), b"no certificate").expect("a file");
        let run = audit(&front.base).env(variable, path).run().code(2);
        assert!(run.stderr.contains(variable), "{}", run.stderr);
    }
}

#[test]
fn proxies_are_used_and_left_out_as_the_environment_says() {
    let server = HubServer::fixtures();
    let proxy = Proxy::new(&server);
    // A host that only the proxy knows.
    let model = audit("http://hub.invalid").env("HTTP_PROXY", &proxy.base).env("http_proxy", &proxy.base).run().code(0).model();
    assert_eq!(model["verdict"], "open-weights");
    assert!(proxy.log().iter().all(|l| l.starts_with("GET http://hub.invalid/")), "{:?}", proxy.log());

    let front = TlsFront::new(&server, &["localhost"]);
    let dir = TempDir::new().expect("a directory");
    let pem = dir.path().join("ca.pem");
    front.write_pem(&pem);
    let proxy = Proxy::new(&server);
    let over = || audit(&front.base).env("SSL_CERT_FILE", &pem).env("HTTPS_PROXY", &proxy.base).env("HF_TOKEN", TOKEN);
    over().run().code(0);
    let tunnels = proxy.log();
    assert!(!tunnels.is_empty() && tunnels.iter().all(|l| l.starts_with("CONNECT localhost:")), "{tunnels:?}");
    over().env("NO_PROXY", "localhost").run().code(0);
    assert_eq!(proxy.log().len(), tunnels.len());
}

fn doctor(server: &HubServer) -> Tool {
    Tool::new().arg("doctor").hub(server)
}

#[test]
fn the_doctor_names_hosts_tokens_and_limits() {
    let server = HubServer::fixtures();
    let run = doctor(&server).env("HF_TOKEN", TOKEN).env("GITHUB_TOKEN", "ghp_fixture").run().code(0);
    assert!(!run.stdout.contains(TOKEN) && !run.stdout.contains("ghp_fixture"), "{}", run.stdout);
    assert!(run.stdout.contains("token from HF_TOKEN: accepted, as fixture"), "{}", run.stdout);
    assert!(run.stdout.contains("59 of 60 requests left"), "{}", run.stdout);
    let refused = doctor(&server).env("HF_TOKEN", "hf_wrong").run().code(3);
    assert!(refused.stdout.contains("token from HF_TOKEN: refused") && !refused.stdout.contains("hf_wrong"), "{}", refused.stdout);
    let file = Tool::new();
    let path = file.home().join("token file");
    std::fs::write(&path, format!("{TOKEN}\n")).expect("a token file");
    let run = file.arg("doctor").hub(&server).env("HF_TOKEN_PATH", &path).run().code(0);
    assert!(run.stdout.contains("token file: accepted"), "{}", run.stdout);
    // The hub's limit, as the hub writes it.
    server.always(
        "/api/models",
        Fault::Status(
            200,
            vec![("RateLimit", "\"api\";r=489;t=213".into()), ("RateLimit-Policy", "\"fixed window\";\"api\";q=500;w=300".into())],
        ),
    );
    let json = doctor(&server).args(["--format", "json"]).run().code(0).document();
    let hosts = list(&json, "hosts");
    assert_eq!(hosts[0]["limit"], "489 of 500 requests left in the next 213 s", "{hosts:?}");
    assert_eq!(hosts[0]["token"], serde_json::Value::Null);
}

#[test]
fn the_doctor_says_what_cannot_be_reached() {
    let run = Tool::new()
        .args(["doctor", "--hub", "http://127.0.0.1:9"])
        .env("GITHUB_API_URL", "http://127.0.0.1:9")
        .env("TRULYOPEN_GITHUB_RAW", "http://127.0.0.1:9")
        .env("HTTPS_PROXY", "http://me:secret@proxy.invalid:3128")
        .run()
        .code(3);
    assert!(run.stdout.contains("could not be reached") && !run.stdout.contains("secret"), "{}", run.stdout);
    let offline = Tool::new().args(["doctor", "--offline"]).run().code(3);
    assert!(offline.stdout.contains("offline"), "{}", offline.stdout);
}
