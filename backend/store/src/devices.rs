//! `devices`: phones and desk browsers with the keys they sign events with.

use crate::batch::{Column, Statement, ids};
use crate::{Cursor, Listing, Page, Result, Tx};
use chrono::TimeDelta;
use domain::id::{DeviceId, OrganisationId, PersonId};
use domain::time::Instant;
use sqlx::QueryBuilder;
use std::sync::LazyLock;

macro_rules! columns {
    () => {
        "id, person_id, organisation_id, name, public_key, certificate, status, created_at, last_seen_at, \
         revoked_at, revoke_reason, admitted_at, admitted_by"
    };
}

/// A device.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Device {
    /// Its id, the `kid` of what it signs.
    pub id: DeviceId,
    /// The person it is enrolled for.
    pub person_id: PersonId,
    /// The organisation that enrolled it.
    pub organisation_id: OrganisationId,
    /// What its owner calls it.
    pub name: String,
    /// P-256 public key, x followed by y, 64 bytes.
    pub public_key: Vec<u8>,
    /// Issuer-signed certificate.
    pub certificate: Vec<u8>,
    /// `active` or `revoked`.
    pub status: Status,
    /// When it was enrolled.
    pub created_at: Instant,
    /// When it last sent something.
    pub last_seen_at: Option<Instant>,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
    /// Why.
    pub revoke_reason: Option<String>,
    /// When its organisation admitted what it sent after the revocation.
    pub admitted_at: Option<Instant>,
    /// Who did.
    pub admitted_by: Option<PersonId>,
}

/// Standing of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, serde::Serialize, serde::Deserialize)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// In good standing.
    Active,
    /// Its events move nothing until admitted.
    Revoked,
}

impl Status {
    /// The spelling on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Revoked => "revoked",
        }
    }
}

/// Enrols a device; the same key for the same person is `devices_person_id_public_key`.
pub async fn insert(tx: &mut Tx, row: &Device) -> Result<()> {
    on_tx!(tx, c => sqlx::query(concat!(
        "INSERT INTO devices (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    ))
    .bind(row.id).bind(row.person_id).bind(row.organisation_id).bind(&row.name).bind(&row.public_key)
    .bind(&row.certificate).bind(row.status).bind(row.created_at).bind(row.last_seen_at).bind(row.revoked_at)
    .bind(&row.revoke_reason).bind(row.admitted_at).bind(row.admitted_by)
    .execute(c).await.map(drop))
}

/// One device.
pub async fn find(tx: &mut Tx, id: DeviceId) -> Result<Option<Device>> {
    on_tx!(tx, c => sqlx::query_as(concat!("SELECT ", columns!(), " FROM devices WHERE id = $1"))
        .bind(id).fetch_optional(c).await)
}

/// The device of a person with this key, for enrolling the same phone again.
pub async fn find_by_key(tx: &mut Tx, person: PersonId, public_key: &[u8]) -> Result<Option<Device>> {
    on_tx!(tx, c => sqlx::query_as(concat!(
        "SELECT ", columns!(), " FROM devices WHERE person_id = $1 AND public_key = $2",
    ))
    .bind(person).bind(public_key).fetch_optional(c).await)
}

/// Many devices at once, in no order.
pub async fn find_many(tx: &mut Tx, wanted: &[DeviceId]) -> Result<Vec<Device>> {
    static FIND: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!("SELECT ", columns!(), " FROM devices WHERE id IN (SELECT wanted FROM {input})"),
            &[("wanted", Column::Uuid)],
        )
    });
    FIND.fetch(tx, ids(wanted)).await
}

/// A page of devices, newest first; of one organisation, of one person, or of all.
pub async fn list(
    tx: &mut Tx,
    organisation: Option<OrganisationId>,
    person: Option<PersonId>,
    page: &Page,
) -> Result<Listing<Device>> {
    let rows: Vec<Device> = on_tx!(tx, c => {
        let mut q = QueryBuilder::new(concat!("SELECT ", columns!(), " FROM devices WHERE TRUE"));
        if let Some(id) = organisation {
            q.push(" AND organisation_id = ").push_bind(id);
        }
        if let Some(id) = person {
            q.push(" AND person_id = ").push_bind(id);
        }
        if let Some((at, id)) = page.after.as_ref().and_then(Cursor::time_and_id) {
            q.push(" AND (created_at, id) < (").push_bind(at).push(", ").push_bind(id).push(")");
        }
        q.push(" ORDER BY created_at DESC, id DESC LIMIT ").push_bind(page.probe());
        q.build_query_as().fetch_all(c).await
    })?;
    Ok(Listing::cut(rows, page, |row| Cursor::at(row.created_at, row.id.0)))
}

/// Renews the certificate of an enrolled device.
pub async fn update_certificate(tx: &mut Tx, id: DeviceId, name: &str, certificate: &[u8]) -> Result<()> {
    on_tx!(tx, c => sqlx::query("UPDATE devices SET name = $2, certificate = $3 WHERE id = $1")
        .bind(id).bind(name).bind(certificate).execute(c).await.map(|done| done.rows_affected()))
    .and_then(crate::error::one)
}

/// Revokes a device: what it signs from now on moves nothing. Revoking twice keeps the first date and reason.
pub async fn update_revoked(tx: &mut Tx, id: DeviceId, at: Instant, reason: &str) -> Result<()> {
    on_tx!(tx, c => sqlx::query(
        "UPDATE devices SET revoked_at = coalesce(revoked_at, $2), revoke_reason = coalesce(revoke_reason, $3), \
         status = 'revoked' WHERE id = $1",
    )
    .bind(id).bind(at).bind(reason).execute(c).await.map(|done| done.rows_affected()))
    .and_then(crate::error::one)
}

/// Ids of devices revoked since `since`, the latest first, at most `limit`: whose certificates may still run.
pub async fn list_revoked(tx: &mut Tx, since: Instant, limit: u16) -> Result<Vec<DeviceId>> {
    on_tx!(tx, c => sqlx::query_scalar(
        "SELECT id FROM devices WHERE revoked_at >= $1 ORDER BY revoked_at DESC, id DESC LIMIT $2",
    )
    .bind(since).bind(i64::from(limit)).fetch_all(c).await)
}

/// Ids of devices of these organisations revoked since `since`, by id.
pub async fn list_revoked_of(
    tx: &mut Tx,
    organisations: &[OrganisationId],
    since: Instant,
) -> Result<Vec<DeviceId>> {
    static LIST: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "SELECT devices.id FROM {input} JOIN devices ON devices.organisation_id = input.organisation \
             WHERE devices.revoked_at >= input.since ORDER BY devices.id",
            &[("organisation", Column::Uuid), ("since", Column::Time)],
        )
    });
    let rows = organisations.iter().map(|id| vec![(*id).into(), since.into()]).collect();
    let found: Vec<(DeviceId,)> = LIST.fetch(tx, rows).await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// Admits what a revoked device sent up to `at`.
pub async fn update_admitted(tx: &mut Tx, id: DeviceId, at: Instant, by: PersonId) -> Result<()> {
    on_tx!(tx, c => sqlx::query("UPDATE devices SET admitted_at = $2, admitted_by = $3 WHERE id = $1")
        .bind(id).bind(at).bind(by).execute(c).await.map(|done| done.rows_affected()))
    .and_then(crate::error::one)
}

/// Notes that devices sent something, to the minute: a phone that sends ten events a second is not written ten times.
pub async fn update_seen(tx: &mut Tx, seen: &[DeviceId], at: Instant) -> Result<()> {
    static SEEN: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "UPDATE devices SET last_seen_at = input.at FROM {input} \
             WHERE devices.id = input.device AND (last_seen_at IS NULL OR last_seen_at < input.before)",
            &[("device", Column::Uuid), ("at", Column::Time), ("before", Column::Time)],
        )
    });
    let before = at - TimeDelta::minutes(1);
    let rows = seen.iter().map(|id| vec![(*id).into(), at.into(), before.into()]).collect();
    SEEN.execute(tx, rows).await.map(drop)
}
