//! Clocks that go wrong, and the order that stays.

use super::{EstimateSource, estimate, ordered, skew};
use crate::custody::event::{EventKind, PhoneClock};
use crate::custody::story::{DRIVER, GATE, Tell, bare, event_id, minute};
use chrono::TimeDelta;
use proptest::prelude::*;

fn clock(offset_ms: i64) -> PhoneClock {
    PhoneClock { offset_ms, measured_at: minute(0), mono_ms: None }
}

#[test]
fn a_measured_offset_corrects_the_phone() {
    let mut payload = bare(1, EventKind::Pickup, DRIVER, 60).payload;
    payload.clock = Some(clock(-600_000));
    let estimate = estimate(&payload, Some(minute(999)), minute(400), None);
    assert_eq!((estimate.at, estimate.source), (minute(50), EstimateSource::Clock));
}

#[test]
fn without_one_the_stamp_of_the_attempt_does_unless_the_way_was_slow() {
    let payload = bare(1, EventKind::Pickup, DRIVER, 60).payload;
    // The phone is five minutes fast: it sent at 405 what the server had at 400.
    let quick = estimate(&payload, Some(minute(405)), minute(400), None);
    assert_eq!((quick.at, quick.source), (minute(55), EstimateSource::SentAt));
    let slow = estimate(&payload, Some(minute(405)), minute(400), Some(TimeDelta::seconds(31)));
    assert_eq!((slow.at, slow.source), (minute(60), EstimateSource::Phone));
    assert_eq!(estimate(&payload, None, minute(400), None).source, EstimateSource::Phone);
}

#[test]
fn nothing_happens_after_it_was_recorded() {
    let mut payload = bare(1, EventKind::Pickup, DRIVER, 60).payload;
    assert_eq!(estimate(&payload, None, minute(40), None).at, minute(40));
    payload.clock = Some(clock(i64::MAX));
    assert_eq!(estimate(&payload, None, minute(100), None).source, EstimateSource::Phone);
}

#[test]
fn two_minutes_are_forgiven() {
    assert_eq!(skew(&bare(1, EventKind::Pickup, DRIVER, 60).estimated(58)), None);
    let skewed = bare(1, EventKind::Pickup, DRIVER, 60).estimated(57);
    assert_eq!(skew(&skewed), Some(TimeDelta::minutes(3)));
}

#[test]
fn time_never_falls_along_one_device_even_in_a_tie() {
    // The second event has the smaller id and the earlier estimate, because the clock was set back between them.
    let first = bare(9, EventKind::Pickup, DRIVER, 60).seq(1);
    let second = bare(2, EventKind::Delivery, DRIVER, 10).seq(2);
    let other = bare(5, EventKind::Arrival, GATE, 60).seq(1);
    let order: Vec<_> =
        ordered(&[second, other, first], None).into_iter().map(|(key, e)| (key.at, e.payload.id)).collect();
    assert_eq!(order, [(minute(60), event_id(5)), (minute(60), event_id(9)), (minute(60), event_id(2))]);
}

#[test]
fn nobody_scans_a_code_before_it_exists() {
    let early = bare(1, EventKind::Pickup, DRIVER, 60).estimated(-300);
    // The gate's scan has the smaller id and the later estimate; both are lifted and keep their order.
    let later = bare(0, EventKind::Arrival, GATE, 60).estimated(-200);
    let order: Vec<_> = ordered(&[later, early], Some(minute(0)))
        .into_iter()
        .map(|(key, e)| (key.at, e.payload.id))
        .collect();
    assert_eq!(order, [(minute(0), event_id(1)), (minute(0), event_id(0))]);
}

proptest! {
    #[test]
    fn the_order_is_of_the_set_and_rises_along_each_device(
        spec in prop::collection::vec((0..3_u8, 0..40_i64, 0..20_i64), 1..20).prop_shuffle(), turn in 0..20_usize,
    ) {
        let events: Vec<_> = spec.iter().enumerate().map(|(index, (device, at, seq))| {
            let who = if *device == 0 { DRIVER } else { GATE };
            bare(index as u128 + 1, EventKind::Note, who, *at).seq(*seq)
        }).collect();
        let mut turned = events.clone();
        turned.rotate_left(turn % events.len());
        turned.push(events[0].clone());
        let ids = |events: &[_]| ordered(events, None).iter().map(|(key, e)| (key.at, e.payload.id)).collect::<Vec<_>>();
        prop_assert_eq!(ids(&events), ids(&turned));
        for device in [DRIVER, GATE] {
            let of_device: Vec<_> = ordered(&events, None).into_iter()
                .filter(|(_, e)| e.signer.person_id == crate::custody::story::person(device)).collect();
            for pair in of_device.windows(2) {
                prop_assert!(pair[0].0.at <= pair[1].0.at);
                prop_assert!(pair[0].1.payload.device_seq <= pair[1].1.payload.device_seq);
            }
        }
    }
}
