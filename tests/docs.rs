//! Pages of `docs/` that are made from the rules are those that the rules make.

use std::path::Path;
use trulyopen::docs::pages;
use trulyopen::rules::Rules;

#[test]
fn generated_pages_are_current() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for (name, page) in pages(&Rules::load(None).unwrap()) {
        let stored = std::fs::read_to_string(docs.join(name)).unwrap_or_default();
        let first = page.lines().zip(stored.lines()).position(|(a, b)| a != b).unwrap_or(0) + 1;
        assert!(stored == page, "docs/{name} is stale from line {first} on: run `cargo run --example generate_docs`");
    }
}
