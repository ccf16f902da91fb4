//! Decisions that contradict themselves: kept as they were signed, and the load waits for one that holds.

use super::super::event::EventKind;
use super::super::finding::{Finding, FindingCode};
use super::super::fold::Effect;
use super::super::receipt::{DecisionFault, faults};
use super::context::Context;
use serde_json::{Value, json};

/// More refused of a line than was received.
pub(super) fn check_refused_above(context: &Context<'_>) -> Option<Finding> {
    told(context, DecisionFault::RefusedAboveReceived, FindingCode::RefusedAboveReceived)
}

/// A partial acceptance that refuses nothing.
pub(super) fn check_nothing_refused(context: &Context<'_>) -> Option<Finding> {
    told(context, DecisionFault::NothingRefused, FindingCode::NothingRefused)
}

/// A partial acceptance that refuses everything.
pub(super) fn check_all_refused(context: &Context<'_>) -> Option<Finding> {
    told(context, DecisionFault::AllRefused, FindingCode::AllRefused)
}

/// A partial acceptance or a rejection without a reason.
pub(super) fn check_reason(context: &Context<'_>) -> Option<Finding> {
    told(context, DecisionFault::ReasonMissing, FindingCode::ReasonMissing)
}

fn told(context: &Context<'_>, fault: DecisionFault, code: FindingCode) -> Option<Finding> {
    let payload = &context.event.payload;
    if context.step.effect != Effect::Contradictory || !faults(payload).contains(&fault) {
        return None;
    }
    let lines: Vec<Value> = payload
        .lines
        .iter()
        .map(|line| json!({ "line": line.line, "received_mass_g": line.mass_g, "refused_mass_g": line.refused_g }))
        .collect();
    let kind: EventKind = payload.kind;
    Some(context.finding(code, json!({ "kind": kind, "lines": lines })))
}
