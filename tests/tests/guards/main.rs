//! Guards of the house: rules that hold for the tree as a whole and that no compiler checks.

#![expect(clippy::unwrap_used, reason = "a guard reports what it could not read by panicking")]

mod contract;
mod imports;
mod tree;
mod words;
