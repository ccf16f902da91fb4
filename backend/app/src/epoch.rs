//! The epoch in answers to phones: when it changes they send again what they keep.

use crate::error::Result;
use crate::ports::Core;
use chrono::TimeDelta;
use domain::time::Instant;
use std::sync::{Arc, Mutex, PoisonError};

/// How long a read value is believed: a restore happens while the server is down, or is noticed within this.
const BELIEVED: TimeDelta = TimeDelta::seconds(5);

/// The value read last, and when; shared by all requests.
#[derive(Debug, Clone, Default)]
pub(crate) struct Epoch(Arc<Mutex<Option<(Instant, i64)>>>);

impl Epoch {
    /// The database's epoch.
    ///
    /// # Errors
    /// Store failures.
    pub(crate) async fn read(&self, core: &Core) -> Result<i64> {
        let now = core.now();
        let held = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, epoch)) = held.filter(|(at, _)| (now - *at).abs() < BELIEVED) {
            return Ok(epoch);
        }
        let mut tx = core.db.read("epoch").await?;
        let epoch = store::meta::epoch(&mut tx).await?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, epoch));
        Ok(epoch)
    }
}
