//! Where it happens: sites with fences and wall codes, a route, permits and vehicles.

use crate::cast::PROVINCE;
use crate::{Cast, new_id};
use app::App;
use app::registry::sites::seal_wall_code;
use chrono::TimeDelta;
use domain::id::{OrganisationId, SiteId};
use domain::party::{PermitKind, SiteKind};
use domain::plate::Plate;
use serde_json::{Value, json};
use store::{Json, Tx, permits, sites, vehicles};

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
    let (generator, facility) = (cast.generator.organisation_id, cast.facility.organisation_id);
    let other_facility = cast.other_gate.organisation_id;
    let store = (SiteKind::Generator, generator, "Kho CTNH Đình Vũ");
    let other_store = (SiteKind::Generator, cast.other_generator.organisation_id, "Kho CTNH Nomura");
    let places = Places {
        store: site(app, &mut tx, store, (20.8280, 106.7720)).await,
        other_store: site(app, &mut tx, other_store, (20.8900, 106.5600)).await,
        facility: site(
            app,
            &mut tx,
            (SiteKind::Facility, facility, "Bãi xử lý Thuỷ Nguyên"),
            (20.9600, 106.6400),
        )
        .await,
        other_facility: site(
            app,
            &mut tx,
            (SiteKind::Facility, other_facility, "Bãi xử lý An Dương"),
            (20.8800, 106.6000),
        )
        .await,
        station: site(
            app,
            &mut tx,
            (SiteKind::TransferStation, facility, "Trạm trung chuyển Núi Đèo"),
            (20.9100, 106.6900),
        )
        .await,
    };
    let carrier = cast.dispatcher.organisation_id;
    let (year, hour) = (TimeDelta::days(365), TimeDelta::hours(1));
    let own = (carrier, PermitKind::Transport, CARRIER_PERMIT);
    permit(app, &mut tx, own, &[PLATE, SPARE_PLATE], year).await;
    let other = (cast.other_dispatcher.organisation_id, PermitKind::Transport, "7-8-9-VT");
    permit(app, &mut tx, other, &[LAPSING_PLATE], hour).await;
    permit(app, &mut tx, (facility, PermitKind::Treatment, FACILITY_PERMIT), &[], year).await;
    permit(app, &mut tx, (other_facility, PermitKind::Treatment, "3-2-1-XL"), &[], year).await;
    for plate in [PLATE, SPARE_PLATE] {
        let vehicle = vehicles::Vehicle {
            id: new_id(app.now()),
            organisation_id: carrier,
            plate: Plate(plate.to_owned()),
            name: String::new(),
            kind: "truck".to_owned(),
            created_at: app.now(),
        };
        vehicles::insert(&mut tx, &vehicle).await.unwrap();
    }
    tx.commit().await.unwrap();
    places
}

async fn site(
    app: &App,
    tx: &mut Tx,
    (kind, organisation_id, name): (SiteKind, OrganisationId, &str),
    (lat, lon): (f64, f64),
) -> Place {
    let id: SiteId = new_id(app.now());
    let row = sites::Site {
        id,
        organisation_id,
        kind,
        name: name.to_owned(),
        province_code: Some(PROVINCE.to_owned()),
        address: "Hải Phòng".to_owned(),
        lat_deg: lat,
        lon_deg: lon,
        geofence: Json(square(lat, lon)),
        created_at: app.now(),
    };
    sites::insert(tx, &row).await.unwrap();
    let wall_code = seal_wall_code(app, tx, id, name, app.now()).await.unwrap();
    Place { id, organisation_id, name: name.to_owned(), lat, lon, wall_code }
}

async fn permit(
    app: &App,
    tx: &mut Tx,
    (organisation_id, kind, number): (OrganisationId, PermitKind, &str),
    plates: &[&str],
    lasts: TimeDelta,
) {
    let row = permits::Permit {
        id: new_id(app.now()),
        organisation_id,
        kind,
        number: number.to_owned(),
        valid_from: app.now() - TimeDelta::days(365),
        valid_to: app.now() + lasts,
        waste_codes: Json(vec![WASTE_CODE.to_owned(), "18 01 01".to_owned(), "99 99 98".to_owned()]),
        plates: Json(plates.iter().map(|plate| Plate((*plate).to_owned())).collect()),
        created_at: app.now(),
    };
    permits::insert(tx, &row).await.unwrap();
}
