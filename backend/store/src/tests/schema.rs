//! Both schemas are equal, read from the live catalogues: tables, columns, nullability, defaults, indexes.

use crate::testing::{has_postgres, postgres, sqlite};
use crate::{Db, Tx};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Default, PartialEq, Eq)]
struct Table {
    /// Name, type and whether it may be NULL, in order.
    columns: Vec<(String, String, bool)>,
    /// Columns, uniqueness and whether only a part of the rows is in it. SQLite gives the indexes of constraints
    /// names of its own, so names do not count.
    indexes: BTreeSet<(Vec<String>, bool, bool)>,
    /// Column and the table it points to.
    references: BTreeSet<(String, String)>,
}

async fn rows<T>(tx: &mut Tx, sql: &'static str, name: &str) -> Vec<T>
where
    T: for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow>
        + for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow>
        + Send
        + Unpin,
{
    on_tx!(tx, c => sqlx::query_as(sql).bind(name).fetch_all(c).await).unwrap()
}

async fn of_sqlite(db: &Db) -> BTreeMap<String, Table> {
    let mut tx = db.read("schema").await.unwrap();
    let names: Vec<(String,)> = rows(
        &mut tx,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE $1 ESCAPE '!' ORDER BY name",
        "sqlite!_%",
    )
    .await;
    let mut tables = BTreeMap::new();
    for (name,) in names.into_iter().filter(|(name,)| !name.starts_with("_sqlx")) {
        let columns: Vec<(String, String, bool)> = rows(
            &mut tx,
            "SELECT name, lower(type), \"notnull\" = 0 FROM pragma_table_info($1) ORDER BY cid",
            &name,
        )
        .await;
        let listed: Vec<(String, bool, bool)> =
            rows(&mut tx, "SELECT name, \"unique\" = 1, partial = 1 FROM pragma_index_list($1)", &name).await;
        let mut indexes = BTreeSet::new();
        for (index, unique, partial) in listed {
            let columns: Vec<(String,)> =
                rows(&mut tx, "SELECT name FROM pragma_index_info($1) ORDER BY seqno", &index).await;
            indexes.insert((columns.into_iter().map(|(name,)| name).collect(), unique, partial));
        }
        // An INTEGER PRIMARY KEY is the table itself in SQLite and has no index there.
        let key: Vec<(String,)> =
            rows(&mut tx, "SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk", &name).await;
        indexes.insert((key.into_iter().map(|(name,)| name).collect(), true, false));
        let references: Vec<(String, String)> =
            rows(&mut tx, "SELECT \"from\", \"table\" FROM pragma_foreign_key_list($1)", &name).await;
        tables.insert(name, Table { columns, indexes, references: references.into_iter().collect() });
    }
    tables
}

async fn of_postgres(db: &Db) -> BTreeMap<String, Table> {
    let mut tx = db.read("schema").await.unwrap();
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    let columns: Vec<(String, String, String, bool)> = rows(
        &mut tx,
        "SELECT CAST(c.relname AS TEXT), CAST(a.attname AS TEXT), format_type(a.atttypid, a.atttypmod), NOT a.attnotnull \
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = $1 AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum",
        "public",
    )
    .await;
    for (table, name, kind, nullable) in columns {
        let kind = if kind == "timestamp with time zone" { "timestamptz".to_owned() } else { kind };
        tables.entry(table).or_default().columns.push((name, kind, nullable));
    }
    let indexes: Vec<(String, String, bool, bool)> = rows(
        &mut tx,
        "SELECT CAST(t.relname AS TEXT), \
                (SELECT string_agg(CAST(a.attname AS TEXT), ',' ORDER BY k.place) \
                 FROM unnest(i.indkey) WITH ORDINALITY AS k(number, place) \
                 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number), \
                i.indisunique, i.indpred IS NOT NULL \
         FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace \
         WHERE n.nspname = $1",
        "public",
    )
    .await;
    for (table, columns, unique, partial) in indexes {
        let columns = columns.split(',').map(str::to_owned).collect();
        tables.entry(table).or_default().indexes.insert((columns, unique, partial));
    }
    let references: Vec<(String, String, String)> = rows(
        &mut tx,
        "SELECT CAST(t.relname AS TEXT), CAST(a.attname AS TEXT), CAST(f.relname AS TEXT) FROM pg_constraint k \
         JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid \
         JOIN pg_namespace n ON n.oid = t.relnamespace \
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.conkey[1] \
         WHERE k.contype = 'f' AND n.nspname = $1",
        "public",
    )
    .await;
    for (table, column, target) in references {
        tables.entry(table).or_default().references.insert((column, target));
    }
    tables.retain(|name, _| !name.starts_with("_sqlx"));
    tables
}

#[tokio::test]
async fn both_databases_have_the_same_schema() {
    let file = sqlite().await.unwrap();
    let sqlite_tables = of_sqlite(&file.db).await;
    assert!(sqlite_tables.len() >= 30, "{:?}", sqlite_tables.keys());
    file.remove().await.unwrap();
    let Some(server) = postgres().await.unwrap() else {
        assert!(!has_postgres());
        return;
    };
    let postgres_tables = of_postgres(&server.db).await;
    server.remove().await.unwrap();
    let names = |tables: &BTreeMap<String, Table>| tables.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&sqlite_tables), names(&postgres_tables));
    for (name, table) in &sqlite_tables {
        assert_eq!(table, &postgres_tables[name], "table {name}: SQLite left, PostgreSQL right");
    }
}

/// Versions of the files that differ, as README.md lists them.
const DIFFER: [i64; 1] = [6];

/// Migrations that have no reason to differ must not: README.md lists the reasons.
#[test]
fn both_folders_hold_the_same_files_with_the_same_text() {
    let files = |migrator: sqlx::migrate::Migrator| -> Vec<_> {
        let text = |m: &sqlx::migrate::Migration| (!DIFFER.contains(&m.version)).then(|| m.checksum.clone());
        migrator.iter().map(|m| (m.version, m.description.clone(), text(m))).collect()
    };
    let sqlite = files(sqlx::migrate!("../../migrations/sqlite"));
    assert_eq!(sqlite, files(sqlx::migrate!("../../migrations/postgres")));
}
