//! trulyopen
pub mod error;
pub mod exit;
pub mod rules;
pub mod text;
pub mod vocabulary;
