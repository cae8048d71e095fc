//! README and `docs/` as a reader takes them: every command that they show is run and prints what they say it prints,
//! every other one exists, every link leads somewhere. `TRULYOPEN_WRITE_DOCS=1 cargo test --test pages` writes the
//! outputs into the pages anew.

mod architecture;
mod console;
mod help;
mod links;
mod mentioned;
mod session;
#[path = "../support/mod.rs"]
mod support;

use std::path::PathBuf;

/// Every page, by its path from the root of the repository.
fn pages() -> Vec<String> {
    let mut pages: Vec<String> =
        ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md", "packaging/README.md"].map(str::to_string).to_vec();
    pages.extend(
        support::files_below(&support::root().join("docs")).into_iter().filter(|f| f.ends_with(".md")).map(|f| format!("docs/{f}")),
    );
    pages
}

fn path(page: &str) -> PathBuf {
    support::root().join(page)
}

fn text(page: &str) -> String {
    std::fs::read_to_string(path(page)).unwrap_or_else(|e| panic!("{page}: {e}"))
}
