//! The signed envelope of every seal: COSE_Sign1 (RFC 9052 §4.2, tag 18) with ES256, one way to write it.
//!
//! [`Unverified::decode`] reads for showing and for choosing a key; only a check of the signature turns it into a
//! [`Sealed`], which keeps the bytes that were signed. Acting functions take `&Sealed<_>`.

use super::cbor::{self, COSE_SIGN1, CborError, ClaimsError, MapReader};
use super::key::{KeyError, Kid, PublicKey, SigningKey, sha256};
use super::proven::Proven;
use chrono::{DateTime, Duration, Utc};
use coset::cbor::value::Value;
use coset::{CoseSign1, CoseSign1Builder, HeaderBuilder, TaggedCborSerializable, iana};
use ring::rand::SecureRandom;

words! {
    /// What an envelope carries; part of what is signed, so that a wall code can never pass for a manifest.
    pub enum Typ {
        /// QR of a manifest.
        Manifest = "manifest",
        /// Code on the wall of a site.
        Site = "site",
        /// Status list.
        Status = "status",
        /// Trust list.
        Trust = "trust",
        /// Certificate of a device.
        Device = "device",
        /// Live code on a driver's screen.
        Live = "live",
    }
}

impl Typ {
    /// Most bytes that the payload may have: 1 KiB, and 1 MiB for the two lists.
    #[must_use]
    pub const fn payload_limit(self) -> usize {
        match self {
            Self::Status | Self::Trust => 1024 * 1024,
            Self::Manifest | Self::Site | Self::Device | Self::Live => 1024,
        }
    }
}

/// Clocks of issuer and reader may differ by this much.
pub const SKEW: Duration = Duration::minutes(5);

/// Bytes around a payload: at most this many.
const OVERHEAD_MAX: usize = 128;
const HEADER_ALG: i64 = 1;
const HEADER_CRIT: i64 = 2;
const HEADER_KID: i64 = 4;
/// `typ` (RFC 9596).
const HEADER_TYP: i64 = 16;
const ES256: i64 = -7;

/// The claims of one kind of seal and their CBOR form.
pub trait Claims: Sized + Clone {
    /// What the protected header must say.
    const TYP: Typ;
    /// True when a seal past its expiry verifies no more; false when being expired is for the verdict to say.
    const ENDS_AT_EXPIRY: bool;

    /// When the issuer sealed it.
    fn issued_at(&self) -> DateTime<Utc>;
    /// The last instant it is good for.
    fn expires_at(&self) -> DateTime<Utc>;
    /// The payload.
    fn to_cbor(&self) -> Value;
    /// Reads the payload.
    ///
    /// # Errors
    /// [`ClaimsError`] naming the claim.
    fn from_cbor(value: Value) -> Result<Self, ClaimsError>;

    /// True when `now` is past the expiry by more than [`SKEW`].
    fn is_expired(&self, now: DateTime<Utc>) -> bool {
        now - SKEW > self.expires_at()
    }
    /// True when it claims to be made later than [`SKEW`] after `now`.
    fn is_from_the_future(&self, now: DateTime<Utc>) -> bool {
        self.issued_at() > now + SKEW
    }
}

/// Why bytes are not an envelope of the wanted kind: one variant per rule, checked in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// More bytes than the kind allows.
    #[error("the seal is larger than {limit} bytes")]
    TooLarge {
        /// Bytes allowed.
        limit: usize,
    },
    /// Envelope, header or payload is not canonical CBOR.
    #[error("the seal is not canonical CBOR")]
    Cbor(#[source] CborError),
    /// Not tag 18 around [bstr, map, bstr, bstr].
    #[error("the seal is not a tagged COSE_Sign1")]
    NotCoseSign1,
    /// Something stands in the unprotected header.
    #[error("the unprotected header is not empty")]
    UnprotectedHeader,
    /// The header demands an extension; none is known.
    #[error("the header has critical parameters")]
    CriticalHeader,
    /// Not ES256.
    #[error("the algorithm is not ES256")]
    Algorithm,
    /// No key id of 8 bytes.
    #[error("the key id is not 8 bytes")]
    KeyId,
    /// No known `typ`.
    #[error("the seal does not say what it is")]
    Typ,
    /// The header holds a parameter nobody knows.
    #[error("the header has an unknown parameter")]
    UnknownHeader,
    /// A seal of another kind.
    #[error("this is a {found} seal, not a {expected} seal")]
    WrongTyp {
        /// What was wanted.
        expected: Typ,
        /// What it is.
        found: Typ,
    },
    /// Signature not 64 bytes.
    #[error("the signature is not 64 bytes")]
    SignatureLength,
    /// The payload is not what its kind demands.
    #[error("the claims of the seal are wrong")]
    Claims(#[source] ClaimsError),
}

impl EnvelopeError {
    /// Stable code of the rule.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::Cbor(error) => error.code(),
            Self::NotCoseSign1 => "not_cose_sign1",
            Self::UnprotectedHeader => "unprotected_header",
            Self::CriticalHeader => "critical_header",
            Self::Algorithm => "algorithm",
            Self::KeyId => "key_id",
            Self::Typ => "typ",
            Self::UnknownHeader => "unknown_header",
            Self::WrongTyp { .. } => "wrong_typ",
            Self::SignatureLength => "signature_length",
            Self::Claims(error) => error.code(),
        }
    }
}

impl From<CborError> for EnvelopeError {
    fn from(error: CborError) -> Self {
        Self::Cbor(error)
    }
}

impl From<ClaimsError> for EnvelopeError {
    fn from(error: ClaimsError) -> Self {
        Self::Claims(error)
    }
}

/// Why claims could not be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The claims do not fit, or could not be read back.
    #[error("the claims cannot be sealed")]
    Envelope(#[source] EnvelopeError),
    /// The key did not sign.
    #[error("the key did not sign")]
    Key(#[source] KeyError),
}

impl SealError {
    /// Stable code of the rule.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Envelope(error) => error.code(),
            Self::Key(error) => error.code(),
        }
    }
}

/// The parts of an envelope, whatever it carries.
#[derive(Debug, Clone)]
struct Envelope {
    kid: Kid,
    typ: Typ,
    payload: Vec<u8>,
    signature: [u8; 64],
    /// The Sig_structure: what the signature covers.
    signed: Vec<u8>,
}

impl Envelope {
    fn decode(bytes: &[u8], expected: Option<Typ>) -> Result<Self, EnvelopeError> {
        let limit = expected.map_or(Typ::Manifest.payload_limit(), Typ::payload_limit);
        if bytes.len() > limit + OVERHEAD_MAX {
            return Err(EnvelopeError::TooLarge { limit: limit + OVERHEAD_MAX });
        }
        let value = cbor::decode(bytes)?;
        let Value::Tag(COSE_SIGN1, inner) = value else { return Err(EnvelopeError::NotCoseSign1) };
        let [
            Value::Bytes(protected),
            Value::Map(unprotected),
            Value::Bytes(payload),
            Value::Bytes(signature),
        ] = &cbor::tuple::<4>(*inner, "envelope").map_err(|_| EnvelopeError::NotCoseSign1)?
        else {
            return Err(EnvelopeError::NotCoseSign1);
        };
        if !unprotected.is_empty() {
            return Err(EnvelopeError::UnprotectedHeader);
        }
        let (kid, typ) = read_header(protected)?;
        if let Some(expected) = expected.filter(|expected| *expected != typ) {
            return Err(EnvelopeError::WrongTyp { expected, found: typ });
        }
        let limit = typ.payload_limit();
        if payload.len() > limit {
            return Err(EnvelopeError::TooLarge { limit });
        }
        let signature =
            <[u8; 64]>::try_from(signature.as_slice()).map_err(|_| EnvelopeError::SignatureLength)?;
        // Everything coset could dislike was refused above; it keeps the header's own bytes for the Sig_structure.
        let cose = CoseSign1::from_tagged_slice(bytes).map_err(|_| EnvelopeError::NotCoseSign1)?;
        Ok(Self { kid, typ, payload: payload.clone(), signature, signed: cose.tbs_data(b"") })
    }
}

fn read_header(protected: &[u8]) -> Result<(Kid, Typ), EnvelopeError> {
    let mut header =
        MapReader::new(cbor::decode(protected)?, "header").map_err(|_| EnvelopeError::NotCoseSign1)?;
    if header.take(HEADER_CRIT).is_some() {
        return Err(EnvelopeError::CriticalHeader);
    }
    if header.take(HEADER_ALG) != Some(Value::from(ES256)) {
        return Err(EnvelopeError::Algorithm);
    }
    let kid = header.require(HEADER_KID, "kid").and_then(|value| cbor::bytes::<8>(&value, "kid"));
    let kid = Kid(kid.map_err(|_| EnvelopeError::KeyId)?);
    let typ = header
        .take(HEADER_TYP)
        .and_then(|value| value.as_text().and_then(|text| text.parse().ok()))
        .ok_or(EnvelopeError::Typ)?;
    if !header.is_empty() {
        return Err(EnvelopeError::UnknownHeader);
    }
    Ok((kid, typ))
}

/// Says what a small seal (any but the two lists) is, without checking its claims or its signature.
///
/// # Errors
/// [`EnvelopeError`] when it is no envelope.
pub fn peek_typ(bytes: &[u8]) -> Result<Typ, EnvelopeError> {
    Envelope::decode(bytes, None).map(|envelope| envelope.typ)
}

/// Claims that were read but whose signature nobody has checked.
#[derive(Debug, Clone)]
pub struct Unverified<T> {
    claims: T,
    envelope: Envelope,
    bytes: Vec<u8>,
}

impl<T: Claims> Unverified<T> {
    /// Reads an envelope of this kind.
    ///
    /// # Errors
    /// [`EnvelopeError`]: the first broken rule.
    pub fn decode(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let envelope = Envelope::decode(bytes, Some(T::TYP))?;
        let claims = T::from_cbor(cbor::decode(&envelope.payload)?)?;
        Ok(Self { claims, envelope, bytes: bytes.to_vec() })
    }

    /// What it claims; nothing to act on.
    #[must_use]
    pub const fn claims(&self) -> &T {
        &self.claims
    }

    /// Name of the key that it says signed it.
    #[must_use]
    pub const fn kid(&self) -> Kid {
        self.envelope.kid
    }

    /// r ‖ s, unchecked.
    #[must_use]
    pub const fn signature(&self) -> &[u8; 64] {
        &self.envelope.signature
    }

    /// Puts an envelope together from parts that travelled apart, as the certificate inside a live code does; the
    /// result is as unverified as any.
    ///
    /// # Errors
    /// [`EnvelopeError`] when the parts are no envelope of this kind.
    pub fn assemble(claims: &T, kid: Kid, signature: [u8; 64]) -> Result<Self, EnvelopeError> {
        let bytes = builder(T::TYP, kid, cbor::encode(&claims.to_cbor())?)
            .signature(signature.to_vec())
            .build()
            .to_tagged_vec()
            .map_err(|_| EnvelopeError::NotCoseSign1)?;
        Self::decode(&bytes)
    }

    /// SHA-256 of what was signed (not of the signature, which has many valid forms): the seal's identity in tables.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        sha256(&self.envelope.signed)
    }

    /// The COSE_Sign1 bytes as received.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// True when this key signed it.
    #[must_use]
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        self.envelope.kid == key.kid() && key.verifies(&self.envelope.signed, &self.envelope.signature)
    }

    /// As [`Unverified::is_signed_by`], remembering what was proven.
    pub(super) fn is_proven_by(&self, key: &PublicKey, proven: &Proven) -> bool {
        self.envelope.kid == key.kid()
            && proven.verifies(key, &self.envelope.signed, &self.envelope.signature)
    }

    /// The seal, for callers inside this module that have checked the signature and the key's standing.
    pub(super) fn into_sealed(self) -> Sealed<T> {
        Sealed { kid: self.envelope.kid, digest: self.digest(), claims: self.claims, bytes: self.bytes }
    }
}

/// Claims whose signature was checked against a key in good standing, with the bytes as received.
#[derive(Debug, Clone)]
pub struct Sealed<T> {
    claims: T,
    kid: Kid,
    digest: [u8; 32],
    bytes: Vec<u8>,
}

impl<T> Sealed<T> {
    /// What the issuer says.
    #[must_use]
    pub const fn claims(&self) -> &T {
        &self.claims
    }

    /// The key that signed.
    #[must_use]
    pub const fn kid(&self) -> Kid {
        self.kid
    }

    /// SHA-256 of what was signed: the seal's identity in tables.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The COSE_Sign1 bytes as received or made.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Signs claims.
///
/// # Errors
/// [`SealError`] when the claims are too large or out of their ranges, or the key fails.
pub fn seal<T: Claims>(
    claims: &T,
    key: &SigningKey,
    random: &dyn SecureRandom,
) -> Result<Sealed<T>, SealError> {
    let payload = cbor::encode(&claims.to_cbor()).map_err(|error| SealError::Envelope(error.into()))?;
    let bytes = sign_payload(T::TYP, payload, key, random)?;
    // Reading it back proves that every reader will accept it.
    Unverified::decode(&bytes).map(Unverified::into_sealed).map_err(SealError::Envelope)
}

/// Length in bytes of the envelope that [`seal`] would make of these claims.
#[must_use]
pub fn sealed_len<T: Claims>(claims: &T) -> usize {
    let payload = cbor::encode(&claims.to_cbor()).map_or(usize::MAX / 2, |bytes| bytes.len());
    let byte_string = |len: usize| match len {
        0..24 => 1 + len,
        24..256 => 2 + len,
        256..65_536 => 3 + len,
        _ => 5 + len,
    };
    // Map of three; 1: -7; 4: 8 bytes; 16: text.
    let header = 1 + 2 + 10 + 2 + T::TYP.as_str().len();
    2 + byte_string(header) + 1 + byte_string(payload) + byte_string(64)
}

fn sign_payload(
    typ: Typ,
    payload: Vec<u8>,
    key: &SigningKey,
    random: &dyn SecureRandom,
) -> Result<Vec<u8>, SealError> {
    builder(typ, key.kid(), payload)
        .try_create_signature(b"", |signed| key.sign(signed, random).map(|signature| signature.to_vec()))
        .map_err(SealError::Key)?
        .build()
        .to_tagged_vec()
        .map_err(|_| SealError::Envelope(EnvelopeError::NotCoseSign1))
}

/// An envelope without its signature.
fn builder(typ: Typ, kid: Kid, payload: Vec<u8>) -> CoseSign1Builder {
    let protected = HeaderBuilder::new()
        .algorithm(iana::Algorithm::ES256)
        .key_id(kid.0.to_vec())
        .value(HEADER_TYP, Value::Text(typ.as_str().to_owned()))
        .build();
    CoseSign1Builder::new().protected(protected).payload(payload)
}
