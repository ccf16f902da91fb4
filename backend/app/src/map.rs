//! Layers of the map: sites with their last scans, provinces, roads.

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, Result};
use domain::party::Role;
use serde_json::{Value, json};
use store::organisations;

/// Outlines of the 34 provinces as TopoJSON, Hoàng Sa and Trường Sa included; for display only.
pub const PROVINCES: &str = include_str!("../../../migrations/reference/provinces.topojson");
/// Roads of the demo province as GeoJSON; a background layer.
pub const ROADS: &str = include_str!("../../../migrations/reference/demo/roads.geojson");
/// Most sites on one map.
const MAX_SITES: u16 = 5_000;

/// Sites as GeoJSON points with last scan, open findings and waiting loads: for authorities, in their area.
///
/// # Errors
/// [`Error::Forbidden`] for everybody else.
pub async fn sites(app: &App, caller: &Caller) -> Result<Value> {
    caller.require_any(&[Role::Authority, Role::Inspector, Role::Admin])?;
    let mut tx = app.db.read("map.sites").await?;
    let authorities = caller.organisations(|role| matches!(role, Role::Authority | Role::Inspector));
    let areas = organisations::find_many(&mut tx, &authorities).await?;
    let national = caller.is(Role::Admin) || areas.iter().any(|area| area.province_code.is_none());
    let mut rows = Vec::new();
    if national {
        rows = store::map::site_activity(&mut tx, None, MAX_SITES).await?;
    } else {
        for province in areas.iter().filter_map(|area| area.province_code.as_deref()) {
            rows.extend(store::map::site_activity(&mut tx, Some(province), MAX_SITES).await?);
        }
    }
    let features: Vec<Value> = rows
        .into_iter()
        .map(|site| {
            json!({
                "type": "Feature",
                "id": site.id,
                "geometry": {"type": "Point", "coordinates": [site.lon_deg, site.lat_deg]},
                "properties": {
                    "name": site.name,
                    "kind": site.kind,
                    "organisation_id": site.organisation_id,
                    "organisation_name": site.organisation_name,
                    "province_code": site.province_code,
                    "last_scan_at": site.last_scan_at,
                    "open_findings": site.open_findings,
                    "waiting": site.waiting,
                },
            })
        })
        .collect();
    Ok(json!({"type": "FeatureCollection", "features": features, "as_of": app.now()}))
}

/// The roads drawn behind the demo; an installation without them has an empty layer.
///
/// # Errors
/// [`Error::Internal`] when the built-in layer is malformed.
pub fn roads(app: &App) -> Result<Value> {
    if !app.settings.demo {
        return Ok(json!({"type": "FeatureCollection", "features": []}));
    }
    serde_json::from_str(ROADS).map_err(|error| Error::Internal(format!("roads: {error}")))
}
