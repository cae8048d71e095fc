//! The HTML report in headless Chromium (`tests/browser/check.mjs`), where there is one. Says that it is
//! skipped where there is not.

use std::path::{Path, PathBuf};
use std::process::Command;
use trulyopen::render::{Style, by_name};
use trulyopen::report::Report;

/// Chromium and the folder of npm packages: `CHROMIUM` or /usr/bin/chromium, `NODE_MODULES` or
/// tests/browser/node_modules.
fn browser() -> Option<(PathBuf, PathBuf)> {
    let named = |name: &str, default: PathBuf| std::env::var_os(name).map_or(default, PathBuf::from);
    let chromium = named("CHROMIUM", "/usr/bin/chromium".into());
    let modules = named("NODE_MODULES", Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/node_modules"));
    let there = chromium.is_file() && modules.join("playwright-core").is_dir() && modules.join("axe-core").is_dir();
    if !there {
        eprintln!("SKIPPED: no Chromium with playwright-core and axe-core (see tests/browser/README.md)");
    }
    there.then_some((chromium, modules))
}

#[test]
fn the_page_works_in_a_browser() {
    let Some((chromium, modules)) = browser() else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let saved = std::fs::read(root.join("tests/data/report.json")).expect("the saved report");
    let mut report = Report::parse(&saved).expect("a saved report");
    let html = by_name("html").expect("the format");
    let style = Style { width: 100, colour: false, verbosity: 0 };
    let dir = tempfile::TempDir::new().expect("a directory");
    let mut pages = vec![("several.html", (html.render)(&report, style))];
    report.models.truncate(1);
    report.policy = None;
    pages.push(("one.html", (html.render)(&report, style)));
    for (name, page) in pages {
        let path = dir.path().join(name);
        std::fs::write(&path, page).expect("written");
        let run = Command::new("node")
            .arg(root.join("tests/browser/check.mjs"))
            .arg(&path)
            .env("CHROMIUM", &chromium)
            .env("NODE_MODULES", &modules)
            .output()
            .expect("node starts");
        let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
        assert!(run.status.success(), "{name}: {said}");
    }
}
