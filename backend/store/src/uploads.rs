//! `file_uploads`, `file_parts` and `file_quotas`: files on their way, and how much a sender may still send today.

use crate::{Result, Tx};
use chrono::NaiveDate;
use domain::file::FileHash;
use domain::id::PersonId;
use domain::time::Instant;
use uuid::Uuid;

macro_rules! columns {
    () => {
        "id, sender_id, person_id, sha256, length_bytes, offset_bytes, changed_at"
    };
}

/// A file on its way.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Upload {
    /// Its id; a part of the keys of its objects.
    pub id: Uuid,
    /// The device that sends it, or the person.
    pub sender_id: Uuid,
    /// Who sends it.
    pub person_id: PersonId,
    /// What it shall be.
    pub sha256: FileHash,
    /// Its whole length.
    pub length_bytes: i64,
    /// How much has arrived.
    pub offset_bytes: i64,
    /// When something last arrived.
    pub changed_at: Instant,
}

/// A part that has arrived.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Part {
    /// Of which upload.
    pub upload_id: Uuid,
    /// Where it begins.
    pub offset_bytes: i64,
    /// Its length.
    pub length_bytes: i64,
    /// Where its bytes lie.
    pub object_key: String,
}

/// Begins an upload; false when this sender has one of the same file.
pub async fn insert(tx: &mut Tx, row: &Upload) -> Result<bool> {
    on_tx!(tx, c => sqlx::query(concat!(
        "INSERT INTO file_uploads (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (sender_id, sha256) DO NOTHING",
    ))
    .bind(row.id).bind(row.sender_id).bind(row.person_id).bind(row.sha256).bind(row.length_bytes)
    .bind(row.offset_bytes).bind(row.changed_at)
    .execute(c).await.map(|done| done.rows_affected() == 1))
}

/// The upload of a file by a sender.
pub async fn find(tx: &mut Tx, sender: Uuid, sha256: FileHash) -> Result<Option<Upload>> {
    on_tx!(tx, c => sqlx::query_as(concat!(
        "SELECT ", columns!(), " FROM file_uploads WHERE sender_id = $1 AND sha256 = $2",
    ))
    .bind(sender).bind(sha256).fetch_optional(c).await)
}

/// Adds a part where the upload stands; false when it stands elsewhere by now, then nothing is written.
pub async fn insert_part(tx: &mut Tx, part: &Part, at: Instant) -> Result<bool> {
    let moved = on_tx!(tx, c => sqlx::query(
        "UPDATE file_uploads SET offset_bytes = offset_bytes + $3, changed_at = $4 \
         WHERE id = $1 AND offset_bytes = $2 AND offset_bytes + $3 <= length_bytes",
    )
    .bind(part.upload_id).bind(part.offset_bytes).bind(part.length_bytes).bind(at)
    .execute(c).await.map(|done| done.rows_affected() == 1))?;
    if !moved {
        return Ok(false);
    }
    on_tx!(tx, c => sqlx::query(
        "INSERT INTO file_parts (upload_id, offset_bytes, length_bytes, object_key) VALUES ($1, $2, $3, $4)",
    )
    .bind(part.upload_id).bind(part.offset_bytes).bind(part.length_bytes).bind(&part.object_key)
    .execute(c).await.map(|_| true))
}

/// The parts of an upload in their order.
pub async fn list_parts(tx: &mut Tx, upload: Uuid) -> Result<Vec<Part>> {
    on_tx!(tx, c => sqlx::query_as(
        "SELECT upload_id, offset_bytes, length_bytes, object_key FROM file_parts WHERE upload_id = $1 \
         ORDER BY offset_bytes",
    )
    .bind(upload).fetch_all(c).await)
}

/// Uploads that nobody has touched since `before`, the oldest first, at most `limit`.
pub async fn list_abandoned(tx: &mut Tx, before: Instant, limit: u16) -> Result<Vec<Upload>> {
    on_tx!(tx, c => sqlx::query_as(concat!(
        "SELECT ", columns!(), " FROM file_uploads WHERE changed_at < $1 ORDER BY changed_at, id LIMIT $2",
    ))
    .bind(before).bind(i64::from(limit)).fetch_all(c).await)
}

/// Forgets an upload and its parts; their objects are the caller's to remove first.
pub async fn delete(tx: &mut Tx, upload: Uuid) -> Result<()> {
    for statement in ["DELETE FROM file_parts WHERE upload_id = $1", "DELETE FROM file_uploads WHERE id = $1"]
    {
        on_tx!(tx, c => sqlx::query(statement).bind(upload).execute(c).await.map(drop))?;
    }
    Ok(())
}

/// What a sender has sent on a day, bytes.
pub async fn find_sent(tx: &mut Tx, sender: Uuid, day: NaiveDate) -> Result<i64> {
    let sent: Option<i64> = on_tx!(tx, c => sqlx::query_scalar(
        "SELECT sent_bytes FROM file_quotas WHERE sender_id = $1 AND day = $2",
    )
    .bind(sender).bind(day).fetch_optional(c).await)?;
    Ok(sent.unwrap_or(0))
}

/// Adds to what a sender has sent on a day.
pub async fn update_sent(tx: &mut Tx, sender: Uuid, day: NaiveDate, bytes: i64) -> Result<()> {
    on_tx!(tx, c => sqlx::query(
        "INSERT INTO file_quotas (sender_id, day, sent_bytes) VALUES ($1, $2, $3) \
         ON CONFLICT (sender_id, day) DO UPDATE SET sent_bytes = file_quotas.sent_bytes + excluded.sent_bytes",
    )
    .bind(sender).bind(day).bind(bytes).execute(c).await.map(drop))
}

/// Forgets what was sent before a day. Returns how many rows.
pub async fn delete_sent_before(tx: &mut Tx, day: NaiveDate) -> Result<u64> {
    on_tx!(tx, c => sqlx::query("DELETE FROM file_quotas WHERE day < $1")
        .bind(day).execute(c).await.map(|done| done.rows_affected()))
}
