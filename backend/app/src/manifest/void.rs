//! Voiding: only before pickup. Against a load that has left, the fold withdraws it openly.

use super::load;
use super::view::ManifestView;
use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, FieldErrors, Result};
use crate::idempotency::{self, Once};
use domain::custody::act::Decision;
use domain::id::ManifestId;
use domain::manifest::{ManifestState, Side};
use serde::Deserialize;

/// Why a manifest is voided.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct Voiding {
    /// 1 to 500 characters.
    pub reason: String,
}

/// Voids a manifest that has not been picked up.
///
/// # Errors
/// [`Error::WrongState`] after pickup; [`Error::Forbidden`] for drivers and, once issued, carriers.
pub async fn void(
    app: &App,
    caller: &Caller,
    id: ManifestId,
    input: Voiding,
    once: Option<&Once>,
) -> Result<ManifestView> {
    let mut errors = FieldErrors::default();
    let reason = errors.text("reason", &input.reason, 500).to_owned();
    let mut tx = app.db.begin("manifest.void").await?;
    let row = load::locked(&mut tx, caller, id).await?;
    if idempotency::seen(&mut tx, caller, once).await?.is_some() {
        return load::view_of(app, &mut tx, caller, &row).await;
    }
    let sides = caller.sides(&load::parties(&row));
    let organisation_id = match row.state {
        ManifestState::Draft => Some(row.drafted_by).filter(|id| caller.desks().contains(id)),
        ManifestState::Proposed => sides.first().map(|side| load::parties(&row).of(*side)),
        _ => sides.iter().find(|side| **side != Side::Carrier).map(|side| load::parties(&row).of(*side)),
    }
    .ok_or(Error::Forbidden)?;
    if !matches!(row.state, ManifestState::Draft | ManifestState::Proposed | ManifestState::Issued) {
        return Err(Error::WrongState { state: row.state });
    }
    errors.finish()?;
    super::agree::act(app, &mut tx, caller, id, organisation_id, Decision::Void { reason }).await?;
    idempotency::note(app, &mut tx, caller, once, id).await?;
    crate::registry::audit(app, &mut tx, caller, Some(organisation_id), "manifest.void", &id.to_string())
        .await?;
    super::agree::finish(app, tx, caller, id).await
}
