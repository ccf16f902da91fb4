//! Totals, trends, groups and cross-tabs out of the roll-ups.

use super::figures::StatFigures;
use super::filter::{By, StatsFilter, days_of, narrow, viewer};
use super::labels::labels;
use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, FieldCode, Result};
use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use domain::rollup::Measures;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use store::rollups::{self, Order};

/// Most groups of one answer.
const MOST_GROUPS: u16 = 1_000;
/// Most cells of one cross-tab.
const MOST_CELLS: u16 = 20_000;
/// Most points of a trend.
const MOST_POINTS: usize = 1_100;

/// The figures of a period beside those of the same days a year before.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Totals {
    /// Time of the answer.
    pub as_of: DateTime<Utc>,
    /// All that is asked for.
    pub total: StatFigures,
    /// The same days a year before; null when no first day is named.
    pub last_year: Option<StatFigures>,
}

/// How fine a trend is.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TrendQuery {
    /// day, month or year.
    pub by: String,
}

/// Figures over time, without gaps.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Trend {
    /// Time of the answer.
    pub as_of: DateTime<Utc>,
    /// Day, month or year.
    pub by: By,
    /// In the order of time.
    pub items: Vec<TrendPoint>,
}

/// One day, month or year.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TrendPoint {
    /// 2026-11-23, 2026-11 or 2026.
    pub key: String,
    /// Its figures.
    pub figures: StatFigures,
    /// Those of a year before; null when no first day is named.
    pub last_year: Option<StatFigures>,
}

/// By what to group, and which groups come first.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GroupsQuery {
    /// day, month, year, province, destination, waste_group, waste_code, method, state, generator, carrier or facility.
    pub by: String,
    /// key, manifests (unless named otherwise), declared, received, late, discrepant or findings: the most first.
    pub order: Option<String>,
    /// Groups wanted, 1 to 1000; 100 unless named otherwise.
    pub limit: Option<u16>,
}

/// Figures by one dimension.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Groups {
    /// Time of the answer.
    pub as_of: DateTime<Utc>,
    /// The dimension.
    pub by: By,
    /// All that is asked for; a load with two codes counts once here and once in each of its codes.
    pub total: StatFigures,
    /// The groups.
    pub items: Vec<Heading>,
}

/// A row or column with its figures.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Heading {
    /// Code, id, day, month, year, method or state; empty where unknown.
    pub key: String,
    /// Name to show; the key where there is none.
    pub label: String,
    /// Its figures.
    pub figures: StatFigures,
}

/// The two dimensions of a cross-tab.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CrossQuery {
    /// What the rows are: as `by` of the groups.
    pub rows: String,
    /// What the columns are; province by destination are the flows.
    pub columns: String,
}

/// Figures by two dimensions.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Cross {
    /// Time of the answer.
    pub as_of: DateTime<Utc>,
    /// What the rows are.
    pub rows_by: By,
    /// What the columns are.
    pub columns_by: By,
    /// All that is asked for.
    pub total: StatFigures,
    /// The rows with their own figures, by key.
    pub rows: Vec<Heading>,
    /// The columns with their own figures, by key.
    pub columns: Vec<Heading>,
    /// Where there is something; by row and column.
    pub cells: Vec<Cell>,
}

/// Where a row and a column meet.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Cell {
    /// Key of the row.
    pub row: String,
    /// Key of the column.
    pub column: String,
    /// Its figures.
    pub figures: StatFigures,
}

/// The figures of what is asked for, and of the same days a year before.
///
/// # Errors
/// [`Error::Fields`] for unknown words; [`Error::Forbidden`] for drivers and inspectors.
pub async fn totals(app: &App, caller: &Caller, filter: StatsFilter) -> Result<Totals> {
    let as_of = app.now();
    let mut tx = app.db.read("stats.totals").await?;
    let viewer = viewer(&mut tx, caller).await?;
    let total = total(&mut tx, &filter, &viewer).await?;
    let last_year = match filter.last_year() {
        Some(before) => Some(self::total(&mut tx, &before, &viewer).await?),
        None => None,
    };
    Ok(Totals { as_of, total, last_year })
}

async fn total(
    tx: &mut store::Tx,
    filter: &StatsFilter,
    viewer: &store::manifests::Viewer,
) -> Result<StatFigures> {
    let found = rollups::groups(tx, (None, None), &filter.checked(viewer)?, Order::Key, 1).await?;
    let measures = found.first().map(|group| group.measures).unwrap_or_default();
    Ok(StatFigures::new(&measures, filter.link()))
}

/// Figures over time, each beside that of a year before; days, months and years without loads are there as zeros.
///
/// # Errors
/// As [`totals`].
pub async fn trend(app: &App, caller: &Caller, filter: StatsFilter, query: TrendQuery) -> Result<Trend> {
    let by = query.by.parse::<By>()?;
    if !matches!(by, By::Day | By::Month | By::Year) {
        return Err(Error::field("by", FieldCode::Unknown, "One of day, month, year."));
    }
    let as_of = app.now();
    let mut tx = app.db.read("stats.trend").await?;
    let viewer = viewer(&mut tx, caller).await?;
    let now = points(&mut tx, by, &filter, &viewer).await?;
    let before = match filter.last_year() {
        Some(before) => Some(points(&mut tx, by, &before, &viewer).await?),
        None => None,
    };
    let nothing = Measures::default();
    let figures = |of: &BTreeMap<String, Measures>, filter: &StatsFilter, key: &str| {
        let mut link = filter.link();
        narrow(&mut link, by, key);
        StatFigures::new(of.get(key).unwrap_or(&nothing), link)
    };
    let items = keys_between(by, &filter, &now)
        .into_iter()
        .map(|key| {
            let last_year = before
                .as_ref()
                .zip(filter.last_year())
                .and_then(|(points, filter)| Some(figures(points, &filter, &a_year_before(&key)?)));
            TrendPoint { figures: figures(&now, &filter, &key), last_year, key }
        })
        .collect();
    Ok(Trend { as_of, by, items })
}

async fn points(
    tx: &mut store::Tx,
    by: By,
    filter: &StatsFilter,
    viewer: &store::manifests::Viewer,
) -> Result<BTreeMap<String, Measures>> {
    let dimension = (Some(by.dimension()), None);
    let found = rollups::groups(tx, dimension, &filter.checked(viewer)?, Order::Key, MOST_CELLS).await?;
    Ok(found.into_iter().map(|group| (group.first, group.measures)).collect())
}

/// `2026-11` → `2025-11`; nothing for a leap day.
fn a_year_before(key: &str) -> Option<String> {
    let (year, rest) = key.split_at_checked(4)?;
    let before = format!("{}{rest}", year.parse::<i32>().ok()? - 1);
    days_of(&before).map(|_| before)
}

/// Every key from the first day to the last one, asked for or found; the latest of them when there are too many.
fn keys_between(by: By, filter: &StatsFilter, found: &BTreeMap<String, Measures>) -> Vec<String> {
    let first = filter.from.or_else(|| Some(days_of(found.keys().next()?)?.0));
    let last = filter.to.or_else(|| Some(days_of(found.keys().next_back()?)?.1));
    let (Some(first), Some(last)) = (first, last) else { return Vec::new() };
    let mut keys = Vec::new();
    let mut day = Some(first);
    while let Some(at) = day.filter(|at| *at <= last) {
        let (key, next) = match by {
            By::Year => (at.format("%Y"), NaiveDate::from_ymd_opt(at.year() + 1, 1, 1)),
            By::Month => {
                (at.format("%Y-%m"), at.with_day(1).and_then(|day| day.checked_add_months(Months::new(1))))
            }
            _ => (at.format("%Y-%m-%d"), at.succ_opt()),
        };
        keys.push(key.to_string());
        day = next;
    }
    keys.split_off(keys.len().saturating_sub(MOST_POINTS))
}

fn order(word: Option<&str>) -> Result<Order> {
    Ok(match word {
        None | Some("manifests") => Order::Manifests,
        Some("key") => Order::Key,
        Some("declared") => Order::Declared,
        Some("received") => Order::Received,
        Some("late") => Order::Late,
        Some("discrepant") => Order::Discrepant,
        Some("findings") => Order::Findings,
        Some(_) => {
            let message = "One of key, manifests, declared, received, late, discrepant, findings.";
            return Err(Error::field("order", FieldCode::Unknown, message));
        }
    })
}

/// Figures by one dimension: a breakdown, or the first groups of a list of the most.
///
/// # Errors
/// As [`totals`].
pub async fn groups(app: &App, caller: &Caller, filter: StatsFilter, query: GroupsQuery) -> Result<Groups> {
    let by = query.by.parse::<By>()?;
    let order = order(query.order.as_deref())?;
    let limit = query.limit.unwrap_or(100);
    if !(1..=MOST_GROUPS).contains(&limit) {
        return Err(Error::field("limit", FieldCode::OutOfRange, "From 1 to 1000."));
    }
    let as_of = app.now();
    let mut tx = app.db.read("stats.groups").await?;
    let viewer = viewer(&mut tx, caller).await?;
    let total = total(&mut tx, &filter, &viewer).await?;
    let items = headings(&mut tx, by, &filter, &viewer, order, limit).await?;
    Ok(Groups { as_of, by, total, items })
}

async fn headings(
    tx: &mut store::Tx,
    by: By,
    filter: &StatsFilter,
    viewer: &store::manifests::Viewer,
    order: Order,
    limit: u16,
) -> Result<Vec<Heading>> {
    let dimension = (Some(by.dimension()), None);
    let found = rollups::groups(tx, dimension, &filter.checked(viewer)?, order, limit).await?;
    let names = labels(tx, by, found.iter().map(|group| group.first.as_str())).await?;
    let heading = |group: rollups::Group| {
        let mut link = filter.link();
        narrow(&mut link, by, &group.first);
        Heading {
            label: label(&names, &group.first),
            figures: StatFigures::new(&group.measures, link),
            key: group.first,
        }
    };
    Ok(found.into_iter().map(heading).collect())
}

fn label(names: &HashMap<String, String>, key: &str) -> String {
    names.get(key).cloned().unwrap_or_else(|| key.to_owned())
}

/// Figures by any two dimensions.
///
/// # Errors
/// As [`totals`]; also for two dimensions that are the same or make more than 20,000 cells.
pub async fn cross(app: &App, caller: &Caller, filter: StatsFilter, query: CrossQuery) -> Result<Cross> {
    let of = |word: &str, path: &'static str| {
        word.parse::<By>().map_err(|_| {
            Error::field(path, FieldCode::Unknown, "One of the dimensions by which groups are made.")
        })
    };
    let (rows_by, columns_by) = (of(&query.rows, "rows")?, of(&query.columns, "columns")?);
    if rows_by == columns_by {
        return Err(Error::field(
            "columns",
            FieldCode::OutOfRange,
            "Choose another dimension than the rows'.",
        ));
    }
    let as_of = app.now();
    let mut tx = app.db.read("stats.cross").await?;
    let viewer = viewer(&mut tx, caller).await?;
    let total = total(&mut tx, &filter, &viewer).await?;
    let both = (Some(rows_by.dimension()), Some(columns_by.dimension()));
    let found = rollups::groups(&mut tx, both, &filter.checked(&viewer)?, Order::Key, MOST_CELLS).await?;
    if found.len() >= usize::from(MOST_CELLS) {
        return Err(Error::field("columns", FieldCode::OutOfRange, "Too many cells: narrow the filters."));
    }
    let rows = headings(&mut tx, rows_by, &filter, &viewer, Order::Key, MOST_CELLS).await?;
    let columns = headings(&mut tx, columns_by, &filter, &viewer, Order::Key, MOST_CELLS).await?;
    // Between statements something may have been issued: a cell never stands outside its row and column.
    let kept = |headings: &[Heading]| headings.iter().map(|h| h.key.clone()).collect::<BTreeSet<_>>();
    let (row_keys, column_keys) = (kept(&rows), kept(&columns));
    let cells = found
        .into_iter()
        .filter(|group| row_keys.contains(&group.first) && column_keys.contains(&group.second))
        .map(|group| {
            let mut link = filter.link();
            narrow(&mut link, rows_by, &group.first);
            narrow(&mut link, columns_by, &group.second);
            Cell { figures: StatFigures::new(&group.measures, link), row: group.first, column: group.second }
        })
        .collect();
    Ok(Cross { as_of, rows_by, columns_by, total, rows, columns, cells })
}
