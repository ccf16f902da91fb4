//! Every function of the store, on both databases.

mod agreements;
mod custody;
mod errors;
mod files;
mod lists;
mod manifests;
mod notices;
mod people;
mod queue;
mod reach;
mod registry;
mod rollups;
mod scales;
mod schema;
mod seals;
mod signal;
mod statistics;
mod trail;
mod transactions;

use crate::devices::{self, Device};
use crate::manifests::{Draft, NewManifest};
use crate::organisations::{self, Organisation};
use crate::people::{self as persons, Person};
use crate::sites::{self, Site};
use crate::trips::{self, Trip};
use crate::{Db, Json, Tx};
use domain::id::{DeviceId, ManifestId, OrganisationId, PersonId, SiteId, TripId};
use domain::mass::{Grams, MassBasis};
use domain::party::{OrganisationKind, SiteKind};
use domain::plate::Plate;
use domain::time::Instant;
use domain::waste::{Packaging, PhysicalState, TreatmentMethod, WasteCode, WasteLine};
use serde_json::json;
use uuid::Uuid;

pub(crate) const GENERATOR: OrganisationId = OrganisationId(Uuid::from_u128(0x10));
pub(crate) const CARRIER: OrganisationId = OrganisationId(Uuid::from_u128(0x20));
pub(crate) const FACILITY: OrganisationId = OrganisationId(Uuid::from_u128(0x30));
pub(crate) const STRANGER: OrganisationId = OrganisationId(Uuid::from_u128(0x40));
pub(crate) const STORE: SiteId = SiteId(Uuid::from_u128(0x11));
pub(crate) const GATE: SiteId = SiteId(Uuid::from_u128(0x31));
pub(crate) const DRIVER: PersonId = PersonId(Uuid::from_u128(0x21));
pub(crate) const CLERK: PersonId = PersonId(Uuid::from_u128(0x12));
pub(crate) const PHONE: DeviceId = DeviceId(Uuid::from_u128(0x22));

/// An instant of 23 November 2026, UTC, with odd milliseconds.
pub(crate) fn at(hour: u32, minute: u32) -> Instant {
    format!("2026-11-23T{hour:02}:{minute:02}:07.120Z").parse().unwrap()
}

pub(crate) fn manifest_id(n: u128) -> ManifestId {
    ManifestId(Uuid::from_u128(0x1000 + n))
}

pub(crate) fn organisation(id: OrganisationId, kind: OrganisationKind, name: &str) -> Organisation {
    Organisation {
        id,
        kind,
        name: name.to_owned(),
        code: Some(format!("QLCTNH.{}", id.0.as_u128())),
        province_code: Some("31".to_owned()),
        address: "Số 1, đường Thử Nghiệm".to_owned(),
        phone: "0225 000 000".to_owned(),
        suspended_at: None,
        created_at: at(0, 0),
    }
}

pub(crate) fn site(id: SiteId, organisation_id: OrganisationId, kind: SiteKind, lat: f64, lon: f64) -> Site {
    let (s, n, w, e) = (lat - 0.001, lat + 0.001, lon - 0.001, lon + 0.001);
    Site {
        id,
        organisation_id,
        kind,
        name: format!("Kho {}", id.0.as_u128()),
        province_code: Some("31".to_owned()),
        address: "Khu công nghiệp".to_owned(),
        lat_deg: lat,
        lon_deg: lon,
        geofence: Json(json!({"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]})),
        created_at: at(0, 0),
    }
}

pub(crate) fn person(id: PersonId, name: &str, login: &str) -> Person {
    Person {
        id,
        name: name.to_owned(),
        login: login.to_owned(),
        phone: login.to_owned(),
        secret_hash: None,
        demo: false,
        created_at: at(0, 0),
    }
}

pub(crate) fn device(id: DeviceId, person_id: PersonId, key: u8) -> Device {
    Device {
        id,
        person_id,
        organisation_id: CARRIER,
        name: "Điện thoại 1".to_owned(),
        public_key: vec![key; 64],
        certificate: vec![1, 2, 3],
        status: devices::Status::Active,
        created_at: at(0, 30),
        last_seen_at: None,
        revoked_at: None,
        revoke_reason: None,
        admitted_at: None,
        admitted_by: None,
    }
}

pub(crate) fn line(line: i32, code: &str, declared_g: i64) -> WasteLine {
    WasteLine {
        line,
        waste_code: WasteCode::parse(code).unwrap(),
        waste_name: "Dầu động cơ thải".to_owned(),
        checked: true,
        physical_state: PhysicalState::Liquid,
        declared_mass_g: Grams(declared_g),
        mass_basis: MassBasis::Estimated,
        packaging: Packaging { kind: "drum".to_owned(), count: 4 },
        treatment_method: TreatmentMethod::CoProcessing,
    }
}

pub(crate) fn draft() -> Draft {
    Draft {
        generator_id: GENERATOR,
        generator_site_id: STORE,
        generator_province: Some("31".to_owned()),
        carrier_id: CARRIER,
        facility_id: FACILITY,
        facility_site_id: GATE,
        facility_province: Some("33".to_owned()),
        plates: vec![Plate("15C-123.45".to_owned()), Plate("15C-678.90".to_owned())],
        driver_id: Some(DRIVER),
        planned_pickup_at: at(2, 0),
        planned_delivery_at: at(6, 0),
        route_id: None,
        route_geometry: Some(
            json!({"type": "LineString", "coordinates": [[106.68, 20.86], [106.31, 20.94]]}),
        ),
        corridor_m: Some(200.0),
        lines: vec![line(1, "17 02 03", 481_000), line(2, "18 02 01", 20_000)],
        search: "Nhà máy Đúc Hải Phòng".to_owned(),
    }
}

/// Organisations, sites, people and a phone that every other test needs.
pub(crate) async fn seed(tx: &mut Tx) {
    for (id, kind, name) in [
        (GENERATOR, OrganisationKind::Generator, "Nhà máy Đúc (hư cấu)"),
        (CARRIER, OrganisationKind::Carrier, "Vận tải An Toàn (hư cấu)"),
        (FACILITY, OrganisationKind::Facility, "Xử lý Xanh (hư cấu)"),
        (STRANGER, OrganisationKind::Generator, "Xưởng Khác (hư cấu)"),
    ] {
        organisations::insert(tx, &organisation(id, kind, name)).await.unwrap();
    }
    sites::insert(tx, &site(STORE, GENERATOR, SiteKind::Generator, 20.86, 106.68)).await.unwrap();
    sites::insert(tx, &site(GATE, FACILITY, SiteKind::Facility, 20.94, 106.31)).await.unwrap();
    persons::insert(tx, &person(DRIVER, "Lái xe 1", "0912 000 001")).await.unwrap();
    persons::insert(tx, &person(CLERK, "Nhân viên 1", "clerk@example.vn")).await.unwrap();
    devices::insert(tx, &device(PHONE, DRIVER, 7)).await.unwrap();
}

/// A draft of the seeded parties, made `n` minutes after 01:00.
pub(crate) async fn new_manifest(tx: &mut Tx, n: u32, draft: Draft) -> ManifestId {
    let id = manifest_id(n.into());
    let trip_id = TripId(Uuid::from_u128(0x2000 + u128::from(n)));
    let trip = Trip { id: trip_id, carrier_id: CARRIER, driver_id: None, plate: None, created_at: at(1, n) };
    trips::insert(tx, &trip).await.unwrap();
    let new = NewManifest { id, trip_id, drafted_by: GENERATOR, created_at: at(1, n), draft };
    crate::manifests::insert(tx, &new).await.unwrap();
    id
}

/// A write transaction with the seeded rows in it.
pub(crate) async fn seeded(db: &Db) -> Tx {
    let mut tx = db.begin("test").await.unwrap();
    seed(&mut tx).await;
    tx
}
