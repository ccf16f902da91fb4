use super::custody::event;
use super::{CLERK, DRIVER, FACILITY, GATE, STORE, at, seeded};
use crate::events::{self, Event, InspectionsOf};
use crate::scales::{self, Scale};
use crate::testing::both;
use crate::{Error, Page, Tx};
use domain::custody::event::EventKind;
use domain::id::{EventId, ReadingId, ScaleId};
use domain::mass::Grams;
use domain::plate::Plate;
use domain::scale::{Reading, ReadingKind};
use uuid::Uuid;

const FIRST: ScaleId = ScaleId(Uuid::from_u128(0x91));
const SECOND: ScaleId = ScaleId(Uuid::from_u128(0x92));

fn scale(id: ScaleId, hash: u8) -> Scale {
    Scale {
        id,
        organisation_id: FACILITY,
        site_id: GATE,
        name: "Cân 60 tấn, cổng 1".to_owned(),
        token_hash: vec![hash; 32],
        created_at: at(1, u32::from(hash)),
        created_by: CLERK,
        last_seen_at: None,
        revoked_at: None,
    }
}

fn reading(n: u128, kind: ReadingKind, mass_g: i64, minute: u32) -> (ReadingId, Reading) {
    let reading = Reading {
        scale_id: FIRST,
        ticket: "0007".to_owned(),
        kind,
        mass_g: Grams(mass_g),
        plate: Some(Plate("15C-123.45".to_owned())),
        measured_at: at(2, minute),
        received_at: at(3, minute),
    };
    (ReadingId(Uuid::from_u128(0x9000 + n)), reading)
}

#[tokio::test]
async fn a_scale_is_found_by_its_tokens_hash_until_it_is_asked_for_no_more() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        for row in [scale(SECOND, 2), scale(FIRST, 1)] {
            scales::insert(&mut tx, &row).await.unwrap();
        }
        assert_eq!(scales::find(&mut tx, FIRST).await.unwrap(), Some(scale(FIRST, 1)));
        assert_eq!(scales::find(&mut tx, ScaleId(Uuid::nil())).await.unwrap(), None);
        assert_eq!(scales::find_by_token_hash(&mut tx, &[2; 32]).await.unwrap(), Some(scale(SECOND, 2)));
        assert_eq!(scales::find_by_token_hash(&mut tx, &[3; 32]).await.unwrap(), None);
        assert_eq!(
            scales::list_for(&mut tx, &[GATE, STORE]).await.unwrap(),
            [scale(FIRST, 1), scale(SECOND, 2)],
            "oldest first"
        );
        assert_eq!(scales::list_for(&mut tx, &[STORE]).await.unwrap(), []);

        scales::update_seen(&mut tx, FIRST, at(4, 0)).await.unwrap();
        for minute in [5, 6] {
            scales::update_revoked(&mut tx, FIRST, at(4, minute)).await.unwrap();
        }
        let ended = Scale { last_seen_at: Some(at(4, 0)), revoked_at: Some(at(4, 5)), ..scale(FIRST, 1) };
        let found = scales::find_by_token_hash(&mut tx, &[1; 32]).await.unwrap();
        assert_eq!(found, Some(ended), "revoked or not; the first instant stays");
        for unknown in [
            scales::update_seen(&mut tx, ScaleId(Uuid::nil()), at(4, 0)).await,
            scales::update_revoked(&mut tx, ScaleId(Uuid::nil()), at(4, 0)).await,
        ] {
            assert!(matches!(unknown, Err(Error::NotFound)), "{unknown:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn no_two_scales_share_a_token_and_its_hash_is_never_printed() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        scales::insert(&mut tx, &scale(FIRST, 1)).await.unwrap();
        assert!(!format!("{:?}", scale(FIRST, 57)).contains("57, 57"));
        let twice = scales::insert(&mut tx, &scale(SECOND, 1)).await.unwrap_err();
        assert!(twice.is_duplicate_of("scales_token_hash"), "{twice:?}");
    })
    .await;
}

#[tokio::test]
async fn a_reading_lands_once_however_often_it_comes() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        scales::insert(&mut tx, &scale(FIRST, 1)).await.unwrap();
        let gross = reading(1, ReadingKind::Gross, 9_430_500, 10);
        let bare = Reading { plate: None, ..reading(2, ReadingKind::Tare, 9_000_000, 40).1 };
        let tare = (ReadingId(Uuid::from_u128(0x9002)), bare);
        let batch = [gross.clone(), tare.clone()];
        assert_eq!(scales::insert_readings(&mut tx, GATE, &batch).await.unwrap(), 2);
        // The same under other ids, later; twice in one post; and one that says something else.
        let late = Reading { received_at: at(5, 0), ..gross.1.clone() };
        let again =
            [(ReadingId(Uuid::from_u128(0x9003)), late.clone()), (ReadingId(Uuid::from_u128(0x9004)), late)];
        assert_eq!(scales::insert_readings(&mut tx, GATE, &again).await.unwrap(), 0);
        let corrected = reading(5, ReadingKind::Gross, 9_430_000, 10);
        let both = [corrected.clone(), (ReadingId(Uuid::from_u128(0x9006)), corrected.1.clone())];
        assert_eq!(scales::insert_readings(&mut tx, GATE, &both).await.unwrap(), 1);
        assert_eq!(scales::insert_readings(&mut tx, GATE, &[]).await.unwrap(), 0);

        let listed =
            async |tx: &mut Tx, since, limit| scales::list_readings(tx, GATE, since, limit).await.unwrap();
        let (gross, tare, corrected) = (gross.1, tare.1, corrected.1);
        let all = [tare.clone(), corrected.clone(), gross];
        assert_eq!(listed(&mut tx, at(0, 0), 10).await, all, "the latest first");
        assert_eq!(listed(&mut tx, at(0, 0), 2).await, [tare.clone(), corrected]);
        assert_eq!(listed(&mut tx, at(3, 10), 10).await, [tare], "after, not at");
        assert_eq!(scales::list_readings(&mut tx, STORE, at(0, 0), 10).await.unwrap(), []);
    })
    .await;
}

/// An inspection of the truck at 02:`minute`, or another event of it.
fn seen(n: u128, kind: EventKind, plate: &str, minute: u32) -> Event {
    let plate_normal = Some(Plate(plate.to_owned()).normal());
    Event { kind, plate_normal, estimated_time: at(2, minute), record_time: at(3, 0), ..event(n, None, None) }
}

#[tokio::test]
async fn inspections_are_found_by_truck_and_by_inspector_the_last_first() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let batch = [
            seen(1, EventKind::Inspection, "15C-123.45", 10),
            seen(2, EventKind::Inspection, "15C-123.45", 30),
            seen(3, EventKind::Inspection, "15C-123.45", 30),
            seen(4, EventKind::Inspection, "29H-000.11", 40),
            seen(5, EventKind::Hold, "15C-123.45", 50),
            Event { person_id: CLERK, ..seen(6, EventKind::Inspection, "15C-123.45", 5) },
        ];
        events::insert_batch(&mut tx, &batch).await.unwrap();
        let pages = async |tx: &mut Tx, of: InspectionsOf<'_>, limit: u16| {
            let (mut page, mut found) = (Page::first(limit), Vec::<Vec<EventId>>::new());
            loop {
                let listing = events::list_inspections(tx, of, &page).await.unwrap();
                found.push(listing.items.iter().map(|row| row.id).collect());
                let Some(next) = listing.next else { return found };
                page.after = Some(next);
            }
        };
        let id = |n: u128| EventId(Uuid::from_u128(0x3000 + n));
        let truck = InspectionsOf::Plate("15C12345");
        assert_eq!(pages(&mut tx, truck, 10).await, [vec![id(3), id(2), id(1), id(6)]]);
        assert_eq!(pages(&mut tx, truck, 2).await, [vec![id(3), id(2)], vec![id(1), id(6)]]);
        let one_each = [vec![id(3)], vec![id(2)], vec![id(1)], vec![id(6)]];
        assert_eq!(pages(&mut tx, truck, 1).await, one_each, "equal instants go by their ids");
        assert_eq!(pages(&mut tx, InspectionsOf::Plate("15C"), 10).await, [vec![]]);
        assert_eq!(pages(&mut tx, InspectionsOf::Person(CLERK), 10).await, [vec![id(6)]]);
        let own = InspectionsOf::Person(DRIVER);
        assert_eq!(pages(&mut tx, own, 3).await, [vec![id(4), id(3), id(2)], vec![id(1)]]);
        let row = events::list_inspections(&mut tx, truck, &Page::first(1)).await.unwrap().items.remove(0);
        assert_eq!(row, batch[2], "whole events");
    })
    .await;
}
