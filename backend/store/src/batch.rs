//! Set-wise statements: many rows in one statement, whatever their number.
//!
//! The rows of a batch reach PostgreSQL as one array per column (`unnest`), so that one prepared statement serves every
//! batch size. SQLite gets lists of ids as one JSON array (`json_each`) and wider rows as bound values, in a few sizes
//! of statement: an event as JSON would be written, escaped, parsed and unescaped once more. A statement is written
//! once, with `{input}` where the rows come in; [`Statement`] renders each form from the same list of columns.

use crate::error::Result;
use crate::tx::{Conn, Tx};
use chrono::{NaiveDate, SecondsFormat};
use data_encoding::HEXLOWER;
use domain::time::Instant;
use serde::{Serialize, Serializer};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Postgres, Sqlite, query::Query};
use std::fmt::Write as _;
use std::sync::OnceLock;
use uuid::Uuid;

/// Type of a column of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Uuid,
    Text,
    Int,
    Real,
    Bool,
    Time,
    Bytes,
    Date,
}

/// One value of the input.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Uuid(Option<Uuid>),
    Text(Option<String>),
    Int(Option<i64>),
    Real(Option<f64>),
    Bool(Option<bool>),
    Time(Option<Instant>),
    Bytes(Option<Vec<u8>>),
    Date(Option<NaiveDate>),
}

/// One row of the input, in the order of the statement's columns.
pub(crate) type Row = Vec<Value>;

/// Most rows that SQLite takes as bound values: 256 of 40 columns are a third of the parameters it allows.
const MAX_BOUND_ROWS: usize = 256;
/// Sizes of statement for bound rows: 1, 2, 4 … [`MAX_BOUND_ROWS`].
const BOUND_SIZES: usize = 9;

/// A statement with `{input}` replaced for each database.
pub(crate) struct Statement {
    template: String,
    /// With the rows as JSON.
    sqlite: String,
    /// With room for 2ⁿ rows of bound values, made when first needed.
    bound: [OnceLock<String>; BOUND_SIZES],
    postgres: String,
    names: Vec<String>,
    columns: Vec<Column>,
}

impl Statement {
    /// Renders `template`; `{input}` becomes a table named `input` with these columns.
    pub(crate) fn new(template: &str, columns: &[(&str, Column)]) -> Self {
        // Wide rows are bound in the order of the text: they can come in once only.
        debug_assert!(columns.len() == 1 || template.matches("{input}").count() == 1, "{template}");
        let (mut picks, mut arrays, mut names) = (String::new(), String::new(), String::new());
        for (index, (name, column)) in columns.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            // Writing to a String cannot fail.
            let _ = match column {
                Column::Uuid | Column::Bytes => write!(picks, "{comma}unhex(value ->> {index}) AS {name}"),
                Column::Text | Column::Int | Column::Real | Column::Bool | Column::Time | Column::Date => {
                    write!(picks, "{comma}value ->> {index} AS {name}")
                }
            };
            let _ = write!(arrays, "{comma}CAST(${} AS {}[])", index + 1, column.postgres());
            let _ = write!(names, "{comma}{name}");
        }
        Self {
            template: template.to_owned(),
            bound: Default::default(),
            names: columns.iter().map(|(name, _)| (*name).to_owned()).collect(),
            sqlite: template.replace("{input}", &format!("(SELECT {picks} FROM json_each($1)) AS input")),
            postgres: template.replace("{input}", &format!("unnest({arrays}) AS input({names})")),
            columns: columns.iter().map(|(_, column)| *column).collect(),
        }
    }

    /// Runs the statement and returns how many rows it touched.
    pub(crate) async fn execute(&'static self, tx: &mut Tx, rows: Vec<Row>) -> Result<u64> {
        if rows.is_empty() {
            return Ok(0);
        }
        match tx.conn() {
            Conn::Sqlite(c) => Ok(self.with_rows(rows).execute(c).await?.rows_affected()),
            Conn::Postgres(c) => {
                let done = self.bind(sqlx::query(self.postgres.as_str()), rows).execute(c).await?;
                Ok(done.rows_affected())
            }
        }
    }

    /// Runs the statement and returns its rows; no rows in, none out.
    pub(crate) async fn fetch<T>(&'static self, tx: &mut Tx, rows: Vec<Row>) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
    {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        match tx.conn() {
            Conn::Sqlite(c) => {
                let found = self.with_rows(rows).fetch_all(c).await?;
                found.iter().map(|row| Ok(T::from_row(row)?)).collect()
            }
            Conn::Postgres(c) => {
                let found = self.bind(sqlx::query(self.postgres.as_str()), rows).fetch_all(c).await?;
                found.iter().map(|row| Ok(T::from_row(row)?)).collect()
            }
        }
    }

    /// The statement for SQLite with these rows.
    fn with_rows(
        &'static self,
        rows: Vec<Row>,
    ) -> Query<'static, Sqlite, <Sqlite as sqlx::Database>::Arguments> {
        if self.columns.len() == 1 || rows.len() > MAX_BOUND_ROWS {
            return sqlx::query(self.sqlite.as_str()).bind(to_json(&rows));
        }
        let (count, room) = (rows.len(), rows.len().next_power_of_two());
        let size = usize::try_from(room.trailing_zeros()).unwrap_or_default();
        let text = self.bound[size].get_or_init(|| self.render_bound(room));
        // Each row begins with a mark; the rows of the rest are null, mark included.
        let mut query = sqlx::query(text.as_str());
        for row in rows {
            query = query.bind(1_i64);
            for value in row {
                query = match value {
                    Value::Uuid(value) => query.bind(value),
                    Value::Text(value) => query.bind(value),
                    Value::Int(value) => query.bind(value),
                    Value::Real(value) => query.bind(value),
                    Value::Bool(value) => query.bind(value),
                    Value::Time(value) => query.bind(value),
                    Value::Bytes(value) => query.bind(value),
                    Value::Date(value) => query.bind(value),
                };
            }
        }
        for _ in 0..(room - count) * (self.columns.len() + 1) {
            query = query.bind(None::<i64>);
        }
        query
    }

    /// Parameters without names: SQLite looks through the list of names for each one that is bound. And no LIMIT with a
    /// parameter: it would plan the statement anew for every other number.
    fn render_bound(&self, room: usize) -> String {
        let mut picks = String::new();
        // Writing to a String cannot fail.
        for (index, name) in self.names.iter().enumerate() {
            let _ = write!(picks, "{}column{} AS {name}", if index == 0 { "" } else { ", " }, index + 2);
        }
        let row = format!("(?{})", ", ?".repeat(self.columns.len()));
        let values = vec![row; room].join(", ");
        let input = format!("(SELECT {picks} FROM (VALUES {values}) WHERE column1 = 1) AS input");
        self.template.replace("{input}", &input)
    }

    fn bind<'q>(
        &self,
        mut query: Query<'q, Postgres, <Postgres as sqlx::Database>::Arguments>,
        rows: Vec<Row>,
    ) -> Query<'q, Postgres, <Postgres as sqlx::Database>::Arguments> {
        let mut columns: Vec<Vec<Value>> =
            self.columns.iter().map(|_| Vec::with_capacity(rows.len())).collect();
        for row in rows {
            for (column, value) in columns.iter_mut().zip(row) {
                column.push(value);
            }
        }
        for (kind, values) in self.columns.iter().zip(columns) {
            query = match kind {
                Column::Uuid => query.bind(pick(values, |v| if let Value::Uuid(v) = v { v } else { None })),
                Column::Text => query.bind(pick(values, |v| if let Value::Text(v) = v { v } else { None })),
                Column::Int => query.bind(pick(values, |v| if let Value::Int(v) = v { v } else { None })),
                Column::Real => query.bind(pick(values, |v| if let Value::Real(v) = v { v } else { None })),
                Column::Bool => query.bind(pick(values, |v| if let Value::Bool(v) = v { v } else { None })),
                Column::Time => query.bind(pick(values, |v| if let Value::Time(v) = v { v } else { None })),
                Column::Bytes => query.bind(pick(values, |v| if let Value::Bytes(v) = v { v } else { None })),
                Column::Date => query.bind(pick(values, |v| if let Value::Date(v) = v { v } else { None })),
            };
        }
        query
    }
}

fn pick<T>(values: Vec<Value>, take: impl Fn(Value) -> Option<T>) -> Vec<Option<T>> {
    values.into_iter().map(take).collect()
}

impl Column {
    const fn postgres(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Text => "text",
            Self::Int => "bigint",
            Self::Real => "double precision",
            Self::Bool => "boolean",
            Self::Time => "timestamptz",
            Self::Bytes => "bytea",
            Self::Date => "date",
        }
    }
}

fn to_json(rows: &[Row]) -> String {
    // Strings, numbers and nulls always serialise.
    serde_json::to_string(rows).unwrap_or_default()
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Uuid(value) => value.map(|id| id.simple().to_string()).serialize(to),
            Self::Text(value) => value.serialize(to),
            Self::Int(value) => value.serialize(to),
            Self::Real(value) => value.serialize(to),
            Self::Bool(value) => value.serialize(to),
            // The very form the driver binds (`+00:00`, as many digits as needed): texts must compare equal.
            Self::Time(value) => {
                value.map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, false)).serialize(to)
            }
            Self::Bytes(value) => value.as_deref().map(|bytes| HEXLOWER.encode(bytes)).serialize(to),
            Self::Date(value) => value.map(|day| day.format("%F").to_string()).serialize(to),
        }
    }
}

macro_rules! values {
    ($($variant:ident: $($from:ty),+;)+) => { $($(
        impl From<$from> for Value {
            fn from(value: $from) -> Self { Self::$variant(Some(value.into())) }
        }
        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self { Self::$variant(value.map(Into::into)) }
        }
    )+)+ };
}

values! {
    Uuid: Uuid;
    Text: String, &str;
    Int: i64, i32, i16;
    Real: f64;
    Bool: bool;
    Time: Instant;
    Date: NaiveDate;
    Bytes: Vec<u8>, &[u8];
}

/// Makes ids of the domain values of a batch.
macro_rules! id_values {
    ($($id:ident),+) => { $(
        impl From<domain::id::$id> for Value {
            fn from(id: domain::id::$id) -> Self { Self::Uuid(Some(id.0)) }
        }
        impl From<Option<domain::id::$id>> for Value {
            fn from(id: Option<domain::id::$id>) -> Self { Self::Uuid(id.map(|id| id.0)) }
        }
    )+ };
}

id_values!(
    ManifestId,
    TripId,
    EventId,
    FindingId,
    ActId,
    OrganisationId,
    SiteId,
    PermitId,
    VehicleId,
    RouteId,
    PersonId,
    DeviceId,
    SessionId,
    NoticeId,
    DeliveryId,
    SubscriptionId,
    ScaleId,
    ReadingId
);

impl From<domain::mass::Grams> for Value {
    fn from(mass: domain::mass::Grams) -> Self {
        Self::Int(Some(mass.0))
    }
}

impl From<Option<domain::mass::Grams>> for Value {
    fn from(mass: Option<domain::mass::Grams>) -> Self {
        Self::Int(mass.map(|mass| mass.0))
    }
}

/// One-column rows: a list of ids for `IN (SELECT id FROM {input})`.
pub(crate) fn ids<T: Copy + Into<Value>>(ids: &[T]) -> Vec<Row> {
    ids.iter().map(|id| vec![(*id).into()]).collect()
}
