//! Bringing a backup back: into an empty place, with a new epoch, so that phones send again what they keep and no number
//! comes twice.

use super::archive::{create_folder, create_private, decrypt, unpack};
use super::{About, FILES, dump, evidence, read_identity};
use crate::compose;
use crate::config::Config;
use crate::objects::ObjectFolder;
use anyhow::{Context as _, bail};
use app::restore::Raised;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use store::{Db, Kind};

/// What was brought back.
#[derive(Debug)]
pub struct Restored {
    /// What the archive says of itself.
    pub about: About,
    /// The new epoch and the numbers left out.
    pub raised: Raised,
    /// Evidence files brought back.
    pub files: u64,
    /// Evidence files of which there is no copy.
    pub lost_files: u64,
    /// Keys that were not there.
    pub keys: usize,
}

/// Opens an archive and reads it to its end, writing nothing: proves that it is whole and that this key opens it.
///
/// # Errors
/// What is wrong with it.
pub fn check(archive: &Path, identity: &Path) -> anyhow::Result<About> {
    let identity = read_identity(identity)?;
    unpack(decrypt(archive, &identity)?, |_, entry| Ok(io::copy(entry, &mut io::sink()).map(drop)?))
}

/// Restores an archive into the configured database, keys folder and file storage. Never writes over anything: the
/// database must not exist (SQLite) or be empty (PostgreSQL); keys and files that are there stay.
///
/// # Errors
/// What is in the way or wrong with the archive.
pub async fn restore(
    config: &Config,
    archive: &Path,
    identity: &Path,
    numbers_per_day: i64,
) -> anyhow::Result<Restored> {
    let identity = read_identity(identity)?;
    let target = Target::of(&config.database_url).await?;
    let from = decrypt(archive, &identity)?;
    let (keys_dir, copy) = (config.keys_dir.clone(), target.copy().to_owned());
    let mut keys = 0;
    let work = move || {
        let about = unpack(from, |name, entry| {
            if name == dump::name(Kind::Sqlite) || name == dump::name(Kind::Postgres) {
                return write(&copy, entry);
            }
            let Some(key) = name.strip_prefix("keys/").filter(|key| !key.contains('/')) else {
                return Ok(());
            };
            let path = keys_dir.join(key);
            if !path.exists() {
                create_folder(&keys_dir)?;
                write(&path, entry)?;
                keys += 1;
            }
            Ok(())
        })?;
        anyhow::Ok((about, keys))
    };
    let unpacked = tokio::task::spawn_blocking(work).await?;
    let (about, keys) = unpacked.inspect_err(|_| target.give_up())?;
    target.take(&about).await.inspect_err(|_| target.give_up())?;
    let db = compose::open_database(&config.database_url).await?;
    let raised = app::restore::raise(&db, domain::time::instant(compose::now()), numbers_per_day)
        .await
        .context("the epoch was not raised; run: emanifest raise-epoch")?;
    let objects = ObjectFolder::at(&config.files);
    let folder = archive.parent().unwrap_or(Path::new(".")).join(FILES);
    let (files, lost_files) = evidence::restore(&db, &objects, &folder, &identity).await?;
    db.close().await;
    Ok(Restored { about, raised, files, lost_files, keys })
}

fn write(path: &Path, from: &mut dyn Read) -> anyhow::Result<()> {
    let mut file = create_private(path).with_context(|| format!("cannot write {}", path.display()))?;
    io::copy(from, &mut file)?;
    Ok(file.sync_all()?)
}

/// Where the database goes.
enum Target {
    Sqlite { file: PathBuf, copy: PathBuf },
    Postgres { url: String, copy: PathBuf },
}

impl Target {
    /// Looks that nothing is in the way.
    async fn of(url: &str) -> anyhow::Result<Self> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.trim_start_matches("//");
            let file = PathBuf::from(path.split('?').next().unwrap_or(path));
            if file.exists() {
                bail!(
                    "{} exists; move it away first: a restore never writes over a database",
                    file.display()
                );
            }
            create_folder(file.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new(".")))?;
            let copy = with_suffix(&file, ".restoring");
            let target = Self::Sqlite { file, copy };
            target.give_up();
            return Ok(target);
        }
        let db =
            Db::connect(url, store::Options::default()).await.context("the database cannot be opened")?;
        let is_empty = store::copy::is_empty(&db).await?;
        db.close().await;
        if !is_empty {
            bail!("the database has tables; restore into an empty one: createdb …");
        }
        let copy = std::env::temp_dir().join(format!("emanifest-restoring-{}.dump", std::process::id()));
        Ok(Self::Postgres { url: url.to_owned(), copy })
    }

    fn copy(&self) -> &Path {
        match self {
            Self::Sqlite { copy, .. } | Self::Postgres { copy, .. } => copy,
        }
    }

    /// Removes what was unpacked.
    fn give_up(&self) {
        // What was never written cannot be removed: nothing is lost.
        let _ = std::fs::remove_file(self.copy());
    }

    /// Puts the unpacked copy in its place.
    async fn take(&self, about: &About) -> anyhow::Result<()> {
        match self {
            Self::Sqlite { file, copy } => {
                if about.database != "sqlite" {
                    bail!(
                        "this is a backup of a {} database, the configuration names SQLite",
                        about.database
                    );
                }
                store::copy::check_file(copy).await.context("the copy of the database is damaged")?;
                std::fs::rename(copy, file)?;
                Ok(std::fs::File::open(file.parent().unwrap_or(Path::new(".")))?.sync_all()?)
            }
            Self::Postgres { url, copy } => {
                if about.database != "postgres" {
                    bail!(
                        "this is a backup of a {} database, the configuration names PostgreSQL",
                        about.database
                    );
                }
                dump::load(url, copy).await?;
                self.give_up();
                Ok(())
            }
        }
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
