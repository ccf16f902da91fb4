//! Custody: events, office acts, the state machine and the checks.

pub mod act;
pub mod event;
pub mod record;
