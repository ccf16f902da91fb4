//! Evidence files: photographs, tickets, signatures and papers beside events.
//!
//! `upload` takes their bytes in parts and keeps them once their hash and content are right, `read` gives them out
//! through an event that the caller may see, `named` tells which events name which, `sweep` forgets what was abandoned.

pub mod named;
pub mod read;
pub(crate) mod room;
pub mod sweep;
pub mod upload;

use bytes::Bytes;
use domain::file::FileHash;
use store::uploads::Upload;
use uuid::Uuid;

/// Where bytes are kept: a folder of this machine or a bucket. Keys are ours, never a caller's.
///
/// A key is written once with one content, so that nothing here needs a lock.
#[async_trait::async_trait]
pub trait Objects: Send + Sync + 'static {
    /// Keeps bytes under a key; when it returns they survive a crash of process and machine.
    async fn put(&self, key: &str, bytes: Bytes) -> Result<(), ObjectError>;
    /// The bytes of a key; none when there are none.
    async fn get(&self, key: &str) -> Result<Option<Bytes>, ObjectError>;
    /// True when a key has bytes.
    async fn has(&self, key: &str) -> Result<bool, ObjectError>;
    /// Removes a key; one that is not there is as good as removed.
    async fn delete(&self, key: &str) -> Result<(), ObjectError>;
    /// Removes every key below `prefix/`.
    async fn delete_below(&self, prefix: &str) -> Result<(), ObjectError>;
}

/// The place where bytes are kept does not do its part; the same call may succeed later.
#[derive(Debug, thiserror::Error)]
#[error("object store: {0}")]
pub struct ObjectError(pub String);

impl From<ObjectError> for crate::Error {
    fn from(error: ObjectError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "evidence files cannot be kept or read");
        Self::Busy
    }
}

/// What is wrong with a file that somebody sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FileProblem {
    /// The part does not begin where the upload stands.
    #[error("the upload stands at {at}")]
    Offset {
        /// Where it stands, bytes.
        at: u64,
    },
    /// The whole is not what its hash says.
    #[error("the bytes have another SHA-256")]
    Hash,
    /// It is none of the kinds that are kept, or damaged.
    #[error("content refused: {0}")]
    Content(domain::file::FileFault),
    /// More bytes than a file may have.
    #[error("too large")]
    TooLarge,
    /// The sender has sent enough for today.
    #[error("quota of the day is used up")]
    Quota {
        /// Seconds until the next day begins.
        retry_after_s: i64,
    },
}

impl FileProblem {
    /// The stable code of the problem on the wire.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Offset { .. } => "upload_offset",
            Self::Hash => "upload_hash",
            Self::Content(domain::file::FileFault::Metadata(_)) => "file_metadata",
            Self::Content(_) => "file_kind",
            Self::TooLarge => "body_too_large",
            Self::Quota { .. } => "upload_quota",
        }
    }
}

impl From<FileProblem> for crate::Error {
    fn from(problem: FileProblem) -> Self {
        Self::File(problem)
    }
}

/// Where a whole file lies. The upload's id makes the key its own: who forgets one never removes another's bytes.
fn file_key(sha256: FileHash, upload: Uuid) -> String {
    let hex = sha256.to_string();
    format!("files/{}/{hex}.{}", &hex[..2], upload.simple())
}

/// Below which key the parts of an upload lie.
fn parts_key(upload: &Upload) -> String {
    format!("parts/{}", upload.id.simple())
}

/// A length as the database keeps it.
fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
