//! `audit`: who did what to which subject, in the transaction that did it.

use crate::{Result, Tx};
use domain::id::{OrganisationId, PersonId};
use domain::time::Instant;
use uuid::Uuid;

/// One line of the trail.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Entry {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: Instant,
    /// Who, if a person.
    pub person_id: Option<PersonId>,
    /// In which organisation.
    pub organisation_id: Option<OrganisationId>,
    /// What: noun and verb, such as `manifest.void`.
    pub action: String,
    /// To what: noun and id, such as `manifest:0193…`.
    pub subject: String,
    /// What else is worth knowing; never a secret.
    pub detail: String,
}

/// Adds a line.
pub async fn insert(tx: &mut Tx, row: &Entry) -> Result<()> {
    on_tx!(tx, c => sqlx::query(
        "INSERT INTO audit (id, at, person_id, organisation_id, action, subject, detail) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(row.id).bind(row.at).bind(row.person_id).bind(row.organisation_id).bind(&row.action).bind(&row.subject)
    .bind(&row.detail)
    .execute(c).await.map(drop))
}

/// The trail of a subject, newest first, at most 500.
pub async fn list_for(tx: &mut Tx, subject: &str) -> Result<Vec<Entry>> {
    on_tx!(tx, c => sqlx::query_as(
        "SELECT id, at, person_id, organisation_id, action, subject, detail FROM audit WHERE subject = $1 \
         ORDER BY at DESC, id DESC LIMIT 500",
    )
    .bind(subject).fetch_all(c).await)
}
