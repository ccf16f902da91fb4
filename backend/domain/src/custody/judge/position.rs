//! Positions that are missing, vague or made up.

use super::super::finding::{Finding, FindingCode};
use super::super::fold::Effect;
use super::context::{Context, metres, moves_the_load};
use super::fix::{Fix, GOOD_ACCURACY_M};
use serde_json::json;

/// The gate of a facility that is not the declared one is told that, and nothing about its position.
fn owes_a_position(context: &Context<'_>) -> bool {
    moves_the_load(context.kind()) && context.step.effect != Effect::Elsewhere
}

/// A missing position is a recorded state with a reason, not guilt; a field that could not be read is told elsewhere.
pub(super) fn check_missing(context: &Context<'_>) -> Option<Finding> {
    let payload = &context.event.payload;
    let told = payload.oddities.iter().any(|oddity| oddity.path == "position");
    if told || !owes_a_position(context) {
        return None;
    }
    match context.fix {
        Fix::Missing => {
            let reason = payload.position_missing.map_or("not_stated", |reason| reason.as_str());
            Some(context.finding(FindingCode::PositionMissing, json!({ "reason": reason })))
        }
        Fix::Mocked(_) | Fix::Stale(_) | Fix::Poor(_) | Fix::Good(_) => None,
    }
}

/// A fix of five kilometres proves nothing, neither for the driver nor against him.
pub(super) fn check_poor(context: &Context<'_>) -> Option<Finding> {
    if !owes_a_position(context) {
        return None;
    }
    match context.fix {
        Fix::Poor(position) => {
            let accuracy_m = position.accuracy_m.map(metres);
            let detail = json!({ "accuracy_m": accuracy_m, "limit_m": metres(GOOD_ACCURACY_M) });
            Some(context.finding_by_fix(FindingCode::PositionPoor, detail))
        }
        Fix::Missing | Fix::Mocked(_) | Fix::Stale(_) | Fix::Good(_) => None,
    }
}

/// A made-up fix stays told even when a supplement brings a real one.
pub(super) fn check_mocked(context: &Context<'_>) -> Option<Finding> {
    let position = context.event.payload.position.filter(|position| position.mocked)?;
    let detail = json!({ "accuracy_m": position.accuracy_m.map(metres) });
    Some(context.finding(FindingCode::PositionMocked, detail))
}
