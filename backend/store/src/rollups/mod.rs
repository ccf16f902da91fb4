//! `rollup_deltas`, `rollups`: what manifests add up to. Writers append deltas, a job moves them into the roll-ups,
//! readers ([`groups`]) sum both in one statement.

mod read;

pub use read::{Dimension, Filter, Group, Order, groups};

use crate::batch::{self, Column, Statement};
use crate::manifests::Manifest;
use crate::tx::Conn;
use crate::{Result, Tx};
use chrono::{Datelike, NaiveDate};
use domain::custody::folded::LineMasses;
use domain::id::OrganisationId;
use domain::manifest::ManifestState;
use domain::rollup::{Firsts, Key, Load, LoadLine, Measures};
use domain::waste::{TreatmentMethod, WasteLine};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use uuid::Uuid;

/// Deltas moved in one transaction.
pub const AT_ONCE: u16 = 2_000;

/// How fine a row of the roll-ups is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Grain {
    /// A day and trio of parties.
    Party,
    /// A day, all parties together.
    Day,
    /// A month, all parties together.
    Month,
}

impl Grain {
    const ALL: [Self; 3] = [Self::Party, Self::Day, Self::Month];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Party => "party",
            Self::Day => "day",
            Self::Month => "month",
        }
    }

    /// The key of the row that holds a delta of this key.
    fn key(self, key: &Key) -> Key {
        let nobody = OrganisationId(Uuid::nil());
        match self {
            Self::Party => key.clone(),
            Self::Day => Key { generator_id: nobody, carrier_id: nobody, facility_id: nobody, ..key.clone() },
            Self::Month => Key { day: key.day.with_day(1).unwrap_or(key.day), ..Self::Day.key(key) },
        }
    }
}

macro_rules! key_columns {
    () => {
        "day, from_province, to_province, waste_code, method, state, firsts, generator_id, carrier_id, facility_id"
    };
}

/// Names of the measures, as the tables have them.
pub(super) static MEASURES: LazyLock<String> =
    LazyLock::new(|| [Measures::OF_LINES, Measures::OF_MANIFESTS].concat().join(", "));

/// A row of deltas or of one grain.
#[derive(sqlx::FromRow)]
struct Row {
    day: NaiveDate,
    from_province: String,
    to_province: String,
    waste_code: String,
    method: TreatmentMethod,
    state: ManifestState,
    firsts: i16,
    generator_id: OrganisationId,
    carrier_id: OrganisationId,
    facility_id: OrganisationId,
    #[sqlx(flatten)]
    measures: Measures,
}

impl From<Row> for (Key, Measures) {
    fn from(row: Row) -> Self {
        let key = Key {
            day: row.day,
            from_province: row.from_province,
            to_province: row.to_province,
            waste_code: row.waste_code,
            method: row.method,
            state: row.state,
            firsts: Firsts(row.firsts),
            generator_id: row.generator_id,
            carrier_id: row.carrier_id,
            facility_id: row.facility_id,
        };
        (key, row.measures)
    }
}

/// A manifest as the statistics count it, with these lines.
#[must_use]
pub fn counted<'a>(row: &'a Manifest, lines: Vec<LoadLine<'a>>) -> Load<'a> {
    Load {
        issued_at: row.issued_at,
        from_province: row.generator_province.as_deref(),
        to_province: row.facility_province.as_deref(),
        generator_id: row.generator_id,
        carrier_id: row.carrier_id,
        facility_id: row.facility_id,
        state: row.state,
        planned_delivery_at: row.planned_delivery_at,
        picked_up_at: row.picked_up_at,
        arrived_at: row.arrived_at,
        accepted_at: row.accepted_at,
        open_findings: row.open_findings,
        lines,
    }
}

/// A declared line with its masses as the statistics count it.
#[must_use]
pub const fn counted_line(declared: &WasteLine, masses: LineMasses) -> LoadLine<'_> {
    LoadLine {
        waste_code: &declared.waste_code,
        method: declared.treatment_method,
        mass_basis: declared.mass_basis,
        masses,
    }
}

/// The columns of a statement's input: `before`, the key, the measures.
fn columns(before: &[(&'static str, Column)]) -> Vec<(&'static str, Column)> {
    let key = [
        ("day", Column::Date),
        ("from_province", Column::Text),
        ("to_province", Column::Text),
        ("waste_code", Column::Text),
        ("method", Column::Text),
        ("state", Column::Text),
        ("firsts", Column::Int),
        ("generator_id", Column::Uuid),
        ("carrier_id", Column::Uuid),
        ("facility_id", Column::Uuid),
    ];
    let measures = Measures::OF_LINES.iter().chain(Measures::OF_MANIFESTS).map(|name| (*name, Column::Int));
    before.iter().copied().chain(key).chain(measures).collect()
}

fn values(before: impl IntoIterator<Item = batch::Value>, key: Key, measures: &Measures) -> batch::Row {
    let key: [batch::Value; 10] = [
        key.day.into(),
        key.from_province.into(),
        key.to_province.into(),
        key.waste_code.into(),
        key.method.as_str().into(),
        key.state.as_str().into(),
        key.firsts.0.into(),
        key.generator_id.into(),
        key.carrier_id.into(),
        key.facility_id.into(),
    ];
    before.into_iter().chain(key).chain(measures.values().into_iter().map(batch::Value::from)).collect()
}

/// Appends what a set of changes adds and takes away, in one statement; nothing when there is nothing.
pub async fn append(
    tx: &mut Tx,
    batch_id: Uuid,
    deltas: impl IntoIterator<Item = (Key, Measures)>,
) -> Result<()> {
    static INSERT: LazyLock<Statement> = LazyLock::new(|| {
        let names = format!("batch_id, ordinal, {}, {}", key_columns!(), *MEASURES);
        Statement::new(
            &format!("INSERT INTO rollup_deltas ({names}) SELECT {names} FROM {{input}}"),
            &columns(&[("batch_id", Column::Uuid), ("ordinal", Column::Int)]),
        )
    });
    let rows = (0_i64..)
        .zip(deltas)
        .map(|(ordinal, (key, measures))| values([batch_id.into(), ordinal.into()], key, &measures))
        .collect();
    INSERT.execute(tx, rows).await.map(drop)
}

/// Moves the oldest deltas, at most [`AT_ONCE`], into the roll-ups, and removes the rows that became empty. Returns how
/// many deltas that were. Two servers at it take different ones.
pub async fn compact(tx: &mut Tx) -> Result<usize> {
    static TAKE: LazyLock<String> = LazyLock::new(|| {
        format!(
            "DELETE FROM rollup_deltas WHERE (batch_id, ordinal) IN \
                 (SELECT batch_id, ordinal FROM rollup_deltas ORDER BY batch_id, ordinal LIMIT $1) \
             RETURNING {}, {}",
            key_columns!(),
            *MEASURES
        )
    });
    let taken: Vec<Row> =
        on_tx!(tx, c => sqlx::query_as(TAKE.as_str()).bind(i64::from(AT_ONCE)).fetch_all(c).await)?;
    let count = taken.len();
    // In the order of their keys: two jobs that meet in the roll-ups must not wait for each other in a circle.
    let mut sums: BTreeMap<(Grain, Key), Measures> = BTreeMap::new();
    for (key, measures) in taken.into_iter().map(<(Key, Measures)>::from) {
        for grain in Grain::ALL {
            sums.entry((grain, grain.key(&key))).or_default().add(&measures, 1);
        }
    }
    sums.retain(|_, measures| *measures != Measures::default());
    upsert(tx, sums).await?;
    on_tx!(tx, c => sqlx::query("DELETE FROM rollups WHERE lines = 0").execute(c).await.map(drop))?;
    Ok(count)
}

async fn upsert(tx: &mut Tx, sums: BTreeMap<(Grain, Key), Measures>) -> Result<()> {
    static UPSERT: LazyLock<Statement> = LazyLock::new(|| {
        let names = format!("grain, {}, {}", key_columns!(), *MEASURES);
        let sums: Vec<String> = Measures::OF_LINES
            .iter()
            .chain(Measures::OF_MANIFESTS)
            .map(|name| format!("{name} = rollups.{name} + excluded.{name}"))
            .collect();
        Statement::new(
            &format!(
                "INSERT INTO rollups ({names}) SELECT {names} FROM {{input}} WHERE TRUE \
                 ON CONFLICT (grain, {}) DO UPDATE SET {}",
                key_columns!(),
                sums.join(", ")
            ),
            &columns(&[("grain", Column::Text)]),
        )
    });
    let rows = sums
        .into_iter()
        .map(|((grain, key), measures)| values([grain.as_str().into()], key, &measures))
        .collect();
    UPSERT.execute(tx, rows).await.map(drop)
}

/// Keeps others from changing roll-ups until the transaction ends; what they append waits.
///
/// Only PostgreSQL needs it: the one SQLite writer holds the whole file.
pub async fn lock(tx: &mut Tx) -> Result<()> {
    match tx.conn() {
        Conn::Sqlite(_) => Ok(()),
        Conn::Postgres(c) => {
            sqlx::query("LOCK TABLE rollup_deltas IN SHARE ROW EXCLUSIVE MODE").execute(c).await?;
            Ok(())
        }
    }
}

/// What is kept of a day, roll-ups and deltas together, in their finest grain.
pub async fn list_of_day(tx: &mut Tx, day: NaiveDate) -> Result<BTreeMap<Key, Measures>> {
    static LIST: LazyLock<String> = LazyLock::new(|| {
        let names = format!("{}, {}", key_columns!(), *MEASURES);
        format!(
            "SELECT {names} FROM rollups WHERE grain = 'party' AND day = $1 \
             UNION ALL SELECT {names} FROM rollup_deltas WHERE day = $1"
        )
    });
    let rows: Vec<Row> = on_tx!(tx, c => sqlx::query_as(LIST.as_str()).bind(day).fetch_all(c).await)?;
    let mut sums: BTreeMap<Key, Measures> = BTreeMap::new();
    for (key, measures) in rows.into_iter().map(<(Key, Measures)>::from) {
        sums.entry(key).or_default().add(&measures, 1);
    }
    sums.retain(|_, measures| *measures != Measures::default());
    Ok(sums)
}

/// Days that have manifests issued on them or rows kept of them, in order.
pub async fn list_days(tx: &mut Tx) -> Result<Vec<NaiveDate>> {
    let mut days: Vec<NaiveDate> = on_tx!(tx, c => sqlx::query_scalar(
        "SELECT DISTINCT day FROM rollups WHERE grain = 'party' UNION SELECT DISTINCT day FROM rollup_deltas",
    ).fetch_all(c).await)?;
    let ends: (Option<domain::time::Instant>, Option<domain::time::Instant>) = on_tx!(tx, c => sqlx::query_as(
        "SELECT (SELECT min(issued_at) FROM manifests), (SELECT max(issued_at) FROM manifests)",
    ).fetch_one(c).await)?;
    if let (Some(first), Some(last)) = ends {
        let (first, last) = (domain::time::local_day(first), domain::time::local_day(last));
        days.extend(first.iter_days().take_while(|day| *day <= last));
    }
    days.sort_unstable();
    days.dedup();
    Ok(days)
}

/// True when the three grains add up to the same: what is compacted was compacted into all of them.
pub async fn grains_agree(tx: &mut Tx) -> Result<bool> {
    let sums: Vec<(String, i64, i64, i64, i64)> = on_tx!(tx, c => sqlx::query_as(
        "SELECT grain, CAST(sum(lines) AS BIGINT), CAST(sum(manifests) AS BIGINT), \
             CAST(sum(declared_mass_g) AS BIGINT), CAST(sum(received_mass_g) AS BIGINT) FROM rollups GROUP BY grain",
    ).fetch_all(c).await)?;
    let rests: Vec<_> =
        sums.iter().map(|(_, lines, loads, declared, received)| (lines, loads, declared, received)).collect();
    Ok(rests.is_empty() || (rests.len() == Grain::ALL.len() && rests.windows(2).all(|two| two[0] == two[1])))
}

/// Forgets every roll-up and delta, so that a rebuild makes them from nothing.
pub async fn clear(tx: &mut Tx) -> Result<()> {
    on_tx!(tx, c => sqlx::query("DELETE FROM rollup_deltas").execute(c).await.map(drop))?;
    on_tx!(tx, c => sqlx::query("DELETE FROM rollups").execute(c).await.map(drop))
}
