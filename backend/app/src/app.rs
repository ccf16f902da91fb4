//! [`App`]: what every use-case gets, and the parts of a process that run beside the requests.

use crate::capture::queue::{CaptureQueue, Limits};
use crate::epoch::Epoch;
use crate::file::room::UploadRoom;
use crate::lookup::Lookups;
use crate::ports::Core;

/// Everything a use-case needs: the core and the queue through which events are captured.
#[derive(Clone)]
pub struct App {
    core: Core,
    /// The commit queue of captured events.
    pub capture: CaptureQueue,
    /// What every request looks up.
    pub(crate) lookups: Lookups,
    epoch: Epoch,
    /// Memory for files on their way.
    pub(crate) upload_room: UploadRoom,
}

impl std::ops::Deref for App {
    type Target = Core;
    fn deref(&self) -> &Core {
        &self.core
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl App {
    /// What jobs beside the use-cases work with.
    #[must_use]
    pub fn core(&self) -> Core {
        self.core.clone()
    }

    /// Starts the capture queue on the current runtime.
    #[must_use]
    pub fn start(core: Core, limits: Limits) -> Self {
        Self {
            capture: CaptureQueue::start(core.clone(), limits),
            lookups: Lookups::start(&core.db),
            epoch: Epoch::default(),
            upload_room: UploadRoom::default(),
            core,
        }
    }

    /// The epoch of the database: phones send again what they keep when it changes.
    ///
    /// # Errors
    /// Store failures.
    pub async fn epoch(&self) -> crate::Result<i64> {
        self.epoch.read(&self.core).await
    }
}
