//! Looking at whole tables, and doubling a database: for tests that compare what two servers made of the same events.

use super::{Place, TestDb, options, postgres};
use crate::tx::Conn;
use crate::{Db, Error, Result};
use serde_json::Value;
use sqlx::AssertSqlSafe;

impl TestDb {
    /// Two databases with the same content; the connections of the first are closed and opened again.
    ///
    /// # Errors
    /// Whatever stands in the way of a copy.
    pub async fn fork(self) -> Result<(Self, Self)> {
        self.db.close().await;
        let (url, place) = match &self.place {
            Place::Folder(folder) => {
                let copy = super::folder()?;
                let (from, to) = (folder.path().join("test.db"), copy.path().join("test.db"));
                std::fs::copy(from, &to).map_err(|error| Error::Open(error.to_string()))?;
                (format!("sqlite:{}", to.display()), Place::Folder(copy))
            }
            Place::Server(name) => {
                let server =
                    postgres::server().ok_or_else(|| Error::Open("the server is gone".to_owned()))?;
                let (name, url) = postgres::copy(server, name).await?;
                (url, Place::Server(name))
            }
        };
        let first = Self { db: Db::connect(&self.url, options()).await?, ..self };
        let second = Self { db: Db::connect(&url, options()).await?, url, place };
        Ok((first, second))
    }
}

/// Every row of a table as a JSON object, in no order. Bytes are `\x` and lower-case hex on both databases.
///
/// # Errors
/// When there is no such table.
pub async fn rows(db: &Db, table: &str) -> Result<Vec<Value>> {
    let mut tx = db.read("testing.rows").await?;
    match tx.conn() {
        Conn::Postgres(c) => {
            // Table names come from tests alone.
            let all = AssertSqlSafe(format!("SELECT to_jsonb(t) FROM {table} t"));
            sqlx::query_scalar(all).fetch_all(c).await.map_err(Error::from)
        }
        Conn::Sqlite(c) => {
            let columns: Vec<String> =
                sqlx::query_scalar("SELECT name FROM pragma_table_info($1) ORDER BY cid")
                    .bind(table)
                    .fetch_all(&mut *c)
                    .await?;
            if columns.is_empty() {
                return Err(Error::Open(format!("there is no table {table}")));
            }
            let pairs: Vec<String> = columns
                .iter()
                .map(|name| {
                    format!("'{name}', CASE typeof({name}) WHEN 'blob' THEN '\\x' || lower(hex({name})) ELSE {name} END")
                })
                .collect();
            let all = AssertSqlSafe(format!("SELECT json_object({}) FROM {table}", pairs.join(", ")));
            let texts: Vec<String> = sqlx::query_scalar(all).fetch_all(c).await?;
            texts
                .iter()
                .map(|text| {
                    serde_json::from_str(text).map_err(|error| Error::from(sqlx::Error::Decode(error.into())))
                })
                .collect()
        }
    }
}

/// The names of all tables of the schema, in order; the migrations' own table is not one of them.
///
/// # Errors
/// What the driver says.
pub async fn tables(db: &Db) -> Result<Vec<String>> {
    let mut tx = db.read("testing.tables").await?;
    match tx.conn() {
        Conn::Postgres(c) => sqlx::query_scalar(
            "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\\_sqlx%' \
             ORDER BY tablename",
        )
        .fetch_all(c)
        .await
        .map_err(Error::from),
        Conn::Sqlite(c) => sqlx::query_scalar(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '!_sqlx%' \
             ESCAPE '!' ORDER BY name",
        )
        .fetch_all(c)
        .await
        .map_err(Error::from),
    }
}
