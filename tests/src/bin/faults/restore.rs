//! The drill: a backup under load, then the database is lost and restored elsewhere, while the phones go on.

use anyhow::{Context as _, bail};
use server::config::Config;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Instant;
use store::testing::TestDb;
use tests::pressure::process::{Launch, Server};

/// Serves, makes a backup after a third of the time, loses the database after two thirds, restores it and serves again.
pub(crate) async fn lose_and_restore(
    made: &TestDb,
    launch: &Launch,
    folder: &Path,
    until: Instant,
) -> anyhow::Result<Server> {
    let identity = folder.join("backup.key");
    let recipient = server::backup::create_identity(&identity)?;
    let config = Config {
        backup_dir: Some(folder.join("backups")),
        backup_recipients: vec![recipient],
        files: folder.join("files").display().to_string(),
        ..launch.config.clone()
    };
    let third = until.saturating_duration_since(Instant::now()) / 3;
    let server = launch.start().await?;
    tokio::time::sleep(third).await;
    let began = Instant::now();
    run(launch, &config, &["backup"]).await?;
    let backup_took = began.elapsed();
    tokio::time::sleep(third.saturating_sub(backup_took)).await;
    server.kill().await?;
    made.empty().await?;
    let began = Instant::now();
    let archive = archive(&folder.join("backups"))?;
    let (from, key) = (archive.to_string_lossy().into_owned(), identity.to_string_lossy().into_owned());
    let said = run(launch, &config, &["restore", "--from", &from, "--identity", &key]).await?;
    let server = launch.start().await?;
    println!(
        "backup under load {:.1} s; the database lost {:.1} s after it; restored and serving {:.1} s after the loss: {}",
        backup_took.as_secs_f64(),
        third.max(backup_took).saturating_sub(backup_took).as_secs_f64(),
        began.elapsed().as_secs_f64(),
        String::from_utf8_lossy(&said.stdout).lines().next().unwrap_or_default(),
    );
    Ok(server)
}

/// Runs the installed command with the installation's configuration.
async fn run(launch: &Launch, config: &Config, arguments: &[&str]) -> anyhow::Result<Output> {
    let backups = config.backup_dir.as_deref().unwrap_or(Path::new("."));
    let done = tokio::process::Command::new(&launch.binary)
        .args(arguments)
        .env("EMANIFEST_DATABASE_URL", &config.database_url)
        .env("EMANIFEST_KEYS_DIR", &config.keys_dir)
        .env("EMANIFEST_FILES", &config.files)
        .env("EMANIFEST_BACKUP_DIR", backups)
        .env("EMANIFEST_BACKUP_RECIPIENTS", config.backup_recipients.join(","))
        .output()
        .await?;
    if !done.status.success() {
        bail!("emanifest {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
    Ok(done)
}

fn archive(folder: &Path) -> anyhow::Result<PathBuf> {
    let entries = std::fs::read_dir(folder)?.filter_map(Result::ok).map(|entry| entry.path());
    let mut archives: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "age")).collect();
    archives.sort();
    archives.pop().context("the backup left no archive")
}
