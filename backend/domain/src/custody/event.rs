//! The payload of a custody event: what a device signs.
//!
//! Reading is strict where the event could not be kept otherwise (id, kind, manifest, times) and lenient everywhere
//! else: an odd optional field becomes an [`Oddity`] and later a finding, because authentic field data is never lost.

use crate::file::{FileHash, FileSubject};
use crate::geo::position::Position;
use crate::id::{EventId, ManifestId, OrganisationId, TripId};
use crate::mass::Grams;
use crate::party::Role;
use crate::plate::Plate;
use crate::time::{Instant, instant};
use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

mod read;
#[cfg(test)]
mod tests;

words! {
    /// Kinds of custody events on the wire.
    pub enum EventKind {
        /// The driver takes the load at the generator's site.
        Pickup = "pickup",
        /// From one driver or carrier to the next.
        Handover = "handover",
        /// Put down at a transfer station.
        Storing = "storing",
        /// The driver's scan at the facility.
        Delivery = "delivery",
        /// The gate's scan.
        Arrival = "arrival",
        /// The facility takes the whole load.
        Acceptance = "acceptance",
        /// The facility takes a part.
        PartialAcceptance = "partial_acceptance",
        /// The facility refuses the load.
        Rejection = "rejection",
        /// Waste was treated.
        Treatment = "treatment",
        /// The facility certifies that everything was treated safely (section 8 of the form).
        Closing = "closing",
        /// An inspector looked.
        Inspection = "inspection",
        /// Something happened on the way.
        Incident = "incident",
        /// The authority holds the load.
        Hold = "hold",
        /// The authority lets it go.
        Release = "release",
        /// A remark.
        Note = "note",
        /// A better fix for an event of the same device.
        PositionSupplement = "position_supplement",
    }
}

impl EventKind {
    /// Kinds that may stand alone, without a manifest (then with a plate or a wall code).
    #[must_use]
    pub const fn may_lack_manifest(self) -> bool {
        matches!(self, Self::Inspection | Self::Incident | Self::Note)
    }
}

words! {
    /// Why an event has no position.
    pub enum PositionMissing {
        /// The person or the phone refused.
        Denied = "denied",
        /// No fix within the time budget.
        Timeout = "timeout",
        /// No positioning on this device.
        Unavailable = "unavailable",
    }
}

words! {
    /// How the generator confirmed the pickup.
    pub enum CounterpartyKind {
        /// On its own phone or desk.
        Signed = "signed",
        /// Six digits it read out.
        Code = "code",
        /// Signed on the driver's screen.
        Glass = "glass",
        /// Not at all.
        None = "none",
    }
}

/// The generator's consent at pickup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Counterparty {
    /// How.
    pub kind: CounterpartyKind,
    /// Name as written.
    #[serde(default)]
    pub name: Option<String>,
    /// By kind: the six digits; on the glass the SHA-256 of the signature's picture, or its strokes as an SVG path.
    #[serde(default)]
    pub proof: Option<String>,
}

/// The phone's estimate of its own clock error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PhoneClock {
    /// Server time minus phone time, milliseconds.
    pub offset_ms: i64,
    /// When that was measured, by the phone's clock.
    pub measured_at: DateTime<Utc>,
    /// Monotonic reading in milliseconds at the event, if the phone keeps one.
    #[serde(default)]
    pub mono_ms: Option<i64>,
}

/// Masses of one line in an event; the meaning follows the kind (DESIGN §7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EventLine {
    /// Line number.
    pub line: i32,
    /// At pickup loaded; at acceptance, partial acceptance and rejection received at the scale; at treatment treated.
    #[serde(default)]
    pub mass_g: Option<Grams>,
    /// Refused part of `mass_g`.
    #[serde(default)]
    pub refused_g: Option<Grams>,
    /// Treatment method.
    #[serde(default)]
    pub method: Option<String>,
}

words! {
    /// Where a weight comes from.
    pub enum WeighingSource {
        /// The weighbridge itself.
        Scale = "scale",
        /// Typed by hand.
        Typed = "typed",
        /// A public scale, with its ticket.
        PublicScale = "public_scale",
    }
}

/// A weighing at the gate, in grams.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Weighing {
    /// Truck and load.
    #[serde(default)]
    pub gross_g: Option<Grams>,
    /// Empty truck.
    #[serde(default)]
    pub tare_g: Option<Grams>,
    /// Load.
    #[serde(default)]
    pub net_g: Option<Grams>,
    /// Ticket number.
    #[serde(default)]
    pub ticket: Option<String>,
    /// Where it comes from.
    #[serde(default)]
    pub source: Option<WeighingSource>,
}

/// The role and organisation the signer says to act in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Acting {
    /// Role.
    pub role: Role,
    /// Organisation.
    pub organisation_id: OrganisationId,
}

/// An optional field that could not be read as what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oddity {
    /// Field path, such as `position.lat`.
    pub path: String,
    /// `bad_format` or `out_of_range`.
    pub code: String,
}

/// Why signed bytes are not a custody event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {code}")]
pub struct Unreadable {
    /// Field path; empty for the payload as a whole.
    pub path: &'static str,
    /// `bad_json`, `required`, `bad_format`, `unknown` or `out_of_range`.
    pub code: &'static str,
}

/// What the device signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventPayload {
    /// Made by the phone: UUIDv7.
    pub id: EventId,
    /// What happened.
    pub kind: EventKind,
    /// The manifest; absent only where [`EventKind::may_lack_manifest`] says so.
    pub manifest_id: Option<ManifestId>,
    /// The trip, if known.
    pub trip_id: Option<TripId>,
    /// For a `position_supplement`: the event it supplements.
    pub supplements: Option<EventId>,
    /// Number of the event on its device, from 1.
    pub device_seq: i64,
    /// The phone's clock, with its zone.
    pub event_time: DateTime<FixedOffset>,
    /// The phone's measured clock error.
    pub clock: Option<PhoneClock>,
    /// Role acted in.
    pub acting: Option<Acting>,
    /// Text of the scanned manifest code.
    pub code: Option<String>,
    /// How the code came in (camera, photo, typed, list).
    pub code_source: Option<String>,
    /// Text of the scanned wall code.
    pub site_code: Option<String>,
    /// Where, if known and on the globe.
    pub position: Option<Position>,
    /// Why not, if not.
    pub position_missing: Option<PositionMissing>,
    /// Plate of the truck as seen.
    pub plate: Option<Plate>,
    /// Masses by line.
    pub lines: Vec<EventLine>,
    /// Number of packages counted.
    pub packages: Option<i64>,
    /// The generator's consent.
    pub counterparty: Option<Counterparty>,
    /// Weighing at the gate.
    pub weighing: Option<Weighing>,
    /// By kind: receiver_code, site_id, reason, performed_on, name, checklist, type; numbers of physical seals.
    pub details: Map<String, Value>,
    /// Free remark.
    pub comment: Option<String>,
    /// Evidence files, each once, at most [`crate::file::MAX_FILES`]; they may arrive before or after the event.
    #[serde(deserialize_with = "read::hashes")]
    pub files: Vec<FileHash>,
    /// What they show, where the phone says.
    #[serde(default)]
    pub file_subjects: BTreeMap<FileHash, FileSubject>,
    /// Optional fields that were not what they should be.
    pub oddities: Vec<Oddity>,
}

impl EventPayload {
    /// The event's phone time as a UTC instant.
    #[must_use]
    pub fn phone_instant(&self) -> Instant {
        instant(self.event_time.to_utc())
    }
}
