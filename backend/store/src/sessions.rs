//! `sessions`: sign-ins, found by the hash of an opaque token.

use crate::batch::{Column, Statement};
use crate::{Result, Tx};
use domain::id::{DeviceId, OrganisationId, PersonId, SessionId};
use domain::party::{Role, RoleGrant};
use domain::time::Instant;
use sqlx::FromRow;
use std::sync::LazyLock;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// SHA-256 of the token.
    pub token_hash: Vec<u8>,
    /// Who signed in.
    pub person_id: PersonId,
    /// The phone it runs on, once enrolled.
    pub device_id: Option<DeviceId>,
    /// When it began.
    pub created_at: Instant,
    /// First instant it is valid no more.
    pub expires_at: Instant,
    /// When it was ended by hand.
    pub ended_at: Option<Instant>,
    /// When it was last used, to a few minutes.
    pub last_seen_at: Instant,
}

/// A session with its person and the roles held now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The session; may be expired or ended: the caller knows the time.
    pub session: Session,
    /// Name of the person.
    pub person_name: String,
    /// A person of the demo.
    pub demo: bool,
    /// Name and standing of the device.
    pub device: Option<(String, crate::devices::Status)>,
    /// Roles held now, with the names of the organisations.
    pub roles: Vec<(RoleGrant, String)>,
}

#[derive(FromRow)]
struct Joined {
    #[sqlx(flatten)]
    session: Session,
    person_name: String,
    demo: bool,
    device_name: Option<String>,
    device_status: Option<crate::devices::Status>,
    role: Option<Role>,
    organisation_id: Option<OrganisationId>,
    organisation_name: Option<String>,
}

/// Begins a session.
pub async fn insert(tx: &mut Tx, row: &Session) -> Result<()> {
    on_tx!(tx, c => sqlx::query(
        "INSERT INTO sessions (id, token_hash, person_id, device_id, created_at, expires_at, ended_at, last_seen_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(row.id).bind(&row.token_hash).bind(row.person_id).bind(row.device_id).bind(row.created_at)
    .bind(row.expires_at).bind(row.ended_at).bind(row.last_seen_at)
    .execute(c).await.map(drop))
}

/// Who is behind a token: session, person, device and present roles.
pub async fn find_by_token_hash(tx: &mut Tx, token_hash: &[u8]) -> Result<Option<SignedIn>> {
    Ok(find_by_token_hashes(tx, &[token_hash]).await?.pop())
}

/// Who is behind tokens, for many requests in one statement; in no order, unknown tokens left out.
pub async fn find_by_token_hashes(tx: &mut Tx, token_hashes: &[&[u8]]) -> Result<Vec<SignedIn>> {
    static FIND: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "SELECT s.id, s.token_hash, s.person_id, s.device_id, s.created_at, s.expires_at, s.ended_at, \
                    s.last_seen_at, p.name AS person_name, p.demo, d.name AS device_name, \
                    d.status AS device_status, g.role, g.organisation_id, o.name AS organisation_name \
             FROM sessions s JOIN people p ON p.id = s.person_id \
             LEFT JOIN devices d ON d.id = s.device_id \
             LEFT JOIN role_grants g ON g.person_id = p.id AND g.ended_at IS NULL \
             LEFT JOIN organisations o ON o.id = g.organisation_id \
             WHERE s.token_hash IN (SELECT wanted FROM {input}) \
             ORDER BY s.id, g.granted_at, g.role, g.organisation_id",
            &[("wanted", Column::Bytes)],
        )
    });
    let rows: Vec<Joined> =
        FIND.fetch(tx, token_hashes.iter().map(|hash| vec![(*hash).into()]).collect()).await?;
    let mut found: Vec<SignedIn> = Vec::with_capacity(token_hashes.len());
    for row in rows {
        let grant = row.role.zip(row.organisation_id).zip(row.organisation_name);
        if found.last().is_none_or(|last| last.session.id != row.session.id) {
            found.push(SignedIn {
                session: row.session,
                person_name: row.person_name,
                demo: row.demo,
                device: row.device_name.zip(row.device_status),
                roles: Vec::new(),
            });
        }
        if let (Some(last), Some(((role, organisation_id), name))) = (found.last_mut(), grant) {
            last.roles.push((RoleGrant { role, organisation_id }, name));
        }
    }
    Ok(found)
}

/// Ties a session to the phone it turned out to run on.
pub async fn update_device(tx: &mut Tx, id: SessionId, device: DeviceId) -> Result<()> {
    on_tx!(tx, c => sqlx::query("UPDATE sessions SET device_id = $2 WHERE id = $1")
        .bind(id).bind(device).execute(c).await.map(|done| done.rows_affected()))
    .and_then(crate::error::one)
}

/// Notes that a session was used and how long it now lasts.
pub async fn update_seen(tx: &mut Tx, id: SessionId, at: Instant, expires_at: Instant) -> Result<()> {
    on_tx!(tx, c => sqlx::query("UPDATE sessions SET last_seen_at = $2, expires_at = $3 WHERE id = $1")
        .bind(id).bind(at).bind(expires_at).execute(c).await.map(|done| done.rows_affected()))
    .and_then(crate::error::one)
}

/// Ends a session; ending twice keeps the first time.
pub async fn update_ended(tx: &mut Tx, id: SessionId, at: Instant) -> Result<()> {
    on_tx!(tx, c => sqlx::query("UPDATE sessions SET ended_at = coalesce(ended_at, $2) WHERE id = $1")
        .bind(id).bind(at).execute(c).await.map(|done| done.rows_affected()))
    .and_then(crate::error::one)
}

/// Ends every open session of a device, when it is revoked. Returns how many.
pub async fn update_ended_of_device(tx: &mut Tx, device: DeviceId, at: Instant) -> Result<u64> {
    on_tx!(tx, c => sqlx::query("UPDATE sessions SET ended_at = $2 WHERE device_id = $1 AND ended_at IS NULL")
        .bind(device).bind(at).execute(c).await.map(|done| done.rows_affected()))
}
