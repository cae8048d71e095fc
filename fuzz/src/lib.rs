//! What the fuzz targets run. `tests/fuzz_corpus.rs` runs the same functions over saved inputs.

pub mod targets;
