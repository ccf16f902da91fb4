//! `login_delays`: growing delays after failed sign-ins, per login and per address.

use crate::{Result, Tx};
use domain::time::Instant;

/// The delay of one login or address.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LoginDelay {
    /// Failures in a row.
    pub failures: i64,
    /// No attempt counts before this instant.
    pub not_before: Instant,
}

/// The delay of a key, if it has failed lately.
pub async fn find(tx: &mut Tx, key: &str) -> Result<Option<LoginDelay>> {
    on_tx!(tx, c => sqlx::query_as("SELECT failures, not_before FROM login_delays WHERE key = $1")
        .bind(key).fetch_optional(c).await)
}

/// Counts a failure and returns how many there are in a row; set the new delay with [`update_not_before`].
///
/// Counting in the statement itself keeps parallel guesses from sharing one count.
pub async fn insert_failure(tx: &mut Tx, key: &str, at: Instant) -> Result<i64> {
    on_tx!(tx, c => sqlx::query_scalar(
        "INSERT INTO login_delays (key, failures, not_before) VALUES ($1, 1, $2) \
         ON CONFLICT (key) DO UPDATE SET failures = login_delays.failures + 1 RETURNING failures",
    )
    .bind(key).bind(at).fetch_one(c).await)
}

/// Sets when the next attempt counts.
pub async fn update_not_before(tx: &mut Tx, key: &str, not_before: Instant) -> Result<()> {
    on_tx!(tx, c => sqlx::query("UPDATE login_delays SET not_before = $2 WHERE key = $1")
        .bind(key).bind(not_before).execute(c).await.map(drop))
}

/// Forgets a key after a success.
pub async fn delete(tx: &mut Tx, key: &str) -> Result<()> {
    on_tx!(tx, c => sqlx::query("DELETE FROM login_delays WHERE key = $1").bind(key).execute(c).await.map(drop))
}

/// Forgets every key whose delay ended before `before`. Returns how many.
pub async fn delete_older(tx: &mut Tx, before: Instant) -> Result<u64> {
    on_tx!(tx, c => sqlx::query("DELETE FROM login_delays WHERE not_before < $1")
        .bind(before).execute(c).await.map(|done| done.rows_affected()))
}
