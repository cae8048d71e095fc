//! Writes the pages of `docs/` that are made from the rules: `cargo run --example generate_docs`.

use std::path::Path;
use trulyopen::docs::pages;
use trulyopen::rules::Rules;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for (name, page) in pages(&Rules::load(None)?) {
        let path = docs.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(&docs))?;
        std::fs::write(path, page)?;
        println!("docs/{name}");
    }
    Ok(())
}
