use super::{CLERK, FACILITY, GENERATOR, STRANGER, at, seeded};
use crate::agreements::{self, Agreement};
use crate::testing::both;
use crate::{Error, Json, permits};
use domain::id::AgreementId;
use uuid::Uuid;

fn agreement(n: u32) -> Agreement {
    Agreement {
        id: AgreementId(Uuid::from_u128(n.into())),
        generator_id: GENERATOR,
        facility_id: FACILITY,
        number: format!("HĐ-{n}/2026"),
        valid_from: at(n, 0),
        valid_to: at(23, 0),
        waste_codes: Json(vec!["17 02 03".to_owned()]),
        copy4_days: 30,
        approves_in_advance: true,
        drafted_by: GENERATOR,
        drafted_by_person: CLERK,
        created_at: at(0, 0),
        confirmed_at: None,
        ended_at: None,
    }
}

#[tokio::test]
async fn agreements_are_written_confirmed_once_and_ended_once() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let (first, second) = (agreement(1), agreement(2));
        for row in [&first, &second] {
            agreements::insert(&mut tx, row).await.unwrap();
        }
        assert_eq!(agreements::find(&mut tx, first.id).await.unwrap(), Some(first.clone()));
        assert_eq!(agreements::find(&mut tx, AgreementId(Uuid::nil())).await.unwrap(), None);
        let latest_first = [second.clone(), first.clone()];
        assert_eq!(agreements::list_for(&mut tx, &[FACILITY]).await.unwrap(), latest_first);
        assert_eq!(
            agreements::list_for(&mut tx, &[GENERATOR, FACILITY]).await.unwrap(),
            latest_first,
            "each once"
        );
        assert_eq!(agreements::list_for(&mut tx, &[STRANGER]).await.unwrap(), []);
        assert_eq!(agreements::list_for(&mut tx, &[]).await.unwrap(), []);
        assert_eq!(agreements::list_between(&mut tx, GENERATOR, FACILITY).await.unwrap(), latest_first);
        assert_eq!(agreements::list_between(&mut tx, FACILITY, GENERATOR).await.unwrap(), []);

        agreements::update_confirmed(&mut tx, first.id, at(5, 0)).await.unwrap();
        let again = agreements::update_confirmed(&mut tx, first.id, at(6, 0)).await;
        assert!(matches!(again, Err(Error::NotFound)), "{again:?}");
        agreements::update_ended(&mut tx, first.id, at(7, 0)).await.unwrap();
        let again = agreements::update_ended(&mut tx, first.id, at(8, 0)).await;
        assert!(matches!(again, Err(Error::NotFound)), "{again:?}");
        let held = agreements::find(&mut tx, first.id).await.unwrap().unwrap();
        assert_eq!((held.confirmed_at, held.ended_at), (Some(at(5, 0)), Some(at(7, 0))));
        agreements::update_ended(&mut tx, second.id, at(7, 0)).await.unwrap();
        let late = agreements::update_confirmed(&mut tx, second.id, at(9, 0)).await;
        assert!(matches!(late, Err(Error::NotFound)), "what was ended is not confirmed: {late:?}");
        assert_eq!(permits::list_used(&mut tx, "1-2-3", 2026).await.unwrap(), []);
    })
    .await;
}
