//! `permits`: what carriers and facilities may move and treat.

use crate::batch::{Column, Statement, ids};
use crate::{Json, Result, Tx};
use domain::id::{OrganisationId, PermitId};
use domain::party::{PermitFacts, PermitKind};
use domain::plate::Plate;
use domain::time::Instant;
use std::sync::LazyLock;

macro_rules! columns {
    () => {
        "id, organisation_id, kind, number, valid_from, valid_to, waste_codes, plates, created_at"
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
        }
    }
}

/// Registers a permit.
pub async fn insert(tx: &mut Tx, row: &Permit) -> Result<()> {
    on_tx!(tx, c => sqlx::query(concat!(
        "INSERT INTO permits (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    ))
    .bind(row.id).bind(row.organisation_id).bind(row.kind).bind(&row.number).bind(row.valid_from).bind(row.valid_to)
    .bind(&row.waste_codes).bind(&row.plates).bind(row.created_at)
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
