//! The checks as stories: which findings belong there, and no others.

use crate::custody::act::{Act, Decision};
use crate::custody::event::{CounterpartyKind, EventKind, Oddity, PhoneClock, PositionMissing};
use crate::custody::finding::{EvidenceGrade, Finding, FindingCode, Severity};
use crate::custody::record::{CodeCheck, DeviceStanding, RecordedEvent, SiteCodeCheck};
use crate::custody::story::{
    CARRIER, CLERK, DISPATCHER, DRIVER, FACILITY, FOREIGN_DRIVER, FOREIGN_GATE, GATE, GENERATOR, OTHER_PLANT,
    PLANT, PLATE, SECOND_DRIVER, STATION, STORE, Tell, acceptance, act, arrival, bare, codes, delivery,
    event_id, facts, issued, minute, moved, organisation as organisation_id, person, pickup, place, site_id,
    tell, void,
};
use crate::id::ManifestId;
use crate::manifest::{ManifestFacts, ManifestState, Route};
use crate::party::Suspension;
use chrono::TimeDelta;
use geo::{Destination, Geodesic};
use geo_types::LineString;
use serde_json::json;
use uuid::Uuid;

fn found(facts: &ManifestFacts, events: &[RecordedEvent]) -> Vec<Finding> {
    tell(facts, &issued(), events).1.findings
}

fn grade(events: &[RecordedEvent], id: u128) -> Option<EvidenceGrade> {
    tell(&facts(), &issued(), events).1.grades.get(&event_id(id)).copied()
}

/// The facts with the straight road from store to plant as declared route.
fn with_route() -> ManifestFacts {
    let geometry = LineString::from(vec![place(STORE), place(STATION), place(PLANT)]);
    ManifestFacts { route: Some(Route { geometry, corridor_m: 200.0 }), ..facts() }
}

#[test]
fn an_honest_trip_raises_nothing_and_proves_everything() {
    let trip = [pickup(), delivery(), arrival(), acceptance()];
    assert_eq!(codes(&facts(), &trip), []);
    assert_eq!(codes(&with_route(), &trip), []);
    for id in [1001, 1002, 1003] {
        assert_eq!(grade(&trip, id), Some(EvidenceGrade::A));
    }
    assert_eq!(grade(&trip, 1004), None, "an acceptance may be signed in the office");
}

#[test]
fn three_kilometres_away_is_outside_the_geofence_and_nothing_else() {
    for (event, site) in [(pickup(), STORE), (delivery(), PLANT)] {
        let before: Vec<_> = if site == PLANT { vec![pickup()] } else { vec![] };
        let events: Vec<_> = before.into_iter().chain([event.away(site, 3_000.0)]).collect();
        assert_eq!(codes(&facts(), &events), [FindingCode::OutsideGeofence]);
        assert_eq!(
            codes(&with_route(), &events),
            [FindingCode::OutsideGeofence, FindingCode::OffRoute],
            "north of a road that runs east and west"
        );
    }
    let on_the_road = Geodesic.destination(place(STORE), 270.0, 3_000.0);
    assert_eq!(codes(&with_route(), &[pickup().at(on_the_road, 8.0)]), [FindingCode::OutsideGeofence]);
    let finding = &found(&facts(), &[pickup().away(STORE, 3_000.0)])[0];
    let distance = finding.detail["distance_m"].as_i64().unwrap();
    assert!((2_915..=2_925).contains(&distance), "{distance}");
}

#[test]
fn at_another_facility_with_its_wall_code() {
    let there = delivery().inside(OTHER_PLANT).wall(OTHER_PLANT);
    let events = [pickup(), there];
    assert_eq!(codes(&facts(), &events), [FindingCode::WrongFacility, FindingCode::WrongSiteCode]);
    assert_eq!(grade(&events, 1002), Some(EvidenceGrade::C));
    // A pickup inside somebody's plant is simply not at the generator's.
    assert_eq!(codes(&facts(), &[pickup().inside(OTHER_PLANT)]), [FindingCode::OutsideGeofence]);
}

#[test]
fn a_fence_that_moves_judges_only_what_comes_after() {
    let far = Geodesic.destination(place(STORE), 0.0, 3_000.0);
    let mut facts = facts();
    moved(&mut facts.generator_site, 60, far);
    moved(&mut facts.facility_site, 100, far);
    let judged = |events: &[RecordedEvent]| {
        let judgement = tell(&facts, &issued(), events).1;
        (codes(&facts, events), judgement.grades.get(&event_id(1001)).copied())
    };
    assert_eq!(judged(&[pickup()]), (vec![], Some(EvidenceGrade::A)), "of the very instant: before it");
    assert_eq!(judged(&[pickup(), delivery()]).0, [FindingCode::OutsideGeofence]);
    let late = pickup().estimated(61);
    assert_eq!(
        judged(std::slice::from_ref(&late)),
        (vec![FindingCode::OutsideGeofence], Some(EvidenceGrade::B))
    );
    assert_eq!(judged(&[late.at(far, 8.0)]), (vec![], Some(EvidenceGrade::A)));
    assert_eq!(facts.generator_site.at(minute(-600_000)), &facts.generator_site.first, "before it was known");

    // Two moves later the one in between still holds for its own time.
    moved(&mut facts.generator_site, 61, place(STORE));
    assert_eq!(codes(&facts, &[pickup().estimated(61)]), [FindingCode::OutsideGeofence]);
    assert_eq!(codes(&facts, &[pickup().estimated(62)]), []);
}

#[test]
fn a_plant_that_moved_away_is_the_wrong_facility_of_its_own_time() {
    let mut facts = facts();
    let far = Geodesic.destination(place(OTHER_PLANT), 0.0, 3_000.0);
    moved(&mut facts.other_sites[0], 119, far);
    let there = delivery().inside(OTHER_PLANT);
    assert_eq!(codes(&facts, &[pickup(), there.clone()]), [FindingCode::OutsideGeofence]);
    let early = there.estimated(119);
    let finding = &found(&facts, &[pickup(), early])[0];
    let name = &facts.other_sites[0].first.name;
    assert_eq!((finding.code, &finding.detail["site_name"]), (FindingCode::WrongFacility, &json!(name)));
}

#[test]
fn the_gate_of_another_facility_says_so_itself() {
    let gate = bare(8, EventKind::Arrival, FOREIGN_GATE, 100).code();
    assert_eq!(codes(&facts(), &[pickup(), gate.clone()]), [FindingCode::WrongFacility]);
    let scanned = gate.inside(OTHER_PLANT).wall(OTHER_PLANT);
    assert_eq!(
        codes(&facts(), &[pickup(), scanned]),
        [FindingCode::WrongFacility, FindingCode::WrongSiteCode]
    );
}

#[test]
fn a_vague_fix_alone_proves_nothing() {
    let far = Geodesic.destination(place(STORE), 0.0, 20_000.0);
    assert_eq!(codes(&with_route(), &[pickup().at(far, 5_000.0)]), [FindingCode::PositionPoor]);
    assert_eq!(grade(&[pickup().at(far, 5_000.0)], 1001), Some(EvidenceGrade::B));
    let edge = Geodesic.destination(place(STORE), 0.0, 80.0 + 25.0);
    assert_eq!(codes(&facts(), &[pickup().at(edge, 8.0)]), [], "gates stand on the line");
}

#[test]
fn a_missing_position_keeps_its_reason() {
    let mut dark = pickup();
    dark.payload.position = None;
    dark.payload.position_missing = Some(PositionMissing::Timeout);
    let finding = &found(&facts(), &[dark.clone()])[0];
    assert_eq!((finding.code, &finding.detail["reason"]), (FindingCode::PositionMissing, &"timeout".into()));
    dark.payload.oddities = vec![Oddity { path: "position".into(), code: "out_of_range".into() }];
    assert_eq!(codes(&facts(), &[dark]), [FindingCode::UnreadableField], "told once");
}

#[test]
fn a_made_up_position_is_told_and_is_no_evidence() {
    let mut mocked = pickup().away(STORE, 3_000.0);
    mocked.payload.position.as_mut().unwrap().mocked = true;
    assert_eq!(codes(&with_route(), &[mocked.clone()]), [FindingCode::PositionMocked]);
    assert_eq!(grade(&[mocked], 1001), Some(EvidenceGrade::B));
}

#[test]
fn a_fix_that_comes_45_seconds_late_makes_it_grade_a() {
    let mut quick = pickup();
    quick.payload.position = None;
    quick.payload.position_missing = Some(PositionMissing::Timeout);
    let mut late = bare(13, EventKind::PositionSupplement, DRIVER, 60).supplementing(1001).inside(STORE);
    let at = late.payload.event_time + TimeDelta::seconds(45);
    late.payload.event_time = at;
    late.estimated_time = at.to_utc();
    late.payload.position.as_mut().unwrap().fix_time = Some(at.to_utc());
    late.payload.device_seq += 1;
    assert_eq!(grade(&[quick.clone()], 1001), Some(EvidenceGrade::B));
    assert_eq!(grade(&[quick.clone(), late.clone()], 1001), Some(EvidenceGrade::A));
    assert_eq!(codes(&facts(), &[late.clone(), quick.clone()]), []);

    let mut too_late = late.clone();
    too_late.payload.event_time += TimeDelta::minutes(3);
    assert_eq!(grade(&[quick.clone(), too_late], 1001), Some(EvidenceGrade::B));
    let foreign = RecordedEvent { device_id: arrival().device_id, ..late };
    assert_eq!(grade(&[quick.clone(), foreign.clone()], 1001), Some(EvidenceGrade::B));
    assert_eq!(codes(&facts(), &[quick, foreign]), [FindingCode::PositionMissing, FindingCode::NotEntitled]);
}

#[test]
fn an_old_fix_is_a_matter_of_clocks() {
    let mut stale = pickup().away(STORE, 3_000.0);
    stale.payload.position.as_mut().unwrap().fix_time = Some(minute(50));
    assert_eq!(codes(&facts(), &[stale]), [FindingCode::ClockSkew]);
}

#[test]
fn a_wrong_clock_is_told_once_and_its_fix_still_counts() {
    let mut skewed = pickup().estimated(50);
    skewed.payload.clock = Some(PhoneClock { offset_ms: -600_000, measured_at: minute(0), mono_ms: None });
    let events = [skewed];
    assert_eq!(codes(&facts(), &events), [FindingCode::ClockSkew]);
    assert_eq!(grade(&events, 1001), Some(EvidenceGrade::A));
    assert_eq!(codes(&facts(), &[pickup().estimated(-300)]), [FindingCode::ClockSkew]);
}

#[test]
fn wrong_wall_and_broken_codes() {
    assert_eq!(codes(&facts(), &[pickup().wall(OTHER_PLANT)]), [FindingCode::WrongSiteCode]);
    let invalid = |reason: &str| CodeCheck::Invalid { reason: reason.into() };
    let mut broken = pickup();
    broken.code = invalid("wrong_type");
    broken.site_code = SiteCodeCheck::Invalid { reason: "bad_signature".into() };
    let finding = &found(&facts(), &[broken])[0];
    assert_eq!(finding.code, FindingCode::SealInvalid);
    assert_eq!(finding.detail.to_string(), r#"{"code":"wrong_type","site_code":"bad_signature"}"#);
    let other = ManifestId(Uuid::from_u128(999));
    let mut foreign = pickup();
    foreign.code = CodeCheck::Authentic { manifest_id: other, revision: 0, expires_at: minute(1) };
    assert_eq!(codes(&facts(), &[foreign]), [FindingCode::SealInvalid], "not also expired or superseded");
}

#[test]
fn old_revisions_and_old_codes() {
    let authentic = |revision, expires| CodeCheck::Authentic {
        manifest_id: facts().id,
        revision,
        expires_at: minute(expires),
    };
    let mut expired = pickup();
    expired.code = authentic(1, 60);
    assert_eq!(codes(&facts(), &[expired]), [FindingCode::SealExpired]);
    let mut superseded = pickup();
    superseded.code = authentic(0, 9_000);
    assert_eq!(codes(&facts(), &[superseded]), [FindingCode::SealSuperseded]);
}

#[test]
fn plates() {
    let changed = found(&facts(), &[pickup().plate("15C 777.77"), delivery().plate("15C77777")]);
    assert_eq!(changed.len(), 1, "the change becomes the expected plate");
    assert_eq!((changed[0].code, changed[0].severity), (FindingCode::VehicleChanged, Severity::Info));
    assert_eq!(codes(&facts(), &[pickup().plate("29C-000.01")]), [FindingCode::WrongVehicle]);
    assert_eq!(codes(&facts(), &[pickup(), delivery().plate("29C-000.01")]), [FindingCode::WrongVehicle]);
}

/// The honest pickup, signed by somebody else.
fn pickup_by(who: crate::custody::story::Somebody) -> RecordedEvent {
    let bare = bare(1001, EventKind::Pickup, who, 60);
    RecordedEvent { device_id: bare.device_id, signer: bare.signer, ..pickup() }
}

#[test]
fn people() {
    let second = pickup_by(SECOND_DRIVER);
    let delivered =
        RecordedEvent { signer: second.signer.clone(), device_id: second.device_id, ..delivery() };
    assert_eq!(
        codes(&facts(), &[second, delivered]),
        [FindingCode::WrongDriver],
        "he has the load from there"
    );
    assert_eq!(codes(&facts(), &[pickup_by(DISPATCHER)]), []);
    assert_eq!(codes(&facts(), &[pickup_by(FOREIGN_DRIVER)]), [FindingCode::NotEntitled]);
    let stranger = pickup_by(FOREIGN_DRIVER).away(STORE, 9_000.0).plate("29C-000.01");
    assert_eq!(codes(&facts(), &[stranger]), [FindingCode::NotEntitled], "judged by his standing alone");
    assert_eq!(codes(&facts(), &[pickup().revoked()]), [FindingCode::DeviceRevoked]);
    let admitted = RecordedEvent { device_standing: DeviceStanding::Admitted, ..pickup() };
    assert_eq!(codes(&facts(), &[admitted]), []);
}

#[test]
fn the_generators_consent() {
    let consent = |kind, proof| codes(&facts(), &[pickup().consent(kind, proof)]);
    assert_eq!(consent(CounterpartyKind::Code, Some("048 213")), []);
    assert_eq!(consent(CounterpartyKind::Glass, Some("M0 0L9 9")), []);
    for (kind, proof) in [
        (CounterpartyKind::Code, Some("048214")),
        (CounterpartyKind::Code, None),
        (CounterpartyKind::Glass, Some("  ")),
        (CounterpartyKind::Signed, None),
        (CounterpartyKind::None, None),
    ] {
        assert_eq!(consent(kind, proof), [FindingCode::CounterpartyMissing], "{kind}");
    }
    // Its own confirmation settles every one of them, before or after; nobody else's does.
    for (who, at, left) in [(CLERK, 30, 0), (CLERK, 9_000, 0), (GATE, 90, 1)] {
        let confirm = act(530, who, at, Decision::ConfirmPickup { name: None });
        let acts: Vec<Act> = issued().into_iter().chain([confirm]).collect();
        let told = tell(&facts(), &acts, &[pickup().consent(CounterpartyKind::None, None)]).1;
        assert_eq!(told.findings.len(), left);
    }
}

#[test]
fn the_phone_that_is_late_and_the_phone_that_never_returns() {
    assert_eq!(codes(&facts(), &[arrival(), acceptance()]), [FindingCode::PickupMissing]);
    assert_eq!(codes(&facts(), &[arrival(), acceptance(), pickup(), delivery()]), []);
    let skipped = found(&facts(), &[pickup(), acceptance()]);
    assert_eq!((skipped[0].code, skipped[0].severity), (FindingCode::OutOfSequence, Severity::Info));
    assert_eq!(skipped.len(), 1);
}

#[test]
fn a_void_that_came_too_late() {
    let acts: Vec<Act> = issued().into_iter().chain([void(70)]).collect();
    let told = |events: &[RecordedEvent]| tell(&facts(), &acts, events).1.findings;
    let raced = told(&[pickup(), delivery()]);
    assert_eq!(raced.len(), 1);
    assert_eq!((raced[0].code, raced[0].event_id), (FindingCode::PickedUpBeforeVoid, Some(event_id(1001))));
    let after: Vec<Act> = issued().into_iter().chain([void(30)]).collect();
    let after = tell(&facts(), &after, &[pickup()]).1.findings;
    assert_eq!(after.iter().map(|f| f.code).collect::<Vec<_>>(), [FindingCode::OutOfSequence]);
}

#[test]
fn an_assignment_that_came_too_late_is_told_at_the_pickup() {
    let assign = Decision::Assign { driver_id: Some(person(SECOND_DRIVER)), plate: None };
    let acts: Vec<Act> = issued().into_iter().chain([act(520, DISPATCHER, 70, assign)]).collect();
    let told = tell(&facts(), &acts, &[pickup(), delivery()]).1.findings;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].code, told[0].severity), (FindingCode::OutOfSequence, Severity::Info));
}

#[test]
fn one_code_in_two_places() {
    let again = |mut event: RecordedEvent, id, at| {
        event.payload.id = event_id(id);
        event.payload.event_time += TimeDelta::minutes(at);
        event.payload.position.as_mut().unwrap().fix_time = Some(event.payload.phone_instant());
        event.payload.device_seq += at;
        event.estimated_time += TimeDelta::minutes(at);
        event
    };
    assert_eq!(codes(&facts(), &[pickup(), again(pickup(), 77, 1)]), [], "a double tap");
    let copied = again(pickup_by(SECOND_DRIVER), 77, 1);
    let told = found(&facts(), &[pickup(), copied]);
    assert_eq!(
        (told[0].code, told[0].severity, told.len()),
        (FindingCode::DuplicateUse, Severity::Violation, 1)
    );
    let two_gates = [pickup(), delivery(), again(delivery(), 78, 60).inside(OTHER_PLANT)];
    assert_eq!(codes(&facts(), &two_gates), [FindingCode::WrongFacility, FindingCode::DuplicateUse]);
}

#[test]
fn permits_are_asked_once() {
    let mut expired = facts();
    expired.permits[0].valid_to = minute(100);
    let trip = [pickup(), delivery(), arrival(), acceptance()];
    let told = found(&expired, &trip);
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].code, told[0].event_id), (FindingCode::PermitExpired, Some(event_id(1002))));
    assert_eq!(told[0].detail["permits"][0]["number"], "GP-2");

    let mut narrow = facts();
    narrow.permits[1].waste_codes = vec!["17 02 03".into()];
    let told = found(&narrow, &trip);
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].code, told[0].event_id), (FindingCode::WasteNotPermitted, Some(event_id(1001))));
    assert_eq!(told[0].detail["permits"][0]["waste_codes"], json!(["16 01 06"]));

    let none = ManifestFacts { permits: Vec::new(), ..facts() };
    let bare_plate = codes(&none, &trip);
    assert_eq!(bare_plate, [FindingCode::PermitExpired], "agreed plates stay expected");
}

#[test]
fn a_suspended_party_is_told_once_and_stops_nothing() {
    let suspended = |organisation, from, to: Option<i64>| Suspension {
        organisation_id: organisation_id(organisation),
        suspended_at: minute(from),
        lifted_at: to.map(minute),
    };
    let trip = [pickup(), delivery(), arrival(), acceptance()];
    let story = |suspensions| ManifestFacts { suspensions, ..facts() };
    let one = story(vec![suspended(CARRIER, 100, None)]);
    let told = found(&one, &trip);
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].code, told[0].event_id), (FindingCode::PartySuspended, Some(event_id(1002))));
    assert_eq!(told[0].detail["parties"][0]["organisation_id"], json!(organisation_id(CARRIER)));
    assert_eq!(tell(&one, &issued(), &trip).0.state(), ManifestState::Accepted);

    let over = story(vec![suspended(CARRIER, 0, Some(60)), suspended(GENERATOR, 300, None)]);
    assert_eq!(codes(&over, &trip), [], "lifted before the pickup, suspended after the acceptance");
    let two = story(vec![suspended(GENERATOR, 10, None), suspended(FACILITY, 140, Some(400))]);
    let told: Vec<_> = found(&two, &trip).into_iter().map(|finding| finding.event_id).collect();
    assert_eq!(told, [Some(event_id(1001)), Some(event_id(1004))]);
}

#[test]
fn what_the_scale_says() {
    let weighed = |first, second| {
        let scale = bare(1004, EventKind::Acceptance, GATE, 150).mass(1, first, None);
        found(&facts(), &[pickup(), arrival(), second_line(scale, second)])
    };
    assert_eq!(weighed(478_000, Some(20_000)), []);
    let told = weighed(430_500, Some(20_000));
    assert_eq!((told[0].code, told.len()), (FindingCode::Discrepancy, 1));
    assert_eq!(
        told[0].detail.to_string(),
        r#"{"lines":[{"declared_mass_g":481000,"line":1,"loaded_mass_g":null,"received_mass_g":430500}]}"#
    );
    let left_out = weighed(478_000, None);
    assert_eq!(left_out[0].detail["lines"][0]["received_mass_g"], serde_json::Value::Null);
    // Lost on the road: loaded as declared, received less.
    let loaded = pickup().mass(1, 520_000, None);
    assert_eq!(codes(&facts(), &[loaded.clone(), arrival(), acceptance()]), []);
    let short = bare(1004, EventKind::Acceptance, GATE, 150).mass(1, 440_000, None).mass(2, 20_000, None);
    assert_eq!(codes(&facts(), &[loaded, arrival(), short]), [FindingCode::Discrepancy]);
}

fn second_line(event: RecordedEvent, mass: Option<i64>) -> RecordedEvent {
    match mass {
        Some(mass) => event.mass(2, mass, None),
        None => event,
    }
}

#[test]
fn masses_that_cannot_be_are_told() {
    let odd = pickup().mass(9, 1_000, None);
    let told = &found(&facts(), &[odd])[0];
    assert_eq!(told.code, FindingCode::UnreadableField);
    assert_eq!(told.detail["fields"][0]["path"], "lines[line=9].line");
}

#[test]
fn leaving_a_transfer_station_is_judged_there() {
    let station = site_id(STATION).to_string();
    let storing =
        bare(5, EventKind::Storing, DRIVER, 80).inside(STATION).wall(STATION).detail("site_id", station);
    let again = bare(6, EventKind::Pickup, DRIVER, 100).inside(STATION).wall(STATION).plate(PLATE);
    let events = [pickup(), storing, again, delivery()];
    assert_eq!(codes(&with_route(), &events), []);
    assert_eq!(grade(&events, 5), Some(EvidenceGrade::A));
    assert_eq!(grade(&events, 6), Some(EvidenceGrade::A));
}
