use super::custody::event;
use super::{CARRIER, CLERK, DRIVER, GENERATOR, at, draft, new_manifest, seeded};
use crate::files::{self, Count, File, Named, Way};
use crate::testing::both;
use crate::uploads::{self, Part, Upload};
use crate::{Db, Tx, events, grants};
use chrono::NaiveDate;
use domain::file::{FileHash, FileKind};
use domain::id::{EventId, ManifestId, OrganisationId, PersonId};
use domain::party::Role;
use uuid::Uuid;

fn hash(n: u8) -> FileHash {
    FileHash::of(&[n])
}

fn file(n: u8) -> File {
    File {
        sha256: hash(n),
        kind: FileKind::Jpeg,
        length_bytes: 300_000 + i64::from(n),
        object_key: format!("files/{n}"),
        stored_at: at(3, u32::from(n)),
    }
}

fn upload(n: u8, sender: u128) -> Upload {
    Upload {
        id: Uuid::from_u128(0x7000 + u128::from(n)),
        sender_id: Uuid::from_u128(sender),
        person_id: DRIVER,
        sha256: hash(n),
        length_bytes: 100,
        offset_bytes: 0,
        changed_at: at(3, u32::from(n)),
    }
}

async fn grant(tx: &mut Tx, person_id: PersonId, role: Role, organisation_id: OrganisationId) {
    let grant = grants::Grant { person_id, role, organisation_id, granted_at: at(0, 0), ended_at: None };
    grants::insert(tx, &grant).await.unwrap();
}

/// A load with one event of the driver that names the files 1 and 2, and a note without a manifest that names 1.
async fn scene(db: &Db) -> (Tx, ManifestId, EventId, EventId) {
    let mut tx = seeded(db).await;
    let manifest = new_manifest(&mut tx, 1, draft()).await;
    let (pickup, note) = (event(1, Some(manifest), Some(1)), event(2, None, None));
    let ids = (pickup.id, note.id);
    events::insert_batch(&mut tx, &[pickup, note]).await.unwrap();
    files::insert_named(&mut tx, &[(ids.0, &[hash(2), hash(1)]), (ids.1, &[hash(1)])]).await.unwrap();
    (tx, manifest, ids.0, ids.1)
}

#[tokio::test]
async fn one_content_is_one_row_whoever_sends_it() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        assert_eq!(files::find(&mut tx, hash(1)).await.unwrap(), None);
        assert!(files::insert(&mut tx, &file(1)).await.unwrap());
        let again = File { object_key: "files/other".to_owned(), ..file(1) };
        assert!(!files::insert(&mut tx, &again).await.unwrap());
        assert_eq!(files::find(&mut tx, hash(1)).await.unwrap(), Some(file(1)), "the first stays");
        assert_eq!(files::find_sent_by(&mut tx, hash(1), DRIVER).await.unwrap(), None);
        for _ in 0..2 {
            files::insert_sender(&mut tx, hash(1), DRIVER, at(3, 1)).await.unwrap();
        }
        files::insert_sender(&mut tx, hash(1), CLERK, at(3, 2)).await.unwrap();
        assert_eq!(files::find_sent_by(&mut tx, hash(1), DRIVER).await.unwrap(), Some(file(1)));
        assert_eq!(files::find_sent_by(&mut tx, hash(2), DRIVER).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_file_is_received_once_its_signer_or_somebody_of_the_organisation_sent_it() {
    both(|db| async move {
        let (mut tx, manifest, pickup, note) = scene(&db).await;
        let named = |place: i32, n: u8, received: bool, stored: bool| Named {
            event_id: pickup,
            place,
            sha256: hash(n),
            received,
            kind: stored.then_some(FileKind::Jpeg),
            length_bytes: stored.then_some(300_000 + i64::from(n)),
        };
        let list = files::list_named(&mut tx, &[pickup]).await.unwrap();
        assert_eq!(list, [named(0, 2, false, false), named(1, 1, false, false)], "in the event's own order");
        let counted = |missing: i64| vec![Count { manifest_id: manifest, named: 2, missing }];
        assert_eq!(files::count_for(&mut tx, &[manifest]).await.unwrap(), counted(2));

        // The generator's clerk knows the bytes, which makes nothing of the driver's arrive.
        grant(&mut tx, CLERK, Role::Generator, GENERATOR).await;
        files::insert(&mut tx, &file(1)).await.unwrap();
        files::insert_sender(&mut tx, hash(1), CLERK, at(3, 1)).await.unwrap();
        assert_eq!(files::list_named(&mut tx, &[pickup]).await.unwrap()[1], named(1, 1, false, true));
        assert_eq!(files::list_ways(&mut tx, hash(1)).await.unwrap(), []);

        // A colleague of the carrier, who carries the phone, does.
        grant(&mut tx, CLERK, Role::Carrier, CARRIER).await;
        assert_eq!(files::list_named(&mut tx, &[pickup]).await.unwrap()[1], named(1, 1, true, true));
        assert_eq!(files::count_for(&mut tx, &[manifest]).await.unwrap(), counted(1));
        files::insert(&mut tx, &file(2)).await.unwrap();
        files::insert_sender(&mut tx, hash(2), DRIVER, at(3, 1)).await.unwrap();
        assert_eq!(files::count_for(&mut tx, &[manifest]).await.unwrap(), counted(0));
        let way = |manifest_id| Way { manifest_id, person_id: DRIVER };
        let mut ways = files::list_ways(&mut tx, hash(1)).await.unwrap();
        ways.sort_by_key(|way| way.manifest_id);
        assert_eq!(ways, [way(None), way(Some(manifest))]);
        assert_eq!(files::list_ways(&mut tx, hash(2)).await.unwrap(), [way(Some(manifest))]);
        assert_eq!(files::list_named(&mut tx, &[note, pickup]).await.unwrap().len(), 3);
        files::insert_named(&mut tx, &[(pickup, &[hash(2), hash(1)])]).await.unwrap();
        assert_eq!(files::list_named(&mut tx, &[pickup]).await.unwrap().len(), 2, "noted once");
    })
    .await;
}

#[tokio::test]
async fn only_what_no_event_names_is_forgotten() {
    both(|db| async move {
        let (mut tx, ..) = scene(&db).await;
        for n in [1, 3] {
            files::insert(&mut tx, &file(n)).await.unwrap();
            files::insert_sender(&mut tx, hash(n), DRIVER, at(3, 9)).await.unwrap();
        }
        assert_eq!(files::list_unnamed(&mut tx, at(3, 3), 10).await.unwrap(), []);
        assert_eq!(files::list_unnamed(&mut tx, at(9, 0), 10).await.unwrap(), [hash(3)]);
        assert_eq!(files::delete_unnamed(&mut tx, hash(1)).await.unwrap(), None);
        assert_eq!(files::delete_unnamed(&mut tx, hash(3)).await.unwrap(), Some("files/3".to_owned()));
        assert_eq!(files::find(&mut tx, hash(3)).await.unwrap(), None);
        assert_eq!(files::find_sent_by(&mut tx, hash(1), DRIVER).await.unwrap(), Some(file(1)));
    })
    .await;
}

#[tokio::test]
async fn parts_follow_each_other_without_a_gap() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let begun = upload(1, 0x22);
        assert!(uploads::insert(&mut tx, &begun).await.unwrap());
        assert!(
            !uploads::insert(&mut tx, &Upload { id: Uuid::from_u128(9), ..begun.clone() }).await.unwrap()
        );
        assert!(uploads::insert(&mut tx, &upload(2, 0x33)).await.unwrap(), "another phone, another upload");
        let part = |offset: i64, length: i64| Part {
            upload_id: begun.id,
            offset_bytes: offset,
            length_bytes: length,
            object_key: format!("parts/{offset}"),
        };
        for (offset, length, taken) in
            [(40, 10, false), (0, 40, true), (0, 40, false), (40, 61, false), (40, 60, true), (100, 1, false)]
        {
            let done = uploads::insert_part(&mut tx, &part(offset, length), at(4, 0)).await.unwrap();
            assert_eq!(done, taken, "{length} bytes at {offset}");
        }
        assert_eq!(uploads::list_parts(&mut tx, begun.id).await.unwrap(), [part(0, 40), part(40, 60)]);
        let stands = uploads::find(&mut tx, begun.sender_id, hash(1)).await.unwrap().unwrap();
        assert_eq!((stands.offset_bytes, stands.changed_at), (100, at(4, 0)));
        assert_eq!(uploads::find(&mut tx, begun.sender_id, hash(2)).await.unwrap(), None);

        assert_eq!(uploads::list_abandoned(&mut tx, at(4, 0), 10).await.unwrap(), [upload(2, 0x33)]);
        uploads::delete(&mut tx, begun.id).await.unwrap();
        assert_eq!(uploads::list_parts(&mut tx, begun.id).await.unwrap(), []);
        assert_eq!(uploads::find(&mut tx, begun.sender_id, hash(1)).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn what_a_sender_sent_is_counted_by_day() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let (sender, day) = (Uuid::from_u128(0x22), NaiveDate::from_ymd_opt(2026, 11, 23).unwrap());
        assert_eq!(uploads::find_sent(&mut tx, sender, day).await.unwrap(), 0);
        for bytes in [10, 20] {
            uploads::update_sent(&mut tx, sender, day, bytes).await.unwrap();
        }
        assert_eq!(uploads::find_sent(&mut tx, sender, day).await.unwrap(), 30);
        assert_eq!(uploads::find_sent(&mut tx, Uuid::from_u128(0x23), day).await.unwrap(), 0);
        assert_eq!(uploads::delete_sent_before(&mut tx, day).await.unwrap(), 0);
        let next = day.succ_opt().unwrap();
        assert_eq!(uploads::find_sent(&mut tx, sender, next).await.unwrap(), 0);
        assert_eq!(uploads::delete_sent_before(&mut tx, next).await.unwrap(), 1);
    })
    .await;
}
