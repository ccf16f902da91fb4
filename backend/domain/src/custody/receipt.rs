//! What comes over the facility's scale, and what of it has been treated: integer grams that add up.

use super::event::{EventKind, EventPayload};
use super::scan::Scan;
use super::stated::stated_reason;
use crate::id::EventId;
use crate::mass::Grams;
use crate::time::{Instant, local_day};
use crate::waste::TreatmentMethod;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What came over the scale on one line, in grams; accepted + refused = received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedLine {
    /// Line number.
    pub line: i32,
    /// Mass at the scale, refused part included.
    pub received_g: Grams,
    /// Refused part, never more than `received_g`.
    pub refused_g: Grams,
}

impl ReceivedLine {
    /// Mass that the facility keeps, in grams.
    #[must_use]
    pub const fn accepted_g(self) -> Grams {
        Grams(self.received_g.0 - self.refused_g.0)
    }
}

/// The facility's decision about the load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The acceptance, partial acceptance or rejection.
    pub scan: Scan,
    /// Lines weighed, by line number.
    pub lines: Vec<ReceivedLine>,
}

/// Mass treated so far on one line, in grams.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreatedLine {
    /// Line number.
    pub line: i32,
    /// Mass treated: the sum of its parts.
    pub treated_g: Grams,
    /// What was treated how and when, in order.
    #[serde(default)]
    pub parts: Vec<TreatedPart>,
}

/// One treatment of a part of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreatedPart {
    /// The event that says so.
    pub event_id: EventId,
    /// How; none where the event names no method of the form.
    pub method: Option<TreatmentMethod>,
    /// Mass treated, in grams.
    pub mass_g: Grams,
    /// Local day on which it was done: as stated, else that of the event.
    pub performed_on: NaiveDate,
}

/// The closing certificate (section 8 of the form): signed by the device of whoever certifies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The event whose signature it is.
    pub scan: Scan,
    /// Name under it, as written.
    pub name: Option<String>,
}

words! {
    /// What contradicts a decision of the facility; each is a finding of its own, and the load waits for a decision
    /// that holds.
    pub enum DecisionFault {
        /// More refused of a line than was received.
        RefusedAboveReceived = "refused_above_received",
        /// A partial acceptance that refuses nothing: an acceptance.
        NothingRefused = "nothing_refused",
        /// A partial acceptance that refuses everything: a rejection.
        AllRefused = "all_refused",
        /// Something is refused and nobody says why.
        ReasonMissing = "reason_missing",
    }
}

/// Everything that contradicts a partial acceptance or a rejection; empty for other events.
#[must_use]
pub fn faults(payload: &EventPayload) -> Vec<DecisionFault> {
    let partial = payload.kind == EventKind::PartialAcceptance;
    if !partial && payload.kind != EventKind::Rejection {
        return Vec::new();
    }
    let mut found = Vec::new();
    let grams = |of: Option<Grams>| of.unwrap_or_default();
    // A rejection refuses all that it weighed, whatever it says of parts.
    let above = partial && payload.lines.iter().any(|line| grams(line.refused_g) > grams(line.mass_g));
    if above {
        found.push(DecisionFault::RefusedAboveReceived);
    }
    if partial && !above {
        let received: Grams = payload.lines.iter().map(|line| grams(line.mass_g)).sum();
        let refused: Grams = payload.lines.iter().map(|line| grams(line.refused_g)).sum();
        if refused == Grams(0) {
            found.push(DecisionFault::NothingRefused);
        } else if refused == received {
            found.push(DecisionFault::AllRefused);
        }
    }
    if stated_reason(payload).is_none_or(|reason| reason.trim().is_empty()) {
        found.push(DecisionFault::ReasonMissing);
    }
    found
}

/// Lines over the scale, merged by line number; a rejection refuses all of what it weighed.
pub(super) fn received_lines(payload: &EventPayload) -> Vec<ReceivedLine> {
    let mut lines: Vec<ReceivedLine> = Vec::with_capacity(payload.lines.len());
    for line in &payload.lines {
        let Some(mass) = line.mass_g else { continue };
        let refused = if payload.kind == EventKind::Rejection {
            mass
        } else {
            line.refused_g.unwrap_or_default().min(mass)
        };
        match lines.iter_mut().find(|known| known.line == line.line) {
            Some(known) => {
                known.received_g = known.received_g + mass;
                known.refused_g = known.refused_g + refused;
            }
            None => lines.push(ReceivedLine { line: line.line, received_g: mass, refused_g: refused }),
        }
    }
    lines.sort_by_key(|line| line.line);
    lines
}

/// Adds the masses of one treatment, counted at `at`, to what was treated before.
pub(super) fn add_treated(
    mut treated: Vec<TreatedLine>,
    payload: &EventPayload,
    at: Instant,
) -> Vec<TreatedLine> {
    let stated = payload.details.get("performed_on").and_then(serde_json::Value::as_str);
    let performed_on = stated.and_then(|day| day.parse().ok()).unwrap_or_else(|| local_day(at));
    for line in &payload.lines {
        let Some(mass_g) = line.mass_g.filter(|mass| *mass > Grams(0)) else { continue };
        let method = line.method.as_deref().and_then(|method| method.parse().ok());
        let part = TreatedPart { event_id: payload.id, method, mass_g, performed_on };
        match treated.iter_mut().find(|known| known.line == line.line) {
            Some(known) => {
                known.treated_g = known.treated_g + mass_g;
                known.parts.push(part);
            }
            None => treated.push(TreatedLine { line: line.line, treated_g: mass_g, parts: vec![part] }),
        }
    }
    treated.sort_by_key(|line| line.line);
    treated
}

/// True when every line that was weighed is treated to its last accepted gram.
pub(super) fn complete(receipt: &Receipt, treated: &[TreatedLine]) -> bool {
    let done = |line: i32| treated.iter().find(|t| t.line == line).map_or(Grams(0), |t| t.treated_g);
    receipt.lines.iter().all(|line| done(line.line) >= line.accepted_g())
}
