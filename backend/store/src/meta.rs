//! `meta`: facts about this database itself.

use crate::{Result, Tx};
use domain::time::Instant;

/// The epoch phones compare: a restore raises it, and they send again what they kept.
pub async fn epoch(tx: &mut Tx) -> Result<i64> {
    Ok(find(tx, "epoch").await?.and_then(|text| text.parse().ok()).unwrap_or(1))
}

/// When this database last recorded an event or changed a manifest; none in an empty one.
pub async fn newest_instant(tx: &mut Tx) -> Result<Option<Instant>> {
    let event: Option<Instant> = on_tx!(tx, c => sqlx::query_scalar(
        "SELECT record_time FROM custody_events ORDER BY record_time DESC LIMIT 1",
    )
    .fetch_optional(c).await)?;
    let manifest: Option<Instant> = on_tx!(tx, c => sqlx::query_scalar(
        "SELECT updated_at FROM manifests ORDER BY updated_at DESC LIMIT 1",
    )
    .fetch_optional(c).await)?;
    Ok(event.max(manifest))
}

/// The value of a key.
pub async fn find(tx: &mut Tx, key: &str) -> Result<Option<String>> {
    on_tx!(tx, c => sqlx::query_scalar("SELECT value FROM meta WHERE key = $1").bind(key).fetch_optional(c).await)
}

/// Sets the value of a key.
pub async fn update(tx: &mut Tx, key: &str, value: &str) -> Result<()> {
    on_tx!(tx, c => sqlx::query(
        "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )
    .bind(key).bind(value).execute(c).await.map(drop))
}
