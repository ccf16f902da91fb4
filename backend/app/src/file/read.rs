//! Giving a file out: only through an event that the caller may see, and only what its hash says.

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::manifest::{load, show};
use crate::sets::distinct;
use bytes::Bytes;
use domain::file::{FileHash, FileKind};
use domain::id::ManifestId;
use store::manifests::Manifest;
use store::{files, manifests};

/// A file that is given out.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Its name.
    pub sha256: FileHash,
    /// What it is.
    pub kind: FileKind,
    /// Its bytes, exactly as they were sent.
    pub bytes: Bytes,
}

/// The bytes of a file.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or no event names it that the caller may see.
pub async fn read(app: &App, caller: &Caller, sha256: FileHash) -> Result<Evidence> {
    let mut tx = app.db.read("file.read").await?;
    let file = files::find(&mut tx, sha256).await?.ok_or(Error::NotFound)?;
    let seen_on = seen_on(&mut tx, caller, sha256).await?;
    drop(tx);
    let Some(bytes) = app.objects.get(&file.object_key).await? else {
        tracing::error!(file.sha256 = %sha256, "the bytes of a stored file are gone");
        return Err(Error::NotFound);
    };
    let copy = bytes.clone();
    let intact = tokio::task::spawn_blocking(move || FileHash::of(&copy) == sha256);
    if !intact.await.map_err(|error| Error::Internal(format!("worker: {error}")))? {
        return Err(Error::Internal(format!("the bytes of {sha256} have changed in the object store")));
    }
    show::log_looks(app, caller, seen_on.as_slice(), "file").await?;
    Ok(Evidence { sha256, kind: file.kind, bytes })
}

/// The manifest on which the caller sees the file; none when it is the caller's own, or on an event without one.
///
/// # Errors
/// [`Error::NotFound`] when the caller sees none of the events that name it.
async fn seen_on(tx: &mut store::Tx, caller: &Caller, sha256: FileHash) -> Result<Option<Manifest>> {
    let ways = files::list_ways(tx, sha256).await?;
    if ways.iter().any(|way| way.person_id == caller.person_id) {
        return Ok(None);
    }
    let viewer = load::viewer(tx, caller).await?;
    let ids: Vec<ManifestId> = distinct(ways.iter().filter_map(|way| way.manifest_id));
    let rows = manifests::find_many(tx, &ids).await?;
    if let Some(row) = rows.into_iter().find(|row| load::sees(&viewer, row)) {
        return Ok(Some(row));
    }
    let alone = ways.iter().any(|way| way.manifest_id.is_none());
    if alone && viewer.everything { Ok(None) } else { Err(Error::NotFound) }
}
