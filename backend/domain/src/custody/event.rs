//! The payload of a custody event: what a device signs.
//!
//! Reading is strict where the event could not be kept otherwise (id, kind, manifest, times) and lenient everywhere
//! else: an odd optional field becomes an [`Oddity`] and later a finding, because authentic field data is never lost.

use crate::geo::position::Position;
use crate::id::{EventId, ManifestId, OrganisationId, TripId};
use crate::mass::Grams;
use crate::party::Role;
use crate::plate::Plate;
use crate::time::{Instant, instant};
use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

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
    /// Digits, signature strokes or a token, by kind.
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
    /// By kind: receiver_code, site_id, reason, performed_on, checklist, type.
    pub details: Map<String, Value>,
    /// Free remark.
    pub comment: Option<String>,
    /// SHA-256 of evidence files, lower-case hex.
    pub files: Vec<String>,
    /// Optional fields that were not what they should be.
    pub oddities: Vec<Oddity>,
}

impl EventPayload {
    /// Reads the signed payload.
    ///
    /// # Errors
    /// [`Unreadable`] when a field without which nothing can be kept is missing or malformed.
    pub fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        let Ok(Value::Object(mut map)) = serde_json::from_slice::<Value>(bytes) else {
            return Err(Unreadable { path: "", code: "bad_json" });
        };
        let id = required(&mut map, "id")?;
        let kind: EventKind = required(&mut map, "kind")?;
        let event_time: DateTime<FixedOffset> = required(&mut map, "event_time")?;
        if !(2000..=2200).contains(&chrono::Datelike::year(&event_time)) {
            return Err(Unreadable { path: "event_time", code: "out_of_range" });
        }
        let device_seq: i64 = required(&mut map, "device_seq")?;
        if device_seq < 0 {
            return Err(Unreadable { path: "device_seq", code: "out_of_range" });
        }
        let mut reader = Reader { map, oddities: Vec::new() };
        let manifest_id = match reader.map.remove("manifest_id") {
            None | Some(Value::Null) if kind.may_lack_manifest() => None,
            None | Some(Value::Null) => return Err(Unreadable { path: "manifest_id", code: "required" }),
            Some(value) => Some(
                serde_json::from_value(value)
                    .map_err(|_| Unreadable { path: "manifest_id", code: "bad_format" })?,
            ),
        };
        Ok(Self {
            id,
            kind,
            manifest_id,
            device_seq,
            event_time,
            trip_id: reader.optional("trip_id"),
            supplements: reader.supplements(kind),
            clock: reader.optional("clock"),
            acting: reader.optional("acting"),
            code: reader.optional("code"),
            code_source: reader.optional("code_source"),
            site_code: reader.optional("site_code"),
            position: reader.position(),
            position_missing: reader.optional("position_missing"),
            plate: reader.optional("plate"),
            lines: reader.lines(),
            packages: reader.optional("packages"),
            counterparty: reader.optional("counterparty"),
            weighing: reader.optional("weighing"),
            details: reader.optional("details").unwrap_or_default(),
            comment: reader.optional("comment"),
            files: reader.optional("files").unwrap_or_default(),
            oddities: reader.oddities,
        })
    }

    /// The event's phone time as a UTC instant.
    #[must_use]
    pub fn phone_instant(&self) -> Instant {
        instant(self.event_time.to_utc())
    }
}

fn required<T: DeserializeOwned>(map: &mut Map<String, Value>, path: &'static str) -> Result<T, Unreadable> {
    match map.remove(path) {
        None | Some(Value::Null) => Err(Unreadable { path, code: "required" }),
        Some(value) => serde_json::from_value(value).map_err(|_| Unreadable { path, code: "bad_format" }),
    }
}

/// Takes optional fields out of the payload and notes what it could not read.
struct Reader {
    map: Map<String, Value>,
    oddities: Vec<Oddity>,
}

impl Reader {
    fn odd(&mut self, path: impl Into<String>, code: &str) {
        self.oddities.push(Oddity { path: path.into(), code: code.to_owned() });
    }

    fn optional<T: DeserializeOwned>(&mut self, path: &str) -> Option<T> {
        match self.map.remove(path) {
            None | Some(Value::Null) => None,
            Some(value) => serde_json::from_value(value).ok().or_else(|| {
                self.odd(path, "bad_format");
                None
            }),
        }
    }

    fn position(&mut self) -> Option<Position> {
        let position: Position = self.optional("position")?;
        if !position.is_on_globe() {
            self.odd("position", "out_of_range");
            return None;
        }
        if position.accuracy_m.is_some_and(|m| !m.is_finite() || m < 0.0) {
            self.odd("position.accuracy_m", "out_of_range");
            return Some(Position { accuracy_m: None, ..position });
        }
        Some(position)
    }

    fn lines(&mut self) -> Vec<EventLine> {
        let values: Vec<Value> = self.optional("lines").unwrap_or_default();
        let mut lines = Vec::with_capacity(values.len());
        for (index, value) in values.into_iter().enumerate() {
            match serde_json::from_value::<EventLine>(value) {
                Err(_) => self.odd(format!("lines[{index}]"), "bad_format"),
                Ok(line) if [line.mass_g, line.refused_g].into_iter().flatten().any(|m| !m.in_range()) => {
                    self.odd(format!("lines[{index}]"), "out_of_range");
                }
                Ok(line) => lines.push(line),
            }
        }
        lines
    }

    /// A supplement names its event at the top level or, as older phones do, inside `details`.
    fn supplements(&mut self, kind: EventKind) -> Option<EventId> {
        let named = self.optional("supplements");
        if named.is_some() || kind != EventKind::PositionSupplement {
            return named;
        }
        let details = self.map.get("details")?.as_object()?;
        ["event_id", "supplements"].iter().find_map(|key| details.get(*key)?.as_str()?.parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::{EventKind, EventPayload, Unreadable};
    use serde_json::json;

    fn pickup() -> serde_json::Value {
        json!({"id": "01932c00-0000-7000-8000-000000000001", "kind": "pickup",
               "manifest_id": "01932c00-0000-7000-8000-000000000002", "device_seq": 12,
               "event_time": "2026-11-23T08:10:00.123+07:00", "code": null, "site_code": null, "position": null,
               "position_missing": "denied", "plate": "15C-123.45", "files": [], "weather": "kept and ignored"})
    }

    fn read(value: &serde_json::Value) -> Result<EventPayload, Unreadable> {
        EventPayload::read(value.to_string().as_bytes())
    }

    #[test]
    fn a_pickup_reads_and_unknown_fields_are_ignored() {
        let event = read(&pickup()).unwrap();
        assert_eq!(event.kind, EventKind::Pickup);
        assert_eq!(event.phone_instant().to_rfc3339(), "2026-11-23T01:10:00.123+00:00");
        assert!(event.oddities.is_empty());
    }

    #[test]
    fn a_position_off_the_globe_is_an_oddity_and_the_event_stays() {
        let mut value = pickup();
        value["position"] = json!({"lat": 999.0, "lon": 106.0});
        let event = read(&value).unwrap();
        assert_eq!(event.position, None);
        assert_eq!(event.oddities[0].path, "position");
    }

    #[test]
    fn negative_and_absurd_masses_are_oddities() {
        let mut value = pickup();
        value["lines"] = json!([{"line": 1, "mass_g": -5}, {"line": 2, "mass_g": 5}, {"line": "x"}]);
        let event = read(&value).unwrap();
        assert_eq!(event.lines.len(), 1);
        assert_eq!(event.oddities.len(), 2);
    }

    #[test]
    fn what_cannot_be_kept_says_which_field() {
        for (field, code) in [("id", "required"), ("kind", "required"), ("manifest_id", "required")] {
            let mut value = pickup();
            value[field] = json!(null);
            assert_eq!(read(&value).unwrap_err().code, code, "{field}");
        }
        let mut note = pickup();
        note["kind"] = json!("note");
        note["manifest_id"] = json!(null);
        assert!(read(&note).is_ok());
    }
}
