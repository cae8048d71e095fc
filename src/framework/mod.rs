//! Openness frameworks: sets of questions that others agreed on, answered from an audit. Each is data
//! (`rules/frameworks/*.toml`) read by one of three small evaluators.

pub mod mof;
pub mod schema;
