//! Pressure: a small area of fictional parties, issued manifests, phones that sign, and a real server process to send to.
//!
//! Used by the programs `faults` and `bench`. Everything is seeded through the store, set by set, so that tens of
//! thousands of manifests take seconds; everything afterwards goes over HTTP to the real binary.

pub mod area;
pub mod client;
pub mod dice;
pub mod issue;
pub mod person;
pub mod phone;
pub mod process;
