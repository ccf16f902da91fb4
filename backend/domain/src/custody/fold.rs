//! The fold: from everything recorded about a manifest to where it stands.
//!
//! The result is a function of the *set* of acts and events: arrival order, duplicates and batches do not matter.
//! Late truth needs no special case here: a pickup that arrives late takes its place in the order, and everything after
//! it is recorded again.

use super::act::{Act, Decision};
use super::crew::Crew;
use super::entitlement::{Entitlement, Right, entitlement};
use super::entry::{Entry, TransitionError, What};
use super::event::EventKind;
pub use super::folded::{Confirmation, Folded, Hold, LineMasses, VoidDecision};
use super::record::{CodeCheck, DeviceStanding, RecordedEvent};
use super::state::Custody;
use super::stated::stated_reason;
use super::step::{DriverStanding, VehicleStanding};
pub use super::step::{Effect, EntryId, Step};
use super::times;
use super::turn::turn;
use crate::id::{ActId, TripId};
use crate::manifest::ManifestFacts;
use crate::mass::Grams;
use crate::time::{Instant, instant};
use chrono::{DateTime, TimeDelta};
use serde_json::Value;
use std::collections::BTreeMap;

/// Folds everything recorded about one manifest.
#[must_use]
pub fn fold(facts: &ManifestFacts, acts: &[Act], events: &[RecordedEvent]) -> Folded {
    let mut run = Run::new(facts, events);
    for entry in merged(acts, events) {
        match entry.what {
            What::Act(act) => run.act(&entry, act),
            What::Event(event) => run.event(&entry, event),
        }
    }
    run.finish()
}

/// Acts and events in one order. At the same instant: desk first, then the field, and a void last of all, because a
/// load that has left has left.
fn merged<'a>(acts: &'a [Act], events: &'a [RecordedEvent]) -> Vec<Entry<'a>> {
    let unique: BTreeMap<ActId, &Act> = acts.iter().map(|act| (act.id, act)).collect();
    let issued_at =
        unique.values().filter(|a| matches!(a.decision, Decision::Issue { .. })).map(|a| a.at).min();
    let mut keyed: Vec<((Instant, u8, usize), Entry<'a>)> = Vec::with_capacity(acts.len() + events.len());
    let mut desk: Vec<&Act> = unique.into_values().collect();
    desk.sort_by_key(|act| (act.at, rank(&act.decision), act.id));
    for (index, act) in desk.into_iter().enumerate() {
        keyed.push(((act.at, rank(&act.decision), index), Entry { at: act.at, what: What::Act(act) }));
    }
    for (index, (key, event)) in times::ordered(events, issued_at).into_iter().enumerate() {
        keyed.push(((key.at, FIELD_RANK, index), Entry { at: key.at, what: What::Event(event) }));
    }
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, entry)| entry).collect()
}

/// Place of events among acts of the same instant.
const FIELD_RANK: u8 = 5;

const fn rank(decision: &Decision) -> u8 {
    match decision {
        Decision::Propose { .. } => 0,
        Decision::Approve { .. } => 1,
        Decision::Issue { .. } => 2,
        Decision::Assign { .. } => 3,
        Decision::ConfirmPickup { .. } => 4,
        Decision::Void { .. } => 6,
    }
}

/// One run of the fold.
struct Run<'a> {
    facts: &'a ManifestFacts,
    events: &'a [RecordedEvent],
    custody: Custody,
    crew: Crew,
    trip_id: Option<TripId>,
    issued_at: Option<Instant>,
    hold: Option<Hold>,
    void: Option<VoidDecision>,
    confirmed: Option<Confirmation>,
    reason: Option<String>,
    copy4_days: Option<i32>,
    loaded: BTreeMap<i32, Grams>,
    steps: Vec<Step>,
}

impl<'a> Run<'a> {
    fn new(facts: &'a ManifestFacts, events: &'a [RecordedEvent]) -> Self {
        Self {
            facts,
            events,
            custody: Custody::Draft,
            crew: Crew::agreed(facts),
            trip_id: None,
            issued_at: None,
            hold: None,
            void: None,
            confirmed: None,
            reason: None,
            copy4_days: None,
            loaded: BTreeMap::new(),
            steps: Vec::with_capacity(events.len() + 4),
        }
    }

    fn act(&mut self, entry: &Entry<'_>, act: &Act) {
        let from = self.custody.state();
        let effect = if may_act(self.facts, act) { self.decide(entry, act) } else { Effect::NotEntitled };
        self.steps.push(Step {
            id: EntryId::Act(act.id),
            at: entry.at,
            from,
            to: self.custody.state(),
            effect,
            vehicle: VehicleStanding::Unseen,
            driver: DriverStanding::NotDriving,
        });
    }

    fn decide(&mut self, entry: &Entry<'_>, act: &Act) -> Effect {
        let left = self.custody.journey().is_some();
        let effect = match self.record(entry) {
            // Against a load on its way a desk's decision is withdrawn openly, not lost.
            Effect::OutOfSequence if left => Effect::Withdrawn,
            effect => effect,
        };
        match &act.decision {
            Decision::Propose { .. } => {}
            Decision::Approve { under, .. } => {
                if effect.counts() {
                    self.copy4_days = under.map(|terms| terms.copy4_days).or(self.copy4_days);
                }
            }
            Decision::Issue { .. } => {
                if effect.counts() {
                    self.issued_at = Some(act.at);
                }
            }
            Decision::Assign { driver_id, plate } => {
                if effect == Effect::Recorded {
                    self.crew.assign(*driver_id, plate.as_ref());
                }
            }
            Decision::ConfirmPickup { name } => {
                if effect == Effect::Recorded && self.confirmed.is_none() {
                    self.confirmed =
                        Some(Confirmation { at: act.at, person_id: act.person_id, name: name.clone() });
                }
            }
            Decision::Void { reason } => {
                let withdrawn = effect == Effect::Withdrawn;
                if withdrawn || effect.counts() {
                    let reason = reason.clone();
                    self.void = Some(VoidDecision { act_id: act.id, at: act.at, reason, withdrawn });
                }
                if withdrawn && self.hold.is_none() {
                    self.hold = Some(Hold {
                        since: entry.at,
                        review_at: review_at(entry.at, None),
                        event_id: None,
                        reason: Some(reason.clone()),
                    });
                } else if effect.counts() {
                    self.reason = Some(reason.clone());
                }
            }
        }
        effect
    }

    fn event(&mut self, entry: &Entry<'_>, event: &RecordedEvent) {
        let from = self.custody.state();
        let payload = &event.payload;
        let right = entitlement(self.facts, &event.signer, payload.acting, payload.kind);
        let effect = self.effect(entry, event, right);
        let vehicle = if effect.may_see_state() && effect != Effect::Elsewhere {
            self.crew.see_plate(self.facts, event, effect)
        } else {
            VehicleStanding::Unseen
        };
        let driver = if effect.counts() {
            self.crew.see_driver(event, right.role)
        } else {
            DriverStanding::NotDriving
        };
        if effect.counts() {
            self.note(event);
        }
        self.overlay(entry, event, effect);
        let to = self.custody.state();
        self.steps.push(Step {
            id: EntryId::Event(payload.id),
            at: entry.at,
            from,
            to,
            effect,
            vehicle,
            driver,
        });
    }

    fn effect(&mut self, entry: &Entry<'_>, event: &RecordedEvent, entitlement: Entitlement) -> Effect {
        let entitled = match entitlement.right {
            Right::None => false,
            Right::Elsewhere => self.has_scanned(event),
            Right::Records => self.supplements_own(event),
            Right::Moves => true,
        };
        // Rights come before the device's standing: a stranger's revoked phone learns no more than any stranger's.
        if !entitled {
            return Effect::NotEntitled;
        }
        match (event.device_standing, entitlement.right) {
            (DeviceStanding::Revoked, _) => Effect::DeviceRevoked,
            (DeviceStanding::Active | DeviceStanding::Admitted, Right::Elsewhere) => Effect::Elsewhere,
            (
                DeviceStanding::Active | DeviceStanding::Admitted,
                Right::None | Right::Records | Right::Moves,
            ) => self.record(entry),
        }
    }

    /// A gate that is not a party learns something only of a load whose genuine code it has before it.
    fn has_scanned(&self, event: &RecordedEvent) -> bool {
        match &event.code {
            CodeCheck::Authentic { manifest_id, .. } => *manifest_id == self.facts.id,
            CodeCheck::Absent | CodeCheck::Invalid { .. } => false,
        }
    }

    /// A position may only be supplemented by the device that signed the event.
    fn supplements_own(&self, event: &RecordedEvent) -> bool {
        if event.payload.kind != EventKind::PositionSupplement {
            return true;
        }
        let target = self.events.iter().find(|e| Some(e.payload.id) == event.payload.supplements);
        target.is_none_or(|target| target.device_id == event.device_id)
    }

    /// Records the entry in the state machine and says what that did.
    fn record(&mut self, entry: &Entry<'_>) -> Effect {
        let before = self.custody.clone();
        match self.custody.clone().record(entry) {
            Err(TransitionError::Repeated { .. }) => Effect::Repeated,
            Err(TransitionError::OutOfOrder { .. }) => Effect::OutOfSequence,
            Err(TransitionError::Contradictory { .. }) => Effect::Contradictory,
            Ok(after) => {
                let moved = after.state() != before.state() || after.since() != before.since();
                let effect = match (moved, after == before) {
                    (true, _) => Effect::Moved,
                    (false, true) => Effect::Recorded,
                    (false, false) => Effect::Confirmed,
                };
                self.custody = after;
                effect
            }
        }
    }

    /// Keeps what a counting event states besides its state.
    fn note(&mut self, event: &RecordedEvent) {
        let payload = &event.payload;
        match payload.kind {
            EventKind::Pickup => {
                let first = self.custody.journey().and_then(|j| j.pickup);
                if first.is_some_and(|scan| scan.event_id == payload.id) {
                    for line in &payload.lines {
                        if let Some(mass) = line.mass_g {
                            let sum = self.loaded.entry(line.line).or_default();
                            *sum = *sum + mass;
                        }
                    }
                }
            }
            EventKind::PartialAcceptance | EventKind::Rejection => self.reason = stated_reason(payload),
            EventKind::Handover
            | EventKind::Storing
            | EventKind::Delivery
            | EventKind::Arrival
            | EventKind::Acceptance
            | EventKind::Treatment
            | EventKind::Closing
            | EventKind::Inspection
            | EventKind::Incident
            | EventKind::Hold
            | EventKind::Release
            | EventKind::Note
            | EventKind::PositionSupplement => {}
        }
        if payload.trip_id.is_some() {
            self.trip_id = payload.trip_id;
        }
    }

    fn overlay(&mut self, entry: &Entry<'_>, event: &RecordedEvent, effect: Effect) {
        if effect != Effect::Recorded {
            return;
        }
        if event.payload.kind == EventKind::Hold && self.hold.is_none() {
            let reason = stated_reason(&event.payload);
            let review_at = review_at(entry.at, event.payload.details.get("review_at"));
            self.hold = Some(Hold { since: entry.at, review_at, event_id: Some(event.payload.id), reason });
        }
        if event.payload.kind == EventKind::Release {
            self.hold = None;
        }
    }

    fn finish(self) -> Folded {
        let journey = self.custody.journey().copied();
        let arrivals = journey.map_or([None, None], |j| [j.delivery, j.arrival]);
        let accepted = match &self.custody {
            Custody::Rejected { .. } => None,
            custody => custody.receipt().map(|receipt| receipt.scan.at),
        };
        let held = self.hold.as_ref().map(|hold| (hold.since, hold.review_at));
        let turn = turn(self.facts, &self.custody, held, self.crew.driver_id, self.copy4_days);
        Folded {
            state_since: self.custody.since(),
            expected_plate: self.crew.plate(),
            expected_driver: self.crew.driver_id,
            expected_plates: self.crew.plates,
            trip_id: self.trip_id,
            leg: journey.map_or(0, |j| j.leg),
            lines: masses(self.facts, &self.custody, &self.loaded),
            issued_at: self.issued_at,
            picked_up_at: journey.and_then(|j| j.pickup).map(|scan| scan.at),
            arrived_at: arrivals.into_iter().flatten().map(|scan| scan.at).min(),
            accepted_at: accepted,
            hold: self.hold,
            void: self.void,
            confirmed: self.confirmed,
            reason: self.reason,
            turn,
            steps: self.steps,
            custody: self.custody,
        }
    }
}

/// Hours after which a hold is looked at again, unless it names an instant itself.
const REVIEW_AFTER: TimeDelta = TimeDelta::hours(24);

/// The latest review that a hold may name: a load does not stand at the roadside for longer unseen.
const REVIEW_WITHIN: TimeDelta = TimeDelta::days(7);

/// When a hold is looked at again: as it names, if that is after it and within a week, else a day later.
fn review_at(since: Instant, named: Option<&Value>) -> Instant {
    named
        .and_then(Value::as_str)
        .and_then(|text| DateTime::parse_from_rfc3339(text).ok())
        .map(|at| instant(at.to_utc()))
        .filter(|at| since < *at && *at - since <= REVIEW_WITHIN)
        .unwrap_or(since + REVIEW_AFTER)
}

/// The desk's own rights are checked where acts are made; the one that decides a finding is checked again.
fn may_act(facts: &ManifestFacts, act: &Act) -> bool {
    match act.decision {
        Decision::ConfirmPickup { .. } => act.organisation_id == facts.generator_id,
        Decision::Propose { .. }
        | Decision::Approve { .. }
        | Decision::Issue { .. }
        | Decision::Void { .. }
        | Decision::Assign { .. } => true,
    }
}

fn masses(facts: &ManifestFacts, custody: &Custody, loaded: &BTreeMap<i32, Grams>) -> Vec<LineMasses> {
    let received = custody.receipt().map_or(&[][..], |receipt| &receipt.lines);
    let treated = custody.treated();
    let of = |line: i32| {
        let received = received.iter().find(|r| r.line == line);
        LineMasses {
            line,
            declared_g: Grams(0),
            loaded_g: loaded.get(&line).copied(),
            received_g: received.map(|r| r.received_g),
            refused_g: received.map(|r| r.refused_g),
            treated_g: treated.iter().find(|t| t.line == line).map(|t| t.treated_g),
        }
    };
    facts.lines.iter().map(|l| LineMasses { declared_g: l.declared_mass_g, ..of(l.line) }).collect()
}

#[cfg(test)]
mod balance;
#[cfg(test)]
mod tests;
