//! Evidence files beside the archives: content-addressed and never changed, so each is copied once, and a backup after
//! the first costs only what is new.

use super::archive::{create_folder, decrypt, encrypt};
use age::x25519::{Identity, Recipient};
use anyhow::{Context as _, bail};
use app::file::Objects;
use bytes::Bytes;
use domain::file::FileHash;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use store::files::{self, File};
use store::{Db, Tx};

/// Files asked for at once.
const PAGE: u16 = 500;

/// Where a file lies in a backup's folder.
fn place(folder: &Path, hash: FileHash) -> PathBuf {
    let name = hash.to_string();
    folder.join(name.get(..2).unwrap_or("00")).join(format!("{name}.age"))
}

/// How many files the database knows, and how many of them were copied now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Copied {
    pub known: u64,
    pub new: u64,
    /// Known, but not where they should be: a fault of the storage, told and not hidden.
    pub missing: u64,
}

async fn next(tx: &mut Tx, after: Option<FileHash>) -> store::Result<Vec<File>> {
    files::list_all(tx, after, PAGE).await
}

/// Copies every file that the folder lacks.
pub(super) async fn copy(
    db: &Db,
    objects: &dyn Objects,
    folder: &Path,
    recipients: &[Recipient],
) -> anyhow::Result<Copied> {
    let (mut copied, mut after) = (Copied::default(), None);
    loop {
        let mut tx = db.read("backup.files").await?;
        let page = next(&mut tx, after).await?;
        drop(tx);
        let Some(last) = page.last() else { return Ok(copied) };
        after = Some(last.sha256);
        for file in page {
            copied.known += 1;
            let path = place(folder, file.sha256);
            if path.exists() {
                continue;
            }
            let Some(bytes) = objects.get(&file.object_key).await? else {
                tracing::error!(sha256 = %file.sha256, "an evidence file is not where it was kept");
                copied.missing += 1;
                continue;
            };
            create_folder(path.parent().unwrap_or(folder))?;
            encrypt(&path, recipients, |to| Ok(to.write_all(&bytes)?))?;
            copied.new += 1;
        }
    }
}

/// Brings back every file that the restored database knows and the storage lacks; returns how many, and how many no
/// copy was found of.
pub(super) async fn restore(
    db: &Db,
    objects: &dyn Objects,
    folder: &Path,
    identity: &Identity,
) -> anyhow::Result<(u64, u64)> {
    let (mut restored, mut lost, mut after) = (0, 0, None);
    loop {
        let mut tx = db.read("restore.files").await?;
        let page = next(&mut tx, after).await?;
        drop(tx);
        let Some(last) = page.last() else { return Ok((restored, lost)) };
        after = Some(last.sha256);
        for file in page {
            if objects.has(&file.object_key).await? {
                continue;
            }
            let path = place(folder, file.sha256);
            if !path.exists() {
                lost += 1;
                continue;
            }
            let mut bytes = Vec::new();
            decrypt(&path, identity)?
                .read_to_end(&mut bytes)
                .with_context(|| format!("{} is damaged", path.display()))?;
            if FileHash::of(&bytes) != file.sha256 {
                bail!("{} is not the file that its name says", path.display());
            }
            objects.put(&file.object_key, Bytes::from(bytes)).await?;
            restored += 1;
        }
    }
}
