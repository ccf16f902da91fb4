//! Short messages between servers over one PostgreSQL database. A message that nobody hears is gone: only hints go
//! this way, never what must not be lost. A SQLite file belongs to one server, which needs no signals.

use crate::{Db, Result};
use sqlx::postgres::{PgListener, PgPoolOptions};

/// Longest message, bytes; PostgreSQL's own bound is 8,000.
pub const MAX_BYTES: usize = 7_900;

/// Sends a message to every server that listens, this one included.
///
/// Outside any transaction on purpose: a commit that carries a NOTIFY waits for every other such commit.
pub async fn send(db: &Db, channel: &'static str, message: &str) -> Result<()> {
    match db {
        Db::Sqlite { .. } => Ok(()),
        Db::Postgres(pool) => {
            sqlx::query("SELECT pg_notify($1, $2)").bind(channel).bind(message).execute(pool).await?;
            Ok(())
        }
    }
}

/// Listens on a connection of its own; `None` where there is no other server.
pub async fn listen(db: &Db, channel: &'static str) -> Result<Option<Listener>> {
    match db {
        Db::Sqlite { .. } => Ok(None),
        Db::Postgres(pool) => {
            // Of its own: an ear that is always open must not take one of the pool's few connections.
            let address = pool.connect_options().as_ref().clone();
            let ear = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
            let mut listener = PgListener::connect_with(&ear.connect_lazy_with(address)).await?;
            listener.listen(channel).await?;
            Ok(Some(Listener(listener)))
        }
    }
}

/// An open ear.
#[derive(Debug)]
pub struct Listener(PgListener);

impl Listener {
    /// The next message. A connection that broke is made anew; what was said meanwhile is lost.
    pub async fn next(&mut self) -> Result<String> {
        Ok(self.0.recv().await?.payload().to_owned())
    }
}
