//! ES256 keys (ECDSA on P-256 with SHA-256), their ids, and the two operations on them.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use ring::digest::{SHA256, digest};
use ring::rand::SecureRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};
use std::fmt;

/// SHA-256 of some bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, bytes).as_ref());
    out
}

/// Why a key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not an unencrypted PKCS#8 document of a P-256 private key with its public key.
    #[error("this is not a PKCS#8 document of a P-256 key")]
    NotPkcs8,
    /// Not 65 bytes starting with 4, or coordinates of the wrong length.
    #[error("this is not an uncompressed P-256 point")]
    NotAPoint,
    /// The random number generator or the signer failed.
    #[error("the signer failed")]
    SignerFailed,
}

impl KeyError {
    /// Stable code of the rule.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotPkcs8 => "not_pkcs8",
            Self::NotAPoint => "not_a_point",
            Self::SignerFailed => "signer_failed",
        }
    }
}

/// Short name of a key: the first 8 bytes of SHA-256 of its 65 bytes. Not unique by construction: try every key with it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kid(pub [u8; 8]);

impl fmt::Display for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kid({self})")
    }
}

/// A P-256 public key, uncompressed: 4 ‖ x ‖ y.
///
/// That the point lies on the curve is checked at every verification: P-256 has no weak points besides.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey([u8; 65]);

impl PublicKey {
    /// Reads the 65 bytes 4 ‖ x ‖ y.
    ///
    /// # Errors
    /// [`KeyError::NotAPoint`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        match <[u8; 65]>::try_from(bytes) {
            Ok(point) if point[0] == 4 => Ok(Self(point)),
            _ => Err(KeyError::NotAPoint),
        }
    }

    /// Reads the 64 bytes x ‖ y.
    #[must_use]
    pub fn from_xy(xy: &[u8; 64]) -> Self {
        let mut point = [4; 65];
        point[1..].copy_from_slice(xy);
        Self(point)
    }

    /// Reads the coordinates of a JSON Web Key (RFC 7518 §6.2): base64url without padding, 32 bytes each.
    ///
    /// # Errors
    /// [`KeyError::NotAPoint`].
    pub fn from_jwk(x: &str, y: &str) -> Result<Self, KeyError> {
        let coordinate = |text: &str| {
            let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| KeyError::NotAPoint)?;
            <[u8; 32]>::try_from(bytes).map_err(|_| KeyError::NotAPoint)
        };
        let (x, y) = (coordinate(x)?, coordinate(y)?);
        let mut xy = [0; 64];
        xy[..32].copy_from_slice(&x);
        xy[32..].copy_from_slice(&y);
        Ok(Self::from_xy(&xy))
    }

    /// The 65 bytes 4 ‖ x ‖ y.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 65] {
        &self.0
    }

    /// The 64 bytes x ‖ y.
    #[must_use]
    pub fn xy(&self) -> [u8; 64] {
        let mut xy = [0; 64];
        xy.copy_from_slice(&self.0[1..]);
        xy
    }

    /// Short name of the key.
    #[must_use]
    pub fn kid(&self) -> Kid {
        let mut kid = [0; 8];
        kid.copy_from_slice(&sha256(&self.0)[..8]);
        Kid(kid)
    }

    /// True when `signature` (r ‖ s) is this key's over `message`.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.0).verify(message, signature).is_ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.kid())
    }
}

/// A private key that signs; what it holds is never printed.
pub struct SigningKey {
    pair: EcdsaKeyPair,
    public: PublicKey,
    kid: Kid,
}

impl SigningKey {
    /// Makes a new key as an unencrypted PKCS#8 document: the caller keeps it in a file that only it can read.
    ///
    /// # Errors
    /// [`KeyError::SignerFailed`] when there is no randomness.
    pub fn generate_pkcs8(random: &dyn SecureRandom) -> Result<Vec<u8>, KeyError> {
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, random)
            .map(|document| document.as_ref().to_vec())
            .map_err(|_| KeyError::SignerFailed)
    }

    /// Reads a PKCS#8 document. The randomness only blinds the check of the key.
    ///
    /// # Errors
    /// [`KeyError::NotPkcs8`].
    pub fn from_pkcs8(document: &[u8], random: &dyn SecureRandom) -> Result<Self, KeyError> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document, random)
            .map_err(|_| KeyError::NotPkcs8)?;
        let public = PublicKey::from_bytes(pair.public_key().as_ref())?;
        Ok(Self { pair, public, kid: public.kid() })
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Short name of the key.
    #[must_use]
    pub const fn kid(&self) -> Kid {
        self.kid
    }

    /// Signs a message; the result is r ‖ s.
    ///
    /// # Errors
    /// [`KeyError::SignerFailed`] when there is no randomness.
    pub fn sign(&self, message: &[u8], random: &dyn SecureRandom) -> Result<[u8; 64], KeyError> {
        let signature = self.pair.sign(random, message).map_err(|_| KeyError::SignerFailed)?;
        <[u8; 64]>::try_from(signature.as_ref()).map_err(|_| KeyError::SignerFailed)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyError, PublicKey, SigningKey};
    use data_encoding::BASE64URL_NOPAD;
    use ring::rand::SystemRandom;

    #[test]
    fn a_key_signs_and_only_its_public_half_verifies() {
        let random = SystemRandom::new();
        let document = SigningKey::generate_pkcs8(&random).unwrap();
        let key = SigningKey::from_pkcs8(&document, &random).unwrap();
        let other = SigningKey::from_pkcs8(&SigningKey::generate_pkcs8(&random).unwrap(), &random).unwrap();
        let signature = key.sign(b"481000", &random).unwrap();
        assert!(key.public().verifies(b"481000", &signature));
        assert!(!key.public().verifies(b"481001", &signature));
        assert!(!other.public().verifies(b"481000", &signature));
        assert!(
            !PublicKey::from_xy(&[0; 64]).verifies(b"481000", &signature),
            "a point off the curve verifies nothing"
        );
    }

    #[test]
    fn debug_shows_no_secret() {
        let random = SystemRandom::new();
        let document = SigningKey::generate_pkcs8(&random).unwrap();
        let key = SigningKey::from_pkcs8(&document, &random).unwrap();
        assert_eq!(format!("{key:?}"), format!("SigningKey {{ kid: {:?}, .. }}", key.kid()));
    }

    #[test]
    fn coordinates_of_a_web_key_are_thirty_two_bytes() {
        let good = BASE64URL_NOPAD.encode(&[7; 32]);
        assert!(PublicKey::from_jwk(&good, &good).is_ok());
        for bad in [BASE64URL_NOPAD.encode(&[7; 31]), format!("{good}="), String::new(), "+/".repeat(21)] {
            assert_eq!(PublicKey::from_jwk(&good, &bad), Err(KeyError::NotAPoint));
        }
        assert_eq!(PublicKey::from_bytes(&[3; 33]), Err(KeyError::NotAPoint));
        assert_eq!(SigningKey::from_pkcs8(b"", &SystemRandom::new()).unwrap_err(), KeyError::NotPkcs8);
    }
}
