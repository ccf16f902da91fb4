//! Permits of the carrier and the facility, and the standing of all parties, at the time of the event. A gap is told
//! once, at the first event that counted while it was there: a load already on the road can always finish.

use super::super::act::Decision;
use super::super::event::EventKind;
use super::super::finding::{Finding, FindingCode};
use super::context::{Context, moves_the_load};
use crate::eligibility::allows;
use crate::id::OrganisationId;
use crate::manifest::ManifestFacts;
use crate::mass::Grams;
use crate::party::{PermitFacts, PermitKind};
use crate::time::Instant;
use crate::waste::TreatmentMethod;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What is asked of whom: on the road of both, at the facility's decision of the facility alone.
fn asked(context: &Context<'_>) -> Vec<(OrganisationId, PermitKind)> {
    let facility = (context.facts.facility_id, PermitKind::Treatment);
    if moves_the_load(context.kind()) {
        vec![(context.facts.carrier_id, PermitKind::Transport), facility]
    } else {
        vec![facility]
    }
}

fn held(facts: &ManifestFacts, of: (OrganisationId, PermitKind)) -> impl Iterator<Item = &PermitFacts> {
    facts.permits.iter().filter(move |permit| (permit.organisation_id, permit.kind) == of)
}

fn valid(
    facts: &ManifestFacts,
    of: (OrganisationId, PermitKind),
    at: Instant,
) -> impl Iterator<Item = &PermitFacts> {
    held(facts, of).filter(move |permit| permit.valid_from <= at && at < permit.valid_to)
}

/// Times of the events before this one that counted and moved the load.
fn earlier_times(context: &Context<'_>) -> Vec<Instant> {
    context
        .earlier()
        .filter(|(step, event)| step.effect.counts() && is_asked(event.payload.kind))
        .map(|(_, event)| event.estimated_time)
        .collect()
}

const fn is_asked(kind: EventKind) -> bool {
    moves_the_load(kind) || matches!(kind, EventKind::Acceptance | EventKind::PartialAcceptance)
}

fn applies(context: &Context<'_>) -> bool {
    context.step.effect.counts() && is_asked(context.kind())
}

/// No valid permit of the carrier or of the facility.
pub(super) fn check_valid(context: &Context<'_>) -> Option<Finding> {
    if !applies(context) {
        return None;
    }
    let facts = context.facts;
    let told = earlier_times(context);
    let lacks = |of, at| valid(facts, of, at).next().is_none();
    let gaps: Vec<Value> = asked(context)
        .into_iter()
        .filter(|of| lacks(*of, context.event.estimated_time) && !told.iter().any(|at| lacks(*of, *at)))
        .map(|of| {
            let latest = held(facts, of).max_by_key(|permit| (permit.valid_to, permit.number.clone()));
            json!({
                "kind": of.1,
                "number": latest.map(|permit| &permit.number),
                "organisation_id": of.0,
                "valid_to": latest.map(|permit| permit.valid_to),
            })
        })
        .collect();
    (!gaps.is_empty()).then(|| context.finding(FindingCode::PermitExpired, json!({ "permits": gaps })))
}

/// A party that the authority had suspended.
pub(super) fn check_suspended(context: &Context<'_>) -> Option<Finding> {
    if !applies(context) {
        return None;
    }
    let suspensions = &context.facts.suspensions;
    let told = earlier_times(context);
    let told_before =
        |id| suspensions.iter().any(|s| s.organisation_id == id && told.iter().any(|at| s.holds(*at)));
    let new: Vec<Value> = suspensions
        .iter()
        .filter(|s| s.holds(context.event.estimated_time) && !told_before(s.organisation_id))
        .map(|s| json!({ "organisation_id": s.organisation_id, "suspended_at": s.suspended_at }))
        .collect();
    (!new.is_empty()).then(|| context.finding(FindingCode::PartySuspended, json!({ "parties": new })))
}

/// Codes of the manifest that no valid permit of the organisation lists; without a valid permit the other check tells.
fn uncovered(facts: &ManifestFacts, of: (OrganisationId, PermitKind), at: Instant) -> BTreeSet<&str> {
    let permits: Vec<&PermitFacts> = valid(facts, of, at).collect();
    if permits.is_empty() {
        return BTreeSet::new();
    }
    let listed = |code: &str| {
        permits
            .iter()
            .any(|permit| permit.waste_codes.is_empty() || permit.waste_codes.iter().any(|c| c == code))
    };
    facts.lines.iter().map(|line| line.waste_code.as_str()).filter(|code| !listed(code)).collect()
}

/// A waste code that the permits in force do not list.
pub(super) fn check_waste(context: &Context<'_>) -> Option<Finding> {
    if !applies(context) {
        return None;
    }
    let facts = context.facts;
    let told = earlier_times(context);
    let gaps: Vec<Value> = asked(context)
        .into_iter()
        .filter_map(|of| {
            let before: BTreeSet<&str> = told.iter().flat_map(|at| uncovered(facts, of, *at)).collect();
            let now = uncovered(facts, of, context.event.estimated_time);
            let new: Vec<&str> = now.difference(&before).copied().collect();
            (!new.is_empty()).then(|| json!({ "kind": of.1, "organisation_id": of.0, "waste_codes": new }))
        })
        .collect();
    (!gaps.is_empty()).then(|| context.finding(FindingCode::WasteNotPermitted, json!({ "permits": gaps })))
}

/// Methods that no permit of the facility in force lists; without a permit in force the other check tells.
fn not_allowed(
    facts: &ManifestFacts,
    at: Instant,
    methods: impl Iterator<Item = TreatmentMethod>,
) -> BTreeSet<TreatmentMethod> {
    let of = (facts.facility_id, PermitKind::Treatment);
    let permits: Vec<&PermitFacts> = valid(facts, of, at).collect();
    let allowed = |method| permits.iter().any(|permit| allows(permit, method));
    methods.filter(|method| !permits.is_empty() && !allowed(*method)).collect()
}

/// A treatment by a method that the facility's permits do not list; before it, one that is planned, told once.
pub(super) fn check_method(context: &Context<'_>) -> Option<Finding> {
    let (facts, event) = (context.facts, context.event);
    let methods = if context.kind() == EventKind::Treatment && context.step.effect.counts() {
        let stated = event.payload.lines.iter().filter_map(|line| line.method.as_deref()?.parse().ok());
        not_allowed(facts, event.estimated_time, stated)
    } else if applies(context) {
        let planned = || facts.lines.iter().map(|line| line.treatment_method);
        let told: BTreeSet<TreatmentMethod> =
            earlier_times(context).into_iter().flat_map(|at| not_allowed(facts, at, planned())).collect();
        &not_allowed(facts, event.estimated_time, planned()) - &told
    } else {
        return None;
    };
    let detail = json!({ "methods": methods, "organisation_id": facts.facility_id });
    (!methods.is_empty()).then(|| context.finding(FindingCode::MethodNotPermitted, detail))
}

/// More kept than the permit still allowed when the manifest was issued.
pub(super) fn check_quota(context: &Context<'_>) -> Option<Finding> {
    let receipt = context.folded.custody.receipt()?;
    let decides = matches!(context.kind(), EventKind::Acceptance | EventKind::PartialAcceptance);
    if !decides || receipt.scan.event_id != context.event.payload.id {
        return None;
    }
    let left = context.acts.iter().find_map(|act| {
        if let Decision::Issue { left, .. } = &act.decision { Some(left.as_slice()) } else { None }
    })?;
    let code_of =
        |line: i32| context.facts.lines.iter().find(|l| l.line == line).map(|l| l.waste_code.as_str());
    let beyond: Vec<Value> = left
        .iter()
        .filter_map(|quota| {
            let counts = |line: i32| code_of(line).is_some_and(|code| quota.counts(code));
            let kept: Grams =
                receipt.lines.iter().filter(|line| counts(line.line)).map(|line| line.accepted_g()).sum();
            (kept > quota.mass_g).then(|| {
                json!({ "accepted_mass_g": kept, "left_mass_g": quota.mass_g, "waste_code": quota.waste_code })
            })
        })
        .collect();
    (!beyond.is_empty()).then(|| context.finding(FindingCode::QuotaExceeded, json!({ "quotas": beyond })))
}
