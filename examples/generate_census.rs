//! Writes records of models that do not exist, in the shape of those of a large hub: sizes, skew, files,
//! derivatives, and some that are broken. The same number and seed give the same bytes.
//!
//! `cargo run --release --example generate_census -- 1000000 [SEED] > records.jsonl`

use std::io::{BufWriter, Write};

#[path = "shared/records.rs"]
mod records;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1).map(|a| a.parse::<u64>().unwrap_or(0));
    let (count, seed) = (arguments.next().unwrap_or(1000), arguments.next().unwrap_or(1));
    let mut out = BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
    let mut line = String::new();
    for n in 0..count {
        line.clear();
        records::write(seed, n, &mut line);
        line.push('\n');
        out.write_all(line.as_bytes())?;
    }
    out.flush()
}
