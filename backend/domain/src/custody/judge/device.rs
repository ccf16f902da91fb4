//! The signing device: its standing, its clock, and what it wrote that could not be read.

use super::super::event::EventKind;
use super::super::finding::{Finding, FindingCode};
use super::super::fold::Effect;
use super::super::stated::stated_reason;
use super::super::times::{SKEW_LIMIT, skew};
use super::context::Context;
use super::fix::Fix;
use crate::time::Instant;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Signed by a revoked device and not admitted.
pub(super) fn check_revoked(context: &Context<'_>) -> Option<Finding> {
    (context.step.effect == Effect::DeviceRevoked)
        .then(|| context.finding(FindingCode::DeviceRevoked, json!({ "device_id": context.event.device_id })))
}

/// The phone's clock, or the time of its fix, more than two minutes from the estimated time.
pub(super) fn check_clock(context: &Context<'_>) -> Option<Finding> {
    let event = context.event;
    let clock = skew(event);
    let apart = |at: Instant| at.signed_duration_since(event.estimated_time);
    let fix = match context.fix {
        // The time of a made-up fix is made up too.
        Fix::Missing | Fix::Mocked(_) => None,
        Fix::Stale(_) | Fix::Poor(_) | Fix::Good(_) => context.fix.time().map(apart),
    };
    let fix = fix.filter(|apart| apart.abs() > SKEW_LIMIT);
    if clock.is_none() && fix.is_none() {
        return None;
    }
    let detail = json!({
        "clock_ms": clock.map(|skew| skew.num_milliseconds()),
        "fix_ms": fix.map(|skew| skew.num_milliseconds()),
    });
    Some(context.finding(FindingCode::ClockSkew, detail))
}

/// Fields that could not be read, masses of lines that the manifest does not have, holds and releases without a
/// reason.
pub(super) fn check_readable(context: &Context<'_>) -> Option<Finding> {
    let payload = &context.event.payload;
    let mut fields: Vec<Value> =
        payload.oddities.iter().map(|odd| json!({ "code": odd.code, "path": odd.path })).collect();
    let declared: BTreeSet<i32> = context.facts.lines.iter().map(|line| line.line).collect();
    for line in &payload.lines {
        if !declared.contains(&line.line) {
            fields.push(json!({ "code": "unknown", "path": format!("lines[line={}].line", line.line) }));
        }
        // A decision that does not count because of it is told so by a code of its own.
        let told = context.step.effect == Effect::Contradictory;
        if !told && line.refused_g.unwrap_or_default() > line.mass_g.unwrap_or_default() {
            let path = format!("lines[line={}].refused_g", line.line);
            fields.push(json!({ "code": "out_of_range", "path": path }));
        }
    }
    let holds = matches!(context.kind(), EventKind::Hold | EventKind::Release);
    if holds && stated_reason(payload).is_none() {
        fields.push(json!({ "code": "required", "path": "details.reason" }));
    }
    (!fields.is_empty()).then(|| context.finding(FindingCode::UnreadableField, json!({ "fields": fields })))
}
