//! `looks`: each time an inspector opened a manifest.

use crate::{Result, Tx};
use domain::id::{ManifestId, OrganisationId, PersonId};
use domain::time::Instant;
use uuid::Uuid;

/// A look.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Look {
    /// Its id.
    pub id: Uuid,
    /// Who looked.
    pub person_id: PersonId,
    /// In which organisation.
    pub organisation_id: Option<OrganisationId>,
    /// At which manifest.
    pub manifest_id: ManifestId,
    /// By scan, plate, search.
    pub how: String,
    /// When.
    pub at: Instant,
}

/// Logs a look.
pub async fn insert(tx: &mut Tx, row: &Look) -> Result<()> {
    on_tx!(tx, c => sqlx::query(
        "INSERT INTO looks (id, person_id, organisation_id, manifest_id, how, at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(row.id).bind(row.person_id).bind(row.organisation_id).bind(row.manifest_id).bind(&row.how).bind(row.at)
    .execute(c).await.map(drop))
}

/// Who looked at a manifest, newest first, at most 500.
pub async fn list_for(tx: &mut Tx, manifest: ManifestId) -> Result<Vec<Look>> {
    on_tx!(tx, c => sqlx::query_as(
        "SELECT id, person_id, organisation_id, manifest_id, how, at FROM looks WHERE manifest_id = $1 \
         ORDER BY at DESC, id DESC LIMIT 500",
    )
    .bind(manifest).fetch_all(c).await)
}
