//! Live code: what a driver's screen shows and renews every 15 seconds, so that a copied paper or a photographed
//! screen no longer passes for the truck that carries the load.
//!
//! The phone signs it; the issuer's certificate of that phone travels inside, so that another phone can check both
//! without a network. [`super::live_verdict`] judges one.

use super::cbor::{self, ClaimsError, MapReader};
use super::device::DeviceClaims;
use super::envelope::{Claims, Typ, Unverified};
use super::key::{Kid, PublicKey};
use super::manifest::CLAIM_PRIVATE;
use crate::id::{DeviceId, EventId, ManifestId, OrganisationId, PersonId, TripId};
use crate::plate::Plate;
use chrono::{DateTime, Duration, Utc};
use coset::cbor::value::Value;
use uuid::Uuid;

/// Most bytes of the whole envelope: as bare base32 it is a QR of version 15-M.
pub const LIVE_MAX: usize = 375;
/// Most manifests that one code names; a trip with more of them is named by its own id.
pub const MANIFESTS_MAX: usize = 2;
/// A new code every so many seconds.
pub const STEP_S: i64 = 15;
/// A code is good for less than two steps before and after the beginning of its own: a picture of it that is 30 seconds
/// old is worth nothing, whenever within its step it was taken.
pub const TOLERANCE: Duration = Duration::seconds(2 * STEP_S);

const ISSUER_MAX: usize = 32;
const PLATE_MAX: usize = 24;
/// Last step before the year 10000.
const STEP_LAST: u64 = 16_893_486_719;
/// kid ‖ device ‖ person ‖ organisation ‖ x ‖ y ‖ r ‖ s.
const FACTS: usize = 8 + 3 * 16 + 64 + 64;

/// Last 8 bytes of an event's id, the random half of a UUIDv7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EventTail(pub [u8; 8]);

impl From<EventId> for EventTail {
    fn from(event: EventId) -> Self {
        let mut tail = [0; 8];
        tail.copy_from_slice(&event.0.as_bytes()[8..]);
        Self(tail)
    }
}

/// What is on the truck.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carried {
    /// One manifest, or two.
    Manifests(Vec<ManifestId>),
    /// Everything of a trip.
    Trip(TripId),
}

/// Claims of a live code.
#[derive(Debug, Clone)]
pub struct LiveClaims {
    /// The issuer's word on the phone that signed; nobody has checked it yet.
    pub certificate: Unverified<DeviceClaims>,
    /// What is on the truck.
    pub carried: Carried,
    /// Plate of the truck in normal form, as the driver knows it: it may have changed after the manifest was sealed.
    pub plate: String,
    /// The latest pickup among what is carried.
    pub pickup: EventTail,
    /// Number of the 15-second step since 1970.
    pub step: u64,
}

/// The step that an instant belongs to; 0 before 1970.
#[must_use]
pub fn step_at(now: DateTime<Utc>) -> u64 {
    u64::try_from(now.timestamp().div_euclid(STEP_S)).unwrap_or(0)
}

impl LiveClaims {
    /// Claims of the code that a phone shows at `now`.
    #[must_use]
    pub fn new(
        certificate: Unverified<DeviceClaims>,
        carried: Carried,
        plate: &Plate,
        pickup: EventId,
        now: DateTime<Utc>,
    ) -> Self {
        Self { certificate, carried, plate: plate.normal(), pickup: pickup.into(), step: step_at(now) }
    }
}

impl Claims for LiveClaims {
    const TYP: Typ = Typ::Live;
    const ENDS_AT_EXPIRY: bool = true;

    fn issued_at(&self) -> DateTime<Utc> {
        let seconds = i64::try_from(self.step).unwrap_or(i64::MAX).saturating_mul(STEP_S);
        DateTime::from_timestamp(seconds, 0).unwrap_or_default()
    }

    fn expires_at(&self) -> DateTime<Utc> {
        self.issued_at() + TOLERANCE
    }

    fn to_cbor(&self) -> Value {
        let carried = match &self.carried {
            Carried::Manifests(ids) => Value::Array(ids.iter().map(|id| cbor::uuid(id.0)).collect()),
            Carried::Trip(id) => cbor::uuid(id.0),
        };
        let private = Value::Array(vec![
            write_certificate(&self.certificate),
            carried,
            Value::Text(self.plate.clone()),
            Value::Bytes(self.pickup.0.to_vec()),
            Value::from(self.step),
        ]);
        cbor::map(vec![(CLAIM_PRIVATE, private)])
    }

    fn from_cbor(value: Value) -> Result<Self, ClaimsError> {
        let mut claims = MapReader::new(value, "claims")?;
        let [certificate, carried, plate, pickup, step] =
            cbor::tuple(claims.require(CLAIM_PRIVATE, "live")?, "live")?;
        Ok(Self {
            certificate: read_certificate(certificate)?,
            carried: read_carried(carried)?,
            plate: cbor::text(plate, PLATE_MAX, "plate")?,
            pickup: EventTail(cbor::bytes(&pickup, "pickup")?),
            step: cbor::unsigned(&step, STEP_LAST, "step")?,
        })
    }

    fn is_expired(&self, now: DateTime<Utc>) -> bool {
        now >= self.expires_at()
    }

    fn is_from_the_future(&self, now: DateTime<Utc>) -> bool {
        self.issued_at() - now >= TOLERANCE
    }
}

/// The certificate without what every envelope has alike: 33 bytes fewer.
fn write_certificate(certificate: &Unverified<DeviceClaims>) -> Value {
    let claims = certificate.claims();
    let mut facts = Vec::with_capacity(FACTS);
    facts.extend_from_slice(&certificate.kid().0);
    facts.extend_from_slice(claims.device_id.0.as_bytes());
    facts.extend_from_slice(claims.person_id.0.as_bytes());
    facts.extend_from_slice(claims.organisation_id.0.as_bytes());
    facts.extend_from_slice(&claims.public_key.xy());
    facts.extend_from_slice(certificate.signature());
    Value::Array(vec![
        Value::Text(claims.issuer.clone()),
        cbor::seconds(claims.expires_at),
        cbor::seconds(claims.issued_at),
        Value::Bytes(facts),
    ])
}

/// Puts the certificate together again, byte for byte: there is only one way to write it.
fn read_certificate(value: Value) -> Result<Unverified<DeviceClaims>, ClaimsError> {
    let [issuer, expires_at, issued_at, facts] = cbor::tuple(value, "certificate")?;
    let issuer = cbor::text(issuer, ISSUER_MAX, "iss")?;
    let (expires_at, issued_at) = (cbor::instant(&expires_at, "exp")?, cbor::instant(&issued_at, "iat")?);
    let facts: [u8; FACTS] = cbor::bytes(&facts, "facts")?;
    let mut rest = facts.as_slice();
    let kid = Kid(take(&mut rest)?);
    let claims = DeviceClaims {
        issuer,
        issued_at,
        expires_at,
        device_id: DeviceId(Uuid::from_bytes(take(&mut rest)?)),
        person_id: PersonId(Uuid::from_bytes(take(&mut rest)?)),
        organisation_id: OrganisationId(Uuid::from_bytes(take(&mut rest)?)),
        public_key: PublicKey::from_xy(&take(&mut rest)?),
    };
    Unverified::assemble(&claims, kid, take(&mut rest)?).map_err(|_| ClaimsError::OutOfRange("certificate"))
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], ClaimsError> {
    let (taken, left) = rest.split_first_chunk::<N>().ok_or(ClaimsError::WrongType("facts"))?;
    *rest = left;
    Ok(*taken)
}

fn read_carried(value: Value) -> Result<Carried, ClaimsError> {
    let id = |value: &Value| cbor::bytes(value, "carried").map(Uuid::from_bytes);
    match value {
        Value::Array(ids) if ids.is_empty() || ids.len() > MANIFESTS_MAX => {
            Err(ClaimsError::OutOfRange("carried"))
        }
        Value::Array(ids) => ids
            .iter()
            .map(|value| id(value).map(ManifestId))
            .collect::<Result<_, _>>()
            .map(Carried::Manifests),
        value => id(&value).map(|id| Carried::Trip(TripId(id))),
    }
}
