use super::manifests::{in_transit, issued, stand, standing};
use super::{
    CARRIER, CLERK, DRIVER, FACILITY, GENERATOR, STRANGER, at, draft, manifest_id, new_manifest, seeded,
};
use crate::manifests::{self, Filter, Inbox, Manifest, Standing, Viewer};
use crate::testing::both;
use crate::{Page, Tx};
use domain::custody::turn::Turn;
use domain::id::TripId;
use domain::manifest::{ManifestState, Side};
use domain::party::Role;
use domain::plate::Plate;
use uuid::Uuid;

#[tokio::test]
async fn lists_show_what_a_person_may_see() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let secret = new_manifest(&mut tx, 1, draft()).await;
        let open = new_manifest(&mut tx, 2, draft()).await;
        stand(&mut tx, open, issued(), None).await;
        let seen = async |tx: &mut Tx, viewer: Viewer| {
            let filter = Filter { viewer: Some(&viewer), ..Filter::default() };
            let listing = manifests::list(tx, &filter, &Page::default()).await.unwrap();
            listing.items.iter().map(|row| row.id).collect::<Vec<_>>()
        };
        let of = |organisation| Viewer { organisations: vec![organisation], ..Viewer::default() };
        assert_eq!(seen(&mut tx, of(GENERATOR)).await, [open, secret], "newest first, own draft too");
        assert_eq!(seen(&mut tx, of(CARRIER)).await, [open]);
        assert_eq!(seen(&mut tx, of(FACILITY)).await, [open]);
        assert_eq!(seen(&mut tx, of(STRANGER)).await, []);
        assert_eq!(seen(&mut tx, Viewer::default()).await, []);
        assert_eq!(seen(&mut tx, Viewer { driver: Some(DRIVER), ..Viewer::default() }).await, [open]);
        assert_eq!(seen(&mut tx, Viewer { driver: Some(CLERK), ..Viewer::default() }).await, []);
        let province = |code: &str| Viewer { provinces: vec![code.to_owned()], ..Viewer::default() };
        assert_eq!(seen(&mut tx, province("31")).await, [open]);
        assert_eq!(seen(&mut tx, province("33")).await, [open]);
        assert_eq!(seen(&mut tx, province("01")).await, []);
        assert_eq!(seen(&mut tx, Viewer { everything: true, ..Viewer::default() }).await, [open]);
    })
    .await;
}

#[tokio::test]
async fn every_filter_narrows_and_pages_follow_each_other() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        for n in 1..=5 {
            new_manifest(&mut tx, n, draft()).await;
        }
        stand(&mut tx, manifest_id(5), issued(), None).await;
        let day = |text: &str| Some(text.parse().unwrap());
        let five = Filter::default();
        for (filter, count) in [
            (five.clone(), 5),
            (Filter { states: vec![ManifestState::Issued, ManifestState::Void], ..five.clone() }, 1),
            (Filter { parties: vec![(Side::Carrier, CARRIER)], ..five.clone() }, 5),
            (Filter { parties: vec![(Side::Generator, CARRIER)], ..five.clone() }, 0),
            (Filter { parties: vec![(Side::Facility, FACILITY)], ..five.clone() }, 5),
            (Filter { query: Some("DUC hai phong"), ..five.clone() }, 5),
            (Filter { query: Some("15c12345"), ..five.clone() }, 5),
            (Filter { query: Some("50% "), ..five.clone() }, 0),
            (Filter { from: day("2026-11-23"), to: day("2026-11-23"), ..five.clone() }, 5),
            (Filter { from: day("2026-11-24"), ..five.clone() }, 0),
            (Filter { to: day("2026-11-22"), ..five.clone() }, 0),
            (Filter { province: Some("31"), ..five.clone() }, 5),
            (Filter { province: Some("33"), ..five.clone() }, 0),
            (Filter { waste_code: Some("18 02 01"), ..five.clone() }, 5),
            (Filter { waste_code: Some("01 01 01"), ..five.clone() }, 0),
            (Filter { finding: Some(domain::custody::finding::FindingCode::OffRoute), ..five.clone() }, 0),
            (Filter { with_open_findings: true, ..five.clone() }, 0),
        ] {
            let listing = manifests::list(&mut tx, &filter, &Page::default()).await.unwrap();
            assert_eq!(listing.items.len(), count, "{filter:?}");
        }
        let mut page = Page::first(2);
        let mut walked = Vec::new();
        loop {
            let listing = manifests::list(&mut tx, &five, &page).await.unwrap();
            walked.extend(listing.items.iter().map(|row| row.id));
            match listing.next {
                Some(next) => page.after = Some(next.to_string().parse().unwrap()),
                None => break,
            }
        }
        assert_eq!(walked, (1..=5).rev().map(manifest_id).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn drivers_gates_inspectors_and_plates_have_their_lists() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let draft_id = new_manifest(&mut tx, 1, draft()).await;
        let open = new_manifest(&mut tx, 2, draft()).await;
        stand(&mut tx, open, in_transit(), None).await;
        let ids = |rows: Vec<Manifest>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(ids(manifests::list_open_for_driver(&mut tx, DRIVER).await.unwrap()), [open]);
        assert_eq!(ids(manifests::list_open_for_driver(&mut tx, CLERK).await.unwrap()), []);
        let trip = manifests::find(&mut tx, open).await.unwrap().unwrap().trip_id;
        assert_eq!(ids(manifests::list_of_trip(&mut tx, trip).await.unwrap()), [open]);
        assert_eq!(ids(manifests::list_of_trip(&mut tx, TripId(Uuid::nil())).await.unwrap()), []);
        assert_eq!(ids(manifests::list_expected_at(&mut tx, FACILITY, 10).await.unwrap()), [open]);
        assert_eq!(ids(manifests::list_expected_at(&mut tx, GENERATOR, 10).await.unwrap()), []);
        assert_eq!(ids(manifests::list_open_in(&mut tx, &[], 10).await.unwrap()), [open]);
        assert_eq!(
            ids(manifests::list_open_in(&mut tx, &["33".to_owned(), "01".to_owned()], 10).await.unwrap()),
            [open]
        );
        assert_eq!(ids(manifests::list_open_in(&mut tx, &["01".to_owned()], 10).await.unwrap()), []);
        assert_eq!(
            ids(manifests::list_by_plate(&mut tx, "15C67890", 10).await.unwrap()),
            [open],
            "planned, no drafts"
        );

        let manifest = manifests::find(&mut tx, open).await.unwrap().unwrap();
        let changed = Standing {
            expected_plate: Some(Plate("29D-111.11".to_owned())),
            ..standing(&manifest, in_transit(), None)
        };
        manifests::update_fold(&mut tx, &[changed]).await.unwrap();
        assert_eq!(
            ids(manifests::list_by_plate(&mut tx, "29D11111", 10).await.unwrap()),
            [open],
            "expected now"
        );
        assert_ne!(draft_id, open);
    })
    .await;
}

#[tokio::test]
async fn the_inbox_holds_what_waits_for_a_role() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let turn = |role, organisation_id, minute| {
            Some(Turn { role, organisation_id, since: at(2, minute), until: None })
        };
        for (n, who) in [
            (1, turn(Role::Facility, Some(FACILITY), 9)),
            (2, turn(Role::Facility, Some(FACILITY), 5)),
            (3, turn(Role::Driver, Some(CARRIER), 0)),
            (4, turn(Role::Authority, None, 0)),
            (5, None),
        ] {
            let id = new_manifest(&mut tx, n, draft()).await;
            stand(&mut tx, id, in_transit(), who).await;
        }
        let waiting = async |tx: &mut Tx, turns: &[Inbox]| {
            let rows = manifests::inbox(tx, turns).await.unwrap();
            rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        let office = |role, organisation_id| Inbox::Office { role, organisation_id };
        let driver = |person_id| Inbox::Driver { organisation_id: CARRIER, person_id };
        let authority = |province: Option<&str>| Inbox::Authority { province: province.map(str::to_owned) };
        let ids = |ns: &[u128]| ns.iter().copied().map(manifest_id).collect::<Vec<_>>();
        assert_eq!(
            waiting(&mut tx, &[office(Role::Facility, FACILITY)]).await,
            ids(&[2, 1]),
            "longest first"
        );
        assert_eq!(waiting(&mut tx, &[office(Role::Facility, GENERATOR)]).await, ids(&[]));
        assert_eq!(waiting(&mut tx, &[driver(DRIVER)]).await, ids(&[3]));
        assert_eq!(waiting(&mut tx, &[driver(CLERK)]).await, ids(&[]));
        assert_eq!(waiting(&mut tx, &[authority(None)]).await, ids(&[4]));
        assert_eq!(waiting(&mut tx, &[authority(Some("33"))]).await, ids(&[4]));
        assert_eq!(waiting(&mut tx, &[authority(Some("01"))]).await, ids(&[]));
        let all = [office(Role::Facility, FACILITY), driver(DRIVER), authority(None)];
        assert_eq!(waiting(&mut tx, &all).await.len(), 4);
        assert_eq!(waiting(&mut tx, &[]).await, ids(&[]));
    })
    .await;
}
