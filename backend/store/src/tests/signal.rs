use crate::testing::both;
use crate::{Kind, signal};

#[tokio::test]
async fn servers_hear_each_other_where_there_are_several() {
    both(|db| async move {
        let ears = (signal::listen(&db, "test").await.unwrap(), signal::listen(&db, "other").await.unwrap());
        signal::send(&db, "test", "một").await.unwrap();
        signal::send(&db, "other", "hai").await.unwrap();
        match (db.kind(), ears) {
            (Kind::Sqlite, ears) => assert!(ears.0.is_none() && ears.1.is_none()),
            (Kind::Postgres, (Some(mut one), Some(mut other))) => {
                assert_eq!(
                    (one.next().await.unwrap(), other.next().await.unwrap()),
                    ("một".into(), "hai".into())
                );
                let long = "x".repeat(signal::MAX_BYTES);
                signal::send(&db, "test", &long).await.unwrap();
                assert_eq!(one.next().await.unwrap(), long);
            }
            (Kind::Postgres, _) => panic!("PostgreSQL has no ears"),
        }
    })
    .await;
}
