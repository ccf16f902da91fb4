use super::{CLERK, GENERATOR, at, draft, new_manifest, seeded};
use crate::audit::{self, Entry};
use crate::idempotency::{self, Answered};
use crate::looks::{self, Look};
use crate::testing::both;
use uuid::Uuid;

#[tokio::test]
async fn an_answer_is_kept_per_person_and_key() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let answer = Answered {
            person_id: CLERK,
            key: "k-1".to_owned(),
            request_digest: vec![1; 32],
            status: 201,
            response: "{\"id\":\"…\"}".to_owned(),
            created_at: at(1, 0),
        };
        assert_eq!(idempotency::find(&mut tx, CLERK, "k-1").await.unwrap(), None);
        idempotency::insert(&mut tx, &answer).await.unwrap();
        assert_eq!(idempotency::find(&mut tx, CLERK, "k-1").await.unwrap(), Some(answer));
        assert_eq!(idempotency::delete_older(&mut tx, at(1, 0)).await.unwrap(), 0);
        assert_eq!(idempotency::delete_older(&mut tx, at(2, 0)).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_second_of_two_equal_requests_rolls_back() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let answer = Answered {
            person_id: CLERK,
            key: "k-1".to_owned(),
            request_digest: vec![1; 32],
            status: 201,
            response: String::new(),
            created_at: at(1, 0),
        };
        idempotency::insert(&mut tx, &answer).await.unwrap();
        let second = idempotency::insert(&mut tx, &answer).await.unwrap_err();
        assert!(second.is_duplicate_of("idempotency_keys_pkey"), "{second:?}");
    })
    .await;
}

#[tokio::test]
async fn looks_and_audit_lines_are_listed_newest_first() {
    both(|db| async move {
        let mut tx = seeded(&db).await;
        let manifest_id = new_manifest(&mut tx, 1, draft()).await;
        let look = |n: u32| Look {
            id: Uuid::from_u128(n.into()),
            person_id: CLERK,
            organisation_id: None,
            manifest_id,
            how: "scan".to_owned(),
            at: at(3, n),
        };
        let entry = |n: u32| Entry {
            id: Uuid::from_u128(n.into()),
            at: at(3, n),
            person_id: Some(CLERK),
            organisation_id: Some(GENERATOR),
            action: "manifest.void".to_owned(),
            subject: format!("manifest:{manifest_id}"),
            detail: String::new(),
        };
        for n in [1, 2] {
            looks::insert(&mut tx, &look(n)).await.unwrap();
            audit::insert(&mut tx, &entry(n)).await.unwrap();
        }
        assert_eq!(looks::list_for(&mut tx, manifest_id).await.unwrap(), [look(2), look(1)]);
        let subject = format!("manifest:{manifest_id}");
        assert_eq!(audit::list_for(&mut tx, &subject).await.unwrap(), [entry(2), entry(1)]);
    })
    .await;
}
