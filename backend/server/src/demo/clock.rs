//! A clock that the telling of the past sets: seals and findings of the demo's year carry their own time.

use domain::time::Instant;
use std::sync::atomic::{AtomicI64, Ordering};

/// Stands at the instant it was set to.
#[derive(Debug)]
pub(super) struct StoryClock(AtomicI64);

impl StoryClock {
    /// A clock that stands at `at`.
    pub(super) const fn at(at: Instant) -> Self {
        Self(AtomicI64::new(at.timestamp_millis()))
    }

    /// Sets the clock.
    pub(super) fn set(&self, at: Instant) {
        self.0.store(at.timestamp_millis(), Ordering::SeqCst);
    }
}

impl app::ports::Clock for StoryClock {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        domain::time::from_millis(self.0.load(Ordering::SeqCst)).unwrap_or_default()
    }
}
