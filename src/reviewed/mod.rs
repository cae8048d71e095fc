//! Reviewed evidence: what a named person states of a model, in a file.

pub mod mof;
pub mod yaml;
