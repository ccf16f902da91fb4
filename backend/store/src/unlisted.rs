//! `unlisted_waste_codes`: codes declared with a typed name because no list has them, for the authority to settle.

use crate::{Result, Tx};
use domain::time::Instant;
use domain::waste::WasteCode;

/// A code with a typed name.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Unlisted {
    /// The code.
    pub code: WasteCode,
    /// The name as first typed.
    pub name: String,
    /// How often it was declared.
    pub times: i64,
    /// First time.
    pub first_seen_at: Instant,
    /// Last time.
    pub last_seen_at: Instant,
}

/// Counts one more declaration of a code with this name.
pub async fn insert(tx: &mut Tx, code: &WasteCode, name: &str, at: Instant) -> Result<()> {
    on_tx!(tx, c => sqlx::query(
        "INSERT INTO unlisted_waste_codes (code, folded, name, times, first_seen_at, last_seen_at) \
         VALUES ($1, $2, $3, 1, $4, $4) ON CONFLICT (code, folded) \
         DO UPDATE SET times = unlisted_waste_codes.times + 1, last_seen_at = excluded.last_seen_at",
    )
    .bind(code).bind(domain::text::fold(name)).bind(name).bind(at).execute(c).await.map(drop))
}

/// The queue: codes that are still in no list, the most used first.
pub async fn list(tx: &mut Tx) -> Result<Vec<Unlisted>> {
    on_tx!(tx, c => sqlx::query_as(
        "SELECT u.code, u.name, u.times, u.first_seen_at, u.last_seen_at FROM unlisted_waste_codes u \
         WHERE NOT EXISTS (SELECT 1 FROM waste_codes w WHERE w.code = u.code AND w.official) \
         ORDER BY u.times DESC, u.code, u.folded LIMIT 500",
    )
    .fetch_all(c).await)
}
