//! The two databases behind one type, and how their connections are set up.

use crate::error::{Error, Result};
use crate::tx::Tx;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

/// Which database is behind a [`Db`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An embedded file.
    Sqlite,
    /// A server.
    Postgres,
}

/// How PostgreSQL begins a write: its statements find rows by key. Plans are kept for a connection's life, and one made
/// while a table was empty would read it whole for ever after.
const BEGIN_BY_KEY: &str = "BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";

/// Sizes and waits of the connections.
#[derive(Debug, Clone)]
pub struct Options {
    /// Connections of the PostgreSQL pool.
    pub connections: u32,
    /// Readers of the SQLite file; there is always exactly one writer.
    pub readers: u32,
    /// How long to wait for a connection, and in SQLite for a lock of another process, before [`Error::Busy`].
    pub wait: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { connections: 16, readers: 4, wait: Duration::from_secs(10) }
    }
}

/// A database: cheap to clone, safe to share.
#[derive(Debug, Clone)]
pub enum Db {
    /// A SQLite file in WAL mode. Two pools, because several writing connections wait for each other with a tail
    /// of a second, while one writer queue does not.
    Sqlite {
        /// Connections that may only read.
        reader: SqlitePool,
        /// The one connection that writes.
        writer: SqlitePool,
    },
    /// A PostgreSQL server.
    Postgres(PgPool),
}

impl Db {
    /// Opens `sqlite:path/to/file.db` (created, with its folder, when missing) or `postgres://…`.
    ///
    /// # Errors
    /// [`Error::Open`] when the address is not one of these or the file cannot be made; otherwise what the driver says.
    pub async fn connect(url: &str, options: Options) -> Result<Self> {
        if url.starts_with("sqlite:") {
            return Self::open_file(url, &options).await;
        }
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let address = PgConnectOptions::from_str(url)?
                .statement_cache_capacity(400)
                // A lock that is not granted is answered 503, and a process that stalls lets go of its own. No
                // statement_timeout: a cut wait for a standby would report success for what is not safe.
                .options([
                    ("lock_timeout", options.wait.as_millis().to_string()),
                    ("idle_in_transaction_session_timeout", "60000".to_owned()),
                ]);
            let pool = PgPoolOptions::new()
                .max_connections(options.connections)
                .acquire_timeout(options.wait)
                .connect_with(address)
                .await?;
            return Ok(Self::Postgres(pool));
        }
        Err(Error::Open("the address must begin with sqlite: or postgres:".to_owned()))
    }

    async fn open_file(url: &str, options: &Options) -> Result<Self> {
        let file = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // NORMAL does not sync at commit: an acknowledged event could be lost with the power.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(options.wait)
            .statement_cache_capacity(1000)
            .pragma("cache_size", "-65536")
            .pragma("temp_store", "MEMORY")
            // A long reader must not leave a huge log behind for good.
            .pragma("journal_size_limit", "67108864");
        make_private(file.get_filename())?;
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(options.wait)
            .connect_with(file.clone())
            .await?;
        let reader = SqlitePoolOptions::new()
            .max_connections(options.readers)
            .acquire_timeout(options.wait)
            .connect_with(file.pragma("query_only", "ON"))
            .await?;
        Ok(Self::Sqlite { reader, writer })
    }

    /// Which database this is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Sqlite { .. } => Kind::Sqlite,
            Self::Postgres(_) => Kind::Postgres,
        }
    }

    /// Brings the schema up to date and loads the reference tables; safe to repeat and to run from two processes.
    ///
    /// # Errors
    /// [`Error::Open`] when a migration fails or the database is newer than this program.
    pub async fn migrate(&self) -> Result<()> {
        let applied = match self {
            Self::Sqlite { writer, .. } => sqlx::migrate!("../../migrations/sqlite").run(writer).await,
            Self::Postgres(pool) => sqlx::migrate!("../../migrations/postgres").run(pool).await,
        };
        applied.map_err(|error| Error::Open(format!("migration: {error}")))?;
        crate::reference::load(self).await
    }

    /// Begins a named write transaction; the name labels its metrics.
    ///
    /// SQLite takes the write lock at once (BEGIN IMMEDIATE): a reader that turns writer half-way would end in
    /// SQLITE_BUSY without a remedy.
    ///
    /// # Errors
    /// [`Error::Busy`] when no connection becomes free in time.
    pub async fn begin(&self, name: &'static str) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { writer, .. } => {
                Tx::sqlite_write(name, writer.begin_with("BEGIN IMMEDIATE").await?)
            }
            Self::Postgres(pool) => Tx::postgres_write(name, pool.begin_with(BEGIN_BY_KEY).await?),
        })
    }

    /// A reader's handle: each statement sees what is committed when it starts. SQLite refuses writes on it.
    ///
    /// # Errors
    /// [`Error::Busy`] when no connection becomes free in time.
    pub async fn read(&self, name: &'static str) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { reader, .. } => Tx::sqlite_read(name, reader.acquire().await?),
            Self::Postgres(pool) => Tx::postgres_read(name, pool.acquire().await?),
        })
    }

    /// Closes every connection after its current statement; SQLite checkpoints its log.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { reader, writer } => {
                reader.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Makes the folder and an empty file readable by the owner alone: SQLite gives its log the same mode.
fn make_private(file: &Path) -> Result<()> {
    let failed = |error: std::io::Error| Error::Open(format!("{}: {error}", file.display()));
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut how = std::fs::OpenOptions::new();
    how.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut how, 0o600);
    how.open(file).map_err(failed)?;
    Ok(())
}
