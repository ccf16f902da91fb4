//! The system's stories, each on SQLite and on PostgreSQL, and the guards of the house.
//!
//! `cargo nextest run -p tests`, with PostgreSQL: `scripts/postgres cargo nextest run -p tests`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a story reports what went wrong by panicking")]

mod access;
mod access_rows;
mod agreements;
mod backup;
mod eligibility;
mod entitlement;
mod field_pack;
mod files;
mod files_hostile;
mod findings;
mod gate_and_road;
mod hostile;
mod issuing;
mod late_truth;
mod letters;
mod live_codes;
mod main_job;
mod notices;
mod order;
mod permits;
mod places;
mod post;
mod registry;
mod restored;
mod sessions;
mod statistics;
mod stream;
mod treatment;
