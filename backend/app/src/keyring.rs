//! The issuer's keys in use and the trust list in force: everything of this installation that seals or checks seals.

use crate::error::{Error, Result};
use domain::custody::record::{CodeCheck, SiteCodeCheck};
use domain::id::{DeviceId, OrganisationId, PersonId, SiteId};
use domain::seal::device::DeviceClaims;
use domain::seal::envelope::{Claims, Sealed, Unverified, seal};
use domain::seal::key::{PublicKey, SigningKey};
use domain::seal::manifest::{ManifestClaims, ManifestSeal};
use domain::seal::proven::Proven;
use domain::seal::qr;
use domain::seal::site::SiteClaims;
use domain::seal::status_list::StatusList;
use domain::seal::trust_list::TrustList;
use domain::time::Instant;
use ring::rand::SecureRandom;
use std::sync::{Arc, PoisonError, RwLock};

/// Keys and trust list, shared and replaceable while the server runs.
#[derive(Clone)]
pub struct Keyring {
    keys: Arc<RwLock<Arc<Keys>>>,
    proven: Arc<Proven>,
}

/// What a keyring holds.
pub struct Keys {
    /// Signs manifests, wall codes, device certificates and status lists.
    pub issuer: SigningKey,
    /// The trust list in force, verified against the roots.
    pub trust: Sealed<TrustList>,
    /// Roots that phones pin.
    pub roots: Vec<PublicKey>,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keyring").field("issuer", &self.keys().issuer.kid()).finish_non_exhaustive()
    }
}

impl Keyring {
    /// A keyring with these keys.
    #[must_use]
    pub fn new(keys: Keys) -> Self {
        Self { keys: Arc::new(RwLock::new(Arc::new(keys))), proven: Arc::default() }
    }

    /// The keys in force.
    #[must_use]
    pub fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the keys after a rotation.
    pub fn replace(&self, keys: Keys) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }

    /// The signed trust list, as served.
    #[must_use]
    pub fn trust_list_bytes(&self) -> Vec<u8> {
        self.keys().trust.bytes().to_vec()
    }

    /// Name of the installation inside its seals.
    #[must_use]
    pub fn issuer_name(&self) -> String {
        self.keys().trust.claims().issuer.clone()
    }

    /// Seals a manifest.
    ///
    /// # Errors
    /// [`Error::Internal`] when the document cannot be sealed.
    pub fn seal_manifest(
        &self,
        random: &dyn SecureRandom,
        document: &ManifestSeal<'_>,
    ) -> Result<Sealed<ManifestClaims>> {
        let claims = document.claims().map_err(internal)?;
        self.seal(random, &claims)
    }

    /// Seals a wall code of a site.
    ///
    /// # Errors
    /// As [`Keyring::seal_manifest`].
    pub fn seal_site(
        &self,
        random: &dyn SecureRandom,
        id: SiteId,
        name: &str,
        now: Instant,
    ) -> Result<Sealed<SiteClaims>> {
        self.seal(random, &SiteClaims::new(&self.issuer_name(), now, id, name))
    }

    /// Certifies a device's key.
    ///
    /// # Errors
    /// As [`Keyring::seal_manifest`].
    pub fn certify(
        &self,
        random: &dyn SecureRandom,
        id: DeviceId,
        key: &PublicKey,
        person_id: PersonId,
        organisation_id: OrganisationId,
        now: Instant,
    ) -> Result<Vec<u8>> {
        let claims = DeviceClaims::new(&self.issuer_name(), now, id, *key, person_id, organisation_id);
        Ok(self.seal(random, &claims)?.bytes().to_vec())
    }

    /// A device certificate of ours, also an expired one: it still says whose key that was.
    #[must_use]
    pub fn open_certificate(&self, bytes: &[u8], now: Instant) -> Option<Sealed<DeviceClaims>> {
        let unverified = Unverified::<DeviceClaims>::decode(bytes).ok()?;
        let then = now.min(unverified.claims().expires_at);
        unverified.verify_with(self.keys().trust.claims(), then, &self.proven).ok()
    }

    /// Signs a status list.
    ///
    /// # Errors
    /// As [`Keyring::seal_manifest`].
    pub fn seal_status(&self, random: &dyn SecureRandom, list: &StatusList) -> Result<Vec<u8>> {
        Ok(self.seal(random, list)?.bytes().to_vec())
    }

    fn seal<T: Claims>(&self, random: &dyn SecureRandom, claims: &T) -> Result<Sealed<T>> {
        seal(claims, &self.keys().issuer, random).map_err(internal)
    }

    /// Checks the signature of a scanned manifest code; [`read_code`] reads its text.
    #[must_use]
    pub fn check_code(&self, code: Unverified<ManifestClaims>, now: Instant) -> CodeCheck {
        match code.verify_with(self.keys().trust.claims(), now, &self.proven) {
            Ok(sealed) => {
                let claims = sealed.claims();
                CodeCheck::Authentic {
                    manifest_id: claims.manifest_id,
                    revision: i32::try_from(claims.revision).unwrap_or(i32::MAX),
                    expires_at: claims.expires_at,
                }
            }
            Err(error) => CodeCheck::Invalid { reason: error.code().to_owned() },
        }
    }

    /// Checks the text of a scanned wall code.
    #[must_use]
    pub fn check_site_code(&self, text: &str, now: Instant) -> SiteCodeCheck {
        match self.open::<SiteClaims>(text, now) {
            Ok(sealed) => SiteCodeCheck::Authentic {
                site_id: sealed.claims().site_id,
                expires_at: sealed.claims().expires_at,
            },
            Err(reason) => SiteCodeCheck::Invalid { reason: reason.to_owned() },
        }
    }

    fn open<T: Claims>(&self, text: &str, now: Instant) -> std::result::Result<Sealed<T>, &'static str> {
        let unverified = read::<T>(text)?;
        unverified.verify_with(self.keys().trust.claims(), now, &self.proven).map_err(|error| error.code())
    }
}

/// Reads the text of a scanned manifest code without checking its signature; the error is the broken rule's code.
///
/// # Errors
/// The code of the first broken rule.
pub fn read_code(text: &str) -> std::result::Result<Unverified<ManifestClaims>, &'static str> {
    read(text)
}

fn read<T: Claims>(text: &str) -> std::result::Result<Unverified<T>, &'static str> {
    let scanned = qr::parse(text).map_err(|error| error.code())?;
    Unverified::<T>::decode(&scanned.bytes).map_err(|error| error.code())
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("seal: {error}"))
}
