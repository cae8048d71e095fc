//! One function for each way in that a stranger's bytes have: it runs what the tool runs on them, and
//! asserts what must hold of any input. Used by the fuzz targets and by `tests/security/fuzzed.rs`.

use std::io::Cursor;
use std::sync::{Arc, LazyLock};
use trulyopen::audit::{self, Options};
use trulyopen::card::{self, Card, beside, corpora, front_matter, papers};
use trulyopen::hosts::Endpoints;
use trulyopen::hub::github::{RepoRecord, Tree};
use trulyopen::hub::local::header::{Format, Header, What};
use trulyopen::hub::local::{gguf, modelfile, onnx, safetensors};
use trulyopen::hub::record::{DatasetRecord, ModelRecord};
use trulyopen::hub::{self, Asked};
use trulyopen::license;
use trulyopen::net::cache::{Cache, Settings};
use trulyopen::net::directory::Directory;
use trulyopen::net::record::Manifest;
use trulyopen::net::{Body, Fetcher, Resource, Source};
use trulyopen::render::Style;
use trulyopen::report::{Model, Report};
use trulyopen::rules::Rules;
use trulyopen::scan::language::EXAMPLES;
use trulyopen::snapshot::Depth;
use trulyopen::target::Target;
use trulyopen::vocabulary::Verdict;

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::load(None).expect("built-in rules"));
static TEXTS: LazyLock<trulyopen::scan::Texts<'static>> = LazyLock::new(|| trulyopen::scan::Texts::new(&RULES));
static AT: LazyLock<Endpoints> = LazyLock::new(Endpoints::default);

/// A target: its name and what it runs.
pub type Run = fn(&[u8]);

/// Every target.
pub const ALL: &[(&str, Run)] = &[
    ("audit", audit_all),
    ("cache_entry", cache_entry),
    ("card", card),
    ("front_matter", front_matter),
    ("gguf", gguf),
    ("license_name", license_name),
    ("license_text", license_text),
    ("lock", lock),
    ("manifest", manifest),
    ("modelfile", modelfile),
    ("onnx", onnx),
    ("policy", policy),
    ("record", record),
    ("reviewed", reviewed),
    ("safetensors", safetensors),
    ("scan", scan),
    ("shard_index", shard_index),
    ("target", target),
];

fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// What is shown of anything holds no character that steers a terminal.
fn assert_harmless(shown: &str) {
    let steers = |c: &char| {
        (c.is_control() && *c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    assert_eq!(shown.chars().find(steers), None, "{shown:?}");
}

/// The head of a card.
pub fn front_matter(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let split = front_matter::split(text);
    assert!(text.ends_with(split.body));
    for key in ["license", "datasets", "base_model"] {
        for item in split.front.strings(key) {
            let line = front_matter::line_of(&split, key, Some(&item));
            assert!(line.is_none_or(|l| l as usize <= text.lines().count() + 1));
        }
    }
}

/// A card, and everything that is read off it before anything is fetched.
pub fn card(data: &[u8]) {
    let card = Card::parse(data);
    let info = serde_json::json!({"id": "o/n", "siblings": [{"rfilename": "model.safetensors", "size": 1}]}).to_string();
    let record = ModelRecord::parse(info.as_bytes()).expect("a record");
    let _ = trulyopen::plan::plan(&record, Some(&card), &RULES, &AT);
    let announced = corpora::announced_lists(&card, &RULES);
    let _ = corpora::trained_on(&card, &RULES, "o/n", &["a/zork-2-7b"], &announced);
    let declared = ["zork 2".to_string()];
    let _ = (beside::lists_more(&card, &RULES, "o/n", &declared, &announced), beside::tells_more(&card, &RULES, "o/n", true, &declared));
    let _ = papers::own(Some(&card), &[], &RULES);
    let _ = trulyopen::terms::prose::mentions(&card, "o/n", &RULES);
    let _ = card::is_saved_error(data);
}

/// What hosts answer about models, datasets and code: each reader of each of them.
pub fn record(data: &[u8]) {
    if let Ok(record) = ModelRecord::parse(data) {
        let _ = trulyopen::plan::plan(&record, None, &RULES, &AT);
        let _ = trulyopen::files::Sorted::new(record.files.as_deref().unwrap_or_default(), &RULES);
        let _ = record.licenses();
    }
    let _ = DatasetRecord::parse(data);
    let _ = RepoRecord::parse(data);
    let _ = Tree::parse(data);
    // Several answers: parts of the input, apart at a zero byte.
    let answers: Vec<hub::Answer> = data.split(|b| *b == 0).take(4).map(|bytes| Ok(Arc::new(Body::of(bytes.to_vec())))).collect();
    for hub in hub::HUBS.iter().map(|row| row.hub) {
        for id in ["o/n", "library/n:7b"] {
            let asked = Asked { at: &AT, id, revision: None };
            let rest = hub.record_rest(&asked, &answers[..1]);
            assert!(rest.len() <= 64, "{} requests for one record", rest.len());
            let Ok(record) = hub.read_record(&asked, &answers, &RULES) else { continue };
            for file in record.files.iter().flatten() {
                let file = hub.file(&AT, &record, "main", &file.path);
                assert!(file.limit > 0);
            }
            let _ = trulyopen::plan::plan(&record, None, &RULES, &AT);
            let _ = trulyopen::mirror::candidates(hub.name(), &record, &RULES);
            let _ = trulyopen::mirror::original(hub.name(), &record, &RULES);
        }
    }
}

/// A license file.
pub fn license_text(data: &[u8]) {
    let _ = license::text::identify(data, &RULES);
}

/// A name of a license, from front matter or a policy.
pub fn license_name(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let _ = license::names::meaning(&RULES, text);
    let _ = license::find_url(&RULES, text);
}

/// The index of a sharded set, and names of files.
pub fn shard_index(data: &[u8]) {
    if let Some(names) = trulyopen::files::index_names(data) {
        let names: Vec<String> = names.into_iter().collect();
        for set in trulyopen::files::shard_sets(&names) {
            assert!(set.missing().len() <= 1 << 20);
        }
    }
    let lines: Vec<String> = String::from_utf8_lossy(data).lines().map(str::to_string).collect();
    for set in trulyopen::files::shard_sets(&lines) {
        assert!(set.missing().len() <= 1 << 20);
    }
}

fn header(format: Format, pairs: Vec<hub::local::header::Pair>) {
    let header = Header { pairs, ..Header::new("m", format) };
    assert!(header.bases().len() <= trulyopen::net::limits::BASES + 1);
    for what in [What::Name, What::License, What::LicenseLink, What::Dataset, What::Tag] {
        let _ = header.first(what);
    }
}

pub fn gguf(data: &[u8]) {
    if let Ok(head) = gguf::read(Cursor::new(data)) {
        header(Format::Gguf, head.pairs);
    }
}

pub fn safetensors(data: &[u8]) {
    if let Ok(head) = safetensors::read(Cursor::new(data)) {
        header(Format::Safetensors, head.pairs);
    }
}

pub fn onnx(data: &[u8]) {
    if let Ok(head) = onnx::read(Cursor::new(data)) {
        header(Format::Onnx, head.pairs);
    }
}

pub fn modelfile(data: &[u8]) {
    let _ = modelfile::parse(&String::from_utf8_lossy(data));
}

/// `trulyopen.toml`.
pub fn policy(data: &[u8]) {
    let Some(text) = text(data) else { return };
    match trulyopen::policy::Policy::parse("trulyopen.toml", text, &RULES) {
        Ok(policy) => {
            let _ = policy.indices_at(Some("a/b.py"));
        }
        Err(e) => assert!(!e.to_string().is_empty()),
    }
}

/// `trulyopen.lock`: what is read is written the same way.
pub fn lock(data: &[u8]) {
    let Some(text) = text(data) else { return };
    match trulyopen::gate::lock::Lock::parse("trulyopen.lock", text) {
        Ok(lock) => {
            let written = lock.render();
            let again = trulyopen::gate::lock::Lock::parse("trulyopen.lock", &written).expect("what is written can be read");
            assert_eq!(again.render(), written);
        }
        Err(e) => assert!(!e.to_string().is_empty()),
    }
}

/// Reviewed evidence: our own format, the Model Openness Tool's, the OSAI index's.
pub fn reviewed(data: &[u8]) {
    let Some(text) = text(data) else { return };
    match trulyopen::reviewed::parse("reviewed.yaml", text) {
        Ok(reviews) => {
            for review in &reviews {
                let _ = review.statements("o/n", &RULES);
                let _ = review.license("o/n", &RULES);
                let _ = review.answers();
                let _ = trulyopen::audit::alone::judge(review, &[], &RULES, &Options::default());
            }
        }
        Err(e) => assert!(!e.to_string().is_empty()),
    }
}

/// A name on the command line or in a list.
pub fn target(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let _ = Target::parse(text, &AT);
    let _ = Target::parse_list(text, "list", &AT);
}

/// A source file: the first byte says of which kind.
pub fn scan(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let file = EXAMPLES[usize::from(*kind) % EXAMPLES.len()];
    let Some((references, mentions)) = TEXTS.read(file, &text) else { return };
    let lines = text.split('\n').count();
    for reference in references.iter().chain(&mentions) {
        let place = &reference.location;
        assert!(place.line >= 1 && place.line as usize <= lines && place.column >= 1 && place.column <= place.end_column, "{reference:?}");
        assert!(reference.target.is_some() != reference.unresolved.is_some(), "{reference:?}");
    }
}

/// `evidence.json` of saved evidence.
pub fn manifest(data: &[u8]) {
    let _ = Manifest::parse(data);
}

/// A file of the cache's index, of an answer that is asked for.
pub fn cache_entry(data: &[u8]) {
    let dir = scratch();
    let cache = Cache::new(Settings { root: dir.path().to_path_buf(), max_age: std::time::Duration::MAX, budget: 1 << 20 }, &[]);
    let resource = Resource { path: "x/info.json".into(), url: "https://hub.example/api/models/o/n".into(), limit: 1 << 20, expect: None };
    let headers = http::HeaderMap::from_iter([(http::header::ETAG, http::HeaderValue::from_static("\"e\""))]);
    let body = Body::of(b"{}".to_vec());
    cache.keep(&resource, http::StatusCode::OK, &headers, &Ok(body));
    let entry = find(&dir.path().join("index")).expect("an entry was written");
    std::fs::write(&entry, data).expect("write");
    if let Some(kept) = cache.look_up(&resource) {
        let _ = kept.conditions(&resource);
        if kept.serves(&resource, std::time::Duration::MAX)
            && let Ok(body) = &kept.answer
        {
            assert_eq!(body.bytes, b"{}", "a content that is not the one of its digest");
        }
        let _ = cache.renew(&resource, kept, &headers);
    }
    let _ = cache.models();
}

fn find(dir: &std::path::Path) -> Option<std::path::PathBuf> {
    std::fs::read_dir(dir).ok()?.flatten().find_map(|e| if e.path().is_dir() { find(&e.path()) } else { Some(e.path()) })
}

/// A directory in memory where there is one.
fn scratch() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir() { tempfile::TempDir::new_in(memory) } else { tempfile::TempDir::new() }.expect("a directory")
}

/// The line that begins a file of [`audit_all`]'s input: `=== huggingface/models/o/n/info.json`.
pub const FILE: &str = "=== ";

/// A whole audit of `o/n` over evidence that strangers wrote, and every renderer: the input is files, each
/// behind a line that says where it is.
pub fn audit_all(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let dir = scratch();
    for part in format!("\n{text}").split(&format!("\n{FILE}")).skip(1).take(12) {
        let (path, content) = part.split_once('\n').unwrap_or((part, ""));
        let path = path.trim_end();
        if !trulyopen::net::is_safe_path(path) || path.len() > 200 {
            continue;
        }
        let path = dir.path().join(path);
        let made = path.parent().is_some_and(|p| std::fs::create_dir_all(p).is_ok());
        // A file may stand where a folder is wanted.
        let _ = made.then(|| std::fs::write(&path, content));
    }
    let fetcher = Fetcher::new(Source::Directory(Directory::open(dir.path()).expect("a directory")), Endpoints::default(), None);
    let target = Target::parse("o/n", &AT).expect("a target");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let snapshot = runtime.block_on(trulyopen::collect::collect(&fetcher, &RULES, &target, Depth::Full));
    let judged = audit::judge(&snapshot, &RULES, &Options::default());
    assert!(judged.verdict <= judged.possible || judged.verdict == Verdict::Unknown, "{:?} {:?}", judged.verdict, judged.possible);
    let strict = audit::judge(&snapshot, &RULES, &Options { strict: true, ..Options::default() });
    assert!(strict.verdict <= judged.verdict, "strict is better: {:?} {:?}", strict.verdict, judged.verdict);
    let report = Report::new(&RULES, vec![Model::new(&snapshot, &judged, &RULES)]);
    for format in trulyopen::render::FORMATS {
        let shown = (format.render)(&report, Style { width: 80, colour: false, verbosity: 2 });
        assert_harmless(&if format.name == "csv" { shown.replace("\r\n", "\n") } else { shown });
    }
}
