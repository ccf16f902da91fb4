//! One entry of the fold: what it met, what it did, and how its plate and signer stood to what was expected.

use crate::id::{ActId, EventId, PersonId};
use crate::manifest::ManifestState;
use crate::plate::Plate;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

words! {
    /// What one entry did.
    pub enum Effect {
        /// It moved the state, or began the next leg.
        Moved = "moved",
        /// It confirmed what another had moved, or made known what was awaited.
        Confirmed = "confirmed",
        /// It is a remark or an overlay.
        Recorded = "recorded",
        /// The same step had been taken already.
        Repeated = "repeated",
        /// The state it met does not lead there.
        OutOfSequence = "out_of_sequence",
        /// A decision whose masses or reason contradict it: the load still waits for one.
        Contradictory = "contradictory",
        /// An arrival at a facility that is not the declared one.
        Elsewhere = "elsewhere",
        /// The signer may not do this.
        NotEntitled = "not_entitled",
        /// Signed by a revoked device and not admitted.
        DeviceRevoked = "device_revoked",
        /// An act made against a load that had left already.
        Withdrawn = "withdrawn",
    }
}

impl Effect {
    /// True when the entry says where the load is: it moved the state or confirmed a move.
    #[must_use]
    pub const fn counts(self) -> bool {
        matches!(self, Self::Moved | Self::Confirmed)
    }

    /// True when the signer may know the state of the manifest; a stranger's event answers with none.
    #[must_use]
    pub const fn may_see_state(self) -> bool {
        !matches!(self, Self::NotEntitled | Self::DeviceRevoked)
    }
}

/// An act's or an event's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryId {
    /// An office act.
    Act(ActId),
    /// A custody event.
    Event(EventId),
}

/// One entry of the fold: what it met and what it did.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The entry.
    pub id: EntryId,
    /// The time that ordered it.
    pub at: Instant,
    /// State met.
    pub from: ManifestState,
    /// State left behind.
    pub to: ManifestState,
    /// What it did.
    pub effect: Effect,
    /// How its plate stands to the expected ones.
    pub vehicle: VehicleStanding,
    /// How its signer stands to the expected driver.
    pub driver: DriverStanding,
}

/// How the plate of an event stands to the expected ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VehicleStanding {
    /// The event names no plate, or is not to be judged by it.
    Unseen,
    /// An expected plate.
    Expected,
    /// Another plate of the carrier's permit; it becomes the expected one.
    Changed {
        /// The plates expected until then.
        expected: Vec<Plate>,
    },
    /// Neither expected nor on the permit.
    Wrong {
        /// The plates expected.
        expected: Vec<Plate>,
    },
}

/// How the signer of an event stands to the expected driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriverStanding {
    /// The event is not a driver's.
    NotDriving,
    /// The expected driver, or the first one known.
    Expected,
    /// Another driver of the carrier; he has the load from here on.
    Wrong {
        /// The driver expected until then.
        expected: PersonId,
    },
}
