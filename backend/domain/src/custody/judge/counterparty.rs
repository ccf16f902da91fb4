//! The generator's consent to the pickup.

use super::super::event::{Counterparty, CounterpartyKind, EventKind};
use super::super::finding::{Finding, FindingCode};
use super::context::Context;
use crate::manifest::{ManifestFacts, ManifestState};
use serde_json::json;

/// A pickup from the generator that nobody there confirmed: by its own phone or desk, by the six digits, or on the
/// driver's glass. Its own confirmation, before or after, settles all of them.
pub(super) fn check_confirmed(context: &Context<'_>) -> Option<Finding> {
    let leaves_the_generator = context.kind() == EventKind::Pickup
        && context.step.effect.counts()
        && context.step.from != ManifestState::Stored;
    if !leaves_the_generator || context.folded.confirmed.is_some() {
        return None;
    }
    let reason = missing(context.facts, context.event.payload.counterparty.as_ref())?;
    Some(context.finding(FindingCode::CounterpartyMissing, json!({ "reason": reason })))
}

/// Why a confirmation does not hold.
fn missing(facts: &ManifestFacts, counterparty: Option<&Counterparty>) -> Option<&'static str> {
    let Some(counterparty) = counterparty else {
        return Some("none");
    };
    let proof = counterparty.proof.as_deref().map(str::trim).filter(|proof| !proof.is_empty());
    match counterparty.kind {
        CounterpartyKind::None => Some("none"),
        CounterpartyKind::Signed => Some("not_signed"),
        CounterpartyKind::Glass => {
            let named = counterparty.name.as_deref().is_some_and(|name| !name.trim().is_empty());
            (proof.is_none() && !named).then_some("no_signature")
        }
        CounterpartyKind::Code => {
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
            match (&facts.pickup_code, proof) {
                (Some(code), Some(proof)) if digits(code) == digits(proof) => None,
                (Some(_) | None, Some(_)) => Some("wrong_code"),
                (Some(_) | None, None) => Some("no_code"),
            }
        }
    }
}
