//! A carrier's named, versioned routes.

use super::{RegistryQuery, shape};
use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, FieldCode, FieldErrors, Result};
use crate::page::Page;
use domain::geo::read;
use domain::id::{OrganisationId, RouteId};
use domain::manifest::DEFAULT_CORRIDOR_M;
use domain::party::Role;
use serde::{Deserialize, Serialize};
use store::routes;

/// A named route.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct NamedRouteView {
    /// Its id.
    pub id: RouteId,
    /// Whose.
    pub organisation_id: OrganisationId,
    /// Name.
    pub name: String,
    /// Version of this name, from 1.
    pub version: i64,
    /// GeoJSON LineString.
    #[schema(value_type = crate::registry::shape::GeoLine)]
    pub geometry: serde_json::Value,
    /// Metres to either side.
    pub corridor_m: f64,
}

/// A route to register; the same name again makes a new version.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct NewRoute {
    /// Whose.
    pub organisation_id: OrganisationId,
    /// Name.
    pub name: String,
    /// GeoJSON LineString, longitude first.
    #[schema(value_type = crate::registry::shape::GeoLine)]
    pub geometry: serde_json::Value,
    /// Metres to either side, 20 to 5,000; 200 unless named.
    #[serde(default)]
    pub corridor_m: Option<f64>,
}

/// Named routes of a carrier; everybody signed in may declare with them.
///
/// # Errors
/// [`Error::Fields`] without an organisation.
pub async fn list(app: &App, _caller: &Caller, query: RegistryQuery) -> Result<Page<NamedRouteView>> {
    let Some(organisation_id) = query.organisation_id else {
        return Err(Error::field(
            "organisation_id",
            FieldCode::Required,
            "Name the carrier whose routes you want.",
        ));
    };
    let mut tx = app.db.read("routes.list").await?;
    let rows = routes::list_for(&mut tx, &[organisation_id]).await?;
    Ok(Page::whole(rows.into_iter().map(view).collect()))
}

/// Registers a route of the caller's carrier.
///
/// # Errors
/// [`Error::NotFound`] for other organisations, [`Error::Fields`] naming each bad vertex.
pub async fn create(app: &App, caller: &Caller, input: NewRoute) -> Result<NamedRouteView> {
    caller.require_desk(Role::Carrier, input.organisation_id)?;
    let mut errors = FieldErrors::default();
    let name = errors.text("name", &input.name, 120).to_owned();
    let corridor_m = input.corridor_m.unwrap_or(DEFAULT_CORRIDOR_M);
    errors.check(
        read::CORRIDOR_M.contains(&corridor_m),
        "corridor_m",
        FieldCode::OutOfRange,
        "20 to 5,000 metres.",
    );
    let line =
        read::route(&input.geometry, "geometry").map_err(|found| errors.extend(shape::problems(found))).ok();
    errors.finish()?;
    let line = line.ok_or_else(|| Error::field("geometry", FieldCode::Required, "Send a LineString."))?;
    let mut row = routes::Route {
        id: app.new_id()?,
        organisation_id: input.organisation_id,
        name,
        version: 1,
        geometry: store::Json(shape::line_json(&line)),
        corridor_m,
        created_at: app.now(),
    };
    let mut tx = app.db.begin("routes.create").await?;
    row.version = routes::insert(&mut tx, &row).await?;
    super::audit(app, &mut tx, caller, Some(row.organisation_id), "route.create", &row.id.to_string())
        .await?;
    tx.commit().await?;
    Ok(view(row))
}

fn view(row: routes::Route) -> NamedRouteView {
    NamedRouteView {
        id: row.id,
        organisation_id: row.organisation_id,
        name: row.name,
        version: row.version,
        geometry: row.geometry.0,
        corridor_m: row.corridor_m,
    }
}
