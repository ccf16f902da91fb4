//! What every request looks up, many requests in one statement: who is behind a token, which key signed an event,
//! which scanned seal is one that we issued.
//!
//! Nothing is remembered: a look-up that waits for the one before it joins the next statement, and reads what is
//! committed when that starts.

use crate::error::{Error, Result};
use domain::id::DeviceId;
use std::collections::HashMap;
use std::sync::Arc;
use store::Db;
use store::devices::{self, Device};
use store::queue::{CommitQueue, Limits, Processor, QueueError};
use store::seals::{self, Seal};
use store::sessions::{self, SignedIn};

/// The running look-ups; cheap to clone.
#[derive(Clone)]
pub(crate) struct Lookups(Arc<Queues>);

struct Queues {
    sessions: CommitQueue<Sessions>,
    devices: CommitQueue<Devices>,
    seals: CommitQueue<Seals>,
}

impl Lookups {
    /// Starts the readers on the current runtime.
    pub(crate) fn start(db: &Db) -> Self {
        Self(Arc::new(Queues {
            sessions: CommitQueue::start("look_up_sessions", Sessions(db.clone()), Limits::default()),
            devices: CommitQueue::start("look_up_devices", Devices(db.clone()), Limits::default()),
            seals: CommitQueue::start("look_up_seals", Seals(db.clone()), Limits::default()),
        }))
    }

    /// The session of a token's hash; may be expired or ended: the caller knows the time.
    ///
    /// # Errors
    /// [`Error::Busy`] when the database does not answer.
    pub(crate) async fn session(&self, token_hash: [u8; 32]) -> Result<Option<SignedIn>> {
        self.0.sessions.submit(token_hash).await.map_err(unanswered)
    }

    /// Devices by id; unknown ones are left out.
    ///
    /// # Errors
    /// As [`Lookups::session`].
    pub(crate) async fn devices(&self, ids: Vec<DeviceId>) -> Result<HashMap<DeviceId, Device>> {
        let mut found = HashMap::with_capacity(ids.len());
        for answer in self.0.devices.submit_all(ids).await {
            found.extend(answer.map_err(unanswered)?.map(|device| (device.id, device)));
        }
        Ok(found)
    }

    /// Issued seals by digest; digests of nothing that we issued are left out.
    ///
    /// # Errors
    /// As [`Lookups::session`].
    pub(crate) async fn seals(&self, digests: Vec<[u8; 32]>) -> Result<HashMap<Vec<u8>, Seal>> {
        let mut found = HashMap::with_capacity(digests.len());
        for answer in self.0.seals.submit_all(digests).await {
            found.extend(answer.map_err(unanswered)?.map(|seal| (seal.digest.clone(), seal)));
        }
        Ok(found)
    }
}

fn unanswered(error: QueueError) -> Error {
    match error {
        QueueError::Busy | QueueError::Closed => Error::Busy,
        QueueError::Parked => Error::Internal("a look-up failed; the log says why".to_owned()),
    }
}

struct Sessions(Db);

impl Processor for Sessions {
    type Job = [u8; 32];
    type Answer = Option<SignedIn>;
    type Error = Error;

    async fn commit(&self, hashes: &[[u8; 32]]) -> Result<Vec<Option<SignedIn>>> {
        let wanted: Vec<&[u8]> = hashes.iter().map(<[u8; 32]>::as_slice).collect();
        let mut tx = self.0.read("session.authenticate").await?;
        let found: HashMap<Vec<u8>, SignedIn> = sessions::find_by_token_hashes(&mut tx, &wanted)
            .await?
            .into_iter()
            .map(|signed_in| (signed_in.session.token_hash.clone(), signed_in))
            .collect();
        Ok(wanted.into_iter().map(|hash| found.get(hash).cloned()).collect())
    }

    async fn park(&self, _: &[u8; 32], _: &Error) -> bool {
        false
    }
}

struct Devices(Db);

impl Processor for Devices {
    type Job = DeviceId;
    type Answer = Option<Device>;
    type Error = Error;

    async fn commit(&self, ids: &[DeviceId]) -> Result<Vec<Option<Device>>> {
        let mut tx = self.0.read("capture.devices").await?;
        let found: HashMap<DeviceId, Device> =
            devices::find_many(&mut tx, ids).await?.into_iter().map(|device| (device.id, device)).collect();
        Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
    }

    async fn park(&self, _: &DeviceId, _: &Error) -> bool {
        false
    }
}

struct Seals(Db);

impl Processor for Seals {
    type Job = [u8; 32];
    type Answer = Option<Seal>;
    type Error = Error;

    async fn commit(&self, digests: &[[u8; 32]]) -> Result<Vec<Option<Seal>>> {
        let mut tx = self.0.read("capture.seals").await?;
        let found: HashMap<Vec<u8>, Seal> = seals::find_by_digests(&mut tx, digests)
            .await?
            .into_iter()
            .map(|seal| (seal.digest.clone(), seal))
            .collect();
        Ok(digests.iter().map(|digest| found.get(digest.as_slice()).cloned()).collect())
    }

    async fn park(&self, _: &[u8; 32], _: &Error) -> bool {
        false
    }
}
