//! A census: every model of a hub or of a dump of its metadata, judged by its record alone, and summed
//! up. By definition ([`metadata`]) the answer on a record is that of an audit for which nothing but the record
//! could be had; [`judge`] gives the same answer a hundred times as fast.
//!
//! ```text
//!  input ─► Chunk ─► record ─► judge ─► row ─► jsonl, csv, columns     (workers, in the order of the input)
//!                                        └──► summary ─► table, json, html
//! ```

pub mod claims;
pub mod columns;
pub mod graph;
pub mod input;
pub mod json;
pub mod judge;
pub mod memory;
pub mod metadata;
pub mod names;
pub mod record;
pub mod render;
pub mod row;
pub mod run;
pub mod summary;
pub mod wildcards;
