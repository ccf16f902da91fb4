//! The result of the fold: where a manifest stands and what each entry did.

use super::state::Custody;
use super::step::{EntryId, Step};
use super::turn::Turn;
use crate::id::{ActId, EventId, PersonId, TripId};
use crate::manifest::ManifestState;
use crate::mass::Grams;
use crate::plate::Plate;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// Masses of one declared line, each a fact of its own, in grams; accepted + refused = received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineMasses {
    /// Line number.
    pub line: i32,
    /// As declared.
    pub declared_g: Grams,
    /// As loaded at the pickup, if stated.
    pub loaded_g: Option<Grams>,
    /// At the facility's scale, refused part included.
    pub received_g: Option<Grams>,
    /// Refused part of what was received.
    pub refused_g: Option<Grams>,
    /// Treated so far.
    pub treated_g: Option<Grams>,
}

impl LineMasses {
    /// What the facility keeps, in grams.
    #[must_use]
    pub fn accepted_g(&self) -> Option<Grams> {
        self.received_g.map(|received| Grams(received.0 - self.refused_g.unwrap_or_default().0))
    }

    /// What the facility still has to treat, in grams; never below nothing, what was treated beyond is a finding.
    #[must_use]
    pub fn stock_g(&self) -> Option<Grams> {
        self.accepted_g().map(|accepted| Grams((accepted.0 - self.treated_g.unwrap_or_default().0).max(0)))
    }
}

/// A hold in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Since when.
    pub since: Instant,
    /// When the authority looks again: as named, else a day later.
    pub review_at: Instant,
    /// The hold event; absent when a void raced by a pickup holds the load.
    pub event_id: Option<EventId>,
    /// As stated.
    pub reason: Option<String>,
}

/// A void that was decided, whether it stands or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoidDecision {
    /// The act.
    pub act_id: ActId,
    /// Server time of the act.
    pub at: Instant,
    /// As stated.
    pub reason: String,
    /// True when the load had left already: the void does not stand.
    pub withdrawn: bool,
}

/// The generator's own confirmation of the pickup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// Server time.
    pub at: Instant,
    /// Who confirmed.
    pub person_id: PersonId,
    /// Name of who handed over, as written.
    pub name: Option<String>,
}

/// Where a manifest stands, with everything that its projection shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Folded {
    /// The state and its facts.
    pub custody: Custody,
    /// When the state began; absent for a draft.
    pub state_since: Option<Instant>,
    /// Plates that raise no question: as agreed, as assigned, or as changed within the carrier's permit.
    pub expected_plates: Vec<Plate>,
    /// The plate last seen and not wrong, else the first expected one.
    pub expected_plate: Option<Plate>,
    /// Who drives: as agreed, as assigned, or the driver of the carrier who has the load.
    pub expected_driver: Option<PersonId>,
    /// Trip that the carrier's last event named.
    pub trip_id: Option<TripId>,
    /// Leg the load is on, from 1; 0 before the pickup.
    pub leg: u32,
    /// Masses of the declared lines, in their order.
    pub lines: Vec<LineMasses>,
    /// Server time of the issue.
    pub issued_at: Option<Instant>,
    /// Estimated time of the pickup.
    pub picked_up_at: Option<Instant>,
    /// The earlier of delivery and arrival.
    pub arrived_at: Option<Instant>,
    /// Acceptance or partial acceptance.
    pub accepted_at: Option<Instant>,
    /// The hold in force, if any.
    pub hold: Option<Hold>,
    /// The last void that was decided, if any.
    pub void: Option<VoidDecision>,
    /// The generator's own confirmation, if any.
    pub confirmed: Option<Confirmation>,
    /// Why it was voided, refused or taken in part, as stated.
    pub reason: Option<String>,
    /// Whose turn it is; nobody's when everything is done.
    pub turn: Option<Turn>,
    /// Every entry in the order in which it counted.
    pub steps: Vec<Step>,
}

impl Folded {
    /// The state as a word of the wire.
    #[must_use]
    pub const fn state(&self) -> ManifestState {
        self.custody.state()
    }

    /// True while the authority holds the load.
    #[must_use]
    pub const fn on_hold(&self) -> bool {
        self.hold.is_some()
    }

    /// True when the load is known to have left and its pickup is not.
    #[must_use]
    pub fn pickup_awaited(&self) -> bool {
        self.custody.journey().is_some_and(|journey| journey.pickup.is_none())
    }

    /// What one event did; absent when it is not of this manifest.
    #[must_use]
    pub fn step(&self, event_id: EventId) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == EntryId::Event(event_id))
    }

    /// Sums over the lines in grams: declared, loaded, received; a sum exists when one of its lines does.
    #[must_use]
    pub fn totals(&self) -> (Grams, Option<Grams>, Option<Grams>) {
        let sum = |of: fn(&LineMasses) -> Option<Grams>| {
            let known: Vec<Grams> = self.lines.iter().filter_map(of).collect();
            (!known.is_empty()).then(|| known.into_iter().sum())
        };
        (self.lines.iter().map(|l| l.declared_g).sum(), sum(|l| l.loaded_g), sum(|l| l.received_g))
    }
}
