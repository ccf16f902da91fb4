//! Use-cases: one file per thing a person or a phone does.
//!
//! A use-case takes the [`App`], the [`Caller`] and its input, checks rights, runs one transaction and returns what
//! the caller may see. HTTP, SQL and rules live elsewhere (`mobile_api`, `store`, `domain`).

pub mod agreement;
pub mod app;
pub mod caller;
pub mod capture;
pub mod device;
pub mod error;
pub mod field_pack;
pub mod file;
pub mod finding;
pub mod idempotency;
pub mod inbox;
pub mod inspection;
pub mod invitation;
pub mod keyring;
pub mod live;
pub mod manifest;
pub mod map;
pub mod notice;
pub mod page;
pub mod password;
pub mod ports;
pub mod rebuild;
pub mod registry;
pub mod restore;
pub mod rollup;
pub mod scale;
pub mod session;
pub mod stats;
pub mod trip;
pub mod verify;

mod epoch;
mod invitation_code;
mod ledger;
mod lookup;
mod manifest_facts;
mod refold;
mod sets;

pub use app::App;
pub use caller::Caller;
pub use error::{Error, FieldCode, FieldError, Result};
