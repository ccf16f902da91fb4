//! Custody: events, office acts, the state machine, the fold and the checks.

pub mod act;
pub mod crew;
pub mod entitlement;
pub mod entry;
pub mod event;
pub mod finding;
pub mod fold;
pub mod folded;
pub mod judge;
pub mod receipt;
pub mod record;
pub mod scan;
pub mod state;
pub mod stated;
pub mod step;
pub mod times;
pub mod transition;
pub mod turn;

#[cfg(test)]
pub(crate) mod story;
