//! `action_links`: links in messages that do one thing once.

use crate::batch::{Column, Statement};
use crate::{Result, Tx};
use domain::id::{ManifestId, NoticeId, OrganisationId, PersonId};
use domain::notice::LinkAction;
use domain::party::Role;
use domain::time::Instant;
use std::sync::LazyLock;

/// A link.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Link {
    /// SHA-256 of the token.
    pub token_hash: Vec<u8>,
    /// What it does.
    pub action: LinkAction,
    /// The notice it was sent with.
    pub notice_id: NoticeId,
    /// In whose name.
    pub person_id: PersonId,
    /// In which role.
    pub role: Role,
    /// In which organisation.
    pub organisation_id: OrganisationId,
    /// To which manifest.
    pub manifest_id: ManifestId,
    /// When it was made.
    pub created_at: Instant,
    /// First instant it is good no more.
    pub expires_at: Instant,
    /// When it did it.
    pub used_at: Option<Instant>,
}

/// Makes links, in one statement. An earlier one that was sent with the same notice to the same person and did nothing
/// yet is good no more.
pub async fn insert_batch(tx: &mut Tx, links: &[Link]) -> Result<()> {
    static FORGET: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "DELETE FROM action_links WHERE used_at IS NULL \
             AND (notice_id, person_id) IN (SELECT of_notice, of_person FROM {input})",
            &[("of_notice", Column::Uuid), ("of_person", Column::Uuid)],
        )
    });
    static INSERT: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "INSERT INTO action_links (token_hash, action, notice_id, person_id, role, organisation_id, manifest_id, \
                                       created_at, expires_at) \
             SELECT token_hash, action, notice_id, person_id, role, organisation_id, manifest_id, created_at, \
                    expires_at FROM {input}",
            &[
                ("token_hash", Column::Bytes),
                ("action", Column::Text),
                ("notice_id", Column::Uuid),
                ("person_id", Column::Uuid),
                ("role", Column::Text),
                ("organisation_id", Column::Uuid),
                ("manifest_id", Column::Uuid),
                ("created_at", Column::Time),
                ("expires_at", Column::Time),
            ],
        )
    });
    let before = links.iter().map(|link| vec![link.notice_id.into(), link.person_id.into()]);
    FORGET.execute(tx, before.collect()).await?;
    let rows = links.iter().map(|link| {
        vec![
            link.token_hash.as_slice().into(),
            link.action.as_str().into(),
            link.notice_id.into(),
            link.person_id.into(),
            link.role.as_str().into(),
            link.organisation_id.into(),
            link.manifest_id.into(),
            link.created_at.into(),
            link.expires_at.into(),
        ]
    });
    INSERT.execute(tx, rows.collect()).await.map(drop)
}

/// The link of a token.
pub async fn find(tx: &mut Tx, token_hash: &[u8]) -> Result<Option<Link>> {
    on_tx!(tx, c => sqlx::query_as(
        "SELECT token_hash, action, notice_id, person_id, role, organisation_id, manifest_id, created_at, expires_at, \
                used_at FROM action_links WHERE token_hash = $1",
    )
    .bind(token_hash).fetch_optional(c).await)
}

/// Marks a link as used; using twice keeps the first time.
pub async fn update_used(tx: &mut Tx, token_hash: &[u8], at: Instant) -> Result<()> {
    on_tx!(tx, c => sqlx::query("UPDATE action_links SET used_at = coalesce(used_at, $2) WHERE token_hash = $1")
        .bind(token_hash).bind(at).execute(c).await.map(|done| done.rows_affected()))
    .and_then(crate::error::one)
}
