//! What strangers may try, line by line of docs/security.md.

#[path = "../support/mod.rs"]
mod support;

mod chaos;
mod evade;
mod files;
mod fuzzed;
mod inject;
mod limits;
mod network;
