//! What one check sees: one event with everything around it.

use super::super::act::Act;
use super::super::event::EventKind;
use super::super::finding::{Finding, FindingCode};
use super::super::fold::{EntryId, Folded, Step};
use super::super::record::RecordedEvent;
use super::super::transition::named_site;
use super::fix::Fix;
use crate::id::EventId;
use crate::manifest::{ManifestFacts, ManifestState};
use crate::party::SiteFacts;
use crate::time::Instant;
use geo_types::Polygon;
use serde_json::Value;
use std::collections::BTreeMap;

/// One event under judgement.
pub(super) struct Context<'a> {
    pub(super) facts: &'a ManifestFacts,
    pub(super) acts: &'a [Act],
    pub(super) folded: &'a Folded,
    pub(super) event: &'a RecordedEvent,
    pub(super) step: &'a Step,
    /// The site where the event claims to be, if it claims one that is known.
    pub(super) site: Option<&'a SiteFacts>,
    /// The best fix of the event and its supplements.
    pub(super) fix: Fix,
    by_id: &'a BTreeMap<EventId, &'a RecordedEvent>,
    index: usize,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        facts: &'a ManifestFacts,
        acts: &'a [Act],
        by_id: &'a BTreeMap<EventId, &'a RecordedEvent>,
        folded: &'a Folded,
        event: &'a RecordedEvent,
        index: usize,
    ) -> Self {
        let step = &folded.steps[index];
        let site = expected_site(facts, by_id, folded, event, index);
        let fix = Fix::best(event, by_id);
        Self { facts, acts, folded, event, step, site, fix, by_id, index }
    }

    pub(super) fn kind(&self) -> EventKind {
        self.event.payload.kind
    }

    /// Events before this one in the order that counts, nearest last, with what they did.
    pub(super) fn earlier(&self) -> impl Iterator<Item = (&'a Step, &'a RecordedEvent)> {
        self.folded.steps[..self.index].iter().filter_map(|step| match step.id {
            EntryId::Event(id) => self.by_id.get(&id).map(|event| (step, *event)),
            EntryId::Act(_) => None,
        })
    }

    /// The fence of a site as it stood when this event happened.
    pub(super) fn fence<'s>(&self, site: &'s SiteFacts) -> &'s Polygon<f64> {
        &site.at(self.event.estimated_time).geofence
    }

    /// The best fix of another event of the manifest.
    pub(super) fn fix_of(&self, event: &RecordedEvent) -> Fix {
        Fix::best(event, self.by_id)
    }

    /// A finding about this event, decided by the event itself.
    pub(super) fn finding(&self, code: FindingCode, detail: Value) -> Finding {
        self.finding_at(code, self.event.estimated_time, detail)
    }

    /// A finding about this event, decided by its fix.
    pub(super) fn finding_by_fix(&self, code: FindingCode, detail: Value) -> Finding {
        self.finding_at(code, self.fix.time().unwrap_or(self.event.estimated_time), detail)
    }

    fn finding_at(&self, code: FindingCode, decided_at: Instant, detail: Value) -> Finding {
        Finding {
            code,
            severity: code.default_severity(),
            event_id: Some(self.event.payload.id),
            from: self.event.estimated_time,
            to: self.event.estimated_time,
            decided_at,
            detail,
        }
    }
}

/// True for events by which the load changes hands or place: those that owe a position.
pub(super) const fn moves_the_load(kind: EventKind) -> bool {
    match kind {
        EventKind::Pickup
        | EventKind::Handover
        | EventKind::Storing
        | EventKind::Delivery
        | EventKind::Arrival => true,
        EventKind::Acceptance
        | EventKind::PartialAcceptance
        | EventKind::Rejection
        | EventKind::Treatment
        | EventKind::Closing
        | EventKind::Inspection
        | EventKind::Incident
        | EventKind::Hold
        | EventKind::Release
        | EventKind::Note
        | EventKind::PositionSupplement => false,
    }
}

/// Where an event of this kind has to happen. Decisions and treatment may be signed in any office.
fn expected_site<'a>(
    facts: &'a ManifestFacts,
    by_id: &BTreeMap<EventId, &'a RecordedEvent>,
    folded: &Folded,
    event: &RecordedEvent,
    index: usize,
) -> Option<&'a SiteFacts> {
    match event.payload.kind {
        EventKind::Pickup => match folded.steps[index].from {
            // Leaving a transfer station: the place is where the load was stored last.
            ManifestState::Stored => {
                let stored = folded.steps[..index].iter().rev().find_map(|step| match step.id {
                    EntryId::Event(id) if step.effect.counts() && step.to == ManifestState::Stored => {
                        by_id.get(&id)
                    }
                    EntryId::Event(_) | EntryId::Act(_) => None,
                });
                stored.and_then(|event| known_site(facts, event))
            }
            ManifestState::Draft
            | ManifestState::Proposed
            | ManifestState::Issued
            | ManifestState::InTransit
            | ManifestState::Arrived
            | ManifestState::Accepted
            | ManifestState::PartlyAccepted
            | ManifestState::Rejected
            | ManifestState::Treated
            | ManifestState::Closed
            | ManifestState::Void => Some(&facts.generator_site),
        },
        EventKind::Delivery | EventKind::Arrival => Some(&facts.facility_site),
        EventKind::Storing => known_site(facts, event),
        EventKind::Handover
        | EventKind::Acceptance
        | EventKind::PartialAcceptance
        | EventKind::Rejection
        | EventKind::Treatment
        | EventKind::Closing
        | EventKind::Inspection
        | EventKind::Incident
        | EventKind::Hold
        | EventKind::Release
        | EventKind::Note
        | EventKind::PositionSupplement => None,
    }
}

/// The site that a storing names, if it is one we know.
fn known_site<'a>(facts: &'a ManifestFacts, event: &RecordedEvent) -> Option<&'a SiteFacts> {
    let id = named_site(&event.payload)?;
    facts.other_sites.iter().chain([&facts.facility_site, &facts.generator_site]).find(|site| site.id == id)
}

/// Whole metres for a detail: integers print the same everywhere.
#[expect(clippy::cast_possible_truncation, reason = "clamped to what the globe can hold")]
pub(super) fn metres(value: f64) -> i64 {
    value.round().clamp(0.0, 40_000_000.0) as i64
}
