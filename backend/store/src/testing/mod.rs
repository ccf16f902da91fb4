//! Fresh, migrated databases for tests, on both kinds.
//!
//! [`both`] runs one test on a SQLite file and on a PostgreSQL database of its own. PostgreSQL is the server named by
//! `EMANIFEST_TEST_POSTGRES_URL`, or a throw-away one started from the system's packages. Where `CI` is set a missing
//! PostgreSQL is a failure; elsewhere the test says on standard error that it ran on SQLite alone.

mod inspect;
mod postgres;

pub use inspect::{rows, tables};

use crate::{Db, Options, Result};
use std::time::Duration;

/// A database that goes away with [`TestDb::remove`] (or, for a SQLite file, when dropped).
#[derive(Debug)]
pub struct TestDb {
    /// The open database.
    pub db: Db,
    /// Its address, for a server process of its own.
    pub url: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Folder(tempfile::TempDir),
    Server(String),
}

/// Few connections: many tests run at once.
fn options() -> Options {
    Options { connections: 6, readers: 4, wait: Duration::from_secs(30) }
}

/// A fresh SQLite file in a temporary folder, migrated.
///
/// # Errors
/// Whatever stands in the way of a file.
pub async fn sqlite() -> Result<TestDb> {
    sqlite_in(folder()?).await
}

/// A fresh SQLite file on the disk that temporary files are on, for measurements: every commit waits for that disk.
///
/// # Errors
/// As [`sqlite`].
pub async fn sqlite_on_disk() -> Result<TestDb> {
    sqlite_in(tempfile::tempdir().map_err(|error| crate::Error::Open(error.to_string()))?).await
}

async fn sqlite_in(folder: tempfile::TempDir) -> Result<TestDb> {
    let url = format!("sqlite:{}", folder.path().join("test.db").display());
    let db = Db::connect(&url, options()).await?;
    db.migrate().await?;
    Ok(TestDb { db, url, place: Place::Folder(folder) })
}

/// A temporary folder in memory where the machine has one: every commit waits for the disk otherwise.
fn folder() -> Result<tempfile::TempDir> {
    let memory = std::path::Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.or_else(|_| tempfile::tempdir()).map_err(|error| crate::Error::Open(error.to_string()))
}

/// A fresh PostgreSQL database, migrated; `None` when there is no PostgreSQL on this machine.
///
/// # Errors
/// Whatever the server says, and in CI that it is missing.
pub async fn postgres() -> Result<Option<TestDb>> {
    let Some(server) = postgres::server() else {
        let missing = "no PostgreSQL: set EMANIFEST_TEST_POSTGRES_URL or install the package postgresql";
        if std::env::var_os("CI").is_some() {
            return Err(crate::Error::Open(missing.to_owned()));
        }
        return Ok(None);
    };
    let (name, url) = postgres::create(server).await?;
    let db = Db::connect(&url, options()).await?;
    Ok(Some(TestDb { db, url, place: Place::Server(name) }))
}

impl TestDb {
    /// Takes every table away: a database as an administrator hands it over.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn empty(&self) -> Result<()> {
        if let Db::Postgres(pool) = &self.db {
            sqlx::raw_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public").execute(pool).await?;
        }
        self.db.close().await;
        if let Place::Folder(folder) = &self.place {
            for name in ["test.db", "test.db-wal", "test.db-shm"] {
                let _ = std::fs::remove_file(folder.path().join(name));
            }
        }
        Ok(())
    }

    /// Closes and removes it.
    ///
    /// # Errors
    /// Whatever the server says.
    pub async fn remove(self) -> Result<()> {
        self.db.close().await;
        match (self.place, postgres::server()) {
            (Place::Server(name), Some(server)) => postgres::remove(server, &name).await,
            (Place::Server(_), None) => Ok(()),
            (Place::Folder(folder), _) => {
                // A file that stays behind in the temporary folder harms no test.
                drop(folder);
                Ok(())
            }
        }
    }
}

/// Runs a test on a fresh database of each kind, and removes them even when it panics.
///
/// # Panics
/// When the test does, naming the database, or when a database cannot be made.
pub async fn both<F, T>(test: F)
where
    F: Fn(Db) -> T,
    T: Future<Output = ()> + Send + 'static,
{
    run(sqlite().await.map(Some), &test).await;
    run(postgres().await, &test).await;
}

#[expect(clippy::panic, reason = "a test reports by panicking")]
async fn run<F, T>(made: Result<Option<TestDb>>, test: &F)
where
    F: Fn(Db) -> T,
    T: Future<Output = ()> + Send + 'static,
{
    let made = match made {
        Ok(Some(made)) => made,
        Ok(None) => {
            eprintln!("no PostgreSQL on this machine: this test ran on SQLite alone");
            return;
        }
        Err(error) => panic!("no test database: {error:?}"),
    };
    let kind = made.db.kind();
    let outcome = tokio::spawn(test(made.db.clone())).await;
    let removed = made.remove().await;
    if let Err(error) = outcome {
        eprintln!("the test failed on {kind:?}");
        std::panic::resume_unwind(error.into_panic());
    }
    if let Err(error) = removed {
        panic!("{kind:?} database not removed: {error:?}");
    }
}

/// True when a test can have PostgreSQL here.
#[must_use]
pub fn has_postgres() -> bool {
    postgres::server().is_some()
}
