//! The room in memory for files on their way.

use crate::error::{Error, Result};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of uploads that may be in memory at once; more wait on their phones.
const ROOM_BYTES: usize = 64 * 1024 * 1024;
/// In what steps that room is given out.
const ROOM_STEP: usize = 64 * 1024;

/// The room in memory for files on their way; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct UploadRoom(Arc<Semaphore>);

impl Default for UploadRoom {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(ROOM_BYTES / ROOM_STEP)))
    }
}

impl UploadRoom {
    /// Room for so many bytes, until the permit is dropped.
    ///
    /// # Errors
    /// [`Error::Busy`] when there is none: the phone sends the part again.
    pub(super) fn take(&self, length: u64) -> Result<OwnedSemaphorePermit> {
        let steps = u32::try_from(length / u64::try_from(ROOM_STEP).unwrap_or(1) + 1).unwrap_or(u32::MAX);
        Arc::clone(&self.0).try_acquire_many_owned(steps).map_err(|_| Error::Busy)
    }
}
