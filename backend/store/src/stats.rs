//! Statistics: plain GROUP BYs over the projections, under the very filter that lists the manifests behind a figure.

use crate::manifests::Filter;
use crate::{Result, Tx};
use domain::id::OrganisationId;
use domain::manifest::ManifestState;
use sqlx::QueryBuilder;

/// What figures are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Province of the generator's site.
    Province,
    /// Waste code of the lines.
    WasteCode,
    /// Declared facility.
    Facility,
    /// Local month of the pickup, `2026-11`.
    Month,
    /// State.
    State,
}

/// Figures of one group. Masses in grams; a missing mass counts as none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Code, id, month or state, as the filter of the list takes it; empty where unknown.
    pub key: String,
    /// Name of the province, code or facility; `None` where the key says it all.
    pub label: Option<String>,
    /// Number of manifests.
    pub manifests: i64,
    /// Declared.
    pub declared_mass_g: i64,
    /// Loaded, where stated.
    pub loaded_mass_g: i64,
    /// Received, where known.
    pub received_mass_g: i64,
    /// Open findings of these manifests.
    pub open_findings: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    key: Option<String>,
    organisation: Option<OrganisationId>,
    label: Option<String>,
    manifests: i64,
    declared_mass_g: i64,
    loaded_mass_g: i64,
    received_mass_g: i64,
    open_findings: i64,
}

impl From<Row> for Figures {
    fn from(row: Row) -> Self {
        Self {
            key: row.organisation.map(|id| id.to_string()).or(row.key).unwrap_or_default(),
            label: row.label,
            manifests: row.manifests,
            declared_mass_g: row.declared_mass_g,
            loaded_mass_g: row.loaded_mass_g,
            received_mass_g: row.received_mass_g,
            open_findings: row.open_findings,
        }
    }
}

/// The sums, named alike whether they run over manifests or over lines.
macro_rules! sums {
    () => {
        "count(*) AS manifests, CAST(sum(declared) AS BIGINT) AS declared_mass_g, \
         CAST(sum(coalesce(loaded, 0)) AS BIGINT) AS loaded_mass_g, \
         CAST(sum(coalesce(received, 0)) AS BIGINT) AS received_mass_g, \
         CAST(sum(findings) AS BIGINT) AS open_findings"
    };
}

/// One row per manifest, with the columns that groups and sums need.
macro_rules! per_manifest {
    () => {
        "SELECT manifests.generator_province AS province, manifests.facility_id AS facility, \
             manifests.load_month AS month, manifests.state AS state, manifests.declared_mass_g AS declared, \
             manifests.loaded_mass_g AS loaded, manifests.received_mass_g AS received, \
             manifests.open_findings AS findings FROM manifests WHERE TRUE"
    };
}

/// Head and tail of the statement of a group, around the filtered rows.
const fn statement(group: Group) -> (&'static str, &'static str) {
    match group {
        Group::Province => (
            concat!(
                "SELECT province AS key, NULL AS organisation, \
                     (SELECT p.name_vi FROM provinces p WHERE p.code = province) AS label, ",
                sums!(),
                " FROM (",
                per_manifest!()
            ),
            ") rows GROUP BY province ORDER BY province",
        ),
        Group::Facility => (
            concat!(
                "SELECT NULL AS key, facility AS organisation, \
                     (SELECT o.name FROM organisations o WHERE o.id = facility) AS label, ",
                sums!(),
                " FROM (",
                per_manifest!()
            ),
            ") rows GROUP BY facility ORDER BY declared_mass_g DESC, facility",
        ),
        Group::Month => (
            concat!(
                "SELECT month AS key, NULL AS organisation, NULL AS label, ",
                sums!(),
                " FROM (",
                per_manifest!()
            ),
            ") rows GROUP BY month ORDER BY month",
        ),
        Group::State => (
            concat!(
                "SELECT state AS key, NULL AS organisation, NULL AS label, ",
                sums!(),
                " FROM (",
                per_manifest!()
            ),
            ") rows GROUP BY state ORDER BY state",
        ),
        // Lines are summed per manifest and code first: a manifest with two lines of a code counts once.
        Group::WasteCode => (
            concat!(
                "SELECT code AS key, NULL AS organisation, \
                     (SELECT w.name_vi FROM waste_codes w WHERE w.code = rows.code) AS label, ",
                sums!(),
                " FROM (SELECT l.waste_code AS code, manifests.id AS manifest, manifests.open_findings AS findings, \
                     sum(l.declared_mass_g) AS declared, sum(l.loaded_mass_g) AS loaded, \
                     sum(l.received_mass_g) AS received \
                   FROM manifests JOIN manifest_lines l ON l.manifest_id = manifests.id WHERE TRUE"
            ),
            " GROUP BY l.waste_code, manifests.id, manifests.open_findings) rows GROUP BY code ORDER BY code",
        ),
    }
}

/// Figures by group over the manifests that pass the filter. Drafts are nobody's statistics and never count; with
/// `filter.waste_code` set, a group by code still shows the other codes of those manifests.
pub async fn summary(tx: &mut Tx, group: Group, filter: &Filter<'_>) -> Result<Vec<Figures>> {
    let (head, tail) = statement(group);
    let rows: Vec<Row> = on_tx!(tx, c => {
        let mut q = QueryBuilder::new(head);
        q.push(" AND manifests.state <> ").push_bind(ManifestState::Draft);
        crate::manifests::push_filter!(q, filter);
        q.push(tail);
        q.build_query_as().fetch_all(c).await
    })?;
    Ok(rows.into_iter().map(Figures::from).collect())
}

/// The same figures without groups; the key is empty.
pub async fn total(tx: &mut Tx, filter: &Filter<'_>) -> Result<Figures> {
    let row: Row = on_tx!(tx, c => {
        let mut q = QueryBuilder::new(concat!(
            "SELECT NULL AS key, NULL AS organisation, NULL AS label, count(*) AS manifests, \
                 CAST(coalesce(sum(declared), 0) AS BIGINT) AS declared_mass_g, \
                 CAST(coalesce(sum(loaded), 0) AS BIGINT) AS loaded_mass_g, \
                 CAST(coalesce(sum(received), 0) AS BIGINT) AS received_mass_g, \
                 CAST(coalesce(sum(findings), 0) AS BIGINT) AS open_findings FROM (",
            per_manifest!(),
        ));
        q.push(" AND manifests.state <> ").push_bind(ManifestState::Draft);
        crate::manifests::push_filter!(q, filter);
        q.push(") rows");
        q.build_query_as().fetch_one(c).await
    })?;
    Ok(Figures::from(row))
}
