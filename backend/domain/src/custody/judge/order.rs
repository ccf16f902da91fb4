//! Order and rights: what could not follow, what was skipped, what a desk decided too late.

use super::super::act::Decision;
use super::super::event::EventKind;
use super::super::finding::{Finding, FindingCode, Severity};
use super::super::fold::{Effect, EntryId};
use super::context::Context;
use crate::manifest::ManifestState;
use serde_json::json;

/// A signer without the relation.
pub(super) fn check_entitled(context: &Context<'_>) -> Option<Finding> {
    (context.step.effect == Effect::NotEntitled).then(|| {
        let detail = json!({ "kind": context.kind(), "person_id": context.event.signer.person_id });
        context.finding(FindingCode::NotEntitled, detail)
    })
}

/// An event that could not follow (warning), one that skipped another, or a late assignment against it (info).
pub(super) fn check_sequence(context: &Context<'_>) -> Option<Finding> {
    let effect = context.step.effect;
    let state = context.step.from;
    if super::place::check_single_use(context).is_some() {
        return None;
    }
    let found = |reason: &str| {
        let detail = json!({ "kind": context.kind(), "reason": reason, "state": state });
        context.finding(FindingCode::OutOfSequence, detail)
    };
    if effect == Effect::OutOfSequence {
        return Some(found("cannot_follow"));
    }
    if !effect.counts() {
        return None;
    }
    if let Some(reason) = skipped(context.kind(), state, effect) {
        return Some(found(reason).with_severity(Severity::Info));
    }
    let assigned =
        EventKind::Pickup == context.kind() && is_first_pickup(context) && has_late_assignment(context);
    assigned.then(|| found("assigned_after_pickup").with_severity(Severity::Info))
}

/// What the event passed over. A pickup that nobody saw is told by `pickup_missing`.
fn skipped(kind: EventKind, state: ManifestState, effect: Effect) -> Option<&'static str> {
    match kind {
        EventKind::Acceptance | EventKind::PartialAcceptance | EventKind::Rejection => {
            (state != ManifestState::Arrived).then_some("arrival_skipped")
        }
        EventKind::Delivery | EventKind::Arrival | EventKind::Handover => {
            (state == ManifestState::Stored).then_some("departure_skipped")
        }
        EventKind::Pickup => (effect == Effect::Confirmed).then_some("pickup_after_move"),
        EventKind::Storing
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

fn is_first_pickup(context: &Context<'_>) -> bool {
    let pickup = context.folded.custody.journey().and_then(|journey| journey.pickup);
    pickup.is_some_and(|scan| scan.event_id == context.event.payload.id)
}

/// True when the dispatcher assigned somebody else to a load that had left.
fn has_late_assignment(context: &Context<'_>) -> bool {
    context.folded.steps.iter().any(|step| {
        let EntryId::Act(id) = step.id else { return false };
        step.effect == Effect::Withdrawn
            && context.acts.iter().any(|act| act.id == id && matches!(act.decision, Decision::Assign { .. }))
    })
}

/// The first event that shows the load on its way while its pickup is unknown; withdrawn when the pickup syncs.
pub(super) fn check_pickup_missing(context: &Context<'_>) -> Option<Finding> {
    let moved = context.step.effect == Effect::Moved && context.step.from == ManifestState::Issued;
    if !moved || context.kind() == EventKind::Pickup || !context.folded.pickup_awaited() {
        return None;
    }
    Some(context.finding(FindingCode::PickupMissing, json!({ "kind": context.kind() })))
}

/// A void against a load that had left: told at the event by which it left.
pub(super) fn check_picked_up_before_void(context: &Context<'_>) -> Option<Finding> {
    let void = context.folded.void.as_ref().filter(|void| void.withdrawn)?;
    let left = context.step.effect == Effect::Moved && context.step.from == ManifestState::Issued;
    left.then(|| {
        let detail = json!({ "reason": void.reason, "voided_at": void.at });
        context.finding(FindingCode::PickedUpBeforeVoid, detail)
    })
}
