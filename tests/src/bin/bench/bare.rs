//! The database alone: one row of the size of an event, one durable commit each, as many tasks as connections.

use super::drive::{Slice, gather};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, SqlitePool};
use std::str::FromStr as _;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The barest table that can hold an event once.
const TABLE: &str = "CREATE TABLE bare_commits (id UUID NOT NULL PRIMARY KEY, body TEXT NOT NULL)";
/// One row, one statement, one commit.
const INSERT: &str = "INSERT INTO bare_commits (id, body) VALUES ($1, $2)";

/// A database with only that table's writers on it.
#[derive(Debug, Clone)]
pub(crate) enum Bare {
    /// One writer connection, synchronous=FULL: more of them only wait for each other.
    Sqlite(SqlitePool),
    /// A pool, with the server's own synchronous commit.
    Postgres(PgPool),
}

impl Bare {
    /// Opens a database and makes the table.
    pub(crate) async fn open(url: &str, kind: store::Kind) -> anyhow::Result<Self> {
        Ok(match kind {
            store::Kind::Sqlite => {
                let file = SqliteConnectOptions::from_str(url)?
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full);
                let pool = SqlitePoolOptions::new().max_connections(1).connect_with(file).await?;
                sqlx::query(TABLE).execute(&pool).await?;
                Self::Sqlite(pool)
            }
            store::Kind::Postgres => {
                let pool = PgPoolOptions::new().max_connections(32).min_connections(32).connect(url).await?;
                sqlx::query(TABLE).execute(&pool).await?;
                Self::Postgres(pool)
            }
        })
    }

    /// Commits copies of a row for so long from `tasks` tasks at once.
    pub(crate) async fn commits(
        &self,
        tasks: usize,
        row: &str,
        time: Duration,
        seed: u64,
    ) -> anyhow::Result<Slice> {
        let started = Instant::now();
        let tasks = (0..tasks)
            .map(|n| {
                let (bare, body) = (self.clone(), row.to_owned());
                tokio::spawn(async move {
                    let (mut micros, mut serial) = (Vec::new(), 0_u64);
                    while started.elapsed() < time {
                        // Ids that rise together, as those that phones make do.
                        let high = u128::from(seed) << 96 | u128::from(serial) << 32;
                        let id = Uuid::from_u128(high | u128::try_from(n)?);
                        let sent = Instant::now();
                        bare.commit(id, &body).await?;
                        micros.push(u64::try_from(sent.elapsed().as_micros())?);
                        serial += 1;
                    }
                    anyhow::Ok(micros)
                })
            })
            .collect();
        gather(tasks, started).await
    }

    async fn commit(&self, id: Uuid, body: &str) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(pool) => sqlx::query(INSERT).bind(id).bind(body).execute(pool).await.map(drop),
            Self::Postgres(pool) => sqlx::query(INSERT).bind(id).bind(body).execute(pool).await.map(drop),
        }
    }
}
