//! Backups: made while the server serves, unreadable without their key, restored elsewhere whole or not at all.

use server::backup;
use server::config::Config;
use server::doctor::{self, Light};
use std::path::Path;
use store::testing::rows;
use tests::evidence::Picture;
use tests::{World, both, on_both};

on_both!(a_backup_comes_back_whole, a_spoilt_backup_and_a_wrong_key, the_doctor_says_what_to_do);

/// A world's configuration with backups into a folder, and the file of their secret key.
fn with_backups(world: &World, folder: &Path) -> (Config, std::path::PathBuf) {
    let identity = folder.join("backup.key");
    let recipient = backup::create_identity(&identity).unwrap();
    let config = Config {
        backup_dir: Some(folder.join("backups")),
        backup_recipients: vec![recipient],
        ..world.configuration()
    };
    (config, identity)
}

/// Somewhere else: an empty database, and folders that are not there yet.
async fn elsewhere(world: &World, folder: &Path) -> (store::testing::TestDb, Config) {
    let database = both::database(world.app.db.kind()).await.unwrap();
    database.empty().await.unwrap();
    let config = Config {
        database_url: database.url.clone(),
        keys_dir: folder.join("keys"),
        files: folder.join("files").display().to_string(),
        ..world.configuration()
    };
    (database, config)
}

async fn a_backup_comes_back_whole(world: World) {
    let folder = tempfile::tempdir().unwrap();
    let (config, identity) = with_backups(&world, folder.path());
    let load = world.issued().await;
    let driver = world.phone_of(&world.cast.driver).await;
    let picture = Picture::large(200_000, 7);
    let pickup = driver.picks_up(&load).at(&world.places.store).with_wall_code();
    let pickup = pickup.naming("load", &[&picture]).sign();
    driver.send(&[&pickup]).await[0].recorded("in_transit", "A", &[]);
    assert_eq!(driver.owner.sends(&picture).await.expect(201)["complete"], true);

    let made = backup::make(&config, world.clock.now()).await.unwrap();
    assert_eq!((made.files, made.new_files, made.missing_files), (1, 1, 0));
    let again = backup::make(&config, world.clock.now() + chrono::TimeDelta::hours(1)).await.unwrap();
    assert_eq!((again.files, again.new_files), (1, 0), "a file is copied once");
    let kept: Vec<_> =
        ["custody_events", "manifests", "manifest_lines", "seals", "people", "devices", "files"].into();
    let mut before = Vec::new();
    for table in &kept {
        before.push(rows(&world.app.db, table).await.unwrap());
    }
    assert!(!before[0].is_empty());
    world.clock.minutes(50);
    let delivery = driver.delivers(&load).at(&world.places.facility).with_wall_code().sign();
    driver.send(&[&delivery]).await[0].recorded("arrived", "A", &[]);

    let (database, other) = elsewhere(&world, folder.path()).await;
    let restored = backup::restore(&other, &made.archive, &identity, 1_000).await.unwrap();
    assert_eq!((restored.files, restored.lost_files, restored.about.files), (1, 0, 1));
    assert!(restored.raised.epoch > restored.raised.before, "phones send the delivery again");
    let db = store::Db::connect(&other.database_url, store::Options::default()).await.unwrap();
    for (table, before) in kept.iter().zip(&before) {
        assert_eq!(&rows(&db, table).await.unwrap(), before, "{table}");
    }
    tests::proof::chains_hold(&db).await.unwrap();
    db.close().await;
    let names = |folder: &Path| {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    let keys = names(&other.keys_dir);
    assert!(keys.iter().any(|name| name.starts_with("issuer-")), "{keys:?}");
    assert!(!keys.iter().any(|name| name.starts_with("root-")), "a root key is in no backup: {keys:?}");
    let left: Vec<_> =
        names(&folder.path().join("backups")).into_iter().filter(|n| n.starts_with('.')).collect();
    assert!(left.is_empty(), "no plain copy is left behind: {left:?}");

    // A restore writes over nothing.
    let refused = backup::restore(&other, &made.archive, &identity, 1_000).await.unwrap_err();
    assert!(["exists", "has tables"].iter().any(|word| refused.to_string().contains(word)), "{refused:#}");
    database.remove().await.unwrap();
}

async fn a_spoilt_backup_and_a_wrong_key(world: World) {
    let folder = tempfile::tempdir().unwrap();
    let (config, identity) = with_backups(&world, folder.path());
    let made = backup::make(&config, world.clock.now()).await.unwrap();
    backup::check(&made.archive, &identity).unwrap();
    let bytes = std::fs::read(&made.archive).unwrap();
    let plain = |wanted: &[u8]| bytes.windows(wanted.len()).any(|window| window == wanted);
    assert!(bytes.starts_with(b"age-encryption.org/v1"));
    assert!(!plain(b"SQLite format 3") && !plain(b"PGDMP") && !plain(b"about.json"));

    let other = folder.path().join("other.key");
    backup::create_identity(&other).unwrap();
    assert!(backup::check(&made.archive, &other).is_err());
    let spoilt = folder.path().join("spoilt.age");
    let mut flipped = bytes.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    for (what, bytes) in
        [("flipped", flipped.as_slice()), ("cut", &bytes[..bytes.len() - 200]), ("half", &bytes[..middle])]
    {
        std::fs::write(&spoilt, bytes).unwrap();
        assert!(backup::check(&spoilt, &identity).is_err(), "{what}");
    }
    let (database, elsewhere) = elsewhere(&world, folder.path()).await;
    backup::restore(&elsewhere, &spoilt, &identity, 1_000).await.unwrap_err();
    // Nothing half-restored is in the way of the good one.
    backup::restore(&elsewhere, &made.archive, &identity, 1_000).await.unwrap();
    database.remove().await.unwrap();
}

async fn the_doctor_says_what_to_do(world: World) {
    let folder = tempfile::tempdir().unwrap();
    let now = world.clock.now();
    let light = |checks: &[doctor::Check], name: &str| {
        checks.iter().find(|check| check.name == name).map(|check| check.light).unwrap()
    };
    let bare = doctor::examine(&world.configuration(), now).await;
    assert_eq!(light(&bare, "backups"), Light::Red);
    assert_eq!(light(&bare, "root_key"), Light::Red, "a story's root key lies beside the others");
    assert_eq!(light(&bare, "keys"), Light::Green);
    assert_eq!(light(&bare, "events"), Light::Green);
    assert_eq!(doctor::worst(&bare), Light::Red);
    for check in bare.iter().filter(|check| check.light != Light::Green) {
        assert!(
            check.to_do.as_ref().is_some_and(|to_do| !to_do.vi.is_empty() && !to_do.en.is_empty()),
            "{check:?}"
        );
    }

    let (config, _) = with_backups(&world, folder.path());
    assert_eq!(light(&doctor::examine(&config, now).await, "backups"), Light::Red, "none was made yet");
    backup::make(&config, now).await.unwrap();
    assert_eq!(light(&doctor::examine(&config, now).await, "backups"), Light::Green);
    let days = |days| now + chrono::TimeDelta::days(days);
    assert_eq!(light(&doctor::examine(&config, days(2)).await, "backups"), Light::Yellow);
    assert_eq!(light(&doctor::examine(&config, days(8)).await, "backups"), Light::Red);
    let soon = doctor::examine(&config, days(70)).await;
    assert_eq!(light(&soon, "keys"), Light::Yellow, "the trust list ends in twenty days");
    let open = Config { listen: "0.0.0.0:8080".parse().unwrap(), ..config };
    assert_eq!(light(&doctor::examine(&open, now).await, "tls"), Light::Red);
}
