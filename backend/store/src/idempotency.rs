//! `idempotency_keys`: answers kept, so that a request sent twice is done once.

use crate::{Result, Tx};
use domain::id::PersonId;
use domain::time::Instant;

/// A request that was answered.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Answered {
    /// Who asked.
    pub person_id: PersonId,
    /// The key it chose.
    pub key: String,
    /// SHA-256 over method, path and body: the same key with another one is a conflict.
    pub request_digest: Vec<u8>,
    /// HTTP status.
    pub status: i32,
    /// Body as sent.
    pub response: String,
    /// When.
    pub created_at: Instant,
}

/// The answer to a key of a person.
pub async fn find(tx: &mut Tx, person: PersonId, key: &str) -> Result<Option<Answered>> {
    on_tx!(tx, c => sqlx::query_as(
        "SELECT person_id, key, request_digest, status, response, created_at FROM idempotency_keys \
         WHERE person_id = $1 AND key = $2",
    )
    .bind(person).bind(key).fetch_optional(c).await)
}

/// Keeps an answer, in the transaction of the work itself; of two at once the second is `idempotency_keys_pkey`
/// and its work rolls back.
pub async fn insert(tx: &mut Tx, row: &Answered) -> Result<()> {
    on_tx!(tx, c => sqlx::query(
        "INSERT INTO idempotency_keys (person_id, key, request_digest, status, response, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(row.person_id).bind(&row.key).bind(&row.request_digest).bind(row.status).bind(&row.response)
    .bind(row.created_at)
    .execute(c).await.map(drop))
}

/// Forgets answers older than `before`. Returns how many.
pub async fn delete_older(tx: &mut Tx, before: Instant) -> Result<u64> {
    on_tx!(tx, c => sqlx::query("DELETE FROM idempotency_keys WHERE created_at < $1")
        .bind(before).execute(c).await.map(|done| done.rows_affected()))
}
