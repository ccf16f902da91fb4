//! Certificate of a device: the issuer's word on whose phone holds which key, so that phones can check each other
//! offline.

use super::cbor::{self, ClaimsError, MapReader};
use super::envelope::{Claims, Typ};
use super::key::PublicKey;
use super::manifest::{CLAIM_CTI, CLAIM_EXP, CLAIM_IAT, CLAIM_ISS, CLAIM_PRIVATE};
use crate::id::{DeviceId, OrganisationId, PersonId};
use chrono::{DateTime, Duration, SubsecRound, Utc};
use coset::cbor::value::Value;
use uuid::Uuid;

/// A certificate is good for 90 days; the phone fetches the next one at any sign-in before that.
pub const VALID_FOR: Duration = Duration::days(90);

const ISSUER_MAX: usize = 32;

/// Claims of a device certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceClaims {
    /// Who sealed it.
    pub issuer: String,
    /// When.
    pub issued_at: DateTime<Utc>,
    /// Ninety days later.
    pub expires_at: DateTime<Utc>,
    /// The device.
    pub device_id: DeviceId,
    /// Its key.
    pub public_key: PublicKey,
    /// Whose phone it is.
    pub person_id: PersonId,
    /// For which organisation.
    pub organisation_id: OrganisationId,
}

impl DeviceClaims {
    /// Claims of a new certificate.
    #[must_use]
    pub fn new(
        issuer: &str,
        issued_at: DateTime<Utc>,
        device_id: DeviceId,
        public_key: PublicKey,
        person_id: PersonId,
        organisation_id: OrganisationId,
    ) -> Self {
        let issued_at = issued_at.trunc_subsecs(0);
        let expires_at = issued_at + VALID_FOR;
        Self {
            issuer: issuer.to_owned(),
            issued_at,
            expires_at,
            device_id,
            public_key,
            person_id,
            organisation_id,
        }
    }
}

impl Claims for DeviceClaims {
    const TYP: Typ = Typ::Device;
    const ENDS_AT_EXPIRY: bool = true;

    fn issued_at(&self) -> DateTime<Utc> {
        self.issued_at
    }

    fn expires_at(&self) -> DateTime<Utc> {
        self.expires_at
    }

    fn to_cbor(&self) -> Value {
        let private = Value::Array(vec![
            Value::Bytes(self.public_key.xy().to_vec()),
            cbor::uuid(self.person_id.0),
            cbor::uuid(self.organisation_id.0),
        ]);
        cbor::map(vec![
            (CLAIM_ISS, Value::Text(self.issuer.clone())),
            (CLAIM_EXP, cbor::seconds(self.expires_at)),
            (CLAIM_IAT, cbor::seconds(self.issued_at)),
            (CLAIM_CTI, cbor::uuid(self.device_id.0)),
            (CLAIM_PRIVATE, private),
        ])
    }

    fn from_cbor(value: Value) -> Result<Self, ClaimsError> {
        let mut claims = MapReader::new(value, "claims")?;
        let issuer = cbor::text(claims.require(CLAIM_ISS, "iss")?, ISSUER_MAX, "iss")?;
        let expires_at = cbor::instant(&claims.require(CLAIM_EXP, "exp")?, "exp")?;
        let issued_at = cbor::instant(&claims.require(CLAIM_IAT, "iat")?, "iat")?;
        let device = Uuid::from_bytes(cbor::bytes(&claims.require(CLAIM_CTI, "cti")?, "cti")?);
        let [key, person, organisation] = cbor::tuple(claims.require(CLAIM_PRIVATE, "device")?, "device")?;
        Ok(Self {
            issuer,
            issued_at,
            expires_at,
            device_id: DeviceId(device),
            public_key: PublicKey::from_xy(&cbor::bytes(&key, "public_key")?),
            person_id: PersonId(Uuid::from_bytes(cbor::bytes(&person, "person")?)),
            organisation_id: OrganisationId(Uuid::from_bytes(cbor::bytes(&organisation, "organisation")?)),
        })
    }
}
