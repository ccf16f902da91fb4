//! A phone: a key that never leaves it, numbered events, and an outbox in the hands of the story.

use crate::captured::Captured;
use crate::http::Answer;
use crate::manifest::Load;
use crate::person::Person;
use crate::registry::{self, Registry};
use crate::scan::Scan;
use crate::signer::Signer;
use crate::{TestClock, World};
use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use domain::id::EventId;
use domain::plate::Plate;
use domain::seal::device::DeviceClaims;
use domain::seal::envelope::{Unverified, seal};
use domain::seal::jws;
use domain::seal::key::SigningKey;
use domain::seal::live::{Carried, LIVE_MAX, LiveClaims};
use ring::rand::SystemRandom;
use serde_json::{Value, json};
use store::devices;

/// An event as it leaves the phone.
#[derive(Debug, Clone)]
pub struct Signed {
    /// Its id.
    pub id: EventId,
    /// The compact JWS.
    pub jws: String,
}

/// An enrolled phone.
#[derive(Debug, Clone)]
pub struct Phone {
    /// Whose it is.
    pub owner: Person,
    /// Its certificate, as the server sent it.
    pub certificate: String,
    signer: Signer,
    clock: TestClock,
    ahead: TimeDelta,
}

impl std::ops::Deref for Phone {
    type Target = Signer;
    fn deref(&self) -> &Signer {
        &self.signer
    }
}

/// A fresh P-256 key.
///
/// # Panics
/// When there is no randomness.
#[must_use]
pub fn new_key() -> SigningKey {
    registry::new_key().unwrap()
}

/// The public half as a JSON Web Key.
#[must_use]
pub fn jwk(key: &SigningKey) -> Value {
    let xy = key.public().xy();
    json!({"kty": "EC", "crv": "P-256", "x": BASE64URL_NOPAD.encode(&xy[..32]), "y": BASE64URL_NOPAD.encode(&xy[32..])})
}

/// Proof of possession of a key, for an invitation's code.
///
/// # Panics
/// When there is no randomness.
#[must_use]
pub fn proof(key: &SigningKey, code: &str, at: DateTime<Utc>) -> String {
    let payload = json!({"purpose": "enrol", "code": code, "iat": at.timestamp()}).to_string();
    jws::sign("enrol", payload.as_bytes(), key, &SystemRandom::new()).unwrap()
}

impl World {
    /// Enrols a phone for somebody, with an invitation by somebody at a desk of the same organisation.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn phone_of(&self, person: &Person) -> Phone {
        let invitation =
            self.cast.admin.press(&format!("/api/v1/people/{}/invitations", person.id)).await.expect(201);
        let code = invitation["code"].as_str().unwrap();
        let key = new_key();
        let body = json!({
            "name": format!("Điện thoại của {}", person.name),
            "public_key": jwk(&key),
            "code": code,
            "proof": proof(&key, code, self.clock.now()),
        });
        let device = person.post("/api/v1/devices", &body).await.expect(201);
        Phone {
            owner: person.clone(),
            certificate: device["certificate"].as_str().unwrap().to_owned(),
            signer: Signer::new(device["id"].as_str().unwrap().parse().unwrap(), key),
            clock: self.clock.clone(),
            ahead: TimeDelta::zero(),
        }
    }
}

impl World {
    /// A phone that is on record already, in this standing: for stories that need many and are not about enrolling.
    ///
    /// # Panics
    /// When the database fails.
    pub async fn phone_on_record(&self, person: &Person, status: devices::Status) -> Phone {
        let key = new_key();
        let mut tx = self.app.db.begin("tests.phone").await.unwrap();
        let since = self.app.now();
        let mut registry = Registry { app: &self.app, tx: &mut tx, since };
        let owner = (person.id, person.organisation_id);
        let id = registry.device("Điện thoại", owner, &key, status).await.unwrap();
        tx.commit().await.unwrap();
        Phone {
            owner: person.clone(),
            certificate: String::new(),
            signer: Signer::new(id, key),
            clock: self.clock.clone(),
            ahead: TimeDelta::zero(),
        }
    }
}

impl Phone {
    /// The same phone in another world, with that world's time and the same numbering.
    #[must_use]
    pub fn in_world(&self, world: &World) -> Self {
        Self { owner: world.here(&self.owner), clock: world.clock.clone(), ..self.clone() }
    }

    /// The same phone with its clock set wrong.
    #[must_use]
    pub fn running_ahead(&self, ahead: TimeDelta) -> Self {
        Self { ahead, ..self.clone() }
    }

    /// The time it shows.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now() + self.ahead
    }

    /// The time it shows a millisecond later: no two scans of a story happen at once.
    pub(crate) fn tick(&self) -> DateTime<Utc> {
        self.clock.advance(TimeDelta::milliseconds(1));
        self.now()
    }

    /// Signs a payload as it is.
    ///
    /// # Panics
    /// When there is no randomness.
    #[must_use]
    pub fn sign(&self, payload: &Value) -> String {
        self.signer.sign(payload).unwrap()
    }

    /// The text of the live code on its screen now.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn shows(&self, carried: Carried, plate: &str, pickup: EventId) -> String {
        let certificate = BASE64URL_NOPAD.decode(self.certificate.as_bytes()).unwrap();
        let certificate = Unverified::<DeviceClaims>::decode(&certificate).unwrap();
        let claims = LiveClaims::new(certificate, carried, &Plate(plate.to_owned()), pickup, self.now());
        let seal = seal(&claims, &self.key, &SystemRandom::new()).unwrap();
        assert!(seal.bytes().len() <= LIVE_MAX);
        BASE32_NOPAD.encode(seal.bytes())
    }

    /// Sends events now; one result each.
    ///
    /// # Panics
    /// When the server does not take the batch.
    pub async fn send(&self, events: &[&Signed]) -> Vec<Captured> {
        let texts: Vec<Value> = events.iter().map(|event| json!(event.jws)).collect();
        Captured::all(&self.post(&texts).await.ok())
    }

    /// Sends whatever it is told to send.
    pub async fn post(&self, events: &[Value]) -> Answer {
        let sent_at = self.now();
        self.owner.post("/api/v1/field/events", &json!({"sent_at": sent_at, "events": events})).await
    }

    /// The driver takes the load.
    pub fn picks_up(&self, load: &Load) -> Scan {
        Scan::new(self, "pickup", load).confirmed_on_glass()
    }

    /// The driver scans at the facility.
    pub fn delivers(&self, load: &Load) -> Scan {
        Scan::new(self, "delivery", load)
    }

    /// The gate scans the truck in.
    pub fn sees_arrive(&self, load: &Load) -> Scan {
        Scan::new(self, "arrival", load)
    }

    /// The facility takes the load, with grams of its first line at the scale.
    pub fn accepts(&self, load: &Load, received_g: i64) -> Scan {
        Scan::new(self, "acceptance", load).weighing(&[(1, received_g, 0)]).unseen()
    }

    /// Another kind of event about the load.
    pub fn records(&self, kind: &str, load: &Load) -> Scan {
        Scan::new(self, kind, load)
    }

    /// A better fix for an earlier event of this phone.
    pub fn supplements(&self, event: EventId, load: &Load) -> Scan {
        Scan::new(self, "position_supplement", load).unseen().with("supplements", json!(event))
    }
}
