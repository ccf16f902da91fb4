//! Assigning driver and plate: the carrier's dispatcher, before the pickup.

use super::load;
use super::view::ManifestView;
use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, FieldCode, FieldErrors, Result};
use crate::idempotency::{self, Once};
use domain::custody::act::Decision;
use domain::id::{ManifestId, PersonId};
use domain::manifest::{ManifestState, Side};
use domain::party::Role;
use domain::plate::Plate;
use serde::Deserialize;

/// Driver and plate; what is null stays as it is.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct Assignment {
    /// A driver of the carrier.
    #[serde(default)]
    pub driver_id: Option<PersonId>,
    /// A plate.
    #[serde(default)]
    pub plate: Option<Plate>,
}

/// Names driver and plate of a proposed or issued manifest.
///
/// # Errors
/// [`Error::Forbidden`] for the other parties, [`Error::WrongState`] after pickup (a change is then a handover event),
/// [`Error::Fields`] for a driver of somebody else.
pub async fn assign(
    app: &App,
    caller: &Caller,
    id: ManifestId,
    input: Assignment,
    once: Option<&Once>,
) -> Result<ManifestView> {
    let mut tx = app.db.begin("manifest.assign").await?;
    let row = load::locked(&mut tx, caller, id).await?;
    if idempotency::seen(&mut tx, caller, once).await?.is_some() {
        return load::view_of(app, &mut tx, caller, &row).await;
    }
    if !caller.sides(&load::parties(&row)).contains(&Side::Carrier) {
        return Err(Error::Forbidden);
    }
    if !matches!(row.state, ManifestState::Proposed | ManifestState::Issued) {
        return Err(Error::WrongState { state: row.state });
    }
    let mut errors = FieldErrors::default();
    if let Some(driver_id) = input.driver_id {
        let drives = super::declare::holds(&mut tx, driver_id, Role::Driver, row.carrier_id).await?;
        errors.check(drives, "driver_id", FieldCode::Unknown, "Choose a driver of your organisation.");
    }
    if let Some(plate) = &input.plate {
        errors.check(
            plate.is_plausible(),
            "plate",
            FieldCode::BadFormat,
            "As on the vehicle, such as 15C-123.45.",
        );
    }
    errors.check(
        input.driver_id.is_some() || input.plate.is_some(),
        "driver_id",
        FieldCode::Required,
        "Name a driver, a plate, or both.",
    );
    errors.finish()?;
    let decision = Decision::Assign { driver_id: input.driver_id, plate: input.plate.clone() };
    super::agree::act(app, &mut tx, caller, id, row.carrier_id, decision).await?;
    if let Some(mut trip) = store::trips::find(&mut tx, row.trip_id).await? {
        trip.driver_id = input.driver_id.or(trip.driver_id);
        trip.plate = input.plate.or(trip.plate);
        store::trips::update(&mut tx, &trip).await?;
    }
    idempotency::note(app, &mut tx, caller, once, id).await?;
    crate::registry::audit(app, &mut tx, caller, Some(row.carrier_id), "manifest.assign", &id.to_string())
        .await?;
    super::agree::finish(app, tx, caller, id).await
}
