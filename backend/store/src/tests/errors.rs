use super::{CARRIER, at, draft, manifest_id, new_manifest, organisation, seeded, site};
use crate::testing::{both, sqlite};
use crate::{Db, Error, Options, organisations, sites};
use domain::id::SiteId;
use domain::party::{OrganisationKind, SiteKind};
use std::time::Duration;
use uuid::Uuid;

#[tokio::test]
async fn a_primary_key_has_one_name_on_both_databases() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let twice =
            organisations::insert(&mut tx, &organisation(CARRIER, OrganisationKind::Carrier, "A")).await;
        let error = twice.unwrap_err();
        assert!(error.is_duplicate_of("organisations_pkey"), "{error:?}");
        assert!(!error.is_transient());
    })
    .await;
}

#[tokio::test]
async fn a_value_out_of_range_is_a_check() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let off = site(SiteId(Uuid::from_u128(0x99)), CARRIER, SiteKind::Facility, 91.5, 106.0);
        let error = sites::insert(&mut tx, &off).await.unwrap_err();
        assert!(matches!(error, Error::Check(_)), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn a_draft_of_unknown_parties_is_a_broken_reference() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let mut stray = draft();
        stray.facility_site_id = SiteId(Uuid::nil());
        let trip_id = domain::id::TripId(Uuid::from_u128(0x2001));
        let trip = crate::trips::Trip {
            id: trip_id,
            carrier_id: CARRIER,
            driver_id: None,
            plate: None,
            created_at: at(1, 0),
        };
        crate::trips::insert(&mut tx, &trip).await.unwrap();
        let new = crate::manifests::NewManifest {
            id: manifest_id(1),
            trip_id,
            drafted_by: CARRIER,
            created_at: at(1, 0),
            draft: stray,
        };
        let error = crate::manifests::insert(&mut tx, &new).await.unwrap_err();
        assert!(matches!(error, Error::Reference(_)), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn a_writer_that_waits_too_long_is_told_to_come_again() {
    let made = sqlite().await.unwrap();
    let hurried = Options { wait: Duration::from_millis(50), ..Options::default() };
    let other = Db::connect(&made.url, hurried).await.unwrap();
    let mut held = made.db.begin("held").await.unwrap();
    super::seed(&mut held).await;
    new_manifest(&mut held, 1, draft()).await;
    let same_process = other.begin("other").await.map(drop).unwrap_err();
    assert!(same_process.is_transient(), "{same_process:?}");
    drop(held);
    other.begin("other").await.unwrap();
    other.close().await;
    made.remove().await.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_no_fault_of_the_request() {
    let made = sqlite().await.unwrap();
    let Db::Sqlite { writer, .. } = &made.db else { panic!("a file") };
    sqlx::query("PRAGMA max_page_count = 1").execute(writer).await.unwrap();
    let mut tx = made.db.begin("full").await.unwrap();
    let long = organisation(CARRIER, OrganisationKind::Carrier, &"x".repeat(1 << 20));
    let error = organisations::insert(&mut tx, &long).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable(_)), "{error:?}");
    assert!(error.is_transient());
    drop(tx);
    made.remove().await.unwrap();
}

#[tokio::test]
async fn states_of_the_server_are_told_apart() {
    let Some(made) = crate::testing::postgres().await.unwrap() else { return };
    let Db::Postgres(pool) = &made.db else { panic!("a server") };
    for (state, transient) in [
        ("40001", true),
        ("40P01", true),
        ("55P03", true),
        ("53100", true),
        ("57P01", true),
        ("22012", false),
    ] {
        let raise = format!("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$");
        let error = sqlx::raw_sql(sqlx::AssertSqlSafe(raise)).execute(pool).await.unwrap_err();
        assert_eq!(Error::from(error).is_transient(), transient, "{state}");
    }
    made.remove().await.unwrap();
}
