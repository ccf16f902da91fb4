//! Starting the demo: keys, database, logins, listener.

use super::province::Province;
use super::{lan, logins, seed};
use crate::compose;
use crate::config::Config;
use crate::headers::DemoReach;
use crate::post::PostOffice;
use crate::{http, keys};
use chrono::{DateTime, Utc};
use domain::seal::trust_list::KeyUse;
use domain::time::instant;
use ring::rand::SystemRandom;
use std::path::{Path, PathBuf};
use store::Db;

/// Serves the demo from a folder, filled with so many days of past loads at first; `lan` for phones nearby.
///
/// # Errors
/// A sentence for the person at the terminal.
pub async fn run(mut config: Config, data: PathBuf, lan: bool, days: u64) -> anyhow::Result<()> {
    if std::env::var_os("EMANIFEST_DATABASE_URL").is_none() {
        config.database_url = format!("sqlite:{}", data.join("demo.sqlite").display());
    }
    if !lan && !config.listen.ip().is_loopback() {
        anyhow::bail!("the demo listens on loopback only; start it with --lan for phones nearby");
    }
    std::fs::create_dir_all(&data)?;
    config.keys_dir = data.join("demo-keys");
    if std::env::var_os("EMANIFEST_FILES").is_none() {
        config.files = data.join("demo-files").display().to_string();
    }
    let now = instant(compose::now());
    let certified = if lan { Some(lan::prepare(&mut config, &data, now)?) } else { None };
    let db = compose::open_database(&config.database_url).await?;
    let seeded = seed::is_seeded(&db).await?;
    let keyring = open_keys(&db, &config, now).await?;
    let province = Province::read()?;
    if keys::open_push(&config.keys_dir, &SystemRandom::new())?.is_none() {
        keys::create_push(&config.keys_dir, &SystemRandom::new())?;
    }
    let post = PostOffice::open(&config, &SystemRandom::new(), true)?;
    let app = compose::app(&config, db.clone(), keyring.clone(), post.means(), true);
    if !seeded {
        println!("== demo: the database is empty, filling it with the demo province (once)");
        seed::seed(&app, &province, now, days).await?;
    }
    let logins = logins::open(&db, &data, &province).await?;
    logins::print(&logins, &logins::path(&data));
    let (reach, tls) = match &certified {
        Some(certified) => {
            lan::serve_certificate(&config, certified).await?;
            (DemoReach::Lan, Some((certified.certificate.clone(), certified.key.clone())))
        }
        None => {
            println!("\nOpen http://{} in a browser on this machine. Stop with Ctrl-C.", config.public_host);
            (DemoReach::Loopback, None)
        }
    };
    compose::listen(&app, post, http::router(app.clone(), Some(reach)), config.listen, tls).await
}

/// Opens the demo's keys, making root, issuer and trust list at first start and whenever the host changes.
pub(super) async fn open_keys(
    db: &Db,
    config: &Config,
    now: DateTime<Utc>,
) -> anyhow::Result<app::keyring::Keyring> {
    let random = SystemRandom::new();
    let since = seed::keys_from(now);
    let root = match find_root(&config.keys_dir) {
        Some(path) => path,
        None => keys::create(db, &config.keys_dir, KeyUse::Root, &random, since).await?.1,
    };
    let hosts = vec![
        config.public_host.to_ascii_lowercase(),
        "127.0.0.1:8080".to_owned(),
        "localhost:8080".to_owned(),
    ];
    let ready = keys::open(db, &config.keys_dir, &random, now).await;
    if let Ok(keyring) = ready
        && keyring.keys().trust.claims().names_host(&config.public_host)
    {
        return Ok(keyring);
    }
    let mut tx = db.read("demo.keys").await?;
    let has_issuer =
        store::keys::list(&mut tx).await?.iter().any(|key| key.purpose == KeyUse::Issuer.as_str());
    drop(tx);
    if !has_issuer {
        keys::create(db, &config.keys_dir, KeyUse::Issuer, &random, since).await?;
    }
    keys::sign_trust_list(db, &root, &config.issuer, hosts, &random, now).await?;
    keys::open(db, &config.keys_dir, &random, now).await
}

fn find_root(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?;
    entries.flatten().map(|entry| entry.path()).find(|path| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("root-"))
    })
}
