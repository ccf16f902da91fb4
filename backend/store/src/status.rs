//! `status_counter`: places in the status lists, one per seal and never used twice.

use crate::{Result, Tx};

/// Places in one status list: 2²⁰ manifests of 4 bits are 512 KiB before compression.
pub const LIST_SIZE: i64 = 1 << 20;

/// A place in a status list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Number of the list, from 0.
    pub list: i64,
    /// Index in it, from 0.
    pub index: i64,
}

/// Takes the next free place; a rollback gives it back.
pub async fn next_index(tx: &mut Tx) -> Result<Place> {
    let taken: i64 = on_tx!(tx, c => sqlx::query_scalar(
        "UPDATE status_counter SET next = next + 1 WHERE id = 1 RETURNING next - 1",
    )
    .fetch_one(c).await)?;
    Ok(Place { list: taken / LIST_SIZE, index: taken % LIST_SIZE })
}

/// Leaves out the next places: they may have been given to seals that a restore forgot.
pub async fn update_raised(tx: &mut Tx, by: i64) -> Result<()> {
    on_tx!(tx, c => sqlx::query("UPDATE status_counter SET next = next + $1 WHERE id = 1")
        .bind(by).execute(c).await.map(drop))
}

/// How many status lists there are: those from 0 up to this number, at least 1.
pub async fn count_lists(tx: &mut Tx) -> Result<i64> {
    Ok((count_places(tx).await? - 1).max(0) / LIST_SIZE + 1)
}

/// How many places of a list are taken; a list that says less leaves genuine seals unknown.
pub async fn count_entries(tx: &mut Tx, list: i64) -> Result<i64> {
    Ok((count_places(tx).await? - list * LIST_SIZE).clamp(0, LIST_SIZE))
}

async fn count_places(tx: &mut Tx) -> Result<i64> {
    on_tx!(tx, c => sqlx::query_scalar("SELECT next FROM status_counter WHERE id = 1").fetch_one(c).await)
}
