//! `manifest_acts`: what people decided at a desk. Only ever appended.

use crate::batch::{Column, Statement, ids};
use crate::{Json, Result, Tx};
use domain::custody::act::{Act, Decision};
use domain::id::{ActId, ManifestId, OrganisationId, PersonId};
use domain::time::Instant;
use std::sync::LazyLock;

#[derive(sqlx::FromRow)]
struct Row {
    id: ActId,
    manifest_id: ManifestId,
    person_id: PersonId,
    organisation_id: OrganisationId,
    at: Instant,
    decision: Json<Decision>,
}

/// Records an act.
pub async fn insert(tx: &mut Tx, manifest: ManifestId, act: &Act) -> Result<()> {
    on_tx!(tx, c => sqlx::query(
        "INSERT INTO manifest_acts (id, manifest_id, person_id, organisation_id, at, decision) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(act.id).bind(manifest).bind(act.person_id).bind(act.organisation_id).bind(act.at).bind(Json(&act.decision))
    .execute(c).await.map(drop))
}

/// Records acts on many manifests in one statement.
pub async fn insert_batch(tx: &mut Tx, acts: &[(ManifestId, Act)]) -> Result<()> {
    static INSERT: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "INSERT INTO manifest_acts (id, manifest_id, person_id, organisation_id, at, decision) \
             SELECT id, manifest_id, person_id, organisation_id, at, decision FROM {input}",
            &[
                ("id", Column::Uuid),
                ("manifest_id", Column::Uuid),
                ("person_id", Column::Uuid),
                ("organisation_id", Column::Uuid),
                ("at", Column::Time),
                ("decision", Column::Text),
            ],
        )
    });
    let mut rows = Vec::with_capacity(acts.len());
    for (manifest, act) in acts {
        let decision =
            serde_json::to_string(&act.decision).map_err(|error| sqlx::Error::Encode(error.into()))?;
        rows.push(vec![
            act.id.into(),
            (*manifest).into(),
            act.person_id.into(),
            act.organisation_id.into(),
            act.at.into(),
            decision.into(),
        ]);
    }
    INSERT.execute(tx, rows).await.map(drop)
}

/// The acts on manifests, in order of time.
pub async fn list_for(tx: &mut Tx, manifests: &[ManifestId]) -> Result<Vec<(ManifestId, Act)>> {
    static LIST: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "SELECT id, manifest_id, person_id, organisation_id, at, decision FROM manifest_acts \
             WHERE manifest_id IN (SELECT wanted FROM {input}) ORDER BY manifest_id, at, id",
            &[("wanted", Column::Uuid)],
        )
    });
    let rows: Vec<Row> = LIST.fetch(tx, ids(manifests)).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let act = Act {
                id: row.id,
                person_id: row.person_id,
                organisation_id: row.organisation_id,
                at: row.at,
                decision: row.decision.0,
            };
            (row.manifest_id, act)
        })
        .collect())
}
