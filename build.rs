//! Lists `rules/**` and `fixtures/hub/**`, so that both are embedded in the binary. Nothing else:
//! it fetches nothing and judges nothing.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut out = String::new();
    table(&mut out, "RULE_FILES", "str", "include_str", &root.join("rules"), |p| p.extension().is_some_and(|e| e == "toml"))?;
    table(&mut out, "SAMPLE_FILES", "[u8]", "include_bytes", &root.join("fixtures/hub"), |_| true)?;
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("embedded.rs"), out)
}

/// One static slice of (path below `dir` with `/`, content), sorted by path.
fn table(out: &mut String, name: &str, kind: &str, include: &str, dir: &Path, keep: impl Fn(&Path) -> bool) -> io::Result<()> {
    let mut files = Vec::new();
    walk(dir, &mut files)?;
    files.retain(|p| keep(p));
    files.sort();
    let _ = writeln!(out, "pub static {name}: &[(&str, &{kind})] = &[");
    for path in files {
        let below = path.strip_prefix(dir).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let _ = writeln!(out, "    ({below:?}, {include}!({:?})),", path.to_string_lossy());
    }
    let _ = writeln!(out, "];");
    Ok(())
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
