//! Where it happens: sites with fences and wall codes, a route, permits and vehicles.

use crate::Cast;
use crate::cast::PROVINCE;
use crate::registry::{NewPermit, NewSite, Registry};
use app::App;
use chrono::TimeDelta;
use domain::id::{OrganisationId, SiteId};
use domain::party::{PermitKind, SiteKind};
use domain::plate::Plate;
use serde_json::{Value, json};

/// The plate that loads are declared with.
pub const PLATE: &str = "15C-123.45";
/// Another plate on the carrier's permit.
pub const SPARE_PLATE: &str = "15C-678.90";
/// The plate of the other carrier, whose permit ends an hour after a world begins.
pub const LAPSING_PLATE: &str = "15C-000.01";
/// A plate of nobody's permit.
pub const FOREIGN_PLATE: &str = "29H-555.55";
/// Number of the permit that manifest numbers count under.
pub const FACILITY_PERMIT: &str = "1-2-3-XL";
/// Number of the carrier's permit.
pub const CARRIER_PERMIT: &str = "4-5-6-VT";
/// A waste code that every permit lists.
pub const WASTE_CODE: &str = "17 02 03";
/// A waste code that no permit lists.
pub const UNPERMITTED_CODE: &str = "19 06 01";

/// A site and its wall code.
#[derive(Debug, Clone)]
pub struct Place {
    /// The site.
    pub id: SiteId,
    /// Whose.
    pub organisation_id: OrganisationId,
    /// Its name.
    pub name: String,
    /// Latitude of its middle, degrees.
    pub lat: f64,
    /// Longitude of its middle, degrees.
    pub lon: f64,
    /// Text of the code on its wall.
    pub wall_code: String,
}

/// The sites of a world.
#[derive(Debug, Clone)]
pub struct Places {
    /// The generator's store, at Đình Vũ.
    pub store: Place,
    /// The other generator's store.
    pub other_store: Place,
    /// The facility, at Thuỷ Nguyên.
    pub facility: Place,
    /// The other facility, at An Dương.
    pub other_facility: Place,
    /// A transfer station of the facility.
    pub station: Place,
}

/// Half the side of every fence, degrees: about 55 m north to south.
const HALF_SIDE_DEG: f64 = 0.0005;

/// The declared road from the store to the facility, GeoJSON.
#[must_use]
pub fn route() -> Value {
    json!({"type": "LineString", "coordinates": [[106.7720, 20.8280], [106.7200, 20.8600], [106.6900, 20.9100], [106.6400, 20.9600]]})
}

/// A square around a point, GeoJSON.
#[must_use]
pub fn square(lat: f64, lon: f64) -> Value {
    let (south, north, west, east) =
        (lat - HALF_SIDE_DEG, lat + HALF_SIDE_DEG, lon - HALF_SIDE_DEG, lon + HALF_SIDE_DEG);
    json!({"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]})
}

pub(crate) async fn enter(app: &App, cast: &Cast) -> Places {
    let mut tx = app.db.begin("tests.places").await.unwrap();
    let mut registry = Registry { app, tx: &mut tx, since: app.now() };
    let places = sites(&mut registry, cast).await.unwrap();
    permits(&mut registry, cast).await.unwrap();
    for plate in [PLATE, SPARE_PLATE] {
        registry.vehicle(cast.dispatcher.organisation_id, Plate(plate.to_owned())).await.unwrap();
    }
    tx.commit().await.unwrap();
    places
}

async fn sites(registry: &mut Registry<'_>, cast: &Cast) -> anyhow::Result<Places> {
    let (generator, facility) = (cast.generator.organisation_id, cast.facility.organisation_id);
    let (store, gate) = (SiteKind::Generator, SiteKind::Facility);
    let mut enter = async |kind, organisation_id, name: &str, (lat, lon)| {
        let geofence = square(lat, lon);
        let new = NewSite { kind, organisation_id, name, province_code: Some(PROVINCE), lat, lon, geofence };
        let (id, wall_code) = registry.site(new).await?;
        anyhow::Ok(Place { id, organisation_id, name: name.to_owned(), lat, lon, wall_code })
    };
    let (other_generator, other_facility) =
        (cast.other_generator.organisation_id, cast.other_gate.organisation_id);
    Ok(Places {
        store: enter(store, generator, "Kho CTNH Đình Vũ", (20.8280, 106.7720)).await?,
        other_store: enter(store, other_generator, "Kho CTNH Nomura", (20.8900, 106.5600)).await?,
        facility: enter(gate, facility, "Bãi xử lý Thuỷ Nguyên", (20.9600, 106.6400)).await?,
        other_facility: enter(gate, other_facility, "Bãi xử lý An Dương", (20.8800, 106.6000)).await?,
        station: enter(SiteKind::TransferStation, facility, "Trạm trung chuyển Núi Đèo", (20.9100, 106.6900))
            .await?,
    })
}

async fn permits(registry: &mut Registry<'_>, cast: &Cast) -> anyhow::Result<()> {
    let (year, hour) = (TimeDelta::days(365), TimeDelta::hours(1));
    let (carrier, other_carrier) = (&cast.dispatcher, &cast.other_dispatcher);
    let (transport, treatment) = (PermitKind::Transport, PermitKind::Treatment);
    for (holder, kind, number, plates, lasts) in [
        (carrier, transport, CARRIER_PERMIT, &[PLATE, SPARE_PLATE][..], year),
        (other_carrier, transport, "7-8-9-VT", &[LAPSING_PLATE][..], hour),
        (&cast.facility, treatment, FACILITY_PERMIT, &[][..], year),
        (&cast.other_gate, treatment, "3-2-1-XL", &[][..], year),
    ] {
        let valid = (registry.since - year, registry.since + lasts);
        let waste_codes = &[WASTE_CODE, "18 01 01", "99 99 98"];
        let plates = plates.iter().map(|plate| Plate((*plate).to_owned())).collect();
        let organisation_id = holder.organisation_id;
        registry.permit(NewPermit { organisation_id, kind, number, valid, waste_codes, plates }).await?;
    }
    Ok(())
}
