//! The census: its fast answer is that of the audit which defines it, its outputs agree with each other,
//! and nothing that it reads stops it.

#[path = "census/command.rs"]
mod command;
#[path = "census/equal.rs"]
mod equal;
#[path = "census/org.rs"]
mod org;
#[path = "census/parquet.rs"]
mod parquet_input;
#[path = "../examples/shared/records.rs"]
#[allow(dead_code)]
mod records;
mod support;
