//! Writes `docs/frameworks.md` from the rules: `cargo run --example frameworks_docs`.

use trulyopen::framework::docs::docs;
use trulyopen::rules::Rules;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/frameworks.md");
    std::fs::write(path, docs(&Rules::load(None)?))?;
    Ok(())
}
