//! `meta`: facts about this database itself.

use crate::{Result, Tx};

/// The epoch phones compare: a restore raises it, and they send again what they kept.
pub async fn epoch(tx: &mut Tx) -> Result<i64> {
    Ok(find(tx, "epoch").await?.and_then(|text| text.parse().ok()).unwrap_or(1))
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
