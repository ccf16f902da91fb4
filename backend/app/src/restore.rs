//! After a restore from a backup: a new epoch, so that phones send again what they keep, and counters that leave out
//! whatever may have been given between the backup and its restore.

use crate::error::Result;
use domain::time::{Instant, local_year};
use store::{Db, counters, meta, status, trust_lists};

/// Numbers of one permit that a day may take at most, if the operator says nothing else.
pub const NUMBERS_PER_DAY: i64 = 1_000;

/// What was raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    /// The epoch of the backup.
    pub before: i64,
    /// The epoch from now on.
    pub epoch: i64,
    /// When the restored database last recorded anything.
    pub newest: Option<Instant>,
    /// How many numbers every permit leaves out.
    pub numbers: i64,
    /// Years whose numbers were raised.
    pub years: Vec<i32>,
}

/// Raises epoch, manifest numbers, status places and the trust list's number.
///
/// The longer ago the backup, the more is left out: `per_day` for every day begun since. So the same backup restored
/// twice leaves out what was given in between, too, and the epoch, made of the time, differs each time.
///
/// # Errors
/// Store failures; nothing is raised by half.
pub async fn raise(db: &Db, now: Instant, per_day: i64) -> Result<Raised> {
    let mut tx = db.begin("restore.raise").await?;
    let before = meta::epoch(&mut tx).await?;
    let newest = meta::newest_instant(&mut tx).await?;
    let epoch = (before + 1).max(now.timestamp());
    meta::update(&mut tx, "epoch", &epoch.to_string()).await?;
    let days = newest.map_or(0, |newest| (now - newest).num_days().max(0)) + 1;
    let numbers = days.saturating_mul(per_day.max(1));
    let years: Vec<i32> =
        (local_year(newest.unwrap_or(now)).min(local_year(now))..=local_year(now)).collect();
    let mut permits = 1;
    for year in &years {
        let raised = counters::update_raised(&mut tx, *year, numbers).await?;
        permits += i64::try_from(raised).unwrap_or(0);
    }
    status::update_raised(&mut tx, numbers.saturating_mul(permits)).await?;
    trust_lists::update_raised(&mut tx, numbers).await?;
    tx.commit().await?;
    Ok(Raised { before, epoch, newest, numbers, years })
}
