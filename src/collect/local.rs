//! Places on this machine, read like repositories: a folder, a file by itself, a Modelfile, an entry of a
//! cache. What the heads of weight files state fills in where no card says it; a card goes first.

use super::{document, finish, first_wave};
use crate::card::Card;
use crate::card::front_matter::FrontMatter;
use crate::digest::BlobDigest;
use crate::evidence::{Document, Evidence};
use crate::files::FileEntry;
use crate::hosts::Endpoints;
use crate::hub::local::cache::{self, Entry};
use crate::hub::local::header::{Format, Header, Pair, What};
use crate::hub::local::{self, ALONE, Kind, NAME, PARTIAL, folder, modelfile};
use crate::hub::record::{Gate, ModelRecord};
use crate::hub::{self, huggingface};
use crate::net::directory::read;
use crate::net::{Fetcher, Gap, Origin, is_safe_path, limits};
use crate::plan::{self, BaseMention, Plan};
use crate::rules::Rules;
use crate::snapshot::{Depth, Mention, Snapshot};
use crate::target::{Place, Target};
use crate::{files, text};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The folder that a local snapshot's files are in.
pub(super) fn home(snapshot: &Snapshot) -> Option<PathBuf> {
    match &snapshot.target.place {
        Place::Folder(dir) => Some(dir.clone()),
        Place::File(path) => path.parent().map(Path::to_path_buf),
        Place::Cached(Entry::Snapshot { path, .. } | Entry::Files { path, .. }) if snapshot.hub == NAME => Some(path.clone()),
        Place::Cached(_) | Place::Hub { .. } | Place::Reviewed { .. } => None,
    }
}

/// A checkpoint folder, or a snapshot of the hub clients' cache.
pub(super) fn folder(target: &Target, path: &Path, depth: Depth) -> Snapshot {
    let absolute = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let (id, revision) = match huggingface::cached_model(&absolute) {
        Some((id, commit)) => (id, Some(commit)),
        None => (absolute.file_name().map_or("model".into(), |n| n.to_string_lossy().into_owned()), None),
    };
    look(target, path, id, revision, depth, None)
}

/// Looks at the files of a folder. With `partial` they are not all that the model has.
fn look(target: &Target, dir: &Path, id: String, revision: Option<String>, depth: Depth, partial: Option<&'static str>) -> Snapshot {
    let (mut record, dangling) = match folder::record(dir, &id) {
        Ok((record, dangling)) => (Ok(record), dangling),
        Err(gap) => (Err(gap), Vec::new()),
    };
    let card = read(&dir.join("README.md"), limits::CARD_BYTES).map(|bytes| document(None, "README.md", &bytes));
    let card = match (card, partial) {
        (Err(Gap::NotFound), Some(why)) => Err(Gap::NotFetched(why.into())),
        (card, _) => card,
    };
    let headers = record.as_ref().map(|r| folder::headers(dir, r)).unwrap_or_default();
    if let Ok(record) = &mut record {
        // The hub reads the front matter into its record; here that is done on the spot.
        if let Ok(card) = &card
            && let FrontMatter::Parsed(front) = Card::parse(&card.bytes).front
        {
            record.card_data = front;
        }
        if partial.is_some() {
            // Whoever has it in a cache got it; whether anyone would, only the hub knows.
            record.gate = Gate::Unknown;
        }
    }
    let what = if partial.is_some() { "a folder in a cache on this machine" } else { "a folder on this machine" };
    let cite = Evidence { path: Some(dir.display().to_string()), note: what.into(), ..Evidence::default() };
    let origin = if partial.is_some() { Origin::Cache } else { Origin::Directory };
    let mut out = finish(target, NAME, id, dir.display().to_string(), origin, depth, record, revision, cite, card);
    out.partial = partial;
    let lost = |path: &String| (format!("{}/{path}", out.id), Gap::Unreadable("the link to it leads nowhere".into()));
    let lost: Vec<_> = dangling.iter().map(lost).collect();
    out.skipped = lost;
    state(&mut out, headers);
    out
}

/// Writes down what headers state: a license, datasets and the like where no card has any.
fn state(snapshot: &mut Snapshot, headers: Vec<Header>) {
    if let Ok(record) = &mut snapshot.record {
        let card = snapshot.parsed.as_ref();
        // Of a head of a card that cannot be read nobody knows what it says of the license.
        let unread = matches!(card.map(|c| &c.front), Some(FrontMatter::Broken { .. } | FrontMatter::Unclosed | FrontMatter::TooLarge))
            || snapshot.card.as_ref().is_err_and(|g| !g.is_absence() && !local::is_by_nature(g));
        let front = |key: &str| record.card_data.get(key).is_some_and(|v| !v.is_null());
        let silent = !["license", "license_name", "license_link"].into_iter().any(front) && record.licenses().is_empty();
        let licensed = [What::License, What::LicenseName, What::LicenseLink];
        let stating = headers.iter().find(|h| licensed.into_iter().any(|w| h.first(w).is_some()));
        if let Some(header) = stating.filter(|_| silent && !unread) {
            set(record, "license", header.all(What::License).map(|p| p.value.trim()).collect());
            for (key, what) in [("license_name", What::LicenseName), ("license_link", What::LicenseLink)] {
                set(record, key, header.first(what).into_iter().collect());
            }
            snapshot.declared_by = Some(header.place());
        }
        if record.card_data.get("datasets").is_none() {
            set(record, "datasets", headers.iter().flat_map(|h| h.all(What::Dataset)).map(|p| p.value.trim()).collect());
        }
        if let Some(header) = headers.first() {
            record.pipeline_tag = record.pipeline_tag.take().or_else(|| header.first(What::Task).map(str::to_string));
        }
        // The shards of a set count only what they hold themselves.
        let whole = matches!(headers.as_slice(), [one] if files::shard_sets([&one.path]).is_empty());
        if record.extra.parameters.is_none() && whole {
            record.extra.parameters = headers.first().and_then(|h| h.parameters);
        }
    }
    for header in headers.iter().filter(|h| h.cut.is_some()) {
        let why = header.cut.clone().unwrap_or_default();
        let name = if snapshot.id == header.path { header.path.clone() } else { format!("{}/{}", snapshot.id, header.path) };
        snapshot.skipped.push((format!("{name} (header)"), Gap::NotFetched(why)));
    }
    snapshot.headers = headers;
}

fn set(record: &mut ModelRecord, key: &str, values: Vec<&str>) {
    if values.is_empty() {
        return;
    }
    if !record.card_data.is_object() {
        record.card_data = json!({});
    }
    let cut = |v: &&str| text::cut(v, limits::NAME_CHARS).into_owned();
    let value = match values.as_slice() {
        [one] => Value::from(cut(one)),
        many => many.iter().map(cut).collect(),
    };
    if let Some(front) = record.card_data.as_object_mut() {
        front.insert(key.to_string(), value);
    }
}

/// Adds the models that headers name to those that the card names.
pub(super) fn add_bases(plan: &mut Plan, snapshot: &Snapshot, at: &Endpoints) {
    for header in &snapshot.headers {
        for base in header.bases() {
            let named = text::cut(&base.named, limits::NAME_CHARS).into_owned();
            let id = plan::model_id(&named, at).unwrap_or(named);
            let known = plan.bases.iter().any(|b| b.id.eq_ignore_ascii_case(&id)) || id.eq_ignore_ascii_case(&snapshot.id);
            if known {
                continue;
            }
            if plan.bases.len() >= limits::BASES {
                plan.left_out.push(format!("a base model in {}", header.place()));
                continue;
            }
            let mention = Mention { line: None, declared: true, context: format!("{} in {}", base.key, header.place()) };
            plan.bases.push(BaseMention { id, relation: Some(base.relation.into()), mention });
        }
    }
}

/// A file by itself.
pub(super) fn file(target: &Target, path: &Path, depth: Depth) -> Snapshot {
    let name = path.file_name().map_or("model".into(), |n| n.to_string_lossy().into_owned());
    let dir = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match local::kind(path) {
        Ok(Kind::Weights(format)) => match local::header(path, &name, format) {
            Ok(header) => alone(target, path, depth, shards(dir, &name), vec![header]),
            Err(why) => unreadable(target, path, Gap::Malformed(format!("{}: {why}", format.name()))),
        },
        Ok(Kind::Index) => match read(path, limits::CONFIG_BYTES).map(|b| files::index_names(&b)) {
            Ok(Some(names)) => {
                let mut there: Vec<String> = names.into_iter().filter(|n| is_safe_path(n) && dir.join(n).is_file()).collect();
                there.push(name);
                let record = ModelRecord::bare("", entries(dir, there.clone()));
                alone(target, path, depth, there, folder::headers(dir, &record))
            }
            Ok(None) => unreadable(target, path, Gap::Malformed("it is no index of a sharded set".into())),
            Err(gap) => unreadable(target, path, gap),
        },
        Ok(Kind::Pickle) => {
            let mut out = alone(target, path, depth, shards(dir, &name), Vec::new());
            let why = "a pickle is never opened: reading one runs what is in it";
            out.skipped.push((format!("{name} (metadata)"), Gap::NotFetched(why.into())));
            out
        }
        Ok(Kind::Modelfile) => recipe(target, path, depth),
        Err(why) => unreadable(target, path, Gap::Unreadable(why)),
    }
}

fn unreadable(target: &Target, path: &Path, gap: Gap) -> Snapshot {
    let name = path.file_name().map_or("model".into(), |n| n.to_string_lossy().into_owned());
    let cite = Evidence { path: Some(path.display().to_string()), note: gap.words(), ..Evidence::default() };
    Snapshot::without_record(target, NAME, name, path.display().to_string(), cite, gap)
}

fn entries(dir: &Path, names: Vec<String>) -> Vec<FileEntry> {
    let size = |name: &str| dir.join(name).metadata().ok().map(|m| m.len());
    names.into_iter().map(|path| FileEntry { size: size(&path), path, digest: None }).collect()
}

/// The file, and the other shards of its set that stand beside it.
fn shards(dir: &Path, name: &str) -> Vec<String> {
    let set = |name: &String| files::shard_sets([name]).into_iter().next().map(|s| (s.name, s.total));
    let own = name.to_string();
    let Some(wanted) = set(&own) else { return vec![own] };
    let beside = std::fs::read_dir(dir).into_iter().flatten().flatten().take(limits::LISTED_FILES);
    let mut out: Vec<String> =
        beside.filter_map(|e| e.file_name().into_string().ok()).filter(|n| set(n).as_ref() == Some(&wanted)).collect();
    out.sort();
    out
}

/// A snapshot of files that no card and no list of a repository stands beside.
fn alone(target: &Target, path: &Path, depth: Depth, names: Vec<String>, headers: Vec<Header>) -> Snapshot {
    let name = path.file_name().map_or("model".into(), |n| n.to_string_lossy().into_owned());
    let dir = path.parent().unwrap_or(Path::new("."));
    let record = ModelRecord::bare(&name, entries(dir, names));
    let cite = Evidence { path: Some(path.display().to_string()), note: "a file on this machine".into(), ..Evidence::default() };
    let card = Err(Gap::NotFetched(ALONE.into()));
    let mut out = finish(target, NAME, name, path.display().to_string(), Origin::Directory, depth, Ok(record), None, cite, card);
    out.partial = Some(ALONE);
    state(&mut out, headers);
    out
}

/// A Modelfile, with the weights that it names on this machine.
fn recipe(target: &Target, path: &Path, depth: Depth) -> Snapshot {
    let parsed = read(path, modelfile::BYTES).and_then(|bytes| modelfile::parse(&String::from_utf8_lossy(&bytes)).map_err(Gap::Malformed));
    let recipe = match parsed {
        Ok(recipe) => recipe,
        Err(gap) => return unreadable(target, path, gap),
    };
    let name = path.file_name().map_or("Modelfile".into(), |n| n.to_string_lossy().into_owned());
    let dir = path.parent().unwrap_or(Path::new("."));
    let mut own = Header::new(&name, Format::Modelfile);
    let (mut headers, mut files, mut lost) = (Vec::new(), entries(dir, vec![name.clone()]), Vec::new());
    let from = recipe.from.iter().map(|(argument, _)| argument);
    for argument in from.chain(recipe.adapters.iter().map(|(argument, _)| argument)) {
        if !modelfile::is_path(argument) {
            own.pairs.push(Pair { key: "from".into(), value: registry(argument) });
            continue;
        }
        match weights(dir, argument) {
            Ok((listed, read)) => {
                files.extend(listed);
                headers.extend(read);
            }
            Err(gap) => lost.push((format!("{name}: {}", text::cut(argument, 200)), gap)),
        }
    }
    // A word or two name a license, more are its text.
    let (names, texts): (Vec<_>, Vec<_>) = recipe.licenses.iter().partition(|(text, _)| text.split_whitespace().count() <= 4);
    own.pairs.extend(names.into_iter().map(|(text, _)| Pair { key: "license".into(), value: text.clone() }));
    headers.insert(0, own);
    let mut out = alone(target, path, depth, vec![name.clone()], headers);
    if let Ok(record) = &mut out.record {
        record.files = Some(files);
    }
    for (n, (text, line)) in texts.into_iter().enumerate() {
        let document = Document { path: format!("{name} (LICENSE, line {line})"), ..document(None, &name, text.as_bytes()) };
        out.files.insert(format!("LICENSE-{}", n + 1), Ok(document));
    }
    out.skipped.extend(lost);
    out
}

/// The model that `FROM` names, as a target: of the hub, or of Ollama's registry.
fn registry(argument: &str) -> String {
    let bare = argument.trim_start_matches("https://");
    let on_hub = ["hf.co/", "huggingface.co/"].iter().find_map(|host| bare.strip_prefix(host));
    match on_hub {
        Some(rest) => rest.split(':').next().unwrap_or_default().to_string(),
        None => format!("ollama:{argument}"),
    }
}

/// The weights that a path in a Modelfile leads to.
fn weights(dir: &Path, argument: &str) -> Result<(Vec<FileEntry>, Vec<Header>), Gap> {
    let path = match argument.strip_prefix("~/") {
        Some(rest) => std::env::home_dir().unwrap_or_default().join(rest),
        None => dir.join(argument),
    };
    if path.is_dir() {
        let (record, _) = folder::record(&path, "")?;
        let headers = folder::headers(&path, &record);
        let files = record.files.unwrap_or_default();
        return Ok((files.into_iter().filter(|f| local::format_of(&f.path).is_some()).collect(), headers));
    }
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = path.parent().unwrap_or(Path::new(".")).to_path_buf();
    match local::kind(&path).map_err(Gap::Unreadable)? {
        Kind::Weights(format) => {
            let header = local::header(&path, &name, format).map_err(Gap::Malformed)?;
            Ok((entries(&beside, shards(&beside, &name)), vec![header]))
        }
        Kind::Pickle => Ok((entries(&beside, vec![name]), Vec::new())),
        Kind::Index | Kind::Modelfile => Err(Gap::Malformed("it is no weight file".into())),
    }
}

/// An entry of a cache. Where the hub can be asked, its record of the very commit completes what is on the disk.
pub(super) async fn cached(fetcher: &Fetcher, rules: &Rules, target: &Target, entry: &Entry, depth: Depth) -> Snapshot {
    match entry {
        Entry::Broken { id, why } => {
            let gap = Gap::Unreadable(why.clone());
            let cite = Evidence { note: gap.words(), ..Evidence::default() };
            Snapshot { fetched_from: Origin::Cache, ..Snapshot::without_record(target, NAME, id.clone(), id.clone(), cite, gap) }
        }
        Entry::Files { id, path } => look(target, path, id.clone(), None, depth, Some(PARTIAL)),
        Entry::Ollama { name, manifest, store } => stored(target, name, manifest, store, depth),
        Entry::Snapshot { id, commit, path, troubles } => {
            let mut disk = look(target, path, id.clone(), Some(commit.clone()), depth, Some(PARTIAL));
            disk.skipped.extend(troubles.iter().map(|t| (format!("cache:{id}"), Gap::Unreadable(t.clone()))));
            let hub = hub::default();
            let mut live = first_wave(fetcher, rules, hub, target, id, Some(commit), depth).await;
            match live.record.as_ref().map(|r| r.commit.as_ref() == Some(commit)).map_err(Clone::clone) {
                Ok(true) => {
                    // The disk has the same commit, so its heads speak of the same files.
                    state(&mut live, disk.headers);
                    live.skipped = disk.skipped;
                    live
                }
                other => {
                    let gap = other.err().unwrap_or(Gap::NoSuchRevision);
                    disk.skipped.push((format!("{}:{id}", hub.name()), gap));
                    disk
                }
            }
        }
    }
}

/// A model in Ollama's store: the layers that its manifest lists.
fn stored(target: &Target, name: &str, manifest: &Path, store: &Path, depth: Depth) -> Snapshot {
    let cite =
        Evidence { path: Some(manifest.display().to_string()), note: "a manifest in a store of Ollama".into(), ..Evidence::default() };
    let shown = manifest.display().to_string();
    let origin = |s: Snapshot| Snapshot { fetched_from: Origin::Cache, ..s };
    let layers = match cache::layers(manifest) {
        Ok(layers) => layers,
        Err(why) => return origin(Snapshot::without_record(target, NAME, name.to_string(), shown, cite, Gap::Malformed(why))),
    };
    let (mut files, mut headers, mut texts, mut lost) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for layer in layers {
        let blob = layer.blob(store);
        let count = |files: &[FileEntry], stem: &str| files.iter().filter(|f| f.path.starts_with(stem)).count() + 1;
        let path = match layer.kind.as_str() {
            "model" | "adapter" | "projector" => match count(&files, &layer.kind) {
                1 => format!("{}.gguf", layer.kind),
                n => format!("{}-{n}.gguf", layer.kind),
            },
            "license" => format!("license-{}.txt", count(&files, "license")),
            _ => continue,
        };
        let there = blob.metadata().ok().filter(|m| m.is_file()).map(|m| m.len());
        if there.is_none() || layer.size.is_some_and(|size| there != Some(size)) {
            let why = if there.is_none() { "its blob is not there" } else { "its blob is not whole" };
            lost.push((format!("ollama:{name} ({path})"), Gap::Unreadable(why.into())));
            continue;
        }
        files.push(FileEntry { path: path.clone(), size: there, digest: Some(BlobDigest::Sha256(layer.digest.clone())) });
        if layer.kind == "license" {
            let text = read(&blob, limits::LICENSE_BYTES).and_then(|bytes| {
                let whole = BlobDigest::Sha256(layer.digest.clone()).holds(&bytes);
                if whole { Ok(document(None, &path, &bytes)) } else { Err(Gap::DigestMismatch) }
            });
            texts.push((path, text));
        } else {
            match local::header(&blob, &path, Format::Gguf) {
                Ok(header) => headers.push(header),
                Err(why) => lost.push((format!("ollama:{name} ({path})"), Gap::Malformed(why))),
            }
        }
    }
    // A model that was pulled from the hub has its name there.
    let (host, rest) = name.split_once('/').unwrap_or_default();
    if matches!(host, "hf.co" | "huggingface.co") {
        let mut own = Header::new(name, Format::Ollama);
        own.pairs.push(Pair { key: "from".into(), value: registry(&format!("hf.co/{rest}")) });
        headers.push(own);
    }
    let mut record = ModelRecord::bare(name, files);
    record.gate = Gate::Unknown;
    let card = Err(Gap::NotFetched(PARTIAL.into()));
    let mut out = finish(target, NAME, name.to_string(), shown, Origin::Cache, depth, Ok(record), None, cite, card);
    out.partial = Some(PARTIAL);
    state(&mut out, headers);
    out.files.extend(texts);
    out.skipped.extend(lost);
    out
}
