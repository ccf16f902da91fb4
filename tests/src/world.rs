//! A world: one server on one database with its people and places.

use crate::http::Http;
use crate::person::Person;
use crate::{Cast, Places, TestClock, cast, places, proof};
use app::App;
use app::notice::Means;
use domain::seal::trust_list::KeyUse;
use ring::rand::SystemRandom;
use server::config::Config;
use server::headers::DemoReach;
use server::{compose, http, keys};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use store::Db;
use store::testing::TestDb;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The host in every code of a world: codes are read, never opened.
pub const PUBLIC_HOST: &str = "e-manifest.test";

/// Everything that runs for a story, so that it can be proven and taken down whatever became of the story.
#[derive(Default)]
pub struct Estate(Mutex<Vec<Running>>);

struct Running {
    database: TestDb,
    app: App,
    serving: JoinHandle<()>,
    keys: Arc<TempDir>,
}

impl std::fmt::Debug for Estate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Estate")
    }
}

impl Estate {
    /// Makes every projection of every world again and verifies every chain.
    ///
    /// # Errors
    /// What differs.
    pub async fn prove(&self) -> Result<(), String> {
        let apps: Vec<App> = self.0.lock().unwrap().iter().map(|running| running.app.clone()).collect();
        for app in apps {
            proof::nothing_else_holds_truth(&app).await?;
            proof::chains_hold(&app.db).await?;
        }
        Ok(())
    }

    /// Stops every server and removes every database.
    pub async fn close(&self) {
        let all = std::mem::take(&mut *self.0.lock().unwrap());
        for running in all {
            running.serving.abort();
            running.app.capture.drain().await;
            running.database.remove().await.unwrap();
        }
    }

    fn take(&self, app: &App) -> Running {
        let mut all = self.0.lock().unwrap();
        let place = all.iter().position(|running| same(&running.app, app)).unwrap();
        all.remove(place)
    }
}

/// The settings are shared by all clones of one app and by no other.
fn same(one: &App, other: &App) -> bool {
    Arc::ptr_eq(&one.settings, &other.settings)
}

/// A server on a database of its own, with people and places near Hải Phòng.
#[derive(Debug, Clone)]
pub struct World {
    /// Its time.
    pub clock: TestClock,
    /// Who is there.
    pub cast: Cast,
    /// Where.
    pub places: Places,
    /// The use-cases behind the server, for looking inside.
    pub app: App,
    /// Folder of the server's private keys.
    pub keys_dir: PathBuf,
    http: Http,
    estate: Arc<Estate>,
}

impl World {
    /// A fresh world.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn open(database: TestDb, estate: &Arc<Estate>) -> Self {
        let clock = TestClock::monday_morning();
        let folder = Arc::new(tempfile::tempdir().unwrap());
        make_keys(&database.db, &folder, &clock).await;
        let (app, base) = serve(database, &folder, &clock, estate).await;
        let http = Http::without_cookies(&base);
        let cast = cast::enter(&app, &http).await;
        let places = places::enter(&app, &cast).await;
        Self {
            clock,
            cast,
            places,
            app,
            keys_dir: folder.path().to_owned(),
            http,
            estate: Arc::clone(estate),
        }
    }

    /// Two worlds that are the same up to this moment, ids and keys included.
    ///
    /// # Panics
    /// When the database cannot be copied.
    pub async fn fork(self) -> (Self, Self) {
        let running = self.estate.take(&self.app);
        running.serving.abort();
        running.app.capture.drain().await;
        let (one, other) = running.database.fork().await.unwrap();
        (self.reopen(one, &running.keys).await, self.reopen(other, &running.keys).await)
    }

    async fn reopen(&self, database: TestDb, keys: &Arc<TempDir>) -> Self {
        let clock = self.clock.fork();
        let (app, base) = serve(database, keys, &clock, &self.estate).await;
        let http = Http::without_cookies(&base);
        Self { clock, cast: self.cast.at(&http), app, http, ..self.clone() }
    }

    /// The same world served once more, under a configuration of its own.
    pub async fn also_served(&self, config: Config, demo: Option<DemoReach>) -> String {
        let (keyring, clock) = (self.app.keyring.clone(), Arc::new(self.clock.clone()));
        let app = compose::app_by_clock(
            &config,
            self.app.db.clone(),
            keyring,
            Means::default(),
            demo.is_some(),
            clock,
        );
        listen(http::router(app, demo)).await.0
    }

    /// The configuration of this very world, as its operator has it.
    ///
    /// # Panics
    /// When the world is closed.
    #[must_use]
    pub fn configuration(&self) -> Config {
        let all = self.estate.0.lock().unwrap();
        let running = all.iter().find(|running| same(&running.app, &self.app)).unwrap();
        Config {
            database_url: running.database.url.clone(),
            keys_dir: self.keys_dir.clone(),
            ..Self::config_in(&self.keys_dir)
        }
    }

    /// A client that is nobody.
    #[must_use]
    pub fn anybody(&self) -> Http {
        Http::new(self.base())
    }

    /// Where the server is.
    #[must_use]
    pub fn base(&self) -> &str {
        self.http.base()
    }

    /// The client that everybody here shares; it keeps no cookies.
    #[must_use]
    pub const fn http(&self) -> &Http {
        &self.http
    }

    /// The same person in this world.
    #[must_use]
    pub fn here(&self, person: &Person) -> Person {
        person.at(&self.http)
    }

    /// The same world on a later day, when everybody signs in anew.
    #[must_use]
    pub fn on_another_day(&self) -> Self {
        Self { cast: self.cast.at(&self.http), ..self.clone() }
    }

    /// The same, with evidence files in a folder of the world's own.
    #[must_use]
    pub fn config_in(folder: &Path) -> Config {
        Config { files: folder.join("files").display().to_string(), ..Self::config() }
    }

    /// The configuration that worlds are served with.
    #[must_use]
    pub fn config() -> Config {
        Config { public_host: PUBLIC_HOST.to_owned(), issuer: "vn-test".to_owned(), ..Config::default() }
    }
}

async fn make_keys(db: &Db, folder: &TempDir, clock: &TestClock) {
    let (random, now) = (SystemRandom::new(), clock.now());
    let (_, root) = keys::create(db, folder.path(), KeyUse::Root, &random, now).await.unwrap();
    keys::create(db, folder.path(), KeyUse::Issuer, &random, now).await.unwrap();
    let hosts = vec![PUBLIC_HOST.to_owned()];
    keys::sign_trust_list(db, &root, &World::config().issuer, hosts, &random, now).await.unwrap();
}

async fn serve(
    database: TestDb,
    keys: &Arc<TempDir>,
    clock: &TestClock,
    estate: &Arc<Estate>,
) -> (App, String) {
    let keyring = keys::open(&database.db, keys.path(), &SystemRandom::new(), clock.now()).await.unwrap();
    let config = World::config_in(keys.path());
    let app = compose::app_by_clock(
        &config,
        database.db.clone(),
        keyring,
        Means::default(),
        false,
        Arc::new(clock.clone()),
    );
    let (base, serving) = listen(http::router(app.clone(), None)).await;
    let running = Running { database, app: app.clone(), serving, keys: Arc::clone(keys) };
    estate.0.lock().unwrap().push(running);
    (app, base)
}

async fn listen(router: axum::Router) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    (base, tokio::spawn(async move { axum::serve(listener, service).await.unwrap() }))
}
