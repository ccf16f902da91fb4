//! `permits`: what carriers and facilities may move and treat.

use crate::batch::{Column, Statement, ids};
use crate::{Json, Result, Tx};
use domain::eligibility::Used;
use domain::id::{OrganisationId, PermitId};
use domain::mass::Grams;
use domain::party::{PermitFacts, PermitKind, Quota};
use domain::plate::Plate;
use domain::time::Instant;
use domain::waste::TreatmentMethod;
use std::sync::LazyLock;

macro_rules! columns {
    () => {
        "id, organisation_id, kind, number, valid_from, valid_to, waste_codes, plates, methods, quotas, provinces, \
         created_at"
    };
}

/// A permit.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Permit {
    /// Its id.
    pub id: PermitId,
    /// Whose permit.
    pub organisation_id: OrganisationId,
    /// What it allows.
    pub kind: PermitKind,
    /// Its official number.
    pub number: String,
    /// First instant it is valid.
    pub valid_from: Instant,
    /// First instant it is valid no more.
    pub valid_to: Instant,
    /// Waste codes in printed form; empty = all.
    pub waste_codes: Json<Vec<String>>,
    /// Plates allowed to move waste under it.
    pub plates: Json<Vec<Plate>>,
    /// Treatment methods; empty = all.
    pub methods: Json<Vec<TreatmentMethod>>,
    /// Limits of what is received in a local year; empty = none.
    pub quotas: Json<Vec<Quota>>,
    /// Provinces in which it holds, by code; empty = everywhere.
    pub provinces: Json<Vec<String>>,
    /// When it was registered.
    pub created_at: Instant,
}

impl From<Permit> for PermitFacts {
    fn from(row: Permit) -> Self {
        Self {
            organisation_id: row.organisation_id,
            kind: row.kind,
            number: row.number,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            waste_codes: row.waste_codes.0,
            plates: row.plates.0,
            methods: row.methods.0,
            quotas: row.quotas.0,
            provinces: row.provinces.0,
        }
    }
}

/// Registers a permit.
pub async fn insert(tx: &mut Tx, row: &Permit) -> Result<()> {
    on_tx!(tx, c => sqlx::query(concat!(
        "INSERT INTO permits (", columns!(), ") VALUES \
         ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    ))
    .bind(row.id).bind(row.organisation_id).bind(row.kind).bind(&row.number).bind(row.valid_from).bind(row.valid_to)
    .bind(&row.waste_codes).bind(&row.plates).bind(&row.methods).bind(&row.quotas).bind(&row.provinces)
    .bind(row.created_at)
    .execute(c).await.map(drop))
}

/// The permits of organisations, valid or not, oldest first.
pub async fn list_for(tx: &mut Tx, organisations: &[OrganisationId]) -> Result<Vec<Permit>> {
    static LIST: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!(
                "SELECT ",
                columns!(),
                " FROM permits WHERE organisation_id IN (SELECT wanted FROM {input}) ORDER BY valid_from, id"
            ),
            &[("wanted", Column::Uuid)],
        )
    });
    LIST.fetch(tx, ids(organisations)).await
}

/// What counts against the yearly limits of a permit: grams by waste code of the manifests that have a number under it
/// of that local year. Decided loads count by what was kept of them, those on their way by what was declared; void and
/// rejected ones not at all.
pub async fn list_used(tx: &mut Tx, permit_number: &str, year: i32) -> Result<Vec<Used>> {
    let rows: Vec<(String, Grams)> = on_tx!(tx, c => sqlx::query_as(
        "SELECT l.waste_code, CAST(sum(CASE WHEN m.state IN ('accepted', 'partly_accepted', 'treated', 'closed') \
             THEN coalesce(l.received_mass_g, l.declared_mass_g) - coalesce(l.refused_mass_g, 0) \
             ELSE l.declared_mass_g END) AS BIGINT) \
         FROM manifests m JOIN manifest_lines l ON l.manifest_id = m.id \
         WHERE m.serial_permit = $1 AND m.serial_year = $2 AND m.state NOT IN ('void', 'rejected') \
         GROUP BY l.waste_code ORDER BY l.waste_code",
    )
    .bind(permit_number).bind(year).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(waste_code, mass_g)| Used { waste_code, mass_g }).collect())
}
