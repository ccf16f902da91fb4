//! The demo keeps its promises: what it tells is what live traffic would have left behind.

use super::province::Province;
use super::{logins, seed, serve};
use crate::compose;
use crate::config::Config;
use app::session::{Login, authenticate, sign_in};
use app::{App, Caller};
use domain::party::Role;
use domain::time::instant;
use std::collections::BTreeMap;
use store::{Db, events, manifests, seals};

struct Demo {
    app: App,
    db: Db,
    logins: Vec<logins::DemoLogin>,
    folder: tempfile::TempDir,
}

/// A demo with a month of past loads.
async fn demo() -> Demo {
    let folder = tempfile::tempdir().unwrap();
    let config = Config {
        database_url: format!("sqlite:{}", folder.path().join("demo.sqlite").display()),
        keys_dir: folder.path().join("keys"),
        files: folder.path().join("files").display().to_string(),
        ..Config::default()
    };
    let now = instant(compose::now());
    let db = compose::open_database(&config.database_url).await.unwrap();
    assert!(!seed::is_seeded(&db).await.unwrap());
    let keyring = serve::open_keys(&db, &config, now).await.unwrap();
    let province = Province::read().unwrap();
    let app = compose::app(&config, db.clone(), keyring.clone(), app::notice::Means::default(), true);
    seed::seed(&app, &province, now, 30).await.unwrap();
    assert!(seed::is_seeded(&db).await.unwrap());
    let logins = logins::open(&db, folder.path(), &province).await.unwrap();
    Demo { app, db, logins, folder }
}

impl Demo {
    async fn caller(&self, role: Role) -> Caller {
        let login = self.logins.iter().find(|login| login.role == role).unwrap();
        let input = Login { login: login.login.clone(), secret: login.secret.clone() };
        let session = sign_in(&self.app, input, "test").await.unwrap();
        authenticate(&self.app, &session.token).await.unwrap()
    }
}

#[tokio::test]
async fn every_role_signs_in_and_finds_work_and_the_past_is_as_true_as_the_present() {
    let demo = demo().await;
    let mode = std::fs::metadata(logins::path(demo.folder.path())).unwrap().permissions();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o600);
    let count = |role: Role| demo.logins.iter().filter(|login| login.role == role).count();
    assert!(Role::ALL.iter().all(|role| count(*role) >= 1));
    assert_eq!((count(Role::Generator), count(Role::Driver)), (2, 2));
    for role in [Role::Generator, Role::Carrier, Role::Driver, Role::Facility, Role::Authority] {
        let caller = demo.caller(role).await;
        let inbox = app::inbox::list(&demo.app, &caller).await.unwrap();
        assert!(!inbox.items.is_empty(), "nothing waits for {role}");
    }
    let inspector = demo.caller(Role::Inspector).await;
    let (pack, _) = app::field_pack::pack(&demo.app, &inspector, None).await.unwrap();
    assert!(pack.manifests.len() >= 8);
    // A second start finds the same logins.
    let province = Province::read().unwrap();
    let again = logins::open(&demo.db, demo.folder.path(), &province).await.unwrap();
    assert!(again.iter().zip(&demo.logins).all(|(a, b)| a.secret == b.secret));

    let rebuilt = app::rebuild::rebuild(&demo.app).await.unwrap();
    assert!(rebuilt.manifests > 100);
    assert_eq!(rebuilt.changed, 0, "a rebuild finds nothing to mend");

    let mut tx = demo.db.read("test").await.unwrap();
    let page = store::Page::first(1000);
    let rows = manifests::list(&mut tx, &manifests::Filter::default(), &page).await.unwrap().items;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut serials: BTreeMap<(String, i32), Vec<i64>> = BTreeMap::new();
    for row in &rows {
        if let (Some(permit), Some(year), Some(serial)) = (&row.serial_permit, row.serial_year, row.serial) {
            serials.entry((permit.clone(), year)).or_default().push(serial);
        }
    }
    for (of, mut given) in serials {
        given.sort_unstable();
        let wanted: Vec<i64> = (1..=i64::try_from(given.len()).unwrap()).collect();
        assert_eq!(given, wanted, "{of:?}");
    }
    for row in &rows {
        let mut stored = events::list_for(&mut tx, &[row.id]).await.unwrap();
        stored.sort_by_key(|event| event.seq);
        let mut previous: Option<Vec<u8>> = None;
        for event in stored {
            let hash = app::capture::chain(previous.as_deref(), &event.jws, event.record_time);
            assert_eq!(event.chain_hash.as_deref(), Some(hash.as_slice()));
            previous = event.chain_hash;
        }
        assert_eq!(previous, row.chain_hash);
    }
    let trust = demo.app.keyring.keys();
    for seal in seals::list_for(&mut tx, &ids).await.unwrap() {
        let text = domain::seal::qr::render("127.0.0.1:8080", &seal.seal).unwrap();
        let code = app::keyring::read_code(&text).unwrap();
        let check = demo.app.keyring.check_code(code, seal.issued_at);
        assert!(matches!(check, domain::custody::record::CodeCheck::Authentic { .. }), "{check:?}");
    }
    assert!(!trust.roots.is_empty());
}
