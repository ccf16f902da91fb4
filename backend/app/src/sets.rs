//! Sets of ids for set-wise loading.

use std::hash::Hash;

/// Ids once each.
pub(crate) fn distinct<T: Ord + Hash + Copy>(ids: impl Iterator<Item = T>) -> Vec<T> {
    let mut ids: Vec<T> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
