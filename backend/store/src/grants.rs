//! `role_grants`: who holds which role in which organisation, with its history.

use crate::batch::{Column, Statement, ids};
use crate::{Result, Tx};
use domain::id::{OrganisationId, PersonId};
use domain::party::{Role, RoleGrant};
use domain::time::Instant;
use std::sync::LazyLock;

/// A role held in an organisation for some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Grant {
    /// Who holds it.
    pub person_id: PersonId,
    /// The role.
    pub role: Role,
    /// Where.
    pub organisation_id: OrganisationId,
    /// Held from this instant,
    pub granted_at: Instant,
    /// until before this one.
    pub ended_at: Option<Instant>,
}

impl Grant {
    /// True when the role is held at `at`.
    #[must_use]
    pub fn is_held_at(&self, at: Instant) -> bool {
        self.granted_at <= at && self.ended_at.is_none_or(|end| at < end)
    }

    /// The role without its history.
    #[must_use]
    pub const fn role_grant(&self) -> RoleGrant {
        RoleGrant { role: self.role, organisation_id: self.organisation_id }
    }
}

/// Grants a role.
pub async fn insert(tx: &mut Tx, row: &Grant) -> Result<()> {
    on_tx!(tx, c => sqlx::query(
        "INSERT INTO role_grants (person_id, role, organisation_id, granted_at, ended_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(row.person_id).bind(row.role).bind(row.organisation_id).bind(row.granted_at).bind(row.ended_at)
    .execute(c).await.map(drop))
}

/// Ends a role that is held now.
pub async fn update_ended(tx: &mut Tx, person: PersonId, grant: RoleGrant, at: Instant) -> Result<()> {
    on_tx!(tx, c => sqlx::query(
        "UPDATE role_grants SET ended_at = $4 \
         WHERE person_id = $1 AND role = $2 AND organisation_id = $3 AND ended_at IS NULL",
    )
    .bind(person).bind(grant.role).bind(grant.organisation_id).bind(at)
    .execute(c).await.map(|done| done.rows_affected()))
    .and_then(crate::error::one)
}

/// Every role people hold or held, oldest first: a batch of events asks once and each event picks by its own time.
pub async fn list_for(tx: &mut Tx, people: &[PersonId]) -> Result<Vec<Grant>> {
    static LIST: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "SELECT person_id, role, organisation_id, granted_at, ended_at FROM role_grants \
             WHERE person_id IN (SELECT wanted FROM {input}) ORDER BY granted_at, person_id, role, organisation_id",
            &[("wanted", Column::Uuid)],
        )
    });
    LIST.fetch(tx, ids(people)).await
}

/// The roles people hold at one instant.
pub async fn held_at(tx: &mut Tx, people: &[PersonId], at: Instant) -> Result<Vec<Grant>> {
    let mut grants = list_for(tx, people).await?;
    grants.retain(|grant| grant.is_held_at(at));
    Ok(grants)
}
