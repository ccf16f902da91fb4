//! `number_counters`: gapless serials per permit of the first facility and local year.

use crate::{Result, Tx, meta};

/// Key in `meta` of the serial below which a permit without a counter may not start in a year.
fn floor_key(year: i32) -> String {
    format!("serial_floor.{year}")
}

/// The next serial, from 1; after a restore from a backup, from above what may have been given since the backup.
///
/// The row stays locked until the caller's transaction ends and a rollback gives the serial back: parallel issues
/// wait for each other and leave no gap. Call it late in the transaction.
pub async fn next(tx: &mut Tx, permit_number: &str, year: i32) -> Result<i64> {
    on_tx!(tx, c => sqlx::query_scalar(
        "INSERT INTO number_counters (permit_number, year, last) \
         VALUES ($1, $2, 1 + COALESCE((SELECT CAST(value AS BIGINT) FROM meta WHERE key = $3), 0)) \
         ON CONFLICT (permit_number, year) DO UPDATE SET last = number_counters.last + 1 RETURNING last",
    )
    .bind(permit_number).bind(year).bind(floor_key(year)).fetch_one(c).await)
}

/// Raises every serial of a year, also of permits that have no counter yet; returns how many counters there were.
pub async fn update_raised(tx: &mut Tx, year: i32, by: i64) -> Result<u64> {
    let key = floor_key(year);
    let floor: i64 = meta::find(tx, &key).await?.and_then(|text| text.parse().ok()).unwrap_or(0);
    meta::update(tx, &key, &(floor + by).to_string()).await?;
    on_tx!(tx, c => sqlx::query("UPDATE number_counters SET last = last + $1 WHERE year = $2")
        .bind(by).bind(year).execute(c).await.map(|done| done.rows_affected()))
}
