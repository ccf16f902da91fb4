//! `issuer_keys`: public halves of the keys that sign seals, wall codes and lists. Private halves are never here.

use crate::{Result, Tx};
use domain::time::Instant;

macro_rules! columns {
    () => {
        "public_key, kid, purpose, state, not_before, retired_at"
    };
}

/// An issuer's public key.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct IssuerKey {
    /// Uncompressed P-256 point, 65 bytes.
    pub public_key: Vec<u8>,
    /// First 8 bytes of its SHA-256.
    pub kid: Vec<u8>,
    /// What it signs.
    pub purpose: String,
    /// `active`, `retired` or `compromised`.
    pub state: String,
    /// First instant it signs.
    pub not_before: Instant,
    /// When it was retired.
    pub retired_at: Option<Instant>,
}

/// Adds a key; one known already stays as it is.
pub async fn insert(tx: &mut Tx, row: &IssuerKey) -> Result<()> {
    on_tx!(tx, c => sqlx::query(concat!(
        "INSERT INTO issuer_keys (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    ))
    .bind(&row.public_key).bind(&row.kid).bind(&row.purpose).bind(&row.state).bind(row.not_before)
    .bind(row.retired_at)
    .execute(c).await.map(drop))
}

/// Changes the state of a key.
pub async fn update_state(
    tx: &mut Tx,
    public_key: &[u8],
    state: &str,
    retired_at: Option<Instant>,
) -> Result<()> {
    on_tx!(tx, c => sqlx::query("UPDATE issuer_keys SET state = $2, retired_at = $3 WHERE public_key = $1")
        .bind(public_key).bind(state).bind(retired_at).execute(c).await.map(|done| done.rows_affected()))
    .and_then(crate::error::one)
}

/// Every key, the oldest first.
pub async fn list(tx: &mut Tx) -> Result<Vec<IssuerKey>> {
    on_tx!(tx, c => sqlx::query_as(concat!(
        "SELECT ", columns!(), " FROM issuer_keys ORDER BY not_before, public_key",
    ))
    .fetch_all(c).await)
}
