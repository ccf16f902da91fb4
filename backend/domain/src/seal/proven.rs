//! Signatures proven before. The same key, message and signature verify the same for ever, so a wall code that every
//! truck scans is checked once; whether the key and the dates still stand is asked each time anew.

use super::key::{PublicKey, sha256};
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// Proofs remembered at most: 2 MiB of digests. A full memory starts afresh.
const PROOFS_MAX: usize = 1 << 16;

/// A memory of true proofs; false ones are never remembered.
#[derive(Debug, Default)]
pub struct Proven(Mutex<HashSet<[u8; 32]>>);

impl Proven {
    /// As [`PublicKey::verifies`].
    #[must_use]
    pub fn verifies(&self, key: &PublicKey, message: &[u8], signature: &[u8; 64]) -> bool {
        // Key and signature have fixed lengths: no two triples give the same bytes.
        let proof = sha256(&[key.as_bytes().as_slice(), signature, message].concat());
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&proof) {
            return true;
        }
        let verifies = key.verifies(message, signature);
        if verifies {
            let mut proofs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if proofs.len() >= PROOFS_MAX {
                proofs.clear();
            }
            proofs.insert(proof);
        }
        verifies
    }
}

#[cfg(test)]
mod tests {
    use super::Proven;
    use crate::seal::key::SigningKey;
    use ring::rand::SystemRandom;

    #[test]
    fn only_what_was_proven_is_remembered() {
        let random = SystemRandom::new();
        let key = || SigningKey::from_pkcs8(&SigningKey::generate_pkcs8(&random).unwrap(), &random).unwrap();
        let (signer, stranger, proven) = (key(), key(), Proven::default());
        let signature = signer.sign(b"wall", &random).unwrap();
        for _ in 0..2 {
            assert!(proven.verifies(signer.public(), b"wall", &signature));
            assert!(!proven.verifies(stranger.public(), b"wall", &signature));
            assert!(!proven.verifies(signer.public(), b"hall", &signature));
            let mut other = signature;
            other[63] ^= 1;
            assert!(!proven.verifies(signer.public(), b"wall", &other));
        }
        assert_eq!(proven.0.lock().unwrap().len(), 1);
    }
}
