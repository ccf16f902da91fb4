//! Rules of the electronic manifest: words, states, seals, checks.
//!
//! Nothing here reads a clock, a file, a socket or a database: time, randomness and ids come in as arguments.
//! Module paths repeat in every layer above (`store`, `app`, `mobile_api`), so a feature is found by its noun.

#[macro_use]
mod words;

pub mod agreement;
pub mod custody;
pub mod eligibility;
pub mod file;
pub mod geo;
pub mod id;
pub mod manifest;
pub mod mass;
pub mod notice;
pub mod party;
pub mod plate;
pub mod rollup;
pub mod scale;
pub mod seal;
pub mod text;
pub mod time;
pub mod waste;
