//! One scan in the making: what the phone is about to sign.

use crate::captured::Captured;
use crate::manifest::Load;
use crate::new_id;
use crate::phone::{Phone, Signed};
use crate::places::{PLATE, Place};
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use domain::id::EventId;
use serde_json::{Map, Value, json};

/// Accuracy of a usual fix, metres.
const USUAL_ACCURACY_M: f64 = 8.0;

/// An event before it is signed. Everything is as on an ordinary day until the story says otherwise.
#[derive(Debug, Clone)]
#[must_use]
pub struct Scan {
    phone: Phone,
    payload: Map<String, Value>,
    wall_code: Option<String>,
}

impl Scan {
    pub(crate) fn new(phone: &Phone, kind: &str, load: &Load) -> Self {
        let now = phone.tick();
        let Value::Object(payload) = json!({
            "id": new_id::<EventId>(now),
            "kind": kind,
            "manifest_id": load.id,
            "event_time": in_hanoi(now),
            "code": load.code,
            "code_source": "camera",
            "site_code": null,
            "position": null,
            "position_missing": null,
            "plate": PLATE,
            "lines": [],
            "files": [],
        }) else {
            unreachable!("an object was written")
        };
        Self { phone: phone.clone(), payload, wall_code: None }
    }

    /// Sets a field as it goes over the wire.
    pub fn with(mut self, field: &str, value: Value) -> Self {
        self.payload.insert(field.to_owned(), value);
        self
    }

    /// Standing in the middle of a place.
    pub fn at(mut self, place: &Place) -> Self {
        self.wall_code = Some(place.wall_code.clone());
        self.standing(place.lat, place.lon, USUAL_ACCURACY_M)
    }

    /// Standing somewhere, with a radius of accuracy in metres.
    pub fn standing(self, lat: f64, lon: f64, accuracy_m: f64) -> Self {
        let fix_time = self.phone.now();
        self.with(
            "position",
            json!({"lat": lat, "lon": lon, "accuracy_m": accuracy_m, "speed_mps": 0.0, "heading_deg": null,
                   "fix_time": fix_time, "mocked": false}),
        )
    }

    /// As many metres north of a place.
    pub fn north_of(self, place: &Place, metres: f64) -> Self {
        self.standing(place.lat + metres / 111_000.0, place.lon, USUAL_ACCURACY_M)
    }

    /// As many metres south of a place.
    pub fn south_of(self, place: &Place, metres: f64) -> Self {
        self.north_of(place, -metres)
    }

    /// With a fix from an app that makes positions up.
    pub fn mocked(mut self) -> Self {
        self.payload["position"]["mocked"] = json!(true);
        self
    }

    /// With a fix made some time before the event.
    pub fn with_fix_older_by(mut self, age: TimeDelta) -> Self {
        self.payload["position"]["fix_time"] = json!(self.phone.now() - age);
        self
    }

    /// Without a fix, for a reason.
    pub fn without_position(self, reason: &str) -> Self {
        self.with("position", Value::Null).with("position_missing", json!(reason))
    }

    /// Scanning the code on the wall of the place it stands at.
    ///
    /// # Panics
    /// When it stands at none.
    pub fn with_wall_code(self) -> Self {
        let code = self.wall_code.clone().unwrap();
        self.with("site_code", json!(code))
    }

    /// Scanning the code on the wall of another place.
    pub fn with_wall_code_of(self, place: &Place) -> Self {
        self.with("site_code", json!(place.wall_code))
    }

    /// Seeing another plate.
    pub fn on_plate(self, plate: &str) -> Self {
        self.with("plate", json!(plate))
    }

    /// Not looking at truck or position: signed in an office.
    pub fn unseen(self) -> Self {
        self.with("plate", Value::Null)
    }

    /// Signed by the generator on the driver's screen.
    pub fn confirmed_on_glass(self) -> Self {
        self.with("counterparty", json!({"kind": "glass", "name": "Người giao 1", "proof": "M0 0L10 10"}))
    }

    /// Confirmed by six digits.
    pub fn confirmed_with_code(self, digits: &str) -> Self {
        self.with("counterparty", json!({"kind": "code", "proof": digits}))
    }

    /// Confirmed on the generator's own phone or desk, says the driver.
    pub fn confirmed_elsewhere(self) -> Self {
        self.with("counterparty", json!({"kind": "signed"}))
    }

    /// Confirmed by nobody.
    pub fn unconfirmed(self) -> Self {
        self.with("counterparty", json!({"kind": "none"}))
    }

    /// Masses by line: number, grams, refused grams among them.
    pub fn weighing(self, lines: &[(i32, i64, i64)]) -> Self {
        let lines: Vec<Value> = lines
            .iter()
            .map(|(line, mass_g, refused_g)| json!({"line": line, "mass_g": mass_g, "refused_g": refused_g}))
            .collect();
        self.with("lines", json!(lines))
    }

    /// With a reason, as a partial acceptance, a rejection or a hold needs one.
    pub fn because(self, reason: &str) -> Self {
        self.with("details", json!({"reason": reason}))
    }

    /// With the clock error that the phone measured at its last sync: server time minus phone time.
    pub fn with_measured_clock(self, offset: TimeDelta) -> Self {
        let measured_at = self.phone.now();
        self.with("clock", json!({"offset_ms": offset.num_milliseconds(), "measured_at": measured_at}))
    }

    /// Signs it: from here on it is history.
    #[must_use]
    pub fn sign(mut self) -> Signed {
        self.payload.insert("device_seq".to_owned(), json!(self.phone.next_seq()));
        let id = self.payload["id"].as_str().unwrap_or_default().parse().unwrap();
        Signed { id, jws: self.phone.sign(&Value::Object(self.payload)) }
    }

    /// Signs it and sends it at once.
    ///
    /// # Panics
    /// When the server does not take it.
    pub async fn send(self) -> Captured {
        let phone = self.phone.clone();
        let signed = self.sign();
        phone.send(&[&signed]).await.pop().unwrap()
    }
}

/// The instant as phones in Vietnam write it.
fn in_hanoi(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    at.with_timezone(&FixedOffset::east_opt(7 * 3600).unwrap())
}
