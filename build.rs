//! Lists `rules/**` and `fixtures/hub/**`, so that both are embedded in the binary, and packs the
//! SPDX license texts for comparison. It fetches nothing.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

include!("src/license/shingles.rs");
include!("src/text/fold.rs");
include!("src/rules/corpora/keys.rs");
include!("src/placed/plain.rs");

/// Hashes kept of each license text, the smallest ones, which are a fair sample of them all.
const SKETCH: usize = 32;

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let target = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut out = String::new();
    let corpora = root.join("rules").join("datasets.toml");
    let called = root.join("rules").join("called.toml");
    rule_files(&mut out, &target, &root.join("rules"), &[&corpora, &called])?;
    self::called(&mut out, &called)?;
    sample(&target, &root.join("fixtures/hub"))?;
    self::corpora(&mut out, &target, &corpora)?;
    let _ = writeln!(out, "/// sha256 over the paths and contents of all built-in rule files.");
    let _ = writeln!(out, "pub static RULES_DIGEST: &str = {:?};", rules_digest(&root.join("rules"))?);
    fs::write(target.join("embedded.rs"), out)?;
    println!("cargo:rerun-if-changed=build.rs");
    for shared in ["src/license/shingles.rs", "src/text/fold.rs", "src/rules/corpora/keys.rs", "src/placed/plain.rs"] {
        println!("cargo:rerun-if-changed={shared}");
    }
    license_texts(&target)
}

/// `sample.rs`: path and place of each file of the sample evidence, which stand compressed together in `sample.bin`.
fn sample(target: &Path, dir: &Path) -> io::Result<()> {
    let mut files = Vec::new();
    walk(dir, &mut files)?;
    files.sort_by_key(|p| below(dir, p));
    let mut packed = Vec::new();
    let mut places = Vec::new();
    for path in files {
        let below = below(dir, &path);
        let content = fs::read(&path)?;
        places.push(format!("    ({below:?}, {}..{}),", packed.len(), packed.len() + content.len()));
        packed.extend_from_slice(&content);
    }
    fs::write(target.join("sample.bin"), zstd::bulk::compress(&packed, 19)?)?;
    let length = packed.len();
    let mut out = String::from("pub static BYTES: &[u8] = include_bytes!(concat!(env!(\"OUT_DIR\"), \"/sample.bin\"));\n");
    let _ = writeln!(
        out,
        "pub const LENGTH: usize = {length};\npub static FILES: &[(&str, std::ops::Range<usize>)] = &[\n{}\n];",
        places.join("\n")
    );
    fs::write(target.join("sample.rs"), out)
}

/// Entries of the table of corpora that are compressed together: an entry that is hit costs the block.
const CORPORA_IN_BLOCK: usize = 64;

/// The table of corpora, apart from the others: `CORPORA_ENTRIES` are the places of its entries in their blocks,
/// `CORPORA_BLOCKS` place in `CORPORA` and length of each block, and `CORPORA_KEYS` the lines by which entries are found, compressed, with their
/// lengths.
fn corpora(out: &mut String, target: &Path, path: &Path) -> io::Result<()> {
    let none = Vec::new();
    let table = read(path)?;
    let mut blocks: Vec<Vec<u8>> = Vec::new();
    let mut keys = Keys::default();
    let _ = writeln!(out, "pub static CORPORA_ENTRIES: &[std::ops::Range<u32>] = &[");
    for (n, entry) in table.get("dataset").and_then(toml::Value::as_array).unwrap_or(&none).iter().enumerate() {
        let text = |key: &str| entry.get(key).and_then(toml::Value::as_str).unwrap_or_default();
        let list = |key: &str| entry.get(key).and_then(toml::Value::as_array).unwrap_or(&none).iter().filter_map(toml::Value::as_str);
        keys.add(n, std::iter::once(text("id")).chain(list("ids")), text("url"), list("names"));
        if n.is_multiple_of(CORPORA_IN_BLOCK) {
            blocks.push(Vec::new());
        }
        let Some(block) = blocks.last_mut() else { continue };
        let start = block.len();
        block.extend(packed(entry.clone(), path)?);
        let _ = writeln!(out, "    {start}..{},", block.len());
    }
    let _ = writeln!(out, "];\npub static CORPORA_BLOCKS: &[(std::ops::Range<usize>, usize)] = &[");
    let mut bytes = Vec::new();
    for block in blocks {
        let start = bytes.len();
        bytes.extend(zstd::bulk::compress(&block, 19)?);
        let _ = writeln!(out, "    ({start}..{}, {}),", bytes.len(), block.len());
    }
    let _ = writeln!(out, "];\npub const CORPORA_IN_BLOCK: usize = {CORPORA_IN_BLOCK};");
    fs::write(target.join("corpora.bin"), bytes)?;
    let _ = writeln!(out, "pub static CORPORA: &[u8] = include_bytes!(concat!(env!(\"OUT_DIR\"), \"/corpora.bin\"));");
    let _ = writeln!(out, "pub static CORPORA_KEYS: [(&[u8], usize); 4] = [");
    for (n, lines) in keys.lines().iter().enumerate() {
        let file = format!("corpora-keys-{n}.bin");
        fs::write(target.join(&file), zstd::bulk::compress(lines.as_bytes(), 19)?)?;
        let _ = writeln!(out, "    (include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{file}\")), {}),", lines.len());
    }
    let _ = writeln!(out, "];");
    Ok(())
}

/// What prose calls models: `CALLED` has ids with the words that switch their names off, `CALLED_NAMES` the sorted lines
/// `name<TAB>place` by which they are found.
fn called(out: &mut String, path: &Path) -> io::Result<()> {
    let none = Vec::new();
    let table = read(path)?;
    let mut names = Vec::new();
    let _ = writeln!(out, "pub static CALLED: &[(&str, &[&str])] = &[");
    for (n, entry) in table.get("called").and_then(toml::Value::as_array).unwrap_or(&none).iter().enumerate() {
        let list = |key: &str| -> Vec<&str> {
            entry.get(key).and_then(toml::Value::as_array).unwrap_or(&none).iter().filter_map(toml::Value::as_str).collect()
        };
        names.extend(list("names").into_iter().map(|name| (words(name), n)));
        let id = entry.get("id").and_then(toml::Value::as_str).unwrap_or_default();
        let _ = writeln!(out, "    ({id:?}, &{:?}),", list("unless"));
    }
    let _ = writeln!(out, "];\npub static CALLED_NAMES: &str = {:?};", sorted_lines(names));
    Ok(())
}

fn read(path: &Path) -> io::Result<toml::Table> {
    fs::read_to_string(path)?.parse().map_err(|e: toml::de::Error| io::Error::other(format!("{}: {e}", path.display())))
}

/// Rules as MessagePack, which is read some ten times as fast as TOML. A mistake in their syntax is one of the build;
/// the rest is checked whenever rules are loaded.
fn packed(value: toml::Value, path: &Path) -> io::Result<Vec<u8>> {
    rmp_serde::to_vec_named(&plain(value)).map_err(|e| io::Error::other(format!("{}: {e}", path.display())))
}

/// sha256 over path and content of each rule file, in order, each preceded by its length.
fn rules_digest(dir: &Path) -> io::Result<String> {
    use sha2::{Digest, Sha256};
    let mut files = Vec::new();
    walk(dir, &mut files)?;
    files.sort();
    let mut digest = Sha256::new();
    for path in files.iter().filter(|p| p.extension().is_some_and(|e| e == "toml")) {
        let below = below(dir, path);
        for part in [below.as_bytes(), &fs::read(path)?] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
    }
    Ok(digest.finalize().iter().fold(String::new(), |mut s, b| {
        let _ = write!(s, "{b:02x}");
        s
    }))
}

/// Bytes of license texts that are compressed together. More make the binary smaller and a text slower to read.
const BLOCK: usize = 128 << 10;

/// `license_texts.rs`: for each SPDX license its id, hash, sketch and place in `license_texts.bin`, where texts that
/// are alike stand in blocks: together they take a third of what each takes alone. Of licenses with the same words the first stands for all: current before
/// deprecated, then the shortest id.
fn license_texts(target: &Path) -> io::Result<()> {
    let mut ids: Vec<spdx::LicenseId> = spdx::identifiers::LICENSES.iter().filter_map(|l| spdx::license_id(l.name)).collect();
    ids.sort_by_key(|id| (id.is_deprecated(), id.name.len(), id.name));
    let mut seen = std::collections::HashSet::new();
    let mut licenses = Vec::new();
    for id in ids {
        let words = license_words(id.text());
        let hash = words_hash(&words);
        if words.is_empty() || !seen.insert(hash) {
            continue;
        }
        let mut hashes = shingle_hashes(&words);
        hashes.sort_unstable();
        hashes.dedup();
        hashes.truncate(SKETCH);
        let sketch: Vec<u32> = hashes.into_iter().map(sketched).collect();
        licenses.push((id, hash, sketch));
    }
    let mut places = vec![String::new(); licenses.len()];
    let mut blocks = vec![String::new()];
    for at in by_likeness(&licenses.iter().map(|l| l.2.as_slice()).collect::<Vec<_>>()) {
        let text = licenses[at].0.text();
        if blocks[blocks.len() - 1].len() + text.len() > BLOCK {
            blocks.push(String::new());
        }
        let block = blocks.len() - 1;
        places[at] = format!("block: {block}, at: {}..{}", blocks[block].len(), blocks[block].len() + text.len());
        blocks[block].push_str(text);
    }
    let mut out = String::from("pub static LICENSE_TEXTS: &[LicenseText] = &[\n");
    for ((id, hash, sketch), place) in licenses.iter().zip(places) {
        let _ = writeln!(out, "    LicenseText {{ id: {:?}, hash: {hash}, sketch: &{sketch:?}, {place} }},", id.name);
    }
    out.push_str("];\n/// Place and length of each block.\npub static BLOCKS: &[(Range<usize>, usize)] = &[\n");
    let mut packed = Vec::new();
    for block in blocks {
        let compressed = zstd::bulk::compress(block.as_bytes(), 19)?;
        let _ = writeln!(out, "    ({}..{}, {}),", packed.len(), packed.len() + compressed.len(), block.len());
        packed.extend_from_slice(&compressed);
    }
    out.push_str("];\n");
    fs::write(target.join("license_texts.bin"), packed)?;
    fs::write(target.join("license_texts.rs"), out)
}

/// An order in which each text follows the one that it has most in common with, of those that are left.
fn by_likeness(sketches: &[&[u32]]) -> Vec<usize> {
    let common = |a: usize, b: usize| sketches[a].iter().filter(|h| sketches[b].contains(h)).count();
    let mut left: std::collections::BTreeSet<usize> = (1..sketches.len()).collect();
    let mut order = vec![0];
    while let Some(next) = left.iter().copied().max_by_key(|at| (common(order[order.len() - 1], *at), std::cmp::Reverse(*at))) {
        left.remove(&next);
        order.push(next);
    }
    order
}

/// `RULE_FILES`: path and place in `RULES` of each rule file but those that stand `apart`.
fn rule_files(out: &mut String, target: &Path, dir: &Path, apart: &[&Path]) -> io::Result<()> {
    let mut files = Vec::new();
    walk(dir, &mut files)?;
    files.retain(|p| p.extension().is_some_and(|e| e == "toml") && !apart.contains(&p.as_path()));
    let mut files: Vec<(String, PathBuf)> = files.into_iter().map(|p| (below(dir, &p), p)).collect();
    files.sort();
    let mut rules = Vec::new();
    let _ = writeln!(out, "pub static RULE_FILES: &[(&str, std::ops::Range<usize>)] = &[");
    for (below, path) in files {
        let start = rules.len();
        rules.extend(packed(toml::Value::Table(read(&path)?), &path)?);
        let _ = writeln!(out, "    ({below:?}, {start}..{}),", rules.len());
    }
    let _ = writeln!(out, "];");
    let _ = writeln!(out, "pub static RULES: &[u8] = include_bytes!(concat!(env!(\"OUT_DIR\"), \"/rules.bin\"));");
    fs::write(target.join("rules.bin"), rules)
}

/// The path below a directory, with `/`.
fn below(dir: &Path, path: &Path) -> String {
    path.strip_prefix(dir).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn walk(dir: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo:rerun-if-changed={}", dir.display());
    if !dir.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
