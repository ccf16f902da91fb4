//! `scales` and `scale_readings`: weighbridges that report by themselves, and what they read.

use crate::batch::{Column, Statement, ids};
use crate::{Result, Tx};
use domain::id::{OrganisationId, PersonId, ReadingId, ScaleId, SiteId};
use domain::mass::Grams;
use domain::plate::Plate;
use domain::scale::{Reading, ReadingKind};
use domain::time::Instant;
use std::sync::LazyLock;

macro_rules! columns {
    () => {
        "id, organisation_id, site_id, name, token_hash, created_at, created_by, last_seen_at, revoked_at"
    };
}

/// A scale.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Scale {
    /// Its id.
    pub id: ScaleId,
    /// The facility's organisation.
    pub organisation_id: OrganisationId,
    /// Where it stands.
    pub site_id: SiteId,
    /// What its people call it.
    pub name: String,
    /// SHA-256 of its token.
    pub token_hash: Vec<u8>,
    /// When it was registered.
    pub created_at: Instant,
    /// By whom.
    pub created_by: PersonId,
    /// Server time of its last readings.
    pub last_seen_at: Option<Instant>,
    /// When its token stopped counting.
    pub revoked_at: Option<Instant>,
}

impl std::fmt::Debug for Scale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scale").field("id", &self.id).field("site_id", &self.site_id).finish_non_exhaustive()
    }
}

/// Registers a scale.
pub async fn insert(tx: &mut Tx, row: &Scale) -> Result<()> {
    on_tx!(tx, c => sqlx::query(concat!(
        "INSERT INTO scales (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    ))
    .bind(row.id).bind(row.organisation_id).bind(row.site_id).bind(&row.name).bind(&row.token_hash)
    .bind(row.created_at).bind(row.created_by).bind(row.last_seen_at).bind(row.revoked_at)
    .execute(c).await.map(drop))
}

/// One scale.
pub async fn find(tx: &mut Tx, id: ScaleId) -> Result<Option<Scale>> {
    on_tx!(tx, c => sqlx::query_as(concat!("SELECT ", columns!(), " FROM scales WHERE id = $1"))
        .bind(id).fetch_optional(c).await)
}

/// The scale of a token's hash, revoked or not.
pub async fn find_by_token_hash(tx: &mut Tx, hash: &[u8]) -> Result<Option<Scale>> {
    on_tx!(tx, c => sqlx::query_as(concat!("SELECT ", columns!(), " FROM scales WHERE token_hash = $1"))
        .bind(hash).fetch_optional(c).await)
}

/// The scales of sites, revoked ones too, oldest first.
pub async fn list_for(tx: &mut Tx, sites: &[SiteId]) -> Result<Vec<Scale>> {
    static LIST: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!(
                "SELECT ",
                columns!(),
                " FROM scales WHERE site_id IN (SELECT wanted FROM {input}) ORDER BY created_at, id"
            ),
            &[("wanted", Column::Uuid)],
        )
    });
    LIST.fetch(tx, ids(sites)).await
}

/// Notes when a scale was heard of last.
pub async fn update_seen(tx: &mut Tx, id: ScaleId, at: Instant) -> Result<()> {
    on_tx!(tx, c => sqlx::query("UPDATE scales SET last_seen_at = $2 WHERE id = $1")
        .bind(id).bind(at).execute(c).await.map(|done| done.rows_affected()))
    .and_then(crate::error::one)
}

/// Ends a scale's token; one that is revoked already keeps its first instant.
pub async fn update_revoked(tx: &mut Tx, id: ScaleId, at: Instant) -> Result<()> {
    on_tx!(tx, c => sqlx::query("UPDATE scales SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1")
        .bind(id).bind(at).execute(c).await.map(|done| done.rows_affected()))
    .and_then(crate::error::one)
}

/// Appends readings of a site and returns how many are new; the same reading again is left out.
pub async fn insert_readings(
    tx: &mut Tx,
    site_id: SiteId,
    readings: &[(ReadingId, Reading)],
) -> Result<usize> {
    static INSERT: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "INSERT INTO scale_readings (id, scale_id, site_id, ticket, kind, mass_g, plate, plate_normal, \
                                         measured_at, received_at) \
             SELECT id, scale_id, site_id, ticket, kind, mass_g, plate, plate_normal, measured_at, received_at \
             FROM {input} WHERE TRUE ON CONFLICT (scale_id, ticket, kind, mass_g, measured_at) DO NOTHING",
            &[
                ("id", Column::Uuid),
                ("scale_id", Column::Uuid),
                ("site_id", Column::Uuid),
                ("ticket", Column::Text),
                ("kind", Column::Text),
                ("mass_g", Column::Int),
                ("plate", Column::Text),
                ("plate_normal", Column::Text),
                ("measured_at", Column::Time),
                ("received_at", Column::Time),
            ],
        )
    });
    let rows = readings
        .iter()
        .map(|(id, reading)| {
            vec![
                (*id).into(),
                reading.scale_id.into(),
                site_id.into(),
                reading.ticket.as_str().into(),
                reading.kind.as_str().into(),
                reading.mass_g.into(),
                reading.plate.as_ref().map(|plate| plate.0.as_str()).into(),
                reading.plate.as_ref().map(Plate::normal).into(),
                reading.measured_at.into(),
                reading.received_at.into(),
            ]
        })
        .collect();
    let new = INSERT.execute(tx, rows).await?;
    Ok(usize::try_from(new).unwrap_or(usize::MAX))
}

#[derive(sqlx::FromRow)]
struct Row {
    scale_id: ScaleId,
    ticket: String,
    kind: ReadingKind,
    mass_g: Grams,
    plate: Option<Plate>,
    measured_at: Instant,
    received_at: Instant,
}

/// Readings of a site that came after an instant, at most `limit` of the latest.
pub async fn list_readings(tx: &mut Tx, site_id: SiteId, since: Instant, limit: u16) -> Result<Vec<Reading>> {
    let rows: Vec<Row> = on_tx!(tx, c => sqlx::query_as(
        "SELECT scale_id, ticket, kind, mass_g, plate, measured_at, received_at FROM scale_readings \
         WHERE site_id = $1 AND received_at > $2 ORDER BY received_at DESC, id DESC LIMIT $3",
    )
    .bind(site_id).bind(since).bind(i32::from(limit)).fetch_all(c).await)?;
    Ok(rows
        .into_iter()
        .map(|row| Reading {
            scale_id: row.scale_id,
            ticket: row.ticket,
            kind: row.kind,
            mass_g: row.mass_g,
            plate: row.plate,
            measured_at: row.measured_at,
            received_at: row.received_at,
        })
        .collect())
}
