//! The world outside as arguments: clock, randomness, database, object store, keys, settings.

use crate::file::Objects;
use crate::keyring::Keyring;
use crate::live::hub::Live;
use crate::notice::Means;
use domain::time::{Instant, instant};
use ring::rand::SecureRandom;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The present UTC instant.
    fn now(&self) -> chrono::DateTime<chrono::Utc>;
}

/// What a deployment decides.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Host (and port, if not the default) in QR codes and invitations, such as `emanifest.example.vn`.
    pub public_host: String,
    /// True when QR codes open over HTTPS; false only in a demo on loopback.
    pub https: bool,
    /// Demo mode: devices of demo people need no invitation.
    pub demo: bool,
    /// Hours a desk session lasts.
    pub desk_session_hours: i64,
    /// Days an enrolled phone's session lasts.
    pub phone_session_days: i64,
    /// How people are reached outside the application.
    pub means: Means,
    /// How often open streams say that they live, and look whether they still may.
    pub heartbeat: Duration,
    /// Bytes of evidence files that one device may send on one Hà Nội day.
    pub file_quota_bytes: i64,
}

/// What use-cases and the commit queue's writer share; cheap to clone.
#[derive(Clone)]
pub struct Core {
    /// The database.
    pub db: store::Db,
    /// Issuer keys and the trust list in force.
    pub keyring: Keyring,
    /// Deployment settings.
    pub settings: Arc<Settings>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Cryptographic randomness.
    pub random: Arc<dyn SecureRandom + Send + Sync>,
    /// Open streams of this process.
    pub live: Live,
    /// Where the bytes of evidence files are kept.
    pub objects: Arc<dyn Objects>,
}

impl Core {
    /// The present instant, to the millisecond.
    #[must_use]
    pub fn now(&self) -> Instant {
        instant(self.clock.now())
    }

    /// The address of a page of the application.
    #[must_use]
    pub fn page(&self, path: &str) -> String {
        let scheme = if self.settings.https { "https" } else { "http" };
        format!("{scheme}://{}/{path}", self.settings.public_host)
    }

    /// `N` random bytes.
    ///
    /// # Errors
    /// [`crate::Error::Internal`] when the system has no randomness to give.
    pub fn random_bytes<const N: usize>(&self) -> crate::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes).map_err(|_| crate::Error::Internal("no randomness".into()))?;
        Ok(bytes)
    }

    /// A fresh id: UUIDv7 of the present instant.
    ///
    /// # Errors
    /// As [`Core::random_bytes`].
    pub fn new_id<T: From<Uuid>>(&self) -> crate::Result<T> {
        let millis = u64::try_from(self.now().timestamp_millis()).unwrap_or(0);
        let random = self.random_bytes::<10>()?;
        Ok(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().into())
    }

    /// A uniformly random number below `bound` (bias below 2⁻³²).
    ///
    /// # Errors
    /// As [`Core::random_bytes`].
    pub fn random_below(&self, bound: u32) -> crate::Result<u32> {
        let wide = u64::from_be_bytes(self.random_bytes::<8>()?);
        Ok(u32::try_from(wide % u64::from(bound)).unwrap_or(0))
    }
}
