//! What the fuzz targets run. `tests/security/fuzzed.rs` runs the same functions over saved inputs.

pub mod targets;
