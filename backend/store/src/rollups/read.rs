//! Figures by one dimension, by two, or all together, out of roll-ups and pending deltas in one statement.

use super::{Grain, MEASURES};
use crate::manifests::Viewer;
use crate::{Result, Tx};
use chrono::{Datelike, Days, Months, NaiveDate};
use domain::id::OrganisationId;
use domain::manifest::ManifestState;
use domain::rollup::{Firsts, Measures};
use domain::waste::TreatmentMethod;
use sqlx::QueryBuilder;
use std::fmt::Write as _;

/// What figures are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// Local day of the issue, `2026-11-23`.
    Day,
    /// Local month, `2026-11`.
    Month,
    /// Local year, `2026`.
    Year,
    /// Province of the generator's site; empty where unknown.
    Province,
    /// Province of the facility's site; empty where unknown.
    Destination,
    /// First two digits of the code.
    WasteGroup,
    /// Waste code in printed form.
    WasteCode,
    /// Treatment method.
    Method,
    /// State.
    State,
    /// Generator, by id.
    Generator,
    /// Carrier, by id.
    Carrier,
    /// Facility, by id.
    Facility,
}

impl Dimension {
    /// The key as text and, of a party, as id.
    const fn columns(self) -> (&'static str, &'static str) {
        const NO_ID: &str = "CAST(NULL AS UUID)";
        match self {
            Self::Day => ("CAST(day AS TEXT)", NO_ID),
            Self::Month => ("substr(CAST(day AS TEXT), 1, 7)", NO_ID),
            Self::Year => ("substr(CAST(day AS TEXT), 1, 4)", NO_ID),
            Self::Province => ("from_province", NO_ID),
            Self::Destination => ("to_province", NO_ID),
            Self::WasteGroup => ("substr(waste_code, 1, 2)", NO_ID),
            Self::WasteCode => ("waste_code", NO_ID),
            Self::Method => ("method", NO_ID),
            Self::State => ("state", NO_ID),
            Self::Generator => ("CAST(NULL AS TEXT)", "generator_id"),
            Self::Carrier => ("CAST(NULL AS TEXT)", "carrier_id"),
            Self::Facility => ("CAST(NULL AS TEXT)", "facility_id"),
        }
    }

    const fn is_party(self) -> bool {
        matches!(self, Self::Generator | Self::Carrier | Self::Facility)
    }
}

/// Which manifests count; whatever is `None` or empty lets all pass.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// Only what this person may see, as a party or by province.
    pub viewer: Option<&'a Viewer>,
    /// Issued on this local day or later.
    pub from: Option<NaiveDate>,
    /// Issued on this local day or earlier.
    pub to: Option<NaiveDate>,
    /// From a site in this province.
    pub province: Option<&'a str>,
    /// To a site in this province.
    pub destination: Option<&'a str>,
    /// With lines of this code, in printed form; their masses alone are summed.
    pub waste_code: Option<&'a str>,
    /// With lines of this group of codes, two digits.
    pub waste_group: Option<&'a str>,
    /// With lines of this method.
    pub method: Option<TreatmentMethod>,
    /// In one of these states.
    pub states: Vec<ManifestState>,
    /// Of this generator.
    pub generator_id: Option<OrganisationId>,
    /// Of this carrier.
    pub carrier_id: Option<OrganisationId>,
    /// Of this facility.
    pub facility_id: Option<OrganisationId>,
}

/// What the first groups are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By their keys.
    Key,
    /// Most manifests first.
    Manifests,
    /// Most declared mass first.
    Declared,
    /// Most received mass first.
    Received,
    /// Most late arrivals first.
    Late,
    /// Most manifests with a discrepancy first.
    Discrepant,
    /// Most open findings first.
    Findings,
}

impl Order {
    const fn sql(self) -> &'static str {
        match self {
            Self::Key => "",
            Self::Manifests => "manifests DESC, ",
            Self::Declared => "declared_mass_g DESC, ",
            Self::Received => "received_mass_g DESC, ",
            Self::Late => "late DESC, ",
            Self::Discrepant => "discrepant DESC, ",
            Self::Findings => "open_findings DESC, ",
        }
    }
}

/// Figures of one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Key in the first dimension: as its filter takes it; empty where unknown or not grouped.
    pub first: String,
    /// Key in the second.
    pub second: String,
    /// Its figures.
    pub measures: Measures,
}

#[derive(sqlx::FromRow)]
struct Row {
    a: Option<String>,
    a_id: Option<OrganisationId>,
    b: Option<String>,
    b_id: Option<OrganisationId>,
    #[sqlx(flatten)]
    measures: Measures,
}

impl From<Row> for Group {
    fn from(row: Row) -> Self {
        let key = |id: Option<OrganisationId>, text: Option<String>| {
            id.map(|id| id.to_string()).or(text).unwrap_or_default()
        };
        Self { first: key(row.a_id, row.a), second: key(row.b_id, row.b), measures: row.measures }
    }
}

/// The conditions that hold for roll-ups and deltas alike.
macro_rules! push_conditions {
    ($q:ident, $filter:expr) => {{
        let filter: &Filter<'_> = $filter;
        if let Some(viewer) = filter.viewer.filter(|viewer| !viewer.everything) {
            $q.push(" AND (FALSE");
            if !viewer.organisations.is_empty() {
                for column in ["generator_id", "carrier_id", "facility_id"] {
                    $q.push(" OR ");
                    crate::manifests::push_in!($q, column, &viewer.organisations);
                }
            }
            for column in ["from_province", "to_province"] {
                $q.push(" OR ");
                crate::manifests::push_in!($q, column, &viewer.provinces);
            }
            $q.push(")");
        }
        let texts = [
            (" AND from_province = ", filter.province),
            (" AND to_province = ", filter.destination),
            (" AND waste_code = ", filter.waste_code),
            (" AND substr(waste_code, 1, 2) = ", filter.waste_group),
            (" AND method = ", filter.method.map(TreatmentMethod::as_str)),
        ];
        for (condition, value) in texts {
            if let Some(value) = value {
                $q.push(condition).push_bind(value);
            }
        }
        let parties = [
            (" AND generator_id = ", filter.generator_id),
            (" AND carrier_id = ", filter.carrier_id),
            (" AND facility_id = ", filter.facility_id),
        ];
        for (condition, id) in parties {
            if let Some(id) = id {
                $q.push(condition).push_bind(id);
            }
        }
        if !filter.states.is_empty() {
            $q.push(" AND ");
            crate::manifests::push_in!($q, "state", &filter.states);
        }
    }};
}

/// Adds `day` from a first to a last one.
macro_rules! push_days {
    ($q:ident, $from:expr, $to:expr) => {{
        if let Some(day) = $from {
            $q.push(" AND day >= ").push_bind(day);
        }
        if let Some(day) = $to {
            $q.push(" AND day <= ").push_bind(day);
        }
    }};
}

/// Figures by none, one or two dimensions, at most `limit` groups.
pub async fn groups(
    tx: &mut Tx,
    by: (Option<Dimension>, Option<Dimension>),
    filter: &Filter<'_>,
    order: Order,
    limit: u16,
) -> Result<Vec<Group>> {
    let rows = rows_of(by);
    let head = head(by, filter);
    let spans = spans(by, filter);
    let rows: Vec<Row> = on_tx!(tx, c => {
        let mut q = QueryBuilder::new(head);
        q.push(&rows).push("rollups WHERE (FALSE");
        for (grain, from, to) in spans {
            q.push(" OR (grain = '").push(grain.as_str()).push("'");
            push_days!(q, from, to);
            q.push(")");
        }
        q.push(")");
        push_conditions!(q, filter);
        q.push(" UNION ALL ").push(&rows).push("rollup_deltas WHERE TRUE");
        push_days!(q, filter.from, filter.to);
        push_conditions!(q, filter);
        q.push(") figures GROUP BY a, a_id, b, b_id HAVING sum(lines) <> 0 ORDER BY ").push(order.sql());
        q.push("a, a_id, b, b_id LIMIT ").push_bind(i64::from(limit));
        q.build_query_as().fetch_all(c).await
    })?;
    Ok(rows.into_iter().map(Group::from).collect())
}

/// The selection that both tables answer.
fn rows_of(by: (Option<Dimension>, Option<Dimension>)) -> String {
    let of = |dimension: Option<Dimension>| {
        dimension.map_or(("CAST(NULL AS TEXT)", "CAST(NULL AS UUID)"), Dimension::columns)
    };
    let ((a, a_id), (b, b_id)) = (of(by.0), of(by.1));
    format!("SELECT {a} AS a, {a_id} AS a_id, {b} AS b, {b_id} AS b_id, firsts, {} FROM ", *MEASURES)
}

fn head(by: (Option<Dimension>, Option<Dimension>), filter: &Filter<'_>) -> String {
    let Firsts(bit) = counted_by(by, filter);
    let mut head = "SELECT a, a_id, b, b_id".to_owned();
    // Writing to a String cannot fail.
    for name in Measures::OF_LINES {
        let _ = write!(head, ", CAST(sum({name}) AS BIGINT) AS {name}");
    }
    for name in Measures::OF_MANIFESTS {
        let _ = write!(
            head,
            ", CAST(coalesce(sum({name}) FILTER (WHERE (firsts & {bit}) <> 0), 0) AS BIGINT) AS {name}"
        );
    }
    head.push_str(" FROM (");
    head
}

/// The first by which a manifest counts once in this question.
fn counted_by(by: (Option<Dimension>, Option<Dimension>), filter: &Filter<'_>) -> Firsts {
    let is_by = |dimension| by.0 == Some(dimension) || by.1 == Some(dimension);
    let code = filter.waste_code.is_some() || is_by(Dimension::WasteCode);
    let group = filter.waste_group.is_some() || is_by(Dimension::WasteGroup);
    let method = filter.method.is_some() || is_by(Dimension::Method);
    match (code, group, method) {
        (true, _, true) => Firsts::CODE_METHOD,
        (true, _, false) => Firsts::CODE,
        (false, true, true) => Firsts::GROUP_METHOD,
        (false, true, false) => Firsts::GROUP,
        (false, false, true) => Firsts::METHOD,
        (false, false, false) => Firsts::LOAD,
    }
}

type Span = (Grain, Option<NaiveDate>, Option<NaiveDate>);

/// Which rows of the roll-ups answer: the coarsest grain that can, whole months and the days at both ends.
fn spans(by: (Option<Dimension>, Option<Dimension>), filter: &Filter<'_>) -> Vec<Span> {
    let (from, to) = (filter.from, filter.to);
    let by_party = [by.0, by.1].into_iter().flatten().any(Dimension::is_party);
    let of_party = filter.generator_id.or(filter.carrier_id).or(filter.facility_id).is_some();
    let seen_as_party = filter.viewer.is_some_and(|v| !v.everything && !v.organisations.is_empty());
    if by_party || of_party || seen_as_party {
        return vec![(Grain::Party, from, to)];
    }
    if by.0 == Some(Dimension::Day) || by.1 == Some(Dimension::Day) {
        return vec![(Grain::Day, from, to)];
    }
    let month = |day: NaiveDate| day.with_day(1).unwrap_or(day);
    let next = |day: NaiveDate| month(day).checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX);
    let before = |day: NaiveDate| day.checked_sub_days(Days::new(1)).unwrap_or(day);
    // First and last day of the whole months.
    let first = from.map(|day| if day.day() == 1 { day } else { next(day) });
    let last = to.map(|day| if before(next(day)) == day { day } else { before(month(day)) });
    if first.zip(last).is_some_and(|(first, last)| first > last) {
        return vec![(Grain::Day, from, to)];
    }
    let mut spans = vec![(Grain::Month, first, last)];
    if let (Some(from), Some(first)) = (from, first)
        && from < first
    {
        spans.push((Grain::Day, Some(from), Some(before(first))));
    }
    if let (Some(to), Some(last)) = (to, last)
        && last < to
    {
        spans.push((Grain::Day, last.checked_add_days(Days::new(1)), Some(to)));
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::{Filter, Grain, spans};

    #[test]
    fn whole_months_come_from_months_and_the_days_at_both_ends_from_days() {
        let day = |text: &str| text.parse().ok();
        let of = |from: &str, to: &str| {
            let filter = Filter { from: day(from), to: day(to), ..Filter::default() };
            spans((None, None), &filter)
        };
        assert_eq!(
            of("2026-01-15", "2026-03-02"),
            [
                (Grain::Month, day("2026-02-01"), day("2026-02-28")),
                (Grain::Day, day("2026-01-15"), day("2026-01-31")),
                (Grain::Day, day("2026-03-01"), day("2026-03-02")),
            ]
        );
        assert_eq!(of("2026-02-01", "2026-02-28"), [(Grain::Month, day("2026-02-01"), day("2026-02-28"))]);
        assert_eq!(of("2026-02-03", "2026-02-20"), [(Grain::Day, day("2026-02-03"), day("2026-02-20"))]);
        assert_eq!(of("2026-02-03", "2026-03-20"), [(Grain::Day, day("2026-02-03"), day("2026-03-20"))]);
        assert_eq!(of("", ""), [(Grain::Month, None, None)]);
    }
}
