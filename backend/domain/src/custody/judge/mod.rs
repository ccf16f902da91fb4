//! The checks: what looks wrong with authentic events.
//!
//! One pure function per rule, in one ordered list. They see the facts, the fold and the whole set of events, never a
//! database or a clock, and they never stop an event. A verdict does not depend on the order of arrival.

mod context;
mod counterparty;
mod decision;
mod device;
mod evidence;
mod fix;
mod mass;
mod order;
mod permit;
mod place;
mod position;
mod seal;
mod vehicle;

use super::act::Act;
use super::finding::{EvidenceGrade, Finding};
use super::fold::{EntryId, Folded};
use super::record::RecordedEvent;
use crate::id::EventId;
use crate::manifest::ManifestFacts;
use context::Context;
use std::collections::BTreeMap;

/// Everything the checks say about one manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Findings that hold: in the order of the events, for one event in the order of the list of checks.
    pub findings: Vec<Finding>,
    /// Evidence grade of every event that claims to be at a site of the manifest.
    pub grades: BTreeMap<EventId, EvidenceGrade>,
}

/// A rule: none while the event keeps it.
type Check = fn(&Context<'_>) -> Option<Finding>;

/// What even a stranger's or a revoked device's event is judged by.
const STANDING: &[Check] = &[device::check_revoked, order::check_entitled];

/// The rules, in the order in which they are told.
const CHECKS: &[Check] = &[
    order::check_sequence,
    order::check_pickup_missing,
    order::check_picked_up_before_void,
    device::check_clock,
    device::check_readable,
    seal::check_invalid,
    seal::check_superseded,
    seal::check_expired,
    position::check_missing,
    position::check_poor,
    position::check_mocked,
    place::check_facility,
    place::check_geofence,
    place::check_site_code,
    place::check_route,
    place::check_single_use,
    vehicle::check_plate,
    vehicle::check_driver,
    counterparty::check_confirmed,
    permit::check_valid,
    permit::check_suspended,
    permit::check_waste,
    permit::check_method,
    permit::check_quota,
    mass::check_discrepancy,
    mass::check_balance,
    decision::check_refused_above,
    decision::check_nothing_refused,
    decision::check_all_refused,
    decision::check_reason,
];

/// Judges one manifest.
#[must_use]
pub fn judge(facts: &ManifestFacts, acts: &[Act], events: &[RecordedEvent], folded: &Folded) -> Judgement {
    let by_id: BTreeMap<EventId, &RecordedEvent> = events.iter().map(|e| (e.payload.id, e)).collect();
    let mut judgement = Judgement { findings: Vec::new(), grades: BTreeMap::new() };
    for (index, step) in folded.steps.iter().enumerate() {
        let EntryId::Event(event_id) = step.id else { continue };
        let Some(event) = by_id.get(&event_id) else { continue };
        let context = Context::new(facts, acts, &by_id, folded, event, index);
        let findings = &mut judgement.findings;
        findings.extend(STANDING.iter().filter_map(|check| check(&context)));
        if !step.effect.may_see_state() {
            continue;
        }
        findings.extend(CHECKS.iter().filter_map(|check| check(&context)));
        if let Some(grade) = evidence::grade(&context) {
            judgement.grades.insert(event_id, grade);
        }
    }
    judgement
}

#[cfg(test)]
mod tests;
