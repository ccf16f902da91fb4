//! Trust list: which keys may sign seals, signed itself by a root key that phones pin when they are enrolled.

use super::cbor::{self, ClaimsError, MapReader};
use super::envelope::{Claims, SKEW, Sealed, Typ, Unverified};
use super::key::PublicKey;
use super::manifest::{CLAIM_EXP, CLAIM_IAT, CLAIM_ISS, CLAIM_PRIVATE};
use super::proven::Proven;
use super::qr::HOST_MAX;
use chrono::{DateTime, Utc};
use coset::cbor::value::Value;

const ISSUER_MAX: usize = 32;
const HOSTS_MAX: usize = 64;
const KEYS_MAX: usize = 256;

words! {
    /// What a key may sign.
    pub enum KeyUse {
        /// Manifests, wall codes, device certificates, status lists.
        Issuer = "issuer",
        /// Trust lists.
        Root = "root",
    }
}

/// Standing of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStanding {
    /// Signs.
    Active,
    /// Signs no more; what it sealed until then stays good.
    Retired {
        /// Last instant of a seal by it.
        at: DateTime<Utc>,
    },
    /// In wrong hands: nothing by it is good unless the issue table has it.
    Compromised {
        /// When that was found.
        at: DateTime<Utc>,
    },
}

/// One key and what it may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrustKey {
    /// The key.
    pub key: PublicKey,
    /// What it may sign.
    pub usage: KeyUse,
    /// Its standing.
    pub standing: KeyStanding,
    /// First instant of a seal by it.
    pub from: DateTime<Utc>,
}

/// The list as its token says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustList {
    /// Who made it: the installation's name.
    pub issuer: String,
    /// Rises with every list; a reader never goes back.
    pub seq: u64,
    /// When it was signed.
    pub issued_at: DateTime<Utc>,
    /// After this a phone cannot tell any more.
    pub expires_at: DateTime<Utc>,
    /// Hosts that may stand in a QR, lower case, with a port where there is one.
    pub hosts: Vec<String>,
    /// Every key ever trusted.
    pub keys: Vec<TrustKey>,
}

/// Why a seal does not verify: one variant per rule, checked in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// No key of that use has the key id.
    #[error("the trust list has no such key")]
    KeyUnknown,
    /// No key with that id made the signature.
    #[error("the signature is wrong")]
    Signature,
    /// Sealed before the key's first day.
    #[error("the key was not in force yet")]
    KeyNotYetActive,
    /// Sealed after the key was retired.
    #[error("the key was retired before")]
    KeyRetired,
    /// The key is in wrong hands.
    #[error("the key is compromised")]
    KeyCompromised,
    /// Sealed later than now and the clocks' tolerance.
    #[error("the seal is from the future")]
    FromTheFuture,
    /// Past its expiry.
    #[error("the seal has expired")]
    Expired,
}

impl VerifyError {
    /// Stable code of the rule.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::KeyUnknown => "key_unknown",
            Self::Signature => "signature",
            Self::KeyNotYetActive => "key_not_yet_active",
            Self::KeyRetired => "key_retired",
            Self::KeyCompromised => "key_compromised",
            Self::FromTheFuture => "from_the_future",
            Self::Expired => "expired",
        }
    }
}

/// Why a trust list is refused: one variant per rule, checked in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// Signed by no pinned root.
    #[error("the trust list is not signed by a pinned root")]
    UnknownRoot,
    /// The root did not make the signature.
    #[error("the trust list's signature is wrong")]
    Signature,
    /// The list held says that this root is in wrong hands.
    #[error("the root that signed the trust list is compromised")]
    RootCompromised,
    /// Lower number than the list held.
    #[error("the trust list is older than the one held")]
    OlderThanHeld,
    /// Signed later than now and the clocks' tolerance.
    #[error("the trust list is from the future")]
    FromTheFuture,
}

impl TrustError {
    /// Stable code of the rule.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownRoot => "unknown_root",
            Self::Signature => "signature",
            Self::RootCompromised => "root_compromised",
            Self::OlderThanHeld => "older_than_held",
            Self::FromTheFuture => "from_the_future",
        }
    }
}

impl TrustList {
    /// True when the host (any case) may stand in a QR.
    #[must_use]
    pub fn names_host(&self, host: &str) -> bool {
        self.hosts.iter().any(|listed| listed.eq_ignore_ascii_case(host))
    }

    /// The listed key of that use that made the signature of this seal, whatever its standing.
    ///
    /// # Errors
    /// [`VerifyError::KeyUnknown`] or [`VerifyError::Signature`].
    pub fn signer<T: Claims>(&self, seal: &Unverified<T>, usage: KeyUse) -> Result<&TrustKey, VerifyError> {
        self.find_signer(seal, usage, |key| seal.is_signed_by(key))
    }

    fn find_signer<T: Claims>(
        &self,
        seal: &Unverified<T>,
        usage: KeyUse,
        signed: impl Fn(&PublicKey) -> bool,
    ) -> Result<&TrustKey, VerifyError> {
        let mut named =
            self.keys.iter().filter(|key| key.usage == usage && key.key.kid() == seal.kid()).peekable();
        if named.peek().is_none() {
            return Err(VerifyError::KeyUnknown);
        }
        named.find(|key| signed(&key.key)).ok_or(VerifyError::Signature)
    }
}

impl TrustKey {
    /// Whether a seal made at `issued_at` by this key stands.
    ///
    /// # Errors
    /// [`VerifyError`] naming the key's standing.
    pub fn vouches_for(&self, issued_at: DateTime<Utc>) -> Result<(), VerifyError> {
        match self.standing {
            KeyStanding::Compromised { .. } => Err(VerifyError::KeyCompromised),
            _ if issued_at < self.from - SKEW => Err(VerifyError::KeyNotYetActive),
            KeyStanding::Retired { at } if issued_at > at => Err(VerifyError::KeyRetired),
            KeyStanding::Active | KeyStanding::Retired { .. } => Ok(()),
        }
    }
}

impl<T: Claims> Unverified<T> {
    /// Checks the signature and the key's standing, and the times; for verdicts with every sub-check see
    /// [`super::verdict::judge`].
    ///
    /// The age of the trust list is for the caller to say: a server holds its own.
    ///
    /// # Errors
    /// [`VerifyError`]: the first broken rule.
    pub fn verify(&self, trust: &TrustList, now: DateTime<Utc>) -> Result<Sealed<T>, VerifyError> {
        self.stands(trust.signer(self, KeyUse::Issuer)?, now)
    }

    /// As [`Unverified::verify`]; a signature proven before is not calculated again.
    ///
    /// # Errors
    /// [`VerifyError`]: the first broken rule.
    pub fn verify_with(
        &self,
        trust: &TrustList,
        now: DateTime<Utc>,
        proven: &Proven,
    ) -> Result<Sealed<T>, VerifyError> {
        self.stands(trust.find_signer(self, KeyUse::Issuer, |key| self.is_proven_by(key, proven))?, now)
    }

    fn stands(&self, signer: &TrustKey, now: DateTime<Utc>) -> Result<Sealed<T>, VerifyError> {
        signer.vouches_for(self.claims().issued_at())?;
        if self.claims().is_from_the_future(now) {
            return Err(VerifyError::FromTheFuture);
        }
        if T::ENDS_AT_EXPIRY && self.claims().is_expired(now) {
            return Err(VerifyError::Expired);
        }
        Ok(self.clone().into_sealed())
    }
}

impl Unverified<TrustList> {
    /// Checks a trust list against the pinned roots and the list held so far.
    ///
    /// An expired list is accepted: it is still newer than the one before, and the verdict says its age.
    ///
    /// # Errors
    /// [`TrustError`]: the first broken rule.
    pub fn verify_with_roots(
        &self,
        pinned: &[PublicKey],
        held: Option<&TrustList>,
        now: DateTime<Utc>,
    ) -> Result<Sealed<TrustList>, TrustError> {
        let mut named = pinned.iter().filter(|root| root.kid() == self.kid()).peekable();
        if named.peek().is_none() {
            return Err(TrustError::UnknownRoot);
        }
        let root = named.find(|root| self.is_signed_by(root)).ok_or(TrustError::Signature)?;
        if held.is_some_and(|held| held.calls_compromised(root)) {
            return Err(TrustError::RootCompromised);
        }
        if held.is_some_and(|held| self.claims().seq < held.seq) {
            return Err(TrustError::OlderThanHeld);
        }
        if self.claims().is_from_the_future(now) {
            return Err(TrustError::FromTheFuture);
        }
        Ok(self.clone().into_sealed())
    }
}

impl TrustList {
    fn calls_compromised(&self, root: &PublicKey) -> bool {
        let compromised = |key: &&TrustKey| matches!(key.standing, KeyStanding::Compromised { .. });
        self.keys.iter().filter(compromised).any(|key| key.usage == KeyUse::Root && key.key == *root)
    }
}

impl Claims for TrustList {
    const TYP: Typ = Typ::Trust;
    const ENDS_AT_EXPIRY: bool = false;

    fn issued_at(&self) -> DateTime<Utc> {
        self.issued_at
    }

    fn expires_at(&self) -> DateTime<Utc> {
        self.expires_at
    }

    fn to_cbor(&self) -> Value {
        let keys = self.keys.iter().map(|key| {
            let usage = match key.usage {
                KeyUse::Issuer => 0,
                KeyUse::Root => 1,
            };
            let (standing, changed) = match key.standing {
                KeyStanding::Active => (0, Value::Null),
                KeyStanding::Retired { at } => (1, cbor::seconds(at)),
                KeyStanding::Compromised { at } => (2, cbor::seconds(at)),
            };
            Value::Array(vec![
                Value::Bytes(key.key.xy().to_vec()),
                Value::from(usage),
                cbor::seconds(key.from),
                Value::from(standing),
                changed,
            ])
        });
        let private = Value::Array(vec![
            Value::from(self.seq),
            Value::Array(self.hosts.iter().cloned().map(Value::Text).collect()),
            Value::Array(keys.collect()),
        ]);
        cbor::map(vec![
            (CLAIM_ISS, Value::Text(self.issuer.clone())),
            (CLAIM_EXP, cbor::seconds(self.expires_at)),
            (CLAIM_IAT, cbor::seconds(self.issued_at)),
            (CLAIM_PRIVATE, private),
        ])
    }

    fn from_cbor(value: Value) -> Result<Self, ClaimsError> {
        let mut claims = MapReader::new(value, "claims")?;
        let issuer = cbor::text(claims.require(CLAIM_ISS, "iss")?, ISSUER_MAX, "iss")?;
        let expires_at = cbor::instant(&claims.require(CLAIM_EXP, "exp")?, "exp")?;
        let issued_at = cbor::instant(&claims.require(CLAIM_IAT, "iat")?, "iat")?;
        let [seq, hosts, keys] = cbor::tuple(claims.require(CLAIM_PRIVATE, "trust")?, "trust")?;
        // 2^53 - 1: what a browser counts exactly.
        let seq = cbor::unsigned(&seq, (1 << 53) - 1, "seq")?;
        let hosts = limited(cbor::array(hosts, "hosts")?, HOSTS_MAX, "hosts")?;
        let hosts =
            hosts.into_iter().map(|host| cbor::text(host, HOST_MAX, "hosts")).collect::<Result<_, _>>()?;
        let keys = limited(cbor::array(keys, "keys")?, KEYS_MAX, "keys")?;
        let keys = keys.into_iter().map(read_key).collect::<Result<_, _>>()?;
        Ok(Self { issuer, seq, issued_at, expires_at, hosts, keys })
    }
}

fn limited(items: Vec<Value>, max: usize, what: &'static str) -> Result<Vec<Value>, ClaimsError> {
    if items.len() <= max { Ok(items) } else { Err(ClaimsError::OutOfRange(what)) }
}

fn read_key(value: Value) -> Result<TrustKey, ClaimsError> {
    let [xy, usage, from, standing, changed] = cbor::tuple(value, "keys")?;
    let usage = match cbor::unsigned(&usage, 1, "key_use")? {
        0 => KeyUse::Issuer,
        _ => KeyUse::Root,
    };
    let standing = match cbor::unsigned(&standing, 2, "key_standing")? {
        0 if changed != Value::Null => return Err(ClaimsError::WrongType("key_changed")),
        0 => KeyStanding::Active,
        1 => KeyStanding::Retired { at: cbor::instant(&changed, "key_changed")? },
        _ => KeyStanding::Compromised { at: cbor::instant(&changed, "key_changed")? },
    };
    let key = PublicKey::from_xy(&cbor::bytes(&xy, "key")?);
    Ok(TrustKey { key, usage, standing, from: cbor::instant(&from, "key_from")? })
}
