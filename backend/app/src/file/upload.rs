//! Taking a file in parts: each part is durable before it is acknowledged, and the whole is kept only when its hash and
//! its content are right.
//!
//! An upload belongs to the phone that sends it (or the person, where the session has no device). Whoever sends a file
//! that is here already sends every byte all the same: knowing a hash must not open a file.

use super::{FileProblem, file_key, parts_key, signed};
use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, FieldCode, Result};
use bytes::{Bytes, BytesMut};
use domain::file::{FileHash, FileKind, MAX_BYTES, inspect};
use domain::time::{local_day, seconds_to_next_day};
use serde::Serialize;
use store::files::{self, File};
use store::uploads::{self, Part, Upload};
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

/// Least that a part counts for the quota, bytes: an object and a row cost the same however small it is.
const LEAST_COUNTED: i64 = 4096;

/// How an upload stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct UploadView {
    /// The file.
    pub sha256: FileHash,
    /// How much of it has arrived, bytes.
    pub offset: u64,
    /// Its whole length, bytes.
    pub length: u64,
    /// True once it is kept; only then it is visible.
    pub complete: bool,
}

/// A part that may be sent now: found acceptable before its bytes are read.
#[derive(Debug)]
pub struct Opening {
    sha256: FileHash,
    sender_id: Uuid,
    upload: Option<Upload>,
    offset: u64,
    length: u64,
    kept: Option<File>,
    _room: OwnedSemaphorePermit,
}

impl Opening {
    /// Most bytes that the part may have.
    #[must_use]
    pub fn room(&self) -> usize {
        usize::try_from(self.length - self.offset).unwrap_or(MAX_BYTES)
    }

    /// True when the caller has sent the whole file before.
    #[must_use]
    pub const fn is_kept(&self) -> bool {
        self.kept.is_some()
    }
}

/// How the caller's upload of a file stands.
///
/// # Errors
/// [`Error::NotFound`] when the caller has sent nothing of it.
pub async fn find(app: &App, caller: &Caller, sha256: FileHash) -> Result<UploadView> {
    if let Some(file) = sent(app, caller, sha256).await? {
        return Ok(complete(&file));
    }
    let mut tx = app.db.read("file.upload.find").await?;
    let upload = uploads::find(&mut tx, sender(caller), sha256).await?.ok_or(Error::NotFound)?;
    Ok(view(&upload))
}

/// The file if the caller has sent every byte of it and the bytes are still here: an object store that was restored
/// without them must get them again.
async fn sent(app: &App, caller: &Caller, sha256: FileHash) -> Result<Option<File>> {
    let mut tx = app.db.read("file.upload.sent").await?;
    let file = files::find_sent_by(&mut tx, sha256, caller.person_id).await?;
    drop(tx);
    match file {
        Some(file) if app.objects.has(&file.object_key).await? => Ok(Some(file)),
        Some(_) | None => Ok(None),
    }
}

/// Opens the way for a part that begins at `offset` of a file of `length` bytes.
///
/// # Errors
/// [`FileProblem`] as far as it can be told before the bytes are read; [`Error::Fields`] for an offset behind the end.
pub async fn open(app: &App, caller: &Caller, sha256: FileHash, offset: u64, length: u64) -> Result<Opening> {
    if length > u64::try_from(MAX_BYTES).unwrap_or(u64::MAX) {
        return Err(FileProblem::TooLarge.into());
    }
    if length == 0 {
        return Err(Error::field("Upload-Length", FieldCode::OutOfRange, "A file has at least one byte."));
    }
    if offset > length {
        return Err(Error::field(
            "Upload-Offset",
            FieldCode::OutOfRange,
            "It is behind the end of the file.",
        ));
    }
    let room = app.upload_room.take(length)?;
    let (sender_id, kept) = (sender(caller), sent(app, caller, sha256).await?);
    let opening = Opening { sha256, sender_id, upload: None, offset, length, kept, _room: room };
    if opening.kept.is_some() {
        return Ok(opening);
    }
    let (now, mut tx) = (app.now(), app.db.read("file.upload.open").await?);
    let upload = uploads::find(&mut tx, sender_id, sha256).await?;
    let sent = uploads::find_sent(&mut tx, sender_id, local_day(now)).await?;
    drop(tx);
    let to_come = i64::try_from(length - offset).unwrap_or(i64::MAX);
    if sent.saturating_add(to_come) > app.settings.file_quota_bytes {
        return Err(FileProblem::Quota { retry_after_s: seconds_to_next_day(now) }.into());
    }
    match upload {
        // Another length at the very beginning: the phone begins again.
        Some(upload) if offset == 0 && stands(&upload).1 != length => {
            drop_upload(app, &upload).await?;
            Ok(opening)
        }
        Some(upload) if stands(&upload).1 != length => Err(Error::field(
            "Upload-Length",
            FieldCode::NotPermitted,
            "The upload began with another length.",
        )),
        Some(upload) if stands(&upload).0 != offset => {
            Err(FileProblem::Offset { at: stands(&upload).0 }.into())
        }
        None if offset != 0 => Err(FileProblem::Offset { at: 0 }.into()),
        upload => Ok(Opening { upload, ..opening }),
    }
}

/// Takes the bytes of a part; when they are the last, the file is checked and kept.
///
/// # Errors
/// [`FileProblem`]; then nothing of the part is kept, and after a wrong hash or content nothing of the file.
pub async fn take(app: &App, caller: &Caller, opening: Opening, bytes: Bytes) -> Result<UploadView> {
    if let Some(file) = &opening.kept {
        return Ok(complete(file));
    }
    if bytes.len() > opening.room() {
        return Err(Error::field("body", FieldCode::TooLong, "It goes beyond the length of the file."));
    }
    let upload = match &opening.upload {
        Some(upload) => upload.clone(),
        None => begin(app, caller, &opening).await?,
    };
    let (offset, length) = stands(&upload);
    let whole = offset + u64::try_from(bytes.len()).unwrap_or(u64::MAX) == length;
    if offset == 0 && whole {
        return keep(app, &upload, bytes, false).await;
    }
    if !bytes.is_empty() {
        add_part(app, &upload, &bytes).await?;
    }
    if !whole {
        let offset = signed(bytes.len()) + upload.offset_bytes;
        return Ok(view(&Upload { offset_bytes: offset, ..upload }));
    }
    match gather(app, &upload).await? {
        Some(bytes) => keep(app, &upload, bytes, true).await,
        None => {
            // A part is gone: somebody removed objects by hand. The phone still has the file.
            drop_upload(app, &upload).await?;
            Err(FileProblem::Offset { at: 0 }.into())
        }
    }
}

/// Makes the row of an upload, which names its objects before there are any.
async fn begin(app: &App, caller: &Caller, opening: &Opening) -> Result<Upload> {
    let upload = Upload {
        id: app.new_id()?,
        sender_id: opening.sender_id,
        person_id: caller.person_id,
        sha256: opening.sha256,
        length_bytes: i64::try_from(opening.length).unwrap_or(i64::MAX),
        offset_bytes: 0,
        changed_at: app.now(),
    };
    let mut tx = app.db.begin("file.upload.begin").await?;
    if !uploads::insert(&mut tx, &upload).await? {
        let other = uploads::find(&mut tx, upload.sender_id, upload.sha256).await?;
        return match other {
            Some(other) if stands(&other) == (0, opening.length) => Ok(other),
            other => {
                Err(FileProblem::Offset { at: other.as_ref().map_or(0, |other| stands(other).0) }.into())
            }
        };
    }
    tx.commit().await?;
    Ok(upload)
}

async fn add_part(app: &App, upload: &Upload, bytes: &Bytes) -> Result<()> {
    let part = Part {
        upload_id: upload.id,
        offset_bytes: upload.offset_bytes,
        length_bytes: signed(bytes.len()),
        object_key: format!("{}/{}", parts_key(upload), app.new_id::<Uuid>()?.simple()),
    };
    app.objects.put(&part.object_key, bytes.clone()).await?;
    let now = app.now();
    let mut tx = app.db.begin("file.upload.part").await?;
    if uploads::insert_part(&mut tx, &part, now).await? {
        uploads::update_sent(&mut tx, upload.sender_id, local_day(now), part.length_bytes.max(LEAST_COUNTED))
            .await?;
        tx.commit().await?;
        return Ok(());
    }
    let stand = uploads::find(&mut tx, upload.sender_id, upload.sha256).await?;
    drop(tx);
    app.objects.delete(&part.object_key).await?;
    Err(FileProblem::Offset { at: stand.as_ref().map_or(0, |stand| stands(stand).0) }.into())
}

/// The whole of an upload from its parts; none when one is missing.
async fn gather(app: &App, upload: &Upload) -> Result<Option<Bytes>> {
    let mut tx = app.db.read("file.upload.parts").await?;
    let parts = uploads::list_parts(&mut tx, upload.id).await?;
    drop(tx);
    let length = usize::try_from(upload.length_bytes).unwrap_or(MAX_BYTES);
    let mut whole = BytesMut::with_capacity(length);
    for part in parts {
        let Some(bytes) = app.objects.get(&part.object_key).await? else { return Ok(None) };
        whole.extend_from_slice(&bytes);
    }
    Ok((whole.len() == length).then(|| whole.freeze()))
}

/// Checks a whole file and keeps it; `counted` when its parts have been added to the quota already.
async fn keep(app: &App, upload: &Upload, bytes: Bytes, counted: bool) -> Result<UploadView> {
    let (sha256, copy) = (upload.sha256, bytes.clone());
    let checked = tokio::task::spawn_blocking(move || {
        if FileHash::of(&copy) == sha256 {
            inspect(&copy).map_err(FileProblem::Content)
        } else {
            Err(FileProblem::Hash)
        }
    });
    let kind = match checked.await.map_err(|error| Error::Internal(format!("worker: {error}")))? {
        Ok(kind) => kind,
        Err(problem) => {
            if !counted {
                count(app, upload).await?;
            }
            drop_upload(app, upload).await?;
            return Err(problem.into());
        }
    };
    let file = store(app, upload, kind, bytes, counted).await?;
    metrics::counter!("evidence_files_received").increment(1);
    Ok(complete(&file))
}

/// Puts the bytes where they belong and makes them visible, in this order: acknowledged means durable.
async fn store(app: &App, upload: &Upload, kind: FileKind, bytes: Bytes, counted: bool) -> Result<File> {
    let mut tx = app.db.read("file.upload.is_here").await?;
    let here = files::find(&mut tx, upload.sha256).await?;
    drop(tx);
    let file = File {
        sha256: upload.sha256,
        kind,
        length_bytes: upload.length_bytes,
        object_key: file_key(upload.sha256, upload.id),
        stored_at: app.now(),
    };
    match &here {
        None => app.objects.put(&file.object_key, bytes).await?,
        Some(here) if !app.objects.has(&here.object_key).await? => {
            tracing::warn!(file.sha256 = %here.sha256, "the bytes of a stored file were gone and came again");
            app.objects.put(&here.object_key, bytes).await?;
        }
        Some(_) => {}
    }
    let mut tx = app.db.begin("file.upload.keep").await?;
    let first = here.is_none() && files::insert(&mut tx, &file).await?;
    files::insert_sender(&mut tx, file.sha256, upload.person_id, file.stored_at).await?;
    if !counted {
        let bytes = file.length_bytes.max(LEAST_COUNTED);
        uploads::update_sent(&mut tx, upload.sender_id, local_day(file.stored_at), bytes).await?;
    }
    // Without parts and with its own bytes in use nothing of the upload is left to remove.
    let clean = !counted && (first || here.is_some());
    if clean {
        uploads::delete(&mut tx, upload.id).await?;
    }
    tx.commit().await?;
    if !clean {
        drop_upload(app, upload).await?;
    }
    Ok(file)
}

async fn count(app: &App, upload: &Upload) -> Result<()> {
    let mut tx = app.db.begin("file.upload.count").await?;
    let bytes = upload.length_bytes.max(LEAST_COUNTED);
    uploads::update_sent(&mut tx, upload.sender_id, local_day(app.now()), bytes).await?;
    tx.commit().await?;
    Ok(())
}

/// Removes an upload: its objects first, so that none is ever left without a row that names it.
pub(super) async fn drop_upload(app: &App, upload: &Upload) -> Result<()> {
    let mut tx = app.db.read("file.upload.objects").await?;
    let kept = files::find(&mut tx, upload.sha256).await?;
    drop(tx);
    let own = file_key(upload.sha256, upload.id);
    if kept.is_none_or(|file| file.object_key != own) {
        app.objects.delete(&own).await?;
    }
    app.objects.delete_below(&parts_key(upload)).await?;
    let mut tx = app.db.begin("file.upload.drop").await?;
    uploads::delete(&mut tx, upload.id).await?;
    tx.commit().await?;
    Ok(())
}

/// Whose upload it is: the phone's, or the person's where the session has none.
fn sender(caller: &Caller) -> Uuid {
    caller.device_id.map_or(caller.person_id.0, |device| device.0)
}

/// How much has arrived, and the whole length.
fn stands(upload: &Upload) -> (u64, u64) {
    let bytes = |n: i64| u64::try_from(n).unwrap_or(0);
    (bytes(upload.offset_bytes), bytes(upload.length_bytes))
}

fn view(upload: &Upload) -> UploadView {
    let (offset, length) = stands(upload);
    UploadView { sha256: upload.sha256, offset, length, complete: false }
}

fn complete(file: &File) -> UploadView {
    let length = u64::try_from(file.length_bytes).unwrap_or(0);
    UploadView { sha256: file.sha256, offset: length, length, complete: true }
}
