//! `agreements`: what generators and facilities have agreed on for a time.

use crate::batch::{Column, Statement, ids};
use crate::{Json, Result, Tx};
use domain::agreement::Agreement as Facts;
use domain::id::{AgreementId, OrganisationId, PersonId};
use domain::time::Instant;
use std::sync::LazyLock;

macro_rules! columns {
    () => {
        "id, generator_id, facility_id, number, valid_from, valid_to, waste_codes, copy4_days, approves_in_advance, \
         drafted_by, drafted_by_person, created_at, confirmed_at, ended_at"
    };
}

/// Most agreements of one list: what two offices can read.
const MOST: i64 = 500;

/// An agreement.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Agreement {
    /// Its id.
    pub id: AgreementId,
    /// Hands over.
    pub generator_id: OrganisationId,
    /// Receives.
    pub facility_id: OrganisationId,
    /// Its number on paper.
    pub number: String,
    /// First instant it holds.
    pub valid_from: Instant,
    /// First instant it holds no more.
    pub valid_to: Instant,
    /// Waste codes in printed form; empty = all.
    pub waste_codes: Json<Vec<String>>,
    /// Local days after acceptance within which copy 4 goes back.
    pub copy4_days: i32,
    /// Manifests under it need no second yes.
    pub approves_in_advance: bool,
    /// The side that wrote it down.
    pub drafted_by: OrganisationId,
    /// Who wrote it down; somebody else confirms it.
    pub drafted_by_person: PersonId,
    /// When.
    pub created_at: Instant,
    /// When the other side confirmed it.
    pub confirmed_at: Option<Instant>,
    /// When it was ended early.
    pub ended_at: Option<Instant>,
}

impl From<Agreement> for Facts {
    fn from(row: Agreement) -> Self {
        Self {
            id: row.id,
            generator_id: row.generator_id,
            facility_id: row.facility_id,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            waste_codes: row.waste_codes.0,
            copy4_days: row.copy4_days,
            approves_in_advance: row.approves_in_advance,
            confirmed_at: row.confirmed_at,
            ended_at: row.ended_at,
        }
    }
}

/// Writes an agreement down.
pub async fn insert(tx: &mut Tx, row: &Agreement) -> Result<()> {
    on_tx!(tx, c => sqlx::query(concat!(
        "INSERT INTO agreements (", columns!(), ") \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    ))
    .bind(row.id).bind(row.generator_id).bind(row.facility_id).bind(&row.number).bind(row.valid_from)
    .bind(row.valid_to).bind(&row.waste_codes).bind(row.copy4_days).bind(row.approves_in_advance)
    .bind(row.drafted_by).bind(row.drafted_by_person).bind(row.created_at).bind(row.confirmed_at).bind(row.ended_at)
    .execute(c).await.map(drop))
}

/// One agreement.
pub async fn find(tx: &mut Tx, id: AgreementId) -> Result<Option<Agreement>> {
    on_tx!(tx, c => sqlx::query_as(concat!("SELECT ", columns!(), " FROM agreements WHERE id = $1"))
        .bind(id).fetch_optional(c).await)
}

/// The agreements that organisations are a side of, the latest first.
pub async fn list_for(tx: &mut Tx, organisations: &[OrganisationId]) -> Result<Vec<Agreement>> {
    static LIST: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!(
                "SELECT ",
                columns!(),
                " FROM agreements WHERE generator_id IN (SELECT wanted FROM {input}) \
                  OR facility_id IN (SELECT wanted FROM {input}) ORDER BY valid_from DESC, id LIMIT 500"
            ),
            &[("wanted", Column::Uuid)],
        )
    });
    LIST.fetch(tx, ids(organisations)).await
}

/// The agreements of two sides, the latest first.
pub async fn list_between(
    tx: &mut Tx,
    generator_id: OrganisationId,
    facility_id: OrganisationId,
) -> Result<Vec<Agreement>> {
    on_tx!(tx, c => sqlx::query_as(concat!(
        "SELECT ", columns!(), " FROM agreements WHERE generator_id = $1 AND facility_id = $2 \
         ORDER BY valid_from DESC, id LIMIT $3",
    ))
    .bind(generator_id).bind(facility_id).bind(MOST).fetch_all(c).await)
}

/// The other side stands by it from an instant on.
///
/// # Errors
/// [`crate::Error::NotFound`] when there is none of this id that waits for it.
pub async fn update_confirmed(tx: &mut Tx, id: AgreementId, at: Instant) -> Result<()> {
    on_tx!(tx, c => sqlx::query(
        "UPDATE agreements SET confirmed_at = $2 WHERE id = $1 AND confirmed_at IS NULL AND ended_at IS NULL",
    )
    .bind(id).bind(at).execute(c).await.map(|done| done.rows_affected()))
    .and_then(crate::error::one)
}

/// It holds no more from an instant on.
///
/// # Errors
/// [`crate::Error::NotFound`] when there is none of this id that has not ended.
pub async fn update_ended(tx: &mut Tx, id: AgreementId, at: Instant) -> Result<()> {
    on_tx!(tx, c => sqlx::query("UPDATE agreements SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL")
        .bind(id).bind(at).execute(c).await.map(|done| done.rows_affected()))
    .and_then(crate::error::one)
}
