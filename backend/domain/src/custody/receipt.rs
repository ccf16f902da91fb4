//! What comes over the facility's scale, and what of it has been treated: integer grams that add up.

use super::event::{EventKind, EventPayload};
use super::scan::Scan;
use crate::mass::Grams;
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreatedLine {
    /// Line number.
    pub line: i32,
    /// Mass treated.
    pub treated_g: Grams,
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

/// Adds the masses of one treatment to what was treated before.
pub(super) fn add_treated(mut treated: Vec<TreatedLine>, payload: &EventPayload) -> Vec<TreatedLine> {
    for line in &payload.lines {
        let Some(mass) = line.mass_g else { continue };
        match treated.iter_mut().find(|known| known.line == line.line) {
            Some(known) => known.treated_g = known.treated_g + mass,
            None => treated.push(TreatedLine { line: line.line, treated_g: mass }),
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
