//! What can go wrong in the store, in words a use-case can act on.

use sqlx::error::{DatabaseError, ErrorKind};

/// Result of every store function.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The row that had to be there is not.
    #[error("row not found")]
    NotFound,
    /// A unique constraint says no; named alike on both databases: `people_login_folded`, or `people_pkey`.
    #[error("duplicate: {constraint}")]
    Duplicate {
        /// Table and columns joined by `_`, or `<table>_pkey`.
        constraint: String,
    },
    /// A referenced row does not exist, or a referencing row still does.
    #[error("broken reference")]
    Reference(#[source] sqlx::Error),
    /// A CHECK or NOT NULL constraint says no: the caller let a value through that no rule allows.
    #[error("value refused by a constraint")]
    Check(#[source] sqlx::Error),
    /// The row changed since the caller read it.
    #[error("stale version")]
    Stale,
    /// Too much work, a lock not granted in time, a serialisation failure: the same call may succeed later.
    #[error("database busy")]
    Busy,
    /// The database cannot be reached or is unwell (disk full, shutting down): the same call may succeed later.
    #[error("database unreachable or unwell")]
    Unreachable(#[source] sqlx::Error),
    /// A file or a schema could not be prepared at start.
    #[error("database could not be opened: {0}")]
    Open(String),
    /// Anything else the driver reports.
    #[error("database error")]
    Database(#[source] sqlx::Error),
}

impl Error {
    /// True when nothing is wrong with the request itself: answer 503 and let the caller come again.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Busy | Self::Unreachable(_))
    }

    /// True when the named unique constraint (`<table>_<columns>`) refused the row.
    #[must_use]
    pub fn is_duplicate_of(&self, name: &str) -> bool {
        matches!(self, Self::Duplicate { constraint } if constraint == name)
    }
}

/// What a driver's code says about trying again.
enum Hint {
    /// Somebody else was in the way.
    Busy,
    /// The database itself is unwell: disk full, out of memory, shutting down.
    Unwell,
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let kind = match &error {
            sqlx::Error::RowNotFound => return Self::NotFound,
            sqlx::Error::PoolTimedOut => return Self::Busy,
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => {
                return Self::Unreachable(error);
            }
            sqlx::Error::Database(cause) => match hint(cause.as_ref()) {
                Some(Hint::Busy) => return Self::Busy,
                Some(Hint::Unwell) => return Self::Unreachable(error),
                None if cause.is_unique_violation() => {
                    return Self::Duplicate { constraint: constraint_of(cause.as_ref()) };
                }
                None => cause.kind(),
            },
            _ => ErrorKind::Other,
        };
        match kind {
            ErrorKind::ForeignKeyViolation => Self::Reference(error),
            ErrorKind::NotNullViolation | ErrorKind::CheckViolation => Self::Check(error),
            _ => Self::Database(error),
        }
    }
}

fn hint(cause: &dyn DatabaseError) -> Option<Hint> {
    let code = cause.code()?;
    if cause.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
        // The low byte is the primary code, <https://sqlite.org/rescode.html>.
        return match code.parse::<u32>().ok()? & 0xff {
            // BUSY, LOCKED.
            5 | 6 => Some(Hint::Busy),
            // NOMEM, READONLY, IOERR, FULL, CANTOPEN.
            7 | 8 | 10 | 13 | 14 => Some(Hint::Unwell),
            _ => None,
        };
    }
    // The first two characters are the class, <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
    match (code.get(..2)?, code.as_ref()) {
        // Transaction rollback (serialisation failure, deadlock); lock not available.
        ("40", _) | (_, "55P03") => Some(Hint::Busy),
        // Connection exception, insufficient resources, operator intervention (shutdown), system error.
        ("08" | "53" | "57" | "58", _) => Some(Hint::Unwell),
        _ => None,
    }
}

/// SQLite names the columns (`UNIQUE constraint failed: people.login_folded`), PostgreSQL the constraint
/// (`people_login_folded_key`): both become `people_login_folded`.
fn constraint_of(cause: &dyn DatabaseError) -> String {
    if let Some(name) = cause.constraint() {
        return name.strip_suffix("_key").unwrap_or(name).to_owned();
    }
    let message = cause.message();
    let columns = message.rsplit(": ").next().unwrap_or(message);
    let table = columns.split('.').next().unwrap_or(columns);
    // 1555 is SQLITE_CONSTRAINT_PRIMARYKEY.
    if cause.code().is_some_and(|code| code == "1555") {
        return format!("{table}_pkey");
    }
    let names: Vec<&str> = columns.split(", ").filter_map(|column| column.split('.').nth(1)).collect();
    format!("{table}_{}", names.join("_"))
}

/// The row that an update had to touch was there.
pub(crate) const fn one(touched: u64) -> Result<()> {
    if touched == 0 { Err(Error::NotFound) } else { Ok(()) }
}
