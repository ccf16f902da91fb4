//! Puts the parts together: database, keys, use-cases, listener.

use crate::clock::SystemClock;
use crate::config::Config;
use crate::objects::ObjectFolder;
use crate::post::PostOffice;
use crate::{http, keys};
use anyhow::Context as _;
use app::capture::Limits;
use app::live::{Live, Relay};
use app::notice::Means;
use app::notice::deliver::Job;
use app::notice::post::Post;
use app::ports::{Clock, Core, Settings};
use app::{App, keyring::Keyring};
use axum::Router;
use axum_server::tls_rustls::RustlsConfig;
use chrono::{DateTime, Utc};
use ring::rand::SystemRandom;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::Db;
use tokio::net::TcpListener;

/// The present, for the command line.
#[must_use]
pub fn now() -> DateTime<Utc> {
    SystemClock.now()
}

/// Opens the database, brings it to this version's schema and loads the reference tables.
///
/// # Errors
/// When the database cannot be reached or is of a newer version.
pub async fn open_database(url: &str) -> anyhow::Result<Db> {
    if let Some(path) = url.strip_prefix("sqlite:").map(|path| path.trim_start_matches("//"))
        && let Some(folder) = Path::new(path.split('?').next().unwrap_or(path)).parent()
    {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let db = Db::connect(url, store::Options::default()).await.context("the database cannot be opened")?;
    db.migrate().await.context("the database cannot be brought to this version")?;
    Ok(db)
}

/// The use-cases over a database and a keyring, with the machine's clock and randomness.
#[must_use]
pub fn app(config: &Config, db: Db, keyring: Keyring, means: Means, demo: bool) -> App {
    app_by_clock(config, db, keyring, means, demo, Arc::new(SystemClock))
}

/// The same by another clock: a test decides what time it is.
#[must_use]
pub fn app_by_clock(
    config: &Config,
    db: Db,
    keyring: Keyring,
    means: Means,
    demo: bool,
    clock: Arc<dyn Clock>,
) -> App {
    let settings = Settings {
        public_host: config.public_host.clone(),
        https: config.https(),
        demo,
        desk_session_hours: config.desk_session_hours,
        phone_session_days: config.phone_session_days,
        means,
        heartbeat: std::time::Duration::from_secs(config.stream_heartbeat_s),
        file_quota_bytes: config.file_quota_mb * 1_000_000,
    };
    let core = Core {
        db,
        keyring,
        settings: Arc::new(settings),
        clock,
        random: Arc::new(SystemRandom::new()),
        live: Live::default(),
        objects: Arc::new(ObjectFolder::at(&config.files)),
    };
    App::start(core, Limits { waiting: config.queue, ..Limits::default() })
}

/// Serves an installation until it is told to stop.
///
/// # Errors
/// A sentence that says what is missing and which command puts it right.
pub async fn serve(config: Config) -> anyhow::Result<()> {
    let db = open_database(&config.database_url).await?;
    let mut tx = db.read("serve.is_demo").await?;
    if store::meta::find(&mut tx, "demo").await?.is_some() {
        anyhow::bail!("this is a demo database; serve refuses it: its logins lie in a file");
    }
    drop(tx);
    let keyring = keys::open(&db, &config.keys_dir, &SystemRandom::new(), now()).await?;
    ObjectFolder::at(&config.files).check().await?;
    let post = PostOffice::open(&config, &SystemRandom::new(), false)?;
    let app = app(&config, db, keyring, post.means(), false);
    let tls = config.tls_cert.clone().zip(config.tls_key.clone());
    let (router, address) = (http::router(app.clone(), None), config.listen);
    let watching = tokio::spawn(crate::doctor::watch(config));
    let served = listen(&app, post, router, address, tls).await;
    watching.abort();
    served
}

/// Answers on an address until SIGINT or SIGTERM, then commits what waits.
///
/// # Errors
/// When the address is taken or the certificate unreadable.
pub async fn listen(
    app: &App,
    post: Arc<dyn Post>,
    router: Router,
    address: SocketAddr,
    tls: Option<(PathBuf, PathBuf)>,
) -> anyhow::Result<()> {
    crate::ops::recorder();
    let job = Job::start(app.core(), post);
    let rollups = app::rollup::Job::start(app.core());
    let relay = Relay::start(app.core()).await.context("changes of other servers cannot be heard")?;
    let sweeping = tokio::spawn(sweep_files(app.clone()));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    match tls {
        None => {
            let listener =
                TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
            tracing::info!(address = %listener.local_addr()?, "serving");
            axum::serve(listener, service).with_graceful_shutdown(stop(app.clone())).await?;
        }
        Some((certificate, key)) => {
            let config = RustlsConfig::from_pem_file(&certificate, &key)
                .await
                .with_context(|| format!("{} or {} is no PEM file", certificate.display(), key.display()))?;
            tokio::spawn(renew(config.clone(), certificate, key));
            let handle = axum_server::Handle::new();
            let (stopping, app) = (handle.clone(), app.clone());
            tokio::spawn(async move {
                stop(app).await;
                stopping.graceful_shutdown(Some(std::time::Duration::from_secs(10)));
            });
            tracing::info!(%address, "serving over HTTPS");
            axum_server::bind_rustls(address, config).handle(handle).serve(service).await?;
        }
    }
    sweeping.abort();
    app.capture.drain().await;
    job.stop().await;
    rollups.stop().await;
    drop(relay);
    tracing::info!("stopped; everything acknowledged is stored");
    Ok(())
}

/// How often the certificate's files are looked at.
const RENEW_EVERY: std::time::Duration = std::time::Duration::from_secs(60);

/// Takes a renewed certificate without a restart; one that does not fit its key is told and not taken.
async fn renew(config: RustlsConfig, certificate: PathBuf, key: PathBuf) {
    let changed = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
    let state = || (changed(&certificate), changed(&key));
    let mut taken = state();
    loop {
        tokio::time::sleep(RENEW_EVERY).await;
        let now = state();
        if now == taken {
            continue;
        }
        match config.reload_from_pem_file(&certificate, &key).await {
            Ok(()) => tracing::info!("the renewed certificate is in use"),
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "the changed certificate cannot be used; the old one still is"
            ),
        }
        taken = now;
    }
}

/// How often abandoned uploads and files are looked for.
const SWEEP_EVERY: std::time::Duration = std::time::Duration::from_secs(3600);

async fn sweep_files(app: App) {
    let mut hour = tokio::time::interval(SWEEP_EVERY);
    loop {
        hour.tick().await;
        if let Err(error) = app::file::sweep::sweep(&app).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "abandoned evidence files stay for now"
            );
        }
    }
}

/// Returns when the process is told to stop; streams end then, because a polite stop waits for every connection.
async fn stop(app: App) {
    told_to_stop().await;
    app.live.close();
}

async fn told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        match terminated {
            Ok(mut terminated) => {
                tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
            }
            Err(_) => drop(interrupted.await),
        }
    }
    #[cfg(not(unix))]
    drop(interrupted.await);
}

/// Folds every manifest again and says how many rows changed.
///
/// # Errors
/// Store failures.
pub async fn rebuild(config: Config) -> anyhow::Result<()> {
    let db = open_database(&config.database_url).await?;
    let keyring = keys::open(&db, &config.keys_dir, &SystemRandom::new(), now()).await?;
    let app = app(&config, db, keyring, Means::default(), false);
    let done =
        app::rebuild::rebuild(&app).await.context("the rebuild stopped; nothing half-done was written")?;
    println!("{} manifests folded again, {} had changed.", done.manifests, done.changed);
    println!("{} rows of the statistics were counted anew.", done.rollups);
    Ok(())
}

/// Raises the epoch and the numbers after a restore and says what follows.
///
/// # Errors
/// Store failures.
pub async fn raise_epoch(config: &Config, numbers_per_day: i64) -> anyhow::Result<()> {
    let db = open_database(&config.database_url).await?;
    let raised = app::restore::raise(&db, domain::time::instant(now()), numbers_per_day)
        .await
        .context("nothing was raised")?;
    println!("Epoch {} follows {}: phones send again what they keep.", raised.epoch, raised.before);
    match raised.newest {
        Some(newest) => println!("The restored database ends at {newest}."),
        None => println!("The restored database is empty."),
    }
    println!("Every permit leaves out {} numbers in {:?}.", raised.numbers, raised.years);
    println!("If a trust list was signed after the backup, sign it again: emanifest keys sign --root FILE");
    Ok(())
}
