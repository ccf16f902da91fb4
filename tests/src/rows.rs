//! The rows of a world, for comparing what two servers made of the same events.

use crate::World;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Tables by name, each row once, sorted.
pub type Tables = BTreeMap<String, Vec<Value>>;

/// Tables that acts, events and their folding write.
pub const CUSTODY: [&str; 7] =
    ["custody_events", "findings", "manifest_acts", "manifest_lines", "manifests", "seals", "trips"];

/// Columns that tell in which order and when the server came to know things, never what is true.
const ORDER: [&str; 9] = [
    "seq",
    "chain_hash",
    "record_time",
    "version",
    "updated_at",
    "raised_at",
    "withdrawn_at",
    "last_seen_at",
    "status_changed_at",
];

impl World {
    /// All rows of a table.
    ///
    /// # Panics
    /// When there is no such table.
    pub async fn rows(&self, table: &str) -> Vec<Value> {
        let mut rows = store::testing::rows(&self.app.db, table).await.unwrap();
        rows.sort_by_cached_key(Value::to_string);
        rows
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> usize {
        self.rows(table).await.len()
    }

    /// How many rows each table has.
    ///
    /// # Panics
    /// When the schema cannot be read.
    pub async fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for table in store::testing::tables(&self.app.db).await.unwrap() {
            let count = self.count(&table).await;
            counts.insert(table, count);
        }
        counts
    }

    /// What is true in this world about custody, without the order in which it became known: withdrawn findings
    /// are none, and the ids that the server gives to findings do not matter.
    pub async fn truth(&self) -> Tables {
        let mut tables = Tables::new();
        for table in CUSTODY {
            let rows = self.rows(table).await.into_iter().filter(|row| row["status"] != "withdrawn");
            let mut rows: Vec<Value> = rows.map(|row| timeless(table, row)).collect();
            rows.sort_by_cached_key(Value::to_string);
            tables.insert(table.to_owned(), rows);
        }
        tables
    }
}

fn timeless(table: &str, row: Value) -> Value {
    let Value::Object(fields) = row else { return row };
    let dropped = |name: &str| ORDER.contains(&name) || (table == "findings" && name == "id");
    let kept: Map<String, Value> = fields
        .into_iter()
        .filter(|(name, _)| !dropped(name))
        .map(|(name, value)| (name, unfolded(value)))
        .collect();
    Value::Object(kept)
}

/// JSON kept in a text column is compared as JSON, without the record time inside.
fn unfolded(value: Value) -> Value {
    let object = value.as_str().and_then(|text| serde_json::from_str::<Map<String, Value>>(text).ok());
    match object {
        Some(mut object) => {
            object.remove("record_time");
            Value::Object(object)
        }
        None => value,
    }
}

/// Compares two worlds row by row.
///
/// # Panics
/// With the first row that differs.
#[track_caller]
pub fn assert_same(one: &Tables, other: &Tables) {
    for (table, rows) in one {
        let others = &other[table];
        for (index, (row, its_twin)) in rows.iter().zip(others).enumerate() {
            let differing: Vec<String> = row
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(name, value)| its_twin[name.as_str()] != **value)
                .map(|(name, value)| format!("{name}: {value} / {}", its_twin[name.as_str()]))
                .collect();
            assert!(differing.is_empty(), "{table}, row {index}: {}", differing.join("; "));
        }
        assert_eq!(rows.len(), others.len(), "rows of {table}: {rows:?} / {others:?}");
    }
}
