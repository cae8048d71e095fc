//! Audits over real HTTP, against a hub and a code host on 127.0.0.1: how many requests, what each
//! kind of failure becomes, where tokens go, and that a saved audit can be repeated.

#[path = "../support/mod.rs"]
mod support;

mod access;
mod cache;
mod faults;
mod hubs;
mod lost;
mod names;
mod saved;
mod tokens;
mod waves;
