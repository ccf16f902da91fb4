//! Masses: declared, loaded and received are three facts; a difference over the tolerance is a discrepancy.

use super::super::event::EventKind;
use super::super::finding::{Finding, FindingCode};
use super::context::Context;
use crate::mass::{Grams, Tolerance};
use serde_json::{Value, json};

/// What came over the scale against what was declared and what was loaded, line by line.
///
/// Declared masses may be estimates, so nothing is said before the scale has spoken. A declared line that a facility
/// leaves out while it weighs others has received nothing.
pub(super) fn check_discrepancy(context: &Context<'_>) -> Option<Finding> {
    let is_receipt = match context.kind() {
        EventKind::Acceptance | EventKind::PartialAcceptance | EventKind::Rejection => true,
        EventKind::Pickup
        | EventKind::Handover
        | EventKind::Storing
        | EventKind::Delivery
        | EventKind::Arrival
        | EventKind::Treatment
        | EventKind::Closing
        | EventKind::Inspection
        | EventKind::Incident
        | EventKind::Hold
        | EventKind::Release
        | EventKind::Note
        | EventKind::PositionSupplement => false,
    };
    let receipt = context.folded.custody.receipt()?;
    if !is_receipt || receipt.scan.event_id != context.event.payload.id || receipt.lines.is_empty() {
        return None;
    }
    let lines: Vec<Value> = context
        .facts
        .lines
        .iter()
        .filter_map(|line| {
            let received = receipt.lines.iter().find(|r| r.line == line.line).map(|r| r.received_g);
            let loaded = context.folded.lines.iter().find(|l| l.line == line.line).and_then(|l| l.loaded_g);
            let tolerance = Tolerance::default_for(line.mass_basis);
            let weighed = received.unwrap_or_default();
            let differs = |stated| tolerance.exceeded(stated, weighed);
            (differs(line.declared_mass_g) || loaded.is_some_and(differs)).then(|| {
                json!({
                    "declared_mass_g": line.declared_mass_g,
                    "line": line.line,
                    "loaded_mass_g": loaded,
                    "received_mass_g": received,
                })
            })
        })
        .collect();
    (!lines.is_empty()).then(|| context.finding(FindingCode::Discrepancy, json!({ "lines": lines })))
}

/// More treated of a line than the facility kept of it, counting every treatment up to this one.
pub(super) fn check_balance(context: &Context<'_>) -> Option<Finding> {
    if context.kind() != EventKind::Treatment || !context.step.effect.counts() {
        return None;
    }
    let receipt = context.folded.custody.receipt().filter(|receipt| !receipt.lines.is_empty())?;
    let id = context.event.payload.id;
    let lines: Vec<Value> = context
        .folded
        .custody
        .treated()
        .iter()
        .filter_map(|line| {
            let last = line.parts.iter().rposition(|part| part.event_id == id)?;
            let treated: Grams = line.parts[..=last].iter().map(|part| part.mass_g).sum();
            let kept = receipt.lines.iter().find(|r| r.line == line.line);
            let accepted = kept.map_or(Grams(0), |kept| kept.accepted_g());
            (treated > accepted)
                .then(|| json!({ "accepted_mass_g": accepted, "line": line.line, "treated_mass_g": treated }))
        })
        .collect();
    (!lines.is_empty()).then(|| context.finding(FindingCode::MassBalanceGap, json!({ "lines": lines })))
}
