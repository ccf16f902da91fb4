//! What whoever runs the server has to know about its database.

use crate::db::Db;
use crate::tx::Conn;
use crate::{Result, Tx};
use domain::time::Instant;

/// Settings of a PostgreSQL server that decide whether acknowledged means durable.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PostgresSettings {
    /// Version as a number, such as 170002.
    pub version: i32,
    /// `on`, `remote_apply`, `remote_write`, `local` or `off`.
    pub synchronous_commit: String,
    /// Whether commits reach the disk.
    pub fsync: String,
    /// The server's clock.
    pub clock: Instant,
}

/// The settings; none of a SQLite file.
pub async fn postgres_settings(db: &Db) -> Result<Option<PostgresSettings>> {
    let mut tx = db.read("health.settings").await?;
    match tx.conn() {
        Conn::Sqlite(_) => Ok(None),
        Conn::Postgres(c) => Ok(Some(
            sqlx::query_as(
                "SELECT current_setting('server_version_num')::int AS version, \
                 current_setting('synchronous_commit') AS synchronous_commit, \
                 current_setting('fsync') AS fsync, clock_timestamp() AS clock",
            )
            .fetch_one(c)
            .await?,
        )),
    }
}

/// Devices that may sign, and how many of them have not been heard of since an instant.
pub async fn count_silent_devices(tx: &mut Tx, since: Instant) -> Result<(i64, i64)> {
    on_tx!(tx, c => sqlx::query_as(
        "SELECT count(*), count(CASE WHEN coalesce(last_seen_at, created_at) < $1 THEN 1 END) FROM devices \
         WHERE status = 'active'",
    )
    .bind(since).fetch_one(c).await)
}

/// Authentic events that could not be stored and wait for the operator.
pub async fn count_parked(tx: &mut Tx) -> Result<i64> {
    on_tx!(tx, c => sqlx::query_scalar("SELECT count(*) FROM refused_events WHERE reason = 'parked'")
        .fetch_one(c).await)
}
