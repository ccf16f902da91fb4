//! What office acts fix once: the number, the seal's revision, the code read out at pickup.

use crate::{Result, Tx};
use domain::id::ManifestId;
use domain::time::Instant;

/// What issuing fixes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// The manifest.
    pub id: ManifestId,
    /// Official number; kept by later revisions.
    pub number: String,
    /// Its serial.
    pub serial: i64,
    /// Local year it counts in.
    pub serial_year: i32,
    /// Permit it counts under.
    pub serial_permit: String,
    /// Revision that the seal states, from 1.
    pub revision: i32,
    /// Six digits that the generator reads out.
    pub pickup_code: String,
    /// SHA-256 of the approved document.
    pub document_digest: Vec<u8>,
    /// Now.
    pub at: Instant,
}

/// Gives number, revision and pickup code; the state follows from the fold.
///
/// # Errors
/// [`crate::Error::Duplicate`] when the number is taken, [`crate::Error::Stale`] when one was given already.
pub async fn update_issued(tx: &mut Tx, issue: &Issue) -> Result<()> {
    let touched = on_tx!(tx, c => sqlx::query(
        "UPDATE manifests SET number = $2, serial = $3, serial_year = $4, serial_permit = $5, revision = $6, \
             pickup_code = $7, document_digest = $8, updated_at = $9, folded = $10 || ' ' || folded, \
             version = version + 1 \
         WHERE id = $1 AND number IS NULL",
    )
    .bind(issue.id).bind(&issue.number).bind(issue.serial).bind(issue.serial_year).bind(&issue.serial_permit)
    .bind(issue.revision).bind(&issue.pickup_code).bind(&issue.document_digest).bind(issue.at)
    .bind(domain::text::fold(&issue.number))
    .execute(c).await.map(|done| done.rows_affected()))?;
    if touched == 0 { Err(crate::Error::Stale) } else { Ok(()) }
}

/// Raises the revision of an issued manifest and replaces the digest of its document; the number stays.
pub async fn update_revision(
    tx: &mut Tx,
    id: ManifestId,
    revision: i32,
    document_digest: &[u8],
    at: Instant,
) -> Result<()> {
    on_tx!(tx, c => sqlx::query(
        "UPDATE manifests SET revision = $2, document_digest = $3, updated_at = $4, version = version + 1 \
         WHERE id = $1 AND number IS NOT NULL",
    )
    .bind(id).bind(revision).bind(document_digest).bind(at)
    .execute(c).await.map(|done| done.rows_affected()))
    .and_then(crate::error::one)
}
