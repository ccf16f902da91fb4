//! Both databases behind one set of verbs: the only crate that says SELECT.
//!
//! One file per table, free functions `insert / find / list / update_<what> / lock` over one handle, [`Tx`].
//! Every statement is written once, in the subset of SQL that `migrations/README.md` describes, and expanded into
//! both drivers by `on_tx!`; set-wise statements go through [`batch`]. Dialect branches exist nowhere else.
//!
//! Here belong statements, row types and their paging. Rules, clocks, randomness and authorisation do not: callers
//! pass instants and ids, and say in the filter whose rows they may see.
//!
//! # Transactions
//! [`Db::begin`] and [`Tx::commit`] are explicit instead of a closure, because an async closure that borrows the
//! transaction cannot be proven `Send` inside a spawned task. A dropped [`Tx`] rolls back. [`Db::read`] hands out the
//! same handle without a transaction, over a connection that refuses to write where the database can.

#[macro_use]
mod tx;
mod batch;

mod db;
mod error;
mod json;
mod page;
mod search;

pub mod action_links;
pub mod acts;
pub mod agreements;
pub mod audit;
pub mod copy;
pub mod counters;
pub mod deliveries;
pub mod devices;
pub mod eligibility;
pub mod events;
pub mod files;
pub mod findings;
pub mod grants;
pub mod health;
pub mod idempotency;
pub mod invitations;
pub mod keys;
pub mod lines;
pub mod login_delays;
pub mod looks;
pub mod manifests;
pub mod map;
pub mod meta;
pub mod notice_preferences;
pub mod notices;
pub mod organisations;
pub mod people;
pub mod permits;
pub mod provinces;
pub mod push_subscriptions;
pub mod queue;
pub mod reference;
pub mod refused;
pub mod rollups;
pub mod routes;
pub mod scales;
pub mod seals;
pub mod sessions;
pub mod signal;
pub mod sites;
pub mod stats;
pub mod status;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod trips;
pub mod trust_lists;
pub mod unlisted;
pub mod uploads;
pub mod vehicles;
pub mod waste_codes;

pub use db::{Db, Kind, Options};
pub use error::{Error, Result};
pub use json::Json;
pub use page::{BadCursor, Cursor, Listing, Page};
pub use tx::Tx;

#[cfg(test)]
mod tests;
