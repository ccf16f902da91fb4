//! `files`, `file_senders` and `event_files`: contents that are stored, who sent them, and which events name them.
//!
//! A file counts as received for an event once its signer, or somebody of the organisation that enrolled the signing
//! device (whoever carries the phone), has sent every byte of it.

use crate::batch::{Column, Statement, Value, ids};
use crate::{Result, Tx};
use domain::file::{FileHash, FileKind};
use domain::id::{EventId, ManifestId, PersonId};
use domain::time::Instant;
use sqlx::QueryBuilder;
use std::sync::LazyLock;

/// The condition under which a file named by an event (`n` and `e`) is received.
macro_rules! received {
    () => {
        "EXISTS (SELECT 1 FROM file_senders s WHERE s.sha256 = n.sha256 AND (s.person_id = e.person_id \
         OR EXISTS (SELECT 1 FROM role_grants g JOIN devices d ON d.organisation_id = g.organisation_id \
                    WHERE d.id = e.device_id AND g.person_id = s.person_id)))"
    };
}

/// A stored content.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct File {
    /// Its name.
    pub sha256: FileHash,
    /// What it is.
    pub kind: FileKind,
    /// Its length.
    pub length_bytes: i64,
    /// Where its bytes lie.
    pub object_key: String,
    /// Since when.
    pub stored_at: Instant,
}

/// A file that an event names.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Named {
    /// The event.
    pub event_id: EventId,
    /// Its place in the event's list, from 0.
    pub place: i32,
    /// The file.
    pub sha256: FileHash,
    /// True when it is here and may be shown with this event.
    pub received: bool,
    /// What it is, if stored.
    pub kind: Option<FileKind>,
    /// Its length, if stored.
    pub length_bytes: Option<i64>,
}

/// How many files the events of a manifest name, and how many of them are not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Count {
    /// The manifest.
    pub manifest_id: ManifestId,
    /// Named.
    pub named: i64,
    /// Not received.
    pub missing: i64,
}

/// An event through which a received file may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Way {
    /// The manifest, where there is one.
    pub manifest_id: Option<ManifestId>,
    /// Who signed.
    pub person_id: PersonId,
}

/// A page of all stored contents, by name.
pub async fn list_all(tx: &mut Tx, after: Option<FileHash>, limit: u16) -> Result<Vec<File>> {
    on_tx!(tx, c => {
        let mut q = QueryBuilder::new("SELECT sha256, kind, length_bytes, object_key, stored_at FROM files");
        if let Some(after) = after {
            q.push(" WHERE sha256 > ").push_bind(after);
        }
        q.push(" ORDER BY sha256 LIMIT ").push_bind(i64::from(limit));
        q.build_query_as().fetch_all(c).await
    })
}

/// A stored content by its name.
pub async fn find(tx: &mut Tx, sha256: FileHash) -> Result<Option<File>> {
    on_tx!(tx, c => sqlx::query_as(
        "SELECT sha256, kind, length_bytes, object_key, stored_at FROM files WHERE sha256 = $1",
    )
    .bind(sha256).fetch_optional(c).await)
}

/// Stores a content; false when it is stored already, then the row there counts.
pub async fn insert(tx: &mut Tx, row: &File) -> Result<bool> {
    on_tx!(tx, c => sqlx::query(
        "INSERT INTO files (sha256, kind, length_bytes, object_key, stored_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (sha256) DO NOTHING",
    )
    .bind(row.sha256).bind(row.kind).bind(row.length_bytes).bind(&row.object_key).bind(row.stored_at)
    .execute(c).await.map(|done| done.rows_affected() == 1))
}

/// Notes that a person has sent every byte; the first time counts.
pub async fn insert_sender(tx: &mut Tx, sha256: FileHash, person: PersonId, at: Instant) -> Result<()> {
    on_tx!(tx, c => sqlx::query(
        "INSERT INTO file_senders (sha256, person_id, sent_at) VALUES ($1, $2, $3) \
         ON CONFLICT (sha256, person_id) DO NOTHING",
    )
    .bind(sha256).bind(person).bind(at).execute(c).await.map(drop))
}

/// The stored content if this person has sent every byte of it.
pub async fn find_sent_by(tx: &mut Tx, sha256: FileHash, person: PersonId) -> Result<Option<File>> {
    on_tx!(tx, c => sqlx::query_as(
        "SELECT f.sha256, f.kind, f.length_bytes, f.object_key, f.stored_at FROM files f \
         JOIN file_senders s ON s.sha256 = f.sha256 WHERE f.sha256 = $1 AND s.person_id = $2",
    )
    .bind(sha256).bind(person).fetch_optional(c).await)
}

/// Notes which files events name, in their order; what is noted already stays.
pub async fn insert_named(tx: &mut Tx, named: &[(EventId, &[FileHash])]) -> Result<()> {
    static INSERT: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "INSERT INTO event_files (event_id, place, sha256) \
             SELECT event_id, CAST(place AS INTEGER), sha256 FROM {input} WHERE TRUE ON CONFLICT DO NOTHING",
            &[("event_id", Column::Uuid), ("place", Column::Int), ("sha256", Column::Bytes)],
        )
    });
    let mut rows = Vec::new();
    for (event, files) in named {
        for (place, hash) in (0_i32..).zip(*files) {
            rows.push(vec![(*event).into(), place.into(), Value::from(hash.bytes().as_slice())]);
        }
    }
    INSERT.execute(tx, rows).await.map(drop)
}

/// The files that events name, in the order of their lists.
pub async fn list_named(tx: &mut Tx, events: &[EventId]) -> Result<Vec<Named>> {
    static LIST: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!(
                "SELECT n.event_id, n.place, n.sha256, ",
                received!(),
                " AS received, f.kind, f.length_bytes FROM event_files n JOIN custody_events e ON e.id = n.event_id \
                 LEFT JOIN files f ON f.sha256 = n.sha256 \
                 WHERE n.event_id IN (SELECT wanted FROM {input}) ORDER BY n.event_id, n.place"
            ),
            &[("wanted", Column::Uuid)],
        )
    });
    LIST.fetch(tx, ids(events)).await
}

/// Counts for manifests; one whose events name no file is left out.
pub async fn count_for(tx: &mut Tx, manifests: &[ManifestId]) -> Result<Vec<Count>> {
    static COUNT: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!(
                "SELECT e.manifest_id, count(*) AS named, \
                        CAST(sum(CASE WHEN ",
                received!(),
                " THEN 0 ELSE 1 END) AS BIGINT) AS missing \
                 FROM custody_events e JOIN event_files n ON n.event_id = e.id \
                 WHERE e.manifest_id IN (SELECT wanted FROM {input}) GROUP BY e.manifest_id"
            ),
            &[("wanted", Column::Uuid)],
        )
    });
    COUNT.fetch(tx, ids(manifests)).await
}

/// The events through which a file may be read: those that name it and for which it is received.
pub async fn list_ways(tx: &mut Tx, sha256: FileHash) -> Result<Vec<Way>> {
    on_tx!(tx, c => sqlx::query_as(concat!(
        "SELECT DISTINCT e.manifest_id, e.person_id FROM event_files n JOIN custody_events e ON e.id = n.event_id \
         WHERE n.sha256 = $1 AND ", received!(), " ORDER BY e.manifest_id, e.person_id",
    ))
    .bind(sha256).fetch_all(c).await)
}

/// Contents stored before an instant that no event names, at most `limit`.
pub async fn list_unnamed(tx: &mut Tx, before: Instant, limit: u16) -> Result<Vec<FileHash>> {
    on_tx!(tx, c => sqlx::query_scalar(
        "SELECT sha256 FROM files f WHERE stored_at < $1 \
         AND NOT EXISTS (SELECT 1 FROM event_files n WHERE n.sha256 = f.sha256) ORDER BY stored_at LIMIT $2",
    )
    .bind(before).bind(i64::from(limit)).fetch_all(c).await)
}

/// Forgets a content unless an event names it by now; gives the key of its bytes, which nothing points to any more.
pub async fn delete_unnamed(tx: &mut Tx, sha256: FileHash) -> Result<Option<String>> {
    on_tx!(tx, c => sqlx::query(
        "DELETE FROM file_senders WHERE sha256 = $1 \
         AND NOT EXISTS (SELECT 1 FROM event_files n WHERE n.sha256 = file_senders.sha256)",
    )
    .bind(sha256).execute(c).await.map(drop))?;
    // Decided above and not again: a file without its senders could never be received.
    on_tx!(tx, c => sqlx::query_scalar(
        "DELETE FROM files WHERE sha256 = $1 \
         AND NOT EXISTS (SELECT 1 FROM file_senders s WHERE s.sha256 = files.sha256) RETURNING object_key",
    )
    .bind(sha256).fetch_optional(c).await)
}
