//! The three times of an event: the phone's, the estimated, the server's; and the order that the estimate gives.

use super::event::EventPayload;
use super::record::RecordedEvent;
use crate::id::{DeviceId, EventId};
use crate::time::{Instant, instant};
use chrono::TimeDelta;
use std::collections::BTreeMap;

/// Skew above this is a finding (DOMAIN §5); a fix further from its event than this proves nothing (DESIGN §5).
pub const SKEW_LIMIT: TimeDelta = TimeDelta::minutes(2);

/// A `sent_at` whose request took longer than this says nothing about the phone's clock.
pub const ROUND_TRIP_LIMIT: TimeDelta = TimeDelta::seconds(30);

words! {
    /// What an estimate rests on.
    pub enum EstimateSource {
        /// The phone's measured offset to the server.
        Clock = "clock",
        /// The time the phone stamped on the request, against the time the server received it.
        SentAt = "sent_at",
        /// The phone's clock as it is.
        Phone = "phone",
    }
}

/// An estimated time and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// The estimated time; never after the record time.
    pub at: Instant,
    /// What it rests on.
    pub source: EstimateSource,
}

/// When an event really happened, as well as the server can tell at first record.
///
/// `sent_at` is the phone's clock at the attempt that brought the batch, `received_at` the server's clock when it had
/// the whole request, `round_trip` how long the phone waited on its last exchange if anybody knows.
#[must_use]
pub fn estimate(
    payload: &EventPayload,
    sent_at: Option<Instant>,
    received_at: Instant,
    round_trip: Option<TimeDelta>,
) -> Estimate {
    let phone = payload.phone_instant();
    let measured = payload
        .clock
        .and_then(|clock| TimeDelta::try_milliseconds(clock.offset_ms))
        .and_then(|offset| phone.checked_add_signed(offset));
    let (at, source) = match (measured, sent_at) {
        (Some(at), _) => (at, EstimateSource::Clock),
        (None, Some(sent_at)) if round_trip.is_none_or(|trip| trip <= ROUND_TRIP_LIMIT) => {
            let offset = received_at.signed_duration_since(sent_at);
            match phone.checked_add_signed(offset) {
                Some(at) => (at, EstimateSource::SentAt),
                None => (phone, EstimateSource::Phone),
            }
        }
        (None, _) => (phone, EstimateSource::Phone),
    };
    Estimate { at: instant(at.min(received_at)), source }
}

/// Where an event stands in the order: its time, then what settles ties.
///
/// The time never falls along one device's `device_seq`: a later event of a device counts from its predecessor's time
/// at the earliest, and keeps behind it in a tie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrderKey {
    /// The time that orders.
    pub at: Instant,
    /// The same before it was lifted to the time of issue: what was lifted together keeps its order.
    risen: Instant,
    /// Id of the event that gave the time: its own, or the predecessor's that it was lifted to.
    tie: EventId,
    /// Number on the device.
    device_seq: i64,
    /// Its own id.
    id: EventId,
}

/// The events once each, in the order in which they count, with the time each counts from.
///
/// `not_before` lifts everything to the time of issue: nobody scans a code that does not exist yet, so an earlier
/// estimate shows a wrong clock and not an earlier event.
#[must_use]
pub fn ordered(events: &[RecordedEvent], not_before: Option<Instant>) -> Vec<(OrderKey, &RecordedEvent)> {
    let mut by_device: BTreeMap<DeviceId, Vec<&RecordedEvent>> = BTreeMap::new();
    let mut unique: BTreeMap<EventId, &RecordedEvent> = BTreeMap::new();
    for event in events {
        unique.entry(event.payload.id).or_insert(event);
    }
    for event in unique.into_values() {
        by_device.entry(event.device_id).or_default().push(event);
    }
    let mut keyed = Vec::with_capacity(events.len());
    for mut sequence in by_device.into_values() {
        sequence.sort_by_key(|event| (event.payload.device_seq, event.estimated_time, event.payload.id));
        let mut latest: Option<(Instant, EventId)> = None;
        for event in sequence {
            let own = (event.estimated_time, event.payload.id);
            let (risen, tie) = latest.map_or(own, |previous| previous.max(own));
            latest = Some((risen, tie));
            let at = not_before.map_or(risen, |issued_at| risen.max(issued_at));
            let key = OrderKey { at, risen, tie, device_seq: event.payload.device_seq, id: event.payload.id };
            keyed.push((key, event));
        }
    }
    keyed.sort_by_key(|(key, _)| *key);
    keyed
}

/// How far the phone's clock is from the estimate, when that is beyond [`SKEW_LIMIT`].
#[must_use]
pub fn skew(event: &RecordedEvent) -> Option<TimeDelta> {
    let skew = event.payload.phone_instant().signed_duration_since(event.estimated_time);
    (skew.abs() > SKEW_LIMIT).then_some(skew)
}

#[cfg(test)]
mod tests;
