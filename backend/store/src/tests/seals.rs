use super::{at, draft, new_manifest, seeded};
use crate::seals::{self, Seal, StatusEntry};
use crate::testing::both;
use crate::trust_lists::{self, TrustList};
use crate::{keys, status};
use domain::id::ManifestId;

fn seal(manifest_id: ManifestId, revision: i32, place: status::Place, short_code: &str) -> Seal {
    Seal {
        manifest_id,
        revision,
        status_list: place.list,
        status_index: place.index,
        status: 0,
        short_code: short_code.to_owned(),
        digest: vec![short_code.as_bytes()[0]; 32],
        seal: vec![0xd2, 0x84, 0, 255],
        key_id: vec![1; 8],
        issued_at: at(1, 0),
        expires_at: at(9, 0),
    }
}

#[tokio::test]
async fn a_seal_is_found_by_short_code_and_digest_and_its_status_is_listed() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let id = new_manifest(&mut tx, 1, draft()).await;
        let places = [status::next_index(&mut tx).await.unwrap(), status::next_index(&mut tx).await.unwrap()];
        assert_eq!(places.map(|place| (place.list, place.index)), [(0, 0), (0, 1)]);
        assert_eq!(status::count_lists(&mut tx).await.unwrap(), 1);
        assert_eq!(status::count_entries(&mut tx, 0).await.unwrap(), 2);
        assert_eq!(status::count_entries(&mut tx, 1).await.unwrap(), 0);
        status::update_raised(&mut tx, 100).await.unwrap();
        assert_eq!(status::next_index(&mut tx).await.unwrap().index, 102);
        let first = seal(id, 1, places[0], "A000000000X");
        let second = seal(id, 2, places[1], "B000000000Y");
        seals::insert(&mut tx, &first).await.unwrap();
        seals::insert(&mut tx, &second).await.unwrap();
        assert_eq!(seals::find_by_short_code(&mut tx, "A000000000X").await.unwrap(), Some(first.clone()));
        assert_eq!(seals::find_by_short_code(&mut tx, "none").await.unwrap(), None);
        assert_eq!(seals::find_by_digest(&mut tx, &[b'B'; 32]).await.unwrap(), Some(second.clone()));
        let issued = seals::find_by_digests(&mut tx, &[[b'B'; 32], [b'C'; 32]]).await.unwrap();
        assert_eq!(issued, [second.clone()]);
        let codes = ["A000000000X".to_owned(), "B000000000Y".to_owned(), "C".to_owned()];
        assert_eq!(seals::find_by_short_codes(&mut tx, &codes).await.unwrap().len(), 2);
        assert_eq!(seals::list_for(&mut tx, &[id]).await.unwrap(), [first.clone(), second]);

        assert_eq!(seals::list_status(&mut tx, 0).await.unwrap(), []);
        seals::update_status(&mut tx, &[(id, 1, 12), (id, 2, 3)]).await.unwrap();
        let entries = [StatusEntry { index: 0, status: 12 }, StatusEntry { index: 1, status: 3 }];
        assert_eq!(seals::list_status(&mut tx, 0).await.unwrap(), entries);
        seals::update_status(&mut tx, &[(id, 2, 0)]).await.unwrap();
        assert_eq!(seals::list_status(&mut tx, 0).await.unwrap(), entries[..1]);
        assert_eq!(seals::list_status(&mut tx, 1).await.unwrap(), []);

        let taken =
            seals::insert(&mut tx, &Seal { revision: 3, status_index: 9, digest: vec![9; 32], ..first })
                .await;
        assert!(taken.unwrap_err().is_duplicate_of("seals_short_code"));
    })
    .await;
}

#[tokio::test]
async fn keys_are_listed_with_their_state() {
    both(|db| async move {
        let mut tx = db.begin("test").await.unwrap();
        let key = |n: u8| keys::IssuerKey {
            public_key: vec![n; 65],
            kid: vec![1; 8],
            purpose: "manifest".to_owned(),
            state: "active".to_owned(),
            not_before: at(n.into(), 0),
            retired_at: None,
        };
        keys::insert(&mut tx, &key(2)).await.unwrap();
        keys::insert(&mut tx, &key(1)).await.unwrap();
        keys::insert(&mut tx, &keys::IssuerKey { state: "retired".to_owned(), ..key(1) }).await.unwrap();
        assert_eq!(
            keys::list(&mut tx).await.unwrap(),
            [key(1), key(2)],
            "same kid, oldest first, not overwritten"
        );
        keys::update_state(&mut tx, &[1; 65], "retired", Some(at(5, 0))).await.unwrap();
        let listed = keys::list(&mut tx).await.unwrap();
        assert_eq!((listed[0].state.as_str(), listed[0].retired_at), ("retired", Some(at(5, 0))));
        assert!(keys::update_state(&mut tx, &[9; 65], "retired", None).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn the_newest_trust_list_counts() {
    both(|db| async move {
        let mut tx = db.begin("test").await.unwrap();
        assert_eq!(trust_lists::find_newest(&mut tx).await.unwrap(), None);
        let list =
            |seq: i64| TrustList { seq, bytes: vec![1, 0, 2], issued_at: at(1, 0), expires_at: at(9, 0) };
        trust_lists::insert(&mut tx, &list(2)).await.unwrap();
        trust_lists::insert(&mut tx, &list(1)).await.unwrap();
        assert_eq!(trust_lists::find_newest(&mut tx).await.unwrap(), Some(list(2)));
        let again = trust_lists::insert(&mut tx, &list(2)).await.unwrap_err();
        assert!(again.is_duplicate_of("trust_lists_pkey"), "{again:?}");
    })
    .await;
}

#[tokio::test]
async fn the_next_trust_list_is_above_all_before_and_above_what_a_restore_forgot() {
    both(|db| async move {
        let mut tx = db.begin("test").await.unwrap();
        assert_eq!(trust_lists::next_seq(&mut tx).await.unwrap(), 1);
        let list =
            |seq: i64| TrustList { seq, bytes: vec![1, 0, 2], issued_at: at(1, 0), expires_at: at(9, 0) };
        trust_lists::insert(&mut tx, &list(4)).await.unwrap();
        assert_eq!(trust_lists::next_seq(&mut tx).await.unwrap(), 5);
        trust_lists::update_raised(&mut tx, 100).await.unwrap();
        assert_eq!(trust_lists::next_seq(&mut tx).await.unwrap(), 105);
        trust_lists::update_raised(&mut tx, 100).await.unwrap();
        trust_lists::insert(&mut tx, &list(205)).await.unwrap();
        assert_eq!(trust_lists::next_seq(&mut tx).await.unwrap(), 206);
    })
    .await;
}
