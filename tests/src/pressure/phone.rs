//! A phone with its own key: signs custody events as the PWA does.

use super::issue::Load;
use super::person::Person;
use crate::signer::Signer;
use chrono::{DateTime, SecondsFormat, Utc};
use domain::id::EventId;
use serde_json::{Value, json};

/// An enrolled phone of a signed-in person.
#[derive(Debug)]
pub struct Phone {
    /// Whose it is.
    pub person: Person,
    /// Its key and numbering.
    pub signer: Signer,
}

/// Where somebody stands and what hangs on the wall there.
#[derive(Debug, Clone, Copy)]
pub struct Spot<'a> {
    /// Latitude, degrees.
    pub lat: f64,
    /// Longitude, degrees.
    pub lon: f64,
    /// Text of the wall code.
    pub wall_code: &'a str,
}

impl Phone {
    /// A payload with what every kind carries: a fresh number, the time, the load's code, and the spot if one is given.
    #[must_use]
    pub fn payload(
        &self,
        id: EventId,
        kind: &str,
        load: &Load,
        spot: Option<Spot<'_>>,
        now: DateTime<Utc>,
    ) -> Value {
        let at = now.to_rfc3339_opts(SecondsFormat::Millis, true);
        let position = spot.map(|spot| {
            json!({ "lat": spot.lat, "lon": spot.lon, "accuracy_m": 12.0, "speed_mps": 0.0, "fix_time": at,
                    "mocked": false })
        });
        let position_missing = if spot.is_none() { Some("unavailable") } else { None };
        json!({
            "id": id, "kind": kind, "manifest_id": load.id,
            "device_seq": self.signer.next_seq(), "event_time": at,
            "clock": { "offset_ms": 0, "measured_at": at },
            "code": load.code, "code_source": "camera", "site_code": spot.map(|spot| spot.wall_code),
            "position": position, "position_missing": position_missing, "plate": load.plate,
        })
    }

    /// A pickup with the masses loaded and the six digits that the generator reads out.
    #[must_use]
    pub fn pickup(&self, id: EventId, load: &Load, spot: Spot<'_>, now: DateTime<Utc>) -> Value {
        let mut payload = self.payload(id, "pickup", load, Some(spot), now);
        payload["lines"] = json!([{ "line": 1, "mass_g": load.mass_g }]);
        payload["packages"] = json!(4);
        payload["counterparty"] = json!({ "kind": "code", "proof": load.pickup_code });
        payload
    }

    /// The gate takes the whole load, weighed.
    #[must_use]
    pub fn acceptance(&self, id: EventId, load: &Load, spot: Spot<'_>, now: DateTime<Utc>) -> Value {
        let mut payload = self.payload(id, "acceptance", load, Some(spot), now);
        payload["lines"] = json!([{ "line": 1, "mass_g": load.mass_g }]);
        payload["weighing"] = json!({ "net_g": load.mass_g, "source": "scale" });
        payload
    }

    /// Signs a payload: the compact JWS as sent and stored.
    ///
    /// # Errors
    /// When the signer fails.
    pub fn sign(&self, payload: &Value) -> anyhow::Result<String> {
        self.signer.sign(payload)
    }
}
