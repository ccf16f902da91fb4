//! Browsers that take push messages, and what people chose.

use super::notices::cast;
use super::{CLERK, DRIVER, PHONE, at};
use crate::notice_preferences::{self, Preferences};
use crate::push_subscriptions::{self, Subscription};
use crate::sessions::{self, Session};
use crate::testing::both;
use crate::{Json, devices};
use domain::id::{PersonId, SessionId, SubscriptionId};
use domain::notice::{Language, Topic, Way};
use std::collections::BTreeMap;
use uuid::Uuid;

const OFFICE: SessionId = SessionId(Uuid::from_u128(0x61));

fn session() -> Session {
    Session {
        id: OFFICE,
        token_hash: vec![6; 32],
        person_id: CLERK,
        device_id: None,
        created_at: at(1, 0),
        expires_at: at(20, 0),
        ended_at: None,
        last_seen_at: at(1, 0),
    }
}

fn browser(n: u8, person_id: PersonId) -> Subscription {
    Subscription {
        id: SubscriptionId(Uuid::from_u128(0x5000 + u128::from(n))),
        person_id,
        device_id: None,
        session_id: OFFICE,
        name: format!("Trình duyệt {n}"),
        endpoint: format!("https://fcm.googleapis.com/wp/{n}"),
        endpoint_digest: vec![n; 32],
        public_key: vec![4; 65],
        auth_secret: vec![5; 16],
        language: Language::Vi,
        created_at: at(2, n.into()),
        reached_at: None,
    }
}

#[tokio::test]
async fn a_browser_belongs_to_whoever_signed_in_there_last() {
    both(|db| async move {
        let (mut tx, _) = cast(&db).await;
        sessions::insert(&mut tx, &session()).await.unwrap();
        let first = browser(1, CLERK);
        assert_eq!(push_subscriptions::upsert(&mut tx, &first).await.unwrap(), first.id);
        let same = Subscription {
            id: browser(9, CLERK).id,
            person_id: DRIVER,
            language: Language::En,
            ..first.clone()
        };
        assert_eq!(push_subscriptions::upsert(&mut tx, &same).await.unwrap(), first.id, "it keeps its id");
        assert!(push_subscriptions::list_for(&mut tx, &[CLERK]).await.unwrap().is_empty());
        let kept = push_subscriptions::list_for(&mut tx, &[CLERK, DRIVER]).await.unwrap();
        assert_eq!(kept, [Subscription { id: first.id, ..same }]);
        assert!(!format!("{kept:?}").contains("fcm"), "endpoints are not printed");
        push_subscriptions::update_reached(&mut tx, &[first.id], at(3, 0)).await.unwrap();
        let found = push_subscriptions::find_many(&mut tx, &[first.id]).await.unwrap();
        assert_eq!(found[0].reached_at, Some(at(3, 0)));
        assert!(!push_subscriptions::delete(&mut tx, CLERK, first.id).await.unwrap(), "another's");
        assert!(push_subscriptions::delete(&mut tx, DRIVER, first.id).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn browsers_are_bounded_and_go_with_the_sign_in_and_the_phone() {
    both(|db| async move {
        let (mut tx, _) = cast(&db).await;
        sessions::insert(&mut tx, &session()).await.unwrap();
        for n in 1..=4 {
            push_subscriptions::upsert(&mut tx, &browser(n, CLERK)).await.unwrap();
        }
        assert_eq!(push_subscriptions::delete_beyond(&mut tx, CLERK, 3).await.unwrap(), 1);
        let left: Vec<_> = push_subscriptions::list_for(&mut tx, &[CLERK]).await.unwrap();
        assert_eq!(
            left.iter().map(|row| row.id).collect::<Vec<_>>(),
            [2, 3, 4].map(|n| browser(n, CLERK).id)
        );
        assert_eq!(push_subscriptions::delete_many(&mut tx, &[left[0].id]).await.unwrap(), 1);
        assert_eq!(push_subscriptions::delete_of_session(&mut tx, OFFICE).await.unwrap(), 2);

        let on_phone = Subscription { device_id: Some(PHONE), ..browser(7, DRIVER) };
        push_subscriptions::upsert(&mut tx, &on_phone).await.unwrap();
        assert_eq!(push_subscriptions::list_for(&mut tx, &[DRIVER]).await.unwrap().len(), 1);
        devices::update_revoked(&mut tx, PHONE, at(4, 0), "mất máy").await.unwrap();
        assert!(
            push_subscriptions::list_for(&mut tx, &[DRIVER]).await.unwrap().is_empty(),
            "a lost phone hears nothing"
        );
    })
    .await;
}

#[tokio::test]
async fn choices_are_kept_as_made() {
    both(|db| async move {
        let (mut tx, _) = cast(&db).await;
        assert!(notice_preferences::find_many(&mut tx, &[CLERK, DRIVER]).await.unwrap().is_empty());
        let mut chosen = Preferences {
            person_id: CLERK,
            language: Language::Ko,
            quiet: true,
            quiet_from_min: 1_320,
            quiet_to_min: 330,
            choices: Json(BTreeMap::from([(
                Topic::YourTurn,
                BTreeMap::from([(Way::Push, false), (Way::Mail, true)]),
            )])),
            updated_at: at(2, 0),
        };
        notice_preferences::upsert(&mut tx, &chosen).await.unwrap();
        assert_eq!(notice_preferences::find_many(&mut tx, &[CLERK, DRIVER]).await.unwrap(), [chosen.clone()]);
        chosen.quiet = false;
        chosen.choices.0.clear();
        notice_preferences::upsert(&mut tx, &chosen).await.unwrap();
        assert_eq!(notice_preferences::find_many(&mut tx, &[CLERK]).await.unwrap(), [chosen]);
    })
    .await;
}
