//! `seals`: every seal ever issued, one per manifest and revision, and its place in the status list.

use crate::batch::{Column, Statement, ids};
use crate::{Result, Tx};
use domain::id::ManifestId;
use domain::time::Instant;
use std::sync::LazyLock;

macro_rules! columns {
    () => {
        "manifest_id, revision, status_list, status_index, status, short_code, digest, seal, key_id, issued_at, \
         expires_at"
    };
}

/// A seal.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Seal {
    /// The manifest.
    pub manifest_id: ManifestId,
    /// Revision it states.
    pub revision: i32,
    /// Number of its status list.
    pub status_list: i64,
    /// Index in that list.
    pub status_index: i64,
    /// 0 valid, 1 void, 2 on hold, 3 completed, 12 superseded.
    pub status: i16,
    /// Ten characters and a check character, upper case, without hyphens.
    pub short_code: String,
    /// SHA-256 of the seal.
    pub digest: Vec<u8>,
    /// The signed bytes (COSE_Sign1).
    pub seal: Vec<u8>,
    /// First 8 bytes of SHA-256 of the issuer's key.
    pub key_id: Vec<u8>,
    /// When it was issued.
    pub issued_at: Instant,
    /// When it expires.
    pub expires_at: Instant,
}

/// An entry of a status list that is not `valid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct StatusEntry {
    /// Index in the list.
    #[sqlx(rename = "status_index")]
    pub index: i64,
    /// Status, 1 to 15.
    pub status: i16,
}

/// Enters a seal into the table of issues.
pub async fn insert(tx: &mut Tx, row: &Seal) -> Result<()> {
    on_tx!(tx, c => sqlx::query(concat!(
        "INSERT INTO seals (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    ))
    .bind(row.manifest_id).bind(row.revision).bind(row.status_list).bind(row.status_index).bind(row.status)
    .bind(&row.short_code).bind(&row.digest).bind(&row.seal).bind(&row.key_id).bind(row.issued_at)
    .bind(row.expires_at)
    .execute(c).await.map(drop))
}

/// The seal of a short code (upper case, without hyphens).
pub async fn find_by_short_code(tx: &mut Tx, short_code: &str) -> Result<Option<Seal>> {
    on_tx!(tx, c => sqlx::query_as(concat!("SELECT ", columns!(), " FROM seals WHERE short_code = $1"))
        .bind(short_code).fetch_optional(c).await)
}

/// The seal of a digest: whether we issued these very bytes.
pub async fn find_by_digest(tx: &mut Tx, digest: &[u8]) -> Result<Option<Seal>> {
    on_tx!(tx, c => sqlx::query_as(concat!("SELECT ", columns!(), " FROM seals WHERE digest = $1"))
        .bind(digest).fetch_optional(c).await)
}

/// Seals of digests, for a batch of events: which of these bytes we issued.
pub async fn find_by_digests(tx: &mut Tx, digests: &[[u8; 32]]) -> Result<Vec<Seal>> {
    static FIND: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!("SELECT ", columns!(), " FROM seals WHERE digest IN (SELECT wanted FROM {input})"),
            &[("wanted", Column::Bytes)],
        )
    });
    FIND.fetch(tx, digests.iter().map(|digest| vec![digest.as_slice().into()]).collect()).await
}

/// Seals of short codes, for a batch of events.
pub async fn find_by_short_codes(tx: &mut Tx, short_codes: &[String]) -> Result<Vec<Seal>> {
    static FIND: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!("SELECT ", columns!(), " FROM seals WHERE short_code IN (SELECT wanted FROM {input})"),
            &[("wanted", Column::Text)],
        )
    });
    FIND.fetch(tx, short_codes.iter().map(|code| vec![code.as_str().into()]).collect()).await
}

/// Every seal of manifests, by manifest and revision.
pub async fn list_for(tx: &mut Tx, manifests: &[ManifestId]) -> Result<Vec<Seal>> {
    static LIST: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!(
                "SELECT ",
                columns!(),
                " FROM seals WHERE manifest_id IN (SELECT wanted FROM {input}) ORDER BY manifest_id, revision"
            ),
            &[("wanted", Column::Uuid)],
        )
    });
    LIST.fetch(tx, ids(manifests)).await
}

/// Sets the status of seals, in one statement.
pub async fn update_status(tx: &mut Tx, statuses: &[(ManifestId, i32, i16)]) -> Result<()> {
    static UPDATE: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "UPDATE seals SET status = new_status FROM {input} \
             WHERE manifest_id = of_manifest AND revision = of_revision AND status <> new_status",
            &[("of_manifest", Column::Uuid), ("of_revision", Column::Int), ("new_status", Column::Int)],
        )
    });
    let rows = statuses
        .iter()
        .map(|(id, revision, status)| vec![(*id).into(), (*revision).into(), (*status).into()]);
    UPDATE.execute(tx, rows.collect()).await.map(drop)
}

/// The entries of a status list that are not `valid`, by index.
pub async fn list_status(tx: &mut Tx, list: i64) -> Result<Vec<StatusEntry>> {
    on_tx!(tx, c => sqlx::query_as(
        "SELECT status_index, status FROM seals WHERE status_list = $1 AND status > 0 ORDER BY status_index",
    )
    .bind(list).fetch_all(c).await)
}
