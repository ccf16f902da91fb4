//! Vehicles of a carrier.

use super::RegistryQuery;
use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, FieldCode, FieldErrors, Result};
use crate::page::Page;
use domain::id::{OrganisationId, VehicleId};
use domain::party::Role;
use domain::plate::Plate;
use serde::{Deserialize, Serialize};
use store::vehicles;

/// A vehicle.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct VehicleView {
    /// Its id.
    pub id: VehicleId,
    /// Whose.
    pub organisation_id: OrganisationId,
    /// Plate.
    pub plate: Plate,
    /// Name for lists.
    pub name: String,
    /// truck, tanker, van, …
    pub kind: String,
}

/// A vehicle to register.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct NewVehicle {
    /// Whose.
    pub organisation_id: OrganisationId,
    /// Plate.
    pub plate: Plate,
    /// Name for lists.
    #[serde(default)]
    pub name: String,
    /// truck unless said otherwise.
    #[serde(default)]
    pub kind: Option<String>,
}

/// Vehicles, by plate; everybody signed in may look one up to declare with.
///
/// # Errors
/// Store failures.
pub async fn list(app: &App, _caller: &Caller, query: RegistryQuery) -> Result<Page<VehicleView>> {
    let page = query.page()?;
    let mut tx = app.db.read("vehicles.list").await?;
    Ok(Page::of(vehicles::list(&mut tx, query.organisation_id, &page).await?, view))
}

/// Registers a vehicle of the caller's carrier.
///
/// # Errors
/// [`Error::NotFound`] for other organisations, [`Error::Fields`], [`Error::Conflict`] on the plate.
pub async fn create(app: &App, caller: &Caller, input: NewVehicle) -> Result<VehicleView> {
    caller.require_desk(Role::Carrier, input.organisation_id)?;
    let mut errors = FieldErrors::default();
    errors.check(
        input.plate.is_plausible(),
        "plate",
        FieldCode::BadFormat,
        "As on the vehicle, such as 15C-123.45.",
    );
    errors.check(input.name.chars().count() <= 100, "name", FieldCode::TooLong, "At most 100 characters.");
    errors.finish()?;
    let row = vehicles::Vehicle {
        id: app.new_id()?,
        organisation_id: input.organisation_id,
        plate: input.plate,
        name: input.name,
        kind: input.kind.unwrap_or_else(|| "truck".to_owned()),
        created_at: app.now(),
    };
    let mut tx = app.db.begin("vehicles.create").await?;
    vehicles::insert(&mut tx, &row).await.map_err(|error| match error {
        store::Error::Duplicate { .. } => Error::Conflict { what: "plate" },
        other => other.into(),
    })?;
    super::audit(app, &mut tx, caller, Some(row.organisation_id), "vehicle.create", &row.id.to_string())
        .await?;
    tx.commit().await?;
    Ok(view(row))
}

fn view(row: vehicles::Vehicle) -> VehicleView {
    VehicleView {
        id: row.id,
        organisation_id: row.organisation_id,
        plate: row.plate,
        name: row.name,
        kind: row.kind,
    }
}
