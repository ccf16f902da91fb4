//! The generator's confirmation of the pickup on its own phone or desk (counterparty `signed`).

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

/// Who hands over.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct Confirmation {
    /// Name of the person who hands over, if not the caller.
    #[serde(default)]
    pub name: Option<String>,
}

/// Confirms that the load was handed over; may come before or after the driver's scan reaches the server.
///
/// # Errors
/// [`Error::Forbidden`] for the other parties; [`Error::WrongState`] before issue and once the load is decided.
pub async fn confirm(
    app: &App,
    caller: &Caller,
    id: ManifestId,
    input: Confirmation,
    once: Option<&Once>,
) -> Result<ManifestView> {
    let mut errors = FieldErrors::default();
    let name = input.name.as_deref().map(|name| errors.text("name", name, 120).to_owned());
    let mut tx = app.db.begin("manifest.confirm").await?;
    let row = load::locked(&mut tx, caller, id).await?;
    if idempotency::seen(&mut tx, caller, once).await?.is_some() {
        return load::view_of(app, &mut tx, caller, &row).await;
    }
    if !caller.sides(&load::parties(&row)).contains(&Side::Generator) {
        return Err(Error::Forbidden);
    }
    let open =
        [ManifestState::Issued, ManifestState::InTransit, ManifestState::Stored, ManifestState::Arrived];
    if !open.contains(&row.state) {
        return Err(Error::WrongState { state: row.state });
    }
    errors.finish()?;
    let name = name.or_else(|| Some(caller.name.clone()));
    super::agree::act(app, &mut tx, caller, id, row.generator_id, Decision::ConfirmPickup { name }).await?;
    idempotency::note(app, &mut tx, caller, once, id).await?;
    crate::registry::audit(app, &mut tx, caller, Some(row.generator_id), "manifest.confirm", &id.to_string())
        .await?;
    super::agree::finish(app, tx, caller, id).await
}
