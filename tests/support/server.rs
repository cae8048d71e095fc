//! A hub and a code host over real HTTP on 127.0.0.1, serving a directory in the evidence layout with
//! the hub's own status codes and headers, with latency and faults as a test asks for them.

use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// The token that the hub accepts.
pub const TOKEN: &str = "hf_fixture";

/// What goes wrong with a reply.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Another status, with headers.
    Status(u16, Vec<(&'static str, String)>),
    /// Another body, with status 200.
    Body(Vec<u8>),
    /// Another body, gzipped already.
    Gzip(Vec<u8>),
    /// Another body in chunks, without a length.
    Chunked(Vec<u8>),
    /// This length is announced, the body is sent as it is, and the connection closed.
    Announced(usize),
    /// The length of the whole body is announced, half of it is sent, and the connection closed.
    Cut,
    /// Half of the body is sent, and after this time the rest.
    Stall(Duration),
    /// The connection is closed without an answer.
    Close,
    /// Half of the body is sent, and the connection reset.
    Reset,
    /// Every byte of the head is sent after this pause.
    Drip(Duration),
    /// A redirect to this address.
    Redirect(String),
}

impl Fault {
    /// A status without headers of its own.
    pub fn status(status: u16) -> Fault {
        Fault::Status(status, Vec::new())
    }

    /// A rate limit with its wait in seconds.
    pub fn limited(retry_after: u64) -> Fault {
        Fault::Status(429, vec![("Retry-After", retry_after.to_string())])
    }

    /// A failure that names so long a wait that nobody tries again.
    pub fn broken() -> Fault {
        Fault::Status(503, vec![("Retry-After", "3600".into())])
    }

    /// A page for people where data were asked for.
    pub fn html() -> Fault {
        Fault::Body(b"<!doctype html><title>Maintenance</title><p>Back soon.".to_vec())
    }
}

/// One request as it was received.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// Path and query as sent.
    pub path: String,
    pub authorization: Option<String>,
    /// It asked whether an earlier answer still holds.
    pub conditional: bool,
    /// When the request had been read.
    pub start: Instant,
    /// When the answer was about to be sent.
    pub end: Instant,
}

struct Rule {
    path: String,
    left: usize,
    fault: Fault,
}

/// Faults by chance, of which the same seed makes the same for the same requests, in whatever order they come.
struct Chaos {
    seed: u64,
    /// Requests in a hundred that fail.
    share: u64,
    /// What may go wrong with a path.
    faults: fn(&str) -> Vec<Fault>,
    /// Requests for a path so far.
    asked: std::collections::HashMap<String, u64>,
    failed: usize,
}

impl Chaos {
    fn strike(&mut self, path: &str) -> Option<Fault> {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let nth = self.asked.entry(path.to_string()).or_default();
        *nth += 1;
        let mut hasher = DefaultHasher::new();
        (self.seed, path, *nth).hash(&mut hasher);
        let chance = hasher.finish();
        if chance % 100 >= self.share {
            return None;
        }
        self.failed += 1;
        let faults = (self.faults)(path);
        faults.get(usize::try_from(chance / 100).unwrap_or(0) % faults.len()).cloned()
    }
}

struct State {
    root: PathBuf,
    base: String,
    latency: Duration,
    faults: Mutex<Vec<Rule>>,
    chaos: Mutex<Option<Chaos>>,
    log: Mutex<Vec<Request>>,
    revisions: Mutex<BTreeSet<String>>,
    /// Records on a page of a list.
    page: AtomicUsize,
    stopped: AtomicBool,
}

/// A running server; it stops when dropped.
pub struct HubServer {
    state: Arc<State>,
    address: SocketAddr,
}

struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl HubServer {
    /// Serves `fixtures/hub`.
    pub fn fixtures() -> HubServer {
        HubServer::serve(&super::fixture_hub())
    }

    /// Serves a directory.
    pub fn serve(root: &Path) -> HubServer {
        HubServer::with_latency(root, Duration::ZERO)
    }

    /// Serves a directory and takes its time before each answer.
    pub fn with_latency(root: &Path, latency: Duration) -> HubServer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(State {
            root: root.to_path_buf(),
            base: format!("http://{address}"),
            latency,
            faults: Mutex::default(),
            chaos: Mutex::default(),
            log: Mutex::default(),
            revisions: Mutex::default(),
            page: AtomicUsize::new(1000),
            stopped: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if accepting.stopped.load(Ordering::SeqCst) {
                    break;
                }
                if let Ok(stream) = stream {
                    let state = Arc::clone(&accepting);
                    std::thread::spawn(move || connection(&state, stream));
                }
            }
        });
        HubServer { state, address }
    }

    /// Its address, without a trailing slash.
    pub fn base(&self) -> &str {
        &self.state.base
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests whose path contains `path` with a fault, the first `times` of them. A blank at the
    /// end stands for the end of the path.
    pub fn fault(&self, path: &str, times: usize, fault: Fault) -> &HubServer {
        lock(&self.state.faults).push(Rule { path: path.to_string(), left: times, fault });
        self
    }

    /// Answers every request whose path contains `path` with a fault.
    pub fn always(&self, path: &str, fault: Fault) -> &HubServer {
        self.fault(path, usize::MAX, fault)
    }

    /// Answers `share` of a hundred requests with one of the faults that a path may have.
    pub fn chaos(&self, seed: u64, share: u64, faults: fn(&str) -> Vec<Fault>) -> &HubServer {
        *lock(&self.state.chaos) = Some(Chaos { seed, share, faults, asked: std::collections::HashMap::new(), failed: 0 });
        self
    }

    /// Requests that failed by chance so far.
    pub fn struck(&self) -> usize {
        lock(&self.state.chaos).as_ref().map_or(0, |c| c.failed)
    }

    /// Makes a revision known besides `main` and the commit.
    pub fn revision(&self, name: &str) -> &HubServer {
        lock(&self.state.revisions).insert(name.to_string());
        self
    }

    /// Makes the pages of lists shorter than what is asked for.
    pub fn page_size(&self, records: usize) -> &HubServer {
        self.state.page.store(records, Ordering::SeqCst);
        self
    }

    /// Every request so far, in order of arrival.
    pub fn log(&self) -> Vec<Request> {
        let mut log = lock(&self.state.log).clone();
        log.sort_by_key(|r| r.start);
        log
    }

    /// Paths of all requests so far, with their queries, sorted.
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.log().into_iter().map(|r| r.path).collect();
        paths.sort();
        paths
    }

    /// The requests whose path contains a text.
    pub fn requests(&self, path: &str) -> Vec<Request> {
        self.log().into_iter().filter(|r| r.path.contains(path)).collect()
    }

    /// The most requests of which each began after the one before had been answered: the round trips
    /// that the run waited for. Needs latency, since without it requests that were sent together do not
    /// overlap.
    pub fn waves(&self) -> usize {
        let mut log = self.log();
        log.sort_by_key(|r| r.end);
        let mut waves = 0;
        let mut last = None;
        for request in log {
            if last.is_none_or(|end| request.start > end) {
                waves += 1;
                last = Some(request.end);
            }
        }
        waves
    }
}

impl Drop for HubServer {
    fn drop(&mut self) {
        self.state.stopped.store(true, Ordering::SeqCst);
        // Wakes the accepting thread.
        let _ = TcpStream::connect(self.address);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Answers one request after the other until the client closes.
fn connection(state: &State, mut stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    while !state.stopped.load(Ordering::SeqCst) {
        let Some(head) = read_head(&mut stream) else { return };
        if !answer(state, &mut stream, &head) {
            return;
        }
    }
}

/// The request line and headers, or `None` when the client is gone.
fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 2048];
    while !bytes.ends_with(b"\r\n\r\n") {
        match stream.read(&mut chunk) {
            Ok(n) if n > 0 => bytes.extend_from_slice(chunk.get(..n)?),
            _ => return None,
        }
    }
    String::from_utf8(bytes).ok()
}

/// Sends one reply, in one call; false where the connection ends with it.
fn answer(state: &State, stream: &mut TcpStream, head: &str) -> bool {
    let start = Instant::now();
    let mut parts = head.lines().next().unwrap_or_default().split(' ');
    let (method, path) = (parts.next().unwrap_or_default().to_string(), parts.next().unwrap_or_default().to_string());
    let header = |name: &str| {
        head.lines().find_map(|l| l.split_once(':').filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.trim().to_string()))
    };
    let authorization = header("authorization");
    let (resource, query) = path.split_once('?').unwrap_or((&path, ""));
    let reply = reply(state, resource, query, authorization.as_deref());
    let condition = header("if-none-match");
    let reply = tagged(reply, condition.as_deref());
    let fault = {
        let mut faults = lock(&state.faults);
        faults.iter_mut().find(|r| r.left > 0 && format!("{path} ").contains(&r.path)).map(|r| {
            r.left -= 1;
            r.fault.clone()
        })
    };
    let fault = fault.or_else(|| {
        // The port is another one each time.
        lock(&state.chaos).as_mut().and_then(|c| c.strike(&path))
    });
    std::thread::sleep(state.latency);
    lock(&state.log).push(Request { method, path, authorization, conditional: condition.is_some(), start, end: Instant::now() });
    let reply = match fault.clone() {
        Some(Fault::Status(status, headers)) => Reply { status, headers, body: Vec::new() },
        Some(Fault::Body(body) | Fault::Chunked(body)) => Reply { status: 200, body, headers: untagged(reply.headers) },
        Some(Fault::Gzip(body)) => Reply { status: 200, headers: vec![("Content-Encoding", "gzip".into())], body },
        Some(Fault::Redirect(to)) => Reply { status: 307, headers: vec![("Location", to)], body: Vec::new() },
        Some(Fault::Close) => return false,
        Some(Fault::Cut | Fault::Stall(_) | Fault::Announced(_) | Fault::Reset | Fault::Drip(_)) | None => reply,
    };
    let framing = match fault {
        Some(Fault::Chunked(_)) => Framing::Chunks,
        Some(Fault::Announced(length)) => Framing::Length(length),
        _ => Framing::Length(reply.body.len()),
    };
    let bytes = serialise(&reply, framing);
    // One call for the whole answer: several small ones would wait for each other's acknowledgements.
    match fault {
        Some(Fault::Cut) => {
            let _ = stream.write_all(half(&bytes, &reply));
            false
        }
        Some(Fault::Stall(pause)) => {
            let first = half(&bytes, &reply).len();
            stream.write_all(&bytes[..first]).is_ok() && wait(state, stream, pause) && stream.write_all(&bytes[first..]).is_ok()
        }
        Some(Fault::Announced(_)) => {
            let _ = stream.write_all(&bytes);
            false
        }
        Some(Fault::Reset) => {
            let _ = stream.write_all(half(&bytes, &reply));
            // Closed with nothing to linger for, it is reset.
            let _ = socket2::SockRef::from(&*stream).set_linger(Some(Duration::ZERO));
            false
        }
        Some(Fault::Drip(pause)) => {
            let body = bytes.len() - reply.body.len();
            bytes[..body].iter().all(|b| wait(state, stream, pause) && stream.write_all(&[*b]).is_ok())
                && stream.write_all(&bytes[body..]).is_ok()
        }
        _ => stream.write_all(&bytes).is_ok(),
    }
}

/// A content with its tag, or 304 where the client has it already.
fn tagged(mut reply: Reply, condition: Option<&str>) -> Reply {
    if reply.status != 200 {
        return reply;
    }
    let tag = format!("\"{}\"", trulyopen::digest::sha256(&reply.body));
    let unchanged = condition == Some(&tag);
    reply.headers.push(("ETag", tag));
    if unchanged { Reply { status: 304, body: Vec::new(), ..reply } } else { reply }
}

/// The headers of another body: without the tag of this one.
fn untagged(headers: Vec<(&'static str, String)>) -> Vec<(&'static str, String)> {
    headers.into_iter().filter(|(name, _)| *name != "ETag").collect()
}

/// The head and half of the body.
fn half<'b>(bytes: &'b [u8], reply: &Reply) -> &'b [u8] {
    &bytes[..bytes.len() - reply.body.len().div_ceil(2)]
}

/// Waits; false where the client went away or the server stops meanwhile.
fn wait(state: &State, stream: &mut TcpStream, pause: Duration) -> bool {
    let until = Instant::now() + pause;
    let _ = stream.set_read_timeout(Some(Duration::from_millis(10)));
    while Instant::now() < until {
        let gone = matches!(stream.peek(&mut [0]), Ok(0));
        if gone || state.stopped.load(Ordering::SeqCst) {
            return false;
        }
    }
    let _ = stream.set_read_timeout(None);
    true
}

/// How the end of a body is told.
enum Framing {
    Length(usize),
    Chunks,
}

fn serialise(reply: &Reply, framing: Framing) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 {} Fixture\r\n", reply.status).into_bytes();
    for (name, value) in &reply.headers {
        out.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    match framing {
        Framing::Chunks => {
            out.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
            for chunk in reply.body.chunks(65536) {
                out.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                out.extend_from_slice(chunk);
                out.extend_from_slice(b"\r\n");
            }
            out.extend_from_slice(b"0\r\n\r\n");
        }
        Framing::Length(length) => {
            out.extend_from_slice(format!("Content-Length: {length}\r\n\r\n").as_bytes());
            out.extend_from_slice(&reply.body);
        }
    }
    out
}

/// A page of the list of models: records without sizes and digests of files, as the hub's list has them.
fn list(state: &State, query: &str) -> Reply {
    let value = |key: &str| query.split('&').find_map(|p| p.split_once('=').filter(|(k, _)| *k == key).map(|(_, v)| decode(v)));
    let author = value("author");
    let mut ids = super::model_ids(&state.root);
    ids.retain(|id| author.as_ref().is_none_or(|a| id.split_once('/').is_some_and(|(owner, _)| owner == a)));
    let wanted = value("search").map(|s| s.to_lowercase());
    ids.retain(|id| wanted.as_ref().is_none_or(|w| id.to_lowercase().contains(w)));
    let size = value("limit").and_then(|l| l.parse().ok()).unwrap_or(1000).min(state.page.load(Ordering::SeqCst));
    let from: usize = value("cursor").and_then(|c| c.parse().ok()).unwrap_or(0);
    let page: Vec<Value> =
        ids.iter().skip(from).take(size).filter_map(|id| record(state, "models", id)).map(|(_, info)| listed(info)).collect();
    let mut headers = Vec::new();
    if from + size < ids.len() {
        let query: Vec<&str> = query.split('&').filter(|p| !p.starts_with("cursor=")).collect();
        headers.push(("Link", format!("<{}/api/models?{}&cursor={}>; rel=\"next\"", state.base, query.join("&"), from + size)));
    }
    Reply { status: 200, headers, body: serde_json::to_vec(&page).expect("JSON") }
}

/// A record as it stands in a list.
fn listed(mut info: Value) -> Value {
    for file in info.get_mut("siblings").and_then(Value::as_array_mut).into_iter().flatten() {
        *file = serde_json::json!({"rfilename": file["rfilename"]});
    }
    info
}

/// What a healthy hub says.
fn reply(state: &State, path: &str, query: &str, authorization: Option<&str>) -> Reply {
    if path == "/gh/rate_limit" {
        let headers = vec![("X-RateLimit-Limit", "60".into()), ("X-RateLimit-Remaining", "59".into())];
        return Reply { status: 200, headers, body: b"{}".to_vec() };
    }
    if let Some(rest) = path.strip_prefix("/ms/") {
        return modelscope(state, rest, query);
    }
    if let Some(rest) = path.strip_prefix("/ol/v2/") {
        return registry(state, rest);
    }
    if let Some(rest) = path.strip_prefix("/gh/repos/") {
        return code_record(state, rest);
    }
    if let Some(rest) = path.strip_prefix("/raw/") {
        let parts: Vec<&str> = rest.splitn(4, '/').collect();
        return match parts.as_slice() {
            [owner, name, revision, file] if knows_tree(state, &format!("{owner}/{name}"), revision) => {
                file_or(state, &format!("github/{owner}/{name}/{}", decode(file)), Vec::new(), refusal(404, ""))
            }
            _ => refusal(404, ""),
        };
    }
    // The hub checks a token before it looks at anything else.
    if authorization.is_some_and(|a| a != format!("Bearer {TOKEN}")) {
        return Reply {
            status: 401,
            headers: vec![("X-Error-Message", "Invalid credentials in Authorization header".into())],
            body: Vec::new(),
        };
    }
    if path == "/api/whoami-v2" {
        return Reply { status: 200, headers: Vec::new(), body: b"{\"type\":\"user\",\"name\":\"fixture\"}".to_vec() };
    }
    if path == "/api/models" {
        return list(state, query);
    }
    let kinds = ["models", "datasets", "spaces", "collections"];
    for (api, kind) in kinds.map(|kind| (format!("/api/{kind}/"), kind)) {
        if let Some(rest) = path.strip_prefix(&api) {
            let (id, revision) = rest.split_once("/revision/").unwrap_or((rest, "main"));
            return match record(state, kind, id) {
                None => refusal(401, "RepoNotFound"),
                Some((_, info)) if !knows(state, &info, &decode(revision)) => refusal(404, "RevisionNotFound"),
                Some((dir, _)) => file_or(state, &format!("{dir}/info.json"), Vec::new(), refusal(500, "")),
            };
        }
    }
    let (kind, rest) = path.strip_prefix("/datasets/").map_or(("models", path.trim_start_matches('/')), |rest| ("datasets", rest));
    let Some((id, (revision, file))) = rest.split_once("/resolve/").and_then(|(id, rest)| Some((id, rest.split_once('/')?))) else {
        return refusal(404, "");
    };
    let Some((dir, info)) = record(state, kind, id) else { return refusal(401, "RepoNotFound") };
    if !knows(state, &info, &decode(revision)) {
        return refusal(404, "RevisionNotFound");
    }
    let file = decode(file);
    let gated = !matches!(info["gated"], Value::Bool(false) | Value::Null);
    if gated && authorization.is_none() && file != "README.md" {
        return refusal(401, "GatedRepo");
    }
    let commit = info["sha"].as_str().map(|sha| ("X-Repo-Commit", sha.to_string()));
    if file == "info.json" {
        return refusal(404, "EntryNotFound");
    }
    file_or(state, &format!("{dir}/{file}"), commit.into_iter().collect(), refusal(404, "EntryNotFound"))
}

/// Facts, tree or releases of a code repository.
fn code_record(state: &State, rest: &str) -> Reply {
    let (repo, file) = match (rest.split_once("/git/trees/"), rest.strip_suffix("/releases")) {
        (Some((repo, revision)), _) if knows_tree(state, repo, revision) => (repo, "tree.json"),
        (Some(_), _) => return refusal(404, ""),
        (None, Some(repo)) => (repo, "releases.json"),
        (None, None) => (rest, "repo.json"),
    };
    file_or(state, &format!("github/{repo}/{file}"), Vec::new(), refusal(404, ""))
}

fn knows_tree(state: &State, repo: &str, revision: &str) -> bool {
    let sha =
        || serde_json::from_slice::<Value>(&read(state, &format!("github/{repo}/tree.json"))?).ok()?["sha"].as_str().map(str::to_string);
    revision == "HEAD" || lock(&state.revisions).contains(revision) || sha().as_deref() == Some(revision)
}

/// ModelScope: an envelope around everything, and an unknown revision is an empty list.
fn modelscope(state: &State, path: &str, query: &str) -> Reply {
    let envelope = |status: u16, body: &str| Reply { status, headers: Vec::new(), body: body.as_bytes().to_vec() };
    let missing = || envelope(404, r#"{"Code":10010205001,"Message":"record not found","RequestId":"fixture","Success":false}"#);
    let commit = |id: &str| {
        let list: Value = serde_json::from_slice(&read(state, &format!("modelscope/models/{id}/files.json"))?).ok()?;
        list["Data"]["Files"][0]["Revision"].as_str().map(str::to_string)
    };
    let knows = |id: &str, revision: &str| {
        revision == "master" || lock(&state.revisions).contains(revision) || commit(id).as_deref() == Some(revision)
    };
    if let Some(rest) = path.strip_prefix("api/v1/models/") {
        let (id, file) = rest.strip_suffix("/repo/files").map_or((rest, "info.json"), |id| (id, "files.json"));
        let revision = query.split('&').find_map(|p| p.strip_prefix("Revision=")).map_or("master".into(), decode);
        if file == "files.json" && commit(id).is_some() && !knows(id, &revision) {
            return envelope(
                200,
                r#"{"Code":200,"Data":{"Files":null,"IsVisual":0,"LatestCommitter":null},"Message":"success","Success":true}"#,
            );
        }
        return file_or(state, &format!("modelscope/models/{id}/{file}"), Vec::new(), missing());
    }
    let resolved = path.strip_prefix("models/").and_then(|rest| rest.split_once("/resolve/"));
    match resolved.and_then(|(id, rest)| Some((id, rest.split_once('/')?))) {
        Some((id, (revision, file))) if knows(id, &decode(revision)) => {
            file_or(state, &format!("modelscope/models/{id}/{}", decode(file)), Vec::new(), missing())
        }
        _ => missing(),
    }
}

/// A container registry: manifests by tag, blobs by digest.
fn registry(state: &State, path: &str) -> Reply {
    let missing = || Reply {
        status: 404,
        headers: Vec::new(),
        body: br#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#.to_vec(),
    };
    if let Some((name, tag)) = path.split_once("/manifests/") {
        return file_or(state, &format!("ollama/{name}/{tag}/manifest.json"), Vec::new(), missing());
    }
    let Some((name, hex)) = path.split_once("/blobs/sha256:") else { return missing() };
    let dir = state.root.join("ollama").join(name);
    let blob =
        super::files_below(&dir).into_iter().filter_map(|f| std::fs::read(dir.join(f)).ok()).find(|b| trulyopen::digest::sha256(b) == hex);
    blob.map_or_else(missing, |body| Reply { status: 200, headers: Vec::new(), body })
}

/// The folder and record of a repository on the hub.
fn record(state: &State, kind: &str, id: &str) -> Option<(String, Value)> {
    let dir = format!("huggingface/{kind}/{}{id}", if id.contains('/') { "" } else { "_legacy/" });
    let bytes = read(state, &format!("{dir}/info.json"))?;
    Some((dir, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
}

fn knows(state: &State, info: &Value, revision: &str) -> bool {
    revision == "main" || info["sha"].as_str() == Some(revision) || lock(&state.revisions).contains(revision)
}

fn refusal(status: u16, code: &str) -> Reply {
    let headers = if code.is_empty() { Vec::new() } else { vec![("X-Error-Code", code.to_string())] };
    Reply { status, headers, body: b"{\"error\":\"no\"}".to_vec() }
}

fn file_or(state: &State, path: &str, headers: Vec<(&'static str, String)>, otherwise: Reply) -> Reply {
    match read(state, path) {
        Some(body) => Reply { status: 200, headers, body },
        None => otherwise,
    }
}

fn read(state: &State, path: &str) -> Option<Vec<u8>> {
    let safe = path.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
    if safe { std::fs::read(state.root.join(path)).ok() } else { None }
}

fn decode(s: &str) -> String {
    let mut out = Vec::new();
    let mut bytes = s.bytes();
    while let Some(b) = bytes.next() {
        if b == b'%' {
            let hex: String = bytes.by_ref().take(2).map(char::from).collect();
            out.push(u8::from_str_radix(&hex, 16).unwrap_or(b'?'));
        } else {
            out.push(b);
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
