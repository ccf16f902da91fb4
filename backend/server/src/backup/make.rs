//! Making a backup while the server serves.

use super::archive::{create_folder, encrypt, pack};
use super::{About, FILES, FORMAT, MADE_AT, dump, evidence, recipients};
use crate::config::Config;
use crate::objects::ObjectFolder;
use anyhow::{Context as _, bail};
use chrono::{DateTime, Duration, Utc};
use std::path::{Path, PathBuf};
use store::{Db, meta};

/// Archives that are kept however old they are.
const KEEP_LEAST: usize = 3;
const PREFIX: &str = "emanifest-";
const SUFFIX: &str = ".tar.gz.age";

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The archive.
    pub archive: PathBuf,
    /// Its length, bytes.
    pub bytes: u64,
    /// Evidence files that the database knows.
    pub files: u64,
    /// Of these, copied now.
    pub new_files: u64,
    /// Of these, not where they should be.
    pub missing_files: u64,
    /// Older archives that were removed.
    pub removed: usize,
}

/// Makes a backup in the configured folder, and notes in the database that it was made.
///
/// The files come after the database: whatever the copy of the database names is among them.
///
/// # Errors
/// A sentence that says what is missing; nothing half-made keeps its name.
pub async fn make(config: &Config, now: DateTime<Utc>) -> anyhow::Result<Made> {
    let folder = config.backup_dir.as_deref().context("set backup_dir: where backups are kept")?;
    let to = recipients(&config.backup_recipients)?;
    if to.is_empty() {
        bail!("set backup_recipients; make a key first: emanifest keys backup --file FILE");
    }
    create_folder(folder)?;
    let db = Db::connect(&config.database_url, store::Options::default())
        .await
        .context("the database cannot be opened")?;
    let work = Scratch::make(folder, now)?;
    let copy = work.0.join(dump::name(db.kind()));
    dump::dump(&db, &config.database_url, &copy).await?;
    let objects = ObjectFolder::at(&config.files);
    let copied = evidence::copy(&db, &objects, &folder.join(FILES), &to).await?;
    let mut entries = vec![(dump::name(db.kind()).to_owned(), copy)];
    entries.extend(server_keys(&config.keys_dir)?);
    let mut tx = db.read("backup.about").await?;
    let about = About {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: now,
        database: match db.kind() {
            store::Kind::Sqlite => "sqlite",
            store::Kind::Postgres => "postgres",
        }
        .to_owned(),
        epoch: meta::epoch(&mut tx).await?,
        files: copied.known,
    };
    drop(tx);
    let archive = folder.join(format!("{PREFIX}{}{SUFFIX}", now.format("%Y%m%dT%H%M%SZ")));
    let (path, about) = (archive.clone(), serde_json::to_vec_pretty(&about)?);
    let bytes =
        tokio::task::spawn_blocking(move || encrypt(&path, &to, |out| pack(out, &about, &entries))).await??;
    drop(work);
    let mut tx = db.begin("backup.note").await?;
    meta::update(&mut tx, MADE_AT, &now.to_rfc3339()).await?;
    tx.commit().await?;
    db.close().await;
    let removed = prune(folder, now, config.backup_keep_days)?;
    let (files, new_files, missing_files) = (copied.known, copied.new, copied.missing);
    Ok(Made { archive, bytes, files, new_files, missing_files, removed })
}

/// A folder for the plain copy, inside the backup folder because there has to be room there anyway; gone when dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn make(folder: &Path, now: DateTime<Utc>) -> anyhow::Result<Self> {
        let path = folder.join(format!(".plain-{}-{}", now.timestamp(), std::process::id()));
        create_folder(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::error!(path = %self.0.display(), %error, "a plain copy of the database was left behind; remove it");
        }
    }
}

/// The private keys that the server needs. A root key is no server's business, not even encrypted.
fn server_keys(folder: &Path) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let mut keys = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(keys) };
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.extension().is_some_and(|extension| extension == "key") && !name.starts_with("root-") {
            keys.push((format!("keys/{name}"), path.clone()));
        }
    }
    keys.sort();
    Ok(keys)
}

/// Removes archives older than so many days (0: none); the newest ones stay whatever their age.
fn prune(folder: &Path, now: DateTime<Utc>, keep_days: u32) -> anyhow::Result<usize> {
    if keep_days == 0 {
        return Ok(0);
    }
    let mut archives = archives(folder)?;
    archives.truncate(archives.len().saturating_sub(KEEP_LEAST));
    let oldest = format!("{PREFIX}{}", (now - Duration::days(keep_days.into())).format("%Y%m%dT%H%M%SZ"));
    let mut removed = 0;
    for name in archives.into_iter().filter(|name| *name < oldest) {
        std::fs::remove_file(folder.join(&name)).with_context(|| format!("cannot remove {name}"))?;
        removed += 1;
    }
    Ok(removed)
}

/// Names of the archives in a folder, oldest first: their names are their times.
fn archives(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with(PREFIX) && name.ends_with(SUFFIX) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::{archives, prune};
    use chrono::{TimeZone as _, Utc};

    #[test]
    fn old_archives_go_but_never_the_last_three() {
        let folder = tempfile::tempdir().unwrap();
        let name = |day: u32| format!("emanifest-202611{day:02}T020000Z.tar.gz.age");
        for day in 1..=6 {
            std::fs::write(folder.path().join(name(day)), b"x").unwrap();
        }
        std::fs::write(folder.path().join("of-somebody-else.txt"), b"x").unwrap();
        let now = Utc.with_ymd_and_hms(2026, 11, 26, 2, 0, 0).unwrap();
        assert_eq!(prune(folder.path(), now, 0).unwrap(), 0);
        assert_eq!(prune(folder.path(), now, 24).unwrap(), 1);
        assert_eq!(prune(folder.path(), now, 1).unwrap(), 2);
        assert_eq!(archives(folder.path()).unwrap(), [name(4), name(5), name(6)]);
        assert!(folder.path().join("of-somebody-else.txt").exists());
    }
}
