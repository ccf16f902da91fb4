//! Guards of the house: rules that hold for the tree as a whole and that no compiler checks.

mod contract;
mod imports;
mod tree;
mod words;
