//! What every phone is at heart: an id, a key that never leaves it, and the number of its next event.

use anyhow::anyhow;
use domain::id::DeviceId;
use domain::seal::jws;
use domain::seal::key::SigningKey;
use ring::rand::SystemRandom;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The signing part of a phone; clones number their events together.
#[derive(Debug, Clone)]
pub struct Signer {
    /// Its id, the `kid` of what it signs.
    pub id: DeviceId,
    /// Its key.
    pub key: Arc<SigningKey>,
    seq: Arc<AtomicI64>,
}

impl Signer {
    /// A phone that has signed nothing yet.
    #[must_use]
    pub fn new(id: DeviceId, key: SigningKey) -> Self {
        Self { id, key: Arc::new(key), seq: Arc::new(AtomicI64::new(1)) }
    }

    /// The number of its next event.
    #[must_use]
    pub fn next_seq(&self) -> i64 {
        self.seq.fetch_add(1, Ordering::SeqCst)
    }

    /// Signs a payload as it is: the compact JWS as sent and stored.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn sign(&self, payload: &Value) -> anyhow::Result<String> {
        let kid = self.id.to_string();
        jws::sign(&kid, payload.to_string().as_bytes(), &self.key, &SystemRandom::new())
            .map_err(|error| anyhow!("{error}"))
    }
}
