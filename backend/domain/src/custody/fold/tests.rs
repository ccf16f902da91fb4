//! The fold told as stories, and its laws.

use super::{Effect, fold};
use crate::custody::act::{Act, Decision};
use crate::custody::event::EventKind;
use crate::custody::record::{DeviceStanding, RecordedEvent};
use crate::custody::state::Custody;
use crate::custody::story::{
    CLERK, DISPATCHER, DRIVER, FACILITY, FOREIGN_DRIVER, FOREIGN_GATE, GATE, INSPECTOR, OFFICER, PLANT,
    SECOND_DRIVER, STATION, Tell, acceptance, act, arrival, bare, delivery, event_id, facts, issued, minute,
    organisation, person, pickup, place, site_id, tell, void,
};
use crate::manifest::{ManifestState, Side};
use crate::mass::Grams;
use crate::party::Role;
use crate::plate::Plate;
use proptest::prelude::*;

fn state(events: &[RecordedEvent]) -> ManifestState {
    fold(&facts(), &issued(), events).state()
}

fn effect(events: &[RecordedEvent], id: u128) -> Effect {
    fold(&facts(), &issued(), events).step(event_id(id)).unwrap().effect
}

#[test]
fn a_load_travels_the_whole_way() {
    let folded = fold(&facts(), &issued(), &[pickup(), delivery(), arrival(), acceptance()]);
    assert_eq!(folded.state(), ManifestState::Accepted);
    assert_eq!(folded.picked_up_at, Some(minute(60)));
    assert_eq!(folded.arrived_at, Some(minute(120)));
    assert_eq!(folded.accepted_at, Some(minute(150)));
    assert_eq!(folded.lines[0].received_g, Some(Grams(478_000)));
    assert_eq!(folded.leg, 1);
    let turn = folded.turn.unwrap();
    assert_eq!((turn.role, turn.organisation_id), (Role::Facility, Some(organisation(FACILITY))));
}

#[test]
fn nothing_is_issued_that_a_side_has_not_agreed_to() {
    let acts = [issued()[0].clone(), issued()[2].clone()];
    let folded = fold(&facts(), &acts, &[]);
    assert_eq!(folded.state(), ManifestState::Proposed);
    assert_eq!(folded.turn.unwrap().role, Role::Facility);
    let by_carrier = [act(1, DISPATCHER, -5, Decision::Propose { side: Side::Carrier })];
    assert_eq!(fold(&facts(), &by_carrier, &[]).turn.unwrap().role, Role::Generator);
    assert_eq!(fold(&facts(), &[], &[]).custody, Custody::Draft);
}

#[test]
fn whoever_scans_first_at_the_facility_moves_and_the_other_confirms() {
    assert_eq!(effect(&[pickup(), delivery(), arrival()], 1002), Effect::Moved);
    assert_eq!(effect(&[pickup(), delivery(), arrival()], 1003), Effect::Confirmed);
    let gate_first = [pickup(), arrival().estimated(110), delivery()];
    assert_eq!(effect(&gate_first, 1003), Effect::Moved);
    assert_eq!(effect(&gate_first, 1002), Effect::Confirmed);
    let folded = fold(&facts(), &issued(), &gate_first);
    assert_eq!((folded.state(), folded.arrived_at), (ManifestState::Arrived, Some(minute(110))));
}

#[test]
fn the_gate_sees_a_load_whose_pickup_is_still_on_a_phone() {
    let folded = fold(&facts(), &issued(), &[arrival()]);
    assert_eq!(folded.state(), ManifestState::Arrived);
    assert!(folded.pickup_awaited());
    let synced = fold(&facts(), &issued(), &[arrival(), pickup()]);
    assert!(!synced.pickup_awaited());
    assert_eq!(synced.step(event_id(1001)).unwrap().effect, Effect::Moved);
    // A pickup whose clock puts it behind the arrival still counts, and moves nothing back.
    let behind = fold(&facts(), &issued(), &[arrival(), pickup().estimated(130)]);
    assert_eq!(behind.state(), ManifestState::Arrived);
    assert_eq!(behind.step(event_id(1001)).unwrap().effect, Effect::Confirmed);
}

#[test]
fn a_pickup_before_the_void_wins_and_the_authority_releases_the_load() {
    let acts: Vec<Act> = issued().into_iter().chain([void(70)]).collect();
    let alone = fold(&facts(), &acts, &[]);
    assert_eq!(alone.state(), ManifestState::Void);
    assert!(!alone.void.unwrap().withdrawn);

    let raced = fold(&facts(), &acts, &[pickup()]);
    assert_eq!(raced.state(), ManifestState::InTransit);
    assert!(raced.on_hold());
    assert!(raced.void.as_ref().unwrap().withdrawn);
    assert_eq!(raced.turn.unwrap().role, Role::Authority);

    let release = bare(7, EventKind::Release, OFFICER, 90);
    let released = fold(&facts(), &acts, &[pickup(), release]);
    assert!(!released.on_hold());
    assert_eq!(released.state(), ManifestState::InTransit);
    // A release before the void is not a release from it; an inspector cannot release at all.
    let too_early = bare(7, EventKind::Release, OFFICER, 65);
    assert!(fold(&facts(), &acts, &[pickup(), too_early]).on_hold());
    let not_his = bare(7, EventKind::Release, INSPECTOR, 90);
    assert!(fold(&facts(), &acts, &[pickup(), not_his]).on_hold());
}

#[test]
fn after_a_void_nothing_leaves() {
    let acts: Vec<Act> = issued().into_iter().chain([void(30)]).collect();
    let folded = fold(&facts(), &acts, &[pickup(), arrival()]);
    assert_eq!(folded.state(), ManifestState::Void);
    assert_eq!(folded.step(event_id(1001)).unwrap().effect, Effect::OutOfSequence);
    assert_eq!(folded.turn, None);
}

#[test]
fn a_load_at_the_gate_of_the_void_instant_has_left() {
    let acts: Vec<Act> = issued().into_iter().chain([void(60)]).collect();
    assert_eq!(fold(&facts(), &acts, &[pickup()]).state(), ManifestState::InTransit);
}

#[test]
fn nobody_is_trapped_by_a_scan_that_never_came() {
    assert_eq!(state(&[pickup(), acceptance()]), ManifestState::Accepted);
    assert_eq!(state(&[acceptance()]), ManifestState::Accepted);
    assert_eq!(state(&[delivery()]), ManifestState::Arrived);
    let handover = bare(5, EventKind::Handover, SECOND_DRIVER, 80);
    assert_eq!(state(&[handover.clone(), delivery()]), ManifestState::Arrived);
    let late = fold(&facts(), &issued(), &[handover, delivery(), acceptance(), pickup()]);
    assert_eq!((late.leg, late.picked_up_at), (2, Some(minute(60))));
}

#[test]
fn a_wrong_clock_before_the_issue_does_not_lose_the_pickup() {
    let folded = fold(&facts(), &issued(), &[pickup().estimated(-300), delivery()]);
    assert_eq!(folded.state(), ManifestState::Arrived);
    assert!(!folded.pickup_awaited());
}

#[test]
fn storage_ends_a_leg_and_begins_the_next() {
    let storing = bare(5, EventKind::Storing, DRIVER, 80).detail("site_id", site_id(STATION).to_string());
    let folded = fold(&facts(), &issued(), &[pickup(), storing.clone()]);
    assert!(matches!(folded.custody, Custody::Stored { site_id: Some(id), .. } if id == site_id(STATION)));
    let again = bare(6, EventKind::Pickup, DRIVER, 100);
    let folded = fold(&facts(), &issued(), &[pickup(), storing, again]);
    assert_eq!((folded.state(), folded.leg), (ManifestState::InTransit, 2));
    assert_eq!(folded.picked_up_at, Some(minute(60)), "the first pickup stays the pickup");
}

#[test]
fn strangers_move_nothing() {
    for who in [FOREIGN_DRIVER, CLERK, GATE, INSPECTOR, OFFICER] {
        let mut stranger = bare(1001, EventKind::Pickup, who, 60);
        stranger.code = pickup().code;
        assert_eq!(effect(&[stranger.clone()], 1001), Effect::NotEntitled, "{who:?}");
        assert_eq!(state(&[stranger]), ManifestState::Issued);
    }
    let elsewhere = bare(8, EventKind::Arrival, FOREIGN_GATE, 100).code();
    assert_eq!(effect(&[pickup(), elsewhere.clone()], 8), Effect::Elsewhere);
    assert_eq!(state(&[pickup(), elsewhere]), ManifestState::InTransit);
    let guessed = bare(8, EventKind::Arrival, FOREIGN_GATE, 100);
    assert_eq!(effect(&[pickup(), guessed], 8), Effect::NotEntitled, "without the code before its eyes");
    let accepted_elsewhere = bare(8, EventKind::Acceptance, FOREIGN_GATE, 130);
    assert_eq!(state(&[pickup(), arrival(), accepted_elsewhere]), ManifestState::Arrived);
}

#[test]
fn a_revoked_device_moves_nothing_until_admitted() {
    assert_eq!(state(&[pickup().revoked()]), ManifestState::Issued);
    let admitted = RecordedEvent { device_standing: DeviceStanding::Admitted, ..pickup() };
    assert_eq!(state(&[admitted]), ManifestState::InTransit);
}

#[test]
fn an_assignment_counts_until_the_load_has_left() {
    let assign = |at| {
        let plate = Some(Plate("15C-999.99".into()));
        act(520, DISPATCHER, at, Decision::Assign { driver_id: Some(person(SECOND_DRIVER)), plate })
    };
    let before: Vec<Act> = issued().into_iter().chain([assign(30)]).collect();
    let folded = fold(&facts(), &before, &[]);
    assert_eq!(folded.expected_driver, Some(person(SECOND_DRIVER)));
    assert_eq!(folded.expected_plate, Some(Plate("15C-999.99".into())));
    let after: Vec<Act> = issued().into_iter().chain([assign(70)]).collect();
    let folded = fold(&facts(), &after, &[pickup()]);
    assert_eq!(folded.expected_driver, Some(person(DRIVER)));
    assert!(folded.steps.iter().any(|step| step.effect == Effect::Withdrawn));
}

#[test]
fn who_drives_follows_the_load() {
    let by_second = RecordedEvent { ..bare(1001, EventKind::Pickup, SECOND_DRIVER, 60) };
    assert_eq!(fold(&facts(), &issued(), &[by_second]).expected_driver, Some(person(SECOND_DRIVER)));
    let given = bare(5, EventKind::Handover, DRIVER, 80);
    assert_eq!(fold(&facts(), &issued(), &[pickup(), given]).expected_driver, None);
    let taken = bare(5, EventKind::Handover, SECOND_DRIVER, 80);
    assert_eq!(fold(&facts(), &issued(), &[pickup(), taken]).expected_driver, Some(person(SECOND_DRIVER)));
}

#[test]
fn a_change_within_the_permit_becomes_the_expected_plate() {
    let changed = fold(&facts(), &issued(), &[pickup().plate("15c 77777")]);
    assert_eq!(changed.expected_plate, Some(Plate("15C-777.77".into())));
    let wrong = fold(&facts(), &issued(), &[pickup().plate("29C-000.01")]);
    assert_eq!(wrong.expected_plate, Some(Plate("15C-123.45".into())));
}

#[test]
fn partial_and_refused_masses_add_up() {
    let partial = bare(9, EventKind::PartialAcceptance, GATE, 150)
        .mass(1, 300_000, Some(50_001))
        .mass(1, 100_000, Some(100_000))
        .detail("reason", "Lẫn nước");
    let folded = fold(&facts(), &issued(), &[pickup(), arrival(), partial]);
    assert_eq!(folded.state(), ManifestState::PartlyAccepted);
    let line = folded.lines[0];
    assert_eq!((line.received_g, line.refused_g), (Some(Grams(400_000)), Some(Grams(150_001))));
    assert_eq!(line.accepted_g(), Some(Grams(249_999)));
    assert_eq!(folded.reason.as_deref(), Some("Lẫn nước"));
    let rejection =
        bare(9, EventKind::Rejection, GATE, 150).mass(1, 400_000, None).detail("reason", "Sai loại");
    let folded = fold(&facts(), &issued(), &[pickup(), arrival(), rejection]);
    assert_eq!(folded.lines[0].accepted_g(), Some(Grams(0)));
    assert_eq!((folded.state(), folded.accepted_at), (ManifestState::Rejected, None));
}

#[test]
fn treated_when_every_gram_is_accounted_for() {
    let first = bare(10, EventKind::Treatment, GATE, 500).mass(1, 478_000, None);
    let rest = |grams| bare(11, EventKind::Treatment, GATE, 600).mass(2, grams, None);
    let road = [pickup(), delivery(), acceptance(), first];
    assert_eq!(state(&road), ManifestState::Accepted);
    let short: Vec<_> = road.iter().cloned().chain([rest(19_999)]).collect();
    assert_eq!(state(&short), ManifestState::Accepted);
    let all: Vec<_> = road.into_iter().chain([rest(20_000)]).collect();
    assert_eq!(state(&all), ManifestState::Treated);
}

#[test]
fn a_hold_is_an_overlay_and_no_state() {
    let hold = bare(12, EventKind::Hold, INSPECTOR, 90).detail("reason", "Kiểm tra tải trọng");
    let folded = fold(&facts(), &issued(), &[pickup(), hold, delivery()]);
    assert_eq!(folded.state(), ManifestState::Arrived);
    assert_eq!(folded.hold.unwrap().reason.as_deref(), Some("Kiểm tra tải trọng"));
}

#[test]
fn a_hold_is_reviewed_as_it_says_or_a_day_later() {
    let usual = minute(90 + 24 * 60);
    let week = 90 + 7 * 24 * 60;
    let held = |named: serde_json::Value| {
        let hold =
            bare(12, EventKind::Hold, INSPECTOR, 90).detail("reason", "Chờ mẫu").detail("review_at", named);
        let folded = fold(&facts(), &issued(), &[pickup(), hold]);
        assert_eq!(folded.turn.unwrap().until, folded.hold.as_ref().map(|hold| hold.review_at));
        folded.hold.unwrap().review_at
    };
    for (named, expected) in [
        (serde_json::json!(minute(91)), minute(91)),
        (serde_json::json!(minute(week)), minute(week)),
        // Its own instant, an earlier one and more than a week are no reviews; neither is what is no instant.
        (serde_json::json!(minute(90)), usual),
        (serde_json::json!(minute(30)), usual),
        (serde_json::json!(minute(week + 1)), usual),
        (serde_json::json!("+262142-12-31T23:59:59Z"), usual),
        (serde_json::json!("9999-12-31T23:59:59Z"), usual),
        (serde_json::json!("-262143-01-01T00:00:00Z"), usual),
        (serde_json::json!("tomorrow"), usual),
        (serde_json::json!(1_764_000_000), usual),
        (serde_json::json!({}), usual),
        (serde_json::Value::Null, usual),
    ] {
        assert_eq!(held(named.clone()), expected, "{named}");
    }
    // The review belongs to the hold that stands: a second one moves nothing, a new one begins anew.
    let hold = |id, at: i64| bare(id, EventKind::Hold, INSPECTOR, at).detail("reason", "Chờ mẫu");
    let twice = fold(&facts(), &issued(), &[pickup(), hold(12, 90), hold(13, 100)]);
    assert_eq!(twice.hold.unwrap().review_at, usual);
    let release = bare(14, EventKind::Release, OFFICER, 95).detail("reason", "Mẫu đạt");
    let again = fold(&facts(), &issued(), &[pickup(), hold(12, 90), release, hold(13, 100)]);
    assert_eq!(again.hold.unwrap().review_at, minute(100 + 24 * 60));
}

#[test]
fn a_load_held_by_a_raced_void_is_reviewed_within_a_day() {
    let acts: Vec<Act> = issued().into_iter().chain([void(70)]).collect();
    let raced = fold(&facts(), &acts, &[pickup()]);
    let hold = raced.hold.unwrap();
    assert_eq!(hold.review_at - hold.since, chrono::TimeDelta::hours(24));
    assert_eq!(raced.turn.unwrap().until, Some(hold.review_at));
}

#[test]
fn a_supplement_is_the_same_devices_own() {
    let own = bare(13, EventKind::PositionSupplement, DRIVER, 61).supplementing(1001);
    assert_eq!(effect(&[pickup(), own], 13), Effect::Recorded);
    let foreign = bare(13, EventKind::PositionSupplement, SECOND_DRIVER, 61).supplementing(1001);
    assert_eq!(effect(&[pickup(), foreign], 13), Effect::NotEntitled);
}

#[test]
fn the_state_survives_its_json() {
    for events in [vec![], vec![pickup()], vec![pickup(), delivery(), arrival(), acceptance()]] {
        let custody = fold(&facts(), &issued(), &events).custody;
        let json = serde_json::to_value(&custody).unwrap();
        assert_eq!(json["state"], custody.state().as_str());
        assert_eq!(serde_json::from_value::<Custody>(json).unwrap(), custody);
    }
}

/// A crowd of events, honest and not, on time and not, by every kind of signer.
fn crowd() -> impl Strategy<Value = Vec<RecordedEvent>> {
    let who = prop::sample::select(vec![
        DRIVER,
        SECOND_DRIVER,
        DISPATCHER,
        GATE,
        FOREIGN_DRIVER,
        FOREIGN_GATE,
        CLERK,
        OFFICER,
        INSPECTOR,
    ]);
    let kind = prop::sample::select(EventKind::ALL.to_vec());
    let one = (kind, who, 0..300_i64, 0..6_i64, prop::option::of(0..500_000_i64), 0..3_i64, 0..4000_i32);
    prop::collection::vec(one, 0..12).prop_map(|all| {
        let tell = |(index, (kind, who, at, seq, mass, refused, metres))| {
            let event = bare(2_000 + index as u128, kind, who, at).seq(seq).supplementing(1001).code();
            let point = geo_types::Point::new(place(PLANT).x() + f64::from(metres) * 1e-5, 20.9);
            let event = event.at(point, 8.0).plate("15C-777.77");
            match mass {
                Some(mass) => event.mass(1, mass, Some(mass * refused / 2)),
                None => event,
            }
        };
        all.into_iter().enumerate().map(tell).chain([pickup(), delivery(), acceptance()]).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn arrival_order_and_duplicates_do_not_matter(
        (events, shuffled) in crowd().prop_flat_map(|events| {
            let doubled: Vec<_> = events.iter().cloned().chain(events.iter().take(3).cloned()).collect();
            (Just(events), Just(doubled).prop_shuffle())
        }),
        void_at in prop::option::of(0..300_i64),
    ) {
        let mut acts = issued();
        acts.extend(void_at.map(void));
        let mut turned = acts.clone();
        turned.reverse();
        let in_order = tell(&facts(), &acts, &events);
        let mixed = tell(&facts(), &turned, &shuffled);
        prop_assert_eq!(&in_order, &mixed);
        let bytes = |judged: &crate::custody::judge::Judgement| serde_json::to_string(&judged.findings).unwrap();
        prop_assert_eq!(bytes(&in_order.1), bytes(&mixed.1));
    }

    #[test]
    fn accepted_and_refused_are_received_to_the_gram(events in crowd()) {
        for line in fold(&facts(), &issued(), &events).lines {
            if let Some(received) = line.received_g {
                prop_assert_eq!(line.accepted_g().unwrap() + line.refused_g.unwrap(), received);
                prop_assert!(line.refused_g.unwrap() <= received && line.refused_g.unwrap() >= Grams(0));
            }
        }
    }

    #[test]
    fn what_the_entitled_did_does_not_depend_on_strangers(events in crowd()) {
        let strangers = [FOREIGN_DRIVER, FOREIGN_GATE, CLERK].map(person);
        let without: Vec<_> =
            events.iter().filter(|event| !strangers.contains(&event.signer.person_id)).cloned().collect();
        let all = fold(&facts(), &issued(), &events);
        let fewer = fold(&facts(), &issued(), &without);
        prop_assert_eq!(all.custody, fewer.custody);
        prop_assert_eq!(all.expected_driver, fewer.expected_driver);
    }

    #[test]
    fn each_code_is_found_once_for_an_event(events in crowd()) {
        let (_, judged) = tell(&facts(), &issued(), &events);
        let mut keys: Vec<_> = judged.findings.iter().map(|finding| finding.key()).collect();
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        prop_assert_eq!(keys.len(), count);
    }
}
