//! Copies of a whole database, for backups.

use crate::db::Db;
use crate::error::{Error, Result};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use std::path::Path;
use std::str::FromStr as _;

/// Copies a SQLite database into a new file while others read and write: one consistent state, without gaps.
///
/// # Errors
/// [`Error::Open`] on PostgreSQL, which has tools of its own; otherwise what the driver says.
pub async fn into_file(db: &Db, file: &Path) -> Result<()> {
    let Db::Sqlite { .. } = db else {
        return Err(Error::Open("only SQLite is copied this way".to_owned()));
    };
    let mut tx = db.read("copy.into_file").await?;
    let crate::tx::Conn::Sqlite(connection) = tx.conn() else { return Ok(()) };
    // A copy changes nothing here, but the guard of readers forbids it all the same.
    sqlx::query("PRAGMA query_only = OFF").execute(&mut *connection).await?;
    let copied = sqlx::query("VACUUM INTO $1")
        .bind(file.to_string_lossy().into_owned())
        .execute(&mut *connection)
        .await;
    sqlx::query("PRAGMA query_only = ON").execute(&mut *connection).await?;
    copied?;
    std::fs::File::open(file)
        .and_then(|file| file.sync_all())
        .map_err(|error| Error::Open(format!("{}: {error}", file.display())))
}

/// Reads every page of a SQLite file.
///
/// # Errors
/// [`Error::Open`] with what is damaged.
pub async fn check_file(file: &Path) -> Result<()> {
    let address = format!("sqlite:{}", file.display());
    let mut connection = SqliteConnectOptions::from_str(&address)?.read_only(true).connect().await?;
    let said: String = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(&mut connection).await?;
    connection.close().await?;
    if said == "ok" { Ok(()) } else { Err(Error::Open(said)) }
}

/// True when a PostgreSQL database has no tables yet.
///
/// # Errors
/// What the driver says.
pub async fn is_empty(db: &Db) -> Result<bool> {
    let Db::Postgres(pool) = db else { return Ok(false) };
    let tables: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    )
    .fetch_one(pool)
    .await?;
    Ok(tables == 0)
}
