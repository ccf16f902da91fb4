//! Backups that one technician can make, check, carry away and restore: encrypted to keys that are not on the server.
//!
//! A backup is one archive with the database and the server's keys, and beside it a folder of evidence files that only
//! grows: files never change, so each is copied once. Everything is in the age format (age-encryption.org/v1) and, once
//! opened, a gzipped tar: what this program can read, `age` and `tar` can read too.

mod archive;
mod dump;
mod evidence;
mod make;
mod restore;

pub use make::{Made, make};
pub use restore::{Restored, check, restore};

use age::secrecy::ExposeSecret as _;
use age::x25519::{Identity, Recipient};
use anyhow::Context as _;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Name of the fact "when the last backup was made" in the database.
pub const MADE_AT: &str = "backup_at";
/// Folder of evidence files beside the archives.
const FILES: &str = "files";
/// Version of the archive's layout.
const FORMAT: u32 = 1;

/// What an archive says of itself: its first entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Version of the layout.
    pub format: u32,
    /// Version of the program that made it.
    pub version: String,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// `sqlite` or `postgres`.
    pub database: String,
    /// Epoch of the database.
    pub epoch: i64,
    /// Evidence files that the database knows.
    pub files: u64,
}

/// Makes the pair of keys for backups: the secret half into a file of mode 0600, which belongs on a medium that is not
/// the server. Returns the public half, which belongs into the configuration.
///
/// # Errors
/// When the file exists or cannot be written.
pub fn create_identity(path: &Path) -> anyhow::Result<String> {
    let identity = Identity::generate();
    let recipient = identity.to_public().to_string();
    let text = format!("# public key: {recipient}\n{}\n", identity.to_string().expose_secret());
    archive::create_private(path)
        .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()).and(file.sync_all()))
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(recipient)
}

/// Reads the secret half, as this program or `age-keygen` wrote it.
fn read_identity(path: &Path) -> anyhow::Result<Identity> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let line = text.lines().find(|line| line.starts_with("AGE-SECRET-KEY-1"));
    let line = line.with_context(|| format!("{} holds no AGE-SECRET-KEY-1…", path.display()))?;
    line.trim().parse().map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))
}

/// Reads public halves.
///
/// # Errors
/// Names the one that is none.
pub fn recipients(texts: &[String]) -> anyhow::Result<Vec<Recipient>> {
    let read = |text: &String| {
        text.trim().parse().map_err(|error| anyhow::anyhow!("backup_recipients: {text}: {error}"))
    };
    texts.iter().map(read).collect()
}
