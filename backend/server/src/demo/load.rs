//! One load of the demo's past: what was agreed, who scanned what where, how it ended.

use super::province::Habit;
use domain::custody::event::EventKind;
use domain::id::{EventId, ManifestId, PersonId, SiteId, TripId};
use domain::manifest::Side;
use domain::mass::Grams;
use domain::plate::Plate;
use domain::time::Instant;
use domain::waste::WasteLine;

/// How a load ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Taken whole.
    Accepted,
    /// A part was refused.
    Partial,
    /// Refused.
    Rejected,
    /// Cancelled before the pickup.
    Void,
}

/// How the generator consented to the pickup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Consent {
    /// Read out the six digits.
    Code,
    /// Signed on the driver's glass.
    Glass,
    /// Confirmed at its own desk.
    Signed,
    /// Not at all: a finding.
    Missing,
}

/// Where a scan says it was made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// A fix, in degrees and metres.
    Fix { lat: f64, lon: f64, accuracy_m: f64, mocked: bool },
    /// None, and why.
    Missing(&'static str),
    /// At a desk, where none is owed.
    Desk,
}

/// One signed event to be.
#[derive(Debug, Clone)]
pub(super) struct Scan {
    pub(super) id: EventId,
    pub(super) kind: EventKind,
    pub(super) person: PersonId,
    /// When it really happened.
    pub(super) at: Instant,
    /// When the server had it.
    pub(super) recorded_at: Instant,
    /// By how many milliseconds the phone's clock ran ahead.
    pub(super) ahead_ms: i64,
    /// Number on the phone, given when all scans are known.
    pub(super) seq: i64,
    pub(super) place: Place,
    pub(super) wall: Option<SiteId>,
    pub(super) plate: Option<Plate>,
}

/// What came over the scale of one line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weighed {
    pub(super) line: i32,
    pub(super) loaded_g: Grams,
    pub(super) received_g: Grams,
    pub(super) refused_g: Grams,
}

/// A load from its declaration to its end.
#[derive(Debug, Clone)]
pub(super) struct Load<'a> {
    pub(super) id: ManifestId,
    pub(super) trip_id: TripId,
    pub(super) habit: &'a Habit,
    pub(super) drafted_by: Side,
    pub(super) created_at: Instant,
    pub(super) proposed_at: Instant,
    pub(super) issued_at: Instant,
    pub(super) assigned_at: Instant,
    pub(super) planned_pickup_at: Instant,
    pub(super) planned_delivery_at: Instant,
    pub(super) driver: PersonId,
    pub(super) plate: Plate,
    pub(super) lines: Vec<WasteLine>,
    pub(super) weighed: Vec<Weighed>,
    /// The driver stated loaded masses.
    pub(super) loaded: bool,
    pub(super) consent: Consent,
    pub(super) fate: Fate,
    pub(super) scans: Vec<Scan>,
}

impl Load<'_> {
    /// The first scan of a kind.
    pub(super) fn scan_mut(&mut self, kind: EventKind) -> Option<&mut Scan> {
        self.scans.iter_mut().find(|scan| scan.kind == kind)
    }

    /// When the load was picked up, if it was.
    pub(super) fn picked_up_at(&self) -> Option<Instant> {
        self.scans.iter().find(|scan| scan.kind == EventKind::Pickup).map(|scan| scan.at)
    }

    /// When the server had everything about it.
    pub(super) fn last_recorded_at(&self) -> Instant {
        self.scans.iter().map(|scan| scan.recorded_at).fold(self.assigned_at, Instant::max)
    }
}
