//! The one writer of custody events: the store's commit queue with our batch as its processor.

use super::commit::commit;
use super::event::AuthenticEvent;
use super::result::EventResult;
use crate::error::{Error, Result};
use crate::ports::Core;
use std::sync::Arc;
pub use store::queue::Limits;
use store::queue::{CommitQueue, Failure, Processor, QueueError};
use store::refused;

/// The running queue; cheap to clone.
#[derive(Clone)]
pub struct CaptureQueue(Arc<CommitQueue<Committer>>);

impl std::fmt::Debug for CaptureQueue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CaptureQueue")
    }
}

impl CaptureQueue {
    /// Starts the writer on the current runtime.
    #[must_use]
    pub fn start(core: Core, limits: Limits) -> Self {
        Self(Arc::new(CommitQueue::start("capture", Committer(core), limits)))
    }

    /// Hands in events in their order and waits until each is decided.
    pub(super) async fn submit_all(
        &self,
        events: Vec<AuthenticEvent>,
    ) -> Vec<std::result::Result<EventResult, QueueError>> {
        self.0.submit_all(events).await
    }

    /// Takes no more events and returns when everything that waits is committed.
    pub async fn drain(&self) {
        self.0.drain().await;
    }
}

struct Committer(Core);

impl Processor for Committer {
    type Job = AuthenticEvent;
    type Answer = EventResult;
    type Error = Error;

    async fn commit(&self, jobs: &[AuthenticEvent]) -> Result<Vec<EventResult>> {
        commit(&self.0, jobs).await
    }

    async fn park(&self, job: &AuthenticEvent, error: &Error) -> bool {
        let kept = keep_bytes(&self.0, job).await;
        tracing::error!(
            event.id = %job.payload.id,
            device.id = %job.device.id,
            error = error as &dyn std::error::Error,
            kept = kept.is_ok(),
            "an authentic event cannot be stored and is parked: look at refused_events"
        );
        kept.is_ok()
    }
}

impl Failure for Error {
    fn panicked() -> Self {
        Self::Internal("the writer of custody events panicked".to_owned())
    }

    fn is_transient(&self) -> bool {
        match self {
            Self::Busy => true,
            Self::Store(error) => error.is_transient(),
            Self::Fields(_)
            | Self::NotFound
            | Self::Forbidden
            | Self::Unauthenticated
            | Self::LoginFailed
            | Self::LoginDelayed { .. }
            | Self::WrongState { .. }
            | Self::SamePerson
            | Self::NotParty
            | Self::StaleVersion
            | Self::Conflict { .. }
            | Self::IdempotencyConflict
            | Self::File(_)
            | Self::Internal(_) => false,
        }
    }
}

/// Keeps the bytes of an authentic event that cannot be stored.
async fn keep_bytes(core: &Core, event: &AuthenticEvent) -> Result<()> {
    let mut tx = core.db.begin("capture.park").await?;
    refused::insert(
        &mut tx,
        &refused::Refused {
            id: core.new_id()?,
            event_id: Some(event.payload.id.0),
            device_id: Some(event.device.id.0),
            person_id: Some(event.device.person_id),
            bytes: event.jws.clone().into_bytes(),
            reason: "parked".to_owned(),
            received_at: event.sent.received_at,
        },
    )
    .await?;
    tx.commit().await?;
    Ok(())
}
