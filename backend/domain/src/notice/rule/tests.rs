use super::{Audience, Change, Shipment, Standing, Tell, tell};
use crate::custody::finding::{Finding, FindingCode};
use crate::custody::turn::Turn;
use crate::id::{EventId, ManifestId, OrganisationId, PersonId};
use crate::manifest::ManifestState;
use crate::party::Role;
use crate::time::Instant;
use uuid::Uuid;

const GENERATOR: OrganisationId = OrganisationId(Uuid::from_u128(1));
const CARRIER: OrganisationId = OrganisationId(Uuid::from_u128(2));
const FACILITY: OrganisationId = OrganisationId(Uuid::from_u128(3));
const DRIVER: PersonId = PersonId(Uuid::from_u128(4));
const OTHER_DRIVER: PersonId = PersonId(Uuid::from_u128(5));

fn now() -> Instant {
    "2026-11-23T02:00:00Z".parse().unwrap()
}

fn shipment() -> Shipment {
    Shipment {
        id: ManifestId(Uuid::from_u128(9)),
        generator_id: GENERATOR,
        carrier_id: CARRIER,
        facility_id: FACILITY,
        provinces: [Some("31".to_owned()), Some("31".to_owned())],
        planned_pickup_at: "2026-11-24T02:00:00Z".parse().unwrap(),
    }
}

fn standing(state: ManifestState) -> Standing {
    Standing { state, turn: None, driver: None, on_hold: false, agreed: false }
}

impl Standing {
    fn waiting_for(self, role: Role, organisation_id: OrganisationId) -> Self {
        let turn = Turn { role, organisation_id: Some(organisation_id), since: now(), until: None };
        Self { turn: Some(turn), ..self }
    }

    fn driven_by(self, driver: PersonId) -> Self {
        Self { driver: Some(driver), ..self }
    }

    fn held(self) -> Self {
        Self { on_hold: true, ..self }
    }
}

fn finding(code: FindingCode, event: u128) -> Finding {
    Finding {
        code,
        severity: code.default_severity(),
        event_id: Some(EventId(Uuid::from_u128(event))),
        from: now(),
        to: now(),
        decided_at: now(),
        detail: serde_json::Value::Null,
    }
}

fn told(before: Standing, after: Standing, raised: &[Finding]) -> Vec<Tell> {
    tell(&Change { shipment: &shipment(), before, after, raised, at: now() })
}

/// Topic and audience as one line each, sorted.
fn said(before: Standing, after: Standing, raised: &[Finding]) -> Vec<String> {
    let mut lines: Vec<String> = told(before, after, raised)
        .iter()
        .map(|tell| {
            let audience = match &tell.audience {
                Audience::Driver { person_id, .. } if *person_id == DRIVER => "driver".to_owned(),
                Audience::Driver { .. } => "other driver".to_owned(),
                Audience::Desk { role, .. } => role.to_string(),
                Audience::Authorities { provinces } => format!("authorities of {}", provinces.join(" and ")),
            };
            format!("{} to {audience}", tell.topic)
        })
        .collect();
    lines.sort();
    lines
}

use ManifestState::{
    Accepted, Arrived, Draft, InTransit, Issued, PartlyAccepted, Proposed, Rejected, Stored, Void,
};

#[test]
fn a_proposal_waits_for_the_other_side_and_the_last_approval_for_nobody() {
    let proposed = standing(Proposed).waiting_for(Role::Facility, FACILITY);
    assert_eq!(said(standing(Draft), proposed, &[]), ["your_turn to facility"]);
    let by_carrier = standing(Proposed).waiting_for(Role::Generator, GENERATOR);
    assert_eq!(said(by_carrier, proposed, &[]), ["your_turn to facility"]);
    let both = Standing { agreed: true, ..proposed };
    assert_eq!(said(by_carrier, both, &[]), Vec::<String>::new(), "it is issued in the same transaction");
}

#[test]
fn an_issued_manifest_is_told_to_its_parties_and_its_driver() {
    let proposed = Standing { agreed: true, ..standing(Proposed).waiting_for(Role::Facility, FACILITY) };
    let driven = standing(Issued).waiting_for(Role::Driver, CARRIER).driven_by(DRIVER);
    assert_eq!(
        said(proposed.driven_by(DRIVER), driven, &[]),
        ["issued to carrier", "issued to facility", "issued to generator", "trip_assigned to driver"]
    );
    let undriven = standing(Issued).waiting_for(Role::Carrier, CARRIER);
    assert_eq!(
        said(proposed, undriven, &[]),
        ["issued to facility", "issued to generator", "your_turn to carrier"],
        "the dispatcher hears one thing, not two"
    );
}

#[test]
fn a_trip_that_changes_hands_is_told_to_both_drivers() {
    let first = standing(Issued).waiting_for(Role::Driver, CARRIER).driven_by(DRIVER);
    let second = first.driven_by(OTHER_DRIVER);
    assert_eq!(said(first, second, &[]), ["trip_assigned to other driver", "trip_withdrawn to driver"]);
    let nobody = standing(Issued).waiting_for(Role::Carrier, CARRIER);
    assert_eq!(said(nobody, first, &[]), ["trip_assigned to driver"]);
    let proposed = standing(Proposed).waiting_for(Role::Facility, FACILITY);
    assert_eq!(
        said(proposed, proposed.driven_by(DRIVER), &[]),
        Vec::<String>::new(),
        "nothing is certain yet"
    );
}

#[test]
fn a_void_is_told_to_the_driver_and_the_parties() {
    let issued = standing(Issued).waiting_for(Role::Driver, CARRIER).driven_by(DRIVER);
    assert_eq!(
        said(issued, standing(Void).driven_by(DRIVER), &[]),
        ["trip_withdrawn to driver", "voided to carrier", "voided to facility", "voided to generator"]
    );
    assert_eq!(
        said(standing(Draft), standing(Void), &[]),
        Vec::<String>::new(),
        "a draft is its author's own"
    );
}

#[test]
fn pickup_and_delivery_tell_only_the_gate() {
    let issued = standing(Issued).waiting_for(Role::Driver, CARRIER).driven_by(DRIVER);
    let moving = standing(InTransit).waiting_for(Role::Driver, CARRIER).driven_by(DRIVER);
    let arrived = standing(Arrived).waiting_for(Role::Facility, FACILITY).driven_by(DRIVER);
    assert_eq!(said(issued, moving, &[]), Vec::<String>::new(), "the busiest event of all writes nothing");
    assert_eq!(said(moving, arrived, &[]), ["your_turn to facility"]);
    let stored = standing(Stored).waiting_for(Role::Carrier, CARRIER).driven_by(DRIVER);
    assert_eq!(said(moving, stored, &[]), ["your_turn to carrier"]);
}

#[test]
fn what_the_facility_decides_is_told_to_generator_and_carrier() {
    let arrived = standing(Arrived).waiting_for(Role::Facility, FACILITY).driven_by(DRIVER);
    let accepted = standing(Accepted).waiting_for(Role::Facility, FACILITY).driven_by(DRIVER);
    assert_eq!(said(arrived, accepted, &[]), ["accepted to carrier", "accepted to generator"]);
    let less = finding(FindingCode::Discrepancy, 1);
    assert_eq!(
        said(arrived, accepted, &[less]),
        [
            "accepted to carrier",
            "accepted to generator",
            "discrepancy to carrier",
            "discrepancy to generator"
        ]
    );
    let part = standing(PartlyAccepted).waiting_for(Role::Facility, FACILITY);
    assert_eq!(said(arrived, part, &[]), ["partly_accepted to carrier", "partly_accepted to generator"]);
    let rejected = standing(Rejected).waiting_for(Role::Generator, GENERATOR);
    assert_eq!(said(arrived, rejected, &[]), ["rejected to carrier", "rejected to generator"]);
}

#[test]
fn a_hold_is_told_to_all_who_touch_the_load_and_to_the_authority_of_the_area() {
    let moving = standing(InTransit).waiting_for(Role::Driver, CARRIER).driven_by(DRIVER);
    let held = Standing { turn: None, ..moving }.held();
    assert_eq!(
        said(moving, held, &[]),
        [
            "hold to authorities of 31",
            "hold to carrier",
            "hold to driver",
            "hold to facility",
            "hold to generator"
        ]
    );
    assert_eq!(
        said(held, moving, &[]),
        ["released to carrier", "released to driver", "released to facility", "released to generator"]
    );
}

#[test]
fn deviations_reach_the_carrier_and_the_authority() {
    let moving = standing(InTransit).waiting_for(Role::Driver, CARRIER);
    for code in [FindingCode::OffRoute, FindingCode::LongStop, FindingCode::ForbiddenAreaOrHour] {
        assert_eq!(
            said(moving, moving, &[finding(code, 1)]),
            ["deviation to authorities of 31", "deviation to carrier"],
            "{code}"
        );
    }
    assert_eq!(said(moving, moving, &[finding(FindingCode::WrongFacility, 1)]).len(), 4);
    assert_eq!(
        said(moving, moving, &[finding(FindingCode::CounterpartyMissing, 1)]),
        ["confirm_pickup to generator"]
    );
    for quiet in [FindingCode::PositionPoor, FindingCode::VehicleChanged, FindingCode::OutsideGeofence] {
        assert!(said(moving, moving, &[finding(quiet, 1)]).is_empty(), "{quiet}");
    }
}

#[test]
fn late_truth_that_changes_nothing_tells_nothing() {
    for state in ManifestState::ALL {
        let same = standing(*state).waiting_for(Role::Facility, FACILITY).driven_by(DRIVER);
        assert!(told(same, same, &[]).is_empty(), "{state}");
    }
}

#[test]
fn what_is_found_keeps_its_notice_and_what_is_done_again_gets_another() {
    let moving = standing(InTransit);
    let ids = |event: u128, at: Instant| -> Vec<crate::id::NoticeId> {
        let raised = [finding(FindingCode::OffRoute, event)];
        tell(&Change { shipment: &shipment(), before: moving, after: moving, raised: &raised, at })
            .iter()
            .map(|tell| tell.id)
            .collect()
    };
    let later = now() + chrono::TimeDelta::minutes(5);
    assert_eq!(ids(1, now()), ids(1, later), "judged again, it is the same notice");
    assert_ne!(ids(1, now()), ids(2, now()));
    let hold =
        |at| tell(&Change { shipment: &shipment(), before: moving, after: moving.held(), raised: &[], at });
    assert_ne!(hold(now())[0].id, hold(later)[0].id, "a second hold is a second notice");
    assert_eq!(hold(now())[0].id.0.get_version_num(), 8);
}

#[test]
fn a_driver_is_woken_only_for_a_pickup_that_is_near() {
    let nobody = standing(Issued).waiting_for(Role::Carrier, CARRIER);
    let driven = standing(Issued).waiting_for(Role::Driver, CARRIER).driven_by(DRIVER);
    let urgent = |hours: i64| {
        let near = Shipment { planned_pickup_at: now() + chrono::TimeDelta::hours(hours), ..shipment() };
        tell(&Change { shipment: &near, before: nobody, after: driven, raised: &[], at: now() })[0].urgent
    };
    assert!(urgent(2) && urgent(-1) && !urgent(9));
}
