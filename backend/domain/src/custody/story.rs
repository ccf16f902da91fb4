//! Words to tell test stories with: one manifest around Hải Phòng, its people and their phones.

use super::act::{Act, Decision};
use super::event::{Counterparty, CounterpartyKind, EventKind, EventLine, EventPayload};
use super::finding::FindingCode;
use super::fold::{Folded, fold};
use super::judge::{Judgement, judge};
use super::record::{CodeCheck, DeviceStanding, RecordedEvent, SiteCodeCheck};
use crate::geo::geofence::circle;
use crate::geo::position::Position;
use crate::id::{ActId, DeviceId, EventId, ManifestId, OrganisationId, PersonId, SiteId};
use crate::manifest::{ManifestFacts, Side};
use crate::mass::{Grams, MassBasis};
use crate::party::{PermitFacts, PermitKind, Role, RoleGrant, Signer, SiteFacts, SiteKind, SiteVersion};
use crate::plate::Plate;
use crate::time::Instant;
use crate::waste::{Packaging, PhysicalState, TreatmentMethod, WasteCode, WasteLine};
use chrono::TimeDelta;
use geo::{Destination, Geodesic};
use geo_types::Point;
use uuid::Uuid;

pub(crate) const GENERATOR: u128 = 1;
pub(crate) const CARRIER: u128 = 2;
pub(crate) const FACILITY: u128 = 3;
pub(crate) const OTHER_CARRIER: u128 = 4;
pub(crate) const OTHER_FACILITY: u128 = 5;
pub(crate) const AUTHORITY: u128 = 6;

pub(crate) const STORE: u128 = 11;
pub(crate) const PLANT: u128 = 13;
pub(crate) const OTHER_PLANT: u128 = 15;
pub(crate) const STATION: u128 = 16;

pub(crate) const PLATE: &str = "15C-123.45";

/// Minute of the story's day; the manifest is issued at minute 0.
pub(crate) fn minute(m: i64) -> Instant {
    "2026-11-23T01:00:00Z".parse::<Instant>().unwrap() + TimeDelta::minutes(m)
}

pub(crate) fn organisation(n: u128) -> OrganisationId {
    OrganisationId(Uuid::from_u128(n))
}

pub(crate) fn site_id(n: u128) -> SiteId {
    SiteId(Uuid::from_u128(n))
}

/// Where a site is: store, plant and the others lie some 20 km apart along one road.
pub(crate) fn place(site: u128) -> Point<f64> {
    match site {
        STORE => Point::new(106.60, 20.90),
        STATION => Point::new(106.50, 20.90),
        PLANT => Point::new(106.40, 20.90),
        _ => Point::new(106.40, 20.70),
    }
}

fn site(id: u128, organisation_id: u128, kind: SiteKind) -> SiteFacts {
    SiteFacts {
        id: site_id(id),
        organisation_id: organisation(organisation_id),
        kind,
        first: SiteVersion {
            valid_from: minute(-500_000),
            name: format!("Địa điểm {id} (hư cấu)"),
            geofence: circle(place(id), 80.0),
        },
        later: Vec::new(),
    }
}

/// A site of which the fence moves somewhere else and the name changes, at a minute of the story.
pub(crate) fn moved(site: &mut SiteFacts, at: i64, to: Point<f64>) {
    site.later.push(SiteVersion {
        valid_from: minute(at),
        name: "Địa điểm dời (hư cấu)".to_owned(),
        geofence: circle(to, 80.0),
    });
}

fn permit(organisation_id: u128, kind: PermitKind, plates: &[&str]) -> PermitFacts {
    PermitFacts {
        organisation_id: organisation(organisation_id),
        kind,
        number: format!("GP-{organisation_id}"),
        valid_from: minute(-500_000),
        valid_to: minute(500_000),
        waste_codes: vec!["17 02 03".into(), "16 01 06".into()],
        plates: plates.iter().map(|plate| Plate((*plate).into())).collect(),
        methods: Vec::new(),
        quotas: Vec::new(),
        provinces: Vec::new(),
    }
}

fn line(number: i32, code: &str, declared: i64, mass_basis: MassBasis) -> WasteLine {
    WasteLine {
        line: number,
        waste_code: WasteCode::parse(code).unwrap(),
        waste_name: "Dầu thải".into(),
        checked: true,
        physical_state: PhysicalState::Liquid,
        declared_mass_g: Grams(declared),
        mass_basis,
        packaging: Packaging { kind: "drum".into(), count: 4 },
        treatment_method: TreatmentMethod::Recycling,
    }
}

/// The manifest of the stories: 481 kg estimated and 20 kg measured.
pub(crate) fn facts() -> ManifestFacts {
    ManifestFacts {
        id: ManifestId(Uuid::from_u128(100)),
        generator_id: organisation(GENERATOR),
        carrier_id: organisation(CARRIER),
        facility_id: organisation(FACILITY),
        generator_site: site(STORE, GENERATOR, SiteKind::Generator),
        facility_site: site(PLANT, FACILITY, SiteKind::Facility),
        plates: vec![Plate(PLATE.into())],
        driver_id: Some(person(DRIVER)),
        planned_pickup_at: minute(60),
        planned_delivery_at: minute(240),
        route: None,
        lines: vec![
            line(1, "17 02 03", 481_000, MassBasis::Estimated),
            line(2, "16 01 06", 20_000, MassBasis::Measured),
        ],
        pickup_code: Some("048 213".into()),
        permits: vec![
            permit(CARRIER, PermitKind::Transport, &[PLATE, "15C-777.77"]),
            permit(FACILITY, PermitKind::Treatment, &[]),
        ],
        suspensions: Vec::new(),
        other_sites: vec![
            site(OTHER_PLANT, OTHER_FACILITY, SiteKind::Facility),
            site(STATION, FACILITY, SiteKind::TransferStation),
        ],
        revision: 1,
    }
}

/// Somebody with one role in one organisation and a phone of the same number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Somebody(pub(crate) u128, pub(crate) Role, pub(crate) u128);

pub(crate) const DRIVER: Somebody = Somebody(21, Role::Driver, CARRIER);
pub(crate) const SECOND_DRIVER: Somebody = Somebody(22, Role::Driver, CARRIER);
pub(crate) const DISPATCHER: Somebody = Somebody(23, Role::Carrier, CARRIER);
pub(crate) const FOREIGN_DRIVER: Somebody = Somebody(24, Role::Driver, OTHER_CARRIER);
pub(crate) const GATE: Somebody = Somebody(25, Role::Facility, FACILITY);
pub(crate) const FOREIGN_GATE: Somebody = Somebody(26, Role::Facility, OTHER_FACILITY);
pub(crate) const CLERK: Somebody = Somebody(27, Role::Generator, GENERATOR);
pub(crate) const OFFICER: Somebody = Somebody(28, Role::Authority, AUTHORITY);
pub(crate) const INSPECTOR: Somebody = Somebody(29, Role::Inspector, AUTHORITY);

pub(crate) fn person(who: Somebody) -> PersonId {
    PersonId(Uuid::from_u128(who.0))
}

pub(crate) fn event_id(n: u128) -> EventId {
    EventId(Uuid::from_u128(n))
}

/// A bare event: signed by `who` at that minute, with nothing in it.
pub(crate) fn bare(id: u128, kind: EventKind, who: Somebody, at: i64) -> RecordedEvent {
    let payload = serde_json::json!({
        "id": Uuid::from_u128(id), "kind": kind, "manifest_id": facts().id, "device_seq": at + 1_000_000,
        "event_time": minute(at),
    });
    RecordedEvent {
        payload: EventPayload::read(payload.to_string().as_bytes()).unwrap(),
        device_id: DeviceId(Uuid::from_u128(who.0)),
        signer: Signer {
            person_id: person(who),
            roles: vec![RoleGrant { role: who.1, organisation_id: organisation(who.2) }],
        },
        device_standing: DeviceStanding::Active,
        code: CodeCheck::Absent,
        site_code: SiteCodeCheck::Absent,
        estimated_time: minute(at),
        record_time: minute(at),
    }
}

/// What stories change in an event.
pub(crate) trait Tell {
    fn at(self, point: Point<f64>, accuracy_m: f64) -> Self;
    fn inside(self, site: u128) -> Self;
    fn away(self, site: u128, metres: f64) -> Self;
    fn wall(self, site: u128) -> Self;
    fn code(self) -> Self;
    fn plate(self, plate: &str) -> Self;
    fn consent(self, kind: CounterpartyKind, proof: Option<&str>) -> Self;
    fn mass(self, line: i32, mass: i64, refused: Option<i64>) -> Self;
    fn detail(self, key: &str, value: impl Into<serde_json::Value>) -> Self;
    fn supplementing(self, id: u128) -> Self;
    fn revoked(self) -> Self;
    fn seq(self, seq: i64) -> Self;
    fn estimated(self, at: i64) -> Self;
}

impl Tell for RecordedEvent {
    fn at(mut self, point: Point<f64>, accuracy_m: f64) -> Self {
        self.payload.position = Some(Position {
            lat: point.y(),
            lon: point.x(),
            accuracy_m: Some(accuracy_m),
            speed_mps: None,
            heading_deg: None,
            fix_time: Some(self.payload.phone_instant()),
            mocked: false,
        });
        self
    }
    fn inside(self, site: u128) -> Self {
        self.at(place(site), 8.0)
    }
    fn away(self, site: u128, metres: f64) -> Self {
        self.at(Geodesic.destination(place(site), 0.0, metres), 8.0)
    }
    fn wall(mut self, site: u128) -> Self {
        self.site_code = SiteCodeCheck::Authentic { site_id: site_id(site), expires_at: minute(900_000) };
        self
    }
    fn code(mut self) -> Self {
        let manifest_id = facts().id;
        self.code = CodeCheck::Authentic { manifest_id, revision: 1, expires_at: minute(40_000) };
        self
    }
    fn plate(mut self, plate: &str) -> Self {
        self.payload.plate = Some(Plate(plate.into()));
        self
    }
    fn consent(mut self, kind: CounterpartyKind, proof: Option<&str>) -> Self {
        self.payload.counterparty = Some(Counterparty { kind, name: None, proof: proof.map(str::to_owned) });
        self
    }
    fn mass(mut self, line: i32, mass: i64, refused: Option<i64>) -> Self {
        self.payload.lines.push(EventLine {
            line,
            mass_g: Some(Grams(mass)),
            refused_g: refused.map(Grams),
            method: None,
        });
        self
    }
    fn detail(mut self, key: &str, value: impl Into<serde_json::Value>) -> Self {
        self.payload.details.insert(key.into(), value.into());
        self
    }
    fn supplementing(mut self, id: u128) -> Self {
        self.payload.supplements = Some(event_id(id));
        self
    }
    fn revoked(mut self) -> Self {
        self.device_standing = DeviceStanding::Revoked;
        self
    }
    fn seq(mut self, seq: i64) -> Self {
        self.payload.device_seq = seq;
        self
    }
    fn estimated(mut self, at: i64) -> Self {
        self.estimated_time = minute(at);
        self
    }
}

/// An honest pickup at minute 60.
pub(crate) fn pickup() -> RecordedEvent {
    bare(1001, EventKind::Pickup, DRIVER, 60)
        .inside(STORE)
        .wall(STORE)
        .code()
        .plate(PLATE)
        .consent(CounterpartyKind::Code, Some("048213"))
}

/// An honest delivery at minute 120.
pub(crate) fn delivery() -> RecordedEvent {
    bare(1002, EventKind::Delivery, DRIVER, 120).inside(PLANT).wall(PLANT).code().plate(PLATE)
}

/// The gate's honest scan at minute 123.
pub(crate) fn arrival() -> RecordedEvent {
    bare(1003, EventKind::Arrival, GATE, 123).inside(PLANT).wall(PLANT).code().plate(PLATE)
}

/// An honest acceptance at minute 150, within tolerance.
pub(crate) fn acceptance() -> RecordedEvent {
    bare(1004, EventKind::Acceptance, GATE, 150).code().mass(1, 478_000, None).mass(2, 20_000, None)
}

pub(crate) fn act(id: u128, who: Somebody, at: i64, decision: Decision) -> Act {
    Act {
        id: ActId(Uuid::from_u128(id)),
        person_id: person(who),
        organisation_id: organisation(who.2),
        at: minute(at),
        decision,
    }
}

/// Proposed, agreed and issued at minute 0.
pub(crate) fn issued() -> Vec<Act> {
    vec![
        act(501, CLERK, -10, Decision::Propose { side: Side::Generator }),
        act(503, GATE, 0, Decision::approval(Side::Facility)),
        act(502, GATE, 0, Decision::issue(1)),
    ]
}

pub(crate) fn void(at: i64) -> Act {
    act(510, CLERK, at, Decision::Void { reason: "Nhầm chuyến".into() })
}

/// Folds and judges.
pub(crate) fn tell(facts: &ManifestFacts, acts: &[Act], events: &[RecordedEvent]) -> (Folded, Judgement) {
    let folded = fold(facts, acts, events);
    let judgement = judge(facts, acts, events, &folded);
    (folded, judgement)
}

/// The codes found after an ordinary issue.
pub(crate) fn codes(facts: &ManifestFacts, events: &[RecordedEvent]) -> Vec<FindingCode> {
    tell(facts, &issued(), events).1.findings.iter().map(|finding| finding.code).collect()
}
