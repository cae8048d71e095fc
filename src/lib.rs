//! trulyopen
pub mod error;
pub mod exit;
pub mod rules;
pub mod text;
pub mod vocabulary;
pub mod hub;
pub mod net;
pub mod card;
pub mod target;
pub mod evidence;
pub mod files;
pub mod plan;
pub mod collect;
pub mod finding;
pub mod license;
pub mod inspect;
