//! `notice_deliveries`: each way on which a notice travels, claimed with a lease, tried again, given up.

use crate::batch::{Column, Statement};
use crate::{Result, Tx};
use domain::id::{DeliveryId, NoticeId, PersonId, SubscriptionId};
use domain::notice::Way;
use domain::time::Instant;
use std::sync::LazyLock;

/// Standing of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum State {
    /// To be sent, or sent again.
    Waiting,
    /// Taken by the service behind the way.
    Sent,
    /// Not worth sending any more: read meanwhile, too old, nobody there.
    Dropped,
    /// Given up after too many failures.
    Dead,
}

impl State {
    /// The spelling in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Dropped => "dropped",
            Self::Dead => "dead",
        }
    }
}

/// A delivery to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// Of which notice.
    pub notice_id: NoticeId,
    /// To whom.
    pub person_id: PersonId,
    /// How.
    pub way: Way,
    /// To which browser, for push.
    pub subscription_id: Option<SubscriptionId>,
    /// Not before.
    pub due_at: Instant,
    /// Now.
    pub made_at: Instant,
}

/// A delivery somebody has claimed.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Claimed {
    /// Its id.
    pub id: DeliveryId,
    /// Of which notice.
    pub notice_id: NoticeId,
    /// To whom.
    pub person_id: PersonId,
    /// How.
    pub way: Way,
    /// To which browser, for push.
    pub subscription_id: Option<SubscriptionId>,
    /// Attempts, this one included.
    pub attempts: i64,
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Of which delivery.
    pub id: DeliveryId,
    /// Its standing now.
    pub state: State,
    /// When to try again, while it waits.
    pub due_at: Option<Instant>,
    /// Why, in a word, when it was not sent.
    pub error: Option<&'static str>,
}

/// Makes deliveries, in one statement.
pub async fn insert_batch(tx: &mut Tx, new: &[NewDelivery]) -> Result<()> {
    static INSERT: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "INSERT INTO notice_deliveries (id, notice_id, person_id, way, subscription_id, state, attempts, due_at, \
                                            made_at) \
             SELECT id, notice_id, person_id, way, subscription_id, 'waiting', 0, due_at, made_at FROM {input}",
            &[
                ("id", Column::Uuid),
                ("notice_id", Column::Uuid),
                ("person_id", Column::Uuid),
                ("way", Column::Text),
                ("subscription_id", Column::Uuid),
                ("due_at", Column::Time),
                ("made_at", Column::Time),
            ],
        )
    });
    let rows = new.iter().map(|row| {
        vec![
            row.id.into(),
            row.notice_id.into(),
            row.person_id.into(),
            row.way.as_str().into(),
            row.subscription_id.into(),
            row.due_at.into(),
            row.made_at.into(),
        ]
    });
    INSERT.execute(tx, rows.collect()).await.map(drop)
}

/// Claims up to `limit` deliveries that are due, until the lease ends. Of two servers that ask at once each gets
/// others: the outer conditions are judged again on a row that the other has just changed.
pub async fn update_claimed(tx: &mut Tx, now: Instant, lease: Instant, limit: u16) -> Result<Vec<Claimed>> {
    on_tx!(tx, c => sqlx::query_as(
        "UPDATE notice_deliveries SET leased_until = $2, attempts = attempts + 1 \
         WHERE state = 'waiting' AND due_at <= $1 AND (leased_until IS NULL OR leased_until <= $1) AND id IN \
             (SELECT id FROM notice_deliveries WHERE state = 'waiting' AND due_at <= $1 \
              AND (leased_until IS NULL OR leased_until <= $1) ORDER BY due_at, id LIMIT $3) \
         RETURNING id, notice_id, person_id, way, subscription_id, attempts",
    )
    .bind(now).bind(lease).bind(i64::from(limit)).fetch_all(c).await)
}

/// Writes what became of attempts, in one statement. One that ended before (by another after the lease) keeps its end.
pub async fn update_outcomes(tx: &mut Tx, outcomes: &[Outcome], at: Instant) -> Result<()> {
    static UPDATE: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "UPDATE notice_deliveries SET state = input.new_state, due_at = coalesce(input.new_due_at, due_at), \
                 leased_until = NULL, error = input.new_error, ended_at = input.new_ended_at \
             FROM {input} WHERE notice_deliveries.id = input.wanted AND notice_deliveries.state = 'waiting'",
            &[
                ("wanted", Column::Uuid),
                ("new_state", Column::Text),
                ("new_due_at", Column::Time),
                ("new_error", Column::Text),
                ("new_ended_at", Column::Time),
            ],
        )
    });
    let rows = outcomes.iter().map(|outcome| {
        let ended = (outcome.state != State::Waiting).then_some(at);
        vec![
            outcome.id.into(),
            outcome.state.as_str().into(),
            outcome.due_at.into(),
            outcome.error.into(),
            ended.into(),
        ]
    });
    UPDATE.execute(tx, rows.collect()).await.map(drop)
}

/// Drops what waits for a browser that is gone. Returns how many.
pub async fn update_dropped_of(tx: &mut Tx, subscriptions: &[SubscriptionId], at: Instant) -> Result<u64> {
    static DROP: LazyLock<Statement> = LazyLock::new(|| {
        Statement::new(
            "UPDATE notice_deliveries SET state = 'dropped', error = 'gone', leased_until = NULL, ended_at = input.now \
             FROM {input} WHERE notice_deliveries.subscription_id = input.wanted AND state = 'waiting'",
            &[("wanted", Column::Uuid), ("now", Column::Time)],
        )
    });
    DROP.execute(tx, subscriptions.iter().map(|id| vec![(*id).into(), at.into()]).collect()).await
}

/// How many deliveries have each standing, for whoever runs the server.
pub async fn count_by_state(tx: &mut Tx) -> Result<Vec<(State, i64)>> {
    on_tx!(tx, c => sqlx::query_as("SELECT state, count(*) FROM notice_deliveries GROUP BY state ORDER BY state")
        .fetch_all(c).await)
}
