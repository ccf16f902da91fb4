//! Entries of the ledger, acts and events alike, and the error of one that comes out of order.

use super::act::{Act, Decision};
use super::event::EventKind;
use super::record::RecordedEvent;
use crate::manifest::ManifestState;
use crate::time::Instant;

/// One entry of the ledger, with the time it counts from.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The time that orders it (see [`super::times::ordered`]).
    pub at: Instant,
    /// What was recorded.
    pub what: What<'a>,
}

/// An office act or a custody event.
#[derive(Debug, Clone, Copy)]
pub enum What<'a> {
    /// Decided at a desk.
    Act(&'a Act),
    /// Signed by a device.
    Event(&'a RecordedEvent),
}

words! {
    /// Names of entries, acts and events alike, as errors and details spell them.
    pub enum EntryKind {
        /// Act: propose.
        Propose = "propose",
        /// Act: approve.
        Approve = "approve",
        /// Act: issue.
        Issue = "issue",
        /// Act: void.
        Void = "void",
        /// Act: assign driver or plate.
        Assign = "assign",
        /// Act: the generator's own confirmation.
        ConfirmPickup = "confirm_pickup",
        /// Event: pickup.
        Pickup = "pickup",
        /// Event: handover.
        Handover = "handover",
        /// Event: storing.
        Storing = "storing",
        /// Event: delivery.
        Delivery = "delivery",
        /// Event: arrival.
        Arrival = "arrival",
        /// Event: acceptance.
        Acceptance = "acceptance",
        /// Event: partial acceptance.
        PartialAcceptance = "partial_acceptance",
        /// Event: rejection.
        Rejection = "rejection",
        /// Event: treatment.
        Treatment = "treatment",
        /// Event: closing certificate.
        Closing = "closing",
        /// Event: inspection.
        Inspection = "inspection",
        /// Event: incident.
        Incident = "incident",
        /// Event: hold.
        Hold = "hold",
        /// Event: release.
        Release = "release",
        /// Event: note.
        Note = "note",
        /// Event: position supplement.
        PositionSupplement = "position_supplement",
    }
}

impl Entry<'_> {
    /// What this entry is called.
    #[must_use]
    pub const fn kind(&self) -> EntryKind {
        match self.what {
            What::Act(act) => match act.decision {
                Decision::Propose { .. } => EntryKind::Propose,
                Decision::Approve { .. } => EntryKind::Approve,
                Decision::Issue { .. } => EntryKind::Issue,
                Decision::Void { .. } => EntryKind::Void,
                Decision::Assign { .. } => EntryKind::Assign,
                Decision::ConfirmPickup { .. } => EntryKind::ConfirmPickup,
            },
            What::Event(event) => match event.payload.kind {
                EventKind::Pickup => EntryKind::Pickup,
                EventKind::Handover => EntryKind::Handover,
                EventKind::Storing => EntryKind::Storing,
                EventKind::Delivery => EntryKind::Delivery,
                EventKind::Arrival => EntryKind::Arrival,
                EventKind::Acceptance => EntryKind::Acceptance,
                EventKind::PartialAcceptance => EntryKind::PartialAcceptance,
                EventKind::Rejection => EntryKind::Rejection,
                EventKind::Treatment => EntryKind::Treatment,
                EventKind::Closing => EntryKind::Closing,
                EventKind::Inspection => EntryKind::Inspection,
                EventKind::Incident => EntryKind::Incident,
                EventKind::Hold => EntryKind::Hold,
                EventKind::Release => EntryKind::Release,
                EventKind::Note => EntryKind::Note,
                EventKind::PositionSupplement => EntryKind::PositionSupplement,
            },
        }
    }
}

/// An entry that the state it met cannot follow; names both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransitionError {
    /// The same step has been taken already: a second scan of the same thing.
    #[error("{entry} is already recorded in state {state}")]
    Repeated {
        /// State that was met.
        state: ManifestState,
        /// What came.
        entry: EntryKind,
    },
    /// What the event says contradicts itself (see [`super::receipt::faults`]).
    #[error("{entry} contradicts itself")]
    Contradictory {
        /// What came.
        entry: EntryKind,
    },
    /// The state does not lead there.
    #[error("{entry} cannot follow state {state}")]
    OutOfOrder {
        /// State that was met.
        state: ManifestState,
        /// What came.
        entry: EntryKind,
    },
}
