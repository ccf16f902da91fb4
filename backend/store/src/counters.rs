//! `number_counters`: gapless serials per permit of the first facility and local year.

use crate::{Result, Tx};

/// The next serial, from 1.
///
/// The row stays locked until the caller's transaction ends and a rollback gives the serial back: parallel issues
/// wait for each other and leave no gap. Call it late in the transaction.
pub async fn next(tx: &mut Tx, permit_number: &str, year: i32) -> Result<i64> {
    on_tx!(tx, c => sqlx::query_scalar(
        "INSERT INTO number_counters (permit_number, year, last) VALUES ($1, $2, 1) \
         ON CONFLICT (permit_number, year) DO UPDATE SET last = number_counters.last + 1 RETURNING last",
    )
    .bind(permit_number).bind(year).fetch_one(c).await)
}
