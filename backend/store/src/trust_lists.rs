//! `trust_lists`: signed lists of issuer keys, each with a higher number than the one before.

use crate::{Result, Tx, meta};
use domain::time::Instant;

/// Key in `meta` of the number that the next list must be above.
const FLOOR: &str = "trust_list_floor";

/// A signed trust list.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct TrustList {
    /// Its number; phones refuse a lower one.
    pub seq: i64,
    /// The signed bytes.
    pub bytes: Vec<u8>,
    /// When it was signed.
    pub issued_at: Instant,
    /// When it expires.
    pub expires_at: Instant,
}

/// Publishes a list; a number that exists is `trust_lists_pkey`.
pub async fn insert(tx: &mut Tx, row: &TrustList) -> Result<()> {
    on_tx!(tx, c => sqlx::query("INSERT INTO trust_lists (seq, bytes, issued_at, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(row.seq).bind(&row.bytes).bind(row.issued_at).bind(row.expires_at)
        .execute(c).await.map(drop))
}

/// The newest list.
pub async fn find_newest(tx: &mut Tx) -> Result<Option<TrustList>> {
    on_tx!(tx, c => sqlx::query_as(
        "SELECT seq, bytes, issued_at, expires_at FROM trust_lists ORDER BY seq DESC LIMIT 1",
    )
    .fetch_optional(c).await)
}

/// The number of the next list: above every one before, and above those that a restore may have forgotten.
pub async fn next_seq(tx: &mut Tx) -> Result<i64> {
    let newest = find_newest(tx).await?.map_or(0, |list| list.seq);
    let floor: i64 = meta::find(tx, FLOOR).await?.and_then(|text| text.parse().ok()).unwrap_or(0);
    Ok(newest.max(floor) + 1)
}

/// Leaves out the next numbers.
pub async fn update_raised(tx: &mut Tx, by: i64) -> Result<()> {
    let floor = next_seq(tx).await? - 1 + by;
    meta::update(tx, FLOOR, &floor.to_string()).await
}
