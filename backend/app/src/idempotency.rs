//! Idempotency-Key: the same key with the same request answers the same thing and does it once.
//!
//! The key is written in the transaction of the write it guards, so a crash keeps both or neither.

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, Result};
use domain::id::ManifestId;
use store::{Tx, idempotency};

/// A caller's key and the digest of the request it came with.
#[derive(Debug, Clone)]
pub struct Once {
    /// The key, 1 to 200 visible characters.
    pub key: String,
    /// SHA-256 of method, path and body.
    pub request_digest: [u8; 32],
}

/// The manifest that this request made or changed before, if it was sent before.
///
/// # Errors
/// [`Error::IdempotencyConflict`] when the key came with another request.
pub(crate) async fn seen(tx: &mut Tx, caller: &Caller, once: Option<&Once>) -> Result<Option<ManifestId>> {
    let Some(once) = once else { return Ok(None) };
    let Some(row) = idempotency::find(tx, caller.person_id, &once.key).await? else { return Ok(None) };
    if row.request_digest != once.request_digest {
        return Err(Error::IdempotencyConflict);
    }
    row.response.parse().map(Some).map_err(|_| Error::Internal("idempotency row names no manifest".into()))
}

/// Remembers what the request did.
pub(crate) async fn note(
    app: &App,
    tx: &mut Tx,
    caller: &Caller,
    once: Option<&Once>,
    id: ManifestId,
) -> Result<()> {
    let Some(once) = once else { return Ok(()) };
    let row = idempotency::Answered {
        person_id: caller.person_id,
        key: once.key.clone(),
        request_digest: once.request_digest.to_vec(),
        status: 200,
        response: id.to_string(),
        created_at: app.now(),
    };
    idempotency::insert(tx, &row).await.map_err(|error| match error {
        store::Error::Duplicate { .. } => Error::Busy,
        other => other.into(),
    })
}
