//! `push_subscriptions`: browsers that take push messages, one row a browser.

use crate::batch::{Column, Statement, ids};
use crate::{Result, Tx};
use domain::id::{DeviceId, PersonId, SessionId, SubscriptionId};
use domain::notice::Language;
use domain::time::Instant;
use std::sync::LazyLock;

macro_rules! columns {
    () => {
        "id, person_id, device_id, session_id, name, endpoint, endpoint_digest, public_key, auth_secret, language, \
         created_at, reached_at"
    };
}

/// A browser that takes push messages.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// Who is signed in there.
    pub person_id: PersonId,
    /// The enrolled phone it runs on, if it is one.
    pub device_id: Option<DeviceId>,
    /// The sign-in that asked for it.
    pub session_id: SessionId,
    /// What the person calls the browser.
    pub name: String,
    /// Where its push service takes messages. Whoever knows it can send: never logged.
    pub endpoint: String,
    /// SHA-256 of the endpoint.
    pub endpoint_digest: Vec<u8>,
    /// P-256 point that messages are encrypted to, 65 bytes.
    pub public_key: Vec<u8>,
    /// Secret that goes into every message's key, 16 bytes.
    pub auth_secret: Vec<u8>,
    /// Language of the browser's screens.
    pub language: Language,
    /// When it was asked for.
    pub created_at: Instant,
    /// When its push service last took a message.
    pub reached_at: Option<Instant>,
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscription").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Keeps a subscription. A browser has one: whoever signs in there last takes it over, with its id.
pub async fn upsert(tx: &mut Tx, row: &Subscription) -> Result<SubscriptionId> {
    on_tx!(tx, c => sqlx::query_scalar(concat!(
        "INSERT INTO push_subscriptions (", columns!(), ") \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
         ON CONFLICT (endpoint_digest) DO UPDATE SET person_id = excluded.person_id, device_id = excluded.device_id, \
             session_id = excluded.session_id, name = excluded.name, public_key = excluded.public_key, \
             auth_secret = excluded.auth_secret, language = excluded.language \
         RETURNING id",
    ))
    .bind(row.id).bind(row.person_id).bind(row.device_id).bind(row.session_id).bind(&row.name).bind(&row.endpoint)
    .bind(&row.endpoint_digest).bind(&row.public_key).bind(&row.auth_secret).bind(row.language).bind(row.created_at)
    .bind(row.reached_at)
    .fetch_one(c).await)
}

/// Many subscriptions at once, in no order.
pub async fn find_many(tx: &mut Tx, wanted: &[SubscriptionId]) -> Result<Vec<Subscription>> {
    static FIND: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!(
                "SELECT ",
                columns!(),
                " FROM push_subscriptions WHERE id IN (SELECT wanted FROM {input})"
            ),
            &[("wanted", Column::Uuid)],
        )
    });
    FIND.fetch(tx, ids(wanted)).await
}

/// The subscriptions of people, oldest first; those on a revoked phone are left out.
pub async fn list_for(tx: &mut Tx, people: &[PersonId]) -> Result<Vec<Subscription>> {
    static LIST: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            concat!(
                "SELECT ",
                columns!(),
                " FROM push_subscriptions WHERE person_id IN (SELECT wanted FROM {input}) AND NOT EXISTS \
                 (SELECT 1 FROM devices d WHERE d.id = push_subscriptions.device_id AND d.status = 'revoked') \
                 ORDER BY created_at, id"
            ),
            &[("wanted", Column::Uuid)],
        )
    });
    LIST.fetch(tx, ids(people)).await
}

/// Notes that push services took messages.
pub async fn update_reached(tx: &mut Tx, reached: &[SubscriptionId], at: Instant) -> Result<()> {
    static REACHED: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "UPDATE push_subscriptions SET reached_at = input.now FROM {input} \
             WHERE push_subscriptions.id = input.wanted",
            &[("wanted", Column::Uuid), ("now", Column::Time)],
        )
    });
    REACHED.execute(tx, reached.iter().map(|id| vec![(*id).into(), at.into()]).collect()).await.map(drop)
}

/// Forgets subscriptions, whosever they are.
pub async fn delete_many(tx: &mut Tx, gone: &[SubscriptionId]) -> Result<u64> {
    static DELETE: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "DELETE FROM push_subscriptions WHERE id IN (SELECT wanted FROM {input})",
            &[("wanted", Column::Uuid)],
        )
    });
    DELETE.execute(tx, ids(gone)).await
}

/// Forgets one of a person's own subscriptions. False when there is none.
pub async fn delete(tx: &mut Tx, person: PersonId, id: SubscriptionId) -> Result<bool> {
    on_tx!(tx, c => sqlx::query("DELETE FROM push_subscriptions WHERE id = $1 AND person_id = $2")
        .bind(id).bind(person).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// Forgets what a sign-in asked for, when it ends by hand.
pub async fn delete_of_session(tx: &mut Tx, session: SessionId) -> Result<u64> {
    on_tx!(tx, c => sqlx::query("DELETE FROM push_subscriptions WHERE session_id = $1")
        .bind(session).execute(c).await.map(|done| done.rows_affected()))
}

/// Forgets the oldest subscriptions of a person beyond `keep`.
pub async fn delete_beyond(tx: &mut Tx, person: PersonId, keep: u16) -> Result<u64> {
    on_tx!(tx, c => sqlx::query(
        "DELETE FROM push_subscriptions WHERE person_id = $1 AND id NOT IN \
             (SELECT id FROM push_subscriptions WHERE person_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2)",
    )
    .bind(person).bind(i64::from(keep)).execute(c).await.map(|done| done.rows_affected()))
}
