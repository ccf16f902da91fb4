use super::{CARRIER, at, draft, new_manifest, organisation, seed};
use crate::testing::{both, sqlite};
use crate::{Db, Error, Kind, counters, manifests, organisations};
use domain::party::OrganisationKind;
use std::collections::BTreeSet;
use std::time::Duration;

#[tokio::test]
async fn what_is_not_committed_is_gone() {
    both(|db| async move {
        let row = organisation(CARRIER, OrganisationKind::Carrier, "A");
        let mut tx = db.begin("dropped").await.unwrap();
        organisations::insert(&mut tx, &row).await.unwrap();
        assert_eq!(tx.name(), "dropped");
        drop(tx);
        let mut tx = db.begin("kept").await.unwrap();
        assert_eq!(organisations::find(&mut tx, CARRIER).await.unwrap(), None);
        organisations::insert(&mut tx, &row).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.read("read").await.unwrap();
        assert_eq!(organisations::find(&mut tx, CARRIER).await.unwrap(), Some(row));
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_reader_of_the_file_cannot_write() {
    let made = sqlite().await.unwrap();
    let mut tx = made.db.read("read").await.unwrap();
    let row = organisation(CARRIER, OrganisationKind::Carrier, "A");
    assert!(organisations::insert(&mut tx, &row).await.is_err());
    drop(tx);
    made.remove().await.unwrap();
}

#[tokio::test]
async fn fifty_parallel_issues_take_fifty_serials_without_a_gap() {
    both(|db| async move {
        let mut tasks = Vec::new();
        for n in 0..50 {
            let db = db.clone();
            tasks.push(tokio::spawn(async move {
                let mut tx = db.begin("issue").await.unwrap();
                let serial = counters::next(&mut tx, "1-2-3.004.VX", 2026).await.unwrap();
                // Every fifth gives up after it took its serial: the next one must get it.
                if n % 5 == 0 {
                    return None;
                }
                tx.commit().await.unwrap();
                Some(serial)
            }));
        }
        let mut serials = BTreeSet::new();
        for task in tasks {
            if let Some(serial) = task.await.unwrap() {
                assert!(serials.insert(serial), "{serial} was given twice");
            }
        }
        assert_eq!(serials, (1..=40).collect());
    })
    .await;
}

#[tokio::test]
async fn a_locked_manifest_makes_the_next_one_wait() {
    both(|db| async move {
        let mut tx = db.begin("seed").await.unwrap();
        seed(&mut tx).await;
        let id = new_manifest(&mut tx, 1, draft()).await;
        tx.commit().await.unwrap();

        let mut first = db.begin("first").await.unwrap();
        assert_eq!(manifests::lock(&mut first, &[id]).await.unwrap().len(), 1);
        let other = db.clone();
        let second = tokio::spawn(async move {
            let mut tx = other.begin("second").await.unwrap();
            manifests::lock(&mut tx, &[id]).await.unwrap()[0].version
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!second.is_finished());
        manifests::update_draft(&mut first, id, 1, &draft(), at(2, 0)).await.unwrap();
        first.commit().await.unwrap();
        assert_eq!(second.await.unwrap(), 2, "it reads what the first one wrote");
    })
    .await;
}

#[tokio::test]
async fn opening_says_what_is_wrong() {
    let refused = Db::connect("mysql://x", crate::Options::default()).await.unwrap_err();
    assert!(matches!(refused, Error::Open(_)));
    let refused = Db::connect("sqlite:/proc/none/x.db", crate::Options::default()).await.unwrap_err();
    assert!(matches!(refused, Error::Open(_)), "{refused:?}");
}

#[tokio::test]
async fn a_file_survives_being_closed_and_is_private() {
    let made = sqlite().await.unwrap();
    assert_eq!(made.db.kind(), Kind::Sqlite);
    let mut tx = made.db.begin("write").await.unwrap();
    organisations::insert(&mut tx, &organisation(CARRIER, OrganisationKind::Carrier, "A")).await.unwrap();
    tx.commit().await.unwrap();
    made.db.close().await;
    let again = Db::connect(&made.url, crate::Options::default()).await.unwrap();
    again.migrate().await.unwrap();
    let mut tx = again.read("read").await.unwrap();
    assert!(organisations::find(&mut tx, CARRIER).await.unwrap().is_some());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = std::fs::metadata(made.url.trim_start_matches("sqlite:")).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
    drop(tx);
    again.close().await;
}
