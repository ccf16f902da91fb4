//! One handle for every store function: a transaction, or a reader's connection.

use crate::error::Result;
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection, Transaction};
use std::time::Instant;

/// Runs one portable expression on whichever database the transaction is of, and maps its error.
///
/// The expression is expanded twice, once per driver, so the statement is written once and both drivers infer their
/// own types. `$c` is moved into the first statement that uses it; write `&mut *c` to use it again.
macro_rules! on_tx {
    ($tx:expr, $c:ident => $body:expr) => {
        match $tx.conn() {
            $crate::tx::Conn::Sqlite($c) => $body.map_err($crate::Error::from),
            $crate::tx::Conn::Postgres($c) => $body.map_err($crate::Error::from),
        }
    };
}

/// A transaction or a reader's connection; rolled back when dropped without [`Tx::commit`].
pub struct Tx {
    handle: Handle,
    timing: Timing,
}

enum Handle {
    SqliteWrite(Transaction<'static, Sqlite>),
    SqliteRead(PoolConnection<Sqlite>),
    PostgresWrite(Transaction<'static, Postgres>),
    PostgresRead(PoolConnection<Postgres>),
}

/// The connection under a [`Tx`], by database.
pub(crate) enum Conn<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

impl Tx {
    pub(crate) fn sqlite_write(name: &'static str, tx: Transaction<'static, Sqlite>) -> Self {
        Self { handle: Handle::SqliteWrite(tx), timing: Timing::start(name, "rolled_back") }
    }

    pub(crate) fn sqlite_read(name: &'static str, conn: PoolConnection<Sqlite>) -> Self {
        Self { handle: Handle::SqliteRead(conn), timing: Timing::start(name, "read") }
    }

    pub(crate) fn postgres_write(name: &'static str, tx: Transaction<'static, Postgres>) -> Self {
        Self { handle: Handle::PostgresWrite(tx), timing: Timing::start(name, "rolled_back") }
    }

    pub(crate) fn postgres_read(name: &'static str, conn: PoolConnection<Postgres>) -> Self {
        Self { handle: Handle::PostgresRead(conn), timing: Timing::start(name, "read") }
    }

    pub(crate) fn conn(&mut self) -> Conn<'_> {
        match &mut self.handle {
            Handle::SqliteWrite(tx) => Conn::Sqlite(&mut *tx),
            Handle::SqliteRead(conn) => Conn::Sqlite(&mut *conn),
            Handle::PostgresWrite(tx) => Conn::Postgres(&mut *tx),
            Handle::PostgresRead(conn) => Conn::Postgres(&mut *conn),
        }
    }

    /// The name it was begun with.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.timing.name
    }

    /// Makes the writes durable: after the return they survive a crash of process and machine. A reader has nothing
    /// to commit and succeeds.
    ///
    /// # Errors
    /// [`Error::Busy`](crate::Error::Busy) on a serialisation failure; then nothing was written.
    pub async fn commit(self) -> Result<()> {
        let Self { handle, mut timing } = self;
        timing.outcome = "failed";
        match handle {
            Handle::SqliteWrite(tx) => tx.commit().await?,
            Handle::PostgresWrite(tx) => tx.commit().await?,
            Handle::SqliteRead(_) | Handle::PostgresRead(_) => {}
        }
        timing.outcome = "committed";
        Ok(())
    }
}

/// Counts and times one handle under its name, whichever way it ends.
struct Timing {
    name: &'static str,
    started: Instant,
    outcome: &'static str,
}

impl Timing {
    fn start(name: &'static str, outcome: &'static str) -> Self {
        Self { name, started: Instant::now(), outcome }
    }
}

impl Drop for Timing {
    fn drop(&mut self) {
        let labels = [("name", self.name), ("outcome", self.outcome)];
        metrics::histogram!("store_transaction_seconds", &labels)
            .record(self.started.elapsed().as_secs_f64());
    }
}
