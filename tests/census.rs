//! The census: its fast answer is that of the audit which defines it, its outputs agree with each other,
//! and nothing that it reads stops it.

#[path = "census/equal.rs"]
mod equal;
#[path = "../examples/shared/records.rs"]
#[allow(dead_code)]
mod records;
mod support;
