//! Lists `rules/**` and `fixtures/hub/**`, so that both are embedded in the binary, and packs the
//! SPDX license texts for comparison. It fetches nothing.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

include!("src/license/shingles.rs");

/// Hashes kept of each license text, the smallest ones, which are a fair sample of them all.
const SKETCH: usize = 32;

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let target = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut out = String::new();
    let corpora = root.join("rules").join("datasets.toml");
    rule_files(&mut out, &target, &root.join("rules"), &corpora)?;
    sample(&target, &root.join("fixtures/hub"))?;
    self::corpora(&mut out, &target, &corpora)?;
    let _ = writeln!(out, "/// sha256 over the paths and contents of all built-in rule files.");
    let _ = writeln!(out, "pub static RULES_DIGEST: &str = {:?};", rules_digest(&root.join("rules"))?);
    fs::write(target.join("embedded.rs"), out)?;
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/license/shingles.rs");
    license_texts(&target)
}

/// `sample.rs`: path, length and place of each file of the sample evidence in `sample.bin`, where they stand compressed.
fn sample(target: &Path, dir: &Path) -> io::Result<()> {
    let mut files = Vec::new();
    walk(dir, &mut files)?;
    files.sort_by_key(|p| below(dir, p));
    let mut packed = Vec::new();
    let mut places = Vec::new();
    for path in files {
        let below = below(dir, &path);
        let content = fs::read(&path)?;
        let compressed = miniz_oxide::deflate::compress_to_vec(&content, 9);
        places.push(format!("    ({below:?}, {}, {}..{}),", content.len(), packed.len(), packed.len() + compressed.len()));
        packed.extend_from_slice(&compressed);
    }
    fs::write(target.join("sample.bin"), packed)?;
    let mut out = String::from("pub static BYTES: &[u8] = include_bytes!(concat!(env!(\"OUT_DIR\"), \"/sample.bin\"));\n");
    let _ = writeln!(out, "pub static FILES: &[(&str, usize, std::ops::Range<usize>)] = &[\n{}\n];", places.join("\n"));
    fs::write(target.join("sample.rs"), out)
}

/// `CORPORA`: `rules/datasets.toml` in the binary form, apart from the others: the table is the largest rule
/// file and seldom needed.
fn corpora(out: &mut String, target: &Path, path: &Path) -> io::Result<()> {
    fs::write(target.join("corpora.bin"), packed(path)?)?;
    let _ = writeln!(out, "pub static CORPORA: &[u8] = include_bytes!(concat!(env!(\"OUT_DIR\"), \"/corpora.bin\"));");
    Ok(())
}

/// A rule file as MessagePack, which is read some ten times as fast as TOML. A mistake in its syntax is one of
/// the build; the rest is checked whenever rules are loaded.
fn packed(path: &Path) -> io::Result<Vec<u8>> {
    let wrong = |e: &dyn std::fmt::Display| io::Error::other(format!("{}: {e}", path.display()));
    let table: toml::Table = fs::read_to_string(path)?.parse().map_err(|e: toml::de::Error| wrong(&e))?;
    rmp_serde::to_vec_named(&table).map_err(|e| wrong(&e))
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

/// `license_texts.rs`: for each SPDX license its id, sketch, hash and place in `license_texts.bin`, where
/// its words stand compressed. Of licenses with the same words the first stands for all: current before
/// deprecated, then the shortest id.
fn license_texts(target: &Path) -> io::Result<()> {
    let mut packed = Vec::new();
    let mut out = String::from("pub static LICENSE_TEXTS: &[LicenseText] = &[\n");
    let mut ids: Vec<spdx::LicenseId> = spdx::identifiers::LICENSES.iter().filter_map(|l| spdx::license_id(l.name)).collect();
    ids.sort_by_key(|id| (id.is_deprecated(), id.name.len(), id.name));
    let mut seen = std::collections::HashSet::new();
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
        let text = id.text();
        let compressed = miniz_oxide::deflate::compress_to_vec(text.as_bytes(), 9);
        let _ = writeln!(
            out,
            "    LicenseText {{ id: {:?}, hash: {hash}, sketch: &{hashes:?}, at: {}, packed: {}, length: {} }},",
            id.name,
            packed.len(),
            compressed.len(),
            text.len()
        );
        packed.extend_from_slice(&compressed);
    }
    out.push_str("];\n");
    fs::write(target.join("license_texts.bin"), packed)?;
    fs::write(target.join("license_texts.rs"), out)
}

/// `RULE_FILES`: path and place in `RULES` of each rule file but the table of corpora.
fn rule_files(out: &mut String, target: &Path, dir: &Path, corpora: &Path) -> io::Result<()> {
    let mut files = Vec::new();
    walk(dir, &mut files)?;
    files.retain(|p| p.extension().is_some_and(|e| e == "toml") && p != corpora);
    let mut files: Vec<(String, PathBuf)> = files.into_iter().map(|p| (below(dir, &p), p)).collect();
    files.sort();
    let mut rules = Vec::new();
    let _ = writeln!(out, "pub static RULE_FILES: &[(&str, std::ops::Range<usize>)] = &[");
    for (below, path) in files {
        let start = rules.len();
        rules.extend(packed(&path)?);
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
