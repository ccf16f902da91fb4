//! `invitations`: single-use codes with which a dispatcher lets a person set a PIN and enrol a phone.

use crate::{Result, Tx};
use domain::id::{OrganisationId, PersonId};
use domain::time::Instant;

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Invitation {
    /// SHA-256 of the code.
    pub code_hash: Vec<u8>,
    /// Who is invited.
    pub person_id: PersonId,
    /// By which organisation.
    pub organisation_id: OrganisationId,
    /// By whom.
    pub created_by: PersonId,
    /// When.
    pub created_at: Instant,
    /// First instant the code is good no more.
    pub expires_at: Instant,
    /// When a PIN was set with it.
    pub accepted_at: Option<Instant>,
    /// When a phone was enrolled with it: then it is spent.
    pub enrolled_at: Option<Instant>,
}

/// Invites.
pub async fn insert(tx: &mut Tx, row: &Invitation) -> Result<()> {
    on_tx!(tx, c => sqlx::query(
        "INSERT INTO invitations (code_hash, person_id, organisation_id, created_by, created_at, expires_at, \
                                  accepted_at, enrolled_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&row.code_hash).bind(row.person_id).bind(row.organisation_id).bind(row.created_by).bind(row.created_at)
    .bind(row.expires_at).bind(row.accepted_at).bind(row.enrolled_at)
    .execute(c).await.map(drop))
}

/// The invitation of a code.
pub async fn find(tx: &mut Tx, code_hash: &[u8]) -> Result<Option<Invitation>> {
    on_tx!(tx, c => sqlx::query_as(
        "SELECT code_hash, person_id, organisation_id, created_by, created_at, expires_at, accepted_at, enrolled_at \
         FROM invitations WHERE code_hash = $1",
    )
    .bind(code_hash).fetch_optional(c).await)
}

/// Uses the code for its PIN. False when it is expired or was used for that before: of two at once, one wins.
pub async fn update_accepted(tx: &mut Tx, code_hash: &[u8], at: Instant) -> Result<bool> {
    on_tx!(tx, c => sqlx::query(
        "UPDATE invitations SET accepted_at = $2 WHERE code_hash = $1 AND accepted_at IS NULL AND expires_at > $2",
    )
    .bind(code_hash).bind(at).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// Uses the code for its phone. False when it is expired or was used for that before: of two at once, one wins.
pub async fn update_enrolled(tx: &mut Tx, code_hash: &[u8], at: Instant) -> Result<bool> {
    on_tx!(tx, c => sqlx::query(
        "UPDATE invitations SET enrolled_at = $2 WHERE code_hash = $1 AND enrolled_at IS NULL AND expires_at > $2",
    )
    .bind(code_hash).bind(at).execute(c).await.map(|done| done.rows_affected() == 1))
}
